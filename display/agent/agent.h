/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The host's end of the channel com.redhat.spice.0: what speaks with spice-vdagent in the guest.
 * Clipboards both ways, sizes of monitors, files to the guest. The guest is not trusted: sizes and
 * rates are bounded, texts are made valid UTF-8 with line ends of LF. Toolkit-free, no I/O but the
 * files that are sent; the main loop's thread.
 */
#ifndef DISP_AGENT_AGENT_H
#define DISP_AGENT_AGENT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disp_agent;

enum disp_agent_state {
    DISP_AGENT_CLOSED,    /* nobody in the guest has the channel open */
    DISP_AGENT_SILENT,    /* it is open, and has not said what it can */
    DISP_AGENT_READY,     /* disp_agent_get_abilities says for what */
    DISP_AGENT_BROKEN,    /* what came is not the protocol; until it is opened again */
    DISP_AGENT_ELSEWHERE, /* a viewer elsewhere has it */
};

enum disp_agent_ability { /* bits */
                          DISP_AGENT_CLIPBOARDS = 1 << 0,
                          DISP_AGENT_SELECTIONS = 1 << 1, /* PRIMARY too */
                          DISP_AGENT_MONITORS = 1 << 2,
                          DISP_AGENT_FILES = 1 << 3,
};

enum disp_clip { DISP_CLIP_CLIPBOARD, DISP_CLIP_PRIMARY, DISP_CLIPS };

/* What a clipboard has, by the protocol's numbers. */
enum disp_clip_type {
    DISP_CLIP_TEXT = 1, /* UTF-8 */
    DISP_CLIP_PNG,
    DISP_CLIP_BMP,
    DISP_CLIP_TIFF,
    DISP_CLIP_JPEG,
    DISP_CLIP_FILES, /* names that only a WebDAV server in the guest makes sense of: not used */
    DISP_CLIP_TYPES
};
#define DISP_CLIP_BIT(type) (1u << (type))
#define DISP_CLIP_IMAGES                                                                           \
    (DISP_CLIP_BIT(DISP_CLIP_PNG) | DISP_CLIP_BIT(DISP_CLIP_BMP) | DISP_CLIP_BIT(DISP_CLIP_TIFF) | \
     DISP_CLIP_BIT(DISP_CLIP_JPEG))
#define DISP_CLIP_MAX (32u << 20) /* bytes of one content, either way */

/* A file on its way. */
struct disp_agent_file {
    unsigned id;      /* of the agent's life */
    const char *name; /* without folders */
    uint64_t sent, size;
    bool over;
    const char *trouble; /* NULL: it arrived, or goes on; else why not, one line */
};

/* All are needed. None frees the agent. */
struct disp_agent_hooks {
    /* Bytes for the channel; returns how many it took, disp_agent_has_room follows. */
    size_t (*send)(void *opaque, const uint8_t *data, size_t length);
    void (*changed)(void *opaque); /* state or abilities */
    /* The guest has something new in a clipboard: bits of types. */
    void (*offered)(void *opaque, enum disp_clip clip, unsigned types);
    /* What disp_agent_ask asked for; borrowed. NULL: it was not to be had. */
    void (*given)(void *opaque, enum disp_clip clip, enum disp_clip_type type, const uint8_t *data,
                  size_t size);
    /* The guest wants what was offered: disp_agent_give is to be called once. */
    void (*wanted)(void *opaque, enum disp_clip clip, enum disp_clip_type type);
    void (*file)(void *opaque, const struct disp_agent_file *file);
};

struct disp_agent *disp_agent_new(const struct disp_agent_hooks *hooks, void *opaque);
void disp_agent_free(struct disp_agent *agent); /* NULL is legal; no hook is called any more */

/* ---- the channel ---- */

void disp_agent_set_open(struct disp_agent *agent, bool open);
void disp_agent_receive(struct disp_agent *agent, const uint8_t *data, size_t length);
void disp_agent_has_room(struct disp_agent *agent);
/* A viewer elsewhere has the agent: what comes is not for us. When it is back it is asked anew. */
void disp_agent_set_elsewhere(struct disp_agent *agent, bool elsewhere);
enum disp_agent_state disp_agent_get_state(const struct disp_agent *agent);
/* Bits of enum disp_agent_ability; 0 if it is not READY. */
unsigned disp_agent_get_abilities(const struct disp_agent *agent);

/* ---- clipboards ---- */

/* What is allowed; both at first. */
void disp_agent_allow(struct disp_agent *agent, bool to_guest, bool to_host);
/* Whether a person is at the machine's window, which they are not at first: else nothing of the
 * host's goes to the guest, nor the other way; what changed meanwhile is told when they come. */
void disp_agent_set_attended(struct disp_agent *agent, bool attended);
/* The host's clipboard has something new: bits of types, 0: nothing for the guest. */
void disp_agent_offer(struct disp_agent *agent, enum disp_clip clip, unsigned types);
/* Answers "wanted". NULL: it is not to be had; so are texts that are no UTF-8 and what is too much.
 */
void disp_agent_give(struct disp_agent *agent, enum disp_clip clip, enum disp_clip_type type,
                     const uint8_t *data, size_t size);
/* Asks for what was offered; "given" follows, sooner or later. False: it is not possible now. */
bool disp_agent_ask(struct disp_agent *agent, enum disp_clip clip, enum disp_clip_type type);

/* ---- monitors ---- */

struct disp_agent_monitor {
    unsigned width, height; /* pixels; 0: it is not connected */
    int x, y;
};
#define DISP_AGENT_MONITORS_MAX 16
/* What the guest's desktop should make its monitors; told again to the next agent. */
void disp_agent_set_monitors(struct disp_agent *agent, const struct disp_agent_monitor *monitors,
                             unsigned count);

/* ---- files ---- */

/* Sends a regular file to the guest, behind those before it. Returns its id; 0 with *error. */
unsigned disp_agent_send_file(struct disp_agent *agent, const char *path, GError **error);
/* "file" tells that it is over. No effect if it is already. */
void disp_agent_cancel_file(struct disp_agent *agent, unsigned id);

#endif
