/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file chooser for logs (log-chooser.h). */
#include "ui/gtk/log-chooser.h"

#include <glib/gi18n.h>

#define CHOICE_TIMESTAMPS "timestamps"

GtkNativeDialog *lathe_log_chooser_new(GtkWindow *parent, const char *title, const char *stem,
                                       gboolean timestamps)
{
    GtkFileChooserNative *dialog = gtk_file_chooser_native_new(
        title, parent, GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), _("_Cancel"));
    GtkFileChooser *chooser = GTK_FILE_CHOOSER(dialog);
    g_autofree char *name = g_strdup_printf("%s.log", stem);

    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    gtk_file_chooser_set_do_overwrite_confirmation(chooser, TRUE);
    gtk_file_chooser_set_current_name(chooser, g_strdelimit(name, "/:", '-'));
    gtk_file_chooser_add_choice(chooser, CHOICE_TIMESTAMPS, _("Begin each line with the time"),
                                NULL, NULL);
    gtk_file_chooser_set_choice(chooser, CHOICE_TIMESTAMPS, timestamps ? "true" : "false");
    return GTK_NATIVE_DIALOG(dialog);
}

gboolean lathe_log_chooser_get_timestamps(GtkFileChooser *chooser)
{
    return g_strcmp0(gtk_file_chooser_get_choice(chooser, CHOICE_TIMESTAMPS), "true") == 0;
}
