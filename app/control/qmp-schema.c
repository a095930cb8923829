/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists of members are text in the table ("name:type ?name:[type]"), read by a cursor wherever they
 * are needed. Complaints have QEMU's words, since scripts look for them.
 */
#include "app/control/qmp-schema.h"

#include <string.h>

#define QMP_KEY(name, code, number) name " "
static const char schema_key_names[] =
#include "app/control/qmp-keys.inc"
    "";
#define QMP_KEY_NAMES schema_key_names

enum schema_kind { SCHEMA_ENUM, SCHEMA_OBJECT, SCHEMA_UNION };

struct schema_type {
    const char *name;
    enum schema_kind kind;
    const char *members; /* of an enum its values */
    const char *tag, *variants;
};

static const struct schema_type schema_types[] = {
#define QMP_ENUM(name, values)                  {name, SCHEMA_ENUM, values, NULL, NULL},
#define QMP_OBJECT(name, members)               {name, SCHEMA_OBJECT, members, NULL, NULL},
#define QMP_UNION(name, members, tag, variants) {name, SCHEMA_UNION, members, tag, variants},
#include "app/control/qmp-schema.inc"
};

const struct qmp_command qmp_commands[QMP_COMMAND_COUNT] = {
#define QMP_COMMAND(id, name, arguments, returns, flags) {name, arguments, returns, flags},
#include "app/control/qmp-schema.inc"
};

static const struct schema_event {
    const char *name, *data;
} schema_events[QMP_EVENT_COUNT] = {
#define QMP_EVENT(id, name, data) {name, data},
#include "app/control/qmp-schema.inc"
};

static const struct schema_builtin {
    const char *name, *json;
    const char *expected; /* in complaints */
} schema_builtins[] = {{"str", "string", "string"},    {"int", "int", "integer"},
                       {"number", "number", "number"}, {"bool", "boolean", "boolean"},
                       {"object", "object", "object"}, {"any", "value", "value"}};

const struct qmp_command *qmp_command_find(const char *name)
{
    for (unsigned i = 0; i < QMP_COMMAND_COUNT; i++) {
        if (strcmp(qmp_commands[i].name, name) == 0)
            return &qmp_commands[i];
    }
    return NULL;
}

const char *qmp_event_name(enum qmp_event_id id)
{
    return schema_events[id].name;
}

/* ---- the texts of the table ---- */

struct schema_member {
    char name[64], type[64];
    bool optional;
};

/* The next word, without the spaces around it; false: there is none. */
static bool schema_next_word(const char **cursor, char word[128])
{
    size_t length;

    *cursor += strspn(*cursor, " ");
    length = strcspn(*cursor, " ");
    g_strlcpy(word, *cursor, MIN(length + 1, 128));
    *cursor += length;
    return length > 0;
}

static bool schema_next_member(const char **cursor, struct schema_member *member)
{
    char word[128];

    if (!schema_next_word(cursor, word))
        return false;
    member->optional = word[0] == '?';
    char *colon = strchr(word, ':');
    g_strlcpy(member->type, colon + 1, sizeof(member->type));
    *colon = '\0';
    g_strlcpy(member->name, word + member->optional, sizeof(member->name));
    return true;
}

static bool schema_find_member(const char *members, const char *name, struct schema_member *member)
{
    while (schema_next_member(&members, member)) {
        if (strcmp(member->name, name) == 0)
            return true;
    }
    return false;
}

static bool schema_has_word(const char *words, const char *wanted)
{
    char word[128];

    while (schema_next_word(&words, word)) {
        if (strcmp(word, wanted) == 0)
            return true;
    }
    return false;
}

static const struct schema_type *schema_find_type(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(schema_types); i++) {
        if (strcmp(schema_types[i].name, name) == 0)
            return &schema_types[i];
    }
    return NULL;
}

static const struct schema_builtin *schema_find_builtin(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(schema_builtins); i++) {
        if (strcmp(schema_builtins[i].name, name) == 0)
            return &schema_builtins[i];
    }
    return NULL;
}

/* "[type]" -> "type"; false: it is no array. */
static bool schema_element(const char *type, char element[64])
{
    if (type[0] != '[')
        return false;
    g_strlcpy(element, type + 1, 64);
    element[strlen(element) - 1] = '\0';
    return true;
}

/* ---- checking values ---- */

/* What is looked at now, from the top: "keys[0].data". Each function returns a complaint or NULL.
 */
static char *check_value(const char *type, JsonNode *node, GString *path);

static char *check_expected(const GString *path, const char *expected)
{
    return g_strdup_printf("Invalid parameter type for '%s', expected: %s", path->str, expected);
}

static bool check_is_builtin(const char *name, JsonNode *node)
{
    GType type = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_value_type(node) : G_TYPE_NONE;

    if (strcmp(name, "str") == 0)
        return type == G_TYPE_STRING;
    if (strcmp(name, "int") == 0)
        return type == G_TYPE_INT64;
    if (strcmp(name, "number") == 0)
        return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE;
    if (strcmp(name, "bool") == 0)
        return type == G_TYPE_BOOLEAN;
    return strcmp(name, "any") == 0 || JSON_NODE_HOLDS_OBJECT(node);
}

static char *check_enum(const struct schema_type *type, JsonNode *node, const GString *path)
{
    const char *dot = strrchr(path->str, '.');

    if (!check_is_builtin("str", node))
        return check_expected(path, "string");
    if (schema_has_word(type->members, json_node_get_string(node)))
        return NULL;
    return g_strdup_printf("Parameter '%s' does not accept value '%s'",
                           dot != NULL ? dot + 1 : path->str, json_node_get_string(node));
}

static char *check_array(const char *element, JsonNode *node, GString *path)
{
    size_t length = path->len;
    char *complaint = NULL;

    if (!JSON_NODE_HOLDS_ARRAY(node))
        return check_expected(path, "array");
    JsonArray *array = json_node_get_array(node);
    for (guint i = 0; i < json_array_get_length(array) && complaint == NULL; i++) {
        g_string_append_printf(path, "[%u]", i);
        complaint = check_value(element, json_array_get_element(array, i), path);
        g_string_truncate(path, length);
    }
    return complaint;
}

static void check_enter(GString *path, const char *name)
{
    g_string_append_printf(path, "%s%s", path->len > 0 ? "." : "", name);
}

/* That all of these are there as they should be. */
static char *check_members(const char *members, JsonObject *object, GString *path)
{
    size_t length = path->len;
    struct schema_member member;
    char *complaint = NULL;

    while (complaint == NULL && schema_next_member(&members, &member)) {
        JsonNode *node = json_object_get_member(object, member.name);
        check_enter(path, member.name);
        if (node != NULL)
            complaint = check_value(member.type, node, path);
        else if (!member.optional)
            complaint = g_strdup_printf("Parameter '%s' is missing", path->str);
        g_string_truncate(path, length);
    }
    return complaint;
}

/* That there are no others; more may be NULL. */
static char *check_strangers(const char *members, const char *more, JsonObject *object,
                             GString *path)
{
    g_autoptr(GList) names = json_object_get_members(object);
    struct schema_member member;

    for (GList *name = names; name != NULL; name = name->next) {
        if (schema_find_member(members, name->data, &member) ||
            (more != NULL && schema_find_member(more, name->data, &member)))
            continue;
        check_enter(path, name->data);
        return g_strdup_printf("Parameter '%s' is unexpected", path->str);
    }
    return NULL;
}

static char *check_union(const struct schema_type *type, JsonObject *object, GString *path)
{
    char *complaint = check_members(type->members, object, path);
    struct schema_member variant;

    if (complaint != NULL)
        return complaint;
    const char *value = json_object_get_string_member(object, type->tag);
    if (!schema_find_member(type->variants, value, &variant))
        return g_strdup_printf("Parameter '%s' does not accept value '%s'", type->tag, value);
    const char *more = schema_find_type(variant.type)->members;
    complaint = check_members(more, object, path);
    return complaint != NULL ? complaint : check_strangers(type->members, more, object, path);
}

static char *check_object(const char *members, JsonObject *object, GString *path)
{
    char *complaint = check_members(members, object, path);

    return complaint != NULL ? complaint : check_strangers(members, NULL, object, path);
}

static char *check_value(const char *type, JsonNode *node, GString *path)
{
    const struct schema_builtin *builtin = schema_find_builtin(type);
    const struct schema_type *found = schema_find_type(type);
    char element[64];

    if (schema_element(type, element))
        return check_array(element, node, path);
    if (builtin != NULL)
        return check_is_builtin(type, node) ? NULL : check_expected(path, builtin->expected);
    if (found->kind == SCHEMA_ENUM)
        return check_enum(found, node, path);
    if (!JSON_NODE_HOLDS_OBJECT(node))
        return check_expected(path, "object");
    if (found->kind == SCHEMA_UNION)
        return check_union(found, json_node_get_object(node), path);
    return check_object(found->members, json_node_get_object(node), path);
}

char *qmp_schema_check(const char *type, JsonNode *value)
{
    g_autoptr(GString) path = g_string_new(NULL);

    return check_value(type, value, path);
}

char *qmp_schema_check_arguments(const struct qmp_command *command, JsonObject *arguments)
{
    g_autoptr(GString) path = g_string_new(NULL);
    g_autoptr(JsonObject) empty = json_object_new();
    JsonObject *object = arguments != NULL ? arguments : empty;

    return command->flags & QMP_OPEN ? check_members(command->arguments, object, path)
                                     : check_object(command->arguments, object, path);
}

/* ---- telling ---- */

static void tell_name(JsonArray *list, const char *name)
{
    JsonObject *entry = json_object_new();

    json_object_set_string_member(entry, "name", name);
    json_array_add_object_element(list, entry);
}

static JsonNode *tell_array(JsonArray *list)
{
    JsonNode *node = json_node_new(JSON_NODE_ARRAY);

    json_node_take_array(node, list);
    return node;
}

JsonNode *qmp_schema_list_commands(void)
{
    JsonArray *list = json_array_new();

    for (unsigned i = 0; i < QMP_COMMAND_COUNT; i++)
        tell_name(list, qmp_commands[i].name);
    return tell_array(list);
}

JsonNode *qmp_schema_list_events(void)
{
    JsonArray *list = json_array_new();

    for (unsigned i = 0; i < QMP_EVENT_COUNT; i++)
        tell_name(list, schema_events[i].name);
    return tell_array(list);
}

static JsonObject *tell_entry(JsonArray *list, const char *name, const char *kind)
{
    JsonObject *entry = json_object_new();

    json_object_set_string_member(entry, "name", name);
    json_object_set_string_member(entry, "meta-type", kind);
    json_array_add_object_element(list, entry);
    return entry;
}

static void tell_array_type(JsonArray *list, GHashTable *told, const char *type)
{
    char element[64];

    if (!schema_element(type, element) || !g_hash_table_add(told, g_strdup(type)))
        return;
    JsonObject *entry = tell_entry(list, type, "array");
    json_object_set_string_member(entry, "element-type", element);
}

/* Adds "members" to an entry, and the arrays that they name to the list. */
static void tell_members(JsonArray *list, GHashTable *told, JsonObject *entry, const char *members)
{
    JsonArray *array = json_array_new();
    struct schema_member member;

    while (schema_next_member(&members, &member)) {
        JsonObject *object = json_object_new();
        json_object_set_string_member(object, "name", member.name);
        json_object_set_string_member(object, "type", member.type);
        if (member.optional)
            json_object_set_null_member(object, "default");
        json_array_add_object_element(array, object);
        tell_array_type(list, told, member.type);
    }
    json_object_set_array_member(entry, "members", array);
}

static void tell_values(JsonObject *entry, const char *values)
{
    JsonArray *words = json_array_new(), *members = json_array_new();
    char word[128];

    while (schema_next_word(&values, word)) {
        json_array_add_string_element(words, word);
        tell_name(members, word);
    }
    json_object_set_array_member(entry, "values", words);
    json_object_set_array_member(entry, "members", members);
}

static void tell_variants(JsonObject *entry, const struct schema_type *type)
{
    JsonArray *array = json_array_new();
    const char *variants = type->variants;
    struct schema_member variant;

    while (schema_next_member(&variants, &variant)) {
        JsonObject *object = json_object_new();
        json_object_set_string_member(object, "case", variant.name);
        json_object_set_string_member(object, "type", variant.type);
        json_array_add_object_element(array, object);
    }
    json_object_set_string_member(entry, "tag", type->tag);
    json_object_set_array_member(entry, "variants", array);
}

static void tell_type(JsonArray *list, GHashTable *told, const struct schema_type *type)
{
    JsonObject *entry = tell_entry(list, type->name, type->kind == SCHEMA_ENUM ? "enum" : "object");

    if (type->kind == SCHEMA_ENUM)
        tell_values(entry, type->members);
    else
        tell_members(list, told, entry, type->members);
    if (type->kind == SCHEMA_UNION)
        tell_variants(entry, type);
}

#define TELL_NOTHING "q_empty" /* the type without members */

/* Arguments and data are a type of their own, which is named after whose they are. */
static void tell_own_type(JsonArray *list, GHashTable *told, JsonObject *entry, const char *members)
{
    g_autofree char *name =
        members[0] == '\0'
            ? g_strdup(TELL_NOTHING)
            : g_strdup_printf("%s-arg", json_object_get_string_member(entry, "name"));

    json_object_set_string_member(entry, "arg-type", name);
    if (members[0] != '\0')
        tell_members(list, told, tell_entry(list, name, "object"), members);
}

static void tell_command(JsonArray *list, GHashTable *told, const struct qmp_command *command)
{
    JsonObject *entry = tell_entry(list, command->name, "command");

    tell_own_type(list, told, entry, command->arguments);
    json_object_set_string_member(entry, "ret-type",
                                  command->returns[0] != '\0' ? command->returns : TELL_NOTHING);
    json_object_set_boolean_member(entry, "allow-oob", FALSE);
    tell_array_type(list, told, command->returns);
}

JsonNode *qmp_schema_describe(void)
{
    g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    JsonArray *list = json_array_new();

    for (unsigned i = 0; i < QMP_COMMAND_COUNT; i++)
        tell_command(list, told, &qmp_commands[i]);
    for (unsigned i = 0; i < QMP_EVENT_COUNT; i++)
        tell_own_type(list, told, tell_entry(list, schema_events[i].name, "event"),
                      schema_events[i].data);
    for (size_t i = 0; i < G_N_ELEMENTS(schema_types); i++)
        tell_type(list, told, &schema_types[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(schema_builtins); i++)
        json_object_set_string_member(tell_entry(list, schema_builtins[i].name, "builtin"),
                                      "json-type", schema_builtins[i].json);
    tell_members(list, told, tell_entry(list, TELL_NOTHING, "object"), "");
    return tell_array(list);
}
