/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The memory controller hub's host bridge function (Intel 3 Series Express Chipset datasheet,
 * chapter 5). In force are PCIEXBAR, always with 256 MiB; the shadowing of 0xc0000 to 0xfffff
 * (PAM); and system management RAM at 0xa0000 and below the top of low memory (TSEG) with its lock.
 * The registers of the memory's tops keep what is written.
 */
#include "emulator/hw/pci/q35.h"

#include <string.h>

#include "emulator/hw/save.h"

enum mch_register {
    MCH_EXT_TSEG = 0x50, /* QEMU's: writing all ones asks for the size of the largest TSEG in MiB */
    MCH_PCIEXBAR = 0x60,
    MCH_PAM0 = 0x90, /* to 0x96 */
    MCH_SMRAM = 0x9d,
    MCH_ESMRAMC = 0x9e,
    MCH_TOM = 0xa0,
    MCH_TOUUD = 0xa2,
    MCH_TSEG = 0xac,
    MCH_TOLUD = 0xb0,
};

#define MCH_PCIEXBAR_ENABLE 0x1u
#define MCH_PCIEXBAR_BASE   0xff0000000ull

#define MCH_PAM_READ  0x1u /* reads go to RAM, */
#define MCH_PAM_WRITE 0x2u /* and writes do */

/* SMRAM */
#define MCH_D_OPEN    0x40u
#define MCH_D_CLS     0x20u
#define MCH_D_LCK     0x10u
#define MCH_G_SMRAME  0x08u
#define MCH_SMRAM_LOW 0x02u /* at 0xa0000, read-only */
/* ESMRAMC */
#define MCH_H_SMRAME     0x80u
#define MCH_ESMRAMC_RO   0x38u
#define MCH_TSEG_SIZE(v) ((v) >> 1 & 3)
#define MCH_TSEG_ENABLE  0x01u

#define MCH_EXT_TSEG_MIB 16u

#define MCH_PAMS         7
#define MCH_SEGMENTS     13
#define MCH_SHADOW       0xc0000u
#define MCH_SHADOW_SMALL 0x4000u /* twelve of these, then 64 KiB */
#define MCH_SHADOW_LAST  0xf0000u
#define MCH_BIOS         0xe0000u
#define MCH_SMRAM_BASE   0xa0000u
#define MCH_SMRAM_SIZE   0x20000u
/* Over RAM and the firmware's ROM; SMRAM over a display's window as well. */
#define MCH_PRIORITY 4

/* A part of the memory below 1 MiB that PAM steers. */
struct mch_segment {
    struct q35_mch *mch;
    uint32_t address;
    struct emu_region ram, rom; /* RAM in both directions; RAM that is only read */
    struct emu_region behind;   /* RAM that is only written: reads find the firmware's ROM */
};

struct q35_mch {
    struct emu_pci_device pci;
    struct emu_region *ecam;
    uint64_t pciexbar;
    bool shadow;
    bool wakes; /* at the next reset */

    struct emu_ram *ram;
    uint64_t low;
    const uint8_t *bios; /* what lies at 0xe0000 without shadowing; NULL: nothing */
    struct mch_segment segments[MCH_SEGMENTS];
    struct emu_region smram, low_memory, tseg; /* tseg lies in low_memory, which ends with RAM */
};

static struct q35_mch *q35_mch_of(void *device)
{
    return device;
}

/* ---- shadowing ---- */

static uint8_t q35_mch_pam(const struct q35_mch *mch, unsigned segment)
{
    /* The last segment is PAM0's high half, the others two a register from PAM1. */
    unsigned place = segment == MCH_SEGMENTS - 1 ? 1 : segment + 2;

    return mch->pci.config[MCH_PAM0 + place / 2] >> 4 * (place & 1) & 3;
}

static uint64_t q35_mch_behind_read(void *opaque, uint64_t offset, unsigned size)
{
    const struct mch_segment *segment = opaque;
    uint64_t value = UINT64_MAX;

    if (segment->mch->bios != NULL && segment->address >= MCH_BIOS)
        memcpy(&value, segment->mch->bios + (segment->address - MCH_BIOS) + offset, size);
    return value;
}

static void q35_mch_behind_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    const struct mch_segment *segment = opaque;

    memcpy(emu_ram_host(segment->mch->ram) + segment->address + offset, &value, size);
}

static const struct emu_region_ops q35_mch_behind_ops = {
    q35_mch_behind_read, q35_mch_behind_write, .valid_min = 1, .valid_max = 8, .impl_max = 8};

static void q35_mch_update_shadow(struct q35_mch *mch)
{
    for (unsigned i = 0; i < MCH_SEGMENTS; i++) {
        struct mch_segment *segment = &mch->segments[i];
        uint8_t pam = q35_mch_pam(mch, i);

        emu_region_set_enabled(&segment->ram, pam == (MCH_PAM_READ | MCH_PAM_WRITE));
        emu_region_set_enabled(&segment->rom, pam == MCH_PAM_READ);
        emu_region_set_enabled(&segment->behind, pam == MCH_PAM_WRITE);
    }
}

/* ---- system management RAM ---- */

static uint64_t q35_mch_tseg_size(const struct q35_mch *mch)
{
    static const uint8_t mib[] = {1, 2, 8, MCH_EXT_TSEG_MIB};

    return (uint64_t)mib[MCH_TSEG_SIZE(mch->pci.config[MCH_ESMRAMC])] << 20;
}

/* Once locked, only a reset opens SMRAM again. */
static void q35_mch_update_lock(struct q35_mch *mch)
{
    struct emu_pci_device *pci = &mch->pci;
    bool locked = pci->config[MCH_SMRAM] & MCH_D_LCK;

    if (locked)
        pci->config[MCH_SMRAM] &= (uint8_t)~MCH_D_OPEN;
    emu_pci_allow(pci, MCH_SMRAM, 1, locked ? MCH_D_CLS : 0x78);
    emu_pci_allow(pci, MCH_ESMRAMC, 1, locked ? 0 : MCH_H_SMRAME | 0x07);
    emu_pci_allow(pci, MCH_EXT_TSEG, 2, locked ? 0 : 0xffff);
}

/* RAM shows through at 0xa0000 when it is open or in system management mode; TSEG is RAM that the
 * rest of the world does not see. */
static void q35_mch_update_smram(struct q35_mch *mch)
{
    uint8_t smram = mch->pci.config[MCH_SMRAM], extended = mch->pci.config[MCH_ESMRAMC];
    uint64_t size = q35_mch_tseg_size(mch);
    bool enabled = smram & MCH_G_SMRAME;
    bool tseg = enabled && (extended & MCH_TSEG_ENABLE) && size < mch->low;

    emu_region_hide(&mch->smram, smram & MCH_D_OPEN ? 0 : EMU_VIEW_PLAIN);
    emu_region_set_enabled(&mch->smram, enabled);
    emu_region_place(&mch->tseg, tseg, mch->low - size);
}

static uint64_t q35_mch_closed_read(void *opaque, uint64_t offset, unsigned size)
{
    return UINT64_MAX;
}

static const struct emu_region_ops q35_mch_closed_ops = {q35_mch_closed_read, NULL, .impl_max = 8};

/* ---- registers ---- */

static void q35_mch_update_ecam(struct q35_mch *mch)
{
    uint64_t value = emu_q35_mch_pciexbar(&mch->pci.device);

    if (mch->ecam != NULL)
        emu_region_place(mch->ecam, value != 0, value);
}

static bool q35_mch_touches(unsigned offset, unsigned size, unsigned first, unsigned length)
{
    return offset < first + length && first < offset + size;
}

static void q35_mch_update_memory(struct q35_mch *mch, unsigned offset, unsigned size)
{
    if (q35_mch_touches(offset, size, MCH_PAM0, 7))
        q35_mch_update_shadow(mch);
    if (q35_mch_touches(offset, size, MCH_SMRAM, 2))
        q35_mch_update_smram(mch);
}

static void q35_mch_update(struct emu_pci_device *pci, unsigned offset, unsigned size)
{
    struct q35_mch *mch = (struct q35_mch *)pci;

    q35_mch_update_lock(mch);
    if (emu_pci_get(pci, MCH_EXT_TSEG, 2) == 0xffff)
        memcpy(&pci->config[MCH_EXT_TSEG], (uint8_t[]){MCH_EXT_TSEG_MIB, 0}, 2);
    if (q35_mch_touches(offset, size, MCH_PCIEXBAR, 8))
        q35_mch_update_ecam(mch);
    if (mch->ram == NULL || pci->device.dma == NULL)
        return;
    emu_memory_begin(pci->device.dma);
    q35_mch_update_memory(mch, offset, size);
    emu_memory_commit(pci->device.dma);
}

uint64_t emu_q35_mch_pciexbar(struct emu_device *device)
{
    const struct emu_pci_device *pci = (const struct emu_pci_device *)device;
    uint64_t value =
        emu_pci_get(pci, MCH_PCIEXBAR, 4) | (uint64_t)emu_pci_get(pci, MCH_PCIEXBAR + 4, 4) << 32;

    return value & MCH_PCIEXBAR_ENABLE ? value & MCH_PCIEXBAR_BASE : 0;
}

void emu_q35_mch_set_ecam(struct emu_device *device, struct emu_region *ecam)
{
    q35_mch_of(device)->ecam = ecam;
}

void emu_q35_mch_set_memory(struct emu_device *device, struct emu_ram *ram, uint64_t low,
                            const uint8_t *bios)
{
    struct q35_mch *mch = q35_mch_of(device);

    mch->ram = ram;
    mch->low = low;
    mch->bios = bios;
}

static void q35_mch_set_registers(struct q35_mch *mch)
{
    struct emu_pci_device *pci = &mch->pci;
    uint64_t bar = mch->pciexbar != 0 ? mch->pciexbar | MCH_PCIEXBAR_ENABLE : 0;

    emu_pci_set(pci, MCH_PCIEXBAR, 4, (uint32_t)bar);
    emu_pci_set(pci, MCH_PCIEXBAR + 4, 4, (uint32_t)(bar >> 32));
    emu_pci_allow(pci, MCH_PCIEXBAR, 4, (uint32_t)MCH_PCIEXBAR_BASE | MCH_PCIEXBAR_ENABLE);
    emu_pci_allow(pci, MCH_PCIEXBAR + 4, 4, (uint32_t)(MCH_PCIEXBAR_BASE >> 32));
    if (mch->shadow) {
        emu_pci_set(pci, MCH_PAM0, 4, 0x33333330);
        emu_pci_set(pci, MCH_PAM0 + 4, 3, 0x333333);
    }
    emu_pci_allow(pci, MCH_PAM0, 4, 0x33333330);
    emu_pci_allow(pci, MCH_PAM0 + 4, 3, 0x333333);
    emu_pci_set(pci, MCH_SMRAM, 1, MCH_SMRAM_LOW);
    emu_pci_set(pci, MCH_ESMRAMC, 1, MCH_ESMRAMC_RO);
    emu_pci_allow(pci, MCH_TOM, 2, 0x3ff);
    emu_pci_allow(pci, MCH_TOUUD, 2, 0xffff);
    emu_pci_allow(pci, MCH_TSEG, 4, 0xfff00000u);
    emu_pci_allow(pci, MCH_TOLUD, 2, 0xfff0);
    q35_mch_update_lock(mch);
}

/* ---- the device ---- */

static void q35_mch_map(struct q35_mch *mch, uint64_t address, struct emu_region *region)
{
    emu_region_set_enabled(region, false);
    emu_region_add(emu_memory_root(mch->pci.device.dma), address, region, MCH_PRIORITY);
}

static void q35_mch_add_segment(struct q35_mch *mch, unsigned index)
{
    struct mch_segment *segment = &mch->segments[index];
    uint32_t at = MCH_SHADOW + index * MCH_SHADOW_SMALL;
    uint32_t size = at == MCH_SHADOW_LAST ? 0x10000 : MCH_SHADOW_SMALL;

    segment->mch = mch;
    segment->address = at;
    emu_region_init_ram(&segment->ram, "shadow-ram", mch->ram, at, size);
    emu_region_init_rom(&segment->rom, "shadow-rom", mch->ram, at, size);
    emu_region_init_io(&segment->behind, "shadow-write", &q35_mch_behind_ops, segment, NULL, size);
    q35_mch_map(mch, at, &segment->ram);
    q35_mch_map(mch, at, &segment->rom);
    q35_mch_map(mch, at, &segment->behind);
}

/* TSEG's window is as large as the largest TSEG; where it begins says how much of it counts. */
static void q35_mch_add_memory(struct q35_mch *mch)
{
    for (unsigned i = 0; i < MCH_SEGMENTS; i++)
        q35_mch_add_segment(mch, i);
    emu_region_init_ram(&mch->smram, "smram", mch->ram, MCH_SMRAM_BASE, MCH_SMRAM_SIZE);
    q35_mch_map(mch, MCH_SMRAM_BASE, &mch->smram);
    emu_region_init_io(&mch->tseg, "tseg-closed", &q35_mch_closed_ops, mch, NULL,
                       (uint64_t)MCH_EXT_TSEG_MIB << 20);
    emu_region_hide(&mch->tseg, EMU_VIEW_SECURE);
    emu_region_set_enabled(&mch->tseg, false);
    emu_region_init_container(&mch->low_memory, "low-memory", mch->low);
    emu_region_add(&mch->low_memory, 0, &mch->tseg, 0);
    emu_region_add(emu_memory_root(mch->pci.device.dma), 0, &mch->low_memory, MCH_PRIORITY);
}

static void q35_mch_remove_memory(struct q35_mch *mch)
{
    for (unsigned i = 0; i < MCH_SEGMENTS; i++) {
        emu_region_remove(&mch->segments[i].ram);
        emu_region_remove(&mch->segments[i].rom);
        emu_region_remove(&mch->segments[i].behind);
    }
    emu_region_remove(&mch->smram);
    emu_region_remove(&mch->low_memory);
}

static bool q35_mch_realize(struct emu_device *device, struct emu_error *err)
{
    static const struct emu_pci_identity identity = {
        .vendor = 0x8086,
        .device = 0x29c0,
        .subsystem_vendor = 0x1af4,
        .subsystem = 0x1100,
        .class_code = 0x060000,
        .revision = 2,
    };
    struct q35_mch *mch = q35_mch_of(device);

    if (mch->pciexbar & ~MCH_PCIEXBAR_BASE)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "%s: pciexbar must be a multiple of 256 MiB below 64 GiB", device->id);
    emu_pci_init(&mch->pci, &identity);
    mch->pci.config_written = q35_mch_update;
    q35_mch_set_registers(mch);
    if (mch->ram != NULL && device->dma != NULL)
        q35_mch_add_memory(mch);
    return true;
}

static void q35_mch_unrealize(struct emu_device *device)
{
    q35_mch_remove_memory(q35_mch_of(device));
    emu_pci_finish((struct emu_pci_device *)device);
}

void emu_q35_mch_wake(struct emu_device *device)
{
    q35_mch_of(device)->wakes = true;
}

static void q35_mch_reset(struct emu_device *device)
{
    struct q35_mch *mch = q35_mch_of(device);
    uint8_t *config = mch->pci.config, pam[MCH_PAMS], pciexbar[8];

    memcpy(pam, config + MCH_PAM0, sizeof(pam));
    memcpy(pciexbar, config + MCH_PCIEXBAR, sizeof(pciexbar));
    emu_pci_reset(&mch->pci);
    if (mch->wakes) {
        memcpy(config + MCH_PAM0, pam, sizeof(pam));
        memcpy(config + MCH_PCIEXBAR, pciexbar, sizeof(pciexbar));
        q35_mch_update(&mch->pci, 0, EMU_PCI_CONFIG_SIZE);
    }
    mch->wakes = false;
}

static void q35_mch_save(struct emu_device *device, struct emu_writer *out)
{
    emu_pci_save((struct emu_pci_device *)device, out);
}

static bool q35_mch_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    return emu_pci_load((struct emu_pci_device *)device, in, err);
}

static const struct emu_property q35_mch_properties[] = {
    {"pciexbar", "address of the PCI Express configuration window after reset, 0: none",
     EMU_PROPERTY_UINT, offsetof(struct q35_mch, pciexbar), 0, UINT64_MAX, "0xb0000000"},
    {"shadow", "RAM from 0xc0000 to 0xfffff after reset, as firmware leaves it", EMU_PROPERTY_BOOL,
     offsetof(struct q35_mch, shadow), 0, 0, "false"},
    {NULL},
};

const struct emu_device_class emu_q35_mch_class = {
    .name = "q35-mch",
    .description = "memory controller hub of the Q35 chip set",
    .size = sizeof(struct q35_mch),
    .properties = q35_mch_properties,
    .realize = q35_mch_realize,
    .unrealize = q35_mch_unrealize,
    .reset = q35_mch_reset,
    .save = q35_mch_save,
    .load = q35_mch_load,
};
