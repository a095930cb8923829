/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing OVF 1.1 (ovf.h), in the words that VirtualBox and VMware both read. Drives become those
 * of one SATA and one NVMe controller. What of the document is said is marked, as export.c does.
 */
#include <string.h>

#include "app/exchange/export-private.h"
#include "app/exchange/ovf-private.h"
#include "app/plan/net.h"

#define OVF_STREAM "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"

struct ovf_writer {
    struct lathe_export export;
    const struct lathe_definition *definition;
    const struct lathe_ovf_disk *disks;
    GString *text;
    unsigned items;            /* so far: their numbers */
    unsigned sata, nvme;       /* the controllers' numbers; 0: none */
    unsigned on_sata, on_nvme; /* drives there */
};

/* ---- lists of files, disks, networks ---- */

static void writer_put_references(struct ovf_writer *writer)
{
    g_string_append(writer->text, "  <References>\n");
    for (unsigned i = 0; i < writer->definition->disks; i++) {
        if (writer->disks[i].file != NULL)
            g_string_append_printf(
                writer->text,
                "    <File ovf:id=\"file%u\" ovf:href=\"%s\" ovf:size=\"%" G_GUINT64_FORMAT
                "\"/>\n",
                i + 1, writer->disks[i].file, writer->disks[i].written);
    }
    g_string_append(writer->text, "  </References>\n"
                                  "  <DiskSection>\n"
                                  "    <Info>The machine's disks</Info>\n");
    for (unsigned i = 0; i < writer->definition->disks; i++) {
        if (writer->disks[i].file != NULL && !writer->disks[i].disc)
            g_string_append_printf(writer->text,
                                   "    <Disk ovf:diskId=\"disk%u\" ovf:fileRef=\"file%u\" "
                                   "ovf:capacity=\"%" G_GUINT64_FORMAT "\" ovf:format=\"" OVF_STREAM
                                   "\"/>\n",
                                   i + 1, i + 1, writer->disks[i].capacity);
    }
    g_string_append(writer->text, "  </DiskSection>\n"
                                  "  <NetworkSection>\n"
                                  "    <Info>The machine's networks</Info>\n");
    if (writer->definition->nets != 0)
        g_string_append(writer->text,
                        "    <Network ovf:name=\"NAT\">\n"
                        "      <Description>A network of the machine's own</Description>\n"
                        "    </Network>\n");
    g_string_append(writer->text, "  </NetworkSection>\n");
}

/* ---- items ---- */

/* The elements of an item, which the schema wants by the alphabet. NULL: left out. */
struct ovf_item {
    const char *address, *on_parent, *units, *connection, *name, *resource, *parent, *kind;
    enum ovf_resource type;
    uint64_t quantity; /* 0: left out */
    unsigned cores;    /* of a socket, VMware's own; 0: left out */
};

static void writer_put_field(struct ovf_writer *writer, const char *name, const char *value)
{
    g_autofree char *line =
        value != NULL
            ? g_markup_printf_escaped("        <rasd:%s>%s</rasd:%s>\n", name, value, name)
            : g_strdup("");

    g_string_append(writer->text, line);
}

/* Returns its number. */
static unsigned writer_put_item(struct ovf_writer *writer, const struct ovf_item *item)
{
    unsigned number = ++writer->items;

    g_string_append(writer->text, "      <Item>\n");
    writer_put_field(writer, "Address", item->address);
    writer_put_field(writer, "AddressOnParent", item->on_parent);
    writer_put_field(writer, "AllocationUnits", item->units);
    writer_put_field(writer, "AutomaticAllocation", item->connection != NULL ? "true" : NULL);
    writer_put_field(writer, "Connection", item->connection);
    writer_put_field(writer, "ElementName", item->name);
    writer_put_field(writer, "HostResource", item->resource);
    g_string_append_printf(writer->text, "        <rasd:InstanceID>%u</rasd:InstanceID>\n", number);
    writer_put_field(writer, "Parent", item->parent);
    writer_put_field(writer, "ResourceSubType", item->kind);
    g_string_append_printf(writer->text, "        <rasd:ResourceType>%d</rasd:ResourceType>\n",
                           (int)item->type);
    if (item->quantity != 0)
        g_string_append_printf(writer->text,
                               "        <rasd:VirtualQuantity>%" G_GUINT64_FORMAT
                               "</rasd:VirtualQuantity>\n",
                               item->quantity);
    if (item->cores != 0)
        g_string_append_printf(writer->text,
                               "        <vmw:CoresPerSocket ovf:required=\"false\">%u"
                               "</vmw:CoresPerSocket>\n",
                               item->cores);
    g_string_append(writer->text, "      </Item>\n");
    return number;
}

static void writer_put_machine(struct ovf_writer *writer)
{
    const struct emu_topology *topology = &writer->definition->topology;
    unsigned cores = topology->cpus / MAX(topology->sockets, 1);

    writer_put_item(writer, &(struct ovf_item){.units = "hertz * 10^6",
                                               .name = "Processors",
                                               .type = OVF_CPU,
                                               .quantity = topology->cpus,
                                               .cores = cores > 1 ? cores : 0});
    writer_put_item(writer,
                    &(struct ovf_item){.units = "byte * 2^20",
                                       .name = "Memory",
                                       .type = OVF_MEMORY,
                                       .quantity = MAX(writer->definition->memory >> 20, 1)});
}

/* The controllers that drives are on, once. */
static void writer_put_controllers(struct ovf_writer *writer)
{
    bool sata = false, nvme = false;

    for (unsigned i = 0; i < writer->definition->disks; i++) {
        enum emu_drive_bus bus = writer->definition->disk[i].bus;
        nvme = nvme || bus == EMU_DRIVE_NVME;
        sata = sata || (bus != EMU_DRIVE_NVME && bus != EMU_DRIVE_FLOPPY);
    }
    if (sata)
        writer->sata = writer_put_item(writer, &(struct ovf_item){.address = "0",
                                                                  .name = "SATA controller",
                                                                  .kind = "AHCI",
                                                                  .type = OVF_STORAGE});
    if (nvme)
        writer->nvme = writer_put_item(writer, &(struct ovf_item){.address = "0",
                                                                  .name = "NVMe controller",
                                                                  .kind = "vmware.nvme.controller",
                                                                  .type = OVF_STORAGE});
}

static void writer_put_drive(struct ovf_writer *writer, unsigned i)
{
    const struct lathe_disk_definition *disk = &writer->definition->disk[i];
    const struct lathe_ovf_disk *file = &writer->disks[i];
    bool floppy = disk->bus == EMU_DRIVE_FLOPPY, nvme = disk->bus == EMU_DRIVE_NVME;
    g_autofree char *on = NULL, *parent = NULL, *resource = NULL;
    g_autofree char *name = g_strdup_printf("%s %u",
                                            disk->cdrom ? "CD drive"
                                            : floppy    ? "Floppy drive"
                                                        : "Disk",
                                            i + 1);

    if (file->file != NULL)
        resource = g_strdup_printf(file->disc ? "ovf:/file/file%u" : "ovf:/disk/disk%u", i + 1);
    if (!floppy) {
        on = g_strdup_printf("%u", nvme ? writer->on_nvme++ : writer->on_sata++);
        parent = g_strdup_printf("%u", nvme ? writer->nvme : writer->sata);
    }
    writer_put_item(writer, &(struct ovf_item){.on_parent = on,
                                               .name = name,
                                               .resource = resource,
                                               .parent = parent,
                                               .type = disk->cdrom ? OVF_CD
                                                       : floppy    ? OVF_FLOPPY
                                                                   : OVF_DISK});
}

static void writer_put_devices(struct ovf_writer *writer)
{
    const struct lathe_definition *definition = writer->definition;

    writer_put_controllers(writer);
    for (unsigned i = 0; i < definition->disks; i++)
        writer_put_drive(writer, i);
    for (unsigned i = 0; i < definition->nets; i++) {
        const struct lathe_net_definition *net = &definition->net[i];
        writer_put_item(
            writer, &(struct ovf_item){.address = net->mac,
                                       .connection = "NAT",
                                       .name = "Network adapter",
                                       .kind = net->model == EMU_NIC_E1000E ? "E1000" : "virtio",
                                       .type = OVF_ETHERNET});
    }
    for (unsigned i = 0; i < definition->serials; i++)
        writer_put_item(writer, &(struct ovf_item){.name = "Serial port", .type = OVF_SERIAL});
    writer_put_item(writer, &(struct ovf_item){.address = "0",
                                               .name = "USB controller",
                                               .kind = "vmware.usb.xhci",
                                               .type = OVF_USB});
}

/* Sound cards are in the document only. */
static void writer_put_sounds(struct ovf_writer *writer)
{
    const xmlNode *sound = lathe_tree_child(writer->export.devices, "sound");

    for (; sound != NULL; sound = lathe_tree_next(sound)) {
        g_autofree char *model = lathe_export_get(&writer->export, sound, "model");
        const char *kind = g_strcmp0(model, "es1370") == 0 ? "ensoniq1371"
                           : g_strcmp0(model, "ac97") == 0 ? "ac97"
                           : g_strcmp0(model, "sb16") == 0 ? "sb16"
                                                           : "hda";
        writer_put_item(writer,
                        &(struct ovf_item){.name = "Sound card", .kind = kind, .type = OVF_SOUND});
    }
}

static void writer_put_firmware(struct ovf_writer *writer)
{
    const xmlNode *os = lathe_tree_child(writer->export.root, "os");
    bool efi = g_str_has_prefix(writer->definition->firmware, "uefi") ||
               lathe_tree_is(os, "firmware", "efi");
    bool secure = strcmp(writer->definition->firmware, "uefi-secure") == 0;

    g_string_append_printf(writer->text,
                           "      <vmw:Config ovf:required=\"false\" vmw:key=\"firmware\" "
                           "vmw:value=\"%s\"/>\n",
                           efi ? "efi" : "bios");
    if (secure)
        g_string_append(writer->text,
                        "      <vmw:Config ovf:required=\"false\" "
                        "vmw:key=\"bootOptions.efiSecureBootEnabled\" vmw:value=\"true\"/>\n");
}

/* ---- what of the document was said ---- */

static void writer_mark_each(struct ovf_writer *writer, const char *name)
{
    const xmlNode *node = lathe_tree_child(writer->export.devices, name);

    for (; node != NULL; node = lathe_tree_next(node))
        lathe_export_mark_all(&writer->export, node);
}

static void writer_mark_path(struct ovf_writer *writer, const char *path)
{
    const xmlNode *node = lathe_tree_find(writer->export.root, path);

    if (node == NULL)
        return;
    lathe_export_mark_all(&writer->export, node);
    for (const xmlNode *up = node->parent; up != NULL && up->type == XML_ELEMENT_NODE;
         up = up->parent)
        lathe_export_mark(&writer->export, up);
}

/* Which bus a disk was on, unless another stands in for it. */
static void writer_mark_disk(struct ovf_writer *writer, const xmlNode *disk)
{
    static const char *const same[] = {"sata", "fdc", NULL};
    const xmlNode *target = lathe_export_child(&writer->export, disk, "target");
    const xmlNode *readonly = lathe_export_child(&writer->export, disk, "readonly");
    const xmlNode *source = lathe_tree_child(disk, "source");
    const xmlNode *driver = lathe_tree_child(disk, "driver");
    g_autofree char *bus = lathe_tree_get(target, "bus");
    bool is_disk = !lathe_tree_is(disk, "device", "cdrom");

    lathe_export_skip(&writer->export, disk, "type");
    lathe_export_skip(&writer->export, disk, "device");
    lathe_export_skip(&writer->export, target, "dev");
    lathe_export_skip(&writer->export, driver, "name");
    lathe_export_skip(&writer->export, driver, "type");
    if (source != NULL)
        lathe_export_mark_all(&writer->export, source);
    if (bus == NULL || g_strv_contains(same, bus))
        lathe_export_skip(&writer->export, target, "bus");
    if (readonly != NULL && is_disk)
        g_hash_table_remove(writer->export.said, readonly);
}

static void writer_mark_net(struct ovf_writer *writer, const xmlNode *net)
{
    const xmlNode *mac = lathe_export_child(&writer->export, net, "mac");
    const xmlNode *model = lathe_export_child(&writer->export, net, "model");

    lathe_export_mark(&writer->export, net);
    lathe_export_skip(&writer->export, net, "type");
    if (mac != NULL)
        lathe_export_mark_all(&writer->export, mac);
    if (!lathe_tree_is(model, "type", "e1000e"))
        lathe_export_skip(&writer->export, model, "type");
}

/* A port is one; where it leads is the host's. */
static void writer_mark_port(struct ovf_writer *writer, const xmlNode *port)
{
    const xmlNode *target = lathe_tree_child(port, "target");
    g_autofree char *type = lathe_tree_get(port, "type");
    bool plain = g_strcmp0(type, "vc") == 0 || g_strcmp0(type, "pty") == 0;

    lathe_export_mark(&writer->export, port);
    if (plain)
        lathe_export_skip(&writer->export, port, "type");
    if (target != NULL)
        lathe_export_mark_all(&writer->export, target);
}

static void writer_mark_devices(struct ovf_writer *writer)
{
    static const char *const implied[] = {"video", "input", "controller", "memballoon"};
    static const struct {
        const char *name;
        void (*mark)(struct ovf_writer *writer, const xmlNode *node);
    } rows[] = {{"disk", writer_mark_disk},
                {"interface", writer_mark_net},
                {"serial", writer_mark_port},
                {"console", writer_mark_port}};

    for (size_t i = 0; i < G_N_ELEMENTS(implied); i++)
        writer_mark_each(writer, implied[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const xmlNode *node = lathe_tree_child(writer->export.devices, rows[i].name);
        for (; node != NULL; node = lathe_tree_next(node))
            rows[i].mark(writer, node);
    }
}

static void writer_mark(struct ovf_writer *writer)
{
    static const char *const said[] = {"name",          "uuid",         "memory",  "currentMemory",
                                       "vcpu",          "cpu/topology", "os/type", "os/firmware",
                                       "features/acpi", "features/apic"};
    static const char *const usual[][2] = {
        {"on_poweroff", "destroy"}, {"on_reboot", "restart"}, {"on_crash", "destroy"}};
    const xmlNode *root = writer->export.root, *clock = lathe_tree_child(root, "clock");
    const xmlNode *cpu = lathe_tree_child(root, "cpu");

    lathe_export_skip(&writer->export, root, "type");
    lathe_export_skip(&writer->export, lathe_tree_child(root, "os"), "firmware");
    for (size_t i = 0; i < G_N_ELEMENTS(said); i++)
        writer_mark_path(writer, said[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(usual); i++) {
        g_autofree char *text = lathe_tree_text(lathe_tree_child(root, usual[i][0]));
        if (g_strcmp0(text, usual[i][1]) == 0)
            writer_mark_path(writer, usual[i][0]);
    }
    if (lathe_tree_is(clock, "offset", "utc"))
        lathe_export_skip(&writer->export, clock, "offset");
    if (!lathe_tree_is(cpu, "mode", "custom")) /* all that the host has */
        lathe_export_skip(&writer->export, cpu, "mode");
    writer_mark_devices(writer);
    lathe_export_tell(&writer->export);
}

/* ---- the whole ---- */

static const char writer_begin[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<Envelope xmlns=\"http://schemas.dmtf.org/ovf/envelope/1\""
    " xmlns:ovf=\"http://schemas.dmtf.org/ovf/envelope/1\""
    " xmlns:rasd=\"http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
    "CIM_ResourceAllocationSettingData\""
    " xmlns:vssd=\"http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
    "CIM_VirtualSystemSettingData\""
    " xmlns:vmw=\"http://www.vmware.com/schema/ovf\" ovf:version=\"1.0\" xml:lang=\"en-US\">\n";

static void writer_put_system(struct ovf_writer *writer)
{
    const struct lathe_definition *definition = writer->definition;
    const char *name = definition->name != NULL ? definition->name : "machine";
    g_autofree char *begin = g_markup_printf_escaped("  <VirtualSystem ovf:id=\"%s\">\n"
                                                     "    <Info>A machine</Info>\n"
                                                     "    <Name>%s</Name>\n",
                                                     name, name);
    g_autofree char *system = g_markup_printf_escaped(
        "    <OperatingSystemSection ovf:id=\"1\">\n"
        "      <Info>Not known</Info>\n"
        "    </OperatingSystemSection>\n"
        "    <VirtualHardwareSection>\n"
        "      <Info>The machine's hardware</Info>\n"
        "      <System>\n"
        "        <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>\n"
        "        <vssd:InstanceID>0</vssd:InstanceID>\n"
        "        <vssd:VirtualSystemIdentifier>%s</vssd:VirtualSystemIdentifier>\n"
        "        <vssd:VirtualSystemType>vmx-13</vssd:VirtualSystemType>\n"
        "      </System>\n",
        name);

    g_string_append(writer->text, begin);
    if (definition->description != NULL) {
        g_autofree char *note =
            g_markup_printf_escaped("    <AnnotationSection>\n"
                                    "      <Info>What there is to say about it</Info>\n"
                                    "      <Annotation>%s</Annotation>\n"
                                    "    </AnnotationSection>\n",
                                    definition->description);
        g_string_append(writer->text, note);
    }
    g_string_append(writer->text, system);
}

char *lathe_ovf_write(const struct lathe_config *config, const struct lathe_definition *definition,
                      const struct lathe_ovf_disk *disks, GPtrArray **left)
{
    struct ovf_writer writer = {.definition = definition, .disks = disks};

    lathe_export_init(&writer.export, config);
    writer.text = g_string_new(writer_begin);
    writer_put_references(&writer);
    writer_put_system(&writer);
    writer_put_machine(&writer);
    writer_put_devices(&writer);
    writer_put_sounds(&writer);
    writer_put_firmware(&writer);
    g_string_append(writer.text, "    </VirtualHardwareSection>\n"
                                 "  </VirtualSystem>\n"
                                 "</Envelope>\n");
    writer_mark(&writer);
    *left = lathe_export_finish(&writer.export);
    return g_string_free(writer.text, FALSE);
}
