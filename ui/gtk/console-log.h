/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LatheConsoleLog: all that a console wrote, as lines with their times or as bytes in hexadecimal;
 * searched, filtered and highlighted by named patterns, with jumps between boots. It looks at a
 * record's log and works only while it is seen. Main thread.
 */
#ifndef LATHE_GTK_CONSOLE_LOG_H
#define LATHE_GTK_CONSOLE_LOG_H

#include <gtk/gtk.h>

#include "app/console/record.h"

#define LATHE_TYPE_CONSOLE_LOG_VIEW lathe_console_log_view_get_type()
G_DECLARE_FINAL_TYPE(LatheConsoleLogView, lathe_console_log_view, LATHE, CONSOLE_LOG_VIEW, GtkBox)

/* The record must live as long as the view; title: for screen readers. */
GtkWidget *lathe_console_log_view_new(const struct lathe_console_record *record, const char *title);
/* Something came to the log. */
void lathe_console_log_view_update(LatheConsoleLogView *view);
/* Patterns as they are now; of struct lathe_pattern *, borrowed until the next call. */
void lathe_console_log_view_set_patterns(LatheConsoleLogView *view, GPtrArray *patterns);
void lathe_console_log_view_set_hex(LatheConsoleLogView *view, gboolean hex);
void lathe_console_log_view_set_times(LatheConsoleLogView *view, gboolean times);
/* Puts the cursor into the search. */
void lathe_console_log_view_search(LatheConsoleLogView *view);
/* The next or previous place where the machine was reset. FALSE: there is none. */
gboolean lathe_console_log_view_go_to_boot(LatheConsoleLogView *view, gboolean next);
/* Copies the selected lines. */
void lathe_console_log_view_copy(LatheConsoleLogView *view);

#endif
