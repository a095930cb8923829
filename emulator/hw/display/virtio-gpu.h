/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The virtio graphics adapter (Virtio 1.2, 5.7) in 2D: virtio-gpu.c is the device with its queues,
 * virtio-gpu-2d.c the resources and commands, virtio-gpu-state.c what a saved machine keeps.
 */
#ifndef EMU_HW_DISPLAY_VIRTIO_GPU_H
#define EMU_HW_DISPLAY_VIRTIO_GPU_H

#include "emulator/hw/display/pixels.h"
#include "emulator/hw/display/vga.h"
#include "emulator/hw/virtio/virtio.h"

/* The regions of "virtio-vga" that a board maps; its BARs come first. */
enum emu_virtio_vga_region {
    EMU_VIRTIO_VGA_MEMORY = 2,
    EMU_VIRTIO_VGA_WINDOW,
    EMU_VIRTIO_VGA_PORTS,
    EMU_VIRTIO_VGA_VBE_PORTS,
};

#define GPU_MAX_RESOURCES 256
#define GPU_MAX_MEMORY    (256ull << 20) /* of all resources' pixels together */
#define GPU_MAX_PIECES    16384          /* of a resource's backing */
#define GPU_CURSOR_SIZE   EMU_CURSOR_MAX_SIZE

/* A piece of guest memory. */
struct gpu_piece {
    uint64_t address;
    uint32_t length;
};

/* A picture of the host's, and the guest's memory that it is filled from. */
struct gpu_resource {
    uint32_t id; /* 0: free */
    uint32_t format, width, height;
    uint8_t *pixels; /* four bytes each */
    struct gpu_piece *pieces;
    uint32_t piece_count;
};

struct virtio_gpu {
    struct emu_virtio virtio;
    struct vga vga;              /* of virtio-vga */
    struct emu_region registers; /* BAR 2 of it */
    uint64_t memory;
    char *romfile;
    bool has_vga;
    struct emu_display display;
    struct emu_timer timer; /* goes on with commands that would take long */

    struct gpu_resource resources[GPU_MAX_RESOURCES];
    uint64_t used;                /* bytes of pixels */
    uint64_t moved;               /* bytes since commands were begun */
    uint32_t shown;               /* resource; 0: none, the VGA's picture if there is one */
    uint32_t x, y, width, height; /* the part that is shown */
    uint32_t wanted_width, wanted_height;
    uint64_t serial; /* of what is shown; changes with each flush */

    bool cursor_visible;
    uint32_t cursor_x, cursor_y, cursor_hot_x, cursor_hot_y;
    uint64_t cursor_serial;
    uint32_t cursor[GPU_CURSOR_SIZE * GPU_CURSOR_SIZE];
};

/* As emu_std_vga_show (std-vga.h). */
void emu_virtio_vga_show(struct emu_device *device, unsigned width, unsigned height);

/* All with the device's lock held. */
void gpu_run_control(struct virtio_gpu *gpu, struct emu_virtio_chain *chain);
void gpu_run_cursor(struct virtio_gpu *gpu, struct emu_virtio_chain *chain);
/* Forgets all resources, and what is shown. */
void gpu_clear(struct virtio_gpu *gpu);
/* NULL: there is none. */
struct gpu_resource *gpu_find(struct virtio_gpu *gpu, uint32_t id);
/* A new resource with black pixels, or NULL with what to answer. */
struct gpu_resource *gpu_create(struct virtio_gpu *gpu, uint32_t id, uint32_t format,
                                uint32_t width, uint32_t height, uint32_t *answer);
/* Is it a format of the device? */
bool gpu_format(uint32_t format, enum emu_pixel_format *out);
/* Does the rectangle lie in the resource? */
bool gpu_contains(const struct gpu_resource *resource, uint32_t x, uint32_t y, uint32_t width,
                  uint32_t height);

void gpu_save(struct virtio_gpu *gpu, struct emu_writer *out);
bool gpu_load(struct virtio_gpu *gpu, struct emu_reader *in, struct emu_error *err);

#endif
