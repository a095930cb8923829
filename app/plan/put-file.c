/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing a file (put-file.h). */
#include "app/plan/put-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/plan/error.h"

bool lathe_put_is_stream(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

static bool put_write(int fd, const char *data, gsize length)
{
    while (length != 0) {
        ssize_t done = write(fd, data, length);
        if (done < 0 && errno != EINTR)
            return false;
        data += MAX(done, 0);
        length -= (gsize)MAX(done, 0);
    }
    return true;
}

static bool put_into(const char *path, const void *data, gsize length, GError **error)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    bool good = fd >= 0 && put_write(fd, data, length);
    int kept = errno;

    if (fd >= 0)
        close(fd);
    return good || lathe_error_input(error, "%s: %s", path, g_strerror(kept));
}

bool lathe_put_file(const char *path, const void *data, gsize length, int mode, GError **error)
{
    if (lathe_put_is_stream(path))
        return put_into(path, data, length, error);
    char *real = realpath(path, NULL);
    bool good = g_file_set_contents_full(
        real != NULL ? real : path, data, (gssize)length,
        G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, mode, error);
    free(real);
    return good;
}
