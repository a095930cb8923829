/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One serial port as a VTE terminal. VTE gets bytes and gives bytes; it has no pty of its own. */
#include "ui/gtk/terminal-page.h"

#include <glib/gi18n.h>
#include <vte/vte.h>

#include "app/session/serial-log.h"
#include "ui/gtk/application.h"
#include "ui/gtk/search-bar.h"

struct _LatheTerminalPage {
    GtkBox parent;
    LatheSerial *serial;
    struct lathe_serial_log *log;
    char *log_path;
    LatheSearchBar *search_bar;
    VteTerminal *terminal;
    glong columns, rows; /* as told by the last "changed" */
};

G_DEFINE_FINAL_TYPE(LatheTerminalPage, lathe_terminal_page, GTK_TYPE_BOX)

enum { SIGNAL_CHANGED, SIGNAL_ATTENTION, SIGNAL_COUNT };
static guint page_signals[SIGNAL_COUNT];

static void page_changed(LatheTerminalPage *page)
{
    g_signal_emit(page, page_signals[SIGNAL_CHANGED], 0);
}

/* ---- between the port and the terminal ---- */

static void page_on_output(LatheSerial *serial, GBytes *bytes, LatheTerminalPage *page)
{
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);

    vte_terminal_feed(page->terminal, text, (gssize)length);
    g_signal_emit(page, page_signals[SIGNAL_ATTENTION], 0);
}

static void on_commit(VteTerminal *terminal, const char *text, guint length,
                      LatheTerminalPage *page)
{
    if (lathe_serial_send(page->serial, text, length) < length)
        gtk_widget_error_bell(GTK_WIDGET(terminal));
}

/*
 * What the last guest left behind (attributes, scroll region, alternate screen) ends, and below
 * everything a line tells where the new one begins. Escape sequences, not vte_terminal_reset: that
 * would discard what has not been drawn yet.
 */
static void page_on_reset(LatheSerial *serial, LatheTerminalPage *page)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *time = g_date_time_format(now, "%H:%M:%S");
    /* Translators: a line in the terminal; %s is the time of day */
    g_autofree char *mark = g_strdup_printf(_("reset, connected again at %s"), time);
    g_autofree char *text = g_strdup_printf("\033[!p\033[?47l\033[r\033[m\033[999;1H\r\n\033[7m "
                                            "\342\200\224 %s \342\200\224 \033[m\r\n",
                                            mark);

    vte_terminal_feed(page->terminal, text, -1);
    page_changed(page);
}

/* ---- the terminal ---- */

static void on_size_allocate(GtkWidget *terminal, GdkRectangle *allocation, LatheTerminalPage *page)
{
    glong columns = vte_terminal_get_column_count(page->terminal);
    glong rows = vte_terminal_get_row_count(page->terminal);

    if (columns == page->columns && rows == page->rows)
        return;
    page->columns = columns;
    page->rows = rows;
    page_changed(page);
}

static GtkWidget *page_make_menu(LatheTerminalPage *page)
{
    g_autoptr(GtkBuilder) builder =
        gtk_builder_new_from_resource(LATHE_GTK_RESOURCE_BASE "/menus.ui");
    GMenuModel *model = G_MENU_MODEL(gtk_builder_get_object(builder, "terminal-menu"));
    GtkWidget *menu = gtk_menu_new_from_model(model);

    gtk_menu_attach_to_widget(GTK_MENU(menu), GTK_WIDGET(page), NULL);
    g_signal_connect(menu, "selection-done", G_CALLBACK(gtk_widget_destroy), NULL);
    return menu;
}

static gboolean on_button_press(GtkWidget *terminal, GdkEventButton *event, LatheTerminalPage *page)
{
    if (!gdk_event_triggers_context_menu((GdkEvent *)event))
        return GDK_EVENT_PROPAGATE;
    gtk_menu_popup_at_pointer(GTK_MENU(page_make_menu(page)), (GdkEvent *)event);
    return GDK_EVENT_STOP;
}

static gboolean on_popup_menu(GtkWidget *terminal, LatheTerminalPage *page)
{
    gtk_menu_popup_at_widget(GTK_MENU(page_make_menu(page)), terminal, GDK_GRAVITY_CENTER,
                             GDK_GRAVITY_CENTER, NULL);
    return GDK_EVENT_STOP;
}

/* Sixteen colours of equal contrast on a nearly black ground, for light and dark desktops. */
static void page_set_colors(VteTerminal *terminal)
{
    static const char *const names[] = {
        "#1b1b21", "#e0483e", "#3fb16a", "#d8a136", "#4a8fe0", "#b565c2", "#35a5b5", "#d3d3d8",
        "#5e5e68", "#ff7369", "#6ad491", "#f5c563", "#7ab4f5", "#d896e3", "#6acedb", "#ffffff"};
    GdkRGBA colors[G_N_ELEMENTS(names)], ground, text;

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        gdk_rgba_parse(&colors[i], names[i]);
    gdk_rgba_parse(&ground, "#15151a");
    gdk_rgba_parse(&text, "#d8d8dd");
    vte_terminal_set_colors(terminal, &text, &ground, colors, G_N_ELEMENTS(colors));
}

/* ---- what the window asks for ---- */

LatheSerial *lathe_terminal_page_get_serial(LatheTerminalPage *page)
{
    return page->serial;
}

void lathe_terminal_page_apply(LatheTerminalPage *page, const struct lathe_preferences *preferences)
{
    vte_terminal_set_scrollback_lines(page->terminal, preferences->scrollback);
    vte_terminal_set_font_scale(page->terminal, preferences->zoom);
}

void lathe_terminal_page_get_size(LatheTerminalPage *page, glong *columns, glong *rows)
{
    *columns = vte_terminal_get_column_count(page->terminal);
    *rows = vte_terminal_get_row_count(page->terminal);
}

void lathe_terminal_page_set_size(LatheTerminalPage *page, glong columns, glong rows)
{
    vte_terminal_set_size(page->terminal, columns, rows);
}

void lathe_terminal_page_grab_focus(LatheTerminalPage *page)
{
    gtk_widget_grab_focus(GTK_WIDGET(page->terminal));
}

gboolean lathe_terminal_page_has_focus(LatheTerminalPage *page)
{
    return gtk_widget_has_focus(GTK_WIDGET(page->terminal));
}

void lathe_terminal_page_copy(LatheTerminalPage *page)
{
    if (vte_terminal_get_has_selection(page->terminal))
        vte_terminal_copy_clipboard_format(page->terminal, VTE_FORMAT_TEXT);
}

void lathe_terminal_page_paste(LatheTerminalPage *page)
{
    vte_terminal_paste_clipboard(page->terminal);
}

void lathe_terminal_page_select_all(LatheTerminalPage *page)
{
    vte_terminal_select_all(page->terminal);
}

void lathe_terminal_page_clear(LatheTerminalPage *page)
{
    vte_terminal_reset(page->terminal, TRUE, TRUE);
    lathe_serial_log_clear(page->log);
}

void lathe_terminal_page_tell_size(LatheTerminalPage *page)
{
    g_autofree char *text = g_strdup_printf("stty rows %ld cols %ld", page->rows, page->columns);

    lathe_serial_send(page->serial, text, strlen(text));
    lathe_terminal_page_grab_focus(page);
}

void lathe_terminal_page_set_searching(LatheTerminalPage *page, gboolean searching)
{
    if (searching)
        lathe_search_bar_open(page->search_bar);
    else
        lathe_search_bar_close(page->search_bar);
}

gboolean lathe_terminal_page_is_searching(LatheTerminalPage *page)
{
    return gtk_widget_get_visible(GTK_WIDGET(page->search_bar));
}

gboolean lathe_terminal_page_start_log(LatheTerminalPage *page, const char *path,
                                       gboolean timestamps, GError **error)
{
    if (!lathe_serial_log_start(page->log, path, timestamps, error))
        return FALSE;
    g_free(page->log_path);
    page->log_path = g_strdup(path);
    page_changed(page);
    return TRUE;
}

void lathe_terminal_page_stop_log(LatheTerminalPage *page)
{
    lathe_serial_log_stop(page->log);
    g_clear_pointer(&page->log_path, g_free);
    page_changed(page);
}

const char *lathe_terminal_page_get_log(LatheTerminalPage *page)
{
    return page->log_path;
}

/* ---- the object ---- */

GtkWidget *lathe_terminal_page_new(LatheSerial *serial, const char *machine)
{
    LatheTerminalPage *page = g_object_new(LATHE_TYPE_TERMINAL_PAGE, NULL);
    /* Translators: the name of a terminal for screen readers: "Serial 1 of Debian" */
    g_autofree char *name = g_strdup_printf(_("%s of %s"), lathe_serial_get_title(serial), machine);

    page->serial = g_object_ref(serial);
    page->log = lathe_serial_log_new(serial);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(page->terminal)), name);
    g_signal_connect_object(serial, "output", G_CALLBACK(page_on_output), page, 0);
    g_signal_connect_object(serial, "reset", G_CALLBACK(page_on_reset), page, 0);
    g_signal_connect_object(page->search_bar, "notify::visible", G_CALLBACK(page_changed), page,
                            G_CONNECT_SWAPPED);
    return GTK_WIDGET(page);
}

static void lathe_terminal_page_finalize(GObject *object)
{
    LatheTerminalPage *page = LATHE_TERMINAL_PAGE(object);

    lathe_serial_log_free(page->log);
    g_clear_object(&page->serial);
    g_free(page->log_path);
    G_OBJECT_CLASS(lathe_terminal_page_parent_class)->finalize(object);
}

static void lathe_terminal_page_init(LatheTerminalPage *page)
{
    gtk_widget_init_template(GTK_WIDGET(page));
    lathe_search_bar_set_terminal(page->search_bar, page->terminal);
    page_set_colors(page->terminal);
    vte_terminal_set_size(page->terminal, 80, 24);
}

static void lathe_terminal_page_class_init(LatheTerminalPageClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    GType type = G_TYPE_FROM_CLASS(class);

    g_type_ensure(VTE_TYPE_TERMINAL);
    g_type_ensure(LATHE_TYPE_SEARCH_BAR);
    G_OBJECT_CLASS(class)->finalize = lathe_terminal_page_finalize;
    gtk_widget_class_set_template_from_resource(widget,
                                                LATHE_GTK_RESOURCE_BASE "/terminal-page.ui");
    gtk_widget_class_bind_template_child(widget, LatheTerminalPage, search_bar);
    gtk_widget_class_bind_template_child(widget, LatheTerminalPage, terminal);
    gtk_widget_class_bind_template_callback(widget, on_commit);
    gtk_widget_class_bind_template_callback(widget, on_size_allocate);
    gtk_widget_class_bind_template_callback(widget, on_button_press);
    gtk_widget_class_bind_template_callback(widget, on_popup_menu);
    page_signals[SIGNAL_CHANGED] =
        g_signal_new("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    page_signals[SIGNAL_ATTENTION] =
        g_signal_new("attention", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}
