/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loaded before the C library (LD_PRELOAD): counts the calls by which a program changes files, and
 * at the one that INTERRUPT_AT numbers kills it, or with INTERRUPT_FULL=1 says that the disk is
 * full, then and from then on.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* False: the call fails. */
static bool interrupt_passes(void)
{
    static int left = -1;
    const char *at = getenv("INTERRUPT_AT"), *full = getenv("INTERRUPT_FULL");

    if (at == NULL)
        return true;
    if (left < 0)
        left = atoi(at);
    if (left > 1) {
        left--;
        return true;
    }
    if (full == NULL)
        kill(getpid(), SIGKILL);
    errno = ENOSPC;
    return false;
}

static mode_t interrupt_mode(int flags, va_list arguments)
{
    return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
}

#define DEFINE_OPEN(name)                                                                          \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        mode_t mode = interrupt_mode(flags, arguments);                                            \
        va_end(arguments);                                                                         \
        return (flags & O_CREAT) != 0 && !interrupt_passes() ? -1 : NEXT(name)(path, flags, mode); \
    }

DEFINE_OPEN(open)
DEFINE_OPEN(open64)

/* What goes to a terminal or a pipe is no change of a file. */
ssize_t write(int fd, const void *data, size_t length)
{
    return fd > 2 && !interrupt_passes() ? -1 : NEXT(write)(fd, data, length);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at)
{
    return interrupt_passes() ? NEXT(pwrite64)(fd, data, length, at) : -1;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t at)
{
    return interrupt_passes() ? NEXT(pwrite)(fd, data, length, at) : -1;
}

int ftruncate64(int fd, off64_t length)
{
    return interrupt_passes() ? NEXT(ftruncate64)(fd, length) : -1;
}

int ftruncate(int fd, off_t length)
{
    return interrupt_passes() ? NEXT(ftruncate)(fd, length) : -1;
}

int fsync(int fd)
{
    return interrupt_passes() ? NEXT(fsync)(fd) : -1;
}

int rename(const char *from, const char *to)
{
    return interrupt_passes() ? NEXT(rename)(from, to) : -1;
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    return interrupt_passes() ? NEXT(renameat2)(from_folder, from, to_folder, to, flags) : -1;
}

int link(const char *from, const char *to)
{
    return interrupt_passes() ? NEXT(link)(from, to) : -1;
}

int mkdir(const char *path, mode_t mode)
{
    return interrupt_passes() ? NEXT(mkdir)(path, mode) : -1;
}

/* Removing needs no room; a program may die there all the same. */
int unlink(const char *path)
{
    return getenv("INTERRUPT_FULL") != NULL || interrupt_passes() ? NEXT(unlink)(path) : -1;
}

int rmdir(const char *path)
{
    return getenv("INTERRUPT_FULL") != NULL || interrupt_passes() ? NEXT(rmdir)(path) : -1;
}

int chmod(const char *path, mode_t mode)
{
    return getenv("INTERRUPT_FULL") != NULL || interrupt_passes() ? NEXT(chmod)(path, mode) : -1;
}
