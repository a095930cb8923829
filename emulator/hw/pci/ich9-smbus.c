/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ICH9's SMBus controller (8086:2930, data sheet chapter 21): a bus on which nobody is. A transfer
 * ends at once, and its address was not acknowledged. Left out: interrupts, being a target.
 */
#include "emulator/hw/pci/pci.h"
#include "emulator/hw/pci/q35.h"
#include "emulator/hw/save.h"

#define SMBUS_BAR   4
#define SMBUS_PORTS 32u

enum smbus_register {
    SMBUS_STATUS = 0x00,  /* writing 1 clears a bit */
    SMBUS_CONTROL = 0x02, /* bit 6: start */
};
#define SMBUS_START     0x40u
#define SMBUS_NO_ANSWER 0x04u /* status: the device did not acknowledge */
#define SMBUS_CLEARABLE 0xdfu
#define SMBUS_HOST      0x40u /* configuration: bit 0 enables the controller */
#define SMBUS_HOST_BITS 0x0fu

struct smbus {
    struct emu_pci_device pci;
    struct emu_region ports;
    uint8_t registers[SMBUS_PORTS];
};

static uint64_t smbus_read(void *opaque, uint64_t offset, unsigned size)
{
    const struct smbus *smbus = opaque;

    return smbus->registers[offset % SMBUS_PORTS];
}

static void smbus_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct smbus *smbus = opaque;

    if (offset == SMBUS_STATUS) {
        smbus->registers[SMBUS_STATUS] &= (uint8_t) ~(value & SMBUS_CLEARABLE);
        return;
    }
    smbus->registers[offset % SMBUS_PORTS] =
        (uint8_t)(offset == SMBUS_CONTROL ? value & ~SMBUS_START : value);
    if (offset == SMBUS_CONTROL && (value & SMBUS_START))
        smbus->registers[SMBUS_STATUS] |= SMBUS_NO_ANSWER;
}

static const struct emu_region_ops smbus_ops = {smbus_read,     smbus_write,   .valid_min = 1,
                                                .valid_max = 4, .impl_min = 1, .impl_max = 1};

static bool smbus_realize(struct emu_device *device, struct emu_error *err)
{
    static const struct emu_pci_identity identity = {
        .vendor = 0x8086,
        .device = 0x2930,
        .class_code = 0x0c0500,
        .revision = 2,
        .interrupt_pin = 1,
    };
    struct smbus *smbus = (struct smbus *)device;

    emu_pci_init(&smbus->pci, &identity);
    emu_region_init_io(&smbus->ports, "smbus", &smbus_ops, smbus, &device->lock, SMBUS_PORTS);
    emu_pci_add_bar(&smbus->pci, SMBUS_BAR, EMU_PCI_BAR_IO, &smbus->ports);
    emu_pci_allow(&smbus->pci, SMBUS_HOST, 1, SMBUS_HOST_BITS);
    return true;
}

static void smbus_unrealize(struct emu_device *device)
{
    emu_pci_finish((struct emu_pci_device *)device);
}

static void smbus_reset(struct emu_device *device)
{
    struct smbus *smbus = (struct smbus *)device;

    for (unsigned i = 0; i < SMBUS_PORTS; i++)
        smbus->registers[i] = 0;
    emu_pci_reset(&smbus->pci);
}

static const struct emu_field smbus_fields[] = {
    EMU_FIELD_ARRAY(struct smbus, registers),
    EMU_FIELD_END,
};

static void smbus_save(struct emu_device *device, struct emu_writer *out)
{
    emu_hw_save(out, "ich9-smbus", device, smbus_fields);
    emu_pci_save((struct emu_pci_device *)device, out);
}

static bool smbus_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    return emu_hw_load(in, "ich9-smbus", device, smbus_fields, err) &&
           emu_pci_load((struct emu_pci_device *)device, in, err);
}

const struct emu_device_class emu_ich9_smbus_class = {
    .name = "ich9-smbus",
    .description = "ICH9 SMBus controller, with nothing on its bus",
    .size = sizeof(struct smbus),
    .realize = smbus_realize,
    .unrealize = smbus_unrealize,
    .reset = smbus_reset,
    .save = smbus_save,
    .load = smbus_load,
};
