/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Suspending and going on (run-suspend.h). The state is hidden until the disks are closed. */
#include "app/cli/run-suspend.h"

#include <string.h>

#include "app/control/pictures.h"
#include "app/library/saved.h"
#include "app/modules/module.h"
#include "app/plan/definition.h"
#include "app/plan/error.h"
#include "display/core/screen.h"

struct lathe_run_suspend {
    struct lathe_cli *cli;
    LatheSession *session;
    void (*ended)(void *opaque);
    void *opaque;
    struct lathe_saved_draft *draft; /* NULL: nothing is being written, or was */
    bool was_running, written;
    char *made_of;
    GPtrArray *drives; /* of char * */
    lathe_session_done *done;
    gpointer data;
};

/* ---- what a state fits ---- */

/* A checksum of what the guest sees, but for what can be changed while it runs. */
static char *suspend_made_of(const struct lathe_definition *definition, GError **error)
{
    const struct emu_topology *topology = &definition->topology;
    g_autofree char *devices = lathe_session_describe(definition, error);

    if (devices == NULL)
        return NULL;
    g_autofree char *gpu = lathe_gpu_format(definition);
    g_autofree char *text = g_strdup_printf(
        "%s %s %u %u %u %u %" G_GUINT64_FORMAT " %s %s\n%s", definition->board, definition->cpu,
        topology->sockets, topology->dies, topology->cores, topology->threads, definition->memory,
        definition->firmware_image != NULL ? definition->firmware_image : "", gpu, devices);
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}

/* What is in the drives now, disks that were swapped while it ran included. */
static GPtrArray *suspend_list_drives(const struct lathe_definition *definition)
{
    GPtrArray *drives = g_ptr_array_new_with_free_func(g_free);

    for (unsigned i = 0; i < definition->disks; i++) {
        const char *path = definition->disk[i].path;
        g_ptr_array_add(drives, path != NULL ? g_canonicalize_filename(path, NULL) : g_strdup(""));
    }
    return drives;
}

/* ---- writing ---- */

static bool suspend_check(const struct lathe_run_suspend *suspend, GError **error)
{
    const struct lathe_definition *definition = lathe_session_get_definition(suspend->session);

    if (suspend->draft != NULL)
        return lathe_error_input(error, "the machine is being suspended already");
    if (lathe_session_get_machine(suspend->session) == NULL ||
        lathe_session_get_state(suspend->session) == LATHE_STATE_STOPPED)
        return lathe_error_input(error, "the machine has stopped: there is nothing to suspend");
    if (*lathe_session_get_hold_text(suspend->session) != '\0')
        return lathe_error_input(error,
                                 "the machine waits, and can be suspended when it goes on: %s",
                                 lathe_session_get_hold_text(suspend->session));
    if (definition->tpm != NULL)
        return lathe_error_input(error,
                                 "a machine with a TPM cannot be suspended, as its TPM forgets "
                                 "what it measured");
    if (lathe_session_get_attached(suspend->session)->len != 0)
        return lathe_error_input(error, "take out the disks that were plugged in, then the machine "
                                        "can be suspended");
    for (unsigned i = 0; i < definition->disks; i++)
        if (definition->disk[i].discard_changes)
            return lathe_error_input(error,
                                     "the changes of '%s' are forgotten in the end, so the "
                                     "machine cannot be suspended",
                                     definition->disk[i].path);
    return true;
}

static void suspend_forget(struct lathe_run_suspend *suspend)
{
    g_clear_pointer(&suspend->draft, lathe_saved_draft_free);
    g_clear_pointer(&suspend->made_of, g_free);
    g_clear_pointer(&suspend->drives, g_ptr_array_unref);
}

/* What the library shows of it from now on; it does without where there is no screen. */
static void suspend_keep_picture(struct lathe_run_suspend *suspend)
{
    GPtrArray *screens = lathe_session_get_screens(suspend->session);
    const struct lathe_pictures *pictures =
        screens->len != 0 ? lathe_module_find("pictures", NULL) : NULL;
    g_autofree char *path = lathe_machine_path(suspend->cli->machine, LATHE_MACHINE_THUMBNAIL);
    g_autoptr(GBytes) bytes = NULL;
    gsize length = 0;

    if (pictures == NULL)
        return;
    disp_screen_refresh(screens->pdata[0]);
    bytes = pictures->png(disp_screen_get_surface(screens->pdata[0]), NULL);
    if (bytes != NULL) {
        const char *data = g_bytes_get_data(bytes, &length);
        g_file_set_contents(path, data, (gssize)length, NULL);
    }
}

static void suspend_on_saved(gpointer data, const char *complaint)
{
    struct lathe_run_suspend *suspend = data;

    suspend->written = complaint == NULL;
    if (complaint != NULL) {
        suspend_forget(suspend);
        if (suspend->was_running)
            lathe_session_start(suspend->session);
    } else {
        suspend_keep_picture(suspend);
    }
    suspend->done(suspend->data, complaint);
    if (complaint == NULL)
        suspend->ended(suspend->opaque);
}

static bool suspend_begin(struct lathe_run_suspend *suspend, GError **error)
{
    const struct lathe_definition *definition = lathe_session_get_definition(suspend->session);

    if (!suspend_check(suspend, error))
        return false;
    suspend->made_of = suspend_made_of(definition, error);
    suspend->drives = suspend_list_drives(definition);
    suspend->draft =
        suspend->made_of != NULL ? lathe_saved_begin(suspend->cli->machine, error) : NULL;
    if (suspend->draft == NULL)
        suspend_forget(suspend);
    return suspend->draft != NULL;
}

static void suspend_on_asked(gpointer opaque, lathe_session_done *done, gpointer data)
{
    struct lathe_run_suspend *suspend = opaque;
    g_autoptr(GError) error = NULL;

    if (!suspend_begin(suspend, &error)) {
        done(data, error->message);
        return;
    }
    suspend->done = done;
    suspend->data = data;
    suspend->was_running = lathe_session_get_state(suspend->session) == LATHE_STATE_RUNNING;
    lathe_session_save(suspend->session, lathe_saved_draft_get_file(suspend->draft),
                       suspend_on_saved, suspend);
}

struct lathe_run_suspend *lathe_run_suspend_new(struct lathe_cli *cli, LatheSession *session,
                                                void (*ended)(void *opaque), void *opaque)
{
    struct lathe_run_suspend *suspend;

    if (cli->machine == NULL)
        return NULL;
    suspend = g_new0(struct lathe_run_suspend, 1);
    *suspend = (struct lathe_run_suspend){
        .cli = cli, .session = session, .ended = ended, .opaque = opaque};
    lathe_session_set_suspender(session, suspend_on_asked, suspend);
    return suspend;
}

bool lathe_run_suspend_finish(struct lathe_run_suspend *suspend, GError **error)
{
    bool done = true;

    if (suspend == NULL)
        return true;
    if (suspend->written) {
        const struct lathe_saved_facts facts = {
            suspend->made_of, (const char *const *)suspend->drives->pdata, suspend->drives->len};
        done = lathe_saved_commit(suspend->draft, &facts, error);
    }
    suspend_forget(suspend);
    g_free(suspend);
    return done;
}

/* ---- going on ---- */

/* Says how to go on without it. Always false. */
static bool suspend_fits_not(const struct lathe_cli *cli, const GError *why, GError **error)
{
    return lathe_error_input(
        error,
        "'%s' cannot go on from where it was suspended: %s; lathe discard '%s' "
        "forgets that, and it starts afresh",
        cli->machine->name, why->message, cli->machine->name);
}

/* A drive whose medium was changed while the machine ran has that one again. */
static void suspend_restore_drives(struct lathe_definition *definition, const GPtrArray *drives)
{
    for (unsigned i = 0; i < definition->disks && i < drives->len; i++) {
        const char *path = drives->pdata[i];
        g_free(definition->disk[i].path);
        definition->disk[i].path = *path != '\0' ? g_strdup(path) : NULL;
    }
}

bool lathe_run_resume_prepare(struct lathe_cli *cli, struct lathe_saved **saved, GError **error)
{
    g_autoptr(GError) why = NULL;

    *saved = NULL;
    if (cli->machine == NULL || !lathe_saved_exists(cli->machine))
        return true;
    *saved = lathe_saved_open(cli->machine, &why);
    if (*saved == NULL)
        return suspend_fits_not(cli, why, error);
    suspend_restore_drives(cli->definition, (*saved)->drives);
    return true;
}

static bool suspend_load(struct lathe_cli *cli, LatheSession *session, struct lathe_saved *saved,
                         GError **error)
{
    g_autofree char *made_of = suspend_made_of(cli->definition, error);

    if (made_of == NULL)
        return false;
    if (strcmp(made_of, saved->made_of) != 0)
        return lathe_error_input(error, "its settings have changed since then");
    return lathe_session_load(session, saved->file, error);
}

bool lathe_run_resume(struct lathe_cli *cli, LatheSession *session, struct lathe_saved *saved,
                      GError **error)
{
    g_autoptr(GError) why = NULL;

    if (saved == NULL)
        return true;
    if (!suspend_load(cli, session, saved, &why))
        return suspend_fits_not(cli, why, error);
    return lathe_saved_discard(cli->machine, error);
}
