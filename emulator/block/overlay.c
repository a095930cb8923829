/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changes that are to be forgotten: a temporary file without a name in front of an image that is
 * only read. A bit for each block says where its contents are. If they are to be kept after all,
 * an image with a name takes the place of both.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emulator/block/image.h"

#define OVERLAY_BLOCK 65536u

struct overlay {
    struct emu_block_backend base;
    struct block_file file;
    pthread_mutex_t lock; /* a request at a time */
    uint64_t size;
    uint8_t *changed;              /* a bit a block */
    struct emu_block_backend kept; /* all goes there; ops NULL: not yet */
};

static bool overlay_has(const struct overlay *overlay, uint64_t block)
{
    return overlay->changed[block / 8] >> (block % 8) & 1;
}

static uint64_t overlay_size(void *opaque)
{
    return ((struct overlay *)opaque)->size;
}

static size_t overlay_part(uint64_t offset, uint64_t length)
{
    uint64_t left = OVERLAY_BLOCK - offset % OVERLAY_BLOCK;

    return (size_t)(length < left ? length : left);
}

static int overlay_read_part(struct overlay *overlay, uint64_t offset, void *buffer, size_t length)
{
    if (overlay_has(overlay, offset / OVERLAY_BLOCK))
        return block_file_read(&overlay->file, offset, buffer, length);
    return overlay->base.ops->read(overlay->base.opaque, offset, buffer, length);
}

static int overlay_read(void *opaque, uint64_t offset, void *buffer, size_t length)
{
    struct overlay *overlay = opaque;
    uint8_t *to = buffer;
    int error = 0;

    pthread_mutex_lock(&overlay->lock);
    if (overlay->kept.ops != NULL) {
        error = overlay->kept.ops->read(overlay->kept.opaque, offset, to, length);
        length = 0;
    }
    while (length != 0 && error == 0) {
        size_t part = overlay_part(offset, length);

        error = overlay_read_part(overlay, offset, to, part);
        offset += part;
        to += part;
        length -= part;
    }
    pthread_mutex_unlock(&overlay->lock);
    return error;
}

/* Brings the whole block over, so that a part of it can be written. */
static int overlay_take_block(struct overlay *overlay, uint64_t block)
{
    uint64_t offset = block * OVERLAY_BLOCK, left = overlay->size - offset;
    size_t length = left < OVERLAY_BLOCK ? (size_t)left : OVERLAY_BLOCK;
    uint8_t *data = malloc(length);
    int error = ENOMEM;

    if (data != NULL)
        error = overlay->base.ops->read(overlay->base.opaque, offset, data, length);
    if (error == 0)
        error = block_file_write(&overlay->file, offset, data, length);
    free(data);
    return error;
}

static int overlay_write_part(struct overlay *overlay, uint64_t offset, const void *buffer,
                              size_t length)
{
    uint64_t block = offset / OVERLAY_BLOCK;
    int error = 0;

    if (!overlay_has(overlay, block) && length < OVERLAY_BLOCK)
        error = overlay_take_block(overlay, block);
    if (error == 0)
        error = block_file_write(&overlay->file, offset, buffer, length);
    if (error == 0)
        overlay->changed[block / 8] |= (uint8_t)(1u << block % 8);
    return error;
}

static int overlay_write(void *opaque, uint64_t offset, const void *buffer, size_t length)
{
    struct overlay *overlay = opaque;
    const uint8_t *from = buffer;
    int error = 0;

    pthread_mutex_lock(&overlay->lock);
    if (overlay->kept.ops != NULL) {
        error = overlay->kept.ops->write(overlay->kept.opaque, offset, from, length);
        length = 0;
    }
    while (length != 0 && error == 0) {
        size_t part = overlay_part(offset, length);

        error = overlay_write_part(overlay, offset, from, part);
        offset += part;
        from += part;
        length -= part;
    }
    pthread_mutex_unlock(&overlay->lock);
    return error;
}

static int overlay_zero_part(struct overlay *overlay, uint64_t offset, size_t length)
{
    uint64_t block = offset / OVERLAY_BLOCK;
    int error = 0;

    if (!overlay_has(overlay, block) && length < OVERLAY_BLOCK)
        error = overlay_take_block(overlay, block);
    if (error == 0 && (overlay_has(overlay, block) || length < OVERLAY_BLOCK))
        error = block_file_zero(&overlay->file, offset, length, true);
    if (error == 0)
        overlay->changed[block / 8] |= (uint8_t)(1u << block % 8);
    return error;
}

static int overlay_zero(void *opaque, uint64_t offset, uint64_t length, bool unmap)
{
    struct overlay *overlay = opaque;
    int error = 0;

    pthread_mutex_lock(&overlay->lock);
    if (overlay->kept.ops != NULL) {
        error = overlay->kept.ops->zero(overlay->kept.opaque, offset, length, unmap);
        length = 0;
    }
    while (length != 0 && error == 0) {
        size_t part = overlay_part(offset, length);

        error = overlay_zero_part(overlay, offset, part);
        offset += part;
        length -= part;
    }
    pthread_mutex_unlock(&overlay->lock);
    return error;
}

static int overlay_discard(void *opaque, uint64_t offset, uint64_t length)
{
    return 0;
}

/* While nothing is kept, nothing outlives the machine. */
static int overlay_flush(void *opaque)
{
    struct overlay *overlay = opaque;
    int error = 0;

    pthread_mutex_lock(&overlay->lock);
    if (overlay->kept.ops != NULL)
        error = overlay->kept.ops->flush(overlay->kept.opaque);
    pthread_mutex_unlock(&overlay->lock);
    return error;
}

static void overlay_close(void *opaque)
{
    struct overlay *overlay = opaque;

    emu_block_backend_close(&overlay->base);
    emu_block_backend_close(&overlay->kept);
    block_file_close(&overlay->file);
    pthread_mutex_destroy(&overlay->lock);
    free(overlay->changed);
    free(overlay);
}

static const char *overlay_folder(void)
{
    const char *folder = getenv("TMPDIR");

    return folder != NULL ? folder : "/var/tmp";
}

static const char *overlay_location(void *opaque)
{
    struct overlay *overlay = opaque;
    const struct emu_block_backend *kept = &overlay->kept;
    const char *place = overlay_folder();

    pthread_mutex_lock(&overlay->lock);
    if (kept->ops != NULL && kept->ops->location != NULL)
        place = kept->ops->location(kept->opaque);
    pthread_mutex_unlock(&overlay->lock);
    return place;
}

static const struct emu_block_ops overlay_ops = {
    .name = "overlay",
    .size = overlay_size,
    .read = overlay_read,
    .write = overlay_write,
    .zero = overlay_zero,
    .discard = overlay_discard,
    .flush = overlay_flush,
    .location = overlay_location,
    .close = overlay_close,
};

static int overlay_temporary(void)
{
    return open(overlay_folder(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

bool block_overlay_new(struct emu_block_backend *base, struct emu_block_backend *out,
                       struct emu_error *err)
{
    struct overlay *overlay = calloc(1, sizeof(*overlay));
    uint64_t size = base->ops->size(base->opaque);

    if (overlay == NULL) {
        emu_block_backend_close(base);
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    }
    pthread_mutex_init(&overlay->lock, NULL);
    overlay->base = *base;
    overlay->size = size;
    overlay->changed = calloc(size / OVERLAY_BLOCK / 8 + 1, 1);
    overlay->file = (struct block_file){.fd = overlay_temporary()};
    if (overlay->changed == NULL || overlay->file.fd < 0) {
        emu_error_set(err, EMU_ERROR_HOST,
                      "cannot make a temporary file for the disk's changes: %s; TMPDIR names "
                      "another place",
                      strerror(errno));
        overlay_close(overlay);
        return false;
    }
    *out = (struct emu_block_backend){&overlay_ops, overlay, false};
    return true;
}

/* ---- keeping them ---- */

static int overlay_copy_block(struct overlay *overlay, uint64_t block,
                              const struct emu_block_backend *to, uint8_t *buffer)
{
    uint64_t offset = block * OVERLAY_BLOCK, left = overlay->size - offset;
    size_t length = left < OVERLAY_BLOCK ? (size_t)left : OVERLAY_BLOCK;
    int error = block_file_read(&overlay->file, offset, buffer, length);

    return error != 0 ? error : to->ops->write(to->opaque, offset, buffer, length);
}

static int overlay_copy(struct overlay *overlay, const struct emu_block_backend *to)
{
    uint64_t blocks = (overlay->size + OVERLAY_BLOCK - 1) / OVERLAY_BLOCK;
    uint8_t *buffer = malloc(OVERLAY_BLOCK);
    int error = buffer == NULL ? ENOMEM : 0;

    for (uint64_t block = 0; block < blocks && error == 0; block++) {
        if (overlay_has(overlay, block))
            error = overlay_copy_block(overlay, block, to, buffer);
    }
    free(buffer);
    return error != 0 ? error : to->ops->flush(to->opaque);
}

/* With the lock held: what is written meanwhile would be lost. */
static bool overlay_keep_locked(struct overlay *overlay, const char *path, struct emu_error *err)
{
    const struct emu_block_options options = {.path = path, .format = "qcow2"};
    struct emu_block_backend kept;

    if (overlay->kept.ops != NULL)
        return emu_error_set(err, EMU_ERROR_INPUT, "the disk's changes are kept already");
    if (!emu_block_open(&options, &kept, err))
        return false;
    int error = overlay_copy(overlay, &kept);
    if (error != 0) {
        emu_block_backend_close(&kept);
        return emu_error_set(err, EMU_ERROR_HOST, "cannot keep the disk's changes in '%s': %s",
                             path, strerror(error));
    }
    overlay->kept = kept;
    emu_block_backend_close(&overlay->base);
    block_file_close(&overlay->file);
    overlay->file = (struct block_file){.fd = -1};
    return true;
}

bool emu_block_keep(const struct emu_block_backend *backend, const struct emu_block_creation *image,
                    struct emu_error *err)
{
    struct emu_block_creation creation = *image;
    struct overlay *overlay = backend->opaque;

    if (backend->ops != &overlay_ops)
        return emu_error_set(err, EMU_ERROR_INPUT, "the disk's changes are kept anyhow");
    creation.size = overlay->size;
    if (!emu_block_create(&creation, err))
        return false;
    pthread_mutex_lock(&overlay->lock);
    bool done = overlay_keep_locked(overlay, image->path, err);
    pthread_mutex_unlock(&overlay->lock);
    if (!done)
        unlink(image->path);
    return done;
}
