/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Properties put into a document: disks, places of devices; taking devices out again. */
#include <string.h>

#include "app/config/parts.h"
#include "app/config/read.h"
#include "app/config/write-private.h"
#include "app/plan/error.h"

/* ---- disks ---- */

static bool disk_has_target(const xmlNode *devices, const char *name)
{
    for (const xmlNode *disk = lathe_tree_child(devices, "disk"); disk != NULL;
         disk = lathe_tree_next(disk)) {
        if (lathe_tree_is(lathe_tree_child(disk, "target"), "dev", name))
            return true;
    }
    return false;
}

/* The first free one: "vda", "vdb", ...; g_free. */
static char *disk_take_name(const xmlNode *devices, const char *prefix)
{
    for (unsigned i = 0;; i++) {
        g_autofree char *letter =
            i < 26 ? g_strdup_printf("%c", 'a' + (int)i)
                   : g_strdup_printf("%c%c", 'a' + (int)(i / 26 - 1) % 26, 'a' + (int)(i % 26));
        g_autofree char *name = g_strconcat(prefix, letter, NULL);
        if (!disk_has_target(devices, name))
            return g_steal_pointer(&name);
    }
}

/* libvirt knows no NVMe disk of its own: SATA stands there, and ours says NVMe. */
static void disk_add_target(xmlNode *root, xmlNode *disk, enum emu_drive_bus bus)
{
    static const char *const words[][2] = {[EMU_DRIVE_VIRTIO] = {"vd", "virtio"},
                                           [EMU_DRIVE_NVME] = {"sd", "sata"},
                                           [EMU_DRIVE_SATA] = {"sd", "sata"},
                                           [EMU_DRIVE_USB] = {"sd", "usb"},
                                           [EMU_DRIVE_FLOPPY] = {"fd", "fdc"}};
    g_autofree char *name = disk_take_name(disk->parent, words[bus][0]);
    xmlNode *ours;

    lathe_tree_set(lathe_tree_set(lathe_tree_add(disk, "target", NULL), "dev", name), "bus",
                   words[bus][1]);
    if (bus != EMU_DRIVE_NVME)
        return;
    ours = lathe_tree_add(lathe_write_ours(root), "lathe:disk", NULL);
    lathe_tree_set(lathe_tree_set(ours, "dev", name), "bus", "nvme");
}

static void disk_add_driver(xmlNode *node, const struct lathe_disk_definition *disk)
{
    xmlNode *driver;

    if (disk->format == NULL && disk->queues == 0)
        return;
    driver = lathe_tree_set(lathe_tree_add(node, "driver", NULL), "name", "qemu");
    if (disk->format != NULL)
        lathe_tree_set(driver, "type", disk->format);
    if (disk->queues != 0) {
        g_autofree char *text = g_strdup_printf("%u", disk->queues);
        lathe_tree_set(driver, "queues", text);
    }
}

static void disk_set_source(xmlNode *node, const struct lathe_disk_definition *disk)
{
    bool block = disk->path != NULL && g_str_has_prefix(disk->path, "/dev/");

    lathe_tree_set(node, "type", block ? "block" : "file");
    lathe_write_drop(node, "source");
    if (disk->path != NULL)
        lathe_tree_set(lathe_tree_add(node, "source", NULL), block ? "dev" : "file", disk->path);
}

static void disk_add(xmlNode *root, const struct lathe_disk_definition *disk)
{
    bool floppy = disk->bus == EMU_DRIVE_FLOPPY;
    xmlNode *node = lathe_tree_add(lathe_tree_need(root, "devices"), "disk", NULL);

    disk_set_source(node, disk);
    lathe_tree_set(node, "device", disk->cdrom ? "cdrom" : floppy ? "floppy" : "disk");
    disk_add_driver(node, disk);
    disk_add_target(root, node, disk->bus);
    if (disk->read_only)
        lathe_tree_add(node, "readonly", NULL);
    if (disk->discard_changes)
        lathe_tree_add(node, "transient", NULL);
    lathe_parts_write_place(node, &disk->place);
}

/* The CD drive from here on; NULL: none. */
static xmlNode *disk_find_drive(xmlNode *disk)
{
    while (disk != NULL && !lathe_tree_is(disk, "device", "cdrom"))
        disk = lathe_tree_next(disk);
    return disk;
}

/* Discs go into the drives that are there, in order. */
bool lathe_write_disks(xmlNode *root, const struct lathe_definition *definition, GError **error)
{
    xmlNode *drive = disk_find_drive(lathe_tree_find(root, "devices/disk"));

    for (unsigned i = 0; i < definition->disks; i++) {
        const struct lathe_disk_definition *disk = &definition->disk[i];
        if (!disk->cdrom || drive == NULL) {
            disk_add(root, disk);
            continue;
        }
        disk_set_source(drive, disk);
        lathe_write_drop(drive, "driver");
        disk_add_driver(drive, disk);
        drive = disk_find_drive(lathe_tree_next(drive));
    }
    return true;
}

/* ---- places ---- */

static void place_set_thread(xmlNode *node, unsigned thread)
{
    xmlNode *driver = lathe_tree_child(node, "driver");
    g_autofree char *text = g_strdup_printf("%u", thread);

    if (thread == 0 && driver != NULL)
        xmlUnsetProp(driver, (const xmlChar *)"iothread");
    if (thread == 0 || lathe_tree_is(driver, "iothread", text))
        return;
    if (driver == NULL)
        driver = lathe_tree_set(lathe_tree_add(node, "driver", NULL), "name", "qemu");
    lathe_tree_set(driver, "iothread", text);
}

/* The definition's disks are the document's, in order, but for those that it does not run. */
bool lathe_write_places(xmlNode *root, const struct lathe_definition *definition, GError **error)
{
    xmlNode *disk = lathe_tree_find(root, "devices/disk");
    xmlNode *net = lathe_tree_find(root, "devices/interface");

    for (unsigned i = 0; i < definition->disks && disk != NULL; disk = lathe_tree_next(disk)) {
        if (lathe_tree_is(disk, "device", "lun"))
            continue;
        place_set_thread(disk, definition->disk[i].iothread);
        lathe_parts_write_place(disk, &definition->disk[i++].place);
    }
    for (unsigned i = 0; i < definition->nets && net != NULL; net = lathe_tree_next(net))
        lathe_parts_write_place(net, &definition->net[i++].place);
    return true;
}

/* ---- taking out ---- */

static void remove_ours(xmlNode *root, const char *dev)
{
    xmlNode *ours = lathe_tree_find(root, "metadata/lathe:machine/lathe:disk");

    while (ours != NULL && !lathe_tree_is(ours, "dev", dev))
        ours = lathe_tree_next(ours);
    if (ours == NULL)
        return;
    xmlUnlinkNode(ours);
    xmlFreeNode(ours);
}

static xmlNode *remove_find_disk(const xmlNode *devices, const char *dev)
{
    xmlNode *disk = lathe_tree_child(devices, "disk");

    while (disk != NULL && !lathe_tree_is(lathe_tree_child(disk, "target"), "dev", dev))
        disk = lathe_tree_next(disk);
    return disk;
}

/* "net2": the number of a word that begins so; 0: it does not. */
static unsigned remove_number(const char *word, const char *kind)
{
    guint64 number;

    return g_str_has_prefix(word, kind) &&
                   g_ascii_string_to_unsigned(word + strlen(kind), 10, 1, 255, &number, NULL)
               ? (unsigned)number
               : 0;
}

static xmlNode *remove_find_net(const xmlNode *devices, unsigned number)
{
    xmlNode *node = number != 0 ? lathe_tree_child(devices, "interface") : NULL;

    while (node != NULL && --number != 0)
        node = lathe_tree_next(node);
    return node;
}

static char *remove_list(const xmlNode *devices)
{
    GString *names = g_string_new(NULL);
    unsigned count = 0;

    for (const xmlNode *disk = lathe_tree_child(devices, "disk"); disk != NULL;
         disk = lathe_tree_next(disk)) {
        g_autofree char *dev = lathe_tree_get(lathe_tree_child(disk, "target"), "dev");
        g_string_append_printf(names, "%s%s", names->len != 0 ? ", " : "", dev != NULL ? dev : "?");
    }
    for (const xmlNode *net = lathe_tree_child(devices, "interface"); net != NULL;
         net = lathe_tree_next(net))
        g_string_append_printf(names, "%snet%u", names->len != 0 ? ", " : "", ++count);
    count = 0;
    for (const xmlNode *port = lathe_tree_child(devices, "serial"); port != NULL;
         port = lathe_tree_next(port)) {
        if (!lathe_read_is_debugcon(port))
            g_string_append_printf(names, "%sserial%u", names->len != 0 ? ", " : "", ++count);
    }
    return g_string_free(names, FALSE);
}

bool lathe_config_remove_device(struct lathe_config *config, const char *word, GError **error)
{
    xmlNode *root = lathe_config_root(config), *devices = lathe_tree_child(root, "devices");
    xmlNode *node = remove_find_disk(devices, word);

    if (node != NULL)
        remove_ours(root, word);
    else
        node = remove_find_net(devices, remove_number(word, "net"));
    if (node == NULL && lathe_write_remove_serial(devices, remove_number(word, "serial")))
        return true;
    if (node != NULL)
        lathe_write_forget_netboot(root, remove_number(word, "net"));
    if (node != NULL) {
        xmlUnlinkNode(node);
        xmlFreeNode(node);
        return true;
    }
    g_autofree char *names = remove_list(devices);
    return lathe_error_input(error, "the machine has no '%s' to remove; it has: %s", word,
                             *names != '\0' ? names : "none");
}
