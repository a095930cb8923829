/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Discs by drop, menu and keyboard. A disc goes into the drive; anything else that is dropped is
 * offered a machine of its own. A guest that has locked its drive is asked first.
 */
#include "ui/gtk/media.h"

#include <glib/gi18n.h>

#include "app/media/media.h"
#include "app/plan/error.h"
#include "ui/gtk/choose-file.h"
#include "ui/gtk/clipboard.h"
#include "ui/gtk/drop.h"
#include "ui/gtk/floppies.h"
#include "ui/gtk/launch.h"
#include "ui/gtk/message-bar.h"
#include "ui/gtk/window-private.h"

static void media_show(LatheWindow *window, GtkMessageType type, const char *text)
{
    lathe_message_bar_show(window->message_bar, type, text, NULL, NULL);
}

/* ---- changing ---- */

/* What was asked for, until it is done or asked anew; path NULL: an empty drive. */
static void media_remember(LatheWindow *window, const char *path)
{
    char *copy = g_strdup(path);

    g_free(window->wanted_file);
    window->wanted_file = copy;
}

static void media_tell_change(LatheWindow *window, const char *path)
{
    gboolean stopped = lathe_session_get_state(window->session) == LATHE_STATE_STOPPED;
    g_autofree char *name = path != NULL ? g_path_get_basename(path) : NULL;
    g_autofree char *text = NULL;

    if (path == NULL)
        text = g_strdup(_("The CD drive is empty."));
    else if (stopped)
        /* Translators: %s is a file */
        text = g_strdup_printf(_("“%s” is in the drive when the machine starts again."), name);
    else
        text = g_strdup_printf(_("“%s” is in the CD drive."), name);
    media_show(window, GTK_MESSAGE_INFO, text);
}

static void media_change(LatheWindow *window, const char *path, gboolean force)
{
    g_autoptr(GError) error = NULL;

    media_remember(window, path);
    if (lathe_session_change_disc(window->session, window->wanted_file, force, &error))
        media_tell_change(window, window->wanted_file);
    else if (g_error_matches(error, LATHE_ERROR, LATHE_ERROR_BUSY))
        lathe_message_bar_show(window->message_bar, GTK_MESSAGE_WARNING, error->message,
                               path != NULL ? _("_Change Anyway") : _("_Eject Anyway"),
                               "win.change-anyway");
    else
        media_show(window, GTK_MESSAGE_ERROR, error->message);
}

static void media_action_anyway(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheWindow *window = data;
    g_autofree char *path = g_strdup(window->wanted_file);

    media_change(window, path, TRUE);
}

static void media_action_eject(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    media_change(data, NULL, FALSE);
}

/* ---- other files ---- */

static void media_on_failed(GApplication *application, const char *text)
{
    GtkWindow *window = gtk_application_get_active_window(GTK_APPLICATION(application));

    if (LATHE_IS_WINDOW(window))
        media_show(LATHE_WINDOW(window), GTK_MESSAGE_ERROR, text);
}

static void media_action_start_file(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheWindow *window = data;

    media_show(window, GTK_MESSAGE_INFO, _("Starting…"));
    if (window->wanted_file != NULL)
        lathe_launch(G_APPLICATION(gtk_window_get_application(GTK_WINDOW(window))),
                     window->wanted_file, media_on_failed);
}

static void media_offer_machine(LatheWindow *window, const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    /* Translators: %s is a file */
    g_autofree char *text = g_strdup_printf(
        _("“%s” is no disc for the drive. It can start in a machine of its own."), name);

    media_remember(window, path);
    lathe_message_bar_show(window->message_bar, GTK_MESSAGE_QUESTION, text, _("_Start It"),
                           "win.start-file");
}

static void media_take(LatheWindow *window, const char *path)
{
    struct lathe_media media;
    g_autoptr(GError) error = NULL;

    if (lathe_window_take_floppy(window, path))
        return;
    if (!lathe_media_look(path, &media, &error)) {
        media_show(window, GTK_MESSAGE_ERROR, error->message);
        return;
    }
    gboolean disc = media.kind == LATHE_MEDIA_DISC;
    lathe_media_clear(&media);
    if (disc)
        media_change(window, path, FALSE);
    else
        media_offer_machine(window, path);
}

/* For one of the machine's drives. */
static gboolean media_is_disc(const char *path)
{
    struct lathe_media media;

    if (lathe_session_is_floppy(path))
        return TRUE;
    if (!lathe_media_look(path, &media, NULL))
        return FALSE;
    gboolean disc = media.kind == LATHE_MEDIA_DISC;
    lathe_media_clear(&media);
    return disc;
}

/* A disc goes into the drive; other files go to a guest whose agent takes them. */
static void media_on_drop(GtkWidget *widget, GFile **files, int count)
{
    LatheWindow *window = LATHE_WINDOW(widget);

    if ((count == 1 && media_is_disc(g_file_peek_path(files[0]))) ||
        !lathe_window_send_files(window, files, count))
        media_take(window, g_file_peek_path(files[0]));
}

/* ---- choosing ---- */

static void media_on_chosen(GtkNativeDialog *dialog, int response, LatheWindow *window)
{
    g_autofree char *path = gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(dialog));

    gtk_native_dialog_hide(dialog);
    if (response == GTK_RESPONSE_ACCEPT && path != NULL)
        media_take(window, path);
    g_clear_object(&window->disc_chooser);
}

static void media_action_change(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    static const char *const discs[] = {"*.[iI][sS][oO]", NULL};
    LatheWindow *window = data;

    if (window->disc_chooser != NULL)
        return;
    window->disc_chooser = lathe_choose_file_new(GTK_WINDOW(window), _("Choose a Disc Image"),
                                                 _("_Insert"), _("Disc images"), discs);
    g_signal_connect_object(window->disc_chooser, "response", G_CALLBACK(media_on_chosen), window,
                            0);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(window->disc_chooser));
}

/* ---- what is known ---- */

static void media_show_notes(LatheWindow *window, const char *system)
{
    const char *notes = lathe_session_get_notes(window->session);
    g_autofree char *text = g_strjoin(system != NULL && *notes != '\0' ? ". " : "",
                                      system != NULL ? system : "", notes, NULL);

    gtk_label_set_text(window->media_label, text);
    gtk_widget_set_tooltip_text(GTK_WIDGET(window->media_label), *text != '\0' ? text : NULL);
    gtk_widget_set_visible(GTK_WIDGET(window->media_label), *text != '\0');
}

/* The database takes its time: any thread. */
static void media_identify(GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
    struct lathe_media media;
    char *name = NULL;

    if (lathe_media_look(path, &media, NULL)) {
        name = lathe_media_identify(&media);
        lathe_media_clear(&media);
    }
    g_task_return_pointer(task, name, g_free);
}

static void media_on_identified(GObject *source, GAsyncResult *result, gpointer data)
{
    LatheWindow *window = LATHE_WINDOW(source);
    g_autofree char *name = g_task_propagate_pointer(G_TASK(result), NULL);

    if (window->session != NULL && name != NULL &&
        g_strcmp0(g_task_get_task_data(G_TASK(result)), lathe_session_get_disc(window->session)) ==
            0)
        media_show_notes(window, name);
}

static void media_on_disc(LatheWindow *window)
{
    const char *disc = lathe_session_get_disc(window->session);
    GAction *eject = g_action_map_lookup_action(G_ACTION_MAP(window), "eject");
    g_autofree char *name = disc != NULL ? g_path_get_basename(disc) : NULL;

    g_simple_action_set_enabled(G_SIMPLE_ACTION(eject), disc != NULL);
    gtk_widget_set_tooltip_text(window->media_button,
                                name != NULL ? name : _("The CD drive is empty"));
    media_show_notes(window, NULL);
    if (disc == NULL)
        return;
    GTask *task = g_task_new(window, NULL, media_on_identified, NULL);
    g_task_set_task_data(task, g_strdup(disc), g_free);
    g_task_run_in_thread(task, media_identify);
    g_object_unref(task);
}

/* A screen says it in its picture's place. */
static void media_on_held(LatheWindow *window)
{
    if (lathe_window_get_display(window) == NULL)
        lathe_message_bar_show_held(window->message_bar);
}

/* ---- the window ---- */

static const GActionEntry media_entries[] = {
    {"change-disc", media_action_change, NULL, NULL, NULL, {0}},
    {"eject", media_action_eject, NULL, NULL, NULL, {0}},
    {"change-anyway", media_action_anyway, NULL, NULL, NULL, {0}},
    {"start-file", media_action_start_file, NULL, NULL, NULL, {0}},
};

static void media_add_button(LatheWindow *window)
{
    GtkWidget *button = gtk_menu_button_new();
    g_autoptr(GMenu) menu = g_menu_new();

    g_menu_append(menu, _("_Change Disc…"), "win.change-disc");
    g_menu_append(menu, _("_Eject"), "win.eject");
    gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(button), G_MENU_MODEL(menu));
    gtk_menu_button_set_use_popover(GTK_MENU_BUTTON(button), TRUE);
    gtk_widget_set_focus_on_click(button, FALSE);
    gtk_container_add(GTK_CONTAINER(button),
                      gtk_image_new_from_icon_name("media-optical-symbolic", GTK_ICON_SIZE_BUTTON));
    atk_object_set_name(gtk_widget_get_accessible(button), _("CD drive"));
    gtk_header_bar_pack_end(window->header, button);
    gtk_widget_show_all(button);
    gtk_widget_set_visible(button, lathe_session_has_drive(window->session));
    window->media_button = button;
}

static void media_add_label(LatheWindow *window)
{
    GtkWidget *label = gtk_label_new(NULL),
              *box = gtk_widget_get_parent(GTK_WIDGET(window->speed_label));

    window->media_label = GTK_LABEL(label);
    gtk_label_set_ellipsize(window->media_label, PANGO_ELLIPSIZE_END);
    gtk_style_context_add_class(gtk_widget_get_style_context(label), "dim-label");
    gtk_box_pack_start(GTK_BOX(box), label, FALSE, TRUE, 0);
}

/* Over the upper edge of the page that is shown, below the tabs. */
static gboolean media_on_bar_place(GtkOverlay *overlay, GtkWidget *bar, GdkRectangle *place,
                                   LatheWindow *window)
{
    int number = gtk_notebook_get_current_page(window->notebook);
    GtkWidget *page = gtk_notebook_get_nth_page(window->notebook, number);

    *place = (GdkRectangle){.width = gtk_widget_get_allocated_width(GTK_WIDGET(overlay))};
    gtk_widget_get_preferred_height_for_width(bar, place->width, NULL, &place->height);
    if (page != NULL)
        gtk_widget_translate_coordinates(page, GTK_WIDGET(overlay), 0, 0, NULL, &place->y);
    return TRUE;
}

/* It takes no room: a guest whose screen is as large as the page keeps its size. */
static void media_add_bar(LatheWindow *window)
{
    GtkWidget *overlay = gtk_widget_get_parent(GTK_WIDGET(window->notebook));

    window->message_bar = LATHE_MESSAGE_BAR(lathe_message_bar_new(window->session));
    gtk_overlay_add_overlay(GTK_OVERLAY(overlay), GTK_WIDGET(window->message_bar));
    g_signal_connect(overlay, "get-child-position", G_CALLBACK(media_on_bar_place), window);
}

void lathe_window_install_media(LatheWindow *window)
{
    g_action_map_add_action_entries(G_ACTION_MAP(window), media_entries,
                                    G_N_ELEMENTS(media_entries), window);
    media_add_button(window);
    media_add_label(window);
    media_add_bar(window);
    lathe_drop_accept(GTK_WIDGET(window), media_on_drop);
    g_signal_connect_object(window->session, "held", G_CALLBACK(media_on_held), window,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(window->session, "disc-changed", G_CALLBACK(media_on_disc), window,
                            G_CONNECT_SWAPPED);
    media_on_disc(window);
}
