/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * YAML as the tree that JSON has: what Butane and cloud-init are written in. One document, without
 * anchors and aliases, which such files do not need and which can make a small file huge. Pure; any
 * thread.
 */
#ifndef LATHE_IGNITION_YAML_TREE_H
#define LATHE_IGNITION_YAML_TREE_H

#include <json-glib/json-glib.h>

enum {
    LATHE_YAML_MAX = 1 << 20, /* bytes of a text */
    LATHE_YAML_DEPTH = 40,
};

/* json_node_unref. NULL with *error, "line N: why": no YAML, too large or too deep, the same key
 * twice. Plain words are numbers, truth values or nothing where they look so (YAML 1.2's core). */
JsonNode *lathe_yaml_parse(const char *text, gsize length, GError **error);

#endif
