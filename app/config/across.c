/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has to fit together in a definition across its elements. */
#include <string.h>

#include "app/config/check.h"
#include "app/config/parts.h"
#include "app/config/schema.h"
#include "app/config/tree.h"

static guint64 across_number(const xmlNode *node, const char *attribute, guint64 otherwise)
{
    g_autofree char *text =
        attribute != NULL ? lathe_tree_get(node, attribute) : lathe_tree_text(node);
    guint64 value;

    if (text == NULL || !g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32, &value, NULL))
        return otherwise;
    return value;
}

/* ---- memory and processors ---- */

/* False: there is none, or it is at fault. */
static bool across_size(const xmlNode *node, GArray *findings, uint64_t *bytes)
{
    g_autofree char *number = lathe_tree_text(node), *unit = lathe_tree_get(node, "unit");

    if (number == NULL || number[strspn(number, "0123456789")] != '\0' || number[0] == '\0')
        return false;
    if (lathe_schema_size(number, unit, bytes))
        return true;
    lathe_check_fault(findings, node, "%s '%s' unit='%s' is no size: units are KiB, MiB, GiB, ...",
                      (const char *)node->name, number, unit != NULL ? unit : "KiB");
    return false;
}

static void across_memory(const xmlNode *root, GArray *findings)
{
    const xmlNode *current = lathe_tree_child(root, "currentMemory");
    uint64_t memory = 0, now = 0;
    bool have = across_size(lathe_tree_child(root, "memory"), findings, &memory);

    if (across_size(current, findings, &now) && have && now > memory)
        lathe_check_fault(findings, current, "currentMemory is more than memory");
}

static void across_topology(const xmlNode *root, GArray *findings)
{
    const xmlNode *vcpu = lathe_tree_child(root, "vcpu");
    const xmlNode *topology = lathe_tree_find(root, "cpu/topology");
    guint64 cpus = vcpu != NULL ? across_number(vcpu, NULL, 0) : 0;
    guint64 product = across_number(topology, "sockets", 1) * across_number(topology, "dies", 1) %
                      G_MAXUINT32 * across_number(topology, "cores", 1) % G_MAXUINT32 *
                      across_number(topology, "threads", 1);

    if (topology != NULL && cpus != 0 && product != cpus)
        lathe_check_fault(findings, topology,
                          "cpu/topology makes %" G_GUINT64_FORMAT
                          " CPUs, and vcpu says %" G_GUINT64_FORMAT,
                          product, cpus);
    if (vcpu != NULL && across_number(vcpu, "current", 0) > cpus && cpus != 0)
        lathe_check_fault(findings, vcpu, "vcpu current= is more than the CPUs there are");
}

/* ---- disks ---- */

static void across_source(const xmlNode *disk, GArray *findings)
{
    const xmlNode *source = lathe_tree_child(disk, "source");
    bool block = lathe_tree_is(disk, "type", "block");
    const char *attribute = block ? "dev" : "file";
    g_autofree char *type = lathe_tree_get(disk, "type");
    g_autofree char *path = lathe_tree_get(source, attribute);
    bool removable =
        lathe_tree_is(disk, "device", "cdrom") || lathe_tree_is(disk, "device", "floppy");

    if ((type != NULL && !block && strcmp(type, "file") != 0) || path != NULL)
        return;
    if (!removable || source != NULL)
        lathe_check_fault(findings, disk, "disk needs <source %s='...'>", attribute);
}

/* Each value of an attribute belongs to one element; values is a set of those before. */
static void across_once(GHashTable *values, const xmlNode *node, const char *attribute,
                        GArray *findings)
{
    char *value = lathe_tree_get(node, attribute);

    if (value == NULL)
        return;
    if (!g_hash_table_contains(values, value)) {
        g_hash_table_add(values, value);
        return;
    }
    lathe_check_fault(findings, node, "%s/%s %s='%s' is that of another %s",
                      (const char *)node->parent->name, (const char *)node->name, attribute, value,
                      strcmp((const char *)node->name, "boot") == 0 ? "device" : "disk");
    g_free(value);
}

/* What is ours of a disk names one that there is. */
static void across_ours(const xmlNode *devices, GHashTable *targets, GArray *findings)
{
    const xmlNode *ours = lathe_tree_find(devices->parent, "metadata/lathe:machine/lathe:disk");

    for (; ours != NULL; ours = lathe_tree_next(ours)) {
        g_autofree char *dev = lathe_tree_get(ours, "dev");
        if (dev != NULL && !g_hash_table_contains(targets, dev))
            lathe_check_fault(findings, ours, "lathe:disk dev='%s': there is no such disk", dev);
    }
}

static void across_disks(const xmlNode *devices, GArray *findings)
{
    g_autoptr(GHashTable) targets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (const xmlNode *disk = lathe_tree_child(devices, "disk"); disk != NULL;
         disk = lathe_tree_next(disk)) {
        const xmlNode *target = lathe_tree_child(disk, "target");
        across_source(disk, findings);
        if (target != NULL)
            across_once(targets, target, "dev", findings);
    }
    if (devices != NULL)
        across_ours(devices, targets, findings);
}

/* ---- what boots ---- */

static void across_boot(const xmlNode *root, const xmlNode *devices, GArray *findings)
{
    g_autoptr(GHashTable) orders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const xmlNode *by_kind = lathe_tree_find(root, "os/boot");

    for (const xmlNode *device = devices != NULL ? devices->children : NULL; device != NULL;
         device = device->next) {
        const xmlNode *boot = lathe_tree_child(device, "boot");
        if (boot == NULL)
            continue;
        across_once(orders, boot, "order", findings);
        if (by_kind != NULL) {
            lathe_check_fault(findings, boot,
                              "%s/boot: the order is by kind already, in os/boot "
                              "(line %ld); keep one of them",
                              (const char *)device->name, xmlGetLineNo(by_kind));
            return;
        }
    }
}

static void across_firmware(const xmlNode *root, GArray *findings)
{
    const xmlNode *os = lathe_tree_child(root, "os");
    const xmlNode *loader = lathe_tree_child(os, "loader");
    const xmlNode *nvram = lathe_tree_child(os, "nvram");
    g_autofree char *path = lathe_tree_text(loader), *firmware = lathe_tree_get(os, "firmware");

    if (lathe_tree_is(os, "firmware", "bios") && nvram != NULL)
        lathe_check_fault(findings, nvram,
                          "os/nvram: a BIOS keeps no variables; leave it out, or "
                          "set os firmware='efi'");
    if (lathe_tree_is(loader, "stateless", "yes") && nvram != NULL)
        lathe_check_fault(findings, nvram, "os/nvram: os/loader is stateless, so it has none");
    if (nvram != NULL && firmware == NULL && (path == NULL || *path == '\0'))
        lathe_check_fault(findings, nvram,
                          "os/nvram needs firmware: os firmware='efi', or <loader>");
}

/* ---- network ---- */

static void across_range(const xmlNode *range, GArray *findings)
{
    guint64 start = across_number(range, "start", 1);
    guint64 end = across_number(range, "end", start);
    guint64 to = across_number(range, "to", start);

    if (end < start)
        lathe_check_fault(findings, range, "interface/portForward/range ends before it starts");
    else if (to + (end - start) > 65535)
        lathe_check_fault(findings, range,
                          "interface/portForward/range leads to ports above 65535");
}

static void across_forwards(const xmlNode *devices, GArray *findings)
{
    for (const xmlNode *net = lathe_tree_child(devices, "interface"); net != NULL;
         net = lathe_tree_next(net))
        for (const xmlNode *forward = lathe_tree_child(net, "portForward"); forward != NULL;
             forward = lathe_tree_next(forward))
            for (const xmlNode *range = lathe_tree_child(forward, "range"); range != NULL;
                 range = lathe_tree_next(range))
                across_range(range, findings);
}

void lathe_check_across(const xmlNode *root, GArray *findings)
{
    const xmlNode *devices = lathe_tree_child(root, "devices");

    across_memory(root, findings);
    across_topology(root, findings);
    across_firmware(root, findings);
    across_disks(devices, findings);
    across_boot(root, devices, findings);
    across_forwards(devices, findings);
    lathe_parts_check(root, findings);
}
