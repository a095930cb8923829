/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading what processors offer. */
#include "wizards/doctor/cpu.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/config/tree.h"
#include "app/firmware/descriptor.h"
#include "app/plan/error.h"
#include "emulator/api/host.h"

#define FEATURES_MAX 4096u
#define MODEL_DEPTH  8u /* models that begin with another one */

/* ---- names ---- */

static const char *const feature_aliases[][2] = {
#define ALIAS(name, other) {name, other},
#include "wizards/doctor/reasons.inc"
#undef ALIAS
};

static const struct {
    const char *prefix, *words;
} feature_reasons[] = {
#define REASON(prefix, words) {prefix, words},
#include "wizards/doctor/reasons.inc"
#undef REASON
};

char *doctor_feature_plain(const char *name)
{
    g_autofree char *plain = g_strdelimit(g_ascii_strdown(name, -1), "_.", '-');

    for (size_t i = 0; i < G_N_ELEMENTS(feature_aliases); i++) {
        if (strcmp(feature_aliases[i][1], plain) == 0)
            return g_strdup(feature_aliases[i][0]);
    }
    return g_steal_pointer(&plain);
}

const char *doctor_feature_reason(const char *feature)
{
    g_autofree char *plain = doctor_feature_plain(feature);

    for (size_t i = 0; i < G_N_ELEMENTS(feature_reasons); i++) {
        if (g_str_has_prefix(plain, feature_reasons[i].prefix))
            return gettext(feature_reasons[i].words);
    }
    return NULL;
}

/* ---- sets ---- */

struct doctor_cpu *doctor_cpu_new(void)
{
    struct doctor_cpu *cpu = g_new0(struct doctor_cpu, 1);

    cpu->features = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    cpu->models = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return cpu;
}

void doctor_cpu_free(struct doctor_cpu *cpu)
{
    if (cpu == NULL)
        return;
    g_free(cpu->model);
    g_hash_table_unref(cpu->features);
    g_hash_table_unref(cpu->models);
    g_free(cpu);
}

bool doctor_cpu_has(const struct doctor_cpu *cpu, const char *feature)
{
    g_autofree char *plain = doctor_feature_plain(feature);

    return g_hash_table_contains(cpu->features, plain);
}

void doctor_cpu_add(struct doctor_cpu *cpu, const char *feature)
{
    if (*feature != '\0' && g_hash_table_size(cpu->features) < FEATURES_MAX)
        g_hash_table_replace(cpu->features, doctor_feature_plain(feature), g_strdup(feature));
}

static void cpu_remove(struct doctor_cpu *cpu, const char *feature)
{
    g_autofree char *plain = doctor_feature_plain(feature);

    g_hash_table_remove(cpu->features, plain);
}

static int cpu_compare(gconstpointer left, gconstpointer right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

GPtrArray *doctor_cpu_missing(const struct doctor_cpu *wanted, const struct doctor_cpu *offered)
{
    GPtrArray *missing = g_ptr_array_new();
    GHashTableIter iter;
    gpointer plain, name;

    g_hash_table_iter_init(&iter, wanted->features);
    while (g_hash_table_iter_next(&iter, &plain, &name)) {
        if (!g_hash_table_contains(offered->features, plain))
            g_ptr_array_add(missing, name);
    }
    g_ptr_array_sort(missing, cpu_compare);
    return missing;
}

/* ---- XML ---- */

static void xml_add_features(struct doctor_cpu *cpu, const xmlNode *parent)
{
    for (const xmlNode *row = lathe_tree_child(parent, "feature"); row != NULL;
         row = lathe_tree_next(row)) {
        g_autofree char *name = lathe_tree_get(row, "name");
        bool off = lathe_tree_is(row, "policy", "disable") ||
                   lathe_tree_is(row, "policy", "forbid") || lathe_tree_is(row, "removed", "yes");
        if (name != NULL && off)
            cpu_remove(cpu, name);
        else if (name != NULL && !lathe_tree_is(row, "policy", "optional"))
            doctor_cpu_add(cpu, name);
    }
}

/* ---- models ---- */

static bool model_add(struct doctor_cpu *cpu, const char *map, const char *model, unsigned depth);

static bool model_add_document(struct doctor_cpu *cpu, const char *map, xmlDoc *document,
                               unsigned depth)
{
    const xmlNode *model = lathe_tree_child(xmlDocGetRootElement(document), "model");
    const xmlNode *base = model != NULL ? lathe_tree_child(model, "model") : NULL;
    g_autofree char *name = base != NULL ? lathe_tree_get(base, "name") : NULL;

    if (model == NULL)
        return false;
    if (name != NULL)
        model_add(cpu, map, name, depth + 1);
    xml_add_features(cpu, model);
    return true;
}

/* Names of models become names of files: only such as cannot lead elsewhere. */
static bool model_is_plain(const char *model)
{
    return g_ascii_isalnum(*model) &&
           model[strspn(model, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789-_.+")] == '\0';
}

static bool model_add(struct doctor_cpu *cpu, const char *map, const char *model, unsigned depth)
{
    g_autofree char *file = g_strdup_printf("x86_%s.xml", model);
    g_autofree char *path = g_build_filename(map, file, NULL);
    gsize length = 0;

    if (depth > MODEL_DEPTH || !model_is_plain(model))
        return false;
    g_autofree char *text = doctor_load(path, &length, NULL);
    xmlDoc *document = text != NULL ? lathe_tree_parse(path, text, length, NULL) : NULL;
    if (document == NULL)
        return false;
    bool found = model_add_document(cpu, map, document, depth);
    xmlFreeDoc(document);
    return found;
}

bool doctor_cpu_add_model(struct doctor_cpu *cpu, const char *map, const char *model)
{
    return map != NULL && *map != '\0' && model_add(cpu, map, model, 0);
}

bool doctor_cpu_add_features(struct doctor_cpu *cpu, const char *map)
{
    g_autofree char *path = g_build_filename(map, "x86_features.xml", NULL);
    gsize length = 0;
    g_autofree char *text = doctor_load(path, &length, NULL);
    xmlDoc *document = text != NULL ? lathe_tree_parse(path, text, length, NULL) : NULL;

    if (document == NULL)
        return false;
    xml_add_features(cpu, xmlDocGetRootElement(document));
    xmlFreeDoc(document);
    return true;
}

/* ---- XML of a host or a machine ---- */

static void xml_read_cpu(struct doctor_cpu *cpu, const xmlNode *node, const char *map)
{
    cpu->model = lathe_tree_text(lathe_tree_child(node, "model"));
    if (cpu->model != NULL)
        doctor_cpu_add_model(cpu, map, cpu->model);
    xml_add_features(cpu, node);
}

static void xml_read_models(struct doctor_cpu *cpu, const xmlNode *mode)
{
    for (const xmlNode *row = lathe_tree_child(mode, "model"); row != NULL;
         row = lathe_tree_next(row)) {
        g_autofree char *name = lathe_tree_text(row);
        if (name != NULL && !lathe_tree_is(row, "usable", "no") &&
            g_hash_table_size(cpu->models) < FEATURES_MAX)
            g_hash_table_add(cpu->models, g_strdup(name));
    }
}

static void xml_read_modes(struct doctor_cpu *cpu, const xmlNode *node, const char *map)
{
    for (const xmlNode *row = lathe_tree_child(node, "mode"); row != NULL;
         row = lathe_tree_next(row)) {
        if (lathe_tree_is(row, "name", "host-model"))
            xml_read_cpu(cpu, row, map);
        else if (lathe_tree_is(row, "name", "custom"))
            xml_read_models(cpu, row);
    }
}

static bool xml_read_root(struct doctor_cpu *cpu, const xmlNode *root, const char *map)
{
    const char *name = (const char *)root->name;
    const xmlNode *node = strcmp(name, "capabilities") == 0 ? lathe_tree_find(root, "host/cpu")
                          : strcmp(name, "cpu") == 0        ? root
                                                            : lathe_tree_child(root, "cpu");

    if (node == NULL)
        return false;
    if (strcmp(name, "domainCapabilities") == 0)
        xml_read_modes(cpu, node, map);
    else
        xml_read_cpu(cpu, node, map);
    return true;
}

static bool read_xml(struct doctor_cpu *cpu, const char *text, gsize length, const char *map,
                     GError **error)
{
    xmlDoc *document = lathe_tree_parse("processor", text, length, error);
    bool found = document != NULL && xml_read_root(cpu, xmlDocGetRootElement(document), map);

    if (document != NULL && !found)
        lathe_error_input(error, "there is no element cpu in it");
    if (document != NULL)
        xmlFreeDoc(document);
    return found;
}

/* ---- QEMU's answer ---- */

static JsonObject *json_member(JsonObject *object, const char *name)
{
    JsonNode *node = object != NULL ? json_object_get_member(object, name) : NULL;

    return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static void json_read_model(struct doctor_cpu *cpu, JsonObject *model, JsonObject *props)
{
    JsonNode *name = json_object_get_member(model, "name"), *value;
    JsonObjectIter iter;
    const char *feature;

    if (name != NULL && JSON_NODE_HOLDS_VALUE(name) &&
        json_node_get_value_type(name) == G_TYPE_STRING)
        cpu->model = json_node_dup_string(name);
    json_object_iter_init(&iter, props);
    while (json_object_iter_next(&iter, &feature, &value)) {
        if (JSON_NODE_HOLDS_VALUE(value) && json_node_get_value_type(value) == G_TYPE_BOOLEAN &&
            json_node_get_boolean(value))
            doctor_cpu_add(cpu, feature);
    }
}

static bool json_read_root(struct doctor_cpu *cpu, JsonNode *root, GError **error)
{
    JsonObject *object =
        root != NULL && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
    JsonObject *inner = json_member(object, "return");

    object = inner != NULL ? inner : object;
    inner = json_member(object, "model");
    object = inner != NULL ? inner : object;
    JsonObject *props = json_member(object, "props");
    if (props == NULL)
        return lathe_error_input(error, "there are no 'props' of a model in it");
    json_read_model(cpu, object, props);
    return true;
}

static bool read_json(struct doctor_cpu *cpu, const char *text, gsize length, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();

    if (!g_utf8_validate_len(text, length, NULL))
        return lathe_error_input(error, "it is no UTF-8 text");
    if (!lathe_json_depth_ok(text, length))
        return lathe_error_input(error, "it is nested too deep");
    return json_parser_load_from_data(parser, text, (gssize)length, error) &&
           json_read_root(cpu, json_parser_get_root(parser), error);
}

/* ---- /proc/cpuinfo ---- */

static bool info_read_line(struct doctor_cpu *cpu, const char *line)
{
    static const char *const labels[] = {"flags", "Features", "features", "isa", NULL};
    const char *colon = strchr(line, ':');
    g_autofree char *label =
        colon != NULL ? g_strstrip(g_strndup(line, (gsize)(colon - line))) : NULL;

    if (label == NULL || !g_strv_contains(labels, label))
        return false;
    g_auto(GStrv) words = g_strsplit_set(colon + 1, " \t\r", -1);
    for (char **word = words; *word != NULL; word++)
        doctor_cpu_add(cpu, *word);
    return true;
}

/* The first processor speaks for all. */
static bool read_info(struct doctor_cpu *cpu, const char *text, gsize length, GError **error)
{
    g_autofree char *copy = g_strndup(text, length);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);

    for (char **line = lines; *line != NULL; line++) {
        if (info_read_line(cpu, *line))
            return true;
    }
    return lathe_error_input(error,
                             "this is neither libvirt's XML, nor QEMU's JSON, nor /proc/cpuinfo");
}

/* ---- any of them ---- */

struct doctor_cpu *doctor_cpu_read(const char *text, gsize length, const char *map, GError **error)
{
    struct doctor_cpu *cpu = doctor_cpu_new();
    gsize blanks = strspn(text, " \t\r\n");
    char first = blanks < length ? text[blanks] : '\0';
    bool good = first == '<'   ? read_xml(cpu, text, length, map, error)
                : first == '{' ? read_json(cpu, text, length, error)
                               : read_info(cpu, text, length, error);

    if (good)
        return cpu;
    doctor_cpu_free(cpu);
    return NULL;
}

struct doctor_cpu *doctor_cpu_of_lathe(void)
{
    struct doctor_cpu *cpu = doctor_cpu_new();

    for (const char *const *name = emu_cpu_features(); *name != NULL; name++)
        doctor_cpu_add(cpu, *name);
    for (const char *const *name = emu_cpu_models(); *name != NULL; name++)
        g_hash_table_add(cpu->models, g_strdup(*name));
    return cpu;
}

/* Files of /proc have no length: they are read until they end. */
static char *load_all(int fd, gsize *length)
{
    g_autofree char *text = g_malloc(DOCTOR_FILE_MAX + 1);
    gsize done = 0;
    ssize_t got = 1;

    while (got > 0 && done < DOCTOR_FILE_MAX) {
        got = read(fd, text + done, DOCTOR_FILE_MAX - done);
        if (got < 0 && errno != EINTR)
            return NULL;
        done += got > 0 ? (gsize)got : 0;
        got = got < 0 ? 1 : got;
    }
    text[done] = '\0';
    *length = done;
    return g_realloc(g_steal_pointer(&text), done + 1);
}

char *doctor_load(const char *path, gsize *length, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe would wait */
    char *text = fd >= 0 ? load_all(fd, length) : NULL;

    if (text == NULL)
        lathe_error_input(error, "%s: %s", path, g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return text;
}

struct doctor_cpu *doctor_cpu_read_file(const char *path, const char *map, GError **error)
{
    gsize length = 0;
    g_autofree char *text = doctor_load(path, &length, error);
    struct doctor_cpu *cpu = text != NULL ? doctor_cpu_read(text, length, map, error) : NULL;

    if (text != NULL && cpu == NULL)
        g_prefix_error(error, "%s: ", path);
    return cpu;
}
