/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The session's worker: what waits for the machine, done by one thread in the order it was asked
 * for, and the public functions that only ask it.
 */
#include "app/session/attach.h"
#include "app/session/internal.h"

/* Whom lathe_session_settle calls. */
struct session_settle {
    LatheSession *session;
    GFunc function;
    gpointer data;
    GDestroyNotify destroy;
};

/* Frees the old machine first: two would need twice the memory and the same sockets. */
static void session_remake(LatheSession *session, struct session_box *old)
{
    struct session_box poster = {.session = session, .generation = session->generation};

    lathe_session_box_free(old);
    session->made = lathe_session_box_new(session, &session->made_error);
    lathe_session_post(&poster, &(struct session_event){.kind = EVENT_MADE});
}

static void session_carry_out(struct session_box *box, struct lathe_attach_order *order)
{
    g_autoptr(GError) error = NULL;
    gboolean done = lathe_attach_carry_out(order, box->machine, &error);

    lathe_session_post(box,
                       &(struct session_event){.kind = EVENT_ORDER,
                                               .order = order,
                                               .text = done ? NULL : g_strdup(error->message)});
}

static void session_do_reset(struct session_box *box)
{
    g_atomic_int_set(&box->resetting, TRUE);
    emu_machine_reset(box->machine);
    g_atomic_int_set(&box->resetting, FALSE);
}

static gboolean session_on_settled(gpointer data)
{
    struct session_settle *settle = data;

    if (!g_atomic_int_get(&settle->session->closing))
        settle->function(settle->data, settle->session);
    return G_SOURCE_REMOVE;
}

static void session_settle_free(gpointer data)
{
    struct session_settle *settle = data;

    if (settle->destroy != NULL)
        settle->destroy(settle->data);
    g_object_unref(settle->session);
    g_free(settle);
}

static void session_work(gpointer data, gpointer user_data)
{
    struct session_job *job = data;

    switch (job->kind) {
    case JOB_START:
        emu_machine_resume(job->box->machine);
        break;
    case JOB_PAUSE:
        emu_machine_pause(job->box->machine);
        break;
    case JOB_RESET:
        session_do_reset(job->box);
        break;
    case JOB_FORCE_OFF:
        emu_machine_stop(job->box->machine);
        break;
    case JOB_REMAKE:
        session_remake(user_data, job->box);
        break;
    case JOB_ORDER:
        session_carry_out(job->box, job->order);
        break;
    case JOB_TRAY:
        emu_machine_move_tray(job->box->machine, job->drive, job->open);
        break;
    case JOB_SAVE:
        lathe_session_carry_out_save(job->saving, job->box);
        break;
    case JOB_LABOUR:
        lathe_session_carry_out_labour(job->labour, job->box);
        break;
    case JOB_SETTLE:
        lathe_session_invoke(session_on_settled, job->settle, session_settle_free);
        break;
    }
    g_free(job);
}

GThreadPool *lathe_session_worker_new(LatheSession *session)
{
    return g_thread_pool_new(session_work, session, 1, FALSE, NULL);
}

void lathe_session_push_job(LatheSession *session, const struct session_job *filled)
{
    g_thread_pool_push(session->worker, g_memdup2(filled, sizeof(*filled)), NULL);
}

static void session_push(LatheSession *session, enum session_job_kind kind)
{
    if (session->box != NULL)
        lathe_session_push_job(session, &(struct session_job){.kind = kind, .box = session->box});
}

void lathe_session_push_order(LatheSession *session, struct lathe_attach_order *order)
{
    lathe_session_push_job(
        session, &(struct session_job){.kind = JOB_ORDER, .box = session->box, .order = order});
}

void lathe_session_settle(LatheSession *session, GFunc function, gpointer data,
                          GDestroyNotify destroy)
{
    struct session_settle *settle = g_new0(struct session_settle, 1);

    *settle = (struct session_settle){g_object_ref(session), function, data, destroy};
    if (session->worker != NULL)
        lathe_session_push_job(session,
                               &(struct session_job){.kind = JOB_SETTLE, .settle = settle});
    else
        session_settle_free(settle);
}

void lathe_session_move_tray(LatheSession *session, unsigned drive, gboolean open)
{
    if (session->box != NULL)
        lathe_session_push_job(
            session, &(struct session_job){
                         .kind = JOB_TRAY, .box = session->box, .drive = drive, .open = open});
}

void lathe_session_start(LatheSession *session)
{
    session_push(session, JOB_START);
}

void lathe_session_pause(LatheSession *session)
{
    session_push(session, JOB_PAUSE);
}

void lathe_session_reset(LatheSession *session)
{
    session_push(session, JOB_RESET);
}

void lathe_session_force_off(LatheSession *session)
{
    session_push(session, JOB_FORCE_OFF);
}
