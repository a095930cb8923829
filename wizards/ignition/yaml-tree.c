/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libyaml's events put together as a tree. */
#include "wizards/ignition/yaml-tree.h"

#include <string.h>
#include <yaml.h>

#include "app/plan/error.h"

struct yaml_reader {
    yaml_parser_t parser;
    GError **error;
    unsigned depth;
};

static JsonNode *yaml_read_node(struct yaml_reader *reader, const yaml_event_t *event);

static bool yaml_fail(struct yaml_reader *reader, const yaml_event_t *event, const char *why)
{
    size_t line = event != NULL ? event->start_mark.line : reader->parser.problem_mark.line;

    return lathe_error_input(reader->error, "line %zu: %s", line + 1, why);
}

static bool yaml_next(struct yaml_reader *reader, yaml_event_t *event)
{
    if (yaml_parser_parse(&reader->parser, event) != 0)
        return true;
    const char *problem = reader->parser.problem;
    return yaml_fail(reader, NULL, problem != NULL ? problem : "this is no YAML");
}

/* ---- scalars ---- */

static bool yaml_is_one_of(const char *text, const char *const *words)
{
    return g_strv_contains(words, text);
}

/* Octal is written 0o755; butane and most people write modes as 0755, which counts here too. */
static bool yaml_is_number(const char *text, gint64 *number)
{
    const char *digits = text + (*text == '-' || *text == '+');
    bool octal = digits[0] == '0' && g_ascii_isdigit(digits[1]);
    bool prefixed = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'o');
    char *end;

    if (!g_ascii_isdigit(*digits) || strlen(digits) > 18)
        return false;
    *number = prefixed && digits[1] == 'o' ? g_ascii_strtoll(digits + 2, &end, 8)
                                           : g_ascii_strtoll(text, &end, octal ? 8 : 0);
    return *end == '\0' && (!prefixed || digits[2] != '\0');
}

static JsonNode *yaml_scalar(const yaml_event_t *event)
{
    static const char *const nothing[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const yes[] = {"true", "True", "TRUE", NULL};
    static const char *const no[] = {"false", "False", "FALSE", NULL};
    const char *text = (const char *)event->data.scalar.value;
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    JsonNode *node = json_node_alloc();
    gint64 number;

    if (plain && yaml_is_one_of(text, nothing))
        return json_node_init_null(node);
    if (plain && (yaml_is_one_of(text, yes) || yaml_is_one_of(text, no)))
        return json_node_init_boolean(node, yaml_is_one_of(text, yes));
    if (plain && yaml_is_number(text, &number))
        return json_node_init_int(node, number);
    return json_node_init_string(node, text);
}

/* ---- lists and maps ---- */

static bool yaml_read_list(struct yaml_reader *reader, JsonArray *list)
{
    for (;;) {
        yaml_event_t event;
        if (!yaml_next(reader, &event))
            return false;
        bool ends = event.type == YAML_SEQUENCE_END_EVENT;
        JsonNode *node = ends ? NULL : yaml_read_node(reader, &event);
        yaml_event_delete(&event);
        if (node == NULL)
            return ends;
        json_array_add_element(list, node);
    }
}

/* The key's event is read; reads the value and adds both. */
static bool yaml_read_member(struct yaml_reader *reader, JsonObject *map, const yaml_event_t *key)
{
    const char *name = (const char *)key->data.scalar.value;
    yaml_event_t event;

    if (key->type != YAML_SCALAR_EVENT || strlen(name) != key->data.scalar.length)
        return yaml_fail(reader, key, "a key has to be a word");
    if (json_object_has_member(map, name))
        return yaml_fail(reader, key, "the key is there a second time");
    if (!yaml_next(reader, &event))
        return false;
    JsonNode *node = yaml_read_node(reader, &event);
    yaml_event_delete(&event);
    if (node != NULL)
        json_object_set_member(map, name, node);
    return node != NULL;
}

static bool yaml_read_map(struct yaml_reader *reader, JsonObject *map)
{
    for (;;) {
        yaml_event_t event;
        if (!yaml_next(reader, &event))
            return false;
        bool ends = event.type == YAML_MAPPING_END_EVENT;
        bool good = ends || yaml_read_member(reader, map, &event);
        yaml_event_delete(&event);
        if (!good || ends)
            return good;
    }
}

static JsonNode *yaml_read_inside(struct yaml_reader *reader, bool map)
{
    JsonNode *node = json_node_alloc();
    bool good;

    if (map) {
        JsonObject *object = json_object_new();
        good = yaml_read_map(reader, object);
        json_node_init_object(node, object);
        json_object_unref(object);
    } else {
        JsonArray *array = json_array_new();
        good = yaml_read_list(reader, array);
        json_node_init_array(node, array);
        json_array_unref(array);
    }
    if (good)
        return node;
    json_node_unref(node);
    return NULL;
}

static bool yaml_has_anchor(const yaml_event_t *event)
{
    return event->type == YAML_ALIAS_EVENT ||
           (event->type == YAML_SCALAR_EVENT && event->data.scalar.anchor != NULL) ||
           (event->type == YAML_MAPPING_START_EVENT && event->data.mapping_start.anchor != NULL) ||
           (event->type == YAML_SEQUENCE_START_EVENT && event->data.sequence_start.anchor != NULL);
}

static JsonNode *yaml_read_node(struct yaml_reader *reader, const yaml_event_t *event)
{
    JsonNode *node = NULL;

    if (yaml_has_anchor(event)) {
        yaml_fail(reader, event, "anchors and aliases are not taken: write it out");
        return NULL;
    }
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        if (strlen((const char *)event->data.scalar.value) == event->data.scalar.length)
            return yaml_scalar(event);
        yaml_fail(reader, event, "there is a NUL in the text");
        return NULL;
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        if (reader->depth++ >= LATHE_YAML_DEPTH) {
            yaml_fail(reader, event, "this is too deep");
            return NULL;
        }
        node = yaml_read_inside(reader, event->type == YAML_MAPPING_START_EVENT);
        reader->depth--;
        return node;
    default:
        break;
    }
    yaml_fail(reader, event, "something is missing here");
    return NULL;
}

/* The stream's and the document's beginnings, and what it holds. */
static JsonNode *yaml_read_document(struct yaml_reader *reader)
{
    yaml_event_t event = {.type = YAML_NO_EVENT};

    do {
        yaml_event_delete(&event);
        if (!yaml_next(reader, &event))
            return NULL;
    } while (event.type == YAML_STREAM_START_EVENT || event.type == YAML_DOCUMENT_START_EVENT);
    JsonNode *node = NULL;
    if (event.type == YAML_STREAM_END_EVENT)
        yaml_fail(reader, &event, "there is nothing in it");
    else
        node = yaml_read_node(reader, &event);
    yaml_event_delete(&event);
    return node;
}

JsonNode *lathe_yaml_parse(const char *text, gsize length, GError **error)
{
    struct yaml_reader reader = {.error = error};

    if (length > LATHE_YAML_MAX) {
        lathe_error_input(error, "the text is larger than %d KiB", LATHE_YAML_MAX >> 10);
        return NULL;
    }
    if (yaml_parser_initialize(&reader.parser) == 0)
        return NULL;
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, length);
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    JsonNode *node = yaml_read_document(&reader);
    yaml_parser_delete(&reader.parser);
    return node;
}
