/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the watch share. */
#ifndef LATHE_WATCH_WATCH_PRIVATE_H
#define LATHE_WATCH_WATCH_PRIVATE_H

#include "app/control/control-link.h"
#include "app/watch/notes.h"
#include "app/watch/watch.h"

enum watch_dirty {
    WATCH_DIRTY_DEFINITION = 1 << 0,
    WATCH_DIRTY_USE = 1 << 1,    /* the lock, and how it ended */
    WATCH_DIRTY_FOLDER = 1 << 2, /* nothing follows its folder yet */
};

struct watch_entry {
    struct lathe_watched shown; /* first: what users of the watch have */
    LatheWatch *watch;
    unsigned index;
    unsigned dirty; /* of enum watch_dirty */
    bool queued, seen;
    int note;    /* of its folder; -1: none */
    guint again; /* the lock is looked at once more */
    /* Its process, while it runs (follow.c): */
    pid_t pid; /* 0: none */
    int pidfd; /* -1: none */
    guint process, retry;
    unsigned tries;
    struct lathe_link *link; /* NULL: it does not answer yet */
    GList *pictures;         /* of struct watch_picture *, that it was asked for */
};

/* What is known of it changed; says so if that is true. words is taken. */
void lathe_watch_entry_set_state(struct watch_entry *entry, enum lathe_watch_state state,
                                 char *words);
/* Something of it is looked at when the loop is idle. */
void lathe_watch_entry_mark(struct watch_entry *entry, unsigned dirty);
void lathe_watch_entry_emit_changed(struct watch_entry *entry);

/* What query-status answered. *words becomes a sentence or NULL, g_free. */
enum lathe_watch_state lathe_watch_state_of_answer(JsonNode *answer, char **words);

/* What a machine is that nobody uses; *words becomes a sentence or NULL, g_free. */
enum lathe_watch_state lathe_watch_state_idle(const struct lathe_machine *machine, char **words);

/* It runs as this process; nothing happens where that is followed already. */
void lathe_follow_start(struct watch_entry *entry, pid_t pid);
/* Its process has made its socket. */
void lathe_follow_socket(struct watch_entry *entry);
void lathe_follow_stop(struct watch_entry *entry);

/* The entry goes: those who wait for pictures of it are told. */
void lathe_pictures_drop(struct watch_entry *entry);

#endif
