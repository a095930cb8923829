/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a saved machine keeps of a virtio graphics adapter: its resources, heads, pointers, and
 * which contexts there were. What a back end made of them is not kept: images come back black, and
 * contexts are lost, which drivers are told by the answers to their commands.
 */
#include <stdlib.h>

#include "emulator/hw/display/virtio-gpu.h"
#include "emulator/hw/save.h"

static const struct emu_field gpu_head_fields[] = {
    EMU_FIELD(struct gpu_head, connected),
    EMU_FIELD(struct gpu_head, wanted_width),
    EMU_FIELD(struct gpu_head, wanted_height),
    EMU_FIELD(struct gpu_head, shown),
    EMU_FIELD(struct gpu_head, x),
    EMU_FIELD(struct gpu_head, y),
    EMU_FIELD(struct gpu_head, width),
    EMU_FIELD(struct gpu_head, height),
    EMU_FIELD(struct gpu_head, format),
    EMU_FIELD(struct gpu_head, stride),
    EMU_FIELD(struct gpu_head, offset),
    EMU_FIELD(struct gpu_head, cursor_visible),
    EMU_FIELD(struct gpu_head, cursor_x),
    EMU_FIELD(struct gpu_head, cursor_y),
    EMU_FIELD(struct gpu_head, cursor_hot_x),
    EMU_FIELD(struct gpu_head, cursor_hot_y),
    EMU_FIELD_ARRAY(struct gpu_head, cursor),
    EMU_FIELD_END,
};

/* A resource, before its pieces and pixels; a context has no kind of these. */
struct gpu_record {
    uint32_t id, kind, format, width, height, pieces;
    struct emu_gpu_image image;
    struct emu_gpu_blob blob;
    bool mapped;
    uint64_t map_offset;
};

static const struct emu_field gpu_record_fields[] = {
    EMU_FIELD(struct gpu_record, id),
    EMU_FIELD(struct gpu_record, kind),
    EMU_FIELD(struct gpu_record, format),
    EMU_FIELD(struct gpu_record, width),
    EMU_FIELD(struct gpu_record, height),
    EMU_FIELD(struct gpu_record, pieces),
    EMU_FIELD(struct gpu_record, image.target),
    EMU_FIELD(struct gpu_record, image.format),
    EMU_FIELD(struct gpu_record, image.bind),
    EMU_FIELD(struct gpu_record, image.width),
    EMU_FIELD(struct gpu_record, image.height),
    EMU_FIELD(struct gpu_record, image.depth),
    EMU_FIELD(struct gpu_record, image.array_size),
    EMU_FIELD(struct gpu_record, image.last_level),
    EMU_FIELD(struct gpu_record, image.samples),
    EMU_FIELD(struct gpu_record, image.flags),
    EMU_FIELD(struct gpu_record, blob.context),
    EMU_FIELD(struct gpu_record, blob.memory),
    EMU_FIELD(struct gpu_record, blob.flags),
    EMU_FIELD(struct gpu_record, blob.id),
    EMU_FIELD(struct gpu_record, blob.size),
    EMU_FIELD_END,
};

static const struct emu_field gpu_piece_fields[] = {
    EMU_FIELD(struct gpu_piece, address),
    EMU_FIELD(struct gpu_piece, length),
    EMU_FIELD_END,
};

static const struct emu_field gpu_context_fields[] = {
    EMU_FIELD(struct gpu_context, id),
    EMU_FIELD(struct gpu_context, kind),
    EMU_FIELD_END,
};

/* ---- saving ---- */

static void gpu_save_resource(const struct gpu_resource *resource, struct emu_writer *out)
{
    const struct gpu_record record = {
        .id = resource->id,
        .kind = resource->kind,
        .format = resource->format,
        .width = resource->width,
        .height = resource->height,
        .pieces = resource->piece_count,
        .image = resource->image,
        .blob = resource->blob,
    };

    emu_write_fields(out, &record, gpu_record_fields);
    for (uint32_t i = 0; i < resource->piece_count; i++)
        emu_write_fields(out, &resource->pieces[i], gpu_piece_fields);
    if (resource->kind == GPU_PICTURE)
        emu_write_bytes(out, "pixels", resource->pixels, gpu_picture_size(resource));
}

/* A record without an id ends each list. */
void gpu_save(struct virtio_gpu *gpu, struct emu_writer *out)
{
    const struct gpu_record end = {0};
    const struct gpu_context last = {0};

    emu_write_section(out, "virtio-gpu", 2);
    emu_write_u64(out, "heads", gpu->head_count);
    for (unsigned i = 0; i < gpu->head_count; i++)
        emu_write_fields(out, &gpu->heads[i], gpu_head_fields);
    for (const struct gpu_context *c = gpu->contexts; c != NULL; c = c->next)
        emu_write_fields(out, c, gpu_context_fields);
    emu_write_fields(out, &last, gpu_context_fields);
    for (unsigned i = 0; i < GPU_BUCKETS; i++)
        for (const struct gpu_resource *r = gpu->resources[i]; r != NULL; r = r->next)
            gpu_save_resource(r, out);
    emu_write_fields(out, &end, gpu_record_fields);
}

/* ---- loading ---- */

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

static struct gpu_resource *gpu_load_record(struct virtio_gpu *gpu, const struct gpu_record *record)
{
    struct gpu_resource *made;
    uint32_t answer;

    if (record->kind == GPU_PICTURE)
        return gpu_create_picture(gpu, record->id, record->format, record->width, record->height,
                                  &answer);
    if (record->kind > GPU_BLOB || (record->kind == GPU_BLOB && record->blob.size > GPU_MAX_BLOB))
        return NULL;
    made = gpu_add(gpu, record->id, record->kind, &answer);
    if (made == NULL)
        return NULL;
    made->format = record->format;
    made->width = record->width;
    made->height = record->height;
    made->image = record->image;
    made->blob = record->blob;
    return made;
}

/* What the back end takes again it has again; the rest is there in name. */
static void gpu_host_again(struct virtio_gpu *gpu, struct gpu_resource *resource)
{
    if (!gpu->rendering || resource->kind == GPU_PICTURE)
        return;
    if (resource->kind == GPU_BLOB) {
        if (resource->blob.context == 0)
            gpu_host_blob(gpu, resource);
    } else if (gpu_create_image(gpu, resource) && resource->piece_count != 0 &&
               (!gpu_make_pages(gpu, resource) ||
                !gpu->backend.ops->attach_pages(gpu->backend.opaque, resource->id, resource->pages,
                                                resource->page_count))) {
        free(resource->pages);
        resource->pages = NULL;
    }
}

static bool gpu_load_resources(struct virtio_gpu *gpu, struct emu_reader *in, struct emu_error *err)
{
    for (;;) {
        struct gpu_record record = {0};
        struct gpu_resource *resource;

        if (!emu_read_fields(in, &record, gpu_record_fields, err))
            return false;
        if (record.id == 0)
            return true;
        resource = gpu_load_record(gpu, &record);
        if (resource == NULL)
            return emu_hw_load_bad("virtio-gpu", "a resource", err);
        if (!gpu_load_pieces(resource, record.pieces, in, err) ||
            (resource->kind == GPU_PICTURE &&
             !emu_read_bytes(in, "pixels", resource->pixels, gpu_picture_size(resource), err)))
            return false;
        gpu_host_again(gpu, resource);
    }
}

static bool gpu_load_contexts(struct virtio_gpu *gpu, struct emu_reader *in, struct emu_error *err)
{
    for (;;) {
        struct gpu_context record = {0};

        if (!emu_read_fields(in, &record, gpu_context_fields, err))
            return false;
        if (record.id == 0)
            return true;
        if (gpu_find_context(gpu, record.id) != NULL ||
            !gpu_add_context(gpu, record.id, record.kind))
            return emu_hw_load_bad("virtio-gpu", "a context", err);
        gpu_find_context(gpu, record.id)->lost = true;
    }
}

/* A head shows a part of a resource that is there. */
static bool gpu_show_again(struct virtio_gpu *gpu, const struct gpu_head *saved, unsigned index)
{
    const struct gpu_rect rect = {saved->x, saved->y, saved->width, saved->height};
    const struct gpu_resource *resource = gpu_find(gpu, saved->shown);
    struct gpu_layout layout = {
        .format = saved->format, .stride = saved->stride, .offset = saved->offset};

    if (saved->shown == 0)
        return true;
    if (resource == NULL || rect.x > EMU_DISPLAY_MAX_SIZE || rect.y > EMU_DISPLAY_MAX_SIZE ||
        rect.width > EMU_DISPLAY_MAX_SIZE || rect.height > EMU_DISPLAY_MAX_SIZE)
        return false;
    if (resource->kind != GPU_BLOB)
        return gpu_set_scanout(gpu, index, &rect, resource) == GPU_OK;
    layout.width = rect.x + rect.width;
    layout.height = rect.y + rect.height;
    return gpu_set_scanout_blob(gpu, index, &rect, resource, &layout) == GPU_OK;
}

static bool gpu_load_head(struct virtio_gpu *gpu, const struct gpu_head *saved, unsigned index)
{
    struct gpu_head *head = &gpu->heads[index];

    if (saved->cursor_hot_x >= GPU_CURSOR_SIZE || saved->cursor_hot_y >= GPU_CURSOR_SIZE)
        return false;
    pthread_mutex_lock(&gpu->screen);
    head->connected = saved->connected;
    head->wanted_width = saved->wanted_width;
    head->wanted_height = saved->wanted_height;
    head->x = saved->x;
    head->y = saved->y;
    head->width = saved->width;
    head->height = saved->height;
    head->format = saved->format;
    head->stride = saved->stride;
    head->offset = saved->offset;
    pthread_mutex_unlock(&gpu->screen);
    gpu_move_cursor(head, saved->cursor_x, saved->cursor_y);
    gpu_set_cursor(head, saved->cursor, saved->cursor_hot_x, saved->cursor_hot_y);
    if (!saved->cursor_visible)
        gpu_set_cursor(head, NULL, 0, 0);
    return gpu_show_again(gpu, saved, index);
}

static bool gpu_read_heads(struct virtio_gpu *gpu, struct gpu_head *saved, struct emu_reader *in,
                           struct emu_error *err)
{
    uint64_t count;

    if (!emu_read_u64(in, "heads", &count, err))
        return false;
    if (count != gpu->head_count)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "the saved machine's graphics adapter has %u heads, this one %u",
                             (unsigned)count, (unsigned)gpu->head_count);
    for (unsigned i = 0; i < gpu->head_count; i++)
        if (!emu_read_fields(in, &saved[i], gpu_head_fields, err))
            return false;
    return true;
}

static bool gpu_load_all(struct virtio_gpu *gpu, struct gpu_head *saved, struct emu_reader *in,
                         struct emu_error *err)
{
    uint32_t version;
    bool good = true;

    if (!emu_read_section(in, "virtio-gpu", &version, err))
        return false;
    if (version != 2)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "the saved virtio-gpu has version %u, this program reads version 2",
                             (unsigned)version);
    if (!gpu_read_heads(gpu, saved, in, err) || !gpu_load_contexts(gpu, in, err) ||
        !gpu_load_resources(gpu, in, err))
        return false;
    for (unsigned i = 0; i < gpu->head_count; i++)
        good = gpu_load_head(gpu, &saved[i], i) && good;
    return good || emu_hw_load_bad("virtio-gpu", "the screen", err);
}

bool gpu_load(struct virtio_gpu *gpu, struct emu_reader *in, struct emu_error *err)
{
    struct gpu_head *saved = calloc(GPU_MAX_HEADS, sizeof(*saved));
    bool done;

    if (saved == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    gpu_clear(gpu);
    done = gpu_load_all(gpu, saved, in, err);
    free(saved);
    if (!done)
        gpu_clear(gpu);
    return done;
}
