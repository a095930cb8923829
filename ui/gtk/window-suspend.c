/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Suspending out of the machine's own window, and what its closing asks. */
#include <glib/gi18n.h>

#include "ui/gtk/window-private.h"

/* Its process ends by itself when the state is written. */
static void suspend_on_done(gpointer data, const char *complaint)
{
    LatheWindow *window = data;

    window->suspending = FALSE;
    if (complaint != NULL && window->message_bar != NULL) {
        lathe_message_bar_show(window->message_bar, GTK_MESSAGE_ERROR, complaint, NULL, NULL);
        lathe_window_update_actions(window);
    }
    g_object_unref(window);
}

void lathe_window_suspend(LatheWindow *window)
{
    if (window->suspending)
        return;
    window->suspending = TRUE;
    lathe_window_update_actions(window);
    lathe_message_bar_show(window->message_bar, GTK_MESSAGE_OTHER, _("Suspending the machine…"),
                           NULL, NULL);
    lathe_session_suspend(window->session, suspend_on_done, g_object_ref(window));
}

gboolean lathe_window_can_suspend(LatheWindow *window)
{
    return !window->suspending && lathe_session_can_suspend(window->session) &&
           lathe_session_get_state(window->session) != LATHE_STATE_STOPPED;
}

/* ---- closing ---- */

enum { CLOSE_SUSPEND = 1 }; /* beside GTK's answers */

static void close_on_answer(GtkDialog *dialog, int response, LatheWindow *window)
{
    gtk_widget_destroy(GTK_WIDGET(dialog));
    if (response == GTK_RESPONSE_ACCEPT)
        gtk_widget_destroy(GTK_WIDGET(window));
    else if (response == CLOSE_SUSPEND)
        lathe_window_suspend(window);
    else if (response == GTK_RESPONSE_APPLY)
        lathe_window_keep(window);
}

/* A trial can be kept; a machine that is kept can be suspended instead, as where the library is
 * left. */
static void close_add_answers(LatheWindow *window, GtkDialog *dialog)
{
    GtkWidget *off;

    gtk_dialog_add_button(dialog, _("_Cancel"), GTK_RESPONSE_CANCEL);
    if (lathe_session_can_keep(window->session))
        gtk_dialog_add_button(dialog, _("_Keep"), GTK_RESPONSE_APPLY);
    off = gtk_dialog_add_button(dialog, _("_Switch Off"), GTK_RESPONSE_ACCEPT);
    gtk_style_context_add_class(gtk_widget_get_style_context(off),
                                GTK_STYLE_CLASS_DESTRUCTIVE_ACTION);
    if (lathe_window_can_suspend(window))
        gtk_dialog_add_button(dialog, _("Sus_pend"), CLOSE_SUSPEND);
    gtk_dialog_set_default_response(dialog, GTK_RESPONSE_CANCEL);
}

/* g_free. */
static char *close_text(LatheWindow *window)
{
    const char *lost =
        _("The machine is not shut down. Closing its window is like pulling its plug: "
          "what the guest has not written is lost.");

    if (lathe_session_can_keep(window->session))
        return g_strdup(_("The machine is a trial: when its window is closed, nothing of it is "
                          "left. Keep it, and it is in the library and runs on."));
    if (!lathe_window_can_suspend(window))
        return g_strdup(lost);
    return g_strdup_printf(
        "%s %s", lost,
        _("Suspended machines go on from where they were when they are started again."));
}

void lathe_window_ask_close(LatheWindow *window)
{
    GtkWidget *dialog = gtk_message_dialog_new(
        GTK_WINDOW(window), GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT, GTK_MESSAGE_QUESTION,
        GTK_BUTTONS_NONE, _("Switch off “%s”?"), lathe_session_get_title(window->session));
    g_autofree char *text = close_text(window);

    gtk_message_dialog_format_secondary_text(GTK_MESSAGE_DIALOG(dialog), "%s", text);
    close_add_answers(window, GTK_DIALOG(dialog));
    g_set_weak_pointer(&window->question, dialog);
    g_signal_connect(dialog, "response", G_CALLBACK(close_on_answer), window);
    gtk_window_present(GTK_WINDOW(dialog));
}
