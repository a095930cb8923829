/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Direct boot: a kernel file becomes a boot image, which is a list of pieces for guest memory and
 * the processor's state at the entry. Making one is a pure function of the files, the memory map
 * and the command line; applying it is a copy, repeated at each reset.
 * All entries are 32-bit protected mode, flat, paging off (Linux/x86 boot protocol, "32-bit boot
 * protocol"; Xen's PVH entry; Multiboot 0.6.96).
 */
#ifndef EMU_FIRMWARE_BOOT_H
#define EMU_FIRMWARE_BOOT_H

#include <time.h>

#include "emulator/core/region.h"
#include "emulator/firmware/memory-map.h"

/* A file mapped read-only, or (for tests) any bytes. */
struct emu_boot_file {
    const char *name; /* for error messages; of a mapped file a copy */
    const uint8_t *data;
    size_t size;
    bool mapped;
    int fd; /* of a mapped file, with its time of change: */
    struct timespec changed;
};

/* Maps a regular, non-empty file. False with *err naming the file and the reason. */
bool emu_boot_file_open(struct emu_boot_file *file, const char *name, struct emu_error *err);
void emu_boot_file_close(struct emu_boot_file *file);

/* Is it a Linux bzImage? */
bool emu_boot_is_linux(const struct emu_boot_file *file);

struct emu_boot_piece {
    uint64_t address;
    const uint8_t *data; /* in a boot file, or in the image's own memory */
    size_t size;
    size_t zeros;   /* bytes to clear behind it */
    uint8_t *owned; /* data, when the image must free it */
};

#define EMU_BOOT_MAX_PIECES 64
#define EMU_BOOT_MAX_FILES  16

struct emu_boot_image {
    const char *protocol; /* "linux", "pvh", "multiboot" */
    uint32_t entry;       /* EIP */
    uint32_t eax, ebx, esi;
    struct emu_boot_piece pieces[EMU_BOOT_MAX_PIECES];
    size_t count;
    struct emu_boot_file files[EMU_BOOT_MAX_FILES]; /* opened on the way: initrd, modules */
    size_t file_count;
    const struct emu_boot_file *kernel; /* the request's */
};

/* A picture in memory that is there before the kernel: 32 bits a pixel, 0xXXRRGGBB. */
struct emu_boot_screen {
    uint32_t address;
    uint16_t width, height, stride; /* stride: bytes */
};

struct emu_boot_request {
    const struct emu_boot_file *kernel;
    const char *initrd; /* a path; Multiboot: "FILE args,FILE args"; NULL: none */
    const char *append; /* NULL: empty */
    const struct emu_memory_map *map;
    uint64_t acpi_rsdp;                   /* 0: none */
    const struct emu_boot_screen *screen; /* NULL: none; only Linux is told */
};

/*
 * Finds out what the kernel is and makes its image. False with *err in one line: not a kernel,
 * truncated, does not fit. The kernel file must outlive the image.
 */
bool emu_boot_prepare(const struct emu_boot_request *request, struct emu_boot_image *image,
                      struct emu_error *err);
void emu_boot_finish(struct emu_boot_image *image);

/* Copies the pieces into memory (ROM included). False with *err if a file has changed since it was
 * opened, or cannot be read. */
bool emu_boot_apply(const struct emu_boot_image *image, struct emu_memory *memory,
                    struct emu_error *err);

/* Appends a piece, with zeros behind it; data stays as long as the image. */
bool emu_boot_add(struct emu_boot_image *image, uint64_t address, const uint8_t *data, size_t size,
                  size_t zeros, struct emu_error *err);

/* The same with data that was malloc'ed, which is the image's from now on, also on failure. */
bool emu_boot_give(struct emu_boot_image *image, uint64_t address, uint8_t *data, size_t size,
                   struct emu_error *err);

/* Opens a file that the image keeps until emu_boot_finish. NULL with *err filled. */
const struct emu_boot_file *emu_boot_open(struct emu_boot_image *image, const char *name,
                                          struct emu_error *err);

/* Where the flat descriptors of the entry lie: selectors 0x10 (code) and 0x18 (data). */
#define EMU_BOOT_GDT      0x0009f800u
#define EMU_BOOT_GDT_SIZE 32u

#endif
