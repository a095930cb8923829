/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A definition in libvirt's XML. Ports, switches, bridges and expander buses are its controllers;
 * endpoints are written where their element needs no back end of the host.
 */
#include <string.h>

#include "wizards/topology/model.h"

unsigned topology_index(const struct topology *topology, const struct topology_device *device)
{
    unsigned index = 1;

    if (device == NULL)
        return 0;
    for (guint i = 0; topology->devices->pdata[i] != device; i++)
        index += topology_bus_of(topology->devices->pdata[i]) != BUS_NONE;
    return index;
}

static void libvirt_address(const struct topology *topology, const struct topology_device *device,
                            GString *out)
{
    g_string_append_printf(out,
                           "\n      <address type='pci' domain='0x0000' bus='0x%02x' slot='0x%02x' "
                           "function='0x%x'%s/>",
                           topology_index(topology, device->parent), (unsigned)device->slot,
                           (unsigned)device->function,
                           device->multifunction ? " multifunction='on'" : "");
}

const char *topology_controller(const struct topology_device *device)
{
    static const char *const names[] = {
        [KIND_ROOT_PORT] = "pcie-root-port",
        [KIND_UPSTREAM] = "pcie-switch-upstream-port",
        [KIND_DOWNSTREAM] = "pcie-switch-downstream-port",
        [KIND_PCIE_PCI] = "pcie-to-pci-bridge",
        [KIND_PCI_BRIDGE] = "pci-bridge",
        [KIND_DMI_BRIDGE] = "dmi-to-pci-bridge",
        [KIND_EXPANDER] = "pcie-expander-bus",
    };

    return names[device->model->kind];
}

static void libvirt_target(const struct topology_device *device, GString *out)
{
    if (topology_is_port(device))
        g_string_append_printf(out, "\n      <target chassis='%d' port='0x%x'/>",
                               MAX(device->chassis, 0), (unsigned)MAX(device->port, 0));
    if (device->model->kind == KIND_PCI_BRIDGE)
        g_string_append_printf(out, "\n      <target chassisNr='%d'/>", device->chassis_nr);
    if (device->model->kind != KIND_EXPANDER)
        return;
    g_string_append_printf(out, "\n      <target busNr='%d'%s", device->bus_nr,
                           device->numa_node >= 0 ? ">" : "/>");
    if (device->numa_node >= 0)
        g_string_append_printf(out, "\n        <node>%d</node>\n      </target>",
                               device->numa_node);
}

/* The elements that stand for endpoints: what opens and what closes them. */
static const struct endpoint {
    const char *model, *open, *close;
} endpoints[] = {
    {"e1000", "<interface type='user'>\n      <model type='e1000'/>", "interface"},
    {"e1000e", "<interface type='user'>\n      <model type='e1000e'/>", "interface"},
    {"igb", "<interface type='user'>\n      <model type='igb'/>", "interface"},
    {"rtl8139", "<interface type='user'>\n      <model type='rtl8139'/>", "interface"},
    {"virtio-net-pci", "<interface type='user'>\n      <model type='virtio'/>", "interface"},
    {"ac97", "<sound model='ac97'>", "sound"},
    {"AC97", "<sound model='ac97'>", "sound"},
    {"ES1370", "<sound model='es1370'>", "sound"},
    {"ich9-intel-hda", "<sound model='ich9'>", "sound"},
    {"virtio-sound-pci", "<sound model='virtio'>", "sound"},
    {"qemu-xhci", "<controller type='usb' model='qemu-xhci'>", "controller"},
    {"virtio-scsi-pci", "<controller type='scsi' model='virtio-scsi'>", "controller"},
    {"ich9-ahci", "<controller type='sata'>", "controller"},
    {"virtio-balloon-pci", "<memballoon model='virtio'>", "memballoon"},
    {"virtio-rng-pci", "<rng model='virtio'>\n      <backend model='random'>/dev/urandom</backend>",
     "rng"},
};

static void libvirt_endpoint(const struct topology *topology, const struct topology_device *device,
                             GString *out)
{
    for (size_t i = 0; i < G_N_ELEMENTS(endpoints); i++) {
        if (strcmp(endpoints[i].model, device->name) != 0)
            continue;
        g_string_append_printf(out, "\n    %s", endpoints[i].open);
        libvirt_address(topology, device, out);
        g_string_append_printf(out, "\n    </%s>", endpoints[i].close);
    }
}

static void libvirt_device(const struct topology *topology, const struct topology_device *device,
                           GString *out)
{
    if (device->lost || device->slot < 0)
        return;
    if (topology_bus_of(device) == BUS_NONE) {
        libvirt_endpoint(topology, device, out);
        return;
    }
    g_string_append_printf(out, "\n    <controller type='pci' index='%u' model='%s'>",
                           topology_index(topology, device), topology_controller(device));
    if (*device->name != '\0')
        g_string_append_printf(out, "\n      <model name='%s'/>", device->name);
    libvirt_target(device, out);
    libvirt_address(topology, device, out);
    g_string_append(out, "\n    </controller>");
}

static void libvirt_distances(const struct topology *topology, unsigned from, GString *out)
{
    if (topology->distances->len == 0)
        return;
    g_string_append(out, "\n        <distances>");
    for (guint to = 0; to < topology->nodes->len; to++) {
        unsigned id = topology_node_at(topology, to)->id;
        unsigned value = id == from ? 10 : topology_distance_of(topology, from, id);
        if (value != 0)
            g_string_append_printf(out, "\n          <sibling id='%u' value='%u'/>", id, value);
    }
    g_string_append(out, "\n        </distances>");
}

static void libvirt_measures(const struct topology *topology, bool latency, GString *out)
{
    static const char *const types[] = {"access", "read", "write"};

    for (guint i = 0; i < topology->links->len; i++) {
        const struct topology_link *link = &g_array_index(topology->links, struct topology_link, i);
        if ((link->measure < EMU_NUMA_ACCESS_BANDWIDTH) != latency)
            continue;
        g_string_append_printf(out,
                               "\n        <%s initiator='%u' target='%u' type='%s' "
                               "value='%" G_GUINT64_FORMAT "'%s/>",
                               latency ? "latency" : "bandwidth", link->from, link->to,
                               types[link->measure % EMU_NUMA_ACCESS_BANDWIDTH],
                               latency ? link->value : link->value >> 10,
                               latency ? "" : " unit='KiB'");
    }
}

static void libvirt_links(const struct topology *topology, GString *out)
{
    if (topology->links->len == 0)
        return;
    g_string_append(out, "\n      <interconnects>");
    libvirt_measures(topology, true, out);
    libvirt_measures(topology, false, out);
    g_string_append(out, "\n      </interconnects>");
}

static void libvirt_cells(const struct topology *topology, GString *out)
{
    if (topology->nodes->len == 0)
        return;
    g_string_append(out, "\n    <numa>");
    for (guint i = 0; i < topology->nodes->len; i++) {
        const struct topology_node *node = topology_node_at(topology, i);
        g_autofree char *cpus = topology_node_cpus(node);
        bool plain = topology->distances->len == 0;
        g_string_append_printf(
            out, "\n      <cell id='%u'%s%s%s memory='%" G_GUINT64_FORMAT "' unit='KiB'%s",
            node->id, *cpus ? " cpus='" : "", cpus, *cpus ? "'" : "", node->memory / 1024,
            plain ? "/>" : ">");
        libvirt_distances(topology, node->id, out);
        if (!plain)
            g_string_append(out, "\n      </cell>");
    }
    libvirt_links(topology, out);
    g_string_append(out, "\n    </numa>");
}

static void libvirt_cpus(const struct topology *topology, GString *out)
{
    const unsigned *levels = topology->levels;

    if (topology->cpus == 0)
        return;
    g_string_append_printf(out, "\n  <vcpu current='%u'>%u</vcpu>", topology->cpus,
                           topology->maxcpus);
    g_string_append_printf(out, "\n  <cpu>\n    <topology sockets='%u' dies='%u'",
                           levels[LEVEL_SOCKETS], levels[LEVEL_DIES]);
    if (levels[LEVEL_CLUSTERS] > 1)
        g_string_append_printf(out, " clusters='%u'", levels[LEVEL_CLUSTERS]);
    g_string_append_printf(out, " cores='%u' threads='%u'/>", levels[LEVEL_CORES],
                           levels[LEVEL_THREADS]);
    libvirt_cells(topology, out);
    g_string_append(out, "\n  </cpu>");
}

void topology_write_libvirt(const struct topology *topology, GString *out)
{
    bool q35 = strcmp(topology->machine, "q35") == 0;

    g_string_append(out, "<domain type='qemu'>\n  <name>topology</name>");
    if (topology->slots != 0)
        g_string_append_printf(
            out, "\n  <maxMemory slots='%u' unit='KiB'>%" G_GUINT64_FORMAT "</maxMemory>",
            topology->slots, topology->maxmem / 1024);
    g_string_append_printf(out, "\n  <memory unit='KiB'>%" G_GUINT64_FORMAT "</memory>",
                           topology->memory / 1024);
    g_string_append_printf(out, "\n  <os>\n    <type arch='%s' machine='%s'>hvm</type>\n  </os>",
                           q35 ? "x86_64" : "aarch64", topology->machine);
    libvirt_cpus(topology, out);
    g_string_append(out, "\n  <devices>\n    <controller type='pci' index='0' model='pcie-root'/>");
    for (guint i = 0; i < topology->devices->len; i++)
        libvirt_device(topology, topology->devices->pdata[i], out);
    g_string_append(out, "\n  </devices>\n</domain>");
}
