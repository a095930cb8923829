/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All PCI functions on a bus with the chip set and a hot-plug slot: the input is a program of
 * accesses to configuration spaces, to what BARs made visible, interrupts, and cards that come and
 * go. What the functions do when they are driven rightly is for the other targets.
 */
#include "emulator/hw/pci/pci-host.h"
#include "emulator/hw/pci/pcie-port.h"
#include "emulator/hw/pci/q35.h"
#include "tests/fuzz/fuzz.h"
#include "tests/hw/rig.h"

#define FUZZ_MAX_STEPS 400
#define FUZZ_STEP      8 /* bytes: what and how, which, where; a value */
#define FUZZ_PORT      EMU_PCI_DEVFN(28, 0)
#define FUZZ_LPC       EMU_PCI_DEVFN(31, 0)
#define FUZZ_ECAM      0xe0000000u

static const struct emu_device_class *const fuzz_classes[] = {
    &emu_std_vga_class,       &emu_bochs_display_class,
    &emu_virtio_gpu_class,    &emu_virtio_vga_class,
    &emu_e1000e_class,        &emu_ahci_class,
    &emu_xhci_class,          &emu_virtio_net_class,
    &emu_virtio_rng_class,    &emu_virtio_keyboard_class,
    &emu_virtio_tablet_class, &emu_nvme_class,
    &emu_virtio_blk_class,
};
#define FUZZ_CLASSES (sizeof(fuzz_classes) / sizeof(fuzz_classes[0]))

struct fuzz_bus {
    struct rig rig;
    struct rig_device *host, *mch, *lpc, *port, *card;
    struct rig_device *functions[FUZZ_CLASSES];
    struct emu_ram *ram;
};

/* Its regions are only where its BARs put them. */
static struct rig_device *fuzz_add(struct fuzz_bus *bus, const struct emu_device_class *class)
{
    struct rig_device *device = rig_add(&bus->rig, class);

    for (unsigned i = 0; i < EMU_DEVICE_MAX_REGIONS; i++)
        if (device->device->regions[i] != NULL)
            emu_region_remove(device->device->regions[i]);
    return device;
}

static void fuzz_put_on(struct fuzz_bus *bus, uint8_t devfn, struct rig_device *device)
{
    if (!emu_pci_host_add(bus->host->device, devfn, (struct emu_pci_device *)device->device, NULL))
        abort();
}

static void fuzz_eject(void *opaque, struct emu_device *port)
{
}

static void fuzz_add_chip_set(struct fuzz_bus *bus)
{
    struct emu_region *root = emu_memory_root(bus->rig.memory);
    struct rig_device *pm = rig_add(&bus->rig, &emu_acpi_pm_class);

    bus->host = rig_add(&bus->rig, &emu_pci_host_class);
    emu_region_remove(bus->host->device->regions[2]);
    emu_region_add(root, 0, bus->host->device->regions[2], 1);
    emu_region_remove(pm->device->regions[0]);
    emu_region_add(emu_memory_root(bus->rig.io), 0, pm->device->regions[0], 0);
    bus->ram = emu_ram_new("low", 32u << 20, NULL);
    bus->mch = rig_new(&bus->rig, &emu_q35_mch_class);
    emu_device_set(bus->mch->device, "pciexbar", "0xe0000000", NULL);
    emu_q35_mch_set_ecam(bus->mch->device, bus->host->device->regions[2]);
    emu_memory_add_secure(bus->rig.memory, NULL);
    emu_q35_mch_set_memory(bus->mch->device, bus->ram, 32u << 20, NULL);
    rig_realize(bus->mch);
    bus->lpc = rig_new(&bus->rig, &emu_ich9_lpc_class);
    emu_ich9_lpc_set_pm(bus->lpc->device, pm->device->regions[0]);
    rig_realize(bus->lpc);
    fuzz_put_on(bus, 0, bus->mch);
    fuzz_put_on(bus, FUZZ_LPC, bus->lpc);
}

static void fuzz_init(struct fuzz_bus *bus)
{
    memset(bus, 0, sizeof(*bus));
    rig_init(&bus->rig);
    fuzz_add_chip_set(bus);
    for (unsigned i = 0; i < FUZZ_CLASSES; i++) {
        bus->functions[i] = fuzz_add(bus, fuzz_classes[i]);
        fuzz_put_on(bus, EMU_PCI_DEVFN(1 + i, 0), bus->functions[i]);
    }
    bus->port = fuzz_add(bus, &emu_pcie_port_class);
    emu_pcie_port_on_eject(bus->port->device, fuzz_eject, bus);
    fuzz_put_on(bus, FUZZ_PORT, bus->port);
    emu_device_reset(bus->port->device);
    bus->card = fuzz_add(bus, &emu_virtio_rng_class);
}

static struct rig_device *fuzz_device(struct fuzz_bus *bus, unsigned which)
{
    struct rig_device *others[] = {bus->mch, bus->lpc, bus->port, bus->card, bus->host};

    which %= FUZZ_CLASSES + 5;
    return which < FUZZ_CLASSES ? bus->functions[which] : others[which - FUZZ_CLASSES];
}

/* By ports, or past them at a function itself; most accesses hit the header and the first
 * capabilities. */
static void fuzz_config(struct fuzz_bus *bus, const uint8_t *step, uint32_t value)
{
    struct rig_device *device = fuzz_device(bus, step[1]);
    unsigned size = 1u << (step[0] >> 4) % 3;
    unsigned offset = (step[2] | (step[0] & 0x80 ? (unsigned)step[3] << 8 : 0)) % 0x1000;

    offset &= ~(size - 1);
    if (device == bus->host) {
        rig_write(bus->host, 0, 0, 0x80000000 | value, 4);
        rig_write(bus->host, 1, step[2] & 3 & ~(size - 1), value * 0x9e3779b9u, size);
        rig_read(bus->host, 1, 0, 4);
        return;
    }
    emu_pci_config_write((struct emu_pci_device *)device->device, offset, value, size);
    emu_pci_config_read((struct emu_pci_device *)device->device, offset, size);
}

/* What is visible somewhere now: ECAM, BARs, shadowed memory. */
static void fuzz_access(struct fuzz_bus *bus, const uint8_t *step, uint32_t value)
{
    unsigned size = 1u << (step[0] >> 4) % 3;
    uint64_t address = (uint64_t)step[1] << 24 | (uint32_t)step[2] << 12 | step[3];

    if (step[0] & 0x80) {
        emu_memory_store(bus->rig.io, address & 0xffff, value, size);
        emu_memory_load(bus->rig.io, address & 0xffff, size);
        return;
    }
    if (step[1] & 1)
        address = FUZZ_ECAM | (address & 0xfffffff);
    emu_memory_store(bus->rig.memory, address, value, size);
    emu_memory_load(bus->rig.memory, address, size);
}

static void fuzz_interrupt(struct fuzz_bus *bus, const uint8_t *step, uint32_t value)
{
    struct rig_device *device = fuzz_device(bus, step[1]);
    struct emu_pci_device *pci = (struct emu_pci_device *)device->device;

    if (device == bus->host)
        return;
    pthread_mutex_lock(&device->device->lock);
    if (step[0] & 0x80)
        emu_pci_set_intx(pci, value & 1);
    else
        emu_pci_notify(pci, value & 0x1f);
    pthread_mutex_unlock(&device->device->lock);
}

static void fuzz_slot(struct fuzz_bus *bus, uint32_t value)
{
    switch (value & 3) {
    case 0:
        emu_pcie_port_plug(bus->port->device, (struct emu_pci_device *)bus->card->device, NULL);
        break;
    case 1:
        if (emu_pcie_port_function(bus->port->device) != NULL)
            emu_pcie_port_unplug(bus->port->device);
        break;
    default:
        emu_pcie_port_ask(bus->port->device);
        break;
    }
}

static void fuzz_step(struct fuzz_bus *bus, const uint8_t *step)
{
    uint32_t value;

    memcpy(&value, step + 4, sizeof(value));
    switch (step[0] & 0xf) {
    case 8:
        fuzz_interrupt(bus, step, value);
        break;
    case 9:
        fuzz_slot(bus, value);
        break;
    case 10:
        rig_advance(&bus->rig, value);
        break;
    case 11:
        emu_device_reset(fuzz_device(bus, step[1])->device);
        break;
    case 12:
        rig_survives(fuzz_device(bus, step[1]));
        break;
    case 13:
    case 14:
    case 15:
        fuzz_access(bus, step, value);
        break;
    default:
        fuzz_config(bus, step, value);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bus bus;

    fuzz_init(&bus);
    for (size_t i = 0; i < FUZZ_MAX_STEPS && (i + 1) * FUZZ_STEP <= size; i++)
        fuzz_step(&bus, data + i * FUZZ_STEP);
    if (emu_pcie_port_function(bus.port->device) != NULL)
        emu_pcie_port_unplug(bus.port->device);
    rig_finish(&bus.rig);
    emu_ram_free(bus.ram);
    return 0;
}

/* A step that writes a function's configuration. */
static size_t fuzz_write(uint8_t *out, size_t at, unsigned which, unsigned offset, uint32_t value)
{
    const uint8_t step[4] = {0x20, (uint8_t)which, (uint8_t)offset, 0};

    memcpy(out + at, step, sizeof(step));
    memcpy(out + at + 4, &value, sizeof(value));
    return at + FUZZ_STEP;
}

/* Firmware's work: a size asked for, a place, decoding; PCIEXBAR, shadows and the port's bus; then
 * random steps. */
size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    uint64_t random = 0x9e3779b97f4a7c15ull * (index + 1);
    size_t at = 0;

    if (index >= 16 || size < 4096)
        return 0;
    for (unsigned bar = 0; bar < 6; bar++) {
        at = fuzz_write(out, at, index % FUZZ_CLASSES, 0x10 + 4 * bar, UINT32_MAX);
        at = fuzz_write(out, at, index % FUZZ_CLASSES, 0x10 + 4 * bar, 0xc0000000 + (bar << 24));
    }
    at = fuzz_write(out, at, index % FUZZ_CLASSES, 4, 0x407);
    at = fuzz_write(out, at, FUZZ_CLASSES, 0x90, 0x33333330);
    at = fuzz_write(out, at, FUZZ_CLASSES, 0x9c, 0x0b0a);
    at = fuzz_write(out, at, FUZZ_CLASSES + 1, 0x40, 0x601);
    at = fuzz_write(out, at, FUZZ_CLASSES + 2, 0x18, 0x050500);
    at = fuzz_write(out, at, FUZZ_CLASSES + 2, 0x58, 0x1029);
    for (; at < 100 * FUZZ_STEP; at++) {
        random = random * 6364136223846793005ull + 1442695040888963407ull;
        out[at] = (uint8_t)(random >> 56);
    }
    return at;
}
