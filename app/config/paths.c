/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of files in a definition (paths.h): a table of where they stand. */
#include "app/config/paths.h"

#include <string.h>

#include "app/config/tree.h"

struct path_place {
    const char *elements;  /* below <domain> */
    const char *attribute; /* NULL: the element's text */
};

static const struct path_place path_places[] = {
    {"os/loader", NULL},
    {"os/nvram", NULL},
    {"os/nvram", "template"},
    {"os/nvram/source", "file"},
    {"os/kernel", NULL},
    {"os/initrd", NULL},
    {"sysinfo/entry", "file"},
    {"devices/disk/source", "file"},
    {"devices/disk/source", "dev"},
    {"devices/serial/source", "path"},
    {"devices/serial/log", "file"},
    {"devices/console/source", "path"},
    {"devices/console/log", "file"},
    {"devices/audio", "path"},
    {"devices/filesystem/source", "dir"},
    {"devices/tpm/backend/source", "path"},
    {"metadata/lathe:machine/lathe:netboot", "folder"},
    {"metadata/lathe:machine/lathe:netboot", "pcap"},
    {"metadata/lathe:machine/lathe:netboot/lathe:file", "path"},
};

struct path_walk {
    const struct path_place *place;
    lathe_config_path_map map;
    void *opaque;
};

static bool path_has_elements(const xmlNode *node)
{
    for (const xmlNode *child = node->children; child != NULL; child = child->next) {
        if (child->type == XML_ELEMENT_NODE)
            return true;
    }
    return false;
}

static void path_visit(const struct path_walk *walk, xmlNode *node)
{
    const char *attribute = walk->place->attribute;

    if (attribute == NULL && path_has_elements(node))
        return;
    g_autofree char *path =
        attribute != NULL ? lathe_tree_get(node, attribute) : lathe_tree_text(node);
    g_autofree char *mapped = path != NULL && *path != '\0' ? walk->map(path, walk->opaque) : NULL;
    if (mapped == NULL)
        return;
    if (attribute != NULL)
        lathe_tree_set(node, attribute, mapped);
    else
        lathe_tree_set_text(node, mapped);
}

/* Goes down to every element of the path; its depth is the table's. */
static void path_descend(const struct path_walk *walk, xmlNode *parent, const char *elements)
{
    const char *slash = strchr(elements, '/');
    g_autofree char *name =
        slash != NULL ? g_strndup(elements, (gsize)(slash - elements)) : g_strdup(elements);

    for (xmlNode *node = lathe_tree_child(parent, name); node != NULL;
         node = lathe_tree_next(node)) {
        if (slash != NULL)
            path_descend(walk, node, slash + 1);
        else
            path_visit(walk, node);
    }
}

void lathe_config_map_paths(struct lathe_config *config, lathe_config_path_map map, void *opaque)
{
    for (size_t i = 0; i < G_N_ELEMENTS(path_places); i++) {
        const struct path_walk walk = {&path_places[i], map, opaque};
        path_descend(&walk, lathe_config_root(config), path_places[i].elements);
    }
}

char *lathe_path_below(const char *path, const char *folder)
{
    size_t length = strlen(folder);

    while (length > 1 && folder[length - 1] == '/')
        length--;
    if (strncmp(path, folder, length) != 0 || path[length] != '/')
        return NULL;
    path += length + strspn(path + length, "/");
    return *path != '\0' ? g_strdup(path) : NULL;
}

static char *path_relative(const char *path, void *opaque)
{
    return lathe_path_below(path, opaque);
}

static char *path_whole(const char *path, void *opaque)
{
    return g_path_is_absolute(path) ? NULL : g_build_filename(opaque, path, NULL);
}

void lathe_config_make_relative(struct lathe_config *config, const char *folder)
{
    lathe_config_map_paths(config, path_relative, (void *)folder);
}

void lathe_config_make_whole(struct lathe_config *config, const char *folder)
{
    lathe_config_map_paths(config, path_whole, (void *)folder);
}
