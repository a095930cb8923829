/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeping a trial (run-keep.h). The machine is made on the session's worker, as copying takes time.
 */
#include "app/cli/run-keep.h"

#include <string.h>
#include <unistd.h>

#include "app/cli/machines.h"
#include "app/config/write.h"
#include "app/library/last-words.h"
#include "app/library/lock.h"
#include "app/plan/definition.h"
#include "app/plan/error.h"
#include "app/settings/make.h"

struct lathe_run_keep {
    struct lathe_cli *cli;
    LatheSession *session;
    void (*kept)(void *opaque);
    void *opaque;
    unsigned areas;
    /* While it is being made, by the worker: */
    bool busy;
    struct lathe_library *library;
    struct lathe_definition *definition;
    struct session_box *box;
    unsigned disks[EMU_MAX_DRIVES]; /* which of the running ones each of the definition is */
    struct lathe_machine *machine;
    lathe_session_done *done;
    gpointer data;
};

static void keep_forget(struct lathe_run_keep *keep)
{
    g_clear_pointer(&keep->definition, lathe_definition_free);
    g_clear_pointer(&keep->library, lathe_library_free);
    g_clear_pointer(&keep->machine, lathe_machine_free);
    keep->busy = false;
}

/* ---- on the worker ---- */

/* Discs and floppies are of the user, and stay what and where they are. */
static bool keep_has_changes(const struct lathe_disk_definition *disk)
{
    return disk->discard_changes && !disk->cdrom && disk->bus != EMU_DRIVE_FLOPPY;
}

static bool keep_disk(struct lathe_run_keep *keep, unsigned index, const char *folder,
                      GError **error)
{
    struct lathe_disk_definition *disk = &keep->definition->disk[index];
    g_autofree char *path = lathe_library_free_file(folder, "disk", ".qcow2");

    if (!lathe_session_keep_disk(keep->box, keep->disks[index], disk->path, disk->format, path,
                                 error))
        return false;
    g_free(disk->path);
    g_free(disk->format);
    disk->path = g_steal_pointer(&path);
    disk->format = g_strdup("qcow2");
    disk->discard_changes = false;
    return true;
}

/* A lathe_make_prepare. */
static bool keep_disks(struct lathe_definition *definition, const char *folder, void *opaque,
                       GError **error)
{
    for (unsigned i = 0; i < definition->disks; i++) {
        if (keep_has_changes(&definition->disk[i]) && !keep_disk(opaque, i, folder, error))
            return false;
    }
    return true;
}

static char *keep_work(gpointer data, struct session_box *box)
{
    struct lathe_run_keep *keep = data;
    g_autoptr(GError) error = NULL;

    keep->box = box;
    keep->machine = lathe_make_machine_with(keep->library, keep->definition, keep->areas,
                                            keep_disks, keep, &error);
    return keep->machine != NULL ? NULL : g_strdup(error->message);
}

/* ---- on the main loop ---- */

/* A restart finds the disks where they are now. */
static void keep_tell_disks(const struct lathe_run_keep *keep)
{
    const struct lathe_definition *running = lathe_session_get_definition(keep->session);

    for (unsigned i = 0; i < keep->definition->disks; i++) {
        const char *made = keep->definition->disk[i].path;
        g_autofree char *file = g_path_get_basename(made != NULL ? made : "");
        g_autofree char *path = lathe_machine_path(keep->machine, file);
        if (keep_has_changes(&running->disk[keep->disks[i]]))
            lathe_session_disk_is_kept(keep->session, keep->disks[i], path);
    }
}

static void keep_on_made(gpointer data, const char *complaint)
{
    struct lathe_run_keep *keep = data;
    lathe_session_done *done = keep->done;

    if (complaint == NULL) {
        keep_tell_disks(keep);
        keep->cli->machine = g_steal_pointer(&keep->machine);
        keep->cli->lock = lathe_lock_take(keep->cli->machine->folder, keep->cli->machine->name,
                                          LATHE_LOCK_RUN, NULL);
        lathe_last_words_started(keep->cli->machine, getpid());
        keep->kept(keep->opaque);
        lathe_session_set_kept(keep->session, keep->cli->machine->name);
    }
    keep_forget(keep);
    done(keep->data, complaint);
}

/* The definition as a document and back is a copy, without what was settled for this run alone. */
static struct lathe_definition *keep_copy(const struct lathe_run_keep *keep, GError **error)
{
    const struct lathe_definition *running = lathe_session_get_definition(keep->session);
    g_autoptr(lathe_config) config = lathe_config_new("trial");
    struct lathe_definition *copy = lathe_definition_new();

    if (!lathe_config_write(config, running, LATHE_MAKE_AREAS | keep->areas, error) ||
        !lathe_config_fill(config, copy, error))
        g_clear_pointer(&copy, lathe_definition_free);
    return copy;
}

static bool keep_is_same(const struct lathe_disk_definition *disk,
                         const struct lathe_disk_definition *other)
{
    g_autofree char *path = g_canonicalize_filename(disk->path != NULL ? disk->path : "", NULL);
    g_autofree char *second = g_canonicalize_filename(other->path != NULL ? other->path : "", NULL);

    return disk->bus == other->bus && disk->cdrom == other->cdrom && strcmp(path, second) == 0;
}

/* The document may have them in another order. */
static void keep_match_disks(struct lathe_run_keep *keep)
{
    const struct lathe_definition *running = lathe_session_get_definition(keep->session);
    bool taken[EMU_MAX_DRIVES] = {false};

    for (unsigned i = 0; i < keep->definition->disks; i++) {
        for (unsigned j = 0; j < running->disks; j++) {
            if (!taken[j] && keep_is_same(&keep->definition->disk[i], &running->disk[j])) {
                taken[j] = true;
                keep->disks[i] = j;
                break;
            }
        }
    }
}

/* "debian-13.iso": a machine is no file. g_free. */
static char *keep_wish(const struct lathe_run_keep *keep)
{
    const char *title = lathe_session_get_title(keep->session);
    char *wish = g_strdup(title != NULL ? title : "trial");
    char *dot = strrchr(wish, '.');

    if (dot != NULL && dot != wish && strlen(dot) <= strlen(".qcow2"))
        *dot = '\0';
    return wish;
}

static bool keep_begin(struct lathe_run_keep *keep, const char *name, GError **error)
{
    g_autofree char *wish = keep_wish(keep);

    if (keep->busy)
        return lathe_error_input(error, "the machine is being kept already");
    keep->library = lathe_library_open(NULL);
    keep->definition = keep_copy(keep, error);
    if (keep->definition == NULL)
        return false;
    g_free(keep->definition->name);
    keep->definition->name =
        name != NULL ? g_strdup(name) : lathe_make_free_name(keep->library, wish);
    keep_match_disks(keep);
    keep->busy = true;
    return true;
}

static void keep_on_asked(gpointer opaque, const char *name, lathe_session_done *done,
                          gpointer data)
{
    struct lathe_run_keep *keep = opaque;
    g_autoptr(GError) error = NULL;

    if (!keep_begin(keep, name, &error)) {
        if (!keep->busy)
            keep_forget(keep);
        done(data, error->message);
        return;
    }
    keep->done = done;
    keep->data = data;
    lathe_session_do(keep->session, keep_work, keep_on_made, keep);
}

struct lathe_run_keep *lathe_run_keep_new(struct lathe_cli *cli, LatheSession *session,
                                          void (*kept)(void *opaque), void *opaque)
{
    struct lathe_run_keep *keep;

    if (cli->machine != NULL || cli->by_definition)
        return NULL;
    keep = g_new0(struct lathe_run_keep, 1);
    *keep = (struct lathe_run_keep){.cli = cli,
                                    .session = session,
                                    .kept = kept,
                                    .opaque = opaque,
                                    .areas = lathe_machines_areas(cli)};
    if (cli->definition->kernel != NULL)
        keep->areas |= LATHE_AREA_KERNEL;
    lathe_session_set_keeper(session, keep_on_asked, keep);
    return keep;
}

void lathe_run_keep_free(struct lathe_run_keep *keep)
{
    if (keep == NULL)
        return;
    keep_forget(keep);
    g_free(keep);
}
