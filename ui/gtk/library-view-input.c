/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys, clicks and drags of the library's view. */
#include <string.h>

#include "ui/gtk/library-view-private.h"

#define INPUT_TARGET "application/x-lathe-machine"

static const GtkTargetEntry input_targets[] = {{(char *)INPUT_TARGET, GTK_TARGET_SAME_APP, 0}};

/* ---- keys ---- */

/* With Shift as far as there, with Ctrl only the cursor. */
static void input_step(LatheLibraryView *view, const GdkEventKey *event, int along, int down)
{
    struct lathe_watched *next =
        library_layout_step(lathe_library_view_need_layout(view), view->cursor, along, down);

    if (next == NULL)
        return;
    if ((event->state & GDK_SHIFT_MASK) != 0)
        lathe_library_view_extend(view, next);
    else if ((event->state & GDK_CONTROL_MASK) != 0)
        lathe_library_view_go(view, next);
    else
        lathe_library_view_select(view, next);
}

static int input_page(LatheLibraryView *view)
{
    return MAX(gtk_widget_get_allocated_height(GTK_WIDGET(view)) / view->sizes.cell_height, 1);
}

/* Along the line, in the direction of writing. */
static int input_forward(LatheLibraryView *view, int steps)
{
    return gtk_widget_get_direction(GTK_WIDGET(view)) == GTK_TEXT_DIR_RTL ? -steps : steps;
}

static void input_emit(LatheLibraryView *view, enum view_signal id, gpointer event)
{
    if (g_hash_table_size(view->selected) != 0)
        g_signal_emit(view, lathe_library_view_signals[id], 0, event);
}

/* Keys that lead to other machines. */
static gboolean input_move(LatheLibraryView *view, const GdkEventKey *event)
{
    int all = (int)lathe_watch_get_count(view->watch);

    switch (event->keyval) {
    case GDK_KEY_Left:
        return input_step(view, event, input_forward(view, -1), 0), TRUE;
    case GDK_KEY_Right:
        return input_step(view, event, input_forward(view, 1), 0), TRUE;
    case GDK_KEY_Up:
        return input_step(view, event, 0, -1), TRUE;
    case GDK_KEY_Down:
        return input_step(view, event, 0, 1), TRUE;
    case GDK_KEY_Page_Up:
        return input_step(view, event, 0, -input_page(view)), TRUE;
    case GDK_KEY_Page_Down:
        return input_step(view, event, 0, input_page(view)), TRUE;
    case GDK_KEY_Home:
        return input_step(view, event, -all, 0), TRUE;
    case GDK_KEY_End:
        return input_step(view, event, all, 0), TRUE;
    default:
        return FALSE;
    }
}

/* Out of several selected ones, with the one where the keys are. */
static gboolean input_leave_several(LatheLibraryView *view)
{
    if (g_hash_table_size(view->selected) < 2)
        return FALSE;
    lathe_library_view_select(view, view->cursor);
    return TRUE;
}

static gboolean input_with_control(LatheLibraryView *view, const GdkEventKey *event)
{
    switch (event->keyval) {
    case GDK_KEY_a:
        return lathe_library_view_select_all(view), TRUE;
    case GDK_KEY_space:
        if (view->cursor != NULL)
            lathe_library_view_toggle(view, view->cursor);
        return TRUE;
    default:
        return input_move(view, event);
    }
}

static gboolean input_on_key(GtkWidget *cell, GdkEventKey *event, LatheLibraryView *view)
{
    bool shift = (event->state & GDK_SHIFT_MASK) != 0;

    if ((event->state & GDK_MOD1_MASK) != 0)
        return FALSE;
    if ((event->state & GDK_CONTROL_MASK) != 0)
        return input_with_control(view, event);
    switch (event->keyval) {
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
        return input_emit(view, VIEW_ACTIVATED, NULL), TRUE;
    case GDK_KEY_Menu:
        return input_emit(view, VIEW_MENU, NULL), TRUE;
    case GDK_KEY_F10:
        return shift ? input_emit(view, VIEW_MENU, NULL), TRUE : FALSE;
    case GDK_KEY_Escape:
        return input_leave_several(view);
    default:
        return input_move(view, event);
    }
}

/* ---- clicks ---- */

/* One of several is selected alone only when the button is let go, as it may be dragged. */
static void input_press(LatheLibraryView *view, struct lathe_watched *watched,
                        const GdkEventButton *event)
{
    bool several =
        g_hash_table_contains(view->selected, watched) && g_hash_table_size(view->selected) > 1;
    bool menu = gdk_event_triggers_context_menu((const GdkEvent *)event);

    view->pressed = NULL;
    if (!menu && (event->state & GDK_CONTROL_MASK) != 0) {
        lathe_library_view_toggle(view, watched);
    } else if (!menu && (event->state & GDK_SHIFT_MASK) != 0) {
        lathe_library_view_extend(view, watched);
    } else if (several) {
        view->pressed = menu ? NULL : watched;
        lathe_library_view_go(view, watched);
    } else {
        lathe_library_view_select(view, watched);
    }
}

static gboolean input_on_button(GtkWidget *widget, GdkEventButton *event, LatheLibraryView *view)
{
    struct lathe_watched *watched = lathe_library_cell_get(LATHE_LIBRARY_CELL(widget));

    if (watched == NULL)
        return FALSE;
    if (event->type == GDK_BUTTON_PRESS)
        input_press(view, watched, event);
    if (gdk_event_triggers_context_menu((GdkEvent *)event))
        return input_emit(view, VIEW_MENU, event), TRUE;
    if (event->type == GDK_2BUTTON_PRESS && event->button == GDK_BUTTON_PRIMARY)
        return input_emit(view, VIEW_ACTIVATED, NULL), TRUE;
    return FALSE;
}

static gboolean input_on_release(GtkWidget *widget, GdkEventButton *event, LatheLibraryView *view)
{
    struct lathe_watched *watched = lathe_library_cell_get(LATHE_LIBRARY_CELL(widget));

    if (watched != NULL && watched == view->pressed)
        lathe_library_view_select(view, watched);
    view->pressed = NULL;
    return FALSE;
}

/* ---- drags ---- */

static void input_on_drag_begin(GtkWidget *widget, GdkDragContext *context, LatheLibraryView *view)
{
    view->dragged = lathe_library_cell_get(LATHE_LIBRARY_CELL(widget));
    view->pressed = NULL;
    gtk_drag_set_icon_name(context, "computer", 0, 0);
}

static void input_on_drag_get(GtkWidget *widget, GdkDragContext *context,
                              GtkSelectionData *selection, guint info, guint time,
                              LatheLibraryView *view)
{
    const char *id = view->dragged != NULL ? view->dragged->machine->id : "";

    gtk_selection_data_set(selection, gtk_selection_data_get_target(selection), 8,
                           (const guchar *)id, (int)strlen(id));
}

static void input_on_drag_end(GtkWidget *widget, GdkDragContext *context, LatheLibraryView *view)
{
    view->dragged = NULL;
}

/* Files are the window's. */
static gboolean input_on_drag_motion(GtkWidget *widget, GdkDragContext *context, int x, int y,
                                     guint time, gpointer data)
{
    LatheLibraryView *view = LATHE_LIBRARY_VIEW(widget);

    if (view->dragged == NULL)
        return FALSE;
    gdk_drag_status(context, GDK_ACTION_MOVE, time);
    return TRUE;
}

/* Where among the others a machine comes that is let go at a point: before or behind what is there.
 */
static guint input_find_index(LatheLibraryView *view, const struct library_place *place, int x,
                              int y)
{
    unsigned from = 0, to = 0;
    bool behind = view->lines ? y > place->y + place->height / 2 : x > place->x + place->width / 2;

    lathe_watch_find(view->watch, view->dragged->machine->id, &from);
    lathe_watch_find(view->watch, place->watched->machine->id, &to);
    to += behind ? 1 : 0;
    return to > from ? to - 1 : to;
}

static gboolean input_on_drag_drop(GtkWidget *widget, GdkDragContext *context, int x, int y,
                                   guint time, gpointer data)
{
    LatheLibraryView *view = LATHE_LIBRARY_VIEW(widget);
    GtkAdjustment *scrolled = gtk_scrollable_get_vadjustment(GTK_SCROLLABLE(view));
    bool mirrored = gtk_widget_get_direction(widget) == GTK_TEXT_DIR_RTL;
    int at_x = mirrored ? view->width - x : x, at_y = y + (int)gtk_adjustment_get_value(scrolled);
    const struct library_place *place =
        library_layout_at(lathe_library_view_need_layout(view), at_x, at_y);

    if (view->dragged == NULL)
        return FALSE;
    if (place != NULL && place->watched != view->dragged)
        g_signal_emit(view, lathe_library_view_signals[VIEW_MOVED], 0, view->dragged,
                      input_find_index(view, place, at_x, at_y), place->watched->machine->group);
    gtk_drag_finish(context, TRUE, FALSE, time);
    return TRUE;
}

void lathe_library_view_accept_drops(LatheLibraryView *view)
{
    gtk_drag_dest_set(GTK_WIDGET(view), 0, input_targets, G_N_ELEMENTS(input_targets),
                      GDK_ACTION_MOVE);
    g_signal_connect(view, "drag-motion", G_CALLBACK(input_on_drag_motion), NULL);
    g_signal_connect(view, "drag-drop", G_CALLBACK(input_on_drag_drop), NULL);
}

void lathe_library_view_connect_cell(LatheLibraryView *view, GtkWidget *cell)
{
    gtk_drag_source_set(cell, GDK_BUTTON1_MASK, input_targets, G_N_ELEMENTS(input_targets),
                        GDK_ACTION_MOVE);
    g_signal_connect(cell, "drag-begin", G_CALLBACK(input_on_drag_begin), view);
    g_signal_connect(cell, "drag-data-get", G_CALLBACK(input_on_drag_get), view);
    g_signal_connect(cell, "drag-end", G_CALLBACK(input_on_drag_end), view);
    g_signal_connect(cell, "key-press-event", G_CALLBACK(input_on_key), view);
    g_signal_connect(cell, "button-press-event", G_CALLBACK(input_on_button), view);
    g_signal_connect(cell, "button-release-event", G_CALLBACK(input_on_release), view);
}
