/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pointer of a display view: positions where the guest listens to them, else the ways of a held
 * pointer; buttons and wheels. Internal to the view's input. Main thread.
 */
#ifndef LATHE_GTK_DISPLAY_POINTER_H
#define LATHE_GTK_DISPLAY_POINTER_H

#include "ui/gtk/display-input.h"

struct lathe_display_pointer;

/* The owner is borrowed. */
struct lathe_display_pointer *
lathe_display_pointer_new(const struct lathe_display_input_owner *owner);
void lathe_display_pointer_free(struct lathe_display_pointer *pointer);

/* The host's pointer is held in the middle of the view, and its ways are the guest's; or free. */
void lathe_display_pointer_hold(struct lathe_display_pointer *pointer, gboolean hold);
gboolean lathe_display_pointer_is_held(const struct lathe_display_pointer *pointer);
/* The guest will be told that all buttons are up. TRUE: one was down. */
gboolean lathe_display_pointer_forget(struct lathe_display_pointer *pointer);

/* For the event handlers of the widget. */
void lathe_display_pointer_motion(struct lathe_display_pointer *pointer,
                                  const GdkEventMotion *event);
void lathe_display_pointer_button(struct lathe_display_pointer *pointer,
                                  const GdkEventButton *event);
void lathe_display_pointer_scroll(struct lathe_display_pointer *pointer,
                                  const GdkEventScroll *event);

#endif
