/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LatheTerminalPage: a console (a serial port, wherever it is) as a terminal with a search bar and
 * a log. Signals: "changed" (): size, log or location are other than before; "attention" (): the
 * guest wrote something.
 */
#ifndef LATHE_GTK_TERMINAL_PAGE_H
#define LATHE_GTK_TERMINAL_PAGE_H

#include <gtk/gtk.h>

#include "app/console/console.h"
#include "app/console/record.h"
#include "ui/gtk/preferences.h"

#define LATHE_TYPE_TERMINAL_PAGE lathe_terminal_page_get_type()
G_DECLARE_FINAL_TYPE(LatheTerminalPage, lathe_terminal_page, LATHE, TERMINAL_PAGE, GtkBox)

/* machine: the machine's name, for screen readers. */
GtkWidget *lathe_terminal_page_new(LatheConsole *console, const char *machine);
LatheConsole *lathe_terminal_page_get_console(LatheTerminalPage *page);
/* What it wrote, beyond the scrollback; the page's. */
struct lathe_console_record *lathe_terminal_page_get_record(LatheTerminalPage *page);

/* Scrollback and zoom. */
void lathe_terminal_page_apply(LatheTerminalPage *page,
                               const struct lathe_preferences *preferences);
void lathe_terminal_page_get_size(LatheTerminalPage *page, glong *columns, glong *rows);
/* Asks for a terminal of so many characters; the window may follow. */
void lathe_terminal_page_set_size(LatheTerminalPage *page, glong columns, glong rows);

void lathe_terminal_page_grab_focus(LatheTerminalPage *page);
gboolean lathe_terminal_page_has_focus(LatheTerminalPage *page);
void lathe_terminal_page_copy(LatheTerminalPage *page);
void lathe_terminal_page_paste(LatheTerminalPage *page);
void lathe_terminal_page_send_break(LatheTerminalPage *page);
/* Types the clipboard's text at so many characters a second, with a pause after each line, for
 * guests that lose what comes at once. */
void lathe_terminal_page_paste_slowly(LatheTerminalPage *page, guint speed);
/* Bytes of such a text that wait; and forgets them. */
gsize lathe_terminal_page_get_pasting(LatheTerminalPage *page);
void lathe_terminal_page_stop_pasting(LatheTerminalPage *page);
/* Shows what the guest writes as a line of this speed would, in baud; 0: at once. */
void lathe_terminal_page_set_baud(LatheTerminalPage *page, guint baud);
void lathe_terminal_page_select_all(LatheTerminalPage *page);
void lathe_terminal_page_clear(LatheTerminalPage *page);
/* Types "stty rows R cols C" for the guest's shell; the user presses Enter. */
void lathe_terminal_page_tell_size(LatheTerminalPage *page);
void lathe_terminal_page_set_searching(LatheTerminalPage *page, gboolean searching);
gboolean lathe_terminal_page_is_searching(LatheTerminalPage *page);

gboolean lathe_terminal_page_start_log(LatheTerminalPage *page, const char *path,
                                       gboolean timestamps, GError **error);
void lathe_terminal_page_stop_log(LatheTerminalPage *page);
/* The file's path while one is written, else NULL. */
const char *lathe_terminal_page_get_log(LatheTerminalPage *page);

#endif
