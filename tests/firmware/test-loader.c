/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the table loader's script as firmware does, and looks at the tables that come out. */
#include "emulator/firmware/acpi.h"
#include "tests/test.h"

#define MEMORY  0x100000u
#define RSDP    0xf5000u /* where the files go */
#define TABLES  0x40000u
#define VMGENID 0x30000u

struct loader {
    uint8_t *memory;
    const struct emu_acpi_files *files;
    unsigned allocated, pointers, sums;
};

static uint32_t get32(const uint8_t *p)
{
    uint32_t value;

    memcpy(&value, p, 4);
    return value;
}

static uint64_t get64(const uint8_t *p)
{
    uint64_t value;

    memcpy(&value, p, 8);
    return value;
}

static uint32_t place(const uint8_t *name, size_t *size, const struct emu_acpi_files *files)
{
    bool rsdp = strcmp((const char *)name, EMU_ACPI_RSDP_FILE) == 0;

    if (strcmp((const char *)name, EMU_ACPI_VMGENID_NAME) == 0) {
        *size = EMU_ACPI_VMGENID_FILE;
        return VMGENID;
    }
    CHECK(rsdp || strcmp((const char *)name, EMU_ACPI_TABLES_FILE) == 0);
    *size = rsdp ? files->rsdp_size : files->tables_size;
    return rsdp ? RSDP : TABLES;
}

static uint8_t sum(const uint8_t *data, size_t length)
{
    uint8_t total = 0;

    while (length-- > 0)
        total = (uint8_t)(total + *data++);
    return total;
}

static void allocate(struct loader *loader, const uint8_t *entry)
{
    size_t size;
    uint32_t at = place(entry, &size, loader->files);
    uint32_t align = get32(entry + 56);

    CHECK(align != 0 && at % align == 0);
    CHECK_EQ(entry[60], at == RSDP ? 2 : 1);
    if (at != VMGENID)
        memcpy(loader->memory + at, at == RSDP ? loader->files->rsdp : loader->files->tables, size);
    loader->allocated++;
}

static void add_pointer(struct loader *loader, const uint8_t *entry)
{
    size_t size, target_size;
    uint32_t at = place(entry, &size, loader->files), offset = get32(entry + 112);
    uint32_t target = place(entry + 56, &target_size, loader->files);
    unsigned bytes = entry[116];
    uint64_t value = 0;

    CHECK(bytes == 4 || bytes == 8);
    CHECK(offset + bytes <= size);
    memcpy(&value, loader->memory + at + offset, bytes);
    CHECK(value < target_size);
    value += target;
    memcpy(loader->memory + at + offset, &value, bytes);
    loader->pointers++;
}

static void add_checksum(struct loader *loader, const uint8_t *entry)
{
    size_t size;
    uint32_t at = place(entry, &size, loader->files), offset = get32(entry + 56);
    uint32_t start = get32(entry + 60), length = get32(entry + 64);

    CHECK(start + length <= size && offset >= start && offset < start + length);
    CHECK_EQ(loader->memory[at + offset], 0); /* OVMF counts it in */
    loader->memory[at + offset] = (uint8_t)-sum(loader->memory + at + start, length);
    loader->sums++;
}

static void run(struct loader *loader)
{
    CHECK_EQ(loader->files->loader_size % 128, 0);
    for (size_t i = 0; i < loader->files->loader_size; i += 128) {
        const uint8_t *entry = loader->files->loader + i;

        switch (get32(entry)) {
        case 0: /* nothing */
            break;
        case 1:
            allocate(loader, entry + 4);
            break;
        case 2:
            add_pointer(loader, entry + 4);
            break;
        case 3:
            add_checksum(loader, entry + 4);
            break;
        case 4:
            CHECK_STR((const char *)entry + 4, EMU_ACPI_VMGENID_ADDRESS);
            CHECK_STR((const char *)entry + 60, EMU_ACPI_VMGENID_NAME);
            CHECK_EQ(entry[124], 8);
            break;
        default:
            CHECK(!"a command that nobody knows");
        }
    }
}

static const uint8_t *table(struct loader *loader, uint64_t address, const char *signature)
{
    const uint8_t *data = loader->memory + address;

    CHECK(address >= TABLES && address < TABLES + loader->files->tables_size);
    CHECK(memcmp(data, signature, 4) == 0);
    if (strcmp(signature, "FACS") != 0)
        CHECK_EQ(sum(data, get32(data + 4)), 0);
    return data;
}

static struct emu_acpi_board board_of(uint64_t ecam)
{
    static const uint32_t ids[2] = {0, 1};

    return (struct emu_acpi_board){.apic_ids = ids,
                                   .cpus = 2,
                                   .serial_ports = 1,
                                   .low = 0x80000000,
                                   .ecam = ecam,
                                   .mmio64 = 0x200000000,
                                   .mmio64_size = 0x100000000};
}

static void check_tables(struct loader *loader)
{
    static const char *const names[] = {"FACP", "APIC", "HPET", "MCFG"};
    const uint8_t *rsdp = loader->memory + RSDP, *xsdt, *fadt;

    CHECK(memcmp(rsdp, "RSD PTR ", 8) == 0);
    CHECK(sum(rsdp, 20) == 0 && sum(rsdp, 36) == 0);
    xsdt = table(loader, get64(rsdp + 24), "XSDT");
    CHECK_EQ(get32(xsdt + 4), 36 + 8 * 4);
    for (unsigned i = 0; i < 4; i++)
        table(loader, get64(xsdt + 36 + 8 * i), names[i]);
    fadt = loader->memory + get64(xsdt + 36);
    table(loader, get64(fadt + 140), "DSDT");
    CHECK_EQ(get32(fadt + 40), get64(fadt + 140));
    CHECK_EQ(get32(fadt + 36), get64(fadt + 132));
    CHECK_EQ(get64(fadt + 132) % 64, 0);
    CHECK_EQ(get32(loader->memory + get64(fadt + 140) + 36 + 6), VMGENID);
    table(loader, get64(fadt + 132), "FACS");
}

static void test_script(void)
{
    struct emu_acpi_board board = board_of(0xe0000000);
    struct emu_acpi_files files;
    struct loader loader = {calloc(1, MEMORY), &files, 0, 0, 0};

    CHECK(emu_acpi_build_files(&board, 0, &files, NULL));
    run(&loader);
    CHECK_EQ(loader.allocated, 3);
    /* RSDP, XSDT, FADT's two tables in two widths, the VM generation id */
    CHECK_EQ(loader.pointers, 1 + 4 + 4 + 1);
    CHECK_EQ(loader.sums, 2 + 6);
    check_tables(&loader);
    emu_acpi_files_free(&files);
    free(loader.memory);
}

/* Firmware reads the sizes before it has moved the configuration window. */
static void test_sizes_stay(void)
{
    static const uint64_t windows[] = {0, 0xb0000000, 0xc0000000, 0xe0000000, 0xf0000000};
    struct emu_acpi_board first = board_of(0x80000000);
    struct emu_acpi_files files, again;

    CHECK(emu_acpi_build_files(&first, 0, &files, NULL));
    for (unsigned i = 0; i < 5; i++) {
        struct emu_acpi_board board = board_of(windows[i]);
        CHECK(emu_acpi_build_files(&board, files.tables_size, &again, NULL));
        CHECK_EQ(again.tables_size, files.tables_size);
        CHECK_EQ(again.loader_size, files.loader_size);
        CHECK_EQ(again.rsdp_size, files.rsdp_size);
        emu_acpi_files_free(&again);
    }
    CHECK(!emu_acpi_build_files(&first, 64, &again, NULL));
    emu_acpi_files_free(&files);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"loader: script", test_script},
        {"loader: sizes stay", test_sizes_stay},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
