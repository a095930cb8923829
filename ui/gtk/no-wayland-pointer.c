/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In place of wayland-pointer.c, where the toolkit was built without Wayland. */
#include "ui/gtk/wayland-pointer.h"

struct lathe_wayland_pointer *
lathe_wayland_pointer_lock(GtkWidget *widget, lathe_wayland_pointer_fn *moved, void *opaque)
{
    return NULL;
}

void lathe_wayland_pointer_free(struct lathe_wayland_pointer *pointer)
{
}
