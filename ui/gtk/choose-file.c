/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dialogs that open files, in the desktop's own shape. */
#include "ui/gtk/choose-file.h"

#include <glib/gi18n.h>

static GtkFileFilter *choose_filter(const char *name, const char *const *patterns)
{
    GtkFileFilter *filter = gtk_file_filter_new();

    gtk_file_filter_set_name(filter, name);
    for (gsize i = 0; patterns[i] != NULL; i++)
        gtk_file_filter_add_pattern(filter, patterns[i]);
    return filter;
}

GtkFileChooserNative *lathe_choose_file_new(GtkWindow *parent, const char *title,
                                            const char *accept, const char *name,
                                            const char *const *patterns)
{
    static const char *const all[] = {"*", NULL};
    GtkFileChooserNative *dialog = gtk_file_chooser_native_new(
        title, parent, GTK_FILE_CHOOSER_ACTION_OPEN, accept, _("_Cancel"));

    gtk_file_chooser_add_filter(GTK_FILE_CHOOSER(dialog), choose_filter(name, patterns));
    gtk_file_chooser_add_filter(GTK_FILE_CHOOSER(dialog), choose_filter(_("All files"), all));
    return dialog;
}

GtkFileChooserNative *lathe_choose_folder_new(GtkWindow *parent, const char *title,
                                              const char *accept)
{
    return gtk_file_chooser_native_new(title, parent, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, accept,
                                       _("_Cancel"));
}
