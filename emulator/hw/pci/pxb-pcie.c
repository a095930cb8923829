/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The expander has no windows and no bus registers: what is on its bus lies in the host's spaces,
 * and its pins go where those of bus 0's slots go.
 */
#include "emulator/hw/pci/pxb-pcie.h"

#include "emulator/hw/pci/pci-host.h"
#include "emulator/hw/pci/pci-internal.h"
#include "emulator/hw/save.h"

struct pxb_pcie {
    struct emu_pci_device pci;
    struct emu_pci_bus bus;
    uint64_t number;
};

static struct emu_pci_device *pxb_behind(struct emu_pci_device *pci, unsigned number,
                                         unsigned devfn)
{
    struct pxb_pcie *pxb = (struct pxb_pcie *)pci;

    return number == pxb->number ? pxb->bus.functions[devfn]
                                 : emu_pci_bus_search(&pxb->bus, number, devfn);
}

void emu_pxb_pcie_set_host(struct emu_device *device, struct emu_device *host)
{
    struct pxb_pcie *pxb = (struct pxb_pcie *)device;
    const struct emu_pci_bus *root = emu_pci_host_bus(host);

    pxb->bus.memory_root = root->memory_root;
    pxb->bus.io_root = root->io_root;
    pxb->bus.wire = root->wire;
    pxb->bus.owner = root->owner;
}

static bool pxb_pcie_realize(struct emu_device *device, struct emu_error *err)
{
    static const struct emu_pci_identity identity = {
        .vendor = 0x1b36,
        .device = 0x000b,
        .subsystem_vendor = 0x1af4,
        .subsystem = 0x1100,
        .class_code = 0x060000,
    };
    struct pxb_pcie *pxb = (struct pxb_pcie *)device;

    emu_pci_init(&pxb->pci, &identity);
    pxb->bus.kind = EMU_PCI_BUS_ROOT;
    pxb->bus.number = (uint8_t)pxb->number;
    pxb->pci.bus = &pxb->bus;
    pxb->pci.behind = pxb_behind;
    return true;
}

static void pxb_pcie_unrealize(struct emu_device *device)
{
    emu_pci_finish((struct emu_pci_device *)device);
}

static void pxb_pcie_reset(struct emu_device *device)
{
    emu_pci_reset((struct emu_pci_device *)device);
}

static const struct emu_field pxb_pcie_fields[] = {
    EMU_FIELD(struct pxb_pcie, number),
    EMU_FIELD_END,
};

static void pxb_pcie_save(struct emu_device *device, struct emu_writer *out)
{
    emu_hw_save(out, "pxb-pcie", device, pxb_pcie_fields);
    emu_pci_save((struct emu_pci_device *)device, out);
}

static bool pxb_pcie_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct pxb_pcie *pxb = (struct pxb_pcie *)device;
    uint64_t number = pxb->number;

    if (!emu_hw_load(in, "pxb-pcie", pxb, pxb_pcie_fields, err))
        return false;
    if (pxb->number != number) {
        pxb->number = number;
        return emu_hw_load_bad("pxb-pcie", "the number of its bus", err);
    }
    return emu_pci_load(&pxb->pci, in, err);
}

static const struct emu_property pxb_pcie_properties[] = {
    {"bus", "number of the root bus", EMU_PROPERTY_UINT, offsetof(struct pxb_pcie, number), 1, 255,
     "128"},
    {NULL},
};

const struct emu_device_class emu_pxb_pcie_class = {
    .name = "pxb-pcie",
    .description = "PCI Express expander: another root bus",
    .size = sizeof(struct pxb_pcie),
    .properties = pxb_pcie_properties,
    .realize = pxb_pcie_realize,
    .unrealize = pxb_pcie_unrealize,
    .reset = pxb_pcie_reset,
    .save = pxb_pcie_save,
    .load = pxb_pcie_load,
};
