/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For those who render what a guest's virtio graphics adapter is told to (Virtio 1.2, 5.7): a
 * library that speaks OpenGL or Vulkan, a test. The emulator knows neither. Without a back end the
 * adapter has 2D and blobs in guest memory, which it does itself. All functions but close run on
 * the adapter's own thread, one at a time, and may take long; no vcpu waits for them. Names of
 * contexts and resources were checked by the adapter: what is used exists, what is made does not.
 * Everything else is as the guest says it. False: refused, which the guest is told.
 */
#ifndef EMU_API_OPS_GPU_H
#define EMU_API_OPS_GPU_H

#include "emulator/api/error.h"
#include "emulator/api/types.h"

/* The adapter; for emu_gpu_fence_done, so that a back end needs nothing of the emulator's. */
struct emu_gpu_device {
    void (*fence_done)(struct emu_gpu_device *gpu, uint32_t context, uint32_t ring,
                       uint64_t ticket);
};
struct iovec;

#define EMU_GPU_NO_RING UINT32_MAX

/* What a guest's driver is told of the renderer (5.7.6.8, GET_CAPSET_INFO). */
struct emu_gpu_capset {
    uint32_t id, version, size; /* size: bytes, at most EMU_GPU_MAX_CAPSET */
};
#define EMU_GPU_MAX_CAPSET 4096u

/* RESOURCE_CREATE_3D, in the guest's words. */
struct emu_gpu_image {
    uint32_t target, format, bind, width, height, depth, array_size, last_level, samples, flags;
};

/* RESOURCE_CREATE_BLOB that is not all in guest memory. */
struct emu_gpu_blob {
    uint32_t context, memory, flags;
    uint64_t id, size;
};

/* TRANSFER_TO_HOST_3D and TRANSFER_FROM_HOST_3D between a resource and its backing. */
struct emu_gpu_transfer {
    uint32_t x, y, z, width, height, depth;
    uint64_t offset;
    uint32_t resource, level, stride, layer_stride;
    uint32_t context;
    bool to_guest;
};

/* A part of a picture that is to be looked at. */
struct emu_gpu_view {
    uint32_t resource, x, y, width, height;
};

/* A blob's bytes: the pages of a file, or a shared mapping of this process. */
struct emu_gpu_pages {
    int fd; /* the caller closes it; -1: a mapping */
    uint64_t offset, size;
    void *host;       /* of a mapping; the back end keeps it until the resource goes */
    uint32_t caching; /* as the guest is told: 1 cached, 2 uncached, 3 write-combined */
};

struct emu_gpu_ops {
    const char *name; /* "virgl", ... */
    /* Before all others. False with *err: it cannot here; the adapter then has 2D only, and only
     * stop and close follow. gpu: valid until stop. */
    bool (*start)(void *opaque, struct emu_gpu_device *gpu, struct emu_error *err);
    /* False: there is none of that index. */
    bool (*get_capset)(void *opaque, unsigned index, struct emu_gpu_capset *out);
    /* As many bytes as the set's size. */
    void (*fill_capset)(void *opaque, uint32_t id, uint32_t version, void *out);

    /* kind: the set of capabilities that the guest chose, 0: the oldest. name: as long as length,
     * any bytes. */
    bool (*create_context)(void *opaque, uint32_t context, uint32_t kind, const char *name,
                           size_t length);
    void (*destroy_context)(void *opaque, uint32_t context);
    void (*attach_resource)(void *opaque, uint32_t context, uint32_t resource);
    void (*detach_resource)(void *opaque, uint32_t context, uint32_t resource);
    /* length: bytes, a multiple of 4. */
    bool (*submit)(void *opaque, uint32_t context, void *commands, size_t length);

    bool (*create_image)(void *opaque, uint32_t resource, const struct emu_gpu_image *image);
    /* pages: of its part in guest memory, if it has one; valid until destroy_resource. */
    bool (*create_blob)(void *opaque, uint32_t resource, const struct emu_gpu_blob *blob,
                        struct iovec *pages, unsigned count);
    void (*destroy_resource)(void *opaque, uint32_t resource);
    /* The resource's backing; pages are valid until detach_pages or destroy_resource. */
    bool (*attach_pages)(void *opaque, uint32_t resource, struct iovec *pages, unsigned count);
    void (*detach_pages)(void *opaque, uint32_t resource);
    bool (*transfer)(void *opaque, const struct emu_gpu_transfer *transfer);
    /* A blob's pages, to be placed in the guest's address space. NULL: none can be. */
    bool (*get_pages)(void *opaque, uint32_t resource, struct emu_gpu_pages *out);

    /* The picture's pixels as 0x00RRGGBB (or with alpha, premultiplied, in the highest byte), rows
     * from the top without gaps. The view may lie outside of it. */
    bool (*read)(void *opaque, const struct emu_gpu_view *view, uint32_t *pixels);

    /*
     * Ticket is done when all that this context (EMU_GPU_NO_RING: all contexts) was told on that
     * ring so far is: emu_gpu_fence_done follows. Tickets grow. False: it is done already.
     */
    bool (*fence)(void *opaque, uint32_t context, uint32_t ring, uint64_t ticket);
    /* Looks whether fences are done; called each millisecond while some are not. NULL: nobody has
     * to look. */
    void (*poll)(void *opaque);

    /* Nothing is left of contexts and resources. */
    void (*reset)(void *opaque);
    /* Undoes start, also one that failed. */
    void (*stop)(void *opaque);
    /* Any thread. The machine is gone, or was never made. */
    void (*close)(void *opaque);
};

/* A back end, ready to be given to a machine, which closes it. ops NULL: 2D only. */
struct emu_gpu_backend {
    const struct emu_gpu_ops *ops;
    void *opaque;
    uint64_t window; /* bytes of guest address space for blobs' pages, a power of two; 0: none */
};

static inline void emu_gpu_backend_close(struct emu_gpu_backend *backend)
{
    if (backend->ops != NULL && backend->ops->close != NULL)
        backend->ops->close(backend->opaque);
    *backend = (struct emu_gpu_backend){0};
}

/* All tickets up to this one of the same context and ring, as fence was given them, are done. Any
 * thread, never waits long. */
static inline void emu_gpu_fence_done(struct emu_gpu_device *gpu, uint32_t context, uint32_t ring,
                                      uint64_t ticket)
{
    gpu->fence_done(gpu, context, ring, ticket);
}

#endif
