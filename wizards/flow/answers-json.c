/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers as JSON: lists are arrays, the rest are texts; numbers and truths are taken too. */
#include "wizards/flow/answers.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "app/firmware/descriptor.h"
#include "app/plan/error.h"

/* ---- out ---- */

static void json_put_answer(JsonBuilder *builder, const struct lathe_question *question,
                            const char *typed)
{
    json_builder_set_member_name(builder, question->id);
    if (question->kind != LATHE_QUESTION_LIST) {
        json_builder_add_string_value(builder, typed);
        return;
    }
    g_auto(GStrv) lines = g_strsplit(typed, "\n", -1);
    json_builder_begin_array(builder);
    for (char **line = lines; *line != NULL; line++)
        json_builder_add_string_value(builder, *line);
    json_builder_end_array(builder);
}

static void json_put_step(JsonBuilder *builder, const struct lathe_answers *answers,
                          const struct lathe_step *step)
{
    for (const struct lathe_question *row = step->questions; row != NULL && row->id != NULL;
         row++) {
        const char *typed = lathe_answers_typed(answers, row->id);
        if (typed != NULL)
            json_put_answer(builder, row, typed);
    }
}

char *lathe_answers_to_json(const struct lathe_answers *answers)
{
    const struct lathe_flow *flow = lathe_answers_flow(answers);
    g_autoptr(JsonBuilder) builder = json_builder_new();

    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "wizard");
    json_builder_add_string_value(builder, flow->id);
    json_builder_set_member_name(builder, "answers");
    json_builder_begin_object(builder);
    for (const struct lathe_step *step = flow->steps; step->id != NULL; step++)
        json_put_step(builder, answers, step);
    json_builder_end_object(builder);
    json_builder_end_object(builder);
    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    return json_to_string(root, TRUE);
}

/* ---- in ---- */

/* g_free; NULL: neither text, number nor truth. */
static char *json_scalar(JsonNode *node)
{
    if (node == NULL || !JSON_NODE_HOLDS_VALUE(node))
        return NULL;
    if (json_node_get_value_type(node) == G_TYPE_STRING)
        return g_strdup(json_node_get_string(node));
    if (json_node_get_value_type(node) == G_TYPE_BOOLEAN)
        return g_strdup(json_node_get_boolean(node) ? "yes" : "no");
    if (json_node_get_value_type(node) == G_TYPE_INT64)
        return g_strdup_printf("%" G_GINT64_FORMAT, json_node_get_int(node));
    return NULL;
}

/* g_free; NULL: it holds something that is no text, or a text of several lines. */
static char *json_lines(JsonArray *array)
{
    g_autoptr(GString) lines = g_string_new(NULL);

    for (guint i = 0; i < json_array_get_length(array); i++) {
        g_autofree char *line = json_scalar(json_array_get_element(array, i));
        if (line == NULL || strchr(line, '\n') != NULL)
            return NULL;
        g_string_append_printf(lines, "%s%s", i != 0 ? "\n" : "", line);
    }
    return g_strdup(lines->str);
}

static bool json_take(struct lathe_answers *answers, const char *id, JsonNode *node, GError **error)
{
    const struct lathe_question *question = lathe_flow_find(lathe_answers_flow(answers), id, NULL);
    bool list = question != NULL && question->kind == LATHE_QUESTION_LIST;
    g_autofree char *typed = list && JSON_NODE_HOLDS_ARRAY(node)
                                 ? json_lines(json_node_get_array(node))
                                 : json_scalar(node);

    if (typed == NULL && list)
        return lathe_error_input(error, "the answer to '%s' is no list of texts", id);
    if (typed == NULL && question != NULL)
        return lathe_error_input(error, "the answer to '%s' is no text, number, true or false", id);
    return lathe_answers_set(answers, id, typed, error);
}

static bool json_take_all(struct lathe_answers *answers, JsonNode *root, GError **error)
{
    const char *name = lathe_answers_flow(answers)->id;
    JsonObject *object = root && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
    JsonNode *wizard = object != NULL ? json_object_get_member(object, "wizard") : NULL;
    JsonNode *given = object != NULL ? json_object_get_member(object, "answers") : NULL;
    g_autofree char *whose = json_scalar(wizard);

    if (given == NULL || !JSON_NODE_HOLDS_OBJECT(given))
        return lathe_error_input(error, "it has no object \"answers\"");
    if (wizard != NULL && g_strcmp0(whose, name) != 0)
        return lathe_error_input(error, "these are answers for the wizard '%s', not for '%s'",
                                 whose != NULL ? whose : "?", name);
    JsonObjectIter iter;
    const char *id = NULL;
    JsonNode *node = NULL;
    json_object_iter_init(&iter, json_node_get_object(given));
    while (json_object_iter_next(&iter, &id, &node)) {
        if (!json_take(answers, id, node, error))
            return false;
    }
    return true;
}

bool lathe_answers_from_json(struct lathe_answers *answers, const char *text, gsize length,
                             GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();

    if (length > LATHE_ANSWERS_MAX)
        return lathe_error_input(error, "it is longer than 1 MiB");
    if (!g_utf8_validate(text, (gssize)length, NULL))
        return lathe_error_input(error, "it is no text in UTF-8");
    if (!lathe_json_depth_ok(text, length))
        return lathe_error_input(error, "its brackets nest too deep");
    if (!json_parser_load_from_data(parser, text, (gssize)length, error))
        return false;
    return json_take_all(answers, json_parser_get_root(parser), error);
}
