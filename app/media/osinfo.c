/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The name of the system on a disc, from libosinfo's database. The library is given the strings of
 * the disc's descriptor and never reads the disc itself. A module: the library loads 20 others.
 */
#include "app/media/osinfo.h"

#include <osinfo/osinfo.h>
#include <string.h>

#include "app/modules/module.h"

#define OSINFO_BACK 8 /* releases of a system: years of a database that nobody renewed */

static OsinfoMedia *osinfo_make_media(const struct lathe_media *media, const char *volume)
{
    const struct {
        const char *name, *value;
    } rows[] = {{OSINFO_MEDIA_PROP_VOLUME_ID, volume},
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

/* Of x86-64, or of all processors. */
static bool osinfo_is_ours(const char *architecture)
{
    return architecture == NULL || strcmp(architecture, "all") == 0 ||
           strcmp(architecture, "x86_64") == 0;
}

static void osinfo_add_resources(OsinfoResourcesList *resources, struct lathe_system *system)
{
    for (int i = 0; i < osinfo_list_get_length(OSINFO_LIST(resources)); i++) {
        OsinfoResources *row = OSINFO_RESOURCES(osinfo_list_get_nth(OSINFO_LIST(resources), i));
        if (!osinfo_is_ours(osinfo_resources_get_architecture(row)))
            continue;
        system->memory = MAX(system->memory, (guint64)MAX(osinfo_resources_get_ram(row), 0));
        system->storage = MAX(system->storage, (guint64)MAX(osinfo_resources_get_storage(row), 0));
        system->cpus = MAX(system->cpus, (unsigned)MAX(osinfo_resources_get_n_cpus(row), 0));
    }
    g_object_unref(resources);
}

static void osinfo_add_firmware(OsinfoOs *os, struct lathe_system *system)
{
    OsinfoFirmwareList *list = osinfo_os_get_complete_firmware_list(os, NULL);

    for (int i = 0; i < osinfo_list_get_length(OSINFO_LIST(list)); i++) {
        OsinfoFirmware *row = OSINFO_FIRMWARE(osinfo_list_get_nth(OSINFO_LIST(list), i));
        const char *type = osinfo_firmware_get_firmware_type(row);
        if (!osinfo_is_ours(osinfo_firmware_get_architecture(row)) ||
            !osinfo_firmware_is_supported(row))
            continue;
        system->bios |= g_strcmp0(type, "bios") == 0;
        system->uefi |= type != NULL && g_str_has_prefix(type, "efi");
    }
    g_object_unref(list);
}

/* By their PCI numbers, of the old and of the modern virtio. */
static void osinfo_add_devices(OsinfoOs *os, struct lathe_system *system)
{
    OsinfoDeviceList *list = osinfo_os_get_all_devices(os, NULL);

    for (int i = 0; i < osinfo_list_get_length(OSINFO_LIST(list)); i++) {
        const char *id = osinfo_entity_get_id(osinfo_list_get_nth(OSINFO_LIST(list), i));
        system->virtio_net |=
            g_str_has_suffix(id, "/1af4/1000") || g_str_has_suffix(id, "/1af4/1041");
        system->virtio_disk |=
            g_str_has_suffix(id, "/1af4/1001") || g_str_has_suffix(id, "/1af4/1042");
    }
    g_object_unref(list);
}

static void osinfo_fill(OsinfoOs *os, struct lathe_system *system)
{
    system->name = g_strdup(osinfo_product_get_name(OSINFO_PRODUCT(os)));
    system->id = g_strdup(osinfo_product_get_short_id(OSINFO_PRODUCT(os)));
    system->distro = g_strdup(osinfo_os_get_distro(os));
    osinfo_add_resources(osinfo_os_get_recommended_resources(os), system);
    osinfo_add_firmware(os, system);
    osinfo_add_devices(os, system);
}

/* NULL: the database has no such disc. */
static OsinfoOs *osinfo_find(OsinfoDb *db, const struct lathe_media *media, const char *volume)
{
    OsinfoMedia *made = osinfo_make_media(media, volume);
    OsinfoOs *os = osinfo_db_identify_media(db, made) ? osinfo_media_get_os(made) : NULL;

    g_object_unref(made);
    return os;
}

/* With the first number of a text replaced, if it is this one; g_free. The text itself otherwise.
 */
static char *osinfo_renumber(const char *text, guint64 from, guint64 to)
{
    gsize before = text != NULL ? strcspn(text, "0123456789") : 0;
    char *end = NULL;

    if (text == NULL || text[before] == '\0' || g_ascii_strtoull(text + before, &end, 10) != from)
        return g_strdup(text);
    return g_strdup_printf("%.*s%" G_GUINT64_FORMAT "%s", (int)before, text, to, end);
}

/*
 * A release that is newer than this host's database, as that of a distribution is for its own next
 * one: it is described as the newest before it, by its own number.
 */
static void osinfo_describe_newer(OsinfoDb *db, const struct lathe_media *media,
                                  struct lathe_system *system)
{
    const char *digits = media->volume + strcspn(media->volume, "0123456789");
    guint64 number = g_ascii_strtoull(digits, NULL, 10);
    OsinfoOs *os = NULL;

    for (guint64 back = 1; os == NULL && back <= OSINFO_BACK && back < number; back++) {
        g_autofree char *volume = osinfo_renumber(media->volume, number, number - back);
        os = osinfo_find(db, media, volume);
        if (os == NULL)
            continue;
        osinfo_fill(os, system);
        char *name = osinfo_renumber(system->name, number - back, number);
        char *id = osinfo_renumber(system->id, number - back, number);
        g_free(system->name);
        g_free(system->id);
        system->name = name;
        system->id = id;
    }
    g_clear_object(&os);
}

static void osinfo_describe(const struct lathe_media *media, struct lathe_system *system)
{
    OsinfoLoader *loader = osinfo_loader_new();
    OsinfoDb *db = osinfo_loader_get_db(loader);

    osinfo_loader_process_default_path(loader, NULL); /* what could be read counts */
    OsinfoOs *os = osinfo_find(db, media, media->volume);
    if (os != NULL)
        osinfo_fill(os, system);
    else
        osinfo_describe_newer(db, media, system);
    g_clear_object(&os);
    g_object_unref(loader);
}

static char *osinfo_identify(const struct lathe_media *media)
{
    struct lathe_system system = {.name = NULL};

    osinfo_describe(media, &system);
    g_free(system.id);
    g_free(system.distro);
    return system.name;
}

LATHE_MODULE_EXPORT const struct lathe_osinfo lathe_module = {osinfo_identify, osinfo_describe};
