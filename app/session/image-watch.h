/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Watches over the files of a running machine's disks. Main thread; internal to app/session. */
#ifndef LATHE_SESSION_IMAGE_WATCH_H
#define LATHE_SESSION_IMAGE_WATCH_H

#include <glib.h>

struct lathe_definition;
struct lathe_image_watch;

/* The sentence is for people: an image was deleted or renamed under the machine. */
typedef void lathe_image_watch_fn(gpointer opaque, const char *sentence);

struct lathe_image_watch *lathe_image_watch_new(const struct lathe_definition *definition,
                                                lathe_image_watch_fn *lost, gpointer opaque);
void lathe_image_watch_free(struct lathe_image_watch *watch); /* NULL is legal */

#endif
