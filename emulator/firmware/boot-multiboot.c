/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Multiboot 1 (Multiboot Specification 0.6.96): a header in the first 8 KiB; the kernel is a flat
 * ELF32 file or tells its addresses itself (flag 16). Modules come from the initrd argument as
 * "FILE args,FILE args". No video modes are set.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/firmware/boot-formats.h"

#define MB_SEARCH        8192u
#define MB_HEADER_MAGIC  0x1badb002u
#define MB_LOADER_MAGIC  0x2badb002u
#define MB_FLAG_ADDRESS  (1u << 16)
#define MB_FLAGS_UNKNOWN 0x0000fff8u /* bits that must be understood, and are not */

#define MB_INFO      0x00090000u /* info, module list, memory map, strings */
#define MB_MODULES   0x00000100u
#define MB_MEMMAP    0x00000300u
#define MB_STRINGS   0x00001000u
#define MB_INFO_SIZE 0x00009000u

/* Bits of the information's flags. */
#define MB_INFO_MEMORY  (1u << 0)
#define MB_INFO_CMDLINE (1u << 2)
#define MB_INFO_MODS    (1u << 3)
#define MB_INFO_MMAP    (1u << 6)
#define MB_INFO_LOADER  (1u << 9)

struct mb_builder {
    const struct emu_boot_request *request;
    struct emu_boot_image *image;
    uint8_t *info;
    uint32_t string; /* next free byte in info */
    uint64_t next;   /* where the next module may go */
    unsigned modules;
    struct emu_error *err;
};

/* The offset of a valid header, or -1. */
static long mb_find(const struct emu_boot_file *file)
{
    size_t end = file->size < MB_SEARCH ? file->size : MB_SEARCH;

    for (size_t at = 0; at + 12 <= end; at += 4) {
        const uint8_t *p = file->data + at;
        if (emu_get32(p) == MB_HEADER_MAGIC &&
            emu_get32(p) + emu_get32(p + 4) + emu_get32(p + 8) == 0)
            return (long)at;
    }
    return -1;
}

bool emu_boot_is_multiboot(const struct emu_boot_file *file)
{
    return mb_find(file) >= 0;
}

/* A kernel that tells its own addresses: header, load, load end, bss end, entry. */
static bool mb_add_flat(struct mb_builder *mb, size_t at)
{
    const struct emu_boot_file *file = mb->request->kernel;
    const uint8_t *p = file->data + at;
    uint32_t header, load, load_end, bss_end;
    uint64_t offset, size, total;

    if (file->size - at < 32)
        return emu_error_set(mb->err, EMU_ERROR_INPUT, "%s is truncated", file->name);
    header = emu_get32(p + 12);
    load = emu_get32(p + 16);
    load_end = emu_get32(p + 20);
    bss_end = emu_get32(p + 24);
    mb->image->entry = emu_get32(p + 28);
    if (header < load || header - load > at)
        return emu_error_set(mb->err, EMU_ERROR_INPUT, "%s has a bad Multiboot header", file->name);
    offset = at - (header - load);
    size = load_end != 0 ? (uint64_t)load_end - load : file->size - offset;
    if ((load_end != 0 && load_end < load) || size > file->size - offset)
        return emu_error_set(mb->err, EMU_ERROR_INPUT, "%s is truncated", file->name);
    total = bss_end > load && bss_end - load > size ? bss_end - load : size;
    if (!emu_memory_map_is_ram(mb->request->map, load, total))
        return emu_error_set(mb->err, EMU_ERROR_INPUT,
                             "%s wants memory at %#x that the machine does not have", file->name,
                             load);
    mb->next = load + total;
    return emu_boot_add(mb->image, load, file->data + offset, (size_t)size, (size_t)(total - size),
                        mb->err);
}

static bool mb_add_kernel(struct mb_builder *mb)
{
    const struct emu_boot_file *file = mb->request->kernel;
    long at = mb_find(file);
    uint32_t flags = emu_get32(file->data + at + 4);
    uint64_t entry;

    if (flags & MB_FLAGS_UNKNOWN)
        return emu_error_set(mb->err, EMU_ERROR_INPUT,
                             "%s asks for Multiboot features that do not exist (flags %#x)",
                             file->name, flags);
    if (flags & MB_FLAG_ADDRESS)
        return mb_add_flat(mb, (size_t)at);
    if (!emu_boot_is_elf(file))
        return emu_error_set(mb->err, EMU_ERROR_INPUT,
                             "%s is a Multiboot kernel without addresses that is not ELF either",
                             file->name);
    if (!emu_boot_add_elf(mb->request, mb->image, &entry, &mb->next, mb->err))
        return false;
    mb->image->entry = (uint32_t)entry;
    return true;
}

/* Stores a string in the information block; its guest address, or 0 when there is no room. */
static uint32_t mb_string(struct mb_builder *mb, const char *text, size_t length)
{
    uint32_t at = mb->string;

    if (length >= MB_INFO_SIZE - at) {
        emu_error_set(mb->err, EMU_ERROR_INPUT, "the kernel and module arguments are too long");
        return 0;
    }
    memcpy(mb->info + at, text, length);
    mb->string += (uint32_t)length + 1;
    return MB_INFO + at;
}

/* One "FILE args": a page-aligned copy behind what is loaded already. */
static bool mb_add_module(struct mb_builder *mb, const char *text, size_t length)
{
    uint8_t *entry = mb->info + MB_MODULES + mb->modules * 16;
    size_t name_length = strcspn(text, " ,");
    char *name = strndup(text, name_length < length ? name_length : length);
    const struct emu_boot_file *file;
    uint32_t string = mb_string(mb, text, length);
    uint64_t address = (mb->next + 0xfff) & ~0xfffull;

    file = name != NULL && string != 0 ? emu_boot_open(mb->image, name, mb->err) : NULL;
    free(name);
    if (file == NULL)
        return false;
    if (!emu_memory_map_is_ram(mb->request->map, address, file->size))
        return emu_error_set(mb->err, EMU_ERROR_INPUT,
                             "module %.*s does not fit into the machine's memory; give it more",
                             (int)name_length, text);
    emu_put32(entry, (uint32_t)address);
    emu_put32(entry + 4, (uint32_t)(address + file->size));
    emu_put32(entry + 8, string);
    mb->modules++;
    mb->next = address + file->size;
    return emu_boot_add(mb->image, address, file->data, file->size, 0, mb->err);
}

static bool mb_add_modules(struct mb_builder *mb)
{
    const char *text = mb->request->initrd;

    while (text != NULL && *text != '\0') {
        size_t length = strcspn(text, ",");
        if (mb->image->file_count == EMU_BOOT_MAX_FILES)
            return emu_error_set(mb->err, EMU_ERROR_INPUT, "too many modules; %d is the most",
                                 EMU_BOOT_MAX_FILES);
        if (!mb_add_module(mb, text, length))
            return false;
        text += length + (text[length] == ',');
    }
    return true;
}

static void mb_fill_memory(struct mb_builder *mb)
{
    const struct emu_memory_map *map = mb->request->map;

    emu_put32(mb->info + 4, EMU_PC_EBDA >> 10);                                /* KiB below 1 MiB */
    emu_put32(mb->info + 8, (uint32_t)((map->low - EMU_PC_TABLES_END) >> 10)); /* and above */
    emu_put32(mb->info + 44, map->count * 24);
    emu_put32(mb->info + 48, MB_INFO + MB_MEMMAP);
    for (unsigned i = 0; i < map->count; i++)
        emu_put32(mb->info + MB_MEMMAP + i * 24, 20); /* size of what follows */
    emu_memory_map_put(map, mb->info + MB_MEMMAP + 4, 24);
}

/* The command line begins with the kernel's name, as GRUB gives it. */
static bool mb_fill_strings(struct mb_builder *mb)
{
    const char *append = mb->request->append != NULL ? mb->request->append : "";
    size_t size = strlen(mb->request->kernel->name) + 1 + strlen(append) + 1;
    char *line = malloc(size);
    uint32_t at;

    if (line == NULL)
        return emu_error_set(mb->err, EMU_ERROR_HOST, "out of memory");
    snprintf(line, size, "%s%s%s", mb->request->kernel->name, *append ? " " : "", append);
    at = mb_string(mb, line, strlen(line));
    free(line);
    emu_put32(mb->info + 16, at);
    emu_put32(mb->info + 64, mb_string(mb, "Lathe", 5));
    return at != 0;
}

bool emu_boot_make_multiboot(const struct emu_boot_request *request, struct emu_boot_image *image,
                             struct emu_error *err)
{
    struct mb_builder mb = {request, image, calloc(1, MB_INFO_SIZE), MB_STRINGS, 0, 0, err};

    if (mb.info == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    if (!emu_boot_give(image, MB_INFO, mb.info, MB_INFO_SIZE, err))
        return false;
    image->protocol = "multiboot";
    image->eax = MB_LOADER_MAGIC;
    image->ebx = MB_INFO;
    if (!mb_add_kernel(&mb) || !mb_fill_strings(&mb) || !mb_add_modules(&mb))
        return false;
    mb_fill_memory(&mb);
    emu_put32(mb.info + 20, mb.modules);
    emu_put32(mb.info + 24, MB_INFO + MB_MODULES);
    emu_put32(mb.info,
              MB_INFO_MEMORY | MB_INFO_CMDLINE | MB_INFO_MODS | MB_INFO_MMAP | MB_INFO_LOADER);
    return true;
}
