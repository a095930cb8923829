/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Archives for initial RAM disks (the kernel's Documentation/driver-api/early-userspace), and
 * seeds on the disk. */
#include "app/media/seed.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "app/media/seed-private.h"

#define ARCHIVE_SECTOR 512
#define SEED_COPY      (1u << 20)

static bool seed_check_name(const char *name, GError **error)
{
    gsize length = strlen(name);

    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isgraph((int)name[i]) || name[i] == '/' || name[i] == ';')
            length = 0;
    }
    return (length != 0 && length <= LATHE_SEED_NAME_MAX && name[0] != '.') ||
           lathe_error_input(error, "'%s' is no name for a file of answers", name);
}

bool seed_check_files(const struct lathe_seed_file *files, unsigned count, GError **error)
{
    gsize bytes = 0;

    if (count > LATHE_SEED_FILES_MAX)
        return lathe_error_input(error, "there are more than %d files of answers",
                                 LATHE_SEED_FILES_MAX);
    for (unsigned i = 0; i < count; i++) {
        if (!seed_check_name(files[i].name, error))
            return false;
        if (files[i].size > LATHE_SEED_BYTES_MAX - bytes)
            return lathe_error_input(error, "the files of answers are larger than %d MiB",
                                     LATHE_SEED_BYTES_MAX >> 20);
        bytes += files[i].size;
    }
    return true;
}

/* ---- archives ---- */

static void archive_pad(GByteArray *out, guint to)
{
    static const guint8 zeroes[ARCHIVE_SECTOR];

    g_byte_array_append(out, zeroes, (to - out->len % to) % to);
}

/* A header of thirteen numbers in hexadecimal, the name, the data; each part from a fourth byte. */
static void archive_put(GByteArray *out, const struct lathe_seed_file *file, unsigned number,
                        unsigned mode)
{
    gsize name = strlen(file->name) + 1;
    g_autofree char *header =
        g_strdup_printf("070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", number, mode,
                        0, 0, 1, 0, (unsigned)file->size, 0, 0, 0, 0, (unsigned)name, 0);

    g_byte_array_append(out, (const guint8 *)header, (guint)strlen(header));
    g_byte_array_append(out, (const guint8 *)file->name, (guint)name);
    archive_pad(out, 4);
    if (file->size != 0)
        g_byte_array_append(out, file->data, (guint)file->size);
    archive_pad(out, 4);
}

GBytes *lathe_seed_archive(const struct lathe_seed_file *files, unsigned count, GError **error)
{
    static const struct lathe_seed_file end = {"TRAILER!!!", NULL, 0};

    if (!seed_check_files(files, count, error))
        return NULL;
    GByteArray *out = g_byte_array_new();
    for (unsigned i = 0; i < count; i++)
        archive_put(out, &files[i], i + 1, 0100600);
    archive_put(out, &end, 0, 0);
    archive_pad(out, ARCHIVE_SECTOR);
    return g_byte_array_free_to_bytes(out);
}

/* ---- on the disk ---- */

static bool seed_put(int fd, const void *data, gsize size)
{
    const guint8 *at = data;

    while (size != 0) {
        ssize_t done = write(fd, at, size);
        if (done < 0 && errno != EINTR)
            return false;
        at += MAX(done, 0);
        size -= (gsize)MAX(done, 0);
    }
    return true;
}

/* Copies all of a file; *size: how much that was. */
static bool seed_copy(int from, int to, gsize *size)
{
    g_autofree guint8 *buffer = g_malloc(SEED_COPY);
    ssize_t got;

    *size = 0;
    while ((got = read(from, buffer, SEED_COPY)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 || !seed_put(to, buffer, (gsize)got))
            return false;
        *size += (gsize)got;
    }
    return true;
}

/* The kernel skips zeroes between archives, which begin at a fourth byte. */
static bool seed_fill(int fd, const char *initrd, GBytes *bytes)
{
    static const guint8 zeroes[ARCHIVE_SECTOR];
    gsize size = 0, length;
    const void *data = g_bytes_get_data(bytes, &length);

    if (initrd != NULL) {
        int from = open(initrd, O_RDONLY | O_CLOEXEC);
        bool copied = from >= 0 && seed_copy(from, fd, &size);
        int why = errno;
        if (from >= 0)
            close(from);
        errno = why;
        if (!copied ||
            !seed_put(fd, zeroes, (ARCHIVE_SECTOR - size % ARCHIVE_SECTOR) % ARCHIVE_SECTOR))
            return false;
    }
    return seed_put(fd, data, length);
}

static bool seed_write(const char *initrd, GBytes *bytes, const char *path, GError **error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good = fd >= 0 && seed_fill(fd, initrd, bytes) && fsync(fd) == 0;
    int why = errno;

    if (fd >= 0)
        close(fd);
    if (fd >= 0 && !good)
        unlink(path);
    return good || lathe_error_input(error, "cannot write '%s': %s", path, g_strerror(why));
}

bool lathe_seed_append(const char *initrd, GBytes *archive, const char *path, GError **error)
{
    return seed_write(initrd, archive, path, error);
}

bool lathe_seed_write(GBytes *bytes, const char *path, GError **error)
{
    return seed_write(NULL, bytes, path, error);
}
