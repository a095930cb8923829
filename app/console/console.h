/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LatheConsole: a terminal's other end, wherever it is: a port of a running machine, reached from
 * outside of its process; one of our own session; a pty, socket or serial device of the host. What
 * was written so far comes first (bounded), then bytes both ways. Several viewers of one port all
 * see everything. Main thread only; nothing waits but where it says so.
 *
 * Signals:
 *   "output" (GBytes *bytes, gint64 time)  from the guest; microseconds since 1970, when the line
 *                                          began at the latest
 *   "reset" (gint64 time)     the machine was reset or made anew, between what it wrote before and
 *                             after
 *   "lost" (guint64 bytes)    so many are missing here: the viewer was too slow, or the log too
 * long "replayed" ()             what follows is new "drained" ()              all that was sent is
 * on its way "changed" ()              the state or the reason is another
 */
#ifndef LATHE_CONSOLE_CONSOLE_H
#define LATHE_CONSOLE_CONSOLE_H

#include <gio/gio.h>

#include "app/session/serial.h"

#define LATHE_TYPE_CONSOLE lathe_console_get_type()
G_DECLARE_DERIVABLE_TYPE(LatheConsole, lathe_console, LATHE, CONSOLE, GObject)

typedef enum {
    LATHE_CONSOLE_OPEN,
    LATHE_CONSOLE_WAITING, /* the machine does not run; when it does, this goes on by itself */
    LATHE_CONSOLE_CLOSED,  /* for good */
} LatheConsoleState;

/* ---- opening ---- */

/* A port of a running machine. */
struct lathe_console_port {
    char *name;     /* "serial0": for lathe_console_attach */
    char *title;    /* "Serial 1" */
    char *location; /* where it leads beside: "pty:/dev/pts/3"; "" */
};
void lathe_console_port_free(struct lathe_console_port *port);

/* The ports of a machine of the library, by the machine's name; of struct lathe_console_port *,
 * g_ptr_array_unref. Waits for the answer, 5 s at most. NULL with *error: there is no such machine,
 * it does not run, or it does not answer. */
GPtrArray *lathe_console_list(const char *machine, GError **error);

/*
 * One of them: "serial0", or just its number from 1 ("1"), or NULL for the first. What was written
 * so far is told by the signals, from the main loop. NULL with *error as above. A port that turns
 * out not to be there closes the console.
 */
LatheConsole *lathe_console_attach(const char *machine, const char *port, GError **error);
/* The same, but a machine that does not run is waited for. */
LatheConsole *lathe_console_attach_later(const char *machine, const char *port, GError **error);

/*
 * Something of the host: "unix:PATH", a socket that somebody listens at; "pty:PATH" or the PATH of
 * a terminal or serial device, "/dev/ttyS0,115200" with its speed in baud. It becomes raw and has
 * its modes back in the end. NULL with *error.
 */
LatheConsole *lathe_console_open(const char *address, GError **error);

/* A port of a session in this process, which has no replay: what is written from now on. */
LatheConsole *lathe_console_new_serial(LatheSerial *serial);

/* ---- using ---- */

/* Bytes for the guest; returns how many were taken (the rest finds no room: 1 MiB waits at most).
 */
gsize lathe_console_send(LatheConsole *console, const void *data, gsize length);
/* How many of them still wait here. */
gsize lathe_console_get_waiting(LatheConsole *console);
/* A break on the line (SysRq for Linux, interrupt for others), behind what was sent. */
void lathe_console_send_break(LatheConsole *console);

/*
 * The terminal that shows it has this size now, 1 to 65535 each; the guest follows where the port
 * is a terminal of the virtio console. Of several viewers the last one that says so counts. A
 * console that is not open is told when it is.
 */
void lathe_console_resize(LatheConsole *console, guint columns, guint rows);

LatheConsoleState lathe_console_get_state(LatheConsole *console);
/* Why it is not open, a sentence; "" while it is. */
const char *lathe_console_get_reason(LatheConsole *console);
/* "Serial 1" or "/dev/ttyS0"; and the machine's name, "" if it is none. */
const char *lathe_console_get_title(LatheConsole *console);
const char *lathe_console_get_machine(LatheConsole *console);
/* Where a port of our own session leads beside: "pty:/dev/pts/3"; NULL: nowhere else. g_free. */
char *lathe_console_dup_location(LatheConsole *console);

/* Ends it: no signal comes any more. The last unref does it, too. */
void lathe_console_close(LatheConsole *console);

/* ---- for the process of a machine, and tests ---- */

/* Where the ports of a process are reached; g_free. */
char *lathe_console_socket_path(int pid);

#endif
