/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The media in a running machine's CD and floppy drives: internal to app/session; LatheSession has
 * the public face. Main thread.
 */
#ifndef LATHE_SESSION_DRIVE_H
#define LATHE_SESSION_DRIVE_H

#include <glib.h>

struct emu_machine;
struct lathe_definition;
struct lathe_disk_definition;

/* NULL: it has none. Borrowed. */
struct lathe_disk_definition *lathe_drive_find(struct lathe_definition *definition);

/* As lathe_session_change_medium, for a machine that is there. */
gboolean lathe_drive_change(struct emu_machine *machine, struct lathe_definition *definition,
                            unsigned drive, const char *path, gboolean force, GError **error);

#endif
