/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LatheSearchBar: finds plain text or regular expressions in a terminal and its scrollback. */
#ifndef LATHE_GTK_SEARCH_BAR_H
#define LATHE_GTK_SEARCH_BAR_H

#include <vte/vte.h>

#define LATHE_TYPE_SEARCH_BAR lathe_search_bar_get_type()
G_DECLARE_FINAL_TYPE(LatheSearchBar, lathe_search_bar, LATHE, SEARCH_BAR, GtkBox)

/* The terminal is borrowed: both are children of one page. */
void lathe_search_bar_set_terminal(LatheSearchBar *bar, VteTerminal *terminal);
/* Shows it with the keyboard in it, or hides it and gives the keyboard to the terminal. */
void lathe_search_bar_open(LatheSearchBar *bar);
void lathe_search_bar_close(LatheSearchBar *bar);

#endif
