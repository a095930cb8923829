/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A machine that is being made: a hidden folder, locked by who makes it, which gets its name when
 * all of it is on the disk. What a crash left behind is removed when the next one is made.
 */
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "app/config/config.h"
#include "app/config/paths.h"
#include "app/config/tree.h"
#include "app/library/files.h"
#include "app/library/library-private.h"
#include "app/library/names.h"
#include "app/plan/error.h"

struct lathe_draft {
    struct lathe_library *library;
    struct lathe_lock *lock;
    char *folder, *name;
    bool published;
};

/* The library is locked, so that nobody is between making a folder and locking it. */
static void draft_sweep(struct lathe_library *library)
{
    g_autoptr(GDir) names = g_dir_open(library->folder, 0, NULL);
    const char *name;

    while (names != NULL && (name = g_dir_read_name(names)) != NULL) {
        g_autofree char *path = g_build_filename(library->folder, name, NULL);
        if (g_str_has_prefix(name, LATHE_FILES_NEW) &&
            lathe_lock_look(path, NULL) == LATHE_LOCK_FREE)
            lathe_files_remove_tree(path, NULL);
    }
}

static bool draft_make_folder(struct lathe_draft *draft, GError **error)
{
    int lock = lathe_library_lock(draft->library, error);
    bool made;

    if (lock < 0)
        return false;
    draft_sweep(draft->library);
    draft->folder = g_build_filename(draft->library->folder, LATHE_FILES_NEW "XXXXXX", NULL);
    made = lathe_library_name_is_free(draft->library, draft->name, NULL, error);
    if (made && g_mkdtemp_full(draft->folder, 0700) == NULL)
        made = lathe_error_input(error, "cannot write the library '%s': %s", draft->library->folder,
                                 g_strerror(errno));
    if (made)
        draft->lock = lathe_lock_take(draft->folder, draft->name, LATHE_LOCK_EDIT, error);
    if (made && draft->lock == NULL)
        lathe_files_remove_tree(draft->folder, NULL);
    close(lock);
    return draft->lock != NULL;
}

struct lathe_draft *lathe_draft_new(struct lathe_library *library, const char *name, GError **error)
{
    g_autoptr(lathe_draft) draft = g_new0(struct lathe_draft, 1);

    draft->library = library;
    draft->name = g_strdup(name);
    if (!lathe_name_check(name, error) || !draft_make_folder(draft, error))
        return NULL;
    return g_steal_pointer(&draft);
}

const char *lathe_draft_get_folder(const struct lathe_draft *draft)
{
    return draft->folder;
}

static bool draft_write(struct lathe_draft *draft, struct lathe_config *config, GError **error)
{
    g_autofree char *path = g_build_filename(draft->folder, LATHE_MACHINE_DEFINITION, NULL);

    lathe_tree_set_text(lathe_tree_need(lathe_config_root(config), "name"), draft->name);
    lathe_config_make_relative(config, draft->folder);
    if (!lathe_library_check(config, error))
        return false;
    g_autofree char *text = lathe_config_format(config);
    return lathe_files_write(path, text, strlen(text), error);
}

/* The library is locked. */
static struct lathe_machine *draft_show(struct lathe_draft *draft, GError **error)
{
    if (!lathe_library_name_is_free(draft->library, draft->name, NULL, error))
        return NULL;
    g_autofree char *id = lathe_library_free_id(draft->library, draft->name);
    g_autoptr(lathe_machine) machine = lathe_machine_new(draft->library->folder, id);
    draft->published = lathe_files_move(draft->folder, machine->folder, error);
    if (!draft->published)
        return NULL;
    g_clear_pointer(&draft->lock, lathe_lock_free);
    lathe_machine_read(machine);
    return g_steal_pointer(&machine);
}

struct lathe_machine *lathe_draft_publish(struct lathe_draft *draft, struct lathe_config *config,
                                          GError **error)
{
    struct lathe_machine *machine;
    int lock;

    if (!draft_write(draft, config, error))
        return NULL;
    lock = lathe_library_lock(draft->library, error);
    if (lock < 0)
        return NULL;
    machine = draft_show(draft, error);
    close(lock);
    return machine;
}

void lathe_draft_free(struct lathe_draft *draft)
{
    if (draft == NULL)
        return;
    if (!draft->published && draft->lock != NULL)
        lathe_files_remove_tree(draft->folder, NULL);
    lathe_lock_free(draft->lock);
    g_free(draft->folder);
    g_free(draft->name);
    g_free(draft);
}
