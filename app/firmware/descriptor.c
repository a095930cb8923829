/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One firmware descriptor: from JSON to a struct, and the questions it answers. */
#include "app/firmware/descriptor.h"

#include <fnmatch.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "app/plan/error.h"

#define DESCRIPTOR_DEPTH 32 /* the parser recurses */

/* ---- reading members ---- */

bool lathe_json_depth_ok(const char *text, gsize length)
{
    unsigned depth = 0;
    bool quoted = false;

    for (gsize i = 0; i < length; i++) {
        char c = text[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '['))
            depth++;
        else if (!quoted && (c == '}' || c == ']') && depth != 0)
            depth--;
        if (depth > DESCRIPTOR_DEPTH)
            return false;
    }
    return true;
}

static JsonNode *descriptor_member(JsonObject *object, const char *name, JsonNodeType type,
                                   GError **error)
{
    JsonNode *node = json_object_get_member(object, name);

    if (node != NULL && json_node_get_node_type(node) == type)
        return node;
    if (node != NULL)
        lathe_error_input(error, "'%s' has the wrong type", name);
    else
        lathe_error_input(error, "'%s' is missing", name);
    return NULL;
}

static JsonObject *descriptor_object(JsonObject *object, const char *name, GError **error)
{
    JsonNode *node = descriptor_member(object, name, JSON_NODE_OBJECT, error);

    return node ? json_node_get_object(node) : NULL;
}

/* Borrowed. */
static const char *descriptor_string(JsonObject *object, const char *name, GError **error)
{
    JsonNode *node = descriptor_member(object, name, JSON_NODE_VALUE, error);

    if (node == NULL)
        return NULL;
    if (json_node_get_value_type(node) == G_TYPE_STRING)
        return json_node_get_string(node);
    lathe_error_input(error, "'%s' is no text", name);
    return NULL;
}

static char **descriptor_strings(JsonObject *object, const char *name, GError **error)
{
    JsonNode *node = descriptor_member(object, name, JSON_NODE_ARRAY, error);
    g_autoptr(GStrvBuilder) strings = g_strv_builder_new();

    if (node == NULL)
        return NULL;
    JsonArray *array = json_node_get_array(node);
    for (guint i = 0; i < json_array_get_length(array); i++) {
        JsonNode *element = json_array_get_element(array, i);
        if (!JSON_NODE_HOLDS_VALUE(element) || json_node_get_value_type(element) != G_TYPE_STRING) {
            lathe_error_input(error, "'%s' holds something that is no text", name);
            return NULL;
        }
        g_strv_builder_add(strings, json_node_get_string(element));
    }
    return g_strv_builder_end(strings);
}

/* ---- targets ---- */

static void descriptor_target_free(gpointer data)
{
    struct lathe_firmware_target *target = data;

    g_free(target->architecture);
    g_strfreev(target->machines);
    g_free(target);
}

static bool descriptor_add_target(struct lathe_descriptor *descriptor, JsonNode *node,
                                  GError **error)
{
    if (!JSON_NODE_HOLDS_OBJECT(node))
        return lathe_error_input(error, "'targets' holds something that is no object");
    JsonObject *object = json_node_get_object(node);
    const char *architecture = descriptor_string(object, "architecture", error);
    char **machines = architecture ? descriptor_strings(object, "machines", error) : NULL;
    if (machines == NULL)
        return false;
    struct lathe_firmware_target *target = g_new0(struct lathe_firmware_target, 1);
    target->architecture = g_strdup(architecture);
    target->machines = machines;
    g_ptr_array_add(descriptor->targets, target);
    return true;
}

static bool descriptor_read_targets(struct lathe_descriptor *descriptor, JsonObject *root,
                                    GError **error)
{
    JsonNode *node = descriptor_member(root, "targets", JSON_NODE_ARRAY, error);

    if (node == NULL)
        return false;
    JsonArray *array = json_node_get_array(node);
    for (guint i = 0; i < json_array_get_length(array); i++) {
        if (!descriptor_add_target(descriptor, json_array_get_element(array, i), error))
            return false;
    }
    return true;
}

/* ---- mapping ---- */

static bool descriptor_read_word(JsonObject *object, const char *name, const char *const *words,
                                 unsigned *index, GError **error)
{
    const char *word = descriptor_string(object, name, error);

    for (unsigned i = 0; word != NULL && words[i] != NULL; i++) {
        if (strcmp(word, words[i]) == 0) {
            *index = i;
            return true;
        }
    }
    return word != NULL ? lathe_error_input(error, "'%s' cannot be '%s'", name, word) : false;
}

static bool descriptor_read_file(JsonObject *flash, const char *name, char **file, char **format,
                                 GError **error)
{
    JsonObject *object = descriptor_object(flash, name, error);
    const char *path = object ? descriptor_string(object, "filename", error) : NULL;
    const char *kind = path ? descriptor_string(object, "format", error) : NULL;

    *file = g_strdup(path);
    *format = g_strdup(kind);
    return kind != NULL;
}

static bool descriptor_read_flash(struct lathe_descriptor *descriptor, JsonObject *mapping,
                                  GError **error)
{
    static const char *const modes[] = {"split", "combined", "stateless", NULL};
    unsigned mode = LATHE_FLASH_SPLIT;

    if (json_object_has_member(mapping, "mode") &&
        !descriptor_read_word(mapping, "mode", modes, &mode, error))
        return false;
    descriptor->mode = mode;
    return descriptor_read_file(mapping, "executable", &descriptor->executable,
                                &descriptor->executable_format, error) &&
           (mode != LATHE_FLASH_SPLIT ||
            descriptor_read_file(mapping, "nvram-template", &descriptor->template,
                                 &descriptor->template_format, error));
}

static bool descriptor_read_mapping(struct lathe_descriptor *descriptor, JsonObject *root,
                                    GError **error)
{
    static const char *const devices[] = {"flash", "memory", "kernel", NULL};
    JsonObject *mapping = descriptor_object(root, "mapping", error);
    unsigned device = LATHE_FIRMWARE_FLASH;

    if (mapping == NULL || !descriptor_read_word(mapping, "device", devices, &device, error))
        return false;
    descriptor->device = device;
    if (device == LATHE_FIRMWARE_FLASH)
        return descriptor_read_flash(descriptor, mapping, error);
    descriptor->executable = g_strdup(descriptor_string(mapping, "filename", error));
    descriptor->executable_format = g_strdup("raw");
    return descriptor->executable != NULL;
}

/* ---- the whole ---- */

/* Old descriptors leave them out. */
static char **descriptor_tags(JsonObject *root, GError **error)
{
    if (!json_object_has_member(root, "tags"))
        return g_new0(char *, 1);
    return descriptor_strings(root, "tags", error);
}

static bool descriptor_fill(struct lathe_descriptor *descriptor, JsonObject *root, GError **error)
{
    descriptor->description = g_strdup(descriptor_string(root, "description", error));
    if (descriptor->description == NULL)
        return false;
    descriptor->interfaces = descriptor_strings(root, "interface-types", error);
    if (descriptor->interfaces == NULL)
        return false;
    descriptor->features = descriptor_strings(root, "features", error);
    if (descriptor->features == NULL)
        return false;
    descriptor->tags = descriptor_tags(root, error);
    return descriptor->tags != NULL && descriptor_read_targets(descriptor, root, error) &&
           descriptor_read_mapping(descriptor, root, error);
}

static bool descriptor_load(struct lathe_descriptor *descriptor, const char *text, gsize length,
                            GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();

    if (length > LATHE_DESCRIPTOR_MAX)
        return lathe_error_input(error, "it is larger than %d bytes", LATHE_DESCRIPTOR_MAX);
    if (!g_utf8_validate_len(text, length, NULL))
        return lathe_error_input(error, "it is no UTF-8 text");
    if (!lathe_json_depth_ok(text, length))
        return lathe_error_input(error, "it is nested too deep");
    if (!json_parser_load_from_data(parser, text, (gssize)length, error))
        return false;
    JsonNode *root = json_parser_get_root(parser);
    if (root == NULL || !JSON_NODE_HOLDS_OBJECT(root))
        return lathe_error_input(error, "it holds no JSON object");
    return descriptor_fill(descriptor, json_node_get_object(root), error);
}

struct lathe_descriptor *lathe_descriptor_parse(const char *name, const char *text, gsize length,
                                                GError **error)
{
    struct lathe_descriptor *descriptor = g_new0(struct lathe_descriptor, 1);

    descriptor->name = g_strdup(name);
    descriptor->targets = g_ptr_array_new_with_free_func(descriptor_target_free);
    if (descriptor_load(descriptor, text, length, error))
        return descriptor;
    lathe_descriptor_free(descriptor);
    return NULL;
}

void lathe_descriptor_free(struct lathe_descriptor *descriptor)
{
    if (descriptor == NULL)
        return;
    char *strings[] = {descriptor->name,       descriptor->description,
                       descriptor->executable, descriptor->executable_format,
                       descriptor->template,   descriptor->template_format};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    g_strfreev(descriptor->interfaces);
    g_strfreev(descriptor->features);
    g_strfreev(descriptor->tags);
    g_ptr_array_unref(descriptor->targets);
    g_free(descriptor);
}

bool lathe_descriptor_has_feature(const struct lathe_descriptor *descriptor, const char *feature)
{
    return g_strv_contains((const char *const *)descriptor->features, feature);
}

bool lathe_descriptor_has_interface(const struct lathe_descriptor *descriptor,
                                    const char *interface)
{
    return g_strv_contains((const char *const *)descriptor->interfaces, interface);
}

bool lathe_descriptor_fits(const struct lathe_descriptor *descriptor, const char *architecture,
                           const char *machine)
{
    for (guint i = 0; i < descriptor->targets->len; i++) {
        const struct lathe_firmware_target *target = descriptor->targets->pdata[i];
        if (strcmp(target->architecture, architecture) != 0)
            continue;
        for (size_t j = 0; target->machines[j] != NULL; j++) {
            if (fnmatch(target->machines[j], machine, 0) == 0)
                return true;
        }
    }
    return false;
}
