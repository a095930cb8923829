/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small window that files can be dragged out of, as out of a file manager:
 * drag-source FILE... offers them as text/uri-list. It says on standard output whether the place
 * under the pointer takes them. For tests of drops with a real pointer.
 */
#include <gtk/gtk.h>

static void source_give(GtkWidget *widget, GdkDragContext *context, GtkSelectionData *selection,
                        guint info, guint time, gpointer uris)
{
    gtk_selection_data_set_uris(selection, uris);
}

static void source_on_action(GdkDragContext *context, GdkDragAction action)
{
    puts(action != 0 ? "taken here" : "not here");
    fflush(stdout);
}

static void source_begin(GtkWidget *widget, GdkDragContext *context, gpointer data)
{
    g_signal_connect(context, "action-changed", G_CALLBACK(source_on_action), NULL);
}

int main(int argc, char **argv)
{
    g_autoptr(GStrvBuilder) uris = g_strv_builder_new();

    gtk_init(&argc, &argv);
    for (int i = 1; i < argc; i++) {
        g_autoptr(GFile) file = g_file_new_for_commandline_arg(argv[i]);
        g_autofree char *uri = g_file_get_uri(file);
        g_strv_builder_add(uris, uri);
    }
    GtkWidget *window = gtk_window_new(GTK_WINDOW_TOPLEVEL), *box = gtk_event_box_new();
    gtk_container_add(GTK_CONTAINER(box), gtk_label_new("drag me"));
    gtk_container_add(GTK_CONTAINER(window), box);
    gtk_window_set_title(GTK_WINDOW(window), "drag-source");
    gtk_window_set_default_size(GTK_WINDOW(window), 120, 60);
    gtk_drag_source_set(box, GDK_BUTTON1_MASK, NULL, 0, GDK_ACTION_COPY);
    gtk_drag_source_add_uri_targets(box);
    g_signal_connect_data(box, "drag-data-get", G_CALLBACK(source_give), g_strv_builder_end(uris),
                          (GClosureNotify)(void (*)(void))g_strfreev, 0);
    g_signal_connect(box, "drag-begin", G_CALLBACK(source_begin), NULL);
    gtk_widget_show_all(window);
    gtk_window_move(GTK_WINDOW(window), 950, 700);
    gtk_main();
    return 0;
}
