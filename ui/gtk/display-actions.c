/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window's actions on the screen in front: a table, as in window-actions.c. */
#include <glib/gi18n.h>

#include "ui/gtk/window-private.h"

/* ---- what the user prefers ---- */

void lathe_window_apply_display_preferences(LatheWindow *window)
{
    for (int i = 0; i < gtk_notebook_get_n_pages(window->notebook); i++) {
        GtkWidget *page = gtk_notebook_get_nth_page(window->notebook, i);
        if (LATHE_IS_DISPLAY_PAGE(page))
            lathe_display_page_apply(LATHE_DISPLAY_PAGE(page), &window->display_preferences);
    }
    lathe_display_preferences_save(&window->display_preferences);
}

static void action_scaling(GSimpleAction *action, GVariant *value, gpointer data)
{
    LatheWindow *window = data;

    window->display_preferences.scaling =
        lathe_scaling_from_name(g_variant_get_string(value, NULL));
    g_simple_action_set_state(action, value);
    lathe_window_apply_display_preferences(window);
}

static void action_resize_guest(GSimpleAction *action, GVariant *value, gpointer data)
{
    LatheWindow *window = data;

    window->display_preferences.resize_guest = g_variant_get_boolean(value);
    g_simple_action_set_state(action, value);
    lathe_window_apply_display_preferences(window);
}

static void action_release_keys(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_window_ask_release(data);
}

static void action_layout(GSimpleAction *action, GVariant *value, gpointer data)
{
    LatheWindow *window = data;

    g_strlcpy(window->display_preferences.layout, g_variant_get_string(value, NULL),
              sizeof(window->display_preferences.layout));
    g_simple_action_set_state(action, value);
    lathe_window_apply_display_preferences(window);
}

/* ---- the screen in front ---- */

static void action_send_keys(GSimpleAction *action, GVariant *keys, gpointer data)
{
    LatheDisplayPage *page = lathe_window_get_display(data);

    if (page == NULL)
        return;
    LatheDisplayView *view = lathe_display_page_get_view(page);
    lathe_display_view_release_keys(view);
    lathe_typist_press(lathe_display_view_get_typist(view), g_variant_get_string(keys, NULL));
    lathe_display_page_grab_focus(page);
}

static void action_capture(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheDisplayPage *page = lathe_window_get_display(data);

    if (page == NULL)
        return;
    LatheDisplayView *view = lathe_display_page_get_view(page);
    lathe_display_page_grab_focus(page);
    lathe_display_view_set_captured(view, !lathe_display_view_is_captured(view));
}

static void action_screenshot(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheDisplayPage *page = lathe_window_get_display(data);

    if (page != NULL)
        lathe_window_ask_picture(data, page);
}

/* The window as large as the guest's picture at 1:1 makes it. */
static void action_fit_window(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheDisplayPage *page = lathe_window_get_display(data);
    int width, height;

    if (page == NULL)
        return;
    LatheDisplayView *view = lathe_display_page_get_view(page);
    const struct emu_surface *surface =
        disp_screen_get_surface(lathe_display_view_get_screen(view));
    int scale = gtk_widget_get_scale_factor(GTK_WIDGET(view));
    if (surface->width == 0)
        return;
    gtk_window_get_size(data, &width, &height);
    width += ((int)surface->width + scale - 1) / scale -
             gtk_widget_get_allocated_width(GTK_WIDGET(view));
    height += ((int)surface->height + scale - 1) / scale -
              gtk_widget_get_allocated_height(GTK_WIDGET(view));
    gtk_window_resize(data, MAX(width, 1), MAX(height, 1));
}

static const GActionEntry display_entries[] = {
    {"scaling", NULL, "s", "'fit'", action_scaling, {0}},
    {"resize-guest", NULL, NULL, "true", action_resize_guest, {0}},
    {"release-keys", action_release_keys, NULL, NULL, NULL, {0}},
    {"layout", NULL, "s", "''", action_layout, {0}},
    {"send-keys", action_send_keys, "s", NULL, NULL, {0}},
    {"capture", action_capture, NULL, "false", NULL, {0}},
    {"screenshot", action_screenshot, NULL, NULL, NULL, {0}},
    {"fit-window", action_fit_window, NULL, NULL, NULL, {0}},
};

static GSimpleAction *display_action(LatheWindow *window, const char *name)
{
    return G_SIMPLE_ACTION(g_action_map_lookup_action(G_ACTION_MAP(window), name));
}

void lathe_window_install_display_actions(LatheWindow *window)
{
    const struct lathe_display_preferences *preferences = &window->display_preferences;

    g_action_map_add_action_entries(G_ACTION_MAP(window), display_entries,
                                    G_N_ELEMENTS(display_entries), window);
    g_simple_action_set_state(display_action(window, "scaling"),
                              g_variant_new_string(lathe_scaling_name(preferences->scaling)));
    g_simple_action_set_state(display_action(window, "resize-guest"),
                              g_variant_new_boolean(preferences->resize_guest));
    g_simple_action_set_state(display_action(window, "layout"),
                              g_variant_new_string(preferences->layout));
}

void lathe_window_update_display_actions(LatheWindow *window)
{
    LatheDisplayPage *page = lathe_window_get_display(window);
    gboolean running =
        page != NULL && lathe_session_get_state(window->session) == LATHE_STATE_RUNNING;
    gboolean captured =
        page != NULL && lathe_display_view_is_captured(lathe_display_page_get_view(page));

    g_simple_action_set_enabled(display_action(window, "send-keys"), running);
    g_simple_action_set_enabled(display_action(window, "capture"), running);
    g_simple_action_set_enabled(display_action(window, "screenshot"), page != NULL);
    g_simple_action_set_enabled(display_action(window, "fit-window"),
                                page != NULL && !window->fullscreen);
    g_simple_action_set_state(display_action(window, "capture"), g_variant_new_boolean(captured));
}
