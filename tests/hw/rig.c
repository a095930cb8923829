/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench for devices (rig.h). */
#include "tests/hw/rig.h"

#include "emulator/api/error.h"
#include "emulator/hw/intc/ioapic.h"
#include "emulator/hw/misc/fw-cfg.h"
#include "emulator/hw/pci/pci-host.h"
#include "emulator/state/state.h"

#define RIG_SLOT(device, region) ((uint64_t)((device)->index * 8 + (region) + 1) << 32)

static void rig_driven(void *opaque, unsigned line, bool level)
{
    struct rig_device *device = opaque;

    device->rises[line] += level && !device->level[line];
    device->level[line] = level;
}

static void rig_power(void *opaque, enum emu_power_event event, unsigned code)
{
    struct rig *rig = opaque;

    rig->power[event]++;
    rig->power_code = code;
}

static void rig_apic_request(void *opaque, enum emu_apic_request kind, uint8_t vector)
{
    struct rig_device *device = opaque;

    device->requests[kind]++;
    if (kind == EMU_APIC_SIPI)
        device->sipi_vector = vector;
}

/* The processor's TSC counts nanoseconds. */
static emu_ns rig_time_of_tsc(void *opaque, uint64_t tsc)
{
    return tsc;
}

void rig_init(struct rig *rig)
{
    *rig = (struct rig){.count = 0};
    rig->clock = emu_clock_new(NULL);
    rig->memory = emu_memory_new("memory", 0, NULL);
    rig->io = emu_memory_new("io", 0x10000, NULL);
    rig->registers = emu_memory_new("registers", 0, NULL);
    rig->ram = emu_ram_new("ram", RIG_RAM_SIZE, NULL);
    rig->bus = emu_apic_bus_new(NULL);
    rig->input = emu_input_new(NULL, NULL, NULL);
    emu_region_init_ram(&rig->ram_region, "ram", rig->ram, 0, RIG_RAM_SIZE);
    emu_region_add(emu_memory_root(rig->memory), RIG_RAM, &rig->ram_region, 0);
    emu_region_add(emu_memory_root(rig->memory), 0xfee00000, emu_apic_bus_msi_region(rig->bus), 0);
}

void rig_finish(struct rig *rig)
{
    /* Their trees live in the devices, whose threads look at them until the end. */
    emu_memory_clear(rig->registers);
    emu_memory_clear(rig->io);
    emu_memory_clear(rig->memory);
    for (unsigned i = 0; i < rig->count; i++)
        emu_device_free(rig->devices[i].device);
    emu_memory_free(rig->registers);
    emu_memory_free(rig->io);
    emu_memory_free(rig->memory);
    emu_input_free(rig->input);
    emu_apic_bus_free(rig->bus);
    emu_ram_free(rig->ram);
    emu_clock_free(rig->clock);
}

/* What some classes need before they are realized. */
static void rig_prepare(struct rig_device *device)
{
    const struct emu_device_class *class = device->device->class;
    const struct emu_apic_cpu cpu = {rig_apic_request, rig_time_of_tsc, device};

    if (class == &emu_lapic_class)
        emu_lapic_join(device->device, device->rig->bus, &cpu, device->index, device->index == 0);
    else if (class == &emu_ioapic_class)
        emu_ioapic_join(device->device, device->rig->bus);
    else if (class == &emu_pci_host_class)
        emu_pci_host_set_spaces(device->device, emu_memory_root(device->rig->memory),
                                emu_memory_root(device->rig->io));
}

static struct emu_device *rig_make(struct rig_device *device, const struct emu_device_class *class)
{
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_device *made = emu_device_new(class, class->name, &err);

    if (made == NULL) {
        fprintf(stderr, "%s: %s\n", class->name, err.text);
        abort();
    }
    made->clock = device->rig->clock;
    made->input = device->rig->input;
    made->displays = &device->rig->displays;
    made->dma = device->rig->memory;
    made->power = (struct emu_power){rig_power, device->rig};
    for (unsigned i = 0; i < EMU_DEVICE_MAX_IRQS; i++)
        made->irqs[i] = (struct emu_irq){rig_driven, device, i};
    return made;
}

struct rig_device *rig_new(struct rig *rig, const struct emu_device_class *class)
{
    struct rig_device *device = &rig->devices[rig->count];

    *device = (struct rig_device){.rig = rig, .index = rig->count};
    rig->count++;
    device->device = rig_make(device, class);
    rig_prepare(device);
    return device;
}

void rig_realize(struct rig_device *device)
{
    struct emu_error err = EMU_ERROR_INIT;

    if (!emu_device_realize(device->device, &err)) {
        fprintf(stderr, "%s: %s\n", device->device->id, err.text);
        abort();
    }
    for (unsigned i = 0; i < EMU_DEVICE_MAX_REGIONS; i++)
        if (device->device->regions[i] != NULL)
            emu_region_add(emu_memory_root(device->rig->registers), RIG_SLOT(device, i),
                           device->device->regions[i], 0);
    emu_device_reset(device->device);
}

struct rig_device *rig_add(struct rig *rig, const struct emu_device_class *class)
{
    struct rig_device *device = rig_new(rig, class);

    rig_realize(device);
    return device;
}

uint64_t rig_read(struct rig_device *device, unsigned region, uint64_t offset, unsigned size)
{
    return emu_memory_load(device->rig->registers, RIG_SLOT(device, region) + offset, size);
}

void rig_write(struct rig_device *device, unsigned region, uint64_t offset, uint64_t value,
               unsigned size)
{
    emu_memory_store(device->rig->registers, RIG_SLOT(device, region) + offset, value, size);
}

void rig_line(struct rig_device *device, unsigned line, bool level)
{
    struct emu_irq irq = emu_device_irq_in(device->device, line);

    emu_irq_set(&irq, level);
}

void rig_advance(struct rig *rig, uint64_t ns)
{
    fake_clock_advance(rig->clock, ns);
}

uint8_t *rig_ram(struct rig *rig)
{
    return emu_ram_host(rig->ram);
}

bool rig_survives(struct rig_device *device)
{
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_writer *first = emu_writer_new(), *second = emu_writer_new();
    struct rig spare = *device->rig; /* with a bus of its own, where the twin may stay */
    struct rig_device twin = {.rig = &spare, .index = device->index};
    const uint8_t *data, *again;
    size_t length, length_again;
    struct emu_reader *in;
    bool same;

    spare.bus = emu_apic_bus_new(NULL);
    spare.displays = (struct emu_displays){0};
    emu_device_save(device->device, first);
    data = emu_writer_data(first, &length);
    in = emu_reader_new(data, length);
    twin.device = rig_make(&twin, device->device->class);
    rig_prepare(&twin);
    if (!emu_device_realize(twin.device, &err) || !emu_device_load(twin.device, in, &err))
        fprintf(stderr, "%s: %s\n", device->device->class->name, err.text);
    emu_device_save(twin.device, second);
    again = emu_writer_data(second, &length_again);
    same = length == length_again && memcmp(data, again, length) == 0;
    emu_reader_free(in);
    emu_writer_free(first);
    emu_writer_free(second);
    emu_device_free(twin.device);
    emu_apic_bus_free(spare.bus);
    return same;
}
