/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe sound NAME [microphone=on|off] [mute=on|off]": the switches of a running machine's sound
 * card, and what is behind it, by its control socket. */
#include <stdio.h>
#include <string.h>

#include "app/cli/machines.h"
#include "app/control/control-client.h"
#include "app/control/control-path.h"
#include "app/plan/error.h"

#define SOUND_PATIENCE 10000 /* ms */

static bool sound_put_word(JsonObject *arguments, const char *word, GError **error)
{
    static const char *const names[] = {"microphone", "mute"};
    const char *value = strchr(word, '=');

    for (size_t i = 0; value != NULL && i < G_N_ELEMENTS(names); i++) {
        bool on = strcmp(value, "=on") == 0;

        if (strncmp(word, names[i], (size_t)(value - word)) != 0 ||
            strlen(names[i]) != (size_t)(value - word) || (!on && strcmp(value, "=off") != 0))
            continue;
        json_object_set_boolean_member(arguments, names[i], on);
        return true;
    }
    return lathe_error_input(error, "lathe sound takes microphone=on|off and mute=on|off, not '%s'",
                             word);
}

/* NULL with *error. */
static JsonObject *sound_arguments(const struct lathe_cli *cli, GError **error)
{
    g_autoptr(JsonObject) arguments = json_object_new();

    for (guint i = 1; i < cli->operands->len; i++)
        if (!sound_put_word(arguments, cli->operands->pdata[i], error))
            return NULL;
    return g_steal_pointer(&arguments);
}

/* Takes the arguments. NULL with *error. */
static JsonNode *sound_say(const struct lathe_machine *machine, JsonObject *arguments,
                           GError **error)
{
    pid_t pid = 0;
    bool runs = lathe_lock_look(machine->folder, &pid) == LATHE_LOCK_RUN && pid != 0;
    g_autofree char *path = lathe_control_path(pid);
    struct lathe_control *control =
        runs ? lathe_control_connect(path, SOUND_PATIENCE, error) : NULL;
    JsonNode *answer = NULL;

    if (!runs)
        lathe_error_input(error, "'%s' does not run; lathe run '%s' starts it", machine->name,
                          machine->name);
    if (control != NULL)
        answer = lathe_control_call(control, "__org.lathe_vm_sound", arguments, error);
    else
        json_object_unref(arguments);
    lathe_control_free(control);
    return answer;
}

static void sound_print_stream(JsonObject *listener, const char *name, const char *label)
{
    JsonObject *stream = json_object_get_object_member(listener, name);
    gint64 rate = json_object_get_int_member(stream, "rate");

    if (rate == 0)
        printf("  %-11s closed\n", label);
    else
        printf("  %-11s %" G_GINT64_FORMAT " Hz, %.0f ms wait before %.0f ms of the device\n", label,
               rate, json_object_get_double_member(stream, "waiting-ms"),
               json_object_get_double_member(stream, "device-ms"));
    printf("  %-11s %" G_GINT64_FORMAT " times empty, %" G_GINT64_FORMAT " frames dropped\n", "",
           json_object_get_int_member(stream, "underruns"),
           json_object_get_int_member(stream, "dropped"));
}

static void sound_print(JsonObject *answer)
{
    JsonArray *listeners = json_object_get_array_member(answer, "listeners");

    printf("%-13s %s\n", "microphone",
           json_object_get_boolean_member(answer, "microphone") ? "on: the guest may listen" : "off");
    printf("%-13s %s\n", "mute", json_object_get_boolean_member(answer, "mute") ? "on" : "off");
    for (guint i = 0; i < json_array_get_length(listeners); i++) {
        JsonObject *listener = json_array_get_object_element(listeners, i);
        const char *driver = json_object_get_string_member(listener, "driver");

        printf("%-13s %s%s%s\n", "goes to", json_object_get_string_member(listener, "backend"),
               *driver != '\0' ? ", " : "", driver);
        sound_print_stream(listener, "play", "play");
        sound_print_stream(listener, "record", "record");
    }
}

int lathe_verb_sound(struct lathe_cli *cli)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    g_autoptr(GError) error = NULL;
    JsonObject *arguments = sound_arguments(cli, &error);
    g_autoptr(JsonNode) answer = NULL;

    if (cli->operands->len == 0)
        lathe_error_input(&error, "lathe sound takes the name of a machine that runs");
    if (arguments != NULL && error == NULL) {
        g_autoptr(lathe_machine) machine =
            lathe_library_find(library, cli->operands->pdata[0], &error);
        if (machine != NULL)
            answer = sound_say(machine, g_steal_pointer(&arguments), &error);
    }
    g_clear_pointer(&arguments, json_object_unref);
    if (answer == NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    sound_print(json_node_get_object(answer));
    return LATHE_EXIT_OK;
}
