/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finding a file by its name in the primary volume of a disc (ECMA-119 9.1): folder by folder, by
 * the names of ISO 9660. Files of several extents, and Rock Ridge's names, are left out.
 */
#include "app/media/disc-files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/media/media-private.h"
#include "app/plan/error.h"

#define DISC_SECTOR     2048u
#define DISC_FIRST      16u
#define DISC_MAX_FOLDER (1u << 20) /* bytes of a folder that are looked at */
#define DISC_MAX_FILE   (UINT64_C(1) << 30)
#define DISC_RECORD     33u /* bytes before a record's name */
#define DISC_IS_FOLDER  2u
#define DISC_GOES_ON    0x80u /* the file has a further extent */

struct disc_place {
    guint64 offset, size;
    bool folder;
};

/* "VMLINUZ.;1" is vmlinuz. */
static bool disc_is_name(const guint8 *name, unsigned length, const char *wanted, gsize size)
{
    const guint8 *version = memchr(name, ';', length);

    if (version != NULL)
        length = (unsigned)(version - name);
    if (length > 0 && name[length - 1] == '.' && length == size + 1)
        length--;
    return length == size && g_ascii_strncasecmp((const char *)name, wanted, size) == 0;
}

static bool disc_take(const guint8 *record, struct disc_place *place)
{
    place->offset = (guint64)lathe_le32(record + 2) * DISC_SECTOR;
    place->size = lathe_le32(record + 10);
    place->folder = (record[25] & DISC_IS_FOLDER) != 0;
    return (record[25] & DISC_GOES_ON) == 0;
}

/* The records of a sector; one with no length ends it. */
static bool disc_look_in_sector(const guint8 *sector, const char *wanted, gsize size,
                                struct disc_place *place)
{
    for (unsigned at = 0; at + DISC_RECORD < DISC_SECTOR && sector[at] != 0; at += sector[at]) {
        const guint8 *record = sector + at;
        if (record[0] < DISC_RECORD + record[32] || at + record[0] > DISC_SECTOR)
            return false;
        if (disc_is_name(record + DISC_RECORD, record[32], wanted, size))
            return disc_take(record, place);
    }
    return false;
}

/* place: of the folder, then of what it holds. */
static bool disc_enter(const struct lathe_media_source *disc, const char *wanted, gsize size,
                       struct disc_place *place)
{
    guint64 end = place->offset + MIN(place->size, DISC_MAX_FOLDER);
    guint8 sector[DISC_SECTOR];

    for (guint64 at = place->offset; place->folder && at < end; at += DISC_SECTOR) {
        if (!media_read(disc, at, sector, sizeof(sector)))
            return false;
        if (disc_look_in_sector(sector, wanted, size, place))
            return true;
    }
    return false;
}

static bool disc_root(const struct lathe_media_source *disc, struct disc_place *place)
{
    guint8 sector[DISC_SECTOR];

    return media_read(disc, (guint64)DISC_FIRST * DISC_SECTOR, sector, sizeof(sector)) &&
           memcmp(sector, "\1CD001", 6) == 0 && disc_take(sector + 156, place);
}

bool lathe_disc_find(const struct lathe_media_source *disc, const char *name, guint64 *offset,
                     guint64 *size)
{
    g_auto(GStrv) parts = g_strsplit(name, "/", 8);
    struct disc_place place;

    if (!disc_root(disc, &place))
        return false;
    for (char **part = parts; *part != NULL; part++) {
        if (!disc_enter(disc, *part, strlen(*part), &place))
            return false;
    }
    *offset = place.offset;
    *size = place.size;
    return !place.folder && place.offset <= disc->size && place.size <= disc->size - place.offset;
}

/* ---- of a file ---- */

/* False: no regular file, or not to be read. */
static bool disc_open(const char *path, int *fd, struct lathe_media_source *source)
{
    struct stat info;

    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0 || fstat(*fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        if (*fd >= 0)
            close(*fd);
        return false;
    }
    *source = (struct lathe_media_source){(guint64)info.st_size, media_read_file, fd};
    return true;
}

bool lathe_disc_has(const char *path, const char *name)
{
    struct lathe_media_source source;
    guint64 offset, size;
    int fd;

    if (!disc_open(path, &fd, &source))
        return false;
    bool found = lathe_disc_find(&source, name, &offset, &size);
    close(fd);
    return found;
}

static bool disc_copy(const struct lathe_media_source *source, guint64 offset, guint64 size, int to)
{
    enum { BLOCK = 256 << 10 };
    g_autofree guint8 *buffer = g_malloc(BLOCK);

    for (guint64 done = 0; done < size;) {
        gsize part = (gsize)MIN(size - done, BLOCK);
        if (!media_read(source, offset + done, buffer, part)) {
            errno = EIO;
            return false;
        }
        ssize_t put = write(to, buffer, part);
        if (put < 0 && errno != EINTR)
            return false;
        done += (guint64)MAX(put, 0);
    }
    return true;
}

static bool disc_write_copy(const struct lathe_media_source *source, guint64 offset, guint64 size,
                            const char *copy, GError **error)
{
    int to = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good = to >= 0 && disc_copy(source, offset, size, to);
    int why = errno;

    if (to >= 0)
        close(to);
    if (to >= 0 && !good)
        unlink(copy);
    return good || lathe_error_input(error, "cannot write '%s': %s", copy, g_strerror(why));
}

bool lathe_disc_extract(const char *path, const char *name, const char *copy, GError **error)
{
    struct lathe_media_source source;
    guint64 offset, size;
    int fd;

    if (!disc_open(path, &fd, &source))
        return lathe_error_input(error, "cannot read '%s'", path);
    bool found = lathe_disc_find(&source, name, &offset, &size) && size <= DISC_MAX_FILE;
    bool good = found ? disc_write_copy(&source, offset, size, copy, error)
                      : lathe_error_input(error, "'%s' has no file %s", path, name);
    close(fd);
    return good;
}
