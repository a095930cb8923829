/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The functions of all buses, for those outside of the machine: what software has set up; and the
 * ranges that it has given to them. */
#include <string.h>

#include "emulator/hw/pci/pci-host.h"
#include "emulator/hw/pci/pci-internal.h"

#define LIST_HEADER_BRIDGE 1u
#define LIST_SECONDARY     0x19
#define LIST_IO_BASE       0x1c
#define LIST_MEMORY_BASE   0x20
#define LIST_PREFETCH_BASE 0x24
#define LIST_PREFETCH_HIGH 0x28
#define LIST_BUSES         256u

static struct emu_pci_window list_window(const struct emu_pci_bar *bar)
{
    if (bar->kind == EMU_PCI_BAR_NONE || bar->region == NULL)
        return (struct emu_pci_window){0};
    return (struct emu_pci_window){
        .size = bar->region->size,
        .address = bar->address,
        .ports = bar->kind == EMU_PCI_BAR_IO,
        .prefetch = bar->kind == EMU_PCI_BAR_MEMORY32_PREFETCH ||
                    bar->kind == EMU_PCI_BAR_MEMORY64_PREFETCH,
        .wide = bar->kind == EMU_PCI_BAR_MEMORY64 || bar->kind == EMU_PCI_BAR_MEMORY64_PREFETCH,
    };
}

/* What a bridge passes on, from base to limit; nothing where they cross. */
static struct emu_pci_window list_range(uint64_t base, uint64_t limit)
{
    return (struct emu_pci_window){.size = limit >= base ? limit - base + 1 : 0, .address = base};
}

/* Bridge header, PCI-to-PCI Bridge 1.2, 3.2.5. */
static void list_bridge(const struct emu_pci_device *pci, struct emu_pci_function *out)
{
    uint32_t ports = emu_pci_get(pci, LIST_IO_BASE, 2);
    uint32_t memory = emu_pci_get(pci, LIST_MEMORY_BASE, 4);
    uint32_t prefetch = emu_pci_get(pci, LIST_PREFETCH_BASE, 4);
    uint64_t high_base = emu_pci_get(pci, LIST_PREFETCH_HIGH, 4);
    uint64_t high_limit = emu_pci_get(pci, LIST_PREFETCH_HIGH + 4, 4);

    out->bridge = true;
    out->secondary = pci->config[LIST_SECONDARY];
    out->subordinate = pci->config[LIST_SECONDARY + 1];
    out->behind[0] = list_range((ports & 0xf0) << 8, (ports & 0xf000) | 0xfff);
    out->behind[1] = list_range((memory & 0xfff0) << 16, (memory & 0xfff00000) | 0xfffff);
    out->behind[2] = list_range(high_base << 32 | (prefetch & 0xfff0) << 16,
                                high_limit << 32 | (prefetch & 0xfff00000) | 0xfffff);
}

static void list_function(struct emu_pci_device *pci, unsigned bus, unsigned devfn,
                          struct emu_pci_function *out)
{
    memset(out, 0, sizeof(*out));
    pthread_mutex_lock(&pci->device.lock);
    memcpy(out->id, pci->device.id, sizeof(out->id));
    out->bus = bus;
    out->slot = devfn >> 3;
    out->function = devfn & 7;
    out->vendor = (uint16_t)emu_pci_get(pci, EMU_PCI_VENDOR, 2);
    out->device = (uint16_t)emu_pci_get(pci, EMU_PCI_DEVICE, 2);
    out->class_code = emu_pci_get(pci, EMU_PCI_REVISION, 4) >> 8;
    out->pin = pci->config[EMU_PCI_INTERRUPT_PIN];
    out->line = pci->config[EMU_PCI_INTERRUPT_LINE];
    for (unsigned i = 0; i < EMU_PCI_WINDOWS; i++)
        out->windows[i] = list_window(&pci->bars[i]);
    if ((pci->config[EMU_PCI_HEADER_TYPE] & 0x7f) == LIST_HEADER_BRIDGE) {
        list_bridge(pci, out);
    } else {
        out->subsystem_vendor = (uint16_t)emu_pci_get(pci, EMU_PCI_SUBSYSTEM_VENDOR, 2);
        out->subsystem = (uint16_t)emu_pci_get(pci, EMU_PCI_SUBSYSTEM, 2);
    }
    pthread_mutex_unlock(&pci->device.lock);
}

/* ---- ranges ---- */

/* Where a BAR is, also one that does not decode now. False: nowhere. */
static bool list_bar(const struct emu_pci_device *pci, unsigned index, uint64_t *address)
{
    const struct emu_pci_bar *bar = &pci->bars[index];
    bool wide = bar->kind == EMU_PCI_BAR_MEMORY64 || bar->kind == EMU_PCI_BAR_MEMORY64_PREFETCH;
    unsigned offset = index == EMU_PCI_ROM_BAR ? EMU_PCI_ROM : EMU_PCI_BAR0 + 4 * index;

    if (bar->kind == EMU_PCI_BAR_NONE || bar->region == NULL)
        return false;
    *address = emu_pci_get(pci, offset, 4);
    if (wide)
        *address |= (uint64_t)emu_pci_get(pci, offset + 4, 4) << 32;
    *address &= ~(bar->region->size - 1);
    return *address != 0 && *address + bar->region->size > *address;
}

static void list_ranges(struct emu_pci_device *pci, emu_pci_range_fn *take, void *opaque)
{
    struct emu_pci_function found;

    list_function(pci, 0, pci->devfn, &found);
    for (unsigned i = 0; found.bridge && i < 3; i++) {
        const struct emu_pci_window *window = &found.behind[i];
        if (window->size != 0)
            take(opaque, i == 0, window->address, window->address + window->size - 1);
    }
    pthread_mutex_lock(&pci->device.lock);
    for (unsigned i = 0; i <= EMU_PCI_ROM_BAR; i++) {
        uint64_t address;
        if (list_bar(pci, i, &address))
            take(opaque, pci->bars[i].kind == EMU_PCI_BAR_IO, address,
                 address + pci->bars[i].region->size - 1);
    }
    pthread_mutex_unlock(&pci->device.lock);
}

void emu_pci_bus_ranges(struct emu_pci_bus *bus, emu_pci_range_fn *take, void *opaque)
{
    for (unsigned i = 0; i < 256; i++) {
        if (bus->functions[i] != NULL)
            list_ranges(bus->functions[i], take, opaque);
    }
}

/* One bus: the functions from count on; reached: buses behind bridges. Returns the new count. */
static size_t list_bus(struct emu_device *host, unsigned bus, struct emu_pci_function *out,
                       size_t max, size_t count, bool *reached)
{
    struct emu_pci_function found;

    for (unsigned devfn = 0; devfn < 256; devfn++) {
        struct emu_pci_device *pci = pci_host_function(host, bus, devfn);
        if (pci == NULL)
            continue;
        list_function(pci, bus, devfn, &found);
        if (found.bridge && found.secondary < LIST_BUSES)
            reached[found.secondary] = true;
        if (pci->bus != NULL && pci->bus->kind == EMU_PCI_BUS_ROOT)
            reached[pci->bus->number] = true;
        if (count < max)
            out[count] = found;
        count++;
    }
    return count;
}

size_t emu_pci_host_list(struct emu_device *host, struct emu_pci_function *out, size_t max)
{
    bool reached[LIST_BUSES] = {true};
    size_t count = 0;

    for (unsigned bus = 0; bus < LIST_BUSES; bus++) {
        if (reached[bus])
            count = list_bus(host, bus, out, max, count, reached);
    }
    return count;
}
