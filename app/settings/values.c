/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each setting's value, read from a definition and put into it; checks that need no other value. */
#include "app/settings/values.h"

#include <string.h>

#include "app/firmware/firmware.h"
#include "app/library/names.h"
#include "app/plan/error.h"
#include "app/plan/size.h"
#include "emulator/api/host.h"

/* ---- small words ---- */

static bool values_take(char **field, char *text)
{
    g_free(*field);
    *field = text;
    return true;
}

/* "" is nothing. */
static bool values_put(char **field, const char *text)
{
    return values_take(field, *text != '\0' ? g_strdup(text) : NULL);
}

static char *values_get(const char *field)
{
    return g_strdup(field != NULL ? field : "");
}

static char *values_get_flag(bool field)
{
    return g_strdup(field ? "yes" : "no");
}

static bool values_put_flag(bool *field, const char *text, GError **error)
{
    if (text != NULL && strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
        return lathe_error_input(error, "'%s' is neither yes nor no", text);
    *field = text == NULL || strcmp(text, "yes") == 0;
    return true;
}

/* A file that has to be there. */
/* ---- the machine ---- */

char *lathe_get_name(const struct lathe_definition *definition)
{
    return values_get(definition->name);
}

bool lathe_put_name(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_name_check(text, error) && values_take(&definition->name, g_strdup(text));
}

char *lathe_get_title(const struct lathe_definition *definition)
{
    return values_get(definition->title);
}

/* "" stays: it takes the element out of the document, which NULL leaves alone. */
bool lathe_put_title(struct lathe_definition *definition, const char *text, GError **error)
{
    if (strchr(text, '\n') != NULL)
        return lathe_error_input(error, "a title is one line");
    return values_take(&definition->title, g_strdup(text));
}

char *lathe_get_description(const struct lathe_definition *definition)
{
    return values_get(definition->description);
}

bool lathe_put_description(struct lathe_definition *definition, const char *text, GError **error)
{
    return values_take(&definition->description, g_strdup(text));
}

char *lathe_get_group(const struct lathe_definition *definition)
{
    return values_get(definition->group);
}

bool lathe_put_group(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_group_check(text, error) && values_put(&definition->group, text);
}

char *lathe_get_machine(const struct lathe_definition *definition)
{
    return values_get(definition->board);
}

bool lathe_put_machine(struct lathe_definition *definition, const char *text, GError **error)
{
    return values_take(&definition->board, g_strdup(text));
}

char *lathe_get_memory(const struct lathe_definition *definition)
{
    return lathe_size_format(definition->memory);
}

bool lathe_put_memory(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_size_parse(text, &definition->memory, error) ||
           (g_prefix_error(error, "--memory "), false);
}

/* ---- processors ---- */

char *lathe_get_cpus(const struct lathe_definition *definition)
{
    return g_strdup_printf("%u", definition->topology.cpus);
}

/* The grouping begins anew: it has to fit the number. */
bool lathe_put_cpus(struct lathe_definition *definition, const char *text, GError **error)
{
    guint64 number;

    if (!g_ascii_string_to_unsigned(text, 10, 1, EMU_MAX_VCPUS, &number, NULL))
        return lathe_error_input(error, "a machine has 1 to %d processors", EMU_MAX_VCPUS);
    return lathe_topology_parse(text, &definition->topology, error);
}

char *lathe_get_smp(const struct lathe_definition *definition)
{
    const struct emu_topology *topology = &definition->topology;

    return g_strdup_printf("%u,sockets=%u,dies=%u,cores=%u,threads=%u", topology->cpus,
                           topology->sockets, topology->dies, topology->cores, topology->threads);
}

bool lathe_put_smp(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_topology_parse(text, &definition->topology, error);
}

char *lathe_get_cpu(const struct lathe_definition *definition)
{
    return values_get(definition->cpu);
}

/* Whether this host has it is for the plan to say. */
bool lathe_put_cpu(struct lathe_definition *definition, const char *text, GError **error)
{
    return values_take(&definition->cpu, g_strdup(text));
}

static const char *values_features(const struct lathe_definition *definition)
{
    const char *comma = strchr(definition->cpu, ',');

    return comma != NULL ? comma + 1 : "";
}

char *lathe_get_cpu_model(const struct lathe_definition *definition)
{
    return g_strndup(definition->cpu, strcspn(definition->cpu, ","));
}

static bool values_put_cpu(struct lathe_definition *definition, const char *model,
                           const char *features, GError **error)
{
    struct emu_error found = EMU_ERROR_INIT;
    char *cpu = g_strconcat(model, *features != '\0' ? "," : "", features, NULL);

    if (emu_cpu_check(cpu, &found))
        return values_take(&definition->cpu, cpu);
    g_free(cpu);
    return lathe_error_from_emu(error, &found);
}

bool lathe_put_cpu_model(struct lathe_definition *definition, const char *text, GError **error)
{
    return values_put_cpu(definition, text, values_features(definition), error);
}

char *lathe_get_cpu_features(const struct lathe_definition *definition)
{
    return g_strdup(values_features(definition));
}

/* Blanks around commas are people's. */
bool lathe_put_cpu_features(struct lathe_definition *definition, const char *text, GError **error)
{
    g_autofree char *model = lathe_get_cpu_model(definition);
    g_auto(GStrv) words = g_strsplit_set(text, ", ", -1);
    g_autoptr(GString) features = g_string_new(NULL);

    for (size_t i = 0; words[i] != NULL; i++) {
        if (*words[i] == '\0')
            continue;
        if (words[i][0] != '+' && words[i][0] != '-')
            return lathe_error_input(error, "'%s' begins with neither + nor -", words[i]);
        g_string_append_printf(features, "%s%s", features->len != 0 ? "," : "", words[i]);
    }
    return values_put_cpu(definition, model, features->str, error);
}

char *lathe_get_accel(const struct lathe_definition *definition)
{
    return values_get(definition->accel);
}

bool lathe_put_accel(struct lathe_definition *definition, const char *text, GError **error)
{
    static const char *const engines[] = {"auto", "kvm", "jit", "interp", NULL};

    if (!g_strv_contains(engines, text))
        return lathe_error_input(error, "--accel has no '%s': use auto, kvm, jit or interp", text);
    return values_take(&definition->accel, g_strdup(text));
}

/* ---- what it starts ---- */

static bool values_is_word(const char *firmware)
{
    static const char *const words[] = {"auto", "none", "bios", "uefi", "uefi-secure", NULL};

    return g_strv_contains(words, firmware);
}

char *lathe_get_firmware(const struct lathe_definition *definition)
{
    return values_get(definition->firmware);
}

bool lathe_put_firmware(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_firmware_parse(definition, text, error);
}

char *lathe_get_firmware_file(const struct lathe_definition *definition)
{
    return g_strdup(values_is_word(definition->firmware) ? "" : definition->firmware);
}

bool lathe_put_firmware_file(struct lathe_definition *definition, const char *text, GError **error)
{
    bool none = *text == '\0';

    if (none && values_is_word(definition->firmware))
        return true;
    if (!none && !g_file_test(text, G_FILE_TEST_EXISTS))
        return lathe_error_input(error, "'%s': there is no such file", text);
    lathe_firmware_change(definition, none ? "auto" : text);
    return true;
}

char *lathe_get_firmware_vars(const struct lathe_definition *definition)
{
    return values_get(definition->firmware_vars);
}

/* The file is made if it is not there. */
bool lathe_put_firmware_vars(struct lathe_definition *definition, const char *text, GError **error)
{
    static const char *const without[] = {"auto", "none", "bios", NULL};
    g_autofree char *folder = g_path_get_dirname(text);

    if (*text != '\0' && g_strv_contains(without, definition->firmware))
        return lathe_error_input(error, "only UEFI has variables: choose UEFI or an image first");
    if (*text != '\0' && !g_file_test(folder, G_FILE_TEST_IS_DIR))
        return lathe_error_input(error, "'%s': there is no such folder", folder);
    return values_put(&definition->firmware_vars, text);
}

char *lathe_get_kernel(const struct lathe_definition *definition)
{
    return values_get(definition->kernel);
}

bool lathe_put_kernel(struct lathe_definition *definition, const char *text, GError **error)
{
    return values_put(&definition->kernel, text);
}

char *lathe_get_initrd(const struct lathe_definition *definition)
{
    return values_get(definition->initrd);
}

bool lathe_put_initrd(struct lathe_definition *definition, const char *text, GError **error)
{
    return values_put(&definition->initrd, text);
}

char *lathe_get_append(const struct lathe_definition *definition)
{
    return values_get(definition->append);
}

bool lathe_put_append(struct lathe_definition *definition, const char *text, GError **error)
{
    return values_put(&definition->append, text);
}

static const char *const values_boot_words[] = {[LATHE_BOOT_DISK] = "disk",
                                                [LATHE_BOOT_CDROM] = "cdrom",
                                                [LATHE_BOOT_FLOPPY] = "floppy",
                                                [LATHE_BOOT_NETWORK] = "network"};

/* Where the first device of each kind stands in an order by devices; 0: none does. */
static void values_boot_places(const struct lathe_definition *definition,
                               unsigned places[LATHE_BOOT_KINDS])
{
    for (unsigned i = 0; i < definition->disks + definition->nets; i++) {
        bool net = i >= definition->disks;
        enum lathe_boot_kind kind =
            net ? LATHE_BOOT_NETWORK : lathe_boot_kind_of(&definition->disk[i]);
        unsigned place =
            net ? definition->net[i - definition->disks].boot : definition->disk[i].boot;
        if (place != 0 && (places[kind] == 0 || place < places[kind]))
            places[kind] = place;
    }
}

/* An order by devices, as other programs write it, as one by kinds. */
static void values_boot_of_devices(const struct lathe_definition *definition,
                                   struct lathe_boot_order *order)
{
    unsigned places[LATHE_BOOT_KINDS] = {0};

    values_boot_places(definition, places);
    for (;;) {
        unsigned first = LATHE_BOOT_KINDS;
        for (unsigned kind = 0; kind < LATHE_BOOT_KINDS; kind++) {
            if (places[kind] != 0 && (first == LATHE_BOOT_KINDS || places[kind] < places[first]))
                first = kind;
        }
        if (first == LATHE_BOOT_KINDS)
            return;
        places[first] = 0;
        order->kinds[order->count++] = (enum lathe_boot_kind)first;
    }
}

char *lathe_get_boot(const struct lathe_definition *definition)
{
    struct lathe_boot_order order = definition->boot;
    GString *text = g_string_new(NULL);

    if (order.count == 0)
        values_boot_of_devices(definition, &order);
    for (unsigned i = 0; i < order.count; i++)
        g_string_append_printf(text, "%s%s", i != 0 ? "," : "", values_boot_words[order.kinds[i]]);
    return g_string_free(text, FALSE);
}

/* "" is the usual order, which depends on what there is. */
bool lathe_put_boot(struct lathe_definition *definition, const char *text, GError **error)
{
    if (*text != '\0')
        return lathe_boot_parse(text, &definition->boot, error);
    definition->boot.count = 0;
    return true;
}

/* ---- devices ---- */

static char *values_get_drives(const struct lathe_definition *definition, enum lathe_boot_kind kind)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < definition->disks; i++) {
        const struct lathe_disk_definition *disk = &definition->disk[i];
        if (lathe_boot_kind_of(disk) == kind)
            g_string_append_printf(text, "%s%s", text->len != 0 ? "\n" : "",
                                   disk->path != NULL ? disk->path : "");
    }
    return g_string_free(text, FALSE);
}

char *lathe_get_disk(const struct lathe_definition *definition)
{
    return values_get_drives(definition, LATHE_BOOT_DISK);
}

bool lathe_put_disk(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_definition_add_disk(definition, text, error);
}

char *lathe_get_cdrom(const struct lathe_definition *definition)
{
    return values_get_drives(definition, LATHE_BOOT_CDROM);
}

bool lathe_put_cdrom(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_definition_add_cdrom(definition, text, error);
}

char *lathe_get_floppy(const struct lathe_definition *definition)
{
    return values_get_drives(definition, LATHE_BOOT_FLOPPY);
}

bool lathe_put_floppy(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_definition_add_floppy(definition, text, error);
}

char *lathe_setting_net_text(const struct lathe_net_definition *net)
{
    GString *text = g_string_new("user,model=");

    g_string_append(text, net->model == EMU_NIC_E1000E ? "e1000e" : "virtio");
    if (net->mac != NULL)
        g_string_append_printf(text, ",mac=%s", net->mac);
    for (guint i = 0; i < net->forwards->len; i++) {
        g_autofree char *forward =
            lathe_forward_format(&g_array_index(net->forwards, struct emu_net_forward, i));
        g_string_append_printf(text, ",forward=%s", forward);
    }
    lathe_net_write_boot(net, text);
    return g_string_free(text, FALSE);
}

char *lathe_get_net(const struct lathe_definition *definition)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < definition->nets; i++) {
        g_autofree char *line = lathe_setting_net_text(&definition->net[i]);
        g_string_append_printf(text, "%s%s", i != 0 ? "\n" : "", line);
    }
    return g_string_free(text, FALSE);
}

bool lathe_put_net(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_definition_add_net(definition, text, error);
}

/* "default" is what a document has for a terminal in the window, too. */
static char *values_get_port(const struct lathe_serial_definition *port)
{
    return port->kind == LATHE_SERIAL_TAB ? g_strdup("default")
                                          : lathe_serial_definition_format(port);
}

char *lathe_get_serial(const struct lathe_definition *definition)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < definition->serials; i++) {
        g_autofree char *line = values_get_port(&definition->serial[i]);
        g_string_append_printf(text, "%s%s", i != 0 ? "\n" : "", line);
    }
    return g_string_free(text, FALSE);
}

bool lathe_put_serial(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_definition_add_serial(definition, text, error);
}

char *lathe_get_console(const struct lathe_definition *definition)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < definition->consoles; i++) {
        g_autofree char *line = values_get_port(&definition->console[i]);
        g_string_append_printf(text, "%s%s", i != 0 ? "\n" : "", line);
    }
    return g_string_free(text, FALSE);
}

bool lathe_put_console(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_definition_add_console(definition, text, error);
}

char *lathe_get_channel(const struct lathe_definition *definition)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < definition->channels; i++) {
        g_autofree char *end = values_get_port(&definition->channel[i].end);
        g_string_append_printf(text, "%s%s=%s", i != 0 ? "\n" : "", definition->channel[i].name,
                               end);
    }
    return g_string_free(text, FALSE);
}

bool lathe_put_channel(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_definition_add_channel(definition, text, error);
}

char *lathe_get_debugcon(const struct lathe_definition *definition)
{
    return definition->debugcon != NULL ? g_strconcat("file:", definition->debugcon, NULL)
                                        : g_strdup("");
}

bool lathe_put_debugcon(struct lathe_definition *definition, const char *text, GError **error)
{
    if (!g_str_has_prefix(text, "file:") || text[5] == '\0')
        return lathe_error_input(error, "--debugcon has no '%s': use file:PATH", text);
    return values_put(&definition->debugcon, text + 5);
}

char *lathe_get_debugcon_file(const struct lathe_definition *definition)
{
    return values_get(definition->debugcon);
}

bool lathe_put_debugcon_file(struct lathe_definition *definition, const char *text, GError **error)
{
    return values_put(&definition->debugcon, text);
}

char *lathe_get_gpu(const struct lathe_definition *definition)
{
    return lathe_gpu_format(definition);
}

bool lathe_put_gpu(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_gpu_parse_heads(text, definition, error);
}

char *lathe_get_input(const struct lathe_definition *definition)
{
    return g_strdup(lathe_input_name(definition->input));
}

bool lathe_put_input(struct lathe_definition *definition, const char *text, GError **error)
{
    if (strcmp(text, lathe_input_name(LATHE_INPUT_DEFAULT)) != 0)
        return lathe_input_parse(text, &definition->input, error);
    definition->input = LATHE_INPUT_DEFAULT;
    return true;
}

char *lathe_get_display(const struct lathe_definition *definition)
{
    if (definition->displays == 0)
        return g_strdup("default");
    return g_strdup(lathe_definition_get_display(definition));
}

static bool values_put_viewers(struct lathe_definition *definition, const char *text,
                               GError **error)
{
    if (!lathe_definition_set_spice(definition, text, error))
        return false;
    if (definition->spice != NULL)
        definition->displays |= LATHE_DISPLAY_ELSEWHERE;
    return true;
}

char *lathe_get_spice(const struct lathe_definition *definition)
{
    return definition->spice != NULL ? lathe_spice_format(definition->spice) : g_strdup("");
}

bool lathe_put_spice(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_definition_set_spice(definition, *text != '\0' ? text : "none", error);
}

bool lathe_put_display(struct lathe_definition *definition, const char *text, GError **error)
{
    if (strcmp(text, "default") == 0)
        definition->displays = 0;
    else if (strcmp(text, "gtk") == 0)
        definition->displays |= LATHE_DISPLAY_GTK;
    else if (strcmp(text, "sdl") == 0)
        definition->displays |= LATHE_DISPLAY_SDL;
    else if (strcmp(text, "none") == 0)
        definition->displays |= LATHE_DISPLAY_NONE;
    else if (g_str_has_prefix(text, "spice="))
        return values_put_viewers(definition, text + strlen("spice="), error);
    else
        return lathe_error_input(error, "--display has no '%s': use gtk, sdl, spice=... or none",
                                 text);
    return true;
}

char *lathe_get_tpm(const struct lathe_definition *definition)
{
    return g_strdup(definition->tpm != NULL ? definition->tpm : "none");
}

bool lathe_put_tpm(struct lathe_definition *definition, const char *text, GError **error)
{
    bool none = strcmp(text, "none") == 0;

    if (!none && strcmp(text, "emulated") != 0 &&
        (!g_str_has_prefix(text, "unix:") || text[5] == '\0'))
        return lathe_error_input(error, "--tpm has no '%s': use none, emulated or unix:PATH", text);
    return values_put(&definition->tpm, none ? "" : text);
}

/* ---- ends ---- */

char *lathe_get_no_reboot(const struct lathe_definition *definition)
{
    return values_get_flag(definition->no_reboot);
}

bool lathe_put_no_reboot(struct lathe_definition *definition, const char *text, GError **error)
{
    return values_put_flag(&definition->no_reboot, text, error);
}

char *lathe_get_debug_exit(const struct lathe_definition *definition)
{
    return values_get_flag(definition->debug_exit);
}

bool lathe_put_debug_exit(struct lathe_definition *definition, const char *text, GError **error)
{
    return values_put_flag(&definition->debug_exit, text, error);
}

char *lathe_get_testdev(const struct lathe_definition *definition)
{
    return values_get_flag(definition->testdev);
}

bool lathe_put_testdev(struct lathe_definition *definition, const char *text, GError **error)
{
    return values_put_flag(&definition->testdev, text, error);
}

/* ---- what the guest is told ---- */

char *lathe_get_fw_cfg(const struct lathe_definition *definition)
{
    const GArray *files = definition->told->files;
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < files->len; i++) {
        g_autofree char *line = lathe_fw_file_text(&g_array_index(files, struct lathe_fw_file, i));
        g_string_append_printf(text, "%s%s", i != 0 ? "\n" : "", line);
    }
    return g_string_free(text, FALSE);
}

bool lathe_put_fw_cfg(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_told_add_file(definition->told, text, error);
}

char *lathe_get_smbios(const struct lathe_definition *definition)
{
    g_auto(GStrv) lines = lathe_told_smbios_lines(definition->told);

    return g_strjoinv("\n", lines);
}

bool lathe_put_smbios(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_told_add_smbios(definition->told, text, error);
}

/* ---- lists ---- */

static void values_clear_nets(struct lathe_definition *definition)
{
    for (unsigned i = 0; i < definition->nets; i++)
        lathe_net_clear(&definition->net[i]);
    definition->nets = 0;
    definition->no_net = false;
}

void lathe_values_clear(const struct lathe_setting *setting, struct lathe_definition *definition)
{
    if (strcmp(setting->name, "display") == 0)
        definition->displays = 0;
    if (strcmp(setting->name, "net") == 0)
        values_clear_nets(definition);
    if (strcmp(setting->name, "serial") == 0)
        lathe_definition_clear_serials(definition);
    if (strcmp(setting->name, "console") == 0)
        lathe_definition_clear_consoles(definition);
    if (strcmp(setting->name, "numa") == 0)
        g_array_set_size(definition->parts->cells, 0);
    if (strcmp(setting->name, "hostdev") == 0)
        lathe_parts_clear_hostdevs(definition->parts);
    if (strcmp(setting->name, "share") == 0)
        g_array_set_size(definition->parts->shares, 0);
    if (strcmp(setting->name, "fw-cfg") == 0)
        lathe_told_clear_files(definition->told);
    if (strcmp(setting->name, "smbios") == 0)
        lathe_told_clear_smbios(definition->told);
    if (strcmp(setting->name, "channel") == 0)
        lathe_definition_clear_channels(definition);
}
