/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boot images from made-up kernels: what is accepted, where it goes, and what is said of the rest.
 */
#include <elf.h>
#include <unistd.h>

#include "emulator/api/error.h"
#include "emulator/firmware/boot.h"
#include "tests/test.h"

#define MIB (1ull << 20)

struct fixture {
    struct emu_memory_map map;
    struct emu_boot_image image;
    struct emu_error err;
    _Alignas(8) uint8_t bytes[64 * 1024]; /* headers are written in place */
    struct emu_boot_file file;
    struct emu_boot_request request;
};

static void put(uint8_t *at, uint64_t value, unsigned bytes)
{
    memcpy(at, &value, bytes);
}

static struct fixture *fixture_new(uint64_t memory, size_t size)
{
    struct fixture *f = calloc(1, sizeof(*f));

    emu_memory_map_init(&f->map, memory);
    f->file = (struct emu_boot_file){.name = "kernel", .data = f->bytes, .size = size};
    f->request =
        (struct emu_boot_request){.kernel = &f->file, .map = &f->map, .acpi_rsdp = 0xe0000};
    return f;
}

static bool prepare(struct fixture *f)
{
    f->err = (struct emu_error)EMU_ERROR_INIT;
    return emu_boot_prepare(&f->request, &f->image, &f->err);
}

/* Refused, with a sentence that contains text. */
static bool refused(struct fixture *f, const char *text)
{
    if (prepare(f)) {
        emu_boot_finish(&f->image);
        return false;
    }
    if (strstr(f->err.text, text) == NULL)
        fprintf(stderr, "said: %s\n", f->err.text);
    return f->err.kind == EMU_ERROR_INPUT && strstr(f->err.text, text) != NULL;
}

static void fixture_free(struct fixture *f)
{
    emu_boot_finish(&f->image);
    free(f);
}

static const struct emu_boot_piece *piece_at(const struct fixture *f, uint64_t address)
{
    for (size_t i = 0; i < f->image.count; i++) {
        if (f->image.pieces[i].address == address)
            return &f->image.pieces[i];
    }
    return NULL;
}

/* ---- Linux ---- */

/* One setup sector behind the first, and a small protected-mode part. */
static struct fixture *linux_new(uint64_t memory)
{
    struct fixture *f = fixture_new(memory, 16 * 1024);
    uint8_t *p = f->bytes;

    p[0x1f1] = 1;
    put(p + 0x1f4, (16 * 1024 - 1024) / 16, 4); /* paragraphs */
    put(p + 0x1fe, 0xaa55, 2);
    p[0x200] = 0xeb;
    p[0x201] = 0x6a;
    memcpy(p + 0x202, "HdrS", 4);
    put(p + 0x206, 0x020f, 2);
    p[0x211] = 1;                  /* loaded high */
    put(p + 0x22c, 0x7fffffff, 4); /* initrd limit */
    put(p + 0x230, 0x200000, 4);
    p[0x234] = 1;                 /* relocatable */
    put(p + 0x238, 2047, 4);      /* command line */
    put(p + 0x258, 0x1000000, 8); /* preferred address */
    put(p + 0x260, 8 * MIB, 4);   /* needs */
    return f;
}

static void test_linux(void)
{
    struct fixture *f = linux_new(256 * MIB);
    const struct emu_boot_piece *params;

    f->request.append = "console=ttyS0";
    CHECK(prepare(f));
    CHECK_STR(f->image.protocol, "linux");
    CHECK_EQ(f->image.entry, 0x100000);
    CHECK_EQ(f->image.esi, 0x90000);
    params = piece_at(f, 0x90000);
    CHECK(params != NULL && params->size == 4096);
    CHECK_EQ(params->data[0x1e8], f->map.count);
    CHECK_EQ(params->data[0x210], 0xff);
    CHECK(memcmp(params->data + 0x70, "\0\0\x0e\0\0\0\0\0", 8) == 0);
    CHECK_STR((const char *)piece_at(f, 0x91000)->data, "console=ttyS0");
    CHECK_EQ(piece_at(f, 0x100000)->size, 15 * 1024);
    fixture_free(f);
}

static void test_linux_refused(void)
{
    struct fixture *f = linux_new(256 * MIB);
    char *line = calloc(1, 4096);

    f->file.size = 600;
    CHECK(refused(f, "truncated"));
    f->file.size = 8 * 1024;
    CHECK(refused(f, "truncated"));
    f->file.size = 16 * 1024;
    put(f->bytes + 0x206, 0x0205, 2);
    CHECK(refused(f, "boot protocol 2.05"));
    put(f->bytes + 0x206, 0x020f, 2);
    f->bytes[0x211] = 0;
    CHECK(refused(f, "zImage"));
    f->bytes[0x211] = 1;
    memset(line, 'x', 2048);
    f->request.append = line;
    CHECK(refused(f, "command line"));
    f->request.append = NULL;
    f->request.initrd = "/nonexistent/initrd";
    CHECK(refused(f, "/nonexistent/initrd"));
    f->request.initrd = "/";
    CHECK(refused(f, "not a regular file"));
    f->request.initrd = NULL;
    put(f->bytes + 0x260, 512 * MIB, 4);
    CHECK(refused(f, "give the machine more"));
    free(line);
    fixture_free(f);
}

static void test_initrd(void)
{
    char name[] = "/tmp/lathe-test-initrd-XXXXXX";
    int fd = mkstemp(name);
    FILE *stream = fdopen(fd, "w");
    struct fixture *f = linux_new(64 * MIB);

    for (unsigned i = 0; i < 4 * MIB; i++)
        fputc((int)(i & 0xff), stream);
    fclose(stream);
    f->request.initrd = name;
    CHECK(prepare(f));
    CHECK(piece_at(f, 60 * MIB) != NULL && piece_at(f, 60 * MIB)->size == 4 * MIB);
    emu_boot_finish(&f->image);
    emu_memory_map_init(&f->map, 26 * MIB); /* the kernel's 23 MiB from 1 MiB leave 2 */
    CHECK(refused(f, "does not fit"));
    remove(name);
    fixture_free(f);
}

/* ---- ELF ---- */

static struct fixture *pvh_new(uint64_t memory)
{
    struct fixture *f = fixture_new(memory, 8192);
    Elf64_Ehdr header = {.e_ident = ELFMAG,
                         .e_type = ET_EXEC,
                         .e_machine = EM_X86_64,
                         .e_phoff = sizeof(header),
                         .e_phentsize = sizeof(Elf64_Phdr),
                         .e_phnum = 2};
    Elf64_Phdr load = {.p_type = PT_LOAD,
                       .p_offset = 4096,
                       .p_paddr = 0x200000,
                       .p_filesz = 4096,
                       .p_memsz = 8192};
    Elf64_Phdr note = {.p_type = PT_NOTE, .p_offset = 1024, .p_filesz = 20, .p_align = 4};
    const uint32_t entry[] = {4, 4, 18, 0x006e6558, 0x200100};

    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    memcpy(f->bytes, &header, sizeof(header));
    memcpy(f->bytes + sizeof(header), &load, sizeof(load));
    memcpy(f->bytes + sizeof(header) + sizeof(load), &note, sizeof(note));
    memcpy(f->bytes + 1024, entry, sizeof(entry));
    return f;
}

static void test_pvh(void)
{
    struct fixture *f = pvh_new(64 * MIB);
    const struct emu_boot_piece *segment;

    CHECK(prepare(f));
    CHECK_STR(f->image.protocol, "pvh");
    CHECK_EQ(f->image.entry, 0x200100);
    CHECK_EQ(f->image.ebx, 0x90000);
    segment = piece_at(f, 0x200000);
    CHECK(segment != NULL && segment->size == 4096 && segment->zeros == 4096);
    fixture_free(f);
}

static void test_pvh_refused(void)
{
    struct fixture *f = pvh_new(64 * MIB);
    Elf64_Phdr *load = (Elf64_Phdr *)(f->bytes + sizeof(Elf64_Ehdr));

    f->file.size = 60;
    CHECK(refused(f, "truncated"));
    f->file.size = 6000;
    CHECK(refused(f, "beyond its end"));
    f->file.size = 8192;
    load->p_paddr = 63 * MIB;
    load->p_memsz = 2 * MIB;
    CHECK(refused(f, "does not have"));
    load->p_paddr = UINT64_MAX - 100;
    CHECK(refused(f, "does not have"));
    load->p_paddr = 0x200000;
    load->p_memsz = 8192;
    f->bytes[1024 + 8] = 17;
    CHECK(refused(f, "PVH"));
    f->bytes[18] = EM_AARCH64;
    CHECK(refused(f, "not for x86"));
    fixture_free(f);
}

/* ---- Multiboot ---- */

static struct fixture *multiboot_new(void)
{
    struct fixture *f = fixture_new(32 * MIB, 4096);
    const uint32_t header[] = {0x1badb002, 1u << 16, -(0x1badb002 + (1u << 16)),
                               0x100040,   0x100000, 0x101000,
                               0x102000,   0x100080};

    memcpy(f->bytes + 64, header, sizeof(header));
    return f;
}

static void test_multiboot(void)
{
    struct fixture *f = multiboot_new();
    const struct emu_boot_piece *piece;

    f->request.append = "a b";
    CHECK(prepare(f));
    CHECK_STR(f->image.protocol, "multiboot");
    CHECK_EQ(f->image.eax, 0x2badb002);
    CHECK_EQ(f->image.entry, 0x100080);
    piece = piece_at(f, 0x100000);
    CHECK(piece != NULL && piece->size == 4096 && piece->zeros == 4096);
    piece = piece_at(f, 0x90000);
    CHECK(piece != NULL && strcmp((const char *)piece->data + 0x1000, "kernel a b") == 0);
    fixture_free(f);
}

static void test_multiboot_refused(void)
{
    struct fixture *f = multiboot_new();

    f->file.size = 2048;
    CHECK(refused(f, "truncated"));
    f->file.size = 4096;
    put(f->bytes + 64 + 12, 0x200000, 4);
    CHECK(refused(f, "bad Multiboot header"));
    put(f->bytes + 64 + 12, 0x100040, 4);
    put(f->bytes + 64 + 24, 0x8000000, 4);
    CHECK(refused(f, "does not have"));
    fixture_free(f);
}

static void test_foreign(void)
{
    struct fixture *f = fixture_new(64 * MIB, 4096);
    struct emu_boot_file file;

    memcpy(f->bytes, "#!/bin/sh\n", 10);
    CHECK(refused(f, "not a kernel"));
    CHECK(!emu_boot_file_open(&file, "/dev/null", &f->err));
    f->err = (struct emu_error)EMU_ERROR_INIT;
    CHECK(!emu_boot_file_open(&file, "/nonexistent", &f->err) &&
          strstr(f->err.text, "/nonexistent") != NULL);
    fixture_free(f);
}

/* A file that is rewritten while the machine runs is refused at the next reset, and does no harm.
 */
static void test_changed_file(void)
{
    struct fixture *f = fixture_new(64 * MIB, 0);
    struct emu_memory *memory = emu_memory_new("memory", 0, NULL);
    struct emu_ram *ram = emu_ram_new("ram", MIB, NULL);
    char name[] = "/tmp/test-boot-XXXXXX";
    int fd = mkstemp(name);
    struct emu_region region;
    struct emu_boot_file file;

    emu_region_init_ram(&region, "ram", ram, 0, MIB);
    emu_region_add(emu_memory_root(memory), 0, &region, 0);
    memset(f->bytes, 0x5a, sizeof(f->bytes));
    CHECK(write(fd, f->bytes, sizeof(f->bytes)) == sizeof(f->bytes));
    CHECK(emu_boot_file_open(&file, name, &f->err));
    f->image.kernel = &file;
    CHECK(emu_boot_add(&f->image, 0x1000, file.data + 1, file.size - 1, 16, &f->err));
    CHECK(emu_boot_apply(&f->image, memory, &f->err));
    CHECK_EQ(emu_memory_load(memory, 0x1000 + file.size - 2, 1), 0x5a);
    CHECK_EQ(emu_memory_load(memory, 0x1000 + file.size - 1, 1), 0);
    CHECK(ftruncate(fd, 100) == 0);
    CHECK(!emu_boot_apply(&f->image, memory, &f->err));
    CHECK(strstr(f->err.text, "has changed") != NULL);
    emu_boot_file_close(&file);
    close(fd);
    unlink(name);
    emu_memory_free(memory);
    emu_ram_free(ram);
    fixture_free(f);
}

static void test_memory_map(void)
{
    struct emu_memory_map map;
    uint64_t end = 0;

    emu_memory_map_init(&map, 5ull << 30);
    CHECK_EQ(map.low, 2ull << 30);
    CHECK_EQ(map.high, 3ull << 30);
    for (unsigned i = 0; i < map.count; i++) {
        CHECK(map.entry[i].address >= end);
        end = map.entry[i].address + map.entry[i].size;
    }
    CHECK(emu_memory_map_is_ram(&map, 0x100000, (2ull << 30) - 0x100000));
    CHECK(!emu_memory_map_is_ram(&map, 0x100000, 2ull << 30));
    CHECK(!emu_memory_map_is_ram(&map, UINT64_MAX, 2));
    CHECK(emu_memory_map_is_ram(&map, 4ull << 30, 3ull << 30));
}

static const struct test_case cases[] = {
    {"boot-linux", test_linux},
    {"boot-linux-refused", test_linux_refused},
    {"boot-initrd", test_initrd},
    {"boot-pvh", test_pvh},
    {"boot-pvh-refused", test_pvh_refused},
    {"boot-multiboot", test_multiboot},
    {"boot-multiboot-refused", test_multiboot_refused},
    {"boot-foreign", test_foreign},
    {"boot-changed-file", test_changed_file},
    {"memory-map", test_memory_map},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, cases);
}
