/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames over a stream socket. A length that is too large, and an end within a frame, end the link;
 * whoever floods fills its own socket. */
#include "app/console/link.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINK_HEAD 4u
#define LINK_READ 16384u

struct console_link {
    int fd;
    const struct console_link_ops *ops;
    void *opaque;
    GByteArray *in, *out;
    gsize sent; /* of out */
    guint reader, writer, ending;
    char *why;
    bool held;
};

guint64 console_link_number(const guint8 *data)
{
    guint64 number;

    memcpy(&number, data, sizeof(number));
    return GUINT64_FROM_LE(number);
}

/* ---- the end ---- */

static gboolean link_on_end(gpointer data)
{
    struct console_link *link = data;

    link->ending = 0;
    link->ops->gone(link->opaque, link->why);
    return G_SOURCE_REMOVE;
}

void console_link_end(struct console_link *link, const char *why)
{
    g_clear_handle_id(&link->reader, g_source_remove);
    g_clear_handle_id(&link->writer, g_source_remove);
    if (link->why != NULL)
        return;
    link->why = g_strdup(why);
    link->ending = g_idle_add_full(G_PRIORITY_DEFAULT, link_on_end, link, NULL);
}

static bool link_is_over(const struct console_link *link)
{
    return link->why != NULL;
}

/* ---- output ---- */

/* Sends what is taken at once. False: the other end is gone. */
static bool link_flush(struct console_link *link)
{
    while (link->sent < link->out->len) {
        ssize_t done = send(link->fd, link->out->data + link->sent, link->out->len - link->sent,
                            MSG_NOSIGNAL | MSG_DONTWAIT);
        if (done < 0 && errno != EINTR)
            return errno == EAGAIN;
        link->sent += done > 0 ? (gsize)done : 0;
    }
    g_byte_array_set_size(link->out, 0);
    link->sent = 0;
    return true;
}

static gboolean link_on_writable(gint fd, GIOCondition condition, gpointer data);

static void link_update_writer(struct console_link *link)
{
    bool wanted = link->out->len != 0 && !link_is_over(link);

    if (wanted && link->writer == 0)
        link->writer = g_unix_fd_add(link->fd, G_IO_OUT, link_on_writable, link);
    else if (!wanted)
        g_clear_handle_id(&link->writer, g_source_remove);
}

static gboolean link_on_writable(gint fd, GIOCondition condition, gpointer data)
{
    struct console_link *link = data;

    if (!link_flush(link)) {
        console_link_end(link, g_strerror(errno));
        return G_SOURCE_REMOVE;
    }
    if (link->out->len != 0)
        return G_SOURCE_CONTINUE;
    link->writer = 0;
    link->ops->room(link->opaque);
    return G_SOURCE_REMOVE;
}

static void link_put(struct console_link *link, enum console_kind kind, const guint64 *number,
                     const void *data, gsize length)
{
    gsize all = length + (number != NULL ? sizeof(*number) : 0);
    const guint8 head[LINK_HEAD] = {(guint8)kind, (guint8)all, (guint8)(all >> 8),
                                    (guint8)(all >> 16)};

    if (link_is_over(link))
        return;
    g_byte_array_append(link->out, head, LINK_HEAD);
    if (number != NULL)
        g_byte_array_append(link->out, (const guint8 *)number, sizeof(*number));
    if (length != 0)
        g_byte_array_append(link->out, data, (guint)length);
    if (!link_flush(link))
        console_link_end(link, g_strerror(errno));
    link_update_writer(link);
}

void console_link_send(struct console_link *link, enum console_kind kind, const void *data,
                       gsize length)
{
    link_put(link, kind, NULL, data, length);
}

void console_link_send_stamped(struct console_link *link, enum console_kind kind, guint64 number,
                               const void *data, gsize length)
{
    guint64 little = GUINT64_TO_LE(number);

    link_put(link, kind, &little, data, length);
}

gsize console_link_waiting(const struct console_link *link)
{
    return link->out->len - link->sent;
}

/* ---- input ---- */

static gsize link_frame_length(const guint8 *head)
{
    return head[1] | (gsize)head[2] << 8 | (gsize)head[3] << 16;
}

/* Hands over whole frames. False: the other end breaks the rules. */
static bool link_take(struct console_link *link)
{
    gsize at = 0;
    bool good = true;

    while (good && !link->held && !link_is_over(link) && link->in->len - at >= LINK_HEAD) {
        const guint8 *head = link->in->data + at;
        gsize length = link_frame_length(head);
        good = length <= CONSOLE_FRAME_MAX;
        if (!good || link->in->len - at < LINK_HEAD + length)
            break;
        at += LINK_HEAD + length;
        good = link->ops->frame(link->opaque, head[0], head + LINK_HEAD, length);
    }
    g_byte_array_remove_range(link->in, 0, (guint)at);
    return good;
}

static void link_on_bytes(struct console_link *link)
{
    if (!link_take(link))
        console_link_end(link, "it does not speak our protocol");
}

static gboolean link_on_readable(gint fd, GIOCondition condition, gpointer data)
{
    struct console_link *link = data;
    guint8 bytes[LINK_READ];
    ssize_t got = recv(link->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return G_SOURCE_CONTINUE;
    if (got <= 0) {
        console_link_end(link, got < 0 ? g_strerror(errno) : "it has gone");
        return G_SOURCE_CONTINUE;
    }
    g_byte_array_append(link->in, bytes, (guint)got);
    link_on_bytes(link);
    return G_SOURCE_CONTINUE;
}

static gboolean link_on_hangup(gint fd, GIOCondition condition, gpointer data)
{
    console_link_end(data, "it has gone");
    return G_SOURCE_CONTINUE;
}

/* One that is held is watched for its end all the same. */
static void link_watch(struct console_link *link)
{
    g_clear_handle_id(&link->reader, g_source_remove);
    if (link->held)
        link->reader = g_unix_fd_add(link->fd, G_IO_HUP | G_IO_ERR, link_on_hangup, link);
    else
        link->reader =
            g_unix_fd_add(link->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, link_on_readable, link);
}

void console_link_hold(struct console_link *link, bool hold)
{
    if (link->held == hold || link_is_over(link))
        return;
    link->held = hold;
    link_watch(link);
    if (!hold)
        link_on_bytes(link);
}

/* ---- life ---- */

struct console_link *console_link_new(int fd, const struct console_link_ops *ops, void *opaque)
{
    struct console_link *link = g_new0(struct console_link, 1);

    link->fd = fd;
    link->ops = ops;
    link->opaque = opaque;
    link->in = g_byte_array_new();
    link->out = g_byte_array_new();
    link_watch(link);
    return link;
}

void console_link_free(struct console_link *link)
{
    if (link == NULL)
        return;
    g_clear_handle_id(&link->reader, g_source_remove);
    g_clear_handle_id(&link->writer, g_source_remove);
    g_clear_handle_id(&link->ending, g_source_remove);
    if (link->why == NULL)
        link_flush(link);
    close(link->fd);
    g_byte_array_unref(link->in);
    g_byte_array_unref(link->out);
    g_free(link->why);
    g_free(link);
}
