/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Graphics adapters whose registers, memory and saved states are anything while somebody looks: the
 * first byte chooses the adapter and a mode that it starts from, then come steps. Firmware's
 * picture in RAM (ramfb) is set by its file's bytes.
 */
#include "emulator/hw/display/ramfb.h"
#include "tests/fuzz/fuzz.h"
#include "tests/hw/screen.h"

#define FUZZ_MAX_STEPS 200
#define FUZZ_STEP      8 /* bytes: what and how, where; a value */

struct fuzz_screen {
    struct screen screen;
    const struct emu_device_class *class;
    bool vga; /* it has all of a VGA's regions */
};

static const struct emu_device_class *const fuzz_classes[4] = {
    &emu_std_vga_class, &emu_bochs_display_class, &emu_ramfb_class, &emu_std_vga_class};

static void fuzz_look(struct fuzz_screen *fuzz)
{
    struct emu_cursor cursor;

    screen_look(&fuzz->screen);
    emu_display_get_cursor(fuzz->screen.display, &cursor);
    free(emu_display_get_text(fuzz->screen.display));
}

/* A register of those behind an index. */
static void fuzz_index(struct screen *screen, const uint8_t *step)
{
    static const uint16_t ports[4] = {0x3c4, 0x3ce, 0x3d4, 0x3c0};
    uint16_t port = ports[step[1] & 3];

    if (port == 0x3c0)
        screen_attribute(screen, step[2] & 0x1f, step[3]);
    else
        screen_index(screen, port, step[2] & 0x1f, step[3]);
}

/* Any access to a region that there is. */
static void fuzz_access(struct fuzz_screen *fuzz, const uint8_t *step, uint64_t value)
{
    struct rig_device *device = fuzz->screen.device;
    unsigned number = step[1] % 5, size = 1u << (step[0] >> 4 & 3);
    const struct emu_region *region = device->device->regions[number];
    uint64_t offset = (uint64_t)step[2] << 16 | (uint64_t)step[3] << 8 | step[1] >> 3;

    if (region == NULL)
        return;
    rig_write(device, number, offset % region->size, value, size);
    rig_read(device, number, offset % region->size, size);
}

static void fuzz_extension(struct fuzz_screen *fuzz, const uint8_t *step, uint16_t value)
{
    if (fuzz->vga)
        screen_vbe(&fuzz->screen, step[2] & 0xf, value);
    else if (fuzz->class == &emu_bochs_display_class)
        rig_write(fuzz->screen.device, EMU_STD_VGA_REGISTERS, 0x500 + 2u * (step[2] & 0xf), value,
                  2);
}

/* The value is a place, a size and a stride in a few bits; the format is one of three, or none. */
static void fuzz_picture(struct fuzz_screen *fuzz, const uint8_t *step, uint32_t value)
{
    static const uint32_t formats[4] = {0x34325258, 0x34324258, 0x36314752, 0x20202020};
    const uint64_t fields[6] = {step[3] & 1 ? value : RIG_RAM + (value & 0xfffff),
                                formats[step[1] & 3],
                                0,
                                (step[2] & 0xf) << (value >> 28),
                                step[2] >> 4 << (value >> 24 & 0xf),
                                step[3] & 2 ? value >> 8 : 0};
    static const uint8_t sizes[6] = {8, 4, 4, 4, 4, 4};
    uint8_t file[EMU_RAMFB_FILE_SIZE];
    size_t at = 0;

    for (unsigned i = 0; i < 6; i++)
        for (unsigned byte = sizes[i]; byte != 0; byte--)
            file[at++] = (uint8_t)(fields[i] >> 8 * (byte - 1));
    emu_ramfb_written(fuzz->screen.device->device, file, sizeof(file));
}

static void fuzz_step(struct fuzz_screen *fuzz, const uint8_t *step)
{
    uint32_t value;

    memcpy(&value, step + 4, sizeof(value));
    switch (step[0] & 7) {
    case 0:
    case 1:
        if (fuzz->vga)
            fuzz_index(&fuzz->screen, step);
        break;
    case 2:
        fuzz_extension(fuzz, step, (uint16_t)value);
        break;
    case 3:
        if (fuzz->class == &emu_ramfb_class)
            fuzz_picture(fuzz, step, value);
        else
            fuzz_access(fuzz, step, value);
        break;
    case 4:
        fuzz_access(fuzz, step, value);
        break;
    case 5:
        rig_advance(&fuzz->screen.rig, value);
        break;
    case 6:
        if ((step[0] & 0xf8) == 0)
            rig_survives(fuzz->screen.device);
        else if ((step[0] & 0xf8) == 8)
            emu_device_reset(fuzz->screen.device->device);
        else if (fuzz->vga && (step[0] & 0xf8) == 16)
            screen_set_mode(&fuzz->screen, step[1] % (SCREEN_CGA_2 + 1));
        break;
    default:
        fuzz_look(fuzz);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_screen fuzz = {.class = size != 0 ? fuzz_classes[data[0] & 3] : NULL};

    if (size == 0)
        return 0;
    fuzz.vga = fuzz.class == &emu_std_vga_class;
    screen_init(&fuzz.screen, fuzz.class);
    if (fuzz.vga)
        screen_set_mode(&fuzz.screen, (data[0] >> 2) % (SCREEN_CGA_2 + 1));
    for (size_t i = 0; i < FUZZ_MAX_STEPS && 1 + (i + 1) * FUZZ_STEP <= size; i++)
        fuzz_step(&fuzz, data + 1 + i * FUZZ_STEP);
    fuzz_look(&fuzz);
    screen_finish(&fuzz.screen);
    return 0;
}

/* Random steps, with a look after every eighth; sizes are small at first. */
size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    uint64_t random = 0x9e3779b97f4a7c15ull * (index + 1);
    size_t length = 1 + 64 * FUZZ_STEP;

    if (index >= 16 || size < length)
        return 0;
    for (size_t i = 0; i < length; i++) {
        random = random * 6364136223846793005ull + 1442695040888963407ull;
        out[i] = (uint8_t)(random >> 56);
    }
    out[0] = (uint8_t)(index * 5);
    for (unsigned i = 0; i < 64; i++) {
        uint8_t *step = out + 1 + i * FUZZ_STEP;

        if (i % 8 == 7)
            step[0] |= 7;
        else if ((step[0] & 7) == 2)
            step[5] &= 3;
    }
    return length;
}
