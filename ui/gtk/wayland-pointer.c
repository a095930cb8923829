/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The compositor's globals are asked for anew for each lock, on a queue of our own, so that nothing
 * of GDK's is dispatched meanwhile; what then tells ways is on GDK's queue.
 */
#include "ui/gtk/wayland-pointer.h"

#include <gdk/gdkwayland.h>
#include <string.h>

#include "pointer-constraints-unstable-v1-client.h"
#include "relative-pointer-unstable-v1-client.h"

struct lathe_wayland_pointer {
    lathe_wayland_pointer_fn *moved;
    void *opaque;
    struct zwp_pointer_constraints_v1 *constraints;
    struct zwp_relative_pointer_manager_v1 *manager;
    struct zwp_locked_pointer_v1 *locked;
    struct zwp_relative_pointer_v1 *relative;
};

/* ---- globals ---- */

static void wayland_on_global(void *data, struct wl_registry *registry, uint32_t name,
                              const char *interface, uint32_t version)
{
    struct lathe_wayland_pointer *pointer = data;

    if (strcmp(interface, zwp_pointer_constraints_v1_interface.name) == 0)
        pointer->constraints =
            wl_registry_bind(registry, name, &zwp_pointer_constraints_v1_interface, 1);
    else if (strcmp(interface, zwp_relative_pointer_manager_v1_interface.name) == 0)
        pointer->manager =
            wl_registry_bind(registry, name, &zwp_relative_pointer_manager_v1_interface, 1);
}

static void wayland_on_global_gone(void *data, struct wl_registry *registry, uint32_t name)
{
}

static const struct wl_registry_listener wayland_registry = {wayland_on_global,
                                                             wayland_on_global_gone};

/* FALSE: the compositor lacks one of them. */
static gboolean wayland_find(struct lathe_wayland_pointer *pointer, struct wl_display *display)
{
    struct wl_event_queue *queue = wl_display_create_queue(display);
    struct wl_display *wrapper = wl_proxy_create_wrapper(display);

    wl_proxy_set_queue((struct wl_proxy *)wrapper, queue);
    struct wl_registry *registry = wl_display_get_registry(wrapper);
    wl_proxy_wrapper_destroy(wrapper);
    wl_registry_add_listener(registry, &wayland_registry, pointer);
    wl_display_roundtrip_queue(display, queue);
    wl_registry_destroy(registry);
    if (pointer->constraints != NULL)
        wl_proxy_set_queue((struct wl_proxy *)pointer->constraints, NULL);
    if (pointer->manager != NULL)
        wl_proxy_set_queue((struct wl_proxy *)pointer->manager, NULL);
    wl_event_queue_destroy(queue);
    return pointer->constraints != NULL && pointer->manager != NULL;
}

/* ---- the lock ---- */

static void wayland_on_motion(void *data, struct zwp_relative_pointer_v1 *relative, uint32_t high,
                              uint32_t low, wl_fixed_t x, wl_fixed_t y, wl_fixed_t raw_x,
                              wl_fixed_t raw_y)
{
    struct lathe_wayland_pointer *pointer = data;

    pointer->moved(pointer->opaque, wl_fixed_to_double(x), wl_fixed_to_double(y));
}

static const struct zwp_relative_pointer_v1_listener wayland_relative = {wayland_on_motion};

static void wayland_take(struct lathe_wayland_pointer *pointer, GtkWidget *widget)
{
    GdkSeat *seat = gdk_display_get_default_seat(gtk_widget_get_display(widget));
    struct wl_pointer *device = gdk_wayland_device_get_wl_pointer(gdk_seat_get_pointer(seat));
    GdkWindow *window = gtk_widget_get_window(gtk_widget_get_toplevel(widget));
    struct wl_surface *surface = gdk_wayland_window_get_wl_surface(window);

    if (device == NULL || surface == NULL)
        return;
    pointer->locked =
        zwp_pointer_constraints_v1_lock_pointer(pointer->constraints, surface, device, NULL,
                                                ZWP_POINTER_CONSTRAINTS_V1_LIFETIME_PERSISTENT);
    pointer->relative =
        zwp_relative_pointer_manager_v1_get_relative_pointer(pointer->manager, device);
    zwp_relative_pointer_v1_add_listener(pointer->relative, &wayland_relative, pointer);
}

struct lathe_wayland_pointer *
lathe_wayland_pointer_lock(GtkWidget *widget, lathe_wayland_pointer_fn *moved, void *opaque)
{
    GdkDisplay *display = gtk_widget_get_display(widget);

    if (!GDK_IS_WAYLAND_DISPLAY(display))
        return NULL;
    struct lathe_wayland_pointer *pointer = g_new0(struct lathe_wayland_pointer, 1);
    pointer->moved = moved;
    pointer->opaque = opaque;
    if (wayland_find(pointer, gdk_wayland_display_get_wl_display(display)))
        wayland_take(pointer, widget);
    if (pointer->locked == NULL)
        g_clear_pointer(&pointer, lathe_wayland_pointer_free);
    return pointer;
}

void lathe_wayland_pointer_free(struct lathe_wayland_pointer *pointer)
{
    if (pointer == NULL)
        return;
    g_clear_pointer(&pointer->relative, zwp_relative_pointer_v1_destroy);
    g_clear_pointer(&pointer->locked, zwp_locked_pointer_v1_destroy);
    g_clear_pointer(&pointer->manager, zwp_relative_pointer_manager_v1_destroy);
    g_clear_pointer(&pointer->constraints, zwp_pointer_constraints_v1_destroy);
    g_free(pointer);
}
