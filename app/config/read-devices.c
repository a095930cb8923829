/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A checked document becomes a definition: disks, network adapters, serial ports and the like. */
#include <string.h>

#include "app/config/parts.h"
#include "app/config/read.h"
#include "app/config/tree.h"
#include "app/plan/error.h"

/* ---- disks ---- */

/* Has what is ours of the machine this disk on another bus? */
static bool drive_is_ours(const struct lathe_config_reader *reader, const char *dev,
                          const char *bus)
{
    const xmlNode *ours = lathe_tree_find(reader->root, "metadata/lathe:machine/lathe:disk");

    for (; ours != NULL; ours = lathe_tree_next(ours)) {
        if (lathe_tree_is(ours, "dev", dev) && lathe_tree_is(ours, "bus", bus))
            return true;
    }
    return false;
}

/* Without a bus the name says it, as in libvirt. */
static enum emu_drive_bus drive_bus(const struct lathe_config_reader *reader, const xmlNode *target)
{
    g_autofree char *dev = lathe_tree_get(target, "dev"), *bus = lathe_tree_get(target, "bus");

    if (lathe_tree_is(target->parent, "device", "floppy"))
        return EMU_DRIVE_FLOPPY;
    if (g_strcmp0(bus, "nvme") == 0 || drive_is_ours(reader, dev, "nvme"))
        return EMU_DRIVE_NVME;
    if (g_strcmp0(bus, "usb") == 0)
        return EMU_DRIVE_USB;
    if (g_strcmp0(bus, "virtio") == 0 || (bus == NULL && g_str_has_prefix(dev, "vd")))
        return EMU_DRIVE_VIRTIO;
    return EMU_DRIVE_SATA;
}

static void drive_fix_cdrom(struct lathe_config_reader *reader, const xmlNode *node,
                            struct lathe_disk_definition *disk)
{
    disk->read_only = true;
    if (disk->bus == EMU_DRIVE_SATA || disk->bus == EMU_DRIVE_USB)
        return;
    disk->bus = EMU_DRIVE_SATA;
    lathe_read_later(reader, lathe_tree_child(node, "target"),
                     "disk/target of a CD drive: a SATA drive stands in for it");
}

static void read_drive(struct lathe_config_reader *reader, const xmlNode *node,
                       struct lathe_disk_definition *disk)
{
    const xmlNode *driver = lathe_tree_child(node, "driver");
    const xmlNode *source = lathe_tree_child(node, "source");
    bool block = lathe_tree_is(node, "type", "block");
    g_autofree char *path = lathe_tree_get(source, block ? "dev" : "file");
    g_autofree char *queues = lathe_tree_get(driver, "queues");
    g_autofree char *thread = lathe_tree_get(driver, "iothread");

    disk->path = lathe_read_path(reader, path);
    disk->format = lathe_tree_get(driver, "type");
    disk->bus = drive_bus(reader, lathe_tree_child(node, "target"));
    if (disk->bus == EMU_DRIVE_FLOPPY && disk->format == NULL)
        disk->format = g_strdup("raw"); /* there is no other */
    disk->cdrom = lathe_tree_is(node, "device", "cdrom");
    disk->read_only = lathe_tree_child(node, "readonly") != NULL;
    disk->discard_changes = lathe_tree_child(node, "transient") != NULL;
    disk->queues = queues != NULL ? (unsigned)g_ascii_strtoull(queues, NULL, 10) : 0;
    disk->boot = lathe_read_boot(node);
    disk->iothread = thread != NULL ? (unsigned)g_ascii_strtoull(thread, NULL, 10) : 0;
    disk->place = lathe_parts_read_place(node);
    if (disk->cdrom)
        drive_fix_cdrom(reader, node, disk);
}

bool lathe_read_drives(struct lathe_config_reader *reader, GError **error)
{
    struct lathe_definition *definition = reader->definition;
    const xmlNode *node = lathe_tree_find(reader->root, "devices/disk");

    for (; node != NULL; node = lathe_tree_next(node)) {
        if (lathe_tree_is(node, "device", "lun"))
            continue; /* the check has told */
        if (definition->disks == EMU_MAX_DRIVES)
            return lathe_read_fail(reader, node, error,
                                   "a machine has at most %d disks and CD drives", EMU_MAX_DRIVES);
        read_drive(reader, node, &definition->disk[definition->disks++]);
    }
    return true;
}

/* ---- network ---- */

#define READ_MAX_FORWARDS                                                                          \
    256 /* of a portForward: ranges are short in a definition that is meant                        \
         */

/* Is the port in a range that is taken out? */
static bool forward_excludes(const xmlNode *forward, guint64 port)
{
    for (const xmlNode *range = lathe_tree_child(forward, "range"); range != NULL;
         range = lathe_tree_next(range)) {
        g_autofree char *start = lathe_tree_get(range, "start");
        g_autofree char *end = lathe_tree_get(range, "end");
        guint64 first = g_ascii_strtoull(start, NULL, 10);
        guint64 last = end != NULL ? g_ascii_strtoull(end, NULL, 10) : first;
        if (lathe_tree_is(range, "exclude", "yes") && port >= first && port <= last)
            return true;
    }
    return false;
}

/* Appends ",forward=..." for each port of a range. */
static bool read_range(const xmlNode *forward, const xmlNode *range, const char *host,
                       GString *text, unsigned *count)
{
    g_autofree char *proto = lathe_tree_get(forward, "proto"), *to = lathe_tree_get(range, "to");
    g_autofree char *start = lathe_tree_get(range, "start"), *end = lathe_tree_get(range, "end");
    guint64 first = g_ascii_strtoull(start, NULL, 10);
    guint64 last = end != NULL ? g_ascii_strtoull(end, NULL, 10) : first;
    guint64 guest = to != NULL ? g_ascii_strtoull(to, NULL, 10) : first;

    if (lathe_tree_is(range, "exclude", "yes"))
        return true;
    for (guint64 port = first; port <= last; port++) {
        if (forward_excludes(forward, port))
            continue;
        if (++*count > READ_MAX_FORWARDS)
            return false;
        g_string_append_printf(text, ",forward=%s:%s:%" G_GUINT64_FORMAT "-:%" G_GUINT64_FORMAT,
                               proto, host, port, guest + (port - first));
    }
    return true;
}

bool lathe_read_forward_ports(const xmlNode *forward, GString *text)
{
    g_autofree char *address = lathe_tree_get(forward, "address");
    bool six = address != NULL && strchr(address, ':') != NULL;
    g_autofree char *host =
        g_strconcat(six ? "[" : "", address != NULL ? address : "", six ? "]" : "", NULL);
    const xmlNode *range = lathe_tree_child(forward, "range");
    unsigned count = 0;

    for (; range != NULL; range = lathe_tree_next(range)) {
        if (!read_range(forward, range, host, text, &count))
            return false;
    }
    return true;
}

static bool read_forward(struct lathe_config_reader *reader, const xmlNode *forward, GString *text,
                         GError **error)
{
    g_autofree char *address = lathe_tree_get(forward, "address");
    gsize length = text->len;

    if (address != NULL && strchr(address, ',') != NULL)
        return lathe_read_fail(reader, forward, error,
                               "interface/portForward address='%s' is no address", address);
    if (address == NULL)
        lathe_read_later(reader, forward,
                         "interface/portForward without address: only this host reaches the port");
    if (!lathe_read_forward_ports(forward, text))
        return lathe_read_fail(reader, forward, error, "interface/portForward: more than %d ports",
                               READ_MAX_FORWARDS);
    return text->len != length ||
           lathe_read_fail(reader, forward, error,
                           "interface/portForward needs <range>: not all ports can be forwarded");
}

static const char *read_net_model(struct lathe_config_reader *reader, const xmlNode *node)
{
    const xmlNode *model = lathe_tree_child(node, "model");
    g_autofree char *type = lathe_tree_get(model, "type");

    if (type == NULL || strcmp(type, "virtio") == 0 || strcmp(type, "virtio-non-transitional") == 0)
        return "virtio";
    if (strcmp(type, "e1000e") != 0)
        lathe_read_later(reader, model, "interface/model '%s': e1000e stands in for it", type);
    return "e1000e";
}

static bool read_net(struct lathe_config_reader *reader, const xmlNode *node, GError **error)
{
    g_autofree char *mac = lathe_tree_get(lathe_tree_child(node, "mac"), "address");
    g_autoptr(GString) text = g_string_new("user,model=");
    const xmlNode *forward = lathe_tree_child(node, "portForward");
    struct lathe_definition *definition = reader->definition;

    g_string_append(text, read_net_model(reader, node));
    if (mac != NULL)
        g_string_append_printf(text, ",mac=%s", mac);
    for (; forward != NULL; forward = lathe_tree_next(forward)) {
        if (!read_forward(reader, forward, text, error))
            return false;
    }
    if (!lathe_definition_add_net(definition, text->str, error))
        return lathe_read_fail_at(reader, node, error);
    definition->net[definition->nets - 1].boot = lathe_read_boot(node);
    definition->net[definition->nets - 1].place = lathe_parts_read_place(node);
    return lathe_read_netboot(reader, definition->nets - 1, error);
}

/* A definition says all its adapters: none is added. */
bool lathe_read_nets(struct lathe_config_reader *reader, GError **error)
{
    const xmlNode *node = lathe_tree_find(reader->root, "devices/interface");

    reader->definition->no_net = node == NULL;
    for (; node != NULL; node = lathe_tree_next(node)) {
        if (!read_net(reader, node, error))
            return false;
    }
    return true;
}

/* ---- serial ports ---- */

/* Where a port leads, as the command line says it; NULL with *error. */
static char *read_end(struct lathe_config_reader *reader, const xmlNode *node, GError **error)
{
    g_autofree char *type = lathe_tree_get(node, "type");
    g_autofree char *source = lathe_tree_get(lathe_tree_child(node, "source"), "path");
    g_autofree char *path = lathe_read_path(reader, source);
    bool has_path = strcmp(type, "unix") == 0 || strcmp(type, "file") == 0;
    static const char *const plain[] = {"pty", "null", "stdio", NULL};

    if (has_path && path == NULL) {
        lathe_read_fail(reader, node, error, "%s type='%s' needs <source path='...'>",
                        (const char *)node->name, type);
        return NULL;
    }
    if (has_path)
        return g_strconcat(type, ":", path, NULL);
    return g_strdup(g_strv_contains(plain, type) ? type : "default");
}

static bool read_serial(struct lathe_config_reader *reader, const xmlNode *node, GError **error)
{
    g_autofree char *text = read_end(reader, node, error);

    return text != NULL && (lathe_definition_add_serial(reader->definition, text, error) ||
                            lathe_read_fail_at(reader, node, error));
}

bool lathe_read_is_debugcon(const xmlNode *node)
{
    const xmlNode *target = lathe_tree_child(node, "target");

    return lathe_tree_is(target, "type", "isa-debug") ||
           lathe_tree_is(lathe_tree_child(target, "model"), "name", "isa-debugcon");
}

/* Firmware's port 0x402: a file, or nothing and a log. */
static bool read_debugcon(struct lathe_config_reader *reader, const xmlNode *node, GError **error)
{
    g_autofree char *log = lathe_tree_get(lathe_tree_child(node, "log"), "file");
    g_autofree char *source = lathe_tree_get(lathe_tree_child(node, "source"), "path");
    bool file = lathe_tree_is(node, "type", "file");

    if (reader->definition->debugcon != NULL)
        return lathe_read_fail(reader, node, error, "a second isa-debugcon, where one belongs");
    reader->definition->debugcon = lathe_read_path(reader, file ? source : log);
    if (reader->definition->debugcon == NULL)
        lathe_read_later(reader, node, "serial isa-debugcon: it writes to files only");
    return true;
}

static bool read_serials(struct lathe_config_reader *reader, GError **error)
{
    const xmlNode *node = lathe_tree_find(reader->root, "devices/serial");

    for (; node != NULL; node = lathe_tree_next(node)) {
        if (lathe_tree_child(node, "log") != NULL && !lathe_read_is_debugcon(node))
            lathe_read_later(reader, node, "serial/log: the window keeps the port's text");
        if (lathe_read_is_debugcon(node) ? !read_debugcon(reader, node, error)
                                         : !read_serial(reader, node, error))
            return false;
    }
    return true;
}

bool lathe_read_is_serial_console(const xmlNode *console)
{
    g_autofree char *type = lathe_tree_get(lathe_tree_child(console, "target"), "type");

    return type == NULL || strcmp(type, "serial") == 0;
}

bool lathe_read_is_virtio_port(const xmlNode *port)
{
    static const char *const kinds[] = {"pty", "unix", "file", "null", "stdio", "vc", NULL};
    g_autofree char *type = lathe_tree_get(port, "type");

    return type != NULL && g_strv_contains(kinds, type) &&
           lathe_tree_is(lathe_tree_child(port, "target"), "type", "virtio");
}

static bool read_terminal(struct lathe_config_reader *reader, const xmlNode *node, GError **error)
{
    g_autofree char *text = read_end(reader, node, error);

    return text != NULL && (lathe_definition_add_console(reader->definition, text, error) ||
                            lathe_read_fail_at(reader, node, error));
}

/* The first console is the first serial port, written again or only so; others are virtio's. */
static bool read_consoles(struct lathe_config_reader *reader, GError **error)
{
    const xmlNode *node = lathe_tree_find(reader->root, "devices/console");

    if (node != NULL && reader->definition->serials == 0 && lathe_read_is_serial_console(node) &&
        !read_serial(reader, node, error))
        return false;
    for (; node != NULL; node = lathe_tree_next(node)) {
        if (lathe_read_is_virtio_port(node) && !read_terminal(reader, node, error))
            return false;
    }
    return true;
}

/* libvirt makes up a path where a socket has none. */
static bool read_channel(struct lathe_config_reader *reader, const xmlNode *node, GError **error)
{
    g_autofree char *name = lathe_tree_get(lathe_tree_child(node, "target"), "name");
    bool nowhere = lathe_tree_is(node, "type", "unix") &&
                   xmlHasProp(lathe_tree_child(node, "source"), (const xmlChar *)"path") == NULL;
    g_autofree char *end = nowhere ? g_strdup("null") : read_end(reader, node, error);
    g_autofree char *text = g_strconcat(name != NULL ? name : "", "=", end, NULL);

    if (nowhere)
        lathe_read_later(reader, node, "channel '%s' has no path: it leads nowhere",
                         name != NULL ? name : "");
    return end != NULL && (lathe_definition_add_channel(reader->definition, text, error) ||
                           lathe_read_fail_at(reader, node, error));
}

static bool read_channels(struct lathe_config_reader *reader, GError **error)
{
    const xmlNode *node = lathe_tree_find(reader->root, "devices/channel");

    for (; node != NULL; node = lathe_tree_next(node)) {
        if (lathe_read_is_virtio_port(node) && !read_channel(reader, node, error))
            return false;
    }
    return true;
}

/* ---- the others ---- */

static bool read_tpm(struct lathe_config_reader *reader, GError **error)
{
    const xmlNode *backend = lathe_tree_find(reader->root, "devices/tpm/backend");
    g_autofree char *path = lathe_tree_get(lathe_tree_child(backend, "source"), "path");

    if (backend == NULL)
        return true;
    if (lathe_tree_is(backend, "type", "emulator")) {
        reader->definition->tpm = g_strdup("emulated");
        return true;
    }
    if (path == NULL)
        return lathe_read_fail(reader, backend, error,
                               "tpm/backend type='external' needs <source type='unix' path='...'>");
    g_autofree char *resolved = lathe_read_path(reader, path);
    reader->definition->tpm = g_strconcat("unix:", resolved, NULL);
    return true;
}

static void read_virtio_video(const xmlNode *model, struct lathe_definition *definition)
{
    g_autofree char *accelerated =
        lathe_tree_get(lathe_tree_child(model, "acceleration"), "accel3d");
    g_autofree char *heads = lathe_tree_get(model, "heads");
    guint64 count;

    if (g_strcmp0(accelerated, "yes") == 0)
        definition->gpu = EMU_GPU_VIRTIO_GL;
    if (heads != NULL && g_ascii_string_to_unsigned(heads, 10, 2, LATHE_MAX_HEADS, &count, NULL))
        definition->gpu_heads = (unsigned)count;
}

/* Libvirt has no word for it: it is ours, and OpenGL to others. */
static void read_vulkan(const xmlNode *root, struct lathe_definition *definition)
{
    const xmlNode *vulkan = lathe_tree_find(root, "metadata/lathe:machine/lathe:vulkan");
    g_autofree char *hostmem = lathe_tree_get(vulkan, "hostmem");
    guint64 bytes;

    if (definition->gpu != EMU_GPU_VIRTIO_GL || vulkan == NULL)
        return;
    definition->gpu = EMU_GPU_VENUS;
    if (hostmem != NULL &&
        g_ascii_string_to_unsigned(hostmem, 10, LATHE_MIN_HOSTMEM, LATHE_MAX_HOSTMEM, &bytes,
                                   NULL) &&
        (bytes & (bytes - 1)) == 0)
        definition->gpu_hostmem = bytes;
}

static void read_one_head(struct lathe_config_reader *reader, const xmlNode *model)
{
    g_autofree char *heads = lathe_tree_get(model, "heads");

    if (heads != NULL && strcmp(heads, "1") != 0)
        lathe_read_later(reader, model, "video/model heads='%s': the adapter has one screen",
                         heads);
}

static bool read_video(struct lathe_config_reader *reader, GError **error)
{
    const xmlNode *video = lathe_tree_find(reader->root, "devices/video");
    g_autofree char *type = lathe_tree_get(lathe_tree_child(video, "model"), "type");

    if (type != NULL) /* others keep the standard VGA, and the check has told */
        lathe_gpu_parse(type, &reader->definition->gpu, NULL);
    if (reader->definition->gpu == EMU_GPU_VIRTIO)
        read_virtio_video(lathe_tree_child(video, "model"), reader->definition);
    else
        read_one_head(reader, lathe_tree_child(video, "model"));
    read_vulkan(reader->root, reader->definition);
    if (video != NULL && lathe_tree_next(video) != NULL)
        lathe_read_later(reader, lathe_tree_next(video), "video: the machine has one adapter");
    return true;
}

/* The PS/2 devices are listed for every PC, and so say nothing. */
static bool read_inputs(struct lathe_config_reader *reader, GError **error)
{
    const xmlNode *node = lathe_tree_find(reader->root, "devices/input");
    enum lathe_input *input = &reader->definition->input;

    for (; node != NULL; node = lathe_tree_next(node)) {
        enum lathe_input kind = lathe_tree_is(node, "bus", "virtio") ? LATHE_INPUT_VIRTIO
                                : lathe_tree_is(node, "bus", "usb")  ? LATHE_INPUT_USB
                                                                     : LATHE_INPUT_DEFAULT;
        if (*input == LATHE_INPUT_DEFAULT)
            *input = kind;
        else if (kind != LATHE_INPUT_DEFAULT && kind != *input)
            lathe_read_later(reader, node, "input bus='%s': the machine has both on one bus, %s",
                             lathe_input_name(kind), lathe_input_name(*input));
    }
    return true;
}

bool lathe_read_ports(struct lathe_config_reader *reader, GError **error)
{
    return read_serials(reader, error) && read_consoles(reader, error) &&
           read_channels(reader, error) && read_tpm(reader, error) && read_video(reader, error) &&
           read_inputs(reader, error) && (lathe_read_graphics(reader), true);
}
