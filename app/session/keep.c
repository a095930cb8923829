/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trial that is kept: asked for by anybody, made a machine of the library by whoever runs it. */
#include "app/plan/definition.h"
#include "app/plan/error.h"
#include "app/session/internal.h"
#include "emulator/api/block.h"

/* ---- on the worker ---- */

struct session_labour {
    LatheSession *session;
    lathe_session_work *work;
    lathe_session_done *done;
    gpointer data;
    char *complaint;
};

static gboolean labour_on_done(gpointer data)
{
    struct session_labour *labour = data;

    if (!g_atomic_int_get(&labour->session->closing)) /* else who asked has gone */
        labour->done(labour->data, labour->complaint);
    return G_SOURCE_REMOVE;
}

static void labour_free(gpointer data)
{
    struct session_labour *labour = data;

    g_object_unref(labour->session);
    g_free(labour->complaint);
    g_free(labour);
}

void lathe_session_carry_out_labour(struct session_labour *labour, struct session_box *box)
{
    labour->complaint = labour->work(labour->data, box);
    lathe_session_invoke(labour_on_done, labour, labour_free);
}

void lathe_session_do(LatheSession *session, lathe_session_work *work, lathe_session_done *done,
                      gpointer data)
{
    struct session_labour *labour = g_new0(struct session_labour, 1);

    *labour = (struct session_labour){g_object_ref(session), work, done, data, NULL};
    lathe_session_push_job(
        session, &(struct session_job){.kind = JOB_LABOUR, .box = session->box, .labour = labour});
}

gboolean lathe_session_keep_disk(struct session_box *box, unsigned disk, const char *backing,
                                 const char *format, const char *path, GError **error)
{
    const struct emu_block_creation image = {path, "qcow2", 0, backing, format};
    struct emu_error found = EMU_ERROR_INIT;

    return emu_block_keep(&box->drives[disk], &image, &found) ||
           lathe_error_from_emu(error, &found);
}

/* ---- asking ---- */

void lathe_session_set_keeper(LatheSession *session, lathe_session_keeper *keeper, gpointer opaque)
{
    session->keeper = keeper;
    session->keeper_opaque = opaque;
}

gboolean lathe_session_can_keep(LatheSession *session)
{
    return session->keeper != NULL && session->box != NULL;
}

void lathe_session_keep(LatheSession *session, const char *name, lathe_session_done *done,
                        gpointer data)
{
    g_autoptr(GError) error = NULL;

    if (lathe_session_can_keep(session)) {
        session->keeper(session->keeper_opaque, name, done, data);
        return;
    }
    lathe_error_input(&error, session->keeper == NULL
                                  ? "the machine is no trial: there is nothing to keep of it"
                                  : "there is no machine now");
    done(data, error->message);
}

/* ---- it is kept ---- */

void lathe_session_set_kept(LatheSession *session, const char *name)
{
    g_free(session->definition->name);
    session->definition->name = g_strdup(name);
    session->keeper = NULL;
    lathe_session_emit_kept(session);
}

void lathe_session_disk_is_kept(LatheSession *session, unsigned disk, const char *path)
{
    struct lathe_disk_definition *definition = &session->definition->disk[disk];

    g_free(definition->path);
    g_free(definition->format);
    definition->path = g_strdup(path);
    definition->format = g_strdup("qcow2");
    definition->discard_changes = false;
}
