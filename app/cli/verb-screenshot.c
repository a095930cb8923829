/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe screenshot NAME [FILE]": what a running machine's screens show. The machine makes the
 * picture beside its socket; this process puts it where the user says. */
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/actions/actions.h"
#include "app/cli/machines.h"
#include "app/control/control-client.h"
#include "app/control/control-path.h"
#include "app/plan/error.h"
#include "app/plan/put-file.h"
#include "app/session/capture.h"

#define SHOT_PATIENCE 30000 /* ms */

/* Which screen, from 1; 0: all. False with *error. */
static bool shot_number(const char *text, gint64 *head, GError **error)
{
    char *end;

    *head = 1;
    if (text == NULL)
        return true;
    *head = strcmp(text, "all") == 0 ? 0 : g_ascii_strtoll(text, &end, 10);
    if (*head == 0 ? strcmp(text, "all") == 0 : *head > 0 && *head <= 64 && *end == '\0')
        return true;
    return lathe_error_input(error, "--head '%s' is no screen: give its number from 1, or all",
                             text);
}

static bool shot_check(struct lathe_control *control, const char *name, gint64 head, GError **error)
{
    g_autoptr(JsonNode) answer =
        lathe_control_call(control, "__org.lathe_vm_query-screens", NULL, error);
    JsonArray *screens = answer != NULL ? json_node_get_array(answer) : NULL;
    guint count = screens != NULL ? json_array_get_length(screens) : 0, on = 0;

    if (answer == NULL)
        return false;
    for (guint i = 0; i < count; i++) {
        JsonObject *screen = json_array_get_object_element(screens, i);
        bool is_on = strcmp(json_object_get_string_member(screen, "state"), "off") != 0;
        on += is_on;
        if (!is_on && head == i + 1)
            return lathe_error_input(error, "screen %u of '%s' is off", i + 1, name);
    }
    if (count == 0)
        return lathe_error_input(error, "'%s' has no screen", name);
    if (head > count)
        return lathe_error_input(error, "'%s' has no screen %u: it has %u", name, (unsigned)head,
                                 count);
    return on > 0 || lathe_error_input(error, "all screens of '%s' are off", name);
}

/* The picture's bytes; false with *error. */
static bool shot_take(struct lathe_control *control, gint64 head, const char *format, char **data,
                      gsize *length, GError **error)
{
    g_autofree char *folder = lathe_control_folder();
    g_autofree char *name = g_strdup_printf("shot-%d", (int)getpid());
    g_autofree char *path = g_build_filename(folder, name, NULL);
    JsonObject *arguments = json_object_new();

    json_object_set_string_member(arguments, "filename", path);
    json_object_set_string_member(arguments, "format", format);
    if (head > 0)
        json_object_set_int_member(arguments, "head", head - 1);
    g_autoptr(JsonNode) answer =
        lathe_control_call(control, "__org.lathe_vm_screenshot", arguments, error);
    bool good = answer != NULL && g_file_get_contents(path, data, length, error);
    g_unlink(path);
    return good;
}

static bool shot_put(const char *path, const char *data, gsize length, GError **error)
{
    if (strcmp(path, "-") != 0)
        return lathe_put_file(path, data, length, 0666, error);
    if (fwrite(data, 1, length, stdout) == length && fflush(stdout) == 0)
        return true;
    return lathe_error_input(error, "standard output does not take the picture");
}

static bool shot_run(const struct lathe_cli *cli, GError **error)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    const char *file = cli->operands->len > 1 ? cli->operands->pdata[1] : cli->output;
    gint64 head;
    gsize length = 0;

    if (cli->operands->len < 1 || cli->operands->len > 2 ||
        (cli->operands->len == 2 && cli->output != NULL))
        return lathe_error_input(error, "lathe screenshot takes a machine's NAME and one FILE");
    if (!shot_number(cli->head, &head, error))
        return false;
    g_autoptr(lathe_machine) machine = lathe_library_find(library, cli->operands->pdata[0], error);
    struct lathe_control *control =
        machine != NULL ? lathe_action_connect(machine, SHOT_PATIENCE, error) : NULL;
    if (control == NULL)
        return false;
    g_autofree char *made = file == NULL ? lathe_capture_name(machine->name, ".png") : NULL;
    const char *path = file != NULL ? file : made;
    const char *format = g_str_has_suffix(path, ".ppm") ? "ppm" : "png";
    g_autofree char *data = NULL;
    bool good = shot_check(control, machine->name, head, error) &&
                shot_take(control, head, format, &data, &length, error) &&
                shot_put(path, data, length, error);
    lathe_control_free(control);
    if (good && made != NULL)
        puts(made);
    return good;
}

int lathe_verb_screenshot(struct lathe_cli *cli)
{
    g_autoptr(GError) error = NULL;

    return shot_run(cli, &error) ? LATHE_EXIT_OK : lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
}
