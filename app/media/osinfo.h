/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the module "osinfo" offers to app/media. */
#ifndef LATHE_MEDIA_OSINFO_H
#define LATHE_MEDIA_OSINFO_H

#include "app/media/media.h"

struct lathe_osinfo {
    /* The system on a disc that has a volume; g_free. NULL: not known. Any thread. */
    char *(*identify)(const struct lathe_media *media);
    /* Fills a system that holds nothing; leaves it so where it is not known. Any thread. */
    void (*describe)(const struct lathe_media *media, struct lathe_system *system);
};

#endif
