/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A console's terminal and its log in a stack. */
#include "ui/gtk/console-page.h"

#include <glib/gi18n.h>

struct _LatheConsolePage {
    GtkBox parent;
    LatheConsole *console;
    GtkInfoBar *bar;
    GtkLabel *reason;
    GtkStack *stack;
    GtkWidget *terminal, *log;
    gboolean hex, times;
    guint baud;
};

G_DEFINE_FINAL_TYPE(LatheConsolePage, lathe_console_page, GTK_TYPE_BOX)

enum { SIGNAL_CHANGED, SIGNAL_ATTENTION, SIGNAL_COUNT };
static guint page_signals[SIGNAL_COUNT];

static void page_emit_changed(LatheConsolePage *page)
{
    g_signal_emit(page, page_signals[SIGNAL_CHANGED], 0);
}

static void page_on_attention(LatheConsolePage *page)
{
    lathe_console_log_view_update(LATHE_CONSOLE_LOG_VIEW(page->log));
    g_signal_emit(page, page_signals[SIGNAL_ATTENTION], 0);
}

static void page_show_state(LatheConsolePage *page)
{
    LatheConsoleState state = lathe_console_get_state(page->console);

    gtk_info_bar_set_message_type(page->bar, state == LATHE_CONSOLE_CLOSED ? GTK_MESSAGE_WARNING
                                                                           : GTK_MESSAGE_INFO);
    gtk_label_set_text(page->reason, lathe_console_get_reason(page->console));
    gtk_widget_set_visible(GTK_WIDGET(page->bar), state != LATHE_CONSOLE_OPEN);
    page_emit_changed(page);
}

static void page_on_reset(LatheConsolePage *page)
{
    lathe_console_log_view_update(LATHE_CONSOLE_LOG_VIEW(page->log));
}

/* ---- what a window asks for ---- */

LatheConsole *lathe_console_page_get_console(LatheConsolePage *page)
{
    return page->console;
}

LatheTerminalPage *lathe_console_page_get_terminal(LatheConsolePage *page)
{
    return LATHE_TERMINAL_PAGE(page->terminal);
}

LatheConsoleLogView *lathe_console_page_get_log(LatheConsolePage *page)
{
    return LATHE_CONSOLE_LOG_VIEW(page->log);
}

char *lathe_console_page_dup_title(LatheConsolePage *page)
{
    const char *machine = lathe_console_get_machine(page->console);
    const char *title = lathe_console_get_title(page->console);

    /* Translators: a machine's name, and one of its ports: "Debian: Serial 1" */
    return *machine != '\0' ? g_strdup_printf(_("%s: %s"), machine, title) : g_strdup(title);
}

void lathe_console_page_show_log(LatheConsolePage *page, gboolean log)
{
    gtk_stack_set_visible_child(page->stack, log ? page->log : page->terminal);
    page_emit_changed(page);
}

gboolean lathe_console_page_shows_log(LatheConsolePage *page)
{
    return gtk_stack_get_visible_child(page->stack) == page->log;
}

void lathe_console_page_set_hex(LatheConsolePage *page, gboolean hex)
{
    page->hex = hex;
    lathe_console_log_view_set_hex(LATHE_CONSOLE_LOG_VIEW(page->log), hex);
    page_emit_changed(page);
}

gboolean lathe_console_page_get_hex(LatheConsolePage *page)
{
    return page->hex;
}

void lathe_console_page_set_times(LatheConsolePage *page, gboolean times)
{
    page->times = times;
    lathe_console_log_view_set_times(LATHE_CONSOLE_LOG_VIEW(page->log), times);
    page_emit_changed(page);
}

gboolean lathe_console_page_get_times(LatheConsolePage *page)
{
    return page->times;
}

void lathe_console_page_set_baud(LatheConsolePage *page, guint baud)
{
    page->baud = baud;
    lathe_terminal_page_set_baud(LATHE_TERMINAL_PAGE(page->terminal), baud);
    page_emit_changed(page);
}

guint lathe_console_page_get_baud(LatheConsolePage *page)
{
    return page->baud;
}

void lathe_console_page_grab_focus(LatheConsolePage *page)
{
    if (lathe_console_page_shows_log(page))
        lathe_console_log_view_search(LATHE_CONSOLE_LOG_VIEW(page->log));
    else
        lathe_terminal_page_grab_focus(LATHE_TERMINAL_PAGE(page->terminal));
}

/* ---- the object ---- */

static void page_make_bar(LatheConsolePage *page)
{
    page->bar = GTK_INFO_BAR(gtk_info_bar_new());
    page->reason = GTK_LABEL(gtk_label_new(NULL));
    gtk_label_set_line_wrap(page->reason, TRUE);
    gtk_widget_show(GTK_WIDGET(page->reason));
    gtk_container_add(GTK_CONTAINER(gtk_info_bar_get_content_area(page->bar)),
                      GTK_WIDGET(page->reason));
    gtk_container_add(GTK_CONTAINER(page), GTK_WIDGET(page->bar));
}

static void page_connect(LatheConsolePage *page)
{
    g_signal_connect_object(page->console, "changed", G_CALLBACK(page_show_state), page,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(page->console, "reset", G_CALLBACK(page_on_reset), page,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(page->terminal, "attention", G_CALLBACK(page_on_attention), page,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(page->terminal, "changed", G_CALLBACK(page_emit_changed), page,
                            G_CONNECT_SWAPPED);
}

GtkWidget *lathe_console_page_new(LatheConsole *console)
{
    LatheConsolePage *page =
        g_object_new(LATHE_TYPE_CONSOLE_PAGE, "orientation", GTK_ORIENTATION_VERTICAL, NULL);

    page->console = g_object_ref(console);
    g_autofree char *title = lathe_console_page_dup_title(page);
    page->terminal = lathe_terminal_page_new(console, lathe_console_get_machine(console));
    page->log = lathe_console_log_view_new(
        lathe_terminal_page_get_record(LATHE_TERMINAL_PAGE(page->terminal)), title);
    gtk_stack_add_named(page->stack, page->terminal, "terminal");
    gtk_stack_add_named(page->stack, page->log, "log");
    gtk_widget_show(GTK_WIDGET(page->stack));
    gtk_widget_show(GTK_WIDGET(page));
    page_connect(page);
    page_show_state(page);
    return GTK_WIDGET(page);
}

static void lathe_console_page_dispose(GObject *object)
{
    LatheConsolePage *page = LATHE_CONSOLE_PAGE(object);

    if (page->console != NULL)
        lathe_console_close(page->console);
    G_OBJECT_CLASS(lathe_console_page_parent_class)->dispose(object);
}

static void lathe_console_page_finalize(GObject *object)
{
    g_clear_object(&LATHE_CONSOLE_PAGE(object)->console);
    G_OBJECT_CLASS(lathe_console_page_parent_class)->finalize(object);
}

static void lathe_console_page_init(LatheConsolePage *page)
{
    page->times = TRUE;
    page_make_bar(page);
    page->stack = GTK_STACK(gtk_stack_new());
    gtk_box_pack_start(GTK_BOX(page), GTK_WIDGET(page->stack), TRUE, TRUE, 0);
}

static void lathe_console_page_class_init(LatheConsolePageClass *class)
{
    GType type = G_TYPE_FROM_CLASS(class);

    G_OBJECT_CLASS(class)->dispose = lathe_console_page_dispose;
    G_OBJECT_CLASS(class)->finalize = lathe_console_page_finalize;
    page_signals[SIGNAL_CHANGED] =
        g_signal_new("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    page_signals[SIGNAL_ATTENTION] =
        g_signal_new("attention", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}
