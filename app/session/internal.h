/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The session's inside: internal to session.c, events.c and worker.c. Three threads meet there: the
 * main loop (all public functions), the machine's loop thread (its hooks only post events), and one
 * worker of the session's own that does, in the order they were asked for, the actions that wait.
 * Each machine has a generation, so that an event of an earlier one is dropped.
 */
#ifndef LATHE_SESSION_INTERNAL_H
#define LATHE_SESSION_INTERNAL_H

#include "app/session/session.h"
#include "emulator/api/machine.h"
#include "emulator/api/stats.h"

struct lathe_attach;
struct lathe_attach_order;

/* A machine and what its hooks need; one for each generation. */
struct session_box {
    LatheSession *session; /* outlives the machine */
    unsigned generation;
    struct emu_machine *machine;
    gint resetting;                                  /* atomic: the worker resets it */
    struct emu_block_backend drives[EMU_MAX_DRIVES]; /* the machine's, of the definition's disks */
};

struct _LatheSession {
    GObject parent;
    struct lathe_definition *definition;
    GPtrArray *serials, *screens;
    GPtrArray *redirects; /* of LatheSerial *, ways to USB devices of viewers' */
    GPtrArray *requests;     /* of struct lathe_session_request */
    gint requests_waiting;   /* atomic: events of them */
    struct session_box *box; /* NULL: none now */
    unsigned generation;
    gint closing; /* atomic: no event is posted any more */
    GThreadPool *worker;

    gboolean remaking;        /* a restart is under way */
    struct session_box *made; /* by the worker, until the main loop takes it */
    GError *made_error;

    LatheState state;
    gboolean asleep, reset_was_asked;
    char *hold_text; /* NULL: it is not held */
    struct lathe_image_watch *image_watch;
    struct lathe_attach *attach;
    struct emu_stop_reason stop;
    struct emu_machine_stats last;
    lathe_session_suspender *suspender; /* NULL: nobody keeps the machine */
    gpointer suspender_opaque;
    lathe_session_keeper *keeper; /* NULL: it is no trial */
    gpointer keeper_opaque;
    gint64 last_time; /* monotonic microseconds */
    guint sampler;
    double busy, mips;
    struct lathe_recording *recording; /* NULL: none was made yet */
};

/* ---- events.c: from the machine and the worker to the main loop ---- */

enum session_event_kind {
    EVENT_STATE,
    EVENT_RESET,
    EVENT_INPUT,
    EVENT_HELD,
    EVENT_MADE,
    EVENT_ORDER,
    EVENT_REMOVED,
    EVENT_SLEEP,
    EVENT_NETBOOT
};

struct session_event {
    LatheSession *session;
    unsigned generation;
    enum session_event_kind kind;
    enum emu_machine_state state;
    char *text;                       /* of EVENT_HELD, EVENT_NETBOOT; of EVENT_ORDER: why it
                                       * failed, or NULL */
    struct lathe_attach_order *order; /* of EVENT_ORDER */
    unsigned drive;                   /* of EVENT_REMOVED */
    gboolean asked;                   /* of EVENT_RESET: by us, not by the guest */
    gboolean asleep;                  /* of EVENT_SLEEP */
    gboolean wrong;                   /* of EVENT_NETBOOT */
};

/* A box with a machine of the session's definition and generation. The worker's or the main thread;
 * waits. NULL with *error. */
struct session_box *lathe_session_box_new(LatheSession *session, GError **error);
void lathe_session_box_free(struct session_box *box); /* NULL is legal */
/* Any thread. Copied, and what the event owns is taken over; session and generation are the box's.
 */
void lathe_session_post(struct session_box *box, const struct session_event *filled);
/* Calls function by the main loop. Any thread. */
void lathe_session_invoke(GSourceFunc function, gpointer data, GDestroyNotify destroy);
/* In session.c: the main loop has an event of the generation that there is. */
void lathe_session_on_event(LatheSession *session, const struct session_event *event);

/* ---- worker.c: what waits for the machine ---- */

enum session_job_kind {
    JOB_START,
    JOB_PAUSE,
    JOB_RESET,
    JOB_FORCE_OFF,
    JOB_REMAKE,
    JOB_ORDER,
    JOB_TRAY,
    JOB_SAVE,
    JOB_LABOUR,
    JOB_SETTLE
};

struct session_job {
    enum session_job_kind kind;
    struct session_box *box;
    struct lathe_attach_order *order; /* of JOB_ORDER */
    struct session_settle *settle;    /* of JOB_SETTLE */
    struct session_saving *saving;    /* of JOB_SAVE */
    struct session_labour *labour;    /* of JOB_LABOUR */
    unsigned drive;                   /* of JOB_TRAY, like the next */
    gboolean open;
};

/* To be freed with g_thread_pool_free. */
GThreadPool *lathe_session_worker_new(LatheSession *session);
/* The job is copied; what it owns is the worker's then. Main thread, like the next. */
void lathe_session_push_job(LatheSession *session, const struct session_job *filled);
void lathe_session_push_order(LatheSession *session, struct lathe_attach_order *order);

/* ---- suspend.c ---- */

/* JOB_SAVE, by the worker. Takes saving. */
void lathe_session_carry_out_save(struct session_saving *saving, struct session_box *box);

/* ---- keep.c ---- */

/* JOB_LABOUR, by the worker. Takes labour. */
void lathe_session_carry_out_labour(struct session_labour *labour, struct session_box *box);
/* In session.c: tells that the machine is kept. */
void lathe_session_emit_kept(LatheSession *session);

/* ---- recording.c ---- */

/* In session.c: tells that a recording began or ended. */
void lathe_session_emit_recording(LatheSession *session);

#endif
