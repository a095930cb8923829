/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A machine's definition while it is being changed: every change is one of the document, so that
 * nothing else of it is lost, and can be undone; nothing is written before it is applied. One
 * thread at a time. False comes with *error, one line, and nothing changed.
 */
#ifndef LATHE_SETTINGS_EDIT_H
#define LATHE_SETTINGS_EDIT_H

#include "app/config/config.h"
#include "app/library/library.h"
#include "app/plan/definition.h"
#include "app/settings/settings.h"

struct lathe_edit;

/* A drive as the document has it; strings are owned, NULL: not said. */
struct lathe_edit_drive {
    char *dev;    /* "vda": its name for lathe_edit_remove; never NULL */
    char *device; /* "disk", "cdrom", "floppy" */
    char *bus, *path, *format;
    bool read_only;
};

/* word: a machine's name, or its folder. NULL with *error: there is none, or no document in it. */
struct lathe_edit *lathe_edit_open(const char *word, GError **error);
void lathe_edit_free(struct lathe_edit *edit);
typedef struct lathe_edit lathe_edit;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_edit, lathe_edit_free)

/* ---- looking; what is returned is valid until the next change ---- */

const struct lathe_machine *lathe_edit_machine(const struct lathe_edit *edit);
/* What the document says; NULL: it cannot be used, for lathe_edit_problem. */
const struct lathe_definition *lathe_edit_definition(const struct lathe_edit *edit);
const char *lathe_edit_problem(const struct lathe_edit *edit);
/* A setting's value, "" if the document cannot be used; g_free. */
char *lathe_edit_get(const struct lathe_edit *edit, const struct lathe_setting *setting);
/* Of struct lathe_edit_drive *, in the document's order. */
GPtrArray *lathe_edit_drives(const struct lathe_edit *edit);
/* The document as text; g_free. */
char *lathe_edit_get_xml(const struct lathe_edit *edit);
/* What is wrong with a text and what is not used of it, a line each; "": nothing. g_free. */
char *lathe_edit_look_at_xml(const struct lathe_edit *edit, const char *text);
/* Does the machine run now? Then what is applied counts when it starts again. Looks at the lock. */
bool lathe_edit_is_running(const struct lathe_edit *edit);

/* ---- changing ---- */

/* Would lathe_edit_set do it? */
bool lathe_edit_check(const struct lathe_edit *edit, const struct lathe_setting *setting,
                      const char *text, GError **error);
/* Changes of the same setting, one after the other, are undone together. */
bool lathe_edit_set(struct lathe_edit *edit, const struct lathe_setting *setting, const char *text,
                    GError **error);
/* "disk", "cdrom", "floppy" and what the option of this name takes. An image with "size=" is made
 * when the change is applied; a disc goes into a drive that is there. */
bool lathe_edit_add_drive(struct lathe_edit *edit, const char *kind, const char *text,
                          GError **error);
/* Puts a disc or floppy into a drive; path NULL: takes it out. */
bool lathe_edit_set_medium(struct lathe_edit *edit, const char *dev, const char *path,
                           GError **error);
bool lathe_edit_remove(struct lathe_edit *edit, const char *device, GError **error);
/* Several areas (LATHE_AREA_... of app/config/write.h) in one step: change alters a copy of the
 * definition; false with *error: it cannot. */
typedef bool lathe_edit_alter(struct lathe_definition *definition, const void *opaque,
                              GError **error);
bool lathe_edit_change(struct lathe_edit *edit, uint64_t areas, lathe_edit_alter *change,
                       const void *opaque, GError **error);
bool lathe_edit_set_xml(struct lathe_edit *edit, const char *text, GError **error);

bool lathe_edit_can_undo(const struct lathe_edit *edit);
bool lathe_edit_can_redo(const struct lathe_edit *edit);
void lathe_edit_undo(struct lathe_edit *edit);
void lathe_edit_redo(struct lathe_edit *edit);

/* Is there something to apply? */
bool lathe_edit_is_changed(const struct lathe_edit *edit);
/*
 * Makes the images that are missing and writes the document, under the machine's lock; a running
 * machine keeps the lock, and reads its definition only when it starts: it is told what it can do
 * at once (live.h). Refused where somebody else has it open or changed it meanwhile. Blocks: a
 * thread may do it while nobody else touches the edit.
 */
bool lathe_edit_apply(struct lathe_edit *edit, GError **error);
/* Why the running machine does not follow what was applied last; NULL: it does. */
const char *lathe_edit_note(const struct lathe_edit *edit);

#endif
