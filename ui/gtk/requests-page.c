/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of requests with their times, the newest at its end; those that went wrong are marked. */
#include "ui/gtk/requests-page.h"

#include <glib/gi18n.h>

enum { COLUMN_ICON, COLUMN_TIME, COLUMN_SENTENCE, COLUMNS };

#define PAGE_ROWS 1000 /* as many as a session keeps */

struct _LatheRequestsPage {
    GtkBox parent;
    LatheSession *session;
    GtkListStore *store;
    GtkWidget *list, *stack;
};

G_DEFINE_FINAL_TYPE(LatheRequestsPage, lathe_requests_page, GTK_TYPE_BOX)

static void page_add(LatheRequestsPage *page, const struct lathe_session_request *request)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(request->time / G_USEC_PER_SEC);
    g_autoptr(GDateTime) local = g_date_time_to_local(utc);
    g_autofree char *time = g_date_time_format(local, "%H:%M:%S");
    GtkTreeIter iter;

    gtk_list_store_insert_with_values(page->store, &iter, -1, COLUMN_ICON,
                                      request->wrong ? "dialog-warning-symbolic" : NULL,
                                      COLUMN_TIME, time, COLUMN_SENTENCE, request->sentence, -1);
    gtk_stack_set_visible_child_name(GTK_STACK(page->stack), "list");
}

static void page_drop_old(LatheRequestsPage *page)
{
    GtkTreeModel *model = GTK_TREE_MODEL(page->store);
    GtkTreeIter iter;

    if (gtk_tree_model_iter_n_children(model, NULL) > PAGE_ROWS &&
        gtk_tree_model_get_iter_first(model, &iter))
        gtk_list_store_remove(page->store, &iter);
}

/* The end stays in sight. */
static void page_on_request(LatheRequestsPage *page)
{
    GPtrArray *requests = lathe_session_get_requests(page->session);

    page_add(page, requests->pdata[requests->len - 1]);
    page_drop_old(page);
    g_autoptr(GtkTreePath) end = gtk_tree_path_new_from_indices(
        gtk_tree_model_iter_n_children(GTK_TREE_MODEL(page->store), NULL) - 1, -1);
    gtk_tree_view_scroll_to_cell(GTK_TREE_VIEW(page->list), end, NULL, FALSE, 0, 0);
}

void lathe_requests_page_grab_focus(LatheRequestsPage *page)
{
    gtk_widget_grab_focus(page->list);
}

/* ---- the object ---- */

static void page_add_columns(GtkTreeView *list)
{
    GtkCellRenderer *sentence = gtk_cell_renderer_text_new();

    g_object_set(sentence, "wrap-mode", PANGO_WRAP_WORD_CHAR, "wrap-width", 560, NULL);
    gtk_tree_view_insert_column_with_attributes(list, -1, NULL, gtk_cell_renderer_pixbuf_new(),
                                                "icon-name", COLUMN_ICON, NULL);
    gtk_tree_view_insert_column_with_attributes(list, -1, _("Time"), gtk_cell_renderer_text_new(),
                                                "text", COLUMN_TIME, NULL);
    gtk_tree_view_insert_column_with_attributes(list, -1, _("Request"), sentence, "text",
                                                COLUMN_SENTENCE, NULL);
}

static GtkWidget *page_new_hint(void)
{
    GtkWidget *hint = gtk_label_new(_("The machine has asked for nothing yet. What its firmware or "
                                      "iPXE loads from the network will be listed here, if the "
                                      "machine's network has a boot service."));

    gtk_label_set_line_wrap(GTK_LABEL(hint), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(hint), 60);
    g_object_set(hint, "margin", 24, NULL);
    return hint;
}

static void lathe_requests_page_init(LatheRequestsPage *page)
{
    GtkWidget *scrolled = gtk_scrolled_window_new(NULL, NULL);

    page->store = gtk_list_store_new(COLUMNS, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
    page->list = gtk_tree_view_new_with_model(GTK_TREE_MODEL(page->store));
    page->stack = gtk_stack_new();
    page_add_columns(GTK_TREE_VIEW(page->list));
    gtk_tree_view_set_search_column(GTK_TREE_VIEW(page->list), COLUMN_SENTENCE);
    atk_object_set_name(gtk_widget_get_accessible(page->list), _("Boot requests"));
    gtk_container_add(GTK_CONTAINER(scrolled), page->list);
    gtk_stack_add_named(GTK_STACK(page->stack), page_new_hint(), "hint");
    gtk_stack_add_named(GTK_STACK(page->stack), scrolled, "list");
    gtk_box_pack_start(GTK_BOX(page), page->stack, TRUE, TRUE, 0);
}

static void lathe_requests_page_dispose(GObject *object)
{
    LatheRequestsPage *page = LATHE_REQUESTS_PAGE(object);

    g_clear_object(&page->session);
    g_clear_object(&page->store);
    G_OBJECT_CLASS(lathe_requests_page_parent_class)->dispose(object);
}

static void lathe_requests_page_class_init(LatheRequestsPageClass *class)
{
    G_OBJECT_CLASS(class)->dispose = lathe_requests_page_dispose;
}

GtkWidget *lathe_requests_page_new(LatheSession *session)
{
    LatheRequestsPage *page = g_object_new(LATHE_TYPE_REQUESTS_PAGE, NULL);
    GPtrArray *requests = lathe_session_get_requests(session);

    page->session = g_object_ref(session);
    gtk_widget_show_all(GTK_WIDGET(page));
    for (guint i = 0; i < requests->len; i++)
        page_add(page, requests->pdata[i]);
    g_signal_connect_object(session, "network-request", G_CALLBACK(page_on_request), page,
                            G_CONNECT_SWAPPED);
    return GTK_WIDGET(page);
}
