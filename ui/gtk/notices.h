/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The desktop's notifications of a machine whose window is not in front: it stopped, or its guest
 * started again, as installers do at their end. Main thread.
 */
#ifndef LATHE_GTK_NOTICES_H
#define LATHE_GTK_NOTICES_H

#include <gtk/gtk.h>

#include "app/session/session.h"

/* From now on, until the window goes; it has an application. When it comes to the front what was
 * told is taken back. */
void lathe_notices_install(GtkWindow *window, LatheSession *session);

#endif
