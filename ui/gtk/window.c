/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The window of one machine: header bar, a tab for each screen and serial port, a status line, and
 * an info bar that says why the machine stopped, where no screen does. It follows the session's
 * signals and properties only.
 */
#include "ui/gtk/window.h"

#include <glib/gi18n.h>
#include <vte/vte.h>

#include "ui/gtk/application.h"
#include "ui/gtk/capture.h"
#include "ui/gtk/clipboard.h"
#include "ui/gtk/disks.h"
#include "ui/gtk/floppies.h"
#include "ui/gtk/forwards.h"
#include "ui/gtk/media.h"
#include "ui/gtk/notices.h"
#include "ui/gtk/performance-page.h"
#include "ui/gtk/requests-page.h"
#include "ui/gtk/screens.h"
#include "ui/gtk/store.h"
#include "ui/gtk/window-private.h"

G_DEFINE_FINAL_TYPE(LatheWindow, lathe_window, GTK_TYPE_APPLICATION_WINDOW)

enum { RESPONSE_AGAIN = 1, RESPONSE_CLOSE = 2 }; /* as in window.ui */

/* ---- the pages ---- */

static GtkWidget *window_front(LatheWindow *window)
{
    int number = gtk_notebook_get_current_page(window->notebook);

    return number < 0 ? NULL : gtk_notebook_get_nth_page(window->notebook, number);
}

LatheTerminalPage *lathe_window_get_page(LatheWindow *window)
{
    GtkWidget *front = window_front(window);

    return LATHE_IS_TERMINAL_PAGE(front) ? LATHE_TERMINAL_PAGE(front) : NULL;
}

LatheDisplayPage *lathe_window_get_display(LatheWindow *window)
{
    GtkWidget *front = window_front(window);

    return LATHE_IS_DISPLAY_PAGE(front) ? LATHE_DISPLAY_PAGE(front) : NULL;
}

void lathe_window_focus_page(LatheWindow *window)
{
    if (window->requests != NULL && window_front(window) == window->requests)
        lathe_requests_page_grab_focus(LATHE_REQUESTS_PAGE(window->requests));
    else if (lathe_window_get_page(window) != NULL)
        lathe_terminal_page_grab_focus(lathe_window_get_page(window));
    else if (lathe_window_get_display(window) != NULL)
        lathe_display_page_grab_focus(lathe_window_get_display(window));
    else if (window->performance != NULL)
        lathe_performance_page_grab_focus(LATHE_PERFORMANCE_PAGE(window->performance));
}

void lathe_window_apply_preferences(LatheWindow *window)
{
    for (int i = 0; i < gtk_notebook_get_n_pages(window->notebook); i++) {
        GtkWidget *page = gtk_notebook_get_nth_page(window->notebook, i);
        if (LATHE_IS_TERMINAL_PAGE(page))
            lathe_terminal_page_apply(LATHE_TERMINAL_PAGE(page), &window->preferences);
    }
    lathe_preferences_save(&window->preferences);
}

static void window_show_text(GtkLabel *label, const char *text)
{
    gtk_label_set_text(label, text != NULL ? text : "");
    gtk_widget_set_visible(GTK_WIDGET(label), text != NULL && *text != '\0');
}

/* Why the machine stopped: a screen says it in its picture's place. */
static void window_show_info(LatheWindow *window)
{
    gboolean stopped = lathe_session_get_state(window->session) == LATHE_STATE_STOPPED;

    gtk_info_bar_set_revealed(window->info_bar,
                              stopped && lathe_window_get_display(window) == NULL);
}

/* In full screen a screen has the window for itself. */
static void window_show_frame(LatheWindow *window)
{
    gboolean alone = window->fullscreen && lathe_window_get_display(window) != NULL;

    gtk_notebook_set_show_tabs(window->notebook, !alone);
    gtk_widget_set_visible(window->status_box, !alone);
    if (lathe_window_get_display(window) != NULL)
        lathe_display_page_set_fullscreen(lathe_window_get_display(window), alone);
}

static void window_show_terminal(LatheWindow *window, LatheTerminalPage *page)
{
    glong columns, rows;

    lathe_terminal_page_get_size(page, &columns, &rows);
    /* Translators: a terminal's columns and rows */
    g_autofree char *size = g_strdup_printf(_("%ld×%ld"), columns, rows);
    g_autofree char *location = lathe_console_dup_location(lathe_terminal_page_get_console(page));
    const char *log = lathe_terminal_page_get_log(page);
    /* Translators: %s is the file that a log is written to */
    g_autofree char *log_text = log != NULL ? g_strdup_printf(_("Log: %s"), log) : NULL;

    gtk_label_set_text(window->size_label, size);
    window_show_text(window->location_label, location);
    window_show_text(window->log_label, log_text);
}

static void window_show_display(LatheWindow *window, LatheDisplayPage *page)
{
    g_autofree char *text = lathe_display_page_dup_status(page);

    window_show_text(window->location_label, text);
    window_show_text(window->log_label, NULL);
}

static void window_show_page(LatheWindow *window)
{
    LatheTerminalPage *page = lathe_window_get_page(window);
    LatheDisplayPage *display = lathe_window_get_display(window);

    gtk_widget_set_visible(window->size_button, page != NULL);
    gtk_widget_set_visible(window->find_button, page != NULL);
    gtk_widget_set_visible(window->keys_button, display != NULL);
    gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(window->menu_button),
                                   display != NULL ? window->display_menu : window->terminal_menu);
    if (page != NULL)
        window_show_terminal(window, page);
    else if (display != NULL)
        window_show_display(window, display);
    else
        window_show_text(window->location_label, NULL);
    window_show_info(window);
    window_show_frame(window);
    lathe_window_update_actions(window);
}

static const char *window_state_text(LatheState state)
{
    switch (state) {
    case LATHE_STATE_RUNNING:
        return _("Running");
    case LATHE_STATE_STOPPED:
        return _("Stopped");
    default:
        return _("Paused");
    }
}

/* While a screen has the keyboard, what lets go of it. */
static void window_show_subtitle(LatheWindow *window)
{
    LatheDisplayPage *display = lathe_window_get_display(window);
    const char *state = window_state_text(lathe_session_get_state(window->session));
    g_autofree char *release = disp_chord_format(&window->display_preferences.release);
    g_autofree char *text = NULL;

    if (display != NULL && lathe_display_view_is_captured(lathe_display_page_get_view(display)))
        /* Translators: the machine's state, and a combination of keys: "Ctrl+Alt" */
        text = g_strdup_printf(_("%s, press %s to release the keyboard"), state, release);
    gtk_header_bar_set_subtitle(window->header, text != NULL ? text : state);
}

static void window_on_display(LatheWindow *window)
{
    LatheDisplayPage *display = lathe_window_get_display(window);

    if (display == NULL)
        return;
    window_show_display(window, display);
    window_show_subtitle(window);
    lathe_window_update_display_actions(window);
}

/* The person in front of a screen wants out of it, by keyboard. */
static void window_on_left(LatheDisplayPage *page, LatheWindow *window)
{
    if (!lathe_display_page_show_bar(page))
        gtk_widget_grab_focus(window->run_button);
}

static void window_mark_tab(LatheWindow *window, GtkWidget *page, gboolean mark)
{
    GtkWidget *label = gtk_notebook_get_tab_label(window->notebook, page);
    GtkStyleContext *style = gtk_widget_get_style_context(label);

    if (mark)
        gtk_style_context_add_class(style, "lathe-attention");
    else
        gtk_style_context_remove_class(style, "lathe-attention");
    gtk_widget_set_tooltip_text(label, mark ? _("The guest wrote something here") : NULL);
}

static void window_on_attention(LatheTerminalPage *page, LatheWindow *window)
{
    if (page != lathe_window_get_page(window))
        window_mark_tab(window, GTK_WIDGET(page), TRUE);
}

static void on_switch_page(GtkNotebook *notebook, GtkWidget *page, guint number,
                           LatheWindow *window)
{
    window_mark_tab(window, page, FALSE);
    window_show_page(window);
}

static void window_add_page(LatheWindow *window, LatheSerial *serial)
{
    g_autoptr(LatheConsole) console = lathe_console_new_serial(serial);
    GtkWidget *page = lathe_terminal_page_new(console, lathe_session_get_title(window->session));
    GtkWidget *label = gtk_label_new(lathe_serial_get_title(serial));

    gtk_notebook_append_page(window->notebook, page, label);
    gtk_container_child_set(GTK_CONTAINER(window->notebook), page, "tab-expand", FALSE, NULL);
    g_signal_connect_object(page, "changed", G_CALLBACK(window_show_page), window,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(page, "attention", G_CALLBACK(window_on_attention), window, 0);
}

static void window_add_display(LatheWindow *window, unsigned number)
{
    GtkWidget *page = lathe_display_page_new(window->session, number);
    /* Translators: a tab with the machine's screen, for a machine with several of them */
    g_autofree char *title = number > 0 ? g_strdup_printf(_("Display %u"), number + 1) : NULL;

    gtk_notebook_append_page(window->notebook, page,
                             gtk_label_new(title != NULL ? title : _("Display")));
    g_signal_connect_object(page, "changed", G_CALLBACK(window_on_display), window,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(page, "left", G_CALLBACK(window_on_left), window, 0);
}

void lathe_window_toggle_performance(LatheWindow *window)
{
    if (window->performance != NULL) {
        gtk_widget_destroy(window->performance);
        lathe_window_focus_page(window);
        return;
    }
    GtkWidget *page = lathe_performance_page_new(window->stats);
    int number = gtk_notebook_append_page(window->notebook, page, gtk_label_new(_("Performance")));
    g_set_weak_pointer(&window->performance, page);
    gtk_notebook_set_current_page(window->notebook, number);
    lathe_performance_page_grab_focus(LATHE_PERFORMANCE_PAGE(page));
}

void lathe_window_toggle_requests(LatheWindow *window)
{
    if (window->requests != NULL) {
        gtk_widget_destroy(window->requests);
        lathe_window_focus_page(window);
        return;
    }
    GtkWidget *page = lathe_requests_page_new(window->session);
    int number =
        gtk_notebook_append_page(window->notebook, page, gtk_label_new(_("Boot Requests")));
    g_set_weak_pointer(&window->requests, page);
    gtk_notebook_set_current_page(window->notebook, number);
    lathe_requests_page_grab_focus(LATHE_REQUESTS_PAGE(page));
}

static void window_add_pages(LatheWindow *window)
{
    GPtrArray *serials = lathe_session_get_serials(window->session);

    for (guint i = 0; i < lathe_session_get_screens(window->session)->len; i++)
        window_add_display(window, i);
    for (guint i = 0; i < serials->len; i++) {
        if (lathe_serial_is_visible(serials->pdata[i]))
            window_add_page(window, serials->pdata[i]);
    }
    lathe_window_apply_preferences(window);
    lathe_window_apply_display_preferences(window);
}

/* ---- state ---- */

/* What the first button does in each state. */
static void window_show_run_button(LatheWindow *window, LatheState state)
{
    gboolean running = state == LATHE_STATE_RUNNING;
    const char *name = running                        ? _("Pause")
                       : state == LATHE_STATE_STOPPED ? _("Start again")
                                                      : _("Start");
    g_autofree char *tip = g_strdup_printf("%s (%s)", name, _("Ctrl+Shift+P"));

    gtk_image_set_from_icon_name(window->run_image,
                                 running ? "media-playback-pause-symbolic"
                                         : "media-playback-start-symbolic",
                                 GTK_ICON_SIZE_BUTTON);
    gtk_widget_set_tooltip_text(window->run_button, tip);
    atk_object_set_name(gtk_widget_get_accessible(window->run_button), name);
}

/* The desktop asks before it logs out, and does not fall asleep by itself. */
static void window_inhibit(LatheWindow *window, gboolean inhibit)
{
    GtkApplicationInhibitFlags flags = GTK_APPLICATION_INHIBIT_LOGOUT;
    GtkApplication *application = gtk_window_get_application(GTK_WINDOW(window));

    if (inhibit == (window->inhibit_cookie != 0) || application == NULL)
        return;
    if (lathe_store_get_boolean("keep-awake", TRUE))
        flags |= GTK_APPLICATION_INHIBIT_SUSPEND;
    if (inhibit) {
        window->inhibit_cookie = gtk_application_inhibit(application, GTK_WINDOW(window), flags,
                                                         _("A virtual machine is running"));
    } else {
        gtk_application_uninhibit(application, window->inhibit_cookie);
        window->inhibit_cookie = 0;
    }
}

static void window_show_engine(LatheWindow *window)
{
    const char *engine = lathe_session_get_engine(window->session);
    const char *why = lathe_session_get_engine_why(window->session);
    /* Translators: %s is the name of what runs the guest's code: "interp", "jit", "kvm" */
    g_autofree char *text = *engine ? g_strdup_printf(_("Engine: %s"), engine) : NULL;

    window_show_text(window->engine_label, text);
    gtk_widget_set_tooltip_text(GTK_WIDGET(window->engine_label), *why ? why : NULL);
}

static void window_show_speed(LatheWindow *window)
{
    double busy = lathe_session_get_busy(window->session);
    double mips = lathe_session_get_mips(window->session);
    g_autofree char *text = NULL;

    /* Until the first second is over nothing is known. Translators: how busy the guest's CPUs are,
     * and millions of instructions a second, which most engines do not count */
    if (mips > 0)
        text = g_strdup_printf(_("%.0f %% busy, %.1f MIPS"), 100 * busy, mips);
    else if (busy > 0)
        text = g_strdup_printf(_("%.0f %% busy"), 100 * busy);
    window_show_text(window->speed_label, text);
}

static void window_show_state(LatheWindow *window)
{
    LatheState state = lathe_session_get_state(window->session);

    gtk_label_set_text(window->state_label, window_state_text(state));
    window_show_subtitle(window);
    window_show_run_button(window, state);
    window_show_speed(window);
    window_inhibit(window, state == LATHE_STATE_RUNNING);
    lathe_window_update_actions(window);
    window_show_info(window);
}

static void window_on_stopped(LatheSession *session, LatheWindow *window)
{
    gboolean fault = lathe_session_stop_is_fault(session);
    /* Translators: %s is a sentence from the emulator that says why */
    g_autofree char *text =
        g_strdup_printf(_("The machine stopped: %s"), lathe_session_get_stop_text(session));

    gtk_label_set_text(window->info_label, text);
    gtk_image_set_from_icon_name(window->info_image,
                                 fault ? "dialog-error-symbolic" : "dialog-information-symbolic",
                                 GTK_ICON_SIZE_BUTTON);
    gtk_info_bar_set_message_type(window->info_bar, fault ? GTK_MESSAGE_ERROR : GTK_MESSAGE_INFO);
    window_show_info(window);
    if (gtk_info_bar_get_revealed(window->info_bar))
        gtk_widget_grab_focus(window->again_button);
}

static void on_info_response(GtkInfoBar *bar, int response, LatheWindow *window)
{
    if (response == RESPONSE_CLOSE) {
        gtk_window_close(GTK_WINDOW(window));
        return;
    }
    lathe_session_restart(window->session);
    lathe_window_focus_page(window);
}

/* ---- closing ---- */

static gboolean lathe_window_delete_event(GtkWidget *widget, GdkEventAny *event)
{
    LatheWindow *window = LATHE_WINDOW(widget);

    if (lathe_session_get_state(window->session) == LATHE_STATE_STOPPED)
        return GDK_EVENT_PROPAGATE;
    if (window->question != NULL)
        gtk_window_present(GTK_WINDOW(window->question));
    else
        lathe_window_ask_close(window);
    return GDK_EVENT_STOP;
}

/* ---- keys ---- */

/*
 * A screen gets every key before GTK looks for shortcuts, except for those with Ctrl and Shift
 * while nothing is captured: these are the host's, and the guest forgets what it saw of them.
 */
static gboolean lathe_window_key(GtkWidget *widget, GdkEventKey *event)
{
    const GdkModifierType host = GDK_CONTROL_MASK | GDK_SHIFT_MASK;
    LatheDisplayPage *page = lathe_window_get_display(LATHE_WINDOW(widget));
    GtkWidgetClass *parent = GTK_WIDGET_CLASS(lathe_window_parent_class);
    gboolean down = event->type == GDK_KEY_PRESS;

    if (page != NULL && lathe_display_page_has_focus(page)) {
        LatheDisplayView *view = lathe_display_page_get_view(page);
        if (down && (event->state & host) == host && !lathe_display_view_is_captured(view) &&
            gtk_window_activate_key(GTK_WINDOW(widget), event)) {
            lathe_display_view_release_keys(view);
            return GDK_EVENT_STOP;
        }
        if (lathe_display_view_key(view, event))
            return GDK_EVENT_STOP;
    }
    return down ? parent->key_press_event(widget, event) : parent->key_release_event(widget, event);
}

/* ---- the object ---- */

static gboolean lathe_window_state_event(GtkWidget *widget, GdkEventWindowState *event)
{
    LatheWindow *window = LATHE_WINDOW(widget);

    window->fullscreen = (event->new_window_state & GDK_WINDOW_STATE_FULLSCREEN) != 0;
    window_show_frame(window);
    return GTK_WIDGET_CLASS(lathe_window_parent_class)->window_state_event(widget, event);
}

static void window_connect_session(LatheWindow *window)
{
    const struct {
        const char *signal;
        GCallback callback;
    } rows[] = {{"notify::state", G_CALLBACK(window_show_state)},
                {"notify::engine", G_CALLBACK(window_show_engine)},
                {"notify::mips", G_CALLBACK(window_show_speed)}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_signal_connect_object(window->session, rows[i].signal, rows[i].callback, window,
                                G_CONNECT_SWAPPED);
    g_signal_connect_object(window->session, "stopped", G_CALLBACK(window_on_stopped), window, 0);
}

static void window_set_menus(LatheWindow *window)
{
    g_autoptr(GtkBuilder) builder =
        gtk_builder_new_from_resource(LATHE_GTK_RESOURCE_BASE "/menus.ui");
    g_autoptr(GtkBuilder) displays =
        gtk_builder_new_from_resource(LATHE_GTK_RESOURCE_BASE "/display-menus.ui");

    window->terminal_menu =
        g_object_ref(G_MENU_MODEL(gtk_builder_get_object(builder, "window-menu")));
    window->display_menu =
        g_object_ref(G_MENU_MODEL(gtk_builder_get_object(displays, "display-menu")));
    gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(window->keys_button),
                                   G_MENU_MODEL(gtk_builder_get_object(displays, "keys-menu")));
    gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(window->size_button),
                                   G_MENU_MODEL(gtk_builder_get_object(builder, "size-menu")));
}

GtkWidget *lathe_window_new(GtkApplication *application, LatheSession *session)
{
    LatheWindow *window = g_object_new(LATHE_TYPE_WINDOW, "application", application, NULL);

    window->session = g_object_ref(session);
    window->stats = lathe_stats_new(session);
    lathe_preferences_load(&window->preferences);
    lathe_display_preferences_load(&window->display_preferences);
    lathe_window_install_actions(window);
    lathe_window_install_display_actions(window);
    window_set_menus(window);
    window_add_pages(window);
    window_connect_session(window);
    lathe_window_install_media(window);
    lathe_window_install_capture(window);
    lathe_window_install_screens(window);
    lathe_window_install_forwards(window);
    lathe_window_install_disks(window);
    lathe_window_install_floppies(window);
    lathe_clipboard_new(window);
    lathe_notices_install(GTK_WINDOW(window), session);
    window_show_engine(window);
    window_show_state(window);
    window_show_page(window);
    if (lathe_session_get_state(session) == LATHE_STATE_STOPPED) /* it was faster than we */
        window_on_stopped(session, window);
    else
        lathe_window_focus_page(window);
    return GTK_WIDGET(window);
}

static void lathe_window_dispose(GObject *object)
{
    LatheWindow *window = LATHE_WINDOW(object);

    window_inhibit(window, FALSE);
    g_clear_pointer(&window->clipboard, lathe_clipboard_free);
    g_clear_weak_pointer(&window->question);
    g_clear_object(&window->disc_chooser);
    g_clear_object(&window->disk_chooser);
    g_clear_object(&window->disks_menu);
    g_clear_object(&window->floppies_menu);
    g_clear_object(&window->floppy_chooser);
    g_clear_pointer(&window->wanted_file, g_free);
    g_clear_pointer(&window->captured, g_free);
    g_clear_handle_id(&window->capture_timer, g_source_remove);
    if (window->performance != NULL)
        gtk_widget_destroy(window->performance);
    if (window->requests != NULL)
        gtk_widget_destroy(window->requests);
    g_clear_pointer(&window->stats, lathe_stats_free);
    g_clear_object(&window->terminal_menu);
    g_clear_object(&window->display_menu);
    g_clear_object(&window->session);
    G_OBJECT_CLASS(lathe_window_parent_class)->dispose(object);
}

static void lathe_window_init(LatheWindow *window)
{
    gtk_widget_init_template(GTK_WIDGET(window));
}

static void window_bind_children(GtkWidgetClass *widget)
{
    static const struct {
        const char *name;
        gssize offset;
    } children[] = {
#define CHILD(name) {#name, G_STRUCT_OFFSET(LatheWindow, name)}
        CHILD(header),      CHILD(run_button),        CHILD(size_button),
        CHILD(menu_button), CHILD(find_button),       CHILD(run_image),
        CHILD(info_bar),    CHILD(info_label),        CHILD(again_button),
        CHILD(notebook),    CHILD(state_label),       CHILD(engine_label),
        CHILD(speed_label), CHILD(location_label),    CHILD(log_label),
        CHILD(size_label),  CHILD(info_close_button), CHILD(info_image),
        CHILD(keys_button), CHILD(status_box),        CHILD(microphone_button),
        CHILD(mute_button),
#undef CHILD
    };

    for (size_t i = 0; i < G_N_ELEMENTS(children); i++)
        gtk_widget_class_bind_template_child_full(widget, children[i].name, FALSE,
                                                  children[i].offset);
}

static void lathe_window_class_init(LatheWindowClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->dispose = lathe_window_dispose;
    widget->delete_event = lathe_window_delete_event;
    widget->key_press_event = lathe_window_key;
    widget->key_release_event = lathe_window_key;
    widget->window_state_event = lathe_window_state_event;
    gtk_widget_class_set_template_from_resource(widget, LATHE_GTK_RESOURCE_BASE "/window.ui");
    window_bind_children(widget);
    gtk_widget_class_bind_template_callback(widget, on_info_response);
    gtk_widget_class_bind_template_callback(widget, on_switch_page);
}
