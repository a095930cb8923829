/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The heads of a virtio graphics adapter and those who look at them. A picture that the device
 * keeps is compared as it is copied. What the back end or the guest's memory has is read when it
 * is flushed and somebody looks, once for each look, and goes to the viewer by an exchange of
 * buffers: one copy a frame. Nobody looks: nothing is read, and the guest waits for nobody.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "emulator/hw/display/virtio-gpu.h"

#define GPU_WIDTH       1280u
#define GPU_HEIGHT      800u
#define GPU_AWAY_NS     250000000u /* who did not look for so long gets a new frame at once, */
#define GPU_PATIENCE_NS 100000000u /* if it comes within this */
#define GPU_NS          1000000000u

static uint64_t gpu_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * GPU_NS + (uint64_t)now.tv_nsec;
}

/* ---- what is shown ---- */

static void gpu_hide_locked(struct gpu_head *head)
{
    if (head->shown == 0)
        return;
    head->shown = 0;
    head->picture = NULL;
    head->fresh = head->stale = false;
    head->serial++;
}

void gpu_screen_hide_all(struct virtio_gpu *gpu)
{
    pthread_mutex_lock(&gpu->screen);
    for (unsigned i = 0; i < gpu->head_count; i++) {
        gpu_hide_locked(&gpu->heads[i]);
        gpu->heads[i].cursor_visible = false;
        gpu->heads[i].cursor_serial++;
    }
    pthread_mutex_unlock(&gpu->screen);
}

void gpu_screen_hide(struct virtio_gpu *gpu, uint32_t resource)
{
    pthread_mutex_lock(&gpu->screen);
    for (unsigned i = 0; i < gpu->head_count; i++)
        if (gpu->heads[i].shown == resource)
            gpu_hide_locked(&gpu->heads[i]);
    pthread_mutex_unlock(&gpu->screen);
}

void gpu_screen_hand_over(struct virtio_gpu *gpu, uint32_t resource)
{
    pthread_mutex_lock(&gpu->screen);
    for (unsigned i = 0; i < gpu->head_count; i++) {
        if (gpu->heads[i].shown != resource)
            continue;
        gpu->heads[i].picture = NULL;
        gpu->heads[i].stale = true;
    }
    pthread_mutex_unlock(&gpu->screen);
}

/* Can viewers have it without the back end? */
static bool gpu_is_kept(const struct gpu_resource *resource)
{
    return resource->kind == GPU_PICTURE ||
           (resource->kind == GPU_BLOB && resource->piece_count != 0);
}

static void gpu_show_locked(struct gpu_head *head, const struct gpu_rect *rect,
                            const struct gpu_resource *resource)
{
    head->shown = resource->id;
    head->x = rect->x;
    head->y = rect->y;
    head->width = rect->width;
    head->height = rect->height;
    head->blob = resource->kind == GPU_BLOB;
    head->picture = gpu_is_kept(resource) ? resource : NULL;
    head->stale = head->picture == NULL;
    if (head->picture != NULL) {
        head->fresh = false;
        head->serial++;
    }
}

uint32_t gpu_set_scanout(struct virtio_gpu *gpu, unsigned index, const struct gpu_rect *rect,
                         const struct gpu_resource *resource)
{
    if (index >= gpu->head_count)
        return GPU_NO_SCANOUT;
    if (resource != NULL &&
        (!gpu_contains(resource, rect) || rect->width == 0 || rect->height == 0 ||
         rect->width > EMU_DISPLAY_MAX_SIZE || rect->height > EMU_DISPLAY_MAX_SIZE))
        return GPU_NO_PARAMETER;
    pthread_mutex_lock(&gpu->screen);
    if (resource == NULL)
        gpu_hide_locked(&gpu->heads[index]);
    else
        gpu_show_locked(&gpu->heads[index], rect, resource);
    pthread_mutex_unlock(&gpu->screen);
    return GPU_OK;
}

/* Does the picture lie in the blob, and the rectangle in the picture? */
static bool gpu_layout_fits(const struct gpu_resource *blob, const struct gpu_layout *layout,
                            const struct gpu_rect *rect)
{
    const struct gpu_resource picture = {.width = layout->width, .height = layout->height};
    uint64_t row = (uint64_t)layout->width * GPU_PIXEL;
    enum emu_pixel_format known;

    return gpu_format(layout->format, &known) && layout->width != 0 && layout->height != 0 &&
           layout->width <= EMU_DISPLAY_MAX_SIZE && layout->height <= EMU_DISPLAY_MAX_SIZE &&
           gpu_contains(&picture, rect) && rect->width != 0 && rect->height != 0 &&
           layout->stride >= row && layout->offset <= blob->blob.size &&
           (uint64_t)layout->stride * (layout->height - 1) + row <=
               blob->blob.size - layout->offset;
}

uint32_t gpu_set_scanout_blob(struct virtio_gpu *gpu, unsigned index, const struct gpu_rect *rect,
                              const struct gpu_resource *resource, const struct gpu_layout *layout)
{
    struct gpu_head *head = &gpu->heads[index];

    if (index >= gpu->head_count)
        return GPU_NO_SCANOUT;
    if (!gpu_layout_fits(resource, layout, rect))
        return GPU_NO_PARAMETER;
    pthread_mutex_lock(&gpu->screen);
    gpu_show_locked(head, rect, resource);
    head->format = layout->format;
    head->stride = layout->stride;
    head->offset = layout->offset;
    pthread_mutex_unlock(&gpu->screen);
    return GPU_OK;
}

/* ---- frames: on the thread ---- */

static bool gpu_reserve_spare(struct virtio_gpu *gpu, size_t pixels)
{
    if (gpu->spare_capacity >= pixels)
        return true;
    free(gpu->spare);
    gpu->spare = malloc(pixels * sizeof(*gpu->spare));
    gpu->spare_capacity = gpu->spare != NULL ? pixels : 0;
    return gpu->spare != NULL;
}

static bool gpu_read_shown(struct virtio_gpu *gpu, const struct gpu_head *head)
{
    const struct gpu_resource *resource = gpu_find(gpu, head->shown);
    const struct emu_gpu_view view = {head->shown, head->x, head->y, head->width, head->height};

    if (resource == NULL || !gpu_reserve_spare(gpu, (size_t)head->width * head->height))
        return false;
    return resource->hosted && gpu->backend.ops->read(gpu->backend.opaque, &view, gpu->spare);
}

static void gpu_keep_frame_locked(struct virtio_gpu *gpu, struct gpu_head *head,
                                  const struct gpu_head *read)
{
    uint32_t *pixels = head->frame;
    size_t capacity = head->capacity;

    head->frame = gpu->spare;
    head->capacity = gpu->spare_capacity;
    gpu->spare = pixels;
    gpu->spare_capacity = capacity;
    head->frame_width = read->width;
    head->frame_height = read->height;
    head->fresh = true;
    head->looked = false; /* who looked meanwhile takes this one: no other is read before */
    head->serial++;
    head->stats.copies++;
}

/* What is shown changes on this thread only, but for a reset, which hides it. */
static void gpu_read_frame(struct virtio_gpu *gpu, struct gpu_head *head)
{
    struct gpu_head shown;
    bool read;

    pthread_mutex_lock(&gpu->screen);
    shown = *head;
    head->stale = head->looked = false;
    pthread_mutex_unlock(&gpu->screen);
    read = gpu_read_shown(gpu, &shown);
    pthread_mutex_lock(&gpu->screen);
    if (read && head->shown == shown.shown)
        gpu_keep_frame_locked(gpu, head, &shown);
    pthread_cond_broadcast(&gpu->seen);
    pthread_mutex_unlock(&gpu->screen);
}

static bool gpu_flush_head(struct virtio_gpu *gpu, struct gpu_head *head,
                           const struct gpu_resource *resource)
{
    bool read = false;

    pthread_mutex_lock(&gpu->screen);
    if (head->shown == resource->id) {
        if (head->picture != NULL)
            head->serial++;
        else
            head->stale = true;
        read = head->picture == NULL && head->looked;
    }
    pthread_mutex_unlock(&gpu->screen);
    return read;
}

void gpu_flush(struct virtio_gpu *gpu, const struct gpu_resource *resource)
{
    for (unsigned i = 0; i < gpu->head_count; i++)
        if (gpu_flush_head(gpu, &gpu->heads[i], resource))
            gpu_read_frame(gpu, &gpu->heads[i]);
}

void gpu_refresh(struct virtio_gpu *gpu)
{
    for (unsigned i = 0; i < gpu->head_count; i++) {
        bool read;

        pthread_mutex_lock(&gpu->screen);
        read = gpu->heads[i].shown != 0 && gpu->heads[i].stale && gpu->heads[i].looked;
        pthread_mutex_unlock(&gpu->screen);
        if (read)
            gpu_read_frame(gpu, &gpu->heads[i]);
    }
}

/* ---- viewers ---- */

static bool gpu_show_picture_locked(struct gpu_head *head, struct emu_surface *surface,
                                    struct emu_display_update *update)
{
    const struct gpu_resource *resource = head->picture;
    struct emu_picture picture = {
        .bytes = resource->pixels,
        .length = gpu_picture_size(resource),
        .start = ((uint64_t)head->y * resource->width + head->x) * GPU_PIXEL,
        .stride = (uint64_t)resource->width * GPU_PIXEL,
        .width = head->width,
        .height = head->height,
    };

    gpu_format(resource->format, &picture.format);
    return emu_picture_show(&picture, surface, update);
}

/* From the guest's memory, which stays as long as the blob is shown. */
static bool gpu_show_blob_locked(struct gpu_head *head, struct emu_surface *surface,
                                 struct emu_display_update *update)
{
    uint8_t bytes[EMU_DISPLAY_MAX_SIZE * GPU_PIXEL];
    uint32_t row[EMU_DISPLAY_MAX_SIZE];
    enum emu_pixel_format format;

    if (!gpu_format(head->format, &format) ||
        !emu_surface_resize(surface, head->width, head->height, update))
        return false;
    for (uint32_t y = 0; y < head->height; y++) {
        uint64_t at =
            head->offset + (uint64_t)(head->y + y) * head->stride + (uint64_t)head->x * GPU_PIXEL;

        if (!gpu_read_backing(head->gpu, head->picture, at, bytes,
                              (uint64_t)head->width * GPU_PIXEL))
            return false;
        emu_pixels_convert(row, bytes, head->width, format, NULL);
        emu_surface_put_row(surface, y, row, update);
    }
    return true;
}

static void gpu_show_kept_locked(struct gpu_head *head, struct emu_surface *surface,
                                 struct emu_display_update *update)
{
    if (surface->serial == head->serial ||
        !(head->blob ? gpu_show_blob_locked : gpu_show_picture_locked)(head, surface, update))
        return;
    surface->serial = head->serial;
    head->stats.frames += update->count != 0;
    head->stats.copies += update->count != 0;
}

/* The thread is rung without the screen's lock, which it takes behind the device's. */
static void gpu_ask_locked(struct gpu_head *head)
{
    struct virtio_gpu *gpu = head->gpu;
    struct emu_device *device = &gpu->virtio.pci.device;

    atomic_store(&gpu->refresh, true);
    pthread_mutex_unlock(&gpu->screen);
    pthread_mutex_lock(&device->lock);
    pthread_cond_signal(&gpu->work);
    pthread_mutex_unlock(&device->lock);
    pthread_mutex_lock(&gpu->screen);
}

static void gpu_await_locked(struct gpu_head *head, uint64_t now)
{
    uint64_t end = now + GPU_PATIENCE_NS;
    struct timespec until = {(time_t)(end / GPU_NS), (long)(end % GPU_NS)};

    while (!head->fresh && head->shown != 0 && head->looked)
        if (pthread_cond_timedwait(&head->gpu->seen, &head->gpu->screen, &until) != 0)
            return;
}

static void gpu_take_locked(struct gpu_head *head, struct emu_surface *surface,
                            struct emu_display_update *update)
{
    head->fresh = false;
    emu_surface_exchange(surface, &head->frame, &head->capacity, head->frame_width,
                         head->frame_height, update);
    surface->serial = head->serial;
    head->stats.frames++;
}

static void gpu_show_frame_locked(struct gpu_head *head, struct emu_surface *surface,
                                  struct emu_display_update *update)
{
    uint64_t now = gpu_now();
    bool away = now - head->looked_at > GPU_AWAY_NS;

    head->looked_at = now;
    head->looked = true;
    if (!head->fresh && surface->serial != head->serial)
        head->stale = true; /* another viewer has it */
    if (head->stale && away)
        head->fresh = false; /* of long ago */
    if (head->fresh) /* before a newer one is asked for, which would be read over it */
        gpu_take_locked(head, surface, update);
    if (!head->stale)
        return;
    gpu_ask_locked(head);
    if (!away)
        return;
    gpu_await_locked(head, now);
    if (head->fresh)
        gpu_take_locked(head, surface, update);
}

static void gpu_head_update(void *opaque, struct emu_surface *surface,
                            struct emu_display_update *update)
{
    struct gpu_head *head = opaque;
    struct virtio_gpu *gpu = head->gpu;
    bool shown;

    pthread_mutex_lock(&gpu->screen);
    shown = head->shown != 0;
    if (shown) {
        update->state = EMU_DISPLAY_GRAPHICS;
        if (head->picture != NULL)
            gpu_show_kept_locked(head, surface, update);
        else
            gpu_show_frame_locked(head, surface, update);
    }
    update->cursor_changed = surface->cursor_serial != head->cursor_serial;
    surface->cursor_serial = head->cursor_serial;
    pthread_mutex_unlock(&gpu->screen);
    if (shown)
        return;
    surface->serial = 0;
    if (gpu->has_vga && head->index == 0)
        vga_update(&gpu->vga, surface, update);
    else
        emu_picture_blank(surface, update);
}

static char *gpu_head_text(void *opaque)
{
    struct gpu_head *head = opaque;
    struct virtio_gpu *gpu = head->gpu;
    bool shown;

    pthread_mutex_lock(&gpu->screen);
    shown = head->shown != 0;
    pthread_mutex_unlock(&gpu->screen);
    return gpu->has_vga && head->index == 0 && !shown ? vga_text(&gpu->vga) : NULL;
}

static void gpu_head_stats(void *opaque, struct emu_display_stats *stats)
{
    struct gpu_head *head = opaque;

    pthread_mutex_lock(&head->gpu->screen);
    *stats = head->stats;
    pthread_mutex_unlock(&head->gpu->screen);
}

/* ---- what viewers would like ---- */

static uint32_t gpu_side(unsigned wanted, unsigned usual)
{
    if (wanted == 0)
        return usual;
    return wanted < EMU_EDID_MAX_SIDE ? wanted : EMU_EDID_MAX_SIDE;
}

static void gpu_head_prefer_size(void *opaque, unsigned width, unsigned height)
{
    struct gpu_head *head = opaque;
    struct virtio_gpu *gpu = head->gpu;
    bool changed;

    width = gpu_side(width, GPU_WIDTH);
    height = gpu_side(height, GPU_HEIGHT);
    pthread_mutex_lock(&gpu->virtio.pci.device.lock);
    pthread_mutex_lock(&gpu->screen);
    changed = width != head->wanted_width || height != head->wanted_height;
    head->wanted_width = width;
    head->wanted_height = height;
    pthread_mutex_unlock(&gpu->screen);
    if (changed && head->index == 0)
        emu_edid_make(gpu->vga.edid, width, height);
    if (changed)
        gpu_tell_shape_locked(gpu);
    pthread_mutex_unlock(&gpu->virtio.pci.device.lock);
}

static void gpu_head_connect(void *opaque, bool connected)
{
    struct gpu_head *head = opaque;
    struct virtio_gpu *gpu = head->gpu;
    bool changed;

    pthread_mutex_lock(&gpu->virtio.pci.device.lock);
    pthread_mutex_lock(&gpu->screen);
    changed = connected != head->connected;
    head->connected = connected;
    pthread_mutex_unlock(&gpu->screen);
    if (changed)
        gpu_tell_shape_locked(gpu);
    pthread_mutex_unlock(&gpu->virtio.pci.device.lock);
}

/* ---- the pointer ---- */

void gpu_move_cursor(struct gpu_head *head, uint32_t x, uint32_t y)
{
    pthread_mutex_lock(&head->gpu->screen);
    head->cursor_x = x;
    head->cursor_y = y;
    head->cursor_serial++;
    pthread_mutex_unlock(&head->gpu->screen);
}

void gpu_set_cursor(struct gpu_head *head, const uint32_t *image, uint32_t hot_x, uint32_t hot_y)
{
    pthread_mutex_lock(&head->gpu->screen);
    head->cursor_visible = image != NULL;
    head->image_serial++;
    head->cursor_serial++;
    if (image != NULL) {
        head->cursor_hot_x = hot_x < GPU_CURSOR_SIZE ? hot_x : 0;
        head->cursor_hot_y = hot_y < GPU_CURSOR_SIZE ? hot_y : 0;
        memcpy(head->cursor, image, sizeof(head->cursor));
    }
    pthread_mutex_unlock(&head->gpu->screen);
}

static bool gpu_head_cursor(void *opaque, struct emu_cursor *cursor)
{
    struct gpu_head *head = opaque;

    pthread_mutex_lock(&head->gpu->screen);
    cursor->visible = head->cursor_visible;
    cursor->x = (int)head->cursor_x;
    cursor->y = (int)head->cursor_y;
    cursor->width = cursor->height = GPU_CURSOR_SIZE;
    cursor->hot_x = head->cursor_hot_x;
    cursor->hot_y = head->cursor_hot_y;
    cursor->serial = head->image_serial;
    memcpy(cursor->pixels, head->cursor, sizeof(head->cursor));
    pthread_mutex_unlock(&head->gpu->screen);
    return cursor->visible;
}

/* ---- life ---- */

static const struct emu_display_ops gpu_head_ops = {
    .update = gpu_head_update,
    .cursor = gpu_head_cursor,
    .text = gpu_head_text,
    .prefer_size = gpu_head_prefer_size,
    .connect = gpu_head_connect,
    .stats = gpu_head_stats,
};

static void gpu_head_init(struct virtio_gpu *gpu, unsigned index)
{
    struct emu_device *device = &gpu->virtio.pci.device;
    struct gpu_head *head = &gpu->heads[index];

    if (index == 0)
        snprintf(head->name, sizeof(head->name), "%s", device->id);
    else
        snprintf(head->name, sizeof(head->name), "%s.%u", device->id, index);
    head->gpu = gpu;
    head->index = index;
    head->connected = index == 0;
    head->wanted_width = GPU_WIDTH;
    head->wanted_height = GPU_HEIGHT;
    head->display = (struct emu_display){.name = head->name, .ops = &gpu_head_ops, .opaque = head};
}

void gpu_screen_init(struct virtio_gpu *gpu)
{
    pthread_condattr_t monotonic;

    pthread_mutex_init(&gpu->screen, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&gpu->seen, &monotonic);
    pthread_condattr_destroy(&monotonic);
    for (unsigned i = 0; i < gpu->head_count; i++)
        gpu_head_init(gpu, i);
}

void gpu_screen_finish(struct virtio_gpu *gpu)
{
    for (unsigned i = 0; i < gpu->head_count; i++)
        free(gpu->heads[i].frame);
    free(gpu->spare);
    pthread_cond_destroy(&gpu->seen);
    pthread_mutex_destroy(&gpu->screen);
}
