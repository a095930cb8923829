/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What dialogs that open files have in common. Main thread. */
#ifndef LATHE_GTK_CHOOSE_FILE_H
#define LATHE_GTK_CHOOSE_FILE_H

#include <gtk/gtk.h>

/* A dialog that offers files of these shell patterns (NULL at the end) by that name, or else all
 * files. The caller owns it. */
GtkFileChooserNative *lathe_choose_file_new(GtkWindow *parent, const char *title,
                                            const char *accept, const char *name,
                                            const char *const *patterns);
/* One that chooses a folder. The caller owns it. */
GtkFileChooserNative *lathe_choose_folder_new(GtkWindow *parent, const char *title,
                                              const char *accept);

#endif
