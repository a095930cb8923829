/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The monitors of a machine with several: a menu in which they are plugged in and out while it
 * runs. Each has an action of its own, "screen-2", whose state is whether it is plugged in, and a
 * tab as long as it is.
 */
#include "ui/gtk/screens.h"

#include <glib/gi18n.h>

#include "ui/gtk/window-private.h"

static GtkWidget *screens_page(LatheWindow *window, const struct disp_screen *screen)
{
    for (int i = 0; i < gtk_notebook_get_n_pages(window->notebook); i++) {
        GtkWidget *page = gtk_notebook_get_nth_page(window->notebook, i);
        if (LATHE_IS_DISPLAY_PAGE(page) &&
            lathe_display_view_get_screen(lathe_display_page_get_view(LATHE_DISPLAY_PAGE(page))) ==
                screen)
            return page;
    }
    return NULL;
}

/* "screen-2"; g_free. */
static char *screens_action_name(guint number)
{
    return g_strdup_printf("screen-%u", number + 1);
}

static void screens_on_changed(LatheWindow *window)
{
    GPtrArray *screens = lathe_session_get_screens(window->session);

    for (guint i = 1; i < screens->len; i++) {
        g_autofree char *name = screens_action_name(i);
        GAction *action = g_action_map_lookup_action(G_ACTION_MAP(window), name);
        gboolean plugged = disp_screen_is_connected(screens->pdata[i]);
        GtkWidget *page = screens_page(window, screens->pdata[i]);

        g_simple_action_set_state(G_SIMPLE_ACTION(action), g_variant_new_boolean(plugged));
        if (page != NULL)
            gtk_widget_set_visible(page, plugged);
    }
}

static void screens_on_action(GSimpleAction *action, GVariant *value, gpointer data)
{
    LatheWindow *window = data;
    guint number = GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(action), "number"));
    gboolean plug = g_variant_get_boolean(value);
    g_autoptr(GError) error = NULL;

    if (!lathe_session_plug_screen(window->session, number, plug, &error)) {
        lathe_message_bar_show(window->message_bar, GTK_MESSAGE_WARNING, error->message, NULL,
                               NULL);
        return;
    }
    g_autofree char *text = g_strdup_printf(plug ? /* Translators: of a monitor, by its number */
                                                _("Screen %u is plugged in.")
                                                 : _("Screen %u is unplugged."),
                                            number + 1);
    lathe_message_bar_show(window->message_bar, GTK_MESSAGE_INFO, text, NULL, NULL);
}

static void screens_add(LatheWindow *window, GMenu *menu, guint number)
{
    g_autofree char *name = screens_action_name(number);
    g_autofree char *detailed = g_strconcat("win.", name, NULL);
    /* Translators: a monitor, by its number */
    g_autofree char *label = g_strdup_printf(_("Screen _%u"), number + 1);
    g_autoptr(GSimpleAction) action =
        g_simple_action_new_stateful(name, NULL, g_variant_new_boolean(TRUE));

    g_object_set_data(G_OBJECT(action), "number", GUINT_TO_POINTER(number));
    g_simple_action_set_enabled(action, number > 0);
    g_signal_connect(action, "change-state", G_CALLBACK(screens_on_action), window);
    g_action_map_add_action(G_ACTION_MAP(window), G_ACTION(action));
    g_menu_append(menu, label, detailed);
}

static void screens_add_button(LatheWindow *window, GMenu *menu)
{
    GtkWidget *button = gtk_menu_button_new();

    gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(button), G_MENU_MODEL(menu));
    gtk_menu_button_set_use_popover(GTK_MENU_BUTTON(button), TRUE);
    gtk_widget_set_focus_on_click(button, FALSE);
    gtk_container_add(GTK_CONTAINER(button),
                      gtk_image_new_from_icon_name("video-display-symbolic", GTK_ICON_SIZE_BUTTON));
    gtk_widget_set_tooltip_text(button, _("Plug screens in, or unplug them"));
    atk_object_set_name(gtk_widget_get_accessible(button), _("Screens"));
    gtk_header_bar_pack_end(window->header, button);
    gtk_widget_show_all(button);
}

void lathe_window_install_screens(LatheWindow *window)
{
    GPtrArray *screens = lathe_session_get_screens(window->session);
    g_autoptr(GMenu) menu = g_menu_new();

    if (screens->len < 2)
        return;
    for (guint i = 0; i < screens->len; i++)
        screens_add(window, menu, i);
    screens_add_button(window, menu);
    g_signal_connect_object(window->session, "screens-changed", G_CALLBACK(screens_on_changed),
                            window, G_CONNECT_SWAPPED);
    screens_on_changed(window);
}
