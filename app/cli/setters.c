/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One function for each option. What depends on the host is checked by the plan, not here. */
#include "app/cli/setters.h"

#include <stdlib.h>
#include <string.h>

#include "app/firmware/firmware.h"
#include "app/plan/definition.h"
#include "app/plan/error.h"
#include "app/session/expect.h"
#include "app/settings/values.h"
#include "emulator/api/host.h"

static bool set_string(char **field, const char *value)
{
    g_free(*field);
    *field = g_strdup(value);
    return true;
}

static bool set_flag(bool *field)
{
    *field = true;
    return true;
}

static bool set_seconds(const char *option, double *field, const char *value, GError **error)
{
    char *end;

    *field = g_ascii_strtod(value, &end);
    if (!g_ascii_isdigit(value[0]) || *end != '\0' || *field < 0.001 || *field > 1e6)
        return lathe_error_input(error, "--%s '%s' is no time: give seconds, for example 30",
                                 option, value);
    return true;
}

bool lathe_set_kernel(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_string(&cli->definition->kernel, value);
}

bool lathe_set_initrd(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_string(&cli->definition->initrd, value);
}

bool lathe_set_append(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_string(&cli->definition->append, value);
}

bool lathe_set_firmware(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_firmware_parse(cli->definition, value, error);
}

bool lathe_set_memory(struct lathe_cli *cli, const char *value, GError **error)
{
    cli->memory_given = true;
    return lathe_put_memory(cli->definition, value, error);
}

bool lathe_set_smp(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_topology_parse(value, &cli->definition->topology, error);
}

bool lathe_set_cpu(struct lathe_cli *cli, const char *value, GError **error)
{
    cli->list_cpus = strcmp(value, "help") == 0;
    return set_string(&cli->definition->cpu, value);
}

bool lathe_set_accel(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_put_accel(cli->definition, value, error);
}

bool lathe_set_machine(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_string(&cli->definition->board, value);
}

bool lathe_set_console(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_definition_add_console(cli->definition, value, error);
}

bool lathe_set_channel(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_definition_add_channel(cli->definition, value, error);
}

bool lathe_set_fw_cfg(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_told_add_file(cli->definition->told, value, error);
}

bool lathe_set_smbios(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_told_add_smbios(cli->definition->told, value, error);
}

bool lathe_set_numa(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_put_numa(cli->definition, value, error);
}

bool lathe_set_sound(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_put_sound(cli->definition, value, error);
}

bool lathe_set_hostdev(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_put_hostdev(cli->definition, value, error);
}

bool lathe_set_share(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_put_share(cli->definition, value, error);
}

bool lathe_set_serial(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_definition_add_serial(cli->definition, value, error);
}

bool lathe_set_disk(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_definition_add_disk(cli->definition, value, error);
}

bool lathe_set_cdrom(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_definition_add_cdrom(cli->definition, value, error);
}

bool lathe_set_floppy(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_definition_add_floppy(cli->definition, value, error);
}

bool lathe_set_net(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_definition_add_net(cli->definition, value, error);
}

bool lathe_set_boot(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_boot_parse(value, &cli->definition->boot, error);
}

bool lathe_set_tpm(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_put_tpm(cli->definition, value, error);
}

bool lathe_set_debugcon(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_put_debugcon(cli->definition, value, error);
}

bool lathe_set_gpu(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_gpu_parse_heads(value, cli->definition, error);
}

bool lathe_set_input(struct lathe_cli *cli, const char *value, GError **error)
{
    return lathe_input_parse(value, &cli->definition->input, error);
}

bool lathe_set_display(struct lathe_cli *cli, const char *value, GError **error)
{
    if (strcmp(value, "default") == 0) /* a word of the pages: here it is not to give the option */
        return lathe_error_input(error, "--display has no '%s': use gtk, sdl, spice=... or none",
                                 value);
    return lathe_put_display(cli->definition, value, error);
}

bool lathe_set_control(struct lathe_cli *cli, const char *value, GError **error)
{
    if (!g_str_has_prefix(value, "unix:") || value[strlen("unix:")] == '\0')
        return lathe_error_input(error, "--control '%s' is no address: write unix:PATH", value);
    return set_string(&cli->definition->control, value);
}

bool lathe_set_gdb(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_string(&cli->definition->gdb, value) &&
           (lathe_address_check(value, error) || (g_prefix_error(error, "--gdb "), false));
}

bool lathe_set_expect_serial(struct lathe_cli *cli, const char *value, GError **error)
{
    cli->expect = lathe_expect_compile(value, error);
    return cli->expect != NULL;
}

bool lathe_set_timeout(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_seconds("timeout", &cli->timeout, value, error);
}

bool lathe_set_for(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_seconds("for", &cli->seconds, value, error);
}

bool lathe_set_head(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_string(&cli->head, value);
}

bool lathe_set_record(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_string(&cli->record, value);
}

bool lathe_set_no_reboot(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_flag(&cli->definition->no_reboot);
}

bool lathe_set_debug_exit(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_flag(&cli->definition->debug_exit);
}

bool lathe_set_testdev(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_flag(&cli->definition->testdev);
}

/* A pattern that matches nothing would be an option silently ignored. */
bool lathe_set_trace(struct lathe_cli *cli, const char *value, GError **error)
{
    if (strcmp(value, "help") == 0)
        return set_flag(&cli->list_traces);
    if (emu_trace_count(value) == 0)
        return lathe_error_input(error, "--trace '%s' matches no event; --trace help lists them",
                                 value);
    g_ptr_array_add(cli->definition->trace, g_strdup(value));
    return true;
}

bool lathe_set_dry_run(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_flag(&cli->dry_run);
}

bool lathe_set_format(struct lathe_cli *cli, const char *value, GError **error)
{
    static const char *const words[] = {"xml", "qemu", "ova", NULL};

    if (!g_strv_contains(words, value))
        return lathe_error_input(error, "--format has no '%s': use xml, qemu or ova", value);
    return set_string(&cli->format, value);
}

bool lathe_set_output(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_string(&cli->output, value);
}

bool lathe_set_name(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_string(&cli->keep.name, value);
}

bool lathe_set_express(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_string(&cli->keep.express, value);
}

bool lathe_set_title(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_string(&cli->keep.title, value);
}

bool lathe_set_description(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_string(&cli->keep.description, value);
}

bool lathe_set_group(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_string(&cli->keep.group, value);
}

bool lathe_set_template(struct lathe_cli *cli, const char *value, GError **error)
{
    cli->keep.template = strcmp(value, "yes") == 0;
    return cli->keep.template || strcmp(value, "no") == 0 ||
           lathe_error_input(error, "--template '%s' is neither yes nor no", value);
}

bool lathe_set_position(struct lathe_cli *cli, const char *value, GError **error)
{
    guint64 position;

    if (!g_ascii_string_to_unsigned(value, 10, 1, 1000000, &position, NULL))
        return lathe_error_input(error, "--position '%s' is no number from 1", value);
    cli->keep.position = (unsigned)position;
    return true;
}

bool lathe_set_remove(struct lathe_cli *cli, const char *value, GError **error)
{
    g_ptr_array_add(cli->keep.removed, g_strdup(value));
    return true;
}

bool lathe_set_xml(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_flag(&cli->keep.xml);
}

bool lathe_set_window(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_flag(&cli->keep.window);
}

bool lathe_set_linked(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_flag(&cli->keep.linked);
}

bool lathe_set_undo(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_flag(&cli->keep.undo);
}

bool lathe_set_purge(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_flag(&cli->keep.purge);
}

bool lathe_set_force(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_flag(&cli->keep.force);
}

bool lathe_set_deleted(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_flag(&cli->keep.deleted);
}

bool lathe_set_names(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_flag(&cli->keep.names);
}

bool lathe_set_print(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_flag(&cli->keep.print);
}

bool lathe_set_json(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_flag(&cli->json);
}

bool lathe_set_help(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_flag(&cli->help);
}

bool lathe_set_version(struct lathe_cli *cli, const char *value, GError **error)
{
    return set_flag(&cli->version);
}
