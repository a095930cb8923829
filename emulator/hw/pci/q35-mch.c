/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The memory controller hub's host bridge function (Intel 3 Series Express Chipset datasheet,
 * chapter 5). PCIEXBAR is in force, always with 256 MiB; the shadowing (PAM), SMRAM and memory top
 * registers keep what is written to them.
 */
#include "emulator/hw/pci/q35.h"

#include "emulator/hw/save.h"

enum mch_register {
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

struct q35_mch {
    struct emu_pci_device pci;
    struct emu_region *ecam;
    uint64_t pciexbar;
};

static void q35_mch_update(struct emu_pci_device *pci, unsigned offset, unsigned size)
{
    struct q35_mch *mch = (struct q35_mch *)pci;
    uint64_t value =
        emu_pci_get(pci, MCH_PCIEXBAR, 4) | (uint64_t)emu_pci_get(pci, MCH_PCIEXBAR + 4, 4) << 32;
    bool enabled = value & MCH_PCIEXBAR_ENABLE;

    if (mch->ecam == NULL || offset >= MCH_PCIEXBAR + 8 || offset + size <= MCH_PCIEXBAR)
        return;
    emu_region_place(mch->ecam, enabled, value & MCH_PCIEXBAR_BASE);
}

void emu_q35_mch_set_ecam(struct emu_device *device, struct emu_region *ecam)
{
    ((struct q35_mch *)device)->ecam = ecam;
}

static void q35_mch_set_registers(struct q35_mch *mch)
{
    struct emu_pci_device *pci = &mch->pci;
    uint64_t bar = mch->pciexbar != 0 ? mch->pciexbar | MCH_PCIEXBAR_ENABLE : 0;

    emu_pci_set(pci, MCH_PCIEXBAR, 4, (uint32_t)bar);
    emu_pci_set(pci, MCH_PCIEXBAR + 4, 4, (uint32_t)(bar >> 32));
    emu_pci_allow(pci, MCH_PCIEXBAR, 4, (uint32_t)MCH_PCIEXBAR_BASE | MCH_PCIEXBAR_ENABLE);
    emu_pci_allow(pci, MCH_PCIEXBAR + 4, 4, (uint32_t)(MCH_PCIEXBAR_BASE >> 32));
    emu_pci_allow(pci, MCH_PAM0, 4, 0x33333330);
    emu_pci_allow(pci, MCH_PAM0 + 4, 3, 0x333333);
    emu_pci_set(pci, MCH_SMRAM, 1, 0x02);
    emu_pci_allow(pci, MCH_SMRAM, 1, 0x78);
    emu_pci_allow(pci, MCH_ESMRAMC, 1, 0xc7);
    emu_pci_allow(pci, MCH_TOM, 2, 0x3ff);
    emu_pci_allow(pci, MCH_TOUUD, 2, 0xffff);
    emu_pci_allow(pci, MCH_TSEG, 4, 0xfff00000u);
    emu_pci_allow(pci, MCH_TOLUD, 2, 0xfff0);
}

static bool q35_mch_realize(struct emu_device *device, struct emu_error *err)
{
    static const struct emu_pci_identity identity = {
        .vendor = 0x8086,
        .device = 0x29c0,
        .class_code = 0x060000,
        .revision = 2,
    };
    struct q35_mch *mch = (struct q35_mch *)device;

    if (mch->pciexbar & ~MCH_PCIEXBAR_BASE)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "%s: pciexbar must be a multiple of 256 MiB below 64 GiB", device->id);
    emu_pci_init(&mch->pci, &identity);
    mch->pci.config_written = q35_mch_update;
    q35_mch_set_registers(mch);
    return true;
}

static void q35_mch_unrealize(struct emu_device *device)
{
    emu_pci_finish((struct emu_pci_device *)device);
}

static void q35_mch_reset(struct emu_device *device)
{
    emu_pci_reset((struct emu_pci_device *)device);
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
