/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Templates: machines that do not run, so that clones can go on from their disks as they are. A
 * linked clone has a template's images in its own folder, too (clone-linked.c).
 */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/config/config.h"
#include "app/config/tree.h"
#include "app/config/write.h"
#include "app/library/clone-private.h"
#include "app/library/library.h"
#include "app/library/saved.h"
#include "app/plan/error.h"

/* Does this image lie in another machine's folder, too? */
static bool template_is_shared(const struct lathe_machine *machine, xmlNode *disk, char **path)
{
    g_autofree char *file = lathe_tree_get(lathe_tree_child(disk, "source"), "file");
    struct stat info;

    *path = file != NULL && !g_path_is_absolute(file) ? lathe_machine_path(machine, file) : NULL;
    return *path != NULL && stat(*path, &info) == 0 && info.st_nlink > 1;
}

/* Its disks are written to again. */
static bool template_free_disks(const struct lathe_machine *machine, struct lathe_config *config,
                                GError **error)
{
    xmlNode *root = lathe_config_root(config);
    xmlNode *disk = lathe_clone_next_disk(lathe_tree_find(root, "devices/disk"));

    for (; disk != NULL; disk = lathe_clone_next_disk(lathe_tree_next(disk))) {
        g_autofree char *path = NULL;
        if (template_is_shared(machine, disk, &path))
            return lathe_error_input(error,
                                     "clones of '%s' share its disks, which must stay as they are: "
                                     "lathe clone '%s' makes a machine that can run",
                                     machine->name, machine->name);
        if (path != NULL)
            g_chmod(path, 0600);
    }
    return true;
}

static bool template_check(const struct lathe_machine *machine, bool template, GError **error)
{
    if (machine->template == template)
        return lathe_error_input(
            error, template ? "'%s' is a template already" : "'%s' is no template", machine->name);
    return !lathe_saved_exists(machine) ||
           lathe_error_input(error, "'%s' is suspended: let it go on and shut it down first",
                             machine->name);
}

bool lathe_library_set_template(struct lathe_library *library, struct lathe_machine *machine,
                                bool template, GError **error)
{
    g_autoptr(lathe_config) config = NULL;

    if (!template_check(machine, template, error))
        return false;
    config = lathe_machine_read_config(machine, error);
    if (config == NULL || (!template && !template_free_disks(machine, config, error)))
        return false;
    lathe_config_set_template(config, template);
    return lathe_library_write(library, machine, config, error);
}
