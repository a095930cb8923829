/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Machines that were deleted: their folders lie in ".deleted" as "TIME-FOLDER", the time in UTC to
 * the microsecond, so that the names sort by it. A move is one step, and so is the way back.
 */
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "app/library/files.h"
#include "app/library/library-private.h"
#include "app/library/names.h"
#include "app/plan/error.h"

#define DELETED_TIME 23 /* letters of "20261123T104500.123456-" */

static char *deleted_folder(struct lathe_library *library)
{
    return g_build_filename(library->folder, LIBRARY_DELETED, NULL);
}

static char *deleted_place(struct lathe_library *library, const char *id)
{
    g_autofree char *folder = deleted_folder(library);
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *time = g_date_time_format(now, "%Y%m%dT%H%M%S");
    g_autofree char *name =
        g_strdup_printf("%s.%06d-%s", time, g_date_time_get_microsecond(now), id);

    return g_build_filename(folder, name, NULL);
}

/* The library and the machine are locked. */
static bool deleted_move(struct lathe_library *library, const struct lathe_machine *machine,
                         GError **error)
{
    g_autofree char *folder = deleted_folder(library);
    g_autofree char *place = deleted_place(library, machine->id);

    if (g_mkdir_with_parents(folder, 0700) != 0)
        return lathe_error_input(error, "cannot write '%s': %s", folder, g_strerror(errno));
    return lathe_files_move(machine->folder, place, error);
}

bool lathe_library_delete(struct lathe_library *library, const struct lathe_machine *machine,
                          GError **error)
{
    g_autoptr(lathe_lock) used =
        lathe_lock_take(machine->folder, machine->name, LATHE_LOCK_EDIT, error);
    int lock = used != NULL ? lathe_library_lock(library, error) : -1;
    bool moved;

    if (lock < 0)
        return false;
    moved = deleted_move(library, machine, error);
    close(lock);
    return moved;
}

static gint deleted_compare(gconstpointer a, gconstpointer b)
{
    const struct lathe_machine *const *left = a, *const *right = b;

    return strcmp((*right)->id, (*left)->id);
}

GPtrArray *lathe_library_scan_deleted(struct lathe_library *library, GError **error)
{
    GPtrArray *machines = g_ptr_array_new_with_free_func((GDestroyNotify)lathe_machine_free);
    g_autofree char *folder = deleted_folder(library);
    g_autoptr(GDir) names = g_dir_open(folder, 0, NULL);
    const char *name;

    while (names != NULL && (name = g_dir_read_name(names)) != NULL) {
        if (strlen(name) > DELETED_TIME && name[DELETED_TIME - 1] == '-')
            g_ptr_array_add(machines, lathe_machine_new(folder, name));
    }
    g_ptr_array_sort(machines, deleted_compare);
    for (guint i = 0; i < machines->len; i++)
        lathe_machine_read(machines->pdata[i]);
    return machines;
}

/* The latest that matches; borrowed from the list. */
static struct lathe_machine *deleted_find(const GPtrArray *machines, const char *name,
                                          GError **error)
{
    g_autofree char *key = name != NULL ? lathe_name_key(name) : NULL;

    for (guint i = 0; i < machines->len; i++) {
        struct lathe_machine *machine = machines->pdata[i];
        g_autofree char *other = lathe_name_key(machine->name);
        if (key == NULL || strcmp(key, other) == 0 || strcmp(machine->id, name) == 0)
            return machine;
    }
    if (name != NULL)
        lathe_error_input(error,
                          "no machine '%s' was deleted; lathe list --deleted shows those "
                          "that were",
                          name);
    else
        lathe_error_input(error, "no machine was deleted");
    return NULL;
}

/* Its old place, or another if there is somebody now. The library is locked. */
static struct lathe_machine *deleted_bring_back(struct lathe_library *library,
                                                const struct lathe_machine *deleted, GError **error)
{
    if (!lathe_library_name_is_free(library, deleted->name, NULL, error))
        return NULL;
    g_autoptr(lathe_machine) old = lathe_machine_new(library->folder, deleted->id + DELETED_TIME);
    g_autofree char *id = g_file_test(old->folder, G_FILE_TEST_EXISTS)
                              ? lathe_library_free_id(library, deleted->name)
                              : g_strdup(old->id);
    g_autoptr(lathe_machine) machine = lathe_machine_new(library->folder, id);
    if (!lathe_files_move(deleted->folder, machine->folder, error))
        return NULL;
    lathe_machine_read(machine);
    return g_steal_pointer(&machine);
}

struct lathe_machine *lathe_library_undelete(struct lathe_library *library, const char *name,
                                             GError **error)
{
    int lock = lathe_library_lock(library, error);
    struct lathe_machine *machine = NULL;

    if (lock < 0)
        return NULL;
    g_autoptr(GPtrArray) machines = lathe_library_scan_deleted(library, error);
    const struct lathe_machine *deleted = deleted_find(machines, name, error);
    if (deleted != NULL)
        machine = deleted_bring_back(library, deleted, error);
    close(lock);
    return machine;
}

bool lathe_library_purge(struct lathe_library *library, const struct lathe_machine *deleted,
                         GError **error)
{
    int lock = lathe_library_lock(library, error);
    bool removed;

    if (lock < 0)
        return false;
    removed = lathe_files_remove_tree(deleted->folder, error);
    close(lock);
    return removed;
}
