/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the machine's hooks and the worker tell the session: an event, which the main loop
 * dispatches if the machine that it is of is still the session's. And the boxes, which carry the
 * hooks.
 */
#include <glib/gi18n.h>

#include "app/session/attach.h"
#include "app/session/build.h"
#include "app/session/internal.h"
#include "app/session/netboot.h"

#define EVENT_REQUESTS 256 /* of a boot service, that wait for the main loop at most */

static void session_event_free(gpointer data)
{
    struct session_event *event = data;

    if (event->kind == EVENT_NETBOOT)
        g_atomic_int_add(&event->session->requests_waiting, -1);
    g_free(event->text);
    lathe_attach_order_free(event->order);
    g_object_unref(event->session);
    g_free(event);
}

void lathe_session_invoke(GSourceFunc function, gpointer data, GDestroyNotify destroy)
{
    GSource *source = g_idle_source_new();

    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, function, data, destroy);
    g_source_attach(source, NULL);
    g_source_unref(source);
}

static gboolean session_event_dispatch(gpointer data)
{
    struct session_event *event = data;
    LatheSession *session = event->session;

    if (event->generation == session->generation && !g_atomic_int_get(&session->closing))
        lathe_session_on_event(session, event);
    return G_SOURCE_REMOVE;
}

void lathe_session_post(struct session_box *box, const struct session_event *filled)
{
    struct session_event *event = g_new0(struct session_event, 1);

    *event = *filled;
    event->session = g_object_ref(box->session);
    event->generation = box->generation;
    if (g_atomic_int_get(&box->session->closing))
        session_event_free(event);
    else
        lathe_session_invoke(session_event_dispatch, event, session_event_free);
}

static void session_post_plain(struct session_box *box, enum session_event_kind kind,
                               enum emu_machine_state state)
{
    lathe_session_post(box, &(struct session_event){.kind = kind, .state = state});
}

static void session_on_state(void *opaque, enum emu_machine_state state)
{
    session_post_plain(opaque, EVENT_STATE, state);
}

static void session_on_reset(void *opaque)
{
    struct session_box *box = opaque;
    gboolean asked = g_atomic_int_get(&box->resetting);

    lathe_session_post(box, &(struct session_event){.kind = EVENT_RESET, .asked = asked});
}

static void session_on_input(void *opaque)
{
    session_post_plain(opaque, EVENT_INPUT, EMU_MACHINE_PAUSED);
}

static void session_on_held(void *opaque, const char *why)
{
    lathe_session_post(opaque, &(struct session_event){.kind = EVENT_HELD, .text = g_strdup(why)});
}

static void session_on_removed(void *opaque, unsigned drive)
{
    lathe_session_post(opaque, &(struct session_event){.kind = EVENT_REMOVED, .drive = drive});
}

static void session_on_sleep(void *opaque, bool asleep)
{
    lathe_session_post(opaque, &(struct session_event){.kind = EVENT_SLEEP, .asleep = asleep});
}

/* A guest may ask faster than anybody reads: what is too much is not told. */
static void session_on_netboot(void *opaque, const struct emu_netboot_event *event)
{
    struct session_box *box = opaque;
    gint *waiting = &box->session->requests_waiting;

    if (g_atomic_int_get(waiting) >= EVENT_REQUESTS)
        return;
    g_atomic_int_inc(waiting);
    lathe_session_post(box, &(struct session_event){.kind = EVENT_NETBOOT,
                                                    .text = lathe_netboot_words(event),
                                                    .wrong = lathe_netboot_is_wrong(event)});
}

/* ---- boxes ---- */

void lathe_session_box_free(struct session_box *box)
{
    if (box == NULL)
        return;
    emu_machine_free(box->machine);
    g_free(box);
}

struct session_notice {
    LatheSession *session;
    char *text;
};

static gboolean session_run_notice(gpointer data)
{
    struct session_notice *notice = data;

    g_signal_emit_by_name(notice->session, "warning", notice->text);
    return G_SOURCE_REMOVE;
}

static void session_free_notice(gpointer data)
{
    struct session_notice *notice = data;

    g_object_unref(notice->session);
    g_free(notice->text);
    g_free(notice);
}

/* By the main loop, when those who show it are there. Takes the text. */
static void session_tell(LatheSession *session, char *text)
{
    struct session_notice *notice = g_new(struct session_notice, 1);

    *notice = (struct session_notice){g_object_ref(session), text};
    lathe_session_invoke(session_run_notice, notice, session_free_notice);
}

static void session_on_sound(void *opaque, const char *why)
{
    struct session_box *box = opaque;

    session_tell(box->session, g_strdup_printf(_("the machine is not heard: %s"), why));
}

struct session_box *lathe_session_box_new(LatheSession *session, GError **error)
{
    struct session_box *box = g_new0(struct session_box, 1);
    char *notice = NULL;
    const struct lathe_build_watch watch = {
        .machine = {.state_changed = session_on_state,
                    .reset = session_on_reset,
                    .held = session_on_held,
                    .input_changed = session_on_input,
                    .drive_removed = session_on_removed,
                    .sleep_changed = session_on_sleep,
                    .opaque = box},
        .netboot = session_on_netboot,
        .sound_failed = session_on_sound,
        .opaque = box,
        .drives = box->drives,
    };

    box->session = session;
    box->generation = session->generation;
    box->machine =
        lathe_build_machine(session->definition, session->serials, session->redirects, &watch,
                            &notice, error);
    if (box->machine == NULL) {
        g_free(notice);
        g_clear_pointer(&box, g_free);
    } else if (notice != NULL) {
        session_tell(session, notice);
    }
    return box;
}
