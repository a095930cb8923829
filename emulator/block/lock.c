/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Locks on image files, compatible with QEMU's: byte 100 + n of the file is read-locked by whoever
 * uses right n, byte 200 + n by whoever cannot stand that others do. The locks belong to the open
 * file (OFD), so that two machines of one process are kept apart as well. File systems without
 * locks are used without.
 */
#include "emulator/block/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_USED   100
#define LOCK_DENIED 200

enum lock_right {
    LOCK_RIGHT_READ = 1 << 0,   /* consistent reading */
    LOCK_RIGHT_WRITE = 1 << 1,  /* changing data */
    LOCK_RIGHT_RESIZE = 1 << 3, /* changing the file's length */
};
#define LOCK_RIGHTS 5

static int lock_command(int fd, int command, short type, off_t byte, struct flock *lock)
{
    *lock = (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
    return fcntl(fd, command, lock);
}

static bool lock_take(int fd, off_t base, unsigned rights)
{
    struct flock lock;

    for (unsigned i = 0; i < LOCK_RIGHTS; i++)
        if ((rights >> i & 1) && lock_command(fd, F_OFD_SETLK, F_RDLCK, base + i, &lock) != 0 &&
            (errno == EAGAIN || errno == EACCES))
            return false;
    return true;
}

/* Does somebody else hold one of these bytes? */
static bool lock_is_held(int fd, off_t base, unsigned rights)
{
    struct flock lock;

    for (unsigned i = 0; i < LOCK_RIGHTS; i++)
        if ((rights >> i & 1) && lock_command(fd, F_OFD_GETLK, F_WRLCK, base + i, &lock) == 0 &&
            lock.l_type != F_UNLCK)
            return true;
    return false;
}

/* ---- who holds it ---- */

static bool lock_process_has(const char *process, const struct stat *wanted)
{
    char path[320];
    struct dirent *entry;
    struct stat info;
    bool found = false;
    DIR *files;

    snprintf(path, sizeof(path), "/proc/%s/fd", process);
    files = opendir(path);
    while (files != NULL && !found && (entry = readdir(files)) != NULL)
        found = fstatat(dirfd(files), entry->d_name, &info, 0) == 0 &&
                info.st_ino == wanted->st_ino && info.st_dev == wanted->st_dev;
    if (files != NULL)
        closedir(files);
    return found;
}

static void lock_process_name(const char *process, char *name, size_t size)
{
    char path[320];
    size_t length = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%s/comm", process);
    file = fopen(path, "re");
    if (file != NULL) {
        length = fread(name, 1, size - 1, file);
        fclose(file);
    }
    name[length] = '\0';
    name[strcspn(name, "\n")] = '\0';
}

/* " (qemu-system-x86, process 4711)", or nothing if it cannot be found. */
static void lock_describe_holder(int fd, char *text, size_t size)
{
    DIR *processes = opendir("/proc");
    struct dirent *entry;
    struct stat info;
    char own[24], name[32];

    text[0] = '\0';
    snprintf(own, sizeof(own), "%ld", (long)getpid());
    while (processes != NULL && fstat(fd, &info) == 0 && (entry = readdir(processes)) != NULL) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || strcmp(entry->d_name, own) == 0 ||
            !lock_process_has(entry->d_name, &info))
            continue;
        lock_process_name(entry->d_name, name, sizeof(name));
        snprintf(text, size, " (%s, process %.20s)", name, entry->d_name);
        break;
    }
    if (processes != NULL)
        closedir(processes);
}

bool block_file_lock(const struct block_file *file, struct emu_error *err)
{
    unsigned used = LOCK_RIGHT_READ | (file->read_only ? 0 : LOCK_RIGHT_WRITE | LOCK_RIGHT_RESIZE);
    unsigned denied = LOCK_RIGHT_WRITE | LOCK_RIGHT_RESIZE;
    char holder[80];

    if (lock_take(file->fd, LOCK_USED, used) && lock_take(file->fd, LOCK_DENIED, denied) &&
        !lock_is_held(file->fd, LOCK_DENIED, used) && !lock_is_held(file->fd, LOCK_USED, denied))
        return true;
    lock_describe_holder(file->fd, holder, sizeof(holder));
    return emu_error_set(err, EMU_ERROR_INPUT,
                         "the disk image '%s' is in use by another machine or program%s; close it "
                         "there first",
                         file->path, holder);
}
