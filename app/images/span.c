/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of foreign files (bytes.h). */
#include "app/images/span.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/plan/error.h"

bool lathe_span_of_file(int fd, const char *name, struct lathe_span *bytes, GError **error)
{
    struct stat info;
    bool known = fstat(fd, &info) == 0;
    off_t end = known && S_ISBLK(info.st_mode) ? lseek(fd, 0, SEEK_END) : info.st_size;

    if (!known || end < 0)
        return lathe_error_input(error, "cannot read '%s': %s", name, g_strerror(errno));
    if (!S_ISREG(info.st_mode) && !S_ISBLK(info.st_mode))
        return lathe_error_input(error, "cannot read '%s': it is neither a file nor a block device",
                                 name);
    *bytes = (struct lathe_span){fd, 0, (uint64_t)end, name};
    return true;
}

static bool bytes_has(const struct lathe_span *bytes, uint64_t at, uint64_t length)
{
    return at <= bytes->size && length <= bytes->size - at;
}

bool lathe_span_refuse(const struct lathe_span *bytes, GError **error, const char *why)
{
    return lathe_error_input(error, "'%s' cannot be read: %s", bytes->name, why);
}

bool lathe_span_read(const struct lathe_span *bytes, uint64_t at, void *buffer, size_t length,
                     GError **error)
{
    uint8_t *to = buffer;

    if (!bytes_has(bytes, at, length))
        return lathe_span_refuse(bytes, error, "it is cut short");
    while (length != 0) {
        ssize_t got = pread(bytes->fd, to, length, (off_t)(bytes->offset + at));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return lathe_error_input(error, "cannot read '%s': %s", bytes->name, g_strerror(errno));
        if (got == 0)
            return lathe_span_refuse(bytes, error, "it is cut short");
        to += got;
        at += (uint64_t)got;
        length -= (size_t)got;
    }
    return true;
}

bool lathe_span_is_hole(const struct lathe_span *bytes, uint64_t at, uint64_t length)
{
    if (!bytes_has(bytes, at, length))
        return false;
    off_t data = lseek(bytes->fd, (off_t)(bytes->offset + at), SEEK_DATA);
    if (data < 0)
        return errno == ENXIO;
    return (uint64_t)data - bytes->offset - at >= length;
}
