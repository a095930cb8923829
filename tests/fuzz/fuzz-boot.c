/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kernel files: any bytes are looked at as bzImage, ELF and Multiboot; what is accepted must lie in
 * the file and in RAM. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/api/error.h"
#include "emulator/firmware/boot.h"
#include "tests/fuzz/fuzz.h"

/* Reads every byte of the pieces, so that the sanitizer sees one that lies outside. */
static uint64_t touch(const struct emu_boot_image *image, const struct emu_memory_map *map)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < image->count; i++) {
        const struct emu_boot_piece *piece = &image->pieces[i];
        for (size_t n = 0; n < piece->size; n++)
            sum += piece->data[n];
        if (!emu_memory_map_is_ram(map, piece->address, piece->size + piece->zeros))
            abort();
    }
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static volatile uint64_t sink;
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_memory_map map;
    struct emu_boot_file file = {.name = "kernel", .data = data, .size = size};
    struct emu_boot_request request = {.kernel = &file, .append = "a=b", .map = &map};
    struct emu_boot_image image;

    if (size == 0)
        return 0;
    emu_memory_map_init(&map, 64ull << 20);
    if (emu_boot_prepare(&request, &image, &err)) {
        sink += touch(&image, &map);
        emu_boot_finish(&image);
    }
    return 0;
}

static size_t seed_linux(uint8_t *out)
{
    memset(out, 0x90, 4096);
    memset(out, 0, 1024);
    out[0x1f1] = 1;
    out[0x1fe] = 0x55;
    out[0x1ff] = 0xaa;
    out[0x201] = 0x6a;
    memcpy(out + 0x202, "HdrS\x0f\x02", 6);
    out[0x211] = 1;
    out[0x234] = 1;
    return 4096;
}

static size_t seed_elf(uint8_t *out)
{
    Elf32_Ehdr header = {.e_ident = ELFMAG,
                         .e_machine = EM_386,
                         .e_phoff = sizeof(header),
                         .e_phentsize = sizeof(Elf32_Phdr),
                         .e_phnum = 2};
    Elf32_Phdr load = {
        .p_type = PT_LOAD, .p_offset = 512, .p_paddr = 0x100000, .p_filesz = 512, .p_memsz = 1024};
    Elf32_Phdr note = {.p_type = PT_NOTE, .p_offset = 512, .p_filesz = 20};
    const uint32_t entry[] = {4, 4, 18, 0x006e6558, 0x100000};

    header.e_ident[EI_CLASS] = ELFCLASS32;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    memset(out, 0, 1024);
    memcpy(out, &header, sizeof(header));
    memcpy(out + sizeof(header), &load, sizeof(load));
    memcpy(out + sizeof(header) + sizeof(load), &note, sizeof(note));
    memcpy(out + 512, entry, sizeof(entry));
    return 1024;
}

static size_t seed_multiboot(uint8_t *out)
{
    const uint32_t header[] = {0x1badb002, 1u << 16, -(0x1badb002 + (1u << 16)),
                               0x100000,   0x100000, 0x100400,
                               0x100800,   0x100020};

    memset(out, 0x90, 1024);
    memcpy(out, header, sizeof(header));
    return 1024;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    static size_t (*const seeds[])(uint8_t * out) = {seed_linux, seed_elf, seed_multiboot};

    return index < 3 && size >= 4096 ? seeds[index](out) : 0;
}
