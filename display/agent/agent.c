/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The agent's state, its capabilities, and which message goes where. */
#include "display/agent/agent-private.h"

#include <glib/gi18n.h>

#define AGENT_OUR_CAPABILITIES                                                                     \
    (AGENT_CAP_MONITORS | AGENT_CAP_REPLY | AGENT_CAP_BY_DEMAND | AGENT_CAP_SELECTION |            \
     AGENT_CAP_MAX_CLIPBOARD | AGENT_CAP_MONITOR_PLACES | AGENT_CAP_FILE_ERRORS |                  \
     AGENT_CAP_NO_RELEASE)

bool agent_is_ready(const struct disp_agent *agent)
{
    return disp_agent_get_state(agent) == DISP_AGENT_READY;
}

bool agent_has(const struct disp_agent *agent, enum agent_capability capability)
{
    return agent_is_ready(agent) && (agent->capabilities & capability) != 0;
}

enum disp_agent_state disp_agent_get_state(const struct disp_agent *agent)
{
    if (!agent->open)
        return DISP_AGENT_CLOSED;
    if (agent->elsewhere)
        return DISP_AGENT_ELSEWHERE;
    if (agent->broken)
        return DISP_AGENT_BROKEN;
    return agent->known ? DISP_AGENT_READY : DISP_AGENT_SILENT;
}

unsigned disp_agent_get_abilities(const struct disp_agent *agent)
{
    unsigned found = 0;

    if (!agent_is_ready(agent))
        return 0;
    if (agent_has(agent, AGENT_CAP_BY_DEMAND))
        found |= DISP_AGENT_CLIPBOARDS;
    if (agent_has(agent, AGENT_CAP_BY_DEMAND) && agent_has(agent, AGENT_CAP_SELECTION))
        found |= DISP_AGENT_SELECTIONS;
    if (agent_has(agent, AGENT_CAP_MONITORS))
        found |= DISP_AGENT_MONITORS;
    if (!agent_has(agent, AGENT_CAP_NO_FILES))
        found |= DISP_AGENT_FILES;
    return found;
}

bool agent_send(struct disp_agent *agent, unsigned type, const void *head, size_t head_size,
                const void *data, size_t size)
{
    return agent_link_send(agent->link, type, head, head_size, data, size);
}

/* ---- capabilities ---- */

static void agent_send_capabilities(struct disp_agent *agent, bool ask)
{
    uint8_t message[8];

    agent_put32(message, ask);
    agent_put32(message + 4, AGENT_OUR_CAPABILITIES);
    agent_send(agent, AGENT_CAPABILITIES, message, sizeof(message), NULL, 0);
}

static void agent_send_limit(struct disp_agent *agent)
{
    uint8_t message[4];

    agent_put32(message, DISP_CLIP_MAX);
    if (agent_has(agent, AGENT_CAP_MAX_CLIPBOARD))
        agent_send(agent, AGENT_MAX_CLIPBOARD, message, sizeof(message), NULL, 0);
}

#define MONITOR_BYTES 20

static void agent_send_monitors(struct disp_agent *agent)
{
    uint8_t message[8 + DISP_AGENT_MONITORS_MAX * MONITOR_BYTES] = {0};

    if (!agent_has(agent, AGENT_CAP_MONITORS) || agent->monitor_count == 0)
        return;
    agent_put32(message, agent->monitor_count);
    agent_put32(message + 4,
                agent_has(agent, AGENT_CAP_MONITOR_PLACES) ? AGENT_MONITORS_USE_PLACES : 0);
    for (unsigned i = 0; i < agent->monitor_count; i++) {
        const struct disp_agent_monitor *monitor = &agent->monitors[i];
        uint8_t *out = message + 8 + i * MONITOR_BYTES;

        agent_put32(out, monitor->height);
        agent_put32(out + 4, monitor->width);
        agent_put32(out + 8, 32);
        agent_put32(out + 12, (uint32_t)monitor->x);
        agent_put32(out + 16, (uint32_t)monitor->y);
    }
    agent_send(agent, AGENT_MONITORS_CONFIG, message, 8 + agent->monitor_count * MONITOR_BYTES,
               NULL, 0);
}

/* One that says unasked, and asks for ours, has just started; an answer to us has nothing new. */
static bool agent_take_capabilities(struct disp_agent *agent, const uint8_t *data, size_t size)
{
    if (size < 8)
        return false;
    if (agent->known && agent_get32(data) == 0)
        return true;
    agent_clip_forget(agent);
    agent->capabilities = agent_get32(data + 4);
    agent->known = true;
    if (agent_get32(data) != 0)
        agent_send_capabilities(agent, false);
    agent_send_limit(agent);
    agent_send_monitors(agent);
    agent->hooks.changed(agent->opaque);
    agent_clip_tell(agent);
    agent_transfer_pump(agent);
    return true;
}

void disp_agent_set_monitors(struct disp_agent *agent, const struct disp_agent_monitor *monitors,
                             unsigned count)
{
    agent->monitor_count = MIN(count, DISP_AGENT_MONITORS_MAX);
    for (unsigned i = 0; i < agent->monitor_count; i++)
        agent->monitors[i] = monitors[i];
    agent_send_monitors(agent);
}

/* ---- the channel ---- */

/* Types that we have no use for are passed over, as newer agents may have them. */
static bool agent_on_message(void *opaque, unsigned type, const uint8_t *data, size_t size)
{
    struct disp_agent *agent = opaque;

    if (agent->elsewhere)
        return true;
    switch (type) {
    case AGENT_CAPABILITIES:
        return agent_take_capabilities(agent, data, size);
    case AGENT_CLIPBOARD:
    case AGENT_CLIPBOARD_GRAB:
    case AGENT_CLIPBOARD_REQUEST:
    case AGENT_CLIPBOARD_RELEASE:
        return !agent->known || agent_clip_message(agent, type, data, size);
    case AGENT_FILE_STATUS:
        return agent_transfer_status(agent, data, size);
    default:
        return true;
    }
}

static size_t agent_on_send(void *opaque, const uint8_t *data, size_t length)
{
    struct disp_agent *agent = opaque;

    return agent->hooks.send(agent->opaque, data, length);
}

/* Nothing is known of who is there, if somebody is; who is there is asked. */
static void agent_begin(struct disp_agent *agent)
{
    agent_link_drop_output(agent->link);
    agent->known = false;
    agent->capabilities = 0;
    agent_clip_forget(agent);
    agent_transfer_end_all(agent, _("the guest's agent went away"));
    if (agent->open && !agent->elsewhere && !agent->broken)
        agent_send_capabilities(agent, true);
    agent->hooks.changed(agent->opaque);
}

void disp_agent_set_open(struct disp_agent *agent, bool open)
{
    if (!open && !agent->open)
        return;
    agent->open = open;
    agent->broken = false;
    agent_link_reset(agent->link);
    agent_begin(agent);
}

void disp_agent_set_elsewhere(struct disp_agent *agent, bool elsewhere)
{
    if (elsewhere == agent->elsewhere)
        return;
    agent->elsewhere = elsewhere;
    agent_begin(agent);
}

/* Also while a viewer elsewhere has it: its next message for us starts behind one for them. */
void disp_agent_receive(struct disp_agent *agent, const uint8_t *data, size_t length)
{
    if (!agent->open || agent->broken)
        return;
    if (agent_link_receive(agent->link, data, length))
        return;
    agent_link_reset(agent->link);
    agent->broken = true;
    agent_clip_forget(agent);
    agent_transfer_end_all(agent, _("the guest's agent sends what is not understood"));
    agent->hooks.changed(agent->opaque);
}

void disp_agent_has_room(struct disp_agent *agent)
{
    agent_link_pump(agent->link);
    agent_transfer_pump(agent);
}

/* ---- life ---- */

struct disp_agent *disp_agent_new(const struct disp_agent_hooks *hooks, void *opaque)
{
    static const struct agent_link_ops ops = {agent_on_message, agent_on_send};
    struct disp_agent *agent = g_new0(struct disp_agent, 1);

    agent->hooks = *hooks;
    agent->opaque = opaque;
    agent->link = agent_link_new(&ops, agent);
    agent->to_guest = agent->to_host = true;
    g_queue_init(&agent->transfers);
    return agent;
}

void disp_agent_free(struct disp_agent *agent)
{
    if (agent == NULL)
        return;
    agent_transfer_end_all(agent, NULL);
    agent_link_free(agent->link);
    g_free(agent);
}
