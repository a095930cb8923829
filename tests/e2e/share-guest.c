/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a shell cannot do to a shared folder: share-guest locks|try|map|sync FILE. Exit 0: right; of
 * try: the errno value of a lock on the whole file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define LENGTH 100000

static int guest_lock(int file, short type, off_t start, off_t length)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};

    return fcntl(file, F_SETLK, &lock) == 0 ? 0 : errno;
}

static int guest_try(const char *name)
{
    int file = open(name, O_RDWR);

    return file < 0 ? 99 : guest_lock(file, F_WRLCK, 0, 0);
}

/* Another process meets what this one has locked, and nothing else. */
static int guest_locks(const char *name)
{
    int file = open(name, O_RDWR | O_CREAT, 0644), status = 99;

    if (file < 0 || write(file, name, strlen(name)) < 0 || guest_lock(file, F_WRLCK, 2, 3) != 0)
        return 1;
    if (fork() == 0) {
        int other = open(name, O_RDWR);

        if (guest_lock(other, F_WRLCK, 0, 2) != 0)
            _exit(2);
        if (guest_lock(other, F_RDLCK, 3, 1) == 0)
            _exit(3);
        _exit(0);
    }
    wait(&status);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return 10 + WEXITSTATUS(status);
    return guest_lock(file, F_UNLCK, 2, 3) != 0;
}

static int guest_map(const char *name)
{
    int file = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);
    unsigned char back[LENGTH], *map;

    if (file < 0 || ftruncate(file, LENGTH) != 0)
        return 1;
    map = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (map == MAP_FAILED)
        return 2;
    for (unsigned i = 0; i < LENGTH; i++)
        map[i] = (unsigned char)(i * 7 / 3);
    if (msync(map, LENGTH, MS_SYNC) != 0 || munmap(map, LENGTH) != 0)
        return 3;
    if (pread(file, back, LENGTH, 0) != LENGTH)
        return 4;
    for (unsigned i = 0; i < LENGTH; i++)
        if (back[i] != (unsigned char)(i * 7 / 3))
            return 5;
    return 0;
}

static int guest_sync(const char *name)
{
    int file = open(name, O_WRONLY | O_CREAT, 0600);

    return file < 0 || write(file, "x", 1) != 1 || fsync(file) != 0 || fdatasync(file) != 0;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 90;
    if (strcmp(argv[1], "try") == 0)
        return guest_try(argv[2]);
    if (strcmp(argv[1], "locks") == 0)
        return guest_locks(argv[2]);
    if (strcmp(argv[1], "map") == 0)
        return guest_map(argv[2]);
    return guest_sync(argv[2]);
}
