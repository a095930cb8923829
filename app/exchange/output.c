/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * New files (output.h): without a name until they are whole, where the file system can, so that
 * they go with their process; else under a hidden one.
 */
#include "app/exchange/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/plan/error.h"

#define OUTPUT_MODE (S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH)

struct lathe_output {
    char *path, *folder;
    char *hidden; /* NULL: it has no name */
    int fd;
};

static bool output_fail(const struct lathe_output *output, GError **error)
{
    return lathe_error_input(error, "cannot write '%s': %s", output->path, g_strerror(errno));
}

static bool output_open(struct lathe_output *output, GError **error)
{
    mode_t mask = umask(0);

    umask(mask);
    output->fd = open(output->folder, O_RDWR | O_TMPFILE | O_CLOEXEC, OUTPUT_MODE);
    if (output->fd >= 0)
        return true;
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
        return output_fail(output, error);
    output->hidden = g_build_filename(output->folder, ".lathe-XXXXXX", NULL);
    output->fd = g_mkstemp_full(output->hidden, O_RDWR | O_CLOEXEC, OUTPUT_MODE & ~mask);
    if (output->fd >= 0)
        return true;
    g_clear_pointer(&output->hidden, g_free);
    return output_fail(output, error);
}

static bool output_is_new(const struct lathe_output *output, GError **error)
{
    struct stat info;

    return lstat(output->path, &info) != 0 ||
           lathe_error_input(error, "'%s' is there already: remove it, or choose another name",
                             output->path);
}

struct lathe_output *lathe_output_new(const char *path, GError **error)
{
    g_autoptr(lathe_output) output = g_new0(struct lathe_output, 1);

    output->fd = -1;
    output->path = g_canonicalize_filename(path, NULL);
    output->folder = g_path_get_dirname(output->path);
    return output_is_new(output, error) && output_open(output, error) ? g_steal_pointer(&output)
                                                                      : NULL;
}

void lathe_output_free(struct lathe_output *output)
{
    if (output == NULL)
        return;
    if (output->fd >= 0)
        close(output->fd);
    if (output->hidden != NULL)
        unlink(output->hidden);
    g_free(output->hidden);
    g_free(output->folder);
    g_free(output->path);
    g_free(output);
}

bool lathe_output_write(struct lathe_output *output, uint64_t at, const void *data, size_t length,
                        GError **error)
{
    const uint8_t *from = data;

    while (length != 0) {
        ssize_t put = pwrite(output->fd, from, length, (off_t)at);
        if (put < 0 && errno != EINTR)
            return output_fail(output, error);
        put = MAX(put, 0);
        from += put;
        at += (uint64_t)put;
        length -= (size_t)put;
    }
    return true;
}

/* Gives the file its name; what came there meanwhile stays. */
static bool output_name(struct lathe_output *output)
{
    char link[64];

    if (output->hidden != NULL)
        return renameat2(AT_FDCWD, output->hidden, AT_FDCWD, output->path, RENAME_NOREPLACE) == 0;
    g_snprintf(link, sizeof(link), "/proc/self/fd/%d", output->fd);
    return linkat(AT_FDCWD, link, AT_FDCWD, output->path, AT_SYMLINK_FOLLOW) == 0;
}

bool lathe_output_publish(struct lathe_output *output, GError **error)
{
    if (fsync(output->fd) != 0 || !output_name(output))
        return output_fail(output, error);
    g_clear_pointer(&output->hidden, g_free);
    return true;
}
