/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keyboard and pointer of a display view: what GDK tells becomes key codes, positions and ways of
 * the guest's; capturing and letting go. Internal to LatheDisplayView. Main thread.
 */
#ifndef LATHE_GTK_DISPLAY_INPUT_H
#define LATHE_GTK_DISPLAY_INPUT_H

#include <gtk/gtk.h>

#include "app/session/session.h"
#include "app/session/typist.h"
#include "display/core/geometry.h"
#include "display/core/screen.h"
#include "display/input/keys.h"

struct lathe_display_input;

struct lathe_display_input_owner {
    GtkWidget *widget; /* that gets the events; borrowed, as all here */
    LatheSession *session;
    struct disp_screen *screen;
    const struct disp_placement *placement;
    void (*capture_changed)(void *opaque);
    void (*left)(void *opaque); /* the release combination, while nothing was captured */
    void *opaque;
};

struct lathe_display_input *lathe_display_input_new(const struct lathe_display_input_owner *owner);
/* Lets go of everything. */
void lathe_display_input_free(struct lathe_display_input *input);

void lathe_display_input_set_release(struct lathe_display_input *input,
                                     const struct disp_chord *chord);
gboolean lathe_display_input_key(struct lathe_display_input *input, GdkEventKey *event);
/* The guest's keys and buttons all go up, whatever the person holds. */
void lathe_display_input_release(struct lathe_display_input *input);
void lathe_display_input_set_captured(struct lathe_display_input *input, gboolean captured);
gboolean lathe_display_input_is_captured(const struct lathe_display_input *input);
/* Is the host's pointer held too? */
gboolean lathe_display_input_holds_pointer(const struct lathe_display_input *input);
/* The guest changed between positions and ways, or the machine its state. */
void lathe_display_input_update(struct lathe_display_input *input);
LatheTypist *lathe_display_input_get_typist(struct lathe_display_input *input);

#endif
