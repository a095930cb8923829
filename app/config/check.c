/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A document against the schema: every element and attribute, then each row that must be there. */
#include <string.h>

#include "app/config/check.h"
#include "app/config/schema.h"
#include "app/config/tree.h"

#define CHECK_MAX_FINDINGS 1000 /* nobody reads more, and some cost more the more there are */

struct check {
    GArray *findings;
    GString *path; /* of the element at hand, as the schema has it */
};

static void finding_clear(gpointer data)
{
    struct lathe_finding *finding = data;

    g_free(finding->text);
}

void lathe_check_take(GArray *findings, enum lathe_finding_kind kind, const xmlNode *node,
                      char *text)
{
    struct lathe_finding finding = {kind, MAX(xmlGetLineNo(node), 0), text};

    if (findings->len < CHECK_MAX_FINDINGS)
        g_array_append_val(findings, finding);
    else
        g_free(text);
}

void lathe_check_fault(GArray *findings, const xmlNode *node, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    lathe_check_take(findings, LATHE_FINDING_FAULT, node, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

/* "devices/" says nothing that a reader does not know. */
static const char *check_shown(const struct check *check)
{
    const char *path = check->path->str;

    return g_str_has_prefix(path, "devices/") ? path + strlen("devices/") : path;
}

/* What an attribute or an element's text is called: "disk/target bus='ide'". */
static char *check_name(const struct check *check, const char *attribute, const char *value)
{
    const char *shown = check_shown(check);
    g_autofree char *start = g_utf8_substring(value, 0, MIN(g_utf8_strlen(value, -1), 80));

    g_strdelimit(start, "\n", ' ');
    if (attribute == NULL)
        return g_strdup_printf("%s '%s'", shown, start);
    return g_strdup_printf("%s%s%s='%s'", shown[0] != '\0' ? shown : "domain", " ", attribute,
                           start);
}

static void check_use(struct check *check, const xmlNode *node, enum lathe_schema_use use,
                      const char *name, const char *note)
{
    static const enum lathe_finding_kind kinds[] = {[LATHE_USE_LATER] = LATHE_FINDING_LATER,
                                                    [LATHE_USE_KEPT] = LATHE_FINDING_KEPT,
                                                    [LATHE_USE_BLOCKS] = LATHE_FINDING_BLOCKS};

    if (use != LATHE_USE_WORKS)
        lathe_check_take(check->findings, kinds[use], node, g_strdup_printf("%s: %s", name, note));
}

/* Returns what the value comes to. */
static enum lathe_schema_use check_value(struct check *check, const xmlNode *node,
                                         const struct lathe_schema_row *row, const char *attribute,
                                         const char *value)
{
    enum lathe_schema_use use = LATHE_USE_WORKS;
    g_autofree char *why = NULL, *name = check_name(check, attribute, value);

    if (!lathe_schema_check_value(row, value, &use, &why)) {
        lathe_check_fault(check->findings, node, "%s %s", name, why);
        return LATHE_USE_WORKS;
    }
    check_use(check, node, use, name, row->note);
    return use;
}

static void check_unknown(struct check *check, const xmlNode *node, const char *attribute)
{
    const char *shown = check_shown(check);
    const char *space = attribute != NULL ? " " : "";

    lathe_check_take(check->findings, LATHE_FINDING_KEPT, node,
                     g_strdup_printf("%s%s%s: not known to this version",
                                     shown[0] ? shown : "domain", space,
                                     attribute != NULL ? attribute : ""));
}

/* quiet: what is around it is not used already, so that only faults are to be told. any: the
 * element may have others. */
static void check_attribute(struct check *check, const xmlNode *node, const xmlAttr *attribute,
                            bool any, bool quiet)
{
    const char *word = (const char *)attribute->name;
    g_autofree char *path = g_strconcat(check->path->str, "@", word, NULL);
    const struct lathe_schema_row *row = attribute->ns == NULL ? lathe_schema_find(path) : NULL;
    g_autofree char *value = lathe_tree_get(node, word);
    unsigned before = check->findings->len;

    if (row == NULL && !any && !quiet)
        check_unknown(check, node, word);
    if (row == NULL || value == NULL)
        return;
    check_value(check, node, row, word, value);
    if (quiet && check->findings->len > before &&
        g_array_index(check->findings, struct lathe_finding, before).kind != LATHE_FINDING_FAULT)
        g_array_set_size(check->findings, before);
}

/* Of a group only blanks stand beside the elements. */
static void check_text(struct check *check, const xmlNode *node, const struct lathe_schema_row *row)
{
    g_autofree char *text = lathe_tree_text(node);

    if (row->content == LATHE_CONTENT_ANY || row->content == LATHE_CONTENT_TEXT)
        return;
    if (row->content != LATHE_CONTENT_GROUP) {
        check_value(check, node, row, NULL, text != NULL ? text : "");
        return;
    }
    for (const xmlNode *child = node->children; child != NULL; child = child->next) {
        if (child->type == XML_TEXT_NODE && !xmlIsBlankNode(child)) {
            lathe_check_fault(check->findings, child, "%s: text where none belongs",
                              check_shown(check));
            return;
        }
    }
}

/* Is it what comes directly below path, and which name has it there? NULL: no. */
static const char *check_below(const char *path, const char *row)
{
    size_t length = strlen(path);

    if (strncmp(row, path, length) != 0)
        return NULL;
    if (length != 0 && row[length] == '@')
        return row + length;
    if (length != 0 && row[length] != '/')
        return NULL;
    row += length != 0 ? length + 1 : 0;
    return row[strcspn(row, "/@")] == '\0' ? row : NULL;
}

static void check_missing(struct check *check, const xmlNode *node)
{
    for (const struct lathe_schema_row *row = lathe_schema_rows(); row->path != NULL; row++) {
        const char *name = check_below(check->path->str, row->path);
        if (name == NULL || (row->flags & LATHE_SCHEMA_MUST) == 0)
            continue;
        bool attribute = name[0] == '@';
        g_autofree char *value = attribute ? lathe_tree_get(node, name + 1) : NULL;
        if (attribute ? value != NULL : lathe_tree_child(node, name) != NULL)
            continue;
        lathe_check_fault(check->findings, node, attribute ? "%s needs %s=" : "%s needs <%s>",
                          check_shown(check), name + attribute);
    }
}

static void check_element(struct check *check, const xmlNode *node, bool quiet);

static bool check_is_second(const xmlNode *node, const char *name)
{
    return lathe_tree_child(node->parent, name) != node;
}

/* Below ANY only rows are looked at; elsewhere what has none is told. */
static void check_child(struct check *check, const xmlNode *node, bool any, bool quiet)
{
    g_autofree char *name = lathe_tree_name(node);
    size_t length = check->path->len;
    bool foreign = name == NULL && node->ns != NULL && node->ns->prefix != NULL;
    const struct lathe_schema_row *row;

    if (check->findings->len >= CHECK_MAX_FINDINGS)
        return;
    g_string_append_printf(check->path, "%s%s%s%s", length != 0 ? "/" : "",
                           foreign ? (const char *)node->ns->prefix : "", foreign ? ":" : "",
                           name != NULL ? name : (const char *)node->name);
    row = name != NULL ? lathe_schema_find(check->path->str) : NULL;
    if (row == NULL && !any && !quiet)
        check_unknown(check, node, NULL);
    if (row != NULL && (row->flags & LATHE_SCHEMA_MANY) == 0 && check_is_second(node, name))
        lathe_check_fault(check->findings, node, "a second <%s>, where one belongs", name);
    if (row != NULL)
        check_element(check, node, quiet);
    g_string_truncate(check->path, length);
}

static void check_element(struct check *check, const xmlNode *node, bool quiet)
{
    const struct lathe_schema_row *row = lathe_schema_find(check->path->str);
    bool root = check->path->len == 0;
    bool any = !root && row->content == LATHE_CONTENT_ANY;
    bool unused = !root && row->use != LATHE_USE_WORKS;

    if (unused && !quiet && row->content <= LATHE_CONTENT_TEXT)
        check_use(check, node, row->use, check_shown(check), row->note);
    if (!root)
        check_text(check, node, row);
    for (const xmlAttr *attribute = node->properties; attribute != NULL;
         attribute = attribute->next)
        check_attribute(check, node, attribute, any, quiet || unused);
    for (const xmlNode *child = node->children; child != NULL; child = child->next) {
        if (child->type == XML_ELEMENT_NODE)
            check_child(check, child, any, quiet || unused);
    }
    check_missing(check, node);
}

static int finding_compare(gconstpointer left, gconstpointer right)
{
    const struct lathe_finding *a = left, *b = right;

    return (a->line > b->line) - (a->line < b->line);
}

void lathe_check_sort(GArray *findings)
{
    g_array_sort(findings, finding_compare);
}

GArray *lathe_config_check(const struct lathe_config *config)
{
    struct check check = {g_array_new(FALSE, TRUE, sizeof(struct lathe_finding)),
                          g_string_new(NULL)};
    const xmlNode *root = lathe_config_root(config);

    g_array_set_clear_func(check.findings, finding_clear);
    check_element(&check, root, false);
    lathe_check_across(root, check.findings);
    lathe_check_sort(check.findings);
    g_string_free(check.path, TRUE);
    return check.findings;
}
