/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The virtio graphics adapter (Virtio 1.2, 5.7). virtio-gpu.c is the device; virtio-gpu-thread.c
 * its thread, which runs commands in the order of the ring and gives back those whose fence is
 * done; virtio-gpu-command.c what each command needs; virtio-gpu-resource.c resources and their
 * backing, -2d.c the pictures that the device keeps itself, -3d.c what a back end does
 * (api/ops/gpu.h), -blob.c blobs; -screen.c heads, pointer and those who look; -state.c saving.
 *
 * Locks: the device's for registers, queues and jobs; `screen` for what viewers see, taken behind
 * it or alone. Resources, contexts and the back end belong to the thread, and to others while it
 * rests (gpu_rest_locked).
 */
#ifndef EMU_HW_DISPLAY_VIRTIO_GPU_H
#define EMU_HW_DISPLAY_VIRTIO_GPU_H

#include <stdatomic.h>
#include <sys/uio.h>

#include "emulator/api/ops/gpu.h"
#include "emulator/hw/display/pixels.h"
#include "emulator/hw/display/vga.h"
#include "emulator/hw/virtio/virtio.h"

/* The regions of "virtio-vga" that a board maps; its BARs come first. */
enum emu_virtio_vga_region {
    EMU_VIRTIO_VGA_MEMORY = 2,
    EMU_VIRTIO_VGA_WINDOW,
    EMU_VIRTIO_VGA_PORTS,
    EMU_VIRTIO_VGA_VBE_PORTS,
    EMU_VIRTIO_GPU_PAGES, /* where blobs are mapped */
};

#define GPU_F_VIRGL        (1ull << 0)
#define GPU_F_EDID         (1ull << 1)
#define GPU_F_BLOB         (1ull << 3)
#define GPU_F_CONTEXT_INIT (1ull << 4)

#define GPU_MAX_RESOURCES 16384
#define GPU_BUCKETS       1024
#define GPU_MAX_MEMORY    (256ull << 20) /* of the pictures that the device keeps, together */
#define GPU_MAX_PIECES    16384          /* of a resource's backing */
#define GPU_MAX_BLOB      (4ull << 30)
#define GPU_MAX_CONTEXTS  1024
#define GPU_MAX_COMMAND   (16u << 20)
#define GPU_MAX_HEADS     16
#define GPU_CURSOR_SIZE   EMU_CURSOR_MAX_SIZE
#define GPU_PIXEL         4u
#define GPU_EDID_ROOM     1024
#define GPU_ANSWER_ROOM   EMU_GPU_MAX_CAPSET

enum gpu_command {
    GPU_GET_DISPLAY_INFO = 0x100,
    GPU_CREATE_2D,
    GPU_UNREF,
    GPU_SET_SCANOUT,
    GPU_FLUSH,
    GPU_TRANSFER,
    GPU_ATTACH,
    GPU_DETACH,
    GPU_GET_CAPSET_INFO,
    GPU_GET_CAPSET,
    GPU_GET_EDID,
    GPU_CREATE_BLOB = 0x10c,
    GPU_SET_SCANOUT_BLOB,
    GPU_CONTEXT_CREATE = 0x200,
    GPU_CONTEXT_DESTROY,
    GPU_CONTEXT_ATTACH,
    GPU_CONTEXT_DETACH,
    GPU_CREATE_3D,
    GPU_TRANSFER_TO_HOST,
    GPU_TRANSFER_FROM_HOST,
    GPU_SUBMIT,
    GPU_MAP_BLOB,
    GPU_UNMAP_BLOB,
    GPU_UPDATE_CURSOR = 0x300,
    GPU_MOVE_CURSOR,
};

enum gpu_answer {
    GPU_OK = 0x1100,
    GPU_OK_DISPLAY_INFO,
    GPU_OK_CAPSET_INFO,
    GPU_OK_CAPSET,
    GPU_OK_EDID,
    GPU_OK_MAP_INFO = 0x1106,
    GPU_UNSPECIFIED = 0x1200,
    GPU_NO_MEMORY,
    GPU_NO_SCANOUT,
    GPU_NO_RESOURCE,
    GPU_NO_CONTEXT,
    GPU_NO_PARAMETER,
};

#define GPU_HEADER_FENCE 1u
#define GPU_HEADER_RING  2u

struct gpu_header {
    uint32_t type, flags;
    uint64_t fence;
    uint32_t context;
    uint8_t ring, padding[3];
};

struct gpu_rect {
    uint32_t x, y, width, height;
};

/* ---- resources ---- */

enum gpu_kind {
    GPU_PICTURE, /* its pixels are the device's */
    GPU_IMAGE,   /* the back end's */
    GPU_BLOB,    /* bytes: the guest's, or the back end's */
};

/* A piece of guest memory. */
struct gpu_piece {
    uint64_t address;
    uint32_t length;
};

struct gpu_resource {
    struct gpu_resource *next; /* of its bucket */
    uint32_t id;
    uint32_t kind; /* enum gpu_kind */
    uint32_t format, width, height;
    uint8_t *pixels;            /* of a picture, four bytes each */
    struct emu_gpu_image image; /* of an image */
    struct emu_gpu_blob blob;   /* of a blob */
    bool hosted;                /* the back end knows it */
    bool mapped;                /* in the window, */
    uint64_t map_offset;        /* there, */
    uint64_t map_size;          /* that much of it */
    struct gpu_piece *pieces;
    uint32_t piece_count;
    struct iovec *pages; /* the same as the host sees them, for a back end */
    unsigned page_count;
};

/* ---- heads ---- */

struct virtio_gpu;

struct gpu_head {
    struct virtio_gpu *gpu;
    unsigned index;
    struct emu_display display;
    char name[48];

    /* under the screen lock */
    bool connected;
    uint32_t wanted_width, wanted_height;
    uint32_t shown; /* resource; 0: none, the VGA's picture if there is one */
    uint32_t x, y, width, height;
    bool blob; /* shown is one, laid out so: */
    uint32_t format, stride;
    uint64_t offset;
    const struct gpu_resource *picture; /* that is shown, if viewers can have it as it is */
    uint64_t serial;                    /* changes with what is to be seen */
    uint32_t *frame;                    /* of others: what was read; */
    size_t capacity;                    /* pixels */
    uint32_t frame_width, frame_height;
    bool fresh;         /* it is what serial counts, and nobody took it yet */
    bool stale;         /* flushed since it was read */
    bool looked;        /* somebody looked since it was read */
    uint64_t looked_at; /* host ns */
    struct emu_display_stats stats;

    bool cursor_visible;
    uint32_t cursor_x, cursor_y, cursor_hot_x, cursor_hot_y;
    uint64_t cursor_serial, image_serial; /* the second: of the image alone */
    uint32_t cursor[GPU_CURSOR_SIZE * GPU_CURSOR_SIZE];
};

/* ---- jobs ---- */

/* A command from its queue to its answer. */
struct gpu_job {
    struct gpu_job *next;
    struct emu_virtio_chain chain;
    unsigned queue, epoch;
    struct gpu_header header;
    uint8_t *data; /* what follows the header */
    size_t length;
    uint64_t ticket; /* of its fence */
    uint32_t fence_context, fence_ring;
    uint32_t answer;
    size_t more_length; /* of what follows the answer's header */
    uint8_t more[8 + GPU_ANSWER_ROOM];
};

/* A context of the back end. */
struct gpu_context {
    struct gpu_context *next;
    uint32_t id, kind;
    bool lost; /* it was in a saved machine, and what it had is gone */
};

/* What the back end has of the adapter. */
struct gpu_handle {
    struct emu_gpu_device device; /* first */
    struct virtio_gpu *gpu;
};

struct virtio_gpu {
    struct emu_virtio virtio;
    struct vga vga;              /* of virtio-vga */
    struct emu_region registers; /* BAR 2 of it */
    uint64_t memory, head_count;
    char *romfile;
    bool has_vga;

    struct emu_gpu_backend backend; /* given before realize; closed with the device */
    struct gpu_handle handle;
    bool rendering;   /* the back end works */
    char reason[256]; /* or why it does not */
    unsigned capset_count;

    /* the thread; under the device's lock */
    pthread_t thread;
    pthread_cond_t work, rest;
    bool started, ready, quit, busy, rung, resting;
    bool clear;     /* everything is to be forgotten */
    unsigned epoch; /* of resets: what was begun before is not answered */
    uint64_t tickets;
    struct gpu_job *waiting, **waiting_end;             /* for their fences */
    void (*call)(struct virtio_gpu *gpu, void *opaque); /* to be done while it rests */
    void *call_opaque;
    atomic_bool refresh; /* somebody looks at a stale frame */

    /* the thread's own */
    struct gpu_resource *resources[GPU_BUCKETS];
    unsigned resource_count, context_count;
    uint64_t used; /* bytes of pixels */
    struct gpu_context *contexts;
    struct emu_ram *window;
    struct emu_region window_region;
    uint32_t *spare; /* a frame to read into */
    size_t spare_capacity;

    pthread_mutex_t screen;
    pthread_cond_t seen; /* a frame was read */
    struct gpu_head heads[GPU_MAX_HEADS];
};

/* As emu_std_vga_show (std-vga.h). */
void emu_virtio_vga_show(struct emu_device *device, unsigned width, unsigned height);
/* Before realize: the device takes it. */
void emu_virtio_gpu_set_backend(struct emu_device *device, const struct emu_gpu_backend *backend);
/* Waits until all commands are done, but for fences. No lock held. */
void emu_virtio_gpu_settle(struct emu_device *device);

/* ---- virtio-gpu.c ---- */

/* Device lock held: the guest should look again which heads there are, and how large. */
void gpu_tell_shape_locked(struct virtio_gpu *gpu);

/* ---- virtio-gpu-thread.c ---- */

/* Starts the thread, which starts the back end; returns when that is done. */
bool gpu_thread_start(struct virtio_gpu *gpu, struct emu_error *err);
void gpu_thread_stop(struct virtio_gpu *gpu);
/* Device lock held: the driver rang, or something else is to be done. Never waits. */
void gpu_ring_locked(struct virtio_gpu *gpu);
/* Device lock held: everything is forgotten, soon; the screen at once. Never waits. */
void gpu_forget_locked(struct virtio_gpu *gpu);
/* Device lock held, which it gives up meanwhile: until the thread rests, and no fence is due.
 * gpu_wake_locked undoes it. */
void gpu_rest_locked(struct virtio_gpu *gpu);
void gpu_wake_locked(struct virtio_gpu *gpu);
/* The thread, which rests, does this; returns when it has. Device lock held, given up meanwhile. */
void gpu_call_locked(struct virtio_gpu *gpu, void (*fn)(struct virtio_gpu *gpu, void *opaque),
                     void *opaque);

/* ---- virtio-gpu-command.c: on the thread ---- */

void gpu_run(struct virtio_gpu *gpu, struct gpu_job *job);
void gpu_run_cursor(struct virtio_gpu *gpu, struct gpu_job *job);

/* ---- virtio-gpu-resource.c: on the thread ---- */

/* NULL: there is none. */
struct gpu_resource *gpu_find(struct virtio_gpu *gpu, uint32_t id);
/* An empty one. NULL with what to answer: that id is taken or 0, there are too many. */
struct gpu_resource *gpu_add(struct virtio_gpu *gpu, uint32_t id, enum gpu_kind kind,
                             uint32_t *answer);
/* Takes it from the screen, the window and the back end, and frees it. */
void gpu_unref(struct virtio_gpu *gpu, struct gpu_resource *resource);
/* Forgets all resources and contexts, and what is shown. */
void gpu_clear(struct virtio_gpu *gpu);
/* The entries of a command from its byte at on become the resource's backing; what to answer. */
uint32_t gpu_attach(struct virtio_gpu *gpu, const struct gpu_job *job, size_t at,
                    struct gpu_resource *resource, uint32_t count);
void gpu_detach(struct virtio_gpu *gpu, struct gpu_resource *resource);
/* Makes pages of pieces. */
bool gpu_make_pages(struct virtio_gpu *gpu, struct gpu_resource *resource);
/* Bytes of the backing from `at` on; false: it ends before. Also with the screen lock held, of
 * what is shown. */
bool gpu_read_backing(struct virtio_gpu *gpu, const struct gpu_resource *resource, uint64_t at,
                      uint8_t *out, uint64_t length);

/* ---- virtio-gpu-2d.c: on the thread ---- */

/* Is it a format of pictures? */
bool gpu_format(uint32_t format, enum emu_pixel_format *out);
/* Does the rectangle lie in the resource? */
bool gpu_contains(const struct gpu_resource *resource, const struct gpu_rect *rect);
/* A new picture with black pixels, or NULL with what to answer. */
struct gpu_resource *gpu_create_picture(struct virtio_gpu *gpu, uint32_t id, uint32_t format,
                                        uint32_t width, uint32_t height, uint32_t *answer);
uint64_t gpu_picture_size(const struct gpu_resource *resource);
uint32_t gpu_transfer_picture(struct virtio_gpu *gpu, struct gpu_resource *resource,
                              const struct gpu_rect *rect, uint64_t offset);

/* ---- virtio-gpu-3d.c: on the thread ---- */

struct gpu_context *gpu_find_context(struct virtio_gpu *gpu, uint32_t id);
/* The same for a context that may be used: not one that was lost. */
struct gpu_context *gpu_live_context(struct virtio_gpu *gpu, uint32_t id);
bool gpu_add_context(struct virtio_gpu *gpu, uint32_t id, uint32_t kind);
void gpu_drop_contexts(struct virtio_gpu *gpu);
/* The commands 0x108, 0x109 and from 0x200 on that are about contexts and images; what to
 * answer. */
uint32_t gpu_run_3d(struct virtio_gpu *gpu, struct gpu_job *job);
uint32_t gpu_transfer_image(struct virtio_gpu *gpu, const struct emu_gpu_transfer *transfer);
bool gpu_create_image(struct virtio_gpu *gpu, struct gpu_resource *resource);

/* ---- virtio-gpu-blob.c: on the thread ---- */

uint32_t gpu_run_blob(struct virtio_gpu *gpu, struct gpu_job *job);
bool gpu_window_init(struct virtio_gpu *gpu, struct emu_error *err);
void gpu_window_finish(struct virtio_gpu *gpu);
void gpu_unmap(struct virtio_gpu *gpu, struct gpu_resource *resource);
/* The back end makes it, of its backing if it has one. */
bool gpu_host_blob(struct virtio_gpu *gpu, struct gpu_resource *blob);

/* ---- virtio-gpu-screen.c ---- */

void gpu_screen_init(struct virtio_gpu *gpu);
void gpu_screen_finish(struct virtio_gpu *gpu);
/* Any thread. */
void gpu_screen_hide_all(struct virtio_gpu *gpu);
/* On the thread. */
void gpu_screen_hide(struct virtio_gpu *gpu, uint32_t resource);
/* A picture became an image. */
void gpu_screen_hand_over(struct virtio_gpu *gpu, uint32_t resource);
/* resource NULL: nothing is shown. */
uint32_t gpu_set_scanout(struct virtio_gpu *gpu, unsigned head, const struct gpu_rect *rect,
                         const struct gpu_resource *resource);
/* What a blob's bytes are as a picture. */
struct gpu_layout {
    uint32_t width, height, format, stride;
    uint64_t offset;
};
uint32_t gpu_set_scanout_blob(struct virtio_gpu *gpu, unsigned head, const struct gpu_rect *rect,
                              const struct gpu_resource *resource, const struct gpu_layout *layout);
void gpu_flush(struct virtio_gpu *gpu, const struct gpu_resource *resource);
/* Reads the frames that somebody looks at and that are stale. */
void gpu_refresh(struct virtio_gpu *gpu);
/* image NULL: none, the pointer is hidden. */
void gpu_set_cursor(struct gpu_head *head, const uint32_t *image, uint32_t hot_x, uint32_t hot_y);
void gpu_move_cursor(struct gpu_head *head, uint32_t x, uint32_t y);

/* ---- virtio-gpu-state.c: the first while the thread rests, the second on it ---- */

void gpu_save(struct virtio_gpu *gpu, struct emu_writer *out);
bool gpu_load(struct virtio_gpu *gpu, struct emu_reader *in, struct emu_error *err);

#endif
