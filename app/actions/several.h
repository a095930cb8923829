/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One action with several machines at once: whether it can be done, what is asked before, and how
 * it went with each. Main thread, but for what is pure.
 */
#ifndef LATHE_ACTIONS_SEVERAL_H
#define LATHE_ACTIONS_SEVERAL_H

#include "app/actions/actions.h"

/*
 * Can it be done with machines in these states (a bit 1 << enum lathe_watch_state for each that one
 * of them has)? With one machine: what lathe_action_is_possible says. With several: switches of
 * running machines where one of them can be switched; changes of the library where all can be
 * changed; nothing that needs a name for each. Pure.
 */
bool lathe_several_is_possible(const struct lathe_action *action, unsigned states, unsigned count);

/* What is asked before it is done with machines (of const struct lathe_machine *): a line. NULL:
 * nothing needs to be asked. g_free. Translated. */
char *lathe_several_question(const struct lathe_action *action, const GPtrArray *machines);
/* And what exactly it would do: a line for each machine, and what stays; reads the folders for
 * LATHE_ACTION_DELETE. g_free. */
char *lathe_several_details(const struct lathe_action *action, const GPtrArray *machines);

/* How it went. */
struct lathe_several {
    unsigned count, failed;
    /* count of them, in the order given: what lathe_action_do returns; NULL where it failed. */
    char **texts;
    const char *why; /* a line for each that failed; NULL: none did */
};

/* Called once, on the main loop, when all have come to their end. several is the caller's. */
typedef void lathe_several_done(gpointer opaque, const struct lathe_several *several);

/* Does it with each, at the same time. machines: as above, copied; argument as in lathe_action_do.
 */
void lathe_several_perform(const struct lathe_action *action, struct lathe_library *library,
                           const GPtrArray *machines, const char *argument,
                           lathe_several_done *done, gpointer opaque);
/* Brings back machines that were deleted, by their names (of const char *); the texts are their
 * folders' names. */
void lathe_several_undelete(struct lathe_library *library, const GPtrArray *names,
                            lathe_several_done *done, gpointer opaque);

/* What there is to say of machines that were deleted: a sentence; g_free. Translated. */
char *lathe_several_describe_deleted(const struct lathe_several *several);

#endif
