/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changing the element cpu. */
#include "wizards/doctor/change.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/config/tree.h"
#include "app/plan/error.h"

#define CPU_OF_HOST  "<cpu mode='host-model' check='partial'/>"
#define COMMON_LEAST 4u /* characters that names of related models have in common */

static const struct {
    const char *name, *base, *members;
} change_groups[] = {
#define GROUP(group, base, members) {group, base, members},
#include "wizards/doctor/reasons.inc"
#undef GROUP
};

/* ---- the document ---- */

struct doctor_change *doctor_change_new(const char *text, gsize length, GError **error)
{
    bool given = length != 0;
    xmlDoc *document = lathe_tree_parse("definition", given ? text : CPU_OF_HOST,
                                        given ? length : strlen(CPU_OF_HOST), error);

    if (document == NULL)
        return NULL;
    struct doctor_change *change = g_new0(struct doctor_change, 1);
    xmlNode *root = xmlDocGetRootElement(document);
    change->document = document;
    change->lines = g_ptr_array_new_with_free_func(g_free);
    change->whole = strcmp((const char *)root->name, "cpu") != 0;
    change->cpu = change->whole ? lathe_tree_child(root, "cpu") : root;
    if (change->cpu == NULL) {
        change->cpu = lathe_tree_add(root, "cpu", NULL);
        lathe_tree_set(lathe_tree_set(change->cpu, "mode", "host-model"), "check", "partial");
    }
    return change;
}

void doctor_change_free(struct doctor_change *change)
{
    if (change == NULL)
        return;
    g_ptr_array_unref(change->lines);
    xmlFreeDoc(change->document);
    g_free(change);
}

static void change_tell(struct doctor_change *change, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void change_tell(struct doctor_change *change, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_ptr_array_add(change->lines, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

bool doctor_change_follows_host(const struct doctor_change *change)
{
    g_autofree char *mode = lathe_tree_get(change->cpu, "mode");

    if (mode == NULL)
        return lathe_tree_child(change->cpu, "model") == NULL;
    return strcmp(mode, "custom") != 0;
}

/* ---- features ---- */

static xmlNode *feature_find(const struct doctor_change *change, const char *name)
{
    g_autofree char *plain = doctor_feature_plain(name);

    for (xmlNode *row = lathe_tree_child(change->cpu, "feature"); row != NULL;
         row = lathe_tree_next(row)) {
        g_autofree char *other = lathe_tree_get(row, "name");
        g_autofree char *other_plain = other != NULL ? doctor_feature_plain(other) : NULL;
        if (g_strcmp0(plain, other_plain) == 0)
            return row;
    }
    return NULL;
}

static bool feature_is_off(const xmlNode *row)
{
    return lathe_tree_is(row, "policy", "disable") || lathe_tree_is(row, "policy", "forbid");
}

struct doctor_cpu *doctor_change_wanted(const struct doctor_change *change, const char *map)
{
    struct doctor_cpu *wanted = doctor_cpu_new();

    wanted->model = lathe_tree_text(lathe_tree_child(change->cpu, "model"));
    if (wanted->model != NULL)
        doctor_cpu_add_model(wanted, map, wanted->model);
    for (const xmlNode *row = lathe_tree_child(change->cpu, "feature"); row != NULL;
         row = lathe_tree_next(row)) {
        g_autofree char *name = lathe_tree_get(row, "name");
        g_autofree char *plain = name != NULL ? doctor_feature_plain(name) : NULL;
        if (plain != NULL && feature_is_off(row))
            g_hash_table_remove(wanted->features, plain);
        else if (plain != NULL && !lathe_tree_is(row, "policy", "optional"))
            doctor_cpu_add(wanted, name);
    }
    return wanted;
}

static void feature_set(struct doctor_change *change, const char *name, const char *policy)
{
    xmlNode *row = feature_find(change, name);

    if (row == NULL) {
        row = lathe_tree_add(change->cpu, "feature", NULL);
        lathe_tree_set(lathe_tree_set(row, "policy", policy), "name", name);
        return;
    }
    lathe_tree_set(row, "policy", policy);
}

static void feature_remove(xmlNode *row)
{
    xmlUnlinkNode(row);
    xmlFreeNode(row);
}

/* ---- groups ---- */

static bool names_have(const GPtrArray *names, const char *name)
{
    g_autofree char *plain = doctor_feature_plain(name);

    for (guint i = 0; i < names->len; i++) {
        g_autofree char *other = doctor_feature_plain(names->pdata[i]);
        if (strcmp(plain, other) == 0)
            return true;
    }
    return false;
}

static bool group_is_gone(const GPtrArray *names, size_t index)
{
    g_auto(GStrv) members = g_strsplit(change_groups[index].members, " ", -1);

    for (char **member = members; *member != NULL; member++) {
        if (!names_have(names, *member))
            return names_have(names, change_groups[index].name);
    }
    return true;
}

static bool group_has(size_t index, const char *name)
{
    g_auto(GStrv) members = g_strsplit(change_groups[index].members, " ", -1);

    return strcmp(change_groups[index].name, name) == 0 ||
           g_strv_contains((const char *const *)members, name);
}

/* Where all of a group's key management is missing, the group goes and its base stays. */
static bool change_drop_group(struct doctor_change *change, const GPtrArray *names, size_t index)
{
    const char *base = change_groups[index].base;

    if (!group_is_gone(names, index))
        return false;
    feature_set(change, change_groups[index].name, "disable");
    change_tell(change, _("%s is left out: it stands for the features of this kind all together."),
                change_groups[index].name);
    if (base == NULL || names_have(names, base))
        return true;
    feature_set(change, base, "require");
    change_tell(change, _("%s stays: it is the rest of that."), base);
    return true;
}

/* ---- leaving out ---- */

static void change_drop_one(struct doctor_change *change, const char *name,
                            const struct doctor_cpu *wanted, bool in_model)
{
    xmlNode *row = feature_find(change, name);
    g_autofree char *plain = doctor_feature_plain(name);
    const char *own = g_hash_table_lookup(wanted->features, plain);

    if (row != NULL && !in_model) {
        feature_remove(row);
        change_tell(change, _("%s is no longer asked for."), name);
        return;
    }
    if (row != NULL && feature_is_off(row))
        return;
    feature_set(change, own != NULL ? own : name, "disable");
    change_tell(change, _("%s is left out."), own != NULL ? own : name);
}

/* Would the guest have it without being asked for by name? The host's own has what the host has. */
static bool model_has(const struct doctor_change *change, const struct doctor_cpu *model,
                      const char *name)
{
    if (doctor_change_follows_host(change))
        return false;
    return model == NULL || doctor_cpu_has(model, name);
}

void doctor_change_drop(struct doctor_change *change, const GPtrArray *features,
                        const struct doctor_cpu *wanted, const struct doctor_cpu *model)
{
    bool grouped[G_N_ELEMENTS(change_groups)] = {false};

    for (guint i = 0; i < features->len; i++) {
        const char *name = features->pdata[i];
        bool done = false;
        for (size_t j = 0; j < G_N_ELEMENTS(change_groups) && !done; j++) {
            done = group_has(j, name) && (grouped[j] || change_drop_group(change, features, j));
            grouped[j] |= done;
        }
        if (!done)
            change_drop_one(change, name, wanted, model_has(change, model, name));
    }
}

void doctor_change_forget(struct doctor_change *change, const GPtrArray *features)
{
    for (guint i = 0; i < features->len; i++) {
        const char *name = features->pdata[i];
        xmlNode *row = feature_find(change, name);
        if (row == NULL) {
            change_tell(change,
                        _("The definition does not name %s: its model does, and needs a "
                          "newer QEMU."),
                        name);
            continue;
        }
        feature_remove(row);
        change_tell(change, _("%s is no longer named: this QEMU does not know it."), name);
    }
}

void doctor_change_ask(struct doctor_change *change, const GPtrArray *features)
{
    for (guint i = 0; i < features->len; i++) {
        feature_set(change, features->pdata[i], "require");
        change_tell(change, _("%s is asked for, as the guest has it anyway."),
                    (const char *)features->pdata[i]);
    }
}

/* ---- models ---- */

static size_t common_prefix(const char *left, const char *right)
{
    size_t length = 0;

    while (left[length] != '\0' && left[length] == right[length])
        length++;
    return length;
}

/* Of the host's models the one whose name is most like it; NULL: none is. */
static const char *model_like(const struct doctor_cpu *host, const char *name)
{
    size_t most = COMMON_LEAST - 1;
    const char *found = NULL;
    GHashTableIter iter;
    gpointer key;

    if (host == NULL)
        return NULL;
    g_hash_table_iter_init(&iter, host->models);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        size_t common = common_prefix(key, name);
        bool better = common > most ||
                      (common == most && found != NULL && strcmp((const char *)key, found) < 0);
        found = better ? key : found;
        most = better ? common : most;
    }
    return found;
}

static void change_take_model(struct doctor_change *change, const char *name)
{
    lathe_tree_set(change->cpu, "mode", "custom");
    lathe_tree_set_text(lathe_tree_need(change->cpu, "model"), name);
    change_tell(change, _("The model is %s."), name);
}

static void change_take_host(struct doctor_change *change)
{
    static const char *const gone[] = {"model", "vendor"};

    for (size_t i = 0; i < G_N_ELEMENTS(gone); i++) {
        xmlNode *node = lathe_tree_child(change->cpu, gone[i]);
        if (node != NULL)
            feature_remove(node);
    }
    xmlUnsetProp(change->cpu, (const xmlChar *)"match");
    lathe_tree_set(change->cpu, "mode", "host-model");
    change_tell(change, "%s", _("The processor is one as the host's (host-model)."));
}

void doctor_change_model(struct doctor_change *change, const struct doctor_message *message,
                         const struct doctor_cpu *host)
{
    const char *like = message->model != NULL ? model_like(host, message->model) : NULL;

    if (message->newest != NULL)
        change_take_model(change, message->newest);
    else if (like != NULL)
        change_take_model(change, like);
    else if (message->model != NULL || message->vendor)
        change_take_host(change);
}

/* ---- writing ---- */

static void write_quoted(GString *out, const char *text)
{
    g_autofree char *quoted = g_markup_escape_text(text, -1);

    g_string_append(out, quoted);
}

static void write_name(GString *out, const xmlNs *space, const xmlChar *name)
{
    if (space != NULL && space->prefix != NULL)
        g_string_append_printf(out, "%s:", (const char *)space->prefix);
    g_string_append(out, (const char *)name);
}

static void write_opening(GString *out, const xmlNode *node)
{
    write_name(out, node->ns, node->name);
    for (const xmlNs *space = node->nsDef; space != NULL; space = space->next) {
        g_string_append_printf(out, " xmlns%s%s='", space->prefix ? ":" : "",
                               space->prefix ? (const char *)space->prefix : "");
        write_quoted(out, (const char *)space->href);
        g_string_append_c(out, '\'');
    }
    for (const xmlAttr *row = node->properties; row != NULL; row = row->next) {
        xmlChar *value = xmlNodeListGetString(node->doc, row->children, 1);
        g_string_append_c(out, ' ');
        write_name(out, row->ns, row->name);
        g_string_append(out, "='");
        write_quoted(out, value != NULL ? (const char *)value : "");
        g_string_append_c(out, '\'');
        xmlFree(value);
    }
}

static void write_node(GString *out, const xmlNode *node, unsigned depth);

/* Elements stand on lines of their own, a text stays between its marks. */
static void write_children(GString *out, const xmlNode *node, unsigned depth)
{
    bool text = node->children->type == XML_TEXT_NODE;

    for (const xmlNode *child = node->children; child != NULL; child = child->next) {
        if (!text)
            g_string_append_printf(out, "\n%*s", (int)(2 * (depth + 1)), "");
        write_node(out, child, depth + 1);
    }
    if (!text)
        g_string_append_printf(out, "\n%*s", (int)(2 * depth), "");
}

static void write_node(GString *out, const xmlNode *node, unsigned depth)
{
    if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
        write_quoted(out, (const char *)node->content);
    if (node->type == XML_COMMENT_NODE)
        g_string_append_printf(out, "<!--%s-->", (const char *)node->content);
    if (node->type != XML_ELEMENT_NODE)
        return;
    g_string_append_c(out, '<');
    write_opening(out, node);
    if (node->children == NULL) {
        g_string_append(out, "/>");
        return;
    }
    g_string_append_c(out, '>');
    write_children(out, node, depth);
    g_string_append(out, "</");
    write_name(out, node->ns, node->name);
    g_string_append_c(out, '>');
}

void doctor_write_xml(GString *out, const xmlNode *node)
{
    write_node(out, node, 0);
}
