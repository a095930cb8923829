/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Caps Lock and Num Lock of a display view: whoever comes to the guest finds them as they are on
 * the host. Internal to the view's input. Main thread.
 */
#ifndef LATHE_GTK_DISPLAY_LOCKS_H
#define LATHE_GTK_DISPLAY_LOCKS_H

#include "ui/gtk/display-input.h"

struct lathe_display_locks;

/* Both borrowed; nothing is compared while the typist types, who relies on the guest's state. */
struct lathe_display_locks *lathe_display_locks_new(const struct lathe_display_input_owner *owner,
                                                    LatheTypist *typist);
void lathe_display_locks_free(struct lathe_display_locks *locks); /* NULL is legal */

/* The focus or the pointer came: compares soon, and presses the guest's key where they differ. */
void lathe_display_locks_compare(struct lathe_display_locks *locks);
/* This key went to the guest. */
void lathe_display_locks_note(struct lathe_display_locks *locks, unsigned code);
/* The guest's lamps may be others than before. */
void lathe_display_locks_update(struct lathe_display_locks *locks);

#endif
