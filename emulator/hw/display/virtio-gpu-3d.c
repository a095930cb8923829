/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Contexts, images and command streams of a virtio graphics adapter (Virtio 1.2, 5.7.6.8, 3D
 * commands): what the guest says is checked for what the device knows, and handed to the back end.
 */
#include <stdlib.h>
#include <string.h>

#include "emulator/hw/display/virtio-gpu.h"

#define GPU_NAME_SIZE  64u
#define GPU_KIND_MASK  0xffu
#define GPU_BIND_PLAIN 0xau /* may be drawn to and sampled from */
#define GPU_TARGET_2D  2u

static void *gpu_backend_of(const struct virtio_gpu *gpu)
{
    return gpu->backend.opaque;
}

static const struct emu_gpu_ops *gpu_ops(const struct virtio_gpu *gpu)
{
    return gpu->backend.ops;
}

/* The words behind a command's header; false: they are not all there. */
static bool gpu_words(const struct gpu_job *job, void *words, size_t length)
{
    if (job->length < length)
        return false;
    memcpy(words, job->data, length);
    return true;
}

/* ---- contexts ---- */

struct gpu_context *gpu_find_context(struct virtio_gpu *gpu, uint32_t id)
{
    struct gpu_context *context = gpu->contexts;

    while (context != NULL && context->id != id)
        context = context->next;
    return context;
}

struct gpu_context *gpu_live_context(struct virtio_gpu *gpu, uint32_t id)
{
    struct gpu_context *context = gpu_find_context(gpu, id);

    return context != NULL && !context->lost ? context : NULL;
}

bool gpu_add_context(struct virtio_gpu *gpu, uint32_t id, uint32_t kind)
{
    struct gpu_context **place = &gpu->contexts, *made;

    if (gpu->context_count == GPU_MAX_CONTEXTS)
        return false;
    made = calloc(1, sizeof(*made));
    if (made == NULL)
        return false;
    made->id = id;
    made->kind = kind;
    while (*place != NULL)
        place = &(*place)->next;
    *place = made;
    gpu->context_count++;
    return true;
}

static void gpu_drop_context(struct virtio_gpu *gpu, struct gpu_context *context)
{
    struct gpu_context **place = &gpu->contexts;

    while (*place != context)
        place = &(*place)->next;
    *place = context->next;
    gpu->context_count--;
    if (!context->lost)
        gpu_ops(gpu)->destroy_context(gpu_backend_of(gpu), context->id);
    free(context);
}

void gpu_drop_contexts(struct virtio_gpu *gpu)
{
    while (gpu->contexts != NULL)
        gpu_drop_context(gpu, gpu->contexts);
}

static uint32_t gpu_create_context(struct virtio_gpu *gpu, const struct gpu_job *job)
{
    uint32_t id = job->header.context, kind;
    struct {
        uint32_t name_length, init;
        char name[GPU_NAME_SIZE];
    } asked;

    if (!gpu_words(job, &asked, sizeof(asked)))
        return GPU_UNSPECIFIED;
    if (id == 0 || gpu_find_context(gpu, id) != NULL)
        return GPU_NO_CONTEXT;
    kind = (gpu->virtio.accepted & GPU_F_CONTEXT_INIT) ? asked.init & GPU_KIND_MASK : 0;
    if (asked.name_length > GPU_NAME_SIZE)
        asked.name_length = GPU_NAME_SIZE;
    if (!gpu_ops(gpu)->create_context(gpu_backend_of(gpu), id, kind, asked.name, asked.name_length))
        return GPU_UNSPECIFIED;
    if (gpu_add_context(gpu, id, kind))
        return GPU_OK;
    gpu_ops(gpu)->destroy_context(gpu_backend_of(gpu), id);
    return GPU_NO_MEMORY;
}

static uint32_t gpu_destroy_context(struct virtio_gpu *gpu, const struct gpu_job *job)
{
    struct gpu_context *context = gpu_find_context(gpu, job->header.context);

    if (context == NULL)
        return GPU_NO_CONTEXT;
    gpu_drop_context(gpu, context);
    return GPU_OK;
}

static uint32_t gpu_submit(struct virtio_gpu *gpu, struct gpu_job *job)
{
    struct {
        uint32_t size, padding;
    } asked;

    if (!gpu_words(job, &asked, sizeof(asked)) || asked.size > job->length - sizeof(asked))
        return GPU_UNSPECIFIED;
    if (asked.size % 4 != 0)
        return GPU_NO_PARAMETER;
    if (gpu_live_context(gpu, job->header.context) == NULL)
        return GPU_NO_CONTEXT;
    /* Drivers wait for an empty stream as for any other. */
    memmove(job->data, job->data + sizeof(asked), asked.size);
    return asked.size == 0 || gpu_ops(gpu)->submit(gpu_backend_of(gpu), job->header.context,
                                                   job->data, asked.size)
               ? GPU_OK
               : GPU_NO_PARAMETER;
}

/* ---- images ---- */

bool gpu_create_image(struct virtio_gpu *gpu, struct gpu_resource *resource)
{
    resource->hosted =
        gpu_ops(gpu)->create_image(gpu_backend_of(gpu), resource->id, &resource->image);
    resource->format = resource->image.format;
    resource->width = resource->image.width;
    resource->height = resource->image.height;
    return resource->hosted;
}

static uint32_t gpu_create_3d(struct virtio_gpu *gpu, const struct gpu_job *job)
{
    struct {
        uint32_t id;
        struct emu_gpu_image image;
        uint32_t padding;
    } asked;
    struct gpu_resource *made;
    uint32_t answer;

    if (!gpu_words(job, &asked, sizeof(asked)))
        return GPU_UNSPECIFIED;
    made = gpu_add(gpu, asked.id, GPU_IMAGE, &answer);
    if (made == NULL)
        return answer;
    made->image = asked.image;
    if (gpu_create_image(gpu, made))
        return GPU_OK;
    gpu_unref(gpu, made);
    return GPU_NO_PARAMETER;
}

uint32_t gpu_transfer_image(struct virtio_gpu *gpu, const struct emu_gpu_transfer *transfer)
{
    return gpu_ops(gpu)->transfer(gpu_backend_of(gpu), transfer) ? GPU_OK : GPU_NO_PARAMETER;
}

static uint32_t gpu_transfer_3d(struct virtio_gpu *gpu, const struct gpu_job *job, bool to_guest)
{
    struct {
        uint32_t x, y, z, width, height, depth;
        uint64_t offset;
        uint32_t id, level, stride, layer_stride;
    } asked;
    const struct gpu_resource *resource;
    struct emu_gpu_transfer transfer;

    if (!gpu_words(job, &asked, sizeof(asked)))
        return GPU_UNSPECIFIED;
    resource = gpu_find(gpu, asked.id);
    if (resource == NULL || !resource->hosted)
        return GPU_NO_RESOURCE;
    if (job->header.context != 0 && gpu_live_context(gpu, job->header.context) == NULL)
        return GPU_NO_CONTEXT;
    transfer = (struct emu_gpu_transfer){
        .x = asked.x,
        .y = asked.y,
        .z = asked.z,
        .width = asked.width,
        .height = asked.height,
        .depth = asked.depth,
        .offset = asked.offset,
        .resource = asked.id,
        .level = asked.level,
        .stride = asked.stride,
        .layer_stride = asked.layer_stride,
        .context = job->header.context,
        .to_guest = to_guest,
    };
    return gpu_transfer_image(gpu, &transfer);
}

/* A picture that a context is to use goes over to the back end, with its backing and what is in
 * it there. */
static bool gpu_host(struct virtio_gpu *gpu, struct gpu_resource *resource)
{
    struct emu_gpu_transfer all = {
        .width = resource->width, .height = resource->height, .depth = 1, .resource = resource->id};

    resource->image = (struct emu_gpu_image){
        .target = GPU_TARGET_2D,
        .format = resource->format,
        .bind = GPU_BIND_PLAIN,
        .width = resource->width,
        .height = resource->height,
        .depth = 1,
        .array_size = 1,
    };
    if (!gpu_create_image(gpu, resource))
        return false;
    gpu_screen_hand_over(gpu, resource->id);
    gpu->used -= gpu_picture_size(resource);
    free(resource->pixels);
    resource->pixels = NULL;
    resource->kind = GPU_IMAGE;
    if (resource->pieces == NULL)
        return true;
    if (gpu_make_pages(gpu, resource) &&
        gpu_ops(gpu)->attach_pages(gpu_backend_of(gpu), resource->id, resource->pages,
                                   resource->page_count))
        return gpu_ops(gpu)->transfer(gpu_backend_of(gpu), &all);
    free(resource->pages);
    resource->pages = NULL;
    gpu_detach(gpu, resource);
    return true;
}

static uint32_t gpu_join(struct virtio_gpu *gpu, const struct gpu_job *job, bool join)
{
    const struct emu_gpu_ops *ops = gpu_ops(gpu);
    uint32_t context = job->header.context, words[2];
    struct gpu_resource *resource;

    if (!gpu_words(job, words, sizeof(words)))
        return GPU_UNSPECIFIED;
    resource = gpu_find(gpu, words[0]);
    if (gpu_find_context(gpu, context) == NULL)
        return GPU_NO_CONTEXT;
    if (resource == NULL)
        return GPU_NO_RESOURCE;
    if (gpu_live_context(gpu, context) == NULL)
        return GPU_OK; /* what it had is gone; so is this */
    if (join && resource->kind == GPU_PICTURE && !gpu_host(gpu, resource))
        return GPU_UNSPECIFIED;
    if (resource->hosted)
        (join ? ops->attach_resource : ops->detach_resource)(gpu_backend_of(gpu), context,
                                                             resource->id);
    return GPU_OK;
}

/* ---- capabilities ---- */

static uint32_t gpu_answer_capset_info(struct virtio_gpu *gpu, struct gpu_job *job)
{
    struct emu_gpu_capset set = {0};
    uint32_t words[2], info[4];

    if (!gpu_words(job, words, sizeof(words)))
        return GPU_UNSPECIFIED;
    if (words[0] >= gpu->capset_count ||
        !gpu_ops(gpu)->get_capset(gpu_backend_of(gpu), words[0], &set))
        return GPU_NO_PARAMETER;
    info[0] = set.id;
    info[1] = set.version;
    info[2] = set.size <= EMU_GPU_MAX_CAPSET ? set.size : 0;
    info[3] = 0;
    memcpy(job->more, info, sizeof(info));
    job->more_length = sizeof(info);
    return GPU_OK_CAPSET_INFO;
}

static uint32_t gpu_answer_capset(struct virtio_gpu *gpu, struct gpu_job *job)
{
    struct emu_gpu_capset set = {0};
    uint32_t words[2];

    if (!gpu_words(job, words, sizeof(words)))
        return GPU_UNSPECIFIED;
    for (unsigned i = 0; i < gpu->capset_count; i++) {
        if (!gpu_ops(gpu)->get_capset(gpu_backend_of(gpu), i, &set) || set.id != words[0] ||
            words[1] > set.version || set.size > EMU_GPU_MAX_CAPSET)
            continue;
        memset(job->more, 0, set.size);
        gpu_ops(gpu)->fill_capset(gpu_backend_of(gpu), set.id, words[1], job->more);
        job->more_length = set.size;
        return GPU_OK_CAPSET;
    }
    return GPU_NO_PARAMETER;
}

uint32_t gpu_run_3d(struct virtio_gpu *gpu, struct gpu_job *job)
{
    switch (job->header.type) {
    case GPU_GET_CAPSET_INFO:
        return gpu_answer_capset_info(gpu, job);
    case GPU_GET_CAPSET:
        return gpu_answer_capset(gpu, job);
    case GPU_CONTEXT_CREATE:
        return gpu_create_context(gpu, job);
    case GPU_CONTEXT_DESTROY:
        return gpu_destroy_context(gpu, job);
    case GPU_CONTEXT_ATTACH:
    case GPU_CONTEXT_DETACH:
        return gpu_join(gpu, job, job->header.type == GPU_CONTEXT_ATTACH);
    case GPU_CREATE_3D:
        return gpu_create_3d(gpu, job);
    case GPU_TRANSFER_TO_HOST:
    case GPU_TRANSFER_FROM_HOST:
        return gpu_transfer_3d(gpu, job, job->header.type == GPU_TRANSFER_FROM_HOST);
    case GPU_SUBMIT:
        return gpu_submit(gpu, job);
    default:
        return GPU_UNSPECIFIED;
    }
}
