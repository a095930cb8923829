/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The window's actions and their keys, in two tables. The keys leave to the guest what terminals
 * leave to programs: all have Ctrl+Shift or are what every terminal keeps for itself.
 */
#include <glib/gi18n.h>
#include <stdlib.h>

#include "ui/gtk/application.h"
#include "ui/gtk/window-private.h"

#define ZOOM_STEP 1.1

/* ---- the machine ---- */

static void action_run_pause(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheWindow *window = data;

    switch (lathe_session_get_state(window->session)) {
    case LATHE_STATE_RUNNING:
        lathe_session_pause(window->session);
        break;
    case LATHE_STATE_STOPPED:
        lathe_session_restart(window->session);
        break;
    default:
        lathe_session_start(window->session);
        break;
    }
}

static void action_reset(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_session_reset(LATHE_WINDOW(data)->session);
}

static void action_power_button(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_session_power_button(LATHE_WINDOW(data)->session);
}

static void action_force_off(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_session_force_off(LATHE_WINDOW(data)->session);
}

static void action_suspend(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_window_suspend(data);
}

/* ---- the terminal in front ---- */

/* An action that is a function of the page in front. */
#define PAGE_ACTION(name, call)                                                                    \
    static void action_##name(GSimpleAction *action, GVariant *parameter, gpointer data)           \
    {                                                                                              \
        LatheTerminalPage *page = lathe_window_get_page(data);                                     \
                                                                                                   \
        if (page != NULL)                                                                          \
            call(page);                                                                            \
    }

PAGE_ACTION(send_break, lathe_terminal_page_send_break)
PAGE_ACTION(copy_terminal, lathe_terminal_page_copy)
PAGE_ACTION(paste_terminal, lathe_terminal_page_paste)
PAGE_ACTION(select_all, lathe_terminal_page_select_all)
PAGE_ACTION(clear, lathe_terminal_page_clear)
PAGE_ACTION(tell_size, lathe_terminal_page_tell_size)
PAGE_ACTION(stop_log, lathe_terminal_page_stop_log)

/* The same keys for a terminal and for a screen. */
static void action_copy(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheDisplayPage *display = lathe_window_get_display(data);

    if (display != NULL)
        lathe_display_page_copy(display);
    else
        action_copy_terminal(action, parameter, data);
}

static void action_paste(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheDisplayPage *display = lathe_window_get_display(data);

    if (display != NULL)
        lathe_display_page_paste(display, LATHE_WINDOW(data)->display_preferences.layout);
    else
        action_paste_terminal(action, parameter, data);
}

static void action_save_log(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheTerminalPage *page = lathe_window_get_page(data);

    if (page != NULL)
        lathe_window_ask_log(data, page);
}

static void action_find(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheTerminalPage *page = lathe_window_get_page(data);

    if (page != NULL)
        lathe_terminal_page_set_searching(page, !lathe_terminal_page_is_searching(page));
}

static void action_classic_size(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheTerminalPage *page = lathe_window_get_page(data);

    if (page == NULL)
        return;
    lathe_terminal_page_set_size(page, 80, 24);
    gtk_window_resize(GTK_WINDOW(data), 1, 1); /* as small as its terminal lets it */
    lathe_terminal_page_grab_focus(page);
}

static void window_set_zoom(LatheWindow *window, double zoom)
{
    window->preferences.zoom = CLAMP(zoom, 0.25, 4.0);
    lathe_window_apply_preferences(window);
}

static void action_zoom_in(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    window_set_zoom(data, LATHE_WINDOW(data)->preferences.zoom * ZOOM_STEP);
}

static void action_zoom_out(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    window_set_zoom(data, LATHE_WINDOW(data)->preferences.zoom / ZOOM_STEP);
}

static void action_zoom_normal(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    window_set_zoom(data, 1.0);
}

static void action_scrollback(GSimpleAction *action, GVariant *value, gpointer data)
{
    LatheWindow *window = data;

    window->preferences.scrollback = atoi(g_variant_get_string(value, NULL));
    g_simple_action_set_state(action, value);
    lathe_window_apply_preferences(window);
}

/* ---- the window ---- */

static void window_turn_tab(LatheWindow *window, int step)
{
    int count = gtk_notebook_get_n_pages(window->notebook);

    if (count == 0)
        return;
    int number = (gtk_notebook_get_current_page(window->notebook) + step + count) % count;
    gtk_notebook_set_current_page(window->notebook, number);
    lathe_window_focus_page(window);
}

static void action_next_tab(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    window_turn_tab(data, 1);
}

static void action_previous_tab(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    window_turn_tab(data, -1);
}

/* A terminal keeps Tab for itself: this leaves it, and comes back from wherever the focus is. */
static void action_move_focus(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheWindow *window = data;
    LatheTerminalPage *page = lathe_window_get_page(window);
    LatheDisplayPage *display = lathe_window_get_display(window);

    if ((page != NULL && !lathe_terminal_page_has_focus(page)) ||
        (display != NULL && !lathe_display_page_has_focus(display)))
        lathe_window_focus_page(window);
    else if (gtk_info_bar_get_revealed(window->info_bar))
        gtk_widget_grab_focus(window->again_button);
    else
        gtk_widget_grab_focus(window->run_button);
}

static void action_fullscreen(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    if (LATHE_WINDOW(data)->fullscreen)
        gtk_window_unfullscreen(data);
    else
        gtk_window_fullscreen(data);
}

static void action_close(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    gtk_window_close(data);
}

static void action_about(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    gtk_show_about_dialog(GTK_WINDOW(data), "program-name", "Lathe", "logo-icon-name", LATHE_GTK_ID,
                          "comments", _("A workstation for virtual machines"), "license-type",
                          GTK_LICENSE_GPL_3_0, NULL);
}

static void action_performance(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_window_toggle_performance(data);
}

static void action_requests(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_window_toggle_requests(data);
}

static const GActionEntry window_entries[] = {
    {"run-pause", action_run_pause, NULL, NULL, NULL, {0}},
    {"reset", action_reset, NULL, NULL, NULL, {0}},
    {"performance", action_performance, NULL, NULL, NULL, {0}},
    {"requests", action_requests, NULL, NULL, NULL, {0}},
    {"power-button", action_power_button, NULL, NULL, NULL, {0}},
    {"force-off", action_force_off, NULL, NULL, NULL, {0}},
    {"suspend", action_suspend, NULL, NULL, NULL, {0}},
    {"copy", action_copy, NULL, NULL, NULL, {0}},
    {"paste", action_paste, NULL, NULL, NULL, {0}},
    {"select-all", action_select_all, NULL, NULL, NULL, {0}},
    {"clear", action_clear, NULL, NULL, NULL, {0}},
    {"send-break", action_send_break, NULL, NULL, NULL, {0}},
    {"tell-size", action_tell_size, NULL, NULL, NULL, {0}},
    {"classic-size", action_classic_size, NULL, NULL, NULL, {0}},
    {"find", action_find, NULL, "false", NULL, {0}},
    {"save-log", action_save_log, NULL, NULL, NULL, {0}},
    {"stop-log", action_stop_log, NULL, NULL, NULL, {0}},
    {"zoom-in", action_zoom_in, NULL, NULL, NULL, {0}},
    {"zoom-out", action_zoom_out, NULL, NULL, NULL, {0}},
    {"zoom-normal", action_zoom_normal, NULL, NULL, NULL, {0}},
    {"scrollback", NULL, "s", "'10000'", action_scrollback, {0}},
    {"next-tab", action_next_tab, NULL, NULL, NULL, {0}},
    {"previous-tab", action_previous_tab, NULL, NULL, NULL, {0}},
    {"move-focus", action_move_focus, NULL, NULL, NULL, {0}},
    {"fullscreen", action_fullscreen, NULL, NULL, NULL, {0}},
    {"close", action_close, NULL, NULL, NULL, {0}},
    {"about", action_about, NULL, NULL, NULL, {0}},
};

static const struct {
    const char *action;
    const char *keys[4];
} window_keys[] = {
    {"win.run-pause", {"<Primary><Shift>p"}},
    {"win.copy", {"<Primary><Shift>c"}},
    {"win.paste", {"<Primary><Shift>v"}},
    {"win.select-all", {"<Primary><Shift>a"}},
    {"win.clear", {"<Primary><Shift>k"}},
    {"win.send-break", {"<Primary><Shift>b"}},
    {"win.tell-size", {"<Primary><Shift>t"}},
    {"win.suspend", {"<Primary><Shift>z"}},
    {"win.find", {"<Primary><Shift>f"}},
    {"win.save-log", {"<Primary><Shift>s"}},
    {"win.zoom-in", {"<Primary>plus", "<Primary>equal", "<Primary>KP_Add"}},
    {"win.zoom-out", {"<Primary>minus", "<Primary>KP_Subtract"}},
    {"win.zoom-normal", {"<Primary>0", "<Primary>KP_0"}},
    {"win.next-tab", {"<Primary>Page_Down"}},
    {"win.previous-tab", {"<Primary>Page_Up"}},
    {"win.move-focus", {"<Primary>Tab"}},
    {"win.change-disc", {"<Primary><Shift>d"}},
    {"win.eject", {"<Primary><Shift>e"}},
    {"win.forwards", {"<Primary><Shift>n"}},
    {"win.performance", {"<Primary><Shift>m"}},
    {"win.requests", {"<Primary><Shift>y"}},
    {"win.attach-disk", {"<Primary><Shift>h"}},
    {"win.screenshot", {"<Primary><Shift>s"}},
    {"win.record", {"<Primary><Shift>r"}},
    {"win.fullscreen", {"<Primary><Shift>F11"}},
    {"win.close", {"<Primary><Shift>q", "<Primary><Shift>w"}},
    {"win.show-help-overlay", {"<Primary>question"}},
};

void lathe_window_install_accels(GtkApplication *application)
{
    for (size_t i = 0; i < G_N_ELEMENTS(window_keys); i++)
        gtk_application_set_accels_for_action(application, window_keys[i].action,
                                              window_keys[i].keys);
    /* F10 is a key of many guests' programs. */
    g_object_set(gtk_settings_get_default(), "gtk-menu-bar-accel", NULL, NULL);
}

void lathe_window_install_actions(LatheWindow *window)
{
    g_autofree char *lines = g_strdup_printf("%d", window->preferences.scrollback);

    g_action_map_add_action_entries(G_ACTION_MAP(window), window_entries,
                                    G_N_ELEMENTS(window_entries), window);
    g_action_change_state(g_action_map_lookup_action(G_ACTION_MAP(window), "scrollback"),
                          g_variant_new_string(lines));
    lathe_window_install_keep(window);
    lathe_window_install_sound(window);
}

static void window_enable(LatheWindow *window, const char *name, gboolean enabled)
{
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(window), name);

    g_simple_action_set_enabled(G_SIMPLE_ACTION(action), enabled);
}

/* What only a terminal can do: their keys are the guest's where a screen is in front. */
static const char *const window_terminal_actions[] = {
    "select-all", "clear",    "send-break", "tell-size", "classic-size",
    "find",       "save-log", "zoom-in",    "zoom-out",  "zoom-normal",
};

void lathe_window_update_actions(LatheWindow *window)
{
    LatheState state = lathe_session_get_state(window->session);
    LatheTerminalPage *page = lathe_window_get_page(window);
    GAction *find = g_action_map_lookup_action(G_ACTION_MAP(window), "find");

    window_enable(window, "reset", state != LATHE_STATE_STOPPED);
    window_enable(window, "power-button", state == LATHE_STATE_RUNNING);
    window_enable(window, "force-off", state != LATHE_STATE_STOPPED);
    window_enable(window, "suspend", lathe_window_can_suspend(window));
    window_enable(window, "keep", lathe_session_can_keep(window->session));
    for (size_t i = 0; i < G_N_ELEMENTS(window_terminal_actions); i++)
        window_enable(window, window_terminal_actions[i], page != NULL);
    window_enable(window, "stop-log", page != NULL && lathe_terminal_page_get_log(page) != NULL);
    g_simple_action_set_state(
        G_SIMPLE_ACTION(find),
        g_variant_new_boolean(page != NULL && lathe_terminal_page_is_searching(page)));
    lathe_window_update_display_actions(window);
}
