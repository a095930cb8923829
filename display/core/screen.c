/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A source of the main loop whose ready time is the pace; between looks it costs nothing. */
#include "display/core/screen.h"

#include <stdlib.h>

#include "display/core/pace.h"

/* Before the toolkit's own redrawing, after events of people. */
#define SCREEN_PRIORITY (G_PRIORITY_HIGH_IDLE + 15)

struct screen_source {
    GSource source;
    struct disp_screen *screen;
};

struct disp_screen {
    struct emu_display *display; /* NULL: none now */
    struct emu_surface *surface;
    enum emu_display_state state;
    GArray *listeners; /* of struct disp_listener */
    struct screen_source *source;
    struct disp_pace pace;
    unsigned watchers;
    bool running, unplugged;
    unsigned width, height; /* that a viewer would like */
};

static void screen_tell(struct disp_screen *screen, const struct emu_display_update *update)
{
    for (guint i = 0; i < screen->listeners->len; i++) {
        const struct disp_listener *listener =
            &g_array_index(screen->listeners, struct disp_listener, i);
        listener->changed(listener->opaque, update);
    }
}

static const struct emu_surface screen_nothing; /* where there was no memory for a surface */

/* True: something changed. */
static bool screen_look(struct disp_screen *screen)
{
    struct emu_display_update update;

    emu_display_update(screen->display, screen->surface, &update);
    bool changed = update.count > 0 || update.resized || update.state != screen->state;
    screen->state = update.state;
    if (changed || update.cursor_changed)
        screen_tell(screen, &update);
    return changed || update.cursor_changed;
}

static bool screen_is_looking(const struct disp_screen *screen)
{
    return screen->display != NULL && screen->watchers > 0;
}

static void screen_schedule(struct disp_screen *screen)
{
    g_source_set_ready_time(&screen->source->source,
                            screen_is_looking(screen) ? screen->pace.due : -1);
}

static gboolean screen_dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    struct disp_screen *screen = ((struct screen_source *)source)->screen;
    bool changed = screen_is_looking(screen) && screen_look(screen);
    bool resting = !screen->running || screen->state == EMU_DISPLAY_OFF;

    disp_pace_looked(&screen->pace, g_source_get_time(source), changed, resting);
    screen_schedule(screen);
    return G_SOURCE_CONTINUE;
}

static const GSourceFuncs screen_source_funcs = {.dispatch = screen_dispatch};

struct disp_screen *disp_screen_new(void)
{
    struct disp_screen *screen = g_new0(struct disp_screen, 1);
    GSource *source =
        g_source_new((GSourceFuncs *)&screen_source_funcs, sizeof(struct screen_source));

    screen->surface = emu_surface_new();
    screen->listeners = g_array_new(FALSE, FALSE, sizeof(struct disp_listener));
    screen->source = (struct screen_source *)source;
    screen->source->screen = screen;
    g_source_set_priority(source, SCREEN_PRIORITY);
    g_source_set_ready_time(source, -1);
    g_source_attach(source, g_main_context_get_thread_default());
    return screen;
}

void disp_screen_free(struct disp_screen *screen)
{
    if (screen == NULL)
        return;
    g_source_destroy(&screen->source->source);
    g_source_unref(&screen->source->source);
    emu_surface_free(screen->surface);
    g_array_unref(screen->listeners);
    g_free(screen);
}

void disp_screen_wake(struct disp_screen *screen)
{
    disp_pace_wake(&screen->pace, g_get_monotonic_time());
    screen_schedule(screen);
}

void disp_screen_connect(struct disp_screen *screen, struct emu_display *display)
{
    if (display == screen->display)
        return;
    screen->display = screen->surface != NULL ? display : NULL;
    screen->state = EMU_DISPLAY_OFF;
    if (screen->display != NULL && screen->width != 0)
        emu_display_prefer_size(screen->display, screen->width, screen->height);
    if (screen->display != NULL)
        emu_display_set_connected(screen->display, !screen->unplugged);
    screen_tell(screen, NULL);
    disp_screen_wake(screen);
}

void disp_screen_set_running(struct disp_screen *screen, bool running)
{
    screen->running = running;
    disp_screen_wake(screen);
}

void disp_screen_add_listener(struct disp_screen *screen, const struct disp_listener *listener)
{
    g_array_append_val(screen->listeners, *listener);
}

void disp_screen_remove_listener(struct disp_screen *screen, const void *opaque)
{
    for (guint i = screen->listeners->len; i > 0; i--) {
        if (g_array_index(screen->listeners, struct disp_listener, i - 1).opaque == opaque)
            g_array_remove_index(screen->listeners, i - 1);
    }
}

void disp_screen_watch(struct disp_screen *screen, bool watch)
{
    if (watch)
        screen->watchers++;
    else if (screen->watchers > 0)
        screen->watchers--;
    disp_screen_wake(screen);
}

void disp_screen_refresh(struct disp_screen *screen)
{
    if (screen->display != NULL)
        screen_look(screen);
}

const struct emu_surface *disp_screen_get_surface(const struct disp_screen *screen)
{
    return screen->surface != NULL ? screen->surface : &screen_nothing;
}

enum emu_display_state disp_screen_get_state(const struct disp_screen *screen)
{
    return screen->state;
}

bool disp_screen_get_cursor(struct disp_screen *screen, struct emu_cursor *cursor)
{
    return screen->display != NULL && emu_display_get_cursor(screen->display, cursor);
}

char *disp_screen_dup_text(struct disp_screen *screen)
{
    char *text = screen->display != NULL ? emu_display_get_text(screen->display) : NULL;
    char *copy = text != NULL ? g_utf8_make_valid(text, -1) : NULL;

    free(text);
    return copy;
}

void disp_screen_prefer_size(struct disp_screen *screen, unsigned width, unsigned height)
{
    screen->width = MIN(width, EMU_DISPLAY_MAX_SIZE);
    screen->height = MIN(height, EMU_DISPLAY_MAX_SIZE);
    if (screen->display != NULL)
        emu_display_prefer_size(screen->display, screen->width, screen->height);
}

void disp_screen_get_stats(const struct disp_screen *screen, struct emu_display_stats *out)
{
    *out = (struct emu_display_stats){0};
    if (screen->display != NULL)
        emu_display_get_stats(screen->display, out);
}

bool disp_screen_is_connected(const struct disp_screen *screen)
{
    return !screen->unplugged;
}

void disp_screen_set_connected(struct disp_screen *screen, bool connected)
{
    screen->unplugged = !connected;
    if (screen->display != NULL)
        emu_display_set_connected(screen->display, connected);
    disp_screen_wake(screen);
}
