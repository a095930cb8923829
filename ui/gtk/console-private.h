/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the console window share. */
#ifndef LATHE_GTK_CONSOLE_PRIVATE_H
#define LATHE_GTK_CONSOLE_PRIVATE_H

#include "ui/gtk/console-window.h"
#include "ui/gtk/preferences.h"

struct _LatheConsoleWindow {
    GtkApplicationWindow parent;
    GtkHeaderBar *header;
    GtkNotebook *notebook;
    GtkWidget *log_button;
    GtkLabel *state_label, *size_label, *file_label;
    GPtrArray *patterns; /* of struct lathe_pattern * */
    struct lathe_preferences preferences;
};

/* The page in front; NULL: there is none. */
LatheConsolePage *lathe_console_window_get_page(LatheConsoleWindow *window);
/* Adds a tab and brings it in front. */
void lathe_console_window_add(LatheConsoleWindow *window, LatheConsole *console);
/* Opens a machine's port or an address, or says why not. */
void lathe_console_window_open(LatheConsoleWindow *window, const char *machine, const char *port);
void lathe_console_window_detach(LatheConsoleWindow *window);
void lathe_console_window_install_actions(LatheConsoleWindow *window);
/* Which actions can be done now, and how they stand. */
void lathe_console_window_update_actions(LatheConsoleWindow *window);
/* Zoom and scrollback to all pages; kept. */
void lathe_console_window_apply_preferences(LatheConsoleWindow *window);
/* Patterns to all pages; kept. */
void lathe_console_window_apply_patterns(LatheConsoleWindow *window);
/* Dialogs: what to open; the patterns; a file for the log (writing goes on, or once). */
void lathe_console_window_ask(LatheConsoleWindow *window);
void lathe_console_window_edit_patterns(LatheConsoleWindow *window);
void lathe_console_window_ask_file(LatheConsoleWindow *window, gboolean once);
void lathe_console_window_show_error(LatheConsoleWindow *window, const char *title,
                                     const char *text);

#endif
