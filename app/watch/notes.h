/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What happens in folders, by inotify(7): one descriptor for thousands of them, where GFileMonitor
 * would have a source for each. Main thread.
 */
#ifndef LATHE_WATCH_NOTES_H
#define LATHE_WATCH_NOTES_H

struct lathe_notes;

/* In the folder that was added with about, the file name was made, written and closed, touched,
 * moved or removed. about NULL: notes were lost, anything may have changed. */
typedef void lathe_notes_fn(void *opaque, void *about, const char *name);

/* Never NULL; where the host has no inotify left nothing is told. */
struct lathe_notes *lathe_notes_new(lathe_notes_fn *told, void *opaque);
void lathe_notes_free(struct lathe_notes *notes); /* NULL is legal */

/* A number to remove it by; -1: it cannot be followed. */
int lathe_notes_add(struct lathe_notes *notes, const char *folder, void *about);
void lathe_notes_remove(struct lathe_notes *notes, int number);

#endif
