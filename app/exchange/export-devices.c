/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The export of devices: disks, adapters, ports, and those that a table can tell. */
#include <string.h>

#include "app/exchange/export-private.h"
#include "app/exchange/plains.h"

/* ---- bridges and controllers ---- */

static const char *const export_bridges[][2] = {
    {"pcie-root-port", "pcie-root-port"},
    {"pcie-switch-upstream-port", "x3130-upstream"},
    {"pcie-switch-downstream-port", "xio3130-downstream"},
    {"pcie-to-pci-bridge", "pcie-pci-bridge"},
    {"dmi-to-pci-bridge", "i82801b11-bridge"},
    {"pci-bridge", "pci-bridge"},
    {"pcie-expander-bus", "pxb-pcie"},
    {"pci-expander-bus", "pxb"},
};

static const char *bridge_driver(const char *model)
{
    for (size_t i = 0; model != NULL && i < G_N_ELEMENTS(export_bridges); i++) {
        if (strcmp(export_bridges[i][0], model) == 0)
            return export_bridges[i][1];
    }
    return NULL;
}

static void bridge_export_target(struct lathe_export *export, const xmlNode *controller,
                                 GString *text)
{
    static const char *const names[][2] = {
        {"chassis", "chassis"}, {"port", "port"}, {"chassisNr", "chassis_nr"}, {"busNr", "bus_nr"}};
    const xmlNode *target = lathe_export_child(export, controller, "target");
    g_autofree char *node = lathe_export_text(export, lathe_export_child(export, target, "node"));

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *value = lathe_export_get(export, target, names[i][0]);
        lathe_export_key(text, names[i][1], value);
    }
    lathe_export_key(text, "numa_node", node);
}

static void bridge_export(struct lathe_export *export, const xmlNode *controller)
{
    g_autofree char *index = lathe_export_get(export, controller, "index");
    g_autofree char *model = lathe_tree_get(controller, "model");
    const char *driver = bridge_driver(model);
    g_autoptr(GString) text = g_string_new(driver);

    if (g_strcmp0(model, "pcie-root") == 0 || g_strcmp0(model, "pci-root") == 0)
        lathe_export_mark_all(export, controller); /* the board's */
    if (driver == NULL || index == NULL)
        return;
    lathe_export_skip(export, controller, "type");
    lathe_export_skip(export, controller, "model");
    if (lathe_tree_child(controller, "model") != NULL)
        lathe_export_mark_all(export, lathe_tree_child(controller, "model"));
    g_string_append_printf(text, ",id=pci.%s", index);
    bridge_export_target(export, controller, text);
    lathe_export_place(export, controller, text);
    lathe_export_add(export, "-device", g_strdup(text->str));
}

static const struct {
    const char *type, *model, *driver;
} export_controllers[] = {
    {"usb", "qemu-xhci", "qemu-xhci"},
    {"usb", "nec-xhci", "nec-usb-xhci"},
    {"usb", "ehci", "usb-ehci"},
    {"usb", NULL, "qemu-xhci"},
    {"scsi", "virtio-scsi", "virtio-scsi-pci"},
    {"scsi", NULL, "virtio-scsi-pci"},
    {"scsi", "lsilogic", "lsi"},
    {"virtio-serial", NULL, "virtio-serial-pci"},
};

static const char *controller_driver(const char *type, const char *model)
{
    for (size_t i = 0; type != NULL && i < G_N_ELEMENTS(export_controllers); i++) {
        if (strcmp(export_controllers[i].type, type) == 0 &&
            g_strcmp0(export_controllers[i].model, model) == 0)
            return export_controllers[i].driver;
    }
    return NULL;
}

static void controller_export(struct lathe_export *export, const xmlNode *controller)
{
    g_autofree char *type = lathe_tree_get(controller, "type");
    g_autofree char *model = lathe_tree_get(controller, "model");
    g_autofree char *index = lathe_tree_get(controller, "index");
    const char *driver = controller_driver(type, model);
    g_autoptr(GString) text = g_string_new(driver);
    bool boards = g_strcmp0(type, "sata") == 0 || g_strcmp0(type, "ide") == 0 ||
                  g_strcmp0(type, "fdc") == 0 || g_strcmp0(type, "isa") == 0;

    if (boards && (index == NULL || strcmp(index, "0") == 0))
        lathe_export_mark_all(export, controller);
    if (driver == NULL)
        return;
    for (const char *const *name = (const char *const[]){"type", "model", "index", NULL};
         *name != NULL; name++)
        lathe_export_skip(export, controller, *name);
    if (strcmp(type, "usb") == 0) {
        g_autofree char *ports = lathe_export_get(export, controller, "ports");
        lathe_export_key(text, strstr(driver, "xhci") ? "p2" : "ports", ports);
        lathe_export_key(text, strstr(driver, "xhci") ? "p3" : "ports-3", ports);
    }
    lathe_export_place(export, controller, text);
    lathe_export_add(export, "-device", g_strdup(text->str));
}

static bool export_has_controller(const struct lathe_export *export, const char *type)
{
    const xmlNode *node = lathe_tree_child(export->devices, "controller");

    while (node != NULL && !lathe_tree_is(node, "type", type))
        node = lathe_tree_next(node);
    return node != NULL;
}

static bool export_needs(const struct lathe_export *export, const char *bus)
{
    static const char *const elements[] = {"disk", "input", "hostdev", "sound"};

    for (size_t i = 0; i < G_N_ELEMENTS(elements); i++) {
        const xmlNode *node = lathe_tree_child(export->devices, elements[i]);
        for (; node != NULL; node = lathe_tree_next(node)) {
            if (lathe_tree_is(lathe_tree_child(node, "target"), "bus", bus) ||
                lathe_tree_is(node, "bus", bus) || lathe_tree_is(node, "type", bus) ||
                lathe_tree_is(node, "model", bus))
                return true;
        }
    }
    return false;
}

/* Buses before what is on them. */
static void export_controllers_all(struct lathe_export *export)
{
    const xmlNode *first = lathe_tree_child(export->devices, "controller");

    for (const xmlNode *node = first; node != NULL; node = lathe_tree_next(node)) {
        if (lathe_tree_is(node, "type", "pci"))
            bridge_export(export, node);
    }
    for (const xmlNode *node = first; node != NULL; node = lathe_tree_next(node)) {
        if (!lathe_tree_is(node, "type", "pci"))
            controller_export(export, node);
    }
    if (!export_has_controller(export, "usb") && export_needs(export, "usb"))
        lathe_export_add(export, "-device", g_strdup("qemu-xhci"));
    if (!export_has_controller(export, "scsi") && export_needs(export, "scsi"))
        lathe_export_add(export, "-device", g_strdup("virtio-scsi-pci"));
}

/* ---- serial ports ---- */

/* The chardev; false: leads where QEMU's line cannot. */
static bool port_export_chardev(struct lathe_export *export, const xmlNode *port, const char *id)
{
    g_autofree char *type = lathe_tree_get(port, "type");
    const xmlNode *source = lathe_tree_child(port, "source");
    g_autofree char *path = lathe_tree_get(source, "path");
    static const char *const known[] = {"pty", "stdio", "null", "vc", "file", "unix", NULL};
    bool socket = g_strcmp0(type, "unix") == 0;
    g_autoptr(GString) text = g_string_new(socket ? "socket" : type);

    if (type == NULL || !g_strv_contains(known, type))
        return false;
    lathe_export_skip(export, port, "type");
    lathe_export_skip(export, port, "tty");
    lathe_export_skip(export, source, "path");
    lathe_export_key(text, "id", id);
    lathe_export_key(text, "path", path);
    if (socket && !lathe_export_is(export, source, "mode", "connect"))
        g_string_append(text, ",server=on,wait=off");
    g_autofree char *log =
        lathe_export_get(export, lathe_export_child(export, port, "log"), "file");
    lathe_export_key(text, "logfile", log);
    lathe_export_skip(export, lathe_tree_child(port, "log"), "append");
    lathe_export_add(export, "-chardev", g_strdup(text->str));
    return true;
}

static void port_export_serials(struct lathe_export *export)
{
    const xmlNode *port = lathe_tree_child(export->devices, "serial");

    for (unsigned i = 0; port != NULL; port = lathe_tree_next(port), i++) {
        const xmlNode *target = lathe_tree_child(port, "target");
        bool debug = lathe_tree_is(target, "type", "isa-debug");
        g_autofree char *id = g_strdup_printf("serial%u", i);
        if (!port_export_chardev(export, port, id))
            continue;
        if (target != NULL)
            lathe_export_mark_all(export, target);
        if (lathe_tree_child(port, "address") != NULL)
            lathe_export_mark_all(export, lathe_tree_child(port, "address"));
        lathe_export_add(export, "-device",
                         g_strdup_printf("%s,chardev=%s",
                                         debug ? "isa-debugcon,iobase=0x402" : "isa-serial", id));
    }
}

/* The first console is the first serial port again. */
static void port_export_consoles(struct lathe_export *export)
{
    const xmlNode *port = lathe_tree_child(export->devices, "console");
    bool serial = lathe_tree_child(export->devices, "serial") != NULL;

    for (unsigned i = 0; port != NULL; port = lathe_tree_next(port), i++) {
        const xmlNode *target = lathe_tree_child(port, "target");
        bool virtio = lathe_tree_is(target, "type", "virtio");
        g_autofree char *id = g_strdup_printf("console%u", i);
        if (!virtio && serial && i == 0)
            lathe_export_mark_all(export, port);
        if ((!virtio && serial) || !port_export_chardev(export, port, id))
            continue;
        if (target != NULL)
            lathe_export_mark_all(export, target);
        if (virtio && i == 0 && !export_has_controller(export, "virtio-serial"))
            lathe_export_add(export, "-device", g_strdup("virtio-serial-pci"));
        lathe_export_add(
            export, "-device",
            g_strdup_printf("%s,chardev=%s", virtio ? "virtconsole" : "isa-serial", id));
    }
}

/* ---- devices by a table ---- */

static void plain_export_codecs(struct lathe_export *export, const xmlNode *node)
{
    const xmlNode *codec = lathe_tree_child(node, "codec");
    bool hda = lathe_tree_is(node, "model", "ich6") || lathe_tree_is(node, "model", "ich9");

    if (hda && codec == NULL)
        lathe_export_add(export, "-device", g_strdup("hda-duplex"));
    for (; hda && codec != NULL; codec = lathe_tree_next(codec)) {
        g_autofree char *type = lathe_export_get(export, codec, "type");
        lathe_export_add(export, "-device", g_strconcat("hda-", type, NULL));
    }
}

static void plain_export(struct lathe_export *export, const xmlNode *node,
                         const struct lathe_plain *row)
{
    g_autoptr(GString) text = g_string_new(row->driver);

    lathe_export_mark(export, node);
    lathe_export_skip(export, node, row->name);
    if (row->name2 != NULL)
        lathe_export_skip(export, node, row->name2);
    lathe_export_place(export, node, text);
    if (row->driver[0] != '\0')
        lathe_export_add(export, "-device", g_strdup(text->str));
    plain_export_codecs(export, node);
}

static const struct lathe_plain *plain_find(const xmlNode *node)
{
    for (const struct lathe_plain *row = lathe_plains; row->driver != NULL; row++) {
        if ((row->ways & PLAIN_EXPORT) != 0 &&
            strcmp((const char *)node->name, row->element) == 0 &&
            lathe_tree_is(node, row->name, row->value) &&
            (row->name2 == NULL || lathe_tree_is(node, row->name2, row->value2)))
            return row;
    }
    return NULL;
}

static void plain_export_all(struct lathe_export *export)
{
    const xmlNode *node = export->devices != NULL ? export->devices->children : NULL;

    for (; node != NULL; node = node->next) {
        const struct lathe_plain *row = node->type == XML_ELEMENT_NODE ? plain_find(node) : NULL;
        if (row != NULL)
            plain_export(export, node, row);
    }
}

/* ---- adapters of pictures ---- */

static const char *const export_videos[][2] = {{"vga", "VGA"},           {"virtio", "virtio-vga"},
                                               {"qxl", "qxl-vga"},       {"cirrus", "cirrus-vga"},
                                               {"vmvga", "vmware-svga"}, {"bochs", "bochs-display"},
                                               {"ramfb", "ramfb"},       {"none", ""}};

static void video_export(struct lathe_export *export, const xmlNode *video)
{
    const xmlNode *model = lathe_export_child(export, video, "model");
    const xmlNode *acceleration = lathe_export_child(export, model, "acceleration");
    g_autofree char *type = lathe_tree_get(model, "type");

    lathe_export_mark(export, video);
    lathe_export_skip(export, model, "primary");
    if (lathe_tree_is(model, "heads", "1"))
        lathe_export_skip(export, model, "heads");
    if (lathe_tree_is(acceleration, "accel3d", "no"))
        lathe_export_skip(export, acceleration, "accel3d");
    for (size_t i = 0; type != NULL && i < G_N_ELEMENTS(export_videos); i++) {
        if (strcmp(type, export_videos[i][0]) != 0)
            continue;
        bool gl = i == 1 && lathe_export_is(export, acceleration, "accel3d", "yes");
        g_autoptr(GString) text = g_string_new(gl ? "virtio-vga-gl" : export_videos[i][1]);
        lathe_export_skip(export, model, "type");
        lathe_export_place(export, video, text);
        if (export_videos[i][1][0] != '\0')
            lathe_export_add(export, "-device", g_strdup(text->str));
    }
}

static void graphics_export(struct lathe_export *export, const xmlNode *node)
{
    g_autofree char *port = lathe_tree_get(node, "port"), *listen = lathe_tree_get(node, "listen");
    unsigned number = port != NULL ? (unsigned)g_ascii_strtoull(port, NULL, 10) : 0;
    bool vnc = lathe_tree_is(node, "type", "vnc"), spice = lathe_tree_is(node, "type", "spice");
    const char *address = listen != NULL ? listen : "127.0.0.1";

    if ((!vnc && !spice) || number == 0 || (vnc && number < 5900))
        return;
    for (const char *const *name =
             (const char *const[]){"type", "port", "listen", "autoport", NULL};
         *name != NULL; name++)
        lathe_export_skip(export, node, *name);
    if (vnc)
        lathe_export_add(export, "-vnc", g_strdup_printf("%s:%u", address, number - 5900));
    else
        lathe_export_add(export, "-spice",
                         g_strdup_printf("port=%u,addr=%s,disable-ticketing=on", number, address));
}

/* ---- the rest ---- */

static void rng_export(struct lathe_export *export, const xmlNode *rng, unsigned index)
{
    const xmlNode *backend = lathe_export_child(export, rng, "backend");
    g_autofree char *file = lathe_export_text(export, backend);
    g_autofree char *id = g_strdup_printf("rng%u", index);
    g_autoptr(GString) text = g_string_new("virtio-rng-pci");
    bool random = lathe_export_is(export, backend, "model", "random");
    g_autoptr(GString) object = g_string_new(random ? "rng-random" : "rng-builtin");

    lathe_export_skip(export, rng, "model");
    lathe_export_key(object, "id", id);
    lathe_export_key(object, "filename", random && file != NULL && *file ? file : NULL);
    lathe_export_key(text, "rng", id);
    lathe_export_place(export, rng, text);
    lathe_export_add(export, "-object", g_strdup(object->str));
    lathe_export_add(export, "-device", g_strdup(text->str));
}

static void tpm_export(struct lathe_export *export)
{
    const xmlNode *tpm = lathe_tree_child(export->devices, "tpm");
    const xmlNode *source = lathe_tree_find(tpm, "backend/source");
    g_autofree char *path = lathe_tree_get(source, "path");
    g_autofree char *model = lathe_tree_get(tpm, "model");
    g_autoptr(GString) text = g_string_new("socket,id=tpmsocket");

    if (path == NULL)
        return;
    lathe_export_mark_all(export, tpm);
    lathe_export_key(text, "path", path);
    lathe_export_add(export, "-chardev", g_strdup(text->str));
    lathe_export_add(export, "-tpmdev", g_strdup("emulator,id=tpm0,chardev=tpmsocket"));
    lathe_export_add(export, "-device",
                     g_strconcat(model != NULL ? model : "tpm-crb", ",tpmdev=tpm0", NULL));
}

static void hostdev_export(struct lathe_export *export, const xmlNode *hostdev)
{
    const xmlNode *source = lathe_tree_child(hostdev, "source");
    const xmlNode *address = lathe_tree_child(source, "address");
    g_autofree char *vendor = lathe_tree_get(lathe_tree_child(source, "vendor"), "id");
    g_autofree char *product = lathe_tree_get(lathe_tree_child(source, "product"), "id");
    g_autoptr(GString) text = g_string_new(NULL);
    unsigned at[4];

    for (size_t i = 0; i < G_N_ELEMENTS(at); i++) {
        static const char *const names[] = {"domain", "bus", "slot", "function"};
        g_autofree char *part = lathe_tree_get(address, names[i]);
        at[i] = part != NULL ? (unsigned)g_ascii_strtoull(part, NULL, 0) : 0;
    }
    if (lathe_tree_is(hostdev, "type", "pci") && address != NULL)
        g_string_printf(text, "vfio-pci,host=%04x:%02x:%02x.%x", at[0], at[1], at[2], at[3]);
    else if (lathe_tree_is(hostdev, "type", "usb") && vendor != NULL && product != NULL)
        g_string_printf(text, "usb-host,vendorid=%s,productid=%s", vendor, product);
    else
        return;
    for (const char *const *name = (const char *const[]){"mode", "type", "managed", NULL};
         *name != NULL; name++)
        lathe_export_skip(export, hostdev, *name);
    lathe_export_mark_all(export, source);
    lathe_export_place(export, hostdev, text);
    lathe_export_add(export, "-device", g_strdup(text->str));
}

static void export_each(struct lathe_export *export, const char *element,
                        void (*take)(struct lathe_export *export, const xmlNode *node))
{
    const xmlNode *node = lathe_tree_child(export->devices, element);

    for (; node != NULL; node = lathe_tree_next(node))
        take(export, node);
}

void lathe_export_devices(struct lathe_export *export)
{
    const xmlNode *rng = lathe_tree_child(export->devices, "rng");

    export_controllers_all(export);
    lathe_export_drives(export);
    lathe_export_nets(export);
    port_export_serials(export);
    port_export_consoles(export);
    plain_export_all(export);
    export_each(export, "video", video_export);
    export_each(export, "graphics", graphics_export);
    for (unsigned i = 0; rng != NULL; rng = lathe_tree_next(rng))
        rng_export(export, rng, i++);
    tpm_export(export);
    export_each(export, "hostdev", hostdev_export);
}
