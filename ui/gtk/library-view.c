/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view: a layout of places, and widgets over those of them that are seen. */
#include "ui/gtk/library-view.h"

#include <glib/gi18n.h>

#include "ui/gtk/library-view-private.h"

#define VIEW_MARGIN   12  /* points */
#define VIEW_AHEAD    200 /* that are made above and below what is seen */
#define VIEW_LIVE_MS  2000
#define VIEW_LATER_MS 60
#define VIEW_LEAST    100 /* before it has been given its width */
#define VIEW_WIDE     640 /* from here on lines have numbers */

guint lathe_library_view_signals[VIEW_SIGNALS];

G_DEFINE_FINAL_TYPE(LatheLibraryView, lathe_library_view, GTK_TYPE_LAYOUT)

/* ---- sizes ---- */

/* As this theme and font have them. */
static void view_measure(LatheLibraryView *view)
{
    GtkWidget *cell = lathe_library_cell_new(view->lines);
    int width, height;

    g_object_ref_sink(cell);
    gtk_widget_get_preferred_width(cell, &width, NULL);
    gtk_widget_get_preferred_height(cell, &height, NULL);
    view->sizes = (struct library_sizes){view->lines ? 0 : width, height, height, VIEW_MARGIN};
    if (!view->lines)
        view->sizes.heading_height = 40;
    gtk_widget_destroy(cell);
    g_object_unref(cell);
}

struct library_layout *lathe_library_view_need_layout(LatheLibraryView *view)
{
    int width = MAX(gtk_widget_get_allocated_width(GTK_WIDGET(view)), VIEW_LEAST);

    if (view->layout != NULL && view->width == width)
        return view->layout;
    library_layout_free(view->layout);
    view->stale = true;
    view->width = width;
    view->layout = library_layout_new(view->watch, view->search, &view->sizes, width);
    gtk_layout_set_size(GTK_LAYOUT(view), 1, (guint)MAX(view->layout->height, 1));
    return view->layout;
}

/* ---- cells ---- */

static GtkWidget *view_take_cell(LatheLibraryView *view)
{
    GtkWidget *cell;

    if (view->spare->len != 0)
        return g_ptr_array_remove_index_fast(view->spare, view->spare->len - 1);
    cell = lathe_library_cell_new(view->lines);
    lathe_library_view_connect_cell(view, cell);
    gtk_layout_put(GTK_LAYOUT(view), cell, 0, 0);
    return cell;
}

static void view_spare_cell(LatheLibraryView *view, GtkWidget *cell)
{
    gtk_widget_hide(cell);
    lathe_library_cell_forget(LATHE_LIBRARY_CELL(cell));
    g_ptr_array_add(view->spare, cell);
}

static void view_place_widget(LatheLibraryView *view, GtkWidget *widget,
                              const struct library_place *place)
{
    int width = view->width;
    bool mirrored = gtk_widget_get_direction(widget) == GTK_TEXT_DIR_RTL;

    gtk_widget_set_size_request(widget, place->width, place->height);
    gtk_layout_move(GTK_LAYOUT(view), widget, mirrored ? width - place->x - place->width : place->x,
                    place->y);
    gtk_widget_show(widget);
}

static void view_show_machine(LatheLibraryView *view, const struct library_place *place)
{
    struct lathe_watched *watched = place->watched;
    GtkWidget *widget = g_hash_table_lookup(view->cells, watched);
    LatheLibraryCell *cell;

    if (widget != NULL && !view->stale)
        return;
    if (widget == NULL) {
        widget = view_take_cell(view);
        g_hash_table_insert(view->cells, watched, widget);
    }
    cell = LATHE_LIBRARY_CELL(widget);
    lathe_library_cell_show(cell, watched, view->width >= VIEW_WIDE);
    if (!view->lines)
        lathe_library_cell_set_picture(cell, library_pictures_get(view->pictures, watched));
    lathe_library_cell_set_selected(cell, g_hash_table_contains(view->selected, watched));
    view_place_widget(view, widget, place);
}

static void view_show_heading(LatheLibraryView *view, const struct library_place *place)
{
    GtkWidget *label = g_hash_table_lookup(view->headings, place->heading);

    if (label == NULL) {
        label = gtk_label_new(place->heading);
        gtk_label_set_xalign(GTK_LABEL(label), 0);
        gtk_widget_set_valign(label, GTK_ALIGN_END);
        gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
        gtk_style_context_add_class(gtk_widget_get_style_context(label), "lathe-heading");
        atk_object_set_role(gtk_widget_get_accessible(label), ATK_ROLE_HEADING);
        gtk_layout_put(GTK_LAYOUT(view), label, 0, 0);
        g_hash_table_insert(view->headings, g_strdup(place->heading), label);
    }
    view_place_widget(view, label, place);
}

/* ---- what is seen ---- */

/* From and up to which height, with some more, so that scrolling does not show holes. */
static void view_get_window(LatheLibraryView *view, int *top, int *bottom)
{
    GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment(GTK_SCROLLABLE(view));
    int value = (int)gtk_adjustment_get_value(adjustment);

    *top = value - VIEW_AHEAD;
    *bottom = value + gtk_widget_get_allocated_height(GTK_WIDGET(view)) + VIEW_AHEAD;
}

/* A cell that has the focus stays where it is, unless its machine is gone. */
static gboolean view_is_unseen(gpointer key, gpointer value, gpointer data)
{
    LatheLibraryView *view = data;
    const struct library_place *place = library_layout_of(view->layout, key);
    int top, bottom;

    view_get_window(view, &top, &bottom);
    if (place != NULL &&
        ((place->y + place->height > top && place->y < bottom) || gtk_widget_has_focus(value)))
        return FALSE;
    view_spare_cell(view, value);
    return TRUE;
}

/* Headings are few; those that are not seen are not kept. */
static gboolean view_drop_heading(gpointer key, gpointer value, gpointer data)
{
    gtk_widget_destroy(value);
    return TRUE;
}

static void view_show_all(LatheLibraryView *view)
{
    struct library_layout *layout = lathe_library_view_need_layout(view);
    int top, bottom;

    g_hash_table_foreach_remove(view->cells, view_is_unseen, view);
    g_hash_table_foreach_remove(view->headings, view_drop_heading, NULL);
    view_get_window(view, &top, &bottom);
    for (unsigned i = library_layout_find(layout, top); i < layout->places->len; i++) {
        const struct library_place *place = &g_array_index(layout->places, struct library_place, i);
        if (place->y >= bottom)
            break;
        if (place->watched != NULL)
            view_show_machine(view, place);
        else
            view_show_heading(view, place);
    }
    view->stale = false;
}

static gboolean view_on_update(gpointer data)
{
    LatheLibraryView *view = data;

    view->update = 0;
    if (gtk_widget_get_realized(GTK_WIDGET(view)))
        view_show_all(view);
    return G_SOURCE_REMOVE;
}

/* Before the next drawing, however much changes until then. */
static void view_update_soon(LatheLibraryView *view)
{
    if (view->update == 0)
        view->update = g_idle_add_full(GTK_PRIORITY_RESIZE - 1, view_on_update, view, NULL);
}

static void view_layout_again(LatheLibraryView *view)
{
    g_clear_pointer(&view->layout, library_layout_free);
    view->stale = true;
    view_update_soon(view);
    g_signal_emit(view, lathe_library_view_signals[VIEW_ARRANGED], 0);
}

static gboolean view_on_later(gpointer data)
{
    LatheLibraryView *view = data;

    view->later = 0;
    view_layout_again(view);
    return G_SOURCE_REMOVE;
}

/* What the watch tells comes in hundreds while it reads definitions: they are one change. */
static void view_layout_later(LatheLibraryView *view)
{
    if (view->later == 0)
        view->later = g_timeout_add(VIEW_LATER_MS, view_on_later, view);
}

/* ---- the watch ---- */

static void view_on_changed(LatheLibraryView *view, guint index)
{
    if (g_hash_table_contains(view->selected, lathe_watch_get(view->watch, index)))
        g_signal_emit(view, lathe_library_view_signals[VIEW_SELECTED], 0);
    view_layout_later(view);
}

static void view_on_removed(LatheLibraryView *view, guint index, gpointer watched)
{
    GtkWidget *cell = g_hash_table_lookup(view->cells, watched);

    g_clear_pointer(&view->layout, library_layout_free);
    if (cell != NULL) {
        g_hash_table_remove(view->cells, watched);
        view_spare_cell(view, cell);
    }
    if (view->dragged == watched)
        view->dragged = NULL;
    if (view->cursor == watched)
        view->cursor = NULL;
    if (view->anchor == watched)
        view->anchor = NULL;
    if (view->pressed == watched)
        view->pressed = NULL;
    if (g_hash_table_remove(view->selected, watched))
        g_signal_emit(view, lathe_library_view_signals[VIEW_SELECTED], 0);
    view_update_soon(view);
}

static void view_on_picture(void *opaque, struct lathe_watched *watched)
{
    LatheLibraryView *view = opaque;
    GtkWidget *cell = g_hash_table_lookup(view->cells, watched);

    if (cell != NULL && !view->lines)
        lathe_library_cell_set_picture(LATHE_LIBRARY_CELL(cell),
                                       library_pictures_get(view->pictures, watched));
}

/* ---- live pictures ---- */

static void view_refresh_picture(gpointer key, gpointer value, gpointer data)
{
    LatheLibraryView *view = data;

    library_pictures_refresh(view->pictures, key);
}

static bool view_is_seen(LatheLibraryView *view)
{
    GtkWidget *top = gtk_widget_get_toplevel(GTK_WIDGET(view));
    GdkWindow *window = gtk_widget_get_window(top);

    return gtk_widget_get_mapped(GTK_WIDGET(view)) && window != NULL &&
           (gdk_window_get_state(window) &
            (GDK_WINDOW_STATE_ICONIFIED | GDK_WINDOW_STATE_WITHDRAWN)) == 0;
}

static gboolean view_on_live(gpointer data)
{
    LatheLibraryView *view = data;

    if (!view->lines && view_is_seen(view))
        g_hash_table_foreach(view->cells, view_refresh_picture, view);
    return G_SOURCE_CONTINUE;
}

static void view_on_map(GtkWidget *widget)
{
    LatheLibraryView *view = LATHE_LIBRARY_VIEW(widget);

    GTK_WIDGET_CLASS(lathe_library_view_parent_class)->map(widget);
    if (view->live == 0)
        view->live = g_timeout_add(VIEW_LIVE_MS, view_on_live, view);
}

static void view_on_unmap(GtkWidget *widget)
{
    g_clear_handle_id(&LATHE_LIBRARY_VIEW(widget)->live, g_source_remove);
    GTK_WIDGET_CLASS(lathe_library_view_parent_class)->unmap(widget);
}

/* ---- for the window ---- */

static void view_drop_cells(LatheLibraryView *view)
{
    GHashTableIter iter;
    gpointer cell;

    g_hash_table_iter_init(&iter, view->cells);
    while (g_hash_table_iter_next(&iter, NULL, &cell))
        gtk_widget_destroy(cell);
    g_hash_table_remove_all(view->cells);
    while (view->spare->len != 0)
        gtk_widget_destroy(g_ptr_array_remove_index_fast(view->spare, view->spare->len - 1));
}

void lathe_library_view_set_lines(LatheLibraryView *view, bool lines)
{
    if (view->lines == lines)
        return;
    view->lines = lines;
    view_drop_cells(view);
    view_measure(view);
    view_layout_again(view);
}

void lathe_library_view_search(LatheLibraryView *view, const char *text)
{
    g_free(view->search);
    view->search = g_strdup(text);
    view_layout_again(view);
}

unsigned lathe_library_view_get_count(LatheLibraryView *view)
{
    struct library_layout *layout = lathe_library_view_need_layout(view);
    unsigned count = 0;

    for (guint i = 0; i < layout->places->len; i++)
        count += g_array_index(layout->places, struct library_place, i).watched != NULL;
    return count;
}

GtkWidget *lathe_library_view_get_widget(LatheLibraryView *view,
                                         const struct lathe_watched *watched)
{
    return g_hash_table_lookup(view->cells, watched);
}

void lathe_library_view_scroll_to(LatheLibraryView *view, const struct lathe_watched *watched)
{
    GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment(GTK_SCROLLABLE(view));
    const struct library_place *place =
        library_layout_of(lathe_library_view_need_layout(view), watched);

    view->stale = true;
    if (place == NULL)
        return;
    gtk_adjustment_clamp_page(adjustment, place->y - VIEW_MARGIN,
                              place->y + place->height + VIEW_MARGIN);
    view_show_all(view);
}

void lathe_library_view_update(LatheLibraryView *view)
{
    view_update_soon(view);
}

/* ---- the widget ---- */

/* The focus child alone does not say it: it stays when a popover over the view goes. */
static bool view_has_focus(LatheLibraryView *view)
{
    GtkWidget *top = gtk_widget_get_toplevel(GTK_WIDGET(view));
    GtkWidget *focus = GTK_IS_WINDOW(top) ? gtk_window_get_focus(GTK_WINDOW(top)) : NULL;

    return focus != NULL && gtk_widget_is_ancestor(focus, GTK_WIDGET(view));
}

/* Tab comes to the machine where the keys were and leaves from any. */
static gboolean view_focus(GtkWidget *widget, GtkDirectionType direction)
{
    LatheLibraryView *view = LATHE_LIBRARY_VIEW(widget);
    struct lathe_watched *watched = view->cursor;

    if (view_has_focus(view))
        return FALSE;
    if (library_layout_of(lathe_library_view_need_layout(view), watched) == NULL)
        watched = library_layout_step(view->layout, NULL, 0, 0);
    if (watched == NULL)
        return FALSE;
    if (g_hash_table_contains(view->selected, watched))
        lathe_library_view_go(view, watched);
    else
        lathe_library_view_select(view, watched);
    return TRUE;
}

static gboolean view_draw(GtkWidget *widget, cairo_t *cairo)
{
    GTK_WIDGET_CLASS(lathe_library_view_parent_class)->draw(widget, cairo);
    lathe_library_view_draw_band(LATHE_LIBRARY_VIEW(widget), cairo);
    return FALSE;
}

static void view_size_allocate(GtkWidget *widget, GtkAllocation *allocation)
{
    GTK_WIDGET_CLASS(lathe_library_view_parent_class)->size_allocate(widget, allocation);
    view_update_soon(LATHE_LIBRARY_VIEW(widget));
}

static void view_style_updated(GtkWidget *widget)
{
    LatheLibraryView *view = LATHE_LIBRARY_VIEW(widget);

    GTK_WIDGET_CLASS(lathe_library_view_parent_class)->style_updated(widget);
    if (view->watch == NULL)
        return;
    view_measure(view);
    view_layout_again(view);
}

GtkWidget *lathe_library_view_new(LatheWatch *watch)
{
    LatheLibraryView *view = g_object_new(LATHE_TYPE_LIBRARY_VIEW, NULL);
    GtkAdjustment *adjustment = gtk_adjustment_new(0, 0, 0, 0, 0, 0);

    gtk_scrollable_set_vadjustment(GTK_SCROLLABLE(view), adjustment);
    view->watch = g_object_ref(watch);
    view->pictures = library_pictures_new(watch, gtk_widget_get_scale_factor(GTK_WIDGET(view)),
                                          view_on_picture, view);
    view_measure(view);
    g_signal_connect_object(watch, "added", G_CALLBACK(view_layout_later), view, G_CONNECT_SWAPPED);
    g_signal_connect_object(watch, "removed", G_CALLBACK(view_on_removed), view, G_CONNECT_SWAPPED);
    g_signal_connect_object(watch, "changed", G_CALLBACK(view_on_changed), view, G_CONNECT_SWAPPED);
    g_signal_connect_object(watch, "reordered", G_CALLBACK(view_layout_later), view,
                            G_CONNECT_SWAPPED);
    lathe_library_view_accept_drops(view);
    lathe_library_view_add_band(view);
    return GTK_WIDGET(view);
}

static void view_on_adjustment(LatheLibraryView *view)
{
    GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment(GTK_SCROLLABLE(view));

    if (adjustment != NULL)
        g_signal_connect_object(adjustment, "value-changed", G_CALLBACK(view_update_soon), view,
                                G_CONNECT_SWAPPED);
}

static void lathe_library_view_dispose(GObject *object)
{
    LatheLibraryView *view = LATHE_LIBRARY_VIEW(object);

    g_clear_handle_id(&view->update, g_source_remove);
    g_clear_handle_id(&view->later, g_source_remove);
    g_clear_handle_id(&view->live, g_source_remove);
    g_clear_object(&view->band_gesture);
    g_clear_pointer(&view->pictures, library_pictures_free);
    g_clear_pointer(&view->layout, library_layout_free);
    g_clear_object(&view->watch);
    G_OBJECT_CLASS(lathe_library_view_parent_class)->dispose(object);
}

static void lathe_library_view_finalize(GObject *object)
{
    LatheLibraryView *view = LATHE_LIBRARY_VIEW(object);

    g_hash_table_unref(view->cells);
    g_hash_table_unref(view->selected);
    g_hash_table_unref(view->headings);
    g_ptr_array_unref(view->spare);
    g_free(view->search);
    G_OBJECT_CLASS(lathe_library_view_parent_class)->finalize(object);
}

static void lathe_library_view_init(LatheLibraryView *view)
{
    AtkObject *object = gtk_widget_get_accessible(GTK_WIDGET(view));

    view->search = g_strdup("");
    view->cells = g_hash_table_new(NULL, NULL);
    view->selected = g_hash_table_new(NULL, NULL);
    view->headings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    view->spare = g_ptr_array_new();
    atk_object_set_role(object, ATK_ROLE_LIST);
    atk_object_set_name(object, _("Machines"));
    g_signal_connect(view, "notify::vadjustment", G_CALLBACK(view_on_adjustment), NULL);
}

static void view_add_signal(enum view_signal id, const char *name, guint count, GType first,
                            GType second, GType third)
{
    lathe_library_view_signals[id] =
        g_signal_new(name, LATHE_TYPE_LIBRARY_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                     G_TYPE_NONE, count, first, second, third);
}

static void lathe_library_view_class_init(LatheLibraryViewClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->dispose = lathe_library_view_dispose;
    G_OBJECT_CLASS(class)->finalize = lathe_library_view_finalize;
    widget->focus = view_focus;
    widget->draw = view_draw;
    widget->size_allocate = view_size_allocate;
    widget->style_updated = view_style_updated;
    widget->map = view_on_map;
    widget->unmap = view_on_unmap;
    view_add_signal(VIEW_ARRANGED, "arranged", 0, 0, 0, 0);
    view_add_signal(VIEW_SELECTED, "selected", 0, 0, 0, 0);
    view_add_signal(VIEW_ACTIVATED, "activated", 0, 0, 0, 0);
    view_add_signal(VIEW_MENU, "menu", 1, G_TYPE_POINTER, 0, 0);
    view_add_signal(VIEW_MOVED, "moved", 3, G_TYPE_POINTER, G_TYPE_UINT, G_TYPE_STRING);
}
