/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recording what the screens show: the action, and a red button that says that it goes on, how long
 * and how much; and where a picture or a recording went. */
#include "ui/gtk/capture.h"

#include <glib/gi18n.h>

#include "app/session/recording.h"
#include "ui/gtk/flipbook-window.h"
#include "ui/gtk/window-private.h"

#define CAPTURE_TICK_S 1

/* ---- where it went ---- */

void lathe_window_tell_captured(LatheWindow *window, const char *path, const char *sentence,
                                gboolean recording)
{
    g_free(window->captured);
    window->captured = g_strdup(path);
    lathe_message_bar_show(window->message_bar, GTK_MESSAGE_INFO, sentence,
                           recording ? _("_Show") : _("Open _Folder"),
                           recording ? "win.show-recording" : "win.open-folder");
}

static void capture_open_folder(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheWindow *window = data;
    g_autoptr(GError) error = NULL;

    if (window->captured == NULL)
        return;
    g_autofree char *folder = g_path_get_dirname(window->captured);
    g_autofree char *uri = g_filename_to_uri(folder, NULL, NULL);
    if (uri == NULL || gtk_show_uri_on_window(data, uri, gtk_get_current_event_time(), &error))
        return;
    /* Translators: a folder, and why the desktop does not show it */
    g_autofree char *text = g_strdup_printf(_("%s cannot be shown: %s"), folder, error->message);
    lathe_message_bar_show(window->message_bar, GTK_MESSAGE_WARNING, text, NULL, NULL);
}

static void capture_show_recording(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheWindow *window = data;

    if (window->captured != NULL)
        lathe_flipbook_show(gtk_window_get_application(data), window->captured);
}

/* ---- recording ---- */

static void capture_record(GSimpleAction *action, GVariant *value, gpointer data)
{
    LatheWindow *window = data;
    g_autoptr(GError) error = NULL;

    if (!lathe_recording_toggle(window->session, &error))
        lathe_message_bar_show(window->message_bar, GTK_MESSAGE_WARNING, error->message, NULL,
                               NULL);
}

void lathe_window_show_title(LatheWindow *window)
{
    const char *title = lathe_session_get_title(window->session);
    g_autofree char *recording = lathe_recording_is_active(window->session)
                                     /* Translators: a machine whose screens are recorded */
                                     ? g_strdup_printf(_("● %s (recording)"), title)
                                     : NULL;
    const char *shown = recording != NULL ? recording : title;

    gtk_header_bar_set_title(window->header, shown);
    gtk_window_set_title(GTK_WINDOW(window), shown);
}

/* How long and how much, by now. */
static void capture_show_status(LatheWindow *window, const struct lathe_recording_status *status)
{
    g_autofree char *time = lathe_recording_dup_time(status->time);
    g_autofree char *text = g_strdup_printf("● %s", time);
    g_autofree char *sentence = lathe_recording_dup_sentence(status);
    /* Translators: what a button does, and what it is about */
    g_autofree char *tip = g_strdup_printf(_("Stop recording (Ctrl+Shift+R)\n%s"), sentence);

    gtk_button_set_label(GTK_BUTTON(window->record_button), text);
    gtk_widget_set_tooltip_text(window->record_button, tip);
    /* Translators: a button, and how long it was recorded by now: "1:05" */
    g_autofree char *name = g_strdup_printf(_("Recording, %s: stop"), time);
    atk_object_set_name(gtk_widget_get_accessible(window->record_button), name);
}

static gboolean capture_on_tick(gpointer data)
{
    LatheWindow *window = data;
    struct lathe_recording_status status;

    if (lathe_recording_get(window->session, &status) && status.active)
        capture_show_status(window, &status);
    return G_SOURCE_CONTINUE;
}

static void capture_tell_end(LatheWindow *window, const struct lathe_recording_status *status)
{
    g_autofree char *sentence = lathe_recording_dup_sentence(status);

    lathe_window_tell_captured(window, status->path, sentence, TRUE);
}

static void capture_on_recording(LatheWindow *window)
{
    struct lathe_recording_status status;
    gboolean was = window->capture_timer != 0;
    gboolean is = lathe_recording_get(window->session, &status) && status.active;
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(window), "record");

    g_simple_action_set_state(G_SIMPLE_ACTION(action), g_variant_new_boolean(is));
    if (is && !was)
        window->capture_timer = g_timeout_add_seconds(CAPTURE_TICK_S, capture_on_tick, window);
    else if (!is)
        g_clear_handle_id(&window->capture_timer, g_source_remove);
    if (is)
        capture_show_status(window, &status);
    else if (was)
        capture_tell_end(window, &status);
    gtk_widget_set_visible(window->record_button, is);
    lathe_window_show_title(window);
}

/* ---- the window ---- */

static const GActionEntry capture_entries[] = {
    {"record", capture_record, NULL, "false", NULL, {0}},
    {"open-folder", capture_open_folder, NULL, NULL, NULL, {0}},
    {"show-recording", capture_show_recording, NULL, NULL, NULL, {0}},
};

static void capture_add_button(LatheWindow *window)
{
    GtkWidget *button = gtk_button_new_with_label("");
    GtkStyleContext *style = gtk_widget_get_style_context(button);

    gtk_style_context_add_class(style, "destructive-action");
    gtk_style_context_add_class(style, "lathe-recording");
    gtk_widget_set_focus_on_click(button, FALSE);
    gtk_actionable_set_action_name(GTK_ACTIONABLE(button), "win.record");
    gtk_header_bar_pack_start(window->header, button);
    window->record_button = button;
}

void lathe_window_install_capture(LatheWindow *window)
{
    g_action_map_add_action_entries(G_ACTION_MAP(window), capture_entries,
                                    G_N_ELEMENTS(capture_entries), window);
    g_simple_action_set_enabled(
        G_SIMPLE_ACTION(g_action_map_lookup_action(G_ACTION_MAP(window), "record")),
        lathe_session_get_screens(window->session)->len > 0);
    capture_add_button(window);
    g_signal_connect_object(window->session, "recording-changed", G_CALLBACK(capture_on_recording),
                            window, G_CONNECT_SWAPPED);
    capture_on_recording(window);
}
