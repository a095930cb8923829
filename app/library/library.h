/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The library: a folder with a folder for each machine (docs/library.md). There is no index: what
 * lies there is what there is, so folders may be moved, renamed, copied and removed by other
 * programs at any time. Any thread, one library at a time; blocks on the disk. False and NULL come
 * with *error, one line.
 */
#ifndef LATHE_LIBRARY_LIBRARY_H
#define LATHE_LIBRARY_LIBRARY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "app/library/lock.h"

struct lathe_config;
struct lathe_library;

/* A machine as it was when it was looked at. */
struct lathe_machine {
    char *folder; /* whole path */
    char *id;     /* the folder's name */
    /* From its definition, once it is read: */
    char *name;  /* the folder's name where the definition has none or is broken */
    char *title; /* NULL: none, like the next two */
    char *uuid, *group;
    bool template;   /* machines are made of it; it does not run itself */
    uint64_t memory; /* bytes; 0: not known */
    unsigned cpus;   /* 0: not known */
    char *problem;   /* why it cannot run, one line; NULL: nothing is known */
    enum lathe_lock_use use;
    pid_t pid; /* who uses it; 0: nobody, or not known */
};

void lathe_machine_free(struct lathe_machine *machine);
struct lathe_machine *lathe_machine_copy(const struct lathe_machine *machine);
typedef struct lathe_machine lathe_machine;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_machine, lathe_machine_free)

/* NULL: the user's own, $XDG_DATA_HOME/lathe/machines. It is made when the first machine is. */
struct lathe_library *lathe_library_open(const char *folder);
void lathe_library_free(struct lathe_library *library);
/* Borrowed. */
const char *lathe_library_get_folder(const struct lathe_library *library);
typedef struct lathe_library lathe_library;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_library, lathe_library_free)

/* ---- looking ---- */

/* Its machines in the user's order, then by their folders' names, not read yet; of struct
 * lathe_machine *. */
GPtrArray *lathe_library_scan(struct lathe_library *library, GError **error);
/* Fills what comes from the definition and the lock; a broken one is read too: see problem. */
void lathe_machine_read(struct lathe_machine *machine);
/* Puts machines into the user's order, and then by name, or by the folder's where that is not read.
 */
void lathe_library_sort(struct lathe_library *library, GPtrArray *machines);
/* The same, read: slower, and what the user did not put in order is sorted by name. */
GPtrArray *lathe_library_list(struct lathe_library *library, GError **error);
/* The machine of this name if it is where its name says, as most are; read. NULL: look for it. */
struct lathe_machine *lathe_library_peek(struct lathe_library *library, const char *name);
/* The machine of this name, or in the folder of this name, read. NULL with *error: there is none,
 * or more than one. */
struct lathe_machine *lathe_library_find(struct lathe_library *library, const char *name,
                                         GError **error);
/* Those that were deleted and can come back, the latest first; of struct lathe_machine *, read. */
GPtrArray *lathe_library_scan_deleted(struct lathe_library *library, GError **error);

/* Files of a machine; g_free. */
char *lathe_machine_path(const struct lathe_machine *machine, const char *file);
/* The definition; lathe_config_free. Names of files in its folder are relative. */
struct lathe_config *lathe_machine_read_config(const struct lathe_machine *machine, GError **error);
/* A line for the machine's log, with the time before it. Never fails. */
void lathe_machine_log(const struct lathe_machine *machine, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

#define LATHE_MACHINE_DEFINITION "machine.xml"
#define LATHE_MACHINE_LOG        "machine.log"
#define LATHE_MACHINE_THUMBNAIL  "thumbnail.png"

/* ---- changing ---- */

/*
 * Writes a changed definition; the caller has the machine's lock. Names of files in its folder
 * become relative. Refused: faults in it, a name that cannot be had or is another machine's. The
 * old one stays until the new one is whole.
 */
bool lathe_library_write(struct lathe_library *library, struct lathe_machine *machine,
                         struct lathe_config *config, GError **error);
/*
 * Makes a template of a machine, of which clones are made and which does not run itself, or a
 * machine of a template; the caller has the machine's lock. Refused for one that is suspended, and
 * for a template whose disks clones share.
 */
bool lathe_library_set_template(struct lathe_library *library, struct lathe_machine *machine,
                                bool template, GError **error);
/* Moves it in the user's order, counted from 0. */
bool lathe_library_place(struct lathe_library *library, const struct lathe_machine *machine,
                         unsigned position, GError **error);

/* A machine that is being made, in a hidden folder; nobody sees it before it is published. */
struct lathe_draft;

struct lathe_draft *lathe_draft_new(struct lathe_library *library, const char *name,
                                    GError **error);
/* Where its files are put. Borrowed. */
const char *lathe_draft_get_folder(const struct lathe_draft *draft);
/* Writes the definition, which gets the draft's name, and shows the machine. Names below the
 * draft's folder become relative. NULL with *error, as lathe_library_write; then the draft stays.
 */
struct lathe_machine *lathe_draft_publish(struct lathe_draft *draft, struct lathe_config *config,
                                          GError **error);
/* What was not published is removed. */
void lathe_draft_free(struct lathe_draft *draft);
typedef struct lathe_draft lathe_draft;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_draft, lathe_draft_free)

/* A free name for a file in a folder: "disk.qcow2", "disk-2.qcow2", ...; the whole path, g_free. */
char *lathe_library_free_file(const char *folder, const char *stem, const char *suffix);

/* Puts a machine aside; nothing is removed yet. Refused while it is in use. */
bool lathe_library_delete(struct lathe_library *library, const struct lathe_machine *machine,
                          GError **error);
/* Brings back the one that was deleted last; name NULL: of all. */
struct lathe_machine *lathe_library_undelete(struct lathe_library *library, const char *name,
                                             GError **error);
/* Removes one that was deleted for good. */
bool lathe_library_purge(struct lathe_library *library, const struct lathe_machine *deleted,
                         GError **error);

#endif
