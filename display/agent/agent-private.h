/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What agent.c, clipboard.c and transfer.c share. */
#ifndef DISP_AGENT_AGENT_PRIVATE_H
#define DISP_AGENT_AGENT_PRIVATE_H

#include "display/agent/agent.h"
#include "display/agent/link.h"
#include "display/agent/protocol.h"

enum clip_owner { CLIP_NOBODY, CLIP_HOST, CLIP_GUEST };

struct agent_clip {
    enum clip_owner owner; /* whose content is the newest */
    unsigned types;        /* of it */
    bool told;             /* the other side knows */
    bool granted;          /* the guest has our offer */
    unsigned wanted;       /* bits of types: what the guest waits for */
    unsigned asked;        /* bits of types: what we wait for */
};

struct agent_transfer {
    struct disp_agent_file file;
    char *name;
    int fd;
    bool started, all_sent;
};

struct disp_agent {
    struct disp_agent_hooks hooks;
    void *opaque;
    struct agent_link *link;
    bool open, elsewhere, known, broken;
    uint32_t capabilities; /* of the guest's agent */
    bool to_guest, to_host, attended;
    struct agent_clip clips[DISP_CLIPS];
    gint64 second; /* when the budget was filled, monotonic microseconds */
    unsigned budget;
    struct disp_agent_monitor monitors[DISP_AGENT_MONITORS_MAX];
    unsigned monitor_count;
    GQueue transfers; /* of struct agent_transfer *, the first is under way */
    unsigned last_id;
};

bool agent_has(const struct disp_agent *agent, enum agent_capability capability);
bool agent_is_ready(const struct disp_agent *agent);
/* False if too much waits. */
bool agent_send(struct disp_agent *agent, unsigned type, const void *head, size_t head_size,
                const void *data, size_t size);

/* ---- clipboard.c ---- */

/* Messages about clipboards. False: malformed. */
bool agent_clip_message(struct disp_agent *agent, unsigned type, const uint8_t *data, size_t size);
/* What the other side does not know and may know now. */
void agent_clip_tell(struct disp_agent *agent);
/* The agent is another from now on, or none: nobody waits for an answer any more. */
void agent_clip_forget(struct disp_agent *agent);

/* ---- transfer.c ---- */

bool agent_transfer_status(struct disp_agent *agent, const uint8_t *data, size_t size);
/* Sends what there is room for. */
void agent_transfer_pump(struct disp_agent *agent);
/* Ends all, with the reason; NULL: without telling. */
void agent_transfer_end_all(struct disp_agent *agent, const char *trouble);

#endif
