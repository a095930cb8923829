/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are dropped on a widget. Main thread. */
#ifndef LATHE_GTK_DROP_H
#define LATHE_GTK_DROP_H

#include <gtk/gtk.h>

/* The files of one drop that lie on this host; there is at least one. */
typedef void lathe_drop_fn(GtkWidget *widget, GFile **files, int count);

/* While something hovers over it the widget has the style class "lathe-drop". */
void lathe_drop_accept(GtkWidget *widget, lathe_drop_fn *dropped);

#endif
