/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop: keys, mouse, sizes and signals in, pictures out, when there is something new only. */
#include "ui/tui/tui.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <ncurses.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "ui/tui/pager.h"

#define TUI_PACE         25 /* ms between pictures at least */
#define TUI_MESSAGE_MS   8000
#define TUI_MESSAGE_ROWS 3
#define TUI_MIN_ROWS     8
#define TUI_MIN_COLUMNS  30
#define TUI_HINTS        24 /* in the last row */

struct tui_hint {
    int column, width;
    const struct tui_binding *binding;
};

struct tui {
    GMainLoop *loop;
    GPtrArray *views, *closed; /* of struct tui_view *, owned */
    guint draw_source, message_source;
    gint64 drawn; /* when; microseconds */
    char *message;
    enum tui_style message_style;
    struct tui_hint hints[TUI_HINTS];
    unsigned hint_count;
};

/* ---- views ---- */

static struct tui_view *tui_top(const struct tui *tui)
{
    return tui->views->len != 0 ? tui->views->pdata[tui->views->len - 1] : NULL;
}

static void view_free(gpointer data)
{
    struct tui_view *view = data;

    view->class->free(view);
}

void tui_push(struct tui *tui, struct tui_view *view)
{
    view->tui = tui;
    g_ptr_array_add(tui->views, view);
    tui_redraw(tui);
}

void tui_close(struct tui_view *view)
{
    struct tui *tui = view->tui;
    guint index;

    if (!g_ptr_array_find(tui->views, view, &index))
        return;
    while (tui->views->len > index)
        g_ptr_array_add(tui->closed, g_ptr_array_steal_index(tui->views, tui->views->len - 1));
    tui_redraw(tui);
}

bool tui_is_on_top(const struct tui_view *view)
{
    return tui_top(view->tui) == view;
}

void tui_quit(struct tui *tui)
{
    g_main_loop_quit(tui->loop);
}

/* ---- the last two rows ---- */

static gboolean message_over(gpointer data)
{
    struct tui *tui = data;

    tui->message_source = 0;
    g_clear_pointer(&tui->message, g_free);
    tui_redraw(tui);
    return G_SOURCE_REMOVE;
}

void tui_say(struct tui *tui, enum tui_style style, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_free(tui->message);
    tui->message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    tui->message_style = style;
    g_clear_handle_id(&tui->message_source, g_source_remove);
    tui->message_source = g_timeout_add(TUI_MESSAGE_MS, message_over, tui);
    tui_redraw(tui);
}

static void draw_hints(struct tui *tui, const struct tui_view *view, struct tui_area area)
{
    const struct tui_binding *binding = view->class->bindings;
    int row = area.row + area.rows - 1, column = area.column;

    tui->hint_count = 0;
    for (; binding != NULL && binding->shown != NULL; binding++) {
        if (binding->hint == NULL || tui->hint_count == TUI_HINTS)
            continue;
        int key = tui_width(binding->shown), word = tui_width(_(binding->hint));
        if (column + key + 1 + word > area.column + area.columns)
            break;
        tui_put(row, column, key, TUI_KEY, binding->shown);
        tui_put(row, column + key + 1, word, TUI_PLAIN, _(binding->hint));
        tui->hints[tui->hint_count++] = (struct tui_hint){column, key + 1 + word, binding};
        column += key + word + 3;
    }
}

/* ---- pictures ---- */

static void draw_too_small(struct tui_area area)
{
    tui_put(area.rows / 2, 0, area.columns, TUI_PLAIN, _("Terminal too small"));
}

/* Over the last rows of the view, as many as it takes. */
static void draw_message(const struct tui *tui, struct tui_area area)
{
    int width = tui_width(tui->message), each = MAX(area.columns - 8, 1); /* words are not cut */
    int rows = width <= area.columns ? 1 : MIN(1 + width / each, TUI_MESSAGE_ROWS);
    int first = area.rows - 1 - rows;

    for (int row = 0; row < rows; row++)
        tui_put(first + row, 0, area.columns, TUI_PLAIN, "");
    tui_put_wrapped(first, rows, area, tui->message_style, tui->message);
}

static void draw_views(struct tui *tui, struct tui_area area)
{
    guint first = tui->views->len - 1;
    struct tui_view *top = tui_top(tui);
    struct tui_area inner = area;

    while (first > 0 && !((struct tui_view *)tui->views->pdata[first])->class->whole)
        first--;
    if (!((struct tui_view *)tui->views->pdata[first])->class->bare) {
        inner.rows -= 2;
        draw_hints(tui, top, area);
    }
    for (guint i = first; i < tui->views->len; i++) {
        struct tui_view *view = tui->views->pdata[i];
        tui_screen_place_cursor(-1, 0);
        view->class->draw(view, inner);
    }
    if (inner.rows != area.rows && tui->message != NULL)
        draw_message(tui, area);
}

static gboolean tui_draw(gpointer data)
{
    struct tui *tui = data;
    struct tui_area area = tui_screen_measure();

    tui->draw_source = 0;
    g_ptr_array_set_size(tui->closed, 0);
    tui->hint_count = 0;
    tui_screen_clear();
    if (area.rows < TUI_MIN_ROWS || area.columns < TUI_MIN_COLUMNS)
        draw_too_small(area);
    else if (tui->views->len != 0)
        draw_views(tui, area);
    tui_screen_show();
    tui->drawn = g_get_monotonic_time();
    return G_SOURCE_REMOVE;
}

void tui_redraw(struct tui *tui)
{
    gint64 passed = (g_get_monotonic_time() - tui->drawn) / 1000;

    if (tui->draw_source != 0)
        return;
    if (passed >= TUI_PACE)
        tui->draw_source = g_idle_add_full(G_PRIORITY_HIGH_IDLE, tui_draw, tui, NULL);
    else
        tui->draw_source = g_timeout_add((guint)(TUI_PACE - passed), tui_draw, tui);
}

/* ---- keys ---- */

static bool key_run(struct tui_view *view, int key)
{
    const struct tui_binding *binding = view->class->bindings;

    for (; binding != NULL && binding->shown != NULL; binding++) {
        if (binding->key != 0 && binding->key == key && binding->run != NULL) {
            binding->run(view);
            return true;
        }
    }
    return false;
}

static void key_dispatch(struct tui *tui, struct tui_view *view, int key)
{
    if (view->class->takes_all != NULL && view->class->takes_all(view))
        view->class->key(view, key);
    else if (key_run(view, key))
        return;
    else if (key == TUI_CTRL('L'))
        tui_screen_redraw();
    else if (key == TUI_CTRL('Z'))
        tui_screen_suspend();
    else if (key == TUI_SPECIAL(KEY_F(1)))
        tui_show_help(view);
    else if (view->class->key != NULL)
        view->class->key(view, key);
}

static bool mouse_hit_hint(struct tui *tui, struct tui_view *view, const struct tui_mouse *mouse)
{
    if (mouse->kind != TUI_MOUSE_PRESS || mouse->row != tui_screen_measure().rows - 1)
        return false;
    for (unsigned i = 0; i < tui->hint_count; i++) {
        const struct tui_hint *hint = &tui->hints[i];
        if (mouse->column < hint->column || mouse->column >= hint->column + hint->width)
            continue;
        if (hint->binding->run != NULL)
            hint->binding->run(view);
        else if (hint->binding->key != 0)
            key_dispatch(tui, view, hint->binding->key);
        return true;
    }
    return false;
}

static void mouse_dispatch(struct tui *tui, struct tui_view *view)
{
    struct tui_mouse mouse = {TUI_MOUSE_PRESS, 0, 0};
    unsigned long buttons;

    if (!tui_screen_read_mouse(&mouse.row, &mouse.column, &buttons))
        return;
    if ((buttons & BUTTON4_PRESSED) != 0)
        mouse.kind = TUI_MOUSE_UP;
    else if ((buttons & BUTTON5_PRESSED) != 0)
        mouse.kind = TUI_MOUSE_DOWN;
    else if ((buttons & (BUTTON3_PRESSED | BUTTON3_CLICKED)) != 0)
        mouse.kind = TUI_MOUSE_MENU;
    else if ((buttons & BUTTON1_DOUBLE_CLICKED) != 0)
        mouse.kind = TUI_MOUSE_DOUBLE;
    if (!mouse_hit_hint(tui, view, &mouse) && view->class->mouse != NULL)
        view->class->mouse(view, &mouse);
}

static void tui_take_key(struct tui *tui, int key)
{
    struct tui_view *view = tui_top(tui);

    if (view == NULL || key == TUI_SPECIAL(KEY_RESIZE))
        return;
    if (key == TUI_SPECIAL(KEY_MOUSE)) {
        mouse_dispatch(tui, view);
        return;
    }
    if (!view->class->bare && tui->message != NULL) {
        g_clear_handle_id(&tui->message_source, g_source_remove);
        g_clear_pointer(&tui->message, g_free);
    }
    key_dispatch(tui, view, key);
}

static gboolean tui_can_read(gint fd, GIOCondition condition, gpointer data)
{
    struct tui *tui = data;
    int key, count = 0;

    while (count < 4096 && (key = tui_screen_read_key()) >= 0) {
        count++;
        tui_take_key(tui, key);
    }
    tui_redraw(tui);
    if (count != 0 || (condition & (G_IO_HUP | G_IO_ERR)) == 0)
        return G_SOURCE_CONTINUE;
    tui_quit(tui); /* the terminal is gone */
    return G_SOURCE_REMOVE;
}

/* ---- help ---- */

char *tui_help_text(struct tui_view *view)
{
    const struct tui_binding *binding = view->class->bindings;
    GString *lines = g_string_new(NULL);

    for (; binding != NULL && binding->shown != NULL; binding++) {
        if (binding->label != NULL)
            g_string_append_printf(lines, "%s\t%s\n", binding->shown, _(binding->label));
    }
    if (view->class->help != NULL)
        view->class->help(view, lines);
    return g_string_free(lines, FALSE);
}

void tui_show_help(struct tui_view *view)
{
    g_autofree char *text = tui_help_text(view);

    tui_push(view->tui, tui_pager_new(_("Keys"), text, TUI_PAGER_KEYS));
}

/* ---- the loop ---- */

static gboolean tui_on_size(gpointer data)
{
    tui_redraw(data);
    return G_SOURCE_CONTINUE;
}

static gboolean tui_on_end(gpointer data)
{
    tui_quit(data);
    return G_SOURCE_CONTINUE;
}

static void tui_loop(struct tui *tui)
{
    guint sources[] = {
        g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, tui_can_read, tui),
        g_unix_signal_add(SIGWINCH, tui_on_size, tui),
        g_unix_signal_add(SIGTERM, tui_on_end, tui),
        g_unix_signal_add(SIGHUP, tui_on_end, tui),
        g_unix_signal_add(SIGINT, tui_on_end, tui),
    };

    g_main_loop_run(tui->loop);
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
        GSource *source = g_main_context_find_source_by_id(NULL, sources[i]);
        if (source != NULL)
            g_source_destroy(source);
    }
}

static void tui_finish(struct tui *tui)
{
    if (tui->views->len != 0)
        tui_close(tui->views->pdata[0]);
    g_ptr_array_unref(tui->closed);
    g_ptr_array_unref(tui->views);
    g_clear_handle_id(&tui->draw_source, g_source_remove);
    g_clear_handle_id(&tui->message_source, g_source_remove);
    g_free(tui->message);
    g_main_loop_unref(tui->loop);
}

bool tui_run(tui_make *make, void *opaque, GError **error)
{
    struct tui tui = {.loop = g_main_loop_new(NULL, FALSE)};

    tui.views = g_ptr_array_new();
    tui.closed = g_ptr_array_new_with_free_func(view_free);
    bool opened = tui_screen_open(error);
    struct tui_view *first = opened ? make(&tui, opaque, error) : NULL;
    if (first != NULL) {
        tui_push(&tui, first);
        tui_loop(&tui);
    }
    tui_finish(&tui);
    tui_screen_close();
    return first != NULL;
}
