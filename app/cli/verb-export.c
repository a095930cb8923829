/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe export NAME|FILE.xml": a definition for other programs, on standard output. */
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "app/cli/machines.h"
#include "app/config/config.h"
#include "app/exchange/export.h"
#include "app/firmware/firmware.h"

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
    fputs(text, stdout);
    fflush(stdout);
    for (guint i = 0; i < left->len; i++)
        fprintf(stderr, _("lathe: not carried over: %s\n"), (const char *)left->pdata[i]);
    return LATHE_EXIT_OK;
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
    g_autofree char *text = lathe_config_format(config);
    fputs(text, stdout);
    return LATHE_EXIT_OK;
}
