/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes JSON (RFC 8259) from json-glib's nodes. */
#include "app/control/qmp-text.h"

#include <string.h>

static void text_append_character(GString *text, char c)
{
    static const char plain[] = "\"\\\b\f\n\r\t", escaped[] = "\"\\bfnrt";
    const char *found = c != '\0' ? strchr(plain, c) : NULL;

    if (found != NULL)
        g_string_append_printf(text, "\\%c", escaped[found - plain]);
    else if ((unsigned char)c < 0x20)
        g_string_append_printf(text, "\\u%04x", (unsigned)c);
    else
        g_string_append_c(text, c);
}

static void text_append_string(GString *text, const char *string)
{
    g_autofree char *valid = g_utf8_make_valid(string, -1);

    g_string_append_c(text, '"');
    for (const char *at = valid; *at != '\0'; at++)
        text_append_character(text, *at);
    g_string_append_c(text, '"');
}

static void text_append_array(GString *text, JsonArray *array)
{
    g_string_append_c(text, '[');
    for (guint i = 0; i < json_array_get_length(array); i++) {
        g_string_append(text, i > 0 ? ", " : "");
        qmp_text_append(text, json_array_get_element(array, i));
    }
    g_string_append_c(text, ']');
}

static void text_append_object(GString *text, JsonObject *object)
{
    g_autoptr(GList) names = json_object_get_members(object);

    g_string_append_c(text, '{');
    for (GList *name = names; name != NULL; name = name->next) {
        g_string_append(text, name != names ? ", " : "");
        text_append_string(text, name->data);
        g_string_append(text, ": ");
        qmp_text_append(text, json_object_get_member(object, name->data));
    }
    g_string_append_c(text, '}');
}

static void text_append_number(GString *text, double number)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append(text, g_ascii_dtostr(digits, sizeof(digits), number));
}

static void text_append_value(GString *text, JsonNode *node)
{
    GType type = json_node_get_value_type(node);

    if (type == G_TYPE_STRING)
        text_append_string(text, json_node_get_string(node));
    else if (type == G_TYPE_BOOLEAN)
        g_string_append(text, json_node_get_boolean(node) ? "true" : "false");
    else if (type == G_TYPE_INT64)
        g_string_append_printf(text, "%" G_GINT64_FORMAT, json_node_get_int(node));
    else
        text_append_number(text, json_node_get_double(node));
}

void qmp_text_append(GString *text, JsonNode *node)
{
    switch (json_node_get_node_type(node)) {
    case JSON_NODE_OBJECT:
        text_append_object(text, json_node_get_object(node));
        break;
    case JSON_NODE_ARRAY:
        text_append_array(text, json_node_get_array(node));
        break;
    case JSON_NODE_VALUE:
        text_append_value(text, node);
        break;
    default:
        g_string_append(text, "null");
        break;
    }
}
