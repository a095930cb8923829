/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * I/O APIC, version 0x20 with an EOI register (Intel 82093AA, ICH9 datasheet 13.5). Pins are
 * active high whatever the polarity bit says: lines are levels here. Interrupts go out while the
 * device's lock is held, which is safe because local APICs take none.
 */
#include "emulator/hw/intc/ioapic.h"

#include "emulator/hw/save.h"

enum ioapic_mmio {
    IOAPIC_SELECT = 0x00,
    IOAPIC_WINDOW = 0x10,
    IOAPIC_EOI = 0x40,
};

enum ioapic_register {
    IOAPIC_ID = 0x00,
    IOAPIC_VERSION = 0x01,
    IOAPIC_ARBITRATION = 0x02,
    IOAPIC_REDIRECTION = 0x10, /* two dwords a pin */
};

#define IOAPIC_VERSION_VALUE (0x20u | (EMU_IOAPIC_PINS - 1) << 16)

#define IOAPIC_VECTOR(entry)      ((uint8_t)(entry))
#define IOAPIC_DELIVERY(entry)    ((entry) >> 8 & 7)
#define IOAPIC_LOGICAL            (1ull << 11)
#define IOAPIC_REMOTE_IRR         (1ull << 14)
#define IOAPIC_LEVEL              (1ull << 15)
#define IOAPIC_MASKED             (1ull << 16)
#define IOAPIC_WRITABLE           0xff0000000001afffull
#define IOAPIC_DESTINATION(entry) ((uint32_t)((entry) >> 56))

struct ioapic {
    struct emu_device device;
    struct emu_region region;
    struct emu_apic_bus *bus;
    uint64_t id_property;

    uint8_t select;
    uint8_t id;
    uint32_t lines; /* levels of the pins */
    uint64_t entries[EMU_IOAPIC_PINS];
};

static struct ioapic *ioapic_of(void *device)
{
    return device;
}

static void ioapic_send_locked(struct ioapic *ioapic, uint64_t entry)
{
    struct emu_apic_message message = {
        .destination = IOAPIC_DESTINATION(entry),
        .logical = (entry & IOAPIC_LOGICAL) != 0,
        .level = (entry & IOAPIC_LEVEL) != 0,
        .delivery = (uint8_t)IOAPIC_DELIVERY(entry),
        .vector = IOAPIC_VECTOR(entry),
    };

    if (!message.logical && message.destination == 0xff)
        message.destination = EMU_APIC_BROADCAST;
    if (ioapic->bus != NULL)
        emu_apic_bus_send(ioapic->bus, &message);
}

/* A level triggered pin that is high: sent once until its EOI. */
static void ioapic_service_level_locked(struct ioapic *ioapic, unsigned pin)
{
    uint64_t entry = ioapic->entries[pin];

    if ((entry & (IOAPIC_MASKED | IOAPIC_REMOTE_IRR)) || !(entry & IOAPIC_LEVEL) ||
        !(ioapic->lines >> pin & 1))
        return;
    if (IOAPIC_DELIVERY(entry) <= EMU_APIC_LOWEST)
        ioapic->entries[pin] |= IOAPIC_REMOTE_IRR;
    ioapic_send_locked(ioapic, entry);
}

static void ioapic_pin(void *opaque, unsigned pin, bool level)
{
    struct ioapic *ioapic = ioapic_of(opaque);
    bool was;

    if (pin >= EMU_IOAPIC_PINS)
        return;
    pthread_mutex_lock(&ioapic->device.lock);
    was = ioapic->lines >> pin & 1;
    ioapic->lines = (ioapic->lines & ~(1u << pin)) | (uint32_t)level << pin;
    if (level && !was) {
        uint64_t entry = ioapic->entries[pin];

        if (entry & IOAPIC_LEVEL)
            ioapic_service_level_locked(ioapic, pin);
        else if (!(entry & IOAPIC_MASKED)) /* an edge on a masked pin is lost */
            ioapic_send_locked(ioapic, entry);
    }
    pthread_mutex_unlock(&ioapic->device.lock);
}

static void ioapic_end_locked(struct ioapic *ioapic, uint8_t vector)
{
    for (unsigned pin = 0; pin < EMU_IOAPIC_PINS; pin++) {
        uint64_t entry = ioapic->entries[pin];

        if (IOAPIC_VECTOR(entry) != vector || !(entry & IOAPIC_REMOTE_IRR))
            continue;
        ioapic->entries[pin] &= ~IOAPIC_REMOTE_IRR;
        ioapic_service_level_locked(ioapic, pin);
    }
}

static void ioapic_eoi(void *opaque, uint8_t vector)
{
    struct ioapic *ioapic = ioapic_of(opaque);

    pthread_mutex_lock(&ioapic->device.lock);
    ioapic_end_locked(ioapic, vector);
    pthread_mutex_unlock(&ioapic->device.lock);
}

/* ---- registers ---- */

static uint32_t ioapic_get(const struct ioapic *ioapic, unsigned index)
{
    unsigned pin = (index - IOAPIC_REDIRECTION) / 2;

    if (index == IOAPIC_ID || index == IOAPIC_ARBITRATION)
        return (uint32_t)ioapic->id << 24;
    if (index == IOAPIC_VERSION)
        return IOAPIC_VERSION_VALUE;
    if (index < IOAPIC_REDIRECTION || pin >= EMU_IOAPIC_PINS)
        return 0;
    return (uint32_t)(ioapic->entries[pin] >> (index & 1 ? 32 : 0));
}

static void ioapic_set_entry_locked(struct ioapic *ioapic, unsigned pin, bool high, uint32_t value)
{
    uint64_t old = ioapic->entries[pin];
    uint64_t entry =
        high ? (uint64_t)value << 32 | (uint32_t)old : (old & 0xffffffff00000000ull) | value;

    entry = (entry & IOAPIC_WRITABLE) | (old & IOAPIC_REMOTE_IRR);
    if (!(entry & IOAPIC_LEVEL)) /* systems clear a stuck remote IRR by going to edge and back */
        entry &= ~IOAPIC_REMOTE_IRR;
    ioapic->entries[pin] = entry;
    ioapic_service_level_locked(ioapic, pin);
}

static void ioapic_put_locked(struct ioapic *ioapic, unsigned index, uint32_t value)
{
    unsigned pin = (index - IOAPIC_REDIRECTION) / 2;

    if (index == IOAPIC_ID)
        ioapic->id = value >> 24 & 15;
    else if (index >= IOAPIC_REDIRECTION && pin < EMU_IOAPIC_PINS)
        ioapic_set_entry_locked(ioapic, pin, index & 1, value);
}

static uint64_t ioapic_read(void *opaque, uint64_t offset, unsigned size)
{
    struct ioapic *ioapic = ioapic_of(opaque);

    switch (offset & 0xff) {
    case IOAPIC_SELECT:
        return ioapic->select;
    case IOAPIC_WINDOW:
        return ioapic_get(ioapic, ioapic->select);
    default:
        return 0;
    }
}

static void ioapic_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct ioapic *ioapic = ioapic_of(opaque);

    switch (offset & 0xff) {
    case IOAPIC_SELECT:
        ioapic->select = (uint8_t)value;
        break;
    case IOAPIC_WINDOW:
        if (size == 4)
            ioapic_put_locked(ioapic, ioapic->select, (uint32_t)value);
        break;
    case IOAPIC_EOI:
        ioapic_end_locked(ioapic, (uint8_t)value);
        break;
    default:
        break;
    }
}

static const struct emu_region_ops ioapic_ops = {
    .read = ioapic_read,
    .write = ioapic_write,
    .valid_min = 1,
    .valid_max = 8,
    .impl_min = 4,
};

/* ---- the device ---- */

void emu_ioapic_join(struct emu_device *device, struct emu_apic_bus *bus)
{
    ioapic_of(device)->bus = bus;
}

static bool ioapic_realize(struct emu_device *device, struct emu_error *err)
{
    struct ioapic *ioapic = ioapic_of(device);

    emu_region_init_io(&ioapic->region, "ioapic", &ioapic_ops, ioapic, &device->lock, 0x1000);
    device->regions[0] = &ioapic->region;
    device->irq_in = ioapic_pin;
    if (ioapic->bus != NULL)
        emu_apic_bus_on_eoi(ioapic->bus, ioapic_eoi, ioapic);
    return true;
}

/* The pins' levels belong to those who drive them. */
static void ioapic_reset(struct emu_device *device)
{
    struct ioapic *ioapic = ioapic_of(device);

    ioapic->select = 0;
    ioapic->id = (uint8_t)ioapic->id_property;
    for (unsigned pin = 0; pin < EMU_IOAPIC_PINS; pin++)
        ioapic->entries[pin] = IOAPIC_MASKED;
}

static const struct emu_field ioapic_fields[] = {
    EMU_FIELD(struct ioapic, select),
    EMU_FIELD(struct ioapic, id),
    EMU_FIELD(struct ioapic, lines),
    EMU_FIELD_ARRAY(struct ioapic, entries),
    EMU_FIELD_END,
};

static void ioapic_save(struct emu_device *device, struct emu_writer *out)
{
    emu_hw_save(out, "ioapic", ioapic_of(device), ioapic_fields);
}

static bool ioapic_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    return emu_hw_load(in, "ioapic", ioapic_of(device), ioapic_fields, err);
}

static const struct emu_property ioapic_properties[] = {
    {"id", "APIC id after reset", EMU_PROPERTY_UINT, offsetof(struct ioapic, id_property), 0, 15,
     "0"},
    {NULL},
};

const struct emu_device_class emu_ioapic_class = {
    .name = "ioapic",
    .description = "I/O interrupt controller with 24 pins",
    .size = sizeof(struct ioapic),
    .properties = ioapic_properties,
    .realize = ioapic_realize,
    .reset = ioapic_reset,
    .save = ioapic_save,
    .load = ioapic_load,
};
