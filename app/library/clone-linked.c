/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Linked clones: the images that a disk consists of so far are the same files (hard links) in both
 * folders, made read-only, and each machine gets an empty image in front of them. So each folder
 * is whole by itself, and either machine can be deleted or moved on.
 */
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config/config.h"
#include "app/config/paths.h"
#include "app/config/tree.h"
#include "app/library/clone-private.h"
#include "app/plan/error.h"
#include "emulator/api/block.h"

#define LINK_MAX_DEPTH 30 /* images behind each other; the emulator opens 32 */

/* ---- the images there are ---- */

/* The same file in the draft. Links to what is linked already are no fault. */
static bool link_file(struct clone *clone, const char *name, GError **error)
{
    g_autofree char *from = g_build_filename(clone->source->folder, name, NULL);
    g_autofree char *to = g_build_filename(lathe_draft_get_folder(clone->draft), name, NULL);

    if (link(from, to) != 0 && errno != EEXIST)
        return lathe_error_input(error,
                                 "'%s' cannot be shared by two machines here (%s): clone it "
                                 "without --linked",
                                 from, g_strerror(errno));
    g_hash_table_add(clone->linked, g_strdup(name));
    return true;
}

/* The name in the source's folder of an image; NULL with *error: it lies elsewhere. */
static char *link_name(const struct clone *clone, const char *path, GError **error)
{
    g_autofree char *name =
        g_path_is_absolute(path) ? lathe_path_below(path, clone->source->folder) : g_strdup(path);

    if (name != NULL && strchr(name, '/') == NULL)
        return g_steal_pointer(&name);
    lathe_error_input(error,
                      "'%s' does not lie in the folder of '%s', so that two machines cannot share "
                      "it: clone it without --linked",
                      path, clone->source->name);
    return NULL;
}

/* All images of a disk, from the front; fills what the front one is. */
static bool link_chain(struct clone *clone, const char *front, struct emu_block_info *first,
                       GError **error)
{
    g_autofree char *name = g_strdup(front), *format = NULL;

    for (unsigned depth = 0; name != NULL; depth++) {
        g_autofree char *path = g_build_filename(clone->source->folder, name, NULL);
        struct emu_error found = EMU_ERROR_INIT;
        struct emu_block_info info;
        if (depth == LINK_MAX_DEPTH)
            return lathe_error_input(error,
                                     "'%s' has %d images behind it: clone it without --linked",
                                     front, LINK_MAX_DEPTH);
        if (!emu_block_inspect(path, format, &info, &found))
            return lathe_error_from_emu(error, &found);
        if (depth == 0)
            *first = info;
        if (!link_file(clone, name, error))
            return false;
        g_free(g_steal_pointer(&name));
        g_free(format);
        format = info.backing_format[0] != '\0' ? g_strdup(info.backing_format) : NULL;
        if (info.backing[0] != '\0' && (name = link_name(clone, info.backing, error)) == NULL)
            return false;
    }
    return true;
}

/* ---- the images in front ---- */

static bool link_make_front(const char *folder, const char *front, const char *name,
                            const struct emu_block_info *behind, GError **error)
{
    g_autofree char *path = g_build_filename(folder, front, NULL);
    const struct emu_block_creation creation = {path, "qcow2", behind->size, name, behind->format};
    struct emu_error found = EMU_ERROR_INIT;

    return emu_block_create(&creation, &found) || lathe_error_from_emu(error, &found);
}

/* The disk of a definition is another image from now on. */
static void link_set(xmlNode *disk, const char *name)
{
    xmlNode *driver = lathe_tree_child(disk, "driver");

    if (driver == NULL)
        driver = lathe_tree_set(lathe_tree_add(disk, "driver", NULL), "name", "qemu");
    lathe_tree_set(driver, "type", "qcow2");
    lathe_tree_set(lathe_tree_need(disk, "source"), "file", name);
}

/* The same new name in both folders, but for a template, which is not written to; made: what comes
 * into the source's. */
static bool link_make_fronts(struct clone *clone, const char *front, const char *name,
                             const struct emu_block_info *behind, GPtrArray *made, GError **error)
{
    const char *source = clone->source->folder;

    if (!clone->source->template && !link_make_front(source, front, name, behind, error))
        return false;
    if (!clone->source->template)
        g_ptr_array_add(made, g_build_filename(source, front, NULL));
    g_hash_table_add(clone->linked, g_strdup(front));
    return link_make_front(lathe_draft_get_folder(clone->draft), front, name, behind, error);
}

/* One disk: theirs in the source's definition, ours in the clone's. */
static bool link_disk(struct clone *clone, xmlNode *ours, xmlNode *theirs, GPtrArray *made,
                      GError **error)
{
    g_autofree char *path = lathe_tree_get(lathe_tree_child(ours, "source"), "file");
    g_autofree char *name = NULL, *free = NULL, *front = NULL;
    struct emu_block_info info;

    if (!lathe_clone_check_disk(clone, ours, error))
        return false;
    name = link_name(clone, path, error);
    if (name == NULL || !link_chain(clone, name, &info, error))
        return false;
    free = lathe_library_free_file(clone->source->folder, "disk", ".qcow2");
    front = g_path_get_basename(free);
    if (!link_make_fronts(clone, front, name, &info, made, error))
        return false;
    if (!clone->source->template)
        link_set(theirs, front);
    link_set(ours, front);
    return true;
}

/* Nobody writes to what two machines share. */
static void link_protect(struct clone *clone, GPtrArray *made)
{
    GHashTableIter names;
    gpointer name;

    g_hash_table_iter_init(&names, clone->linked);
    while (g_hash_table_iter_next(&names, &name, NULL)) {
        g_autofree char *path = g_build_filename(clone->source->folder, name, NULL);
        if (!g_ptr_array_find_with_equal_func(made, path, g_str_equal, NULL))
            g_chmod(path, 0400);
    }
}

bool lathe_clone_link(struct clone *clone, GError **error)
{
    g_autoptr(lathe_config) source = lathe_machine_read_config(clone->source, error);
    g_autoptr(GPtrArray) made = g_ptr_array_new_with_free_func(g_free);
    xmlNode *ours = lathe_tree_find(lathe_config_root(clone->config), "devices/disk"), *theirs;
    bool linked = source != NULL;

    if (!linked)
        return false;
    theirs = lathe_clone_next_disk(lathe_tree_find(lathe_config_root(source), "devices/disk"));
    for (ours = lathe_clone_next_disk(ours); ours != NULL && linked;
         ours = lathe_clone_next_disk(lathe_tree_next(ours))) {
        linked = link_disk(clone, ours, theirs, made, error);
        theirs = lathe_clone_next_disk(lathe_tree_next(theirs));
    }
    if (linked && lathe_files_sync_folder(clone->source->folder, error) &&
        lathe_library_write(clone->library, clone->source, source, error)) {
        link_protect(clone, made);
        return true;
    }
    for (guint i = 0; i < made->len; i++)
        unlink(made->pdata[i]);
    return false;
}
