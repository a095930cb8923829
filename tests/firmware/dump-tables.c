/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the ACPI tables that a board of CPUS processors gets into DIRECTORY, one file a table, for
 * iasl to read; and checks that each has its checksum. */
#include "emulator/firmware/acpi.h"
#include "tests/test.h"

static const uint8_t *at_address(const uint8_t *tables, uint64_t base, const uint8_t *field)
{
    uint64_t address;

    memcpy(&address, field, 8);
    return tables + (address - base);
}

static bool sums_to_zero(const uint8_t *table, uint32_t length)
{
    uint8_t sum = 0;

    for (uint32_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + table[i]);
    return sum == 0;
}

static bool dump(const char *directory, const uint8_t *table)
{
    uint32_t length;
    char path[512];
    FILE *file;

    memcpy(&length, table + 4, 4);
    snprintf(path, sizeof(path), "%s/%.4s.aml", directory, (const char *)table);
    file = fopen(path, "wb");
    if (file == NULL || fwrite(table, 1, length, file) != length)
        return false;
    fclose(file);
    return sums_to_zero(table, length);
}

int main(int argc, char **argv)
{
    const uint64_t base = 0xe0000;
    unsigned cpus = argc > 2 ? (unsigned)atoi(argv[2]) : 1;
    uint32_t *ids = calloc(cpus, sizeof(*ids));
    struct emu_acpi_board board = {
        .apic_ids = ids,
        .cpus = cpus,
        .serial_ports = 2,
        .floppies = 2,
        .tpm = true,
        .tpm_log = true,
        .vmgenid = 0xff000,
        .low = 0x80000000,
        .ecam = 0xb0000000,
    };
    size_t length;
    uint8_t *tables;
    const uint8_t *xsdt, *fadt;
    uint32_t xsdt_length;
    bool good;

    /* Two nodes: the first processor with all memory, and the others. */
    struct emu_numa_node nodes[2] = {{.memory = 0xc0000000, .cpus = {1}}};
    const struct emu_numa_link link = {0, 0, EMU_NUMA_READ_BANDWIDTH, 200000};
    const struct emu_numa numa = {nodes, 2, NULL, &link, 1};

    for (unsigned i = 0; i < cpus; i++)
        ids[i] = i;
    for (unsigned i = 1; i < cpus && i < EMU_NUMA_CPUS; i++)
        nodes[1].cpus[i / 8] |= (uint8_t)(1 << i % 8);
    if (cpus > 1)
        board.numa = &numa;
    tables = emu_acpi_build(&board, base, 0x10000, &length, NULL);
    if (argc < 2 || tables == NULL)
        return 2;
    good = sums_to_zero(tables, 20) && sums_to_zero(tables, 36);
    xsdt = at_address(tables, base, tables + 24);
    memcpy(&xsdt_length, xsdt + 4, 4);
    good = dump(argv[1], xsdt) && good;
    for (uint32_t at = 36; at < xsdt_length; at += 8)
        good = dump(argv[1], at_address(tables, base, xsdt + at)) && good;
    fadt = at_address(tables, base, xsdt + 36);
    good = dump(argv[1], at_address(tables, base, fadt + 140)) && good;
    free(tables);
    free(ids);
    return good ? 0 : 1;
}
