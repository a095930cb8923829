/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Commands of a virtio graphics adapter (Virtio 1.2, 5.7.6): 2D, the screen and the pointer here,
 * the others by the features that the driver took.
 */
#include <string.h>

#include "emulator/hw/display/virtio-gpu.h"

static uint32_t gpu_answer_info(struct virtio_gpu *gpu, struct gpu_job *job)
{
    struct {
        struct gpu_rect rect;
        uint32_t enabled, flags;
    } info[GPU_MAX_HEADS] = {0};

    pthread_mutex_lock(&gpu->screen);
    for (unsigned i = 0; i < gpu->head_count; i++) {
        info[i].rect.width = gpu->heads[i].wanted_width;
        info[i].rect.height = gpu->heads[i].wanted_height;
        info[i].enabled = gpu->heads[i].connected;
    }
    pthread_mutex_unlock(&gpu->screen);
    memcpy(job->more, info, sizeof(info));
    job->more_length = sizeof(info);
    return GPU_OK_DISPLAY_INFO;
}

/* Also of a head without a monitor: a driver that asks has seen it before it went. */
static uint32_t gpu_answer_edid(struct virtio_gpu *gpu, struct gpu_job *job, uint32_t head)
{
    struct {
        uint32_t size, padding;
        uint8_t edid[GPU_EDID_ROOM];
    } answer = {.size = EMU_EDID_SIZE};
    uint32_t width, height;

    if (head >= gpu->head_count)
        return GPU_NO_SCANOUT;
    pthread_mutex_lock(&gpu->screen);
    width = gpu->heads[head].wanted_width;
    height = gpu->heads[head].wanted_height;
    pthread_mutex_unlock(&gpu->screen);
    emu_edid_make(answer.edid, width, height);
    memcpy(job->more, &answer, sizeof(answer));
    job->more_length = sizeof(answer);
    return GPU_OK_EDID;
}

/* ---- 2D ---- */

/* What follows the header of most of them: a rectangle and two numbers, or only these. */
union gpu_words {
    uint32_t word[8];
    struct {
        struct gpu_rect rect;
        uint64_t offset;
        uint32_t id, padding;
    } transfer;
    struct gpu_rect rect;
};

static size_t gpu_words_of(uint32_t type)
{
    switch (type) {
    case GPU_CREATE_2D:
        return 16;
    case GPU_TRANSFER:
        return 32;
    case GPU_SET_SCANOUT:
    case GPU_FLUSH:
        return 24;
    default:
        return 8;
    }
}

static uint32_t gpu_transfer(struct virtio_gpu *gpu, struct gpu_resource *resource,
                             const union gpu_words *words)
{
    const struct gpu_rect *rect = &words->transfer.rect;
    struct emu_gpu_transfer box = {.x = rect->x,
                                   .y = rect->y,
                                   .width = rect->width,
                                   .height = rect->height,
                                   .depth = 1,
                                   .offset = words->transfer.offset,
                                   .resource = words->transfer.id};

    if (resource == NULL)
        return GPU_NO_RESOURCE;
    if (resource->kind == GPU_BLOB)
        return GPU_OK; /* Linux asks for it with those that it draws into; there is nothing to do */
    return resource->kind == GPU_PICTURE
               ? gpu_transfer_picture(gpu, resource, rect, words->transfer.offset)
               : gpu_transfer_image(gpu, &box);
}

static uint32_t gpu_show(struct virtio_gpu *gpu, const union gpu_words *words)
{
    const struct gpu_resource *resource = gpu_find(gpu, words->word[5]);

    if (words->word[4] >= gpu->head_count)
        return GPU_NO_SCANOUT;
    if (words->word[5] != 0 && resource == NULL)
        return GPU_NO_RESOURCE;
    if (resource != NULL && resource->kind == GPU_BLOB)
        return GPU_NO_PARAMETER;
    return gpu_set_scanout(gpu, words->word[4], &words->rect, resource);
}

static uint32_t gpu_flush_command(struct virtio_gpu *gpu, const union gpu_words *words)
{
    const struct gpu_resource *resource = gpu_find(gpu, words->word[4]);

    if (resource == NULL)
        return GPU_NO_RESOURCE;
    if (resource->kind != GPU_BLOB && !gpu_contains(resource, &words->rect))
        return GPU_NO_PARAMETER;
    gpu_flush(gpu, resource);
    return GPU_OK;
}

static uint32_t gpu_attach_command(struct virtio_gpu *gpu, const struct gpu_job *job,
                                   struct gpu_resource *resource, uint32_t count)
{
    if (resource == NULL)
        return GPU_NO_RESOURCE;
    if (resource->kind == GPU_BLOB)
        return GPU_NO_PARAMETER;
    return gpu_attach(gpu, job, 8, resource, count);
}

static uint32_t gpu_detach_command(struct virtio_gpu *gpu, struct gpu_resource *resource)
{
    if (resource == NULL)
        return GPU_NO_RESOURCE;
    if (resource->kind == GPU_BLOB)
        return GPU_NO_PARAMETER;
    gpu_detach(gpu, resource);
    return GPU_OK;
}

static uint32_t gpu_run_2d(struct virtio_gpu *gpu, struct gpu_job *job)
{
    size_t length = gpu_words_of(job->header.type);
    union gpu_words words = {{0}};
    const uint32_t *word = words.word;
    struct gpu_resource *resource;
    uint32_t answer;

    if (job->length < length)
        return GPU_UNSPECIFIED;
    memcpy(&words, job->data, length);
    resource = gpu_find(gpu, word[0]);
    switch (job->header.type) {
    case GPU_GET_EDID:
        return gpu_answer_edid(gpu, job, word[0]);
    case GPU_CREATE_2D:
        return gpu_create_picture(gpu, word[0], word[1], word[2], word[3], &answer) != NULL
                   ? GPU_OK
                   : answer;
    case GPU_SET_SCANOUT:
        return gpu_show(gpu, &words);
    case GPU_FLUSH:
        return gpu_flush_command(gpu, &words);
    case GPU_TRANSFER:
        return gpu_transfer(gpu, gpu_find(gpu, words.transfer.id), &words);
    case GPU_ATTACH:
        return gpu_attach_command(gpu, job, resource, word[1]);
    case GPU_DETACH:
        return gpu_detach_command(gpu, resource);
    case GPU_UNREF:
        if (resource == NULL)
            return GPU_NO_RESOURCE;
        gpu_unref(gpu, resource);
        return GPU_OK;
    default:
        return GPU_UNSPECIFIED;
    }
}

/* ---- which feature a command needs ---- */

static bool gpu_is_blob(uint32_t type)
{
    return type == GPU_CREATE_BLOB || type == GPU_SET_SCANOUT_BLOB || type == GPU_MAP_BLOB ||
           type == GPU_UNMAP_BLOB;
}

static bool gpu_is_3d(uint32_t type)
{
    return type == GPU_GET_CAPSET_INFO || type == GPU_GET_CAPSET ||
           (type >= GPU_CONTEXT_CREATE && type <= GPU_SUBMIT);
}

void gpu_run(struct virtio_gpu *gpu, struct gpu_job *job)
{
    uint32_t type = job->header.type;

    if (type == GPU_GET_DISPLAY_INFO)
        job->answer = gpu_answer_info(gpu, job);
    else if (gpu_is_blob(type))
        job->answer =
            (gpu->virtio.accepted & GPU_F_BLOB) ? gpu_run_blob(gpu, job) : GPU_UNSPECIFIED;
    else if (gpu_is_3d(type))
        job->answer = gpu->rendering && (gpu->virtio.accepted & GPU_F_VIRGL) ? gpu_run_3d(gpu, job)
                                                                             : GPU_UNSPECIFIED;
    else
        job->answer = gpu_run_2d(gpu, job);
}

/* ---- the pointer ---- */

struct gpu_pointer {
    uint32_t head, x, y, padding;
    uint32_t id, hot_x, hot_y, padding2;
};

/* Its pixels; NULL: there is no such picture, or not of that size. */
static const uint32_t *gpu_read_pointer(struct virtio_gpu *gpu, const struct gpu_resource *resource,
                                        uint32_t *pixels)
{
    struct emu_gpu_view view = {.width = GPU_CURSOR_SIZE, .height = GPU_CURSOR_SIZE};

    if (resource == NULL || resource->kind == GPU_BLOB || resource->width != GPU_CURSOR_SIZE ||
        resource->height != GPU_CURSOR_SIZE)
        return NULL;
    view.resource = resource->id;
    if (resource->kind == GPU_IMAGE)
        return gpu->backend.ops->read(gpu->backend.opaque, &view, pixels) ? pixels : NULL;
    memcpy(pixels, resource->pixels, sizeof(uint32_t) * GPU_CURSOR_SIZE * GPU_CURSOR_SIZE);
    return pixels;
}

void gpu_run_cursor(struct virtio_gpu *gpu, struct gpu_job *job)
{
    uint32_t pixels[GPU_CURSOR_SIZE * GPU_CURSOR_SIZE];
    struct gpu_pointer pointer;
    struct gpu_head *head;

    if (job->length < sizeof(pointer))
        return;
    memcpy(&pointer, job->data, sizeof(pointer));
    if (pointer.head >= gpu->head_count)
        return;
    head = &gpu->heads[pointer.head];
    gpu_move_cursor(head, pointer.x, pointer.y);
    if (job->header.type == GPU_UPDATE_CURSOR)
        gpu_set_cursor(head, gpu_read_pointer(gpu, gpu_find(gpu, pointer.id), pixels),
                       pointer.hot_x, pointer.hot_y);
}
