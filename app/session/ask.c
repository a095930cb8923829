/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be asked of a session, and told it, by its definition and how it stopped alone. */
#include <glib/gi18n.h>

#include "app/plan/definition.h"
#include "app/plan/error.h"
#include "app/session/drive.h"
#include "app/session/session.h"

const char *lathe_session_get_title(LatheSession *session)
{
    return lathe_session_get_definition(session)->name;
}

const char *lathe_session_get_stop_text(LatheSession *session)
{
    return lathe_session_get_stop(session)->text;
}

gboolean lathe_session_stop_is_fault(LatheSession *session)
{
    return lathe_session_get_stop(session)->cause == EMU_STOP_TRIPLE_FAULT ||
           lathe_session_get_stop(session)->cause == EMU_STOP_INTERNAL;
}

gboolean lathe_session_stop_is_debug_exit(LatheSession *session)
{
    return lathe_session_get_stop(session)->cause == EMU_STOP_DEBUG_EXIT;
}

int lathe_session_get_exit_status(LatheSession *session)
{
    switch (lathe_session_get_stop(session)->cause) {
    case EMU_STOP_RESET:
    case EMU_STOP_TRIPLE_FAULT:
    case EMU_STOP_PANIC:
        return 4;
    case EMU_STOP_INTERNAL:
        return 3;
    case EMU_STOP_DEBUG_EXIT: /* what isa-debug-exit promises; the host keeps eight bits */
        return (int)((lathe_session_get_stop(session)->code << 1 | 1) & 0xff);
    default:
        return 0;
    }
}

char *lathe_session_dup_boot_sources(LatheSession *session)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < lathe_session_get_definition(session)->disks; i++) {
        const struct lathe_disk_definition *disk = &lathe_session_get_definition(session)->disk[i];
        g_autofree char *name = disk->path != NULL ? g_path_get_basename(disk->path) : NULL;
        g_string_append_printf(text, "%s%s: %s", text->len > 0 ? "\n" : "",
                               disk->cdrom                     ? _("CD drive")
                               : disk->bus == EMU_DRIVE_FLOPPY ? _("Floppy drive")
                                                               : _("Disk"),
                               name != NULL ? name : _("empty"));
    }
    if (lathe_session_get_definition(session)->nets > 0)
        g_string_append_printf(text, "%s%s", text->len > 0 ? "\n" : "", _("Network"));
    return g_string_free(text, FALSE);
}

const char *lathe_session_get_notes(LatheSession *session)
{
    return lathe_session_get_definition(session)->notes != NULL
               ? lathe_session_get_definition(session)->notes
               : "";
}

gboolean lathe_session_has_drive(LatheSession *session)
{
    return lathe_drive_find(lathe_session_get_definition(session)) != NULL;
}

const char *lathe_session_get_disc(LatheSession *session)
{
    const struct lathe_disk_definition *disk =
        lathe_drive_find(lathe_session_get_definition(session));

    return disk != NULL ? disk->path : NULL;
}

gboolean lathe_session_change_disc(LatheSession *session, const char *path, gboolean force,
                                   GError **error)
{
    const struct lathe_disk_definition *disk =
        lathe_drive_find(lathe_session_get_definition(session));

    if (disk == NULL)
        return lathe_error_input(error, "this machine has no CD drive");
    return lathe_session_change_medium(
        session, (unsigned)(disk - lathe_session_get_definition(session)->disk), path, force,
        error);
}
