/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe export NAME|FILE.xml": a machine for other programs, on standard output or in a file. */
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "app/cli/machines.h"
#include "app/cli/task.h"
#include "app/config/config.h"
#include "app/exchange/export.h"
#include "app/exchange/output.h"
#include "app/exchange/package.h"
#include "app/firmware/firmware.h"

static void export_tell(const GPtrArray *left)
{
    fflush(stdout);
    for (guint i = 0; i < left->len; i++)
        fprintf(stderr, _("lathe: not carried over: %s\n"), (const char *)left->pdata[i]);
}

/* To where --output says. */
static int export_print(const struct lathe_cli *cli, const char *text)
{
    g_autoptr(lathe_output) output = NULL;
    g_autoptr(GError) error = NULL;

    if (cli->output == NULL) {
        fputs(text, stdout);
        return LATHE_EXIT_OK;
    }
    output = lathe_output_new(cli->output, &error);
    if (output == NULL || !lathe_output_write(output, 0, text, strlen(text), &error) ||
        !lathe_output_publish(output, &error))
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    return LATHE_EXIT_OK;
}

/* The files that os firmware= stands for here. The names are the list's. */
static struct lathe_export_firmware export_firmware(const struct lathe_config *config,
                                                    const struct lathe_definition *definition,
                                                    const struct lathe_descriptor_list *list)
{
    const struct lathe_descriptor *descriptor =
        g_str_has_prefix(definition->firmware, "uefi")
            ? lathe_firmware_choose(list, definition->firmware)
            : NULL;

    if (descriptor == NULL)
        return (struct lathe_export_firmware){NULL, NULL};
    return (struct lathe_export_firmware){descriptor->executable, descriptor->template};
}

static int export_qemu(struct lathe_cli *cli, const struct lathe_config *config)
{
    g_auto(GStrv) folders = lathe_descriptor_folders();
    g_autoptr(lathe_descriptor_list) list =
        lathe_descriptor_list_read((const char *const *)folders);
    g_autoptr(GArray) findings = lathe_config_check(config);
    g_autofree char *faults = lathe_findings_format(config, findings, LATHE_FINDING_FAULT);
    g_autoptr(GPtrArray) left = NULL;

    if (faults != NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE, faults);
    lathe_config_fill(config, cli->definition, NULL); /* what cannot run here can be exported */
    struct lathe_export_firmware firmware = export_firmware(config, cli->definition, list);
    g_autoptr(GPtrArray) words = lathe_export_qemu(config, &firmware, &left);
    g_autofree char *text = lathe_export_format(words);
    int status = export_print(cli, text);
    if (status == LATHE_EXIT_OK)
        export_tell(left);
    return status;
}

/* ---- packages ---- */

/* While disks are read nobody runs or changes the machine. */
static bool export_lock(const char *operand, struct lathe_lock **lock, GError **error)
{
    g_autoptr(lathe_machine) machine = NULL;

    if (!lathe_machines_resolve(operand, &machine, error))
        return false;
    if (machine == NULL) /* a definition somewhere: its disks have locks of their own */
        return true;
    *lock = lathe_lock_take(machine->folder, machine->name, LATHE_LOCK_EDIT, error);
    return *lock != NULL;
}

static int export_package(const struct lathe_cli *cli, const struct lathe_config *config,
                          struct lathe_task *task)
{
    g_autoptr(lathe_lock) lock = NULL;
    g_autoptr(GPtrArray) left = NULL;
    g_autoptr(GError) error = NULL;

    if (!export_lock(cli->operands->pdata[0], &lock, &error) ||
        !lathe_package_write(config, cli->output, task, &left, &error))
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    export_tell(left);
    return LATHE_EXIT_OK;
}

static int export_ova(const struct lathe_cli *cli, const struct lathe_config *config)
{
    struct lathe_task task;

    if (cli->output == NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE,
                              "--format ova needs --output FILE.ova: a package is no text");
    lathe_cli_task_begin(&task);
    return lathe_cli_task_end(export_package(cli, config, &task));
}

int lathe_verb_export(struct lathe_cli *cli)
{
    g_autoptr(GError) error = NULL;

    if (cli->operands->len != 1 || cli->format == NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE,
                              _("lathe export takes one NAME or FILE.xml, and --format"));
    g_autoptr(lathe_config) config = lathe_machines_read(cli->operands->pdata[0], &error);
    if (config == NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    if (strcmp(cli->format, "qemu") == 0)
        return export_qemu(cli, config);
    if (strcmp(cli->format, "ova") == 0)
        return export_ova(cli, config);
    g_autofree char *text = lathe_config_format(config);
    return export_print(cli, text);
}
