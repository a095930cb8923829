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

#define GPU_CONFIG_SIZE 16
#define GPU_EVENTS      0  /* in the configuration: what happened, */
#define GPU_CLEAR       4  /* what the driver has seen of that, */
#define GPU_SCREENS     8  /* how many there may be, */
#define GPU_CAPSETS     12 /* and sets of capabilities */
#define GPU_EVENT_SHAPE 1u

#define GPU_PLACE      2 /* BAR of virtio-vga's registers; virtio's are at */
#define GPU_PLACE_AT   0x4000u
#define GPU_PLACE_SIZE 0x8000u
#define GPU_VGA_WINDOW 4 /* BARs of blobs' pages */
#define GPU_WINDOW     2
#define GPU_SHARED_ID  1 /* the host-visible shared memory (5.7.6.11) */

static struct virtio_gpu *virtio_gpu_of(void *device)
{
    return device;
}

/* ---- queues ---- */

static void virtio_gpu_notified(struct emu_virtio *virtio, unsigned queue)
{
    gpu_ring_locked((struct virtio_gpu *)virtio);
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

void gpu_tell_shape_locked(struct virtio_gpu *gpu)
{
    virtio_gpu_set_config(gpu, GPU_EVENTS, virtio_gpu_config(gpu, GPU_EVENTS) | GPU_EVENT_SHAPE);
    emu_virtio_config_changed(&gpu->virtio);
}

static void virtio_gpu_device_reset(struct emu_virtio *virtio)
{
    gpu_forget_locked((struct virtio_gpu *)virtio);
}

static const struct emu_virtio_type virtio_gpu_type = {
    .id = 16,
    .class_code = 0x038000,
    .config_size = GPU_CONFIG_SIZE,
    .notified = virtio_gpu_notified,
    .config_written = virtio_gpu_config_written,
    .reset = virtio_gpu_device_reset,
};

/* ---- the device ---- */

void emu_virtio_gpu_set_backend(struct emu_device *device, const struct emu_gpu_backend *backend)
{
    virtio_gpu_of(device)->backend = *backend;
}

/* What the back end can is known once the thread runs. */
static bool virtio_gpu_begin(struct virtio_gpu *gpu, struct emu_error *err)
{
    gpu->virtio.queue_count = 2;
    gpu_screen_init(gpu);
    return gpu_thread_start(gpu, err) && gpu_window_init(gpu, err);
}

static bool virtio_gpu_end(struct virtio_gpu *gpu, struct emu_error *err)
{
    struct emu_device *device = &gpu->virtio.pci.device;

    gpu->virtio.offered |= GPU_F_EDID | GPU_F_BLOB;
    if (gpu->rendering)
        gpu->virtio.offered |= GPU_F_VIRGL | GPU_F_CONTEXT_INIT;
    gpu->virtio.config_initial[GPU_SCREENS] = (uint8_t)gpu->head_count;
    gpu->virtio.config_initial[GPU_CAPSETS] = (uint8_t)gpu->capset_count;
    memset(gpu->virtio.config_mask + GPU_CLEAR, 0xff, 4);
    for (unsigned i = 0; i < gpu->head_count; i++)
        emu_displays_add(device->displays, &gpu->heads[i].display);
    if (gpu->window == NULL)
        return true;
    device->regions[EMU_VIRTIO_GPU_PAGES] = &gpu->window_region;
    return emu_virtio_add_shared(&gpu->virtio, GPU_SHARED_ID,
                                 gpu->has_vga ? GPU_VGA_WINDOW : GPU_WINDOW, &gpu->window_region,
                                 err);
}

static void virtio_gpu_unrealize(struct emu_device *device)
{
    struct virtio_gpu *gpu = virtio_gpu_of(device);

    gpu_thread_stop(gpu);
    emu_virtio_finish(&gpu->virtio);
    gpu_window_finish(gpu);
    gpu_screen_finish(gpu);
    vga_finish(&gpu->vga);
    emu_gpu_backend_close(&gpu->backend);
}

/* What was begun is undone if it could not be ended: the thread runs already. */
static bool virtio_gpu_done(struct emu_device *device, bool done)
{
    if (!done)
        virtio_gpu_unrealize(device);
    return done;
}

static bool virtio_gpu_realize(struct emu_device *device, struct emu_error *err)
{
    struct virtio_gpu *gpu = virtio_gpu_of(device);

    return virtio_gpu_done(device, virtio_gpu_begin(gpu, err) &&
                                       emu_virtio_init(&gpu->virtio, &virtio_gpu_type, err) &&
                                       virtio_gpu_end(gpu, err));
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

static bool virtio_vga_build(struct virtio_gpu *gpu, struct emu_error *err)
{
    gpu->has_vga = gpu->vga.legacy = true;
    if (!virtio_gpu_begin(gpu, err) ||
        !vga_init(&gpu->vga, &gpu->virtio.pci.device, gpu->memory, err))
        return false;
    emu_edid_make(gpu->vga.edid, gpu->heads[0].wanted_width, gpu->heads[0].wanted_height);
    emu_region_init_container(&gpu->registers, "virtio-vga", GPU_PLACE_SIZE);
    emu_region_add(&gpu->registers, 0, &gpu->vga.registers_region, 0);
    gpu->virtio.place = GPU_PLACE;
    gpu->virtio.place_offset = GPU_PLACE_AT;
    gpu->virtio.place_region = &gpu->registers;
    gpu->virtio.vectors_bar = gpu->window != NULL ? 1 : 0;
    if (!emu_virtio_init(&gpu->virtio, &virtio_gpu_type, err))
        return false;
    virtio_vga_set_regions(gpu);
    return emu_pci_add_rom(&gpu->virtio.pci, gpu->romfile, err) && virtio_gpu_end(gpu, err);
}

static bool virtio_vga_realize(struct emu_device *device, struct emu_error *err)
{
    return virtio_gpu_done(device, virtio_vga_build(virtio_gpu_of(device), err));
}

static void virtio_gpu_reset(struct emu_device *device)
{
    struct virtio_gpu *gpu = virtio_gpu_of(device);

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

    gpu_rest_locked(gpu);
    emu_virtio_save(&gpu->virtio, out);
    gpu_save(gpu, out);
    if (gpu->has_vga)
        vga_save(&gpu->vga, out);
    gpu_wake_locked(gpu);
}

struct gpu_loading {
    struct emu_reader *in;
    struct emu_error *err;
    bool done;
};

static void virtio_gpu_load_on_thread(struct virtio_gpu *gpu, void *opaque)
{
    struct gpu_loading *loading = opaque;

    loading->done = gpu_load(gpu, loading->in, loading->err);
}

static bool virtio_gpu_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct virtio_gpu *gpu = virtio_gpu_of(device);
    struct gpu_loading loading = {in, err, false};

    gpu_rest_locked(gpu);
    if (emu_virtio_load(&gpu->virtio, in, err))
        gpu_call_locked(gpu, virtio_gpu_load_on_thread, &loading);
    if (loading.done && gpu->has_vga)
        loading.done = vga_load(&gpu->vga, in, err);
    gpu_wake_locked(gpu); /* commands may wait */
    return loading.done;
}

static const struct emu_property virtio_gpu_properties[] = {
    {"heads", "monitors that may be connected", EMU_PROPERTY_UINT,
     offsetof(struct virtio_gpu, head_count), 1, GPU_MAX_HEADS, "1"},
    {NULL},
};

static const struct emu_property virtio_vga_properties[] = {
    {"heads", "monitors that may be connected", EMU_PROPERTY_UINT,
     offsetof(struct virtio_gpu, head_count), 1, GPU_MAX_HEADS, "1"},
    {"memory", "the VGA's video memory, a power of two", EMU_PROPERTY_SIZE,
     offsetof(struct virtio_gpu, memory), VGA_MIN_MEMORY, VGA_MAX_MEMORY, "16M"},
    {"romfile", "VGA BIOS, a file", EMU_PROPERTY_STRING, offsetof(struct virtio_gpu, romfile), 0, 0,
     NULL},
    {NULL},
};

const struct emu_device_class emu_virtio_gpu_class = {
    .name = "virtio-gpu",
    .description = "virtio graphics adapter",
    .size = sizeof(struct virtio_gpu),
    .properties = virtio_gpu_properties,
    .realize = virtio_gpu_realize,
    .unrealize = virtio_gpu_unrealize,
    .reset = virtio_gpu_reset,
    .save = virtio_gpu_save,
    .load = virtio_gpu_load,
};

const struct emu_device_class emu_virtio_vga_class = {
    .name = "virtio-vga",
    .description = "virtio graphics adapter that starts as a VGA",
    .size = sizeof(struct virtio_gpu),
    .properties = virtio_vga_properties,
    .realize = virtio_vga_realize,
    .unrealize = virtio_gpu_unrealize,
    .reset = virtio_gpu_reset,
    .save = virtio_gpu_save,
    .load = virtio_gpu_load,
};
