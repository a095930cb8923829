/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OVA, OVF and bare disks unpacked (appliance.h). */
#include "app/exchange/appliance.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "app/exchange/manifest.h"
#include "app/exchange/ovf.h"
#include "app/exchange/tar.h"
#include "app/images/convert.h"
#include "app/plan/error.h"
#include "emulator/api/block.h"
#include "emulator/api/host.h"

struct lathe_appliance {
    struct lathe_fileset *files;
    struct lathe_ovf *ovf;
    char *path;
    char *description; /* the .ovf's name; NULL: a bare disk */
    GArray *manifest;  /* NULL: none */
};

/* ---- what a file is ---- */

static bool appliance_is_raw_name(const char *path)
{
    static const char *const ends[] = {".img", ".raw", ".dd", ".bin", ".vhd"};

    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        size_t length = strlen(path), end = strlen(ends[i]);
        if (length > end && g_ascii_strcasecmp(path + length - end, ends[i]) == 0)
            return true;
    }
    return false;
}

static bool appliance_is_envelope(const struct lathe_span *bytes)
{
    size_t length = (size_t)MIN(bytes->size, 16384);
    g_autofree char *head = g_malloc0(length + 1);

    return lathe_span_read(bytes, 0, head, length, NULL) && strchr(head, '<') != NULL &&
           (strstr(head, "<Envelope") != NULL || strstr(head, ":Envelope") != NULL);
}

/* A disk that boots ends its first sector so; nothing else that is imported does. */
static bool appliance_is_boot_sector(const struct lathe_span *bytes)
{
    uint8_t end[2];

    return lathe_span_read(bytes, 510, end, sizeof(end), NULL) && end[0] == 0x55 && end[1] == 0xaa;
}

enum lathe_appliance_kind lathe_appliance_look(const char *path)
{
    g_autoptr(lathe_fileset) files = lathe_fileset_new(NULL);
    struct lathe_span bytes;

    if (!lathe_fileset_open(files, path, &bytes, NULL))
        return LATHE_APPLIANCE_NONE;
    if (lathe_tar_look(&bytes))
        return LATHE_APPLIANCE_OVA;
    if (lathe_image_look(&bytes) != NULL)
        return LATHE_APPLIANCE_DISK;
    if (appliance_is_envelope(&bytes))
        return LATHE_APPLIANCE_OVF;
    return appliance_is_raw_name(path) || appliance_is_boot_sector(&bytes) ? LATHE_APPLIANCE_DISK
                                                                           : LATHE_APPLIANCE_NONE;
}

/* ---- opening ---- */

static char *appliance_stem(const char *name)
{
    const char *dot = strrchr(name, '.');

    return g_strndup(name, dot != NULL && dot != name ? (gsize)(dot - name) : strlen(name));
}

static bool appliance_read_description(struct lathe_appliance *appliance,
                                       const struct lathe_span *bytes, GError **error)
{
    g_autofree char *text = NULL;

    if (bytes->size > LATHE_CONFIG_MAX_BYTES)
        return lathe_span_refuse(bytes, error, "it is too large for a description");
    text = g_malloc0(bytes->size + 1);
    if (!lathe_span_read(bytes, 0, text, bytes->size, error))
        return false;
    appliance->ovf = lathe_ovf_read(appliance->description, text, bytes->size, error);
    return appliance->ovf != NULL;
}

/* The checksums have the description's name. */
static bool appliance_read_manifest(struct lathe_appliance *appliance, GError **error)
{
    g_autofree char *stem = appliance_stem(appliance->description);
    g_autofree char *name = g_strconcat(stem, ".mf", NULL);
    g_autofree char *certificate = g_strconcat(stem, ".cert", NULL);
    struct lathe_span bytes;

    if (lathe_fileset_has(appliance->files, certificate))
        g_ptr_array_add(
            appliance->ovf->left,
            g_strdup_printf("%s: who signed the package is not looked at", certificate));
    if (!lathe_fileset_has(appliance->files, name))
        return true;
    if (!lathe_fileset_find(appliance->files, name, &bytes, error))
        return false;
    appliance->manifest = lathe_manifest_parse(&bytes, error);
    return appliance->manifest != NULL;
}

/* The only member that is a description. */
static bool appliance_find_description(struct lathe_appliance *appliance, const GPtrArray *names,
                                       GError **error)
{
    for (guint i = 0; i < names->len; i++) {
        const char *name = names->pdata[i];
        size_t length = strlen(name);
        if (length < 5 || g_ascii_strcasecmp(name + length - 4, ".ovf") != 0)
            continue;
        if (appliance->description != NULL)
            return lathe_error_input(error, "'%s' has two descriptions, '%s' and '%s'",
                                     appliance->path, appliance->description, name);
        appliance->description = g_strdup(name);
    }
    return appliance->description != NULL ||
           lathe_error_input(error, "'%s' is an archive without a description (.ovf)",
                             appliance->path);
}

static bool appliance_open_package(struct lathe_appliance *appliance, struct lathe_span *bytes,
                                   GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    struct lathe_span description = *bytes;

    if (lathe_tar_look(bytes)) {
        if (!lathe_tar_read(bytes, appliance->files, names, error) ||
            !appliance_find_description(appliance, names, error) ||
            !lathe_fileset_find(appliance->files, appliance->description, &description, error))
            return false;
    } else {
        appliance->description = g_path_get_basename(appliance->path);
    }
    return appliance_read_description(appliance, &description, error) &&
           appliance_read_manifest(appliance, error);
}

/* A machine around a disk, as "lathe create" makes them. Drivers for virtio are there in disks
 * that were a QEMU's; others have known SATA only. */
static bool appliance_open_disk(struct lathe_appliance *appliance, const struct lathe_span *bytes,
                                GError **error)
{
    struct lathe_definition *definition = lathe_definition_new();
    const char *format = lathe_image_look(bytes);
    bool ours = format == NULL || strcmp(format, "qcow2") == 0;
    const uint64_t usual = UINT64_C(2) << 30;

    appliance->ovf = g_new0(struct lathe_ovf, 1);
    appliance->ovf->definition = definition;
    appliance->ovf->sounds = g_ptr_array_new();
    appliance->ovf->left = g_ptr_array_new_with_free_func(g_free);
    appliance->ovf->media[0].file = g_strdup(bytes->name);
    definition->disks = 1;
    definition->disk[0].bus = ours ? EMU_DRIVE_VIRTIO : EMU_DRIVE_SATA;
    definition->disk[0].format = g_strdup("qcow2");
    if (emu_host_memory_limit() / 2 >= usual)
        definition->memory = usual;
    return lathe_definition_add_net(definition, ours ? "user" : "user,model=e1000e", error) &&
           lathe_definition_add_serial(definition, "default", error);
}

static bool appliance_open(struct lathe_appliance *appliance, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(appliance->path);
    enum lathe_appliance_kind kind = lathe_appliance_look(appliance->path);
    struct lathe_span bytes;

    appliance->files = lathe_fileset_new(kind == LATHE_APPLIANCE_OVA ? NULL : folder);
    if (!lathe_fileset_open(appliance->files, appliance->path, &bytes, error))
        return false;
    return kind == LATHE_APPLIANCE_DISK ? appliance_open_disk(appliance, &bytes, error)
                                        : appliance_open_package(appliance, &bytes, error);
}

struct lathe_appliance *lathe_appliance_open(const char *path, GError **error)
{
    g_autoptr(lathe_appliance) appliance = g_new0(struct lathe_appliance, 1);

    appliance->path = g_canonicalize_filename(path, NULL);
    return appliance_open(appliance, error) ? g_steal_pointer(&appliance) : NULL;
}

void lathe_appliance_free(struct lathe_appliance *appliance)
{
    if (appliance == NULL)
        return;
    lathe_ovf_free(appliance->ovf);
    lathe_fileset_free(appliance->files);
    g_clear_pointer(&appliance->manifest, g_array_unref);
    g_free(appliance->path);
    g_free(appliance->description);
    g_free(appliance);
}

const GPtrArray *lathe_appliance_get_left(const struct lathe_appliance *appliance)
{
    return appliance->ovf->left;
}

/* ---- unpacking ---- */

/* A drive's new file: "disk.qcow2", "disk-2.qcow2", "disc.iso". */
static void appliance_name_disk(struct lathe_appliance *appliance, const char *folder, unsigned i)
{
    struct lathe_disk_definition *disk = &appliance->ovf->definition->disk[i];
    bool raw = g_strcmp0(disk->format, "raw") == 0;
    const char *stem = raw ? "disc" : "disk", *suffix = raw ? ".iso" : ".qcow2";
    g_autofree char *name =
        i == 0 ? g_strconcat(stem, suffix, NULL) : g_strdup_printf("%s-%u%s", stem, i + 1, suffix);

    disk->path = folder != NULL ? g_build_filename(folder, name, NULL) : g_strdup(name);
}

static struct lathe_image *appliance_open_image(struct lathe_appliance *appliance,
                                                const struct lathe_ovf_medium *medium,
                                                GError **error)
{
    struct lathe_span bytes;

    if (!lathe_fileset_find(appliance->files, medium->file, &bytes, error))
        return NULL;
    if (appliance->description == NULL && g_strcmp0(lathe_image_look(&bytes), "qcow2") == 0)
        return lathe_image_open_emulated(appliance->path, "qcow2", error);
    return lathe_image_open(&bytes, appliance->files, error);
}

static bool appliance_make_empty(const char *path, uint64_t size, GError **error)
{
    const struct emu_block_creation creation = {path, "qcow2", size, NULL, NULL};
    struct emu_error found = EMU_ERROR_INIT;

    return emu_block_create(&creation, &found) || lathe_error_from_emu(error, &found);
}

static bool appliance_make_disk(struct lathe_appliance *appliance, unsigned i,
                                struct lathe_task *task, GError **error)
{
    const struct lathe_disk_definition *disk = &appliance->ovf->definition->disk[i];
    const struct lathe_ovf_medium *medium = &appliance->ovf->media[i];
    struct lathe_span bytes;

    if (medium->file == NULL)
        return medium->size == 0 || appliance_make_empty(disk->path, medium->size, error);
    if (g_strcmp0(disk->format, "raw") == 0)
        return lathe_fileset_find(appliance->files, medium->file, &bytes, error) &&
               lathe_span_copy(&bytes, disk->path, task, error);
    g_autoptr(lathe_image) image = appliance_open_image(appliance, medium, error);
    return image != NULL && lathe_image_convert(image, disk->path, task, error);
}

/* Opens all disks once, so that what cannot be read is said before anything is written. */
static bool appliance_count(struct lathe_appliance *appliance, struct lathe_task *task,
                            GError **error)
{
    for (unsigned i = 0; i < appliance->ovf->definition->disks; i++) {
        const struct lathe_ovf_medium *medium = &appliance->ovf->media[i];
        struct lathe_span bytes;
        if (medium->file == NULL)
            continue;
        if (!lathe_fileset_find(appliance->files, medium->file, &bytes, error))
            return false;
        if (g_strcmp0(appliance->ovf->definition->disk[i].format, "raw") == 0) {
            task->total += bytes.size;
            continue;
        }
        g_autoptr(lathe_image) image = appliance_open_image(appliance, medium, error);
        if (image == NULL)
            return false;
        task->total += lathe_image_get_size(image);
    }
    return true;
}

/* The description and all files of drives have to be in the list. */
static bool appliance_check(struct lathe_appliance *appliance, struct lathe_task *task,
                            GError **error)
{
    g_autoptr(GPtrArray) needed = g_ptr_array_new();

    if (appliance->manifest == NULL)
        return true;
    g_ptr_array_add(needed, appliance->description);
    for (unsigned i = 0; i < appliance->ovf->definition->disks; i++) {
        if (appliance->ovf->media[i].file != NULL)
            g_ptr_array_add(needed, appliance->ovf->media[i].file);
    }
    g_ptr_array_add(needed, NULL);
    return lathe_manifest_check(appliance->manifest, appliance->files,
                                (const char *const *)needed->pdata, task, error);
}

static bool appliance_make_disks(struct lathe_appliance *appliance, struct lathe_task *task,
                                 GError **error)
{
    if (appliance->manifest != NULL)
        task->total += lathe_manifest_total(appliance->manifest, appliance->files);
    if (!appliance_count(appliance, task, error) || !appliance_check(appliance, task, error))
        return false;
    for (unsigned i = 0; i < appliance->ovf->definition->disks; i++) {
        if (!appliance_make_disk(appliance, i, task, error))
            return false;
    }
    return true;
}

struct lathe_config *lathe_appliance_unpack(struct lathe_appliance *appliance, const char *folder,
                                            struct lathe_task *task, GError **error)
{
    struct lathe_definition *definition = appliance->ovf->definition;
    g_autofree char *stem = appliance_stem(appliance->path);

    for (unsigned i = 0; i < definition->disks; i++) {
        const struct lathe_ovf_medium *medium = &appliance->ovf->media[i];
        g_clear_pointer(&definition->disk[i].path, g_free);
        if (medium->file != NULL || medium->size != 0)
            appliance_name_disk(appliance, folder, i);
    }
    if (definition->name == NULL)
        definition->name = g_path_get_basename(stem);
    if (folder != NULL && !appliance_make_disks(appliance, task, error))
        return NULL;
    g_autofree char *path = g_strconcat(stem, ".xml", NULL);
    return lathe_ovf_to_config(appliance->ovf, path, error);
}
