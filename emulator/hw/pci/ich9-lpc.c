/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ICH9's LPC bridge function (ICH9 datasheet, chapter 13): PMBASE, PIRQ routing and RCBA are in
 * force; decode ranges, serial IRQ and power management registers keep what is written. The chip
 * set's memory registers behind RCBA do too.
 */
#include "emulator/hw/pci/q35.h"

#include <string.h>

#include "emulator/hw/save.h"

enum lpc_register {
    LPC_PMBASE = 0x40,
    LPC_ACPI_CONTROL = 0x44,
    LPC_GPIOBASE = 0x48,
    LPC_GPIO_CONTROL = 0x4c,
    LPC_PIRQA = 0x60, /* to D */
    LPC_SERIRQ = 0x64,
    LPC_PIRQE = 0x68, /* to H */
    LPC_IO_DECODE = 0x80,
    LPC_ENABLE = 0x82,
    LPC_GENERIC = 0x84,  /* four dwords */
    LPC_KEPT_END = 0xa0, /* of what a machine keeps that sleeps, together with RCBA */
    LPC_PMCON1 = 0xa0,
    LPC_BIOS_CONTROL = 0xdc,
    LPC_RCBA = 0xf0,
};

#define LPC_PMBASE_BITS 0xff80u
#define LPC_ACPI_ENABLE 0x80u
#define LPC_SMI_LOCK    0x10u /* PMCON1: only a reset clears it */
#define LPC_PIRQ_OFF    0x80u /* not routed to the 8259 */
#define LPC_PMCON1_BITS 0x17ffu
#define LPC_PIRQS       8
#define LPC_ISA_ALLOWED 0xdef8u /* interrupts that a PIRQ may be routed to */
#define LPC_RCBA_ENABLE 0x1u
#define LPC_GCS         0x3410u /* behind RCBA: general control and status */
#define LPC_NO_REBOOT   0x20u   /* in it: the watchdog does not; the speaker's strap sets it */
#define LPC_RCBA_BASE   0xffffc000u
#define LPC_RCBA_SIZE   0x4000
#define LPC_FIRST_GSI   16 /* PIRQA is pin 16 of the IOAPIC */

struct ich9_lpc {
    struct emu_pci_device pci;
    struct emu_region rcba;
    struct emu_region *pm;
    uint64_t pmbase, rcba_base;
    bool wakes; /* at the next reset */

    uint8_t pirqs; /* levels */
    uint16_t isa;  /* levels that we drive */
    uint8_t registers[LPC_RCBA_SIZE];
};

static struct ich9_lpc *ich9_lpc_of(void *device)
{
    return device;
}

/* ---- PIRQ routing ---- */

static uint16_t ich9_lpc_isa_levels(const struct ich9_lpc *lpc)
{
    uint16_t levels = 0;

    for (unsigned i = 0; i < LPC_PIRQS; i++) {
        uint8_t route = lpc->pci.config[i < 4 ? LPC_PIRQA + i : LPC_PIRQE + i - 4];

        if ((lpc->pirqs >> i & 1) && !(route & LPC_PIRQ_OFF))
            levels |= (uint16_t)(1u << (route & 15));
    }
    return levels & LPC_ISA_ALLOWED;
}

static void ich9_lpc_update_isa(struct ich9_lpc *lpc)
{
    uint16_t levels = ich9_lpc_isa_levels(lpc), changed = levels ^ lpc->isa;

    lpc->isa = levels;
    for (unsigned i = 0; i < 16; i++)
        if (changed >> i & 1)
            emu_irq_set(&lpc->pci.device.irqs[i], levels >> i & 1);
}

static void ich9_lpc_pirq(void *opaque, unsigned line, bool level)
{
    struct ich9_lpc *lpc = ich9_lpc_of(opaque);

    if (line >= LPC_PIRQS)
        return;
    pthread_mutex_lock(&lpc->pci.device.lock);
    lpc->pirqs = (uint8_t)((lpc->pirqs & ~(1u << line)) | (unsigned)level << line);
    emu_irq_set(&lpc->pci.device.irqs[LPC_FIRST_GSI + line], level);
    ich9_lpc_update_isa(lpc);
    pthread_mutex_unlock(&lpc->pci.device.lock);
}

/* ---- what the configuration moves ---- */

static void ich9_lpc_update_rcba(struct ich9_lpc *lpc)
{
    uint32_t value = emu_pci_get(&lpc->pci, LPC_RCBA, 4);

    if (lpc->rcba.parent == NULL) {
        if (lpc->pci.memory_root == NULL || !(value & LPC_RCBA_ENABLE))
            return;
        emu_region_set_enabled(&lpc->rcba, false);
        emu_region_add(lpc->pci.memory_root, 0, &lpc->rcba, 1);
    }
    emu_region_place(&lpc->rcba, value & LPC_RCBA_ENABLE, value & LPC_RCBA_BASE);
}

static void ich9_lpc_update_lock(struct ich9_lpc *lpc)
{
    bool locked = emu_pci_get(&lpc->pci, LPC_PMCON1, 2) & LPC_SMI_LOCK;

    emu_pci_allow(&lpc->pci, LPC_PMCON1, 2,
                  locked ? LPC_PMCON1_BITS & ~LPC_SMI_LOCK : LPC_PMCON1_BITS);
    emu_irq_set(&lpc->pci.device.irqs[EMU_ICH9_LPC_SMI_LOCK], locked);
}

static void ich9_lpc_update(struct emu_pci_device *pci, unsigned offset, unsigned size)
{
    struct ich9_lpc *lpc = (struct ich9_lpc *)pci;
    uint32_t base = emu_pci_get(pci, LPC_PMBASE, 4) & LPC_PMBASE_BITS;
    bool enabled = emu_pci_get(pci, LPC_ACPI_CONTROL, 1) & LPC_ACPI_ENABLE;

    if (lpc->pm != NULL)
        emu_region_place(lpc->pm, enabled, base);
    ich9_lpc_update_rcba(lpc);
    ich9_lpc_update_isa(lpc);
    ich9_lpc_update_lock(lpc);
}

void emu_ich9_lpc_set_pm(struct emu_device *device, struct emu_region *pm)
{
    ich9_lpc_of(device)->pm = pm;
}

/* ---- chip set registers ---- */

static void ich9_lpc_update_watchdog(struct ich9_lpc *lpc)
{
    emu_irq_set(&lpc->pci.device.irqs[EMU_ICH9_LPC_NO_REBOOT],
                lpc->registers[LPC_GCS] & LPC_NO_REBOOT);
}

static uint64_t ich9_lpc_rcba_read(void *opaque, uint64_t offset, unsigned size)
{
    uint64_t value = 0;

    memcpy(&value, ich9_lpc_of(opaque)->registers + offset, size);
    return value;
}

static void ich9_lpc_rcba_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct ich9_lpc *lpc = ich9_lpc_of(opaque);

    memcpy(lpc->registers + offset, &value, size);
    ich9_lpc_update_watchdog(lpc);
}

static const struct emu_region_ops ich9_lpc_rcba_ops = {
    ich9_lpc_rcba_read, ich9_lpc_rcba_write, .valid_min = 1, .valid_max = 8, .impl_max = 4};

/* ---- the device ---- */

static void ich9_lpc_set_registers(struct ich9_lpc *lpc)
{
    struct emu_pci_device *pci = &lpc->pci;

    emu_pci_set(pci, LPC_PMBASE, 4, (uint32_t)lpc->pmbase | 1);
    emu_pci_allow(pci, LPC_PMBASE, 4, LPC_PMBASE_BITS);
    emu_pci_set(pci, LPC_ACPI_CONTROL, 1, lpc->pmbase != 0 ? LPC_ACPI_ENABLE : 0);
    emu_pci_allow(pci, LPC_ACPI_CONTROL, 1, LPC_ACPI_ENABLE | 7);
    emu_pci_set(pci, LPC_GPIOBASE, 4, 1);
    emu_pci_allow(pci, LPC_GPIOBASE, 4, 0xff80);
    emu_pci_allow(pci, LPC_GPIO_CONTROL, 1, 0x10);
    for (unsigned i = 0; i < 4; i++) {
        emu_pci_set(pci, LPC_PIRQA + i, 1, LPC_PIRQ_OFF);
        emu_pci_set(pci, LPC_PIRQE + i, 1, LPC_PIRQ_OFF);
        emu_pci_allow(pci, LPC_PIRQA + i, 1, 0x8f);
        emu_pci_allow(pci, LPC_PIRQE + i, 1, 0x8f);
        emu_pci_allow(pci, LPC_GENERIC + 4 * i, 4, 0x00fcfffd);
    }
    emu_pci_set(pci, LPC_SERIRQ, 1, 0x10);
    emu_pci_allow(pci, LPC_SERIRQ, 1, 0xff);
    emu_pci_allow(pci, LPC_IO_DECODE, 2, 0x1377);
    emu_pci_allow(pci, LPC_ENABLE, 2, 0x3f0f);
    emu_pci_allow(pci, LPC_PMCON1, 2, LPC_PMCON1_BITS);
    emu_pci_allow(pci, LPC_BIOS_CONTROL, 1, 0x1f);
    emu_pci_set(pci, LPC_RCBA, 4,
                lpc->rcba_base != 0 ? (uint32_t)lpc->rcba_base | LPC_RCBA_ENABLE : 0);
    emu_pci_allow(pci, LPC_RCBA, 4, LPC_RCBA_BASE | LPC_RCBA_ENABLE);
}

static bool ich9_lpc_realize(struct emu_device *device, struct emu_error *err)
{
    static const struct emu_pci_identity identity = {
        .vendor = 0x8086,
        .device = 0x2918,
        .subsystem_vendor = 0x1af4,
        .subsystem = 0x1100,
        .class_code = 0x060100,
        .revision = 2,
        .multifunction = true,
    };
    struct ich9_lpc *lpc = ich9_lpc_of(device);

    if (lpc->rcba_base & ~(uint64_t)LPC_RCBA_BASE)
        return emu_error_set(err, EMU_ERROR_INPUT, "%s: rcba must be a multiple of 16 KiB",
                             device->id);
    if (lpc->pmbase & ~(uint64_t)LPC_PMBASE_BITS)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "%s: pmbase must be a multiple of 128 in 16 bits", device->id);
    emu_pci_init(&lpc->pci, &identity);
    lpc->pci.config_written = ich9_lpc_update;
    emu_region_init_io(&lpc->rcba, "ich9-rcba", &ich9_lpc_rcba_ops, lpc, &device->lock,
                       LPC_RCBA_SIZE);
    ich9_lpc_set_registers(lpc);
    device->irq_in = ich9_lpc_pirq;
    return true;
}

static void ich9_lpc_unrealize(struct emu_device *device)
{
    emu_pci_finish(&ich9_lpc_of(device)->pci);
}

void emu_ich9_lpc_wake(struct emu_device *device)
{
    ich9_lpc_of(device)->wakes = true;
}

static void ich9_lpc_reset_config(struct ich9_lpc *lpc)
{
    uint8_t *config = lpc->pci.config, kept[LPC_KEPT_END - LPC_PMBASE], rcba[4];

    memcpy(kept, config + LPC_PMBASE, sizeof(kept));
    memcpy(rcba, config + LPC_RCBA, sizeof(rcba));
    emu_pci_reset(&lpc->pci);
    if (lpc->wakes) {
        memcpy(config + LPC_PMBASE, kept, sizeof(kept));
        memcpy(config + LPC_RCBA, rcba, sizeof(rcba));
        ich9_lpc_update(&lpc->pci, 0, EMU_PCI_CONFIG_SIZE);
    }
    lpc->wakes = false;
}

static void ich9_lpc_reset(struct emu_device *device)
{
    struct ich9_lpc *lpc = ich9_lpc_of(device);

    memset(lpc->registers, 0, sizeof(lpc->registers));
    lpc->registers[LPC_GCS] = LPC_NO_REBOOT;
    ich9_lpc_update_watchdog(lpc);
    ich9_lpc_reset_config(lpc);
}

static const struct emu_field ich9_lpc_fields[] = {
    EMU_FIELD(struct ich9_lpc, pirqs),
    EMU_FIELD(struct ich9_lpc, isa),
    EMU_FIELD_END,
};

static void ich9_lpc_save(struct emu_device *device, struct emu_writer *out)
{
    struct ich9_lpc *lpc = ich9_lpc_of(device);

    emu_hw_save(out, "ich9-lpc", lpc, ich9_lpc_fields);
    emu_write_bytes(out, "registers", lpc->registers, sizeof(lpc->registers));
    emu_pci_save(&lpc->pci, out);
}

static bool ich9_lpc_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct ich9_lpc *lpc = ich9_lpc_of(device);

    return emu_hw_load(in, "ich9-lpc", lpc, ich9_lpc_fields, err) &&
           emu_read_bytes(in, "registers", lpc->registers, sizeof(lpc->registers), err) &&
           emu_pci_load(&lpc->pci, in, err);
}

static const struct emu_property ich9_lpc_properties[] = {
    {"pmbase", "port of the power management block after reset, 0: disabled", EMU_PROPERTY_UINT,
     offsetof(struct ich9_lpc, pmbase), 0, 0xff80, "0x600"},
    {"rcba", "address of the chip set's registers after reset, 0: disabled", EMU_PROPERTY_UINT,
     offsetof(struct ich9_lpc, rcba_base), 0, UINT32_MAX, "0"},
    {NULL},
};

const struct emu_device_class emu_ich9_lpc_class = {
    .name = "ich9-lpc",
    .description = "LPC bridge of an ICH9",
    .size = sizeof(struct ich9_lpc),
    .properties = ich9_lpc_properties,
    .realize = ich9_lpc_realize,
    .unrealize = ich9_lpc_unrealize,
    .reset = ich9_lpc_reset,
    .save = ich9_lpc_save,
    .load = ich9_lpc_load,
};
