/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The export of disks and network adapters: a back end with an id, and the device over it. */
#include <string.h>

#include "app/exchange/export-private.h"

/* ---- disks ---- */

/* Is the disk ours on another bus? */
static bool drive_is_nvme(const struct lathe_export *export, const char *dev)
{
    const xmlNode *ours = lathe_tree_find(export->root, "metadata/lathe:machine/lathe:disk");

    while (ours != NULL && !lathe_tree_is(ours, "dev", dev))
        ours = lathe_tree_next(ours);
    return lathe_tree_is(ours, "bus", "nvme");
}

static const char *drive_driver(const char *bus, bool cdrom)
{
    if (strcmp(bus, "virtio") == 0)
        return "virtio-blk-pci";
    if (strcmp(bus, "nvme") == 0)
        return "nvme";
    if (strcmp(bus, "usb") == 0)
        return "usb-storage";
    if (strcmp(bus, "fdc") == 0)
        return "floppy";
    if (strcmp(bus, "scsi") == 0)
        return cdrom ? "scsi-cd" : "scsi-hd";
    return strcmp(bus, "sata") == 0 || strcmp(bus, "ide") == 0 ? cdrom ? "ide-cd" : "ide-hd" : NULL;
}

static void drive_export_image(struct lathe_export *export, const xmlNode *disk, const char *id,
                               bool cdrom)
{
    static const char *const settings[][2] = {{"type", "format"},
                                              {"cache", "cache"},
                                              {"io", "aio"},
                                              {"discard", "discard"},
                                              {"detect_zeroes", "detect-zeroes"},
                                              {"error_policy", "werror"},
                                              {"rerror_policy", "rerror"}};
    const xmlNode *driver = lathe_export_child(export, disk, "driver");
    const xmlNode *source = lathe_export_child(export, disk, "source");
    g_autofree char *file = lathe_export_get(export, source, "file");
    g_autofree char *block = lathe_export_get(export, source, "dev");
    g_autoptr(GString) text = g_string_new("if=none");

    lathe_export_key(text, "id", id);
    lathe_export_key(text, "file", file != NULL ? file : block);
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
        g_autofree char *value = lathe_export_get(export, driver, settings[i][0]);
        if (source != NULL && g_strcmp0(value, "default") != 0) /* an empty drive has none */
            lathe_export_key(text, settings[i][1], value);
    }
    lathe_export_skip(export, driver, "name");
    if (lathe_export_child(export, disk, "readonly") != NULL || cdrom)
        lathe_export_key(text, "readonly", "on");
    if (lathe_export_child(export, disk, "transient") != NULL)
        lathe_export_key(text, "snapshot", "on");
    lathe_export_key(text, "media", cdrom ? "cdrom" : NULL);
    lathe_export_add(export, "-drive", g_strdup(text->str));
}

static void drive_export_device(struct lathe_export *export, const xmlNode *disk,
                                const char *driver, const char *dev, const char *id)
{
    g_autoptr(GString) text = g_string_new(driver);
    g_autofree char *serial = lathe_export_text(export, lathe_export_child(export, disk, "serial"));
    g_autofree char *queues = lathe_export_get(export, lathe_tree_child(disk, "driver"), "queues");
    g_autofree char *thread =
        lathe_export_get(export, lathe_tree_child(disk, "driver"), "iothread");
    g_autofree char *thread_id = g_strconcat("iothread", thread, NULL);
    bool nvme = strcmp(driver, "nvme") == 0;

    if (g_str_has_prefix(driver, "ide-") && export->q35)
        g_string_append_printf(text, ",bus=ide.%u", export->sata++);
    lathe_export_key(text, "drive", id);
    lathe_export_key(text, "serial", serial != NULL ? serial : nvme ? dev : NULL);
    lathe_export_key(text, nvme ? "max_ioqpairs" : "num-queues", queues);
    lathe_export_key(text, "iothread", thread != NULL ? thread_id : NULL);
    lathe_export_place(export, disk, text);
    lathe_export_add(export, "-device", g_strdup(text->str));
}

static void drive_export(struct lathe_export *export, const xmlNode *disk)
{
    const xmlNode *target = lathe_export_child(export, disk, "target");
    g_autofree char *dev = lathe_export_get(export, target, "dev");
    g_autofree char *bus = lathe_export_get(export, target, "bus");
    g_autofree char *type = lathe_tree_get(disk, "type");
    bool cdrom = lathe_tree_is(disk, "device", "cdrom");
    bool file = type == NULL || strcmp(type, "file") == 0 || strcmp(type, "block") == 0;
    const char *kind = bus != NULL                   ? bus
                       : g_str_has_prefix(dev, "vd") ? "virtio"
                       : g_str_has_prefix(dev, "fd") ? "fdc"
                       : g_str_has_prefix(dev, "hd") ? "ide"
                                                     : "sata";
    const char *driver = drive_driver(drive_is_nvme(export, dev) ? "nvme" : kind, cdrom);
    g_autofree char *id = g_strconcat("drive-", dev, NULL);

    if (driver == NULL || !file)
        return;
    lathe_export_mark(export, disk);
    lathe_export_skip(export, disk, "type");
    lathe_export_skip(export, disk, "device");
    drive_export_image(export, disk, id, cdrom);
    drive_export_device(export, disk, driver, dev, id);
}

void lathe_export_drives(struct lathe_export *export)
{
    const xmlNode *disk = lathe_tree_child(export->devices, "disk");

    for (; disk != NULL; disk = lathe_tree_next(disk))
        drive_export(export, disk);
}

/* ---- network ---- */

#define EXPORT_MAX_PORTS 256 /* of a range */

static void net_export_range(struct lathe_export *export, const xmlNode *forward,
                             const xmlNode *range, GString *text)
{
    g_autofree char *proto = lathe_export_get(export, forward, "proto");
    g_autofree char *address = lathe_export_get(export, forward, "address");
    g_autofree char *start = lathe_export_get(export, range, "start");
    g_autofree char *end = lathe_export_get(export, range, "end");
    g_autofree char *to = lathe_export_get(export, range, "to");
    guint64 first = g_ascii_strtoull(start, NULL, 10);
    guint64 last = end != NULL ? g_ascii_strtoull(end, NULL, 10) : first;
    guint64 guest = to != NULL ? g_ascii_strtoull(to, NULL, 10) : first;

    for (guint64 port = first; port <= last && port - first < EXPORT_MAX_PORTS; port++)
        g_string_append_printf(text, ",hostfwd=%s:%s:%" G_GUINT64_FORMAT "-:%" G_GUINT64_FORMAT,
                               proto, address != NULL ? address : "", port, guest + (port - first));
}

/* Ranges with holes, and addresses that QEMU's line has no place for, stay unsaid. */
static void net_export_forwards(struct lathe_export *export, const xmlNode *net, GString *text)
{
    const xmlNode *forward = lathe_tree_child(net, "portForward");

    for (; forward != NULL; forward = lathe_tree_next(forward)) {
        const xmlNode *range = lathe_tree_child(forward, "range");
        g_autofree char *address = lathe_tree_get(forward, "address");
        bool holes = false;
        for (const xmlNode *other = range; other != NULL; other = lathe_tree_next(other))
            holes |= lathe_tree_is(other, "exclude", "yes");
        if (holes || (address != NULL && strpbrk(address, ":,") != NULL))
            continue;
        for (; range != NULL; range = lathe_tree_next(range))
            net_export_range(export, forward, range, text);
    }
}

static char *net_export_backend(struct lathe_export *export, const xmlNode *net, unsigned index)
{
    const xmlNode *source = lathe_tree_child(net, "source");
    GString *text = g_string_new(NULL);

    if (lathe_tree_is(net, "type", "bridge")) {
        g_autofree char *bridge = lathe_export_get(export, source, "bridge");
        g_string_printf(text, "bridge,id=net%u", index);
        lathe_export_key(text, "br", bridge);
    } else if (lathe_tree_is(net, "type", "ethernet")) {
        const xmlNode *target = lathe_export_child(export, net, "target");
        g_autofree char *dev = lathe_export_get(export, target, "dev");
        g_string_printf(text, "tap,id=net%u", index);
        lathe_export_key(text, "ifname", dev);
    } else {
        g_string_printf(text, "user,id=net%u", index);
        net_export_forwards(export, net, text);
    }
    return g_string_free(text, FALSE);
}

static void net_export(struct lathe_export *export, const xmlNode *net, unsigned index)
{
    static const char *const carried[] = {"user", "bridge", "ethernet", NULL};
    g_autofree char *mac = lathe_export_get(export, lathe_tree_child(net, "mac"), "address");
    g_autofree char *model = lathe_export_get(export, lathe_tree_child(net, "model"), "type");
    g_autofree char *type = lathe_tree_get(net, "type");
    const xmlNode *rom = lathe_tree_child(net, "rom");
    g_autofree char *file = lathe_export_get(export, rom, "file");
    bool virtio = model == NULL || g_str_has_prefix(model, "virtio");
    g_autoptr(GString) text = g_string_new(virtio ? "virtio-net-pci" : model);

    lathe_export_mark(export, net);
    if (type != NULL && g_strv_contains(carried, type)) /* others have a stand-in, and are told */
        lathe_export_skip(export, net, "type");
    lathe_export_add(export, "-netdev", net_export_backend(export, net, index));
    g_string_append_printf(text, ",netdev=net%u", index);
    lathe_export_key(text, "mac", mac);
    lathe_export_key(text, "romfile", lathe_export_is(export, rom, "enabled", "no") ? "" : file);
    lathe_export_place(export, net, text);
    lathe_export_add(export, "-device", g_strdup(text->str));
}

void lathe_export_nets(struct lathe_export *export)
{
    const xmlNode *net = lathe_tree_child(export->devices, "interface");

    for (unsigned i = 0; net != NULL; net = lathe_tree_next(net))
        net_export(export, net, i++);
}
