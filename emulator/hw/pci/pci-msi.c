/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Message signalled interrupts: MSI with 64-bit addresses and per-vector masking, and MSI-X (PCI
 * Local Bus Specification 3.0, 6.8). Messages are sent with the device's lock held; that is safe
 * since they go to the interrupt window only, which takes no locks.
 */
#include "emulator/hw/pci/pci-internal.h"

#include <stdlib.h>
#include <string.h>

#include "emulator/hw/save.h"

/* The MSI capability. */
#define MSI_ID       0x05
#define MSI_CONTROL  0x02
#define MSI_ADDRESS  0x04
#define MSI_DATA     0x0c
#define MSI_MASK     0x10
#define MSI_PENDING  0x14
#define MSI_SIZE     0x18
#define MSI_ENABLE   0x0001u
#define MSI_MULTIPLE 0x0070u /* log2 of the vectors granted */
#define MSI_FEATURES 0x0180u /* 64-bit addresses, masking */

/* The MSI-X capability and its table entries. */
#define MSIX_ID            0x11
#define MSIX_CONTROL       0x02
#define MSIX_TABLE         0x04
#define MSIX_PENDING       0x08
#define MSIX_SIZE          0x0c
#define MSIX_FUNCTION_MASK 0x4000u
#define MSIX_ENABLE        0x8000u
#define MSIX_ENTRY         16
#define MSIX_ENTRY_DATA    8
#define MSIX_ENTRY_CONTROL 12
#define MSIX_MAX_VECTORS   2048u

#define MSI_WINDOW     0xfee00000ull
#define MSI_WINDOW_END 0xfef00000ull

static void pci_msi_send(struct emu_pci_device *pci, uint64_t address, uint32_t data)
{
    bool master = emu_pci_get(pci, EMU_PCI_COMMAND, 2) & EMU_PCI_COMMAND_MASTER;

    if (master && pci->device.dma != NULL && address >= MSI_WINDOW && address < MSI_WINDOW_END)
        emu_memory_store(pci->device.dma, address, data, 4);
}

/* ---- MSI ---- */

bool emu_pci_add_msi(struct emu_pci_device *pci, unsigned vectors)
{
    uint8_t at = emu_pci_add_capability(pci, MSI_ID, MSI_SIZE);
    uint32_t all = vectors >= 32 ? UINT32_MAX : (1u << vectors) - 1;

    if (at == 0)
        return false;
    pci->msi_capability = at;
    emu_pci_set(pci, at + MSI_CONTROL, 2,
                MSI_FEATURES | (uint32_t)__builtin_ctz(vectors | 32) << 1);
    emu_pci_allow(pci, at + MSI_CONTROL, 2, MSI_ENABLE | MSI_MULTIPLE);
    emu_pci_allow(pci, at + MSI_ADDRESS, 4, ~3u);
    emu_pci_allow(pci, at + MSI_ADDRESS + 4, 4, UINT32_MAX);
    emu_pci_allow(pci, at + MSI_DATA, 2, 0xffff);
    emu_pci_allow(pci, at + MSI_MASK, 4, all);
    return true;
}

static void pci_msi_store(struct emu_pci_device *pci, unsigned offset, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        pci->config[offset + i] = (uint8_t)(value >> 8 * i);
}

static bool pci_msi_notify(struct emu_pci_device *pci, unsigned vector)
{
    unsigned at = pci->msi_capability;
    uint32_t control = emu_pci_get(pci, at + MSI_CONTROL, 2), granted, pending;

    if (!(control & MSI_ENABLE))
        return false;
    granted = (control & MSI_MULTIPLE) >> 4;
    vector &= (1u << (granted > 5 ? 5 : granted)) - 1;
    pending = emu_pci_get(pci, at + MSI_PENDING, 4);
    if (emu_pci_get(pci, at + MSI_MASK, 4) >> vector & 1) {
        pci_msi_store(pci, at + MSI_PENDING, pending | 1u << vector);
        return true;
    }
    pci_msi_store(pci, at + MSI_PENDING, pending & ~(1u << vector));
    pci_msi_send(pci,
                 emu_pci_get(pci, at + MSI_ADDRESS, 4) |
                     (uint64_t)emu_pci_get(pci, at + MSI_ADDRESS + 4, 4) << 32,
                 emu_pci_get(pci, at + MSI_DATA, 2) | vector);
    return true;
}

/* Sends what was held back by masks that are gone. */
static void pci_msi_flush(struct emu_pci_device *pci)
{
    unsigned at = pci->msi_capability;
    uint32_t ready = emu_pci_get(pci, at + MSI_PENDING, 4) & ~emu_pci_get(pci, at + MSI_MASK, 4);

    for (unsigned i = 0; i < 32 && ready != 0; i++)
        if (ready >> i & 1)
            pci_msi_notify(pci, i);
}

/* ---- MSI-X ---- */

static uint32_t pci_msix_control(const struct emu_pci_device *pci)
{
    return pci->msix.capability != 0 ? emu_pci_get(pci, pci->msix.capability + MSIX_CONTROL, 2) : 0;
}

static uint32_t pci_msix_word(const struct emu_pci_msix *msix, unsigned vector, unsigned offset)
{
    uint32_t value;

    memcpy(&value, msix->table + vector * MSIX_ENTRY + offset, sizeof(value));
    return value;
}

static void pci_msix_notify(struct emu_pci_device *pci, unsigned vector)
{
    struct emu_pci_msix *msix = &pci->msix;
    uint64_t bit = 1ull << (vector & 63);

    if (vector >= msix->vectors)
        return;
    if ((pci_msix_control(pci) & MSIX_FUNCTION_MASK) ||
        (pci_msix_word(msix, vector, MSIX_ENTRY_CONTROL) & 1)) {
        msix->pending[vector >> 6] |= bit;
        return;
    }
    msix->pending[vector >> 6] &= ~bit;
    pci_msi_send(pci,
                 pci_msix_word(msix, vector, 0) | (uint64_t)pci_msix_word(msix, vector, 4) << 32,
                 pci_msix_word(msix, vector, MSIX_ENTRY_DATA));
}

static void pci_msix_flush(struct emu_pci_device *pci)
{
    if (!(pci_msix_control(pci) & MSIX_ENABLE))
        return;
    for (unsigned i = 0; i < pci->msix.vectors; i++)
        if (pci->msix.pending[i >> 6] >> (i & 63) & 1)
            pci_msix_notify(pci, i);
}

static uint64_t pci_msix_read(void *opaque, uint64_t offset, unsigned size)
{
    struct emu_pci_msix *msix = &((struct emu_pci_device *)opaque)->msix;
    uint64_t half = msix->region.size / 2;

    if (offset < half)
        return offset < (uint64_t)msix->vectors * MSIX_ENTRY
                   ? pci_msix_word(msix, (unsigned)offset / MSIX_ENTRY, offset % MSIX_ENTRY)
                   : 0;
    offset -= half;
    if (offset / 8 >= (msix->vectors + 63) / 64)
        return 0;
    return msix->pending[offset / 8] >> (offset & 4 ? 32 : 0) & UINT32_MAX;
}

static void pci_msix_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct emu_pci_device *pci = opaque;
    uint32_t word = (uint32_t)value;

    if (size != 4 || offset >= (uint64_t)pci->msix.vectors * MSIX_ENTRY)
        return;
    if (offset % MSIX_ENTRY == MSIX_ENTRY_CONTROL)
        word &= 1;
    memcpy(pci->msix.table + offset, &word, sizeof(word));
    if (offset % MSIX_ENTRY == MSIX_ENTRY_CONTROL && !(word & 1))
        pci_msix_flush(pci);
}

static const struct emu_region_ops pci_msix_ops = {.read = pci_msix_read,
                                                   .write = pci_msix_write,
                                                   .valid_min = 4,
                                                   .valid_max = 8,
                                                   .impl_min = 4,
                                                   .impl_max = 4};

bool emu_pci_add_msix(struct emu_pci_device *pci, unsigned vectors, unsigned bar,
                      struct emu_error *err)
{
    struct emu_pci_msix *msix = &pci->msix;
    uint64_t half = 2048;
    uint8_t at;

    if (vectors == 0 || vectors > MSIX_MAX_VECTORS)
        return emu_error_set(err, EMU_ERROR_INPUT, "MSI-X has 1 to %u vectors, not %u",
                             MSIX_MAX_VECTORS, vectors);
    msix->table = calloc(vectors, MSIX_ENTRY);
    msix->pending = calloc((vectors + 63) / 64, sizeof(*msix->pending));
    at = emu_pci_add_capability(pci, MSIX_ID, MSIX_SIZE);
    if (msix->table == NULL || msix->pending == NULL || at == 0)
        return emu_error_set(err, EMU_ERROR_HOST, "no room for MSI-X");
    while (half < (uint64_t)vectors * MSIX_ENTRY)
        half *= 2;
    msix->capability = at;
    msix->vectors = vectors;
    emu_region_init_io(&msix->region, "msix", &pci_msix_ops, pci, &pci->device.lock, 2 * half);
    emu_pci_add_bar(pci, bar, EMU_PCI_BAR_MEMORY32, &msix->region);
    emu_pci_set(pci, at + MSIX_CONTROL, 2, vectors - 1);
    emu_pci_set(pci, at + MSIX_TABLE, 4, bar);
    emu_pci_set(pci, at + MSIX_PENDING, 4, (uint32_t)half | bar);
    emu_pci_allow(pci, at + MSIX_CONTROL, 2, MSIX_ENABLE | MSIX_FUNCTION_MASK);
    return true;
}

/* ---- both ---- */

bool emu_pci_msi_enabled(const struct emu_pci_device *pci)
{
    return (pci_msix_control(pci) & MSIX_ENABLE) ||
           (pci->msi_capability != 0 &&
            (emu_pci_get(pci, pci->msi_capability + MSI_CONTROL, 2) & MSI_ENABLE));
}

bool emu_pci_notify(struct emu_pci_device *pci, unsigned vector)
{
    if (pci_msix_control(pci) & MSIX_ENABLE) {
        pci_msix_notify(pci, vector);
        return true;
    }
    return pci->msi_capability != 0 && pci_msi_notify(pci, vector);
}

void pci_msi_written(struct emu_pci_device *pci, unsigned offset, unsigned size)
{
    unsigned msi = pci->msi_capability, msix = pci->msix.capability;

    if (msi != 0 && offset < msi + MSI_SIZE && offset + size > msi)
        pci_msi_flush(pci);
    if (msix != 0 && offset < msix + MSIX_SIZE && offset + size > msix &&
        !(pci_msix_control(pci) & MSIX_FUNCTION_MASK))
        pci_msix_flush(pci);
}

/* All vectors start masked. */
void pci_msi_reset(struct emu_pci_device *pci)
{
    struct emu_pci_msix *msix = &pci->msix;

    if (msix->capability == 0)
        return;
    memset(msix->table, 0, (size_t)msix->vectors * MSIX_ENTRY);
    memset(msix->pending, 0, (msix->vectors + 63) / 64 * sizeof(*msix->pending));
    for (unsigned i = 0; i < msix->vectors; i++)
        msix->table[i * MSIX_ENTRY + MSIX_ENTRY_CONTROL] = 1;
}

void pci_msi_save(struct emu_pci_device *pci, struct emu_writer *out)
{
    struct emu_pci_msix *msix = &pci->msix;

    if (msix->capability == 0)
        return;
    emu_write_bytes(out, "msix_table", msix->table, (size_t)msix->vectors * MSIX_ENTRY);
    for (unsigned i = 0; i < (msix->vectors + 63) / 64; i++)
        emu_write_u64(out, "msix_pending", msix->pending[i]);
}

bool pci_msi_load(struct emu_pci_device *pci, struct emu_reader *in, struct emu_error *err)
{
    struct emu_pci_msix *msix = &pci->msix;

    if (msix->capability == 0)
        return true;
    if (!emu_read_bytes(in, "msix_table", msix->table, (size_t)msix->vectors * MSIX_ENTRY, err))
        return false;
    for (unsigned i = 0; i < (msix->vectors + 63) / 64; i++)
        if (!emu_read_u64(in, "msix_pending", &msix->pending[i], err))
            return false;
    return true;
}
