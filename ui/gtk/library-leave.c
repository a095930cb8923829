/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The library is closed while machines run: it asks, or does what was chosen for good. What is
 * chosen is also in its menu, as the action "leave".
 */
#include <glib/gi18n.h>

#include "app/actions/leave.h"
#include "ui/gtk/library-private.h"

/* ---- suspending all ---- */

static void leave_on_done(gpointer opaque, unsigned left, const char *why)
{
    LatheLibraryWindow *window = opaque;

    window->leaving = false;
    if (window->watch != NULL && left == 0)
        gtk_widget_destroy(GTK_WIDGET(window));
    else if (window->watch != NULL)
        lathe_library_window_show_error(window, why);
    g_object_unref(window);
}

static void leave_suspend(LatheLibraryWindow *window)
{
    unsigned count = lathe_leave_count(window->watch);
    g_autofree char *text = g_strdup_printf(
        ngettext("Suspending %u machine…", "Suspending %u machines…", count), count);

    window->leaving = true;
    lathe_library_tell(window, GTK_MESSAGE_OTHER, text, NULL);
    lathe_leave_suspend(window->watch, leave_on_done, g_object_ref(window));
}

static void leave_as(LatheLibraryWindow *window, enum lathe_leave leave)
{
    if (leave == LATHE_LEAVE_SUSPEND)
        leave_suspend(window);
    else if (leave == LATHE_LEAVE_RUNNING)
        gtk_widget_destroy(GTK_WIDGET(window));
}

/* ---- asking ---- */

static void leave_remember(LatheLibraryWindow *window, enum lathe_leave leave)
{
    g_action_group_change_action_state(G_ACTION_GROUP(window), "leave",
                                       g_variant_new_string(lathe_leave_name(leave)));
}

/* Answers are those of enum lathe_leave, which are not negative as GTK's own are. */
static void leave_on_answer(GtkDialog *dialog, int answer, LatheLibraryWindow *window)
{
    GtkToggleButton *remember = g_object_get_data(G_OBJECT(dialog), "remember");
    bool kept = gtk_toggle_button_get_active(remember);

    gtk_widget_destroy(GTK_WIDGET(dialog));
    if (answer != LATHE_LEAVE_RUNNING && answer != LATHE_LEAVE_SUSPEND)
        return;
    if (kept)
        leave_remember(window, (enum lathe_leave)answer);
    leave_as(window, (enum lathe_leave)answer);
}

static void leave_ask(LatheLibraryWindow *window, unsigned count)
{
    g_autofree char *question = lathe_leave_question(count);
    GtkWidget *remember = gtk_check_button_new_with_mnemonic(_("_Remember the answer"));
    GtkWidget *dialog =
        gtk_message_dialog_new(GTK_WINDOW(window), GTK_DIALOG_MODAL, GTK_MESSAGE_QUESTION,
                               GTK_BUTTONS_NONE, "%s", question);

    gtk_message_dialog_format_secondary_text(
        GTK_MESSAGE_DIALOG(dialog), "%s",
        _("Suspended machines go on from where they were when they are started again."));
    gtk_dialog_add_buttons(GTK_DIALOG(dialog), _("_Cancel"), GTK_RESPONSE_CANCEL,
                           lathe_leave_label(LATHE_LEAVE_RUNNING), LATHE_LEAVE_RUNNING,
                           lathe_leave_label(LATHE_LEAVE_SUSPEND), LATHE_LEAVE_SUSPEND, NULL);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), LATHE_LEAVE_RUNNING);
    gtk_container_add(
        GTK_CONTAINER(gtk_message_dialog_get_message_area(GTK_MESSAGE_DIALOG(dialog))), remember);
    gtk_widget_show(remember);
    g_object_set_data(G_OBJECT(dialog), "remember", remember);
    g_signal_connect_object(dialog, "response", G_CALLBACK(leave_on_answer), window, 0);
    gtk_widget_grab_focus(
        gtk_dialog_get_widget_for_response(GTK_DIALOG(dialog), LATHE_LEAVE_RUNNING));
    gtk_widget_show(dialog);
}

static gboolean leave_on_delete(GtkWidget *widget, GdkEvent *event, gpointer data)
{
    LatheLibraryWindow *window = LATHE_LIBRARY_WINDOW(widget);
    unsigned count = lathe_leave_count(window->watch);
    enum lathe_leave leave = lathe_preferences_get_leave();

    if (window->leaving)
        return TRUE; /* it goes when all of them are suspended */
    if (count == 0 || leave == LATHE_LEAVE_RUNNING)
        return FALSE;
    if (leave == LATHE_LEAVE_ASK)
        leave_ask(window, count);
    else
        leave_suspend(window);
    return TRUE;
}

/* ---- the preference ---- */

static void on_leave(GSimpleAction *action, GVariant *value, gpointer data)
{
    enum lathe_leave leave = lathe_leave_of_name(g_variant_get_string(value, NULL));

    g_simple_action_set_state(action, g_variant_new_string(lathe_leave_name(leave)));
    lathe_preferences_set_leave(leave);
}

void lathe_library_add_leave(LatheLibraryWindow *window)
{
    static const GActionEntry entry = {"leave", NULL, "s", "'ask'", on_leave, {0}};
    GAction *action;

    g_action_map_add_action_entries(G_ACTION_MAP(window), &entry, 1, window);
    action = g_action_map_lookup_action(G_ACTION_MAP(window), "leave");
    g_simple_action_set_state(G_SIMPLE_ACTION(action), g_variant_new_string(lathe_leave_name(
                                                           lathe_preferences_get_leave())));
    g_signal_connect(window, "delete-event", G_CALLBACK(leave_on_delete), NULL);
}
