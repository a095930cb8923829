/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Copies of files and folders (files.h): blocks are shared where the file system can (FICLONE,
 * ioctl_ficlonerange(2)), else what is no hole is copied by the kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/library/files.h"
#include "app/plan/error.h"

#define COPY_PART (4u << 20) /* bytes between two reports */

struct copy_files {
    int from, to;
    struct lathe_copy *copy;
};

/* False, with errno: it is to stop. */
static bool copy_tell(struct lathe_copy *copy, uint64_t bytes)
{
    copy->done += bytes;
    if (copy->progress == NULL || copy->progress(copy->opaque, copy->done, copy->total))
        return true;
    errno = ECANCELED;
    return false;
}

/* Where the kernel does not copy between two file systems. */
static ssize_t copy_by_hand(const struct copy_files *files, off_t at, size_t length)
{
    g_autofree char *buffer = g_malloc(MIN(length, 1u << 20));
    ssize_t got = pread(files->from, buffer, MIN(length, 1u << 20), at), put = 0;

    while (got > 0 && put < got) {
        ssize_t part = pwrite(files->to, buffer + put, (size_t)(got - put), at + put);
        if (part < 0 && errno != EINTR)
            return -1;
        put += part > 0 ? part : 0;
    }
    return got < 0 ? -1 : put;
}

static ssize_t copy_part(const struct copy_files *files, off_t at, size_t length)
{
    off_t in = at, out = at;
    ssize_t done = copy_file_range(files->from, &in, files->to, &out, length, 0);

    if (done < 0 && errno != ENOSPC && errno != EDQUOT && errno != EIO)
        done = copy_by_hand(files, at, length);
    return done;
}

static bool copy_extent(const struct copy_files *files, off_t at, off_t end)
{
    while (at < end) {
        ssize_t done = copy_part(files, at, (size_t)MIN(end - at, (off_t)COPY_PART));
        if (done < 0)
            return false;
        if (done == 0) /* the file was cut short meanwhile */
            return true;
        if (!copy_tell(files->copy, (uint64_t)done))
            return false;
        at += done;
    }
    return true;
}

static bool copy_data(const struct copy_files *files, off_t size)
{
    off_t at = 0;

    if (ftruncate(files->to, size) != 0)
        return false;
    while (at < size) {
        off_t data = lseek(files->from, at, SEEK_DATA);
        if (data < 0 && errno == ENXIO)
            break;
        data = data < 0 ? at : data; /* a file system without holes */
        off_t hole = lseek(files->from, data, SEEK_HOLE);
        hole = hole < 0 ? size : hole;
        if (!copy_extent(files, data, hole))
            return false;
        at = hole;
    }
    return true;
}

static bool copy_contents(const struct copy_files *files, const struct stat *info)
{
    bool copied = ioctl(files->to, FICLONE, files->from) == 0
                      ? copy_tell(files->copy, (uint64_t)info->st_blocks * 512)
                      : copy_data(files, info->st_size);

    return copied && fsync(files->to) == 0;
}

/* Always false. */
static bool copy_fail(const char *from, const char *to, GError **error)
{
    if (errno != ECANCELED)
        return lathe_error_input(error, "cannot copy '%s' to '%s': %s", from, to,
                                 g_strerror(errno));
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("it was stopped"));
    return false;
}

static bool copy_file(const char *from, const char *to, struct lathe_copy *copy, GError **error)
{
    struct copy_files files = {open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), -1, copy};
    struct stat info;
    bool copied = files.from >= 0 && fstat(files.from, &info) == 0;

    if (!copied)
        lathe_error_input(error, "cannot read '%s': %s", from, g_strerror(errno));
    if (copied)
        files.to = open(to, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (copied && (files.to < 0 || !copy_contents(&files, &info)))
        copied = copy_fail(from, to, error);
    if (files.from >= 0)
        close(files.from);
    if (files.to >= 0)
        close(files.to);
    return copied;
}

static bool copy_folder(const char *from, const char *to, struct lathe_copy *copy, GError **error)
{
    g_autoptr(GDir) names = g_dir_open(from, 0, error);
    const char *name;

    if (names == NULL)
        return false;
    if (mkdir(to, 0700) != 0)
        return lathe_error_input(error, "cannot make '%s': %s", to, g_strerror(errno));
    while ((name = g_dir_read_name(names)) != NULL) {
        g_autofree char *source = g_build_filename(from, name, NULL);
        g_autofree char *target = g_build_filename(to, name, NULL);
        struct stat info;
        if (lstat(source, &info) == 0 && S_ISREG(info.st_mode) &&
            !copy_file(source, target, copy, error))
            return false;
    }
    return lathe_files_sync_folder(to, error);
}

bool lathe_files_copy(const char *from, const char *to, struct lathe_copy *copy, GError **error)
{
    struct stat info;

    if (lstat(from, &info) == 0 && S_ISDIR(info.st_mode))
        return copy_folder(from, to, copy, error);
    return copy_file(from, to, copy, error);
}
