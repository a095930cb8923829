/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ports that x86 guest test programs expect (QEMU's pc-testdev): ports and memory that keep
 * what is written to them, and interrupt lines that software moves. The page flush port only
 * exists: our engines see every change of the page tables.
 */
#include "emulator/hw/misc/ports.h"

#include <string.h>

#include "emulator/hw/save.h"

#define TESTDEV_LINES  24
#define TESTDEV_MEMORY 0x10000

struct testdev {
    struct emu_device device;
    struct emu_region echo, flush, bytes, lines, memory;
    uint8_t echo_data[4], byte_data[4];
    uint32_t levels;
    uint8_t memory_data[TESTDEV_MEMORY];
};

static struct testdev *testdev_of(void *device)
{
    return device;
}

static uint64_t testdev_load_bytes(const uint8_t *data, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)data[i] << 8 * i;
    return value;
}

static void testdev_store_bytes(uint8_t *data, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        data[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t testdev_echo_read(void *opaque, uint64_t offset, unsigned size)
{
    return testdev_load_bytes(testdev_of(opaque)->echo_data + offset, size);
}

static void testdev_echo_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    testdev_store_bytes(testdev_of(opaque)->echo_data + offset, value, size);
}

static uint64_t testdev_byte_read(void *opaque, uint64_t offset, unsigned size)
{
    return testdev_of(opaque)->byte_data[offset];
}

static void testdev_byte_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    testdev_of(opaque)->byte_data[offset] = (uint8_t)value;
}

static uint64_t testdev_flush_read(void *opaque, uint64_t offset, unsigned size)
{
    return 0;
}

static void testdev_flush_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
}

static uint64_t testdev_line_read(void *opaque, uint64_t offset, unsigned size)
{
    return testdev_of(opaque)->levels >> offset & 1;
}

static void testdev_line_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct testdev *testdev = testdev_of(opaque);

    testdev->levels &= ~(1u << offset);
    testdev->levels |= (uint32_t)(value != 0) << offset;
    emu_irq_set(&testdev->device.irqs[offset], value != 0);
}

static uint64_t testdev_memory_read(void *opaque, uint64_t offset, unsigned size)
{
    return testdev_load_bytes(testdev_of(opaque)->memory_data + offset, size);
}

static void testdev_memory_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    testdev_store_bytes(testdev_of(opaque)->memory_data + offset, value, size);
}

static const struct emu_region_ops testdev_echo_ops = {
    testdev_echo_read, testdev_echo_write, .valid_min = 1, .valid_max = 4, .impl_max = 4};
static const struct emu_region_ops testdev_byte_ops = {
    testdev_byte_read, testdev_byte_write, .valid_min = 1, .valid_max = 4, .impl_max = 1};
static const struct emu_region_ops testdev_flush_ops = {
    testdev_flush_read, testdev_flush_write, .valid_min = 1, .valid_max = 4, .impl_max = 4};
static const struct emu_region_ops testdev_line_ops = {
    testdev_line_read, testdev_line_write, .valid_min = 1, .valid_max = 1, .impl_max = 1};
static const struct emu_region_ops testdev_memory_ops = {
    testdev_memory_read, testdev_memory_write, .valid_min = 1, .valid_max = 8, .impl_max = 8};

static void testdev_add(struct testdev *testdev, unsigned index, struct emu_region *region,
                        const char *name, const struct emu_region_ops *ops, uint64_t size)
{
    emu_region_init_io(region, name, ops, testdev, &testdev->device.lock, size);
    testdev->device.regions[index] = region;
}

static bool testdev_realize(struct emu_device *device, struct emu_error *err)
{
    struct testdev *testdev = testdev_of(device);

    testdev_add(testdev, 0, &testdev->echo, "testdev-echo", &testdev_echo_ops, 4);
    testdev_add(testdev, 1, &testdev->flush, "testdev-flush", &testdev_flush_ops, 4);
    testdev_add(testdev, 2, &testdev->bytes, "testdev-bytes", &testdev_byte_ops, 4);
    testdev_add(testdev, 3, &testdev->lines, "testdev-lines", &testdev_line_ops, TESTDEV_LINES);
    testdev_add(testdev, 4, &testdev->memory, "testdev-memory", &testdev_memory_ops,
                TESTDEV_MEMORY);
    return true;
}

static void testdev_reset(struct emu_device *device)
{
    struct testdev *testdev = testdev_of(device);

    memset(testdev->echo_data, 0, sizeof(testdev->echo_data));
    memset(testdev->byte_data, 0, sizeof(testdev->byte_data));
    memset(testdev->memory_data, 0, sizeof(testdev->memory_data));
    for (unsigned i = 0; i < TESTDEV_LINES; i++)
        if (testdev->levels >> i & 1)
            emu_irq_set(&device->irqs[i], false);
    testdev->levels = 0;
}

static const struct emu_field testdev_fields[] = {
    EMU_FIELD_ARRAY(struct testdev, echo_data),
    EMU_FIELD_ARRAY(struct testdev, byte_data),
    EMU_FIELD(struct testdev, levels),
    EMU_FIELD_END,
};

static void testdev_save(struct emu_device *device, struct emu_writer *out)
{
    struct testdev *testdev = testdev_of(device);

    emu_hw_save(out, "testdev", testdev, testdev_fields);
    emu_write_bytes(out, "memory_data", testdev->memory_data, TESTDEV_MEMORY);
}

static bool testdev_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct testdev *testdev = testdev_of(device);

    return emu_hw_load(in, "testdev", testdev, testdev_fields, err) &&
           emu_read_bytes(in, "memory_data", testdev->memory_data, TESTDEV_MEMORY, err);
}

const struct emu_device_class emu_testdev_class = {
    .name = "testdev",
    .description = "ports for guest test programs (pc-testdev)",
    .size = sizeof(struct testdev),
    .realize = testdev_realize,
    .reset = testdev_reset,
    .save = testdev_save,
    .load = testdev_load,
};
