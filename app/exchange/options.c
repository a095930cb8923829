/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QEMU's command line as data (options.h): words, key lists, JSON and configuration files. */
#include "app/exchange/options.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "app/plan/error.h"

#define OPTIONS_MAX_FILE  (1u << 20) /* bytes of a configuration file */
#define OPTIONS_MAX_DEPTH 16         /* of objects in JSON */

enum option_form { FORM_NONE, FORM_FLAT, FORM_KEYS };

static const struct option_kind {
    const char *name;
    enum option_form form;
    const char *first;
} option_kinds[] = {
#define OPTION(name, form, first) {name, FORM_##form, first},
#include "app/exchange/options.inc"
#undef OPTION
};

static const struct option_kind *option_kind_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(option_kinds); i++) {
        if (strcmp(option_kinds[i].name, name) == 0)
            return &option_kinds[i];
    }
    return NULL;
}

static void pair_clear(gpointer data)
{
    struct lathe_qemu_pair *pair = data;

    g_free(pair->key);
    g_free(pair->value);
}

static void option_free(gpointer data)
{
    struct lathe_qemu_option *option = data;

    g_array_unref(option->pairs);
    g_free(option->name);
    g_free(option);
}

static struct lathe_qemu_option *option_new(const char *name)
{
    struct lathe_qemu_option *option = g_new0(struct lathe_qemu_option, 1);

    option->name = g_strdup(name);
    option->pairs = g_array_new(FALSE, TRUE, sizeof(struct lathe_qemu_pair));
    g_array_set_clear_func(option->pairs, pair_clear);
    return option;
}

/* Both strings are taken. */
static void option_add(struct lathe_qemu_option *option, char *key, char *value)
{
    struct lathe_qemu_pair pair = {key, value, false};

    g_array_append_val(option->pairs, pair);
}

/* ---- "key=value,key=value" ---- */

/* Up to the next single comma, doubled ones undone; *text then stands behind it. */
static char *option_take_part(const char **text)
{
    GString *part = g_string_new(NULL);
    const char *c = *text;

    for (; *c != '\0' && (c[0] != ',' || c[1] == ','); c++) {
        g_string_append_c(part, *c);
        c += c[0] == ',';
    }
    *text = *c == ',' ? c + 1 : c;
    return g_string_free(part, FALSE);
}

/* What stands without a value switches something: "x" and "nox". The processor's are "+x", "-x". */
static void option_add_part(struct lathe_qemu_option *option, char *part, const char *first)
{
    char *equals = strchr(part, '=');

    if (equals != NULL) {
        option_add(option, g_strndup(part, (gsize)(equals - part)), g_strdup(equals + 1));
        g_free(part);
    } else if (option->pairs->len == 0 && first != NULL) {
        option_add(option, g_strdup(first), part);
    } else if (strcmp(option->name, "cpu") == 0 && (part[0] == '+' || part[0] == '-')) {
        option_add(option, g_strdup(part + 1), g_strdup(part[0] == '+' ? "on" : "off"));
        g_free(part);
    } else {
        option_add(option, part, g_strdup("on"));
    }
}

static void option_parse_keys(struct lathe_qemu_option *option, const char *text, const char *first)
{
    do
        option_add_part(option, option_take_part(&text), first);
    while (*text != '\0');
}

/* ---- JSON ---- */

static bool option_add_json(struct lathe_qemu_option *option, const char *key, JsonNode *node,
                            unsigned depth);

static bool option_add_object(struct lathe_qemu_option *option, const char *prefix,
                              JsonObject *object, unsigned depth)
{
    g_autoptr(GList) members = json_object_get_members(object);

    for (GList *member = members; member != NULL; member = member->next) {
        g_autofree char *key =
            g_strconcat(prefix, prefix[0] != '\0' ? "." : "", (const char *)member->data, NULL);
        if (!option_add_json(option, key, json_object_get_member(object, member->data), depth + 1))
            return false;
    }
    return true;
}

/* Inner objects are keys with dots, as QEMU has them. */
static bool option_add_json(struct lathe_qemu_option *option, const char *key, JsonNode *node,
                            unsigned depth)
{
    if (depth > OPTIONS_MAX_DEPTH)
        return false;
    if (JSON_NODE_HOLDS_OBJECT(node))
        return option_add_object(option, key, json_node_get_object(node), depth);
    if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
        option_add(option, g_strdup(key), json_node_dup_string(node));
    else if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_BOOLEAN)
        option_add(option, g_strdup(key), g_strdup(json_node_get_boolean(node) ? "on" : "off"));
    else
        option_add(option, g_strdup(key), json_to_string(node, FALSE));
    return true;
}

/* No deeper than what is read of it: the reader calls itself for each level. */
static bool option_json_is_flat(const char *text)
{
    unsigned depth = 0, deepest = 0;

    for (; *text != '\0'; text++) {
        depth += *text == '{' || *text == '[';
        depth -= (*text == '}' || *text == ']') && depth != 0;
        deepest = MAX(deepest, depth);
    }
    return deepest <= OPTIONS_MAX_DEPTH;
}

static bool option_parse_json(struct lathe_qemu_option *option, const char *text, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    bool good = option_json_is_flat(text) && g_utf8_validate(text, -1, NULL) &&
                json_parser_load_from_data(parser, text, -1, NULL);
    JsonNode *root = good ? json_parser_get_root(parser) : NULL;

    return (root != NULL && JSON_NODE_HOLDS_OBJECT(root) &&
            option_add_object(option, "", json_node_get_object(root), 0)) ||
           lathe_error_input(error, "-%s: its value is no JSON object, or too deep: %.60s",
                             option->name, text);
}

/* ---- configuration files ---- */

static char *config_unquote(const char *text)
{
    size_t length = strlen(text);

    if (length >= 2 && text[0] == '"' && text[length - 1] == '"')
        return g_strndup(text + 1, length - 2);
    return g_strdup(text);
}

/* Groups have the names of options, but for these. */
static const char *config_option_name(const char *group)
{
    static const char *const names[][2] = {
        {"memory", "m"}, {"smp-opts", "smp"}, {"boot-opts", "boot"}};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(names[i][0], group) == 0)
            return names[i][1];
    }
    return group;
}

/* "[group]" or "[group "id"]". */
static struct lathe_qemu_option *config_take_group(char *line)
{
    char *end = strrchr(line, ']'), *id;
    struct lathe_qemu_option *option;

    if (end == NULL)
        return NULL;
    *end = '\0';
    id = strchr(line, ' ');
    if (id != NULL)
        *id++ = '\0';
    option = option_new(config_option_name(line + 1));
    if (id != NULL)
        option_add(option, g_strdup("id"), config_unquote(g_strstrip(id)));
    return option;
}

static bool config_take_line(GPtrArray *options, struct lathe_qemu_option **group, char *line)
{
    char *equals = strchr(line, '=');

    if (line[0] == '\0' || line[0] == '#')
        return true;
    if (line[0] == '[') {
        *group = config_take_group(line);
        if (*group != NULL)
            g_ptr_array_add(options, *group);
        return *group != NULL;
    }
    if (*group == NULL || equals == NULL)
        return false;
    *equals = '\0';
    option_add(*group, g_strdup(g_strstrip(line)), config_unquote(g_strstrip(equals + 1)));
    return true;
}

static bool config_read(GPtrArray *options, const char *folder, const char *name, GError **error)
{
    g_autofree char *path = g_canonicalize_filename(name, folder), *text = NULL;
    g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, NULL);
    struct lathe_qemu_option *group = NULL;

    if (file == NULL || g_mapped_file_get_length(file) > OPTIONS_MAX_FILE)
        return lathe_error_input(error, "-readconfig %s: cannot be read, or is too large", name);
    text = g_strndup(g_mapped_file_get_contents(file), g_mapped_file_get_length(file));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (size_t i = 0; lines[i] != NULL; i++) {
        if (!config_take_line(options, &group, g_strstrip(lines[i])))
            return lathe_error_input(error, "%s:%zu: neither a [group] nor a KEY = VALUE of one",
                                     name, i + 1);
    }
    return true;
}

/* ---- words ---- */

struct option_reader {
    GPtrArray *options;
    const char *const *next;
    const char *folder;
};

static bool option_takes_value(const struct option_kind *kind, const char *const *next)
{
    if (*next == NULL)
        return false;
    return kind != NULL ? kind->form != FORM_NONE : (*next)[0] != '-';
}

static bool option_parse_value(struct lathe_qemu_option *option, const struct option_kind *kind,
                               const char *text, GError **error)
{
    option->flat = kind == NULL || kind->form == FORM_FLAT;
    if (option->flat) {
        option_add(option, g_strdup(""), g_strdup(text));
        return true;
    }
    if (text[0] == '{')
        return option_parse_json(option, text, error);
    option_parse_keys(option, text, kind->first);
    return true;
}

static bool option_read(struct option_reader *reader, GError **error)
{
    const char *word = *reader->next++;
    const char *name = word + strspn(word, "-");
    const struct option_kind *kind = option_kind_find(name);
    struct lathe_qemu_option *option;

    if (word[0] != '-' || name - word > 2 || *name == '\0')
        return lathe_error_input(error, "'%s' is no option of QEMU's: they begin with a dash",
                                 word);
    if (kind != NULL && kind->form != FORM_NONE && *reader->next == NULL)
        return lathe_error_input(error, "%s has no value", word);
    if (strcmp(name, "readconfig") == 0)
        return config_read(reader->options, reader->folder, *reader->next++, error);
    option = option_new(strcmp(name, "M") == 0 ? "machine" : name);
    g_ptr_array_add(reader->options, option);
    return !option_takes_value(kind, reader->next) ||
           option_parse_value(option, kind, *reader->next++, error);
}

/* A disk image may stand alone: it is the first. */
static void option_read_image(struct option_reader *reader)
{
    struct lathe_qemu_option *option = option_new("hda");

    option->flat = true;
    option_add(option, g_strdup(""), g_strdup(*reader->next++));
    g_ptr_array_add(reader->options, option);
}

GPtrArray *lathe_qemu_options_parse(const char *const *words, const char *folder, char **program,
                                    GError **error)
{
    struct option_reader reader = {g_ptr_array_new_with_free_func(option_free), words, folder};
    bool good = true;

    *program = NULL;
    if (words[0] != NULL && words[0][0] != '-')
        *program = g_strdup(*reader.next++);
    while (good && *reader.next != NULL) {
        if ((*reader.next)[0] != '-' && (*reader.next)[0] != '\0')
            option_read_image(&reader);
        else
            good = option_read(&reader, error);
    }
    if (good)
        return reader.options;
    g_ptr_array_unref(reader.options);
    g_clear_pointer(program, g_free);
    return NULL;
}

/* ---- questions ---- */

struct lathe_qemu_option *lathe_qemu_next(const GPtrArray *options, const char *name,
                                          unsigned *place)
{
    while (*place < options->len) {
        struct lathe_qemu_option *option = options->pdata[(*place)++];
        if (strcmp(option->name, name) == 0)
            return option;
    }
    return NULL;
}

struct lathe_qemu_option *lathe_qemu_find(const GPtrArray *options, const char *name,
                                          const char *key, const char *value)
{
    struct lathe_qemu_option *option;
    unsigned place = 0;

    while (value != NULL && (option = lathe_qemu_next(options, name, &place)) != NULL) {
        if (g_strcmp0(lathe_qemu_peek(option, key), value) == 0) {
            lathe_qemu_get(option, key);
            return option;
        }
    }
    return NULL;
}

static struct lathe_qemu_pair *option_pair(const struct lathe_qemu_option *option, const char *key)
{
    struct lathe_qemu_pair *found = NULL;

    for (guint i = 0; i < option->pairs->len; i++) {
        struct lathe_qemu_pair *pair = &g_array_index(option->pairs, struct lathe_qemu_pair, i);
        if (strcmp(pair->key, key) == 0)
            found = pair;
    }
    return found;
}

const char *lathe_qemu_peek(const struct lathe_qemu_option *option, const char *key)
{
    const struct lathe_qemu_pair *pair = option_pair(option, key);

    return pair != NULL ? pair->value : NULL;
}

const char *lathe_qemu_get(struct lathe_qemu_option *option, const char *key)
{
    struct lathe_qemu_pair *pair = option_pair(option, key);

    option->used = true;
    if (pair == NULL)
        return NULL;
    pair->used = true;
    return pair->value;
}

bool lathe_qemu_get_bool(struct lathe_qemu_option *option, const char *key, bool otherwise)
{
    static const char *const on[] = {"on", "yes", "true", "y", NULL};
    static const char *const off[] = {"off", "no", "false", "n", NULL};
    const char *value = lathe_qemu_get(option, key);

    if (value == NULL || (!g_strv_contains(on, value) && !g_strv_contains(off, value)))
        return otherwise;
    return g_strv_contains(on, value);
}

/* ---- as text ---- */

static void option_append_pair(GString *text, const struct lathe_qemu_pair *pair, bool first)
{
    g_auto(GStrv) parts = g_strsplit(pair->value, ",", -1);
    g_autofree char *value = g_strjoinv(",,", parts);

    g_string_append_printf(text, "%s%s=%s", first ? " " : ",", pair->key, value);
}

static char *option_format(const struct lathe_qemu_option *option, bool rest)
{
    const struct option_kind *kind = option_kind_find(option->name);
    GString *text = g_string_new("-");
    unsigned shown = 0;

    g_string_append(text, option->name);
    for (guint i = 0; i < option->pairs->len; i++) {
        const struct lathe_qemu_pair *pair =
            &g_array_index(option->pairs, struct lathe_qemu_pair, i);
        bool named = i != 0 || option->flat || kind == NULL || kind->first == NULL ||
                     strcmp(kind->first, pair->key) != 0;
        bool wanted =
            !rest || !pair->used || (kind != NULL && g_strcmp0(kind->first, pair->key) == 0);
        if (option->flat || (!named && (rest || wanted)))
            g_string_append_printf(text, " %s", pair->value);
        else if (wanted)
            option_append_pair(text, pair, shown == 0);
        shown += wanted || !named;
    }
    return g_string_free(text, FALSE);
}

char *lathe_qemu_option_text(const struct lathe_qemu_option *option)
{
    return option_format(option, false);
}

char *lathe_qemu_option_rest(const struct lathe_qemu_option *option)
{
    bool used = option->used || option->dropped;

    for (guint i = 0; i < option->pairs->len && !option->dropped; i++)
        used = used && g_array_index(option->pairs, struct lathe_qemu_pair, i).used;
    return used ? NULL : option_format(option, true);
}
