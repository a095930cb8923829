/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window of consoles: header bar, tabs, status line. All such windows share a group, between
 * whose notebooks tabs are dragged. */
#include "ui/gtk/console-window.h"

#include <glib/gi18n.h>

#include "app/console/patterns.h"
#include "ui/gtk/application.h"
#include "ui/gtk/console-private.h"

#define CONSOLE_GROUP "lathe-consoles"

G_DEFINE_FINAL_TYPE(LatheConsoleWindow, lathe_console_window, GTK_TYPE_APPLICATION_WINDOW)

static LatheConsoleWindow *console_window_new(GtkApplication *application);

/* ---- what is shown ---- */

LatheConsolePage *lathe_console_window_get_page(LatheConsoleWindow *window)
{
    int number = gtk_notebook_get_current_page(window->notebook);

    return number < 0 ? NULL
                      : LATHE_CONSOLE_PAGE(gtk_notebook_get_nth_page(window->notebook, number));
}

static void window_show_text(GtkLabel *label, const char *text)
{
    gtk_label_set_text(label, text != NULL ? text : "");
    gtk_widget_set_visible(GTK_WIDGET(label), text != NULL && *text != '\0');
}

static const char *window_state_text(LatheConsole *console)
{
    switch (lathe_console_get_state(console)) {
    case LATHE_CONSOLE_OPEN:
        return _("Connected");
    case LATHE_CONSOLE_WAITING:
        return _("Waiting for the machine");
    default:
        return _("Closed");
    }
}

static void window_show_status(LatheConsoleWindow *window, LatheConsolePage *page)
{
    LatheTerminalPage *terminal = lathe_console_page_get_terminal(page);
    const char *log = lathe_terminal_page_get_log(terminal);
    glong columns, rows;

    lathe_terminal_page_get_size(terminal, &columns, &rows);
    /* Translators: a terminal's columns and rows */
    g_autofree char *size = g_strdup_printf(_("%ld×%ld"), columns, rows);
    /* Translators: %s is the file that a log is written to */
    g_autofree char *file = log != NULL ? g_strdup_printf(_("Log: %s"), log) : NULL;
    window_show_text(window->state_label, window_state_text(lathe_console_page_get_console(page)));
    window_show_text(window->size_label, size);
    window_show_text(window->file_label, file);
}

static void window_show(LatheConsoleWindow *window)
{
    LatheConsolePage *page = lathe_console_window_get_page(window);
    g_autofree char *title = page != NULL ? lathe_console_page_dup_title(page) : NULL;
    const char *shown = title != NULL ? title : _("Serial Consoles");

    gtk_header_bar_set_title(window->header, shown);
    gtk_window_set_title(GTK_WINDOW(window), shown);
    if (page != NULL)
        window_show_status(window, page);
    gtk_notebook_set_show_tabs(window->notebook, gtk_notebook_get_n_pages(window->notebook) > 1);
    lathe_console_window_update_actions(window);
}

/* ---- tabs ---- */

static void window_mark(LatheConsoleWindow *window, GtkWidget *page, gboolean mark)
{
    GtkWidget *tab = gtk_notebook_get_tab_label(window->notebook, page);
    GtkStyleContext *style = tab != NULL ? gtk_widget_get_style_context(tab) : NULL;

    if (style != NULL && mark)
        gtk_style_context_add_class(style, "lathe-attention");
    else if (style != NULL)
        gtk_style_context_remove_class(style, "lathe-attention");
}

static void window_on_attention(LatheConsolePage *page, LatheConsoleWindow *window)
{
    if (page != lathe_console_window_get_page(window))
        window_mark(window, GTK_WIDGET(page), TRUE);
}

static void window_on_switch(GtkNotebook *notebook, GtkWidget *page, guint number,
                             LatheConsoleWindow *window)
{
    window_mark(window, page, FALSE);
}

static void window_on_tab_close(GtkButton *button, GtkWidget *page)
{
    gtk_widget_destroy(page);
}

static GtkWidget *window_make_tab(GtkWidget *page)
{
    GtkWidget *tab = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 4);
    g_autofree char *title = lathe_console_page_dup_title(LATHE_CONSOLE_PAGE(page));
    GtkWidget *label = gtk_label_new(title);
    GtkWidget *close = gtk_button_new_from_icon_name("window-close-symbolic", GTK_ICON_SIZE_MENU);
    /* Translators: closes a tab; %s is its title */
    g_autofree char *name = g_strdup_printf(_("Close %s"), title);

    gtk_button_set_relief(GTK_BUTTON(close), GTK_RELIEF_NONE);
    gtk_widget_set_focus_on_click(close, FALSE);
    gtk_widget_set_tooltip_text(close, name);
    atk_object_set_name(gtk_widget_get_accessible(close), name);
    g_signal_connect_object(close, "clicked", G_CALLBACK(window_on_tab_close), page, 0);
    gtk_box_pack_start(GTK_BOX(tab), label, TRUE, TRUE, 0);
    gtk_box_pack_end(GTK_BOX(tab), close, FALSE, FALSE, 0);
    gtk_widget_show_all(tab);
    return tab;
}

/* A tab may come from another window. */
static void window_on_added(GtkNotebook *notebook, GtkWidget *page, guint number,
                            LatheConsoleWindow *window)
{
    LatheConsoleLogView *log = lathe_console_page_get_log(LATHE_CONSOLE_PAGE(page));

    gtk_notebook_set_tab_reorderable(notebook, page, TRUE);
    gtk_notebook_set_tab_detachable(notebook, page, TRUE);
    g_signal_connect_object(page, "changed", G_CALLBACK(window_show), window, G_CONNECT_SWAPPED);
    g_signal_connect_object(page, "attention", G_CALLBACK(window_on_attention), window, 0);
    lathe_terminal_page_apply(lathe_console_page_get_terminal(LATHE_CONSOLE_PAGE(page)),
                              &window->preferences);
    lathe_console_log_view_set_patterns(log, window->patterns);
    window_show(window);
}

static void window_on_removed(GtkNotebook *notebook, GtkWidget *page, guint number,
                              LatheConsoleWindow *window)
{
    g_signal_handlers_disconnect_by_data(page, window);
    if (gtk_notebook_get_n_pages(notebook) == 0)
        gtk_widget_destroy(GTK_WIDGET(window));
    else
        window_show(window);
}

/* A tab was dropped where there is no window. */
static GtkNotebook *window_on_create(GtkNotebook *notebook, GtkWidget *page, int x, int y,
                                     LatheConsoleWindow *window)
{
    LatheConsoleWindow *other = console_window_new(gtk_window_get_application(GTK_WINDOW(window)));

    gtk_window_move(GTK_WINDOW(other), x, y);
    gtk_window_present(GTK_WINDOW(other));
    return other->notebook;
}

void lathe_console_window_detach(LatheConsoleWindow *window)
{
    GtkWidget *page = (GtkWidget *)lathe_console_window_get_page(window);

    if (page == NULL || gtk_notebook_get_n_pages(window->notebook) < 2)
        return;
    LatheConsoleWindow *other = console_window_new(gtk_window_get_application(GTK_WINDOW(window)));
    g_object_ref(page);
    gtk_notebook_detach_tab(window->notebook, page);
    gtk_notebook_append_page(other->notebook, page, window_make_tab(page));
    g_object_unref(page);
    gtk_window_present(GTK_WINDOW(other));
    lathe_console_page_grab_focus(LATHE_CONSOLE_PAGE(page));
}

void lathe_console_window_add(LatheConsoleWindow *window, LatheConsole *console)
{
    GtkWidget *page = lathe_console_page_new(console);
    int number = gtk_notebook_append_page(window->notebook, page, window_make_tab(page));

    gtk_notebook_set_current_page(window->notebook, number);
    window_show(window);
    lathe_console_page_grab_focus(LATHE_CONSOLE_PAGE(page));
}

/* ---- preferences ---- */

void lathe_console_window_apply_preferences(LatheConsoleWindow *window)
{
    for (int i = 0; i < gtk_notebook_get_n_pages(window->notebook); i++) {
        GtkWidget *page = gtk_notebook_get_nth_page(window->notebook, i);
        lathe_terminal_page_apply(lathe_console_page_get_terminal(LATHE_CONSOLE_PAGE(page)),
                                  &window->preferences);
    }
    lathe_preferences_save(&window->preferences);
}

void lathe_console_window_apply_patterns(LatheConsoleWindow *window)
{
    g_autoptr(GError) error = NULL;

    for (int i = 0; i < gtk_notebook_get_n_pages(window->notebook); i++) {
        GtkWidget *page = gtk_notebook_get_nth_page(window->notebook, i);
        lathe_console_log_view_set_patterns(lathe_console_page_get_log(LATHE_CONSOLE_PAGE(page)),
                                            window->patterns);
    }
    if (!lathe_patterns_save(window->patterns, &error))
        lathe_console_window_show_error(window, _("The patterns are not kept"), error->message);
}

/* ---- opening ---- */

static LatheConsole *window_make_console(const char *machine, const char *port, GError **error)
{
    if (g_str_has_prefix(machine, "unix:") || g_str_has_prefix(machine, "pty:") || *machine == '/')
        return lathe_console_open(machine, error);
    return lathe_console_attach_later(machine, port, error);
}

/* Brings the tab of this console in front. FALSE: there is none. */
static gboolean window_find(LatheConsoleWindow *window, LatheConsole *console)
{
    for (int i = 0; i < gtk_notebook_get_n_pages(window->notebook); i++) {
        GtkWidget *page = gtk_notebook_get_nth_page(window->notebook, i);
        LatheConsole *old = lathe_console_page_get_console(LATHE_CONSOLE_PAGE(page));
        if (lathe_console_get_state(old) == LATHE_CONSOLE_CLOSED ||
            g_strcmp0(lathe_console_get_title(old), lathe_console_get_title(console)) != 0 ||
            g_strcmp0(lathe_console_get_machine(old), lathe_console_get_machine(console)) != 0)
            continue;
        gtk_notebook_set_current_page(window->notebook, i);
        gtk_window_present(GTK_WINDOW(window));
        return TRUE;
    }
    return FALSE;
}

static gboolean window_find_anywhere(LatheConsoleWindow *window, LatheConsole *console)
{
    GtkApplication *application = gtk_window_get_application(GTK_WINDOW(window));
    GList *windows = gtk_application_get_windows(application);

    for (; windows != NULL; windows = windows->next) {
        if (LATHE_IS_CONSOLE_WINDOW(windows->data) && window_find(windows->data, console))
            return TRUE;
    }
    return FALSE;
}

void lathe_console_window_open(LatheConsoleWindow *window, const char *machine, const char *port)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LatheConsole) console = window_make_console(machine, port, &error);

    if (console == NULL)
        lathe_console_window_show_error(window, _("The console cannot be opened"), error->message);
    else if (!window_find_anywhere(window, console))
        lathe_console_window_add(window, console);
}

static LatheConsoleWindow *console_window_last(GtkApplication *application)
{
    GList *windows = gtk_application_get_windows(application);

    for (; windows != NULL; windows = windows->next) {
        if (LATHE_IS_CONSOLE_WINDOW(windows->data))
            return windows->data;
    }
    return NULL;
}

void lathe_console_show(GtkApplication *application, const char *machine, const char *port)
{
    LatheConsoleWindow *window = console_window_last(application);

    if (window == NULL)
        window = console_window_new(application);
    gtk_window_present(GTK_WINDOW(window));
    if (machine != NULL)
        lathe_console_window_open(window, machine, port);
    else
        lathe_console_window_ask(window);
}

/* ---- keys ---- */

/* A terminal keeps Tab: Ctrl+Tab moves out of it. */
static gboolean lathe_console_window_key_press(GtkWidget *widget, GdkEventKey *event)
{
    guint mask = event->state & gtk_accelerator_get_default_mod_mask();

    if (event->keyval == GDK_KEY_Tab && mask == GDK_CONTROL_MASK) {
        gtk_widget_child_focus(widget, GTK_DIR_TAB_FORWARD);
        return GDK_EVENT_STOP;
    }
    return GTK_WIDGET_CLASS(lathe_console_window_parent_class)->key_press_event(widget, event);
}

/* ---- making it ---- */

static GtkWidget *window_add_button(GtkHeaderBar *header, GtkWidget *button, const char *icon,
                                    const char *action, const char *name)
{
    gtk_button_set_image(GTK_BUTTON(button),
                         gtk_image_new_from_icon_name(icon, GTK_ICON_SIZE_BUTTON));
    gtk_actionable_set_action_name(GTK_ACTIONABLE(button), action);
    gtk_widget_set_tooltip_text(button, name);
    atk_object_set_name(gtk_widget_get_accessible(button), name);
    gtk_widget_set_focus_on_click(button, FALSE);
    gtk_header_bar_pack_start(header, button);
    return button;
}

static void window_make_menu_button(LatheConsoleWindow *window)
{
    g_autoptr(GtkBuilder) builder =
        gtk_builder_new_from_resource(LATHE_GTK_RESOURCE_BASE "/console-menus.ui");
    GtkWidget *button = gtk_menu_button_new();

    gtk_button_set_image(GTK_BUTTON(button),
                         gtk_image_new_from_icon_name("open-menu-symbolic", GTK_ICON_SIZE_BUTTON));
    gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(button),
                                   G_MENU_MODEL(gtk_builder_get_object(builder, "console-menu")));
    gtk_widget_set_tooltip_text(button, _("Menu"));
    atk_object_set_name(gtk_widget_get_accessible(button), _("Menu"));
    gtk_header_bar_pack_end(window->header, button);
}

static void window_make_header(LatheConsoleWindow *window)
{
    GtkWidget *header = gtk_header_bar_new();

    window->header = GTK_HEADER_BAR(header);
    gtk_header_bar_set_show_close_button(window->header, TRUE);
    window_add_button(window->header, gtk_button_new(), "tab-new-symbolic", "win.open",
                      _("Open a console"));
    window->log_button =
        window_add_button(window->header, gtk_toggle_button_new(), "edit-find-symbolic",
                          "win.show-log", _("The whole log: search, times, patterns"));
    window_make_menu_button(window);
    gtk_window_set_titlebar(GTK_WINDOW(window), header);
    gtk_widget_show_all(header);
}

static GtkLabel *window_add_status(GtkWidget *box, gboolean end)
{
    GtkWidget *label = gtk_label_new(NULL);

    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    if (end)
        gtk_box_pack_end(GTK_BOX(box), label, FALSE, FALSE, 0);
    else
        gtk_box_pack_start(GTK_BOX(box), label, FALSE, FALSE, 0);
    return GTK_LABEL(label);
}

static void window_make_content(LatheConsoleWindow *window)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    GtkWidget *status = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);

    window->notebook = GTK_NOTEBOOK(gtk_notebook_new());
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(window->notebook)),
                        _("Serial Consoles"));
    gtk_notebook_set_group_name(window->notebook, CONSOLE_GROUP);
    gtk_notebook_set_scrollable(window->notebook, TRUE);
    gtk_notebook_set_show_border(window->notebook, FALSE);
    gtk_box_pack_start(GTK_BOX(box), GTK_WIDGET(window->notebook), TRUE, TRUE, 0);
    gtk_style_context_add_class(gtk_widget_get_style_context(status), "lathe-status");
    window->state_label = window_add_status(status, FALSE);
    window->file_label = window_add_status(status, FALSE);
    window->size_label = window_add_status(status, TRUE);
    gtk_box_pack_end(GTK_BOX(box), status, FALSE, FALSE, 0);
    gtk_container_add(GTK_CONTAINER(window), box);
    gtk_widget_show_all(box);
    g_signal_connect(window->notebook, "switch-page", G_CALLBACK(window_on_switch), window);
    g_signal_connect_data(window->notebook, "switch-page", G_CALLBACK(window_show), window, NULL,
                          G_CONNECT_SWAPPED | G_CONNECT_AFTER);
    g_signal_connect(window->notebook, "page-added", G_CALLBACK(window_on_added), window);
    g_signal_connect(window->notebook, "page-removed", G_CALLBACK(window_on_removed), window);
    g_signal_connect(window->notebook, "create-window", G_CALLBACK(window_on_create), window);
}

static LatheConsoleWindow *console_window_new(GtkApplication *application)
{
    return g_object_new(LATHE_TYPE_CONSOLE_WINDOW, "application", application, NULL);
}

static void lathe_console_window_dispose(GObject *object)
{
    LatheConsoleWindow *window = LATHE_CONSOLE_WINDOW(object);

    if (window->notebook != NULL)
        g_signal_handlers_disconnect_by_data(window->notebook, window);
    window->notebook = NULL;
    G_OBJECT_CLASS(lathe_console_window_parent_class)->dispose(object);
}

static void lathe_console_window_finalize(GObject *object)
{
    g_ptr_array_unref(LATHE_CONSOLE_WINDOW(object)->patterns);
    G_OBJECT_CLASS(lathe_console_window_parent_class)->finalize(object);
}

static void lathe_console_window_init(LatheConsoleWindow *window)
{
    lathe_preferences_load(&window->preferences);
    window->patterns = lathe_patterns_load();
    window_make_header(window);
    window_make_content(window);
    lathe_console_window_install_actions(window);
    gtk_window_set_default_size(GTK_WINDOW(window), 900, 560);
    window_show(window);
}

static void lathe_console_window_class_init(LatheConsoleWindowClass *class)
{
    G_OBJECT_CLASS(class)->dispose = lathe_console_window_dispose;
    G_OBJECT_CLASS(class)->finalize = lathe_console_window_finalize;
    GTK_WIDGET_CLASS(class)->key_press_event = lathe_console_window_key_press;
}
