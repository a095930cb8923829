/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the view and its keys and drags share. */
#ifndef LATHE_GTK_LIBRARY_VIEW_PRIVATE_H
#define LATHE_GTK_LIBRARY_VIEW_PRIVATE_H

#include "ui/gtk/library-cell.h"
#include "ui/gtk/library-layout.h"
#include "ui/gtk/library-pictures.h"
#include "ui/gtk/library-view.h"

struct _LatheLibraryView {
    GtkLayout parent;
    LatheWatch *watch;
    struct library_pictures *pictures;
    struct library_layout *layout; /* NULL: to be made */
    struct library_sizes sizes;
    char *search;
    bool lines;
    GHashTable *selected;                  /* of struct lathe_watched * */
    struct lathe_watched *cursor, *anchor; /* NULL: nowhere yet */
    struct lathe_watched *pressed; /* of several, selected alone when the button is let go */
    GtkGesture *band_gesture;
    GdkRectangle band;  /* in the layout; no width: there is none */
    int band_x, band_y; /* where it began */
    bool band_adds;
    GHashTable *cells;    /* struct lathe_watched *: LatheLibraryCell *, those that are seen */
    GHashTable *headings; /* char *: GtkWidget * */
    GPtrArray *spare;     /* cells without a machine, hidden */
    guint update, later, live;
    bool stale; /* what cells show is not what there is */
    int width;  /* that the layout is for */
    struct lathe_watched *dragged;
};

enum view_signal {
    VIEW_ARRANGED,
    VIEW_SELECTED,
    VIEW_ACTIVATED,
    VIEW_MENU,
    VIEW_MOVED,
    VIEW_SIGNALS
};

extern guint lathe_library_view_signals[VIEW_SIGNALS];

/* The layout as it is now. */
struct library_layout *lathe_library_view_need_layout(LatheLibraryView *view);
/* Scrolls there, and makes its cell. */
void lathe_library_view_scroll_to(LatheLibraryView *view, const struct lathe_watched *watched);
/* Shows what changed, before the next drawing. */
void lathe_library_view_update(LatheLibraryView *view);

/* ---- library-view-select.c ---- */

/* Selects it beside the others, or no longer. */
void lathe_library_view_toggle(LatheLibraryView *view, struct lathe_watched *watched);
/* Selects all from the anchor to it. */
void lathe_library_view_extend(LatheLibraryView *view, struct lathe_watched *watched);
/* Drags that begin beside the machines select those under them. */
void lathe_library_view_add_band(LatheLibraryView *view);
void lathe_library_view_draw_band(LatheLibraryView *view, cairo_t *cairo);

/* ---- library-view-input.c ---- */

/* Keys, clicks and drags of a new cell. */
void lathe_library_view_connect_cell(LatheLibraryView *view, GtkWidget *cell);
/* Drops between cells. */
void lathe_library_view_accept_drops(LatheLibraryView *view);

#endif
