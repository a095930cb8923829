/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way between the guest's agent (spice-vdagent: clipboard, sizes, files) and the clients. The
 * library knows the protocol and bounds what clients send; here its bytes wait, so much and no
 * more. The agent is there while a program in the guest has the channel open.
 */
#include <string.h>

#include "display/spice/spice-private.h"

#define AGENT_WAITING_MAX (32u << 20) /* bytes that clients did not take yet */

struct spice_agent {
    SpiceCharDeviceInstance instance; /* first */
    struct disp_spice *spice;
    GByteArray *waiting; /* from the guest */
    gsize start;         /* of what waits in it */
    bool present;
};

static struct spice_agent *agent_of(SpiceCharDeviceInstance *instance)
{
    return (struct spice_agent *)instance;
}

static void agent_state(SpiceCharDeviceInstance *instance, int connected)
{
}

/* What is not taken now is offered again when disp_spice_agent_has_room says so. */
static int agent_write(SpiceCharDeviceInstance *instance, const uint8_t *data, int length)
{
    const struct disp_spice_hooks *hooks = &agent_of(instance)->spice->hooks;

    if (length <= 0 || hooks->agent == NULL)
        return 0;
    return (int)hooks->agent(hooks->opaque, data, (size_t)length);
}

static int agent_read(SpiceCharDeviceInstance *instance, uint8_t *data, int length)
{
    struct spice_agent *agent = agent_of(instance);
    gsize taken = MIN((gsize)MAX(length, 0), agent->waiting->len - agent->start);

    memcpy(data, agent->waiting->data + agent->start, taken);
    agent->start += taken;
    if (agent->start == agent->waiting->len) {
        g_byte_array_set_size(agent->waiting, 0);
        agent->start = 0;
    }
    return (int)taken;
}

static const SpiceCharDeviceInterface agent_interface = {
    .base = {.type = SPICE_INTERFACE_CHAR_DEVICE,
             .description = "agent",
             .major_version = SPICE_INTERFACE_CHAR_DEVICE_MAJOR,
             .minor_version = SPICE_INTERFACE_CHAR_DEVICE_MINOR},
    .state = agent_state,
    .write = agent_write,
    .read = agent_read,
    .flags = SPICE_CHAR_DEVICE_NOTIFY_WRITABLE,
};

struct spice_agent *spice_agent_new(struct disp_spice *spice)
{
    struct spice_agent *agent = g_new0(struct spice_agent, 1);

    agent->instance.base.sif = &agent_interface.base;
    agent->instance.subtype = "vdagent";
    agent->spice = spice;
    agent->waiting = g_byte_array_new();
    return agent;
}

void spice_agent_free(struct spice_agent *agent)
{
    if (agent == NULL)
        return;
    g_byte_array_unref(agent->waiting);
    g_free(agent);
}

void disp_spice_agent_set_present(struct disp_spice *spice, bool present)
{
    struct spice_agent *agent = spice->agent;

    if (present == agent->present)
        return;
    agent->present = present;
    g_byte_array_set_size(agent->waiting, 0);
    agent->start = 0;
    if (present)
        spice_server_add_interface(spice->server, &agent->instance.base);
    else
        spice_server_remove_interface(&agent->instance.base);
}

void disp_spice_agent_receive(struct disp_spice *spice, const void *data, size_t length)
{
    struct spice_agent *agent = spice->agent;

    if (!agent->present)
        return;
    if (length > AGENT_WAITING_MAX - (agent->waiting->len - agent->start)) {
        disp_spice_agent_set_present(spice, false); /* it does not wait to be asked */
        return;
    }
    if (agent->start != 0)
        g_byte_array_remove_range(agent->waiting, 0, (guint)agent->start);
    agent->start = 0;
    g_byte_array_append(agent->waiting, data, (guint)length);
    spice_server_char_device_wakeup(&agent->instance);
}

void disp_spice_agent_has_room(struct disp_spice *spice)
{
    if (spice->agent->present)
        spice_server_char_device_wakeup(&spice->agent->instance);
}
