/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The PCI tree of the configuration: ports, switches, bridges and expanders, what is put behind
 * them, and what firmware and ACPI are told of other root buses.
 */
#include <stdio.h>
#include <string.h>

#include "emulator/boards/board.h"
#include "emulator/hw/misc/fw-cfg.h"
#include "emulator/hw/pci/pci-bridges.h"
#include "emulator/hw/pci/pci-host.h"
#include "emulator/hw/pci/pcie-port.h"
#include "emulator/hw/pci/pxb-pcie.h"
#include "emulator/hw/pci/q35.h"

#define BUSES_LAST 255u

/* Without firmware each other root gets these parts of the windows, from their ends. */
#define BUSES_MEMORY      0x2000000u
#define BUSES_MEMORY64    0x200000000ull
#define BUSES_PORTS       0x2000u
#define BUSES_PORTS_ROOTS 4u

static const struct emu_device_class *const buses_classes[] = {
    [EMU_BRIDGE_ROOT_PORT] = &emu_pcie_root_port_class,
    [EMU_BRIDGE_UPSTREAM] = &emu_x3130_upstream_class,
    [EMU_BRIDGE_DOWNSTREAM] = &emu_xio3130_downstream_class,
    [EMU_BRIDGE_TO_PCI] = &emu_pcie_pci_bridge_class,
    [EMU_BRIDGE_PCI] = &emu_pci_bridge_class,
    [EMU_BRIDGE_DMI] = &emu_dmi_bridge_class,
    [EMU_BRIDGE_EXPANDER] = &emu_pxb_pcie_class,
};

static bool buses_is_port(const struct emu_device *device)
{
    return device->class == &emu_pcie_root_port_class ||
           device->class == &emu_xio3130_downstream_class;
}

/* ---- places ---- */

static struct emu_pci_bus *buses_find(const struct board *board, unsigned bus)
{
    if (bus == 0)
        return emu_pci_host_bus(board->pci_host);
    return bus <= board->bridge_count
               ? ((struct emu_pci_device *)board->bridges[bus - 1].device)->bus
               : NULL;
}

bool board_put_at(struct board *board, const struct emu_pci_place *place,
                  struct emu_pci_device *function, struct emu_error *err)
{
    struct emu_pci_bus *bus = buses_find(board, place->bus);

    if (bus == NULL || place->slot >= EMU_PCI_SLOTS || place->function > 7)
        return emu_error_set(err, EMU_ERROR_INPUT, "%s: the machine has no such PCI place",
                             function->device.id);
    if (place->multifunction)
        emu_pci_set_multifunction(function);
    if (place->bus != 0 && place->slot == 0 && place->function == 0 &&
        buses_is_port(board->bridges[place->bus - 1].device))
        return emu_pcie_port_plug(board->bridges[place->bus - 1].device, function, err);
    return emu_pci_bus_add(bus, EMU_PCI_DEVFN(place->slot, place->function), function, err);
}

struct emu_pci_place board_choose_place(const struct board *board,
                                        const struct emu_pci_place *asked, unsigned from)
{
    if (asked->given)
        return *asked;
    return (struct emu_pci_place){
        .given = true,
        .slot = emu_pci_host_free_slot(board->pci_host, from),
    };
}

struct emu_device *board_slot_at(const struct board *board, const struct emu_pci_place *place)
{
    for (unsigned i = 0; place->given && place->bus != 0 && i < board->slot_count; i++) {
        if (board->slots[i] == board->bridges[place->bus - 1].device)
            return board->slots[i];
    }
    return NULL;
}

/* Those who ask for a slot of the root bus get it, whoever comes before them. */
static uint32_t buses_slot(const struct emu_pci_place *place)
{
    return place->given && place->bus == 0 && place->slot < EMU_PCI_SLOTS ? 1u << place->slot : 0;
}

static uint32_t buses_reserved(const struct emu_machine_config *config)
{
    const struct emu_buses *buses = &config->buses;
    uint32_t slots = buses_slot(&buses->gpu) | buses_slot(&buses->usb) |
                     buses_slot(&buses->console) | buses_slot(&buses->rng);

    for (unsigned i = 0; i < config->drive_count; i++)
        slots |= buses_slot(&config->drives[i].place);
    for (unsigned i = 0; i < config->nic_count; i++)
        slots |= buses_slot(&config->nics[i].place);
    return slots;
}

/* ---- as Open Firmware writes places ---- */

/* "@2" or "@2,1" */
static size_t buses_put_unit(char *out, size_t size, size_t length,
                             const struct emu_pci_place *place)
{
    int more = length >= size ? 0
               : place->function == 0
                   ? snprintf(out + length, size - length, "@%x", place->slot)
                   : snprintf(out + length, size - length, "@%x,%x", place->slot, place->function);

    return length + (size_t)more;
}

/* Root buses are counted by their numbers, from 1. */
static unsigned buses_rank(const struct board *board, unsigned bus)
{
    unsigned rank = 1;

    for (unsigned i = 0; i < board->bridge_count; i++) {
        const struct emu_bridge *bridge = &board->bridges[i].config;
        rank += bridge->kind == EMU_BRIDGE_EXPANDER && bridge->bus < bus;
    }
    return rank;
}

static size_t buses_put_way(const struct board *board, unsigned bus, char *out, size_t size)
{
    const struct emu_bridge *bridge = bus != 0 ? &board->bridges[bus - 1].config : NULL;
    size_t length;

    if (bridge == NULL)
        return (size_t)snprintf(out, size, "/pci@i0cf8");
    if (bridge->kind == EMU_BRIDGE_EXPANDER)
        return (size_t)snprintf(out, size, "/pci-root@%x/pci@i0cf8",
                                buses_rank(board, bridge->bus));
    length = buses_put_way(board, bridge->place.bus, out, size);
    if (length < size)
        length += (size_t)snprintf(out + length, size - length, "/pci-bridge");
    return buses_put_unit(out, size, length, &bridge->place);
}

void board_put_path(const struct board *board, const struct emu_pci_place *place, const char *name,
                    char *out, size_t size)
{
    size_t length = buses_put_way(board, place->bus, out, size);

    if (length < size)
        length += (size_t)snprintf(out + length, size - length, "/%s", name);
    buses_put_unit(out, size, length, place);
}

/* ---- numbers ---- */

/* The next bridge of a bus behind `after`, by slot and function; bridge_count: none. */
static unsigned buses_next(const struct board *board, unsigned bus, int after)
{
    unsigned best = board->bridge_count;
    int least = 256;

    for (unsigned i = 0; i < board->bridge_count; i++) {
        const struct emu_bridge *bridge = &board->bridges[i].config;
        int devfn = EMU_PCI_DEVFN(bridge->place.slot, bridge->place.function);
        if (bridge->place.bus == bus && bridge->kind != EMU_BRIDGE_EXPANDER && devfn > after &&
            devfn < least) {
            least = devfn;
            best = i;
        }
    }
    return best;
}

/* Numbers what is behind a bus, depth first, as firmware does; returns the last number. */
static unsigned buses_number(struct board *board, unsigned bus, unsigned number)
{
    int after = -1;

    for (;;) {
        unsigned i = buses_next(board, bus, after);
        struct board_bridge *bridge = &board->bridges[i];
        if (i == board->bridge_count)
            return number;
        after = EMU_PCI_DEVFN(bridge->config.place.slot, bridge->config.place.function);
        bridge->secondary = ++number;
        number = buses_number(board, i + 1, number);
        bridge->subordinate = number;
    }
}

/* The first number of the root bus behind this one. */
static unsigned buses_limit(const struct board *board, unsigned bus)
{
    unsigned limit = BUSES_LAST + 1;

    for (unsigned i = 0; i < board->bridge_count; i++) {
        const struct emu_bridge *bridge = &board->bridges[i].config;
        if (bridge->kind == EMU_BRIDGE_EXPANDER && bridge->bus > bus && bridge->bus < limit)
            limit = bridge->bus;
    }
    return limit;
}

static bool buses_number_all(struct board *board, struct emu_error *err)
{
    unsigned last = buses_number(board, 0, 0);

    if (last >= buses_limit(board, 0))
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "the PCI buses behind the root bus are 1 to %u, and those of an "
                             "expander begin at %u",
                             last, buses_limit(board, 0));
    for (unsigned i = 0; i < board->bridge_count; i++) {
        const struct emu_bridge *bridge = &board->bridges[i].config;
        if (bridge->kind != EMU_BRIDGE_EXPANDER)
            continue;
        last = buses_number(board, i + 1, bridge->bus);
        if (last >= buses_limit(board, bridge->bus))
            return emu_error_set(err, EMU_ERROR_INPUT,
                                 "the buses of the PCI expander %u reach to %u, and others begin "
                                 "at %u",
                                 bridge->bus, last, buses_limit(board, bridge->bus));
    }
    return true;
}

/* ---- building ---- */

static bool buses_check(const struct board *board, unsigned index, struct emu_error *err)
{
    const struct emu_bridge *bridge = &board->bridges[index].config;
    const struct emu_bridge *parent =
        bridge->place.bus != 0 ? &board->bridges[bridge->place.bus - 1].config : NULL;
    bool in_switch = parent != NULL && parent->kind == EMU_BRIDGE_UPSTREAM;

    if (bridge->place.bus > index)
        return emu_error_set(err, EMU_ERROR_INPUT, "bridge %u is behind one that is not there yet",
                             index + 1);
    if (in_switch != (bridge->kind == EMU_BRIDGE_DOWNSTREAM))
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "bridge %u: in a switch are downstream ports, and these only there",
                             index + 1);
    if (bridge->kind != EMU_BRIDGE_EXPANDER)
        return true;
    if (parent != NULL || bridge->bus == 0 || bridge->bus > BUSES_LAST ||
        (bridge->node != EMU_BRIDGE_NO_NODE && (unsigned)bridge->node >= board->numa.count))
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "bridge %u: an expander is on the root bus, has a bus from 1 to 255, "
                             "and a node that there is, or none",
                             index + 1);
    for (unsigned i = 0; i < index; i++) {
        const struct emu_bridge *other = &board->bridges[i].config;
        if (other->kind == EMU_BRIDGE_EXPANDER && other->bus == bridge->bus)
            return emu_error_set(err, EMU_ERROR_INPUT, "two PCI expanders have the bus %u",
                                 bridge->bus);
    }
    return true;
}

static bool buses_set(struct emu_device *device, const char *name, unsigned value,
                      struct emu_error *err)
{
    char text[12];

    snprintf(text, sizeof(text), "%u", value);
    return emu_device_set(device, name, text, err);
}

static bool buses_prepare(struct board *board, struct emu_device *device, struct emu_error *err)
{
    struct board_bridge *bridge = &board->bridges[board->new_bridge];
    const struct emu_bridge *config = &bridge->config;
    bool direct = board->firmware == NULL;

    bridge->device = device;
    if (config->kind == EMU_BRIDGE_EXPANDER) {
        emu_pxb_pcie_set_host(device, board->pci_host);
        return buses_set(device, "bus", config->bus, err);
    }
    if (buses_is_port(device)) {
        emu_pcie_port_on_eject(device, board_eject, board);
        if (!config->fixed)
            board->slots[board->slot_count++] = device;
        if (!buses_set(device, "slot", config->number, err) ||
            !emu_device_set(device, "fixed", config->fixed ? "true" : "false", err))
            return false;
    }
    return (config->kind != EMU_BRIDGE_PCI || buses_set(device, "chassis", config->number, err)) &&
           buses_set(device, "secondary", direct ? bridge->secondary : 0, err) &&
           buses_set(device, "subordinate", direct ? bridge->subordinate : 0, err);
}

static bool buses_add_bridge(struct board *board, unsigned index, struct emu_error *err)
{
    const struct emu_bridge *config = &board->bridges[index].config;
    char id[16];
    const struct board_device row = {
        .class = buses_classes[config->kind],
        .id = id,
        .pci = true,
        .place = &config->place,
        .prepare = buses_prepare,
    };

    snprintf(id, sizeof(id), "pci.%u", index + 1);
    board->new_bridge = index;
    return board_add_device(board, &row, err);
}

/* Who describes the buses counts on what each Q35 has. */
static bool buses_add_smbus(struct board *board, struct emu_error *err)
{
    static const struct board_device row = {
        .class = &emu_ich9_smbus_class,
        .id = "smbus",
        .devfn = EMU_PCI_DEVFN(31, 3),
        .pci = true,
    };

    return board->bridge_count == 0 || board_add_device(board, &row, err);
}

static bool buses_add_rng(struct board *board, struct emu_error *err)
{
    const struct board_device row = {
        .class = &emu_virtio_rng_class,
        .id = "rng",
        .pci = true,
        .place = &board->config->buses.rng,
    };

    return !board->config->buses.rng.given || board_add_device(board, &row, err);
}

bool board_add_buses(struct board *board, struct emu_error *err)
{
    const struct emu_machine_config *config = board->config;

    emu_pci_host_bus(board->pci_host)->reserved = buses_reserved(config);
    if (config->buses.count > EMU_MAX_BRIDGES)
        return emu_error_set(err, EMU_ERROR_INPUT, "a machine has at most %d PCI bridges",
                             EMU_MAX_BRIDGES);
    for (unsigned i = 0; i < config->buses.count; i++) {
        board->bridges[board->bridge_count++].config = config->buses.bridges[i];
        if (!buses_check(board, i, err))
            return false;
    }
    if (!buses_number_all(board, err))
        return false;
    for (unsigned i = 0; i < board->bridge_count; i++) {
        if (!buses_add_bridge(board, i, err))
            return false;
    }
    return buses_add_smbus(board, err) && buses_add_rng(board, err);
}

/* ---- other root buses ---- */

bool board_tell_roots(struct board *board, struct emu_device *fw_cfg, struct emu_error *err)
{
    uint8_t count[8] = {0};

    for (unsigned i = 0; i < board->bridge_count; i++)
        count[0] += board->bridges[i].config.kind == EMU_BRIDGE_EXPANDER;
    return count[0] == 0 ||
           emu_fw_cfg_add_file(fw_cfg, "etc/extra-pci-roots", count, sizeof(count), err);
}

static void buses_take_range(void *opaque, bool ports, uint64_t first, uint64_t last)
{
    emu_acpi_root_add(opaque, ports, first, last);
}

/* Without firmware: where the guest is to put what is on it. */
static void buses_split(struct emu_acpi_root *root, unsigned index)
{
    uint64_t end = EMU_PC_IOAPIC - (uint64_t)index * BUSES_MEMORY;
    uint64_t end64 = EMU_PC_MMIO64 + EMU_PC_MMIO64_SIZE - index * BUSES_MEMORY64;
    uint32_t ports = 0x10000 - index * BUSES_PORTS;

    emu_acpi_root_add(root, false, end - BUSES_MEMORY, end - 1);
    emu_acpi_root_add(root, false, end64 - BUSES_MEMORY64, end64 - 1);
    if (index < BUSES_PORTS_ROOTS)
        emu_acpi_root_add(root, true, ports - BUSES_PORTS, ports - 1);
}

unsigned board_roots(const struct board *board, struct emu_acpi_root *roots)
{
    unsigned count = 0;

    for (unsigned i = 0; i < board->bridge_count && count < EMU_ACPI_ROOTS; i++) {
        const struct emu_bridge *bridge = &board->bridges[i].config;
        struct emu_acpi_root *root = &roots[count];
        if (bridge->kind != EMU_BRIDGE_EXPANDER)
            continue;
        *root = (struct emu_acpi_root){
            .bus = bridge->bus,
            .last = buses_limit(board, bridge->bus) - 1,
            .node = bridge->node,
        };
        if (board->firmware == NULL)
            buses_split(root, count);
        else
            emu_pci_bus_ranges(buses_find(board, i + 1), buses_take_range, root);
        count++;
    }
    return count;
}
