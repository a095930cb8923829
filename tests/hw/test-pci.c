/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PCI: configuration by ports and ECAM, BARs, INTx, MSI and MSI-X, the chip set's functions. */
#include "tests/hw/rig.h"

#include "emulator/api/error.h"
#include "emulator/hw/misc/ports.h"
#include "emulator/hw/pci/pci-bridges.h"
#include "emulator/hw/pci/pci-host.h"
#include "emulator/hw/pci/pcie-port.h"
#include "emulator/hw/pci/pxb-pcie.h"
#include "emulator/hw/pci/q35.h"
#include "emulator/state/state.h"

/* ---- a function with everything ---- */

struct toy {
    struct emu_pci_device pci;
    struct emu_region memory, ports;
};

static uint64_t toy_read(void *opaque, uint64_t offset, unsigned size)
{
    return 0x5a;
}

static const struct emu_region_ops toy_ops = {.read = toy_read};

static bool toy_realize(struct emu_device *device, struct emu_error *err)
{
    static const struct emu_pci_identity identity = {
        .vendor = 0x1234, .device = 0x5678, .class_code = 0x010203, .interrupt_pin = 1};
    struct toy *toy = (struct toy *)device;

    emu_region_init_io(&toy->memory, "toy-memory", &toy_ops, toy, &device->lock, 0x1000);
    emu_region_init_io(&toy->ports, "toy-ports", &toy_ops, toy, &device->lock, 0x20);
    emu_pci_init(&toy->pci, &identity);
    emu_pci_add_bar(&toy->pci, 0, EMU_PCI_BAR_MEMORY64, &toy->memory);
    emu_pci_add_bar(&toy->pci, 2, EMU_PCI_BAR_IO, &toy->ports);
    return emu_pci_add_msi(&toy->pci, 4) && emu_pci_add_msix(&toy->pci, 3, 4, err);
}

static void toy_unrealize(struct emu_device *device)
{
    emu_pci_finish((struct emu_pci_device *)device);
}

static void toy_reset(struct emu_device *device)
{
    emu_pci_reset((struct emu_pci_device *)device);
}

static void toy_save(struct emu_device *device, struct emu_writer *out)
{
    emu_pci_save((struct emu_pci_device *)device, out);
}

static bool toy_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    return emu_pci_load((struct emu_pci_device *)device, in, err);
}

static const struct emu_device_class toy_class = {.name = "toy",
                                                  .size = sizeof(struct toy),
                                                  .realize = toy_realize,
                                                  .unrealize = toy_unrealize,
                                                  .reset = toy_reset,
                                                  .save = toy_save,
                                                  .load = toy_load};

#define MSI_CAP  0x40
#define MSIX_CAP 0x58

struct bus {
    struct rig rig;
    struct rig_device *host, *toy, *apic;
};

static void bus_init(struct bus *bus)
{
    struct emu_error err = EMU_ERROR_INIT;

    rig_init(&bus->rig);
    bus->apic = rig_add(&bus->rig, &emu_lapic_class);
    emu_lapic_ops.write(bus->apic->device, 0xf0, 0x1ff, 4);
    bus->host = rig_add(&bus->rig, &emu_pci_host_class);
    bus->toy = rig_add(&bus->rig, &toy_class);
    CHECK(emu_pci_host_add(bus->host->device, EMU_PCI_DEVFN(2, 0),
                           (struct emu_pci_device *)bus->toy->device, &err));
    CHECK(!emu_pci_host_add(bus->host->device, EMU_PCI_DEVFN(2, 0),
                            (struct emu_pci_device *)bus->toy->device, &err));
}

/* The ECAM window. */
static uint32_t config_get(struct bus *bus, unsigned offset, unsigned size)
{
    return (uint32_t)rig_read(bus->host, 2, EMU_PCI_DEVFN(2, 0) << 12 | offset, size);
}

static void config_put(struct bus *bus, unsigned offset, uint32_t value, unsigned size)
{
    rig_write(bus->host, 2, EMU_PCI_DEVFN(2, 0) << 12 | offset, value, size);
}

static void bus_notify(struct bus *bus, unsigned vector, bool expected)
{
    pthread_mutex_lock(&bus->toy->device->lock);
    CHECK_EQ(emu_pci_notify((struct emu_pci_device *)bus->toy->device, vector), expected);
    pthread_mutex_unlock(&bus->toy->device->lock);
}

static void bus_intx(struct bus *bus, bool level)
{
    pthread_mutex_lock(&bus->toy->device->lock);
    emu_pci_set_intx((struct emu_pci_device *)bus->toy->device, level);
    pthread_mutex_unlock(&bus->toy->device->lock);
}

static int bus_vector(struct bus *bus)
{
    int vector = emu_lapic_ops.acknowledge(bus->apic->device);

    emu_lapic_ops.write(bus->apic->device, 0xb0, 0, 4);
    return vector;
}

static void test_ports(void)
{
    struct bus bus;

    bus_init(&bus);
    CHECK_EQ(rig_read(bus.host, 1, 0, 4), UINT32_MAX); /* not enabled */
    rig_write(bus.host, 0, 0, 0x80001000, 4);
    CHECK_EQ(rig_read(bus.host, 0, 0, 4), 0x80001000);
    CHECK_EQ(rig_read(bus.host, 1, 0, 4), 0x56781234);
    CHECK_EQ(rig_read(bus.host, 1, 2, 2), 0x5678);
    CHECK_EQ(rig_read(bus.host, 1, 3, 1), 0x56);
    rig_write(bus.host, 0, 0, 0x8000103c, 4);
    rig_write(bus.host, 1, 0, 0x5, 1);
    CHECK_EQ(rig_read(bus.host, 1, 0, 2), 0x0105);
    rig_write(bus.host, 0, 0, 0x80001800, 4); /* nobody there */
    CHECK_EQ(rig_read(bus.host, 1, 0, 2), 0xffff);
    rig_write(bus.host, 0, 0, 0x80011000, 4); /* another bus */
    CHECK_EQ(rig_read(bus.host, 1, 0, 4), UINT32_MAX);
    rig_write(bus.host, 0, 1, 0x10, 1); /* only dwords count */
    CHECK_EQ(rig_read(bus.host, 0, 0, 4), 0x80011000);
    CHECK(rig_survives(bus.host));
    rig_finish(&bus.rig);
}

static void test_reset_port(void)
{
    struct bus bus;
    struct rig_device *control;

    bus_init(&bus);
    control = rig_add(&bus.rig, &emu_reset_control_class);
    emu_pci_host_set_reset_port(bus.host->device, control->device->regions[0]);
    rig_write(bus.host, 0, 0, 0x80000600, 4); /* an address, no reset */
    CHECK_EQ(bus.rig.power[EMU_POWER_RESET], 0);
    rig_write(bus.host, 0, 1, 6, 1);
    CHECK_EQ(bus.rig.power[EMU_POWER_RESET], 1);
    CHECK_EQ(rig_read(bus.host, 0, 1, 1), 6);
    CHECK_EQ(rig_read(bus.host, 0, 0, 4), 0x80000600);
    rig_finish(&bus.rig);
}

static void test_bars(void)
{
    struct bus bus;

    bus_init(&bus);
    CHECK_EQ(config_get(&bus, 0x10, 4), 4);
    config_put(&bus, 0x10, UINT32_MAX, 4);
    config_put(&bus, 0x14, UINT32_MAX, 4);
    CHECK_EQ(config_get(&bus, 0x10, 4), 0xfffff004);
    CHECK_EQ(config_get(&bus, 0x14, 4), UINT32_MAX);
    config_put(&bus, 0x18, UINT32_MAX, 4);
    CHECK_EQ(config_get(&bus, 0x18, 4), 0xffffffe1);
    config_put(&bus, 0x10, 0xc0000000, 4);
    config_put(&bus, 0x14, 1, 4);
    config_put(&bus, 0x18, 0xc000, 4);
    CHECK_EQ(emu_memory_load(bus.rig.memory, 0x1c0000000, 1), 0xff); /* not decoded yet */
    config_put(&bus, 0x04, 3, 2);
    CHECK_EQ(emu_memory_load(bus.rig.memory, 0x1c0000010, 1), 0x5a);
    CHECK_EQ(emu_memory_load(bus.rig.io, 0xc01f, 1), 0x5a);
    CHECK_EQ(emu_memory_load(bus.rig.io, 0xc020, 1), 0xff);
    config_put(&bus, 0x14, 0, 4);
    CHECK_EQ(emu_memory_load(bus.rig.memory, 0x1c0000010, 1), 0xff);
    CHECK_EQ(emu_memory_load(bus.rig.memory, 0xc0000010, 1), 0x5a);
    CHECK(rig_survives(bus.toy));
    emu_device_reset(bus.toy->device);
    CHECK_EQ(emu_memory_load(bus.rig.memory, 0xc0000010, 1), 0xff);
    CHECK_EQ(config_get(&bus, 0x18, 4), 1);
    rig_finish(&bus.rig);
}

static void test_intx(void)
{
    struct bus bus;

    bus_init(&bus);
    CHECK_EQ(emu_pci_host_pirq(2, 1), 6);
    bus_intx(&bus, true);
    CHECK(bus.host->level[6]);
    CHECK_EQ(config_get(&bus, 6, 2) & 8, 8);
    config_put(&bus, 4, 0x400, 2); /* INTx off */
    CHECK(!bus.host->level[6]);
    CHECK_EQ(config_get(&bus, 6, 2) & 8, 8);
    config_put(&bus, 4, 0, 2);
    CHECK(bus.host->level[6]);
    bus_intx(&bus, false);
    CHECK(!bus.host->level[6]);
    rig_finish(&bus.rig);
}

static void test_msi(void)
{
    struct bus bus;

    bus_init(&bus);
    CHECK_EQ(config_get(&bus, 0x34, 1), MSI_CAP);
    CHECK_EQ(config_get(&bus, MSI_CAP, 4), 0x01845805); /* then MSI-X; 4 vectors, 64-bit, masks */
    bus_notify(&bus, 0, false);
    config_put(&bus, 4, 4, 2);
    config_put(&bus, MSI_CAP + 4, 0xfee00000, 4);
    config_put(&bus, MSI_CAP + 12, 0x4050, 2);
    config_put(&bus, MSI_CAP + 2, 0x21, 2); /* enabled, 4 vectors */
    bus_notify(&bus, 3, true);
    CHECK_EQ(bus_vector(&bus), 0x53);
    config_put(&bus, MSI_CAP + 16, 2, 4); /* mask vector 1 */
    bus_notify(&bus, 1, true);
    CHECK_EQ(bus_vector(&bus), -1);
    CHECK_EQ(config_get(&bus, MSI_CAP + 20, 4), 2);
    config_put(&bus, MSI_CAP + 16, 0, 4);
    CHECK_EQ(bus_vector(&bus), 0x51);
    CHECK_EQ(config_get(&bus, MSI_CAP + 20, 4), 0);
    rig_finish(&bus.rig);
}

static void test_msix(void)
{
    struct bus bus;

    bus_init(&bus);
    CHECK_EQ(config_get(&bus, MSIX_CAP, 4), 0x00020011);
    config_put(&bus, 0x20, 0xd0000000, 4);
    config_put(&bus, 4, 6, 2);
    CHECK_EQ(emu_memory_load(bus.rig.memory, 0xd000001c, 4), 1); /* masked */
    emu_memory_store(bus.rig.memory, 0xd0000010, 0xfee00000, 8);
    emu_memory_store(bus.rig.memory, 0xd0000018, 0x4066, 4);
    config_put(&bus, MSIX_CAP + 2, 0x8000, 2);
    bus_notify(&bus, 1, true);
    CHECK_EQ(bus_vector(&bus), -1);
    CHECK_EQ(emu_memory_load(bus.rig.memory, 0xd0000800, 8), 2); /* pending */
    emu_memory_store(bus.rig.memory, 0xd000001c, 0, 4);
    CHECK_EQ(bus_vector(&bus), 0x66);
    CHECK_EQ(emu_memory_load(bus.rig.memory, 0xd0000800, 8), 0);
    config_put(&bus, MSIX_CAP + 2, 0xc000, 2); /* the whole function */
    bus_notify(&bus, 1, true);
    CHECK_EQ(bus_vector(&bus), -1);
    config_put(&bus, MSIX_CAP + 2, 0x8000, 2);
    CHECK_EQ(bus_vector(&bus), 0x66);
    CHECK(rig_survives(bus.toy));
    rig_finish(&bus.rig);
}

static void lpc_put(struct rig_device *lpc, unsigned offset, uint32_t value, unsigned size)
{
    emu_pci_config_write((struct emu_pci_device *)lpc->device, offset, value, size);
}

static void test_lpc(void)
{
    struct rig rig;
    struct rig_device *lpc, *pm;
    struct emu_pci_device *pci;

    rig_init(&rig);
    pm = rig_add(&rig, &emu_acpi_pm_class);
    emu_region_remove(pm->device->regions[0]);
    emu_region_add(emu_memory_root(rig.io), 0, pm->device->regions[0], 0);
    lpc = rig_new(&rig, &emu_ich9_lpc_class);
    emu_ich9_lpc_set_pm(lpc->device, pm->device->regions[0]);
    rig_realize(lpc);
    pci = (struct emu_pci_device *)lpc->device;
    CHECK_EQ(emu_pci_config_read(pci, 0, 4), 0x29188086);
    CHECK_EQ(emu_pci_config_read(pci, 0x40, 4), 0x601);
    CHECK_EQ(emu_memory_load(rig.io, 0x604, 2), 0);
    lpc_put(lpc, 0x40, 0xb000, 4);
    CHECK_EQ(emu_memory_load(rig.io, 0x604, 2), 0xffff);
    CHECK_EQ(emu_memory_load(rig.io, 0xb004, 2), 0);
    lpc_put(lpc, 0x44, 0, 1);
    CHECK_EQ(emu_memory_load(rig.io, 0xb004, 2), 0xffff);
    rig_line(lpc, 2, true);
    CHECK(lpc->level[18] && !lpc->level[10]);
    lpc_put(lpc, 0x62, 10, 1);
    CHECK(lpc->level[10]);
    lpc_put(lpc, 0x68, 10, 1);
    rig_line(lpc, 4, true);
    rig_line(lpc, 2, false);
    CHECK(lpc->level[10] && !lpc->level[18] && lpc->level[20]);
    rig_line(lpc, 4, false);
    CHECK(!lpc->level[10]);
    CHECK(rig_survives(lpc));
    rig_finish(&rig);
}

static void test_mch(void)
{
    struct emu_error err = EMU_ERROR_INIT;
    struct rig rig;
    struct rig_device *host, *mch;

    rig_init(&rig);
    host = rig_new(&rig, &emu_pci_host_class);
    CHECK(emu_device_realize(host->device, &err));
    emu_region_add(emu_memory_root(rig.memory), 0, host->device->regions[2], 0);
    mch = rig_new(&rig, &emu_q35_mch_class);
    CHECK(emu_device_set(mch->device, "pciexbar", "0xe0000000", &err));
    emu_q35_mch_set_ecam(mch->device, host->device->regions[2]);
    rig_realize(mch);
    CHECK(emu_pci_host_add(host->device, 0, (struct emu_pci_device *)mch->device, &err));
    CHECK_EQ(emu_memory_load(rig.memory, 0xe0000000, 4), 0x29c08086);
    emu_memory_store(rig.memory, 0xe0000060, 0xb0000001, 4);
    CHECK_EQ(emu_memory_load(rig.memory, 0xb0000060, 4), 0xb0000001);
    CHECK_EQ(emu_memory_load(rig.memory, 0xe0000000, 4), UINT32_MAX);
    emu_memory_store(rig.memory, 0xb0000060, 0xb0000000, 4);
    CHECK_EQ(emu_memory_load(rig.memory, 0xb0000060, 4), UINT32_MAX);
    emu_device_reset(mch->device);
    CHECK_EQ(emu_memory_load(rig.memory, 0xe0000000, 4), 0x29c08086);
    rig_finish(&rig);
}

/* ---- a root port ---- */

#define PORT_DEVFN EMU_PCI_DEVFN(28, 0)
#define PORT_CAP   0x40

struct slot {
    struct bus bus;
    struct rig_device *port, *card;
    unsigned ejects;
};

static void slot_eject(void *opaque, struct emu_device *port)
{
    struct slot *slot = opaque;

    slot->ejects++;
}

static void slot_init(struct slot *slot)
{
    struct emu_error err = EMU_ERROR_INIT;

    memset(slot, 0, sizeof(*slot));
    bus_init(&slot->bus);
    slot->port = rig_add(&slot->bus.rig, &emu_pcie_port_class);
    slot->card = rig_add(&slot->bus.rig, &toy_class);
    emu_pcie_port_on_eject(slot->port->device, slot_eject, slot);
    CHECK(emu_pci_host_add(slot->bus.host->device, PORT_DEVFN,
                           (struct emu_pci_device *)slot->port->device, &err));
    emu_device_reset(slot->port->device);
}

static void slot_plug(struct slot *slot)
{
    struct emu_error err = EMU_ERROR_INIT;

    CHECK(
        emu_pcie_port_plug(slot->port->device, (struct emu_pci_device *)slot->card->device, &err));
    CHECK(
        !emu_pcie_port_plug(slot->port->device, (struct emu_pci_device *)slot->card->device, &err));
}

static uint32_t port_get(struct slot *slot, unsigned offset, unsigned size)
{
    return (uint32_t)rig_read(slot->bus.host, 2, PORT_DEVFN << 12 | offset, size);
}

static void port_put(struct slot *slot, unsigned offset, uint32_t value, unsigned size)
{
    rig_write(slot->bus.host, 2, PORT_DEVFN << 12 | offset, value, size);
}

static uint32_t card_get(struct slot *slot, unsigned bus, unsigned offset, unsigned size)
{
    return (uint32_t)rig_read(slot->bus.host, 2, bus << 20 | offset, size);
}

static void card_put(struct slot *slot, unsigned bus, unsigned offset, uint32_t value,
                     unsigned size)
{
    rig_write(slot->bus.host, 2, bus << 20 | offset, value, size);
}

/* Hot-plugging by the book: presence, power, link; button, power off, ejection. */
static void test_slot(void)
{
    struct slot slot;

    slot_init(&slot);
    CHECK_EQ(port_get(&slot, 0x0e, 1), 0x81);
    CHECK_EQ(port_get(&slot, PORT_CAP, 1), 0x10);
    CHECK_EQ(port_get(&slot, PORT_CAP + 0x1a, 2), 0);
    CHECK(port_get(&slot, PORT_CAP + 0x18, 2) & 0x400); /* an empty slot has no power */
    port_put(&slot, 0x18, 0x00050500, 4);               /* bus 5 */
    port_put(&slot, PORT_CAP + 0x18, 0x1429, 2);        /* button, presence, link; interrupt */
    slot_plug(&slot);
    CHECK_EQ(port_get(&slot, PORT_CAP + 0x1a, 2), 0x49); /* there, which is new; and the button */
    CHECK(slot.bus.host->level[0]);                      /* PIRQA: device 28 */
    CHECK_EQ(card_get(&slot, 5, 0, 4), UINT32_MAX);
    port_put(&slot, PORT_CAP + 0x1a, 0x09, 2);
    CHECK(!slot.bus.host->level[0]);
    port_put(&slot, PORT_CAP + 0x18, 0x1029, 2); /* power */
    CHECK_EQ(port_get(&slot, PORT_CAP + 0x1a, 2), 0x140);
    CHECK(port_get(&slot, PORT_CAP + 0x12, 2) & 0x2000);
    port_put(&slot, PORT_CAP + 0x1a, 0x100, 2);
    CHECK_EQ(card_get(&slot, 5, 0, 4), 0x56781234);
    CHECK_EQ(card_get(&slot, 5, 1 << 15, 4), UINT32_MAX); /* only device 0 */
    CHECK_EQ(card_get(&slot, 4, 0, 4), UINT32_MAX);
    CHECK(rig_survives(slot.bus.host));

    emu_pcie_port_ask(slot.port->device);
    CHECK_EQ(port_get(&slot, PORT_CAP + 0x1a, 2), 0x41);
    CHECK(slot.bus.host->level[0]);
    CHECK_EQ(slot.ejects, 0);
    port_put(&slot, PORT_CAP + 0x1a, 0x01, 2);
    port_put(&slot, PORT_CAP + 0x18, 0x1429, 2); /* no power */
    CHECK_EQ(slot.ejects, 1);
    CHECK_EQ(card_get(&slot, 5, 0, 4), UINT32_MAX);
    emu_pcie_port_unplug(slot.port->device);
    CHECK_EQ(port_get(&slot, PORT_CAP + 0x1a, 2) & 0x48, 0x08);
    CHECK(emu_pcie_port_function(slot.port->device) == NULL);
    rig_finish(&slot.bus.rig);
}

/* Nobody listens to the button: it is taken out at once. */
static void test_slot_deaf(void)
{
    struct slot slot;

    slot_init(&slot);
    emu_pcie_port_ask(slot.port->device);
    CHECK_EQ(slot.ejects, 0);
    slot_plug(&slot);
    emu_pcie_port_ask(slot.port->device);
    CHECK_EQ(slot.ejects, 1);
    emu_pcie_port_unplug(slot.port->device);
    slot_plug(&slot);
    emu_device_reset(slot.port->device); /* what is in the slot has power after a reset */
    CHECK_EQ(port_get(&slot, PORT_CAP + 0x1a, 2), 0x40);
    port_put(&slot, 0x18, 0x00010100, 4);
    CHECK_EQ(card_get(&slot, 1, 0, 2), 0x1234);
    emu_pcie_port_unplug(slot.port->device);
    rig_finish(&slot.bus.rig);
}

/* A function behind the port is seen through its windows, and its pin is the port's. */
static void test_slot_windows(void)
{
    struct slot slot;
    struct emu_memory *memory;
    struct emu_error err = EMU_ERROR_INIT;

    slot_init(&slot);
    memory = emu_memory_new("window-test", 0, &err);
    ((struct emu_pci_device *)slot.port->device)->memory_root = emu_memory_root(memory);
    slot_plug(&slot);
    emu_device_reset(slot.port->device);
    port_put(&slot, 0x18, 0x00010100, 4);
    card_put(&slot, 1, 0x10, 0xc0100000, 4);
    card_put(&slot, 1, 0x04, 0x2, 2);
    CHECK(emu_memory_find(memory, 0xc0100000).region == NULL);
    port_put(&slot, 0x20, 0xc010c010, 4); /* 1 MiB */
    CHECK(emu_memory_find(memory, 0xc0100000).region == NULL);
    port_put(&slot, 0x04, 0x2, 2);
    CHECK(emu_memory_find(memory, 0xc0100000).region != NULL);
    CHECK(emu_memory_find(memory, 0xc0101000).region == NULL);
    port_put(&slot, 0x20, 0xc020c020, 4);
    CHECK(emu_memory_find(memory, 0xc0100000).region == NULL);
    port_put(&slot, 0x24, 0xc01fc001, 4); /* prefetchable */
    CHECK(emu_memory_find(memory, 0xc0100000).region != NULL);

    pthread_mutex_lock(&slot.card->device->lock);
    emu_pci_set_intx((struct emu_pci_device *)slot.card->device, true);
    pthread_mutex_unlock(&slot.card->device->lock);
    CHECK(slot.bus.host->level[0]);
    emu_pcie_port_unplug(slot.port->device);
    CHECK(!slot.bus.host->level[0]);
    CHECK(emu_memory_find(memory, 0xc0100000).region == NULL);
    emu_memory_clear(memory);
    rig_finish(&slot.bus.rig);
    emu_memory_free(memory);
}

/* ---- a tree ---- */

/* A root port, a switch with two ports, and behind the second a bridge to PCI with the card. */
struct tree {
    struct bus bus;
    struct rig_device *port, *up, *down[2], *bridge, *card;
};

static struct emu_pci_bus *tree_behind(struct rig_device *bridge)
{
    return ((struct emu_pci_device *)bridge->device)->bus;
}

static struct rig_device *tree_add(struct tree *tree, struct emu_pci_bus *on, uint8_t devfn,
                                   const struct emu_device_class *class)
{
    struct rig_device *device = rig_add(&tree->bus.rig, class);
    struct emu_error err = EMU_ERROR_INIT;

    CHECK(emu_pci_bus_add(on, devfn, (struct emu_pci_device *)device->device, &err));
    return device;
}

static void tree_init(struct tree *tree)
{
    memset(tree, 0, sizeof(*tree));
    bus_init(&tree->bus);
    tree->port = tree_add(tree, emu_pci_host_bus(tree->bus.host->device), EMU_PCI_DEVFN(3, 0),
                          &emu_pcie_root_port_class);
    tree->up = tree_add(tree, tree_behind(tree->port), 0, &emu_x3130_upstream_class);
    for (unsigned i = 0; i < 2; i++)
        tree->down[i] = tree_add(tree, tree_behind(tree->up), EMU_PCI_DEVFN(i, 0),
                                 &emu_xio3130_downstream_class);
    tree->bridge = tree_add(tree, tree_behind(tree->down[1]), 0, &emu_pcie_pci_bridge_class);
    tree->card = tree_add(tree, tree_behind(tree->bridge), EMU_PCI_DEVFN(2, 0), &toy_class);
    emu_device_reset(tree->port->device); /* what is behind ports has a link after a reset */
    for (unsigned i = 0; i < 2; i++)
        emu_device_reset(tree->down[i]->device);
}

static uint32_t tree_get(struct tree *tree, unsigned bus, unsigned devfn, unsigned offset)
{
    return (uint32_t)rig_read(tree->bus.host, 2, bus << 20 | devfn << 12 | offset, 4);
}

static void tree_put(struct tree *tree, unsigned bus, unsigned devfn, unsigned offset,
                     uint32_t value)
{
    rig_write(tree->bus.host, 2, bus << 20 | devfn << 12 | offset, value, 4);
}

/* Buses 1 to 5, depth first. */
static void tree_number(struct tree *tree)
{
    tree_put(tree, 0, EMU_PCI_DEVFN(3, 0), 0x18, 0x00050100);
    tree_put(tree, 1, 0, 0x18, 0x00050201);
    tree_put(tree, 2, 0, 0x18, 0x00030302);
    tree_put(tree, 2, EMU_PCI_DEVFN(1, 0), 0x18, 0x00050402);
    tree_put(tree, 4, 0, 0x18, 0x00050504);
}

/* Each bridge is found once those above it have numbers; pins are handed on from slot to slot. */
static void test_tree(void)
{
    struct tree tree;

    tree_init(&tree);
    CHECK_EQ(tree_get(&tree, 1, 0, 0), UINT32_MAX);
    tree_number(&tree);
    CHECK_EQ(tree_get(&tree, 0, EMU_PCI_DEVFN(3, 0), 0), 0x000c1b36);
    CHECK_EQ(tree_get(&tree, 1, 0, 0), 0x8232104c);
    CHECK_EQ(tree_get(&tree, 2, EMU_PCI_DEVFN(1, 0), 0), 0x8233104c);
    CHECK_EQ(tree_get(&tree, 4, 0, 0), 0x000e1b36);
    CHECK_EQ(tree_get(&tree, 5, EMU_PCI_DEVFN(2, 0), 0), 0x56781234);
    CHECK_EQ(tree_get(&tree, 3, 0, 0), UINT32_MAX); /* nothing is there */
    CHECK_EQ(tree_get(&tree, 6, 0, 0), UINT32_MAX);
    CHECK(rig_survives(tree.up) && rig_survives(tree.bridge) && rig_survives(tree.down[0]));

    pthread_mutex_lock(&tree.card->device->lock);
    emu_pci_set_intx((struct emu_pci_device *)tree.card->device, true);
    pthread_mutex_unlock(&tree.card->device->lock);
    /* INTA of slot 2 is INTC of the bridge, which is INTD of the switch's slot 1. */
    CHECK(tree.bus.host->level[emu_pci_host_pirq(3, 4)]);
    tree_put(&tree, 2, EMU_PCI_DEVFN(1, 0), 0x3c, 0x00400000); /* the port resets what is behind */
    CHECK(!tree.bus.host->level[emu_pci_host_pirq(3, 4)]);
    CHECK_EQ(tree_get(&tree, 5, EMU_PCI_DEVFN(2, 0), 0), UINT32_MAX); /* the bridge has no number */
    rig_finish(&tree.bus.rig);
}

/* An expander's bus is there from the start, and a bridge of the root bus does not hide it. */
static void test_expander(void)
{
    struct tree tree;
    struct emu_error err = EMU_ERROR_INIT;
    struct rig_device *pxb, *card;

    tree_init(&tree);
    tree_put(&tree, 0, EMU_PCI_DEVFN(3, 0), 0x18, 0x00ff0100); /* as firmware looks for buses */
    pxb = rig_new(&tree.bus.rig, &emu_pxb_pcie_class);
    emu_pxb_pcie_set_host(pxb->device, tree.bus.host->device);
    CHECK(emu_device_set(pxb->device, "bus", "64", &err));
    rig_realize(pxb);
    CHECK(emu_pci_host_add(tree.bus.host->device, EMU_PCI_DEVFN(4, 0),
                           (struct emu_pci_device *)pxb->device, &err));
    card = tree_add(&tree, tree_behind(pxb), EMU_PCI_DEVFN(1, 0), &toy_class);
    CHECK_EQ(tree_get(&tree, 0x40, EMU_PCI_DEVFN(1, 0), 0), 0x56781234);
    CHECK_EQ(tree_get(&tree, 0x41, EMU_PCI_DEVFN(1, 0), 0), UINT32_MAX);
    pthread_mutex_lock(&card->device->lock);
    emu_pci_set_intx((struct emu_pci_device *)card->device, true);
    pthread_mutex_unlock(&card->device->lock);
    CHECK(tree.bus.host->level[emu_pci_host_pirq(1, 1)]);
    rig_finish(&tree.bus.rig);
}

/* Places that there are not, or that somebody has. */
static void test_places(void)
{
    struct tree tree;
    struct emu_error err = EMU_ERROR_INIT;
    struct rig_device *card;

    tree_init(&tree);
    card = rig_add(&tree.bus.rig, &toy_class);
    CHECK(!emu_pci_bus_add(tree_behind(tree.down[0]), EMU_PCI_DEVFN(1, 0),
                           (struct emu_pci_device *)card->device, &err)); /* a port's slot 1 */
    CHECK(!emu_pci_bus_add(tree_behind(tree.bridge), 0, (struct emu_pci_device *)card->device,
                           &err)); /* the bridge's own */
    CHECK(!emu_pci_bus_add(tree_behind(tree.bridge), EMU_PCI_DEVFN(2, 0),
                           (struct emu_pci_device *)card->device, &err)); /* taken */
    CHECK(emu_pci_bus_add(tree_behind(tree.bridge), EMU_PCI_DEVFN(3, 0),
                          (struct emu_pci_device *)card->device, &err));
    rig_finish(&tree.bus.rig);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"pci-ports", test_ports},
        {"pci-reset-port", test_reset_port},
        {"pci-bars", test_bars},
        {"pci-intx", test_intx},
        {"pcie-slot", test_slot},
        {"pcie-slot-deaf", test_slot_deaf},
        {"pcie-slot-windows", test_slot_windows},
        {"pci-tree", test_tree},
        {"pci-expander", test_expander},
        {"pci-places", test_places},
        {"pci-msi", test_msi},
        {"pci-msix", test_msix},
        {"ich9-lpc", test_lpc},
        {"q35-mch", test_mch},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
