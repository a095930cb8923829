/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are never half-written (files.h): written, synced, renamed, the folder synced. */
#include "app/library/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/plan/error.h"

#define FILES_MAX_DEPTH 16 /* of folders in each other */

static bool files_fail(GError **error, const char *what, const char *path)
{
    return lathe_error_input(error, "cannot %s '%s': %s", what, path, g_strerror(errno));
}

/* ---- writing ---- */

static bool files_write_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t part = write(fd, text, length);
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            return false;
        text += part;
        length -= (size_t)part;
    }
    return fsync(fd) == 0;
}

/* fd is closed. */
static bool files_fill(int fd, const char *text, size_t length)
{
    bool written = fd >= 0 && files_write_all(fd, text, length);
    int kept = errno;

    if (fd < 0)
        return false;
    if (close(fd) == 0 && written)
        return true;
    errno = written ? errno : kept;
    return false;
}

bool lathe_files_sync_folder(const char *folder, GError **error)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    int kept = errno;

    if (fd >= 0)
        close(fd);
    errno = kept;
    return synced || files_fail(error, "write", folder);
}

/* What was renamed is there, also where the host cannot say yet that it will stay. */
static void files_sync_parent(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);

    lathe_files_sync_folder(folder, NULL);
}

bool lathe_files_write(const char *path, const char *text, size_t length, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path), *name = g_path_get_basename(path);
    g_autofree char *hidden = g_strconcat(LATHE_FILES_NEW, name, "-XXXXXX", NULL);
    g_autofree char *fresh = g_build_filename(folder, hidden, NULL);
    int fd = g_mkstemp_full(fresh, O_RDWR | O_CLOEXEC, 0600);

    if (files_fill(fd, text, length) && rename(fresh, path) == 0) {
        files_sync_parent(path);
        return true;
    }
    int kept = errno;
    if (fd >= 0)
        unlink(fresh);
    errno = kept;
    return files_fail(error, "write", path);
}

bool lathe_files_move(const char *from, const char *to, GError **error)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) != 0 &&
        (errno != EINVAL || access(to, F_OK) == 0 || rename(from, to) != 0))
        return files_fail(error, "move to", to);
    files_sync_parent(from);
    files_sync_parent(to);
    return true;
}

void lathe_files_sweep(const char *folder)
{
    g_autoptr(GDir) names = g_dir_open(folder, 0, NULL);
    const char *name;

    while (names != NULL && (name = g_dir_read_name(names)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_str_has_prefix(name, LATHE_FILES_NEW))
            unlink(path);
    }
}

/* ---- walking ---- */

/* Of each entry but "." and ".."; false ends the walk. */
typedef bool (*files_visit)(const char *path, void *opaque, unsigned depth, GError **error);

static bool files_walk(const char *folder, files_visit visit, void *opaque, unsigned depth,
                       GError **error)
{
    g_autoptr(GDir) names = depth < FILES_MAX_DEPTH ? g_dir_open(folder, 0, NULL) : NULL;
    const char *name;

    if (depth == FILES_MAX_DEPTH)
        errno = ELOOP;
    if (names == NULL)
        return files_fail(error, "read", folder);
    while ((name = g_dir_read_name(names)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (!visit(path, opaque, depth + 1, error))
            return false;
    }
    return true;
}

static bool files_is_folder(const char *path)
{
    struct stat info;

    return lstat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool files_add_use(const char *path, void *opaque, unsigned depth, GError **error)
{
    uint64_t *bytes = opaque;
    struct stat info;

    if (lstat(path, &info) == 0)
        *bytes += (uint64_t)info.st_blocks * 512;
    if (files_is_folder(path))
        files_walk(path, files_add_use, bytes, depth, NULL);
    return true;
}

uint64_t lathe_files_disk_use(const char *path)
{
    uint64_t bytes = 0;

    files_add_use(path, &bytes, 0, NULL);
    return bytes;
}

static bool files_remove(const char *path, void *opaque, unsigned depth, GError **error)
{
    bool folder = files_is_folder(path);

    if (folder && !files_walk(path, files_remove, NULL, depth, error))
        return false;
    return (folder ? rmdir(path) : unlink(path)) == 0 || files_fail(error, "remove", path);
}

bool lathe_files_remove_tree(const char *path, GError **error)
{
    return files_remove(path, NULL, 0, error);
}
