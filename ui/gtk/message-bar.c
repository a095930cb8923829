/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bar over a machine's page, of which it takes no room. */
#include "ui/gtk/message-bar.h"

#include <glib/gi18n.h>

#define MESSAGE_SECONDS 6 /* that good news stay */

struct _LatheMessageBar {
    GtkInfoBar parent;
    LatheSession *session;
    GtkLabel *label;
    GtkWidget *button;
    guint timer;
};

G_DEFINE_FINAL_TYPE(LatheMessageBar, lathe_message_bar, GTK_TYPE_INFO_BAR)

static void message_hide(LatheMessageBar *bar)
{
    g_clear_handle_id(&bar->timer, g_source_remove);
    gtk_info_bar_set_revealed(GTK_INFO_BAR(bar), FALSE);
    gtk_widget_hide(GTK_WIDGET(bar)); /* else its window, of no height, would take pointers */
}

static gboolean message_on_time(gpointer data)
{
    LatheMessageBar *bar = data;

    if (gtk_widget_has_focus(bar->button)) /* somebody is about to press it */
        return G_SOURCE_CONTINUE;
    bar->timer = 0;
    message_hide(bar);
    return G_SOURCE_REMOVE;
}

void lathe_message_bar_show(LatheMessageBar *bar, GtkMessageType type, const char *text,
                            const char *button, const char *action)
{
    g_clear_handle_id(&bar->timer, g_source_remove);
    gtk_info_bar_set_message_type(GTK_INFO_BAR(bar), type);
    gtk_label_set_text(bar->label, text);
    gtk_widget_set_visible(bar->button, button != NULL);
    if (button != NULL) {
        gtk_button_set_label(GTK_BUTTON(bar->button), button);
        gtk_actionable_set_action_name(GTK_ACTIONABLE(bar->button), action);
    }
    gtk_widget_show(GTK_WIDGET(bar));
    gtk_info_bar_set_revealed(GTK_INFO_BAR(bar), TRUE);
    if (type == GTK_MESSAGE_INFO)
        bar->timer = g_timeout_add_seconds(MESSAGE_SECONDS, message_on_time, bar);
}

void lathe_message_bar_show_held(LatheMessageBar *bar)
{
    lathe_message_bar_show(bar, GTK_MESSAGE_WARNING, lathe_session_get_hold_text(bar->session),
                           _("_Retry"), "win.run-pause");
    gtk_widget_grab_focus(bar->button);
}

/* ---- the session ---- */

static void message_on_warning(LatheSession *session, const char *sentence, LatheMessageBar *bar)
{
    lathe_message_bar_show(bar, GTK_MESSAGE_WARNING, sentence, NULL, NULL);
}

/* It goes on, or not at all: what held it is over. */
static void message_on_state(LatheMessageBar *bar)
{
    const char *action = gtk_actionable_get_action_name(GTK_ACTIONABLE(bar->button));

    if (lathe_session_get_state(bar->session) != LATHE_STATE_PAUSED &&
        gtk_widget_get_visible(bar->button) && g_strcmp0(action, "win.run-pause") == 0)
        message_hide(bar);
}

/* ---- the object ---- */

GtkWidget *lathe_message_bar_new(LatheSession *session)
{
    LatheMessageBar *bar = g_object_new(LATHE_TYPE_MESSAGE_BAR, "revealed", FALSE, NULL);

    bar->session = g_object_ref(session);
    g_signal_connect_object(session, "warning", G_CALLBACK(message_on_warning), bar, 0);
    g_signal_connect_object(session, "notify::state", G_CALLBACK(message_on_state), bar,
                            G_CONNECT_SWAPPED);
    return GTK_WIDGET(bar);
}

static void message_response(GtkInfoBar *bar, int response)
{
    message_hide(LATHE_MESSAGE_BAR(bar));
}

static void lathe_message_bar_dispose(GObject *object)
{
    LatheMessageBar *bar = LATHE_MESSAGE_BAR(object);

    g_clear_handle_id(&bar->timer, g_source_remove);
    g_clear_object(&bar->session);
    G_OBJECT_CLASS(lathe_message_bar_parent_class)->dispose(object);
}

static void lathe_message_bar_init(LatheMessageBar *bar)
{
    GtkWidget *label = gtk_label_new(NULL);

    bar->label = GTK_LABEL(label);
    gtk_label_set_line_wrap(bar->label, TRUE);
    gtk_label_set_line_wrap_mode(bar->label, PANGO_WRAP_WORD_CHAR);
    gtk_label_set_xalign(bar->label, 0);
    gtk_widget_set_hexpand(label, TRUE);
    gtk_container_add(GTK_CONTAINER(gtk_info_bar_get_content_area(GTK_INFO_BAR(bar))), label);
    bar->button = gtk_button_new_with_label("");
    gtk_button_set_use_underline(GTK_BUTTON(bar->button), TRUE);
    gtk_widget_set_valign(bar->button, GTK_ALIGN_CENTER);
    gtk_container_add(GTK_CONTAINER(gtk_info_bar_get_content_area(GTK_INFO_BAR(bar))), bar->button);
    gtk_info_bar_add_button(GTK_INFO_BAR(bar), _("Cl_ose"), GTK_RESPONSE_CLOSE);
    gtk_widget_show(label);
    gtk_style_context_add_class(gtk_widget_get_style_context(GTK_WIDGET(bar)), "lathe-message");
}

static void lathe_message_bar_class_init(LatheMessageBarClass *class)
{
    G_OBJECT_CLASS(class)->dispose = lathe_message_bar_dispose;
    GTK_INFO_BAR_CLASS(class)->response = message_response;
}
