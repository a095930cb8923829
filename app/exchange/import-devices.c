/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The import of bridges and controllers, of the devices that a table can tell, and of displays. */
#include <string.h>

#include "app/exchange/import-private.h"
#include "app/exchange/plains.h"

/* ---- bridges ---- */

/* What libvirt calls them, and what of them is said in <target>. */
static const struct bridge {
    const char *driver, *model;
    const char *keys[3], *names[3];
} bridges[] = {
    {"pcie-root-port", "pcie-root-port", {"chassis", "port"}, {"chassis", "port"}},
    {"ioh3420", "pcie-root-port", {"chassis", "port"}, {"chassis", "port"}},
    {"x3130-upstream", "pcie-switch-upstream-port", {NULL}, {NULL}},
    {"xio3130-downstream", "pcie-switch-downstream-port", {"chassis", "port"}, {"chassis", "port"}},
    {"pcie-pci-bridge", "pcie-to-pci-bridge", {NULL}, {NULL}},
    {"i82801b11-bridge", "dmi-to-pci-bridge", {NULL}, {NULL}},
    {"pci-bridge", "pci-bridge", {"chassis_nr"}, {"chassisNr"}},
    {"pxb-pcie", "pcie-expander-bus", {"bus_nr"}, {"busNr"}},
    {"pxb", "pci-expander-bus", {"bus_nr"}, {"busNr"}},
};

static const struct bridge *bridge_find(const char *driver)
{
    for (size_t i = 0; driver != NULL && i < G_N_ELEMENTS(bridges); i++) {
        if (strcmp(bridges[i].driver, driver) == 0)
            return &bridges[i];
    }
    return NULL;
}

static void bridge_add_target(struct lathe_qemu_option *device, const struct bridge *bridge,
                              xmlNode *controller)
{
    const char *node = lathe_qemu_get(device, "numa_node");

    for (size_t i = 0; i < G_N_ELEMENTS(bridge->keys) && bridge->keys[i] != NULL; i++) {
        const char *value = lathe_qemu_get(device, bridge->keys[i]);
        if (value != NULL)
            lathe_tree_set(lathe_tree_need(controller, "target"), bridge->names[i], value);
    }
    if (node != NULL)
        lathe_tree_add(lathe_tree_need(controller, "target"), "node", node);
}

static xmlNode *controller_add(struct lathe_import *import, const char *type, unsigned index,
                               const char *model)
{
    xmlNode *node = lathe_tree_add(import->devices, "controller", NULL);
    char text[16];

    g_snprintf(text, sizeof(text), "%u", index);
    lathe_tree_set(lathe_tree_set(node, "type", type), "index", text);
    if (model != NULL)
        lathe_tree_set(node, "model", model);
    return node;
}

static void bridge_take(struct lathe_import *import, struct lathe_qemu_option *device,
                        const struct bridge *bridge)
{
    const char *id = lathe_qemu_peek(device, "id");
    xmlNode *node;

    if (import->controllers == 0)
        controller_add(import, "pci", 0, import->q35 ? "pcie-root" : "pci-root");
    node = controller_add(import, "pci", ++import->controllers, bridge->model);
    lathe_qemu_get(device, "driver");
    bridge_add_target(device, bridge, node);
    if (id != NULL)
        g_hash_table_insert(import->bridges, (gpointer)id, GUINT_TO_POINTER(import->controllers));
    lathe_import_place(import, device, node);
}

/* In the order of the line, as QEMU wants them too: a bridge stands before what is behind it. */
void lathe_import_buses(struct lathe_import *import)
{
    struct lathe_qemu_option *device;
    unsigned place = 0;

    while ((device = lathe_qemu_next(import->options, "device", &place)) != NULL) {
        const struct bridge *bridge = bridge_find(lathe_qemu_peek(device, "driver"));
        if (bridge != NULL)
            bridge_take(import, device, bridge);
    }
}

/* ---- devices by a table ---- */

static unsigned plain_count(const struct lathe_import *import, const char *type)
{
    const xmlNode *node = lathe_tree_child(import->devices, "controller");
    unsigned count = 0;

    for (; node != NULL; node = lathe_tree_next(node))
        count += lathe_tree_is(node, "type", type);
    return count;
}

static xmlNode *plain_add_video(struct lathe_import *import, const char *type, bool accelerated)
{
    xmlNode *video = lathe_tree_add(import->devices, "video", NULL);
    xmlNode *model = lathe_tree_set(lathe_tree_add(video, "model", NULL), "type", type);

    if (accelerated)
        lathe_tree_set(lathe_tree_add(model, "acceleration", NULL), "accel3d", "yes");
    return video;
}

/* Controllers get their number. */
static xmlNode *plain_add(struct lathe_import *import, const struct lathe_plain *row)
{
    xmlNode *node;

    if (strcmp(row->element, "video") == 0)
        return plain_add_video(import, row->value, row->name2 != NULL);
    if (strcmp(row->element, "controller") == 0)
        return controller_add(import, row->value, plain_count(import, row->value), row->value2);
    node =
        lathe_tree_set(lathe_tree_add(import->devices, row->element, NULL), row->name, row->value);
    return row->name2 != NULL ? lathe_tree_set(node, row->name2, row->value2) : node;
}

/* The codec of an HDA controller belongs to the last one. */
static bool plain_take_codec(struct lathe_import *import, struct lathe_qemu_option *device)
{
    static const char *const codecs[][2] = {
        {"hda-duplex", "duplex"}, {"hda-micro", "micro"}, {"hda-output", "output"}};
    const char *driver = lathe_qemu_peek(device, "driver");
    xmlNode *sound = lathe_tree_child(import->devices, "sound"), *next;

    while (sound != NULL && (next = lathe_tree_next(sound)) != NULL)
        sound = next;
    for (size_t i = 0; sound != NULL && i < G_N_ELEMENTS(codecs); i++) {
        if (g_strcmp0(driver, codecs[i][0]) != 0)
            continue;
        lathe_qemu_get(device, "driver");
        lathe_qemu_get(device, "bus");
        lathe_tree_set(lathe_tree_add(sound, "codec", NULL), "type", codecs[i][1]);
        return true;
    }
    return false;
}

static bool plain_take_rng(struct lathe_import *import, struct lathe_qemu_option *device)
{
    struct lathe_qemu_option *object;
    const char *type, *file;

    if (!g_str_has_prefix(lathe_qemu_peek(device, "driver"), "virtio-rng"))
        return false;
    lathe_qemu_get(device, "driver");
    object = lathe_qemu_find(import->options, "object", "id", lathe_qemu_get(device, "rng"));
    type = object != NULL ? lathe_qemu_get(object, "qom-type") : "rng-builtin";
    file = object != NULL ? lathe_qemu_get(object, "filename") : NULL;
    bool builtin = g_strcmp0(type, "rng-random") != 0;
    xmlNode *rng = lathe_tree_set(lathe_tree_add(import->devices, "rng", NULL), "model", "virtio");
    xmlNode *backend = lathe_tree_add(rng, "backend",
                                      builtin        ? NULL
                                      : file != NULL ? file
                                                     : "/dev/urandom");
    lathe_tree_set(backend, "model", builtin ? "builtin" : "random");
    lathe_import_place(import, device, rng);
    return true;
}

/* What test programs talk to is ours. */
static bool plain_take_debug(struct lathe_import *import, struct lathe_qemu_option *device)
{
    const char *driver = lathe_qemu_peek(device, "driver");
    const char *base = lathe_qemu_peek(device, "iobase");
    bool leaves = strcmp(driver, "isa-debug-exit") == 0;

    if (!leaves && strcmp(driver, "pc-testdev") != 0)
        return false;
    if (leaves && (base == NULL || g_ascii_strtoull(base, NULL, 0) != 0xf4))
        return false;
    lathe_qemu_get(device, "driver");
    lathe_qemu_get(device, "iobase");
    if (g_strcmp0(lathe_qemu_peek(device, "iosize"), "0x04") == 0 ||
        g_strcmp0(lathe_qemu_peek(device, "iosize"), "4") == 0)
        lathe_qemu_get(device, "iosize");
    lathe_tree_set(lathe_tree_need(lathe_import_ours(import), "lathe:debug"),
                   leaves ? "exit" : "testdev", "yes");
    return true;
}

bool lathe_import_plain_device(struct lathe_import *import, struct lathe_qemu_option *device)
{
    const char *driver = lathe_qemu_peek(device, "driver");

    if (driver == NULL)
        return false;
    if (plain_take_codec(import, device) || plain_take_rng(import, device) ||
        plain_take_debug(import, device))
        return true;
    for (const struct lathe_plain *row = lathe_plains; row->driver != NULL; row++) {
        if ((row->ways & PLAIN_IMPORT) == 0 || strcmp(row->driver, driver) != 0)
            continue;
        lathe_qemu_get(device, "driver");
        if (strcmp(row->element, "controller") != 0 && g_str_has_prefix(driver, "usb-"))
            lathe_qemu_get(device, "bus");
        lathe_import_place(import, device, plain_add(import, row));
        return true;
    }
    return false;
}

/* ---- what people see ---- */

static const struct {
    const char *word, *type;
} people_vgas[] = {{"std", "vga"},       {"virtio", "virtio"}, {"qxl", "qxl"},
                   {"cirrus", "cirrus"}, {"vmware", "vmvga"},  {"none", "none"}};

static void people_take_vga(struct lathe_import *import)
{
    struct lathe_qemu_option *vga;
    unsigned place = 0;

    while ((vga = lathe_qemu_next(import->options, "vga", &place)) != NULL) {
        for (size_t i = 0; i < G_N_ELEMENTS(people_vgas); i++) {
            if (strcmp(lathe_qemu_peek(vga, ""), people_vgas[i].word) == 0 &&
                lathe_tree_child(import->devices, "video") == NULL)
                plain_add_video(import, lathe_qemu_get(vga, "") ? people_vgas[i].type : "", false);
        }
    }
    if (lathe_tree_child(import->devices, "video") == NULL)
        plain_add_video(import, import->defaults ? "vga" : "none", false);
}

static void people_set_display(struct lathe_import *import, const char *kind)
{
    lathe_tree_set(lathe_tree_need(lathe_import_ours(import), "lathe:display"), "kind", kind);
}

static void people_take_display(struct lathe_import *import)
{
    struct lathe_qemu_option *option;
    unsigned place = 0;

    while ((option = lathe_qemu_next(import->options, "display", &place)) != NULL) {
        const char *type = lathe_qemu_peek(option, "type");
        if (g_strcmp0(type, "none") == 0 || g_strcmp0(type, "gtk") == 0)
            people_set_display(import, lathe_qemu_get(option, "type"));
        else
            lathe_import_drop(import, option, "a machine's window is Lathe's own");
    }
    place = 0;
    if ((option = lathe_qemu_next(import->options, "nographic", &place)) != NULL) {
        option->used = true;
        people_set_display(import, "none");
    }
}

/* "127.0.0.1:1" is port 5901 there. */
static void people_take_vnc(struct lathe_import *import, struct lathe_qemu_option *vnc)
{
    const char *text = lathe_qemu_peek(vnc, "vnc"), *colon = text ? strrchr(text, ':') : NULL;
    guint64 number;
    char port[16];

    if (colon == NULL || !g_ascii_string_to_unsigned(colon + 1, 10, 0, 59635, &number, NULL)) {
        lathe_import_drop(import, vnc, "only VNC at a port is known");
        return;
    }
    lathe_qemu_get(vnc, "vnc");
    g_autofree char *address = g_strndup(text, (gsize)(colon - text));
    g_snprintf(port, sizeof(port), "%u", (unsigned)number + 5900);
    xmlNode *node =
        lathe_tree_set(lathe_tree_add(import->devices, "graphics", NULL), "type", "vnc");
    lathe_tree_set(lathe_tree_set(node, "port", port), "autoport", "no");
    if (address[0] != '\0')
        lathe_tree_set(node, "listen", address);
}

static void people_take_spice(struct lathe_import *import, struct lathe_qemu_option *spice)
{
    const char *port = lathe_qemu_get(spice, "port"), *address = lathe_qemu_get(spice, "addr");
    xmlNode *node =
        lathe_tree_set(lathe_tree_add(import->devices, "graphics", NULL), "type", "spice");

    if (port != NULL)
        lathe_tree_set(lathe_tree_set(node, "port", port), "autoport", "no");
    if (address != NULL)
        lathe_tree_set(node, "listen", address);
}

static void people_take_usb(struct lathe_import *import)
{
    struct lathe_qemu_option *option;
    unsigned place = 0;

    while ((option = lathe_qemu_next(import->options, "usb", &place)) != NULL)
        option->used = true; /* the machine has USB where something needs it */
    place = 0;
    while ((option = lathe_qemu_next(import->options, "usbdevice", &place)) != NULL) {
        const char *kind = lathe_qemu_peek(option, "");
        if (g_strcmp0(kind, "tablet") != 0 && g_strcmp0(kind, "mouse") != 0 &&
            g_strcmp0(kind, "keyboard") != 0)
            continue;
        xmlNode *input = lathe_tree_add(import->devices, "input", NULL);
        lathe_tree_set(lathe_tree_set(input, "type", lathe_qemu_get(option, "")), "bus", "usb");
    }
}

void lathe_import_people(struct lathe_import *import)
{
    struct lathe_qemu_option *option;
    unsigned place = 0;

    people_take_usb(import);
    people_take_display(import);
    while ((option = lathe_qemu_next(import->options, "vnc", &place)) != NULL)
        people_take_vnc(import, option);
    place = 0;
    while ((option = lathe_qemu_next(import->options, "spice", &place)) != NULL)
        people_take_spice(import, option);
    people_take_vga(import);
}
