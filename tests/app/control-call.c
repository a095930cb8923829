/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The program's side of a control socket, for test-qmp.py: "control-call SOCKET WORD..." runs each
 * word as a command, with arguments behind a '=', or waits for the event "+NAME". What came is a
 * line each; an error ends it with status 1.
 */
#include <stdio.h>
#include <string.h>

#include "app/control/control-client.h"
#include "app/control/qmp-text.h"

#define CALL_TIMEOUT_MS 5000

static void call_print(JsonNode *node)
{
    g_autoptr(GString) text = g_string_new(NULL);

    qmp_text_append(text, node);
    puts(text->str);
    json_node_unref(node);
}

static JsonNode *call_wait(struct lathe_control *control, const char *event, GError **error)
{
    JsonObject *data = lathe_control_wait(control, event, error);

    if (data == NULL)
        return NULL;
    JsonNode *node = json_node_new(JSON_NODE_OBJECT);
    json_node_take_object(node, data);
    return node;
}

static JsonNode *call_run(struct lathe_control *control, const char *word, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(word, "=", 2);
    g_autoptr(JsonNode) arguments = parts[1] != NULL ? json_from_string(parts[1], error) : NULL;

    return lathe_control_call(control, parts[0],
                              arguments != NULL ? json_node_dup_object(arguments) : NULL, error);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    struct lathe_control *control = lathe_control_connect(argv[1], CALL_TIMEOUT_MS, &error);

    for (int i = 2; i < argc && control != NULL && error == NULL; i++) {
        JsonNode *node = argv[i][0] == '+' ? call_wait(control, argv[i] + 1, &error)
                                           : call_run(control, argv[i], &error);
        if (node != NULL)
            call_print(node);
    }
    lathe_control_free(control);
    if (error != NULL)
        printf("%d %s\n", error->code, error->message);
    return error != NULL;
}
