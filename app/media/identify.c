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
