/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A timer of 20 ms gives as many bytes as the speed allows by then, so that a late main loop does
 * not make the line slower. */
#include "app/console/pacer.h"

#define PACER_TICK_MS 20
#define PACER_MOST    (4u << 20)

struct lathe_console_pacer {
    lathe_console_pacer_put *put;
    gpointer opaque;
    GByteArray *waiting;
    guint speed, line_ms;
    guint timer;
    gint64 last;   /* monotonic microseconds, up to which bytes were given */
    gint64 paused; /* until then nothing is given */
};

static void pacer_put(struct lathe_console_pacer *pacer, gsize length)
{
    g_autofree guint8 *data = g_memdup2(pacer->waiting->data, length);

    g_byte_array_remove_range(pacer->waiting, 0, (guint)length);
    pacer->put(pacer->opaque, data, length);
}

/* How many of the first bytes are a line, at most so many. */
static gsize pacer_line(const struct lathe_console_pacer *pacer, gsize most)
{
    for (gsize i = 0; pacer->line_ms != 0 && i < most; i++) {
        if (pacer->waiting->data[i] == '\r' || pacer->waiting->data[i] == '\n')
            return i + 1;
    }
    return most;
}

static void pacer_give(struct lathe_console_pacer *pacer, gint64 now)
{
    gint64 due = (now - pacer->last) * pacer->speed / G_USEC_PER_SEC;

    if (due <= 0 || now < pacer->paused || pacer->waiting->len == 0)
        return;
    gsize length = pacer_line(pacer, MIN((gsize)due, pacer->waiting->len));
    guint8 end = pacer->waiting->data[length - 1];
    pacer->last += (gint64)length * G_USEC_PER_SEC / pacer->speed;
    if (pacer->line_ms != 0 && (end == '\r' || end == '\n'))
        pacer->last = pacer->paused = now + (gint64)pacer->line_ms * 1000;
    pacer_put(pacer, length);
}

static gboolean pacer_on_tick(gpointer data)
{
    struct lathe_console_pacer *pacer = data;

    pacer_give(pacer, g_get_monotonic_time());
    if (pacer->waiting->len != 0)
        return G_SOURCE_CONTINUE;
    pacer->timer = 0;
    return G_SOURCE_REMOVE;
}

void lathe_console_pacer_set_speed(struct lathe_console_pacer *pacer, guint speed, guint line_ms)
{
    pacer->speed = speed;
    pacer->line_ms = line_ms;
    pacer->last = g_get_monotonic_time();
    if (speed == 0 && pacer->waiting->len != 0)
        pacer_put(pacer, pacer->waiting->len);
}

guint lathe_console_pacer_get_speed(const struct lathe_console_pacer *pacer)
{
    return pacer->speed;
}

void lathe_console_pacer_add(struct lathe_console_pacer *pacer, const void *data, gsize length)
{
    if (pacer->speed == 0) {
        pacer->put(pacer->opaque, data, length);
        return;
    }
    g_byte_array_append(pacer->waiting, data, (guint)length);
    if (pacer->waiting->len > PACER_MOST)
        pacer_put(pacer, pacer->waiting->len - PACER_MOST);
    if (pacer->timer != 0 || pacer->waiting->len == 0)
        return;
    pacer->last = g_get_monotonic_time();
    pacer->timer = g_timeout_add(PACER_TICK_MS, pacer_on_tick, pacer);
}

gsize lathe_console_pacer_get_waiting(const struct lathe_console_pacer *pacer)
{
    return pacer->waiting->len;
}

void lathe_console_pacer_cancel(struct lathe_console_pacer *pacer)
{
    g_byte_array_set_size(pacer->waiting, 0);
}

struct lathe_console_pacer *lathe_console_pacer_new(lathe_console_pacer_put *put, gpointer opaque)
{
    struct lathe_console_pacer *pacer = g_new0(struct lathe_console_pacer, 1);

    pacer->put = put;
    pacer->opaque = opaque;
    pacer->waiting = g_byte_array_new();
    return pacer;
}

void lathe_console_pacer_free(struct lathe_console_pacer *pacer)
{
    if (pacer == NULL)
        return;
    g_clear_handle_id(&pacer->timer, g_source_remove);
    g_byte_array_unref(pacer->waiting);
    g_free(pacer);
}
