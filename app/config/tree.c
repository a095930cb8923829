/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small words over libxml2's tree (tree.h). */
#include "app/config/tree.h"

#include <string.h>

#include "app/config/schema.h"

#define TREE_OURS "lathe:"

static bool tree_is_ours(const xmlNode *node)
{
    return node->ns != NULL && strcmp((const char *)node->ns->href, LATHE_CONFIG_NAMESPACE) == 0;
}

static bool tree_matches(const xmlNode *node, const char *name)
{
    bool ours = g_str_has_prefix(name, TREE_OURS);

    if (node->type != XML_ELEMENT_NODE || (ours ? !tree_is_ours(node) : node->ns != NULL))
        return false;
    return strcmp((const char *)node->name, ours ? name + strlen(TREE_OURS) : name) == 0;
}

xmlNode *lathe_tree_child(const xmlNode *node, const char *name)
{
    xmlNode *child = node != NULL ? node->children : NULL;

    while (child != NULL && !tree_matches(child, name))
        child = child->next;
    return child;
}

xmlNode *lathe_tree_next(const xmlNode *node)
{
    g_autofree char *name = lathe_tree_name(node);
    xmlNode *next = name != NULL ? node->next : NULL;

    while (next != NULL && !tree_matches(next, name))
        next = next->next;
    return next;
}

xmlNode *lathe_tree_find(const xmlNode *node, const char *path)
{
    g_auto(GStrv) names = g_strsplit(path, "/", -1);
    xmlNode *found = (xmlNode *)node;

    for (size_t i = 0; names[i] != NULL && found != NULL; i++)
        found = lathe_tree_child(found, names[i]);
    return found;
}

char *lathe_tree_name(const xmlNode *node)
{
    if (node->type != XML_ELEMENT_NODE || (node->ns != NULL && !tree_is_ours(node)))
        return NULL;
    return g_strconcat(node->ns != NULL ? TREE_OURS : "", (const char *)node->name, NULL);
}

/* libxml2's own allocator stays inside this file. */
static char *tree_take(xmlChar *text)
{
    char *copy = g_strdup((const char *)text);

    xmlFree(text);
    return copy;
}

char *lathe_tree_get(const xmlNode *node, const char *attribute)
{
    return node != NULL ? tree_take(xmlGetNoNsProp(node, (const xmlChar *)attribute)) : NULL;
}

char *lathe_tree_text(const xmlNode *node)
{
    char *text = node != NULL ? tree_take(xmlNodeGetContent(node)) : NULL;

    return text != NULL ? g_strstrip(text) : NULL;
}

bool lathe_tree_is(const xmlNode *node, const char *attribute, const char *value)
{
    g_autofree char *found = lathe_tree_get(node, attribute);

    return g_strcmp0(found, value) == 0;
}

/* ---- building ---- */

/* XML 1.0, section 2.2: valid UTF-8, and of the control characters only tab and line ends. */
static char *tree_clean(const char *text)
{
    char *clean = g_utf8_make_valid(text, -1);

    for (char *c = clean; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20 && strchr("\t\n\r", *c) == NULL)
            *c = '?';
    }
    return clean;
}

static xmlNs *tree_namespace(xmlNode *node)
{
    xmlNs *found = xmlSearchNsByHref(node->doc, node, (const xmlChar *)LATHE_CONFIG_NAMESPACE);

    return found != NULL
               ? found
               : xmlNewNs(node, (const xmlChar *)LATHE_CONFIG_NAMESPACE, (const xmlChar *)"lathe");
}

xmlNode *lathe_tree_add(xmlNode *parent, const char *name, const char *text)
{
    bool ours = g_str_has_prefix(name, TREE_OURS);
    const char *local = ours ? name + strlen(TREE_OURS) : name;
    xmlNode *node = xmlNewChild(parent, NULL, (const xmlChar *)local, NULL);

    xmlSetNs(node, ours ? tree_namespace(node) : NULL);
    if (text != NULL)
        lathe_tree_set_text(node, text);
    return node;
}

xmlNode *lathe_tree_need(xmlNode *parent, const char *name)
{
    xmlNode *found = lathe_tree_child(parent, name);

    return found != NULL ? found : lathe_tree_add(parent, name, NULL);
}

xmlNode *lathe_tree_set(xmlNode *node, const char *attribute, const char *value)
{
    g_autofree char *clean = tree_clean(value);

    xmlSetProp(node, (const xmlChar *)attribute, (const xmlChar *)clean);
    return node;
}

void lathe_tree_set_text(xmlNode *node, const char *text)
{
    g_autofree char *clean = tree_clean(text);

    xmlNodeSetContent(node, NULL);
    xmlNodeAddContent(node, (const xmlChar *)clean);
}
