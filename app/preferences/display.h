/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user chose for screens, kept in the program's GSettings. Main thread. */
#ifndef LATHE_PREFERENCES_DISPLAY_H
#define LATHE_PREFERENCES_DISPLAY_H

#include <glib.h>

#include "display/core/geometry.h"
#include "display/input/keys.h"

struct lathe_display_preferences {
    enum disp_scaling scaling;
    gboolean resize_guest;                          /* the guest's mode follows the window */
    struct disp_chord release;                      /* lets go of what is captured */
    gboolean clipboard_to_guest, clipboard_to_host; /* what its agent is allowed */
    char layout[32]; /* that the guest has, for typing; "": the host's */
};

/* A file that is missing or not ours gives the defaults. */
void lathe_display_preferences_load(struct lathe_display_preferences *preferences);
void lathe_display_preferences_save(const struct lathe_display_preferences *preferences);

/* Ctrl+Alt. */
void lathe_display_preferences_default_release(struct disp_chord *release);

/* "fit", "native", "whole", as in the file and in the action's state. */
const char *lathe_scaling_name(enum disp_scaling scaling);
enum disp_scaling lathe_scaling_from_name(const char *name);

#endif
