/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes between a port of the machine's and the viewers (remote-port.h). */
#include "app/session/remote-port.h"

struct lathe_remote_port {
    const struct lathe_spice_module *module;
    LatheSerial *serial; /* the session's */
    struct disp_spice_port *port;
    enum disp_spice_port_kind kind;
    gboolean wanted; /* an agent: it is the viewers' */
    gboolean stale;  /* USB: what the machine writes is for a viewer who left */
};

/* ---- what viewers do ---- */

static size_t port_on_write(void *opaque, const uint8_t *data, size_t length)
{
    return lathe_serial_send(((struct lathe_remote_port *)opaque)->serial, data, length);
}

/* USB begins anew with each viewer, and the machine says when it has. */
static void port_on_connected(void *opaque, bool connected)
{
    struct lathe_remote_port *port = opaque;

    if (port->kind != DISP_SPICE_USB)
        return;
    port->stale = TRUE;
    lathe_serial_set_connected(port->serial, connected);
}

/* ---- what the guest does ---- */

static void port_on_reset(LatheSerial *serial, gpointer data)
{
    ((struct lathe_remote_port *)data)->stale = FALSE;
}

static void port_on_output(LatheSerial *serial, GBytes *bytes, gpointer data)
{
    struct lathe_remote_port *port = data;

    if (port->wanted && !port->stale)
        port->module->port_receive(port->port, g_bytes_get_data(bytes, NULL),
                                   g_bytes_get_size(bytes));
}

static void port_on_drained(LatheSerial *serial, gpointer data)
{
    struct lathe_remote_port *port = data;

    port->module->port_has_room(port->port);
}

static void port_on_listening(LatheSerial *serial, gboolean listening, gpointer data)
{
    struct lathe_remote_port *port = data;

    port->module->port_set_present(port->port, listening && port->wanted);
}

/* ---- life ---- */

struct lathe_remote_port *lathe_remote_port_new(const struct lathe_spice_module *module,
                                                struct disp_spice *server, LatheSerial *serial,
                                                enum disp_spice_port_kind kind, const char *name)
{
    struct lathe_remote_port *port = g_new0(struct lathe_remote_port, 1);
    const struct disp_spice_port_hooks hooks = {
        .write = port_on_write, .connected = port_on_connected, .opaque = port};

    port->module = module;
    port->serial = serial;
    port->kind = kind;
    port->wanted = kind != DISP_SPICE_AGENT;
    port->port = module->add_port(server, kind, name, &hooks);
    g_signal_connect(serial, "output", G_CALLBACK(port_on_output), port);
    g_signal_connect(serial, "drained", G_CALLBACK(port_on_drained), port);
    if (kind == DISP_SPICE_USB)
        g_signal_connect(serial, "reset", G_CALLBACK(port_on_reset), port);
    else if (lathe_serial_is_channel(serial))
        g_signal_connect(serial, "listening", G_CALLBACK(port_on_listening), port);
    else
        module->port_set_present(port->port, true);
    return port;
}

void lathe_remote_port_set_wanted(struct lathe_remote_port *port, gboolean wanted)
{
    port->wanted = wanted;
    port->module->port_set_present(port->port, wanted && lathe_serial_is_listening(port->serial));
}

void lathe_remote_port_part(struct lathe_remote_port *port)
{
    g_signal_handlers_disconnect_by_data(port->serial, port);
}

void lathe_remote_port_free(struct lathe_remote_port *port)
{
    g_free(port);
}
