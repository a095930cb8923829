/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The channel and the protocol's speaker joined, and what to say of it. */
#include "app/session/agent.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/plan/definition.h"
#include "display/core/screen.h"

#define AGENT_KEY "lathe-agent" /* of the session's data */

struct _LatheAgent {
    GObject parent;
    LatheSession *session; /* whose data this is */
    LatheSerial *serial;   /* NULL: the machine has no such channel */
    gboolean led_away;     /* it has one, which leads elsewhere */
    struct disp_agent *core;
    struct disp_agent_monitor wishes[DISP_AGENT_MONITORS_MAX]; /* width 0: none yet */
};

G_DEFINE_FINAL_TYPE(LatheAgent, lathe_agent, G_TYPE_OBJECT)

enum { SIGNAL_CHANGED, SIGNAL_OFFERED, SIGNAL_GIVEN, SIGNAL_WANTED, SIGNAL_FILE, SIGNAL_COUNT };
static guint agent_signals[SIGNAL_COUNT];

/* ---- what the core says ---- */

static size_t agent_send(void *opaque, const uint8_t *data, size_t length)
{
    LatheAgent *agent = opaque;

    return agent->serial != NULL ? lathe_serial_send(agent->serial, data, length) : length;
}

static void agent_changed(void *opaque)
{
    g_signal_emit(opaque, agent_signals[SIGNAL_CHANGED], 0);
}

static void agent_offered(void *opaque, enum disp_clip clip, unsigned types)
{
    g_signal_emit(opaque, agent_signals[SIGNAL_OFFERED], 0, (guint)clip, types);
}

static void agent_given(void *opaque, enum disp_clip clip, enum disp_clip_type type,
                        const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) content = data != NULL ? g_bytes_new(data, size) : NULL;

    g_signal_emit(opaque, agent_signals[SIGNAL_GIVEN], 0, (guint)clip, (guint)type, content);
}

static void agent_wanted(void *opaque, enum disp_clip clip, enum disp_clip_type type)
{
    LatheAgent *agent = opaque;

    if (g_signal_has_handler_pending(agent, agent_signals[SIGNAL_WANTED], 0, FALSE))
        g_signal_emit(agent, agent_signals[SIGNAL_WANTED], 0, (guint)clip, (guint)type);
    else
        disp_agent_give(agent->core, clip, type, NULL, 0);
}

static void agent_file(void *opaque, const struct disp_agent_file *file)
{
    g_signal_emit(opaque, agent_signals[SIGNAL_FILE], 0, (gpointer)file);
}

static const struct disp_agent_hooks agent_hooks = {
    .send = agent_send,
    .changed = agent_changed,
    .offered = agent_offered,
    .given = agent_given,
    .wanted = agent_wanted,
    .file = agent_file,
};

/* ---- the channel ---- */

static void agent_on_listening(LatheSerial *serial, gboolean listening, LatheAgent *agent)
{
    disp_agent_set_open(agent->core, listening);
}

static void agent_on_output(LatheSerial *serial, GBytes *bytes, LatheAgent *agent)
{
    disp_agent_receive(agent->core, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static void agent_on_drained(LatheSerial *serial, LatheAgent *agent)
{
    disp_agent_has_room(agent->core);
}

static void agent_on_reset(LatheSerial *serial, LatheAgent *agent)
{
    disp_agent_set_open(agent->core, false);
}

static void agent_find_channel(LatheAgent *agent)
{
    GPtrArray *serials = lathe_session_get_serials(agent->session);

    for (guint i = 0; i < serials->len; i++) {
        LatheSerial *serial = serials->pdata[i];
        g_autofree char *location = lathe_serial_dup_location(serial);
        if (strcmp(lathe_serial_get_title(serial), LATHE_SPICE_CHANNEL) != 0)
            continue;
        agent->led_away = location != NULL;
        agent->serial = location == NULL ? serial : NULL;
    }
}

static void agent_join(LatheAgent *agent)
{
    agent_find_channel(agent);
    if (agent->serial == NULL)
        return;
    g_signal_connect_object(agent->serial, "listening", G_CALLBACK(agent_on_listening), agent, 0);
    g_signal_connect_object(agent->serial, "output", G_CALLBACK(agent_on_output), agent, 0);
    g_signal_connect_object(agent->serial, "drained", G_CALLBACK(agent_on_drained), agent, 0);
    g_signal_connect_object(agent->serial, "reset", G_CALLBACK(agent_on_reset), agent, 0);
    disp_agent_set_open(agent->core, lathe_serial_is_listening(agent->serial));
}

LatheAgent *lathe_agent_get(LatheSession *session)
{
    LatheAgent *agent = g_object_get_data(G_OBJECT(session), AGENT_KEY);

    if (agent != NULL)
        return agent;
    agent = g_object_new(LATHE_TYPE_AGENT, NULL);
    agent->session = session;
    g_object_set_data_full(G_OBJECT(session), AGENT_KEY, agent, g_object_unref);
    agent_join(agent);
    return agent;
}

struct disp_agent *lathe_agent_get_core(LatheAgent *agent)
{
    return agent->core;
}

/* ---- in words ---- */

gboolean lathe_agent_works(LatheAgent *agent)
{
    return (disp_agent_get_abilities(agent->core) & DISP_AGENT_CLIPBOARDS) != 0;
}

static char *agent_ready_text(LatheAgent *agent)
{
    unsigned abilities = disp_agent_get_abilities(agent->core);

    if ((abilities & DISP_AGENT_CLIPBOARDS) == 0)
        return g_strdup(_("The guest's agent shares no clipboard: it is too old, or was told not "
                          "to."));
    return g_strdup((abilities & DISP_AGENT_FILES) != 0
                        ? _("The clipboard is shared with the guest, which takes files too.")
                        : _("The clipboard is shared with the guest. It takes no files."));
}

static char *agent_channel_text(LatheAgent *agent)
{
    if (agent->led_away)
        return g_strdup_printf(_("The channel %s leads elsewhere: take it out of the machine's "
                                 "channels to share the clipboard."),
                               LATHE_SPICE_CHANNEL);
    return g_strdup_printf(_("A trial has no channel for the guest's agent: keep the machine, or "
                             "start it with --channel %s=default."),
                           LATHE_SPICE_CHANNEL);
}

char *lathe_agent_dup_text(LatheAgent *agent)
{
    if (agent->serial == NULL)
        return agent_channel_text(agent);
    switch (disp_agent_get_state(agent->core)) {
    case DISP_AGENT_READY:
        return agent_ready_text(agent);
    case DISP_AGENT_SILENT:
        return g_strdup(_("The guest's agent has its channel open, but does not answer: log in to "
                          "the guest's desktop."));
    case DISP_AGENT_BROKEN:
        return g_strdup(_("The guest's agent sends what is not understood: start it again."));
    case DISP_AGENT_ELSEWHERE:
        return g_strdup(_("A viewer elsewhere shares its clipboard with the guest; this window "
                          "does when it has left."));
    default:
        return g_strdup(_("No agent runs in the guest: install spice-vdagent there and log in to "
                          "its desktop."));
    }
}

/* ---- sizes ---- */

static int agent_find_screen(LatheAgent *agent, const struct disp_screen *screen)
{
    GPtrArray *screens = lathe_session_get_screens(agent->session);

    for (guint i = 0; i < MIN(screens->len, DISP_AGENT_MONITORS_MAX); i++) {
        if (screens->pdata[i] == screen)
            return (int)i;
    }
    return -1;
}

/* Side by side, in order; what no window has a wish for stays as it is. */
static void agent_tell_monitors(LatheAgent *agent)
{
    GPtrArray *screens = lathe_session_get_screens(agent->session);
    struct disp_agent_monitor monitors[DISP_AGENT_MONITORS_MAX];
    unsigned count = MIN(screens->len, DISP_AGENT_MONITORS_MAX);
    int x = 0;

    for (unsigned i = 0; i < count; i++) {
        const struct emu_surface *surface = disp_screen_get_surface(screens->pdata[i]);

        monitors[i] = agent->wishes[i];
        if (monitors[i].width == 0)
            monitors[i] = (struct disp_agent_monitor){surface->width, surface->height, 0, 0};
        monitors[i].x = x;
        x += (int)monitors[i].width;
    }
    disp_agent_set_monitors(agent->core, monitors, count);
}

void lathe_agent_prefer_size(LatheAgent *agent, struct disp_screen *screen, unsigned width,
                             unsigned height)
{
    int number = agent_find_screen(agent, screen);

    if (number < 0 ||
        (agent->wishes[number].width == width && agent->wishes[number].height == height))
        return;
    agent->wishes[number] = (struct disp_agent_monitor){width, height, 0, 0};
    agent_tell_monitors(agent);
}

/* ---- the object ---- */

static void lathe_agent_finalize(GObject *object)
{
    disp_agent_free(LATHE_AGENT(object)->core);
    G_OBJECT_CLASS(lathe_agent_parent_class)->finalize(object);
}

static void lathe_agent_init(LatheAgent *agent)
{
    agent->core = disp_agent_new(&agent_hooks, agent);
}

static guint agent_new_signal(const char *name, unsigned count, GType third)
{
    return g_signal_new(name, LATHE_TYPE_AGENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                        count, G_TYPE_UINT, G_TYPE_UINT, third);
}

static void lathe_agent_class_init(LatheAgentClass *class)
{
    GType type = G_TYPE_FROM_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = lathe_agent_finalize;
    agent_signals[SIGNAL_CHANGED] =
        g_signal_new("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    agent_signals[SIGNAL_OFFERED] = agent_new_signal("offered", 2, G_TYPE_NONE);
    agent_signals[SIGNAL_GIVEN] = agent_new_signal("given", 3, G_TYPE_BYTES);
    agent_signals[SIGNAL_WANTED] = agent_new_signal("wanted", 2, G_TYPE_NONE);
    agent_signals[SIGNAL_FILE] = g_signal_new("file", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                              G_TYPE_NONE, 1, G_TYPE_POINTER);
}
