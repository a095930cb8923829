/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Messages in the chunks of the agent's channel, both ways. What comes is from a guest: a message
 * is held only as far as its bytes came, and one that is too long is passed over. Internal to
 * display/agent; no I/O; one thread at a time.
 */
#ifndef DISP_AGENT_LINK_H
#define DISP_AGENT_LINK_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AGENT_CONTENT_MAX (32u << 20)                           /* bytes of a clipboard's content */
#define AGENT_MESSAGE_MAX (AGENT_CONTENT_MAX + 64)              /* with what is in front of it */
#define AGENT_QUEUE_MAX   (2u * AGENT_CONTENT_MAX + (4u << 20)) /* bytes for the guest */

struct agent_link_ops {
    /* A whole message; data is borrowed. False: it is malformed. Nothing here resets the link. */
    bool (*message)(void *opaque, unsigned type, const uint8_t *data, size_t size);
    /* Returns how many bytes the channel took. */
    size_t (*send)(void *opaque, const uint8_t *data, size_t length);
};

struct agent_link;

struct agent_link *agent_link_new(const struct agent_link_ops *ops, void *opaque);
void agent_link_free(struct agent_link *link); /* NULL is legal */
/* Forgets what was begun, in both directions; or only what waits for the guest. */
void agent_link_reset(struct agent_link *link);
void agent_link_drop_output(struct agent_link *link);

/* False: it is not the protocol; nothing more is to be made of this channel until a reset. */
bool agent_link_receive(struct agent_link *link, const uint8_t *data, size_t length);
/* A message of two parts, of which the second may be empty. False: too much waits. */
bool agent_link_send(struct agent_link *link, unsigned type, const void *head, size_t head_size,
                     const void *data, size_t size);
/* The channel has room. */
void agent_link_pump(struct agent_link *link);
/* Bytes that wait. */
size_t agent_link_get_waiting(const struct agent_link *link);

/* Little-endian numbers at any address. */
uint32_t agent_get32(const uint8_t *data);
uint64_t agent_get64(const uint8_t *data);
void agent_put32(uint8_t *data, uint32_t value);
void agent_put64(uint8_t *data, uint64_t value);

#endif
