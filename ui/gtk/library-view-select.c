/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which machines are selected in the library's view, one or several, and the one that has the
 * cursor: keys go on from there, and ranges reach from the anchor to it.
 */
#include "ui/gtk/library-view-private.h"

static void select_tell(LatheLibraryView *view)
{
    view->stale = true;
    lathe_library_view_update(view);
    g_signal_emit(view, lathe_library_view_signals[VIEW_SELECTED], 0);
}

void lathe_library_view_go(LatheLibraryView *view, struct lathe_watched *watched)
{
    GtkWidget *cell;

    view->cursor = watched;
    lathe_library_view_scroll_to(view, watched);
    cell = watched != NULL ? g_hash_table_lookup(view->cells, watched) : NULL;
    if (cell != NULL)
        gtk_widget_grab_focus(cell);
    select_tell(view);
}

void lathe_library_view_select(LatheLibraryView *view, struct lathe_watched *watched)
{
    g_hash_table_remove_all(view->selected);
    if (watched != NULL)
        g_hash_table_add(view->selected, watched);
    view->anchor = watched;
    lathe_library_view_go(view, watched);
}

void lathe_library_view_toggle(LatheLibraryView *view, struct lathe_watched *watched)
{
    if (!g_hash_table_remove(view->selected, watched))
        g_hash_table_add(view->selected, watched);
    view->anchor = watched;
    lathe_library_view_go(view, watched);
}

/* Adds all that lie from one to the other, in either direction. */
static void select_add_range(LatheLibraryView *view, const struct lathe_watched *from,
                             const struct lathe_watched *to)
{
    const GArray *places = lathe_library_view_need_layout(view)->places;
    bool inside = false;

    for (guint i = 0; i < places->len; i++) {
        struct lathe_watched *watched = g_array_index(places, struct library_place, i).watched;
        bool end = watched != NULL && (watched == from || watched == to);
        if (watched != NULL && (inside || end))
            g_hash_table_add(view->selected, watched);
        if (end)
            inside = !inside && from != to;
    }
}

void lathe_library_view_extend(LatheLibraryView *view, struct lathe_watched *watched)
{
    g_hash_table_remove_all(view->selected);
    if (library_layout_of(lathe_library_view_need_layout(view), view->anchor) == NULL)
        view->anchor = watched;
    select_add_range(view, view->anchor, watched);
    lathe_library_view_go(view, watched);
}

void lathe_library_view_select_all(LatheLibraryView *view)
{
    const GArray *places = lathe_library_view_need_layout(view)->places;

    g_hash_table_remove_all(view->selected);
    for (guint i = 0; i < places->len; i++) {
        struct lathe_watched *watched = g_array_index(places, struct library_place, i).watched;
        if (watched != NULL)
            g_hash_table_add(view->selected, watched);
    }
    select_tell(view);
}

/* ---- the rubber band ---- */

/* A place as it is on the screen, where lines may run from right to left. */
static GdkRectangle band_place(LatheLibraryView *view, const struct library_place *place)
{
    bool mirrored = gtk_widget_get_direction(GTK_WIDGET(view)) == GTK_TEXT_DIR_RTL;

    return (GdkRectangle){mirrored ? view->width - place->x - place->width : place->x, place->y,
                          place->width, place->height};
}

static void band_select(LatheLibraryView *view)
{
    const GArray *places = lathe_library_view_need_layout(view)->places;

    if (!view->band_adds)
        g_hash_table_remove_all(view->selected);
    for (guint i = 0; i < places->len; i++) {
        const struct library_place *place = &g_array_index(places, struct library_place, i);
        GdkRectangle rectangle = band_place(view, place);
        if (place->watched != NULL && gdk_rectangle_intersect(&rectangle, &view->band, NULL))
            g_hash_table_add(view->selected, place->watched);
    }
    select_tell(view);
}

static int band_scrolled(LatheLibraryView *view)
{
    return (int)gtk_adjustment_get_value(gtk_scrollable_get_vadjustment(GTK_SCROLLABLE(view)));
}

static bool band_hits_cell(LatheLibraryView *view, int x, int y)
{
    const GArray *places = lathe_library_view_need_layout(view)->places;
    const GdkRectangle point = {x, y, 1, 1};

    for (guint i = 0; i < places->len; i++) {
        const struct library_place *place = &g_array_index(places, struct library_place, i);
        GdkRectangle rectangle = band_place(view, place);
        if (place->watched != NULL && gdk_rectangle_intersect(&rectangle, &point, NULL))
            return true;
    }
    return false;
}

/* On a machine it is a click, or begins a drag. */
static void band_on_begin(GtkGestureDrag *gesture, double x, double y, LatheLibraryView *view)
{
    GdkModifierType state = 0;
    int top = (int)y + band_scrolled(view);

    if (band_hits_cell(view, (int)x, top)) {
        gtk_gesture_set_state(GTK_GESTURE(gesture), GTK_EVENT_SEQUENCE_DENIED);
        return;
    }
    gtk_get_current_event_state(&state);
    view->band_adds = (state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) != 0;
    view->band_x = (int)x;
    view->band_y = top;
    view->band = (GdkRectangle){(int)x, top, 1, 1};
    band_select(view);
}

static void band_on_update(GtkGestureDrag *gesture, double dx, double dy, LatheLibraryView *view)
{
    double x, y;

    gtk_gesture_drag_get_start_point(gesture, &x, &y);
    int to_x = (int)(x + dx), to_y = (int)(y + dy) + band_scrolled(view);
    view->band = (GdkRectangle){MIN(view->band_x, to_x), MIN(view->band_y, to_y),
                                ABS(to_x - view->band_x) + 1, ABS(to_y - view->band_y) + 1};
    band_select(view);
    gtk_widget_queue_draw(GTK_WIDGET(view));
}

static void band_on_end(GtkGestureDrag *gesture, double dx, double dy, LatheLibraryView *view)
{
    view->band = (GdkRectangle){0, 0, 0, 0};
    gtk_widget_queue_draw(GTK_WIDGET(view));
}

void lathe_library_view_draw_band(LatheLibraryView *view, cairo_t *cairo)
{
    GtkStyleContext *style = gtk_widget_get_style_context(GTK_WIDGET(view));
    const GdkRectangle *band = &view->band;
    int y = band->y - band_scrolled(view);

    if (band->width <= 1 && band->height <= 1)
        return;
    gtk_style_context_save(style);
    gtk_style_context_add_class(style, GTK_STYLE_CLASS_RUBBERBAND);
    gtk_render_background(style, cairo, band->x, y, band->width, band->height);
    gtk_render_frame(style, cairo, band->x, y, band->width, band->height);
    gtk_style_context_restore(style);
}

void lathe_library_view_add_band(LatheLibraryView *view)
{
    view->band_gesture = gtk_gesture_drag_new(GTK_WIDGET(view));
    g_signal_connect(view->band_gesture, "drag-begin", G_CALLBACK(band_on_begin), view);
    g_signal_connect(view->band_gesture, "drag-update", G_CALLBACK(band_on_update), view);
    g_signal_connect(view->band_gesture, "drag-end", G_CALLBACK(band_on_end), view);
}

/* ---- for the window ---- */

GPtrArray *lathe_library_view_get_selection(LatheLibraryView *view)
{
    const GArray *places = lathe_library_view_need_layout(view)->places;
    GPtrArray *selection = g_ptr_array_new();

    for (guint i = 0; i < places->len; i++) {
        struct lathe_watched *watched = g_array_index(places, struct library_place, i).watched;
        if (watched != NULL && g_hash_table_contains(view->selected, watched))
            g_ptr_array_add(selection, watched);
    }
    return selection;
}

struct lathe_watched *lathe_library_view_get_selected(LatheLibraryView *view)
{
    g_autoptr(GPtrArray) selection = lathe_library_view_get_selection(view);

    return selection->len == 1 ? selection->pdata[0] : NULL;
}

struct lathe_watched *lathe_library_view_get_cursor(LatheLibraryView *view)
{
    return view->cursor;
}
