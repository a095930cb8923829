/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A display view with its card, its bar in full screen, and its clipboard. */
#include "ui/gtk/display-page.h"

#include <glib/gi18n.h>

#include "ui/gtk/application.h"
#include "ui/gtk/display-card.h"
#include "ui/gtk/host-layout.h"

#define BAR_EDGE    2    /* how near to the upper edge the pointer brings the bar out */
#define BAR_HINT_MS 3500 /* how long it says what lets go */
#define PASTE_LIMIT 65536

struct _LatheDisplayPage {
    GtkOverlay parent;
    LatheSession *session;
    LatheDisplayView *view;
    LatheDisplayCard *card;
    GtkRevealer *bar;
    GtkWidget *bar_leave;
    GtkLabel *bar_title, *bar_hint;
    gboolean fullscreen;
    guint bar_timer;
    char *release; /* the keys that let go, as text */
    char *layout;  /* for a paste that waits for the clipboard */
};

G_DEFINE_FINAL_TYPE(LatheDisplayPage, lathe_display_page, GTK_TYPE_OVERLAY)

enum { SIGNAL_CHANGED, SIGNAL_LEFT, SIGNAL_COUNT };
static guint page_signals[SIGNAL_COUNT];

/* ---- the bar of full screen ---- */

static void page_set_bar(LatheDisplayPage *page, gboolean shown)
{
    g_clear_handle_id(&page->bar_timer, g_source_remove);
    gtk_revealer_set_reveal_child(page->bar, shown && page->fullscreen);
}

static gboolean page_on_bar_timer(gpointer data)
{
    LatheDisplayPage *page = data;

    page->bar_timer = 0;
    if (!gtk_widget_has_focus(page->bar_leave))
        page_set_bar(page, FALSE);
    return G_SOURCE_REMOVE;
}

static void page_hint_bar(LatheDisplayPage *page)
{
    page_set_bar(page, TRUE);
    page->bar_timer = g_timeout_add(BAR_HINT_MS, page_on_bar_timer, page);
}

static gboolean on_motion(GtkWidget *view, GdkEventMotion *event, LatheDisplayPage *page)
{
    gboolean out = gtk_revealer_get_reveal_child(page->bar);

    if (!page->fullscreen)
        return GDK_EVENT_PROPAGATE;
    if (event->y <= BAR_EDGE && !out)
        page_set_bar(page, TRUE);
    else if (out && page->bar_timer == 0 && !gtk_widget_has_focus(page->bar_leave))
        page_set_bar(page, FALSE);
    return GDK_EVENT_PROPAGATE;
}

static gboolean on_bar_leave(GtkWidget *events, GdkEventCrossing *event, LatheDisplayPage *page)
{
    if (event->detail != GDK_NOTIFY_INFERIOR && !gtk_widget_has_focus(page->bar_leave))
        page_set_bar(page, FALSE);
    return GDK_EVENT_PROPAGATE;
}

static void page_show_hint(LatheDisplayPage *page)
{
    /* Translators: %s is a combination of keys: "Ctrl+Alt" */
    g_autofree char *text = g_strdup_printf(lathe_display_view_is_captured(page->view)
                                                ? _("Press %s to release the keyboard")
                                                : _("Press %s to leave the guest"),
                                            page->release);

    gtk_label_set_text(page->bar_hint, text);
}

gboolean lathe_display_page_show_bar(LatheDisplayPage *page)
{
    if (!page->fullscreen)
        return FALSE;
    page_set_bar(page, TRUE);
    gtk_widget_grab_focus(page->bar_leave);
    return TRUE;
}

void lathe_display_page_set_fullscreen(LatheDisplayPage *page, gboolean fullscreen)
{
    if (fullscreen == page->fullscreen)
        return;
    page->fullscreen = fullscreen;
    page_set_bar(page, FALSE);
    lathe_display_view_set_captured(page->view, fullscreen);
    if (fullscreen)
        page_hint_bar(page);
    lathe_display_page_grab_focus(page);
}

/* ---- what changes ---- */

/* For screen readers: what it is, and what a key would do now. */
static void page_name_view(LatheDisplayPage *page)
{
    const char *title = lathe_session_get_title(page->session);
    gboolean captured = lathe_display_view_is_captured(page->view);
    g_autofree char *name = NULL;

    /* Translators: the screen of the machine whose name is %s */
    if (captured)
        name = g_strdup_printf(_("Display of %s, keyboard captured"), title);
    else if (lathe_session_get_state(page->session) == LATHE_STATE_RUNNING)
        name = g_strdup_printf(_("Display of %s, running"), title);
    else
        name = g_strdup_printf(_("Display of %s"), title);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(page->view)), name);
}

static void page_changed(LatheDisplayPage *page)
{
    page_name_view(page);
    page_show_hint(page);
    g_signal_emit(page, page_signals[SIGNAL_CHANGED], 0);
}

static void on_changed(LatheDisplayView *view, LatheDisplayPage *page)
{
    if (page->session != NULL)
        page_changed(page);
}

static void on_left(LatheDisplayView *view, LatheDisplayPage *page)
{
    g_signal_emit(page, page_signals[SIGNAL_LEFT], 0);
}

static void page_on_card(LatheDisplayPage *page)
{
    gboolean covers = lathe_display_card_covers(page->card);

    lathe_display_view_set_dimmed(page->view, covers);
    if (covers && gtk_widget_has_focus(GTK_WIDGET(page->view)))
        lathe_display_card_grab_focus(page->card);
    else if (!covers && gtk_widget_get_mapped(GTK_WIDGET(page)))
        lathe_display_page_grab_focus(page);
}

void lathe_display_page_apply(LatheDisplayPage *page,
                              const struct lathe_display_preferences *preferences)
{
    g_free(page->release);
    page->release = disp_chord_format(&preferences->release);
    lathe_display_view_apply(page->view, preferences);
}

char *lathe_display_page_dup_status(LatheDisplayPage *page)
{
    const struct emu_surface *surface =
        disp_screen_get_surface(lathe_display_view_get_screen(page->view));
    guint all, left = lathe_typist_get_left(lathe_display_view_get_typist(page->view), &all);

    if (left > 0)
        return g_strdup_printf(_("Typing: %u %%, any key stops it"), (all - left) * 100 / all);
    if (surface->width == 0)
        return g_strdup("");
    return g_strdup_printf(_("%u×%u at %.0f %%"), surface->width, surface->height,
                           100 * lathe_display_view_get_scale(page->view));
}

/* ---- the clipboard ---- */

static GtkClipboard *page_clipboard(LatheDisplayPage *page)
{
    return gtk_widget_get_clipboard(GTK_WIDGET(page), GDK_SELECTION_CLIPBOARD);
}

void lathe_display_page_copy(LatheDisplayPage *page)
{
    g_autofree char *text =
        lathe_session_dup_screen_text(page->session, lathe_display_view_get_screen(page->view));

    if (text != NULL)
        gtk_clipboard_set_text(page_clipboard(page), text, -1);
    else
        gtk_widget_error_bell(GTK_WIDGET(page));
}

static void page_on_text(GtkClipboard *clipboard, const char *text, gpointer data)
{
    g_autoptr(LatheDisplayPage) page = data;
    guint missing = 0;

    if (text == NULL || strlen(text) > PASTE_LIMIT ||
        lathe_session_get_state(page->session) != LATHE_STATE_RUNNING ||
        !lathe_typist_type(lathe_display_view_get_typist(page->view), text, page->layout,
                           &missing) ||
        missing > 0)
        gtk_widget_error_bell(GTK_WIDGET(page));
}

void lathe_display_page_paste(LatheDisplayPage *page, const char *layout)
{
    g_free(page->layout);
    page->layout = *layout != '\0' ? g_strdup(layout) : lathe_host_layout_dup();
    lathe_display_view_release_keys(page->view);
    gtk_clipboard_request_text(page_clipboard(page), page_on_text, g_object_ref(page));
}

/* ---- focus ---- */

void lathe_display_page_grab_focus(LatheDisplayPage *page)
{
    if (!lathe_display_card_covers(page->card) || !lathe_display_card_grab_focus(page->card))
        gtk_widget_grab_focus(GTK_WIDGET(page->view));
}

gboolean lathe_display_page_has_focus(LatheDisplayPage *page)
{
    return gtk_widget_has_focus(GTK_WIDGET(page->view));
}

LatheDisplayView *lathe_display_page_get_view(LatheDisplayPage *page)
{
    return page->view;
}

/* ---- the object ---- */

GtkWidget *lathe_display_page_new(LatheSession *session, unsigned number)
{
    LatheDisplayPage *page = g_object_new(LATHE_TYPE_DISPLAY_PAGE, NULL);
    struct disp_screen *screen = lathe_session_get_screens(session)->pdata[number];

    page->session = g_object_ref(session);
    gtk_label_set_text(page->bar_title, lathe_session_get_title(session));
    lathe_display_view_set_screen(page->view, session, screen);
    g_signal_connect_object(lathe_display_view_get_typist(page->view), "changed",
                            G_CALLBACK(page_changed), page, G_CONNECT_SWAPPED);
    g_signal_connect_object(page->card, "changed", G_CALLBACK(page_on_card), page,
                            G_CONNECT_SWAPPED);
    lathe_display_card_watch(page->card, session, screen);
    page_changed(page);
    return GTK_WIDGET(page);
}

static void lathe_display_page_dispose(GObject *object)
{
    LatheDisplayPage *page = LATHE_DISPLAY_PAGE(object);

    g_clear_handle_id(&page->bar_timer, g_source_remove);
    G_OBJECT_CLASS(lathe_display_page_parent_class)->dispose(object);
}

static void lathe_display_page_finalize(GObject *object)
{
    LatheDisplayPage *page = LATHE_DISPLAY_PAGE(object);

    g_clear_object(&page->session);
    g_free(page->release);
    g_free(page->layout);
    G_OBJECT_CLASS(lathe_display_page_parent_class)->finalize(object);
}

static void lathe_display_page_init(LatheDisplayPage *page)
{
    page->release = g_strdup("");
    gtk_widget_init_template(GTK_WIDGET(page));
}

static void lathe_display_page_class_init(LatheDisplayPageClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    GType type = G_TYPE_FROM_CLASS(class);

    g_type_ensure(LATHE_TYPE_DISPLAY_VIEW);
    g_type_ensure(LATHE_TYPE_DISPLAY_CARD);
    G_OBJECT_CLASS(class)->dispose = lathe_display_page_dispose;
    G_OBJECT_CLASS(class)->finalize = lathe_display_page_finalize;
    gtk_widget_class_set_template_from_resource(widget, LATHE_GTK_RESOURCE_BASE "/display-page.ui");
    gtk_widget_class_bind_template_child(widget, LatheDisplayPage, view);
    gtk_widget_class_bind_template_child(widget, LatheDisplayPage, card);
    gtk_widget_class_bind_template_child(widget, LatheDisplayPage, bar);
    gtk_widget_class_bind_template_child(widget, LatheDisplayPage, bar_leave);
    gtk_widget_class_bind_template_child(widget, LatheDisplayPage, bar_title);
    gtk_widget_class_bind_template_child(widget, LatheDisplayPage, bar_hint);
    gtk_widget_class_bind_template_callback(widget, on_motion);
    gtk_widget_class_bind_template_callback(widget, on_changed);
    gtk_widget_class_bind_template_callback(widget, on_left);
    gtk_widget_class_bind_template_callback(widget, on_bar_leave);
    page_signals[SIGNAL_CHANGED] =
        g_signal_new("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    page_signals[SIGNAL_LEFT] =
        g_signal_new("left", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}
