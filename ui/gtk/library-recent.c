/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that were used lately: the desktop's own list, those that are ours. */
#include "ui/gtk/library-private.h"

#define RECENT_MAX  8
#define RECENT_NAME "Lathe" /* of the application, in the list of recently used files */

void lathe_library_recent_note(GFile *file)
{
    g_autofree char *uri = g_file_get_uri(file);
    GtkRecentData data = {.mime_type = (char *)"application/octet-stream",
                          .app_name = (char *)RECENT_NAME,
                          .app_exec = (char *)"lathe %u"};

    gtk_recent_manager_add_full(gtk_recent_manager_get_default(), uri, &data);
}

static int recent_newer(gconstpointer a, gconstpointer b)
{
    time_t first = 0, second = 0;

    gtk_recent_info_get_application_info((GtkRecentInfo *)a, RECENT_NAME, NULL, NULL, &first);
    gtk_recent_info_get_application_info((GtkRecentInfo *)b, RECENT_NAME, NULL, NULL, &second);
    return first < second ? 1 : first > second ? -1 : 0;
}

static GtkWidget *recent_row(GtkRecentInfo *info)
{
    GtkWidget *row = gtk_list_box_row_new(), *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    GtkWidget *name = gtk_label_new(gtk_recent_info_get_display_name(info));
    g_autofree char *folder = gtk_recent_info_get_uri_display(info);
    GtkWidget *place = gtk_label_new(folder);

    gtk_label_set_xalign(GTK_LABEL(name), 0);
    gtk_label_set_xalign(GTK_LABEL(place), 0);
    gtk_label_set_ellipsize(GTK_LABEL(name), PANGO_ELLIPSIZE_MIDDLE);
    gtk_label_set_ellipsize(GTK_LABEL(place), PANGO_ELLIPSIZE_MIDDLE);
    gtk_style_context_add_class(gtk_widget_get_style_context(place), "dim-label");
    gtk_container_add(GTK_CONTAINER(box), name);
    gtk_container_add(GTK_CONTAINER(box), place);
    gtk_container_set_border_width(GTK_CONTAINER(box), 6);
    gtk_container_add(GTK_CONTAINER(row), box);
    g_object_set_data_full(G_OBJECT(row), "uri", g_strdup(gtk_recent_info_get_uri(info)), g_free);
    gtk_widget_show_all(row);
    return row;
}

static void recent_forget_row(GtkWidget *row, gpointer data)
{
    gtk_widget_destroy(row);
}

void lathe_library_recent_fill(GtkListBox *list, GtkWidget *box)
{
    GList *items =
        g_list_sort(gtk_recent_manager_get_items(gtk_recent_manager_get_default()), recent_newer);
    unsigned count = 0;

    gtk_container_foreach(GTK_CONTAINER(list), recent_forget_row, NULL);
    for (GList *item = items; item != NULL && count < RECENT_MAX; item = item->next) {
        if (!gtk_recent_info_has_application(item->data, RECENT_NAME) ||
            !gtk_recent_info_exists(item->data))
            continue;
        gtk_container_add(GTK_CONTAINER(list), recent_row(item->data));
        count++;
    }
    gtk_widget_set_visible(box, count != 0);
    g_list_free_full(items, (GDestroyNotify)gtk_recent_info_unref);
}
