/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Blocks of guest RAM: a memfd mapped shared and without reservation, so that untouched pages cost
 * nothing and a block can be saved without reading its holes.
 */
#include "emulator/core/memory-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "emulator/api/error.h"

#define MIB (1024.0 * 1024.0)

static bool ram_map(struct emu_ram *ram, const char *name, struct emu_error *err)
{
    void *host;

    ram->fd = memfd_create(name, MFD_CLOEXEC);
    if (ram->fd < 0 || ftruncate(ram->fd, (off_t)ram->size) != 0)
        return emu_error_set(err, EMU_ERROR_HOST,
                             "the host refuses %.1f MiB of memory for '%s': %s",
                             (double)ram->size / MIB, name, strerror(errno));
    host = mmap(NULL, ram->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, ram->fd, 0);
    if (host == MAP_FAILED)
        return emu_error_set(err, EMU_ERROR_HOST, "cannot map %.1f MiB of memory for '%s': %s",
                             (double)ram->size / MIB, name, strerror(errno));
    ram->host = host;
    madvise(host, ram->size, MADV_DONTDUMP);
    return true;
}

struct emu_ram *emu_ram_new(const char *name, uint64_t size, struct emu_error *err)
{
    struct emu_ram *ram;

    if (size == 0 || size > INT64_MAX) {
        emu_error_set(err, EMU_ERROR_INPUT, "'%s' cannot have %llu bytes of memory", name,
                      (unsigned long long)size);
        return NULL;
    }
    ram = calloc(1, sizeof(*ram));
    if (ram == NULL) {
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
        return NULL;
    }
    ram->fd = -1;
    ram->size = size;
    if (!ram_map(ram, name, err)) {
        emu_ram_free(ram);
        return NULL;
    }
    return ram;
}

void emu_ram_free(struct emu_ram *ram)
{
    if (ram == NULL)
        return;
    if (ram->host != NULL)
        munmap(ram->host, ram->size);
    if (ram->fd >= 0)
        close(ram->fd);
    free(ram);
}

uint8_t *emu_ram_host(const struct emu_ram *ram)
{
    return ram->host;
}

uint64_t emu_ram_size(const struct emu_ram *ram)
{
    return ram->size;
}

void emu_ram_zero(struct emu_ram *ram)
{
    if (fallocate(ram->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)ram->size) != 0)
        memset(ram->host, 0, ram->size);
}

bool emu_ram_cover(struct emu_ram *ram, uint64_t offset, uint64_t size, int fd, uint64_t at)
{
    if (offset > ram->size || size > ram->size - offset || at > INT64_MAX)
        return false;
    return mmap(ram->host + offset, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
                (off_t)at) != MAP_FAILED;
}

/* An old size of 0 makes a second mapping of the same pages (mremap(2)). It is made elsewhere, as a
 * failure would leave a hole here. */
bool emu_ram_cover_shared(struct emu_ram *ram, uint64_t offset, uint64_t size, void *from)
{
    void *second;

    if (offset > ram->size || size > ram->size - offset)
        return false;
    second = mremap(from, 0, size, MREMAP_MAYMOVE);
    if (second == MAP_FAILED)
        return false;
    if (mremap(second, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, ram->host + offset) != MAP_FAILED)
        return true;
    munmap(second, size);
    emu_ram_uncover(ram, offset, size);
    return false;
}

void emu_ram_uncover(struct emu_ram *ram, uint64_t offset, uint64_t size)
{
    if (offset <= ram->size && size <= ram->size - offset)
        emu_ram_cover(ram, offset, size, ram->fd, offset);
}

bool emu_ram_next_data(const struct emu_ram *ram, uint64_t from, uint64_t *start, uint64_t *end)
{
    off_t data, hole;

    if (from >= ram->size)
        return false;
    data = lseek(ram->fd, (off_t)from, SEEK_DATA);
    if (data < 0 && errno == ENXIO)
        return false;
    hole = data < 0 ? -1 : lseek(ram->fd, data, SEEK_HOLE);
    *start = data < 0 ? from : (uint64_t)data;
    *end = hole < 0 ? ram->size : (uint64_t)hole;
    return true;
}
