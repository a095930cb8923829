/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way back: what Butane says of the user core (secure.h). */
#include <string.h>

#include "app/plan/error.h"
#include "wizards/ignition/yaml-tree.h"
#include "wizards/secure/secure.h"

static JsonArray *read_list(JsonObject *from, const char *outer, const char *inner)
{
    JsonNode *node = json_object_get_member(from, outer);
    JsonObject *object =
        node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;

    node = object != NULL ? json_object_get_member(object, inner) : NULL;
    return node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

/* NULL: no text. */
static const char *read_text(JsonObject *from, const char *key)
{
    JsonNode *node = json_object_get_member(from, key);

    return node != NULL && JSON_NODE_HOLDS_VALUE(node) &&
                   json_node_get_value_type(node) == G_TYPE_STRING
               ? json_node_get_string(node)
               : NULL;
}

/* Bounds and characters are checked by lathe_answers_set; what it refuses is not there. */
static void read_user(struct lathe_answers *answers, JsonObject *user)
{
    const char *hash = read_text(user, "password_hash");
    JsonNode *node = json_object_get_member(user, "ssh_authorized_keys");
    JsonArray *keys =
        node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;

    if (hash != NULL)
        lathe_answers_set(answers, "password", hash, NULL);
    for (guint i = 0; keys != NULL && i < json_array_get_length(keys); i++) {
        JsonNode *key = json_array_get_element(keys, i);
        if (JSON_NODE_HOLDS_VALUE(key) && json_node_get_value_type(key) == G_TYPE_STRING)
            lathe_answers_add_line(answers, "ssh-keys", json_node_get_string(key), NULL);
    }
}

struct lathe_answers *lathe_secure_read(const char *text, gsize length, GError **error)
{
    g_autoptr(JsonNode) node = lathe_yaml_parse(text, length, error);
    struct lathe_answers *answers;
    JsonArray *users;

    if (node == NULL)
        return NULL;
    if (!JSON_NODE_HOLDS_OBJECT(node) || read_text(json_node_get_object(node), "variant") == NULL) {
        lathe_error_input(error, "this is no Butane: there is no key \"variant\"");
        return NULL;
    }
    answers = lathe_answers_new(&lathe_secure_flow);
    users = read_list(json_node_get_object(node), "passwd", "users");
    for (guint i = 0; users != NULL && i < json_array_get_length(users); i++) {
        JsonNode *user = json_array_get_element(users, i);
        if (JSON_NODE_HOLDS_OBJECT(user) &&
            g_strcmp0(read_text(json_node_get_object(user), "name"), "core") == 0)
            read_user(answers, json_node_get_object(user));
    }
    return answers;
}
