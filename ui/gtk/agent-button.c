/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A button in the status line: how the guest's agent stands, why, and what is shared. */
#include <glib/gi18n.h>

#include "app/session/agent.h"
#include "ui/gtk/clipboard.h"
#include "ui/gtk/window-private.h"

#define BUTTON_CHARACTERS 44 /* of a line in its popover */

static void button_show(LatheWindow *window)
{
    LatheAgent *agent = lathe_agent_get(window->session);
    g_autofree char *text = lathe_agent_dup_text(agent);
    GtkStyleContext *style = gtk_widget_get_style_context(window->agent_button);

    gtk_label_set_text(window->agent_label, text);
    gtk_widget_set_tooltip_text(window->agent_button, text);
    gtk_image_set_from_icon_name(window->agent_image,
                                 lathe_agent_works(agent) ? "edit-paste-symbolic"
                                                          : "dialog-warning-symbolic",
                                 GTK_ICON_SIZE_MENU);
    if (lathe_agent_works(agent))
        gtk_style_context_remove_class(style, "dim-label");
    else
        gtk_style_context_add_class(style, "dim-label");
    atk_object_set_description(gtk_widget_get_accessible(window->agent_button), text);
}

static void button_add_check(GtkWidget *box, const char *label, const char *action)
{
    GtkWidget *check = gtk_check_button_new_with_mnemonic(label);

    gtk_actionable_set_action_name(GTK_ACTIONABLE(check), action);
    gtk_container_add(GTK_CONTAINER(box), check);
}

static GtkWidget *button_new_popover(LatheWindow *window)
{
    GtkWidget *popover = gtk_popover_new(window->agent_button);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6), *label = gtk_label_new(NULL);

    window->agent_label = GTK_LABEL(label);
    gtk_label_set_line_wrap(window->agent_label, TRUE);
    gtk_label_set_max_width_chars(window->agent_label, BUTTON_CHARACTERS);
    gtk_label_set_xalign(window->agent_label, 0);
    gtk_container_add(GTK_CONTAINER(box), label);
    button_add_check(box, _("The _guest gets this computer’s clipboard"), "win.clipboard-to-guest");
    button_add_check(box, _("This _computer gets the guest’s clipboard"), "win.clipboard-to-host");
    g_object_set(box, "margin", 12, NULL);
    gtk_container_add(GTK_CONTAINER(popover), box);
    gtk_widget_show_all(box);
    return popover;
}

void lathe_window_install_agent_button(LatheWindow *window)
{
    GtkWidget *button = gtk_menu_button_new(), *image = gtk_image_new();

    window->agent_button = button;
    window->agent_image = GTK_IMAGE(image);
    gtk_container_add(GTK_CONTAINER(button), image);
    gtk_button_set_relief(GTK_BUTTON(button), GTK_RELIEF_NONE);
    gtk_widget_set_focus_on_click(button, FALSE);
    gtk_menu_button_set_direction(GTK_MENU_BUTTON(button), GTK_ARROW_UP);
    gtk_menu_button_set_popover(GTK_MENU_BUTTON(button), button_new_popover(window));
    atk_object_set_name(gtk_widget_get_accessible(button), _("Clipboard"));
    gtk_box_pack_end(GTK_BOX(window->status_box), button, FALSE, FALSE, 0);
    gtk_box_reorder_child(GTK_BOX(window->status_box), button, 0);
    gtk_widget_show_all(button);
    g_signal_connect_object(lathe_agent_get(window->session), "changed", G_CALLBACK(button_show),
                            window, G_CONNECT_SWAPPED);
    button_show(window);
}
