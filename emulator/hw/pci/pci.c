/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A PCI function's configuration space, base address registers, INTx and capability list (PCI
 * Local Bus Specification 3.0, chapter 6). Bridges are pci-bridge.c.
 */
#include "emulator/hw/pci/pci.h"

#include <stdlib.h>
#include <string.h>

#include "emulator/hw/pci/pci-internal.h"
#include "emulator/hw/save.h"

#define PCI_FIRST_CAPABILITY 0x40
#define PCI_CONVENTIONAL     256

#define PCI_COMMAND_WRITABLE 0x0547u /* I/O, memory, master, parity, SERR, INTx off */
#define PCI_STATUS_CLEARABLE 0xf900u /* errors */

#define PCI_BAR_IO_FLAG       0x1u
#define PCI_BAR_64_FLAG       0x4u
#define PCI_BAR_PREFETCH_FLAG 0x8u
#define PCI_ROM_ENABLE        0x1u

/* ---- raw access ---- */

uint32_t emu_pci_get(const struct emu_pci_device *pci, unsigned offset, unsigned size)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint32_t)pci->config[offset + i] << 8 * i;
    return value;
}

static void pci_store(uint8_t *bytes, unsigned offset, unsigned size, uint32_t value)
{
    for (unsigned i = 0; i < size; i++)
        bytes[offset + i] = (uint8_t)(value >> 8 * i);
}

void emu_pci_set(struct emu_pci_device *pci, unsigned offset, unsigned size, uint32_t value)
{
    pci_store(pci->config, offset, size, value);
    pci_store(pci->initial, offset, size, value);
}

void emu_pci_set_multifunction(struct emu_pci_device *pci)
{
    emu_pci_set(pci, EMU_PCI_HEADER_TYPE, 1, emu_pci_get(pci, EMU_PCI_HEADER_TYPE, 1) | 0x80);
}

void emu_pci_allow(struct emu_pci_device *pci, unsigned offset, unsigned size, uint32_t mask)
{
    pci_store(pci->write_mask, offset, size, mask);
}

/* ---- setting up ---- */

void emu_pci_init(struct emu_pci_device *pci, const struct emu_pci_identity *identity)
{
    emu_pci_set(pci, EMU_PCI_VENDOR, 2, identity->vendor);
    emu_pci_set(pci, EMU_PCI_DEVICE, 2, identity->device);
    emu_pci_set(pci, EMU_PCI_REVISION, 1, identity->revision);
    emu_pci_set(pci, EMU_PCI_CLASS, 3, identity->class_code);
    emu_pci_set(pci, EMU_PCI_HEADER_TYPE, 1, identity->multifunction ? 0x80 : 0);
    emu_pci_set(pci, EMU_PCI_SUBSYSTEM_VENDOR, 2, identity->subsystem_vendor);
    emu_pci_set(pci, EMU_PCI_SUBSYSTEM, 2, identity->subsystem);
    emu_pci_set(pci, EMU_PCI_INTERRUPT_PIN, 1, identity->interrupt_pin);
    emu_pci_allow(pci, EMU_PCI_COMMAND, 2, PCI_COMMAND_WRITABLE);
    emu_pci_allow(pci, EMU_PCI_CACHE_LINE, 1, 0xff);
    emu_pci_allow(pci, EMU_PCI_INTERRUPT_LINE, 1, 0xff);
    pci_store(pci->clear_mask, EMU_PCI_STATUS, 2, PCI_STATUS_CLEARABLE);
    pci->next_capability = PCI_FIRST_CAPABILITY;
    for (unsigned i = 0; i <= EMU_PCI_ROM_BAR; i++)
        pci->bars[i].address = UINT64_MAX;
}

static bool pci_bar_is_64(const struct emu_pci_bar *bar)
{
    return bar->kind == EMU_PCI_BAR_MEMORY64 || bar->kind == EMU_PCI_BAR_MEMORY64_PREFETCH;
}

static unsigned pci_bar_register(unsigned index)
{
    return index == EMU_PCI_ROM_BAR ? EMU_PCI_ROM : EMU_PCI_BAR0 + 4 * index;
}

void emu_pci_add_bar(struct emu_pci_device *pci, unsigned index, enum emu_pci_bar_kind kind,
                     struct emu_region *region)
{
    static const uint32_t flags[] = {
        [EMU_PCI_BAR_IO] = PCI_BAR_IO_FLAG,
        [EMU_PCI_BAR_MEMORY32_PREFETCH] = PCI_BAR_PREFETCH_FLAG,
        [EMU_PCI_BAR_MEMORY64] = PCI_BAR_64_FLAG,
        [EMU_PCI_BAR_MEMORY64_PREFETCH] = PCI_BAR_64_FLAG | PCI_BAR_PREFETCH_FLAG,
        [EMU_PCI_BAR_ROM] = 0,
    };
    struct emu_pci_bar *bar = &pci->bars[index];
    unsigned offset = pci_bar_register(index);
    uint64_t mask = ~(region->size - 1);

    bar->kind = kind;
    bar->region = region;
    mask &= kind == EMU_PCI_BAR_IO ? ~3ull : ~15ull;
    mask |= kind == EMU_PCI_BAR_ROM ? PCI_ROM_ENABLE : 0;
    emu_pci_set(pci, offset, 4, flags[kind]);
    emu_pci_allow(pci, offset, 4, (uint32_t)mask);
    if (pci_bar_is_64(bar))
        emu_pci_allow(pci, offset + 4, 4, (uint32_t)(mask >> 32));
}

uint8_t emu_pci_add_capability(struct emu_pci_device *pci, uint8_t id, unsigned size)
{
    uint8_t offset = pci->next_capability;
    unsigned link = pci->last_capability != 0 ? pci->last_capability + 1u : EMU_PCI_CAPABILITIES;
    uint32_t status = emu_pci_get(pci, EMU_PCI_STATUS, 2);

    if (offset == 0 || offset + size > PCI_CONVENTIONAL)
        return 0;
    emu_pci_set(pci, link, 1, offset);
    emu_pci_set(pci, offset, 1, id);
    emu_pci_set(pci, EMU_PCI_STATUS, 2, status | EMU_PCI_STATUS_CAPS);
    pci->last_capability = offset;
    pci->next_capability = (uint8_t)((offset + size + 3) & ~3u);
    return offset;
}

/* ---- base address registers ---- */

/* Where a BAR is now, or UINT64_MAX. What a sizing probe writes maps nothing. */
static uint64_t pci_bar_address(const struct emu_pci_device *pci, unsigned index)
{
    const struct emu_pci_bar *bar = &pci->bars[index];
    bool io = bar->kind == EMU_PCI_BAR_IO;
    uint32_t command = emu_pci_get(pci, EMU_PCI_COMMAND, 2);
    uint32_t value = emu_pci_get(pci, pci_bar_register(index), 4);
    uint64_t address = value & (io ? ~3u : ~15u), last;

    if (!(command & (io ? EMU_PCI_COMMAND_IO : EMU_PCI_COMMAND_MEMORY)) ||
        (bar->kind == EMU_PCI_BAR_ROM && !(value & PCI_ROM_ENABLE)))
        return UINT64_MAX;
    if (pci_bar_is_64(bar))
        address |= (uint64_t)emu_pci_get(pci, EMU_PCI_BAR0 + 4 * index + 4, 4) << 32;
    address &= ~(bar->region->size - 1);
    last = address + bar->region->size - 1;
    if (address == 0 || last < address || last == UINT64_MAX || (io && last > 0xffff) ||
        (!pci_bar_is_64(bar) && last >= UINT32_MAX))
        return UINT64_MAX;
    return address;
}

static void pci_update_bar(struct emu_pci_device *pci, unsigned index)
{
    struct emu_pci_bar *bar = &pci->bars[index];
    uint64_t address = pci_bar_address(pci, index);

    if (address == bar->address || bar->region->parent == NULL)
        return;
    bar->address = address;
    emu_region_place(bar->region, address != UINT64_MAX, address);
}

void emu_pci_update_bars(struct emu_pci_device *pci)
{
    for (unsigned i = 0; i <= EMU_PCI_ROM_BAR; i++)
        if (pci->bars[i].kind != EMU_PCI_BAR_NONE)
            pci_update_bar(pci, i);
}

void pci_attach(struct emu_pci_device *pci)
{
    for (unsigned i = 0; i <= EMU_PCI_ROM_BAR; i++) {
        struct emu_pci_bar *bar = &pci->bars[i];
        struct emu_region *root = bar->kind == EMU_PCI_BAR_IO ? pci->io_root : pci->memory_root;

        if (bar->kind == EMU_PCI_BAR_NONE || root == NULL)
            continue;
        emu_region_set_enabled(bar->region, false);
        emu_region_add(root, 0, bar->region, 1);
    }
    if (pci->attached != NULL)
        pci->attached(pci);
}

static void pci_drive_intx(struct emu_pci_device *pci, bool level)
{
    if (level == pci->intx_out)
        return;
    pci->intx_out = level;
    emu_irq_set(&pci->intx, level);
}

void pci_detach(struct emu_pci_device *pci)
{
    for (unsigned i = 0; i <= EMU_PCI_ROM_BAR; i++) {
        if (pci->bars[i].kind != EMU_PCI_BAR_NONE)
            emu_region_remove(pci->bars[i].region);
    }
    pthread_mutex_lock(&pci->device.lock);
    pci_drive_intx(pci, false);
    pthread_mutex_unlock(&pci->device.lock);
}

/* ---- INTx ---- */

static void pci_update_intx(struct emu_pci_device *pci)
{
    uint32_t status = emu_pci_get(pci, EMU_PCI_STATUS, 2);
    bool off = emu_pci_get(pci, EMU_PCI_COMMAND, 2) & EMU_PCI_COMMAND_INTX_OFF;

    status &= ~EMU_PCI_STATUS_INTX;
    if (pci->intx_level)
        status |= EMU_PCI_STATUS_INTX;
    pci_store(pci->config, EMU_PCI_STATUS, 2, status);
    pci_drive_intx(pci, pci->intx_level && !off);
}

void emu_pci_set_intx(struct emu_pci_device *pci, bool level)
{
    if (level == pci->intx_level)
        return;
    pci->intx_level = level;
    pci_update_intx(pci);
}

/* ---- software's access ---- */

uint32_t emu_pci_config_read(struct emu_pci_device *pci, unsigned offset, unsigned size)
{
    uint32_t value;

    if (offset >= EMU_PCI_CONFIG_SIZE || size > EMU_PCI_CONFIG_SIZE - offset)
        return UINT32_MAX;
    pthread_mutex_lock(&pci->device.lock);
    if (pci->config_reading != NULL)
        pci->config_reading(pci, offset, size);
    value = emu_pci_get(pci, offset, size);
    pthread_mutex_unlock(&pci->device.lock);
    return value;
}

static bool pci_touches(unsigned offset, unsigned size, unsigned first, unsigned length)
{
    return offset < first + length && first < offset + size;
}

static void pci_write_locked(struct emu_pci_device *pci, unsigned offset, uint32_t value,
                             unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)(value >> 8 * i), mask = pci->write_mask[offset + i];
        uint8_t *config = &pci->config[offset + i];

        *config = (*config & ~mask) | (byte & mask);
        *config &= (uint8_t) ~(byte & pci->clear_mask[offset + i]);
    }
    if (pci_touches(offset, size, EMU_PCI_COMMAND, 2) ||
        pci_touches(offset, size, EMU_PCI_BAR0, 4 * EMU_PCI_BARS) ||
        pci_touches(offset, size, EMU_PCI_ROM, 4))
        emu_pci_update_bars(pci);
    if (pci_touches(offset, size, EMU_PCI_COMMAND, 2))
        pci_update_intx(pci);
    pci_msi_written(pci, offset, size);
    if (pci->config_written != NULL)
        pci->config_written(pci, offset, size);
}

void emu_pci_config_write(struct emu_pci_device *pci, unsigned offset, uint32_t value,
                          unsigned size)
{
    if (offset >= EMU_PCI_CONFIG_SIZE || size > EMU_PCI_CONFIG_SIZE - offset)
        return;
    pthread_mutex_lock(&pci->device.lock);
    pci_write_locked(pci, offset, value, size);
    pthread_mutex_unlock(&pci->device.lock);
}

/* ---- lifecycle ---- */

void emu_pci_reset(struct emu_pci_device *pci)
{
    memcpy(pci->config, pci->initial, sizeof(pci->config));
    pci->intx_level = false;
    pci_msi_reset(pci);
    emu_pci_update_bars(pci);
    pci_update_intx(pci);
    if (pci->config_written != NULL)
        pci->config_written(pci, 0, EMU_PCI_CONFIG_SIZE);
}

static const struct emu_field pci_fields[] = {
    EMU_FIELD(struct emu_pci_device, intx_level),
    EMU_FIELD(struct emu_pci_device, intx_out),
    EMU_FIELD_END,
};

void emu_pci_save(struct emu_pci_device *pci, struct emu_writer *out)
{
    emu_hw_save(out, "pci", pci, pci_fields);
    emu_write_bytes(out, "config", pci->config, sizeof(pci->config));
    pci_msi_save(pci, out);
}

/* Nothing but what software sees hangs on config: whatever a file puts there is safe. */
bool emu_pci_load(struct emu_pci_device *pci, struct emu_reader *in, struct emu_error *err)
{
    uint8_t config[EMU_PCI_CONFIG_SIZE];

    if (!emu_hw_load(in, "pci", pci, pci_fields, err) ||
        !emu_read_bytes(in, "config", config, sizeof(config), err) || !pci_msi_load(pci, in, err))
        return false;
    if (memcmp(config, pci->initial, 4) != 0)
        return emu_error_set(err, EMU_ERROR_INPUT, "the saved %s is another PCI function",
                             pci->device.id);
    memcpy(pci->config, config, sizeof(config));
    emu_pci_update_bars(pci);
    if (pci->config_written != NULL)
        pci->config_written(pci, 0, EMU_PCI_CONFIG_SIZE);
    return true;
}

void emu_pci_finish(struct emu_pci_device *pci)
{
    free(pci->msix.table);
    free(pci->msix.pending);
    pci_free_rom(pci);
}
