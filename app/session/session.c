/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The session object, for the main loop: its state, what the machine's events change in it, its
 * screens and speed. What is asked of the machine goes to the worker (worker.c); what it says comes
 * by events (events.c).
 */
#include "app/session/session.h"

#include "app/plan/definition.h"
#include "app/plan/error.h"
#include "app/session/attach.h"
#include "app/session/drive.h"
#include "app/session/image-watch.h"
#include "app/session/internal.h"
#include "app/session/recording.h"
#include "display/core/screen.h"
#include "emulator/api/display.h"
#include "emulator/api/stats.h"

#define SESSION_SAMPLE_MS 1000
#define SESSION_REQUESTS  1000 /* that are kept */

G_DEFINE_FINAL_TYPE(LatheSession, lathe_session, G_TYPE_OBJECT)

enum { PROP_STATE = 1, PROP_ENGINE, PROP_BUSY, PROP_MIPS, PROP_COUNT };
static GParamSpec *session_properties[PROP_COUNT];

enum {
    SIGNAL_RESET,
    SIGNAL_STOPPED,
    SIGNAL_INPUT_CHANGED,
    SIGNAL_HELD,
    SIGNAL_DISC_CHANGED,
    SIGNAL_WARNING,
    SIGNAL_DISK_ATTACHED,
    SIGNAL_DISK_DETACHED,
    SIGNAL_POWER_BUTTON,
    SIGNAL_SLEEP_CHANGED,
    SIGNAL_NETWORK_REQUEST,
    SIGNAL_KEPT,
    SIGNAL_RECORDING,
    SIGNAL_SCREENS,
    SIGNAL_VIEWER,
    SIGNAL_SOUND_CHANGED,
    SIGNAL_COUNT
};
static guint session_signals[SIGNAL_COUNT];

GType lathe_state_get_type(void)
{
    static GType type;
    static const GEnumValue values[] = {{LATHE_STATE_PAUSED, "LATHE_STATE_PAUSED", "paused"},
                                        {LATHE_STATE_RUNNING, "LATHE_STATE_RUNNING", "running"},
                                        {LATHE_STATE_STOPPED, "LATHE_STATE_STOPPED", "stopped"},
                                        {0, NULL, NULL}};

    if (g_once_init_enter(&type))
        g_once_init_leave(&type, g_enum_register_static("LatheState", values));
    return type;
}

/* ---- screens ---- */

static void session_connect_screens(LatheSession *session)
{
    struct emu_machine *machine = session->box->machine;

    for (unsigned i = 0; i < session->screens->len; i++)
        disp_screen_connect(session->screens->pdata[i], emu_machine_get_display(machine, i));
}

/* Before the machine is freed. */
static void session_disconnect_screens(LatheSession *session)
{
    for (unsigned i = 0; i < session->screens->len; i++)
        disp_screen_connect(session->screens->pdata[i], NULL);
}

static void session_make_screens(LatheSession *session)
{
    unsigned count = emu_machine_display_count(session->box->machine);

    for (unsigned i = session->screens->len; i < count; i++)
        g_ptr_array_add(session->screens, disp_screen_new());
    session_connect_screens(session);
}

gboolean lathe_session_plug_screen(LatheSession *session, guint number, gboolean plug,
                                   GError **error)
{
    if (number >= session->screens->len)
        return lathe_error_input(error, "there is no screen %u: the machine has %u", number + 1,
                                 session->screens->len);
    if (number == 0 && !plug)
        return lathe_error_input(error, "the first screen stays: plug another one out");
    if (disp_screen_is_connected(session->screens->pdata[number]) == plug)
        return TRUE;
    disp_screen_set_connected(session->screens->pdata[number], plug);
    g_signal_emit(session, session_signals[SIGNAL_SCREENS], 0);
    return TRUE;
}

/* ---- statistics ---- */

static void session_set_speed(LatheSession *session, double busy, double mips)
{
    session->busy = CLAMP(busy, 0.0, 1.0);
    session->mips = mips;
    g_object_notify_by_pspec(G_OBJECT(session), session_properties[PROP_BUSY]);
    g_object_notify_by_pspec(G_OBJECT(session), session_properties[PROP_MIPS]);
}

static void session_sample_begin(LatheSession *session)
{
    session->last = emu_machine_get_stats(session->box->machine);
    session->last_time = g_get_monotonic_time();
}

static gboolean session_sample(gpointer data)
{
    LatheSession *session = data;
    struct emu_machine_stats before = session->last;
    gint64 before_time = session->last_time;

    if (session->box == NULL)
        return G_SOURCE_CONTINUE;
    session_sample_begin(session);
    double time = (double)(session->last.time - before.time) * MAX(session->last.vcpus, 1u);
    double halted = (double)(session->last.halted - before.halted);
    double host = (double)(session->last_time - before_time);
    double instructions = (double)(session->last.instructions - before.instructions);
    session_set_speed(session, time > 0 ? 1.0 - halted / time : 0.0,
                      host > 0 ? instructions / host : 0.0);
    return G_SOURCE_CONTINUE;
}

static void session_watch_speed(LatheSession *session, gboolean on)
{
    if (on && session->sampler == 0) {
        session_sample_begin(session);
        session->sampler = g_timeout_add(SESSION_SAMPLE_MS, session_sample, session);
    } else if (!on && session->sampler != 0) {
        g_source_remove(session->sampler);
        session->sampler = 0;
        session_set_speed(session, 0, 0);
    }
}

/* ---- state ---- */

static void session_set_state(LatheSession *session, LatheState state)
{
    if (state != LATHE_STATE_PAUSED)
        g_clear_pointer(&session->hold_text, g_free);
    session_watch_speed(session, state == LATHE_STATE_RUNNING && session->box != NULL);
    if (session->state == state)
        return;
    session->state = state;
    for (unsigned i = 0; i < session->screens->len; i++)
        disp_screen_set_running(session->screens->pdata[i], state == LATHE_STATE_RUNNING);
    g_object_notify_by_pspec(G_OBJECT(session), session_properties[PROP_STATE]);
}

static void session_flush_serials(LatheSession *session)
{
    for (unsigned i = 0; i < session->serials->len; i++)
        lathe_serial_flush(session->serials->pdata[i]);
}

static void session_stopped(LatheSession *session, const struct emu_stop_reason *reason)
{
    session->stop = *reason;
    session->asleep = FALSE;
    session_flush_serials(session);
    session_set_state(session, LATHE_STATE_STOPPED);
    g_signal_emit(session, session_signals[SIGNAL_STOPPED], 0);
}

/* A machine's own reset reaches the serial ports as part of their streams; a new machine is
 * announced here. */
static void session_note_new_machine(LatheSession *session)
{
    for (unsigned i = 0; i < session->serials->len; i++)
        lathe_serial_note_reset(session->serials->pdata[i]);
    g_signal_emit(session, session_signals[SIGNAL_RESET], 0);
}

static void session_apply_state(LatheSession *session, enum emu_machine_state state)
{
    struct emu_stop_reason reason;

    if (state != EMU_MACHINE_STOPPED) {
        session_set_state(session,
                          state == EMU_MACHINE_RUNNING ? LATHE_STATE_RUNNING : LATHE_STATE_PAUSED);
        return;
    }
    if (session->state == LATHE_STATE_STOPPED)
        return;
    reason = emu_machine_get_stop_reason(session->box->machine);
    session_stopped(session, &reason);
}

static void session_apply_reset(LatheSession *session, gboolean asked)
{
    session->asleep = FALSE;
    session->reset_was_asked = asked;
    g_signal_emit(session, session_signals[SIGNAL_RESET], 0);
    session->reset_was_asked = FALSE;
}

static void session_apply_sleep(LatheSession *session, gboolean asleep)
{
    session->asleep = asleep;
    g_signal_emit(session, session_signals[SIGNAL_SLEEP_CHANGED], 0, asleep);
}

static void session_apply_hold(LatheSession *session, const char *text)
{
    if (session->state == LATHE_STATE_STOPPED)
        return;
    g_free(session->hold_text);
    session->hold_text = g_strdup(text);
    g_signal_emit(session, session_signals[SIGNAL_HELD], 0);
}

/* The worker made a new machine, or could not. */
static void session_take_made(LatheSession *session)
{
    struct emu_stop_reason reason = {.cause = EMU_STOP_INTERNAL};

    session->remaking = FALSE;
    session->box = g_steal_pointer(&session->made);
    if (session->box == NULL) {
        g_strlcpy(reason.text, session->made_error->message, sizeof(reason.text));
        g_clear_error(&session->made_error);
        session_stopped(session, &reason);
        return;
    }
    session->stop = (struct emu_stop_reason){0};
    session_connect_screens(session);
    session_set_state(session, LATHE_STATE_PAUSED);
    session_note_new_machine(session);
    g_object_notify_by_pspec(G_OBJECT(session), session_properties[PROP_ENGINE]);
    lathe_attach_again(session->attach);
    lathe_session_start(session);
}

static void session_request_free(gpointer data)
{
    struct lathe_session_request *request = data;

    g_free(request->sentence);
    g_free(request);
}

static void session_add_request(LatheSession *session, const struct session_event *event)
{
    struct lathe_session_request *request = g_new0(struct lathe_session_request, 1);

    *request =
        (struct lathe_session_request){g_get_real_time(), event->wrong, g_strdup(event->text)};
    if (session->requests->len == SESSION_REQUESTS)
        g_ptr_array_remove_index(session->requests, 0);
    g_ptr_array_add(session->requests, request);
    g_signal_emit(session, session_signals[SIGNAL_NETWORK_REQUEST], 0);
}

GPtrArray *lathe_session_get_requests(LatheSession *session)
{
    return session->requests;
}

void lathe_session_on_event(LatheSession *session, const struct session_event *event)
{
    if (event->kind == EVENT_MADE)
        session_take_made(session);
    else if (session->box != NULL && event->kind == EVENT_RESET)
        session_apply_reset(session, event->asked);
    else if (session->box != NULL && event->kind == EVENT_SLEEP)
        session_apply_sleep(session, event->asleep);
    else if (session->box != NULL && event->kind == EVENT_INPUT)
        g_signal_emit(session, session_signals[SIGNAL_INPUT_CHANGED], 0);
    else if (session->box != NULL && event->kind == EVENT_HELD)
        session_apply_hold(session, event->text);
    else if (event->kind == EVENT_ORDER)
        lathe_attach_on_done(session->attach, event->order, event->text);
    else if (event->kind == EVENT_REMOVED)
        lathe_attach_on_removed(session->attach, event->drive);
    else if (event->kind == EVENT_NETBOOT)
        session_add_request(session, event);
    else if (session->box != NULL)
        session_apply_state(session, event->state);
}

/* ---- making machines ---- */

static void session_on_image(gpointer opaque, const char *sentence)
{
    g_signal_emit(opaque, session_signals[SIGNAL_WARNING], 0, sentence);
}

static void session_watch_images(LatheSession *session)
{
    lathe_image_watch_free(session->image_watch);
    session->image_watch = lathe_image_watch_new(session->definition, session_on_image, session);
}

gboolean lathe_session_build(LatheSession *session, GError **error)
{
    session->generation++;
    session->box = lathe_session_box_new(session, error);
    if (session->box == NULL)
        return FALSE;
    session_make_screens(session);
    session_watch_images(session);
    g_object_notify_by_pspec(G_OBJECT(session), session_properties[PROP_ENGINE]);
    return TRUE;
}

void lathe_session_power_button(LatheSession *session)
{
    if (session->box == NULL || session->state == LATHE_STATE_STOPPED)
        return;
    emu_machine_power_button(session->box->machine);
    g_signal_emit(session, session_signals[SIGNAL_POWER_BUTTON], 0);
}

void lathe_session_restart(LatheSession *session)
{
    if (session->state != LATHE_STATE_STOPPED || session->remaking)
        return;
    session->remaking = TRUE;
    session_disconnect_screens(session);
    session->generation++; /* what the old machine still says is not heard */
    lathe_session_push_job(
        session, &(struct session_job){.kind = JOB_REMAKE, .box = g_steal_pointer(&session->box)});
}

/* ---- what can be asked ---- */

LatheState lathe_session_get_state(LatheSession *session)
{
    return session->state;
}

const char *lathe_session_get_engine(LatheSession *session)
{
    const char *engine =
        session->box != NULL ? emu_machine_get_stats(session->box->machine).engine : NULL;

    return engine != NULL ? engine : "";
}

const char *lathe_session_get_engine_why(LatheSession *session)
{
    const char *why =
        session->box != NULL ? emu_machine_get_stats(session->box->machine).engine_why : NULL;

    return why != NULL ? why : "";
}

double lathe_session_get_busy(LatheSession *session)
{
    return session->busy;
}

double lathe_session_get_mips(LatheSession *session)
{
    return session->mips;
}

const struct emu_stop_reason *lathe_session_get_stop(LatheSession *session)
{
    return &session->stop;
}

gboolean lathe_session_reset_was_asked(LatheSession *session)
{
    return session->reset_was_asked;
}

gboolean lathe_session_is_asleep(LatheSession *session)
{
    return session->asleep;
}

GPtrArray *lathe_session_get_serials(LatheSession *session)
{
    return session->serials;
}

GPtrArray *lathe_session_get_screens(LatheSession *session)
{
    return session->screens;
}

const char *lathe_session_get_hold_text(LatheSession *session)
{
    return session->hold_text != NULL ? session->hold_text : "";
}

gboolean lathe_session_change_medium(LatheSession *session, unsigned drive, const char *path,
                                     gboolean force, GError **error)
{
    if (session->box == NULL || session->remaking)
        return lathe_error_input(error, "the machine is being made; try again");
    if (!lathe_drive_change(session->box->machine, session->definition, drive, path,
                            force || session->state == LATHE_STATE_STOPPED, error))
        return FALSE;
    session_watch_images(session);
    g_clear_pointer(&session->definition->notes, g_free); /* of the disc that was there first */
    g_signal_emit(session, session_signals[SIGNAL_DISC_CHANGED], 0);
    return TRUE;
}

struct emu_machine *lathe_session_get_machine(LatheSession *session)
{
    return session->box != NULL ? session->box->machine : NULL;
}

struct lathe_attach *lathe_session_get_attach(LatheSession *session)
{
    return session->attach;
}

struct lathe_definition *lathe_session_get_definition(LatheSession *session)
{
    return session->definition;
}

/* ---- the object ---- */

LatheSession *lathe_session_new(struct lathe_definition *definition)
{
    LatheSession *session = g_object_new(LATHE_TYPE_SESSION, NULL);

    session->definition = definition;
    for (unsigned i = 0; i < definition->serials; i++)
        g_ptr_array_add(session->serials, lathe_serial_new(i, &definition->serial[i]));
    for (unsigned i = 0; i < definition->consoles; i++)
        g_ptr_array_add(session->serials, lathe_serial_new_console(i, &definition->console[i]));
    for (unsigned i = 0; i < definition->channels; i++)
        g_ptr_array_add(session->serials, lathe_serial_new_channel(i, &definition->channel[i]));
    for (unsigned i = 0; definition->spice != NULL && i < definition->spice->usb; i++)
        g_ptr_array_add(session->redirects, lathe_serial_new_redirect(i));
    return session;
}

void lathe_session_emit_kept(LatheSession *session)
{
    g_signal_emit(session, session_signals[SIGNAL_KEPT], 0);
}

void lathe_session_emit_recording(LatheSession *session)
{
    g_signal_emit(session, session_signals[SIGNAL_RECORDING], 0);
}

void lathe_session_close(LatheSession *session)
{
    g_atomic_int_set(&session->closing, TRUE);
    g_clear_pointer(&session->recording, lathe_recording_close);
    session_watch_speed(session, FALSE);
    session_disconnect_screens(session);
    if (session->worker != NULL)
        g_thread_pool_free(g_steal_pointer(&session->worker), FALSE, TRUE);
    g_clear_pointer(&session->made, lathe_session_box_free);
    g_clear_pointer(&session->box, lathe_session_box_free);
    g_clear_error(&session->made_error);
    g_clear_pointer(&session->image_watch, lathe_image_watch_free);
    g_clear_pointer(&session->hold_text, g_free);
    for (unsigned i = 0; i < session->serials->len; i++)
        lathe_serial_close(session->serials->pdata[i]);
    for (unsigned i = 0; i < session->redirects->len; i++)
        lathe_serial_close(session->redirects->pdata[i]);
}

static void lathe_session_dispose(GObject *object)
{
    lathe_session_close(LATHE_SESSION(object));
    G_OBJECT_CLASS(lathe_session_parent_class)->dispose(object);
}

static void lathe_session_finalize(GObject *object)
{
    LatheSession *session = LATHE_SESSION(object);

    lathe_attach_free(session->attach);
    g_ptr_array_unref(session->serials);
    g_ptr_array_unref(session->redirects);
    g_ptr_array_unref(session->screens);
    g_ptr_array_unref(session->requests);
    lathe_definition_free(session->definition);
    G_OBJECT_CLASS(lathe_session_parent_class)->finalize(object);
}

static void lathe_session_init(LatheSession *session)
{
    session->serials = g_ptr_array_new_with_free_func(g_object_unref);
    session->redirects = g_ptr_array_new_with_free_func(g_object_unref);
    session->screens = g_ptr_array_new_with_free_func((GDestroyNotify)disp_screen_free);
    session->requests = g_ptr_array_new_with_free_func(session_request_free);
    session->attach = lathe_attach_new(session, lathe_session_push_order);
    session->worker = lathe_session_worker_new(session);
}

static void lathe_session_get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
    LatheSession *session = LATHE_SESSION(object);

    if (id == PROP_STATE)
        g_value_set_enum(value, session->state);
    else if (id == PROP_ENGINE)
        g_value_set_string(value, lathe_session_get_engine(session));
    else if (id == PROP_BUSY)
        g_value_set_double(value, session->busy);
    else
        g_value_set_double(value, session->mips);
}

static void session_install_properties(GObjectClass *class)
{
    const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

    session_properties[PROP_STATE] =
        g_param_spec_enum("state", NULL, NULL, LATHE_TYPE_STATE, LATHE_STATE_PAUSED, flags);
    session_properties[PROP_ENGINE] = g_param_spec_string("engine", NULL, NULL, "", flags);
    session_properties[PROP_BUSY] = g_param_spec_double("busy", NULL, NULL, 0, 1, 0, flags);
    session_properties[PROP_MIPS] =
        g_param_spec_double("mips", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
    g_object_class_install_properties(class, PROP_COUNT, session_properties);
}

static guint session_new_signal(const char *name)
{
    return g_signal_new(name, LATHE_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                        G_TYPE_NONE, 0);
}

static guint session_new_signal_of(const char *name, GType argument)
{
    return g_signal_new(name, LATHE_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                        G_TYPE_NONE, 1, argument);
}

static void lathe_session_class_init(LatheSessionClass *class)
{
    GObjectClass *object_class = G_OBJECT_CLASS(class);

    object_class->dispose = lathe_session_dispose;
    object_class->finalize = lathe_session_finalize;
    object_class->get_property = lathe_session_get_property;
    session_install_properties(object_class);
    session_signals[SIGNAL_RESET] = session_new_signal("reset");
    session_signals[SIGNAL_STOPPED] = session_new_signal("stopped");
    session_signals[SIGNAL_INPUT_CHANGED] = session_new_signal("input-changed");
    session_signals[SIGNAL_HELD] = session_new_signal("held");
    session_signals[SIGNAL_DISC_CHANGED] = session_new_signal("disc-changed");
    session_signals[SIGNAL_WARNING] = session_new_signal_of("warning", G_TYPE_STRING);
    session_signals[SIGNAL_DISK_ATTACHED] = session_new_signal_of("disk-attached", G_TYPE_STRING);
    session_signals[SIGNAL_DISK_DETACHED] = session_new_signal_of("disk-detached", G_TYPE_STRING);
    session_signals[SIGNAL_VIEWER] = session_new_signal_of("viewer", G_TYPE_POINTER);
    session_signals[SIGNAL_KEPT] = session_new_signal("kept");
    session_signals[SIGNAL_RECORDING] = session_new_signal("recording-changed");
    session_signals[SIGNAL_SCREENS] = session_new_signal("screens-changed");
    session_signals[SIGNAL_SOUND_CHANGED] = session_new_signal("sound-changed");
    session_signals[SIGNAL_POWER_BUTTON] = session_new_signal("power-button");
    session_signals[SIGNAL_NETWORK_REQUEST] = session_new_signal("network-request");
    session_signals[SIGNAL_SLEEP_CHANGED] = session_new_signal_of("sleep-changed", G_TYPE_BOOLEAN);
}
