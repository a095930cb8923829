/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ports, switches and bridges of the answers as a definition's controllers, and its devices behind
 * them: each line of an endpoint is the next device of that kind which the machine has.
 */
#include <string.h>

#include "app/plan/error.h"
#include "wizards/topology/model.h"

struct apply_devices {
    const struct topology *topology;
    struct lathe_definition *definition;
    unsigned disk[EMU_DRIVE_FLOPPY + 1], net[EMU_NIC_E1000E + 1]; /* how many are placed */
};

static struct lathe_place apply_place(const struct topology *topology,
                                      const struct topology_device *device)
{
    return (struct lathe_place){.given = true,
                                .multifunction = device->multifunction,
                                .bus = topology_index(topology, device->parent),
                                .slot = (unsigned)device->slot,
                                .function = (unsigned)device->function};
}

/* ---- endpoints ---- */

static bool apply_disk(struct apply_devices *apply, enum emu_drive_bus bus,
                       struct lathe_place place)
{
    unsigned count = 0;

    for (unsigned i = 0; i < apply->definition->disks; i++) {
        struct lathe_disk_definition *disk = &apply->definition->disk[i];
        if (disk->bus != bus || count++ != apply->disk[bus])
            continue;
        disk->place = place;
        apply->disk[bus]++;
        return true;
    }
    return false;
}

static bool apply_net(struct apply_devices *apply, enum emu_nic_model model,
                      struct lathe_place place)
{
    unsigned count = 0;

    for (unsigned i = 0; i < apply->definition->nets; i++) {
        struct lathe_net_definition *net = &apply->definition->net[i];
        if (net->model != model || count++ != apply->net[model])
            continue;
        net->place = place;
        apply->net[model]++;
        return true;
    }
    return false;
}

static bool apply_gpu(struct apply_devices *apply, enum emu_gpu gpu, struct lathe_place place)
{
    bool same = apply->definition->gpu == gpu ||
                (gpu == EMU_GPU_VIRTIO && lathe_gpu_is_virtio(apply->definition->gpu));

    if (same)
        apply->definition->parts->gpu_place = place;
    return same;
}

static bool apply_rng(struct apply_devices *apply, struct lathe_place place)
{
    apply->definition->parts->rng = true;
    apply->definition->parts->rng_place = place;
    return true;
}

static struct lathe_controller *apply_add_controller(struct apply_devices *apply, const char *type,
                                                     const char *model, unsigned index)
{
    GArray *controllers = apply->definition->parts->controllers;
    struct lathe_controller controller = {.type = g_strdup(type),
                                          .model = g_strdup(model),
                                          .index = (int)index,
                                          .chassis = -1,
                                          .port = -1,
                                          .chassis_number = -1,
                                          .bus_number = -1,
                                          .node = -1};

    g_array_append_val(controllers, controller);
    return &g_array_index(controllers, struct lathe_controller, controllers->len - 1);
}

static bool apply_usb(struct apply_devices *apply, struct lathe_place place)
{
    apply_add_controller(apply, "usb", "qemu-xhci", 0)->place = place;
    return true;
}

static bool apply_endpoint(struct apply_devices *apply, const struct topology_device *device,
                           GError **error)
{
    const struct lathe_place place = apply_place(apply->topology, device);
    const char *name = device->name;
    bool good = false;

    if (strcmp(name, "virtio-blk-pci") == 0)
        good = apply_disk(apply, EMU_DRIVE_VIRTIO, place);
    else if (strcmp(name, "nvme") == 0)
        good = apply_disk(apply, EMU_DRIVE_NVME, place);
    else if (strcmp(name, "virtio-net-pci") == 0)
        good = apply_net(apply, EMU_NIC_VIRTIO, place);
    else if (strcmp(name, "e1000e") == 0)
        good = apply_net(apply, EMU_NIC_E1000E, place);
    else if (strcmp(name, "VGA") == 0)
        good = apply_gpu(apply, EMU_GPU_STD, place);
    else if (strcmp(name, "bochs-display") == 0)
        good = apply_gpu(apply, EMU_GPU_BOCHS, place);
    else if (strcmp(name, "virtio-vga") == 0)
        good = apply_gpu(apply, EMU_GPU_VIRTIO, place);
    else if (strcmp(name, "virtio-rng-pci") == 0)
        good = apply_rng(apply, place);
    else if (strcmp(name, "qemu-xhci") == 0)
        good = apply_usb(apply, place);
    return good || lathe_error_input(error,
                                     "%s: the machine has no such device, or no more of them; add "
                                     "it to the machine first, or take the line out",
                                     name);
}

/* ---- bridges ---- */

static void apply_bridge(struct apply_devices *apply, const struct topology_device *device)
{
    struct lathe_controller *controller = apply_add_controller(
        apply, "pci", topology_controller(device), topology_index(apply->topology, device));
    bool port = topology_is_port(device);

    controller->place = apply_place(apply->topology, device);
    controller->chassis = port ? MAX(device->chassis, 0) : -1;
    controller->port = port ? MAX(device->port, 0) : -1;
    controller->chassis_number = device->model->kind == KIND_PCI_BRIDGE ? device->chassis_nr : -1;
    if (device->model->kind == KIND_EXPANDER) {
        controller->bus_number = device->bus_nr;
        controller->node = device->numa_node;
    }
}

/* Those of PCI, and those whose place the answers say. */
static void apply_forget(struct lathe_definition *definition)
{
    static const struct lathe_place anywhere;
    GArray *controllers = definition->parts->controllers;

    for (guint i = controllers->len; i-- > 0;) {
        const char *type = g_array_index(controllers, struct lathe_controller, i).type;
        if (g_strcmp0(type, "pci") == 0 || g_strcmp0(type, "usb") == 0)
            g_array_remove_index(controllers, i);
    }
    for (unsigned i = 0; i < definition->disks; i++)
        definition->disk[i].place = anywhere;
    for (unsigned i = 0; i < definition->nets; i++)
        definition->net[i].place = anywhere;
    definition->parts->gpu_place = definition->parts->rng_place = anywhere;
}

bool topology_apply_devices(const struct topology *topology, struct lathe_definition *definition,
                            GError **error)
{
    struct apply_devices apply = {topology, definition, {0}, {0}};

    if (topology->devices->len == 0)
        return true;
    apply_forget(definition);
    apply_add_controller(&apply, "pci", "pcie-root", 0);
    for (guint i = 0; i < topology->devices->len; i++) {
        const struct topology_device *device = topology->devices->pdata[i];
        if (topology_bus_of(device) != BUS_NONE)
            apply_bridge(&apply, device);
        else if (!apply_endpoint(&apply, device, error))
            return false;
    }
    return true;
}
