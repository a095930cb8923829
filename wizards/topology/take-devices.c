/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A definition's PCI tree as lines of the answers: its bridges by the names pci.N, then the devices
 * that have a place among them. A definition without bridges has none: its board places all.
 */
#include "app/plan/buses.h"
#include "wizards/topology/model.h"

static const char *const take_models[] = {
    [EMU_BRIDGE_ROOT_PORT] = "pcie-root-port",
    [EMU_BRIDGE_UPSTREAM] = "x3130-upstream",
    [EMU_BRIDGE_DOWNSTREAM] = "xio3130-downstream",
    [EMU_BRIDGE_TO_PCI] = "pcie-pci-bridge",
    [EMU_BRIDGE_PCI] = "pci-bridge",
    [EMU_BRIDGE_DMI] = "i82801b11-bridge",
    [EMU_BRIDGE_EXPANDER] = "pxb-pcie",
};

static void take_place(GString *line, const struct emu_pci_place *place)
{
    if (place->bus == 0)
        g_string_append(line, ",bus=pcie.0");
    else
        g_string_append_printf(line, ",bus=pci.%u", place->bus);
    g_string_append_printf(line, ",addr=%x.%x%s", place->slot, place->function,
                           place->multifunction ? ",multifunction=on" : "");
}

/* The number of a chassis is a port's own, as no two of them have the same. */
static void take_bridge(struct lathe_answers *answers, const struct emu_bridge *bridge,
                        unsigned index)
{
    g_autoptr(GString) line = g_string_new(take_models[bridge->kind]);
    bool port = bridge->kind == EMU_BRIDGE_ROOT_PORT || bridge->kind == EMU_BRIDGE_DOWNSTREAM;

    g_string_append_printf(line, ",id=pci.%u", index);
    take_place(line, &bridge->place);
    if (port)
        g_string_append_printf(line, ",chassis=%u,slot=%u", index, bridge->number);
    if (bridge->kind == EMU_BRIDGE_PCI)
        g_string_append_printf(line, ",chassis_nr=%u", bridge->number);
    if (bridge->kind == EMU_BRIDGE_EXPANDER)
        g_string_append_printf(line, ",bus_nr=%u", bridge->bus);
    if (bridge->node >= 0)
        g_string_append_printf(line, ",numa_node=%d", bridge->node);
    lathe_answers_add_line(answers, "devices", line->str, NULL);
}

static void take_device(struct lathe_answers *answers, const char *model,
                        const struct emu_pci_place *place)
{
    g_autoptr(GString) line = g_string_new(model);

    if (model == NULL || !place->given)
        return;
    take_place(line, place);
    lathe_answers_add_line(answers, "devices", line->str, NULL);
}

static const char *take_gpu(enum emu_gpu gpu)
{
    return gpu == EMU_GPU_STD     ? "VGA"
           : gpu == EMU_GPU_BOCHS ? "bochs-display"
                                  : "virtio-vga"; /* another one has no place */
}

void topology_take_devices(struct lathe_answers *answers, const struct lathe_definition *definition)
{
    struct lathe_buses *buses = lathe_buses_new(definition);

    for (unsigned i = 0; i < buses->emu.count; i++)
        take_bridge(answers, &buses->emu.bridges[i], i + 1);
    if (buses->emu.count != 0) {
        take_device(answers, take_gpu(definition->gpu), &buses->emu.gpu);
        take_device(answers, "qemu-xhci", &buses->emu.usb);
        take_device(answers, "virtio-rng-pci", &buses->emu.rng);
        for (unsigned i = 0; i < definition->disks; i++)
            take_device(answers,
                        definition->disk[i].bus == EMU_DRIVE_NVME ? "nvme" : "virtio-blk-pci",
                        &buses->drives[i]);
        for (unsigned i = 0; i < definition->nets; i++)
            take_device(answers,
                        definition->net[i].model == EMU_NIC_E1000E ? "e1000e" : "virtio-net-pci",
                        &buses->nics[i]);
    }
    lathe_buses_free(buses);
}
