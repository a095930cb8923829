/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A machine's window while its screens are recorded, and what is told of pictures and recordings.
 * Main thread. */
#ifndef LATHE_GTK_CAPTURE_H
#define LATHE_GTK_CAPTURE_H

#include "ui/gtk/window.h"

/* Adds the actions "record", "open-folder" and "show-recording", and the button; after
 * lathe_window_install_media, whose message bar they use. */
void lathe_window_install_capture(LatheWindow *window);
/* Says where a picture or recording is, with a way there. */
void lathe_window_tell_captured(LatheWindow *window, const char *path, const char *sentence,
                                gboolean recording);
/* The machine's name, and whether it is recorded. */
void lathe_window_show_title(LatheWindow *window);

#endif
