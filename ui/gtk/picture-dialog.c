/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Takes a picture of a screen and asks where it goes: as it was when the keys were pressed. */
#include <glib/gi18n.h>

#include "display/record/picture.h"
#include "app/plan/put-file.h"
#include "app/session/capture.h"
#include "ui/gtk/capture.h"
#include "ui/gtk/window-private.h"

static void picture_show_error(LatheWindow *window, const char *text)
{
    GtkWidget *dialog =
        gtk_message_dialog_new(GTK_WINDOW(window), GTK_DIALOG_MODAL, GTK_MESSAGE_ERROR,
                               GTK_BUTTONS_CLOSE, "%s", _("The picture cannot be saved"));

    gtk_message_dialog_format_secondary_text(GTK_MESSAGE_DIALOG(dialog), "%s", text);
    g_signal_connect(dialog, "response", G_CALLBACK(gtk_widget_destroy), NULL);
    gtk_window_present(GTK_WINDOW(dialog));
}

static void picture_save(LatheWindow *window, GtkFileChooser *chooser, GBytes *png)
{
    g_autofree char *path = gtk_file_chooser_get_filename(chooser);
    g_autoptr(GError) error = NULL;
    gsize length = 0;
    const char *data = g_bytes_get_data(png, &length);

    if (path == NULL)
        return;
    if (!lathe_put_file(path, data, length, 0666, &error)) {
        picture_show_error(window, error->message);
        return;
    }
    g_autofree char *shown = g_filename_display_name(path);
    /* Translators: %s is the file of a screenshot */
    g_autofree char *sentence = g_strdup_printf(_("The picture is in %s"), shown);
    lathe_window_tell_captured(window, path, sentence, FALSE);
}

static void picture_on_response(GtkNativeDialog *dialog, int response, LatheWindow *window)
{
    if (response == GTK_RESPONSE_ACCEPT)
        picture_save(window, GTK_FILE_CHOOSER(dialog), g_object_get_data(G_OBJECT(dialog), "png"));
    g_object_unref(dialog);
}

static void picture_ask(LatheWindow *window, GBytes *png)
{
    GtkFileChooserNative *dialog =
        gtk_file_chooser_native_new(_("Save the Screenshot"), GTK_WINDOW(window),
                                    GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), _("_Cancel"));
    g_autofree char *name = lathe_capture_name(lathe_session_get_title(window->session), ".png");

    g_object_set_data_full(G_OBJECT(dialog), "png", g_bytes_ref(png),
                           (GDestroyNotify)g_bytes_unref);
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    gtk_file_chooser_set_do_overwrite_confirmation(GTK_FILE_CHOOSER(dialog), TRUE);
    gtk_file_chooser_set_current_folder(GTK_FILE_CHOOSER(dialog),
                                        lathe_capture_folder(G_USER_DIRECTORY_PICTURES));
    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(dialog), name);
    g_signal_connect(dialog, "response", G_CALLBACK(picture_on_response), window);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

void lathe_window_ask_picture(LatheWindow *window, LatheDisplayPage *page)
{
    struct disp_screen *screen = lathe_display_view_get_screen(lathe_display_page_get_view(page));
    g_autoptr(GError) error = NULL;

    disp_screen_refresh(screen);
    g_autoptr(GBytes) png = disp_picture_encode(disp_screen_get_surface(screen), &error);
    if (png != NULL)
        picture_ask(window, png);
    else
        picture_show_error(window, error->message);
}
