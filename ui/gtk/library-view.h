/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LatheLibraryView: the machines of a watch as tiles or lines below headings of groups. Widgets
 * exist for what is seen only. It goes into a scrolled window. Main thread.
 *
 * Signals:
 * "arranged"  ():                 it may show other machines than before
 * "selected"  ():                 other machines are selected, or they are another thing
 * "activated" ():                 double click on a machine, or Return
 * "menu"      (gpointer event):   the menu of what is selected is wanted; NULL event: by the
 * keyboard "moved"     (gpointer watched, guint index, const char *group): it was dragged to this
 * place of the watch, and to this group
 */
#ifndef LATHE_GTK_LIBRARY_VIEW_H
#define LATHE_GTK_LIBRARY_VIEW_H

#include <gtk/gtk.h>

#include "app/watch/watch.h"

#define LATHE_TYPE_LIBRARY_VIEW lathe_library_view_get_type()
G_DECLARE_FINAL_TYPE(LatheLibraryView, lathe_library_view, LATHE, LIBRARY_VIEW, GtkLayout)

GtkWidget *lathe_library_view_new(LatheWatch *watch);

/* Lines instead of tiles. */
void lathe_library_view_set_lines(LatheLibraryView *view, bool lines);
/* Shows those that have this text; "": all. */
void lathe_library_view_search(LatheLibraryView *view, const char *text);
/* How many machines it shows. */
unsigned lathe_library_view_get_count(LatheLibraryView *view);

/* What is selected, as it is shown, of struct lathe_watched *, borrowed; g_ptr_array_unref. What a
 * search hides is not in it. */
GPtrArray *lathe_library_view_get_selection(LatheLibraryView *view);
/* The only one that is selected; NULL: none or several are. Borrowed, as long as the watch has it.
 */
struct lathe_watched *lathe_library_view_get_selected(LatheLibraryView *view);
/* Where the keys are; NULL: nowhere yet. Borrowed as above. */
struct lathe_watched *lathe_library_view_get_cursor(LatheLibraryView *view);
/* The cursor and the focus go there; what is selected stays. */
void lathe_library_view_go(LatheLibraryView *view, struct lathe_watched *watched);
/* Selects it alone, scrolls there and takes the focus. */
void lathe_library_view_select(LatheLibraryView *view, struct lathe_watched *watched);
/* Selects all that are shown. */
void lathe_library_view_select_all(LatheLibraryView *view);
/* Its widget, to point at; NULL: it is not seen. */
GtkWidget *lathe_library_view_get_widget(LatheLibraryView *view,
                                         const struct lathe_watched *watched);

#endif
