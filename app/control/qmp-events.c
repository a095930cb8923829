/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens to the session, as QMP's events. */
#include "app/control/qmp-private.h"
#include "app/plan/definition.h"

JsonObject *qmp_event_cause(bool guest, const char *reason)
{
    JsonObject *data = json_object_new();

    json_object_set_boolean_member(data, "guest", guest);
    json_object_set_string_member(data, "reason", reason);
    return data;
}

/* ---- states ---- */

static void events_on_state(LatheSession *session, GParamSpec *spec, gpointer data)
{
    struct lathe_qmp *qmp = data;
    LatheState before = qmp->state;

    qmp->state = lathe_session_get_state(session);
    if (qmp->state == LATHE_STATE_RUNNING) {
        qmp->started = true;
        qmp_emit(qmp, QMP_EVENT_resume, NULL);
    } else if (before == LATHE_STATE_RUNNING && qmp->state == LATHE_STATE_PAUSED) {
        qmp_emit(qmp, QMP_EVENT_stop, NULL);
    }
}

/* The machine waits for a full host; what it says ends with the image that had no room. */
static bool events_is_about(const char *text, const char *path)
{
    g_autofree char *end = path != NULL ? g_strdup_printf("(%s)", path) : NULL;

    return end != NULL && g_str_has_suffix(text, end);
}

/* Which drive that is; g_free. "": none that is known. */
static char *events_held_drive(struct lathe_qmp *qmp, const char *text)
{
    const struct lathe_definition *definition = lathe_session_get_definition(qmp->session);
    GPtrArray *attached = lathe_session_get_attached(qmp->session);

    for (unsigned i = 0; i < definition->disks; i++) {
        if (events_is_about(text, definition->disk[i].path))
            return qmp_drive_name(qmp->session, i);
    }
    for (guint i = 0; i < attached->len; i++) {
        const struct lathe_attached_disk *disk = attached->pdata[i];
        if (events_is_about(text, disk->definition->path))
            return qmp_device_name(qmp, disk->number);
    }
    return g_strdup("");
}

/* Where QEMU tells that a write failed and the machine waits. */
static void events_on_held(LatheSession *session, gpointer data)
{
    const char *text = lathe_session_get_hold_text(session);
    g_autofree char *drive = events_held_drive(data, text);
    JsonObject *event = json_object_new();

    json_object_set_string_member(event, "device", drive);
    if (*drive != '\0')
        json_object_set_string_member(event, "node-name", drive);
    json_object_set_string_member(event, "operation", "write");
    json_object_set_string_member(event, "action", "stop");
    json_object_set_boolean_member(event, "nospace", TRUE);
    json_object_set_string_member(event, "reason", text);
    qmp_emit(data, QMP_EVENT_io_error, event);
}

static const struct events_cause {
    bool guest;
    const char *reason;
} events_causes[] = {
    [EMU_STOP_NONE] = {false, "none"},
    [EMU_STOP_POWER_OFF] = {true, "guest-shutdown"},
    [EMU_STOP_FORCED] = {false, "host-ui"},
    [EMU_STOP_RESET] = {true, "guest-reset"},
    [EMU_STOP_TRIPLE_FAULT] = {true, "guest-reset"},
    [EMU_STOP_PANIC] = {true, "guest-panic"},
    [EMU_STOP_DEBUG_EXIT] = {true, "guest-shutdown"},
    [EMU_STOP_INTERNAL] = {false, "host-error"},
};

static void events_on_stopped(LatheSession *session, gpointer data)
{
    enum emu_stop_cause cause = lathe_session_get_stop(session)->cause;
    const struct events_cause *row = &events_causes[cause];

    if (cause == EMU_STOP_PANIC) {
        JsonObject *panic = json_object_new();
        json_object_set_string_member(panic, "action", "poweroff");
        qmp_emit(data, QMP_EVENT_panicked, panic);
    }
    qmp_emit(data, QMP_EVENT_shutdown, qmp_event_cause(row->guest, row->reason));
}

static void events_on_reset(LatheSession *session, gpointer data)
{
    bool asked = lathe_session_reset_was_asked(session);
    struct emu_machine *machine = lathe_session_get_machine(session);

    if (!asked && machine != NULL && emu_machine_reset_by_watchdog(machine)) {
        JsonObject *action = json_object_new();
        json_object_set_string_member(action, "action", "reset");
        qmp_emit(data, QMP_EVENT_watchdog, action);
    }
    qmp_emit(data, QMP_EVENT_reset,
             qmp_event_cause(!asked, asked ? "host-qmp-system-reset" : "guest-reset"));
}

static void events_on_button(LatheSession *session, gpointer data)
{
    qmp_emit(data, QMP_EVENT_powerdown, NULL);
}

static void events_on_sleep(LatheSession *session, gboolean asleep, gpointer data)
{
    qmp_emit(data, asleep ? QMP_EVENT_suspend : QMP_EVENT_wakeup, NULL);
}

static void events_on_detached(LatheSession *session, const char *path, gpointer data)
{
    qmp_devices_on_detached(data);
}

static void events_on_warning(LatheSession *session, const char *sentence, gpointer data)
{
    struct lathe_qmp *qmp = data;

    g_free(qmp->warning);
    qmp->warning = g_strdup(sentence);
}

/* ---- trays ---- */

static void events_tell_tray(struct lathe_qmp *qmp, unsigned drive)
{
    JsonObject *data = json_object_new();
    g_autofree char *name = qmp_drive_name(qmp->session, drive);

    json_object_set_string_member(data, "device", name);
    json_object_set_string_member(data, "id", name);
    json_object_set_boolean_member(data, "tray-open", qmp->trays[drive]);
    qmp_emit(qmp, QMP_EVENT_tray_moved, data);
}

void qmp_events_look_at_trays(struct lathe_qmp *qmp)
{
    const struct lathe_definition *definition = lathe_session_get_definition(qmp->session);
    struct emu_machine *machine = lathe_session_get_machine(qmp->session);
    struct emu_tray tray;

    for (unsigned i = 0; machine != NULL && i < definition->disks; i++) {
        if (!definition->disk[i].cdrom || !emu_machine_get_tray(machine, i, &tray) ||
            tray.open == qmp->trays[i])
            continue;
        qmp->trays[i] = tray.open;
        events_tell_tray(qmp, i);
    }
}

/* ---- life ---- */

void qmp_events_start(struct lathe_qmp *qmp)
{
    LatheSession *session = qmp->session;

    qmp->state = lathe_session_get_state(session);
    g_signal_connect(session, "notify::state", G_CALLBACK(events_on_state), qmp);
    g_signal_connect(session, "held", G_CALLBACK(events_on_held), qmp);
    g_signal_connect(session, "stopped", G_CALLBACK(events_on_stopped), qmp);
    g_signal_connect(session, "reset", G_CALLBACK(events_on_reset), qmp);
    g_signal_connect(session, "power-button", G_CALLBACK(events_on_button), qmp);
    g_signal_connect(session, "disk-detached", G_CALLBACK(events_on_detached), qmp);
    g_signal_connect(session, "warning", G_CALLBACK(events_on_warning), qmp);
    g_signal_connect(session, "sleep-changed", G_CALLBACK(events_on_sleep), qmp);
    g_signal_connect(session, "viewer", G_CALLBACK(qmp_spice_on_viewer), qmp);
}

void qmp_events_stop(struct lathe_qmp *qmp)
{
    g_signal_handlers_disconnect_by_data(qmp->session, qmp);
}
