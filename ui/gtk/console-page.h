/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LatheConsolePage: a console as a terminal or as its whole log, with a bar that says why it is not
 * open. It can be moved from one window to another. Signals: "changed" (): title, state or size may
 * be other; "attention" (): the guest wrote something.
 */
#ifndef LATHE_GTK_CONSOLE_PAGE_H
#define LATHE_GTK_CONSOLE_PAGE_H

#include "ui/gtk/console-log.h"
#include "ui/gtk/terminal-page.h"

#define LATHE_TYPE_CONSOLE_PAGE lathe_console_page_get_type()
G_DECLARE_FINAL_TYPE(LatheConsolePage, lathe_console_page, LATHE, CONSOLE_PAGE, GtkBox)

GtkWidget *lathe_console_page_new(LatheConsole *console);
LatheConsole *lathe_console_page_get_console(LatheConsolePage *page);
LatheTerminalPage *lathe_console_page_get_terminal(LatheConsolePage *page);
LatheConsoleLogView *lathe_console_page_get_log(LatheConsolePage *page);
/* "Debian: Serial 1"; g_free. */
char *lathe_console_page_dup_title(LatheConsolePage *page);

/* The log in the terminal's place. */
void lathe_console_page_show_log(LatheConsolePage *page, gboolean log);
gboolean lathe_console_page_shows_log(LatheConsolePage *page);
/* Hexadecimal in the log; times in front of its lines. */
void lathe_console_page_set_hex(LatheConsolePage *page, gboolean hex);
gboolean lathe_console_page_get_hex(LatheConsolePage *page);
void lathe_console_page_set_times(LatheConsolePage *page, gboolean times);
gboolean lathe_console_page_get_times(LatheConsolePage *page);
void lathe_console_page_set_baud(LatheConsolePage *page, guint baud);
guint lathe_console_page_get_baud(LatheConsolePage *page);
void lathe_console_page_grab_focus(LatheConsolePage *page);

#endif
