/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a terminal's log goes, and whether its lines begin with the time. Main thread. */
#ifndef LATHE_GTK_LOG_CHOOSER_H
#define LATHE_GTK_LOG_CHOOSER_H

#include <gtk/gtk.h>

/* Modal, proposes "STEM.log"; not shown yet. g_object_unref after its "response". */
GtkNativeDialog *lathe_log_chooser_new(GtkWindow *parent, const char *title, const char *stem,
                                       gboolean timestamps);
/* Was the time wanted? */
gboolean lathe_log_chooser_get_timestamps(GtkFileChooser *chooser);

#endif
