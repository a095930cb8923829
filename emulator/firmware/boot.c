/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Boot images: files, pieces, and the choice of a format. The formats themselves are in
 * boot-linux.c, boot-elf.c and boot-multiboot.c.
 */
#include "emulator/firmware/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emulator/firmware/boot-formats.h"

static bool boot_file_map(struct emu_boot_file *file, int fd, struct emu_error *err)
{
    struct stat info;
    void *data;

    if (fstat(fd, &info) < 0)
        return emu_error_set(err, EMU_ERROR_HOST, "%s: %s", file->name, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return emu_error_set(err, EMU_ERROR_INPUT, "%s is not a regular file", file->name);
    if (info.st_size == 0)
        return emu_error_set(err, EMU_ERROR_INPUT, "%s is empty", file->name);
    data = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED)
        return emu_error_set(err, EMU_ERROR_HOST, "%s: %s", file->name, strerror(errno));
    file->data = data;
    file->size = (size_t)info.st_size;
    file->changed = info.st_mtim;
    file->fd = fd;
    file->mapped = true;
    return true;
}

/* For what there is to say at a later reset. */
static bool boot_file_keep_name(struct emu_boot_file *file, struct emu_error *err)
{
    file->name = strdup(file->name);
    if (file->name != NULL)
        return true;
    munmap((void *)(uintptr_t)file->data, file->size);
    *file = (struct emu_boot_file){0};
    return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
}

bool emu_boot_file_open(struct emu_boot_file *file, const char *name, struct emu_error *err)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a fifo is refused, not waited for */

    *file = (struct emu_boot_file){.name = name};
    if (fd < 0)
        return emu_error_set(err, EMU_ERROR_INPUT, "%s: %s", name, strerror(errno));
    if (boot_file_map(file, fd, err) && boot_file_keep_name(file, err))
        return true;
    close(fd);
    return false;
}

void emu_boot_file_close(struct emu_boot_file *file)
{
    if (file->mapped) {
        munmap((void *)(uintptr_t)file->data, file->size);
        close(file->fd);
        free((char *)(uintptr_t)file->name);
    }
    *file = (struct emu_boot_file){0};
}

static bool boot_add_piece(struct emu_boot_image *image, struct emu_boot_piece piece,
                           struct emu_error *err)
{
    if (image->count == EMU_BOOT_MAX_PIECES) {
        free(piece.owned);
        return emu_error_set(err, EMU_ERROR_INPUT, "the kernel has too many segments");
    }
    image->pieces[image->count++] = piece;
    return true;
}

bool emu_boot_add(struct emu_boot_image *image, uint64_t address, const uint8_t *data, size_t size,
                  size_t zeros, struct emu_error *err)
{
    return boot_add_piece(image, (struct emu_boot_piece){address, data, size, zeros, NULL}, err);
}

bool emu_boot_give(struct emu_boot_image *image, uint64_t address, uint8_t *data, size_t size,
                   struct emu_error *err)
{
    return boot_add_piece(image, (struct emu_boot_piece){address, data, size, 0, data}, err);
}

/* A null descriptor twice, then flat code and flat data, as the 32-bit Linux protocol wants. */
static bool boot_add_gdt(struct emu_boot_image *image, struct emu_error *err)
{
    static const uint8_t gdt[EMU_BOOT_GDT_SIZE] = {
        [16] = 0xff, 0xff, 0, 0, 0, 0x9b, 0xcf, 0, /* code, execute and read, accessed, 4 GiB */
        [24] = 0xff, 0xff, 0, 0, 0, 0x93, 0xcf, 0, /* data, read and write, accessed, 4 GiB */
    };

    return emu_boot_add(image, EMU_BOOT_GDT, gdt, sizeof(gdt), 0, err);
}

static bool boot_make(const struct emu_boot_request *request, struct emu_boot_image *image,
                      struct emu_error *err)
{
    if (emu_boot_is_linux(request->kernel))
        return emu_boot_make_linux(request, image, err);
    if (emu_boot_is_multiboot(request->kernel))
        return emu_boot_make_multiboot(request, image, err);
    if (emu_boot_is_elf(request->kernel))
        return emu_boot_make_pvh(request, image, err);
    return emu_error_set(err, EMU_ERROR_INPUT,
                         "%s is not a kernel that can be booted directly: neither a Linux bzImage, "
                         "nor an ELF file with a PVH entry, nor Multiboot",
                         request->kernel->name);
}

bool emu_boot_prepare(const struct emu_boot_request *request, struct emu_boot_image *image,
                      struct emu_error *err)
{
    *image = (struct emu_boot_image){.kernel = request->kernel};
    if (boot_make(request, image, err) && boot_add_gdt(image, err))
        return true;
    emu_boot_finish(image);
    return false;
}

void emu_boot_finish(struct emu_boot_image *image)
{
    for (size_t i = 0; i < image->count; i++)
        free(image->pieces[i].owned);
    for (size_t i = 0; i < image->file_count; i++)
        emu_boot_file_close(&image->files[i]);
    image->count = image->file_count = 0;
}

const struct emu_boot_file *emu_boot_open(struct emu_boot_image *image, const char *name,
                                          struct emu_error *err)
{
    if (image->file_count == EMU_BOOT_MAX_FILES) {
        emu_error_set(err, EMU_ERROR_INPUT, "too many modules; %d is the most", EMU_BOOT_MAX_FILES);
        return NULL;
    }
    if (!emu_boot_file_open(&image->files[image->file_count], name, err))
        return NULL;
    return &image->files[image->file_count++];
}

static void boot_clear(struct emu_memory *memory, uint64_t address, size_t size)
{
    static const uint8_t zeros[4096];

    while (size > 0) {
        size_t step = size < sizeof(zeros) ? size : sizeof(zeros);
        emu_memory_write_rom(memory, address, zeros, step);
        address += step;
        size -= step;
    }
}

/* The mapped file that the bytes are in, or NULL. */
static const struct emu_boot_file *boot_file_of(const struct emu_boot_image *image,
                                                const uint8_t *data)
{
    const struct emu_boot_file *file = image->kernel;

    for (size_t i = 0; i <= image->file_count; i++) {
        if (file != NULL && file->mapped && data >= file->data && data < file->data + file->size)
            return file;
        file = &image->files[i];
    }
    return NULL;
}

/* Its layout was worked out once: other contents would be cut up wrongly. */
static bool boot_file_unchanged(const struct emu_boot_file *file, struct emu_error *err)
{
    struct stat info;

    if (fstat(file->fd, &info) == 0 && (size_t)info.st_size == file->size &&
        info.st_mtim.tv_sec == file->changed.tv_sec &&
        info.st_mtim.tv_nsec == file->changed.tv_nsec)
        return true;
    return emu_error_set(err, EMU_ERROR_INPUT,
                         "%s has changed since the machine was made; make the machine anew",
                         file->name);
}

/* By reading: a mapping of a file that is being cut short would end the process. */
static bool boot_read(const struct emu_boot_file *file, const struct emu_boot_piece *piece,
                      struct emu_memory *memory, struct emu_error *err)
{
    off_t offset = piece->data - file->data;
    size_t done = 0;
    uint8_t bytes[16384];

    while (done < piece->size) {
        size_t left = piece->size - done;
        ssize_t got = pread(file->fd, bytes, left < sizeof(bytes) ? left : sizeof(bytes),
                            offset + (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return emu_error_set(err, EMU_ERROR_HOST, "%s cannot be read: %s", file->name,
                                 got < 0 ? strerror(errno) : "it ends too early");
        emu_memory_write_rom(memory, piece->address + done, bytes, (size_t)got);
        done += (size_t)got;
    }
    return true;
}

static bool boot_apply_piece(const struct emu_boot_image *image, const struct emu_boot_piece *piece,
                             struct emu_memory *memory, struct emu_error *err)
{
    const struct emu_boot_file *file = boot_file_of(image, piece->data);

    if (file == NULL)
        emu_memory_write_rom(memory, piece->address, piece->data, piece->size);
    else if (!boot_file_unchanged(file, err) || !boot_read(file, piece, memory, err))
        return false;
    boot_clear(memory, piece->address + piece->size, piece->zeros);
    return true;
}

bool emu_boot_apply(const struct emu_boot_image *image, struct emu_memory *memory,
                    struct emu_error *err)
{
    for (size_t i = 0; i < image->count; i++) {
        if (!boot_apply_piece(image, &image->pieces[i], memory, err))
            return false;
    }
    return true;
}
