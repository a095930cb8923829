/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The import's frame: the empty document, the areas in turn, and what nobody asked for. */
#include "app/exchange/import.h"

#include <string.h>

#include "app/exchange/import-private.h"
#include "app/plan/error.h"

void lathe_import_leave(struct lathe_import *import, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_ptr_array_add(import->left, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

void lathe_import_drop(struct lathe_import *import, struct lathe_qemu_option *option,
                       const char *why)
{
    g_autofree char *text = lathe_qemu_option_text(option);

    option->dropped = true;
    lathe_import_leave(import, "%s%s%s", text, why != NULL ? ": " : "", why != NULL ? why : "");
}

char *lathe_import_path(const struct lathe_import *import, const char *name)
{
    return g_canonicalize_filename(name, import->folder);
}

xmlNode *lathe_import_ours(struct lathe_import *import)
{
    return lathe_tree_need(lathe_tree_need(import->root, "metadata"), "lathe:machine");
}

/* ---- places ---- */

static bool place_bus(const struct lathe_import *import, const char *bus, unsigned *number)
{
    gpointer found;

    *number = 0;
    if (bus == NULL || strcmp(bus, "pcie.0") == 0 || strcmp(bus, "pci.0") == 0)
        return true;
    if (!g_hash_table_lookup_extended(import->bridges, bus, NULL, &found))
        return false;
    *number = GPOINTER_TO_UINT(found);
    return true;
}

/* "1c.2" or "0x1c.0x2": the slot in hexadecimal, and the function. */
static bool place_slot(const char *addr, unsigned *slot, unsigned *function)
{
    char *end;

    *slot = (unsigned)g_ascii_strtoull(addr, &end, 16);
    *function = *end == '.' ? (unsigned)g_ascii_strtoull(end + 1, &end, 16) : 0;
    return end != addr && *end == '\0' && *slot < 32 && *function < 8;
}

static void place_set_number(xmlNode *address, const char *name, const char *format, unsigned value)
{
    char text[16];

    g_snprintf(text, sizeof(text), format, value);
    lathe_tree_set(address, name, text);
}

/* Behind a port slots are taken in turn: a root port has one, a switch has more; elsewhere the slot
 * has to be said. */
static void place_address(struct lathe_import *import, struct lathe_qemu_option *device,
                          xmlNode *node)
{
    const char *bus = lathe_qemu_peek(device, "bus"), *addr = lathe_qemu_peek(device, "addr");
    unsigned number, slot = 0, function = 0;

    if (!place_bus(import, bus, &number) || (addr == NULL && number == 0) ||
        (addr != NULL && !place_slot(addr, &slot, &function)))
        return;
    lathe_qemu_get(device, "bus");
    lathe_qemu_get(device, "addr");
    if (addr == NULL)
        slot = import->behind[number % G_N_ELEMENTS(import->behind)]++ % 32;
    xmlNode *address = lathe_tree_set(lathe_tree_add(node, "address", NULL), "type", "pci");
    lathe_tree_set(address, "domain", "0x0000");
    place_set_number(address, "bus", "0x%02x", number);
    place_set_number(address, "slot", "0x%02x", slot);
    place_set_number(address, "function", "0x%x", function);
    if (lathe_qemu_get_bool(device, "multifunction", false))
        lathe_tree_set(address, "multifunction", "on");
}

void lathe_import_place(struct lathe_import *import, struct lathe_qemu_option *device,
                        xmlNode *node)
{
    const char *index = lathe_qemu_peek(device, "bootindex");
    guint64 value;

    lathe_qemu_get(device, "id"); /* a name inside of the command line */
    if (index != NULL && g_ascii_string_to_unsigned(index, 10, 0, 65534, &value, NULL)) {
        xmlNode *boot = lathe_tree_need(node, "boot");
        place_set_number(boot, "order", "%u", (unsigned)value + 1);
        lathe_qemu_get(device, "bootindex");
        import->boot_by_device = true;
    }
    place_address(import, device, node);
}

/* ---- devices ---- */

static void import_devices(struct lathe_import *import)
{
    struct lathe_qemu_option *device;
    unsigned place = 0;

    while ((device = lathe_qemu_next(import->options, "device", &place)) != NULL) {
        if (device->used || device->dropped)
            continue; /* buses were before */
        if (!lathe_import_drive_device(import, device) &&
            !lathe_import_net_device(import, device) && !lathe_import_port_device(import, device) &&
            !lathe_import_plain_device(import, device))
            lathe_import_drop(import, device, "a definition has no such device");
    }
}

/* ---- what says nothing about the machine ---- */

/* How QEMU runs, where it shows itself, who talks to it: no part of a machine. */
static void import_ignore_host(struct lathe_import *import)
{
    static const char *const names[] = {"no-user-config", "nodefaults", "daemonize",
                                        "no-shutdown",    "S",          "no-fd-bootchk",
                                        "full-screen",    "no-quit"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        struct lathe_qemu_option *option;
        unsigned place = 0;
        while ((option = lathe_qemu_next(import->options, names[i], &place)) != NULL)
            option->used = true;
    }
}

static void import_tell_rest(struct lathe_import *import)
{
    for (guint i = 0; i < import->options->len; i++) {
        char *rest = lathe_qemu_option_rest(import->options->pdata[i]);
        if (rest != NULL)
            g_ptr_array_add(import->left, rest);
    }
}

/* ---- the document ---- */

/* Elements that grow by what the areas find, in libvirt's order; the empty ones go in the end. */
static const char *const import_frame[] = {
    "name", "uuid",     "metadata", "memory", "currentMemory", "vcpu", "iothreads",
    "os",   "features", "cpu",      "clock",  "on_reboot",     "pm",   "devices"};

static void import_start(struct lathe_import *import, struct lathe_config *config)
{
    import->root = lathe_config_root(config);
    for (size_t i = 0; i < G_N_ELEMENTS(import_frame); i++)
        lathe_tree_add(import->root, import_frame[i], NULL);
    import->os = lathe_tree_child(import->root, "os");
    import->devices = lathe_tree_child(import->root, "devices");
}

static void import_end(struct lathe_import *import)
{
    for (size_t i = 0; i < G_N_ELEMENTS(import_frame); i++) {
        xmlNode *node = lathe_tree_child(import->root, import_frame[i]);
        if (node->children == NULL && node->properties == NULL) {
            xmlUnlinkNode(node);
            xmlFreeNode(node);
        }
    }
}

static void import_settle_boot(struct lathe_import *import)
{
    xmlNode *boot;

    if (import->boot_by_device && lathe_tree_child(import->os, "boot") != NULL)
        lathe_import_leave(import, "-boot order=: the devices say their places (bootindex)");
    while (import->boot_by_device && (boot = lathe_tree_child(import->os, "boot")) != NULL) {
        xmlUnlinkNode(boot);
        xmlFreeNode(boot);
    }
}

static const char *import_arch(const char *program)
{
    const char *found = program != NULL ? g_strrstr(program, "qemu-system-") : NULL;

    if (found == NULL || found[strlen("qemu-system-")] == '\0')
        return "x86_64";
    found += strlen("qemu-system-");
    return strcmp(found, "i386") == 0 ? "i686" : found;
}

static void import_run(struct lathe_import *import)
{
    unsigned place = 0;

    bool x86 = strcmp(import->arch, "x86_64") == 0 || strcmp(import->arch, "i686") == 0;

    import->defaults = x86 && lathe_qemu_next(import->options, "nodefaults", &place) == NULL;
    import_ignore_host(import);
    lathe_import_machine(import);
    lathe_import_firmware(import);
    lathe_import_buses(import);
    lathe_import_drives(import);
    import_devices(import);
    lathe_import_nets(import);
    lathe_import_ports(import);
    lathe_import_people(import);
    import_settle_boot(import);
    import_tell_rest(import);
    import_end(import);
}

struct lathe_config *lathe_import_qemu(const char *const *words, const char *folder,
                                       GPtrArray **left, GError **error)
{
    g_autofree char *program = NULL;
    g_autoptr(GPtrArray) options = lathe_qemu_options_parse(words, folder, &program, error);

    *left = NULL;
    if (options == NULL)
        return NULL;
    struct lathe_config *config = lathe_config_new("the import");
    struct lathe_import import = {
        .options = options,
        .folder = folder,
        .arch = import_arch(program),
        .left = g_ptr_array_new_with_free_func(g_free),
        .bridges = g_hash_table_new(g_str_hash, g_str_equal),
        .iothreads = g_hash_table_new(g_str_hash, g_str_equal),
    };
    import_start(&import, config);
    import_run(&import);
    g_hash_table_unref(import.bridges);
    g_hash_table_unref(import.iothreads);
    *left = import.left;
    return config;
}

struct lathe_config *lathe_import_qemu_text(const char *text, const char *folder, GPtrArray **left,
                                            GError **error)
{
    g_auto(GStrv) words = NULL;
    g_autoptr(GError) found = NULL;

    *left = NULL;
    if (strlen(text) > LATHE_CONFIG_MAX_BYTES || !g_shell_parse_argv(text, NULL, &words, &found)) {
        bool quote = g_error_matches(found, G_SHELL_ERROR, G_SHELL_ERROR_BAD_QUOTING);
        lathe_error_input(error, "it is no command line: %s",
                          quote           ? "a quote in it has no end"
                          : found != NULL ? "nothing is in it"
                                          : "it is too long");
        return NULL;
    }
    return lathe_import_qemu((const char *const *)words, folder, left, error);
}
