/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions on a PCI bus, and the way to those behind its bridges. */
#include "emulator/hw/pci/pci-bus.h"

#include "emulator/api/error.h"
#include "emulator/hw/pci/pci-internal.h"

static bool bus_check(const struct emu_pci_bus *bus, uint8_t devfn,
                      const struct emu_pci_device *function, struct emu_error *err)
{
    if (bus->functions[devfn] != NULL)
        return emu_error_set(err, EMU_ERROR_INPUT, "PCI function %02x.%x is taken by %s",
                             devfn >> 3, devfn & 7, bus->functions[devfn]->device.id);
    if (bus->kind == EMU_PCI_BUS_LINK && devfn >= EMU_PCI_DEVFN(1, 0))
        return emu_error_set(err, EMU_ERROR_INPUT, "%s: a port's bus has slot 0 only, not %02x",
                             function->device.id, devfn >> 3);
    if (bus->kind == EMU_PCI_BUS_CONVENTIONAL && devfn < EMU_PCI_DEVFN(1, 0))
        return emu_error_set(err, EMU_ERROR_INPUT, "%s: slot 00 of a bus is its bridge's",
                             function->device.id);
    if (function->behind != NULL && bus->bridge_count == EMU_PCI_BUS_BRIDGES)
        return emu_error_set(err, EMU_ERROR_INPUT, "there are at most %u bridges on a PCI bus",
                             EMU_PCI_BUS_BRIDGES);
    return true;
}

static void bus_wire(const struct emu_pci_bus *bus, struct emu_pci_device *function)
{
    uint32_t pin = emu_pci_get(function, EMU_PCI_INTERRUPT_PIN, 1);

    for (unsigned i = 0; i < 4; i++)
        function->pins[i] = bus->wire(bus->owner, function->devfn >> 3, i);
    if (pin >= 1 && pin <= 4)
        function->intx = function->pins[pin - 1];
}

bool emu_pci_bus_add(struct emu_pci_bus *bus, uint8_t devfn, struct emu_pci_device *function,
                     struct emu_error *err)
{
    if (!bus_check(bus, devfn, function, err))
        return false;
    if (function->behind != NULL)
        bus->bridges[bus->bridge_count++] = function;
    bus->functions[devfn] = function;
    function->devfn = devfn;
    function->memory_root = bus->memory_root;
    function->io_root = bus->io_root;
    bus_wire(bus, function);
    pci_express_place(function, bus->kind == EMU_PCI_BUS_LINK);
    pci_attach(function);
    return true;
}

void emu_pci_bus_remove(struct emu_pci_bus *bus, struct emu_pci_device *function)
{
    unsigned kept = 0;

    bus->functions[function->devfn] = NULL;
    for (unsigned i = 0; i < bus->bridge_count; i++) {
        if (bus->bridges[i] != function)
            bus->bridges[kept++] = bus->bridges[i];
    }
    bus->bridge_count = kept;
    pci_detach(function);
}

unsigned emu_pci_bus_free_slot(const struct emu_pci_bus *bus, unsigned slot)
{
    while (slot < EMU_PCI_SLOTS &&
           (bus->functions[EMU_PCI_DEVFN(slot, 0)] != NULL || (bus->reserved >> slot & 1) != 0))
        slot++;
    return slot;
}

struct emu_pci_device *emu_pci_bus_search(struct emu_pci_bus *bus, unsigned number, unsigned devfn)
{
    struct emu_pci_device *found = NULL;

    for (unsigned i = 0; i < bus->bridge_count && found == NULL; i++)
        found = bus->bridges[i]->behind(bus->bridges[i], number, devfn);
    return found;
}

/* A bridge's own reset closes it, but does not reach what is behind. */
void emu_pci_bus_reset(struct emu_pci_bus *bus)
{
    for (unsigned i = 0; i < 256; i++) {
        struct emu_pci_device *function = bus->functions[i];

        if (function == NULL)
            continue;
        emu_device_reset(&function->device);
        if (function->bus != NULL)
            emu_pci_bus_reset(function->bus);
    }
}
