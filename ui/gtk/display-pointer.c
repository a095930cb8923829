/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GTK 3 has no relative pointers: a held one is locked by Wayland's own protocols, or put back to
 * the middle of the view whenever it has gone far. Where the desktop allows neither, ways end at
 * the screen's edges.
 */
#include "ui/gtk/display-pointer.h"

#include <math.h>

#include "app/session/input.h"
#include "ui/gtk/wayland-pointer.h"

#define POINTER_FAR 60 /* from the middle, in the toolkit's pixels, until it is put back */

struct lathe_display_pointer {
    const struct lathe_display_input_owner *owner;
    unsigned buttons;
    struct emu_pointer_event last; /* the position that was told last */
    struct lathe_wayland_pointer *locked;
    gboolean held, jumping;    /* jumping: put back, and no event from there came yet */
    double middle_x, middle_y; /* in root coordinates, like the next two */
    double at_x, at_y;
    double rest_x, rest_y;      /* ways smaller than a count */
    double wheel, wheel_across; /* turns smaller than a notch */
};

struct lathe_display_pointer *
lathe_display_pointer_new(const struct lathe_display_input_owner *owner)
{
    struct lathe_display_pointer *pointer = g_new0(struct lathe_display_pointer, 1);

    pointer->owner = owner;
    return pointer;
}

void lathe_display_pointer_free(struct lathe_display_pointer *pointer)
{
    lathe_wayland_pointer_free(pointer->locked);
    g_free(pointer);
}

gboolean lathe_display_pointer_is_held(const struct lathe_display_pointer *pointer)
{
    return pointer->held;
}

gboolean lathe_display_pointer_forget(struct lathe_display_pointer *pointer)
{
    gboolean any = pointer->buttons != 0;

    pointer->buttons = 0;
    return any;
}

/* ---- the middle of the view ---- */

static GdkDevice *pointer_device(struct lathe_display_pointer *pointer)
{
    GdkDisplay *display = gtk_widget_get_display(pointer->owner->widget);

    return gdk_seat_get_pointer(gdk_display_get_default_seat(display));
}

static void pointer_put_back(struct lathe_display_pointer *pointer)
{
    GtkWidget *widget = pointer->owner->widget;
    int x, y;

    gdk_window_get_root_coords(gtk_widget_get_window(widget),
                               gtk_widget_get_allocated_width(widget) / 2,
                               gtk_widget_get_allocated_height(widget) / 2, &x, &y);
    pointer->middle_x = x;
    pointer->middle_y = y;
    pointer->jumping = TRUE;
    gdk_device_warp(pointer_device(pointer), gtk_widget_get_screen(widget), x, y);
}

/* ---- events ---- */

static void pointer_send(struct lathe_display_pointer *pointer, struct emu_pointer_event event)
{
    event.buttons = pointer->buttons;
    lathe_input_pointer(pointer->owner->session, &event);
    disp_screen_wake(pointer->owner->screen);
}

static gboolean pointer_is_absolute(struct lathe_display_pointer *pointer)
{
    return lathe_input_get_status(pointer->owner->session).absolute;
}

static gboolean pointer_is_heard(struct lathe_display_pointer *pointer)
{
    return lathe_session_get_state(pointer->owner->session) == LATHE_STATE_RUNNING &&
           (pointer->held || pointer_is_absolute(pointer));
}

/* Where an event in the toolkit's pixels is on the guest's screen. */
static void pointer_locate(struct lathe_display_pointer *pointer, double x, double y)
{
    const struct disp_placement *placement = pointer->owner->placement;
    int scale = gtk_widget_get_scale_factor(pointer->owner->widget);
    unsigned guest_x, guest_y;

    disp_placement_pick(placement, x * scale, y * scale, &guest_x, &guest_y);
    if (placement->place.width == 0)
        return;
    pointer->last = (struct emu_pointer_event){
        .absolute = true,
        .x = disp_pointer_position(guest_x, placement->guest.width),
        .y = disp_pointer_position(guest_y, placement->guest.height),
    };
}

/* Did this event happen after the pointer was put back? It is nearer to there than to the last. */
static gboolean pointer_has_jumped(const struct lathe_display_pointer *pointer, double x, double y)
{
    return pointer->jumping && hypot(x - pointer->middle_x, y - pointer->middle_y) <=
                                   hypot(x - pointer->at_x, y - pointer->at_y);
}

/* The whole counts of a way; what is left is kept. */
static int pointer_counts(double *rest, double way)
{
    *rest += way;
    double counts = trunc(*rest);
    *rest -= counts;
    return (int)counts;
}

static void pointer_tell_way(void *opaque, double x, double y)
{
    struct lathe_display_pointer *pointer = opaque;
    struct emu_pointer_event event = {
        .x = pointer_counts(&pointer->rest_x, x),
        .y = pointer_counts(&pointer->rest_y, y),
    };

    if (event.x != 0 || event.y != 0)
        pointer_send(pointer, event);
}

static void pointer_move_by(struct lathe_display_pointer *pointer, double x, double y)
{
    if (pointer_has_jumped(pointer, x, y)) {
        pointer->jumping = FALSE;
        pointer->at_x = pointer->middle_x;
        pointer->at_y = pointer->middle_y;
    }
    pointer_tell_way(pointer, x - pointer->at_x, y - pointer->at_y);
    pointer->at_x = x;
    pointer->at_y = y;
    if (!pointer->jumping && hypot(x - pointer->middle_x, y - pointer->middle_y) > POINTER_FAR)
        pointer_put_back(pointer);
}

void lathe_display_pointer_hold(struct lathe_display_pointer *pointer, gboolean hold)
{
    if (hold == pointer->held)
        return;
    pointer->held = hold;
    pointer->rest_x = pointer->rest_y = 0;
    g_clear_pointer(&pointer->locked, lathe_wayland_pointer_free);
    if (hold)
        pointer->locked =
            lathe_wayland_pointer_lock(pointer->owner->widget, pointer_tell_way, pointer);
    if (!hold || pointer->locked != NULL)
        return;
    gdk_device_get_position_double(pointer_device(pointer), NULL, &pointer->at_x, &pointer->at_y);
    pointer_put_back(pointer);
}

void lathe_display_pointer_motion(struct lathe_display_pointer *pointer,
                                  const GdkEventMotion *event)
{
    if (!pointer_is_heard(pointer))
        return;
    if (pointer->held) {
        if (pointer->locked == NULL)
            pointer_move_by(pointer, event->x_root, event->y_root);
        return;
    }
    pointer_locate(pointer, event->x, event->y);
    pointer_send(pointer, pointer->last);
}

static unsigned pointer_button(unsigned number)
{
    switch (number) {
    case GDK_BUTTON_PRIMARY:
        return EMU_BUTTON_LEFT;
    case GDK_BUTTON_MIDDLE:
        return EMU_BUTTON_MIDDLE;
    case GDK_BUTTON_SECONDARY:
        return EMU_BUTTON_RIGHT;
    case 8:
        return EMU_BUTTON_SIDE;
    case 9:
        return EMU_BUTTON_EXTRA;
    default:
        return 0;
    }
}

void lathe_display_pointer_button(struct lathe_display_pointer *pointer,
                                  const GdkEventButton *event)
{
    unsigned button = pointer_button(event->button);
    gboolean down = event->type == GDK_BUTTON_PRESS;

    if ((!down && event->type != GDK_BUTTON_RELEASE) || button == 0 || !pointer_is_heard(pointer))
        return;
    if (!down && !(pointer->buttons & button))
        return; /* the press was not the guest's */
    pointer->buttons = down ? pointer->buttons | button : pointer->buttons & ~button;
    if (!pointer->held)
        pointer_locate(pointer, event->x, event->y);
    pointer_send(pointer, pointer->held ? (struct emu_pointer_event){0} : pointer->last);
}

static void pointer_turn(struct lathe_display_pointer *pointer, double across, double down)
{
    struct emu_pointer_event event = pointer->held ? (struct emu_pointer_event){0} : pointer->last;

    event.wheel = pointer_counts(&pointer->wheel, down);
    event.wheel_across = pointer_counts(&pointer->wheel_across, across);
    if (event.wheel != 0 || event.wheel_across != 0)
        pointer_send(pointer, event);
}

void lathe_display_pointer_scroll(struct lathe_display_pointer *pointer,
                                  const GdkEventScroll *event)
{
    if (!pointer_is_heard(pointer))
        return;
    if (!pointer->held)
        pointer_locate(pointer, event->x, event->y);
    switch (event->direction) {
    case GDK_SCROLL_UP:
        pointer_turn(pointer, 0, -1);
        break;
    case GDK_SCROLL_DOWN:
        pointer_turn(pointer, 0, 1);
        break;
    case GDK_SCROLL_LEFT:
        pointer_turn(pointer, -1, 0);
        break;
    case GDK_SCROLL_RIGHT:
        pointer_turn(pointer, 1, 0);
        break;
    default:
        pointer_turn(pointer, event->delta_x, event->delta_y);
        break;
    }
}
