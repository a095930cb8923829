/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way back: a cloud-config's keys that there are questions about. */
#include <string.h>

#include "app/plan/error.h"
#include "wizards/cloud/cloud.h"
#include "wizards/ignition/yaml-tree.h"

/* Bounds and characters are checked by lathe_answers_set; what it refuses is not there. */
static void read_text(struct lathe_answers *answers, JsonObject *from, const char *key,
                      const char *id)
{
    JsonNode *node = json_object_get_member(from, key);

    if (node != NULL && JSON_NODE_HOLDS_VALUE(node) &&
        json_node_get_value_type(node) == G_TYPE_STRING)
        lathe_answers_set(answers, id, json_node_get_string(node), NULL);
}

static void read_list(struct lathe_answers *answers, JsonObject *from, const char *key,
                      const char *id)
{
    JsonNode *node = json_object_get_member(from, key);
    JsonArray *list =
        node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;

    for (guint i = 0; list != NULL && i < json_array_get_length(list); i++) {
        JsonNode *item = json_array_get_element(list, i);
        if (JSON_NODE_HOLDS_VALUE(item) && json_node_get_value_type(item) == G_TYPE_STRING)
            lathe_answers_add_line(answers, id, json_node_get_string(item), NULL);
    }
}

static JsonObject *read_object(JsonObject *from, const char *key)
{
    JsonNode *node = json_object_get_member(from, key);

    return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

/* The first user who is a map; the word "default" is none. */
static void read_user(struct lathe_answers *answers, JsonObject *from)
{
    JsonNode *node = json_object_get_member(from, "users");
    JsonArray *list =
        node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;

    for (guint i = 0; list != NULL && i < json_array_get_length(list); i++) {
        JsonNode *item = json_array_get_element(list, i);
        if (!JSON_NODE_HOLDS_OBJECT(item))
            continue;
        JsonObject *user = json_node_get_object(item);
        read_text(answers, user, "name", "login");
        read_text(answers, user, "gecos", "full-name");
        read_text(answers, user, "passwd", "password");
        read_list(answers, user, "ssh_authorized_keys", "ssh-keys");
        return;
    }
}

struct lathe_answers *lathe_cloud_read(const char *text, gsize length, GError **error)
{
    g_autoptr(JsonNode) node = lathe_yaml_parse(text, length, error);

    if (node == NULL)
        return NULL;
    if (strncmp(text, "#cloud-config", MIN(length, strlen("#cloud-config"))) != 0 ||
        !JSON_NODE_HOLDS_OBJECT(node)) {
        lathe_error_input(error,
                          "this is no cloud-config: its first line is #cloud-config, and then "
                          "there are keys");
        return NULL;
    }
    JsonObject *root = json_node_get_object(node), *keyboard = read_object(root, "keyboard");
    struct lathe_answers *answers = lathe_answers_new(&lathe_cloud_flow);
    read_user(answers, root);
    read_text(answers, root, "hostname", "hostname");
    read_text(answers, root, "locale", "locale");
    read_text(answers, root, "timezone", "timezone");
    if (keyboard != NULL)
        read_text(answers, keyboard, "layout", "keyboard");
    read_list(answers, root, "packages", "packages");
    read_list(answers, root, "runcmd", "commands");
    return answers;
}
