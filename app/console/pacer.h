/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hands bytes on at a line's speed: a text that is pasted slowly, for guests that lose what comes
 * too fast, or what a guest wrote, as it would have looked at 2400 baud. Main thread.
 */
#ifndef LATHE_CONSOLE_PACER_H
#define LATHE_CONSOLE_PACER_H

#include <glib.h>

struct lathe_console_pacer;

typedef void lathe_console_pacer_put(gpointer opaque, const guint8 *data, gsize length);

/* put: takes some of the bytes, in order. */
struct lathe_console_pacer *lathe_console_pacer_new(lathe_console_pacer_put *put, gpointer opaque);
/* What waits is dropped. NULL is legal. */
void lathe_console_pacer_free(struct lathe_console_pacer *pacer);

/* Characters a second, and milliseconds more after each line's end ('\r' or '\n'). speed 0: at
 * once, what waits included. */
void lathe_console_pacer_set_speed(struct lathe_console_pacer *pacer, guint speed, guint line_ms);
guint lathe_console_pacer_get_speed(const struct lathe_console_pacer *pacer);
/* More than 4 MiB do not wait: the oldest go on at once. */
void lathe_console_pacer_add(struct lathe_console_pacer *pacer, const void *data, gsize length);
gsize lathe_console_pacer_get_waiting(const struct lathe_console_pacer *pacer);
/* Forgets what waits. */
void lathe_console_pacer_cancel(struct lathe_console_pacer *pacer);

#endif
