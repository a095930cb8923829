/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ACPI tables as files for firmware: the bytes with addresses that count from their own start,
 * and the table loader's script that says where to put each file, which words to turn into
 * addresses and which checksums to make (commands of 128 bytes, QEMU's hw/acpi/bios-linker-loader).
 */
#include <stdlib.h>
#include <string.h>

#include "emulator/firmware/acpi-private.h"
#include "emulator/firmware/boot-formats.h"

#define LOADER_ENTRY 128u
#define LOADER_NAME  56u
#define LOADER_SIZE  (48 * LOADER_ENTRY) /* of each script: firmware skips commands of zeros */

enum loader_command {
    LOADER_ALLOCATE = 1,      /* file, alignment, zone */
    LOADER_ADD_POINTER = 2,   /* file with the pointer, file that it points to, offset, bytes */
    LOADER_ADD_CHECKSUM = 3,  /* file, offset of the sum, first byte, bytes */
    LOADER_WRITE_POINTER = 4, /* file to write, file whose address it is, two offsets, bytes */
};

enum loader_zone {
    LOADER_HIGH = 1, /* anywhere below 4 GiB */
    LOADER_FSEG = 2, /* 0xf0000 to 0xfffff */
};

/* Tables grow by a few bytes when the numbers in them do. */
#define LOADER_ROOM 1024u
#define LOADER_STEP 4096u
/* A root bus beside the first has ranges once firmware has put its devices somewhere; each is a
 * descriptor of 46 bytes at most in its list, and one more in the first root's. */
#define LOADER_ROOT_ROOM (2u * 46u * 2u * EMU_ACPI_RANGES)

static uint8_t *loader_command(struct aml *script, enum loader_command command)
{
    static const uint8_t blank[LOADER_ENTRY];
    uint8_t *entry;

    aml_bytes(script, blank, sizeof(blank));
    if (script->failed)
        return NULL;
    entry = script->data + script->length - LOADER_ENTRY;
    emu_put32(entry, command);
    return entry + 4;
}

static void loader_name(uint8_t *field, const char *name)
{
    memcpy(field, name, strlen(name));
}

static void loader_allocate(struct aml *script, const char *file, uint32_t align,
                            enum loader_zone zone)
{
    uint8_t *entry = loader_command(script, LOADER_ALLOCATE);

    if (entry == NULL)
        return;
    loader_name(entry, file);
    emu_put32(entry + LOADER_NAME, align);
    entry[LOADER_NAME + 4] = (uint8_t)zone;
}

static void loader_add_pointer(struct aml *script, const char *file, const char *target, size_t at,
                               unsigned bytes)
{
    uint8_t *entry = loader_command(script, LOADER_ADD_POINTER);

    if (entry == NULL)
        return;
    loader_name(entry, file);
    loader_name(entry + LOADER_NAME, target);
    emu_put32(entry + 2 * LOADER_NAME, (uint32_t)at);
    entry[2 * LOADER_NAME + 4] = (uint8_t)bytes;
}

/* The machine is told where the id's page is. */
static void loader_tell_vmgenid(struct aml *script)
{
    uint8_t *entry = loader_command(script, LOADER_WRITE_POINTER);

    if (entry == NULL)
        return;
    loader_name(entry, EMU_ACPI_VMGENID_ADDRESS);
    loader_name(entry + LOADER_NAME, EMU_ACPI_VMGENID_NAME);
    entry[2 * LOADER_NAME + 8] = 8;
}

static void loader_add_checksum(struct aml *script, const char *file, size_t at, size_t first,
                                size_t length)
{
    uint8_t *entry = loader_command(script, LOADER_ADD_CHECKSUM);

    if (entry == NULL)
        return;
    loader_name(entry, file);
    emu_put32(entry + LOADER_NAME, (uint32_t)at);
    emu_put32(entry + LOADER_NAME + 4, (uint32_t)first);
    emu_put32(entry + LOADER_NAME + 8, (uint32_t)length);
}

/* Firmware adds the sum up with the old one in place, which therefore has to be zero. */
static void loader_tables(struct aml *script, struct acpi_layout *layout)
{
    for (unsigned i = 0; i < layout->pointer_count; i++)
        loader_add_pointer(script, EMU_ACPI_TABLES_FILE, layout->pointers[i].file,
                           layout->pointers[i].at, layout->pointers[i].bytes);
    for (unsigned i = 0; i < layout->sum_count; i++) {
        const struct acpi_table *table = &layout->sums[i];
        layout->out.data[table->at + 9] = 0;
        loader_add_checksum(script, EMU_ACPI_TABLES_FILE, table->at + 9, table->at, table->length);
    }
}

static void loader_rsdp(struct aml *script, uint8_t *rsdp, uint64_t xsdt)
{
    emu_acpi_fill_rsdp(rsdp, xsdt);
    rsdp[8] = rsdp[32] = 0;
    loader_add_pointer(script, EMU_ACPI_RSDP_FILE, EMU_ACPI_TABLES_FILE, 24, 8);
    loader_add_checksum(script, EMU_ACPI_RSDP_FILE, 8, 0, 20);
    loader_add_checksum(script, EMU_ACPI_RSDP_FILE, 32, 0, ACPI_RSDP);
}

/* room: for what tables grow by. */
static void loader_pad(struct aml *tables, size_t size, size_t room)
{
    if (size == 0)
        size = (tables->length + room + LOADER_STEP - 1) / LOADER_STEP * LOADER_STEP;
    while (!tables->failed && tables->length < size)
        aml_byte(tables, 0);
    tables->failed |= tables->length != size;
}

static void loader_fill(struct acpi_layout *layout, struct aml *script, uint8_t *rsdp,
                        const struct emu_acpi_board *board, size_t tables_size)
{
    uint64_t xsdt = emu_acpi_tables(layout, board);

    loader_allocate(script, EMU_ACPI_RSDP_FILE, 16, LOADER_FSEG);
    loader_allocate(script, EMU_ACPI_TABLES_FILE, 64, LOADER_HIGH);
    loader_allocate(script, EMU_ACPI_VMGENID_NAME, EMU_ACPI_VMGENID_FILE, LOADER_HIGH);
    if (board->tpm_log)
        loader_allocate(script, EMU_ACPI_TPM_LOG_FILE, 1, LOADER_HIGH);
    if (!layout->out.failed)
        loader_tables(script, layout);
    loader_tell_vmgenid(script);
    loader_rsdp(script, rsdp, xsdt);
    loader_pad(&layout->out, tables_size, LOADER_ROOM + board->root_count * LOADER_ROOT_ROOM);
    loader_pad(script, LOADER_SIZE, 0);
}

bool emu_acpi_build_files(const struct emu_acpi_board *board, size_t tables_size,
                          struct emu_acpi_files *files, struct emu_error *err)
{
    struct acpi_layout layout = {.base = 0};
    uint8_t *rsdp = malloc(ACPI_RSDP);
    struct aml script;

    aml_init(&layout.out);
    aml_init(&script);
    if (rsdp != NULL)
        loader_fill(&layout, &script, rsdp, board, tables_size);
    if (rsdp == NULL || layout.out.failed || script.failed) {
        free(rsdp);
        aml_finish(&layout.out);
        aml_finish(&script);
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory for ACPI tables");
    }
    *files = (struct emu_acpi_files){
        .rsdp = rsdp,
        .rsdp_size = ACPI_RSDP,
        .tables = layout.out.data,
        .tables_size = layout.out.length,
        .loader = script.data,
        .loader_size = script.length,
    };
    return true;
}

void emu_acpi_files_free(struct emu_acpi_files *files)
{
    free(files->rsdp);
    free(files->tables);
    free(files->loader);
    *files = (struct emu_acpi_files){0};
}
