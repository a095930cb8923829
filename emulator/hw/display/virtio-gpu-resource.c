/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Resources of a virtio graphics adapter by their ids, and the pieces of guest memory that back
 * them: as addresses, and for a back end as the host sees them.
 */
#include <stdlib.h>
#include <string.h>

#include "emulator/hw/display/virtio-gpu.h"
#include "emulator/util/shared-memory.h"

/* ---- the table ---- */

static struct gpu_resource **gpu_bucket(struct virtio_gpu *gpu, uint32_t id)
{
    return &gpu->resources[id % GPU_BUCKETS];
}

struct gpu_resource *gpu_find(struct virtio_gpu *gpu, uint32_t id)
{
    struct gpu_resource *resource = id != 0 ? *gpu_bucket(gpu, id) : NULL;

    while (resource != NULL && resource->id != id)
        resource = resource->next;
    return resource;
}

/* At the end of its bucket: a machine that was saved and loaded has the same order. */
struct gpu_resource *gpu_add(struct virtio_gpu *gpu, uint32_t id, enum gpu_kind kind,
                             uint32_t *answer)
{
    struct gpu_resource **place = gpu_bucket(gpu, id), *made;

    *answer = GPU_NO_RESOURCE;
    if (id == 0 || gpu_find(gpu, id) != NULL)
        return NULL;
    *answer = GPU_NO_MEMORY;
    made = gpu->resource_count < GPU_MAX_RESOURCES ? calloc(1, sizeof(*made)) : NULL;
    if (made == NULL)
        return NULL;
    made->id = id;
    made->kind = kind;
    while (*place != NULL)
        place = &(*place)->next;
    *place = made;
    gpu->resource_count++;
    *answer = GPU_OK;
    return made;
}

void gpu_detach(struct virtio_gpu *gpu, struct gpu_resource *resource)
{
    if (resource->pages != NULL && resource->kind == GPU_IMAGE)
        gpu->backend.ops->detach_pages(gpu->backend.opaque, resource->id);
    free(resource->pages);
    free(resource->pieces);
    resource->pages = NULL;
    resource->pieces = NULL;
    resource->page_count = resource->piece_count = 0;
}

void gpu_unref(struct virtio_gpu *gpu, struct gpu_resource *resource)
{
    struct gpu_resource **place = gpu_bucket(gpu, resource->id);

    gpu_screen_hide(gpu, resource->id);
    gpu_unmap(gpu, resource);
    while (*place != resource)
        place = &(*place)->next;
    *place = resource->next;
    gpu->resource_count--;
    gpu_detach(gpu, resource);
    if (resource->hosted)
        gpu->backend.ops->destroy_resource(gpu->backend.opaque, resource->id);
    if (resource->kind == GPU_PICTURE)
        gpu->used -= gpu_picture_size(resource);
    free(resource->pixels);
    free(resource);
}

void gpu_clear(struct virtio_gpu *gpu)
{
    gpu_screen_hide_all(gpu);
    gpu_drop_contexts(gpu);
    for (unsigned i = 0; i < GPU_BUCKETS; i++)
        while (gpu->resources[i] != NULL)
            gpu_unref(gpu, gpu->resources[i]);
    if (gpu->rendering)
        gpu->backend.ops->reset(gpu->backend.opaque);
}

/* ---- backing ---- */

struct gpu_entry {
    uint64_t address;
    uint32_t length, padding;
};

static bool gpu_take_pieces(const struct gpu_job *job, size_t at, struct gpu_resource *resource)
{
    if (at > job->length || job->length - at < resource->piece_count * sizeof(struct gpu_entry))
        return false;
    for (uint32_t i = 0; i < resource->piece_count; i++) {
        struct gpu_entry entry;

        memcpy(&entry, job->data + at + i * sizeof(entry), sizeof(entry));
        resource->pieces[i] = (struct gpu_piece){entry.address, entry.length};
    }
    return true;
}

static uint32_t gpu_fill_pieces(const struct gpu_job *job, size_t at, struct gpu_resource *resource,
                                uint32_t count)
{
    if (resource->pieces != NULL || count == 0 || count > GPU_MAX_PIECES)
        return GPU_UNSPECIFIED;
    resource->pieces = calloc(count, sizeof(*resource->pieces));
    if (resource->pieces == NULL)
        return GPU_NO_MEMORY;
    resource->piece_count = count;
    return gpu_take_pieces(job, at, resource) ? GPU_OK : GPU_UNSPECIFIED;
}

uint32_t gpu_attach(struct virtio_gpu *gpu, const struct gpu_job *job, size_t at,
                    struct gpu_resource *resource, uint32_t count)
{
    bool had = resource->pieces != NULL;
    uint32_t answer = gpu_fill_pieces(job, at, resource, count);

    if (answer == GPU_OK && resource->kind == GPU_IMAGE &&
        (!gpu_make_pages(gpu, resource) ||
         !gpu->backend.ops->attach_pages(gpu->backend.opaque, resource->id, resource->pages,
                                         resource->page_count))) {
        free(resource->pages); /* which the back end did not take */
        resource->pages = NULL;
        answer = GPU_UNSPECIFIED;
    }
    if (answer != GPU_OK && !had)
        gpu_detach(gpu, resource);
    return answer;
}

static bool gpu_add_page(struct gpu_resource *resource, unsigned *room, uint8_t *host,
                         uint64_t length)
{
    struct iovec *last = resource->pages + resource->page_count;

    if (resource->page_count != 0 && (uint8_t *)last[-1].iov_base + last[-1].iov_len == host) {
        last[-1].iov_len += (size_t)length;
        return true;
    }
    if (resource->page_count == *room) {
        unsigned grown = *room != 0 ? *room * 2 : 16;
        struct iovec *pages = realloc(resource->pages, grown * sizeof(*pages));

        if (pages == NULL)
            return false;
        resource->pages = pages;
        *room = grown;
    }
    resource->pages[resource->page_count++] = (struct iovec){host, (size_t)length};
    return true;
}

/* Only RAM that the guest may write can be shared with a back end. */
bool gpu_make_pages(struct virtio_gpu *gpu, struct gpu_resource *resource)
{
    unsigned room = 0;

    for (uint32_t i = 0; i < resource->piece_count; i++) {
        uint64_t address = resource->pieces[i].address, left = resource->pieces[i].length;

        while (left != 0) {
            struct emu_range range = emu_memory_find(gpu->virtio.pci.device.dma, address);
            uint64_t part = range.length < left ? range.length : left;

            if (range.host == NULL || !range.writable || part == 0 ||
                !gpu_add_page(resource, &room, range.host, part))
                return false;
            address += part;
            left -= part;
        }
    }
    return resource->page_count != 0;
}

/* ---- reading it ---- */

/* Only RAM: registers would take their time. What is not there is black. */
static void gpu_read_guest(struct emu_memory *memory, uint64_t address, uint8_t *out,
                           uint64_t length)
{
    while (length != 0) {
        struct emu_range range = emu_memory_find(memory, address);
        uint64_t part = range.length < length ? range.length : length;

        if (range.host != NULL)
            emu_shared_copy(out, range.host, (size_t)part);
        else
            memset(out, 0, (size_t)part);
        address += part;
        out += part;
        length -= part;
    }
}

bool gpu_read_backing(struct virtio_gpu *gpu, const struct gpu_resource *resource, uint64_t at,
                      uint8_t *out, uint64_t length)
{
    for (uint32_t i = 0; i < resource->piece_count && length != 0; i++) {
        const struct gpu_piece *piece = &resource->pieces[i];
        uint64_t part;

        if (at >= piece->length) {
            at -= piece->length;
            continue;
        }
        part = piece->length - at < length ? piece->length - at : length;
        gpu_read_guest(gpu->virtio.pci.device.dma, piece->address + at, out, part);
        out += part;
        length -= part;
        at = 0;
    }
    return length == 0;
}
