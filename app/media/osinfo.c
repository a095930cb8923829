/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The name of the system on a disc, from libosinfo's database. The library is given the strings of
 * the disc's descriptor and never reads the disc itself. A module: the library loads 20 others.
 */
#include "app/media/osinfo.h"

#include <osinfo/osinfo.h>

#include "app/modules/module.h"

static OsinfoMedia *osinfo_make_media(const struct lathe_media *media)
{
    const struct {
        const char *name, *value;
    } rows[] = {{OSINFO_MEDIA_PROP_VOLUME_ID, media->volume},
                {OSINFO_MEDIA_PROP_SYSTEM_ID, media->system},
                {OSINFO_MEDIA_PROP_PUBLISHER_ID, media->publisher},
                {OSINFO_MEDIA_PROP_APPLICATION_ID, media->application}};
    OsinfoMedia *made = osinfo_media_new("lathe", NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        osinfo_entity_set_param(OSINFO_ENTITY(made), rows[i].name, rows[i].value);
    osinfo_entity_set_param_int64(OSINFO_ENTITY(made), OSINFO_MEDIA_PROP_VOLUME_SIZE,
                                  (gint64)media->claimed);
    return made;
}

static char *osinfo_identify(const struct lathe_media *media)
{
    OsinfoLoader *loader = osinfo_loader_new();
    OsinfoMedia *made = osinfo_make_media(media);
    char *name = NULL;

    osinfo_loader_process_default_path(loader, NULL); /* what could be read counts */
    if (osinfo_db_identify_media(osinfo_loader_get_db(loader), made)) {
        OsinfoOs *os = osinfo_media_get_os(made);
        name = os != NULL ? g_strdup(osinfo_product_get_name(OSINFO_PRODUCT(os))) : NULL;
        g_clear_object(&os);
    }
    g_object_unref(made);
    g_object_unref(loader);
    return name;
}

LATHE_MODULE_EXPORT const struct lathe_osinfo lathe_module = {osinfo_identify};
