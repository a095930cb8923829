/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What can be done with a machine of the library: a table, which menus, keys and verbs are made of,
 * and the doing, for threads that may wait and for main loops.
 */
#ifndef LATHE_ACTIONS_ACTIONS_H
#define LATHE_ACTIONS_ACTIONS_H

#include <gio/gio.h>
#include <stdbool.h>

#include "app/library/library.h"
#include "app/watch/watch.h"

enum lathe_action_id {
    LATHE_ACTION_START, /* as a process of its own, which lives on when this one ends */
    LATHE_ACTION_SHOW,  /* its window comes to the front, if it has one */
    LATHE_ACTION_RESUME,
    LATHE_ACTION_PAUSE,
    LATHE_ACTION_SUSPEND,   /* to its folder; its process ends */
    LATHE_ACTION_STOP,      /* the power button */
    LATHE_ACTION_FORCE_OFF, /* the plug; also what ends the process of a stopped machine */
    LATHE_ACTION_RESET,
    LATHE_ACTION_RENAME,
    LATHE_ACTION_GROUP, /* "" is no group */
    LATHE_ACTION_CLONE,
    LATHE_ACTION_LINK_CLONE,
    LATHE_ACTION_TEMPLATE,     /* it does not run any more, and is there to be cloned */
    LATHE_ACTION_UNTEMPLATE,   /* a machine again */
    LATHE_ACTION_SEEN,         /* that it crashed is known: it is off */
    LATHE_ACTION_START_AFRESH, /* what it was suspended with is forgotten, and it starts */
    LATHE_ACTION_DISCARD,      /* what it was suspended with is forgotten */
    LATHE_ACTION_FOLDER,
    LATHE_ACTION_LOG,
    LATHE_ACTION_XML,
    LATHE_ACTION_QEMU,
    LATHE_ACTION_DELETE,
    LATHE_ACTIONS
};

enum lathe_action_flag {
    LATHE_ACTION_DANGEROUS = 1 << 0, /* what the guest has not written to its disks is lost */
    LATHE_ACTION_TAKES_NAME = 1 << 1,
    LATHE_ACTION_TAKES_WHILE = 1 << 3, /* it tells how far it is, and can be stopped */
    LATHE_ACTION_GIVES_TEXT = 1 << 2,  /* to be read and copied */
    LATHE_ACTION_SEVERAL = 1 << 4,     /* also with several at once, see several.h */
    LATHE_ACTION_ALL = 1 << 5,         /* with several only where it is possible with all */
};

struct lathe_control;

struct lathe_action {
    enum lathe_action_id id;
    const char *name;  /* "force-off" */
    const char *label; /* for people, with a mnemonic; not translated yet */
    const char *help;  /* a sentence; not translated yet */
    const char *key;   /* as GTK writes accelerators; NULL: none */
    unsigned states;   /* 1 << enum lathe_watch_state: where it is possible */
    unsigned flags;    /* of enum lathe_action_flag */
};

/* LATHE_ACTIONS rows, in the order of menus, each at its id. */
extern const struct lathe_action lathe_actions[];

/* Can it be done in this state? Pure. */
bool lathe_action_is_possible(const struct lathe_action *action, enum lathe_watch_state state);
/* What a double click means: start, or show. NULL: nothing. Pure. */
const struct lathe_action *lathe_action_default(enum lathe_watch_state state);

/* A translated label ("_Start", "開始(_S)") without its mnemonic; g_free. Pure. */
char *lathe_action_plain_label(const char *label);

/*
 * Does it, and waits; any thread. argument: the name for those that take one, else NULL. What there
 * is to say, g_free: the text of those that give one, for LATHE_ACTION_CLONE the new machine's
 * folder, for LATHE_ACTION_DELETE sentences about what went and what stays; else "". NULL with
 * *error, one line.
 */
char *lathe_action_do(const struct lathe_action *action, struct lathe_library *library,
                      struct lathe_machine *machine, const char *argument, GError **error);

/* The same on a thread of its own; done is called on the main loop. The machine may go meanwhile.
 */
void lathe_action_perform(const struct lathe_action *action, struct lathe_library *library,
                          const struct lathe_machine *machine, const char *argument,
                          GAsyncReadyCallback done, gpointer data);
/*
 * The same for one that takes a while: told is called on the main loop with how much of it is done,
 * 0..1, now and then until done is; when cancellable is cancelled it ends with
 * G_IO_ERROR_CANCELLED, and nothing of it is left.
 */
typedef void lathe_action_told(gpointer data, double share);
void lathe_action_perform_watched(const struct lathe_action *action, struct lathe_library *library,
                                  const struct lathe_machine *machine, const char *argument,
                                  GCancellable *cancellable, lathe_action_told *told,
                                  GAsyncReadyCallback done, gpointer data);
/* As lathe_action_do. */
char *lathe_action_finish(GAsyncResult *result, GError **error);

/* To a running machine's control socket (app/control/control-client.h); patience in milliseconds.
 * Waits; any thread. NULL with *error: it does not run. */
struct lathe_control *lathe_action_connect(const struct lathe_machine *machine, guint patience,
                                           GError **error);

/* Brings back the machine of this name that was deleted last; NULL: of all. As above; the text is
 * its folder's name. */
void lathe_action_undelete(struct lathe_library *library, const char *name,
                           GAsyncReadyCallback done, gpointer data);

/* Moves it to another place in the user's order; as above, without a text. */
void lathe_action_place(struct lathe_library *library, const struct lathe_machine *machine,
                        unsigned position, GAsyncReadyCallback done, gpointer data);

#endif
