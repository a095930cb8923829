/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What GTK 3 lacks under Wayland: a pointer that is locked in its place and tells ways without end,
 * by the protocols pointer-constraints and relative-pointer (unstable, version 1). Main thread.
 */
#ifndef LATHE_GTK_WAYLAND_POINTER_H
#define LATHE_GTK_WAYLAND_POINTER_H

#include <gtk/gtk.h>

struct lathe_wayland_pointer;

/* A way, in the toolkit's pixels. */
typedef void lathe_wayland_pointer_fn(void *opaque, double x, double y);

/* Locks the pointer where it is, in the widget's window, until it is freed. NULL: not Wayland, or a
 * compositor without these protocols. */
struct lathe_wayland_pointer *
lathe_wayland_pointer_lock(GtkWidget *widget, lathe_wayland_pointer_fn *moved, void *opaque);
void lathe_wayland_pointer_free(struct lathe_wayland_pointer *pointer); /* NULL is legal */

#endif
