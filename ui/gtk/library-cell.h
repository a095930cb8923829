/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LatheLibraryCell: one machine in the library, as a tile or as a line. Cells are few and are given
 * another machine when the view scrolls. Main thread.
 */
#ifndef LATHE_GTK_LIBRARY_CELL_H
#define LATHE_GTK_LIBRARY_CELL_H

#include <gtk/gtk.h>

#include "app/watch/watch.h"

#define LATHE_TYPE_LIBRARY_CELL lathe_library_cell_get_type()
G_DECLARE_FINAL_TYPE(LatheLibraryCell, lathe_library_cell, LATHE, LIBRARY_CELL, GtkEventBox)

/* Points, of a tile's picture. */
#define LATHE_CELL_PICTURE_WIDTH  160
#define LATHE_CELL_PICTURE_HEIGHT 100

GtkWidget *lathe_library_cell_new(bool line);
/* Shows a machine as it is now. wide: a line has room for numbers. */
void lathe_library_cell_show(LatheLibraryCell *cell, struct lathe_watched *watched, bool wide);
/* NULL: no machine any more. Borrowed, and only valid while the watch has it. */
struct lathe_watched *lathe_library_cell_get(LatheLibraryCell *cell);
void lathe_library_cell_forget(LatheLibraryCell *cell);
/* NULL: none, an icon stands there. */
void lathe_library_cell_set_picture(LatheLibraryCell *cell, cairo_surface_t *picture);
void lathe_library_cell_set_selected(LatheLibraryCell *cell, bool selected);

#endif
