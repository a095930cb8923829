/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LathePerformancePage: what a machine does, as graphs over ten minutes or a day. Main thread. */
#ifndef LATHE_GTK_PERFORMANCE_PAGE_H
#define LATHE_GTK_PERFORMANCE_PAGE_H

#include <gtk/gtk.h>

#include "app/stats/stats.h"

#define LATHE_TYPE_PERFORMANCE_PAGE lathe_performance_page_get_type()
G_DECLARE_FINAL_TYPE(LathePerformancePage, lathe_performance_page, LATHE, PERFORMANCE_PAGE, GtkBox)

/* The statistics must live as long, and tell this page of their samples. */
GtkWidget *lathe_performance_page_new(struct lathe_stats *stats);
void lathe_performance_page_grab_focus(LathePerformancePage *page);

#endif
