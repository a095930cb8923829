/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bars above the machines: what was done and how it is undone, what failed, last words. */
#include <glib/gi18n.h>

#include "app/actions/several.h"
#include "app/library/last-words.h"
#include "ui/gtk/library-private.h"

#define MESSAGE_SECONDS 12 /* that an information stays, which nobody needs to answer */

/* ---- what was done ---- */

static void message_hide(LatheLibraryWindow *window)
{
    g_clear_handle_id(&window->info_timer, g_source_remove);
    gtk_info_bar_set_revealed(window->info_bar, FALSE);
}

static gboolean message_on_time(gpointer data)
{
    LatheLibraryWindow *window = data;

    window->info_timer = 0;
    message_hide(window);
    return G_SOURCE_REMOVE;
}

/* g_ptr_array_unref. */
static GPtrArray *message_copy_names(const GPtrArray *names)
{
    GPtrArray *copy = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < names->len; i++)
        g_ptr_array_add(copy, g_strdup(names->pdata[i]));
    return copy;
}

void lathe_library_tell(LatheLibraryWindow *window, GtkMessageType type, const char *text,
                        const GPtrArray *undo)
{
    g_clear_pointer(&window->info_undo, g_ptr_array_unref);
    window->info_undo = undo != NULL ? message_copy_names(undo) : NULL;
    gtk_info_bar_set_message_type(window->info_bar, type);
    gtk_label_set_text(window->info_label, text);
    gtk_widget_set_visible(window->info_button, undo != NULL);
    gtk_info_bar_set_revealed(window->info_bar, TRUE);
    g_clear_handle_id(&window->info_timer, g_source_remove);
    if (type == GTK_MESSAGE_INFO)
        window->info_timer = g_timeout_add_seconds(MESSAGE_SECONDS, message_on_time, window);
}

static void message_on_undone(gpointer opaque, const struct lathe_several *several)
{
    LatheLibraryWindow *window = opaque;

    if (window->watch != NULL && several->why != NULL)
        lathe_library_window_show_error(window, several->why);
    else if (window->watch != NULL)
        lathe_library_window_select(window, several->texts[0]);
    g_object_unref(window);
}

static void message_on_undo(GtkButton *button, LatheLibraryWindow *window)
{
    g_autoptr(GPtrArray) names = g_steal_pointer(&window->info_undo);

    message_hide(window);
    if (names != NULL)
        lathe_several_undelete(lathe_watch_get_library(window->watch), names, message_on_undone,
                               g_object_ref(window));
}

static void message_on_response(GtkInfoBar *bar, int response, LatheLibraryWindow *window)
{
    message_hide(window);
}

/* ---- last words ---- */

static void crash_hide(LatheLibraryWindow *window)
{
    g_clear_pointer(&window->crashed, g_free);
    gtk_info_bar_set_revealed(window->crash_bar, FALSE);
}

/* A suspended machine that could not go on. */
static bool crash_is_stuck(const struct lathe_watched *watched)
{
    return watched->state == LATHE_WATCH_SUSPENDED && lathe_last_words_read(watched->machine, NULL);
}

bool lathe_library_has_crashed(const struct lathe_watched *watched)
{
    return watched->state == LATHE_WATCH_CRASHED || crash_is_stuck(watched);
}

static const char *crash_sentence(const struct lathe_watched *watched)
{
    return watched == NULL                         ? NULL
           : watched->state == LATHE_WATCH_CRASHED ? _("“%s” crashed. %s")
           : watched->state == LATHE_WATCH_BROKEN  ? _("“%s” cannot be used. %s")
           : crash_is_stuck(watched)               ? _("“%s” is suspended. %s")
                                                   : NULL;
}

void lathe_library_show_crash(LatheLibraryWindow *window, const struct lathe_watched *watched)
{
    const char *sentence = crash_sentence(watched);
    const char *words = watched != NULL && watched->words != NULL ? watched->words : "";

    if (sentence == NULL) {
        crash_hide(window);
        return;
    }
    bool startable = watched->state != LATHE_WATCH_BROKEN;
    bool stuck = watched->state == LATHE_WATCH_SUSPENDED;
    g_autofree char *text = g_strdup_printf(sentence, watched->machine->name, words);
    gtk_button_set_label(GTK_BUTTON(window->crash_start),
                         stuck ? _("Start _Afresh") : _("Start _Again"));
    g_free(window->crashed);
    window->crashed = g_strdup(watched->machine->id);
    gtk_label_set_text(window->crash_label, text);
    gtk_widget_set_visible(window->crash_log, startable);
    gtk_widget_set_visible(window->crash_start, startable);
    gtk_info_bar_set_revealed(window->crash_bar, TRUE);
}

static void crash_act(LatheLibraryWindow *window, enum lathe_action_id id)
{
    struct lathe_watched *watched =
        window->crashed != NULL ? lathe_watch_find(window->watch, window->crashed, NULL) : NULL;

    if (watched != NULL)
        lathe_library_act(window, id, watched->machine, NULL);
}

static void crash_on_log(GtkButton *button, LatheLibraryWindow *window)
{
    crash_act(window, LATHE_ACTION_LOG);
}

static void crash_on_start(GtkButton *button, LatheLibraryWindow *window)
{
    struct lathe_watched *watched =
        window->crashed != NULL ? lathe_watch_find(window->watch, window->crashed, NULL) : NULL;
    bool stuck = watched != NULL && watched->state == LATHE_WATCH_SUSPENDED;

    crash_act(window, stuck ? LATHE_ACTION_START_AFRESH : LATHE_ACTION_START);
    crash_hide(window);
}

static void crash_on_response(GtkInfoBar *bar, int response, LatheLibraryWindow *window)
{
    crash_hide(window);
}

/* A bar's own button to close it shows a cross and nothing else. */
static void messages_name_close(GtkWidget *widget, gpointer data)
{
    GtkWidget *child = GTK_IS_BUTTON(widget) ? gtk_bin_get_child(GTK_BIN(widget)) : NULL;

    if (GTK_IS_IMAGE(child)) {
        gtk_widget_set_tooltip_text(widget, _("Close"));
        atk_object_set_name(gtk_widget_get_accessible(widget), _("Close"));
    } else if (GTK_IS_CONTAINER(widget)) {
        gtk_container_forall(GTK_CONTAINER(widget), messages_name_close, NULL);
    }
}

void lathe_library_connect_messages(LatheLibraryWindow *window)
{
    messages_name_close(GTK_WIDGET(window->info_bar), NULL);
    messages_name_close(GTK_WIDGET(window->crash_bar), NULL);
    g_signal_connect(window->info_button, "clicked", G_CALLBACK(message_on_undo), window);
    g_signal_connect(window->info_bar, "response", G_CALLBACK(message_on_response), window);
    g_signal_connect(window->crash_log, "clicked", G_CALLBACK(crash_on_log), window);
    g_signal_connect(window->crash_start, "clicked", G_CALLBACK(crash_on_start), window);
    g_signal_connect(window->crash_bar, "response", G_CALLBACK(crash_on_response), window);
}
