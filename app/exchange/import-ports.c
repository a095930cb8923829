/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The import of what leads somewhere: serial ports, consoles, the debug port, TPMs, host devices.
 */
#include <string.h>

#include "app/exchange/import-private.h"

/* Where a port leads. Borrowed from the options. */
struct place {
    const char *type; /* libvirt's word */
    const char *path;
    bool connects;
};

/* "unix:PATH,server=on,wait=off": the path ends at the first comma. */
static char *place_first(const char *text)
{
    return g_strndup(text, strcspn(text, ","));
}

static bool port_is_server(const char *text)
{
    return strstr(text, ",server") != NULL && strstr(text, ",server=off") == NULL;
}

static xmlNode *port_add(struct lathe_import *import, const char *element, const char *type,
                         const char *path, bool connects)
{
    xmlNode *port = lathe_tree_set(lathe_tree_add(import->devices, element, NULL), "type", type);

    if (path == NULL)
        return port;
    g_autofree char *whole = lathe_import_path(import, path);
    xmlNode *source = lathe_tree_set(lathe_tree_add(port, "source", NULL), "path", whole);
    if (strcmp(type, "unix") == 0)
        lathe_tree_set(source, "mode", connects ? "connect" : "bind");
    return port;
}

/* A -chardev as libvirt has it; false: not at all. */
static bool port_find_chardev(struct lathe_import *import, const char *id, struct place *place)
{
    static const char *const plain[] = {"pty", "stdio", "null", "vc", NULL};
    struct lathe_qemu_option *chardev = lathe_qemu_find(import->options, "chardev", "id", id);
    const char *backend = chardev != NULL ? lathe_qemu_get(chardev, "backend") : NULL;

    *place = (struct place){.type = backend};
    if (backend == NULL)
        return false;
    if (strcmp(backend, "file") == 0 || strcmp(backend, "socket") == 0)
        place->path = lathe_qemu_get(chardev, "path");
    if (strcmp(backend, "socket") == 0) {
        place->type = "unix";
        place->connects = !lathe_qemu_get_bool(chardev, "server", false);
        lathe_qemu_get(chardev, "wait");
    }
    if (place->path != NULL || g_strv_contains(plain, backend))
        return true;
    lathe_import_drop(import, chardev, "a definition leads no port there");
    return false;
}

static xmlNode *port_add_chardev(struct lathe_import *import, const char *element, const char *id)
{
    struct place place;

    return port_find_chardev(import, id, &place)
               ? port_add(import, element, place.type, place.path, place.connects)
               : NULL;
}

/* The text of -serial and its like. NULL: "none", or nothing that a definition can say. */
static xmlNode *port_add_text(struct lathe_import *import, const char *element,
                              struct lathe_qemu_option *option)
{
    static const char *const plain[] = {"stdio", "pty", "null", "vc", NULL};
    const char *text = lathe_qemu_get(option, ""), *colon;

    if (text == NULL || strcmp(text, "none") == 0)
        return NULL;
    text = g_str_has_prefix(text, "mon:") ? text + strlen("mon:") : text;
    colon = strchr(text, ':');
    if (g_strv_contains(plain, text))
        return port_add(import, element, text, NULL, false);
    if (g_str_has_prefix(text, "chardev:"))
        return port_add_chardev(import, element, colon + 1);
    if (g_str_has_prefix(text, "file:") || g_str_has_prefix(text, "unix:")) {
        g_autofree char *type = g_strndup(text, 4), *path = place_first(colon + 1);
        return port_add(import, element, type, path, text[0] == 'u' && !port_is_server(text));
    }
    lathe_import_drop(import, option, "a definition leads no port there");
    return NULL;
}

static void port_set_debugcon(xmlNode *port)
{
    xmlNode *target = lathe_tree_set(lathe_tree_add(port, "target", NULL), "type", "isa-debug");
    xmlNode *address = lathe_tree_add(port, "address", NULL);

    lathe_tree_set(lathe_tree_add(target, "model", NULL), "name", "isa-debugcon");
    lathe_tree_set(lathe_tree_set(address, "type", "isa"), "iobase", "0x402");
}

/* ---- devices ---- */

static void port_take_debugcon(struct lathe_import *import, struct lathe_qemu_option *device)
{
    const char *base = lathe_qemu_peek(device, "iobase");
    xmlNode *port;

    if (base == NULL || g_ascii_strtoull(base, NULL, 0) != 0x402) {
        lathe_import_drop(import, device, "only port 0x402, which firmware writes to, is known");
        return;
    }
    lathe_qemu_get(device, "iobase");
    port = port_add_chardev(import, "serial", lathe_qemu_get(device, "chardev"));
    if (port != NULL)
        port_set_debugcon(port);
}

static void port_take_console(struct lathe_import *import, struct lathe_qemu_option *device)
{
    xmlNode *port = port_add_chardev(import, "console", lathe_qemu_get(device, "chardev"));

    if (port != NULL)
        lathe_tree_set(lathe_tree_add(port, "target", NULL), "type", "virtio");
}

static void port_take_channel(struct lathe_import *import, struct lathe_qemu_option *device)
{
    const char *name = lathe_qemu_get(device, "name");
    xmlNode *port = port_add_chardev(import, "channel", lathe_qemu_get(device, "chardev"));

    if (port == NULL)
        return;
    xmlNode *target = lathe_tree_set(lathe_tree_add(port, "target", NULL), "type", "virtio");
    if (name != NULL)
        lathe_tree_set(target, "name", name);
}

static void port_take_serial(struct lathe_import *import, struct lathe_qemu_option *device)
{
    port_add_chardev(import, "serial", lathe_qemu_get(device, "chardev"));
}

/* swtpm's socket, or a device of the host. */
static void port_take_tpm(struct lathe_import *import, struct lathe_qemu_option *device)
{
    struct lathe_qemu_option *tpm =
        lathe_qemu_find(import->options, "tpmdev", "id", lathe_qemu_get(device, "tpmdev"));
    const char *type = tpm != NULL ? lathe_qemu_get(tpm, "type") : NULL;
    struct place place;

    if (g_strcmp0(type, "emulator") != 0 ||
        !port_find_chardev(import, lathe_qemu_get(tpm, "chardev"), &place) || !place.path) {
        lathe_import_drop(import, device, "its TPM is none of swtpm's");
        return;
    }
    g_autofree char *path = lathe_import_path(import, place.path);
    xmlNode *node = lathe_tree_set(lathe_tree_add(import->devices, "tpm", NULL), "model",
                                   lathe_qemu_get(device, "driver"));
    xmlNode *backend = lathe_tree_set(lathe_tree_add(node, "backend", NULL), "type", "external");
    xmlNode *source = lathe_tree_set(lathe_tree_add(backend, "source", NULL), "type", "unix");
    lathe_tree_set(lathe_tree_set(source, "mode", "connect"), "path", path);
}

/* "0000:06:02.0" or "06:02.0" in hexadecimal. */
static void port_take_pci(struct lathe_import *import, struct lathe_qemu_option *device)
{
    static const char *const names[] = {"domain", "bus", "slot", "function"};
    const char *host = lathe_qemu_peek(device, "host");
    g_autoptr(GRegex) form = g_regex_new(
        "^(?:([0-9a-fA-F]{4}):)?([0-9a-fA-F]{2}):([0-9a-fA-F]{2})\\.([0-7])$", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;

    if (host == NULL || !g_regex_match(form, host, 0, &match)) {
        lathe_import_drop(import, device, "it names no PCI function");
        return;
    }
    lathe_qemu_get(device, "host");
    xmlNode *node = lathe_tree_add(import->devices, "hostdev", NULL);
    lathe_tree_set(lathe_tree_set(node, "mode", "subsystem"), "type", "pci");
    lathe_tree_set(node, "managed", "yes");
    xmlNode *address = lathe_tree_add(lathe_tree_add(node, "source", NULL), "address", NULL);
    for (int i = 0; i < 4; i++) {
        g_autofree char *part = g_match_info_fetch(match, i + 1);
        g_autofree char *value = g_strconcat("0x", part[0] != '\0' ? part : "0000", NULL);
        lathe_tree_set(address, names[i], value);
    }
    lathe_import_place(import, device, node);
}

static void port_take_usb(struct lathe_import *import, struct lathe_qemu_option *device)
{
    const char *vendor = lathe_qemu_peek(device, "vendorid");
    const char *product = lathe_qemu_peek(device, "productid");

    if (vendor == NULL || product == NULL || !g_str_has_prefix(vendor, "0x") ||
        !g_str_has_prefix(product, "0x")) {
        lathe_import_drop(import, device, "it names no USB device by its numbers");
        return;
    }
    xmlNode *node = lathe_tree_add(import->devices, "hostdev", NULL);
    lathe_tree_set(lathe_tree_set(node, "mode", "subsystem"), "type", "usb");
    xmlNode *source = lathe_tree_add(node, "source", NULL);
    lathe_tree_set(lathe_tree_add(source, "vendor", NULL), "id",
                   lathe_qemu_get(device, "vendorid"));
    lathe_tree_set(lathe_tree_add(source, "product", NULL), "id",
                   lathe_qemu_get(device, "productid"));
}

bool lathe_import_port_device(struct lathe_import *import, struct lathe_qemu_option *device)
{
    static const struct {
        const char *driver;
        void (*take)(struct lathe_import *import, struct lathe_qemu_option *device);
    } rows[] = {
        {"isa-serial", port_take_serial},   {"isa-debugcon", port_take_debugcon},
        {"virtconsole", port_take_console}, {"virtserialport", port_take_channel},
        {"tpm-crb", port_take_tpm},         {"tpm-tis", port_take_tpm},
        {"vfio-pci", port_take_pci},        {"usb-host", port_take_usb},
    };
    const char *driver = lathe_qemu_peek(device, "driver");

    for (size_t i = 0; driver != NULL && i < G_N_ELEMENTS(rows); i++) {
        if (strcmp(rows[i].driver, driver) != 0)
            continue;
        lathe_qemu_get(device, "driver");
        lathe_qemu_get(device, "id");
        rows[i].take(import, device);
        return true;
    }
    return false;
}

/* ---- ports of options of their own ---- */

static bool port_has(const struct lathe_import *import, const char *name)
{
    unsigned place = 0;

    return lathe_qemu_next(import->options, name, &place) != NULL;
}

void lathe_import_ports(struct lathe_import *import)
{
    struct lathe_qemu_option *option;
    unsigned place = 0;
    bool said = port_has(import, "serial") || lathe_tree_child(import->devices, "serial") != NULL;

    while ((option = lathe_qemu_next(import->options, "serial", &place)) != NULL)
        port_add_text(import, "serial", option);
    place = 0;
    while ((option = lathe_qemu_next(import->options, "debugcon", &place)) != NULL) {
        lathe_import_drop(import, option, "only isa-debugcon at port 0x402 is known");
    }
    if (!said && port_has(import, "nographic"))
        port_add(import, "serial", "stdio", NULL, false);
    else if (!said && import->defaults)
        port_add(import, "serial", "vc", NULL, false);
}
