/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole files: read with a limit, and replaced in one step. */
#include "wizards/firmware/store-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/plan/error.h"
#include "app/plan/put-file.h"

static bool file_fail(const char *path, GError **error)
{
    return lathe_error_input(error, "%s: %s", path, g_strerror(errno));
}

/* ---- reading ---- */

static bool file_read_all(int fd, guint8 *data, gsize size)
{
    for (gsize done = 0; done < size;) {
        ssize_t got = read(fd, data + done, size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = EIO; /* it shrank */
        if (got <= 0)
            return false;
        done += (gsize)got;
    }
    return true;
}

static GBytes *file_read(int fd, const char *path, gsize limit, GError **error)
{
    struct stat info;

    if (fstat(fd, &info) != 0)
        return file_fail(path, error), NULL;
    if (!S_ISREG(info.st_mode))
        return lathe_error_input(error, "%s: is no regular file", path), NULL;
    if ((guint64)info.st_size > limit)
        return lathe_error_input(error, "%s: is larger than %zu bytes", path, limit), NULL;
    gsize size = (gsize)info.st_size;
    g_autofree guint8 *data = g_malloc(size + 1);
    if (!file_read_all(fd, data, size))
        return file_fail(path, error), NULL;
    return g_bytes_new_take(g_steal_pointer(&data), size);
}

GBytes *lathe_file_read(const char *path, gsize limit, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe would wait */

    if (fd < 0)
        return file_fail(path, error), NULL;
    GBytes *bytes = file_read(fd, path, limit, error);
    close(fd);
    return bytes;
}

/* ---- replacing ---- */

#define FILE_CHUNK 65536u

/* Zeroes stay holes. */
static bool file_write_all(int fd, struct lathe_bytes bytes)
{
    if (ftruncate(fd, (off_t)bytes.size) != 0)
        return false;
    for (gsize at = 0; at < bytes.size;) {
        struct lathe_bytes chunk = {bytes.data + at, MIN(FILE_CHUNK, bytes.size - at)};
        ssize_t done = lathe_bytes_are(chunk, 0) ? (ssize_t)chunk.size
                                                 : pwrite(fd, chunk.data, chunk.size, (off_t)at);
        if (done < 0 && errno != EINTR)
            return false;
        at += done > 0 ? (gsize)done : 0;
    }
    return true;
}

/* The mode and, where that is allowed, the owner of the old file. */
static bool file_keep_rights(int fd, const char *path)
{
    struct stat old;
    mode_t mask = umask(0);

    umask(mask);
    if (stat(path, &old) != 0)
        return errno == ENOENT && fchmod(fd, 0644 & ~mask) == 0;
    if (fchown(fd, old.st_uid, old.st_gid) != 0 && errno != EPERM)
        return false;
    return fchmod(fd, old.st_mode & 0777) == 0;
}

static void file_sync_folder(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

bool lathe_file_replace(const char *path, GBytes *data, GError **error)
{
    if (lathe_put_is_stream(path))
        return lathe_put_file(path, g_bytes_get_data(data, NULL), g_bytes_get_size(data), 0, error);
    char *real = realpath(path, NULL);
    g_autofree char *target = g_strdup(real != NULL ? real : path);
    g_autofree char *name = g_strconcat(target, ".XXXXXX", NULL);
    int fd = g_mkstemp_full(name, O_RDWR | O_CLOEXEC, 0600);

    free(real);
    if (fd < 0)
        return file_fail(path, error);
    bool good = file_write_all(fd, lathe_bytes_of(data)) && file_keep_rights(fd, target) &&
                fsync(fd) == 0 && rename(name, target) == 0;
    if (!good)
        file_fail(path, error);
    close(fd);
    if (good)
        file_sync_folder(target);
    else
        unlink(name);
    return good;
}
