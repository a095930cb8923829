/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a saved machine keeps of a virtio graphics adapter: its resources, the screen, the pointer.
 */
#include <stdlib.h>

#include "emulator/hw/display/virtio-gpu.h"
#include "emulator/hw/save.h"

static const struct emu_field gpu_fields[] = {
    EMU_FIELD(struct virtio_gpu, shown),
    EMU_FIELD(struct virtio_gpu, x),
    EMU_FIELD(struct virtio_gpu, y),
    EMU_FIELD(struct virtio_gpu, width),
    EMU_FIELD(struct virtio_gpu, height),
    EMU_FIELD(struct virtio_gpu, cursor_visible),
    EMU_FIELD(struct virtio_gpu, cursor_x),
    EMU_FIELD(struct virtio_gpu, cursor_y),
    EMU_FIELD(struct virtio_gpu, cursor_hot_x),
    EMU_FIELD(struct virtio_gpu, cursor_hot_y),
    EMU_FIELD_ARRAY(struct virtio_gpu, cursor),
    EMU_FIELD_END,
};

/* Of a resource, before its pieces and pixels. */
struct gpu_record {
    uint32_t id, format, width, height, pieces;
};

static const struct emu_field gpu_record_fields[] = {
    EMU_FIELD(struct gpu_record, id),     EMU_FIELD(struct gpu_record, format),
    EMU_FIELD(struct gpu_record, width),  EMU_FIELD(struct gpu_record, height),
    EMU_FIELD(struct gpu_record, pieces), EMU_FIELD_END,
};

static const struct emu_field gpu_piece_fields[] = {
    EMU_FIELD(struct gpu_piece, address),
    EMU_FIELD(struct gpu_piece, length),
    EMU_FIELD_END,
};

static size_t gpu_bytes(const struct gpu_resource *resource)
{
    return (size_t)resource->width * resource->height * 4;
}

static void gpu_save_resource(const struct gpu_resource *resource, struct emu_writer *out)
{
    const struct gpu_record record = {resource->id, resource->format, resource->width,
                                      resource->height, resource->piece_count};

    emu_write_fields(out, &record, gpu_record_fields);
    for (uint32_t i = 0; i < resource->piece_count; i++)
        emu_write_fields(out, &resource->pieces[i], gpu_piece_fields);
    emu_write_bytes(out, "pixels", resource->pixels, gpu_bytes(resource));
}

/* A record without an id ends the list. */
void gpu_save(struct virtio_gpu *gpu, struct emu_writer *out)
{
    const struct gpu_record end = {0};

    emu_hw_save(out, "virtio-gpu", gpu, gpu_fields);
    for (unsigned i = 0; i < GPU_MAX_RESOURCES; i++)
        if (gpu->resources[i].id != 0)
            gpu_save_resource(&gpu->resources[i], out);
    emu_write_fields(out, &end, gpu_record_fields);
}

static bool gpu_load_pieces(struct gpu_resource *resource, uint32_t count, struct emu_reader *in,
                            struct emu_error *err)
{
    if (count > GPU_MAX_PIECES)
        return emu_hw_load_bad("virtio-gpu", "a resource's backing", err);
    if (count == 0)
        return true;
    resource->pieces = calloc(count, sizeof(*resource->pieces));
    if (resource->pieces == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    resource->piece_count = count;
    for (uint32_t i = 0; i < count; i++)
        if (!emu_read_fields(in, &resource->pieces[i], gpu_piece_fields, err))
            return false;
    return true;
}

static bool gpu_load_resources(struct virtio_gpu *gpu, struct emu_reader *in, struct emu_error *err)
{
    for (;;) {
        struct gpu_resource *resource;
        struct gpu_record record;
        uint32_t answer;

        if (!emu_read_fields(in, &record, gpu_record_fields, err))
            return false;
        if (record.id == 0)
            return true;
        resource = gpu_create(gpu, record.id, record.format, record.width, record.height, &answer);
        if (resource == NULL)
            return emu_hw_load_bad("virtio-gpu", "a resource", err);
        if (!gpu_load_pieces(resource, record.pieces, in, err) ||
            !emu_read_bytes(in, "pixels", resource->pixels, gpu_bytes(resource), err))
            return false;
    }
}

/* The screen shows a part of a resource that is there. */
static bool gpu_check(struct virtio_gpu *gpu, struct emu_error *err)
{
    const struct gpu_resource *shown = gpu_find(gpu, gpu->shown);

    if (gpu->cursor_hot_x >= GPU_CURSOR_SIZE || gpu->cursor_hot_y >= GPU_CURSOR_SIZE)
        return emu_hw_load_bad("virtio-gpu", "the pointer", err);
    if (gpu->shown == 0 || (shown != NULL && gpu->width != 0 && gpu->height != 0 &&
                            gpu_contains(shown, gpu->x, gpu->y, gpu->width, gpu->height)))
        return true;
    gpu->shown = 0;
    return emu_hw_load_bad("virtio-gpu", "the screen", err);
}

bool gpu_load(struct virtio_gpu *gpu, struct emu_reader *in, struct emu_error *err)
{
    gpu_clear(gpu);
    if (!emu_hw_load(in, "virtio-gpu", gpu, gpu_fields, err))
        return gpu->shown = 0, false;
    if (!gpu_load_resources(gpu, in, err))
        return gpu->shown = 0, false;
    gpu->serial++;
    gpu->cursor_serial++;
    return gpu_check(gpu, err);
}
