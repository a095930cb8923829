/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chunks and messages. Each port has a message of its own under way, as chunks of different ports
 * may alternate. All sizes are a guest's and are checked before they count.
 */
#include "display/agent/link.h"

#include <string.h>

#include "display/agent/protocol.h"

struct agent_incoming {
    uint8_t header[AGENT_MESSAGE_HEADER];
    size_t got;       /* of the header */
    GByteArray *body; /* as far as it came */
    uint32_t left;    /* of it */
    bool skip;        /* too long: only counted */
};

struct agent_link {
    struct agent_link_ops ops;
    void *opaque;
    uint8_t chunk[AGENT_CHUNK_HEADER];
    size_t chunk_got;  /* of that header */
    uint32_t in_chunk; /* bytes left of its content */
    struct agent_incoming incoming[AGENT_PORTS];
    bool bad;
    GByteArray *out;
    gsize out_start;
};

uint32_t agent_get32(const uint8_t *data)
{
    return (uint32_t)data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 |
           (uint32_t)data[3] << 24;
}

uint64_t agent_get64(const uint8_t *data)
{
    return agent_get32(data) | (uint64_t)agent_get32(data + 4) << 32;
}

void agent_put32(uint8_t *data, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        data[i] = (uint8_t)(value >> 8 * i);
}

void agent_put64(uint8_t *data, uint64_t value)
{
    agent_put32(data, (uint32_t)value);
    agent_put32(data + 4, (uint32_t)(value >> 32));
}

/* ---- life ---- */

struct agent_link *agent_link_new(const struct agent_link_ops *ops, void *opaque)
{
    struct agent_link *link = g_new0(struct agent_link, 1);

    link->ops = *ops;
    link->opaque = opaque;
    link->out = g_byte_array_new();
    for (unsigned i = 0; i < AGENT_PORTS; i++)
        link->incoming[i].body = g_byte_array_new();
    return link;
}

void agent_link_free(struct agent_link *link)
{
    if (link == NULL)
        return;
    for (unsigned i = 0; i < AGENT_PORTS; i++)
        g_byte_array_unref(link->incoming[i].body);
    g_byte_array_unref(link->out);
    g_free(link);
}

/* A new array, as the old one may have grown to a guest's wishes. */
static void incoming_reset(struct agent_incoming *incoming)
{
    g_byte_array_unref(incoming->body);
    *incoming = (struct agent_incoming){.body = g_byte_array_new()};
}

void agent_link_drop_output(struct agent_link *link)
{
    g_byte_array_unref(link->out);
    link->out = g_byte_array_new();
    link->out_start = 0;
}

void agent_link_reset(struct agent_link *link)
{
    link->chunk_got = 0;
    link->in_chunk = 0;
    link->bad = false;
    for (unsigned i = 0; i < AGENT_PORTS; i++)
        incoming_reset(&link->incoming[i]);
    agent_link_drop_output(link);
}

/* ---- from the guest ---- */

static size_t link_fill(uint8_t *header, size_t *got, size_t size, const uint8_t *data,
                        size_t length)
{
    size_t taken = MIN(size - *got, length);

    memcpy(header + *got, data, taken);
    *got += taken;
    return taken;
}

static bool link_begin_message(struct agent_incoming *incoming)
{
    incoming->left = agent_get32(incoming->header + 16);
    incoming->skip = incoming->left > AGENT_MESSAGE_MAX;
    return agent_get32(incoming->header) == AGENT_PROTOCOL;
}

static bool link_end_message(struct agent_link *link, struct agent_incoming *incoming)
{
    g_autoptr(GByteArray) body = incoming->body;
    unsigned type = agent_get32(incoming->header + 4);
    bool skip = incoming->skip;

    *incoming = (struct agent_incoming){.body = g_byte_array_new()};
    return skip || link->ops.message(link->opaque, type, body->data, body->len);
}

/* Bytes of one chunk. */
static bool link_take(struct agent_link *link, struct agent_incoming *incoming, const uint8_t *data,
                      size_t length)
{
    while (length > 0) {
        size_t taken;

        if (incoming->got < AGENT_MESSAGE_HEADER) {
            taken = link_fill(incoming->header, &incoming->got, AGENT_MESSAGE_HEADER, data, length);
            if (incoming->got == AGENT_MESSAGE_HEADER && !link_begin_message(incoming))
                return false;
        } else {
            taken = MIN(incoming->left, length);
            if (!incoming->skip)
                g_byte_array_append(incoming->body, data, (guint)taken);
            incoming->left -= (uint32_t)taken;
        }
        data += taken;
        length -= taken;
        if (incoming->got == AGENT_MESSAGE_HEADER && incoming->left == 0 &&
            !link_end_message(link, incoming))
            return false;
    }
    return true;
}

/* spice-vdagentd puts a whole message into one chunk, however long: 2048 bytes bind us only. */
static bool link_begin_chunk(struct agent_link *link)
{
    uint32_t port = agent_get32(link->chunk);

    link->in_chunk = agent_get32(link->chunk + 4);
    if (link->in_chunk == 0)
        link->chunk_got = 0;
    return (port == AGENT_PORT_CLIENT || port == AGENT_PORT_SERVER) &&
           link->in_chunk <= AGENT_MESSAGE_HEADER + AGENT_MESSAGE_MAX;
}

static bool link_receive_some(struct agent_link *link, const uint8_t **data, size_t *length)
{
    bool good = true;
    size_t taken;

    if (link->chunk_got < AGENT_CHUNK_HEADER) {
        taken = link_fill(link->chunk, &link->chunk_got, AGENT_CHUNK_HEADER, *data, *length);
        if (link->chunk_got == AGENT_CHUNK_HEADER)
            good = link_begin_chunk(link);
    } else {
        taken = MIN(link->in_chunk, *length);
        link->in_chunk -= (uint32_t)taken;
        if (link->in_chunk == 0)
            link->chunk_got = 0;
        good = link_take(link, &link->incoming[agent_get32(link->chunk) - 1], *data, taken);
    }
    *data += taken;
    *length -= taken;
    return good;
}

bool agent_link_receive(struct agent_link *link, const uint8_t *data, size_t length)
{
    while (length > 0 && !link->bad)
        link->bad = !link_receive_some(link, &data, &length);
    return !link->bad;
}

/* ---- to the guest ---- */

static void link_append(GByteArray *out, const void *data, size_t size)
{
    if (size > 0)
        g_byte_array_append(out, data, (guint)size);
}

static void link_append_chunks(GByteArray *out, const uint8_t *message, size_t size)
{
    for (size_t at = 0; at < size; at += AGENT_CHUNK_MAX) {
        size_t part = MIN(size - at, AGENT_CHUNK_MAX);
        uint8_t header[AGENT_CHUNK_HEADER];

        agent_put32(header, AGENT_PORT_CLIENT);
        agent_put32(header + 4, (uint32_t)part);
        link_append(out, header, sizeof(header));
        link_append(out, message + at, part);
    }
}

bool agent_link_send(struct agent_link *link, unsigned type, const void *head, size_t head_size,
                     const void *data, size_t size)
{
    uint8_t header[AGENT_MESSAGE_HEADER] = {0};

    if (head_size + size > AGENT_QUEUE_MAX - MIN(agent_link_get_waiting(link), AGENT_QUEUE_MAX))
        return false;
    g_autoptr(GByteArray) message = g_byte_array_sized_new((guint)(sizeof(header) + size));
    agent_put32(header, AGENT_PROTOCOL);
    agent_put32(header + 4, type);
    agent_put32(header + 16, (uint32_t)(head_size + size));
    link_append(message, header, sizeof(header));
    link_append(message, head, head_size);
    link_append(message, data, size);
    link_append_chunks(link->out, message->data, message->len);
    agent_link_pump(link);
    return true;
}

void agent_link_pump(struct agent_link *link)
{
    while (link->out_start < link->out->len) {
        size_t taken = link->ops.send(link->opaque, link->out->data + link->out_start,
                                      link->out->len - link->out_start);
        link->out_start += taken;
        if (taken == 0)
            return;
    }
    if (link->out_start != 0)
        agent_link_drop_output(link);
}

size_t agent_link_get_waiting(const struct agent_link *link)
{
    return link->out->len - link->out_start;
}
