/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changing media: looks at the file, respects the guest's lock, and remembers what is in. */
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

static gboolean drive_open(const struct lathe_medium *medium, gboolean cdrom,
                           struct emu_block_backend *backend, GError **error)
{
    const struct emu_block_options options = {
        .path = medium->path, .format = "raw", .read_only = cdrom || medium->read_only};
    struct emu_error found = EMU_ERROR_INIT;

    *backend = (struct emu_block_backend){0};
    return medium->path == NULL || emu_block_open(&options, backend, &found) ||
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

static struct lathe_disk_definition *drive_of(struct lathe_definition *definition, unsigned drive)
{
    struct lathe_disk_definition *disk = &definition->disk[drive];

    return drive < definition->disks && (disk->cdrom || disk->bus == EMU_DRIVE_FLOPPY) ? disk
                                                                                       : NULL;
}

static void drive_remember(struct lathe_disk_definition *disk, const struct lathe_medium *medium)
{
    char *copy = g_strdup(medium->path);

    g_free(disk->path);
    disk->path = copy;
    disk->read_only = disk->cdrom || medium->read_only;
}

gboolean lathe_drive_change(struct emu_machine *machine, struct lathe_definition *definition,
                            unsigned drive, const struct lathe_medium *medium, GError **error)
{
    struct lathe_disk_definition *disk = drive_of(definition, drive);
    struct emu_block_backend backend;
    struct emu_error found = EMU_ERROR_INIT;

    if (disk == NULL)
        return lathe_error_input(error, "this machine has no such CD or floppy drive");
    if (!drive_open(medium, disk->cdrom, &backend, error))
        return FALSE;
    if (!medium->force && drive_is_locked(machine, drive)) {
        emu_block_backend_close(&backend);
        g_set_error_literal(
            error, LATHE_ERROR, LATHE_ERROR_BUSY,
            _("The guest uses the disc and has locked the drive. It was asked to let "
              "go of it."));
        return FALSE;
    }
    if (!emu_machine_change_medium(machine, drive, &backend, &found))
        return lathe_error_from_emu(error, &found);
    drive_remember(disk, medium);
    return TRUE;
}

gboolean lathe_session_is_floppy(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
           emu_is_floppy_size((uint64_t)status.st_size);
}
