/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A bench for devices: a clock in the test's hand, RAM, recorded lines and power events. Each
 * device's regions are reached by their index.
 */
#ifndef LATHE_TESTS_HW_RIG_H
#define LATHE_TESTS_HW_RIG_H

#include "emulator/core/device.h"
#include "emulator/core/display.h"
#include "emulator/core/input.h"
#include "emulator/hw/devices.h"
#include "emulator/hw/intc/lapic.h"
#include "tests/hw/fake-clock.h"
#include "tests/test.h"

#define RIG_DEVICES  64 /* more than the device table has */
#define RIG_RAM_SIZE 0x100000
#define RIG_RAM      0x10000 /* where it lies */
#define RIG_MS       1000000ull

struct rig;

struct rig_device {
    struct rig *rig;
    struct emu_device *device;
    unsigned index;
    bool level[EMU_DEVICE_MAX_IRQS]; /* of the lines it drives */
    unsigned rises[EMU_DEVICE_MAX_IRQS];
    /* a local APIC's processor */
    unsigned requests[8]; /* by enum emu_apic_request */
    uint8_t sipi_vector;
};

struct rig {
    struct emu_clock *clock;
    struct emu_memory *memory; /* what devices see: RAM, MSI window */
    struct emu_memory *io;
    struct emu_memory *registers; /* what rig_read and rig_write see */
    struct emu_ram *ram;
    struct emu_region ram_region;
    struct emu_apic_bus *bus;
    struct emu_input *input;
    struct emu_displays displays;
    struct rig_device devices[RIG_DEVICES];
    unsigned count;
    unsigned power[16]; /* how often each enum emu_power_event came */
    unsigned power_code;
};

void rig_init(struct rig *rig);
void rig_finish(struct rig *rig);
/* A device with its powers; the caller may set more before rig_realize. */
struct rig_device *rig_new(struct rig *rig, const struct emu_device_class *class);
void rig_realize(struct rig_device *device);
/* Both in one. */
struct rig_device *rig_add(struct rig *rig, const struct emu_device_class *class);

uint64_t rig_read(struct rig_device *device, unsigned region, uint64_t offset, unsigned size);
void rig_write(struct rig_device *device, unsigned region, uint64_t offset, uint64_t value,
               unsigned size);
/* Sets a line that the device receives. */
void rig_line(struct rig_device *device, unsigned line, bool level);
void rig_advance(struct rig *rig, uint64_t ns);
uint8_t *rig_ram(struct rig *rig);
/* Saves, loads into a fresh device of the same class and returns whether it saves the same. */
bool rig_survives(struct rig_device *device);

#endif
