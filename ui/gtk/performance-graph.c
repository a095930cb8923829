/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A graph: the newest sample is at the right; a value that is not known leaves a gap. Lines differ
 * by colour and by dashes. */
#include "ui/gtk/performance-graph.h"

#include <glib/gi18n.h>
#include <math.h>

struct graph_line {
    guint series;
    char *label;
    GtkLabel *value;
};

struct _LathePerformanceGraph {
    GtkBox parent;
    const struct lathe_stats *stats;
    enum lathe_range range;
    double most;
    char *title;
    GtkWidget *area, *values;
    GtkLabel *scale;
    GArray *lines; /* of struct graph_line */
};

G_DEFINE_FINAL_TYPE(LathePerformanceGraph, lathe_performance_graph, GTK_TYPE_BOX)

static const struct graph_line *graph_line(LathePerformanceGraph *graph, guint number)
{
    return &g_array_index(graph->lines, struct graph_line, number);
}

static enum lathe_unit graph_unit(LathePerformanceGraph *graph)
{
    return lathe_series_unit(graph_line(graph, 0)->series);
}

/* ---- drawing ---- */

static void graph_set_color(cairo_t *cairo, guint number, double alpha)
{
    static const double colors[][3] = {{0.20, 0.52, 0.89}, {0.88, 0.45, 0.13}, {0.20, 0.65, 0.38},
                                       {0.72, 0.32, 0.72}, {0.78, 0.62, 0.10}, {0.80, 0.24, 0.24},
                                       {0.16, 0.62, 0.66}, {0.50, 0.50, 0.55}};
    const double *color = colors[number % G_N_ELEMENTS(colors)];

    cairo_set_source_rgba(cairo, color[0], color[1], color[2], alpha);
}

/* The scale's end: what was given, or a bit more than the largest value, in steps that keep still.
 */
static double graph_top(LathePerformanceGraph *graph)
{
    const struct lathe_history *history = lathe_stats_get_history(graph->stats);
    double peak = 1, top = 1;

    if (graph->most > 0)
        return graph->most;
    for (guint i = 0; i < graph->lines->len; i++)
        peak = MAX(peak,
                   (double)lathe_history_peak(history, graph->range, graph_line(graph, i)->series));
    while (top < peak)
        top *= 2;
    return top;
}

static void graph_draw_grid(LathePerformanceGraph *graph, cairo_t *cairo, int width, int height)
{
    GtkStyleContext *style = gtk_widget_get_style_context(graph->area);
    GdkRGBA color;

    gtk_style_context_get_color(style, gtk_style_context_get_state(style), &color);
    cairo_set_source_rgba(cairo, color.red, color.green, color.blue, 0.18);
    cairo_set_line_width(cairo, 1);
    for (int i = 0; i <= 4; i++) {
        double y = floor(i * (height - 1) / 4.0) + 0.5;
        cairo_move_to(cairo, 0, y);
        cairo_line_to(cairo, width, y);
    }
    for (int i = 0; i <= 6; i++) {
        double x = floor(i * (width - 1) / 6.0) + 0.5;
        cairo_move_to(cairo, x, 0);
        cairo_line_to(cairo, x, height);
    }
    cairo_stroke(cairo);
}

/* A line's points, of which there are no more than pixels. */
static void graph_trace(LathePerformanceGraph *graph, cairo_t *cairo, guint series, double top,
                        int width, int height)
{
    const struct lathe_history *history = lathe_stats_get_history(graph->stats);
    guint room = lathe_history_room(graph->range);
    guint step = MAX(room / (guint)MAX(width, 1), 1u);
    gboolean drawing = FALSE;

    for (guint age = 0; age < lathe_history_count(history, graph->range); age += step) {
        double value = (double)lathe_history_get(history, graph->range, series, age);
        double x = width - 1 - (double)age * (width - 1) / (room - 1);
        double y = 1 + (height - 3) * (1 - CLAMP(value / top, 0, 1));
        if (isnan(value))
            drawing = FALSE;
        else if (drawing)
            cairo_line_to(cairo, x, y);
        else
            cairo_move_to(cairo, x, y);
        drawing = !isnan(value);
    }
}

static void graph_draw_line(LathePerformanceGraph *graph, cairo_t *cairo, guint number, double top,
                            int width, int height)
{
    static const double dashes[] = {6, 3};

    cairo_set_dash(cairo, dashes, number % 2 == 0 ? 0 : 2, 0);
    cairo_set_line_width(cairo, 1.5);
    graph_set_color(cairo, number, 1);
    graph_trace(graph, cairo, graph_line(graph, number)->series, top, width, height);
    cairo_stroke(cairo);
}

static gboolean graph_on_draw(GtkWidget *area, cairo_t *cairo, LathePerformanceGraph *graph)
{
    int width = gtk_widget_get_allocated_width(area),
        height = gtk_widget_get_allocated_height(area);
    double top = graph_top(graph);

    graph_draw_grid(graph, cairo, width, height);
    for (guint i = 0; i < graph->lines->len; i++)
        graph_draw_line(graph, cairo, i, top, width, height);
    return GDK_EVENT_STOP;
}

/* ---- values ---- */

static void graph_show_value(LathePerformanceGraph *graph, const struct graph_line *line,
                             GString *all)
{
    const struct lathe_history *history = lathe_stats_get_history(graph->stats);
    double value = (double)lathe_history_get(history, LATHE_RANGE_MINUTES, line->series, 0);
    g_autofree char *text = lathe_unit_format(lathe_series_unit(line->series), value);
    /* Translators: what a line of a graph is called, and its value of now: "Disks: read: 3 MiB/s"
     */
    g_autofree char *words = g_strdup_printf(_("%s: %s"), line->label, text);

    gtk_label_set_text(line->value, words);
    g_string_append_printf(all, "%s%s", all->len != 0 ? ", " : "", words);
}

static void graph_show_values(LathePerformanceGraph *graph)
{
    g_autoptr(GString) all = g_string_new(NULL);
    g_autofree char *top = lathe_unit_format(graph_unit(graph), graph_top(graph));
    GtkWidget *parent = gtk_widget_get_parent(GTK_WIDGET(graph));

    for (guint i = 0; i < graph->lines->len; i++)
        graph_show_value(graph, graph_line(graph, i), all);
    gtk_label_set_text(graph->scale, top);
    atk_object_set_description(gtk_widget_get_accessible(graph->area), all->str);
    if (parent != NULL) /* what the keyboard comes to */
        atk_object_set_description(gtk_widget_get_accessible(parent), all->str);
}

void lathe_performance_graph_update(LathePerformanceGraph *graph)
{
    if (!gtk_widget_get_mapped(graph->area) || graph->lines->len == 0)
        return;
    graph_show_values(graph);
    gtk_widget_queue_draw(graph->area);
}

void lathe_performance_graph_set_range(LathePerformanceGraph *graph, enum lathe_range range)
{
    graph->range = range;
    lathe_performance_graph_update(graph);
}

/* ---- making it ---- */

static gboolean graph_on_draw_key(GtkWidget *area, cairo_t *cairo, gpointer number)
{
    static const double dashes[] = {6, 3};
    double y = floor(gtk_widget_get_allocated_height(area) / 2.0) + 0.5;

    graph_set_color(cairo, GPOINTER_TO_UINT(number), 1);
    cairo_set_dash(cairo, dashes, GPOINTER_TO_UINT(number) % 2 == 0 ? 0 : 2, 0);
    cairo_set_line_width(cairo, 3);
    cairo_move_to(cairo, 0, y);
    cairo_line_to(cairo, gtk_widget_get_allocated_width(area), y);
    cairo_stroke(cairo);
    return GDK_EVENT_STOP;
}

static GtkWidget *graph_make_key(guint number, GtkLabel **value)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *key = gtk_drawing_area_new();

    gtk_widget_set_size_request(key, 18, 10);
    g_signal_connect(key, "draw", G_CALLBACK(graph_on_draw_key), GUINT_TO_POINTER(number));
    gtk_container_add(GTK_CONTAINER(box), key);
    *value = GTK_LABEL(gtk_label_new(NULL));
    gtk_label_set_xalign(*value, 0);
    gtk_container_add(GTK_CONTAINER(box), GTK_WIDGET(*value));
    gtk_widget_show_all(box);
    return box;
}

void lathe_performance_graph_add(LathePerformanceGraph *graph, guint series, const char *label)
{
    struct graph_line line = {series, g_strdup(label), NULL};
    GtkWidget *key = graph_make_key(graph->lines->len, &line.value);

    gtk_container_add(GTK_CONTAINER(graph->values), key);
    gtk_widget_set_can_focus(gtk_widget_get_parent(key), FALSE); /* the graph says it all */
    g_array_append_val(graph->lines, line);
    graph_show_values(graph);
}

static void graph_clear_line(gpointer line)
{
    g_free(((struct graph_line *)line)->label);
}

static void graph_make_head(LathePerformanceGraph *graph)
{
    GtkWidget *head = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *title = gtk_label_new(graph->title);

    gtk_style_context_add_class(gtk_widget_get_style_context(title), "lathe-card-title");
    graph->scale = GTK_LABEL(gtk_label_new(NULL));
    gtk_style_context_add_class(gtk_widget_get_style_context(GTK_WIDGET(graph->scale)),
                                GTK_STYLE_CLASS_DIM_LABEL);
    gtk_box_pack_start(GTK_BOX(head), title, FALSE, FALSE, 0);
    gtk_box_pack_end(GTK_BOX(head), GTK_WIDGET(graph->scale), FALSE, FALSE, 0);
    gtk_container_add(GTK_CONTAINER(graph), head);
}

static void graph_make_area(LathePerformanceGraph *graph)
{
    graph->area = gtk_drawing_area_new();
    gtk_widget_set_size_request(graph->area, 240, 110);
    gtk_widget_set_hexpand(graph->area, TRUE);
    atk_object_set_name(gtk_widget_get_accessible(graph->area), graph->title);
    atk_object_set_role(gtk_widget_get_accessible(graph->area), ATK_ROLE_IMAGE);
    g_signal_connect(graph->area, "draw", G_CALLBACK(graph_on_draw), graph);
    g_signal_connect_data(graph->area, "map", G_CALLBACK(lathe_performance_graph_update), graph,
                          NULL, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
    gtk_container_add(GTK_CONTAINER(graph), graph->area);
    graph->values = gtk_flow_box_new();
    gtk_flow_box_set_selection_mode(GTK_FLOW_BOX(graph->values), GTK_SELECTION_NONE);
    gtk_flow_box_set_max_children_per_line(GTK_FLOW_BOX(graph->values), 4);
    gtk_container_add(GTK_CONTAINER(graph), graph->values);
}

GtkWidget *lathe_performance_graph_new(const struct lathe_stats *stats, const char *title,
                                       double most)
{
    LathePerformanceGraph *graph = g_object_new(LATHE_TYPE_PERFORMANCE_GRAPH, "orientation",
                                                GTK_ORIENTATION_VERTICAL, "spacing", 6, NULL);

    graph->stats = stats;
    graph->title = g_strdup(title);
    graph->most = most;
    graph_make_head(graph);
    graph_make_area(graph);
    gtk_widget_show_all(GTK_WIDGET(graph));
    return GTK_WIDGET(graph);
}

static void lathe_performance_graph_finalize(GObject *object)
{
    LathePerformanceGraph *graph = LATHE_PERFORMANCE_GRAPH(object);

    g_free(graph->title);
    g_array_unref(graph->lines);
    G_OBJECT_CLASS(lathe_performance_graph_parent_class)->finalize(object);
}

static void lathe_performance_graph_init(LathePerformanceGraph *graph)
{
    graph->lines = g_array_new(FALSE, FALSE, sizeof(struct graph_line));
    g_array_set_clear_func(graph->lines, graph_clear_line);
}

static void lathe_performance_graph_class_init(LathePerformanceGraphClass *class)
{
    G_OBJECT_CLASS(class)->finalize = lathe_performance_graph_finalize;
}
