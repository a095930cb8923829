/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who uses a machine: a lock on the file "lock" in its folder, held by one process at a time and
 * gone with it, however it ends. The file says who: "run 4711". Any thread.
 */
#ifndef LATHE_LIBRARY_LOCK_H
#define LATHE_LIBRARY_LOCK_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

enum lathe_lock_use { LATHE_LOCK_FREE, LATHE_LOCK_RUN, LATHE_LOCK_EDIT };

struct lathe_lock;

/* name is for the sentence. NULL with *error: LATHE_ERROR_BUSY and who has it, or it cannot be
 * locked here. */
struct lathe_lock *lathe_lock_take(const char *folder, const char *name, enum lathe_lock_use use,
                                   GError **error);
void lathe_lock_free(struct lathe_lock *lock);
typedef struct lathe_lock lathe_lock;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_lock, lathe_lock_free)

/* Who has it now; *pid (may be NULL): the process, 0 if it is not known. Disturbs nobody. */
enum lathe_lock_use lathe_lock_look(const char *folder, pid_t *pid);

#endif
