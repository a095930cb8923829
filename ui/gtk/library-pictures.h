/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pictures of machines, small: thumbnail.png of those that are off, and what running ones show now.
 * Read on threads, and only those that somebody asked for. Main thread.
 */
#ifndef LATHE_GTK_LIBRARY_PICTURES_H
#define LATHE_GTK_LIBRARY_PICTURES_H

#include <gtk/gtk.h>

#include "app/watch/watch.h"

struct library_pictures;

/* A machine has another picture. */
typedef void library_pictures_fn(void *opaque, struct lathe_watched *watched);

/* scale: device pixels in a point. */
struct library_pictures *library_pictures_new(LatheWatch *watch, int scale,
                                              library_pictures_fn *changed, void *opaque);
void library_pictures_free(struct library_pictures *pictures);

/* What is known now, borrowed until the main loop runs; NULL: none, or it is being read, and
 * changed will be called. */
cairo_surface_t *library_pictures_get(struct library_pictures *pictures,
                                      struct lathe_watched *watched);
/* Asks a running machine for what it shows, unless that was done a moment ago. */
void library_pictures_refresh(struct library_pictures *pictures, struct lathe_watched *watched);

#endif
