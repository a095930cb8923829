/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Butane along the tables of schema.inc: each key is checked, gets Ignition's spelling, and files
 * become data URLs (RFC 2397). What no single value shows is checked afterwards (rules.c).
 */
#include "wizards/ignition/butane.h"

#include <stdlib.h>
#include <string.h>

#include "app/plan/error.h"
#include "wizards/ignition/butane-private.h"
#include "wizards/ignition/yaml-tree.h"

enum butane_kind {
    KIND_TEXT,
    KIND_NUMBER,
    KIND_BOOL,
    KIND_TEXTS,
    KIND_RESOURCE,
    KIND_RESOURCES,
    KIND_OBJECT,
    KIND_OBJECTS,
    KIND_SUGAR,
    KIND_HEAD, /* of Butane alone */
};

struct butane_item {
    const char *key;
    enum butane_kind kind;
    const struct butane_item *inside;
};

#define ITEM(key, kind)          {#key, KIND_##kind, NULL},
#define INSIDE(key, kind, table) {#key, KIND_##kind, butane_##table},
#define TABLE(name, items)                                                                         \
    static const struct butane_item butane_##name[] = {items{NULL, KIND_HEAD, NULL}};
#include "wizards/ignition/schema.inc"
#undef TABLE
#undef INSIDE
#undef ITEM

struct butane {
    const char *folder;
    GString *place; /* "storage.files[0].mode" */
    GError **error;
};

static JsonNode *butane_value(struct butane *butane, JsonNode *node,
                              const struct butane_item *item);

static bool butane_fail(struct butane *butane, const char *why)
{
    return lathe_error_input(butane->error, "%s: %s",
                             butane->place->len != 0 ? butane->place->str : "Butane", why);
}

/* ---- names ---- */

/* "size_mib" is sizeMiB, "ssh_authorized_keys" sshAuthorizedKeys. g_free. */
static char *butane_name(const char *key)
{
    g_auto(GStrv) words = g_strsplit(key, "_", -1);
    GString *name = g_string_new(words[0]);

    for (char **word = words + 1; words[0] != NULL && *word != NULL; word++) {
        if (strcmp(*word, "mib") == 0)
            g_string_append(name, "MiB");
        else
            g_string_append_printf(name, "%c%s", g_ascii_toupper(**word), *word + (**word != '\0'));
    }
    return g_string_free(name, FALSE);
}

static const struct butane_item *butane_find(const struct butane_item *table, const char *key)
{
    while (table->key != NULL && strcmp(table->key, key) != 0)
        table++;
    return table->key != NULL ? table : NULL;
}

/* ---- contents of files ---- */

/* A file below the folder: no name leads out of it. g_free. */
static char *butane_read_local(struct butane *butane, const char *name, gsize *length)
{
    g_autofree char *path = NULL, *whole = NULL, *folder = NULL, *text = NULL;

    if (butane->folder == NULL) {
        butane_fail(butane, "there is no folder for local files");
        return NULL;
    }
    path = g_build_filename(butane->folder, name, NULL);
    whole = realpath(path, NULL);
    folder = realpath(butane->folder, NULL);
    g_autofree char *inside = g_strconcat(folder != NULL ? folder : "", "/", NULL);
    if (whole == NULL || folder == NULL || !g_str_has_prefix(whole, inside) ||
        !g_file_test(whole, G_FILE_TEST_IS_REGULAR)) {
        butane_fail(butane, "the folder of local files has no such file");
        return NULL;
    }
    if (!g_file_get_contents(whole, &text, length, NULL) || *length > LATHE_BUTANE_FILE_MAX) {
        butane_fail(butane, "the local file cannot be read, or is larger than 1 MiB");
        return NULL;
    }
    return g_steal_pointer(&text);
}

/* Text that stays short is written with percents, all else in base64. */
static char *butane_data_url(const char *data, gsize length)
{
    if (g_utf8_validate(data, (gssize)length, NULL) && memchr(data, '\0', length) == NULL) {
        g_autofree char *text = g_strndup(data, length);
        g_autofree char *escaped = g_uri_escape_string(text, "!$&'()*+,;=:@/?", FALSE);
        if (strlen(escaped) <= (length + 2) / 3 * 4 + strlen(";base64"))
            return g_strconcat("data:,", escaped, NULL);
    }
    g_autofree char *coded = g_base64_encode((const guchar *)data, length);
    return g_strconcat("data:;base64,", coded, NULL);
}

static const char *butane_text_of(JsonObject *object, const char *key)
{
    JsonNode *node = json_object_get_member(object, key);

    return node != NULL && JSON_NODE_HOLDS_VALUE(node) &&
                   json_node_get_value_type(node) == G_TYPE_STRING
               ? json_node_get_string(node)
               : NULL;
}

/* {source, inline, local, compression, http_headers, verification}. */
static bool butane_put_source(struct butane *butane, JsonObject *from, JsonObject *to)
{
    const char *source = butane_text_of(from, "source"), *in = butane_text_of(from, "inline");
    const char *local = butane_text_of(from, "local");
    gsize length = in != NULL ? strlen(in) : 0;
    g_autofree char *data = NULL;

    if ((source != NULL) + (in != NULL) + (local != NULL) != 1)
        return butane_fail(butane, "one of source, inline and local has to be there, as a text");
    if (source != NULL) {
        json_object_set_string_member(to, "source", source);
        return true;
    }
    data = in != NULL ? g_strdup(in) : butane_read_local(butane, local, &length);
    if (data == NULL)
        return false;
    g_autofree char *url = butane_data_url(data, length);
    json_object_set_string_member(to, "source", url);
    return true;
}

static JsonNode *butane_resource(struct butane *butane, JsonNode *node)
{
    static const char *const known[] = {"source",       "inline",       "local", "compression",
                                        "http_headers", "verification", NULL};
    JsonObject *from = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    g_autoptr(GList) keys = from != NULL ? json_object_get_members(from) : NULL;
    g_autoptr(JsonObject) to = json_object_new();

    if (from == NULL) {
        butane_fail(butane, "this has to be a map with source, inline or local");
        return NULL;
    }
    for (GList *key = keys; key != NULL; key = key->next) {
        if (!g_strv_contains(known, key->data)) {
            butane_fail(butane, "it may hold source, inline, local, compression, http_headers and "
                                "verification only");
            return NULL;
        }
    }
    if (!butane_put_source(butane, from, to))
        return NULL;
    for (guint i = 3; known[i] != NULL; i++) {
        g_autofree char *name = butane_name(known[i]);
        if (json_object_has_member(from, known[i]))
            json_object_set_member(to, name, json_object_dup_member(from, known[i]));
    }
    JsonNode *made = json_node_alloc();
    return json_node_init_object(made, to);
}

/* ---- values ---- */

static JsonNode *butane_object(struct butane *butane, JsonNode *node,
                               const struct butane_item *table)
{
    JsonObject *from = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    g_autoptr(GList) keys = from != NULL ? json_object_get_members(from) : NULL;
    g_autoptr(JsonObject) to = json_object_new();

    if (from == NULL) {
        butane_fail(butane, "this has to be a map");
        return NULL;
    }
    for (GList *key = keys; key != NULL; key = key->next) {
        const struct butane_item *item = butane_find(table, key->data);
        gsize length = butane->place->len;
        g_string_append_printf(butane->place, "%s%s", length != 0 ? "." : "", (char *)key->data);
        if (item == NULL) {
            butane_fail(butane, "Butane has no such key here");
            return NULL;
        }
        JsonNode *member = json_object_get_member(from, key->data);
        JsonNode *value = item->kind == KIND_HEAD || JSON_NODE_HOLDS_NULL(member)
                              ? NULL
                              : butane_value(butane, member, item);
        if (value == NULL && item->kind != KIND_HEAD && !JSON_NODE_HOLDS_NULL(member))
            return NULL;
        g_autofree char *name = butane_name(key->data);
        if (value != NULL)
            json_object_set_member(to, name, value);
        g_string_truncate(butane->place, length);
    }
    JsonNode *made = json_node_alloc();
    return json_node_init_object(made, to);
}

static JsonNode *butane_list(struct butane *butane, JsonNode *node, const struct butane_item *item)
{
    static const enum butane_kind ones[] = {
        [KIND_TEXTS] = KIND_TEXT, [KIND_RESOURCES] = KIND_RESOURCE, [KIND_OBJECTS] = KIND_OBJECT};
    const struct butane_item one = {item->key, ones[item->kind], item->inside};
    g_autoptr(JsonArray) made = json_array_new();
    gsize length = butane->place->len;

    if (!JSON_NODE_HOLDS_ARRAY(node)) {
        butane_fail(butane, "this has to be a list");
        return NULL;
    }
    JsonArray *from = json_node_get_array(node);
    for (guint i = 0; i < json_array_get_length(from); i++) {
        g_string_append_printf(butane->place, "[%u]", i);
        JsonNode *value = butane_value(butane, json_array_get_element(from, i), &one);
        if (value == NULL)
            return NULL;
        json_array_add_element(made, value);
        g_string_truncate(butane->place, length);
    }
    JsonNode *list = json_node_alloc();
    return json_node_init_array(list, made);
}

/* A text may look like a number or a truth value, and has to stand in quotes then. */
static JsonNode *butane_scalar(struct butane *butane, JsonNode *node, GType type, const char *why)
{
    if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type)
        return json_node_copy(node);
    butane_fail(butane, why);
    return NULL;
}

static JsonNode *butane_value(struct butane *butane, JsonNode *node, const struct butane_item *item)
{
    switch (item->kind) {
    case KIND_TEXT:
        return butane_scalar(butane, node, G_TYPE_STRING,
                             "this has to be a text, in quotes where it "
                             "looks like a number, yes or no");
    case KIND_NUMBER:
        return butane_scalar(butane, node, G_TYPE_INT64, "this has to be a number");
    case KIND_BOOL:
        return butane_scalar(butane, node, G_TYPE_BOOLEAN, "this has to be true or false");
    case KIND_RESOURCE:
        return butane_resource(butane, node);
    case KIND_OBJECT:
        return butane_object(butane, node, item->inside);
    case KIND_TEXTS:
    case KIND_RESOURCES:
    case KIND_OBJECTS:
        return butane_list(butane, node, item);
    default:
        butane_fail(butane, "this stands for something longer: write out what it stands for");
        return NULL;
    }
}

/* ---- the whole ---- */

/* Which Ignition a Butane means; NULL: not known. */
static const char *butane_ignition_version(const char *variant, const char *version)
{
    static const char *const rows[][3] = {
        {"fcos", "1.0.0", "3.0.0"},    {"fcos", "1.1.0", "3.1.0"}, {"fcos", "1.2.0", "3.2.0"},
        {"fcos", "1.3.0", "3.2.0"},    {"fcos", "1.4.0", "3.3.0"}, {"fcos", "1.5.0", "3.4.0"},
        {"fcos", "1.6.0", "3.5.0"},    {"fcos", "1.7.0", "3.6.0"}, {"flatcar", "1.0.0", "3.3.0"},
        {"flatcar", "1.1.0", "3.4.0"}, {"r4e", "1.0.0", "3.3.0"},  {"r4e", "1.1.0", "3.4.0"},
        {"fiot", "1.0.0", "3.4.0"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (g_strcmp0(variant, rows[i][0]) == 0 && g_strcmp0(version, rows[i][1]) == 0)
            return rows[i][2];
    }
    return NULL;
}

static bool butane_set_version(struct butane *butane, JsonNode *from, JsonObject *config)
{
    JsonObject *root = json_node_get_object(from);
    const char *version =
        butane_ignition_version(butane_text_of(root, "variant"), butane_text_of(root, "version"));
    JsonObject *ignition = json_object_has_member(config, "ignition")
                               ? json_object_ref(json_object_get_object_member(config, "ignition"))
                               : json_object_new();

    if (version != NULL)
        json_object_set_string_member(ignition, "version", version);
    json_object_set_object_member(config, "ignition", ignition);
    return version != NULL ||
           butane_fail(butane, "variant and version have to be known ones, as fcos and 1.4.0 (a "
                               "version is a text of three numbers)");
}

char *lathe_butane_to_ignition(const char *text, gsize length, const char *folder, GError **error)
{
    g_autoptr(GString) place = g_string_new(NULL);
    struct butane butane = {folder, place, error};
    g_autoptr(JsonNode) from = lathe_yaml_parse(text, length, error);
    g_autoptr(JsonNode) to = NULL;

    if (from == NULL)
        return NULL;
    to = butane_object(&butane, from, butane_config);
    if (to == NULL || !butane_set_version(&butane, from, json_node_get_object(to)) ||
        !butane_check(json_node_get_object(to), error))
        return NULL;
    return json_to_string(to, TRUE);
}
