/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Graphs in a flow that is as wide as the window allows, and two buttons for the range. */
#include "ui/gtk/performance-page.h"

#include <glib/gi18n.h>

#include "ui/gtk/performance-graph.h"

struct _LathePerformancePage {
    GtkBox parent;
    struct lathe_stats *stats;
    GtkWidget *minutes, *hours, *flow;
    GPtrArray *graphs;
};

G_DEFINE_FINAL_TYPE(LathePerformancePage, lathe_performance_page, GTK_TYPE_BOX)

static void page_on_sample(void *opaque)
{
    LathePerformancePage *page = opaque;

    for (guint i = 0; i < page->graphs->len; i++)
        lathe_performance_graph_update(page->graphs->pdata[i]);
}

static void page_on_range(GtkToggleButton *button, LathePerformancePage *page)
{
    enum lathe_range range = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(page->hours))
                                 ? LATHE_RANGE_HOURS
                                 : LATHE_RANGE_MINUTES;

    for (guint i = 0; i < page->graphs->len; i++)
        lathe_performance_graph_set_range(page->graphs->pdata[i], range);
}

static LathePerformanceGraph *page_add(LathePerformancePage *page, const char *title, double most)
{
    GtkWidget *graph = lathe_performance_graph_new(page->stats, title, most);

    gtk_container_add(GTK_CONTAINER(page->flow), graph);
    atk_object_set_name(gtk_widget_get_accessible(gtk_widget_get_parent(graph)), title);
    g_ptr_array_add(page->graphs, graph);
    return LATHE_PERFORMANCE_GRAPH(graph);
}

static void page_add_series(LathePerformanceGraph *graph, enum lathe_series series)
{
    lathe_performance_graph_add(graph, series, lathe_series_label(series));
}

static void page_add_processors(LathePerformancePage *page)
{
    LathePerformanceGraph *graph = page_add(page, _("Processors"), 1);
    guint count = lathe_stats_count_vcpus(page->stats);

    page_add_series(graph, LATHE_SERIES_BUSY);
    for (guint i = 0; count > 1 && i < count; i++) {
        /* Translators: one of the guest's processors, counted from 0 */
        g_autofree char *label = g_strdup_printf(_("Processor %u"), i);
        lathe_performance_graph_add(graph, LATHE_SERIES_COUNT + i, label);
    }
}

static void page_add_graphs(LathePerformancePage *page)
{
    static const struct {
        const char *title;
        enum lathe_series series[2];
        guint count;
    } rows[] = {
        {N_("Memory"), {LATHE_SERIES_MEMORY}, 1},
        {N_("Disks"), {LATHE_SERIES_DISK_READ, LATHE_SERIES_DISK_WRITTEN}, 2},
        {N_("Disk Requests"), {LATHE_SERIES_DISK_REQUESTS}, 1},
        {N_("Network"), {LATHE_SERIES_NET_RECEIVED, LATHE_SERIES_NET_SENT}, 2},
        {N_("Screen"), {LATHE_SERIES_FRAMES}, 1},
        {N_("Speed"), {LATHE_SERIES_MIPS}, 1},
        {N_("Host’s Processors"), {LATHE_SERIES_HOST}, 1},
        {N_("Translator"), {LATHE_SERIES_CODE}, 1},
    };

    page_add_processors(page);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        LathePerformanceGraph *graph = page_add(page, _(rows[i].title), 0);
        for (guint k = 0; k < rows[i].count; k++)
            page_add_series(graph, rows[i].series[k]);
    }
}

/* ---- the object ---- */

static void page_make_bar(LathePerformancePage *page)
{
    GtkWidget *bar = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);

    gtk_style_context_add_class(gtk_widget_get_style_context(bar), GTK_STYLE_CLASS_LINKED);
    gtk_widget_set_halign(bar, GTK_ALIGN_CENTER);
    gtk_container_set_border_width(GTK_CONTAINER(bar), 6);
    page->minutes = gtk_radio_button_new_with_mnemonic(NULL, _("_10 Minutes"));
    page->hours = gtk_radio_button_new_with_mnemonic_from_widget(GTK_RADIO_BUTTON(page->minutes),
                                                                 _("_24 Hours"));
    gtk_toggle_button_set_mode(GTK_TOGGLE_BUTTON(page->minutes), FALSE);
    gtk_toggle_button_set_mode(GTK_TOGGLE_BUTTON(page->hours), FALSE);
    g_signal_connect(page->hours, "toggled", G_CALLBACK(page_on_range), page);
    gtk_container_add(GTK_CONTAINER(bar), page->minutes);
    gtk_container_add(GTK_CONTAINER(bar), page->hours);
    gtk_container_add(GTK_CONTAINER(page), bar);
}

static void page_make_flow(LathePerformancePage *page)
{
    GtkWidget *scroller = gtk_scrolled_window_new(NULL, NULL);

    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroller), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    page->flow = gtk_flow_box_new();
    gtk_container_set_border_width(GTK_CONTAINER(page->flow), 12);
    gtk_flow_box_set_selection_mode(GTK_FLOW_BOX(page->flow), GTK_SELECTION_NONE);
    gtk_flow_box_set_max_children_per_line(GTK_FLOW_BOX(page->flow), 3);
    gtk_flow_box_set_homogeneous(GTK_FLOW_BOX(page->flow), TRUE);
    gtk_flow_box_set_row_spacing(GTK_FLOW_BOX(page->flow), 18);
    gtk_flow_box_set_column_spacing(GTK_FLOW_BOX(page->flow), 18);
    gtk_widget_set_valign(page->flow, GTK_ALIGN_START);
    gtk_container_add(GTK_CONTAINER(scroller), page->flow);
    gtk_flow_box_set_vadjustment(GTK_FLOW_BOX(page->flow), gtk_scrolled_window_get_vadjustment(
                                                               GTK_SCROLLED_WINDOW(scroller)));
    gtk_box_pack_start(GTK_BOX(page), scroller, TRUE, TRUE, 0);
}

void lathe_performance_page_grab_focus(LathePerformancePage *page)
{
    gboolean hours = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(page->hours));

    gtk_widget_grab_focus(hours ? page->hours : page->minutes);
}

GtkWidget *lathe_performance_page_new(struct lathe_stats *stats)
{
    LathePerformancePage *page =
        g_object_new(LATHE_TYPE_PERFORMANCE_PAGE, "orientation", GTK_ORIENTATION_VERTICAL, NULL);

    page->stats = stats;
    page_make_bar(page);
    page_make_flow(page);
    page_add_graphs(page);
    lathe_stats_on_sample(stats, page_on_sample, page);
    gtk_widget_show_all(GTK_WIDGET(page));
    return GTK_WIDGET(page);
}

static void lathe_performance_page_dispose(GObject *object)
{
    LathePerformancePage *page = LATHE_PERFORMANCE_PAGE(object);

    if (page->stats != NULL)
        lathe_stats_on_sample(page->stats, NULL, NULL);
    page->stats = NULL;
    g_ptr_array_set_size(page->graphs, 0);
    G_OBJECT_CLASS(lathe_performance_page_parent_class)->dispose(object);
}

static void lathe_performance_page_finalize(GObject *object)
{
    g_ptr_array_unref(LATHE_PERFORMANCE_PAGE(object)->graphs);
    G_OBJECT_CLASS(lathe_performance_page_parent_class)->finalize(object);
}

static void lathe_performance_page_init(LathePerformancePage *page)
{
    page->graphs = g_ptr_array_new();
}

static void lathe_performance_page_class_init(LathePerformancePageClass *class)
{
    G_OBJECT_CLASS(class)->dispose = lathe_performance_page_dispose;
    G_OBJECT_CLASS(class)->finalize = lathe_performance_page_finalize;
}
