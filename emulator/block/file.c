/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Host files under image formats (file.h). */
#include "emulator/block/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILE_ZEROES 65536 /* bytes of zeroes written at once */

static bool file_refuse(struct block_file *file, const char *path, const char *why,
                        struct emu_error *err)
{
    block_file_close(file);
    return emu_error_set(err, EMU_ERROR_INPUT, "cannot open the disk image '%s': %s", path, why);
}

bool block_file_open(struct block_file *file, const char *path, bool read_only,
                     struct emu_error *err)
{
    int flags = (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    struct stat info;

    *file = (struct block_file){.fd = open(path, flags), .read_only = read_only};
    if (file->fd < 0)
        return file_refuse(file, path, strerror(errno), err);
    if (fstat(file->fd, &info) != 0)
        return file_refuse(file, path, strerror(errno), err);
    if (!S_ISREG(info.st_mode) && !S_ISBLK(info.st_mode))
        return file_refuse(file, path, "it is neither a file nor a block device", err);
    file->device = S_ISBLK(info.st_mode);
    file->path = strdup(path);
    if (file->path == NULL)
        return file_refuse(file, path, "out of memory", err);
    if (!block_file_lock(file, err)) {
        block_file_close(file);
        return false;
    }
    return true;
}

void block_file_close(struct block_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
    free(file->path);
    file->path = NULL;
}

int block_file_size(const struct block_file *file, uint64_t *size)
{
    struct stat info;

    if (file->device)
        return ioctl(file->fd, BLKGETSIZE64, size) == 0 ? 0 : errno;
    if (fstat(file->fd, &info) != 0)
        return errno;
    *size = (uint64_t)info.st_size;
    return 0;
}

/* off_t has no room for the upper half. */
static bool file_has(uint64_t offset, uint64_t length)
{
    return offset <= INT64_MAX && length <= INT64_MAX - offset;
}

int block_file_read(const struct block_file *file, uint64_t offset, void *buffer, size_t length)
{
    uint8_t *to = buffer;

    if (!file_has(offset, length))
        return EIO;
    while (length != 0) {
        ssize_t got = pread(file->fd, to, length, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (got == 0) {
            memset(to, 0, length);
            return 0;
        }
        to += got;
        offset += (uint64_t)got;
        length -= (size_t)got;
    }
    return 0;
}

int block_file_read_now(const struct block_file *file, uint64_t offset, void *buffer, size_t length)
{
    const struct iovec to = {.iov_base = buffer, .iov_len = length};

    if (!file_has(offset, length))
        return EIO;
    return preadv2(file->fd, &to, 1, (off_t)offset, RWF_NOWAIT) == (ssize_t)length ? 0 : EAGAIN;
}

int block_file_write(const struct block_file *file, uint64_t offset, const void *buffer,
                     size_t length)
{
    const uint8_t *from = buffer;

    if (file->read_only)
        return EROFS;
    if (!file_has(offset, length))
        return EFBIG;
    while (length != 0) {
        ssize_t put = pwrite(file->fd, from, length, (off_t)offset);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return errno;
        if (put == 0)
            return ENOSPC;
        from += put;
        offset += (uint64_t)put;
        length -= (size_t)put;
    }
    return 0;
}

static int file_write_zeroes(const struct block_file *file, uint64_t offset, uint64_t length)
{
    uint8_t *zeroes = calloc(1, FILE_ZEROES);
    int error = zeroes == NULL ? ENOMEM : 0;

    while (length != 0 && error == 0) {
        size_t part = length < FILE_ZEROES ? (size_t)length : FILE_ZEROES;

        error = block_file_write(file, offset, zeroes, part);
        offset += part;
        length -= part;
    }
    free(zeroes);
    return error;
}

int block_file_zero(const struct block_file *file, uint64_t offset, uint64_t length, bool punch)
{
    int mode = (punch ? FALLOC_FL_PUNCH_HOLE : FALLOC_FL_ZERO_RANGE) | FALLOC_FL_KEEP_SIZE;

    if (file->read_only)
        return EROFS;
    if (!file_has(offset, length))
        return EFBIG;
    if (length == 0 || fallocate(file->fd, mode, (off_t)offset, (off_t)length) == 0)
        return 0;
    return file_write_zeroes(file, offset, length);
}

int block_file_reserve(const struct block_file *file, uint64_t offset, uint64_t length)
{
    if (file->read_only)
        return EROFS;
    if (!file_has(offset, length))
        return EFBIG;
    if (file->device || fallocate(file->fd, 0, (off_t)offset, (off_t)length) == 0)
        return 0;
    return errno == ENOSPC || errno == EDQUOT ? errno : 0; /* others cannot do it */
}

void block_file_discard(const struct block_file *file, uint64_t offset, uint64_t length)
{
    if (!file->read_only && length != 0 && file_has(offset, length))
        fallocate(file->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset,
                  (off_t)length);
}

int block_file_sync(const struct block_file *file)
{
    if (file->read_only || fdatasync(file->fd) == 0)
        return 0;
    /* The host has forgotten what it could not write: trying again would succeed, wrongly. */
    return errno == ENOSPC || errno == EDQUOT ? EIO : errno;
}
