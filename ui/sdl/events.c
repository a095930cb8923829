/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A source that pumps SDL's queue whenever the desktop's connection has something to read. */
#include "ui/sdl/events.h"

#include <SDL_syswm.h>
#ifdef LATHE_HAVE_WAYLAND
#include <wayland-client.h>
#endif

#define EVENTS_REST_MS 1000 /* what SDL does by the clock: its links to input methods */
#define EVENTS_POLL_MS 8    /* without a connection that can be waited for */
#define EVENTS_KEY_MS  16   /* while a key is down: SDL repeats it under Wayland */
#define EVENTS_AT_ONCE 256

struct lathe_sdl_events {
    GSource source;
    lathe_sdl_event_fn *function;
    void *opaque;
    gboolean waits; /* for a connection */
    guint keys;     /* that are down */
};

/* -1: none that is known. */
static int events_connection(SDL_Window *window)
{
    SDL_SysWMinfo info;

    SDL_VERSION(&info.version);
    if (!SDL_GetWindowWMInfo(window, &info))
        return -1;
#ifdef SDL_VIDEO_DRIVER_X11
    if (info.subsystem == SDL_SYSWM_X11)
        return ConnectionNumber(info.info.x11.display);
#endif
#if defined(SDL_VIDEO_DRIVER_WAYLAND) && defined(LATHE_HAVE_WAYLAND)
    if (info.subsystem == SDL_SYSWM_WAYLAND)
        return wl_display_get_fd(info.info.wl.display);
#endif
    return -1;
}

static gboolean events_any(void)
{
    SDL_PumpEvents();
    return SDL_HasEvents(SDL_FIRSTEVENT, SDL_LASTEVENT) == SDL_TRUE;
}

static gboolean events_prepare(GSource *source, int *timeout)
{
    struct lathe_sdl_events *events = (struct lathe_sdl_events *)source;

    *timeout = !events->waits ? EVENTS_POLL_MS : events->keys > 0 ? EVENTS_KEY_MS : EVENTS_REST_MS;
    return events_any();
}

static gboolean events_check(GSource *source)
{
    return events_any();
}

static void events_count_keys(struct lathe_sdl_events *events, const SDL_Event *event)
{
    if (event->type == SDL_KEYDOWN && event->key.repeat == 0)
        events->keys++;
    else if (event->type == SDL_KEYUP && events->keys > 0)
        events->keys--;
    else if (event->type == SDL_WINDOWEVENT && event->window.event == SDL_WINDOWEVENT_FOCUS_LOST)
        events->keys = 0;
}

static gboolean events_dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    struct lathe_sdl_events *events = (struct lathe_sdl_events *)source;
    SDL_Event event;

    for (unsigned i = 0; i < EVENTS_AT_ONCE && SDL_PollEvent(&event); i++) {
        events_count_keys(events, &event);
        events->function(events->opaque, &event);
    }
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs events_funcs = {
    .prepare = events_prepare, .check = events_check, .dispatch = events_dispatch};

struct lathe_sdl_events *lathe_sdl_events_new(SDL_Window *window, lathe_sdl_event_fn *function,
                                              void *opaque)
{
    GSource *source = g_source_new(&events_funcs, sizeof(struct lathe_sdl_events));
    struct lathe_sdl_events *events = (struct lathe_sdl_events *)source;
    int connection = events_connection(window);

    events->function = function;
    events->opaque = opaque;
    events->waits = connection >= 0;
    if (events->waits)
        g_source_add_unix_fd(source, connection, G_IO_IN);
    g_source_attach(source, NULL);
    return events;
}

void lathe_sdl_events_free(struct lathe_sdl_events *events)
{
    if (events == NULL)
        return;
    g_source_destroy(&events->source);
    g_source_unref(&events->source);
}
