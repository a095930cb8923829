/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page of a flip-book as a picture, and all of a screen as a film, with how far it is. */
#include "ui/gtk/flipbook-window.h"

#include <glib/gi18n.h>

#include "app/flipbook/film.h"
#include "app/plan/put-file.h"
#include "app/session/capture.h"
#include "ui/gtk/flipbook-private.h"

typedef void flipbook_chosen(struct flipbook *flipbook, const char *path);

static void export_tell(struct flipbook *flipbook, const char *format, const char *path)
{
    g_autofree char *shown = g_filename_display_name(path);
    g_autofree char *sentence = g_strdup_printf(format, shown);

    lathe_flipbook_say(flipbook, GTK_MESSAGE_INFO, sentence);
}

/* ---- where to ---- */

static void export_on_response(GtkNativeDialog *dialog, int response, struct flipbook *flipbook)
{
    flipbook_chosen *chosen = (flipbook_chosen *)g_object_get_data(G_OBJECT(dialog), "chosen");
    g_autofree char *path = gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(dialog));

    if (response == GTK_RESPONSE_ACCEPT && path != NULL)
        chosen(flipbook, path);
    g_object_unref(dialog);
}

static void export_ask(struct flipbook *flipbook, const char *title, GUserDirectory kind,
                       const char *name, gboolean overwrite, flipbook_chosen *chosen)
{
    GtkFileChooserNative *dialog =
        gtk_file_chooser_native_new(title, GTK_WINDOW(flipbook->window),
                                    GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), _("_Cancel"));

    g_object_set_data(G_OBJECT(dialog), "chosen", (gpointer)chosen);
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    gtk_file_chooser_set_do_overwrite_confirmation(GTK_FILE_CHOOSER(dialog), overwrite);
    gtk_file_chooser_set_current_folder(GTK_FILE_CHOOSER(dialog), lathe_capture_folder(kind));
    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(dialog), name);
    g_signal_connect(dialog, "response", G_CALLBACK(export_on_response), flipbook);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

static gboolean export_draws_pointer(const struct flipbook *flipbook)
{
    return gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(flipbook->pointer));
}

/* ---- a picture ---- */

static void export_page(struct flipbook *flipbook, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) png =
        lathe_flipbook_encode(flipbook->book, export_draws_pointer(flipbook), &error);
    gsize length = 0;
    const char *data = png != NULL ? g_bytes_get_data(png, &length) : NULL;

    if (data != NULL && lathe_put_file(path, data, length, 0666, &error))
        export_tell(flipbook, /* Translators: %s is a file */ _("The picture is in %s"), path);
    else
        lathe_flipbook_say(flipbook, GTK_MESSAGE_ERROR, error->message);
}

void lathe_flipbook_save_page(struct flipbook *flipbook)
{
    g_autofree char *name = lathe_flipbook_dup_name(flipbook->book);

    export_ask(flipbook, _("Save This Frame"), G_USER_DIRECTORY_PICTURES, name, TRUE, export_page);
}

/* ---- a film ---- */

/* What the thread's end needs: the window may be gone by then. */
struct export_film {
    GWeakRef window;
    char *path;
};

static struct flipbook *export_find(struct export_film *film, GtkWidget **window)
{
    *window = g_weak_ref_get(&film->window);
    return *window != NULL ? g_object_get_data(G_OBJECT(*window), "flipbook") : NULL;
}

static void export_on_progress(gpointer data, double share)
{
    GtkWidget *window;
    struct flipbook *flipbook = export_find(data, &window);

    if (flipbook != NULL)
        gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(flipbook->progress), share);
    g_clear_object(&window);
}

static void export_on_done(GObject *source, GAsyncResult *result, gpointer data)
{
    struct export_film *film = data;
    g_autoptr(GError) error = NULL;
    gboolean good = lathe_film_write_finish(result, &error);
    GtkWidget *window;
    struct flipbook *flipbook = export_find(film, &window);

    if (flipbook != NULL) {
        g_clear_object(&flipbook->cancellable);
        gtk_widget_hide(flipbook->progress_bar);
        gtk_widget_set_sensitive(flipbook->export, TRUE);
        gtk_widget_grab_focus(flipbook->scale);
        if (good)
            export_tell(flipbook, /* Translators: %s is a file */ _("The film is in %s"),
                        film->path);
        else
            lathe_flipbook_say(flipbook, GTK_MESSAGE_WARNING, error->message);
    }
    g_clear_object(&window);
    g_weak_ref_clear(&film->window);
    g_free(film->path);
    g_free(film);
}

static void export_film(struct flipbook *flipbook, const char *path)
{
    struct export_film *film = g_new0(struct export_film, 1);
    const struct disp_export export = {.head = lathe_flipbook_get_page(flipbook->book).head,
                                       .to = UINT64_MAX,
                                       .cursor = export_draws_pointer(flipbook)};

    g_weak_ref_init(&film->window, flipbook->window);
    film->path = g_strdup(path);
    flipbook->cancellable = g_cancellable_new();
    lathe_flipbook_say(flipbook, GTK_MESSAGE_OTHER, NULL);
    gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(flipbook->progress), 0);
    gtk_widget_set_sensitive(flipbook->export, FALSE);
    gtk_widget_show(flipbook->progress_bar);
    lathe_film_write_async(lathe_flipbook_get_path(flipbook->book), &export, path,
                           flipbook->cancellable, export_on_progress, export_on_done, film);
}

void lathe_flipbook_save_film(struct flipbook *flipbook)
{
    struct disp_recording_info info = lathe_flipbook_get_info(flipbook->book);
    g_autofree char *path = lathe_capture_path(G_USER_DIRECTORY_VIDEOS, info.title, ".png");
    g_autofree char *name = g_path_get_basename(path);

    if (flipbook->cancellable == NULL)
        export_ask(flipbook, _("Save a Film of This Screen"), G_USER_DIRECTORY_VIDEOS, name, FALSE,
                   export_film);
}

static void export_on_cancel(GtkButton *button, struct flipbook *flipbook)
{
    g_cancellable_cancel(flipbook->cancellable);
}

GtkWidget *lathe_flipbook_new_progress(struct flipbook *flipbook)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    GtkWidget *label = gtk_label_new(_("Making the film"));
    GtkWidget *cancel = gtk_button_new_with_mnemonic(_("_Cancel"));

    flipbook->progress = gtk_progress_bar_new();
    gtk_widget_set_valign(flipbook->progress, GTK_ALIGN_CENTER);
    atk_object_set_name(gtk_widget_get_accessible(flipbook->progress), _("Making the film"));
    g_signal_connect(cancel, "clicked", G_CALLBACK(export_on_cancel), flipbook);
    gtk_box_pack_start(GTK_BOX(box), label, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), flipbook->progress, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(box), cancel, FALSE, FALSE, 0);
    gtk_container_set_border_width(GTK_CONTAINER(box), 6);
    gtk_widget_show_all(box);
    gtk_widget_set_no_show_all(box, TRUE);
    gtk_widget_hide(box);
    flipbook->progress_bar = box;
    return box;
}
