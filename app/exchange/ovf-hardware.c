/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading OVF's virtual hardware: an item for each controller, drive, adapter, processor. */
#include <inttypes.h>
#include <string.h>

#include "app/exchange/ovf-private.h"
#include "app/plan/error.h"

#define OVF_MAX_MEMORY (UINT64_C(1) << 50)
#define OVF_SATA_PORTS 6

/* ---- items ---- */

/* <Item>, and OVF 2's own names for some of them. */
static bool hardware_is_item(const xmlNode *node)
{
    static const char *const names[] = {"Item", "StorageItem", "EthernetPortItem", NULL};

    return node->type == XML_ELEMENT_NODE && g_strv_contains(names, (const char *)node->name);
}

/* Some items belong to a choice that is not the first one (DeploymentOptionSection). */
static bool hardware_is_chosen(const struct ovf_reader *reader, const xmlNode *item)
{
    const xmlNode *choice =
        ovf_child(ovf_child(reader->root, "DeploymentOptionSection"), "Configuration");
    const xmlNode *first = choice;
    g_autofree char *of = ovf_get(item, "configuration"), *id = NULL;

    for (; choice != NULL; choice = ovf_next(choice)) {
        g_autofree char *usual = ovf_get(choice, "default");
        if (g_strcmp0(usual, "true") == 0)
            first = choice;
    }
    if (of == NULL || *of == '\0')
        return true;
    id = ovf_get(first, "id");
    g_auto(GStrv) words = g_strsplit_set(of, " \t", -1);
    return id != NULL && g_strv_contains((const char *const *)words, id);
}

/* What people call it. */
static char *hardware_name(const xmlNode *item)
{
    char *name = ovf_text(item, "ElementName");

    if (name == NULL || *name == '\0') {
        g_free(name);
        name = ovf_text(item, "Caption");
    }
    return name != NULL && *name != '\0' ? name : (g_free(name), g_strdup("device"));
}

static void hardware_leave(struct ovf_reader *reader, const xmlNode *item, const char *why)
{
    g_autofree char *name = hardware_name(item);

    ovf_leave(reader, "%s (line %ld): %s", name, xmlGetLineNo(item), why);
}

/* ---- processors and memory ---- */

static bool hardware_take_cpus(struct ovf_reader *reader, const xmlNode *item, GError **error)
{
    uint64_t cpus = ovf_number(item, "VirtualQuantity", 1);
    uint64_t cores = ovf_number(item, "CoresPerSocket", 1);
    struct emu_error found = EMU_ERROR_INIT;

    if (cpus == 0 || cpus > 4096)
        return lathe_error_input(error, "%s:%ld: a machine cannot have %" PRIu64 " CPUs",
                                 reader->name, xmlGetLineNo(item), cpus);
    if (cores == 0 || cores > cpus || cpus % cores != 0)
        cores = 1;
    reader->ovf->definition->topology = (struct emu_topology){
        .cpus = (unsigned)cpus, .sockets = (unsigned)(cpus / cores), .cores = (unsigned)cores};
    return emu_topology_complete(&reader->ovf->definition->topology, &found) ||
           lathe_error_from_emu(error, &found);
}

static bool hardware_take_memory(struct ovf_reader *reader, const xmlNode *item, GError **error)
{
    g_autofree char *unit = ovf_text(item, "AllocationUnits");
    uint64_t each = ovf_unit(unit, UINT64_C(1) << 20);
    uint64_t count = ovf_number(item, "VirtualQuantity", 0);

    if (each == 0 || count == 0 || count > OVF_MAX_MEMORY / each)
        return lathe_error_input(error, "%s:%ld: '%" PRIu64 " %s' is no size of memory",
                                 reader->name, xmlGetLineNo(item), count,
                                 unit != NULL ? unit : "MiB");
    reader->ovf->definition->memory = MAX((count * each) & ~UINT64_C(4095), UINT64_C(4096));
    return true;
}

/* ---- drives ---- */

/* The item of an InstanceID; NULL: none. */
static const xmlNode *hardware_find(const struct ovf_reader *reader, const char *id)
{
    for (const xmlNode *node = reader->hardware->children; id != NULL && node != NULL;
         node = node->next) {
        g_autofree char *own = hardware_is_item(node) ? ovf_text(node, "InstanceID") : NULL;
        if (g_strcmp0(own, id) == 0)
            return node;
    }
    return NULL;
}

/* NVMe stays; what else there is becomes SATA, whose driver each guest has: one of the six ports,
 * or virtio. */
static enum emu_drive_bus hardware_bus(struct ovf_reader *reader, const xmlNode *item)
{
    g_autofree char *parent = ovf_text(item, "Parent");
    const xmlNode *controller = hardware_find(reader, parent);
    g_autofree char *kind = ovf_text(controller, "ResourceSubType");
    uint64_t type = ovf_number(controller, "ResourceType", 0);

    if (type == OVF_STORAGE && kind != NULL && strcasestr(kind, "nvme") != NULL)
        return EMU_DRIVE_NVME;
    if (reader->sata == OVF_SATA_PORTS) {
        hardware_leave(reader, item, "there are no more SATA ports: virtio stands in for one");
        return EMU_DRIVE_VIRTIO;
    }
    reader->sata++;
    return EMU_DRIVE_SATA;
}

/* The element that "ovf:/disk/vmdisk1" or "/file/file1" means. */
static const xmlNode *hardware_resource(const struct ovf_reader *reader, const char *host,
                                        bool *disk)
{
    const char *at = host != NULL ? host : "";

    if (g_str_has_prefix(at, "ovf:"))
        at += strlen("ovf:");
    *disk = g_str_has_prefix(at, "/disk/");
    if (*disk)
        return g_hash_table_lookup(reader->disks, at + strlen("/disk/"));
    return g_str_has_prefix(at, "/file/")
               ? g_hash_table_lookup(reader->files, at + strlen("/file/"))
               : NULL;
}

static bool hardware_fill_disk(struct ovf_reader *reader, const xmlNode *disk,
                               struct lathe_ovf_medium *medium, GError **error)
{
    g_autofree char *file = ovf_get(disk, "fileRef"), *size = ovf_get(disk, "capacity");
    g_autofree char *unit = ovf_get(disk, "capacityAllocationUnits");
    g_autofree char *parent = ovf_get(disk, "parentRef");
    const xmlNode *found = file != NULL ? g_hash_table_lookup(reader->files, file) : NULL;
    uint64_t each = ovf_unit(unit, 1);
    guint64 count;

    if (parent != NULL)
        return lathe_error_input(error,
                                 "%s:%ld: the disk is based on another one of the package, "
                                 "which is not read: export it without snapshots",
                                 reader->name, xmlGetLineNo(disk));
    if (file != NULL && found == NULL)
        return lathe_error_input(error, "%s:%ld: the disk's file '%s' is not in <References>",
                                 reader->name, xmlGetLineNo(disk), file);
    medium->file = ovf_get(found, "href");
    if (medium->file != NULL)
        return true;
    if (size == NULL || each == 0 ||
        !g_ascii_string_to_unsigned(size, 10, 1, UINT64_MAX, &count, NULL) ||
        count > (UINT64_C(64) << 40) / each)
        return lathe_error_input(error, "%s:%ld: the disk has neither a file nor a size",
                                 reader->name, xmlGetLineNo(disk));
    medium->size = (count * each + EMU_BLOCK_SECTOR - 1) & ~(uint64_t)(EMU_BLOCK_SECTOR - 1);
    return true;
}

/* The next free drive; NULL: there are no more. */
static struct lathe_disk_definition *
hardware_add_drive(struct ovf_reader *reader, const xmlNode *item, struct lathe_ovf_medium **medium)
{
    struct lathe_definition *definition = reader->ovf->definition;

    if (definition->disks == EMU_MAX_DRIVES) {
        hardware_leave(reader, item, "a machine has at most 16 drives");
        return NULL;
    }
    *medium = &reader->ovf->media[definition->disks];
    return &definition->disk[definition->disks++];
}

static bool hardware_take_disk(struct ovf_reader *reader, const xmlNode *item, GError **error)
{
    g_autofree char *host = ovf_text(item, "HostResource");
    struct lathe_disk_definition *disk;
    struct lathe_ovf_medium *medium;
    bool is_disk;
    const xmlNode *node = hardware_resource(reader, host, &is_disk);

    if (node == NULL || !is_disk)
        return lathe_error_input(error, "%s:%ld: the drive's disk '%s' is not in <DiskSection>",
                                 reader->name, xmlGetLineNo(item), host != NULL ? host : "");
    disk = hardware_add_drive(reader, item, &medium);
    if (disk == NULL)
        return true;
    disk->bus = hardware_bus(reader, item);
    disk->format = g_strdup("qcow2");
    return hardware_fill_disk(reader, node, medium, error);
}

/* A CD or floppy drive: what is in it is a file as it is, or what a disk is made of. */
static bool hardware_take_drive(struct ovf_reader *reader, const xmlNode *item, bool floppy,
                                GError **error)
{
    g_autofree char *host = ovf_text(item, "HostResource");
    struct lathe_disk_definition *disk;
    struct lathe_ovf_medium *medium;
    bool is_disk;
    const xmlNode *node = hardware_resource(reader, host, &is_disk);

    if (node == NULL && host != NULL && *host != '\0')
        hardware_leave(reader, item, "the drive is empty: what is in it is not in the package");
    disk = hardware_add_drive(reader, item, &medium);
    if (disk == NULL)
        return true;
    disk->bus = floppy ? EMU_DRIVE_FLOPPY : hardware_bus(reader, item);
    disk->bus = !floppy && disk->bus != EMU_DRIVE_SATA ? EMU_DRIVE_USB : disk->bus;
    disk->cdrom = !floppy;
    disk->read_only = !floppy;
    disk->format = node != NULL ? g_strdup("raw") : NULL;
    if (node == NULL)
        return true;
    if (is_disk)
        return hardware_fill_disk(reader, node, medium, error);
    medium->file = ovf_get(node, "href");
    return true;
}

/* ---- adapters and what else there is ---- */

static bool hardware_take_net(struct ovf_reader *reader, const xmlNode *item, GError **error)
{
    struct lathe_definition *definition = reader->ovf->definition;
    g_autofree char *kind = ovf_text(item, "ResourceSubType"), *mac = ovf_text(item, "Address");
    g_autofree char *network = ovf_text(item, "Connection"), *text = NULL;
    bool virtio = kind != NULL && strcasestr(kind, "virtio") != NULL;
    bool same = virtio || (kind != NULL && g_ascii_strcasecmp(kind, "E1000e") == 0);
    bool has_mac = mac != NULL && *mac != '\0';

    if (definition->nets == EMU_MAX_NICS) {
        hardware_leave(reader, item,
                       "a machine has at most " G_STRINGIFY(EMU_MAX_NICS) " network adapters");
        return true;
    }
    if (!same)
        hardware_leave(reader, item, "an adapter of the kind e1000e stands in for it");
    if (network != NULL && g_ascii_strcasecmp(network, "NAT") != 0)
        ovf_leave(reader, "network '%s' (line %ld): Lathe's own user network stands in for it",
                  network, xmlGetLineNo(item));
    text = g_strconcat("user,model=", virtio ? "virtio" : "e1000e", has_mac ? ",mac=" : NULL, mac,
                       NULL);
    if (lathe_definition_add_net(definition, text, NULL))
        return true;
    hardware_leave(reader, item, "its address is none, and is chosen anew");
    return lathe_definition_add_net(definition, virtio ? "user" : "user,model=e1000e", error);
}

static bool hardware_take_serial(struct ovf_reader *reader, const xmlNode *item, GError **error)
{
    if (reader->ovf->definition->serials < EMU_MAX_SERIAL)
        return lathe_definition_add_serial(reader->ovf->definition, "default", error);
    hardware_leave(reader, item,
                   "a machine has at most " G_STRINGIFY(EMU_MAX_SERIAL) " serial ports");
    return true;
}

static void hardware_take_sound(struct ovf_reader *reader, const xmlNode *item)
{
    g_autofree char *kind = ovf_text(item, "ResourceSubType");
    const char *model = "ich9";

    if (kind != NULL && strcasestr(kind, "1371") != NULL)
        model = "es1370";
    else if (kind != NULL && strcasestr(kind, "ac97") != NULL)
        model = "ac97";
    else if (kind != NULL && strcasestr(kind, "sb16") != NULL)
        model = "sb16";
    g_ptr_array_add(reader->ovf->sounds, (gpointer)model);
}

static void hardware_take_controller(struct ovf_reader *reader, const xmlNode *item, uint64_t type)
{
    g_autofree char *kind = ovf_text(item, "ResourceSubType");

    if (type == OVF_STORAGE)
        return; /* its drives say which */
    if (type == OVF_USB)
        return hardware_leave(reader, item, "the machine has a controller of its own (xHCI)");
    if (type == OVF_GRAPHICS)
        return hardware_leave(reader, item, "a standard VGA stands in for it");
    hardware_leave(reader, item,
                   type == OVF_IDE || type == OVF_SCSI
                       ? "the chip set's SATA controller stands in for it"
                       : "this version has no such device");
}

static bool hardware_take(struct ovf_reader *reader, const xmlNode *item, GError **error)
{
    uint64_t type = ovf_number(item, "ResourceType", 0);

    switch (type) {
    case OVF_CPU:
        return hardware_take_cpus(reader, item, error);
    case OVF_MEMORY:
        return hardware_take_memory(reader, item, error);
    case OVF_DISK:
        return hardware_take_disk(reader, item, error);
    case OVF_CD:
    case OVF_DVD:
    case OVF_FLOPPY:
        return hardware_take_drive(reader, item, type == OVF_FLOPPY, error);
    case OVF_ETHERNET:
        return hardware_take_net(reader, item, error);
    case OVF_SERIAL:
        return hardware_take_serial(reader, item, error);
    case OVF_SOUND:
        hardware_take_sound(reader, item);
        return true;
    default:
        hardware_take_controller(reader, item, type);
        return true;
    }
}

bool ovf_read_hardware(struct ovf_reader *reader, GError **error)
{
    struct lathe_definition *definition = reader->ovf->definition;

    for (const xmlNode *node = reader->hardware->children; node != NULL; node = node->next) {
        if (!hardware_is_item(node))
            continue;
        if (!hardware_is_chosen(reader, node))
            hardware_leave(reader, node, "it belongs to another choice of the package");
        else if (!hardware_take(reader, node, error))
            return false;
    }
    return definition->serials != 0 || lathe_definition_add_serial(definition, "default", error);
}
