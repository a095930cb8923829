/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages named in a list (sidebar.h). */
#include "ui/gtk/sidebar.h"

#include "ui/gtk/fields.h"

#define SIDEBAR_CHARS 20 /* letters; longer labels are wrapped */

static gboolean sidebar_on_focus(GtkWidget *list, GtkDirectionType direction, gpointer data)
{
    GtkListBoxRow *row = gtk_list_box_get_selected_row(GTK_LIST_BOX(list));

    if (direction != GTK_DIR_TAB_FORWARD && direction != GTK_DIR_TAB_BACKWARD)
        return FALSE;
    g_signal_stop_emission_by_name(list, "focus");
    if (gtk_container_get_focus_child(GTK_CONTAINER(list)) != NULL || row == NULL)
        return FALSE;
    gtk_widget_grab_focus(GTK_WIDGET(row));
    return TRUE;
}

GtkListBox *lathe_sidebar_new(const char *name)
{
    GtkWidget *list = gtk_list_box_new();

    gtk_list_box_set_selection_mode(GTK_LIST_BOX(list), GTK_SELECTION_BROWSE);
    atk_object_set_name(gtk_widget_get_accessible(list), name);
    gtk_style_context_add_class(gtk_widget_get_style_context(list), "navigation-sidebar");
    g_signal_connect(list, "focus", G_CALLBACK(sidebar_on_focus), NULL);
    return GTK_LIST_BOX(list);
}

GtkBox *lathe_sidebar_add(GtkListBox *sidebar, const char *page, const char *label)
{
    GtkWidget *row = gtk_list_box_row_new(), *words = gtk_label_new(label);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 9);

    gtk_label_set_xalign(GTK_LABEL(words), 0);
    gtk_label_set_line_wrap(GTK_LABEL(words), TRUE);
    gtk_label_set_width_chars(GTK_LABEL(words), MIN((int)g_utf8_strlen(label, -1), SIDEBAR_CHARS));
    gtk_label_set_max_width_chars(GTK_LABEL(words), SIDEBAR_CHARS);
    gtk_box_pack_start(GTK_BOX(box), words, TRUE, TRUE, 0);
    g_object_set(box, "margin", 9, NULL);
    gtk_container_add(GTK_CONTAINER(row), box);
    atk_object_set_name(gtk_widget_get_accessible(row), label);
    g_object_set_data(G_OBJECT(row), "page", (gpointer)page);
    gtk_container_add(GTK_CONTAINER(sidebar), row);
    return GTK_BOX(box);
}

const char *lathe_sidebar_page(GtkListBoxRow *row)
{
    return g_object_get_data(G_OBJECT(row), "page");
}

static void sidebar_on_row(GtkListBox *list, GtkListBoxRow *row, GtkStack *stack)
{
    if (row != NULL)
        gtk_stack_set_visible_child_name(stack, lathe_sidebar_page(row));
}

void lathe_sidebar_turn(GtkListBox *sidebar, GtkStack *stack)
{
    g_signal_connect_object(sidebar, "row-selected", G_CALLBACK(sidebar_on_row), stack, 0);
}

GtkWidget *lathe_sidebar_scroll(GtkListBox *sidebar)
{
    GtkWidget *scroller = gtk_scrolled_window_new(NULL, NULL);

    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroller), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_container_add(GTK_CONTAINER(scroller), GTK_WIDGET(sidebar));
    return scroller;
}

GtkInfoBar *lathe_alert_new(GtkLabel **words)
{
    GtkWidget *bar = gtk_info_bar_new(), *label = lathe_field_new_words(NULL);

    gtk_style_context_remove_class(gtk_widget_get_style_context(label), "dim-label");
    atk_object_set_role(gtk_widget_get_accessible(label), ATK_ROLE_ALERT);
    gtk_container_add(GTK_CONTAINER(gtk_info_bar_get_content_area(GTK_INFO_BAR(bar))), label);
    gtk_widget_show(label);
    gtk_widget_set_no_show_all(bar, TRUE);
    *words = GTK_LABEL(label);
    return GTK_INFO_BAR(bar);
}
