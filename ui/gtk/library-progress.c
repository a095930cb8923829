/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bars of what takes a while: how far it is, and a button that stops it. */
#include <glib/gi18n.h>

#include "ui/gtk/library-private.h"

static void progress_on_response(GtkInfoBar *bar, int response, GCancellable *cancellable)
{
    gtk_widget_set_sensitive(GTK_WIDGET(bar), FALSE); /* it goes when the work has ended */
    g_cancellable_cancel(cancellable);
}

GtkWidget *lathe_library_show_progress(LatheLibraryWindow *window, const char *text,
                                       GCancellable *cancellable)
{
    GtkWidget *bar = gtk_info_bar_new_with_buttons(_("_Cancel"), GTK_RESPONSE_CANCEL, NULL);
    GtkWidget *box = gtk_info_bar_get_content_area(GTK_INFO_BAR(bar));
    GtkWidget *column = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6), *label = gtk_label_new(text);
    GtkWidget *progress = gtk_progress_bar_new();
    GtkWidget *parent = gtk_widget_get_parent(GTK_WIDGET(window->info_bar));

    gtk_info_bar_set_message_type(GTK_INFO_BAR(bar), GTK_MESSAGE_OTHER);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_MIDDLE);
    atk_object_set_name(gtk_widget_get_accessible(progress), text);
    gtk_container_add(GTK_CONTAINER(column), label);
    gtk_container_add(GTK_CONTAINER(column), progress);
    gtk_box_pack_start(GTK_BOX(box), column, TRUE, TRUE, 0);
    g_object_set_data(G_OBJECT(bar), "progress", progress);
    g_signal_connect_object(bar, "response", G_CALLBACK(progress_on_response), cancellable, 0);
    gtk_box_pack_start(GTK_BOX(parent), bar, FALSE, FALSE, 0);
    gtk_box_reorder_child(GTK_BOX(parent), bar, 0);
    gtk_widget_show_all(bar);
    return bar;
}

void lathe_library_set_progress(GtkWidget *bar, double share)
{
    gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(g_object_get_data(G_OBJECT(bar), "progress")),
                                  share);
}
