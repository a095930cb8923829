/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the system on a disc, for test-media.py: identify FILE. */
#include <stdio.h>

#include "app/media/media.h"

int main(int argc, char **argv)
{
    struct lathe_media media;

    if (argc != 2 || !lathe_media_look(argv[1], &media, NULL))
        return 2;
#ifdef LATHE_HAVE_OSINFO
    g_autofree char *name = lathe_media_identify(&media);
#else
    g_autofree char *name = g_strdup("built without libosinfo");
#endif
    puts(name != NULL ? name : "");
    lathe_media_clear(&media);
    return 0;
}
