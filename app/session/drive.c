/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changing discs: looks at the file, respects the guest's lock, and remembers what is in. */
#include "app/session/drive.h"

#include <glib/gi18n.h>
#include <sys/stat.h>

#include "app/plan/definition.h"
#include "app/plan/error.h"
#include "app/session/session.h"
#include "emulator/api/block.h"
#include "emulator/api/machine.h"

struct lathe_disk_definition *lathe_drive_find(struct lathe_definition *definition)
{
    for (unsigned i = 0; i < definition->disks; i++) {
        if (definition->disk[i].cdrom)
            return &definition->disk[i];
    }
    return NULL;
}

/* path NULL: no medium. */
static gboolean drive_open(const struct lathe_disk_definition *disk, const char *path,
                           struct emu_block_backend *medium, GError **error)
{
    const struct emu_block_options options = {
        .path = path, .format = "raw", .read_only = disk->cdrom || disk->read_only};
    struct emu_error found = EMU_ERROR_INIT;

    *medium = (struct emu_block_backend){0};
    return path == NULL || emu_block_open(&options, medium, &found) ||
           lathe_error_from_emu(error, &found);
}

/* The guest uses the disc: it is told that somebody wants it. */
static gboolean drive_is_locked(struct emu_machine *machine, unsigned drive)
{
    struct emu_tray tray;

    if (!emu_machine_get_tray(machine, drive, &tray) || !tray.locked)
        return FALSE;
    emu_machine_press_eject(machine, drive);
    return TRUE;
}

gboolean lathe_drive_change(struct emu_machine *machine, struct lathe_definition *definition,
                            unsigned drive, const char *path, gboolean force, GError **error)
{
    struct lathe_disk_definition *disk = &definition->disk[drive];
    struct emu_block_backend medium;
    struct emu_error found = EMU_ERROR_INIT;

    if (!drive_open(disk, path, &medium, error))
        return FALSE;
    if (!force && drive_is_locked(machine, drive)) {
        emu_block_backend_close(&medium);
        g_set_error_literal(
            error, LATHE_ERROR, LATHE_ERROR_BUSY,
            _("The guest uses the disc and has locked the drive. It was asked to let "
              "go of it."));
        return FALSE;
    }
    if (!emu_machine_change_medium(machine, drive, &medium, &found))
        return lathe_error_from_emu(error, &found);
    char *copy = g_strdup(path);
    g_free(disk->path);
    disk->path = copy;
    return TRUE;
}

gboolean lathe_session_is_floppy(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
           emu_is_floppy_size((uint64_t)status.st_size);
}
