/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state of a suspended machine: the file "suspended" in its folder, which is there as a whole
 * or not at all. It begins with what the state fits, a key file of a fixed length; the rest is the
 * emulator's. Any thread; blocks on the disk. False and NULL come with *error, one line.
 */
#ifndef LATHE_LIBRARY_SAVED_H
#define LATHE_LIBRARY_SAVED_H

#include "app/library/library.h"

#define LATHE_MACHINE_SAVED "suspended"

bool lathe_saved_exists(const struct lathe_machine *machine);
/* The state is forgotten: the machine starts afresh, as after a power cut. True if there is none.
 */
bool lathe_saved_discard(const struct lathe_machine *machine, GError **error);
/* When it was suspended, in words for people: "Suspended on ..."; g_free. NULL: it is not. */
char *lathe_saved_describe(const struct lathe_machine *machine);

/* ---- writing; the caller has the machine's lock ---- */

/* What a state fits. Strings are the caller's. */
struct lathe_saved_facts {
    const char *made_of; /* what the machine is made of, a checksum */
    /* What is in each drive, an absolute path; "": nothing. Drives are counted from 0. */
    const char *const *drives;
    unsigned drive_count;
};

struct lathe_saved_draft;

/* A hidden file, open for writing where the emulator's part goes. */
struct lathe_saved_draft *lathe_saved_begin(const struct lathe_machine *machine, GError **error);
int lathe_saved_draft_get_file(const struct lathe_saved_draft *draft);
/* When the drives are closed: notes what they hold now, and the machine is suspended. Needs no more
 * room on the disk. */
bool lathe_saved_commit(struct lathe_saved_draft *draft, const struct lathe_saved_facts *facts,
                        GError **error);
/* What was not committed is removed; NULL is legal. */
void lathe_saved_draft_free(struct lathe_saved_draft *draft);

/* ---- reading ---- */

struct lathe_saved {
    int file;          /* open where the emulator's part begins */
    gint64 time;       /* seconds since 1970 */
    char *made_of;     /* never NULL */
    GPtrArray *drives; /* of char *, as above */
};

/* Refused: a damaged file; images that were changed, or that are gone, since then. */
struct lathe_saved *lathe_saved_open(const struct lathe_machine *machine, GError **error);
void lathe_saved_free(struct lathe_saved *saved); /* NULL is legal */
typedef struct lathe_saved lathe_saved;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_saved, lathe_saved_free)

#endif
