/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PCI host bridge: configuration mechanism 1 by ports, ECAM by memory, and the wiring of INTx to
 * eight PIRQs (PCI Local Bus Specification 3.0, 3.2.2.3; PCI Express Base 3.0, 7.2.2). Bus 0 is
 * here; for others its bridges are asked.
 */
#include "emulator/hw/pci/pci-host.h"

#include <stdlib.h>

#include "emulator/hw/pci/pci-internal.h"
#include "emulator/hw/save.h"

#define PCI_HOST_ENABLE   0x80000000u /* address register: data port accesses are configuration */
#define PCI_HOST_BUS(a)   ((a) >> 16 & 0xff)
#define PCI_HOST_DEVFN(a) ((a) >> 8 & 0xff)
#define PCI_HOST_PIRQS    8

struct pci_host {
    struct emu_device device;
    struct emu_region address_port, data_port, ecam;
    struct emu_region *reset_port;
    struct emu_pci_bus bus;
    uint32_t address;
    uint32_t users[PCI_HOST_PIRQS]; /* how many functions pull each PIRQ */
};

static struct pci_host *pci_host_of(void *device)
{
    return device;
}

/* ---- configuration ---- */

static uint64_t pci_host_absent(unsigned size)
{
    return size >= 4 ? UINT32_MAX : (1u << 8 * size) - 1;
}

static struct emu_pci_device *pci_host_find(struct pci_host *host, unsigned bus, unsigned devfn)
{
    return bus == 0 ? host->bus.functions[devfn] : emu_pci_bus_search(&host->bus, bus, devfn);
}

struct emu_pci_device *pci_host_function(struct emu_device *host, unsigned bus, unsigned devfn)
{
    return pci_host_find(pci_host_of(host), bus, devfn);
}

static uint64_t pci_host_config_read(struct pci_host *host, unsigned bus, unsigned devfn,
                                     unsigned offset, unsigned size)
{
    struct emu_pci_device *function = pci_host_find(host, bus, devfn);

    return function != NULL ? emu_pci_config_read(function, offset, size) : pci_host_absent(size);
}

static void pci_host_config_write(struct pci_host *host, unsigned bus, unsigned devfn,
                                  unsigned offset, uint32_t value, unsigned size)
{
    struct emu_pci_device *function = pci_host_find(host, bus, devfn);

    if (function != NULL)
        emu_pci_config_write(function, offset, value, size);
}

/* ---- ports; the address register is one dword, and only as a dword ---- */

static uint64_t pci_host_address_read(void *opaque, uint64_t offset, unsigned size)
{
    struct pci_host *host = pci_host_of(opaque);
    struct emu_region *reset = host->reset_port;
    uint64_t value = pci_host_absent(size);

    if (size == 4 && offset == 0) {
        pthread_mutex_lock(&host->device.lock);
        value = host->address;
        pthread_mutex_unlock(&host->device.lock);
    } else if (size == 1 && offset == 1 && reset != NULL) {
        pthread_mutex_lock(reset->lock);
        value = reset->ops->read(reset->opaque, 0, 1);
        pthread_mutex_unlock(reset->lock);
    }
    return value;
}

static void pci_host_address_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct pci_host *host = pci_host_of(opaque);
    struct emu_region *reset = host->reset_port;

    if (size == 4 && offset == 0) {
        pthread_mutex_lock(&host->device.lock);
        host->address = (uint32_t)value & 0x80fffffcu;
        pthread_mutex_unlock(&host->device.lock);
    } else if (size == 1 && offset == 1 && reset != NULL) {
        pthread_mutex_lock(reset->lock);
        reset->ops->write(reset->opaque, 0, value, 1);
        pthread_mutex_unlock(reset->lock);
    }
}

static uint32_t pci_host_latched(struct pci_host *host)
{
    uint32_t address;

    pthread_mutex_lock(&host->device.lock);
    address = host->address;
    pthread_mutex_unlock(&host->device.lock);
    return address;
}

static uint64_t pci_host_data_read(void *opaque, uint64_t offset, unsigned size)
{
    struct pci_host *host = pci_host_of(opaque);
    uint32_t address = pci_host_latched(host);

    if (!(address & PCI_HOST_ENABLE))
        return pci_host_absent(size);
    return pci_host_config_read(host, PCI_HOST_BUS(address), PCI_HOST_DEVFN(address),
                                (address & 0xfc) + (unsigned)offset, size);
}

static void pci_host_data_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct pci_host *host = pci_host_of(opaque);
    uint32_t address = pci_host_latched(host);

    if (address & PCI_HOST_ENABLE)
        pci_host_config_write(host, PCI_HOST_BUS(address), PCI_HOST_DEVFN(address),
                              (address & 0xfc) + (unsigned)offset, (uint32_t)value, size);
}

/* ---- ECAM: bus in bits 27 to 20, function in 19 to 12 ---- */

static uint64_t pci_host_ecam_read(void *opaque, uint64_t offset, unsigned size)
{
    return pci_host_config_read(opaque, (unsigned)(offset >> 20), offset >> 12 & 0xff,
                                offset & 0xfff, size);
}

static void pci_host_ecam_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    pci_host_config_write(opaque, (unsigned)(offset >> 20), offset >> 12 & 0xff, offset & 0xfff,
                          (uint32_t)value, size);
}

static const struct emu_region_ops pci_host_address_ops = {
    pci_host_address_read, pci_host_address_write, .valid_min = 1, .valid_max = 4, .impl_max = 4};
static const struct emu_region_ops pci_host_data_ops = {
    pci_host_data_read, pci_host_data_write, .valid_min = 1, .valid_max = 4, .impl_max = 4};
static const struct emu_region_ops pci_host_ecam_ops = {
    pci_host_ecam_read, pci_host_ecam_write, .valid_min = 1, .valid_max = 8, .impl_max = 4};

/* ---- INTx ---- */

unsigned emu_pci_host_pirq(unsigned slot, unsigned pin)
{
    /* Slots take turns at PIRQE to H; the chip set's own go to A to D, as the ICH9's interrupt
     * route registers are after a reset. */
    return slot < 25 ? 4 + ((slot + pin - 1) & 3) : (pin - 1) & 3;
}

/* line: the PIRQ. Functions tell changes only. */
static void pci_host_intx(void *opaque, unsigned line, bool level)
{
    struct pci_host *host = pci_host_of(opaque);

    pthread_mutex_lock(&host->device.lock);
    host->users[line] += level ? 1 : UINT32_MAX;
    if (host->users[line] == level)
        emu_irq_set(&host->device.irqs[line], level);
    pthread_mutex_unlock(&host->device.lock);
}

static struct emu_irq pci_host_wire(void *owner, unsigned slot, unsigned pin)
{
    return (struct emu_irq){pci_host_intx, owner, emu_pci_host_pirq(slot, pin + 1)};
}

/* ---- building ---- */

void emu_pci_host_set_spaces(struct emu_device *device, struct emu_region *memory,
                             struct emu_region *io)
{
    struct emu_pci_bus *bus = &pci_host_of(device)->bus;

    bus->memory_root = memory;
    bus->io_root = io;
}

void emu_pci_host_set_reset_port(struct emu_device *device, struct emu_region *port)
{
    pci_host_of(device)->reset_port = port;
}

struct emu_pci_bus *emu_pci_host_bus(struct emu_device *device)
{
    return &pci_host_of(device)->bus;
}

bool emu_pci_host_add(struct emu_device *device, uint8_t devfn, struct emu_pci_device *function,
                      struct emu_error *err)
{
    return emu_pci_bus_add(&pci_host_of(device)->bus, devfn, function, err);
}

unsigned emu_pci_host_free_slot(struct emu_device *device, unsigned slot)
{
    return emu_pci_bus_free_slot(&pci_host_of(device)->bus, slot);
}

/* ---- the device ---- */

static bool pci_host_realize(struct emu_device *device, struct emu_error *err)
{
    struct pci_host *host = pci_host_of(device);

    emu_region_init_io(&host->address_port, "pci-address", &pci_host_address_ops, host, NULL, 4);
    emu_region_init_io(&host->data_port, "pci-data", &pci_host_data_ops, host, NULL, 4);
    emu_region_init_io(&host->ecam, "pci-ecam", &pci_host_ecam_ops, host, NULL, EMU_PCI_ECAM_SIZE);
    host->bus.wire = pci_host_wire;
    host->bus.owner = host;
    device->regions[0] = &host->address_port;
    device->regions[1] = &host->data_port;
    device->regions[2] = &host->ecam;
    return true;
}

/* The pins follow the functions' own resets. */
static void pci_host_reset(struct emu_device *device)
{
    pci_host_of(device)->address = 0;
}

static const struct emu_field pci_host_fields[] = {
    EMU_FIELD(struct pci_host, address),
    EMU_FIELD_ARRAY(struct pci_host, users),
    EMU_FIELD_END,
};

static void pci_host_save(struct emu_device *device, struct emu_writer *out)
{
    emu_hw_save(out, "pci-host", pci_host_of(device), pci_host_fields);
}

static bool pci_host_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct pci_host *host = pci_host_of(device);

    return emu_hw_load(in, "pci-host", host, pci_host_fields, err);
}

const struct emu_device_class emu_pci_host_class = {
    .name = "pci-host",
    .description = "PCI host bridge with configuration by ports and ECAM",
    .size = sizeof(struct pci_host),
    .realize = pci_host_realize,
    .reset = pci_host_reset,
    .save = pci_host_save,
    .load = pci_host_load,
};
