/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks where a terminal's log goes, and whether its lines begin with the time. */
#include <glib/gi18n.h>

#include "ui/gtk/log-chooser.h"
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
    g_autoptr(GError) error = NULL;

    window->preferences.timestamps = lathe_log_chooser_get_timestamps(chooser);
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
    GtkNativeDialog *dialog = lathe_log_chooser_new(GTK_WINDOW(window), _("Save the Log"),
                                                    lathe_session_get_title(window->session),
                                                    window->preferences.timestamps);

    g_object_set_data_full(G_OBJECT(dialog), "page", g_object_ref(page), g_object_unref);
    g_signal_connect(dialog, "response", G_CALLBACK(log_on_response), window);
    gtk_native_dialog_show(dialog);
}
