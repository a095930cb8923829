/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Firmware on the PC board: its image at the end of the first 4 GiB and below 1 MiB, and what it
 * asks fw_cfg for. OVMF and SeaBIOS know each other's names (QEMU docs/specs/fw_cfg.rst).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/boards/board.h"
#include "emulator/firmware/flash-store.h"
#include "emulator/firmware/smbios.h"
#include "emulator/hw/misc/fw-cfg.h"
#include "emulator/hw/misc/pflash.h"
#include "emulator/hw/pci/q35.h"

#define FIRMWARE_MIN  0x10000u
#define FIRMWARE_MAX  0x1000000u
#define FIRMWARE_STEP 0x1000u
#define FIRMWARE_LOW  0x20000u /* the image's end is also seen below 1 MiB */
#define FIRMWARE_1M   0x100000u

#define FIRMWARE_GIB (1ull << 30)

/* ---- the image ---- */

static bool firmware_check(const struct emu_boot_file *file, struct emu_error *err)
{
    if (file->size >= FIRMWARE_MIN && file->size <= FIRMWARE_MAX && file->size % FIRMWARE_STEP == 0)
        return true;
    return emu_error_set(
        err, EMU_ERROR_INPUT,
        "%s is no PC firmware: it has %zu bytes, and firmware has 64 KiB to 16 MiB "
        "in steps of 4 KiB",
        file->name, file->size);
}

static bool firmware_load(struct board *board, const struct emu_boot_file *file,
                          struct emu_error *err)
{
    struct emu_ram *ram = emu_ram_new("firmware", file->size, err);

    if (ram == NULL || !emu_machine_add_ram(board->machine, ram, err))
        return false;
    memcpy(emu_ram_host(ram), file->data, file->size);
    board->firmware = ram;
    return true;
}

static void firmware_map(struct board *board)
{
    struct emu_region *root = emu_memory_root(board->machine->memory);
    uint64_t size = emu_ram_size(board->firmware);
    uint64_t low = size < FIRMWARE_LOW ? size : FIRMWARE_LOW;

    emu_region_init_rom(&board->firmware_rom, "firmware", board->firmware, 0, size);
    emu_region_init_rom(&board->firmware_low, "firmware-low", board->firmware, size - low, low);
    emu_region_add(root, EMU_PC_HIGH - size, &board->firmware_rom, -1);
    emu_region_add(root, FIRMWARE_1M - low, &board->firmware_low, -1);
}

bool board_add_firmware(struct board *board, struct emu_error *err)
{
    struct emu_boot_file file = {0};
    bool done;

    if (board->config->firmware == NULL)
        return true;
    done = emu_boot_file_open(&file, board->config->firmware, err) && firmware_check(&file, err) &&
           firmware_load(board, &file, err);
    emu_boot_file_close(&file);
    if (done)
        firmware_map(board);
    return done;
}

const uint8_t *board_firmware_low(const struct board *board)
{
    uint64_t size = board->firmware != NULL ? emu_ram_size(board->firmware) : 0;

    return size >= FIRMWARE_LOW ? emu_ram_host(board->firmware) + size - FIRMWARE_LOW : NULL;
}

/* ---- the variable store ---- */

#define FIRMWARE_FLASH_MAX 0x800000u

static void firmware_store_failed(void *opaque, const char *text)
{
    emu_machine_fail(opaque, "%s", text);
}

static void firmware_store_put(void *opaque, const uint8_t *data, size_t size)
{
    emu_flash_store_put(opaque, data);
}

static bool firmware_set_flash(struct board *board, struct emu_device *flash, const uint8_t *data,
                               size_t size, struct emu_error *err)
{
    char text[24];

    if (size % FIRMWARE_STEP != 0 || size > FIRMWARE_FLASH_MAX)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "%s is no variable store: it has %zu bytes, and flash has blocks of "
                             "4 KiB, at most 8 MiB",
                             board->config->firmware_vars, size);
    snprintf(text, sizeof(text), "%zu", size);
    emu_pflash_set_contents(flash, data);
    return emu_device_set(flash, "size", text, err) &&
           emu_device_set(flash, "secure", board->config->firmware_secure ? "true" : "false", err);
}

static bool firmware_keep_flash(struct board *board, struct emu_device *flash,
                                struct emu_error *err)
{
    const uint8_t *data;
    size_t size;

    board->flash_store = emu_flash_store_open(board->config->firmware_vars, FIRMWARE_FLASH_MAX,
                                              firmware_store_failed, board->machine, err);
    if (board->flash_store == NULL)
        return false;
    data = emu_flash_store_data(board->flash_store, &size);
    emu_pflash_on_change(flash, firmware_store_put, board->flash_store);
    return firmware_set_flash(board, flash, data, size, err);
}

/* The file stays open: realize reads it. */
static bool firmware_copy_flash(struct board *board, struct emu_device *flash,
                                struct emu_error *err)
{
    return emu_boot_file_open(&board->template, board->config->firmware_vars, err) &&
           firmware_set_flash(board, flash, board->template.data, board->template.size, err);
}

bool board_prepare_flash(struct board *board, struct emu_device *flash, struct emu_error *err)
{
    return board->config->firmware_discard ? firmware_copy_flash(board, flash, err)
                                           : firmware_keep_flash(board, flash, err);
}

void board_map_flash(struct board *board)
{
    const struct emu_device *flash = emu_machine_find_device(board->machine, "flash");

    emu_boot_file_close(&board->template);
    if (flash != NULL)
        emu_region_add(emu_memory_root(board->machine->memory),
                       EMU_PC_HIGH - emu_ram_size(board->firmware) - flash->regions[0]->size,
                       flash->regions[0], -1);
}

void board_finish_flash(struct board *board)
{
    struct emu_device *flash = emu_machine_find_device(board->machine, "flash");

    if (flash != NULL)
        emu_pflash_flush(flash);
    emu_flash_store_close(board->flash_store);
    emu_boot_file_close(&board->template);
}

/* ---- memory and processors ---- */

static void firmware_put(uint8_t *out, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        out[i] = (uint8_t)(value >> 8 * i);
}

static bool firmware_add_e820(struct board *board, struct emu_device *fw_cfg, struct emu_error *err)
{
    const struct {
        uint64_t address, size;
    } ram[] = {{0, board->map.low}, {EMU_PC_HIGH, board->map.high}};
    uint8_t entries[2 * 20] = {0};
    size_t length = 0;

    for (unsigned i = 0; i < 2; i++) {
        if (ram[i].size == 0)
            continue;
        firmware_put(entries + length, ram[i].address, 8);
        firmware_put(entries + length + 8, ram[i].size, 8);
        firmware_put(entries + length + 16, EMU_MAP_RAM, 4);
        length += 20;
    }
    return emu_fw_cfg_add_file(fw_cfg, "etc/e820", entries, length, err);
}

/* Firmware sizes its arrays by it, so it is one more than the largest APIC id. */
static unsigned firmware_apic_limit(const struct board *board)
{
    unsigned limit = 0;

    for (unsigned i = 0; i < board->cpu_count; i++)
        if (board->apic_ids[i] >= limit)
            limit = board->apic_ids[i] + 1;
    return limit;
}

/* ---- tables ---- */

/* Above the RAM, to the end of what processors can address. */
static void firmware_wide_window(const struct board *board, struct emu_acpi_board *acpi)
{
    uint64_t end = x86_model_physical_mask(board->model) + 1;

    acpi->mmio64 = (EMU_PC_HIGH + board->map.high + FIRMWARE_GIB - 1) / FIRMWARE_GIB * FIRMWARE_GIB;
    acpi->mmio64_size = end > acpi->mmio64 ? end - acpi->mmio64 : 0;
}

static bool firmware_make_acpi(const struct board *board, struct emu_acpi_files *files,
                               struct emu_error *err)
{
    struct emu_acpi_board acpi = board_acpi(board);
    struct emu_acpi_root roots[EMU_ACPI_ROOTS];

    acpi.roots = roots;
    acpi.root_count = board_roots(board, roots);
    acpi.ecam = emu_q35_mch_pciexbar(board->mch);
    acpi.tpm_log = board->tpm;
    if (acpi.ecam >= EMU_PC_HIGH)
        acpi.ecam = 0;
    firmware_wide_window(board, &acpi);
    return emu_acpi_build_files(&acpi, board->acpi_size, files, err);
}

/* A file that no longer fits, or is short of memory, keeps its old bytes. */
static void firmware_refresh(uint8_t *data, size_t length, const uint8_t *now, size_t now_length)
{
    if (now_length == length)
        memcpy(data, now, length);
}

static void firmware_refresh_rsdp(void *opaque, uint8_t *data, size_t length)
{
    struct emu_acpi_files files = {0};

    if (firmware_make_acpi(opaque, &files, NULL))
        firmware_refresh(data, length, files.rsdp, files.rsdp_size);
    emu_acpi_files_free(&files);
}

static void firmware_refresh_tables(void *opaque, uint8_t *data, size_t length)
{
    struct emu_acpi_files files = {0};

    if (firmware_make_acpi(opaque, &files, NULL))
        firmware_refresh(data, length, files.tables, files.tables_size);
    emu_acpi_files_free(&files);
}

static void firmware_refresh_loader(void *opaque, uint8_t *data, size_t length)
{
    struct emu_acpi_files files = {0};

    if (firmware_make_acpi(opaque, &files, NULL))
        firmware_refresh(data, length, files.loader, files.loader_size);
    emu_acpi_files_free(&files);
}

/* Room for firmware that keeps a log of what it measures; where it finds requests. */
static bool firmware_add_tpm(struct board *board, struct emu_device *fw_cfg, struct emu_error *err)
{
    static const uint8_t log[EMU_ACPI_TPM_LOG];
    /* The address; of a TPM 2.0, by version 1.30. */
    static const uint8_t config[6] = {EMU_PC_TPM_PPI & 0xff,
                                      EMU_PC_TPM_PPI >> 8 & 0xff,
                                      EMU_PC_TPM_PPI >> 16 & 0xff,
                                      EMU_PC_TPM_PPI >> 24,
                                      2,
                                      1};

    return !board->tpm ||
           (emu_fw_cfg_add_file(fw_cfg, EMU_ACPI_TPM_LOG_FILE, log, sizeof(log), err) &&
            emu_fw_cfg_add_file(fw_cfg, "etc/tpm/config", config, sizeof(config), err));
}

/* The PCI windows are where firmware puts them: the tables are made when they are asked for. */
static bool firmware_add_acpi(struct board *board, struct emu_device *fw_cfg, struct emu_error *err)
{
    struct emu_acpi_files files = {0};
    bool done = firmware_make_acpi(board, &files, err);
    const struct {
        const char *name;
        const uint8_t *data;
        size_t length;
        emu_fw_cfg_refresh_fn *refresh;
    } rows[] = {
        {EMU_ACPI_RSDP_FILE, files.rsdp, files.rsdp_size, firmware_refresh_rsdp},
        {EMU_ACPI_TABLES_FILE, files.tables, files.tables_size, firmware_refresh_tables},
        {EMU_ACPI_LOADER_FILE, files.loader, files.loader_size, firmware_refresh_loader},
    };

    for (size_t i = 0; done && i < sizeof(rows) / sizeof(rows[0]); i++)
        done = emu_fw_cfg_add_file(fw_cfg, rows[i].name, rows[i].data, rows[i].length, err) &&
               emu_fw_cfg_set_refresh(fw_cfg, rows[i].name, rows[i].refresh, board, err);
    board->acpi_size = files.tables_size;
    emu_acpi_files_free(&files);
    return done;
}

static bool firmware_add_smbios(struct board *board, struct emu_device *fw_cfg,
                                struct emu_error *err)
{
    size_t length;
    uint8_t *tables = board_smbios(board, 0, SIZE_MAX, &length, err);
    bool done =
        tables != NULL &&
        emu_fw_cfg_add_file(fw_cfg, "etc/smbios/smbios-anchor", tables, EMU_SMBIOS_ANCHOR, err) &&
        emu_fw_cfg_add_file(fw_cfg, "etc/smbios/smbios-tables", tables + EMU_SMBIOS_TABLES,
                            length - EMU_SMBIOS_TABLES, err);

    free(tables);
    return done;
}

/* ---- the kernel ---- */

/* Linux boot protocol: */
#define FIRMWARE_SETUP_SECTORS 0x1f1u /* sectors of setup behind the first */
#define FIRMWARE_LOADER_TYPE   0x210u /* who loads the kernel; 0: it takes no initrd */
#define FIRMWARE_LOADER_OTHER  0xffu

static size_t firmware_setup_size(const struct emu_boot_file *kernel)
{
    size_t sectors =
        kernel->data[FIRMWARE_SETUP_SECTORS] != 0 ? kernel->data[FIRMWARE_SETUP_SECTORS] : 4;
    size_t size = (sectors + 1) * 512;

    return size < kernel->size ? size : kernel->size;
}

static bool firmware_add_blob(struct emu_device *fw_cfg, uint16_t size_key, uint16_t data_key,
                              const void *data, size_t size, struct emu_error *err)
{
    return emu_fw_cfg_add_number(fw_cfg, size_key, size, 4, err) &&
           emu_fw_cfg_add_item(fw_cfg, data_key, data, size, err);
}

/* Firmware that starts the kernel by its old entry says not who it is. Firmware that checks the
 * kernel's signature reads the file as it is. */
static bool firmware_add_setup(struct emu_device *fw_cfg, const struct emu_boot_file *kernel,
                               size_t size, struct emu_error *err)
{
    uint8_t *setup = malloc(size);
    bool done;

    if (setup == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    memcpy(setup, kernel->data, size);
    if (size > FIRMWARE_LOADER_TYPE)
        setup[FIRMWARE_LOADER_TYPE] = FIRMWARE_LOADER_OTHER;
    done =
        firmware_add_blob(fw_cfg, EMU_FW_CFG_SETUP_SIZE, EMU_FW_CFG_SETUP_DATA, setup, size, err) &&
        emu_fw_cfg_add_file(fw_cfg, "etc/boot/kernel", kernel->data, kernel->size, err);
    free(setup);
    return done;
}

static bool firmware_add_initrd(struct board *board, struct emu_device *fw_cfg,
                                struct emu_error *err)
{
    struct emu_boot_file file = {0};
    bool done;

    if (board->config->initrd == NULL)
        return true;
    done = emu_boot_file_open(&file, board->config->initrd, err) &&
           firmware_add_blob(fw_cfg, EMU_FW_CFG_INITRD_SIZE, EMU_FW_CFG_INITRD_DATA, file.data,
                             file.size, err);
    emu_boot_file_close(&file);
    return done;
}

static bool firmware_add_kernel(struct board *board, struct emu_device *fw_cfg,
                                struct emu_error *err)
{
    const char *append = board->config->append != NULL ? board->config->append : "";
    const struct emu_boot_file *kernel = &board->kernel;
    size_t setup;

    if (board->config->kernel == NULL)
        return true;
    if (!emu_boot_file_open(&board->kernel, board->config->kernel, err))
        return false;
    if (!emu_boot_is_linux(kernel))
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "%s is no Linux bzImage, and firmware loads no other kernel; use "
                             "--firmware none",
                             kernel->name);
    setup = firmware_setup_size(kernel);
    return firmware_add_setup(fw_cfg, kernel, setup, err) &&
           firmware_add_blob(fw_cfg, EMU_FW_CFG_KERNEL_SIZE, EMU_FW_CFG_KERNEL_DATA,
                             kernel->data + setup, kernel->size - setup, err) &&
           firmware_add_blob(fw_cfg, EMU_FW_CFG_CMDLINE_SIZE, EMU_FW_CFG_CMDLINE_DATA, append,
                             strlen(append) + 1, err) &&
           firmware_add_initrd(board, fw_cfg, err);
}

/* ---- settings ---- */

struct firmware_number {
    const char *name;
    uint64_t value;
    unsigned bytes;
};

static bool firmware_add_number(struct emu_device *fw_cfg, const struct firmware_number *row,
                                struct emu_error *err)
{
    uint8_t data[8];

    firmware_put(data, row->value, sizeof(data));
    return emu_fw_cfg_add_file(fw_cfg, row->name, data, row->bytes, err);
}

static bool firmware_add_settings(struct board *board, struct emu_device *fw_cfg,
                                  struct emu_error *err)
{
    static const struct firmware_number rows[] = {
        {"etc/sercon-port", 0x3f8, 2}, /* SeaBIOS: the console, as there is no display */
        {"etc/boot-menu-wait", 0, 2},  /* no key is waited for */
        {"etc/pvpanic-port", EMU_PC_PVPANIC, 2},
        {"etc/boot-fail-wait", UINT32_MAX, 4}, /* nothing to boot: stay there */
        {"etc/msr_feature_control", 0x1, 8},   /* locked, no VMX */
    };
    /* Sleep states S0 to S5: bit 7 offered, below it SLP_TYP. */
    static const uint8_t states[6] = {0x80, 0, 0, 0x81, 0x82, 0x80};
    bool done = emu_fw_cfg_add_file(fw_cfg, "etc/system-states", states, sizeof(states), err) &&
                emu_fw_cfg_add_number(fw_cfg, EMU_FW_CFG_IRQ0_OVERRIDE, 1, 4, err) &&
                emu_fw_cfg_add_number(fw_cfg, EMU_FW_CFG_BOOT_MENU, 0, 2, err);

    for (size_t i = 0; done && i < sizeof(rows) / sizeof(rows[0]); i++)
        done = firmware_add_number(fw_cfg, &rows[i], err);
    return done;
}

bool board_prepare_firmware(struct board *board, struct emu_error *err)
{
    struct emu_device *fw_cfg = emu_machine_find_device(board->machine, "fw-cfg");

    return emu_fw_cfg_add_number(fw_cfg, EMU_FW_CFG_MAX_CPUS, firmware_apic_limit(board), 2, err) &&
           firmware_add_e820(board, fw_cfg, err) && board_add_vmgenid(board, fw_cfg, err) &&
           firmware_add_tpm(board, fw_cfg, err) && firmware_add_acpi(board, fw_cfg, err) &&
           firmware_add_smbios(board, fw_cfg, err) && firmware_add_kernel(board, fw_cfg, err) &&
           firmware_add_settings(board, fw_cfg, err) && board_tell_roots(board, fw_cfg, err) &&
           board_prepare_boot_order(board, err) && board_prepare_smm(board, fw_cfg, err) &&
           board_add_told(board, err);
}
