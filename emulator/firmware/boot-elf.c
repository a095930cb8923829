/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ELF kernels: loading of segments for PVH and Multiboot, and Xen's PVH entry, which a note of type
 * 18 (XEN_ELFNOTE_PHYS32_ENTRY) names. The start_info structure is version 1.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/firmware/boot-formats.h"

#define PVH_NOTE_ENTRY 18u
#define PVH_MAGIC      0x336ec578u
#define PVH_START_INFO 0x00090000u /* start_info, module list, memory map, command lines */
#define PVH_MODULES    0x00000100u
#define PVH_MEMMAP     0x00000200u
#define PVH_CMDLINE    0x00001000u
#define PVH_SIZE       0x00009000u

/* What both ELF classes have in common. */
struct elf_segment {
    uint32_t type;
    uint64_t offset, address, file_size, memory_size, align;
};

struct elf_view {
    const struct emu_boot_file *file;
    bool wide; /* ELF64 */
    uint64_t entry, phoff;
    unsigned phnum, phentsize;
};

bool emu_boot_is_elf(const struct emu_boot_file *file)
{
    return file->size >= sizeof(Elf32_Ehdr) && memcmp(file->data, ELFMAG, SELFMAG) == 0;
}

static void elf_read_header(struct elf_view *view)
{
    const uint8_t *data = view->file->data;

    if (view->wide) {
        Elf64_Ehdr header;
        memcpy(&header, data, sizeof(header));
        view->entry = header.e_entry;
        view->phoff = header.e_phoff;
        view->phnum = header.e_phnum;
        view->phentsize = header.e_phentsize;
    } else {
        Elf32_Ehdr header;
        memcpy(&header, data, sizeof(header));
        view->entry = header.e_entry;
        view->phoff = header.e_phoff;
        view->phnum = header.e_phnum;
        view->phentsize = header.e_phentsize;
    }
}

static bool elf_open(struct elf_view *view, const struct emu_boot_file *file, struct emu_error *err)
{
    const uint8_t *data = file->data;
    unsigned machine = emu_get16(data + offsetof(Elf32_Ehdr, e_machine));
    size_t least;

    *view = (struct elf_view){.file = file, .wide = data[EI_CLASS] == ELFCLASS64};
    if (data[EI_DATA] != ELFDATA2LSB || (machine != EM_386 && machine != EM_X86_64))
        return emu_error_set(err, EMU_ERROR_INPUT, "%s is an ELF file, but not for x86",
                             file->name);
    if (view->wide && file->size < sizeof(Elf64_Ehdr))
        return emu_error_set(err, EMU_ERROR_INPUT, "%s is truncated", file->name);
    elf_read_header(view);
    least = view->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
    if (view->phentsize < least || view->phoff > file->size ||
        (uint64_t)view->phnum * view->phentsize > file->size - view->phoff)
        return emu_error_set(err, EMU_ERROR_INPUT, "%s is truncated: no program headers",
                             file->name);
    return true;
}

static struct elf_segment elf_segment(const struct elf_view *view, unsigned index)
{
    const uint8_t *at = view->file->data + view->phoff + (size_t)index * view->phentsize;

    if (view->wide) {
        Elf64_Phdr p;
        memcpy(&p, at, sizeof(p));
        return (struct elf_segment){p.p_type,   p.p_offset, p.p_paddr,
                                    p.p_filesz, p.p_memsz,  p.p_align};
    }
    Elf32_Phdr p;
    memcpy(&p, at, sizeof(p));
    return (struct elf_segment){p.p_type, p.p_offset, p.p_paddr, p.p_filesz, p.p_memsz, p.p_align};
}

static bool elf_segment_in_file(const struct elf_view *view, const struct elf_segment *segment)
{
    return segment->offset <= view->file->size &&
           segment->file_size <= view->file->size - segment->offset;
}

static bool elf_add_segment(const struct emu_boot_request *request, struct emu_boot_image *image,
                            const struct elf_view *view, const struct elf_segment *segment,
                            struct emu_error *err)
{
    const struct emu_boot_file *file = view->file;

    if (segment->file_size > segment->memory_size)
        return emu_error_set(err, EMU_ERROR_INPUT, "%s has a segment larger than its memory",
                             file->name);
    if (!elf_segment_in_file(view, segment))
        return emu_error_set(err, EMU_ERROR_INPUT, "%s is truncated: a segment lies beyond its end",
                             file->name);
    if (!emu_memory_map_is_ram(request->map, segment->address, segment->memory_size))
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "%s wants memory at %#llx to %#llx, which the machine does not have; "
                             "give it more",
                             file->name, (unsigned long long)segment->address,
                             (unsigned long long)(segment->address + segment->memory_size));
    return emu_boot_add(image, segment->address, file->data + segment->offset,
                        (size_t)segment->file_size,
                        (size_t)(segment->memory_size - segment->file_size), err);
}

bool emu_boot_add_elf(const struct emu_boot_request *request, struct emu_boot_image *image,
                      uint64_t *entry, uint64_t *end, struct emu_error *err)
{
    struct elf_view view;
    unsigned loaded = 0;

    if (!elf_open(&view, request->kernel, err))
        return false;
    *entry = view.entry;
    *end = 0;
    for (unsigned i = 0; i < view.phnum; i++) {
        struct elf_segment segment = elf_segment(&view, i);
        if (segment.type != PT_LOAD || segment.memory_size == 0)
            continue;
        if (!elf_add_segment(request, image, &view, &segment, err))
            return false;
        if (segment.address + segment.memory_size > *end)
            *end = segment.address + segment.memory_size;
        loaded++;
    }
    if (loaded == 0)
        return emu_error_set(err, EMU_ERROR_INPUT, "%s has nothing to load", request->kernel->name);
    return true;
}

/* Looks through one note segment; entries are aligned to 4 bytes, or to 8 where it says so. */
static bool pvh_find_in_notes(const uint8_t *notes, uint64_t size, uint64_t align, uint32_t *entry)
{
    uint64_t at = 0, mask = align == 8 ? 7 : 3;

    while (size - at >= 12) {
        uint64_t name_size = emu_get32(notes + at), value_size = emu_get32(notes + at + 4);
        uint64_t name = at + 12, value = (name + name_size + mask) & ~mask;
        if (value > size || value_size > size - value)
            return false;
        if (emu_get32(notes + at + 8) == PVH_NOTE_ENTRY && name_size == 4 &&
            memcmp(notes + name, "Xen", 4) == 0 && value_size >= 4) {
            *entry = emu_get32(notes + value);
            return true;
        }
        at = (value + value_size + mask) & ~mask;
        if (at > size)
            return false;
    }
    return false;
}

static bool pvh_find_entry(const struct elf_view *view, uint32_t *entry)
{
    for (unsigned i = 0; i < view->phnum; i++) {
        struct elf_segment segment = elf_segment(view, i);
        if (segment.type == PT_NOTE && elf_segment_in_file(view, &segment) &&
            pvh_find_in_notes(view->file->data + segment.offset, segment.file_size, segment.align,
                              entry))
            return true;
    }
    return false;
}

static bool pvh_add_initrd(const struct emu_boot_request *request, struct emu_boot_image *image,
                           uint8_t *info, uint64_t kernel_end, struct emu_error *err)
{
    const struct emu_boot_file *initrd;
    uint64_t address;

    if (request->initrd == NULL)
        return true;
    initrd = emu_boot_open(image, request->initrd, err);
    if (initrd == NULL)
        return false;
    if (initrd->size > request->map->low ||
        (address = (request->map->low - initrd->size) & ~0xfffull) < kernel_end)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "%s does not fit into the machine's memory beside the kernel; give it "
                             "more",
                             initrd->name);
    emu_put32(info + 12, 1); /* nr_modules */
    emu_put64(info + 16, PVH_START_INFO + PVH_MODULES);
    emu_put64(info + PVH_MODULES, address);
    emu_put64(info + PVH_MODULES + 8, initrd->size);
    return emu_boot_add(image, address, initrd->data, initrd->size, 0, err);
}

static void pvh_fill_info(const struct emu_boot_request *request, uint8_t *info)
{
    const struct emu_memory_map *map = request->map;

    emu_put32(info, PVH_MAGIC);
    emu_put32(info + 4, 1); /* version */
    emu_put64(info + 24, PVH_START_INFO + PVH_CMDLINE);
    emu_put64(info + 32, request->acpi_rsdp);
    emu_put64(info + 40, PVH_START_INFO + PVH_MEMMAP);
    emu_put32(info + 48, map->count);
    emu_memory_map_put(map, info + PVH_MEMMAP, 24);
}

bool emu_boot_make_pvh(const struct emu_boot_request *request, struct emu_boot_image *image,
                       struct emu_error *err)
{
    const char *append = request->append != NULL ? request->append : "";
    struct elf_view view;
    uint64_t entry, end;
    uint8_t *info;

    if (!elf_open(&view, request->kernel, err))
        return false;
    if (!pvh_find_entry(&view, &image->entry))
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "%s is an ELF file without a PVH entry (note Xen 18); a kernel built "
                             "with CONFIG_PVH has one",
                             request->kernel->name);
    if (strlen(append) >= PVH_SIZE - PVH_CMDLINE)
        return emu_error_set(err, EMU_ERROR_INPUT, "the kernel command line is too long: %zu bytes",
                             strlen(append));
    info = calloc(1, PVH_SIZE);
    if (info == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    if (!emu_boot_give(image, PVH_START_INFO, info, PVH_SIZE, err))
        return false;
    pvh_fill_info(request, info);
    memcpy(info + PVH_CMDLINE, append, strlen(append));
    image->protocol = "pvh";
    image->ebx = PVH_START_INFO;
    return emu_boot_add_elf(request, image, &entry, &end, err) &&
           pvh_add_initrd(request, image, info, end, err);
}
