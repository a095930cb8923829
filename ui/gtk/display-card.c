/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One situation at a time, the first that holds of: stopped, paused, nothing to start from, asleep,
 * no picture yet. What passes within a moment is not shown.
 */
#include "ui/gtk/display-card.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/gtk/application.h"

#define CARD_PATIENCE_MS 700 /* a pause or a dark screen that is shorter is not worth a card */
#define CARD_READ_MS     900 /* between looks at what a text mode says */
#define CARD_TAIL        80  /* of a serial port's text, in case a sentence comes in parts */

enum card_situation {
    CARD_NONE,
    CARD_STOPPED,
    CARD_PAUSED,
    CARD_NOTHING_TO_START,
    CARD_ASLEEP,
    CARD_NO_PICTURE,
};

struct _LatheDisplayCard {
    GtkBox parent;
    LatheSession *session;
    struct disp_screen *screen;
    GtkImage *image;
    GtkLabel *title, *text;
    GtkButton *action_button, *hide_button;
    enum card_situation shown;
    guint timer, reader;
    gboolean had_picture;          /* since the last reset */
    gboolean on_screen, on_serial; /* "nothing to start from" was read there */
    gboolean hidden;               /* by the user */
    char *tail;
};

G_DEFINE_FINAL_TYPE(LatheDisplayCard, lathe_display_card, GTK_TYPE_BOX)

enum { SIGNAL_CHANGED, SIGNAL_COUNT };
static guint card_signals[SIGNAL_COUNT];

/* What firmware writes when it has tried everything: SeaBIOS, and EDK2 on its serial console. */
static const char *const card_phrases[] = {"No bootable device",
                                           "No bootable option or device was found"};

static gboolean card_says_nothing_to_start(const char *text)
{
    for (size_t i = 0; i < G_N_ELEMENTS(card_phrases); i++) {
        if (strstr(text, card_phrases[i]) != NULL)
            return TRUE;
    }
    return FALSE;
}

/* ---- what it says ---- */

struct card_content {
    const char *icon, *title, *button;
    gboolean can_hide;
    GtkAlign place;
};

static struct card_content card_content(LatheDisplayCard *card)
{
    gboolean fault = lathe_session_stop_is_fault(card->session);
    gboolean held = *lathe_session_get_hold_text(card->session) != '\0';

    switch (card->shown) {
    case CARD_STOPPED:
        return (struct card_content){fault ? "dialog-error-symbolic" : "system-shutdown-symbolic",
                                     _("The machine stopped"), _("Start _Again"), FALSE,
                                     GTK_ALIGN_CENTER};
    case CARD_PAUSED:
        return (struct card_content){
            held ? "dialog-warning-symbolic" : "media-playback-pause-symbolic", _("Paused"),
            held ? _("_Retry") : _("_Go On"), FALSE, GTK_ALIGN_CENTER};
    case CARD_NOTHING_TO_START:
        return (struct card_content){"media-optical-symbolic", _("Nothing to start from"), NULL,
                                     TRUE, GTK_ALIGN_END};
    case CARD_ASLEEP:
        return (struct card_content){"weather-clear-night-symbolic",
                                     _("The guest switched its screen off"), NULL, FALSE,
                                     GTK_ALIGN_CENTER};
    default:
        return (struct card_content){"video-display-symbolic", _("No picture yet"), NULL, FALSE,
                                     GTK_ALIGN_CENTER};
    }
}

static char *card_dup_sources(LatheDisplayCard *card)
{
    g_autofree char *sources = lathe_session_dup_boot_sources(card->session);

    if (*sources == '\0')
        return g_strdup(_("The machine has neither a disk nor a disc."));
    /* Translators: %s are lines with the names of disks and discs */
    return g_strdup_printf(_("The firmware found nothing bootable on:\n%s"), sources);
}

static char *card_dup_text(LatheDisplayCard *card)
{
    const char *hold;

    switch (card->shown) {
    case CARD_STOPPED:
        return g_strdup(lathe_session_get_stop_text(card->session));
    case CARD_PAUSED:
        hold = lathe_session_get_hold_text(card->session);
        return g_strdup(*hold != '\0' ? hold : _("Time stands still for the guest."));
    case CARD_NOTHING_TO_START:
        return card_dup_sources(card);
    case CARD_ASLEEP:
        return g_strdup(_("A key or a movement of the pointer may wake it."));
    default:
        return g_strdup(_("The guest has not set a video mode."));
    }
}

static void card_fill(LatheDisplayCard *card)
{
    struct card_content content = card_content(card);
    g_autofree char *text = card_dup_text(card);

    gtk_image_set_from_icon_name(card->image, content.icon, GTK_ICON_SIZE_DIALOG);
    gtk_image_set_pixel_size(card->image, 48);
    gtk_label_set_text(card->title, content.title);
    gtk_label_set_text(card->text, text);
    gtk_button_set_use_underline(card->action_button, TRUE);
    gtk_button_set_label(card->action_button, content.button != NULL ? content.button : "");
    gtk_widget_set_visible(GTK_WIDGET(card->action_button), content.button != NULL);
    gtk_widget_set_visible(GTK_WIDGET(card->hide_button), content.can_hide);
    gtk_widget_set_valign(GTK_WIDGET(card), content.place);
}

/* ---- which situation it is ---- */

static enum card_situation card_situation(LatheDisplayCard *card)
{
    enum emu_display_state state = disp_screen_get_state(card->screen);

    switch (lathe_session_get_state(card->session)) {
    case LATHE_STATE_STOPPED:
        return CARD_STOPPED;
    case LATHE_STATE_PAUSED:
        return CARD_PAUSED;
    default:
        if ((card->on_screen || card->on_serial) && !card->hidden)
            return CARD_NOTHING_TO_START;
        if (state != EMU_DISPLAY_OFF)
            return CARD_NONE;
        return card->had_picture ? CARD_ASLEEP : CARD_NO_PICTURE;
    }
}

static void card_show(LatheDisplayCard *card, enum card_situation situation)
{
    g_clear_handle_id(&card->timer, g_source_remove);
    if (situation == card->shown && situation != CARD_STOPPED)
        return;
    card->shown = situation;
    if (situation != CARD_NONE)
        card_fill(card);
    gtk_widget_set_visible(GTK_WIDGET(card), situation != CARD_NONE);
    g_signal_emit(card, card_signals[SIGNAL_CHANGED], 0);
}

static gboolean card_on_patience(gpointer data)
{
    LatheDisplayCard *card = data;

    card->timer = 0;
    card_show(card, card_situation(card));
    return G_SOURCE_REMOVE;
}

static void card_update(LatheDisplayCard *card)
{
    enum card_situation situation = card_situation(card);

    if (situation == CARD_NONE || situation == CARD_STOPPED || situation == card->shown)
        card_show(card, situation);
    else if (card->timer == 0)
        card->timer = g_timeout_add(CARD_PATIENCE_MS, card_on_patience, card);
}

/* ---- what it listens to ---- */

static gboolean card_on_read(gpointer data)
{
    LatheDisplayCard *card = data;
    g_autofree char *text = disp_screen_dup_text(card->screen);

    card->reader = 0;
    card->on_screen = text != NULL && card_says_nothing_to_start(text);
    card_update(card);
    return G_SOURCE_REMOVE;
}

static void card_on_screen(void *opaque, const struct emu_display_update *update)
{
    LatheDisplayCard *card = opaque;

    if (update != NULL && update->state != EMU_DISPLAY_OFF)
        card->had_picture = TRUE;
    if (update != NULL && (update->state == EMU_DISPLAY_TEXT || card->on_screen) &&
        card->reader == 0)
        card->reader = g_timeout_add(CARD_READ_MS, card_on_read, card);
    card_update(card);
}

static void card_on_output(LatheSerial *serial, GBytes *bytes, LatheDisplayCard *card)
{
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);

    if (card->on_serial)
        return;
    g_autofree char *chunk = g_strndup(data, length);
    char *text = g_strconcat(card->tail != NULL ? card->tail : "", chunk, NULL);
    gsize whole = strlen(text);
    card->on_serial = card_says_nothing_to_start(text);
    g_free(card->tail);
    card->tail = g_strdup(text + (whole > CARD_TAIL ? whole - CARD_TAIL : 0));
    g_free(text);
    if (card->on_serial)
        card_update(card);
}

static void card_on_reset(LatheSession *session, LatheDisplayCard *card)
{
    card->on_screen = card->on_serial = card->hidden = card->had_picture = FALSE;
    g_clear_pointer(&card->tail, g_free);
    card_update(card);
}

static void card_on_held(LatheDisplayCard *card)
{
    if (card->shown == CARD_PAUSED)
        card_fill(card);
}

static void on_hide(GtkButton *button, LatheDisplayCard *card)
{
    card->hidden = TRUE;
    card_update(card);
}

void lathe_display_card_watch(LatheDisplayCard *card, LatheSession *session,
                              struct disp_screen *screen)
{
    const struct disp_listener listener = {card_on_screen, card};
    GPtrArray *serials = lathe_session_get_serials(session);

    card->session = g_object_ref(session);
    card->screen = screen;
    disp_screen_add_listener(screen, &listener);
    g_signal_connect_object(session, "notify::state", G_CALLBACK(card_update), card,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(session, "stopped", G_CALLBACK(card_update), card, G_CONNECT_SWAPPED);
    g_signal_connect_object(session, "held", G_CALLBACK(card_on_held), card, G_CONNECT_SWAPPED);
    g_signal_connect_object(session, "reset", G_CALLBACK(card_on_reset), card, 0);
    if (serials->len > 0)
        g_signal_connect_object(serials->pdata[0], "output", G_CALLBACK(card_on_output), card, 0);
    card_update(card);
}

gboolean lathe_display_card_covers(LatheDisplayCard *card)
{
    return card->shown != CARD_NONE && card->shown != CARD_NOTHING_TO_START;
}

gboolean lathe_display_card_grab_focus(LatheDisplayCard *card)
{
    if (!gtk_widget_get_visible(GTK_WIDGET(card)) ||
        !gtk_widget_get_visible(GTK_WIDGET(card->action_button)))
        return FALSE;
    gtk_widget_grab_focus(GTK_WIDGET(card->action_button));
    return TRUE;
}

/* ---- the object ---- */

static void lathe_display_card_dispose(GObject *object)
{
    LatheDisplayCard *card = LATHE_DISPLAY_CARD(object);

    g_clear_handle_id(&card->timer, g_source_remove);
    g_clear_handle_id(&card->reader, g_source_remove);
    if (card->screen != NULL)
        disp_screen_remove_listener(card->screen, card);
    card->screen = NULL;
    g_clear_pointer(&card->tail, g_free);
    g_clear_object(&card->session);
    G_OBJECT_CLASS(lathe_display_card_parent_class)->dispose(object);
}

static void lathe_display_card_init(LatheDisplayCard *card)
{
    gtk_widget_init_template(GTK_WIDGET(card));
}

static void lathe_display_card_class_init(LatheDisplayCardClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->dispose = lathe_display_card_dispose;
    gtk_widget_class_set_template_from_resource(widget, LATHE_GTK_RESOURCE_BASE "/display-card.ui");
    gtk_widget_class_bind_template_child(widget, LatheDisplayCard, image);
    gtk_widget_class_bind_template_child(widget, LatheDisplayCard, title);
    gtk_widget_class_bind_template_child(widget, LatheDisplayCard, text);
    gtk_widget_class_bind_template_child(widget, LatheDisplayCard, action_button);
    gtk_widget_class_bind_template_child(widget, LatheDisplayCard, hide_button);
    gtk_widget_class_bind_template_callback(widget, on_hide);
    card_signals[SIGNAL_CHANGED] =
        g_signal_new("changed", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                     G_TYPE_NONE, 0);
}
