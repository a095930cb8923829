/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A way for bytes between the machine and the clients: the guest's agent (spice-vdagent: clipboard,
 * sizes, files), a USB device of a client's, or a port with a name. The library knows the agent's
 * protocol and bounds what clients send; here the machine's bytes wait, so much and no more.
 */
#include <spice/protocol.h>
#include <string.h>

#include "display/spice/spice-private.h"

#define PORT_WAITING_MAX (32u << 20) /* bytes that clients did not take yet */

struct disp_spice_port {
    SpiceCharDeviceInstance instance; /* first */
    struct disp_spice *spice;
    enum disp_spice_port_kind kind;
    struct disp_spice_port_hooks hooks;
    char *name;          /* of a named one */
    GByteArray *waiting; /* from the machine */
    gsize start;         /* of what waits in it */
    bool present, connected;
};

static struct disp_spice_port *port_of(SpiceCharDeviceInstance *instance)
{
    return (struct disp_spice_port *)instance;
}

static void port_forget(struct disp_spice_port *port)
{
    g_byte_array_set_size(port->waiting, 0);
    port->start = 0;
}

/* ---- the library's side ---- */

static void port_state(SpiceCharDeviceInstance *instance, int connected)
{
    struct disp_spice_port *port = port_of(instance);

    if (port->connected == (connected != 0))
        return;
    port->connected = connected != 0;
    if (port->kind != DISP_SPICE_AGENT)
        port_forget(port);
    if (port->hooks.connected != NULL)
        port->hooks.connected(port->hooks.opaque, port->connected);
}

/* What is not taken now is offered again when disp_spice_port_has_room says so. */
static int port_write(SpiceCharDeviceInstance *instance, const uint8_t *data, int length)
{
    const struct disp_spice_port_hooks *hooks = &port_of(instance)->hooks;

    if (length <= 0)
        return 0;
    return (int)hooks->write(hooks->opaque, data, (size_t)length);
}

static int port_read(SpiceCharDeviceInstance *instance, uint8_t *data, int length)
{
    struct disp_spice_port *port = port_of(instance);
    gsize taken = MIN((gsize)MAX(length, 0), port->waiting->len - port->start);

    memcpy(data, port->waiting->data + port->start, taken);
    port->start += taken;
    if (port->start == port->waiting->len)
        port_forget(port);
    return (int)taken;
}

static const SpiceCharDeviceInterface port_interface = {
    .base = {.type = SPICE_INTERFACE_CHAR_DEVICE,
             .description = "port",
             .major_version = SPICE_INTERFACE_CHAR_DEVICE_MAJOR,
             .minor_version = SPICE_INTERFACE_CHAR_DEVICE_MINOR},
    .state = port_state,
    .write = port_write,
    .read = port_read,
    .flags = SPICE_CHAR_DEVICE_NOTIFY_WRITABLE,
};

/* ---- the machine's side ---- */

struct disp_spice_port *disp_spice_add_port(struct disp_spice *spice,
                                            enum disp_spice_port_kind kind, const char *name,
                                            const struct disp_spice_port_hooks *hooks)
{
    static const char *const subtypes[] = {
        [DISP_SPICE_AGENT] = "vdagent", [DISP_SPICE_USB] = "usbredir", [DISP_SPICE_PORT] = "port"};
    struct disp_spice_port *port = g_new0(struct disp_spice_port, 1);

    port->name = g_strdup(name);
    port->instance.base.sif = &port_interface.base;
    port->instance.subtype = subtypes[kind];
    port->instance.portname = port->name;
    port->spice = spice;
    port->kind = kind;
    port->hooks = *hooks;
    port->waiting = g_byte_array_new();
    g_ptr_array_add(spice->ports, port);
    if (kind != DISP_SPICE_AGENT)
        spice_server_add_interface(spice->server, &port->instance.base);
    return port;
}

void spice_port_free(gpointer data)
{
    struct disp_spice_port *port = data;

    g_byte_array_unref(port->waiting);
    g_free(port->name);
    g_free(port);
}

/* An agent is there or not for the clients; a named port is open or closed. */
void disp_spice_port_set_present(struct disp_spice_port *port, bool present)
{
    if (present == port->present)
        return;
    port->present = present;
    port_forget(port);
    if (port->kind == DISP_SPICE_PORT)
        spice_server_port_event(&port->instance,
                                present ? SPICE_PORT_EVENT_OPENED : SPICE_PORT_EVENT_CLOSED);
    else if (present)
        spice_server_add_interface(port->spice->server, &port->instance.base);
    else
        spice_server_remove_interface(&port->instance.base);
}

void disp_spice_port_receive(struct disp_spice_port *port, const void *data, size_t length)
{
    bool wanted = port->kind == DISP_SPICE_AGENT ? port->present : port->connected;

    if (!wanted)
        return;
    if (length > PORT_WAITING_MAX - (port->waiting->len - port->start)) {
        if (port->kind == DISP_SPICE_AGENT)
            disp_spice_port_set_present(port, false); /* it does not wait to be asked */
        return;
    }
    if (port->start != 0)
        g_byte_array_remove_range(port->waiting, 0, (guint)port->start);
    port->start = 0;
    g_byte_array_append(port->waiting, data, (guint)length);
    spice_server_char_device_wakeup(&port->instance);
}

void disp_spice_port_has_room(struct disp_spice_port *port)
{
    if (port->kind == DISP_SPICE_AGENT ? port->present : port->connected)
        spice_server_char_device_wakeup(&port->instance);
}
