/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Actions that show: the folder, the log, the definition for other programs. */
#include <string.h>

#include "app/actions/actions-private.h"
#include "app/config/config.h"
#include "app/config/paths.h"
#include "app/exchange/export.h"
#include "app/firmware/firmware.h"
#include "app/plan/definition.h"
#include "app/plan/error.h"

#define TEXTS_LOG_MAX (256u << 10) /* bytes of the log's end */

char *action_folder(const struct action_call *call, GError **error)
{
    g_autofree char *uri = g_filename_to_uri(call->machine->folder, NULL, error);

    if (uri == NULL || !g_app_info_launch_default_for_uri(uri, NULL, error))
        return NULL;
    return g_strdup("");
}

char *action_log(const struct action_call *call, GError **error)
{
    g_autofree char *path = lathe_machine_path(call->machine, LATHE_MACHINE_LOG), *text = NULL;
    g_autoptr(GError) found = NULL;
    gsize length = 0;

    if (!g_file_get_contents(path, &text, &length, &found)) {
        if (g_error_matches(found, G_FILE_ERROR, G_FILE_ERROR_NOENT))
            return g_strdup("");
        g_propagate_error(error, g_steal_pointer(&found));
        return NULL;
    }
    return g_utf8_make_valid(length > TEXTS_LOG_MAX ? text + length - TEXTS_LOG_MAX : text, -1);
}

static struct lathe_config *texts_read(const struct action_call *call, GError **error)
{
    struct lathe_config *config = lathe_machine_read_config(call->machine, error);

    if (config != NULL)
        lathe_config_make_whole(config, call->machine->folder);
    return config;
}

char *action_xml(const struct action_call *call, GError **error)
{
    g_autoptr(lathe_config) config = texts_read(call, error);

    return config != NULL ? lathe_config_format(config) : NULL;
}

/* The files that os firmware= stands for here. The names are the list's. */
static struct lathe_export_firmware texts_firmware(const struct lathe_config *config,
                                                   const struct lathe_descriptor_list *list)
{
    struct lathe_definition *definition = lathe_definition_new();
    const struct lathe_descriptor *descriptor = NULL;

    lathe_config_fill(config, definition, NULL); /* what cannot run here can be exported */
    if (g_str_has_prefix(definition->firmware, "uefi"))
        descriptor = lathe_firmware_choose(list, definition->firmware);
    lathe_definition_free(definition);
    return descriptor != NULL
               ? (struct lathe_export_firmware){descriptor->executable, descriptor->template}
               : (struct lathe_export_firmware){NULL, NULL};
}

static char *texts_format_qemu(const struct lathe_config *config)
{
    g_auto(GStrv) folders = lathe_descriptor_folders();
    g_autoptr(lathe_descriptor_list) list =
        lathe_descriptor_list_read((const char *const *)folders);
    struct lathe_export_firmware firmware = texts_firmware(config, list);
    g_autoptr(GPtrArray) left = NULL;
    g_autoptr(GPtrArray) words = lathe_export_qemu(config, &firmware, &left);
    g_autofree char *line = lathe_export_format(words);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < left->len; i++) /* as a shell's comments, before the line */
        g_string_append_printf(text, "# not carried over: %s\n", (const char *)left->pdata[i]);
    g_string_append(text, line);
    return g_string_free(text, FALSE);
}

char *action_qemu(const struct action_call *call, GError **error)
{
    g_autoptr(lathe_config) config = texts_read(call, error);
    g_autoptr(GArray) findings = config != NULL ? lathe_config_check(config) : NULL;
    g_autofree char *faults =
        config != NULL ? lathe_findings_format(config, findings, LATHE_FINDING_FAULT) : NULL;

    if (faults != NULL)
        lathe_error_input(error, "%s", faults);
    return config != NULL && faults == NULL ? texts_format_qemu(config) : NULL;
}
