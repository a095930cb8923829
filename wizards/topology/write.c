/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The devices as a tree, as a guest's lspci -t shows them; and all of it as QEMU's arguments. */
#include <string.h>

#include "app/plan/size.h"
#include "wizards/topology/model.h"

/* ---- the tree ---- */

static void tree_own(const struct topology *topology, GString *out)
{
    bool q35 = strcmp(topology->machine, "q35") == 0;

    g_string_append_printf(out, "00:00.0 %s host bridge\n", q35 ? "8086:29c0" : "1b36:0008");
    if (q35)
        g_string_append(out, "00:1f.0 8086:2918 ISA bridge\n00:1f.2 8086:2922 SATA\n"
                             "00:1f.3 8086:2930 SMBus\n");
}

static void tree_device(const struct topology_device *device, GString *out)
{
    const struct topology_model *model = device->model;
    g_autofree char *ids = model->vendor != 0xffff
                               ? g_strdup_printf("%04x:%04x", model->vendor, model->device)
                               : g_strdup("????:????");

    g_string_append_printf(out, "%02x:%02x.%x %s %s", device->on, (unsigned)device->slot,
                           (unsigned)device->function, ids, model->words);
    if (*device->id != '\0')
        g_string_append_printf(out, " (%s)", device->id);
    if (device->model->kind == KIND_EXPANDER) {
        g_string_append_printf(out, " -> root bus %02x", device->own);
        if (device->numa_node >= 0)
            g_string_append_printf(out, " of node %d", device->numa_node);
    } else if (device->own != device->last) {
        g_string_append_printf(out, " -> [%02x-%02x]", device->own, device->last);
    } else if (topology_bus_of(device) != BUS_NONE) {
        g_string_append_printf(out, " -> [%02x]", device->own);
    }
    g_string_append_c(out, '\n');
}

static gint tree_compare(gconstpointer left, gconstpointer right)
{
    const struct topology_device *a = *(struct topology_device *const *)left;
    const struct topology_device *b = *(struct topology_device *const *)right;
    guint first = a->on << 8 | (guint)(a->slot * 8 + a->function);
    guint second = b->on << 8 | (guint)(b->slot * 8 + b->function);

    return first < second ? -1 : first > second;
}

/* The devices of one bus, each with what is behind it, further to the right. */
static void tree_bus(const GPtrArray *sorted, const struct topology_device *parent, unsigned depth,
                     GString *out)
{
    for (guint i = 0; i < sorted->len; i++) {
        const struct topology_device *device = sorted->pdata[i];
        if (device->parent != parent)
            continue;
        g_string_append_printf(out, "%*s", (int)(2 * depth), "");
        tree_device(device, out);
        tree_bus(sorted, device, depth + 1, out);
    }
}

void topology_write_tree(const struct topology *topology, GString *out)
{
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();

    for (guint i = 0; i < topology->devices->len; i++) {
        struct topology_device *device = topology->devices->pdata[i];
        if (!device->lost && device->slot >= 0)
            g_ptr_array_add(sorted, device);
    }
    g_ptr_array_sort(sorted, tree_compare);
    tree_own(topology, out);
    tree_bus(sorted, NULL, 0, out);
    g_string_truncate(out, out->len - 1);
}

/* ---- arguments ---- */

static void qemu_level(GString *out, const char *name, unsigned value, bool always)
{
    if (always || value > 1)
        g_string_append_printf(out, ",%s=%u", name, value);
}

static void qemu_cpus(const struct topology *topology, GString *out)
{
    if (topology->cpus == 0)
        return;
    g_string_append_printf(out, "\n-smp %u", topology->cpus);
    qemu_level(out, "sockets", topology->levels[LEVEL_SOCKETS], true);
    qemu_level(out, "dies", topology->levels[LEVEL_DIES], false);
    qemu_level(out, "clusters", topology->levels[LEVEL_CLUSTERS], false);
    qemu_level(out, "cores", topology->levels[LEVEL_CORES], true);
    qemu_level(out, "threads", topology->levels[LEVEL_THREADS], true);
    qemu_level(out, "maxcpus", topology->maxcpus, true);
}

/* QEMU's sizes have no blank and no i: 1.5 GiB is 1536M. */
static char *qemu_size(guint64 bytes)
{
    static const char units[] = "KMGT";
    guint64 value = bytes / 1024;
    size_t unit = 0;

    while (value % 1024 == 0 && value != 0 && unit < 3) {
        value /= 1024;
        unit++;
    }
    if (bytes % 1024 != 0)
        return g_strdup_printf("%" G_GUINT64_FORMAT "B", bytes);
    return g_strdup_printf("%" G_GUINT64_FORMAT "%c", value, units[unit]);
}

static void qemu_memory(const struct topology *topology, GString *out)
{
    g_autofree char *size = qemu_size(topology->memory);
    g_autofree char *most = qemu_size(topology->maxmem);

    g_string_append_printf(out, "\n-m %s", size);
    if (topology->slots != 0)
        g_string_append_printf(out, ",slots=%u,maxmem=%s", topology->slots, most);
}

static void qemu_links(const struct topology *topology, GString *out)
{
    static const char *const types[EMU_NUMA_MEASURES] = {"access-latency", "read-latency",
                                                         "write-latency",  "access-bandwidth",
                                                         "read-bandwidth", "write-bandwidth"};

    for (guint i = 0; i < topology->links->len; i++) {
        const struct topology_link *link = &g_array_index(topology->links, struct topology_link, i);
        bool latency = link->measure < EMU_NUMA_ACCESS_BANDWIDTH;
        g_autofree char *size = qemu_size(link->value);
        g_autofree char *number = g_strdup_printf("%" G_GUINT64_FORMAT, link->value);
        g_string_append_printf(out,
                               "\n-numa hmat-lb,initiator=%u,target=%u,hierarchy=memory,"
                               "data-type=%s,%s=%s",
                               link->from, link->to, types[link->measure],
                               latency ? "latency" : "bandwidth", latency ? number : size);
    }
}

/* The back ends of memory stand before the nodes that they are for. */
static void qemu_nodes(const struct topology *topology, GString *out)
{
    for (guint i = 0; i < topology->nodes->len; i++) {
        const struct topology_node *node = topology_node_at(topology, i);
        g_autofree char *size = qemu_size(node->memory);
        if (node->memory != 0)
            g_string_append_printf(out, "\n-object memory-backend-ram,id=node%u,size=%s", node->id,
                                   size);
    }
    for (guint i = 0; i < topology->nodes->len; i++) {
        const struct topology_node *node = topology_node_at(topology, i);
        g_autofree char *cpus = topology_node_cpus(node);
        g_auto(GStrv) ranges = g_strsplit(cpus, ",", -1);
        g_string_append_printf(out, "\n-numa node,nodeid=%u", node->id);
        for (char **range = ranges; *range != NULL; range++)
            g_string_append_printf(out, ",cpus=%s", *range);
        if (node->memory != 0)
            g_string_append_printf(out, ",memdev=node%u", node->id);
    }
    for (guint i = 0; i < topology->distances->len; i++) {
        const struct topology_distance *row =
            &g_array_index(topology->distances, struct topology_distance, i);
        g_string_append_printf(out, "\n-numa dist,src=%u,dst=%u,val=%u", row->from, row->to,
                               row->value);
    }
}

static void qemu_number(GString *out, const char *name, int value)
{
    if (value >= 0)
        g_string_append_printf(out, ",%s=%d", name, value);
}

/* With the bus and the address written out: without, QEMU takes the first bus that it finds. */
static void qemu_device(const struct topology_device *device, GString *out)
{
    g_string_append_printf(out, "\n-device %s", device->name);
    if (*device->id != '\0')
        g_string_append_printf(out, ",id=%s", device->id);
    g_string_append_printf(out, ",bus=%s", *device->bus != '\0' ? device->bus : "pcie.0");
    if (device->slot >= 0)
        g_string_append_printf(out, ",addr=%x.%x", (unsigned)device->slot,
                               (unsigned)device->function);
    if (device->multifunction)
        g_string_append(out, ",multifunction=on");
    qemu_number(out, "chassis", device->chassis);
    qemu_number(out, "slot", device->port);
    qemu_number(out, "chassis_nr", device->chassis_nr != 0 ? device->chassis_nr : -1);
    qemu_number(out, "bus_nr", device->bus_nr);
    qemu_number(out, "numa_node", device->numa_node);
    g_string_append(out, device->others);
}

void topology_write_qemu(const struct topology *topology, GString *out)
{
    g_string_append_printf(out, "-machine %s%s", topology->machine,
                           topology->links->len != 0 ? ",hmat=on" : "");
    qemu_cpus(topology, out);
    qemu_memory(topology, out);
    qemu_nodes(topology, out);
    qemu_links(topology, out);
    for (guint i = 0; i < topology->devices->len; i++)
        qemu_device(topology->devices->pdata[i], out);
}
