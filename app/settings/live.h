/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a change a running machine can follow at once: port forwards, discs and floppies. */
#ifndef LATHE_SETTINGS_LIVE_H
#define LATHE_SETTINGS_LIVE_H

#include <sys/types.h>

#include "app/plan/definition.h"

/* What a document says: the definition, and its drives, of struct lathe_edit_drive *. Borrowed. */
struct lathe_live {
    const struct lathe_definition *definition;
    GPtrArray *drives;
};

/*
 * Tells a running machine, over its process's control socket, what is different. What it was told
 * otherwise meanwhile stays. Waits for its answers, some seconds at most each; any thread. False
 * with *error: the first thing that it refused; nothing after that was told.
 */
bool lathe_live_tell(pid_t process, const struct lathe_live *before, const struct lathe_live *after,
                     GError **error);

#endif
