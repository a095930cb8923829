/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pictures that a virtio graphics adapter keeps itself (Virtio 1.2, 5.7.6.8, 2D commands). */
#include <stdlib.h>
#include <string.h>

#include "emulator/hw/display/virtio-gpu.h"
#include "emulator/util/shared-memory.h"

bool gpu_format(uint32_t format, enum emu_pixel_format *out)
{
    switch (format) {
    case 1: /* named by the order of bytes: B8G8R8A8, */
    case 2: /* B8G8R8X8 */
        *out = EMU_PIXEL_X8R8G8B8;
        return true;
    case 3: /* A8R8G8B8 */
    case 4: /* X8R8G8B8 */
        *out = EMU_PIXEL_B8G8R8X8;
        return true;
    case 67:  /* R8G8B8A8 */
    case 134: /* R8G8B8X8 */
        *out = EMU_PIXEL_X8B8G8R8;
        return true;
    case 68:  /* X8B8G8R8 */
    case 121: /* A8B8G8R8 */
        *out = EMU_PIXEL_R8G8B8X8;
        return true;
    default:
        return false;
    }
}

bool gpu_contains(const struct gpu_resource *resource, const struct gpu_rect *rect)
{
    return rect->x <= resource->width && rect->width <= resource->width - rect->x &&
           rect->y <= resource->height && rect->height <= resource->height - rect->y;
}

uint64_t gpu_picture_size(const struct gpu_resource *resource)
{
    return (uint64_t)resource->width * resource->height * GPU_PIXEL;
}

struct gpu_resource *gpu_create_picture(struct virtio_gpu *gpu, uint32_t id, uint32_t format,
                                        uint32_t width, uint32_t height, uint32_t *answer)
{
    struct gpu_resource size = {.width = width, .height = height}, *made;
    enum emu_pixel_format known;

    if (id == 0 || gpu_find(gpu, id) != NULL) {
        *answer = GPU_NO_RESOURCE;
        return NULL;
    }
    if (!gpu_format(format, &known) || width == 0 || height == 0 || width > EMU_DISPLAY_MAX_SIZE ||
        height > EMU_DISPLAY_MAX_SIZE) {
        *answer = GPU_NO_PARAMETER;
        return NULL;
    }
    *answer = GPU_NO_MEMORY;
    size.pixels = gpu_picture_size(&size) <= GPU_MAX_MEMORY - gpu->used
                      ? calloc((size_t)width * height, GPU_PIXEL)
                      : NULL;
    made = size.pixels != NULL ? gpu_add(gpu, id, GPU_PICTURE, answer) : NULL;
    if (made == NULL) {
        free(size.pixels);
        return NULL;
    }
    made->pixels = size.pixels;
    made->format = format;
    made->width = width;
    made->height = height;
    gpu->used += gpu_picture_size(made);
    return made;
}

/* The guest's picture has the resource's width; offset is of the rectangle's first pixel. */
uint32_t gpu_transfer_picture(struct virtio_gpu *gpu, struct gpu_resource *resource,
                              const struct gpu_rect *rect, uint64_t offset)
{
    uint64_t stride = (uint64_t)resource->width * GPU_PIXEL;

    if (!gpu_contains(resource, rect) || offset > GPU_MAX_MEMORY)
        return GPU_NO_PARAMETER;
    if (rect->x == 0 && rect->width == resource->width) /* rows without gaps */
        return gpu_read_backing(gpu, resource, offset, resource->pixels + rect->y * stride,
                                rect->height * stride)
                   ? GPU_OK
                   : GPU_UNSPECIFIED;
    for (uint32_t row = 0; row < rect->height; row++) {
        uint64_t to = (rect->y + row) * stride + rect->x * (uint64_t)GPU_PIXEL;

        if (!gpu_read_backing(gpu, resource, offset + row * stride, resource->pixels + to,
                              (uint64_t)rect->width * GPU_PIXEL))
            return GPU_UNSPECIFIED;
    }
    return GPU_OK;
}
