/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session's screens and input joined to the server's. */
#include "app/session/remote.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/modules/module.h"
#include "app/plan/definition.h"
#include "app/plan/error.h"
#include "app/session/agent.h"
#include "app/session/input.h"
#include "app/session/internal.h"
#include "app/session/remote-port.h"
#include "emulator/api/audio.h"

#define REMOTE_KEY      "lathe-remote" /* of the session's data */
#define REMOTE_PLAYBACK 5              /* the protocol's numbers of channels */
#define REMOTE_RECORD   6
#define REMOTE_CONSOLE  "org.qemu.console.serial.0" /* the name that viewers know */

struct lathe_remote {
    LatheSession *session;
    const struct lathe_spice_module *module;
    struct disp_spice *server;
    GPtrArray *ports;                /* of struct lathe_remote_port * */
    struct lathe_remote_port *agent; /* one of them; NULL: the machine has no such channel */
    gboolean has_agent;              /* it is the viewers' now, not a window's */
    struct emu_audio_backend sound;  /* ops NULL: the machine has no sound card */
    gboolean heard;                  /* the machine has it */
    char *ticket;                    /* NULL: nobody is asked for one */
    gint64 expiry;                   /* of it */
};

/* ---- what clients do ---- */

static void remote_on_key(void *opaque, unsigned code, bool down)
{
    lathe_input_key(((struct lathe_remote *)opaque)->session, code, down);
}

static void remote_on_pointer(void *opaque, const struct emu_pointer_event *event)
{
    lathe_input_pointer(((struct lathe_remote *)opaque)->session, event);
}

static void remote_on_release(void *opaque)
{
    lathe_input_release(((struct lathe_remote *)opaque)->session);
}

/* ---- sound ---- */

/* A viewer's channel by which it listens or speaks; other than the one that just left. */
static gboolean remote_finds_ears(const struct lathe_remote *remote,
                                  const struct disp_spice_channel *gone)
{
    unsigned count = remote->module->count_channels(remote->server);

    for (unsigned i = 0; i < count; i++) {
        const struct disp_spice_channel *channel = remote->module->get_channel(remote->server, i);
        if (channel != gone && channel->ready &&
            (channel->type == REMOTE_PLAYBACK || channel->type == REMOTE_RECORD))
            return TRUE;
    }
    return FALSE;
}

/* The card plays to the viewers while one listens; without a viewer it costs nothing. */
static void remote_share_sound(struct lathe_remote *remote, gboolean wanted)
{
    struct emu_machine *machine = lathe_session_get_machine(remote->session);
    struct emu_error ignored = EMU_ERROR_INIT;

    if (remote->sound.ops == NULL || remote->heard == wanted)
        return;
    if (wanted)
        remote->heard = emu_machine_add_listener(machine, &remote->sound, &ignored);
    else
        remote->heard = !emu_machine_remove_listener(machine, remote->sound.opaque);
}

static void remote_join_sound(struct lathe_remote *remote)
{
    if (emu_machine_get_audio(lathe_session_get_machine(remote->session)).card)
        remote->module->add_sound(remote->server, &remote->sound);
}

static void remote_on_channel(void *opaque, enum disp_spice_event event,
                              const struct disp_spice_channel *channel)
{
    struct lathe_remote *remote = opaque;
    struct lathe_remote_event argument = {event, channel};

    if (remote->sound.ops != NULL)
        remote_share_sound(
            remote, remote_finds_ears(remote, event == DISP_SPICE_DISCONNECTED ? channel : NULL));
    g_signal_emit_by_name(remote->session, "viewer", &argument);
}

/* ---- ports ---- */

static struct lathe_remote_port *remote_add_port(struct lathe_remote *remote, LatheSerial *serial,
                                                 enum disp_spice_port_kind kind, const char *name)
{
    struct lathe_remote_port *port =
        lathe_remote_port_new(remote->module, remote->server, serial, kind, name);

    g_ptr_array_add(remote->ports, port);
    return port;
}

/* Where there is a window too the agent is the viewers' while somebody is there. */
static void remote_share_agent(struct lathe_remote *remote)
{
    gboolean window = lathe_definition_has_window(lathe_session_get_definition(remote->session));
    gboolean theirs = !window || remote->module->count_viewers(remote->server) != 0;

    if (remote->agent == NULL || theirs == remote->has_agent)
        return;
    remote->has_agent = theirs;
    if (window)
        disp_agent_set_elsewhere(lathe_agent_get_core(lathe_agent_get(remote->session)), theirs);
    lathe_remote_port_set_wanted(remote->agent, theirs);
}

static void remote_on_act(void *opaque)
{
    struct lathe_remote *remote = opaque;

    if (remote->server != NULL)
        remote_share_agent(remote);
}

/* The agent's channel, other channels by their names, and the first serial port as remote-viewer
 * looks for it; each if it leads nowhere else. */
static void remote_join_serial(struct lathe_remote *remote, LatheSerial *serial)
{
    g_autofree char *location = lathe_serial_dup_location(serial);
    const char *title = lathe_serial_get_title(serial);

    if (location != NULL || lathe_serial_is_stdio(serial))
        return;
    if (strcmp(title, LATHE_SPICE_CHANNEL) == 0)
        remote->agent = remote_add_port(remote, serial, DISP_SPICE_AGENT, NULL);
    else if (lathe_serial_is_channel(serial))
        remote_add_port(remote, serial, DISP_SPICE_PORT, title);
    else if (strcmp(lathe_serial_get_name(serial), "serial0") == 0)
        remote_add_port(remote, serial, DISP_SPICE_PORT, REMOTE_CONSOLE);
}

static void remote_join_ports(struct lathe_remote *remote)
{
    GPtrArray *serials = lathe_session_get_serials(remote->session);
    GPtrArray *redirects = remote->session->redirects;

    for (guint i = 0; i < serials->len; i++)
        remote_join_serial(remote, serials->pdata[i]);
    for (guint i = 0; i < redirects->len; i++)
        remote_add_port(remote, redirects->pdata[i], DISP_SPICE_USB, NULL);
    remote_share_agent(remote);
}

/* ---- what the guest makes of it ---- */

static void remote_on_input_changed(LatheSession *session, gpointer data)
{
    struct lathe_remote *remote = data;
    struct emu_input_status status = lathe_input_get_status(session);

    remote->module->set_input(remote->server, status.absolute, status.leds_set ? status.leds : 0);
}

static void remote_add_screens(struct lathe_remote *remote)
{
    GPtrArray *screens = lathe_session_get_screens(remote->session);
    enum emu_gpu gpu = lathe_session_get_definition(remote->session)->gpu;

    for (guint i = 0; i < screens->len; i++)
        remote->module->add_screen(remote->server, screens->pdata[i], lathe_gpu_is_virtio(gpu));
}

/* ---- life ---- */

/* The first line of the file. NULL with *error. */
static char *remote_read_ticket(const char *path, GError **error)
{
    g_autoptr(GError) found = NULL;
    char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, &found)) {
        lathe_error_input(error, "cannot read the ticket: %s", found->message);
        return NULL;
    }
    text[strcspn(text, "\r\n")] = '\0';
    return text;
}

static gboolean remote_serve(struct lathe_remote *remote,
                             const struct lathe_spice_definition *spice, const char *name,
                             GError **error)
{
    const struct disp_spice_hooks hooks = {.key = remote_on_key,
                                           .pointer = remote_on_pointer,
                                           .release = remote_on_release,
                                           .act = remote_on_act,
                                           .channel = remote_on_channel,
                                           .opaque = remote};
    g_autoptr(GError) found = NULL;

    remote->ticket = g_strdup(spice->ticket);
    remote->expiry = LATHE_REMOTE_NEVER;
    if (spice->ticket_file != NULL &&
        (remote->ticket = remote_read_ticket(spice->ticket_file, error)) == NULL)
        return FALSE;
    const struct disp_spice_options options = {.name = name,
                                               .path = spice->path,
                                               .host = spice->host,
                                               .port = spice->port,
                                               .ticket = remote->ticket,
                                               .tls = spice->tls};
    remote->server = remote->module->new (&options, &hooks, &found);
    return remote->server != NULL ||
           lathe_error_input(error, "--display spice: %s", found->message);
}

static gboolean remote_load(struct lathe_remote *remote, GError **error)
{
    g_autoptr(GError) why = NULL;

    remote->module = lathe_module_find("spice", &why);
    if (remote->module == NULL)
        g_set_error(error, LATHE_ERROR, LATHE_ERROR_HOST,
                    _("--display spice needs libspice-server, which is not installed: %s"),
                    why->message);
    return remote->module != NULL;
}

static void remote_free(struct lathe_remote *remote)
{
    g_ptr_array_unref(remote->ports);
    g_free(remote->ticket);
    g_free(remote);
}

struct lathe_remote *lathe_remote_start(LatheSession *session, GError **error)
{
    const struct lathe_definition *definition = lathe_session_get_definition(session);
    struct lathe_remote *remote;

    if (definition->spice == NULL)
        return NULL;
    remote = g_new0(struct lathe_remote, 1);
    remote->session = session;
    remote->ports = g_ptr_array_new_with_free_func((GDestroyNotify)lathe_remote_port_free);
    if (!remote_load(remote, error) ||
        !remote_serve(remote, definition->spice, definition->name, error)) {
        remote_free(remote);
        return NULL;
    }
    remote_add_screens(remote);
    remote_join_ports(remote);
    remote_join_sound(remote);
    remote->module->start(remote->server);
    g_signal_connect(session, "input-changed", G_CALLBACK(remote_on_input_changed), remote);
    remote_on_input_changed(session, remote);
    g_object_set_data(G_OBJECT(session), REMOTE_KEY, remote);
    return remote;
}

void lathe_remote_stop(struct lathe_remote *remote)
{
    if (remote == NULL)
        return;
    g_object_set_data(G_OBJECT(remote->session), REMOTE_KEY, NULL);
    g_signal_handlers_disconnect_by_data(remote->session, remote);
    for (guint i = 0; i < remote->ports->len; i++)
        lathe_remote_port_part(remote->ports->pdata[i]);
    remote_share_sound(remote, FALSE);
    remote->sound = (struct emu_audio_backend){0};
    remote->module->free(g_steal_pointer(&remote->server));
    remote_free(remote);
}

struct lathe_remote *lathe_remote_get(LatheSession *session)
{
    return g_object_get_data(G_OBJECT(session), REMOTE_KEY);
}

/* The ticket as it is now; nobody comes in with one whose time is over. */
static gboolean remote_apply_ticket(struct lathe_remote *remote, gboolean part)
{
    gint64 now = g_get_real_time() / G_USEC_PER_SEC;
    unsigned seconds = 0;

    if (remote->expiry <= now)
        return remote->module->set_ticket(remote->server, NULL, 0, part);
    if (remote->expiry != LATHE_REMOTE_NEVER)
        seconds = (unsigned)MIN(remote->expiry - now, G_MAXINT);
    return remote->module->set_ticket(remote->server, remote->ticket, seconds, part);
}

gboolean lathe_remote_set_ticket(struct lathe_remote *remote, const char *ticket, gboolean part)
{
    if (remote->ticket == NULL || *ticket == '\0' || strlen(ticket) > DISP_SPICE_TICKET_MAX)
        return FALSE;
    g_free(remote->ticket);
    remote->ticket = g_strdup(ticket);
    return remote_apply_ticket(remote, part);
}

gboolean lathe_remote_set_expiry(struct lathe_remote *remote, gint64 time)
{
    if (remote->ticket == NULL)
        return FALSE;
    remote->expiry = time;
    return remote_apply_ticket(remote, FALSE);
}

gboolean lathe_remote_asks_ticket(const struct lathe_remote *remote)
{
    return remote->ticket != NULL;
}

gboolean lathe_remote_is_absolute(const struct lathe_remote *remote)
{
    return remote->module->is_absolute(remote->server);
}

const struct disp_spice_channel *lathe_remote_get_channel(const struct lathe_remote *remote,
                                                          unsigned number)
{
    return remote->module->get_channel(remote->server, number);
}

unsigned lathe_remote_count_viewers(const struct lathe_remote *remote)
{
    return remote->module->count_viewers(remote->server);
}

char *lathe_remote_dup_uri(const struct lathe_remote *remote)
{
    const struct lathe_spice_definition *spice =
        lathe_session_get_definition(remote->session)->spice;

    if (spice->path != NULL) {
        g_autofree char *path = g_canonicalize_filename(spice->path, NULL);
        return g_strdup_printf("spice+unix://%s", path);
    }
    return g_strdup_printf(strchr(spice->host, ':') != NULL ? "spice://[%s]?%s=%u"
                                                            : "spice://%s?%s=%u",
                           spice->host, spice->tls != NULL ? "tls-port" : "port", spice->port);
}
