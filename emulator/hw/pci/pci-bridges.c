/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Four bridges that differ in who they are and in their capabilities. Left out: hot-plug behind
 * them (SHPC), access control between the ports of the switch.
 */
#include "emulator/hw/pci/pci-bridges.h"

#include "emulator/hw/pci/pci-bridge.h"
#include "emulator/hw/save.h"

#define BRIDGE_SLOT_ID      0x04u /* capability: PCI-to-PCI Bridge 1.2, 13 */
#define BRIDGE_SLOT_ID_SIZE 4u
#define BRIDGE_CHASSIS      3u /* its register */

struct plain_bridge {
    struct pci_bridge bridge;
    uint64_t chassis;
};

struct bridge_model {
    const struct emu_device_class *class;
    uint16_t vendor, device;
    uint8_t revision, interface;
    enum emu_pci_bus_kind bus;
    bool express, msi, chassis;
    enum emu_pci_express_type type;
};

static const struct bridge_model bridge_models[] = {
    {&emu_x3130_upstream_class, 0x104c, 0x8232, 2, 0, EMU_PCI_BUS_SWITCH, true, true, false,
     EMU_PCI_EXPRESS_UPSTREAM},
    {&emu_pcie_pci_bridge_class, 0x1b36, 0x000e, 0, 0, EMU_PCI_BUS_CONVENTIONAL, true, true, false,
     EMU_PCI_EXPRESS_TO_PCI},
    {&emu_pci_bridge_class, 0x1b36, 0x0001, 0, 0, EMU_PCI_BUS_CONVENTIONAL, false, true, true, 0},
    {&emu_dmi_bridge_class, 0x8086, 0x244e, 0x92, 1, EMU_PCI_BUS_CONVENTIONAL, false, false, false,
     0},
};

static const struct bridge_model *bridge_model(const struct emu_device *device)
{
    const struct bridge_model *model = bridge_models;

    while (model->class != device->class)
        model++;
    return model;
}

static bool bridge_add_capabilities(struct plain_bridge *plain, const struct bridge_model *model)
{
    struct emu_pci_device *pci = &plain->bridge.pci;

    if (model->chassis) {
        unsigned at = emu_pci_add_capability(pci, BRIDGE_SLOT_ID, BRIDGE_SLOT_ID_SIZE);
        if (at == 0)
            return false;
        emu_pci_set(pci, at + BRIDGE_CHASSIS, 1, (uint32_t)plain->chassis);
    }
    return (!model->express || emu_pci_add_express(pci, model->type)) &&
           (!model->msi || emu_pci_add_msi(pci, 1));
}

static bool bridge_realize(struct emu_device *device, struct emu_error *err)
{
    struct plain_bridge *plain = (struct plain_bridge *)device;
    const struct bridge_model *model = bridge_model(device);
    const struct emu_pci_identity identity = {
        .vendor = model->vendor,
        .device = model->device,
        .class_code = 0x060400u | model->interface,
        .revision = model->revision,
    };

    pci_bridge_init(&plain->bridge, &identity, model->bus);
    return bridge_add_capabilities(plain, model) ||
           emu_error_set(err, EMU_ERROR_INTERNAL, "%s: no room for capabilities", device->id);
}

static void bridge_unrealize(struct emu_device *device)
{
    pci_bridge_finish((struct pci_bridge *)device);
}

static void bridge_reset(struct emu_device *device)
{
    emu_pci_reset((struct emu_pci_device *)device);
}

static void bridge_save(struct emu_device *device, struct emu_writer *out)
{
    emu_write_section(out, device->class->name, 1);
    emu_pci_save((struct emu_pci_device *)device, out);
}

/* The windows follow from config; what is behind has a state of its own, so nothing is reset. */
static bool bridge_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    uint32_t version;

    if (!emu_read_section(in, device->class->name, &version, err))
        return false;
    if (version != 1)
        return emu_hw_load_bad(device->class->name, "its version", err);
    return emu_pci_load((struct emu_pci_device *)device, in, err);
}

static const struct emu_property bridge_properties[] = {
    PCI_BRIDGE_PROPERTIES(struct plain_bridge),
    {NULL},
};

static const struct emu_property bridge_chassis_properties[] = {
    PCI_BRIDGE_PROPERTIES(struct plain_bridge),
    {"chassis", "number of the case that its slots are in", EMU_PROPERTY_UINT,
     offsetof(struct plain_bridge, chassis), 0, 255, "1"},
    {NULL},
};

#define BRIDGE_CLASS(symbol, text, words, rows)                                                    \
    const struct emu_device_class symbol = {                                                       \
        .name = text,                                                                              \
        .description = words,                                                                      \
        .size = sizeof(struct plain_bridge),                                                       \
        .properties = rows,                                                                        \
        .realize = bridge_realize,                                                                 \
        .unrealize = bridge_unrealize,                                                             \
        .reset = bridge_reset,                                                                     \
        .save = bridge_save,                                                                       \
        .load = bridge_load,                                                                       \
    }

BRIDGE_CLASS(emu_x3130_upstream_class, "x3130-upstream", "upstream port of a PCI Express switch",
             bridge_properties);
BRIDGE_CLASS(emu_pcie_pci_bridge_class, "pcie-pci-bridge", "bridge from PCI Express to PCI",
             bridge_properties);
BRIDGE_CLASS(emu_pci_bridge_class, "pci-bridge", "bridge from a PCI bus to another",
             bridge_chassis_properties);
BRIDGE_CLASS(emu_dmi_bridge_class, "dmi-bridge", "bridge from a root bus to a PCI bus",
             bridge_properties);
