/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Disks on the command line (disk.h). */
#include "app/plan/disk.h"

#include <string.h>

#include "app/plan/error.h"
#include "app/plan/size.h"
#include "emulator/api/ops/block.h"

#define DISK_MAX_QUEUES 16

static const struct {
    const char *name;
    enum emu_drive_bus bus;
} disk_buses[] = {{"virtio", EMU_DRIVE_VIRTIO},
                  {"nvme", EMU_DRIVE_NVME},
                  {"sata", EMU_DRIVE_SATA},
                  {"usb", EMU_DRIVE_USB}};

void lathe_disk_clear(struct lathe_disk_definition *disk)
{
    g_free(disk->path);
    g_free(disk->format);
    *disk = (struct lathe_disk_definition){0};
}

GPtrArray *lathe_split_at_commas(const char *text)
{
    GPtrArray *parts = g_ptr_array_new_with_free_func(g_free);
    GString *part = g_string_new(NULL);

    for (; *text != '\0'; text++) {
        if (text[0] == ',' && text[1] != ',') {
            g_ptr_array_add(parts, g_string_free(part, FALSE));
            part = g_string_new(NULL);
            continue;
        }
        g_string_append_c(part, *text);
        text += text[0] == ',';
    }
    g_ptr_array_add(parts, g_string_free(part, FALSE));
    return parts;
}

char *lathe_double_commas(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);

    return g_strjoinv(",,", parts);
}

static bool disk_set_bus(struct lathe_disk_definition *disk, const char *value, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(disk_buses); i++) {
        if (strcmp(value, disk_buses[i].name) == 0) {
            disk->bus = disk_buses[i].bus;
            return true;
        }
    }
    return lathe_error_input(
        error, "--disk: this version has no bus '%s'; use virtio, nvme, sata or usb", value);
}

static bool disk_set_format(struct lathe_disk_definition *disk, const char *value, GError **error)
{
    if (strcmp(value, "raw") != 0 && strcmp(value, "qcow2") != 0)
        return lathe_error_input(error, "--disk: this version has no format '%s'; use qcow2 or raw",
                                 value);
    g_free(disk->format);
    disk->format = g_strdup(value);
    return true;
}

static bool disk_set_queues(struct lathe_disk_definition *disk, const char *value, GError **error)
{
    guint64 queues;

    if (!g_ascii_string_to_unsigned(value, 10, 1, DISK_MAX_QUEUES, &queues, NULL))
        return lathe_error_input(error, "--disk: queues=%s is no number from 1 to %d", value,
                                 DISK_MAX_QUEUES);
    disk->queues = (unsigned)queues;
    return true;
}

static bool disk_set(struct lathe_disk_definition *disk, const char *part, GError **error)
{
    if (g_str_has_prefix(part, "bus="))
        return disk_set_bus(disk, part + 4, error);
    if (g_str_has_prefix(part, "format="))
        return disk_set_format(disk, part + 7, error);
    if (g_str_has_prefix(part, "queues="))
        return disk_set_queues(disk, part + 7, error);
    if (strcmp(part, "readonly") == 0)
        disk->read_only = true;
    else if (strcmp(part, "discard-changes") == 0)
        disk->discard_changes = true;
    else
        return lathe_error_input(error,
                                 "--disk has no '%s': write FILE[,bus=B][,format=F][,readonly]"
                                 "[,discard-changes][,queues=N]; a comma in the file's name is "
                                 "written twice",
                                 part);
    return true;
}

/* An image that is there, or the size of one to be made. */
static bool disk_set_first(struct lathe_disk_definition *disk, const char *part, GError **error)
{
    if (!g_str_has_prefix(part, "size=")) {
        disk->path = g_strdup(part);
        return true;
    }
    disk->format = g_strdup("qcow2");
    if (!lathe_size_parse(part + strlen("size="), &disk->size, error)) {
        g_prefix_error(error, "--disk ");
        lathe_disk_clear(disk);
        return false;
    }
    if (disk->size != 0 && disk->size % EMU_BLOCK_SECTOR == 0)
        return true;
    lathe_disk_clear(disk);
    return lathe_error_input(error, "--disk %s: a disk's size is a multiple of %u bytes", part,
                             EMU_BLOCK_SECTOR);
}

bool lathe_disk_parse(const char *text, struct lathe_disk_definition *disk, GError **error)
{
    g_autoptr(GPtrArray) parts = lathe_split_at_commas(text);

    *disk = (struct lathe_disk_definition){.bus = EMU_DRIVE_VIRTIO};
    if (((const char *)parts->pdata[0])[0] == '\0')
        return lathe_error_input(error, "--disk needs the name of an image file");
    if (!disk_set_first(disk, parts->pdata[0], error))
        return false;
    for (unsigned i = 1; i < parts->len; i++) {
        if (!disk_set(disk, parts->pdata[i], error)) {
            lathe_disk_clear(disk);
            return false;
        }
    }
    return true;
}

bool lathe_disk_parse_cdrom(const char *path, struct lathe_disk_definition *disk, GError **error)
{
    *disk = (struct lathe_disk_definition){.bus = EMU_DRIVE_SATA, .cdrom = true, .read_only = true};
    if (*path == '\0')
        return lathe_error_input(error, "--cdrom needs the name of a disc image");
    disk->path = g_strdup(path);
    return true;
}

bool lathe_disk_parse_floppy(const char *text, struct lathe_disk_definition *disk, GError **error)
{
    g_autoptr(GPtrArray) parts = lathe_split_at_commas(text);

    *disk = (struct lathe_disk_definition){.bus = EMU_DRIVE_FLOPPY};
    if (((const char *)parts->pdata[0])[0] == '\0')
        return lathe_error_input(error, "--floppy needs the name of an image file");
    for (unsigned i = 1; i < parts->len; i++) {
        if (strcmp(parts->pdata[i], "readonly") != 0)
            return lathe_error_input(error,
                                     "--floppy has no '%s': write FILE[,readonly]; a comma in the "
                                     "file's name is written twice",
                                     (const char *)parts->pdata[i]);
        disk->read_only = true;
    }
    disk->path = g_strdup(parts->pdata[0]);
    disk->format = g_strdup("raw");
    return true;
}

static const char *disk_bus_name(enum emu_drive_bus bus)
{
    for (size_t i = 0; i < G_N_ELEMENTS(disk_buses); i++) {
        if (disk_buses[i].bus == bus)
            return disk_buses[i].name;
    }
    return "a floppy drive";
}

char *lathe_disk_format(const struct lathe_disk_definition *disk)
{
    g_autofree char *place = lathe_place_format(&disk->place);
    char boot[24] = "", thread[32] = "";

    if (disk->boot != 0)
        g_snprintf(boot, sizeof(boot), ", boot %u", disk->boot);
    if (disk->iothread != 0)
        g_snprintf(thread, sizeof(thread), ", iothread %u", disk->iothread);
    return g_strconcat(disk->path != NULL ? disk->path : "(empty)", " on ",
                       disk_bus_name(disk->bus), disk->format != NULL ? ", " : "",
                       disk->format != NULL ? disk->format : "",
                       disk->cdrom       ? ", in a CD drive"
                       : disk->read_only ? ", read-only"
                                         : "",
                       disk->discard_changes ? ", changes are discarded" : "", boot, thread,
                       place != NULL ? ", at " : "", place, NULL);
}
