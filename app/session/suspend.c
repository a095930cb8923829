/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session's machine on a disk: asked for by anybody, written by the worker, read before it runs.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "app/plan/error.h"
#include "app/session/internal.h"
#include "emulator/api/machine.h"

struct session_saving {
    LatheSession *session;
    int file;
    char *complaint;
    lathe_session_done *done;
    gpointer data;
};

/* ---- writing ---- */

static gboolean saving_on_done(gpointer data)
{
    struct session_saving *saving = data;

    if (!g_atomic_int_get(&saving->session->closing)) /* else who asked has gone */
        saving->done(saving->data, saving->complaint);
    return G_SOURCE_REMOVE;
}

static void saving_free(gpointer data)
{
    struct session_saving *saving = data;

    g_object_unref(saving->session);
    g_free(saving->complaint);
    g_free(saving);
}

void lathe_session_carry_out_save(struct session_saving *saving, struct session_box *box)
{
    struct emu_error found = EMU_ERROR_INIT;

    emu_machine_pause(box->machine);
    if (!emu_machine_save_file(box->machine, saving->file, &found))
        saving->complaint = g_strdup(found.text);
    else if (fsync(saving->file) != 0)
        saving->complaint = g_strdup(g_strerror(errno));
    lathe_session_invoke(saving_on_done, saving, saving_free);
}

void lathe_session_save(LatheSession *session, int file, lathe_session_done *done, gpointer data)
{
    struct session_saving *saving = g_new0(struct session_saving, 1);

    *saving = (struct session_saving){g_object_ref(session), file, NULL, done, data};
    lathe_session_push_job(
        session, &(struct session_job){.kind = JOB_SAVE, .box = session->box, .saving = saving});
}

/* ---- reading ---- */

gboolean lathe_session_load(LatheSession *session, int file, GError **error)
{
    struct emu_error found = EMU_ERROR_INIT;

    return emu_machine_load_file(session->box->machine, file, &found) ||
           lathe_error_from_emu(error, &found);
}

/* ---- asking ---- */

void lathe_session_set_suspender(LatheSession *session, lathe_session_suspender *suspender,
                                 gpointer opaque)
{
    session->suspender = suspender;
    session->suspender_opaque = opaque;
}

gboolean lathe_session_can_suspend(LatheSession *session)
{
    return session->suspender != NULL;
}

void lathe_session_suspend(LatheSession *session, lathe_session_done *done, gpointer data)
{
    g_autoptr(GError) error = NULL;

    if (session->suspender != NULL) {
        session->suspender(session->suspender_opaque, done, data);
        return;
    }
    lathe_error_input(&error, "only a machine of the library can be suspended");
    done(data, error->message);
}
