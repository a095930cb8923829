/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Raw images and host block devices: the disk's bytes as they are. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/block/image.h"

struct raw {
    struct block_file file;
    uint64_t size;
    bool probed;
};

static uint64_t raw_size(void *opaque)
{
    return ((struct raw *)opaque)->size;
}

static int raw_read(void *opaque, uint64_t offset, void *buffer, size_t length)
{
    return block_file_read(&((struct raw *)opaque)->file, offset, buffer, length);
}

static int raw_read_now(void *opaque, uint64_t offset, void *buffer, size_t length)
{
    return block_file_read_now(&((struct raw *)opaque)->file, offset, buffer, length);
}

/* A guest could otherwise make its disk an image that names the host's files as its backing. */
static bool raw_is_forgery(const struct raw *raw, uint64_t offset, const uint8_t *data,
                           size_t length)
{
    uint8_t head[4] = {0};

    if (!raw->probed || offset >= sizeof(head))
        return false;
    if (block_file_read(&raw->file, 0, head, sizeof(head)) != 0)
        return true;
    for (size_t i = (size_t)offset; i < sizeof(head) && i - offset < length; i++)
        head[i] = data[i - offset];
    return block_is_qcow2(head, sizeof(head));
}

static int raw_write(void *opaque, uint64_t offset, const void *buffer, size_t length)
{
    struct raw *raw = opaque;

    if (raw_is_forgery(raw, offset, buffer, length))
        return EPERM;
    return block_file_write(&raw->file, offset, buffer, length);
}

static int raw_zero(void *opaque, uint64_t offset, uint64_t length, bool unmap)
{
    return block_file_zero(&((struct raw *)opaque)->file, offset, length, unmap);
}

static int raw_discard(void *opaque, uint64_t offset, uint64_t length)
{
    struct raw *raw = opaque;

    if (raw->file.read_only)
        return EROFS;
    block_file_discard(&raw->file, offset, length);
    return 0;
}

static int raw_flush(void *opaque)
{
    return block_file_sync(&((struct raw *)opaque)->file);
}

static const char *raw_location(void *opaque)
{
    return ((struct raw *)opaque)->file.path;
}

static void raw_close(void *opaque)
{
    struct raw *raw = opaque;

    block_file_close(&raw->file);
    free(raw);
}

static const struct emu_block_ops raw_ops = {
    .name = "raw",
    .size = raw_size,
    .read = raw_read,
    .read_now = raw_read_now,
    .write = raw_write,
    .zero = raw_zero,
    .discard = raw_discard,
    .flush = raw_flush,
    .location = raw_location,
    .close = raw_close,
};

bool block_raw_new(struct block_file *file, bool probed, struct emu_block_backend *out,
                   struct emu_error *err)
{
    struct raw *raw = calloc(1, sizeof(*raw));
    uint64_t size;
    int error = raw == NULL ? ENOMEM : block_file_size(file, &size);

    if (error != 0) {
        emu_error_set(err, EMU_ERROR_HOST, "cannot read the disk image '%s': %s", file->path,
                      strerror(error));
        block_file_close(file);
        free(raw);
        return false;
    }
    raw->file = *file;
    raw->probed = probed;
    raw->size = (size + EMU_BLOCK_SECTOR - 1) / EMU_BLOCK_SECTOR * EMU_BLOCK_SECTOR;
    *out = (struct emu_block_backend){&raw_ops, raw, file->read_only};
    /* cppcheck-suppress memleak ; out has it */
    return true;
}
