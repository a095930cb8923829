/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Blobs of a virtio graphics adapter (Virtio 1.2, 5.7.6.8), and the window in which a guest sees
 * those that the back end has: a block of memory where a blob's pages are put over the block's own
 * and taken off again, so that an address there is always valid.
 */
#include <string.h>
#include <unistd.h>

#include "emulator/hw/display/virtio-gpu.h"

#define GPU_BLOB_GUEST   1u /* memory: all of it is the guest's, */
#define GPU_BLOB_HOST    2u /* all the back end's, */
#define GPU_BLOB_BOTH    3u /* or each has its own */
#define GPU_BLOB_MAP     1u /* flags: it may be put into the window */
#define GPU_BLOB_FLAGS   7u
#define GPU_PAGE         4096u
#define GPU_CACHED       1u
#define GPU_BLOB_LAYOUTS 4

/* ---- making them ---- */

struct gpu_create_blob {
    uint32_t id, memory, flags, count;
    uint64_t blob_id, size;
};

static bool gpu_blob_is_sane(const struct virtio_gpu *gpu, const struct gpu_create_blob *asked)
{
    bool guest = asked->memory == GPU_BLOB_GUEST || asked->memory == GPU_BLOB_BOTH;
    bool host = asked->memory == GPU_BLOB_HOST || asked->memory == GPU_BLOB_BOTH;

    return (guest || host) && (!host || gpu->rendering) && (guest == (asked->count != 0)) &&
           asked->size != 0 && asked->size <= GPU_MAX_BLOB && (asked->flags & ~GPU_BLOB_FLAGS) == 0;
}

/* Does the backing hold all of it? */
static bool gpu_blob_is_backed(const struct gpu_resource *resource)
{
    uint64_t length = 0;

    for (uint32_t i = 0; i < resource->piece_count; i++)
        length += resource->pieces[i].length;
    return length >= resource->blob.size;
}

static uint32_t gpu_fill_blob(struct virtio_gpu *gpu, const struct gpu_job *job,
                              struct gpu_resource *made, uint32_t count)
{
    if (count != 0) {
        uint32_t answer = gpu_attach(gpu, job, sizeof(struct gpu_create_blob), made, count);

        if (answer != GPU_OK)
            return answer;
        if (!gpu_blob_is_backed(made))
            return GPU_NO_PARAMETER;
    }
    return !gpu->rendering || gpu_host_blob(gpu, made) ? GPU_OK : GPU_NO_PARAMETER;
}

bool gpu_host_blob(struct virtio_gpu *gpu, struct gpu_resource *blob)
{
    if (blob->piece_count != 0 && !gpu_make_pages(gpu, blob))
        return false;
    blob->hosted = gpu->backend.ops->create_blob(gpu->backend.opaque, blob->id, &blob->blob,
                                                 blob->pages, blob->page_count);
    return blob->hosted;
}

static uint32_t gpu_create_blob(struct virtio_gpu *gpu, const struct gpu_job *job)
{
    struct gpu_create_blob asked;
    struct gpu_resource *made;
    uint32_t answer;

    if (job->length < sizeof(asked))
        return GPU_UNSPECIFIED;
    memcpy(&asked, job->data, sizeof(asked));
    if (!gpu_blob_is_sane(gpu, &asked))
        return GPU_NO_PARAMETER;
    if (job->header.context != 0 && gpu_live_context(gpu, job->header.context) == NULL)
        return GPU_NO_CONTEXT;
    made = gpu_add(gpu, asked.id, GPU_BLOB, &answer);
    if (made == NULL)
        return answer;
    made->blob = (struct emu_gpu_blob){job->header.context, asked.memory, asked.flags,
                                       asked.blob_id, asked.size};
    answer = gpu_fill_blob(gpu, job, made, asked.count);
    if (answer != GPU_OK)
        gpu_unref(gpu, made);
    return answer;
}

/* ---- the screen ---- */

static uint32_t gpu_show_blob(struct virtio_gpu *gpu, const struct gpu_job *job)
{
    struct {
        struct gpu_rect rect;
        uint32_t head, id, width, height, format, padding;
        uint32_t strides[GPU_BLOB_LAYOUTS], offsets[GPU_BLOB_LAYOUTS];
    } asked;
    const struct gpu_resource *blob;
    struct gpu_layout layout;

    if (job->length < sizeof(asked))
        return GPU_UNSPECIFIED;
    memcpy(&asked, job->data, sizeof(asked));
    if (asked.id == 0)
        return gpu_set_scanout(gpu, asked.head, &asked.rect, NULL);
    blob = gpu_find(gpu, asked.id);
    if (blob == NULL || blob->kind != GPU_BLOB)
        return GPU_NO_RESOURCE;
    layout = (struct gpu_layout){asked.width, asked.height, asked.format, asked.strides[0],
                                 asked.offsets[0]};
    return gpu_set_scanout_blob(gpu, asked.head, &asked.rect, blob, &layout);
}

/* ---- the window ---- */

bool gpu_window_init(struct virtio_gpu *gpu, struct emu_error *err)
{
    uint64_t size = gpu->backend.window;

    if (!gpu->rendering || size == 0 || gpu->backend.ops->get_pages == NULL)
        return true;
    if ((size & (size - 1)) != 0 || size < GPU_PAGE)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "the window of a graphics adapter must be a "
                             "power of two");
    gpu->window = emu_ram_new("gpu-window", size, err);
    if (gpu->window == NULL)
        return false;
    emu_region_init_ram(&gpu->window_region, "gpu-window", gpu->window, 0, size);
    return true;
}

void gpu_window_finish(struct virtio_gpu *gpu)
{
    emu_ram_free(gpu->window);
    gpu->window = NULL;
}

static bool gpu_window_is_free(struct virtio_gpu *gpu, uint64_t offset, uint64_t size)
{
    for (unsigned i = 0; i < GPU_BUCKETS; i++)
        for (const struct gpu_resource *r = gpu->resources[i]; r != NULL; r = r->next)
            if (r->mapped && offset < r->map_offset + r->map_size && r->map_offset < offset + size)
                return false;
    return true;
}

static bool gpu_cover(struct virtio_gpu *gpu, const struct emu_gpu_pages *pages, uint64_t offset,
                      uint64_t size)
{
    if (pages->size < size)
        return false;
    return pages->fd >= 0 ? emu_ram_cover(gpu->window, offset, size, pages->fd, pages->offset)
                          : emu_ram_cover_shared(gpu->window, offset, size, pages->host);
}

static bool gpu_map_pages(struct virtio_gpu *gpu, struct gpu_resource *blob, uint64_t offset,
                          uint32_t *caching)
{
    uint64_t size = (blob->blob.size + GPU_PAGE - 1) / GPU_PAGE * GPU_PAGE;
    struct emu_gpu_pages pages = {.fd = -1};
    bool done;

    if (!gpu->backend.ops->get_pages(gpu->backend.opaque, blob->id, &pages))
        return false;
    done = gpu_cover(gpu, &pages, offset, size);
    if (pages.fd >= 0)
        close(pages.fd);
    blob->mapped = done;
    blob->map_offset = offset;
    blob->map_size = size;
    *caching = pages.caching != 0 ? pages.caching : GPU_CACHED;
    return done;
}

static uint32_t gpu_map(struct virtio_gpu *gpu, struct gpu_job *job)
{
    struct {
        uint32_t id, padding;
        uint64_t offset;
    } asked;
    uint64_t room = gpu->window != NULL ? emu_ram_size(gpu->window) : 0;
    struct gpu_resource *blob;
    uint32_t info[2] = {0};

    if (job->length < sizeof(asked))
        return GPU_UNSPECIFIED;
    memcpy(&asked, job->data, sizeof(asked));
    blob = gpu_find(gpu, asked.id);
    if (blob == NULL || blob->kind != GPU_BLOB)
        return GPU_NO_RESOURCE;
    if (blob->mapped || !blob->hosted || !(blob->blob.flags & GPU_BLOB_MAP) ||
        asked.offset % GPU_PAGE != 0 || asked.offset > room ||
        blob->blob.size > room - asked.offset ||
        !gpu_window_is_free(gpu, asked.offset, blob->blob.size))
        return GPU_NO_PARAMETER;
    if (!gpu_map_pages(gpu, blob, asked.offset, &info[0]))
        return GPU_UNSPECIFIED;
    memcpy(job->more, info, sizeof(info));
    job->more_length = sizeof(info);
    return GPU_OK_MAP_INFO;
}

void gpu_unmap(struct virtio_gpu *gpu, struct gpu_resource *resource)
{
    if (!resource->mapped)
        return;
    resource->mapped = false;
    emu_ram_uncover(gpu->window, resource->map_offset, resource->map_size);
}

static uint32_t gpu_unmap_command(struct virtio_gpu *gpu, const struct gpu_job *job)
{
    struct gpu_resource *blob;
    uint32_t words[2];

    if (job->length < sizeof(words))
        return GPU_UNSPECIFIED;
    memcpy(words, job->data, sizeof(words));
    blob = gpu_find(gpu, words[0]);
    if (blob == NULL)
        return GPU_NO_RESOURCE;
    if (!blob->mapped)
        return GPU_NO_PARAMETER;
    gpu_unmap(gpu, blob);
    return GPU_OK;
}

uint32_t gpu_run_blob(struct virtio_gpu *gpu, struct gpu_job *job)
{
    switch (job->header.type) {
    case GPU_CREATE_BLOB:
        return gpu_create_blob(gpu, job);
    case GPU_SET_SCANOUT_BLOB:
        return gpu_show_blob(gpu, job);
    case GPU_MAP_BLOB:
        return gpu_map(gpu, job);
    case GPU_UNMAP_BLOB:
        return gpu_unmap_command(gpu, job);
    default:
        return GPU_UNSPECIFIED;
    }
}
