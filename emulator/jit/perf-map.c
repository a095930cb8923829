/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See perf-map.h. Each line is one write to the end of the file, so that threads do not mix, nor
 * the machines of one process. */
#include "emulator/jit/perf-map.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct jit_perf_map {
    int fd;
};

/* The name can be guessed by anybody: nothing but a file of our own is written to. */
static int perf_map_open(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
    struct stat st;

    if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid())) {
        close(fd);
        errno = EPERM;
        return -1;
    }
    return fd;
}

struct jit_perf_map *jit_perf_map_new(struct emu_trace *trace)
{
    struct jit_perf_map *map;
    char path[64];
    int fd;

    if (!emu_trace_enabled(trace, jit_perf_map))
        return NULL;
    snprintf(path, sizeof(path), "/tmp/perf-%ld.map", (long)getpid());
    fd = perf_map_open(path);
    map = fd >= 0 ? malloc(sizeof(*map)) : NULL;
    emu_trace(trace, jit_perf_map, path, map != NULL ? "for perf" : strerror(errno));
    if (map == NULL) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    map->fd = fd;
    return map;
}

void jit_perf_map_free(struct jit_perf_map *map)
{
    if (map != NULL)
        close(map->fd);
    free(map);
}

/* A name that is lost is no harm. */
static void perf_map_write(struct jit_perf_map *map, const char *line, int length)
{
    if (length > 0 && write(map->fd, line, (size_t)length) != length)
        return;
}

void jit_perf_map_add_block(struct jit_perf_map *map, const void *code, size_t size, uint64_t pc,
                            uint32_t guest_bytes)
{
    char name[64];

    snprintf(name, sizeof(name), "guest %" PRIx64 "-%" PRIx64, pc, pc + guest_bytes);
    jit_perf_map_add(map, code, size, name);
}

void jit_perf_map_add(struct jit_perf_map *map, const void *code, size_t size, const char *name)
{
    char line[128];

    if (map == NULL)
        return;
    perf_map_write(
        map, line,
        snprintf(line, sizeof(line), "%" PRIxPTR " %zx %s\n", (uintptr_t)code, size, name));
}
