/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What actions with one machine and with several share. Main thread. */
#ifndef LATHE_TUI_MACHINE_ACTIONS_PRIVATE_H
#define LATHE_TUI_MACHINE_ACTIONS_PRIVATE_H

#include "app/actions/actions.h"
#include "ui/tui/machine-actions.h"

/* Counted: an action may be done when the views are gone. */
struct tui_actions {
    struct tui *tui; /* NULL: it is gone */
    LatheWatch *watch;
    GCancellable *copying; /* of the clone that was begun last; NULL: none is being made */
    GPtrArray *deleted;    /* of char *: the machines that went with the last deletion of several;
                              NULL: it was of one */
};

struct tui_actions *tui_actions_ref(struct tui_actions *actions);
void tui_actions_unref(struct tui_actions *actions);

/* A bit 1 << enum lathe_watch_state for each state that one of them has. Pure. */
unsigned tui_several_states(const GPtrArray *machines);
/* Does it with those of several machines (of struct lathe_watched *) where it is possible; asks
 * before where there is something to lose, or a name is wanted. */
void tui_several_do(struct tui_actions *actions, enum lathe_action_id id,
                    const GPtrArray *machines);
/* Brings back what the last deletion of several took. */
void tui_several_undo(struct tui_actions *actions);

#endif
