/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A variable store while a person changes it: each change is checked whole, can be undone, and
 * nothing is written before it is saved. The file is locked against machines until it is closed.
 * One thread at a time.
 */
#ifndef LATHE_WIZARDS_FIRMWARE_STORE_EDIT_H
#define LATHE_WIZARDS_FIRMWARE_STORE_EDIT_H

#include "app/plan/definition.h"
#include "wizards/firmware/variable.h"

struct lathe_store_edit;

/*
 * Opens a store, raw or qcow2. One that a machine uses, with a write under way, or that may not be
 * written, can only be looked at. NULL with *error: there is no store in it.
 */
struct lathe_store_edit *lathe_store_edit_open(const char *path, GError **error);
void lathe_store_edit_free(struct lathe_store_edit *edit);
/* Why it can only be looked at; NULL: it can be changed. */
const char *lathe_store_edit_refusal(const struct lathe_store_edit *edit);
const char *lathe_store_edit_path(const struct lathe_store_edit *edit);

/* The variables now, and as they were saved last; borrowed until the next change. */
const GPtrArray *lathe_store_edit_variables(const struct lathe_store_edit *edit);
const GPtrArray *lathe_store_edit_saved(const struct lathe_store_edit *edit);
/* "448 of 262044 bytes used": what they take. g_free. */
char *lathe_store_edit_room(const struct lathe_store_edit *edit);

/* A change: of variables, with a text and something more. False with *error. */
typedef bool lathe_store_change(GPtrArray *variables, const char *text, const void *more,
                                GError **error);
/* Makes it, if the result fits into the store. False with *error: nothing has changed. */
bool lathe_store_edit_do(struct lathe_store_edit *edit, lathe_store_change *change,
                         const char *text, const void *more, GError **error);
bool lathe_store_edit_can_undo(const struct lathe_store_edit *edit);
bool lathe_store_edit_can_redo(const struct lathe_store_edit *edit);
void lathe_store_edit_undo(struct lathe_store_edit *edit);
void lathe_store_edit_redo(struct lathe_store_edit *edit);

/* Is there something to save? */
bool lathe_store_edit_is_changed(const struct lathe_store_edit *edit);
/* The old or the new file is there afterwards. Blocks for the disk. False with *error. */
bool lathe_store_edit_save(struct lathe_store_edit *edit, GError **error);

/* What is different in another store's file, or (path NULL) since it was saved; a line each with
 * the variable's name before it. NULL with *error. g_strfreev. */
char **lathe_store_edit_diff(const struct lathe_store_edit *edit, const char *path, GError **error);

/*
 * The file of a machine's variables, made from the firmware's template if it is not there yet.
 * NULL with *error: its firmware keeps none, or is not installed. g_free.
 */
char *lathe_machine_store(const struct lathe_definition *definition, const char *home,
                          GError **error);

typedef struct lathe_store_edit lathe_store_edit;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_store_edit, lathe_store_edit_free)

#endif
