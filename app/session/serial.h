/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LatheSerial: one port of a machine, serial or of the virtio console, as the main loop sees it.
 * What the guest writes comes as "output" in batches, what a person types goes in with
 * lathe_serial_send, and a pty, socket or file of the user's may hang on the same port beside it.
 * The object outlives the machine it is in.
 *
 * Signals, all on the main loop's thread:
 *   "output" (GBytes *bytes)  from the guest
 *   "reset"  ()               the machine was reset or made anew, between what it wrote before
 *                             and after
 *   "drained" ()              all of what was sent went to the guest
 *   "listening" (gboolean)    a program in the guest opened the channel, or closed it
 */
#ifndef LATHE_SESSION_SERIAL_H
#define LATHE_SESSION_SERIAL_H

#include <glib-object.h>

#define LATHE_TYPE_SERIAL lathe_serial_get_type()
G_DECLARE_FINAL_TYPE(LatheSerial, lathe_serial, LATHE, SERIAL, GObject)

struct emu_chardev_backend;
struct lathe_serial_definition;

/* index counts from 0. The definition is copied. */
LatheSerial *lathe_serial_new(unsigned index, const struct lathe_serial_definition *definition);
/* A terminal and a channel of the virtio console; index among the others of its kind. */
LatheSerial *lathe_serial_new_console(unsigned index,
                                      const struct lathe_serial_definition *definition);
struct lathe_channel_definition;
LatheSerial *lathe_serial_new_channel(unsigned index,
                                      const struct lathe_channel_definition *definition);

/* The way to a USB device that is elsewhere: bytes of the redirection protocol, which begins anew
 * with "reset". What the guest writes does not wait. */
LatheSerial *lathe_serial_new_redirect(unsigned index);

/*
 * Fills *out for a machine that is being made; opens what the definition asks for (a new pty, the
 * socket, the file). False with *error if the host refuses. The thread that makes the machine.
 */
gboolean lathe_serial_make_backend(LatheSerial *serial, struct emu_chardev_backend *out,
                                   GError **error);

/*
 * The port leads elsewhere from now on, while the machine runs; what came through the old end
 * before is not repeated. False with *error: the host refuses, or it is the process's standard
 * input, and all stays. Main thread.
 */
gboolean lathe_serial_change(LatheSerial *serial, const struct lathe_serial_definition *definition,
                             GError **error);
/* Opens what a definition asks for beside the main loop: nothing for a tab and null. *pty: the new
 * pty's path, malloc'ed; NULL: it is none. False with *error. Any thread. */
gboolean lathe_serial_open_end(const struct lathe_serial_definition *definition,
                               struct emu_chardev_backend *out, char **pty, GError **error);

/* Bytes for the guest. Main thread. What does not fit in the waiting room (1 MiB) is dropped:
 * returns how many bytes were taken. */
gsize lathe_serial_send(LatheSerial *serial, const void *data, gsize length);
/* A break on the line, behind what waits; one at a time. Main thread. */
void lathe_serial_send_break(LatheSerial *serial);
/* The terminal that shows it has this size now; the guest follows, where the port can tell it. Kept
 * for the next machine. Main thread. */
void lathe_serial_resize(LatheSerial *serial, guint columns, guint rows);
/* Somebody came to the far end, or left: what waits for the guest is dropped. Main thread. */
void lathe_serial_set_connected(LatheSerial *serial, gboolean connected);
/* How many bytes of these still wait. Main thread. */
gsize lathe_serial_get_waiting(LatheSerial *serial);

/* Emits what the guest has written so far. Main thread. */
void lathe_serial_flush(LatheSerial *serial);
/* Emits "reset" for a machine that was made anew. Main thread; for the session. */
void lathe_serial_note_reset(LatheSerial *serial);

/* No signal comes any more; input goes nowhere. Main thread; for the session. */
void lathe_serial_close(LatheSerial *serial);

/* "serial0", "console0", "channel0": for others, as the next ones static for the object's life. */
const char *lathe_serial_get_name(LatheSerial *serial);
/* "Serial 1"; a channel's is its name. */
const char *lathe_serial_get_title(LatheSerial *serial);
/* Where the port leads beside the main loop: "unix:/run/x", "pty:/dev/pts/3"; NULL: nowhere else.
 * g_free. */
char *lathe_serial_dup_location(LatheSerial *serial);
/* May a terminal show it? False for a port that leads to null, and for an agent's channel. */
gboolean lathe_serial_is_visible(LatheSerial *serial);
/* Does a program in the guest have the channel open, as "listening" told last? */
gboolean lathe_serial_is_listening(LatheSerial *serial);
/* Is it a channel, which programs in the guest open and close? */
gboolean lathe_serial_is_channel(LatheSerial *serial);
/* Is it the process's own standard input and output? */
gboolean lathe_serial_is_stdio(LatheSerial *serial);

#endif
