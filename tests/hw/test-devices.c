/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every class of the device table: made with default properties, reset, hammered with random
 * accesses, lines and time, then saved, loaded into a second one and saved again, which must give
 * the same bytes. A reset must lead to the same state as the first one.
 */
#include "tests/hw/rig.h"

#include "emulator/hw/tpm/tpm.h"
#include "emulator/state/state.h"

#define ROUNDS   100
#define ACCESSES 500

static uint64_t devices_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* A local APIC has no regions: its processor's operations instead. */
static void devices_access_lapic(struct rig_device *device, uint64_t *seed)
{
    uint64_t random = devices_random(seed), value = devices_random(seed) >> (random >> 40 & 63);
    uint32_t msr = random & 64 ? 0x6e0 : 0x800 + (random >> 8 & 0x3f);

    if ((random & 0x3f) == 0)
        emu_lapic_ops.set_base(device->device, value & 0xfeefff00);
    else if ((random & 0x3f) == 1)
        emu_lapic_ops.set_base(device->device, 0xfee00800);
    else if ((random & 7) == 2)
        emu_lapic_ops.acknowledge(device->device);
    else if ((random & 7) == 3)
        emu_lapic_ops.set_tpr(device->device, value);
    else if ((random & 7) == 4)
        emu_lapic_ops.write_msr(device->device, msr, value);
    else if ((random & 7) == 5)
        emu_lapic_ops.read_msr(device->device, msr, &value);
    else if ((random & 7) == 6)
        emu_lapic_ops.read(device->device, random >> 8 & 0xfff, 1u << (random >> 20 & 3));
    else
        emu_lapic_ops.write(device->device, random >> 8 & 0x3f0, value, 4);
}

static void devices_access(struct rig_device *device, uint64_t *seed)
{
    uint64_t random = devices_random(seed), offset;
    unsigned count = 0, region, size = 1u << (random >> 3 & 3);
    struct emu_region *target;

    while (count < EMU_DEVICE_MAX_REGIONS && device->device->regions[count] != NULL)
        count++;
    if (count == 0)
        return;
    region = (random & 7) % count;
    target = device->device->regions[region];
    /* mostly near the beginning, where registers are */
    offset = (random >> 8 & 1 ? random >> 16 & 0xff : random >> 16) % target->size;
    if (offset + size > target->size)
        return;
    if (random >> 5 & 1)
        rig_write(device, region, offset, devices_random(seed) >> (random >> 40 & 63), size);
    else
        rig_read(device, region, offset, size);
}

static void devices_hammer(struct rig_device *device, uint64_t *seed)
{
    bool lapic = device->device->class == &emu_lapic_class;

    for (unsigned i = 0; i < ACCESSES; i++) {
        uint64_t random = devices_random(seed);

        if (lapic)
            devices_access_lapic(device, seed);
        else
            devices_access(device, seed);
        if ((random & 15) == 0 && device->device->irq_in != NULL)
            rig_line(device, random >> 8 & 31, random >> 16 & 1);
        if ((random & 7) == 0)
            rig_advance(device->rig, random >> 24 & 0xfffff);
    }
}

static bool devices_same(struct emu_writer *left, struct emu_writer *right)
{
    size_t left_length, right_length;
    const uint8_t *left_data = emu_writer_data(left, &left_length);
    const uint8_t *right_data = emu_writer_data(right, &right_length);

    return left_length == right_length && memcmp(left_data, right_data, left_length) == 0;
}

static void devices_round_trip(const struct emu_device_class *class, uint64_t seed)
{
    struct rig rig;
    struct rig_device *device;

    rig_init(&rig);
    device = rig_add(&rig, class);
    devices_hammer(device, &seed);
    if (!rig_survives(device)) {
        test_failures++;
        fprintf(stderr, "%s changes when it is loaded\n", class->name);
    }
    rig_finish(&rig);
}

static void test_save_load(void)
{
    for (size_t i = 0; emu_device_classes[i] != NULL; i++)
        for (uint64_t seed = 1; seed <= ROUNDS; seed++)
            devices_round_trip(emu_device_classes[i], seed * 0x9e3779b97f4a7c15ull);
}

/* What reset leaves: clocks that go on, memory that a battery keeps, requests to firmware. */
static bool devices_remember(const struct emu_device_class *class)
{
    return class == &emu_rtc_cmos_class || class == &emu_pflash_class || class == &emu_hpet_class ||
           class == &emu_acpi_pm_class || class == &emu_ioapic_class || class == &emu_lapic_class ||
           class == &emu_pic_class || class == &emu_ich9_lpc_class || class == &emu_tpm_crb_class;
}

static void test_reset(void)
{
    for (size_t i = 0; emu_device_classes[i] != NULL; i++) {
        struct emu_writer *before = emu_writer_new(), *after = emu_writer_new();
        uint64_t seed = 0x1234567;
        struct rig_device *device;
        struct rig rig;

        rig_init(&rig);
        device = rig_add(&rig, emu_device_classes[i]);
        emu_device_save(device->device, before);
        devices_hammer(device, &seed);
        emu_device_reset(device->device);
        emu_device_save(device->device, after);
        if (!devices_remember(emu_device_classes[i]) && !devices_same(before, after)) {
            test_failures++;
            fprintf(stderr, "%s is not the same after a reset\n", emu_device_classes[i]->name);
        }
        emu_writer_free(before);
        emu_writer_free(after);
        rig_finish(&rig);
    }
}

/* A state that is cut off anywhere is refused with an error. */
static void test_truncated(void)
{
    for (size_t i = 0; emu_device_classes[i] != NULL; i++) {
        struct emu_writer *out = emu_writer_new();
        struct rig_device *device;
        const uint8_t *data;
        struct rig rig;
        size_t length;

        rig_init(&rig);
        device = rig_add(&rig, emu_device_classes[i]);
        emu_device_save(device->device, out);
        data = emu_writer_data(out, &length);
        for (size_t cut = 0; cut < length; cut += 1 + length / 50) {
            struct emu_reader *in = emu_reader_new(data, cut);

            CHECK(!emu_device_load(device->device, in, NULL));
            emu_reader_free(in);
        }
        emu_writer_free(out);
        rig_finish(&rig);
    }
}

static void test_table(void)
{
    CHECK(emu_device_class_find("pit") == &emu_pit_class);
    CHECK(emu_device_class_find("no-such") == NULL);
    for (size_t i = 0; emu_device_classes[i] != NULL; i++) {
        const struct emu_device_class *class = emu_device_classes[i];

        CHECK(class->description != NULL && class->save != NULL && class->load != NULL);
        CHECK(emu_device_class_find(class->name) == class);
    }
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"devices-table", test_table},
        {"devices-save-load", test_save_load},
        {"devices-reset", test_reset},
        {"devices-truncated-state", test_truncated},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
