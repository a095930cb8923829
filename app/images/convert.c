/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Disk images made of others (convert.h). */
#include "app/images/convert.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/plan/error.h"
#include "emulator/api/block.h"

#define CONVERT_PART    (1u << 20) /* bytes at once */
#define CONVERT_CLUSTER (1u << 16) /* what a qcow2 image allocates */

bool lathe_is_zero(const void *data, size_t length)
{
    const uint8_t *bytes = data;

    return length == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, length - 1) == 0);
}

/* ---- to qcow2 ---- */

struct convert {
    struct lathe_image *image;
    struct emu_block_backend to;
    const char *path;
    uint8_t *buffer;
};

static bool convert_fail(const struct convert *convert, int found, GError **error)
{
    return found == 0 || lathe_error_input(error, "cannot write the disk image '%s': %s",
                                           convert->path, g_strerror(found));
}

/* Runs of clusters that hold something. */
static bool convert_write(const struct convert *convert, uint64_t at, size_t length, GError **error)
{
    size_t first = 0;

    while (first < length) {
        size_t end = first;
        while (end < length &&
               !lathe_is_zero(convert->buffer + end, MIN(CONVERT_CLUSTER, length - end)))
            end = MIN(end + CONVERT_CLUSTER, length);
        if (end != first &&
            !convert_fail(convert,
                          convert->to.ops->write(convert->to.opaque, at + first,
                                                 convert->buffer + first, end - first),
                          error))
            return false;
        first = MIN(end + CONVERT_CLUSTER, length); /* that one is zeroes */
    }
    return true;
}

static bool convert_all(const struct convert *convert, struct lathe_task *task, GError **error)
{
    uint64_t size = lathe_image_get_size(convert->image);

    for (uint64_t at = 0; at < size; at += CONVERT_PART) {
        size_t part = (size_t)MIN(CONVERT_PART, size - at);
        bool zero;
        if (!lathe_image_read(convert->image, at, convert->buffer, part, &zero, error) ||
            (!zero && !convert_write(convert, at, part, error)) ||
            !lathe_task_step(task, part, error))
            return false;
    }
    return convert_fail(convert, convert->to.ops->flush(convert->to.opaque), error);
}

static bool convert_into(struct convert *convert, struct lathe_task *task, GError **error)
{
    const struct emu_block_options options = {.path = convert->path, .format = "qcow2"};
    struct emu_error found = EMU_ERROR_INIT;
    bool done;

    if (!emu_block_open(&options, &convert->to, &found))
        return lathe_error_from_emu(error, &found);
    done = convert_all(convert, task, error);
    emu_block_backend_close(&convert->to);
    return done;
}

bool lathe_image_convert(struct lathe_image *image, const char *path, struct lathe_task *task,
                         GError **error)
{
    g_autofree uint8_t *buffer = g_malloc(CONVERT_PART);
    struct convert convert = {.image = image, .path = path, .buffer = buffer};
    const struct emu_block_creation creation = {path, "qcow2", lathe_image_get_size(image), NULL,
                                                NULL};
    struct emu_error found = EMU_ERROR_INIT;

    if (!emu_block_create(&creation, &found))
        return lathe_error_from_emu(error, &found);
    if (convert_into(&convert, task, error))
        return true;
    unlink(path);
    return false;
}

/* ---- bytes ---- */

static bool copy_write(int fd, const uint8_t *from, size_t length)
{
    while (length != 0) {
        ssize_t put = write(fd, from, length);
        if (put < 0 && errno != EINTR)
            return false;
        from += MAX(put, 0);
        length -= (size_t)MAX(put, 0);
    }
    return true;
}

/* Each part is read, and what is to be done with it is done. */
static bool copy_each(const struct lathe_span *bytes, struct lathe_task *task, int fd,
                      GChecksum *sum, GError **error)
{
    g_autofree uint8_t *buffer = g_malloc(CONVERT_PART);

    for (uint64_t at = 0; at < bytes->size; at += CONVERT_PART) {
        size_t part = (size_t)MIN(CONVERT_PART, bytes->size - at);
        if (!lathe_span_read(bytes, at, buffer, part, error))
            return false;
        if (sum != NULL)
            g_checksum_update(sum, buffer, (gssize)part);
        if (fd >= 0 && !copy_write(fd, buffer, part))
            return lathe_error_input(error, "cannot copy '%s': %s", bytes->name, g_strerror(errno));
        if (!lathe_task_step(task, part, error))
            return false;
    }
    return fd < 0 || fsync(fd) == 0 ||
           lathe_error_input(error, "cannot copy '%s': %s", bytes->name, g_strerror(errno));
}

bool lathe_span_copy(const struct lathe_span *bytes, const char *path, struct lathe_task *task,
                     GError **error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    bool copied;

    if (fd < 0)
        return lathe_error_input(error, "cannot make '%s': %s", path, g_strerror(errno));
    copied = copy_each(bytes, task, fd, NULL, error);
    close(fd);
    if (!copied)
        unlink(path);
    return copied;
}

char *lathe_span_sum(const struct lathe_span *bytes, GChecksumType type, struct lathe_task *task,
                     GError **error)
{
    g_autoptr(GChecksum) sum = g_checksum_new(type);

    return copy_each(bytes, task, -1, sum, error) ? g_strdup(g_checksum_get_string(sum)) : NULL;
}
