/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The widget: it listens to its screen while it can be seen, places and paints the picture in
 * device pixels, tells the guest how large the view is, and shows the guest's pointer as the
 * host's.
 */
#include "ui/gtk/display-view.h"

#include "app/session/agent.h"
#include "app/session/input.h"
#include "ui/gtk/display-input.h"
#include "ui/gtk/display-painter.h"

#define VIEW_WIDTH     1024 /* natural size, in the toolkit's pixels */
#define VIEW_HEIGHT    768
#define VIEW_SETTLE_MS 350 /* a window that is being dragged larger has no size yet */
#define VIEW_SMALLEST  200 /* a guest's mode is not made smaller than this */
#define VIEW_DIM       0.6

struct _LatheDisplayView {
    GtkDrawingArea parent;
    LatheSession *session;
    struct disp_screen *screen;
    struct lathe_painter *painter;
    struct lathe_display_input *input;
    struct disp_placement placement;
    enum disp_scaling scaling;
    gboolean resize_guest, watching, dimmed;
    guint settle; /* a timer until the guest is told the view's size */
    enum emu_display_state state;
    struct emu_cursor cursor; /* visible: the guest's driver leaves it to us */
};

G_DEFINE_FINAL_TYPE(LatheDisplayView, lathe_display_view, GTK_TYPE_DRAWING_AREA)

enum { SIGNAL_CHANGED, SIGNAL_LEFT, SIGNAL_COUNT };
static guint view_signals[SIGNAL_COUNT];

static void view_changed(LatheDisplayView *view)
{
    g_signal_emit(view, view_signals[SIGNAL_CHANGED], 0);
}

/* ---- size and place ---- */

/* Also for a view that has no screen yet, or no longer. */
static const struct emu_surface *view_surface(LatheDisplayView *view)
{
    static const struct emu_surface nothing;

    return view->screen != NULL ? disp_screen_get_surface(view->screen) : &nothing;
}

static struct disp_size view_size(LatheDisplayView *view)
{
    GtkWidget *widget = GTK_WIDGET(view);
    unsigned scale = (unsigned)gtk_widget_get_scale_factor(widget);

    return (struct disp_size){(unsigned)gtk_widget_get_allocated_width(widget) * scale,
                              (unsigned)gtk_widget_get_allocated_height(widget) * scale};
}

static void view_place(LatheDisplayView *view)
{
    const struct emu_surface *surface = view_surface(view);
    const struct disp_size guest = {surface->width, surface->height};

    view->placement = disp_place(view->scaling, guest, view_size(view));
    lathe_painter_set(view->painter, surface, &view->placement);
    gtk_widget_queue_draw(GTK_WIDGET(view));
}

static void view_prefer_size(LatheDisplayView *view, unsigned width, unsigned height)
{
    disp_screen_prefer_size(view->screen, width, height);
    lathe_agent_prefer_size(lathe_agent_get(view->session), view->screen, width, height);
}

static gboolean view_on_settled(gpointer data)
{
    LatheDisplayView *view = data;
    struct disp_size size = view_size(view);

    view->settle = 0;
    if (view->resize_guest && view->scaling == DISP_SCALE_FIT)
        view_prefer_size(view, MAX(size.width, VIEW_SMALLEST), MAX(size.height, VIEW_SMALLEST));
    return G_SOURCE_REMOVE;
}

static void view_settle(LatheDisplayView *view)
{
    g_clear_handle_id(&view->settle, g_source_remove);
    if (gtk_widget_get_mapped(GTK_WIDGET(view)))
        view->settle = g_timeout_add(VIEW_SETTLE_MS, view_on_settled, view);
}

/* A pixel for a pixel, a window smaller than the guest gets scroll bars. */
static int view_least(LatheDisplayView *view, unsigned guest)
{
    unsigned scale = (unsigned)gtk_widget_get_scale_factor(GTK_WIDGET(view));

    return view->scaling == DISP_SCALE_NATIVE ? (int)((guest + scale - 1) / scale) : 1;
}

static void lathe_display_view_get_preferred_width(GtkWidget *widget, int *least, int *natural)
{
    LatheDisplayView *view = LATHE_DISPLAY_VIEW(widget);

    *least = view_least(view, view_surface(view)->width);
    *natural = MAX(*least, VIEW_WIDTH);
}

static void lathe_display_view_get_preferred_height(GtkWidget *widget, int *least, int *natural)
{
    LatheDisplayView *view = LATHE_DISPLAY_VIEW(widget);

    *least = view_least(view, view_surface(view)->height);
    *natural = MAX(*least, VIEW_HEIGHT);
}

static void lathe_display_view_size_allocate(GtkWidget *widget, GtkAllocation *allocation)
{
    LatheDisplayView *view = LATHE_DISPLAY_VIEW(widget);

    GTK_WIDGET_CLASS(lathe_display_view_parent_class)->size_allocate(widget, allocation);
    view_place(view);
    view_settle(view);
    view_changed(view);
}

/* ---- painting ---- */

static gboolean view_paints_cursor(LatheDisplayView *view)
{
    return view->cursor.visible && view->state == EMU_DISPLAY_GRAPHICS &&
           !lathe_input_get_status(view->session).absolute;
}

static gboolean lathe_display_view_draw(GtkWidget *widget, cairo_t *cr)
{
    LatheDisplayView *view = LATHE_DISPLAY_VIEW(widget);
    double scale = gtk_widget_get_scale_factor(widget);

    cairo_scale(cr, 1 / scale, 1 / scale);
    lathe_painter_draw(view->painter, cr, view_size(view));
    if (view_paints_cursor(view))
        lathe_painter_draw_cursor(view->painter, cr, &view->cursor);
    if (view->dimmed) {
        cairo_set_source_rgba(cr, 0, 0, 0, VIEW_DIM);
        cairo_paint(cr);
    }
    return GDK_EVENT_PROPAGATE;
}

/* In device pixels; whole units of the toolkit are drawn. */
static void view_queue_draw(LatheDisplayView *view, const struct disp_rect *rect)
{
    int scale = gtk_widget_get_scale_factor(GTK_WIDGET(view));
    int left = rect->x / scale, top = rect->y / scale;
    int right = (rect->x + (int)rect->width + scale - 1) / scale;
    int bottom = (rect->y + (int)rect->height + scale - 1) / scale;

    gtk_widget_queue_draw_area(GTK_WIDGET(view), left, top, right - left, bottom - top);
}

/* ---- the pointer's image ---- */

static GdkCursor *view_make_cursor(LatheDisplayView *view)
{
    GdkDisplay *display = gtk_widget_get_display(GTK_WIDGET(view));

    if (lathe_display_input_holds_pointer(view->input))
        return gdk_cursor_new_for_display(display, GDK_BLANK_CURSOR);
    if (view->dimmed || view->state != EMU_DISPLAY_GRAPHICS ||
        !lathe_input_get_status(view->session).absolute)
        return NULL; /* the desktop's */
    if (!view->cursor.visible || view->cursor.width == 0)
        return gdk_cursor_new_for_display(display, GDK_BLANK_CURSOR); /* the guest draws its own */
    double scale = disp_placement_get_scale(&view->placement);
    double toolkit = gtk_widget_get_scale_factor(GTK_WIDGET(view));
    cairo_surface_t *image = lathe_painter_cursor_image(view->painter, &view->cursor);
    cairo_surface_set_device_scale(image, toolkit, toolkit);
    GdkCursor *cursor = gdk_cursor_new_from_surface(
        display, image, view->cursor.hot_x * scale / toolkit, view->cursor.hot_y * scale / toolkit);
    cairo_surface_destroy(image);
    return cursor;
}

static void view_show_cursor(LatheDisplayView *view)
{
    GdkWindow *window = gtk_widget_get_window(GTK_WIDGET(view));

    if (window == NULL)
        return;
    g_autoptr(GdkCursor) cursor = view_make_cursor(view);
    gdk_window_set_cursor(window, cursor);
}

static void view_queue_cursor(LatheDisplayView *view)
{
    struct disp_rect place = lathe_painter_cursor_place(view->painter, &view->cursor);

    if (view_paints_cursor(view))
        view_queue_draw(view, &place);
}

static void view_take_cursor(LatheDisplayView *view)
{
    uint64_t before = view->cursor.serial;
    gboolean visible = view->cursor.visible;

    view_queue_cursor(view);
    if (!disp_screen_get_cursor(view->screen, &view->cursor))
        view->cursor.visible = false;
    view_queue_cursor(view);
    if (view->cursor.serial != before || view->cursor.visible != visible)
        view_show_cursor(view);
}

/* ---- the screen ---- */

static void view_on_update(LatheDisplayView *view, const struct emu_display_update *update)
{
    gboolean changed = update->resized || update->state != view->state;

    view->state = update->state;
    if (update->resized) {
        view_place(view);
        gtk_widget_queue_resize(GTK_WIDGET(view));
    }
    for (unsigned i = 0; i < update->count && !update->resized; i++) {
        struct disp_rect cover = disp_placement_cover(&view->placement, &update->rects[i]);
        lathe_painter_damage(view->painter, &update->rects[i]);
        view_queue_draw(view, &cover);
    }
    if (update->cursor_changed)
        view_take_cursor(view);
    if (changed) {
        view_show_cursor(view);
        view_changed(view);
    }
}

static void view_on_screen(void *opaque, const struct emu_display_update *update)
{
    LatheDisplayView *view = opaque;

    if (update != NULL) {
        view_on_update(view, update);
        return;
    }
    view->state = EMU_DISPLAY_OFF;
    view->cursor.visible = false;
    view_show_cursor(view);
    view_changed(view);
}

/* Only while somebody can see it: mapped, and its window not minimized. */
static void view_watch(LatheDisplayView *view, gboolean watch)
{
    if (watch == view->watching)
        return;
    view->watching = watch;
    disp_screen_watch(view->screen, watch);
}

static gboolean view_is_seen(LatheDisplayView *view)
{
    GdkWindow *window = gtk_widget_get_window(gtk_widget_get_toplevel(GTK_WIDGET(view)));

    return gtk_widget_get_mapped(GTK_WIDGET(view)) && window != NULL &&
           !(gdk_window_get_state(window) & GDK_WINDOW_STATE_ICONIFIED);
}

static gboolean view_on_window_state(GtkWidget *window, GdkEventWindowState *event,
                                     LatheDisplayView *view)
{
    view_watch(view, view_is_seen(view));
    return GDK_EVENT_PROPAGATE;
}

static void lathe_display_view_map(GtkWidget *widget)
{
    LatheDisplayView *view = LATHE_DISPLAY_VIEW(widget);

    GTK_WIDGET_CLASS(lathe_display_view_parent_class)->map(widget);
    view_watch(view, view_is_seen(view));
    view_on_settled(view); /* at once: the guest's driver may read it soon */
    view_show_cursor(view);
}

static void lathe_display_view_unmap(GtkWidget *widget)
{
    LatheDisplayView *view = LATHE_DISPLAY_VIEW(widget);

    view_watch(view, FALSE);
    lathe_display_input_set_captured(view->input, FALSE);
    g_clear_handle_id(&view->settle, g_source_remove);
    GTK_WIDGET_CLASS(lathe_display_view_parent_class)->unmap(widget);
}

static void lathe_display_view_realize(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(lathe_display_view_parent_class)->realize(widget);
    g_signal_connect_object(gtk_widget_get_toplevel(widget), "window-state-event",
                            G_CALLBACK(view_on_window_state), widget, 0);
}

/* ---- what the page asks for ---- */

static void view_on_session(LatheDisplayView *view)
{
    lathe_display_input_update(view->input);
    view_show_cursor(view);
    view_changed(view);
}

static void view_on_capture(void *opaque)
{
    view_show_cursor(opaque);
    view_changed(opaque);
}

static void view_on_left(void *opaque)
{
    g_signal_emit(opaque, view_signals[SIGNAL_LEFT], 0);
}

void lathe_display_view_set_screen(LatheDisplayView *view, LatheSession *session,
                                   struct disp_screen *screen)
{
    const struct disp_listener listener = {view_on_screen, view};
    const struct lathe_display_input_owner owner = {
        GTK_WIDGET(view), session, screen, &view->placement, view_on_capture, view_on_left, view};

    view->session = g_object_ref(session);
    view->screen = screen;
    view->input = lathe_display_input_new(&owner);
    disp_screen_add_listener(screen, &listener);
    g_signal_connect_object(session, "notify::state", G_CALLBACK(view_on_session), view,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(session, "input-changed", G_CALLBACK(view_on_session), view,
                            G_CONNECT_SWAPPED);
}

struct disp_screen *lathe_display_view_get_screen(LatheDisplayView *view)
{
    return view->screen;
}

void lathe_display_view_apply(LatheDisplayView *view,
                              const struct lathe_display_preferences *preferences)
{
    view->scaling = preferences->scaling;
    view->resize_guest = preferences->resize_guest;
    lathe_display_input_set_release(view->input, &preferences->release);
    view_place(view);
    view_settle(view);
    gtk_widget_queue_resize(GTK_WIDGET(view));
    view_changed(view);
}

void lathe_display_view_set_dimmed(LatheDisplayView *view, gboolean dimmed)
{
    if (dimmed == view->dimmed)
        return;
    view->dimmed = dimmed;
    view_show_cursor(view);
    gtk_widget_queue_draw(GTK_WIDGET(view));
}

gboolean lathe_display_view_key(LatheDisplayView *view, GdkEventKey *event)
{
    return lathe_display_input_key(view->input, event);
}

void lathe_display_view_release_keys(LatheDisplayView *view)
{
    lathe_display_input_release(view->input);
}

void lathe_display_view_set_captured(LatheDisplayView *view, gboolean captured)
{
    lathe_display_input_set_captured(view->input, captured);
}

gboolean lathe_display_view_is_captured(LatheDisplayView *view)
{
    return lathe_display_input_is_captured(view->input);
}

LatheTypist *lathe_display_view_get_typist(LatheDisplayView *view)
{
    return lathe_display_input_get_typist(view->input);
}

double lathe_display_view_get_scale(LatheDisplayView *view)
{
    return disp_placement_get_scale(&view->placement);
}

/* ---- the object ---- */

static void lathe_display_view_dispose(GObject *object)
{
    LatheDisplayView *view = LATHE_DISPLAY_VIEW(object);

    G_OBJECT_CLASS(lathe_display_view_parent_class)->dispose(object); /* unmaps it */
    g_clear_handle_id(&view->settle, g_source_remove);
    if (view->screen != NULL) {
        view_watch(view, FALSE);
        disp_screen_remove_listener(view->screen, view);
    }
    g_clear_pointer(&view->input, lathe_display_input_free);
    view->screen = NULL;
    g_clear_object(&view->session);
}

static void lathe_display_view_finalize(GObject *object)
{
    lathe_painter_free(LATHE_DISPLAY_VIEW(object)->painter);
    G_OBJECT_CLASS(lathe_display_view_parent_class)->finalize(object);
}

static void lathe_display_view_init(LatheDisplayView *view)
{
    view->painter = lathe_painter_new();
    gtk_widget_set_can_focus(GTK_WIDGET(view), TRUE);
    gtk_widget_set_app_paintable(GTK_WIDGET(view), TRUE);
}

static void lathe_display_view_class_init(LatheDisplayViewClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    GType type = G_TYPE_FROM_CLASS(class);

    G_OBJECT_CLASS(class)->dispose = lathe_display_view_dispose;
    G_OBJECT_CLASS(class)->finalize = lathe_display_view_finalize;
    widget->draw = lathe_display_view_draw;
    widget->map = lathe_display_view_map;
    widget->unmap = lathe_display_view_unmap;
    widget->realize = lathe_display_view_realize;
    widget->size_allocate = lathe_display_view_size_allocate;
    widget->get_preferred_width = lathe_display_view_get_preferred_width;
    widget->get_preferred_height = lathe_display_view_get_preferred_height;
    gtk_widget_class_set_accessible_role(widget, ATK_ROLE_CANVAS);
    view_signals[SIGNAL_CHANGED] =
        g_signal_new("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    view_signals[SIGNAL_LEFT] =
        g_signal_new("left", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}
