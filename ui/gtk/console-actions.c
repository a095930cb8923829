/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The actions of the console window and their keys, in two tables. As in a machine's window the
 * keys have Ctrl+Shift, or are what every terminal keeps for itself. */
#include <glib/gi18n.h>
#include <stdlib.h>

#include "ui/gtk/console-private.h"

#define ZOOM_STEP 1.1

/* ---- the page in front ---- */

#define TERMINAL_ACTION(name, call)                                                                \
    static void action_##name(GSimpleAction *action, GVariant *parameter, gpointer data)           \
    {                                                                                              \
        LatheConsolePage *page = lathe_console_window_get_page(data);                              \
                                                                                                   \
        if (page != NULL)                                                                          \
            call(lathe_console_page_get_terminal(page));                                           \
    }

TERMINAL_ACTION(paste, lathe_terminal_page_paste)
TERMINAL_ACTION(select_all, lathe_terminal_page_select_all)
TERMINAL_ACTION(tell_size, lathe_terminal_page_tell_size)

static void action_copy(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheConsolePage *page = lathe_console_window_get_page(data);

    if (page != NULL && lathe_console_page_shows_log(page))
        lathe_console_log_view_copy(lathe_console_page_get_log(page));
    else if (page != NULL)
        lathe_terminal_page_copy(lathe_console_page_get_terminal(page));
}

static void action_clear(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheConsolePage *page = lathe_console_window_get_page(data);

    if (page == NULL)
        return;
    lathe_terminal_page_clear(lathe_console_page_get_terminal(page));
    lathe_console_log_view_update(lathe_console_page_get_log(page));
}

static void action_paste_slowly(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheConsolePage *page = lathe_console_window_get_page(data);

    if (page != NULL)
        lathe_terminal_page_paste_slowly(lathe_console_page_get_terminal(page),
                                         (guint)atoi(g_variant_get_string(parameter, NULL)));
}

static void action_stop_pasting(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheConsolePage *page = lathe_console_window_get_page(data);

    if (page != NULL)
        lathe_terminal_page_stop_pasting(lathe_console_page_get_terminal(page));
}

static void action_send_break(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheConsolePage *page = lathe_console_window_get_page(data);

    if (page != NULL)
        lathe_console_send_break(lathe_console_page_get_console(page));
}

static void action_save_log(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheConsolePage *page = lathe_console_window_get_page(data);
    LatheTerminalPage *terminal = page != NULL ? lathe_console_page_get_terminal(page) : NULL;

    if (terminal != NULL && lathe_terminal_page_get_log(terminal) != NULL)
        lathe_terminal_page_stop_log(terminal);
    else if (terminal != NULL)
        lathe_console_window_ask_file(data, FALSE);
}

static void action_export(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    if (lathe_console_window_get_page(data) != NULL)
        lathe_console_window_ask_file(data, TRUE);
}

/* ---- the log ---- */

static void console_show_log(LatheConsoleWindow *window, gboolean log)
{
    LatheConsolePage *page = lathe_console_window_get_page(window);

    if (page == NULL)
        return;
    lathe_console_page_show_log(page, log);
    lathe_console_page_grab_focus(page);
}

static void change_show_log(GSimpleAction *action, GVariant *value, gpointer data)
{
    console_show_log(data, g_variant_get_boolean(value));
}

static void action_find(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    console_show_log(data, TRUE);
}

static void change_hex(GSimpleAction *action, GVariant *value, gpointer data)
{
    LatheConsolePage *page = lathe_console_window_get_page(data);

    if (page == NULL)
        return;
    lathe_console_page_set_hex(page, g_variant_get_boolean(value));
    lathe_console_page_show_log(page, TRUE);
}

static void change_times(GSimpleAction *action, GVariant *value, gpointer data)
{
    LatheConsolePage *page = lathe_console_window_get_page(data);

    if (page != NULL)
        lathe_console_page_set_times(page, g_variant_get_boolean(value));
}

static void change_baud(GSimpleAction *action, GVariant *value, gpointer data)
{
    LatheConsolePage *page = lathe_console_window_get_page(data);

    if (page != NULL)
        lathe_console_page_set_baud(page, (guint)atoi(g_variant_get_string(value, NULL)));
}

static void console_go_to_boot(LatheConsoleWindow *window, gboolean next)
{
    LatheConsolePage *page = lathe_console_window_get_page(window);

    if (page == NULL)
        return;
    lathe_console_page_set_hex(page, FALSE);
    lathe_console_page_show_log(page, TRUE);
    if (!lathe_console_log_view_go_to_boot(lathe_console_page_get_log(page), next))
        gtk_widget_error_bell(GTK_WIDGET(window));
}

static void action_next_boot(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    console_go_to_boot(data, TRUE);
}

static void action_previous_boot(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    console_go_to_boot(data, FALSE);
}

static void action_patterns(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_console_window_edit_patterns(data);
}

/* ---- the window ---- */

static void action_open(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_console_window_ask(data);
}

static void action_detach(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_console_window_detach(data);
}

static void action_close_tab(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    GtkWidget *page = (GtkWidget *)lathe_console_window_get_page(data);

    gtk_widget_destroy(page != NULL ? page : GTK_WIDGET(data));
}

static void action_close(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    gtk_window_close(data);
}

static void console_turn(LatheConsoleWindow *window, int step)
{
    int count = gtk_notebook_get_n_pages(window->notebook);
    int number = gtk_notebook_get_current_page(window->notebook);

    if (count > 1)
        gtk_notebook_set_current_page(window->notebook, (number + step + count) % count);
    if (lathe_console_window_get_page(window) != NULL)
        lathe_console_page_grab_focus(lathe_console_window_get_page(window));
}

static void action_next_tab(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    console_turn(data, 1);
}

static void action_previous_tab(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    console_turn(data, -1);
}

static void console_zoom(LatheConsoleWindow *window, double zoom)
{
    window->preferences.zoom = CLAMP(zoom, 0.25, 4.0);
    lathe_console_window_apply_preferences(window);
}

static void action_zoom_in(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    console_zoom(data, LATHE_CONSOLE_WINDOW(data)->preferences.zoom * ZOOM_STEP);
}

static void action_zoom_out(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    console_zoom(data, LATHE_CONSOLE_WINDOW(data)->preferences.zoom / ZOOM_STEP);
}

static void action_zoom_normal(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    console_zoom(data, 1);
}

/* ---- the tables ---- */

static const GActionEntry console_entries[] = {
    {"copy", action_copy, NULL, NULL, NULL, {0}},
    {"paste", action_paste, NULL, NULL, NULL, {0}},
    {"paste-slowly", action_paste_slowly, "s", NULL, NULL, {0}},
    {"stop-pasting", action_stop_pasting, NULL, NULL, NULL, {0}},
    {"select-all", action_select_all, NULL, NULL, NULL, {0}},
    {"clear", action_clear, NULL, NULL, NULL, {0}},
    {"tell-size", action_tell_size, NULL, NULL, NULL, {0}},
    {"send-break", action_send_break, NULL, NULL, NULL, {0}},
    {"save-log", action_save_log, NULL, NULL, NULL, {0}},
    {"export", action_export, NULL, NULL, NULL, {0}},
    {"find", action_find, NULL, NULL, NULL, {0}},
    {"show-log", NULL, NULL, "false", change_show_log, {0}},
    {"hex", NULL, NULL, "false", change_hex, {0}},
    {"times", NULL, NULL, "true", change_times, {0}},
    {"baud", NULL, "s", "'0'", change_baud, {0}},
    {"next-boot", action_next_boot, NULL, NULL, NULL, {0}},
    {"previous-boot", action_previous_boot, NULL, NULL, NULL, {0}},
    {"patterns", action_patterns, NULL, NULL, NULL, {0}},
    {"open", action_open, NULL, NULL, NULL, {0}},
    {"detach", action_detach, NULL, NULL, NULL, {0}},
    {"close-tab", action_close_tab, NULL, NULL, NULL, {0}},
    {"close", action_close, NULL, NULL, NULL, {0}},
    {"next-tab", action_next_tab, NULL, NULL, NULL, {0}},
    {"previous-tab", action_previous_tab, NULL, NULL, NULL, {0}},
    {"zoom-in", action_zoom_in, NULL, NULL, NULL, {0}},
    {"zoom-out", action_zoom_out, NULL, NULL, NULL, {0}},
    {"zoom-normal", action_zoom_normal, NULL, NULL, NULL, {0}},
};

static const struct {
    const char *action;
    const char *keys[3];
} console_keys[] = {
    {"copy", {"<Primary><Shift>c"}},
    {"paste", {"<Primary><Shift>v"}},
    {"select-all", {"<Primary><Shift>a"}},
    {"clear", {"<Primary><Shift>k"}},
    {"tell-size", {"<Primary><Shift>t"}},
    {"send-break", {"<Primary><Shift>b"}},
    {"save-log", {"<Primary><Shift>s"}},
    {"find", {"<Primary><Shift>f"}},
    {"show-log", {"<Primary><Shift>l"}},
    {"hex", {"<Primary><Shift>x"}},
    {"next-boot", {"<Primary><Shift>Page_Down"}},
    {"previous-boot", {"<Primary><Shift>Page_Up"}},
    {"open", {"<Primary><Shift>n"}},
    {"detach", {"<Primary><Shift>d"}},
    {"close-tab", {"<Primary><Shift>w"}},
    {"close", {"<Primary><Shift>q"}},
    {"next-tab", {"<Primary>Page_Down"}},
    {"previous-tab", {"<Primary>Page_Up"}},
    {"zoom-in", {"<Primary>plus", "<Primary>equal"}},
    {"zoom-out", {"<Primary>minus"}},
    {"zoom-normal", {"<Primary>0"}},
};

static gboolean console_on_key(GtkAccelGroup *group, GObject *window, guint key,
                               GdkModifierType mask, gpointer name)
{
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(window), name);

    if (!g_action_get_enabled(action))
        return FALSE;
    g_action_activate(action, NULL);
    return TRUE;
}

/* Keys belong to the window alone: a machine's window has others for actions of the same names. */
static void console_install_keys(LatheConsoleWindow *window)
{
    GtkAccelGroup *group = gtk_accel_group_new();

    for (gsize i = 0; i < G_N_ELEMENTS(console_keys); i++) {
        for (gsize k = 0; k < 2 && console_keys[i].keys[k] != NULL; k++) {
            GdkModifierType mask;
            guint key;
            gtk_accelerator_parse(console_keys[i].keys[k], &key, &mask);
            GClosure *closure =
                g_cclosure_new(G_CALLBACK(console_on_key), (gpointer)console_keys[i].action, NULL);
            gtk_accel_group_connect(group, key, mask, GTK_ACCEL_VISIBLE, closure);
        }
    }
    gtk_window_add_accel_group(GTK_WINDOW(window), group);
    g_object_unref(group);
}

static void console_enable(LatheConsoleWindow *window, const char *name, gboolean enabled)
{
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(window), name);

    g_simple_action_set_enabled(G_SIMPLE_ACTION(action), enabled);
}

static void console_set(LatheConsoleWindow *window, const char *name, GVariant *value)
{
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(window), name);

    g_simple_action_set_state(G_SIMPLE_ACTION(action), value);
}

void lathe_console_window_update_actions(LatheConsoleWindow *window)
{
    LatheConsolePage *page = lathe_console_window_get_page(window);
    gboolean open = page != NULL && lathe_console_get_state(lathe_console_page_get_console(page)) ==
                                        LATHE_CONSOLE_OPEN;

    if (g_action_map_lookup_action(G_ACTION_MAP(window), "paste") == NULL)
        return; /* the window is being made */
    console_enable(window, "paste", open);
    console_enable(window, "paste-slowly", open);
    console_enable(window, "send-break", open);
    console_enable(window, "tell-size", open);
    console_enable(window, "detach", gtk_notebook_get_n_pages(window->notebook) > 1);
    if (page == NULL)
        return;
    g_autofree char *baud = g_strdup_printf("%u", lathe_console_page_get_baud(page));
    console_set(window, "show-log", g_variant_new_boolean(lathe_console_page_shows_log(page)));
    console_set(window, "hex", g_variant_new_boolean(lathe_console_page_get_hex(page)));
    console_set(window, "times", g_variant_new_boolean(lathe_console_page_get_times(page)));
    console_set(window, "baud", g_variant_new_string(baud));
}

void lathe_console_window_install_actions(LatheConsoleWindow *window)
{
    g_action_map_add_action_entries(G_ACTION_MAP(window), console_entries,
                                    G_N_ELEMENTS(console_entries), window);
    console_install_keys(window);
    lathe_console_window_update_actions(window);
}
