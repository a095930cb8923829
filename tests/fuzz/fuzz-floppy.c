/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The floppy controller with a medium and its DMA controller: the input's first byte chooses the
 * medium, then come steps of two bytes, a port and what to do with it. ramfb's file is the other
 * half: 28 bytes that a guest writes, looked at afterwards.
 */
#include "emulator/hw/display/ramfb.h"
#include "tests/fuzz/fuzz.h"
#include "tests/hw/floppy-rig.h"

#define FUZZ_STEPS 600

enum fuzz_what { FUZZ_RAMFB = 0x40, FUZZ_STARTED = 0x20, FUZZ_READ_ONLY = 0x10 };

/* Ports that matter, the FIFO most. */
static const uint16_t fuzz_ports[16] = {0x3f5, 0x3f5, 0x3f5, 0x3f5, 0x3f5, 0x3f2, 0x3f4, 0x3f7,
                                        0x04,  0x05,  0x0a,  0x0b,  0x0c,  0x81,  0x08,  0x0f};

static void fuzz_check(bool good)
{
    if (!good)
        abort();
}

static void fuzz_fail(struct floppy_rig *rig, int error)
{
    if (rig->backend.ops != NULL)
        emu_block_test_fail(&rig->backend, error);
}

static void fuzz_step(struct floppy_rig *rig, uint8_t what, uint8_t value)
{
    uint16_t port = fuzz_ports[what & 15];

    if (what >> 4 == 15)
        floppy_change(rig, value & 1 ? 0 : 737280);
    else if (what >> 4 == 14)
        fuzz_fail(rig, value & 1 ? 5 : 0);
    else if (what >> 4 == 13)
        fuzz_check(rig_survives(rig->dma));
    else if (what >> 4 == 12 && value == 0)
        emu_device_reset(rig->fdc->device);
    else if (what & 0x80)
        floppy_in(rig, port);
    else
        floppy_out(rig, port, value);
    if (what & 0x40)
        floppy_settle(rig);
}

static void fuzz_floppy(const uint8_t *data, size_t size)
{
    static const uint32_t sizes[] = {0, 163840, 368640, 737280, 1228800, 1474560, 1763328, 2949120};
    struct floppy_rig rig;

    floppy_init(&rig, sizes[data[0] & 7], data[0] & FUZZ_READ_ONLY);
    if (data[0] & FUZZ_STARTED)
        floppy_start(&rig);
    for (size_t at = 1; at + 1 < size && at < 2 * FUZZ_STEPS; at += 2)
        fuzz_step(&rig, data[at], data[at + 1]);
    floppy_settle(&rig);
    fuzz_check(rig_survives(rig.fdc));
    floppy_finish(&rig);
}

static void fuzz_ramfb(const uint8_t *data, size_t size)
{
    struct emu_surface *surface = emu_surface_new();
    struct emu_display_update update;
    struct rig_device *ramfb;
    struct rig rig;

    rig_init(&rig);
    ramfb = rig_add(&rig, &emu_ramfb_class);
    for (size_t at = 1; at + EMU_RAMFB_FILE_SIZE <= size; at += EMU_RAMFB_FILE_SIZE) {
        emu_ramfb_written(ramfb->device, data + at, EMU_RAMFB_FILE_SIZE);
        emu_display_update(rig.displays.first, surface, &update);
    }
    emu_ramfb_written(ramfb->device, data, size);
    fuzz_check(rig_survives(ramfb));
    rig_finish(&rig);
    emu_surface_free(surface);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (data[0] & FUZZ_RAMFB)
        fuzz_ramfb(data, size);
    else
        fuzz_floppy(data, size);
    return 0;
}

static size_t fuzz_seed_ramfb(uint8_t *out)
{
    static const uint8_t mode[EMU_RAMFB_FILE_SIZE] = {0,    0,    0, 0,  0, 1, 0, 0, 0x34, 0x32,
                                                      0x52, 0x58, 0, 0,  0, 0, 0, 0, 0,    64,
                                                      0,    0,    0, 64, 0, 0, 1, 0};

    out[0] = FUZZ_RAMFB;
    memcpy(out + 1, mode, sizeof(mode));
    memcpy(out + 1 + sizeof(mode), mode, sizeof(mode));
    return 1 + 2 * sizeof(mode);
}

/* The bytes of a command go to the FIFO; behind it the disk is waited for and the result is read.
 */
static size_t fuzz_seed_command(uint8_t *out, size_t at, const uint8_t *command, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out[at++] = i + 1 == count ? 0x40 : 0;
        out[at++] = command[i];
    }
    for (unsigned i = 0; i < 7; i++) {
        out[at++] = 0x80;
        out[at++] = 0;
    }
    return at;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    static const uint8_t commands[][9] = {
        {0xe6, 0, 0, 0, 1, 2, 18, 27, 255},
        {0xc5, 0, 0, 0, 1, 2, 18, 27, 255},
        {0x4d, 0, 2, 9, 0x54, 0xf6},
        {0xd6, 0x80, 0, 0, 1, 2, 9, 27, 3},
        {0x0f, 0, 40},
        {0x4a, 0},
        {0x03, 0xaf, 3},
        {0x0e},
    };
    static const uint8_t lengths[] = {9, 9, 6, 9, 3, 2, 3, 1};
    static const uint8_t dma[] = {0x0b, 0x46, 0x08, 0,    0x08, 0,    0x0d,
                                  2,    0x09, 0xff, 0x09, 0x0f, 0x0a, 2};
    size_t at = 1;

    if (index >= 16 || size < 1024)
        return 0;
    if (index == 15)
        return fuzz_seed_ramfb(out);
    out[0] = (uint8_t)(FUZZ_STARTED | (index & 7));
    memcpy(out + at, dma, sizeof(dma));
    at += sizeof(dma);
    for (unsigned i = 0; i < 3; i++)
        at = fuzz_seed_command(out, at, commands[(index + i) % 8], lengths[(index + i) % 8]);
    return at;
}
