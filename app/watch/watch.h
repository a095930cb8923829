/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LatheWatch: the library as it is now, and as it changes: who is there, in which state, with which
 * last words. It follows folders (inotify), processes (pidfd) and control sockets (QMP's events),
 * and polls nothing. Main thread, on the default main context; nothing here blocks for long: names
 * of folders are there at once, and definitions are read while the loop is idle.
 */
#ifndef LATHE_WATCH_WATCH_H
#define LATHE_WATCH_WATCH_H

#include <glib-object.h>
#include <stdbool.h>

#include "app/library/library.h"

enum lathe_watch_state {
    LATHE_WATCH_OFF,
    LATHE_WATCH_STARTING, /* its process is there, and does not answer yet */
    LATHE_WATCH_RUNNING,
    LATHE_WATCH_PAUSED,
    LATHE_WATCH_STOPPED,   /* the guest has ended, and its process is still there to say so */
    LATHE_WATCH_SUSPENDED, /* its state is on the disk; it goes on from there */
    LATHE_WATCH_TEMPLATE,  /* machines are made of it */
    LATHE_WATCH_CRASHED,   /* its process ended by a fault, could not start, or was killed */
    LATHE_WATCH_BROKEN,    /* the definition cannot be used: machine->problem */
    LATHE_WATCH_EDITED,    /* another program changes it now */
    LATHE_WATCH_STATES
};

/* A machine. It stays where it is in memory until "removed" was emitted for it. */
struct lathe_watched {
    struct lathe_machine *machine; /* as read last; before that name is the folder's */
    enum lathe_watch_state state;
    char *words;       /* why it crashed, stopped or is paused, one line; NULL: nothing is known */
    bool read;         /* is what the definition says in machine? */
    uint64_t disk_use; /* bytes of its folder, when it was read or ended last */
    unsigned picture;  /* grows when thumbnail.png is another one */
};

#define LATHE_TYPE_WATCH lathe_watch_get_type()
G_DECLARE_FINAL_TYPE(LatheWatch, lathe_watch, LATHE, WATCH, GObject)

/*
 * Follows a library (NULL: the user's own), which it makes if it is missing. What is there is in
 * the list when this returns.
 *
 * Signals; index: where it is, or was until now:
 * "added"     (guint index)
 * "removed"   (guint index, gpointer watched): it is no more in the list, and is freed afterwards
 * "changed"   (guint index): anything of what struct lathe_watched and its machine say
 * "reordered" (): any number of machines have another index
 * "settled"   (): all definitions have been read that were there to be read
 */
LatheWatch *lathe_watch_new(const char *folder);

unsigned lathe_watch_get_count(LatheWatch *watch);
/* NULL: there is none of this index. */
struct lathe_watched *lathe_watch_get(LatheWatch *watch, unsigned index);
/* The machine in the folder of this name; its index in *index, which may be NULL. NULL: none. */
struct lathe_watched *lathe_watch_find(LatheWatch *watch, const char *id, unsigned *index);
/* The library that is followed, for changes; borrowed. */
struct lathe_library *lathe_watch_get_library(LatheWatch *watch);

/* Looks at a machine again soon, as an action does that knows of a change; of no use elsewhere but
 * where the host cannot tell of changes (NFS). NULL: at all of them. */
void lathe_watch_look(LatheWatch *watch, struct lathe_watched *watched);

/*
 * Asks a running machine for a picture of its first screen, as a PPM file; done is called once, on
 * the main loop, with the file's path, which done's owner removes, or with NULL: it has none now.
 * The machine may have been removed by then: watched is NULL in that case.
 */
typedef void lathe_watch_picture_fn(void *opaque, struct lathe_watched *watched, const char *path);
void lathe_watch_take_picture(LatheWatch *watch, struct lathe_watched *watched,
                              lathe_watch_picture_fn *done, void *opaque);

/* A word for each state, for programs ("running") and for people, translated ("Running"). */
const char *lathe_watch_state_name(enum lathe_watch_state state);
const char *lathe_watch_state_label(enum lathe_watch_state state);
/* Of a machine that was read, for who only looks once: asks its process, and waits up to a second.
 * *words becomes what struct lathe_watched has, g_free. Any thread. */
enum lathe_watch_state lathe_watch_state_of(const struct lathe_machine *machine, char **words);
/* Has it a process? */
bool lathe_watch_state_is_live(enum lathe_watch_state state);

#endif
