/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys by their place, each sent up once it was sent down, whatever becomes of the focus. What is
 * captured: always the keyboard, and the pointer where the guest listens to ways only.
 */
#include "ui/gtk/display-input.h"

#include "app/session/input.h"
#include "ui/gtk/display-locks.h"
#include "ui/gtk/display-pointer.h"

struct lathe_display_input {
    struct lathe_display_input_owner owner;
    struct lathe_display_pointer *pointer;
    struct lathe_display_locks *locks;
    struct disp_chord_watch watch;
    LatheTypist *typist;
    gboolean captured;
    guint8 down[(EMU_KEY_MAX + 8) / 8]; /* keys that the guest was told are down, as bits */
};

/* ---- keys ---- */

static gboolean input_is_down(const struct lathe_display_input *input, unsigned code)
{
    return (input->down[code / 8] >> code % 8 & 1) != 0;
}

static void input_note(struct lathe_display_input *input, unsigned code, gboolean down)
{
    guint8 bit = (guint8)(1u << code % 8);

    if (down)
        input->down[code / 8] |= bit;
    else
        input->down[code / 8] &= (guint8)~bit;
}

void lathe_display_input_release(struct lathe_display_input *input)
{
    gboolean any = lathe_display_pointer_forget(input->pointer);

    for (size_t i = 0; i < sizeof(input->down); i++)
        any |= input->down[i] != 0;
    memset(input->down, 0, sizeof(input->down));
    disp_chord_watch_forget(&input->watch);
    if (any)
        lathe_input_release(input->owner.session);
}

/* The release combination. */
static void input_leave(struct lathe_display_input *input)
{
    lathe_display_input_release(input);
    if (input->captured)
        lathe_display_input_set_captured(input, FALSE);
    else
        input->owner.left(input->owner.opaque);
}

static void input_send(struct lathe_display_input *input, unsigned code, gboolean down)
{
    gboolean repeats = down && input_is_down(input, code);

    input_note(input, code, down);
    disp_screen_wake(input->owner.screen);
    if (!repeats && disp_chord_watch_key(&input->watch, code, down))
        input_leave(input);
    else
        lathe_input_key(input->owner.session, code, down);
    if (down && !repeats)
        lathe_display_locks_note(input->locks, code);
}

gboolean lathe_display_input_key(struct lathe_display_input *input, GdkEventKey *event)
{
    unsigned code = disp_key_from_hardware(event->hardware_keycode);
    gboolean down = event->type == GDK_KEY_PRESS;

    if (code == 0)
        return input->captured;
    if (!input_is_down(input, code) &&
        (!down || lathe_session_get_state(input->owner.session) != LATHE_STATE_RUNNING))
        return FALSE; /* a paused machine would get it late */
    if (down && lathe_typist_get_left(input->typist, NULL) > 0)
        lathe_typist_stop(input->typist); /* and the key is meant for that */
    else
        input_send(input, code, down);
    return TRUE;
}

/* ---- capturing ---- */

static gboolean input_grab(struct lathe_display_input *input, gboolean pointer)
{
    GtkWidget *widget = input->owner.widget;
    GdkSeat *seat = gdk_display_get_default_seat(gtk_widget_get_display(widget));
    g_autoptr(GdkCursor) blank =
        gdk_cursor_new_for_display(gtk_widget_get_display(widget), GDK_BLANK_CURSOR);

    return gdk_seat_grab(seat, gtk_widget_get_window(widget),
                         pointer ? GDK_SEAT_CAPABILITY_ALL : GDK_SEAT_CAPABILITY_KEYBOARD, FALSE,
                         pointer ? blank : NULL, NULL, NULL, NULL) == GDK_GRAB_SUCCESS;
}

static void input_ungrab(struct lathe_display_input *input)
{
    gdk_seat_ungrab(gdk_display_get_default_seat(gtk_widget_get_display(input->owner.widget)));
}

void lathe_display_input_set_captured(struct lathe_display_input *input, gboolean captured)
{
    gboolean pointer = !lathe_input_get_status(input->owner.session).absolute;

    if (captured == input->captured || (captured && !input_grab(input, pointer)))
        return;
    input->captured = captured;
    if (!captured)
        input_ungrab(input);
    lathe_display_pointer_hold(input->pointer, captured && pointer);
    input->owner.capture_changed(input->owner.opaque);
}

gboolean lathe_display_input_is_captured(const struct lathe_display_input *input)
{
    return input->captured;
}

gboolean lathe_display_input_holds_pointer(const struct lathe_display_input *input)
{
    return lathe_display_pointer_is_held(input->pointer);
}

void lathe_display_input_update(struct lathe_display_input *input)
{
    gboolean absolute = lathe_input_get_status(input->owner.session).absolute;
    gboolean wrong = absolute == lathe_display_pointer_is_held(input->pointer);

    lathe_display_locks_update(input->locks);
    if (!input->captured)
        return;
    if (lathe_session_get_state(input->owner.session) != LATHE_STATE_RUNNING || wrong)
        lathe_display_input_set_captured(input, FALSE);
}

/* ---- events of the widget ---- */

static gboolean input_is_fullscreen(struct lathe_display_input *input)
{
    GdkWindow *window = gtk_widget_get_window(gtk_widget_get_toplevel(input->owner.widget));

    return window != NULL && gdk_window_get_state(window) & GDK_WINDOW_STATE_FULLSCREEN;
}

/* A click that captures is not the guest's, unless it has a position there. */
static gboolean input_click_captures(struct lathe_display_input *input)
{
    return !input->captured &&
           lathe_session_get_state(input->owner.session) == LATHE_STATE_RUNNING &&
           (!lathe_input_get_status(input->owner.session).absolute || input_is_fullscreen(input));
}

static gboolean input_on_button(GtkWidget *widget, GdkEventButton *event,
                                struct lathe_display_input *input)
{
    if (event->type == GDK_BUTTON_PRESS)
        gtk_widget_grab_focus(widget);
    if (event->type == GDK_BUTTON_PRESS && input_click_captures(input)) {
        lathe_display_input_set_captured(input, TRUE);
        if (lathe_display_pointer_is_held(input->pointer))
            return GDK_EVENT_STOP;
    }
    lathe_display_pointer_button(input->pointer, event);
    return GDK_EVENT_STOP;
}

static gboolean input_on_motion(GtkWidget *widget, GdkEventMotion *event,
                                struct lathe_display_input *input)
{
    lathe_display_pointer_motion(input->pointer, event);
    return GDK_EVENT_STOP;
}

static gboolean input_on_scroll(GtkWidget *widget, GdkEventScroll *event,
                                struct lathe_display_input *input)
{
    lathe_display_pointer_scroll(input->pointer, event);
    return GDK_EVENT_STOP;
}

static gboolean input_on_focus_in(GtkWidget *widget, GdkEventFocus *event,
                                  struct lathe_display_input *input)
{
    lathe_display_locks_compare(input->locks);
    return GDK_EVENT_PROPAGATE;
}

static gboolean input_on_enter(GtkWidget *widget, GdkEventCrossing *event,
                               struct lathe_display_input *input)
{
    lathe_display_locks_compare(input->locks);
    return GDK_EVENT_PROPAGATE;
}

static gboolean input_on_focus_out(GtkWidget *widget, GdkEventFocus *event,
                                   struct lathe_display_input *input)
{
    lathe_display_input_set_captured(input, FALSE);
    lathe_display_input_release(input);
    return GDK_EVENT_PROPAGATE;
}

static gboolean input_on_grab_broken(GtkWidget *widget, GdkEventGrabBroken *event,
                                     struct lathe_display_input *input)
{
    if (input->captured && event->keyboard)
        lathe_display_input_set_captured(input, FALSE);
    return GDK_EVENT_PROPAGATE;
}

static void input_connect(struct lathe_display_input *input)
{
    GtkWidget *widget = input->owner.widget;

    gtk_widget_add_events(
        widget, GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK | GDK_POINTER_MOTION_MASK |
                    GDK_SCROLL_MASK | GDK_SMOOTH_SCROLL_MASK | GDK_FOCUS_CHANGE_MASK |
                    GDK_KEY_PRESS_MASK | GDK_KEY_RELEASE_MASK | GDK_ENTER_NOTIFY_MASK);
    g_signal_connect(widget, "button-press-event", G_CALLBACK(input_on_button), input);
    g_signal_connect(widget, "button-release-event", G_CALLBACK(input_on_button), input);
    g_signal_connect(widget, "motion-notify-event", G_CALLBACK(input_on_motion), input);
    g_signal_connect(widget, "scroll-event", G_CALLBACK(input_on_scroll), input);
    g_signal_connect(widget, "enter-notify-event", G_CALLBACK(input_on_enter), input);
    g_signal_connect(widget, "focus-in-event", G_CALLBACK(input_on_focus_in), input);
    g_signal_connect(widget, "focus-out-event", G_CALLBACK(input_on_focus_out), input);
    g_signal_connect(widget, "grab-broken-event", G_CALLBACK(input_on_grab_broken), input);
}

/* ---- the object ---- */

struct lathe_display_input *lathe_display_input_new(const struct lathe_display_input_owner *owner)
{
    struct lathe_display_input *input = g_new0(struct lathe_display_input, 1);

    input->owner = *owner;
    input->pointer = lathe_display_pointer_new(&input->owner);
    input->typist = lathe_typist_new(owner->session);
    input->locks = lathe_display_locks_new(&input->owner, input->typist);
    input_connect(input);
    return input;
}

void lathe_display_input_free(struct lathe_display_input *input)
{
    if (input == NULL)
        return;
    g_signal_handlers_disconnect_by_data(input->owner.widget, input);
    if (input->captured)
        input_ungrab(input);
    lathe_display_input_release(input);
    lathe_display_locks_free(input->locks);
    g_object_unref(input->typist);
    lathe_display_pointer_free(input->pointer);
    g_free(input);
}

void lathe_display_input_set_release(struct lathe_display_input *input,
                                     const struct disp_chord *chord)
{
    disp_chord_watch_init(&input->watch, chord);
}

LatheTypist *lathe_display_input_get_typist(struct lathe_display_input *input)
{
    return input->typist;
}
