/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A machine made after another one (clone.h): its definition, its files, and disks that lie
 * elsewhere. */
#include "app/library/clone.h"

#include <string.h>

#include "app/config/config.h"
#include "app/config/paths.h"
#include "app/config/tree.h"
#include "app/config/write.h"
#include "app/library/clone-private.h"
#include "app/library/saved.h"
#include "app/plan/error.h"
#include "emulator/api/block.h"

/* ---- disks ---- */

xmlNode *lathe_clone_next_disk(xmlNode *disk)
{
    while (disk != NULL) {
        g_autofree char *device = lathe_tree_get(disk, "device");
        bool is_disk = device == NULL || strcmp(device, "disk") == 0;
        if (is_disk && lathe_tree_child(disk, "readonly") == NULL &&
            lathe_tree_child(disk, "transient") == NULL)
            return disk;
        disk = lathe_tree_next(disk);
    }
    return NULL;
}

bool lathe_clone_check_disk(const struct clone *clone, const xmlNode *disk, GError **error)
{
    g_autofree char *path = lathe_tree_get(lathe_tree_child(disk, "source"), "file");
    g_autofree char *target = lathe_tree_get(lathe_tree_child(disk, "target"), "dev");

    if (path != NULL)
        return true;
    return lathe_error_input(error,
                             "the disk %s of '%s' is no image file, and only those can be cloned: "
                             "lathe edit --remove %s takes it out",
                             target, clone->source->name, target);
}

/* What lies behind an image by a relative name would be missing beside its copy. */
static bool clone_check_backing(const char *path, GError **error)
{
    struct emu_error found = EMU_ERROR_INIT;
    struct emu_block_info info;

    if (!emu_block_inspect(path, NULL, &info, &found))
        return lathe_error_from_emu(error, &found);
    if (info.backing[0] == '\0' || info.backing[0] == '/')
        return true;
    return lathe_error_input(error,
                             "'%s' is based on '%s' beside it, and would not be in the new "
                             "machine's folder: make one image of both with qemu-img convert",
                             path, info.backing);
}

/* A file that lies outside of the source's folder comes into the new one. */
static bool clone_bring_in(struct clone *clone, xmlNode *node, const char *attribute,
                           GError **error)
{
    g_autofree char *path =
        attribute != NULL ? lathe_tree_get(node, attribute) : lathe_tree_text(node);

    if (path == NULL || !g_path_is_absolute(path))
        return true;
    g_autofree char *name = g_path_get_basename(path);
    const char *dot = strrchr(name, '.');
    g_autofree char *stem = g_strndup(name, dot != NULL ? (gsize)(dot - name) : strlen(name));
    g_autofree char *target =
        lathe_library_free_file(lathe_draft_get_folder(clone->draft), *stem != '\0' ? stem : "disk",
                                dot != NULL ? dot : "");
    if (!lathe_files_copy(path, target, &clone->copy, error))
        return false;
    if (attribute != NULL)
        lathe_tree_set(node, attribute, target);
    else
        lathe_tree_set_text(node, target);
    return true;
}

static bool clone_bring_in_disks(struct clone *clone, GError **error)
{
    xmlNode *root = lathe_config_root(clone->config);
    xmlNode *disk = lathe_clone_next_disk(lathe_tree_find(root, "devices/disk"));

    for (; disk != NULL; disk = lathe_clone_next_disk(lathe_tree_next(disk))) {
        xmlNode *source = lathe_tree_child(disk, "source");
        g_autofree char *path = lathe_tree_get(source, "file");
        if (!lathe_clone_check_disk(clone, disk, error) ||
            (g_path_is_absolute(path) && !clone_check_backing(path, error)) ||
            !clone_bring_in(clone, source, "file", error))
            return false;
    }
    return true;
}

static bool clone_bring_in_variables(struct clone *clone, GError **error)
{
    xmlNode *nvram = lathe_tree_find(lathe_config_root(clone->config), "os/nvram");
    xmlNode *source = lathe_tree_child(nvram, "source");

    if (nvram == NULL)
        return true;
    return source != NULL ? clone_bring_in(clone, source, "file", error)
                          : clone_bring_in(clone, nvram, NULL, error);
}

/* ---- the folder ---- */

/* What belongs to the source alone. */
static bool clone_leaves(const struct clone *clone, const char *name)
{
    static const char *const own[] = {LATHE_MACHINE_DEFINITION,
                                      LATHE_MACHINE_LOG,
                                      LATHE_MACHINE_LOG ".old",
                                      LATHE_MACHINE_THUMBNAIL,
                                      LATHE_MACHINE_SAVED,
                                      "lock",
                                      NULL};

    return name[0] == '.' || g_strv_contains(own, name) ||
           g_hash_table_contains(clone->linked, name);
}

/* Calls for each file of the source that is copied. */
static bool clone_each(struct clone *clone,
                       bool (*visit)(struct clone *clone, const char *name, GError **error),
                       GError **error)
{
    g_autoptr(GDir) names = g_dir_open(clone->source->folder, 0, error);
    const char *name;

    if (names == NULL)
        return false;
    while ((name = g_dir_read_name(names)) != NULL) {
        if (!clone_leaves(clone, name) && !visit(clone, name, error))
            return false;
    }
    return true;
}

static bool clone_count(struct clone *clone, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(clone->source->folder, name, NULL);

    clone->copy.total += lathe_files_disk_use(path);
    return true;
}

static bool clone_copy(struct clone *clone, const char *name, GError **error)
{
    g_autofree char *from = g_build_filename(clone->source->folder, name, NULL);
    g_autofree char *to = g_build_filename(lathe_draft_get_folder(clone->draft), name, NULL);

    if (g_file_test(from, G_FILE_TEST_IS_SYMLINK) ||
        !(g_file_test(from, G_FILE_TEST_IS_REGULAR) || g_file_test(from, G_FILE_TEST_IS_DIR)))
        return true; /* sockets and the like */
    return lathe_files_copy(from, to, &clone->copy, error);
}

/* ---- the definition ---- */

/* A network adapter with an address of its own gets another; QEMU's prefix is locally ours too. */
static void clone_renew_addresses(xmlNode *root)
{
    for (xmlNode *net = lathe_tree_find(root, "devices/interface"); net != NULL;
         net = lathe_tree_next(net)) {
        xmlNode *mac = lathe_tree_child(net, "mac");
        guint32 number = g_random_int();
        g_autofree char *address = g_strdup_printf("52:54:00:%02x:%02x:%02x", number & 0xff,
                                                   number >> 8 & 0xff, number >> 16 & 0xff);
        if (mac != NULL)
            lathe_tree_set(mac, "address", address);
    }
}

static bool clone_read_config(struct clone *clone, GError **error)
{
    g_autofree char *uuid = g_uuid_string_random();
    xmlNode *root;

    clone->config = lathe_machine_read_config(clone->source, error);
    if (clone->config == NULL)
        return false;
    root = lathe_config_root(clone->config);
    lathe_config_make_relative(clone->config, clone->source->folder);
    lathe_tree_set_text(lathe_tree_need(root, "uuid"), uuid);
    xmlUnsetProp(root, (const xmlChar *)"id");
    lathe_config_set_template(clone->config, false);
    clone_renew_addresses(root);
    return true;
}

/* ---- all of it ---- */

static struct lathe_machine *clone_make(struct clone *clone, GError **error)
{
    clone->draft = lathe_draft_new(clone->library, clone->options->name, error);
    if (clone->draft == NULL || !clone_read_config(clone, error) ||
        (clone->options->linked && !lathe_clone_link(clone, error)) ||
        !clone_each(clone, clone_count, error) || !clone_each(clone, clone_copy, error) ||
        !clone_bring_in_disks(clone, error) || !clone_bring_in_variables(clone, error))
        return NULL;
    return lathe_draft_publish(clone->draft, clone->config, error);
}

/* Its disks are as a running machine's are. */
static bool clone_check_state(const struct lathe_machine *source, GError **error)
{
    return !lathe_saved_exists(source) ||
           lathe_error_input(error,
                             "'%s' is suspended: let it go on and shut it down first, or lathe "
                             "discard '%s' forgets what it was doing",
                             source->name, source->name);
}

struct lathe_machine *lathe_library_clone(struct lathe_library *library,
                                          struct lathe_machine *source,
                                          const struct lathe_clone_options *options, GError **error)
{
    g_autoptr(lathe_lock) lock =
        lathe_lock_take(source->folder, source->name, LATHE_LOCK_EDIT, error);
    struct clone clone = {
        .library = library,
        .source = source,
        .options = options,
        .linked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .copy = {options->progress, options->opaque, 0, 0},
    };
    struct lathe_machine *machine =
        lock != NULL && clone_check_state(source, error) ? clone_make(&clone, error) : NULL;

    lathe_config_free(clone.config);
    lathe_draft_free(clone.draft);
    g_hash_table_unref(clone.linked);
    return machine;
}
