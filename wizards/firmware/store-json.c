/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON in and out. */
#include "wizards/firmware/store-json.h"

#include <json-glib/json-glib.h>

#include "app/firmware/descriptor.h"
#include "app/plan/error.h"

/* ---- out ---- */

static void json_put_variable(JsonBuilder *builder, const struct lathe_variable *variable)
{
    struct lathe_bytes time = {variable->time, LATHE_EFI_TIME};
    g_autofree char *data = lathe_hex_text(lathe_bytes_of(variable->data));
    g_autofree char *signed_at = lathe_hex_text(time);
    char guid[LATHE_GUID_TEXT];

    lathe_guid_format(&variable->guid, guid);
    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "name");
    json_builder_add_string_value(builder, variable->name);
    json_builder_set_member_name(builder, "guid");
    json_builder_add_string_value(builder, guid);
    json_builder_set_member_name(builder, "attr");
    json_builder_add_int_value(builder, variable->attributes);
    json_builder_set_member_name(builder, "data");
    json_builder_add_string_value(builder, data);
    if (!lathe_bytes_are(time, 0)) {
        json_builder_set_member_name(builder, "time");
        json_builder_add_string_value(builder, signed_at);
    }
    json_builder_end_object(builder);
}

char *lathe_variables_to_json(const GPtrArray *variables)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();

    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "version");
    json_builder_add_int_value(builder, 2);
    json_builder_set_member_name(builder, "variables");
    json_builder_begin_array(builder);
    for (guint i = 0; i < variables->len; i++)
        json_put_variable(builder, variables->pdata[i]);
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    return json_to_string(root, TRUE);
}

/* ---- in ---- */

/* Borrowed; NULL with *error if it must be there and is not. */
static const char *json_text(JsonObject *object, const char *name, bool needed, GError **error)
{
    JsonNode *node = json_object_get_member(object, name);

    if (node != NULL && JSON_NODE_HOLDS_VALUE(node) &&
        json_node_get_value_type(node) == G_TYPE_STRING)
        return json_node_get_string(node);
    if (needed || node != NULL)
        lathe_error_input(error, "a variable's \"%s\" is %s", name,
                          node != NULL ? "no text" : "missing");
    return NULL;
}

static bool json_attributes(JsonObject *object, guint32 *attributes, GError **error)
{
    JsonNode *node = json_object_get_member(object, "attr");
    gint64 value = -1;

    if (node != NULL && JSON_NODE_HOLDS_VALUE(node) &&
        json_node_get_value_type(node) == G_TYPE_INT64)
        value = json_node_get_int(node);
    if (value < 0 || value > G_MAXUINT32)
        return lathe_error_input(error, "a variable's \"attr\" is no number of 32 bits");
    *attributes = (guint32)value;
    return true;
}

static bool json_set(GPtrArray *variables, const char *name, const char *guid_text,
                     const char *data_text, guint32 attributes, const char *time_text,
                     GError **error)
{
    g_autoptr(GBytes) data = lathe_hex_parse(data_text);
    g_autoptr(GBytes) time = time_text != NULL ? lathe_hex_parse(time_text) : NULL;
    struct lathe_guid guid;

    if (!lathe_guid_parse(guid_text, &guid))
        return lathe_error_input(error, "the variable '%s' has no GUID in \"guid\"", name);
    if (data == NULL || (time_text != NULL && time == NULL))
        return lathe_error_input(error,
                                 "the variable '%s' has \"data\" or \"time\" that is not "
                                 "hexadecimal",
                                 name);
    if (time != NULL && g_bytes_get_size(time) != LATHE_EFI_TIME)
        return lathe_error_input(error, "the variable '%s' has a \"time\" that is not 16 bytes",
                                 name);
    struct lathe_variable *variable =
        lathe_variables_set(variables, name, &guid, g_steal_pointer(&data));
    variable->attributes = attributes;
    memset(variable->time, 0, LATHE_EFI_TIME);
    if (time != NULL)
        memcpy(variable->time, g_bytes_get_data(time, NULL), LATHE_EFI_TIME);
    return true;
}

static bool json_take(GPtrArray *variables, JsonNode *node, GError **error)
{
    GError *found = NULL;
    guint32 attributes = 0;

    if (!JSON_NODE_HOLDS_OBJECT(node))
        return lathe_error_input(error, "\"variables\" holds something that is no object");
    JsonObject *object = json_node_get_object(node);
    const char *name = json_text(object, "name", true, &found);
    const char *guid = found ? NULL : json_text(object, "guid", true, &found);
    const char *data = found ? NULL : json_text(object, "data", true, &found);
    const char *time = found ? NULL : json_text(object, "time", false, &found);
    if (found != NULL) {
        g_propagate_error(error, found);
        return false;
    }
    if (*name == '\0')
        return lathe_error_input(error, "a variable's \"name\" is empty");
    return json_attributes(object, &attributes, error) &&
           json_set(variables, name, guid, data, attributes, time, error);
}

static bool json_take_all(GPtrArray *variables, JsonNode *root, GError **error)
{
    JsonObject *object = root && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
    JsonNode *list = object != NULL ? json_object_get_member(object, "variables") : NULL;

    if (list == NULL || !JSON_NODE_HOLDS_ARRAY(list))
        return lathe_error_input(error, "it has no list \"variables\"");
    JsonArray *array = json_node_get_array(list);
    for (guint i = 0; i < json_array_get_length(array); i++) {
        if (!json_take(variables, json_array_get_element(array, i), error))
            return false;
    }
    return true;
}

bool lathe_variables_from_json(GPtrArray *variables, struct lathe_bytes text, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();

    if (text.size == 0)
        return lathe_error_input(error, "it is empty");
    if (text.size > LATHE_STORE_JSON_MAX)
        return lathe_error_input(error, "it is larger than %u bytes", LATHE_STORE_JSON_MAX);
    if (!g_utf8_validate_len((const char *)text.data, text.size, NULL))
        return lathe_error_input(error, "it is no UTF-8 text");
    if (!lathe_json_depth_ok((const char *)text.data, text.size))
        return lathe_error_input(error, "it is nested too deep");
    if (!json_parser_load_from_data(parser, (const char *)text.data, (gssize)text.size, error))
        return false;
    return json_take_all(variables, json_parser_get_root(parser), error);
}
