/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The import of disks: -drive, -blockdev and the devices over them, -hda and its like. */
#include <string.h>

#include "app/exchange/import-private.h"

/* What is known of an image before it has a device. Borrowed from the options. */
struct image {
    const char *file, *format;
    bool block, read_only, transient, cdrom;
    const char *cache, *discard, *io, *zeroes, *serial;
};

enum { LETTERS_VIRTIO, LETTERS_SCSI, LETTERS_IDE, LETTERS_FLOPPY };

/* "vda", "vdb", ... by the bus. */
static void drive_take_name(struct lathe_import *import, const char *bus, char out[8])
{
    static const char *const prefixes[] = {"vd", "sd", "hd", "fd"};
    unsigned kind = strcmp(bus, "virtio") == 0 ? LETTERS_VIRTIO
                    : strcmp(bus, "ide") == 0  ? LETTERS_IDE
                    : strcmp(bus, "fdc") == 0  ? LETTERS_FLOPPY
                                               : LETTERS_SCSI;
    unsigned number = import->letters[kind]++;

    if (number < 26)
        g_snprintf(out, 8, "%s%c", prefixes[kind], (int)('a' + number));
    else
        g_snprintf(out, 8, "%s%c%c", prefixes[kind], (int)('a' + (number / 26 - 1) % 26),
                   (int)('a' + number % 26));
}

/* A name that leads to no file: "nbd:...", "http://...", "fat:...". */
static bool drive_is_protocol(const char *file)
{
    size_t length = strspn(file, "abcdefghijklmnopqrstuvwxyz0123456789+-");

    return file[length] == ':' && length > 1 && !g_str_has_prefix(file, "file:");
}

static void drive_set(xmlNode *node, const char *name, const char *value)
{
    if (value != NULL)
        lathe_tree_set(node, name, value);
}

/* Where the line leaves the format to QEMU, which would look: by the name, as libvirt never looks.
 */
static const char *drive_format(const struct image *image)
{
    static const char *const ends[][2] = {{".qcow2", "qcow2"}, {".vmdk", "vmdk"}, {".vdi", "vdi"},
                                          {".vhdx", "vhdx"},   {".iso", "raw"},   {".raw", "raw"}};

    for (size_t i = 0; image->format == NULL && image->file != NULL && i < G_N_ELEMENTS(ends);
         i++) {
        if (g_str_has_suffix(image->file, ends[i][0]))
            return ends[i][1];
    }
    return image->format;
}

static void drive_add_driver(xmlNode *disk, const struct image *image)
{
    xmlNode *driver = lathe_tree_set(lathe_tree_add(disk, "driver", NULL), "name", "qemu");

    drive_set(driver, "type", drive_format(image));
    drive_set(driver, "cache", image->cache);
    drive_set(driver, "io", image->io);
    drive_set(driver, "discard", image->discard);
    drive_set(driver, "detect_zeroes", image->zeroes);
}

static void drive_add_target(struct lathe_import *import, xmlNode *disk, const char *bus)
{
    xmlNode *target = lathe_tree_add(disk, "target", NULL), *ours;
    bool nvme = strcmp(bus, "nvme") == 0;
    char name[8];

    drive_take_name(import, bus, name);
    lathe_tree_set(lathe_tree_set(target, "dev", name), "bus", nvme ? "sata" : bus);
    if (!nvme)
        return;
    ours = lathe_tree_add(lathe_import_ours(import), "lathe:disk", NULL);
    lathe_tree_set(lathe_tree_set(ours, "dev", name), "bus", "nvme");
}

static xmlNode *drive_add(struct lathe_import *import, const struct image *image, const char *kind,
                          const char *bus)
{
    xmlNode *disk = lathe_tree_add(import->devices, "disk", NULL);

    lathe_tree_set(lathe_tree_set(disk, "type", image->block ? "block" : "file"), "device", kind);
    drive_add_driver(disk, image);
    if (image->file != NULL) {
        g_autofree char *path = lathe_import_path(import, image->file);
        lathe_tree_set(lathe_tree_add(disk, "source", NULL), image->block ? "dev" : "file", path);
    }
    drive_add_target(import, disk, bus);
    if (image->read_only || strcmp(kind, "cdrom") == 0)
        lathe_tree_add(disk, "readonly", NULL);
    if ((image->transient || import->snapshot) && strcmp(kind, "disk") == 0)
        lathe_tree_add(disk, "transient", NULL);
    if (image->serial != NULL)
        lathe_tree_add(disk, "serial", image->serial);
    return disk;
}

/* ---- images ---- */

/* The value of a key, if it is one of those that libvirt has too. */
static const char *drive_get_word(struct lathe_qemu_option *drive, const char *key,
                                  const char *const *words)
{
    const char *value = lathe_qemu_peek(drive, key);

    return value != NULL && g_strv_contains(words, value) ? lathe_qemu_get(drive, key) : NULL;
}

static const char *drive_get_discard(struct lathe_qemu_option *drive)
{
    const char *value = lathe_qemu_get(drive, "discard");

    if (value == NULL)
        return NULL;
    return strcmp(value, "unmap") == 0 || strcmp(value, "on") == 0 ? "unmap" : "ignore";
}

static void image_take_drive(struct image *image, struct lathe_qemu_option *drive)
{
    static const char *const caches[] = {"none",       "writeback", "writethrough",
                                         "directsync", "unsafe",    NULL};
    static const char *const threads[] = {"threads", "native", "io_uring", NULL};
    static const char *const zeroes[] = {"on", "off", "unmap", NULL};

    image->file = lathe_qemu_get(drive, "file");
    image->format = lathe_qemu_get(drive, "format");
    image->cdrom = g_strcmp0(lathe_qemu_get(drive, "media"), "cdrom") == 0;
    image->read_only = lathe_qemu_get_bool(drive, "readonly", false) ||
                       lathe_qemu_get_bool(drive, "read-only", false);
    image->transient = lathe_qemu_get_bool(drive, "snapshot", false);
    image->serial = lathe_qemu_get(drive, "serial");
    image->cache = drive_get_word(drive, "cache", caches);
    image->io = drive_get_word(drive, "aio", threads);
    image->zeroes = drive_get_word(drive, "detect-zeroes", zeroes);
    image->discard = drive_get_discard(drive);
    lathe_qemu_get(drive, "id");
    lathe_qemu_get(drive, "index");
    lathe_qemu_get(drive, "if");
}

/* "key" of the node itself, or "file.key" of the one it is written over in the same option. */
static const char *node_get(struct lathe_qemu_option *node, const char *prefix, const char *key)
{
    g_autofree char *whole = g_strconcat(prefix, key, NULL);

    return lathe_qemu_get(node, whole);
}

static bool image_take_file_node(struct image *image, struct lathe_qemu_option *node,
                                 const char *prefix)
{
    const char *driver = node_get(node, prefix, "driver");
    const char *aio = node_get(node, prefix, "aio"), *direct;

    if (g_strcmp0(driver, "file") != 0 && g_strcmp0(driver, "host_device") != 0 &&
        g_strcmp0(driver, "host_cdrom") != 0)
        return false;
    image->block = strcmp(driver, "file") != 0;
    image->file = node_get(node, prefix, "filename");
    image->io = aio != NULL ? aio : image->io;
    node_get(node, prefix, "auto-read-only");
    direct = node_get(node, prefix, "cache.direct");
    if (g_strcmp0(direct, "on") == 0)
        image->cache = "none";
    return image->file != NULL;
}

static void image_take_node_settings(struct image *image, struct lathe_qemu_option *node)
{
    const char *zeroes = lathe_qemu_get(node, "detect-zeroes");

    image->read_only |= lathe_qemu_get_bool(node, "read-only", false);
    if (g_strcmp0(lathe_qemu_get(node, "discard"), "unmap") == 0)
        image->discard = "unmap";
    if (lathe_qemu_get_bool(node, "cache.direct", false))
        image->cache = "none";
    if (lathe_qemu_get_bool(node, "cache.no-flush", false))
        image->cache = "unsafe";
    image->zeroes = zeroes != NULL ? zeroes : image->zeroes;
}

/* A format's node over a file's, or a file's alone. False: over something else. */
static bool image_take_node(struct lathe_import *import, struct image *image,
                            struct lathe_qemu_option *node)
{
    struct lathe_qemu_option *below;

    image_take_node_settings(image, node);
    image->format = lathe_qemu_get(node, "driver");
    if (image_take_file_node(image, node, "")) {
        image->format = "raw";
        return true;
    }
    if (lathe_qemu_peek(node, "file.driver") != NULL)
        return image_take_file_node(image, node, "file.");
    below = lathe_qemu_find(import->options, "blockdev", "node-name", lathe_qemu_get(node, "file"));
    if (below == NULL)
        return false;
    image_take_node_settings(image, below);
    return image_take_file_node(image, below, "");
}

/* What the device's drive= names. False: nothing that a definition can say; it is told. */
static bool image_find(struct lathe_import *import, const char *id, struct image *image)
{
    struct lathe_qemu_option *drive = lathe_qemu_find(import->options, "drive", "id", id);
    struct lathe_qemu_option *node = lathe_qemu_find(import->options, "blockdev", "node-name", id);

    if (drive != NULL) {
        image_take_drive(image, drive);
        if (image->file == NULL || !drive_is_protocol(image->file))
            return true;
        lathe_import_drop(import, drive, "its image is no file");
        return false;
    }
    if (node != NULL && image_take_node(import, image, node))
        return true;
    if (node != NULL)
        lathe_import_drop(import, node, "its image is no file");
    return false;
}

/* ---- devices ---- */

static const struct drive_device {
    const char *driver, *bus, *kind;
} drive_devices[] = {
    {"virtio-blk", "virtio", "disk"}, {"nvme", "nvme", "disk"},    {"scsi-hd", "scsi", "disk"},
    {"scsi-cd", "scsi", "cdrom"},     {"ide-hd", "ide", "disk"},   {"ide-cd", "ide", "cdrom"},
    {"usb-storage", "usb", "disk"},   {"floppy", "fdc", "floppy"},
};

static const struct drive_device *drive_device_find(const char *driver)
{
    for (size_t i = 0; driver != NULL && i < G_N_ELEMENTS(drive_devices); i++) {
        if (strcmp(driver, drive_devices[i].driver) == 0 ||
            (i == 0 && g_str_has_prefix(driver, "virtio-blk-")))
            return &drive_devices[i];
    }
    return NULL;
}

static void drive_device_settings(struct lathe_import *import, struct lathe_qemu_option *device,
                                  xmlNode *disk)
{
    xmlNode *driver = lathe_tree_child(disk, "driver");
    const char *thread = lathe_qemu_get(device, "iothread");
    const char *serial = lathe_qemu_get(device, "serial");
    gpointer number = thread != NULL ? g_hash_table_lookup(import->iothreads, thread) : NULL;
    g_autofree char *text = g_strdup_printf("%u", GPOINTER_TO_UINT(number));

    drive_set(driver, "queues", lathe_qemu_get(device, "num-queues"));
    if (number != NULL)
        lathe_tree_set(driver, "iothread", text);
    if (serial != NULL && lathe_tree_child(disk, "serial") == NULL)
        lathe_tree_add(disk, "serial", serial);
    lathe_import_place(import, device, disk);
}

/* Of that chip set IDE drives are AHCI's; its ports are the board's choice. */
static const char *drive_device_bus(struct lathe_import *import, struct lathe_qemu_option *device,
                                    const char *bus)
{
    bool ide = strcmp(bus, "ide") == 0;

    if (ide || strcmp(bus, "scsi") == 0 || strcmp(bus, "usb") == 0)
        lathe_qemu_get(device, "bus");
    return ide && import->q35 ? "sata" : bus;
}

bool lathe_import_drive_device(struct lathe_import *import, struct lathe_qemu_option *device)
{
    const struct drive_device *found = drive_device_find(lathe_qemu_peek(device, "driver"));
    struct image image = {0};
    const char *drive, *kind, *bus;

    if (found == NULL)
        return false;
    lathe_qemu_get(device, "driver");
    bus = drive_device_bus(import, device, found->bus);
    drive = lathe_qemu_get(device, "drive");
    if (drive != NULL && !image_find(import, drive, &image)) {
        lathe_import_drop(import, device, "it has no image that a definition can say");
        return true;
    }
    kind = image.cdrom && strcmp(found->kind, "disk") == 0 ? "cdrom" : found->kind;
    if (image.file == NULL && strcmp(kind, "disk") == 0)
        lathe_import_drop(import, device, "it has no image");
    else
        drive_device_settings(import, device, drive_add(import, &image, kind, bus));
    return true;
}

/* ---- drives that bring their device ---- */

static const char *drive_bus_of(struct lathe_import *import, const char *interface)
{
    static const char *const known[] = {"virtio", "scsi", "sd", NULL};

    if (interface != NULL && g_strv_contains(known, interface))
        return interface;
    if (g_strcmp0(interface, "floppy") == 0)
        return "fdc";
    return import->q35 ? "sata" : "ide";
}

static void drive_take(struct lathe_import *import, struct lathe_qemu_option *drive)
{
    const char *bus = drive_bus_of(import, lathe_qemu_get(drive, "if"));
    const char *kind = strcmp(bus, "fdc") == 0 ? "floppy" : "disk";
    struct image image = {0};

    image_take_drive(&image, drive);
    if (image.cdrom)
        kind = "cdrom";
    if (image.file != NULL && drive_is_protocol(image.file))
        lathe_import_drop(import, drive, "its image is no file");
    else if (image.file == NULL && !image.cdrom)
        lathe_import_drop(import, drive, "it has no image");
    else
        drive_add(import, &image, kind, bus);
}

/* What has no interface, and what has one of its own, needs no -device. */
static bool drive_brings_device(const struct lathe_qemu_option *drive)
{
    const char *interface = lathe_qemu_peek(drive, "if");

    return interface == NULL ||
           (strcmp(interface, "none") != 0 && strcmp(interface, "pflash") != 0);
}

static void drive_take_short(struct lathe_import *import, const char *name, const char *kind)
{
    const char *bus = strcmp(kind, "floppy") == 0 ? "fdc" : drive_bus_of(import, NULL);
    struct lathe_qemu_option *option;
    unsigned place = 0;

    while ((option = lathe_qemu_next(import->options, name, &place)) != NULL) {
        struct image image = {.file = lathe_qemu_get(option, "")};
        if (image.file == NULL || drive_is_protocol(image.file))
            lathe_import_drop(import, option, "its image is no file");
        else
            drive_add(import, &image, kind, bus);
    }
}

void lathe_import_drives(struct lathe_import *import)
{
    static const char *const shorts[][2] = {{"hda", "disk"},  {"hdb", "disk"},    {"hdc", "disk"},
                                            {"hdd", "disk"},  {"cdrom", "cdrom"}, {"fda", "floppy"},
                                            {"fdb", "floppy"}};
    struct lathe_qemu_option *drive;
    unsigned place = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(shorts); i++)
        drive_take_short(import, shorts[i][0], shorts[i][1]);
    while ((drive = lathe_qemu_next(import->options, "drive", &place)) != NULL) {
        if (drive_brings_device(drive))
            drive_take(import, drive);
    }
}
