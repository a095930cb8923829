/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LathePerformanceGraph: some series of a machine's statistics as lines over time, with a title and
 * the values of now as text, for everybody. It draws while it is seen only. Main thread.
 */
#ifndef LATHE_GTK_PERFORMANCE_GRAPH_H
#define LATHE_GTK_PERFORMANCE_GRAPH_H

#include <gtk/gtk.h>

#include "app/stats/stats.h"

#define LATHE_TYPE_PERFORMANCE_GRAPH lathe_performance_graph_get_type()
G_DECLARE_FINAL_TYPE(LathePerformanceGraph, lathe_performance_graph, LATHE, PERFORMANCE_GRAPH,
                     GtkBox)

/* The statistics must live as long. most: the scale's upper end; 0: what there is. */
GtkWidget *lathe_performance_graph_new(const struct lathe_stats *stats, const char *title,
                                       double most);
/* label: what this line is called. */
void lathe_performance_graph_add(LathePerformanceGraph *graph, guint series, const char *label);
void lathe_performance_graph_set_range(LathePerformanceGraph *graph, enum lathe_range range);
/* There is a new sample. */
void lathe_performance_graph_update(LathePerformanceGraph *graph);

#endif
