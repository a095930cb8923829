/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text to read and copy: a log, a definition for other programs. */
#include <glib/gi18n.h>

#include "ui/gtk/library-private.h"

#define TEXT_WIDTH  720
#define TEXT_HEIGHT 480

static void text_on_copy(GtkButton *button, gpointer data)
{
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(GTK_TEXT_VIEW(data));
    GtkTextIter start, end;

    gtk_text_buffer_get_bounds(buffer, &start, &end);
    g_autofree char *text = gtk_text_buffer_get_text(buffer, &start, &end, FALSE);
    gtk_clipboard_set_text(gtk_clipboard_get(GDK_SELECTION_CLIPBOARD), text, -1);
}

static gboolean text_on_key(GtkWidget *window, GdkEventKey *event, gpointer data)
{
    if (event->keyval != GDK_KEY_Escape)
        return FALSE;
    gtk_widget_destroy(window);
    return TRUE;
}

static GtkWidget *text_view(const char *title, const char *text)
{
    GtkWidget *view = gtk_text_view_new();

    gtk_text_buffer_set_text(gtk_text_view_get_buffer(GTK_TEXT_VIEW(view)), text, -1);
    gtk_text_view_set_editable(GTK_TEXT_VIEW(view), FALSE);
    gtk_text_view_set_monospace(GTK_TEXT_VIEW(view), TRUE);
    gtk_text_view_set_accepts_tab(GTK_TEXT_VIEW(view), FALSE);
    gtk_text_view_set_wrap_mode(GTK_TEXT_VIEW(view), GTK_WRAP_WORD_CHAR);
    gtk_text_view_set_left_margin(GTK_TEXT_VIEW(view), 8);
    gtk_text_view_set_top_margin(GTK_TEXT_VIEW(view), 8);
    atk_object_set_name(gtk_widget_get_accessible(view), title);
    return view;
}

static GtkWidget *text_header(GtkWidget *view, const char *title)
{
    GtkWidget *header = gtk_header_bar_new();
    GtkWidget *copy = gtk_button_new_with_mnemonic(_("_Copy"));

    gtk_header_bar_set_title(GTK_HEADER_BAR(header), title);
    gtk_header_bar_set_show_close_button(GTK_HEADER_BAR(header), TRUE);
    gtk_header_bar_pack_start(GTK_HEADER_BAR(header), copy);
    g_signal_connect(copy, "clicked", G_CALLBACK(text_on_copy), view);
    return header;
}

void lathe_library_show_text(LatheLibraryWindow *window, const char *title, const char *text)
{
    GtkWidget *shown = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    GtkWidget *view = text_view(title, *text != '\0' ? text : _("There is nothing in it yet."));
    GtkWidget *scrolled = gtk_scrolled_window_new(NULL, NULL);

    gtk_container_add(GTK_CONTAINER(scrolled), view);
    gtk_container_add(GTK_CONTAINER(shown), scrolled);
    gtk_window_set_titlebar(GTK_WINDOW(shown), text_header(view, title));
    gtk_window_set_title(GTK_WINDOW(shown), title);
    gtk_window_set_transient_for(GTK_WINDOW(shown), GTK_WINDOW(window));
    gtk_window_set_destroy_with_parent(GTK_WINDOW(shown), TRUE);
    gtk_window_set_default_size(GTK_WINDOW(shown), TEXT_WIDTH, TEXT_HEIGHT);
    g_signal_connect(shown, "key-press-event", G_CALLBACK(text_on_key), NULL);
    gtk_widget_show_all(shown);
    gtk_widget_grab_focus(view);
}
