/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where machines and headings of the library are, for a width. No widgets: what is looked for, the
 * groups and the places of thousands of machines cost next to nothing. Main thread.
 */
#ifndef LATHE_GTK_LIBRARY_LAYOUT_H
#define LATHE_GTK_LIBRARY_LAYOUT_H

#include <stdbool.h>

#include "app/watch/watch.h"

struct library_place {
    const char *heading;           /* a group's name, else NULL; the layout's */
    struct lathe_watched *watched; /* a machine, else NULL */
    int x, y, width, height;
};

struct library_sizes {
    int cell_width, cell_height; /* at least, and exactly; width 0: a line each */
    int heading_height, margin;
};

struct library_layout {
    GStringChunk *names;
    GArray *places; /* of struct library_place, downwards and then along the line */
    int height;     /* of all of them together */
    unsigned columns;
};

/* search: what names, titles, groups and states must have in them, "" for all. */
struct library_layout *library_layout_new(LatheWatch *watch, const char *search,
                                          const struct library_sizes *sizes, int width);
void library_layout_free(struct library_layout *layout); /* NULL is legal */

/* The first place that reaches below y; the number of places if there is none. */
unsigned library_layout_find(const struct library_layout *layout, int y);
/* The machine's place; NULL: it is not shown. */
const struct library_place *library_layout_of(const struct library_layout *layout,
                                              const struct lathe_watched *watched);
/* The machine that lies under a point, or else the nearest one of its line; NULL: none. */
const struct library_place *library_layout_at(const struct library_layout *layout, int x, int y);
/* The machine that lies that many steps along, or lines down, from one; the same at the end. NULL
 * watched: the first. NULL: there is none at all. */
struct lathe_watched *library_layout_step(const struct library_layout *layout,
                                          const struct lathe_watched *watched, int along, int down);

#endif
