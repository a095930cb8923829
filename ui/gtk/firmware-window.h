/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window of a UEFI variable store. Main thread. */
#ifndef LATHE_GTK_FIRMWARE_WINDOW_H
#define LATHE_GTK_FIRMWARE_WINDOW_H

#include <gtk/gtk.h>

/* Opens the store in this file, or brings the window that has it to the front; one that cannot be
 * opened is told. parent may be NULL. */
void lathe_firmware_show(GtkApplication *application, GtkWindow *parent, const char *path);

#endif
