/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One end of a console connection: frames over a stream socket, the same on both sides. A frame is
 * a kind (1 byte), the length of what follows (3 bytes, little endian) and that many bytes. Main
 * thread; nothing blocks.
 */
#ifndef LATHE_CONSOLE_LINK_H
#define LATHE_CONSOLE_LINK_H

#include <glib.h>
#include <stdbool.h>

#define CONSOLE_FRAME_MAX 65536u /* bytes after a frame's head */

enum console_kind {
    /* A viewer says: */
    CONSOLE_LIST = 'L',   /* which ports are there? nothing follows */
    CONSOLE_ATTACH = 'A', /* a port's name: replay it, and go on with it */
    CONSOLE_INPUT = 'I',  /* bytes for the guest, at most 16384 */
    CONSOLE_BREAK = 'B',  /* nothing follows */
    CONSOLE_SIZE = 'S',   /* of the viewer's terminal: columns and rows, 2 bytes each */
    /* The machine says: */
    CONSOLE_HELLO = 'H',    /* first of all: the protocol's version, 1 byte */
    CONSOLE_PORTS = 'P',    /* lines "name TAB title TAB location" */
    CONSOLE_OUTPUT = 'O',   /* when (8 bytes, microseconds since 1970), and bytes of the guest */
    CONSOLE_RESET = 'R',    /* the machine was reset; when */
    CONSOLE_LOST = 'G',     /* how many bytes were dropped here (8 bytes) */
    CONSOLE_REPLAYED = 'D', /* what follows is new */
    CONSOLE_ERROR = 'E',    /* a sentence; the connection ends */
};

#define CONSOLE_VERSION 1

struct console_link;

struct console_link_ops {
    /* A frame came, checked for its length only. False ends the link. */
    bool (*frame)(void *opaque, enum console_kind kind, const guint8 *data, gsize length);
    /* All that waited was sent. */
    void (*room)(void *opaque);
    /* It is over: called once from the main loop, which may free the link. why: one line. */
    void (*gone)(void *opaque, const char *why);
};

/* Takes a connected, non-blocking descriptor. */
struct console_link *console_link_new(int fd, const struct console_link_ops *ops, void *opaque);
/* Sends what the other end takes at once. NULL is legal. */
void console_link_free(struct console_link *link);

/* length <= CONSOLE_FRAME_MAX. Never blocks: what is not taken waits in memory, so callers look at
 * console_link_waiting first. */
void console_link_send(struct console_link *link, enum console_kind kind, const void *data,
                       gsize length);
/* The same with a number before the data. */
void console_link_send_stamped(struct console_link *link, enum console_kind kind, guint64 number,
                               const void *data, gsize length);
/* Bytes that wait. */
gsize console_link_waiting(const struct console_link *link);
/* Leaves what comes where it is, or takes it again. */
void console_link_hold(struct console_link *link, bool hold);
/* Ends it as if the other end had gone. */
void console_link_end(struct console_link *link, const char *why);

/* Of 8 bytes, little endian. */
guint64 console_link_number(const guint8 *data);

#endif
