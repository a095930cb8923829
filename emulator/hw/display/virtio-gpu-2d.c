/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Commands of the virtio graphics adapter (Virtio 1.2, 5.7.6): pictures on the host, filled from
 * guest memory, one of which is shown; and the pointer's image. 3D, blobs and UUIDs are left out.
 */
#include <stdlib.h>
#include <string.h>

#include "emulator/hw/display/virtio-gpu.h"
#include "emulator/util/shared-memory.h"

enum gpu_command {
    GPU_GET_DISPLAY_INFO = 0x100,
    GPU_CREATE_2D,
    GPU_UNREF,
    GPU_SET_SCANOUT,
    GPU_FLUSH,
    GPU_TRANSFER,
    GPU_ATTACH,
    GPU_DETACH,
    GPU_GET_EDID = 0x10a,
    GPU_UPDATE_CURSOR = 0x300,
    GPU_MOVE_CURSOR,
};

enum gpu_answer {
    GPU_OK = 0x1100,
    GPU_OK_DISPLAY_INFO,
    GPU_OK_EDID = 0x1104,
    GPU_UNSPECIFIED = 0x1200,
    GPU_NO_MEMORY,
    GPU_NO_SCANOUT,
    GPU_NO_RESOURCE,
    GPU_NO_PARAMETER = 0x1205,
};

#define GPU_F_FENCE        1u
#define GPU_SCANOUTS       16 /* in the answer to GET_DISPLAY_INFO */
#define GPU_EDID_ROOM      1024
#define GPU_PIXEL          4u
#define GPU_PIECES_AT_ONCE 256

struct gpu_header {
    uint32_t type, flags;
    uint64_t fence;
    uint32_t context, ring;
};

struct gpu_rect {
    uint32_t x, y, width, height;
};

/* ---- resources ---- */

struct gpu_resource *gpu_find(struct virtio_gpu *gpu, uint32_t id)
{
    for (unsigned i = 0; i < GPU_MAX_RESOURCES && id != 0; i++)
        if (gpu->resources[i].id == id)
            return &gpu->resources[i];
    return NULL;
}

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

bool gpu_contains(const struct gpu_resource *resource, uint32_t x, uint32_t y, uint32_t width,
                  uint32_t height)
{
    return x <= resource->width && width <= resource->width - x && y <= resource->height &&
           height <= resource->height - y;
}

static uint64_t gpu_size(const struct gpu_resource *resource)
{
    return (uint64_t)resource->width * resource->height * GPU_PIXEL;
}

static struct gpu_resource *gpu_find_free(struct virtio_gpu *gpu)
{
    for (unsigned i = 0; i < GPU_MAX_RESOURCES; i++)
        if (gpu->resources[i].id == 0)
            return &gpu->resources[i];
    return NULL;
}

struct gpu_resource *gpu_create(struct virtio_gpu *gpu, uint32_t id, uint32_t format,
                                uint32_t width, uint32_t height, uint32_t *answer)
{
    struct gpu_resource made = {.id = id, .format = format, .width = width, .height = height};
    struct gpu_resource *place = gpu_find_free(gpu);
    enum emu_pixel_format known;

    *answer = GPU_NO_RESOURCE;
    if (id == 0 || gpu_find(gpu, id) != NULL)
        return NULL;
    *answer = GPU_NO_PARAMETER;
    if (!gpu_format(format, &known) || width == 0 || height == 0 || width > EMU_DISPLAY_MAX_SIZE ||
        height > EMU_DISPLAY_MAX_SIZE)
        return NULL;
    *answer = GPU_NO_MEMORY;
    if (place == NULL || gpu_size(&made) > GPU_MAX_MEMORY - gpu->used)
        return NULL;
    made.pixels = calloc((size_t)width * height, GPU_PIXEL);
    if (made.pixels == NULL)
        return NULL;
    *answer = GPU_OK;
    gpu->used += gpu_size(&made);
    *place = made;
    return place;
}

static void gpu_detach(struct gpu_resource *resource)
{
    free(resource->pieces);
    resource->pieces = NULL;
    resource->piece_count = 0;
}

static void gpu_hide(struct virtio_gpu *gpu)
{
    gpu->shown = 0;
    gpu->serial++;
}

static void gpu_unref(struct virtio_gpu *gpu, struct gpu_resource *resource)
{
    if (gpu->shown == resource->id)
        gpu_hide(gpu);
    gpu->used -= gpu_size(resource);
    gpu_detach(resource);
    free(resource->pixels);
    *resource = (struct gpu_resource){0};
}

void gpu_clear(struct virtio_gpu *gpu)
{
    for (unsigned i = 0; i < GPU_MAX_RESOURCES; i++)
        if (gpu->resources[i].id != 0)
            gpu_unref(gpu, &gpu->resources[i]);
    gpu_hide(gpu);
    gpu->cursor_visible = false;
}

/* ---- filling them ---- */

/* Where in a resource's pieces a reader is; it goes forward only. */
struct gpu_reader {
    const struct gpu_resource *resource;
    uint32_t piece;
    uint64_t before; /* bytes of the pieces before that */
};

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

static bool gpu_read(struct virtio_gpu *gpu, struct gpu_reader *reader, uint64_t at, uint8_t *out,
                     uint64_t length)
{
    const struct gpu_resource *resource = reader->resource;

    while (length != 0) {
        const struct gpu_piece *piece;

        if (reader->piece == resource->piece_count)
            return false;
        piece = &resource->pieces[reader->piece];
        if (at - reader->before >= piece->length) {
            reader->before += piece->length;
            reader->piece++;
            continue;
        }
        uint64_t within = at - reader->before, part = piece->length - within;
        part = part < length ? part : length;
        gpu_read_guest(gpu->virtio.pci.device.dma, piece->address + within, out, part);
        at += part;
        out += part;
        length -= part;
    }
    return true;
}

struct gpu_transfer {
    struct gpu_rect rect;
    uint64_t offset;
    uint32_t id, padding;
};

/* The guest's picture has the resource's width; offset is of the rectangle's first pixel. */
static uint32_t gpu_transfer(struct virtio_gpu *gpu, const struct gpu_transfer *what)
{
    const struct gpu_rect *rect = &what->rect;
    struct gpu_resource *resource = gpu_find(gpu, what->id);
    struct gpu_reader reader = {.resource = resource};

    if (resource == NULL)
        return GPU_NO_RESOURCE;
    if (!gpu_contains(resource, rect->x, rect->y, rect->width, rect->height) ||
        what->offset > GPU_MAX_MEMORY)
        return GPU_NO_PARAMETER;
    for (uint32_t row = 0; row < rect->height; row++) {
        uint64_t pixel = (uint64_t)(rect->y + row) * resource->width + rect->x;
        uint64_t at = what->offset + (uint64_t)row * resource->width * GPU_PIXEL;

        if (!gpu_read(gpu, &reader, at, resource->pixels + pixel * GPU_PIXEL,
                      (uint64_t)rect->width * GPU_PIXEL))
            return GPU_UNSPECIFIED;
    }
    gpu->moved += (uint64_t)rect->width * rect->height * GPU_PIXEL;
    return GPU_OK;
}

/* ---- backing ---- */

struct gpu_entry {
    uint64_t address;
    uint32_t length, padding;
};

static bool gpu_take_pieces(struct virtio_gpu *gpu, struct emu_virtio_chain *chain,
                            struct gpu_piece *pieces, uint32_t count)
{
    struct gpu_entry entries[GPU_PIECES_AT_ONCE];

    for (uint32_t done = 0; done < count;) {
        uint32_t part = count - done < GPU_PIECES_AT_ONCE ? count - done : GPU_PIECES_AT_ONCE;
        size_t length = part * sizeof(entries[0]);

        if (emu_virtio_take(&gpu->virtio, chain, entries, length) != length)
            return false;
        for (uint32_t i = 0; i < part; i++)
            pieces[done++] = (struct gpu_piece){entries[i].address, entries[i].length};
    }
    return true;
}

static uint32_t gpu_attach(struct virtio_gpu *gpu, struct emu_virtio_chain *chain, uint32_t id,
                           uint32_t count)
{
    struct gpu_resource *resource = gpu_find(gpu, id);
    struct gpu_piece *pieces;

    if (resource == NULL)
        return GPU_NO_RESOURCE;
    if (resource->pieces != NULL || count == 0 || count > GPU_MAX_PIECES)
        return GPU_UNSPECIFIED;
    pieces = calloc(count, sizeof(*pieces));
    if (pieces == NULL)
        return GPU_NO_MEMORY;
    if (!gpu_take_pieces(gpu, chain, pieces, count)) {
        free(pieces);
        return GPU_UNSPECIFIED;
    }
    resource->pieces = pieces;
    resource->piece_count = count;
    return GPU_OK;
}

/* ---- the screen ---- */

struct gpu_scanout {
    struct gpu_rect rect;
    uint32_t scanout, id;
};

static uint32_t gpu_set_scanout(struct virtio_gpu *gpu, const struct gpu_scanout *what)
{
    const struct gpu_rect *rect = &what->rect;
    const struct gpu_resource *resource = gpu_find(gpu, what->id);

    if (what->scanout != 0)
        return GPU_NO_SCANOUT;
    if (what->id == 0) {
        gpu_hide(gpu);
        return GPU_OK;
    }
    if (resource == NULL)
        return GPU_NO_RESOURCE;
    if (!gpu_contains(resource, rect->x, rect->y, rect->width, rect->height) || rect->width == 0 ||
        rect->height == 0)
        return GPU_NO_PARAMETER;
    gpu->shown = what->id;
    gpu->x = rect->x;
    gpu->y = rect->y;
    gpu->width = rect->width;
    gpu->height = rect->height;
    gpu->serial++;
    return GPU_OK;
}

static uint32_t gpu_flush(struct virtio_gpu *gpu, const struct gpu_rect *rect, uint32_t id)
{
    const struct gpu_resource *resource = gpu_find(gpu, id);

    if (resource == NULL)
        return GPU_NO_RESOURCE;
    if (!gpu_contains(resource, rect->x, rect->y, rect->width, rect->height))
        return GPU_NO_PARAMETER;
    if (gpu->shown == id)
        gpu->serial++;
    return GPU_OK;
}

/* ---- the pointer ---- */

struct gpu_pointer {
    uint32_t scanout, x, y, padding;
    uint32_t id, hot_x, hot_y, padding2;
};

static void gpu_set_cursor(struct virtio_gpu *gpu, const struct gpu_pointer *what)
{
    const struct gpu_resource *resource = gpu_find(gpu, what->id);

    gpu->cursor_visible = resource != NULL && resource->width == GPU_CURSOR_SIZE &&
                          resource->height == GPU_CURSOR_SIZE;
    gpu->cursor_serial++;
    if (!gpu->cursor_visible)
        return;
    gpu->cursor_hot_x = what->hot_x < GPU_CURSOR_SIZE ? what->hot_x : 0;
    gpu->cursor_hot_y = what->hot_y < GPU_CURSOR_SIZE ? what->hot_y : 0;
    memcpy(gpu->cursor, resource->pixels, sizeof(gpu->cursor));
}

void gpu_run_cursor(struct virtio_gpu *gpu, struct emu_virtio_chain *chain)
{
    struct gpu_pointer pointer = {0};
    struct gpu_header header = {0};

    emu_virtio_take(&gpu->virtio, chain, &header, sizeof(header));
    if (emu_virtio_take(&gpu->virtio, chain, &pointer, sizeof(pointer)) == sizeof(pointer) &&
        pointer.scanout == 0) {
        gpu->cursor_x = pointer.x;
        gpu->cursor_y = pointer.y;
        if (header.type == GPU_UPDATE_CURSOR)
            gpu_set_cursor(gpu, &pointer);
    }
    emu_virtio_push(&gpu->virtio, 1, chain->head, 0);
}

/* ---- answers ---- */

static void gpu_answer(struct virtio_gpu *gpu, const struct emu_virtio_chain *chain,
                       const struct gpu_header *asked, uint32_t type, const void *more,
                       size_t length)
{
    struct {
        struct gpu_header header;
        uint8_t more[8 + GPU_EDID_ROOM];
    } answer = {.header = {.type = type}};

    if (asked->flags & GPU_F_FENCE) {
        answer.header.flags = GPU_F_FENCE;
        answer.header.fence = asked->fence;
        answer.header.context = asked->context;
    }
    if (length != 0)
        memcpy(answer.more, more, length);
    length = emu_virtio_give(&gpu->virtio, chain, &answer, sizeof(answer.header) + length);
    emu_virtio_push(&gpu->virtio, 0, chain->head, (uint32_t)length);
}

static void gpu_answer_info(struct virtio_gpu *gpu, const struct emu_virtio_chain *chain,
                            const struct gpu_header *asked)
{
    struct {
        struct gpu_rect rect;
        uint32_t enabled, flags;
    } info[GPU_SCANOUTS] = {{{0, 0, gpu->wanted_width, gpu->wanted_height}, 1, 0}};

    gpu_answer(gpu, chain, asked, GPU_OK_DISPLAY_INFO, info, sizeof(info));
}

static void gpu_answer_edid(struct virtio_gpu *gpu, const struct emu_virtio_chain *chain,
                            const struct gpu_header *asked, uint32_t scanout)
{
    struct {
        uint32_t size, padding;
        uint8_t edid[GPU_EDID_ROOM];
    } edid = {.size = EMU_EDID_SIZE};

    if (scanout != 0) {
        gpu_answer(gpu, chain, asked, GPU_NO_SCANOUT, NULL, 0);
        return;
    }
    emu_edid_make(edid.edid, gpu->wanted_width, gpu->wanted_height);
    gpu_answer(gpu, chain, asked, GPU_OK_EDID, &edid, sizeof(edid));
}

/* ---- commands ---- */

/* What follows the header of most of them: a rectangle and two numbers, or only these. */
union gpu_words {
    uint32_t word[8];
    struct gpu_transfer transfer;
    struct gpu_scanout scanout;
    struct gpu_rect rect;
};

static size_t gpu_words_of(uint32_t type)
{
    switch (type) {
    case GPU_CREATE_2D:
        return 16;
    case GPU_TRANSFER:
        return sizeof(struct gpu_transfer);
    case GPU_SET_SCANOUT:
    case GPU_FLUSH:
        return 24;
    default:
        return 8;
    }
}

static uint32_t gpu_run(struct virtio_gpu *gpu, struct emu_virtio_chain *chain, uint32_t type,
                        const union gpu_words *words)
{
    const uint32_t *word = words->word;
    struct gpu_resource *resource = gpu_find(gpu, word[0]);
    uint32_t answer;

    switch (type) {
    case GPU_CREATE_2D:
        gpu_create(gpu, word[0], word[1], word[2], word[3], &answer);
        return answer;
    case GPU_SET_SCANOUT:
        return gpu_set_scanout(gpu, &words->scanout);
    case GPU_FLUSH:
        return gpu_flush(gpu, &words->rect, word[4]);
    case GPU_TRANSFER:
        return gpu_transfer(gpu, &words->transfer);
    case GPU_ATTACH:
        return gpu_attach(gpu, chain, word[0], word[1]);
    case GPU_UNREF:
    case GPU_DETACH:
        if (resource == NULL)
            return GPU_NO_RESOURCE;
        if (type == GPU_UNREF)
            gpu_unref(gpu, resource);
        else
            gpu_detach(resource);
        return GPU_OK;
    default:
        return GPU_UNSPECIFIED;
    }
}

void gpu_run_control(struct virtio_gpu *gpu, struct emu_virtio_chain *chain)
{
    struct gpu_header header = {0};
    union gpu_words words = {{0}};
    uint32_t answer = GPU_UNSPECIFIED;
    size_t length;

    emu_virtio_take(&gpu->virtio, chain, &header, sizeof(header));
    if (header.type == GPU_GET_DISPLAY_INFO) {
        gpu_answer_info(gpu, chain, &header);
        return;
    }
    length = gpu_words_of(header.type);
    if (emu_virtio_take(&gpu->virtio, chain, &words, length) == length) {
        if (header.type == GPU_GET_EDID) {
            gpu_answer_edid(gpu, chain, &header, words.word[0]);
            return;
        }
        answer = gpu_run(gpu, chain, header.type, &words);
    }
    gpu_answer(gpu, chain, &header, answer, NULL, 0);
}
