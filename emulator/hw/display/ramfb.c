/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ramfb: a picture in guest RAM, whose place and format firmware tells through fw_cfg (QEMU
 * docs/specs, hw/display: address 8 bytes, fourcc, flags, width, height, stride 4 each,
 * big-endian). The flags mean nothing yet.
 */
#include "emulator/hw/display/ramfb.h"

#include "emulator/hw/devices.h"
#include "emulator/hw/display/pixels.h"
#include "emulator/hw/save.h"

#define RAMFB_FOURCC(a, b, c, d)                                                                   \
    ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

struct ramfb {
    struct emu_device device;
    struct emu_display display;
    struct emu_ramfb_mode mode; /* fourcc 0: none was set */
};

static struct ramfb *ramfb_of(void *device)
{
    return device;
}

static const struct {
    uint32_t fourcc;
    enum emu_pixel_format format;
} ramfb_formats[] = {
    {RAMFB_FOURCC('X', 'R', '2', '4'), EMU_PIXEL_X8R8G8B8},
    {RAMFB_FOURCC('A', 'R', '2', '4'), EMU_PIXEL_X8R8G8B8},
    {RAMFB_FOURCC('X', 'B', '2', '4'), EMU_PIXEL_X8B8G8R8},
    {RAMFB_FOURCC('A', 'B', '2', '4'), EMU_PIXEL_X8B8G8R8},
    {RAMFB_FOURCC('R', 'X', '2', '4'), EMU_PIXEL_R8G8B8X8},
    {RAMFB_FOURCC('B', 'X', '2', '4'), EMU_PIXEL_B8G8R8X8},
    {RAMFB_FOURCC('R', 'G', '2', '4'), EMU_PIXEL_R8G8B8},
    {RAMFB_FOURCC('R', 'G', '1', '6'), EMU_PIXEL_R5G6B5},
    {RAMFB_FOURCC('X', 'R', '1', '5'), EMU_PIXEL_X1R5G5B5},
};

static bool ramfb_find_format(uint32_t fourcc, enum emu_pixel_format *format)
{
    for (size_t i = 0; i < sizeof(ramfb_formats) / sizeof(ramfb_formats[0]); i++) {
        if (ramfb_formats[i].fourcc != fourcc)
            continue;
        *format = ramfb_formats[i].format;
        return true;
    }
    return false;
}

/* ---- the mode ---- */

/* Sets the stride that 0 stands for. False: no picture can be like this, wherever it lies. */
static bool ramfb_settle(struct emu_ramfb_mode *mode)
{
    enum emu_pixel_format format;
    uint32_t row;

    if (!ramfb_find_format(mode->fourcc, &format) || mode->width == 0 || mode->height == 0 ||
        mode->width > EMU_DISPLAY_MAX_SIZE || mode->height > EMU_DISPLAY_MAX_SIZE)
        return false;
    row = mode->width * emu_pixel_size(format);
    if (mode->stride == 0)
        mode->stride = row;
    return mode->stride >= row;
}

/* All of it lies in one piece of RAM or ROM. */
static bool ramfb_is_memory(struct emu_memory *memory, const struct emu_ramfb_mode *mode)
{
    struct emu_range range = emu_memory_find(memory, mode->address);

    return range.host != NULL && range.length >= (uint64_t)mode->stride * mode->height;
}

static uint64_t ramfb_get(const uint8_t *data, unsigned bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | data[i];
    return value;
}

void emu_ramfb_written(void *opaque, const uint8_t *data, size_t length)
{
    struct ramfb *ramfb = ramfb_of(opaque);
    struct emu_ramfb_mode mode;

    if (length != EMU_RAMFB_FILE_SIZE)
        return;
    mode = (struct emu_ramfb_mode){
        .address = ramfb_get(data, 8),
        .fourcc = (uint32_t)ramfb_get(data + 8, 4),
        .width = (uint32_t)ramfb_get(data + 16, 4),
        .height = (uint32_t)ramfb_get(data + 20, 4),
        .stride = (uint32_t)ramfb_get(data + 24, 4),
    };
    if (!ramfb_settle(&mode) || !ramfb_is_memory(ramfb->device.dma, &mode))
        return;
    pthread_mutex_lock(&ramfb->device.lock);
    ramfb->mode = mode;
    pthread_mutex_unlock(&ramfb->device.lock);
}

/* ---- the screen ---- */

/* What lies there is looked up each time: the guest may have changed its map since. */
static void ramfb_update(void *opaque, struct emu_surface *surface,
                         struct emu_display_update *update)
{
    struct ramfb *ramfb = ramfb_of(opaque);
    struct emu_picture picture = {0};
    struct emu_ramfb_mode mode;
    struct emu_range range;

    pthread_mutex_lock(&ramfb->device.lock);
    mode = ramfb->mode;
    pthread_mutex_unlock(&ramfb->device.lock);
    if (!ramfb_find_format(mode.fourcc, &picture.format)) {
        emu_picture_blank(surface, update);
        return;
    }
    range = emu_memory_find(ramfb->device.dma, mode.address);
    picture.bytes = range.host;
    picture.length = range.host != NULL ? range.length : 0;
    picture.stride = mode.stride;
    picture.width = mode.width;
    picture.height = mode.height;
    update->state = EMU_DISPLAY_GRAPHICS;
    emu_picture_show(&picture, surface, update);
}

static const struct emu_display_ops ramfb_display_ops = {.update = ramfb_update};

/* ---- the device ---- */

static bool ramfb_realize(struct emu_device *device, struct emu_error *err)
{
    struct ramfb *ramfb = ramfb_of(device);

    ramfb->display =
        (struct emu_display){.name = device->id, .ops = &ramfb_display_ops, .opaque = ramfb};
    emu_displays_add(device->displays, &ramfb->display);
    return true;
}

static void ramfb_reset(struct emu_device *device)
{
    ramfb_of(device)->mode = (struct emu_ramfb_mode){0};
}

static const struct emu_field ramfb_fields[] = {
    EMU_FIELD(struct ramfb, mode.address), EMU_FIELD(struct ramfb, mode.fourcc),
    EMU_FIELD(struct ramfb, mode.width),   EMU_FIELD(struct ramfb, mode.height),
    EMU_FIELD(struct ramfb, mode.stride),  EMU_FIELD_END,
};

static void ramfb_save(struct emu_device *device, struct emu_writer *out)
{
    emu_hw_save(out, "ramfb", ramfb_of(device), ramfb_fields);
}

static bool ramfb_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct ramfb *ramfb = ramfb_of(device);

    if (!emu_hw_load(in, "ramfb", ramfb, ramfb_fields, err)) {
        ramfb_reset(device);
        return false;
    }
    if (ramfb->mode.fourcc == 0 || ramfb_settle(&ramfb->mode))
        return true;
    ramfb_reset(device);
    return emu_hw_load_bad("ramfb", "its mode", err);
}

const struct emu_device_class emu_ramfb_class = {
    .name = "ramfb",
    .description = "screen in RAM, set up by firmware",
    .size = sizeof(struct ramfb),
    .realize = ramfb_realize,
    .reset = ramfb_reset,
    .save = ramfb_save,
    .load = ramfb_load,
};
