/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Timers and watches of the library as sources of the main loop. The library has one such interface
 * for a process and gives no opaque pointer, so nothing here belongs to a server.
 */
#include <glib-unix.h>

#include "display/spice/spice-private.h"

/* ---- timers: sources that sleep until they are started ---- */

struct SpiceTimer {
    GSource source; /* first */
    SpiceTimerFunc function;
    void *opaque;
};

static gboolean timer_dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    struct SpiceTimer *timer = (struct SpiceTimer *)source;

    g_source_set_ready_time(source, -1);
    timer->function(timer->opaque);
    return G_SOURCE_CONTINUE;
}

static const GSourceFuncs timer_funcs = {.dispatch = timer_dispatch};

static SpiceTimer *timer_add(SpiceTimerFunc function, void *opaque)
{
    GSource *source = g_source_new((GSourceFuncs *)&timer_funcs, sizeof(struct SpiceTimer));
    struct SpiceTimer *timer = (struct SpiceTimer *)source;

    timer->function = function;
    timer->opaque = opaque;
    g_source_attach(source, NULL);
    return timer;
}

static void timer_start(SpiceTimer *timer, uint32_t ms)
{
    g_source_set_ready_time(&timer->source, g_get_monotonic_time() + (gint64)ms * 1000);
}

static void timer_cancel(SpiceTimer *timer)
{
    g_source_set_ready_time(&timer->source, -1);
}

static void timer_remove(SpiceTimer *timer)
{
    g_source_destroy(&timer->source);
    g_source_unref(&timer->source);
}

/* ---- watches ---- */

struct SpiceWatch {
    GSource source; /* first; its callback's data is the descriptor, for spice_loop_find */
    int fd;
    gpointer tag;
    SpiceWatchFunc function;
    void *opaque;
};

/* A far end that is gone is found out by reading, or by writing. */
static GIOCondition watch_condition(int mask)
{
    return (mask & SPICE_WATCH_EVENT_READ ? G_IO_IN | G_IO_HUP | G_IO_ERR : 0) |
           (mask & SPICE_WATCH_EVENT_WRITE ? G_IO_OUT | G_IO_ERR : 0);
}

static gboolean watch_dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    struct SpiceWatch *watch = (struct SpiceWatch *)source;
    GIOCondition condition = g_source_query_unix_fd(source, watch->tag);
    int event = 0;

    if (condition & (G_IO_IN | G_IO_HUP | G_IO_ERR))
        event |= SPICE_WATCH_EVENT_READ;
    if (condition & (G_IO_OUT | G_IO_ERR))
        event |= SPICE_WATCH_EVENT_WRITE;
    watch->function(watch->fd, event, watch->opaque);
    return G_SOURCE_CONTINUE;
}

static const GSourceFuncs watch_funcs = {.dispatch = watch_dispatch};

static gboolean watch_nothing(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

static SpiceWatch *watch_add(int fd, int mask, SpiceWatchFunc function, void *opaque)
{
    GSource *source = g_source_new((GSourceFuncs *)&watch_funcs, sizeof(struct SpiceWatch));
    struct SpiceWatch *watch = (struct SpiceWatch *)source;

    watch->fd = fd;
    watch->function = function;
    watch->opaque = opaque;
    watch->tag = g_source_add_unix_fd(source, fd, watch_condition(mask));
    g_source_set_callback(source, watch_nothing, GINT_TO_POINTER(fd), NULL);
    g_source_attach(source, NULL);
    return watch;
}

static void watch_update_mask(SpiceWatch *watch, int mask)
{
    g_source_modify_unix_fd(&watch->source, watch->tag, watch_condition(mask));
}

static void watch_remove(SpiceWatch *watch)
{
    g_source_destroy(&watch->source);
    g_source_unref(&watch->source);
}

SpiceWatchFunc spice_loop_find(int fd)
{
    GSource *source = g_main_context_find_source_by_funcs_user_data(
        NULL, (GSourceFuncs *)&watch_funcs, GINT_TO_POINTER(fd));

    return source != NULL ? ((struct SpiceWatch *)source)->function : NULL;
}

const SpiceCoreInterface spice_loop = {
    .base = {.type = SPICE_INTERFACE_CORE,
             .description = "main loop",
             .major_version = SPICE_INTERFACE_CORE_MAJOR,
             .minor_version = SPICE_INTERFACE_CORE_MINOR},
    .timer_add = timer_add,
    .timer_start = timer_start,
    .timer_cancel = timer_cancel,
    .timer_remove = timer_remove,
    .watch_add = watch_add,
    .watch_update_mask = watch_update_mask,
    .watch_remove = watch_remove,
    .channel_event = spice_channels_on_event,
};
