/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The topology's drawings: processors in their nodes, devices on their buses. A part is moved by
 * dragging it, or by Alt and the arrows; Shift moves a whole core, Ctrl a socket. What is selected
 * and where it is stands in the accessible description.
 */
#include <glib/gi18n.h>
#include <string.h>

#include "app/plan/size.h"
#include "ui/gtk/wizard-private.h"
#include "wizards/topology/drawing.h"
#include "wizards/topology/topology.h"

enum {
    DRAWING_CHIP = 30,   /* pixels of a processor's edge */
    DRAWING_ROW = 26,    /* of a device's row */
    DRAWING_NODE = 132,  /* of a node's width: four processors */
    DRAWING_HEAD = 40,   /* of what stands over them */
    DRAWING_INDENT = 22, /* of a bus */
    DRAWING_GAP = 8,
    DRAWING_WIDTH = 300, /* of a device */
    DRAWING_LETTER = 17, /* all these where letters are so high */
};

struct drawing {
    struct wizard *wizard;
    GtkWidget *area;
    struct lathe_drawing *parts;
    bool devices; /* not processors */
    int selected; /* a processor, or a device's row */
    bool dragging;
    double x, y; /* where the pointer is */
    int letter;  /* height of the font, in pixels */
};

/* ---- places ---- */

/* Pixels of today's font. */
static int drawing_px(const struct drawing *drawing, int pixels)
{
    return pixels * MAX(drawing->letter, DRAWING_LETTER) / DRAWING_LETTER;
}

/* From one node to the next. */
static int drawing_column(const struct drawing *drawing)
{
    return drawing_px(drawing, DRAWING_NODE + DRAWING_GAP);
}

static void drawing_measure(struct drawing *drawing)
{
    g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout(drawing->area, "0");

    pango_layout_get_pixel_size(layout, NULL, &drawing->letter);
}

static int drawing_count(const struct drawing *drawing)
{
    return (int)(drawing->devices ? drawing->parts->devices->len : drawing->parts->cpus->len);
}

static const struct lathe_drawn_cpu *drawing_cpu(const struct drawing *drawing, int index)
{
    return &g_array_index(drawing->parts->cpus, struct lathe_drawn_cpu, index);
}

static const struct lathe_drawn_device *drawing_device(const struct drawing *drawing, int index)
{
    return &g_array_index(drawing->parts->devices, struct lathe_drawn_device, index);
}

/* Column 0 is that of processors without a node. */
static GdkRectangle drawing_place(const struct drawing *drawing, int index)
{
    int before = 0;

    if (drawing->devices)
        return (GdkRectangle){
            drawing_px(drawing, DRAWING_INDENT) * (int)(drawing_device(drawing, index)->depth + 1),
            drawing_px(drawing, DRAWING_ROW) * (index + 1), drawing_px(drawing, DRAWING_WIDTH),
            drawing_px(drawing, DRAWING_ROW - 4)};
    for (int i = 0; i < index; i++)
        before += drawing_cpu(drawing, i)->node == drawing_cpu(drawing, index)->node;
    return (GdkRectangle){
        (drawing_cpu(drawing, index)->node + 1) * drawing_column(drawing) + 6 +
            before % 4 * drawing_px(drawing, DRAWING_CHIP),
        drawing_px(drawing, DRAWING_HEAD) + before / 4 * drawing_px(drawing, DRAWING_CHIP),
        drawing_px(drawing, DRAWING_CHIP - 4), drawing_px(drawing, DRAWING_CHIP - 4)};
}

static int drawing_at(const struct drawing *drawing, double x, double y)
{
    for (int i = 0; i < drawing_count(drawing); i++) {
        GdkRectangle place = drawing_place(drawing, i);
        if (x >= place.x && x < place.x + place.width && y >= place.y && y < place.y + place.height)
            return i;
    }
    return -1;
}

/* ---- moving ---- */

static void drawing_set(struct drawing *drawing, const char *id, char *text)
{
    g_autofree char *typed = text;

    if (typed == NULL || !lathe_answers_set(drawing->wizard->answers, id, typed, NULL)) {
        gtk_widget_error_bell(drawing->area);
        return;
    }
    drawing->wizard->changed = TRUE;
    lathe_wizard_fill_fields(drawing->wizard);
    lathe_wizard_changed(drawing->wizard);
}

/* The processors that belong together: one, those of its core, or of its socket. */
static void drawing_group(const struct drawing *drawing, guint state, unsigned *first,
                          unsigned *count)
{
    const struct lathe_drawn_cpu *own = drawing_cpu(drawing, drawing->selected);
    bool socket = (state & GDK_CONTROL_MASK) != 0, core = (state & GDK_SHIFT_MASK) != 0;

    *first = (unsigned)drawing->selected;
    *count = 0;
    for (int i = 0; i < drawing_count(drawing); i++) {
        const struct lathe_drawn_cpu *cpu = drawing_cpu(drawing, i);
        bool same = i == drawing->selected ||
                    (cpu->socket == own->socket && (socket || (core && cpu->core == own->core)));
        *first = same && *count == 0 ? (unsigned)i : *first;
        *count += same;
    }
}

static void drawing_move_cpus(struct drawing *drawing, int node, guint state)
{
    unsigned first, count;

    if (node < 0 || node >= (int)drawing->parts->nodes->len)
        return;
    drawing_group(drawing, state, &first, &count);
    drawing_set(drawing, "nodes",
                lathe_drawing_move_cpus(drawing->wizard->answers, first, count, (unsigned)node));
}

/* The next bus before or behind the one that it is on, of those that stand before it; -1 is pcie.0.
 */
static int drawing_next_bus(const struct drawing *drawing, int by)
{
    const struct lathe_drawn_device *own = drawing_device(drawing, drawing->selected);
    int at = own->parent + by;

    while (at >= 0 && at < drawing_count(drawing) &&
           (!drawing_device(drawing, at)->takes || drawing_device(drawing, at)->line >= own->line))
        at += by;
    return at < drawing_count(drawing) ? at : own->parent;
}

static void drawing_move_device(struct drawing *drawing, int to)
{
    unsigned line = drawing_device(drawing, drawing->selected)->line;
    int bus = to >= 0 ? (int)drawing_device(drawing, to)->line : -1;

    drawing_set(drawing, "devices", lathe_drawing_move_device(drawing->wizard->answers, line, bus));
}

static void drawing_drop(struct drawing *drawing, guint state)
{
    int node = (int)drawing->x / drawing_column(drawing) - 1;
    int at = drawing_at(drawing, drawing->x, drawing->y);

    if (!drawing->devices && node != drawing_cpu(drawing, drawing->selected)->node)
        drawing_move_cpus(drawing, node, state);
    else if (drawing->devices && at != drawing->selected &&
             (at >= 0 || drawing->y < drawing_px(drawing, DRAWING_ROW)))
        drawing_move_device(drawing, at);
}

/* ---- telling ---- */

static void drawing_tell(struct drawing *drawing)
{
    g_autofree char *text = NULL;

    drawing->selected = CLAMP(drawing->selected, 0, MAX(drawing_count(drawing) - 1, 0));
    if (drawing_count(drawing) == 0)
        text = g_strdup("");
    else if (drawing->devices)
        text = g_strdup(drawing_device(drawing, drawing->selected)->label);
    else if (drawing_cpu(drawing, drawing->selected)->node < 0)
        /* Translators: the numbers of a processor, its socket and core */
        text = g_strdup_printf(_("Processor %d, socket %u, core %u: in no node"), drawing->selected,
                               drawing_cpu(drawing, drawing->selected)->socket,
                               drawing_cpu(drawing, drawing->selected)->core);
    else
        text = g_strdup_printf(_("Processor %d, socket %u, core %u: in node %u"), drawing->selected,
                               drawing_cpu(drawing, drawing->selected)->socket,
                               drawing_cpu(drawing, drawing->selected)->core,
                               g_array_index(drawing->parts->nodes, struct lathe_drawn_node,
                                             drawing_cpu(drawing, drawing->selected)->node)
                                   .id);
    atk_object_set_description(gtk_widget_get_accessible(drawing->area), text);
    gtk_widget_set_tooltip_text(drawing->area, *text != '\0' ? text : NULL);
    gtk_widget_queue_draw(drawing->area);
}

static void drawing_resize(struct drawing *drawing)
{
    int gap, width = 0, height = 0;

    drawing_measure(drawing);
    gap = drawing_px(drawing, DRAWING_GAP);
    if (!drawing->devices) {
        width = (int)(drawing->parts->nodes->len + 1) * drawing_column(drawing);
        height = drawing_px(drawing, DRAWING_HEAD + DRAWING_CHIP);
    }
    for (int i = 0; i < drawing_count(drawing); i++) {
        GdkRectangle place = drawing_place(drawing, i);
        width = MAX(width, place.x + place.width + gap);
        height = MAX(height, place.y + place.height + gap);
    }
    gtk_widget_set_size_request(drawing->area, width,
                                MAX(height, drawing_px(drawing, DRAWING_ROW)));
}

void lathe_wizard_update_drawing(GtkWidget *widget)
{
    struct drawing *drawing = g_object_get_data(G_OBJECT(widget), "drawing");
    bool kept = drawing->devices && drawing->parts != NULL && drawing_count(drawing) != 0;
    unsigned line = kept ? drawing_device(drawing, drawing->selected)->line : 0;

    lathe_drawing_free(drawing->parts);
    drawing->parts = lathe_drawing_new(drawing->wizard->answers);
    for (int i = 0; kept && i < drawing_count(drawing); i++) { /* it may be in another row now */
        if (drawing_device(drawing, i)->line == line)
            drawing->selected = i;
    }
    drawing_resize(drawing);
    drawing_tell(drawing);
}

/* ---- drawing ---- */

static void draw_text(const struct drawing *drawing, cairo_t *cr, int x, int y, const char *text)
{
    g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout(drawing->area, text);

    gtk_render_layout(gtk_widget_get_style_context(drawing->area), cr, x, y, layout);
}

/* A frame in the text's colour; full: a shade in it as well. */
static void draw_frame(const struct drawing *drawing, cairo_t *cr, GdkRectangle place, double full)
{
    GtkStyleContext *context = gtk_widget_get_style_context(drawing->area);
    GdkRGBA colour;

    gtk_style_context_get_color(context, gtk_style_context_get_state(context), &colour);
    cairo_rectangle(cr, place.x + 0.5, place.y + 0.5, place.width - 1, place.height - 1);
    cairo_set_source_rgba(cr, colour.red, colour.green, colour.blue, full);
    cairo_fill_preserve(cr);
    cairo_set_source_rgba(cr, colour.red, colour.green, colour.blue, 0.6);
    cairo_set_line_width(cr, full > 0.2 ? 2 : 1);
    cairo_stroke(cr);
}

static void draw_part(const struct drawing *drawing, cairo_t *cr, int index)
{
    GdkRectangle place = drawing_place(drawing, index);
    bool selected = index == drawing->selected && gtk_widget_has_focus(drawing->area);
    g_autofree char *number = g_strdup_printf("%d", index);

    if (index == drawing->selected && drawing->dragging) {
        place.x = (int)drawing->x - place.width / 2;
        place.y = (int)drawing->y - place.height / 2;
    }
    /* Sockets take turns at a lighter and a darker shade. */
    draw_frame(drawing, cr, place,
               selected           ? 0.3
               : drawing->devices ? (drawing_device(drawing, index)->takes ? 0.1 : 0.02)
                                  : (drawing_cpu(drawing, index)->socket % 2 != 0 ? 0.14 : 0.04));
    draw_text(drawing, cr, place.x + 5, place.y + 3,
              drawing->devices ? drawing_device(drawing, index)->label : number);
}

static void draw_nodes(const struct drawing *drawing, cairo_t *cr, int height)
{
    draw_text(drawing, cr, 6, 6, _("No node"));
    for (guint i = 0; i < drawing->parts->nodes->len; i++) {
        const struct lathe_drawn_node *node =
            &g_array_index(drawing->parts->nodes, struct lathe_drawn_node, i);
        GdkRectangle place = {(int)(i + 1) * drawing_column(drawing), 0,
                              drawing_px(drawing, DRAWING_NODE), height};
        g_autofree char *size = lathe_size_format(node->memory);
        /* Translators: a node's number, and its memory */
        g_autofree char *title = g_strdup_printf(_("Node %u: %s"), node->id, size);
        draw_frame(drawing, cr, place, 0);
        draw_text(drawing, cr, place.x + 6, 6, title);
    }
}

static gboolean drawing_on_draw(GtkWidget *area, cairo_t *cr, struct drawing *drawing)
{
    if (drawing->devices)
        draw_text(drawing, cr, 4, 2, "pcie.0");
    else
        draw_nodes(drawing, cr, gtk_widget_get_allocated_height(area));
    for (int i = 0; i < drawing_count(drawing); i++)
        draw_part(drawing, cr, i);
    return FALSE;
}

/* ---- pointer and keys ---- */

static gboolean drawing_on_press(GtkWidget *area, GdkEventButton *event, struct drawing *drawing)
{
    int at = drawing_at(drawing, event->x, event->y);

    gtk_widget_grab_focus(area);
    if (at < 0 || event->button != GDK_BUTTON_PRIMARY)
        return FALSE;
    drawing->selected = at;
    drawing->dragging = true;
    drawing->x = event->x;
    drawing->y = event->y;
    drawing_tell(drawing);
    return TRUE;
}

static gboolean drawing_on_motion(GtkWidget *area, GdkEventMotion *event, struct drawing *drawing)
{
    drawing->x = event->x;
    drawing->y = event->y;
    if (drawing->dragging)
        gtk_widget_queue_draw(area);
    return drawing->dragging;
}

static gboolean drawing_on_release(GtkWidget *area, GdkEventButton *event, struct drawing *drawing)
{
    if (!drawing->dragging)
        return FALSE;
    drawing->dragging = false;
    drawing->x = event->x;
    drawing->y = event->y;
    drawing_drop(drawing, event->state);
    gtk_widget_queue_draw(area);
    return TRUE;
}

/* -1, 1, or 0: not a key of ours. */
static int drawing_direction(const struct drawing *drawing, guint key)
{
    if (key == (drawing->devices ? GDK_KEY_Down : GDK_KEY_Right))
        return 1;
    return key == (drawing->devices ? GDK_KEY_Up : GDK_KEY_Left) ? -1 : 0;
}

static gboolean drawing_on_key(GtkWidget *area, GdkEventKey *event, struct drawing *drawing)
{
    int by = drawing_direction(drawing, event->keyval);

    if (by == 0 || drawing_count(drawing) == 0)
        return FALSE;
    if ((event->state & GDK_MOD1_MASK) == 0)
        drawing->selected += by;
    else if (drawing->devices)
        drawing_move_device(drawing, drawing_next_bus(drawing, by));
    else
        drawing_move_cpus(drawing, drawing_cpu(drawing, drawing->selected)->node + by,
                          event->state);
    drawing_tell(drawing);
    return TRUE;
}

/* ---- making ---- */

static void drawing_free(gpointer data)
{
    struct drawing *drawing = data;

    lathe_drawing_free(drawing->parts);
    g_free(drawing);
}

GtkWidget *lathe_wizard_new_drawing(struct wizard *wizard, const struct lathe_step *step)
{
    bool nodes = strcmp(step->id, "nodes") == 0, devices = strcmp(step->id, "devices") == 0;
    struct drawing *drawing;
    GtkWidget *scroller;

    if (wizard->row->flow != &lathe_topology_flow || !(nodes || devices))
        return NULL;
    drawing = g_new0(struct drawing, 1);
    drawing->wizard = wizard;
    drawing->devices = devices;
    drawing->area = gtk_drawing_area_new();
    gtk_widget_set_can_focus(drawing->area, TRUE);
    gtk_widget_add_events(drawing->area, GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK |
                                             GDK_POINTER_MOTION_MASK | GDK_KEY_PRESS_MASK);
    atk_object_set_name(gtk_widget_get_accessible(drawing->area),
                        devices ? _("Devices on buses: Alt and Up or Down moves one")
                                : _("Processors in nodes: Alt and Left or Right moves one"));
    g_signal_connect(drawing->area, "draw", G_CALLBACK(drawing_on_draw), drawing);
    g_signal_connect(drawing->area, "button-press-event", G_CALLBACK(drawing_on_press), drawing);
    g_signal_connect(drawing->area, "motion-notify-event", G_CALLBACK(drawing_on_motion), drawing);
    g_signal_connect(drawing->area, "button-release-event", G_CALLBACK(drawing_on_release),
                     drawing);
    g_signal_connect(drawing->area, "key-press-event", G_CALLBACK(drawing_on_key), drawing);
    scroller = gtk_scrolled_window_new(NULL, NULL);
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroller), GTK_POLICY_AUTOMATIC,
                                   GTK_POLICY_NEVER);
    gtk_widget_set_direction(scroller, GTK_TEXT_DIR_LTR); /* as it is drawn */
    gtk_container_add(GTK_CONTAINER(scroller), drawing->area);
    g_object_set_data_full(G_OBJECT(scroller), "drawing", drawing, drawing_free);
    lathe_wizard_update_drawing(scroller);
    return scroller;
}
