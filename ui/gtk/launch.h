/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts machines, each a process of its own: "lathe run FILE". Main thread. */
#ifndef LATHE_GTK_LAUNCH_H
#define LATHE_GTK_LAUNCH_H

#include <gio/gio.h>

/* It did not come to a machine, or the machine ended by an error: text says why, in one line. */
typedef void lathe_launch_failed_fn(GApplication *application, const char *text);

/*
 * The application is kept alive until the new process had time to open its window. What the process
 * says on standard error is passed on, too.
 */
void lathe_launch(GApplication *application, const char *path, lathe_launch_failed_fn *failed);

#endif
