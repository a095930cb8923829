/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One serial port as a VTE terminal. VTE gets bytes and gives bytes; it has no pty of its own. */
#include "ui/gtk/terminal-page.h"

#include <glib/gi18n.h>
#include <vte/vte.h>

#include "app/console/pacer.h"
#include "ui/gtk/application.h"
#include "ui/gtk/search-bar.h"

struct _LatheTerminalPage {
    GtkBox parent;
    LatheConsole *console;
    struct lathe_console_record *record;
    struct lathe_console_pacer *display, *typing;
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

static void page_feed(gpointer data, const guint8 *text, gsize length)
{
    LatheTerminalPage *page = data;

    if (page->terminal != NULL) /* it goes before the page does */
        vte_terminal_feed(page->terminal, (const char *)text, (gssize)length);
}

static void page_on_output(LatheConsole *console, GBytes *bytes, gint64 time,
                           LatheTerminalPage *page)
{
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);

    lathe_console_pacer_add(page->display, text, length);
    g_signal_emit(page, page_signals[SIGNAL_ATTENTION], 0);
}

static void page_type(gpointer data, const guint8 *text, gsize length)
{
    LatheTerminalPage *page = data;

    lathe_console_send(page->console, text, length);
}

static void on_commit(VteTerminal *terminal, const char *text, guint length,
                      LatheTerminalPage *page)
{
    if (lathe_console_send(page->console, text, length) < length)
        gtk_widget_error_bell(GTK_WIDGET(terminal));
}

/*
 * What the last guest left behind (attributes, scroll region, alternate screen) ends, and below
 * everything a line tells where the new one begins. Escape sequences, not vte_terminal_reset: that
 * would discard what has not been drawn yet.
 */
static void page_on_reset(LatheConsole *console, gint64 when, LatheTerminalPage *page)
{
    g_autoptr(GDateTime) then = g_date_time_new_from_unix_local(when / G_USEC_PER_SEC);
    g_autofree char *time = then != NULL ? g_date_time_format(then, "%H:%M:%S") : g_strdup("?");
    /* Translators: a line in the terminal; %s is the time of day */
    g_autofree char *mark = g_strdup_printf(_("reset, connected again at %s"), time);
    g_autofree char *text = g_strdup_printf("\033[!p\033[?47l\033[r\033[m\033[999;1H\r\n\033[7m "
                                            "\342\200\224 %s \342\200\224 \033[m\r\n",
                                            mark);

    lathe_console_pacer_add(page->display, text, strlen(text));
    page_changed(page);
}

static void page_on_lost(LatheConsole *console, guint64 bytes, LatheTerminalPage *page)
{
    g_autofree char *number = g_strdup_printf("%" G_GUINT64_FORMAT, bytes);
    /* Translators: a line in the terminal; %s is a number */
    g_autofree char *mark = g_strdup_printf(_("%s bytes are missing here"), number);
    g_autofree char *text = g_strdup_printf("\r\n\033[7m %s \033[m\r\n", mark);

    lathe_console_pacer_add(page->display, text, strlen(text));
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
    if (page->console != NULL)
        lathe_console_resize(page->console, (guint)columns, (guint)rows);
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

LatheConsole *lathe_terminal_page_get_console(LatheTerminalPage *page)
{
    return page->console;
}

struct lathe_console_record *lathe_terminal_page_get_record(LatheTerminalPage *page)
{
    return page->record;
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

void lathe_terminal_page_send_break(LatheTerminalPage *page)
{
    lathe_console_send_break(page->console);
}

#define PAGE_LINE_MS 100 /* after each line of a text that is pasted slowly */

static void page_on_clipboard(GtkClipboard *clipboard, const char *text, gpointer data)
{
    LatheTerminalPage *page = data;
    g_autofree char *typed = text != NULL ? g_strdelimit(g_strdup(text), "\n", '\r') : NULL;

    if (typed != NULL)
        lathe_console_pacer_add(page->typing, typed, strlen(typed));
    g_object_unref(page);
}

void lathe_terminal_page_paste_slowly(LatheTerminalPage *page, guint speed)
{
    GtkClipboard *clipboard =
        gtk_widget_get_clipboard(GTK_WIDGET(page->terminal), GDK_SELECTION_CLIPBOARD);

    lathe_console_pacer_set_speed(page->typing, speed, PAGE_LINE_MS);
    gtk_clipboard_request_text(clipboard, page_on_clipboard, g_object_ref(page));
}

gsize lathe_terminal_page_get_pasting(LatheTerminalPage *page)
{
    return lathe_console_pacer_get_waiting(page->typing);
}

void lathe_terminal_page_stop_pasting(LatheTerminalPage *page)
{
    lathe_console_pacer_cancel(page->typing);
}

void lathe_terminal_page_set_baud(LatheTerminalPage *page, guint baud)
{
    lathe_console_pacer_set_speed(page->display, baud / 10, 0); /* 8 bits, start and stop */
}

void lathe_terminal_page_select_all(LatheTerminalPage *page)
{
    vte_terminal_select_all(page->terminal);
}

void lathe_terminal_page_clear(LatheTerminalPage *page)
{
    vte_terminal_reset(page->terminal, TRUE, TRUE);
    lathe_console_pacer_cancel(page->display);
    lathe_console_record_clear(page->record);
}

void lathe_terminal_page_tell_size(LatheTerminalPage *page)
{
    g_autofree char *text = g_strdup_printf("stty rows %ld cols %ld", page->rows, page->columns);

    lathe_console_send(page->console, text, strlen(text));
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
    if (!lathe_console_record_start(page->record, path, timestamps, error))
        return FALSE;
    g_free(page->log_path);
    page->log_path = g_strdup(path);
    page_changed(page);
    return TRUE;
}

void lathe_terminal_page_stop_log(LatheTerminalPage *page)
{
    lathe_console_record_stop(page->record);
    g_clear_pointer(&page->log_path, g_free);
    page_changed(page);
}

const char *lathe_terminal_page_get_log(LatheTerminalPage *page)
{
    return page->log_path;
}

/* ---- the object ---- */

GtkWidget *lathe_terminal_page_new(LatheConsole *console, const char *machine)
{
    LatheTerminalPage *page = g_object_new(LATHE_TYPE_TERMINAL_PAGE, NULL);
    /* Translators: the name of a terminal for screen readers: "Serial 1 of Debian" */
    g_autofree char *name =
        g_strdup_printf(_("%s of %s"), lathe_console_get_title(console), machine);

    page->console = g_object_ref(console);
    page->record = lathe_console_record_new(console);
    page->display = lathe_console_pacer_new(page_feed, page);
    page->typing = lathe_console_pacer_new(page_type, page);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(page->terminal)), name);
    g_signal_connect_object(console, "output", G_CALLBACK(page_on_output), page, 0);
    g_signal_connect_object(console, "reset", G_CALLBACK(page_on_reset), page, 0);
    g_signal_connect_object(console, "lost", G_CALLBACK(page_on_lost), page, 0);
    g_signal_connect_object(page->search_bar, "notify::visible", G_CALLBACK(page_changed), page,
                            G_CONNECT_SWAPPED);
    return GTK_WIDGET(page);
}

static void lathe_terminal_page_finalize(GObject *object)
{
    LatheTerminalPage *page = LATHE_TERMINAL_PAGE(object);

    lathe_console_pacer_free(page->display);
    lathe_console_pacer_free(page->typing);
    lathe_console_record_free(page->record);
    g_clear_object(&page->console);
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
