/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walking and building a definition's document: small words over libxml2's tree. */
#ifndef LATHE_CONFIG_TREE_H
#define LATHE_CONFIG_TREE_H

#include <glib.h>
#include <libxml/tree.h>
#include <stdbool.h>

struct lathe_config;

xmlNode *lathe_config_root(const struct lathe_config *config);

/* Foreign text as a tree, within the bounds of a definition: not larger than
 * LATHE_CONFIG_MAX_BYTES, not too deep, without a document type. xmlFreeDoc; NULL with *error,
 * "NAME:LINE: why". */
xmlDoc *lathe_tree_parse(const char *name, const char *text, size_t length, GError **error);

/* The first element of this name below a node, and the next one beside it; NULL: none, also of no
 * node. Elements of other namespaces do not count; "lathe:x" is x in ours. */
xmlNode *lathe_tree_child(const xmlNode *node, const char *name);
xmlNode *lathe_tree_next(const xmlNode *node);
/* The same along "os/loader". */
xmlNode *lathe_tree_find(const xmlNode *node, const char *path);
/* Its name as the schema has it ("lathe:x"); NULL: of another namespace. g_free. */
char *lathe_tree_name(const xmlNode *node);

/* An attribute, the text of an element without the blanks around it; NULL: none. g_free. */
char *lathe_tree_get(const xmlNode *node, const char *attribute);
char *lathe_tree_text(const xmlNode *node);
/* Has it this attribute with this value? */
bool lathe_tree_is(const xmlNode *node, const char *attribute, const char *value);

/* A new last element, with a text unless that is NULL. */
xmlNode *lathe_tree_add(xmlNode *parent, const char *name, const char *text);
/* The element of this name, made if it is missing. */
xmlNode *lathe_tree_need(xmlNode *parent, const char *name);
/* Sets an attribute; returns the node. */
xmlNode *lathe_tree_set(xmlNode *node, const char *attribute, const char *value);
/* Puts a text into an element instead of its old one; bytes that XML has no place for become '?'.
 */
void lathe_tree_set_text(xmlNode *node, const char *text);

#endif
