/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asks for the combination that releases a captured keyboard: the person presses it. While the
 * field has the focus the dialog has the whole keyboard, so that the desktop's own combinations can
 * be seen to be what they are; keys that write or move stay the dialog's.
 */
#include <glib/gi18n.h>

#include "ui/gtk/window-private.h"

#define RESPONSE_DEFAULT 1

struct release_dialog {
    LatheWindow *window;
    GtkDialog *dialog;
    GtkWidget *field; /* an entry that shows the keys */
    struct disp_chord_capture capture;
    struct disp_chord chosen;
    gboolean grabbed;
};

static void release_show(struct release_dialog *release, const struct disp_chord *chord)
{
    g_autofree char *keys = disp_chord_format(chord);

    gtk_entry_set_text(GTK_ENTRY(release->field), keys);
}

static void release_choose(struct release_dialog *release, const struct disp_chord *chord)
{
    release->chosen = *chord;
    release_show(release, chord);
    gtk_widget_grab_focus(gtk_dialog_get_widget_for_response(release->dialog, GTK_RESPONSE_ACCEPT));
}

/* ---- keys ---- */

static GdkSeat *release_seat(struct release_dialog *release)
{
    return gdk_display_get_default_seat(gtk_widget_get_display(release->field));
}

static gboolean release_on_focus(GtkWidget *field, GdkEventFocus *event,
                                 struct release_dialog *release)
{
    GdkWindow *window = gtk_widget_get_window(GTK_WIDGET(release->dialog));

    release->grabbed = gdk_seat_grab(release_seat(release), window, GDK_SEAT_CAPABILITY_KEYBOARD,
                                     FALSE, NULL, NULL, NULL, NULL) == GDK_GRAB_SUCCESS;
    return GDK_EVENT_PROPAGATE;
}

static gboolean release_on_blur(GtkWidget *field, GdkEventFocus *event,
                                struct release_dialog *release)
{
    if (release->grabbed)
        gdk_seat_ungrab(release_seat(release));
    release->grabbed = FALSE;
    release->capture = (struct disp_chord_capture){0};
    release_show(release, &release->chosen);
    return GDK_EVENT_PROPAGATE;
}

static gboolean release_on_key(GtkWidget *dialog, GdkEventKey *event,
                               struct release_dialog *release)
{
    unsigned code = disp_key_from_hardware(event->hardware_keycode);
    gboolean down = event->type == GDK_KEY_PRESS;

    if (!gtk_widget_has_focus(release->field) || code == 0 ||
        !disp_chord_capture_wants(&release->capture, code))
        return GDK_EVENT_PROPAGATE;
    if (disp_chord_capture_key(&release->capture, code, down))
        release_choose(release, &release->capture.chord);
    else if (down)
        release_show(release, &release->capture.chord);
    return GDK_EVENT_STOP;
}

/* ---- the dialog ---- */

static void release_on_response(GtkDialog *dialog, int response, struct release_dialog *release)
{
    struct disp_chord keys;

    if (response == RESPONSE_DEFAULT) {
        lathe_display_preferences_default_release(&keys);
        release_choose(release, &keys);
        return;
    }
    if (response == GTK_RESPONSE_ACCEPT) {
        release->window->display_preferences.release = release->chosen;
        lathe_window_apply_display_preferences(release->window);
    }
    gtk_widget_destroy(GTK_WIDGET(dialog));
}

static void release_add_words(struct release_dialog *release, GtkBox *box)
{
    GtkWidget *label = gtk_label_new_with_mnemonic(_("_Keys that release:"));
    GtkWidget *help = gtk_label_new(_("Press the keys together that are to release the keyboard "
                                      "and the pointer when the guest has captured them."));

    gtk_label_set_line_wrap(GTK_LABEL(help), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(help), 44);
    gtk_label_set_xalign(GTK_LABEL(help), 0);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_mnemonic_widget(GTK_LABEL(label), release->field);
    gtk_container_add(GTK_CONTAINER(box), help);
    gtk_container_add(GTK_CONTAINER(box), label);
    gtk_container_add(GTK_CONTAINER(box), release->field);
}

static void release_add_content(struct release_dialog *release)
{
    GtkBox *box = GTK_BOX(gtk_dialog_get_content_area(release->dialog));

    release->field = gtk_entry_new();
    gtk_editable_set_editable(GTK_EDITABLE(release->field), FALSE);
    gtk_entry_set_alignment(GTK_ENTRY(release->field), 0.5);
    gtk_entry_set_activates_default(GTK_ENTRY(release->field), TRUE);
    gtk_box_set_spacing(box, 6);
    g_object_set(box, "margin", 12, NULL);
    release_add_words(release, box);
    release_show(release, &release->chosen);
    gtk_widget_show_all(GTK_WIDGET(box));
}

static void release_connect(struct release_dialog *release)
{
    g_signal_connect(release->field, "focus-in-event", G_CALLBACK(release_on_focus), release);
    g_signal_connect(release->field, "focus-out-event", G_CALLBACK(release_on_blur), release);
    g_signal_connect(release->dialog, "key-press-event", G_CALLBACK(release_on_key), release);
    g_signal_connect(release->dialog, "key-release-event", G_CALLBACK(release_on_key), release);
    g_signal_connect_data(release->dialog, "response", G_CALLBACK(release_on_response), release,
                          (GClosureNotify)(void (*)(void))g_free, 0);
}

void lathe_window_ask_release(LatheWindow *window)
{
    struct release_dialog *release = g_new0(struct release_dialog, 1);

    release->window = window;
    release->chosen = window->display_preferences.release;
    release->dialog = GTK_DIALOG(gtk_dialog_new_with_buttons(
        _("Keys That Release"), GTK_WINDOW(window),
        GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT | GTK_DIALOG_USE_HEADER_BAR, _("_Cancel"),
        GTK_RESPONSE_CANCEL, _("_Use"), GTK_RESPONSE_ACCEPT, NULL));
    gtk_dialog_add_button(release->dialog, _("_Default"), RESPONSE_DEFAULT);
    gtk_dialog_set_default_response(release->dialog, GTK_RESPONSE_ACCEPT);
    release_add_content(release);
    release_connect(release);
    gtk_widget_grab_focus(release->field);
    gtk_window_present(GTK_WINDOW(release->dialog));
}
