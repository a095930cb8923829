/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks libosinfo's module for a disc's system, where it is installed. */
#include "app/media/osinfo.h"
#include "app/modules/module.h"

char *lathe_media_identify(const struct lathe_media *media)
{
    if (media->kind != LATHE_MEDIA_DISC || media->volume == NULL)
        return NULL;
    const struct lathe_osinfo *osinfo = lathe_module_find("osinfo", NULL);
    return osinfo != NULL ? osinfo->identify(media) : NULL;
}

void lathe_media_load_systems(void)
{
    lathe_module_find("osinfo", NULL);
}

void lathe_media_find_system(const struct lathe_media *media, struct lathe_system *system)
{
    const struct lathe_osinfo *osinfo = NULL;

    *system = (struct lathe_system){.name = NULL};
    if (media->kind == LATHE_MEDIA_DISC && media->volume != NULL)
        osinfo = lathe_module_find("osinfo", NULL);
    if (osinfo != NULL)
        osinfo->describe(media, system);
}

void lathe_system_clear(struct lathe_system *system)
{
    g_free(system->name);
    g_free(system->id);
    g_free(system->distro);
    *system = (struct lathe_system){.name = NULL};
}
