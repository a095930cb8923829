/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The virtio graphics adapter, alone or together with a VGA whose picture is there until a driver
 * shows one of its own (QEMU's virtio-vga: BAR 0 video memory, BAR 2 the VGA's registers and behind
 * them virtio's). What a viewer would like to have is told by an event and found in the EDID.
 */
#include "emulator/hw/display/virtio-gpu.h"

#include <string.h>

#include "emulator/hw/devices.h"
#include "emulator/hw/save.h"

#define GPU_F_EDID      (1ull << 1)
#define GPU_CONFIG_SIZE 16
#define GPU_EVENTS      0 /* in the configuration: what happened, */
#define GPU_CLEAR       4 /* what the driver has seen of that, */
#define GPU_SCREENS     8 /* and how many there are */
#define GPU_EVENT_SHAPE 1u

#define GPU_WIDTH  1280u
#define GPU_HEIGHT 800u

#define GPU_AT_ONCE    (32u << 20) /* bytes that are moved before others have their turn */
#define GPU_PLACE      2           /* BAR of virtio-vga's registers; virtio's are at */
#define GPU_PLACE_AT   0x4000u
#define GPU_PLACE_SIZE 0x8000u

static struct virtio_gpu *virtio_gpu_of(void *device)
{
    return device;
}

/* ---- queues ---- */

/* Commands that move much are left for the loop thread, so that no processor stays in here. */
static void virtio_gpu_run(struct virtio_gpu *gpu)
{
    struct emu_virtio_chain chain;

    gpu->moved = 0;
    while (gpu->moved < GPU_AT_ONCE) {
        if (!emu_virtio_pop(&gpu->virtio, 0, &chain))
            return;
        gpu_run_control(gpu, &chain);
    }
    emu_timer_arm(&gpu->timer, emu_clock_now(gpu->virtio.pci.device.clock));
}

static void virtio_gpu_go_on(void *opaque)
{
    virtio_gpu_run(opaque);
}

static void virtio_gpu_notified(struct emu_virtio *virtio, unsigned queue)
{
    struct virtio_gpu *gpu = (struct virtio_gpu *)virtio;
    struct emu_virtio_chain chain;

    if (queue == 0)
        virtio_gpu_run(gpu);
    else
        while (emu_virtio_pop(virtio, queue, &chain))
            gpu_run_cursor(gpu, &chain);
}

static uint32_t virtio_gpu_config(const struct virtio_gpu *gpu, unsigned offset)
{
    uint32_t value;

    memcpy(&value, gpu->virtio.config + offset, sizeof(value));
    return value;
}

static void virtio_gpu_set_config(struct virtio_gpu *gpu, unsigned offset, uint32_t value)
{
    memcpy(gpu->virtio.config + offset, &value, sizeof(value));
}

static void virtio_gpu_config_written(struct emu_virtio *virtio, unsigned offset, unsigned size)
{
    struct virtio_gpu *gpu = (struct virtio_gpu *)virtio;
    uint32_t events = virtio_gpu_config(gpu, GPU_EVENTS) & ~virtio_gpu_config(gpu, GPU_CLEAR);

    virtio_gpu_set_config(gpu, GPU_EVENTS, events);
    virtio_gpu_set_config(gpu, GPU_CLEAR, 0);
}

static void virtio_gpu_device_reset(struct emu_virtio *virtio)
{
    gpu_clear((struct virtio_gpu *)virtio);
}

static const struct emu_virtio_type virtio_gpu_type = {
    .id = 16,
    .class_code = 0x038000,
    .config_size = GPU_CONFIG_SIZE,
    .notified = virtio_gpu_notified,
    .config_written = virtio_gpu_config_written,
    .reset = virtio_gpu_device_reset,
};

/* ---- the screen ---- */

static void virtio_gpu_show_locked(struct virtio_gpu *gpu, struct emu_surface *surface,
                                   struct emu_display_update *update)
{
    const struct gpu_resource *resource = gpu_find(gpu, gpu->shown);
    struct emu_picture picture;

    if (surface->serial == gpu->serial)
        return;
    picture = (struct emu_picture){
        .bytes = resource->pixels,
        .length = (uint64_t)resource->width * resource->height * 4,
        .start = ((uint64_t)gpu->y * resource->width + gpu->x) * 4,
        .stride = (uint64_t)resource->width * 4,
        .width = gpu->width,
        .height = gpu->height,
    };
    gpu_format(resource->format, &picture.format);
    if (emu_picture_show(&picture, surface, update))
        surface->serial = gpu->serial;
}

static void virtio_gpu_update(void *opaque, struct emu_surface *surface,
                              struct emu_display_update *update)
{
    struct virtio_gpu *gpu = opaque;
    bool shown;

    pthread_mutex_lock(&gpu->virtio.pci.device.lock);
    shown = gpu->shown != 0;
    if (shown) {
        update->state = EMU_DISPLAY_GRAPHICS;
        virtio_gpu_show_locked(gpu, surface, update);
    }
    pthread_mutex_unlock(&gpu->virtio.pci.device.lock);
    if (shown)
        return;
    surface->serial = 0;
    if (gpu->has_vga)
        vga_update(&gpu->vga, surface, update);
    else
        emu_picture_blank(surface, update);
}

static bool virtio_gpu_cursor(void *opaque, struct emu_cursor *cursor)
{
    struct virtio_gpu *gpu = opaque;

    pthread_mutex_lock(&gpu->virtio.pci.device.lock);
    cursor->visible = gpu->cursor_visible;
    cursor->x = (int)gpu->cursor_x;
    cursor->y = (int)gpu->cursor_y;
    cursor->width = cursor->height = GPU_CURSOR_SIZE;
    cursor->hot_x = gpu->cursor_hot_x;
    cursor->hot_y = gpu->cursor_hot_y;
    cursor->serial = gpu->cursor_serial;
    memcpy(cursor->pixels, gpu->cursor, sizeof(gpu->cursor));
    pthread_mutex_unlock(&gpu->virtio.pci.device.lock);
    return cursor->visible;
}

static char *virtio_gpu_text(void *opaque)
{
    struct virtio_gpu *gpu = opaque;
    bool shown;

    pthread_mutex_lock(&gpu->virtio.pci.device.lock);
    shown = gpu->shown != 0;
    pthread_mutex_unlock(&gpu->virtio.pci.device.lock);
    return gpu->has_vga && !shown ? vga_text(&gpu->vga) : NULL;
}

static uint32_t virtio_gpu_side(unsigned wanted, unsigned usual)
{
    if (wanted == 0)
        return usual;
    return wanted < EMU_EDID_MAX_SIDE ? wanted : EMU_EDID_MAX_SIDE;
}

static void virtio_gpu_prefer_size(void *opaque, unsigned width, unsigned height)
{
    struct virtio_gpu *gpu = opaque;

    width = virtio_gpu_side(width, GPU_WIDTH);
    height = virtio_gpu_side(height, GPU_HEIGHT);
    pthread_mutex_lock(&gpu->virtio.pci.device.lock);
    if (width != gpu->wanted_width || height != gpu->wanted_height) {
        gpu->wanted_width = width;
        gpu->wanted_height = height;
        emu_edid_make(gpu->vga.edid, width, height);
        virtio_gpu_set_config(gpu, GPU_EVENTS,
                              virtio_gpu_config(gpu, GPU_EVENTS) | GPU_EVENT_SHAPE);
        emu_virtio_config_changed(&gpu->virtio);
    }
    pthread_mutex_unlock(&gpu->virtio.pci.device.lock);
}

static const struct emu_display_ops virtio_gpu_display_ops = {
    virtio_gpu_update, virtio_gpu_cursor, virtio_gpu_text, virtio_gpu_prefer_size};

/* ---- the device ---- */

static void virtio_gpu_begin(struct virtio_gpu *gpu)
{
    struct emu_device *device = &gpu->virtio.pci.device;

    gpu->virtio.queue_count = 2;
    gpu->wanted_width = GPU_WIDTH;
    gpu->wanted_height = GPU_HEIGHT;
    emu_timer_init(&gpu->timer, device->clock, &device->lock, virtio_gpu_go_on, gpu);
}

static bool virtio_gpu_end(struct virtio_gpu *gpu)
{
    struct emu_device *device = &gpu->virtio.pci.device;

    gpu->virtio.offered |= GPU_F_EDID;
    gpu->virtio.config_initial[GPU_SCREENS] = 1;
    memset(gpu->virtio.config_mask + GPU_CLEAR, 0xff, 4);
    gpu->display =
        (struct emu_display){.name = device->id, .ops = &virtio_gpu_display_ops, .opaque = gpu};
    emu_displays_add(device->displays, &gpu->display);
    return true;
}

static bool virtio_gpu_realize(struct emu_device *device, struct emu_error *err)
{
    struct virtio_gpu *gpu = virtio_gpu_of(device);

    virtio_gpu_begin(gpu);
    return emu_virtio_init(&gpu->virtio, &virtio_gpu_type, err) && virtio_gpu_end(gpu);
}

static void virtio_vga_set_regions(struct virtio_gpu *gpu)
{
    struct emu_device *device = &gpu->virtio.pci.device;

    emu_pci_set(&gpu->virtio.pci, EMU_PCI_CLASS, 3, 0x030000);
    emu_pci_add_bar(&gpu->virtio.pci, 0, EMU_PCI_BAR_MEMORY32_PREFETCH, &gpu->vga.memory);
    device->regions[EMU_VIRTIO_VGA_MEMORY] = &gpu->vga.memory;
    device->regions[EMU_VIRTIO_VGA_WINDOW] = &gpu->vga.window;
    device->regions[EMU_VIRTIO_VGA_PORTS] = &gpu->vga.ports;
    device->regions[EMU_VIRTIO_VGA_VBE_PORTS] = &gpu->vga.vbe_ports;
}

static bool virtio_vga_realize(struct emu_device *device, struct emu_error *err)
{
    struct virtio_gpu *gpu = virtio_gpu_of(device);

    virtio_gpu_begin(gpu);
    gpu->has_vga = gpu->vga.legacy = true;
    if (!vga_init(&gpu->vga, device, gpu->memory, err))
        return false;
    emu_edid_make(gpu->vga.edid, GPU_WIDTH, GPU_HEIGHT);
    emu_region_init_container(&gpu->registers, "virtio-vga", GPU_PLACE_SIZE);
    emu_region_add(&gpu->registers, 0, &gpu->vga.registers_region, 0);
    gpu->virtio.place = GPU_PLACE;
    gpu->virtio.place_offset = GPU_PLACE_AT;
    gpu->virtio.place_region = &gpu->registers;
    if (!emu_virtio_init(&gpu->virtio, &virtio_gpu_type, err))
        return false;
    virtio_vga_set_regions(gpu);
    return emu_pci_add_rom(&gpu->virtio.pci, gpu->romfile, err) && virtio_gpu_end(gpu);
}

static void virtio_gpu_unrealize(struct emu_device *device)
{
    struct virtio_gpu *gpu = virtio_gpu_of(device);

    emu_timer_finish(&gpu->timer);
    gpu_clear(gpu);
    emu_virtio_finish(&gpu->virtio);
    vga_finish(&gpu->vga);
}

static void virtio_gpu_reset(struct emu_device *device)
{
    struct virtio_gpu *gpu = virtio_gpu_of(device);

    emu_timer_cancel(&gpu->timer);
    emu_virtio_reset(&gpu->virtio);
    if (gpu->has_vga)
        vga_reset(&gpu->vga);
}

void emu_virtio_vga_show(struct emu_device *device, unsigned width, unsigned height)
{
    vga_show(&virtio_gpu_of(device)->vga, width, height);
}

static void virtio_gpu_save(struct emu_device *device, struct emu_writer *out)
{
    struct virtio_gpu *gpu = virtio_gpu_of(device);

    emu_virtio_save(&gpu->virtio, out);
    gpu_save(gpu, out);
    if (gpu->has_vga)
        vga_save(&gpu->vga, out);
}

static bool virtio_gpu_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct virtio_gpu *gpu = virtio_gpu_of(device);

    if (!emu_virtio_load(&gpu->virtio, in, err) || !gpu_load(gpu, in, err) ||
        (gpu->has_vga && !vga_load(&gpu->vga, in, err)))
        return false;
    emu_timer_arm(&gpu->timer, 0); /* commands may wait */
    return true;
}

static const struct emu_property virtio_vga_properties[] = {
    {"memory", "the VGA's video memory, a power of two", EMU_PROPERTY_SIZE,
     offsetof(struct virtio_gpu, memory), VGA_MIN_MEMORY, VGA_MAX_MEMORY, "16M"},
    {"romfile", "VGA BIOS, a file", EMU_PROPERTY_STRING, offsetof(struct virtio_gpu, romfile), 0, 0,
     NULL},
    {NULL},
};

const struct emu_device_class emu_virtio_gpu_class = {
    .name = "virtio-gpu",
    .description = "virtio graphics adapter, 2D",
    .size = sizeof(struct virtio_gpu),
    .realize = virtio_gpu_realize,
    .unrealize = virtio_gpu_unrealize,
    .reset = virtio_gpu_reset,
    .save = virtio_gpu_save,
    .load = virtio_gpu_load,
};

const struct emu_device_class emu_virtio_vga_class = {
    .name = "virtio-vga",
    .description = "virtio graphics adapter, 2D, that starts as a VGA",
    .size = sizeof(struct virtio_gpu),
    .properties = virtio_vga_properties,
    .realize = virtio_vga_realize,
    .unrealize = virtio_gpu_unrealize,
    .reset = virtio_gpu_reset,
    .save = virtio_gpu_save,
    .load = virtio_gpu_load,
};
