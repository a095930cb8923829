/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A drop target for text/uri-list. */
#include "ui/gtk/drop.h"

#define DROP_CLASS "lathe-drop"

static void drop_mark(GtkWidget *widget, gboolean mark)
{
    GtkStyleContext *style = gtk_widget_get_style_context(widget);

    if (mark)
        gtk_style_context_add_class(style, DROP_CLASS);
    else
        gtk_style_context_remove_class(style, DROP_CLASS);
}

static gboolean drop_on_motion(GtkWidget *widget, GdkDragContext *context, int x, int y, guint time,
                               gpointer data)
{
    if (gtk_drag_dest_find_target(widget, context, NULL) != GDK_NONE)
        drop_mark(widget, TRUE);
    return FALSE;
}

static void drop_on_leave(GtkWidget *widget, GdkDragContext *context, guint time, gpointer data)
{
    drop_mark(widget, FALSE);
}

static void drop_on_data(GtkWidget *widget, GdkDragContext *context, int x, int y,
                         GtkSelectionData *selection, guint info, guint time, gpointer data)
{
    g_auto(GStrv) uris = gtk_selection_data_get_uris(selection);
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_object_unref);
    lathe_drop_fn *dropped = (lathe_drop_fn *)data;

    for (gsize i = 0; uris != NULL && uris[i] != NULL; i++) {
        GFile *file = g_file_new_for_uri(uris[i]);
        if (g_file_peek_path(file) != NULL)
            g_ptr_array_add(files, file);
        else
            g_object_unref(file);
    }
    drop_mark(widget, FALSE);
    gtk_drag_finish(context, files->len != 0, FALSE, time);
    if (files->len != 0)
        dropped(widget, (GFile **)files->pdata, (int)files->len);
}

void lathe_drop_accept(GtkWidget *widget, lathe_drop_fn *dropped)
{
    gtk_drag_dest_set(widget, GTK_DEST_DEFAULT_MOTION | GTK_DEST_DEFAULT_DROP, NULL, 0,
                      GDK_ACTION_COPY);
    gtk_drag_dest_add_uri_targets(widget);
    g_signal_connect(widget, "drag-motion", G_CALLBACK(drop_on_motion), NULL);
    g_signal_connect(widget, "drag-leave", G_CALLBACK(drop_on_leave), NULL);
    g_signal_connect(widget, "drag-data-received", G_CALLBACK(drop_on_data), (gpointer)dropped);
}
