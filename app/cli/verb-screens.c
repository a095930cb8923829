/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe screens NAME [plug|unplug NUMBER]": the monitors of a running machine, which are plugged
 * in and out as in its window. */
#include <glib/gi18n.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/actions/actions.h"
#include "app/cli/cli.h"
#include "app/control/control-client.h"
#include "app/library/library.h"
#include "app/plan/error.h"

#define SCREENS_PATIENCE 30000 /* ms */

/* Adapters that count say what their pictures cost. */
static void screens_print_frames(JsonObject *screen)
{
    gint64 frames = json_object_get_int_member(screen, "frames");
    gint64 copies = json_object_get_int_member(screen, "copies");

    if (frames > 0)
        printf(_(", %.0f frames shown, %.2f copies each"), (double)frames,
               (double)copies / (double)frames);
}

static bool screens_print(struct lathe_control *control, bool json, GError **error)
{
    g_autoptr(JsonNode) answer =
        lathe_control_call(control, "__org.lathe_vm_query-screens", NULL, error);
    JsonArray *screens = answer != NULL ? json_node_get_array(answer) : NULL;

    if (answer == NULL)
        return false;
    if (json) {
        g_autofree char *text = json_to_string(answer, TRUE);
        puts(text);
        return true;
    }
    for (guint i = 0; i < json_array_get_length(screens); i++) {
        JsonObject *screen = json_array_get_object_element(screens, i);
        if (!json_object_get_boolean_member(screen, "connected")) {
            printf("%u %s\n", i + 1, _("unplugged"));
            continue;
        }
        printf("%u %s %ux%u", i + 1, json_object_get_string_member(screen, "state"),
               (unsigned)json_object_get_int_member(screen, "width"),
               (unsigned)json_object_get_int_member(screen, "height"));
        screens_print_frames(screen);
        puts("");
    }
    return true;
}

/* operands: the name, "plug" or "unplug", a number from 1. */
static bool screens_plug(struct lathe_control *control, const GPtrArray *operands, GError **error)
{
    bool plug = strcmp(operands->pdata[1], "plug") == 0;
    char *end;
    gint64 number = g_ascii_strtoll(operands->pdata[2], &end, 10);
    JsonObject *arguments;

    if (!plug && strcmp(operands->pdata[1], "unplug") != 0)
        return lathe_error_input(error, "lathe screens does not know '%s': plug or unplug",
                                 (const char *)operands->pdata[1]);
    if (number < 1 || number > 64 || *end != '\0')
        return lathe_error_input(error, "'%s' is no screen: give its number from 1",
                                 (const char *)operands->pdata[2]);
    arguments = json_object_new();
    json_object_set_int_member(arguments, "head", number - 1);
    json_object_set_boolean_member(arguments, "connected", plug);
    g_autoptr(JsonNode) answer =
        lathe_control_call(control, "__org.lathe_vm_plug-screen", arguments, error);
    return answer != NULL;
}

static bool screens_run(const struct lathe_cli *cli, GError **error)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);

    if (cli->operands->len != 1 && cli->operands->len != 3)
        return lathe_error_input(error,
                                 "lathe screens takes a machine's NAME, and then nothing, or "
                                 "plug or unplug with a NUMBER");
    g_autoptr(lathe_machine) machine = lathe_library_find(library, cli->operands->pdata[0], error);
    struct lathe_control *control =
        machine != NULL ? lathe_action_connect(machine, SCREENS_PATIENCE, error) : NULL;
    if (control == NULL)
        return false;
    bool good = cli->operands->len == 1 ? screens_print(control, cli->json, error)
                                        : screens_plug(control, cli->operands, error);
    lathe_control_free(control);
    return good;
}

int lathe_verb_screens(struct lathe_cli *cli)
{
    g_autoptr(GError) error = NULL;

    return screens_run(cli, &error) ? LATHE_EXIT_OK
                                    : lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
}
