/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is the system on the disk? Then the installer goes (install.h). */
#include "app/settings/install.h"

#include "app/config/config.h"
#include "app/config/write.h"
#include "app/library/files.h"
#include "app/media/media.h"
#include "app/plan/definition.h"

/* The first hard disk is the one that installers take. */
static bool install_disk_starts(const struct lathe_definition *definition)
{
    for (unsigned i = 0; i < definition->disks; i++) {
        const struct lathe_disk_definition *disk = &definition->disk[i];
        struct lathe_media media;
        if (disk->cdrom || disk->bus == EMU_DRIVE_FLOPPY || disk->path == NULL)
            continue;
        if (!lathe_media_look(disk->path, &media, NULL))
            return false;
        bool starts = media.kind == LATHE_MEDIA_DISK && media.boots != 0;
        lathe_media_clear(&media);
        return starts;
    }
    return false;
}

static bool install_is_over(const struct lathe_config *config, bool *over, GError **error)
{
    struct lathe_definition *definition = lathe_definition_new();
    bool good = lathe_config_fill(config, definition, error);

    *over = good && definition->installing && install_disk_starts(definition);
    lathe_definition_free(definition);
    return good;
}

bool lathe_install_settle(struct lathe_library *library, struct lathe_machine *machine, bool *done,
                          GError **error)
{
    g_autoptr(lathe_config) config = lathe_machine_read_config(machine, error);
    g_autofree char *folder = lathe_machine_path(machine, LATHE_INSTALL_FOLDER);

    *done = false;
    if (config == NULL || !install_is_over(config, done, error))
        return false;
    if (!*done)
        return true;
    lathe_config_end_install(config);
    if (!lathe_library_write(library, machine, config, error))
        return false;
    lathe_machine_log(machine, "the system is installed; the installer's files are removed");
    return lathe_files_remove_tree(folder, error);
}
