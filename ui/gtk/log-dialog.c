/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks where a terminal's log goes, and whether its lines begin with the time. */
#include <glib/gi18n.h>

#include "ui/gtk/window-private.h"

static void log_show_error(LatheWindow *window, const GError *error)
{
    GtkWidget *dialog =
        gtk_message_dialog_new(GTK_WINDOW(window), GTK_DIALOG_MODAL, GTK_MESSAGE_ERROR,
                               GTK_BUTTONS_CLOSE, "%s", _("The log cannot be written"));

    gtk_message_dialog_format_secondary_text(GTK_MESSAGE_DIALOG(dialog), "%s", error->message);
    g_signal_connect(dialog, "response", G_CALLBACK(gtk_widget_destroy), NULL);
    gtk_window_present(GTK_WINDOW(dialog));
}

static void log_begin(LatheWindow *window, LatheTerminalPage *page, GtkFileChooser *chooser)
{
    g_autofree char *path = gtk_file_chooser_get_filename(chooser);
    const char *timestamps = gtk_file_chooser_get_choice(chooser, "timestamps");
    g_autoptr(GError) error = NULL;

    window->preferences.timestamps = g_strcmp0(timestamps, "true") == 0;
    lathe_window_apply_preferences(window);
    if (path != NULL &&
        !lathe_terminal_page_start_log(page, path, window->preferences.timestamps, &error))
        log_show_error(window, error);
}

static void log_on_response(GtkNativeDialog *dialog, int response, LatheWindow *window)
{
    LatheTerminalPage *page = g_object_get_data(G_OBJECT(dialog), "page");

    if (response == GTK_RESPONSE_ACCEPT)
        log_begin(window, page, GTK_FILE_CHOOSER(dialog));
    g_object_unref(dialog);
}

void lathe_window_ask_log(LatheWindow *window, LatheTerminalPage *page)
{
    GtkFileChooserNative *dialog =
        gtk_file_chooser_native_new(_("Save the Log"), GTK_WINDOW(window),
                                    GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), _("_Cancel"));
    g_autofree char *name = g_strdup_printf("%s.log", lathe_session_get_title(window->session));

    g_object_set_data_full(G_OBJECT(dialog), "page", g_object_ref(page), g_object_unref);
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    gtk_file_chooser_set_do_overwrite_confirmation(GTK_FILE_CHOOSER(dialog), TRUE);
    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(dialog), name);
    gtk_file_chooser_add_choice(GTK_FILE_CHOOSER(dialog), "timestamps",
                                _("Begin each line with the time"), NULL, NULL);
    gtk_file_chooser_set_choice(GTK_FILE_CHOOSER(dialog), "timestamps",
                                window->preferences.timestamps ? "true" : "false");
    g_signal_connect(dialog, "response", G_CALLBACK(log_on_response), window);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}
