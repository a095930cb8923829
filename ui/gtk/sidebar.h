/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages of a window, named in a list at their side; and the bar of what is said above them. */
#ifndef LATHE_UI_GTK_SIDEBAR_H
#define LATHE_UI_GTK_SIDEBAR_H

#include <gtk/gtk.h>

/* A list that is one stop for Tab, as its rows are for the arrow keys. name is for screen readers.
 * A floating reference; main thread, as all here. */
GtkListBox *lathe_sidebar_new(const char *name);
/* A row for a page, whose id outlives it; label is translated. The box in the row, for what stands
 * behind the label; borrowed. */
GtkBox *lathe_sidebar_add(GtkListBox *sidebar, const char *page, const char *label);
/* The page of a row; borrowed. */
const char *lathe_sidebar_page(GtkListBoxRow *row);
/* The stack's child of the chosen page's id is the one that is seen. */
void lathe_sidebar_turn(GtkListBox *sidebar, GtkStack *stack);
/* The list in what scrolls it up and down. A floating reference. */
GtkWidget *lathe_sidebar_scroll(GtkListBox *sidebar);

/* A bar that is not seen until it is shown, and read out then; *words is its label, borrowed. A
 * floating reference. */
GtkInfoBar *lathe_alert_new(GtkLabel **words);

#endif
