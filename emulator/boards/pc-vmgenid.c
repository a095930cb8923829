/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The VM generation id (Microsoft's "Virtual Machine Generation ID"; QEMU docs/specs/vmgenid.rst):
 * a GUID in the guest's memory that is another one whenever a saved state comes to life again, so
 * that the guest's random numbers and ids do not repeat. Firmware places it and tells where;
 * without firmware it lies behind the tables.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "emulator/boards/board.h"
#include "emulator/hw/misc/fw-cfg.h"

/* Random, as version 4 of RFC 4122. */
static bool vmgenid_make(uint8_t guid[EMU_ACPI_VMGENID_SIZE])
{
    if (getrandom(guid, EMU_ACPI_VMGENID_SIZE, 0) != EMU_ACPI_VMGENID_SIZE)
        return false;
    guid[7] = (uint8_t)((guid[7] & 0x0f) | 0x40);
    guid[8] = (uint8_t)((guid[8] & 0x3f) | 0x80);
    return true;
}

/* Firmware has placed the file: 8 bytes, little-endian. */
static void vmgenid_placed(void *opaque, const uint8_t *data, size_t length)
{
    struct board *board = opaque;
    uint64_t address = 0;

    for (size_t i = 0; i < length && i < 8; i++)
        address |= (uint64_t)data[i] << 8 * i;
    __atomic_store_n(&board->vmgenid_address, address, __ATOMIC_RELEASE);
}

bool board_add_vmgenid(struct board *board, struct emu_device *fw_cfg, struct emu_error *err)
{
    static const uint8_t nowhere[8];
    uint8_t file[EMU_ACPI_VMGENID_FILE] = {0};

    if (!vmgenid_make(board->vmgenid))
        return emu_error_set(err, EMU_ERROR_HOST, "the host has no random numbers");
    memcpy(file + EMU_ACPI_VMGENID_AT, board->vmgenid, sizeof(board->vmgenid));
    return emu_fw_cfg_add_file(fw_cfg, EMU_ACPI_VMGENID_NAME, file, sizeof(file), err) &&
           emu_fw_cfg_add_writable_file(fw_cfg, EMU_ACPI_VMGENID_ADDRESS, nowhere, sizeof(nowhere),
                                        vmgenid_placed, board, err);
}

bool board_boot_vmgenid(struct board *board, struct emu_error *err)
{
    uint8_t *page = calloc(1, EMU_ACPI_VMGENID_FILE);

    if (page == NULL || !vmgenid_make(board->vmgenid)) {
        free(page);
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory or of random numbers");
    }
    memcpy(page + EMU_ACPI_VMGENID_AT, board->vmgenid, sizeof(board->vmgenid));
    board->vmgenid_address = EMU_PC_VMGENID;
    return emu_boot_give(&board->image, EMU_PC_VMGENID, page, EMU_ACPI_VMGENID_FILE, err);
}

/* ---- a new one ---- */

static void vmgenid_change(void *opaque, emu_ns now, const void *data, size_t length)
{
    struct board *board = opaque;
    uint64_t address = __atomic_load_n(&board->vmgenid_address, __ATOMIC_ACQUIRE);
    struct emu_irq event = emu_device_irq_in(board->pm, EMU_PC_GPE_VMGENID);

    if (address == 0 || !vmgenid_make(board->vmgenid))
        return;
    emu_memory_write(board->machine->memory, address + EMU_ACPI_VMGENID_AT, board->vmgenid,
                     sizeof(board->vmgenid));
    emu_irq_pulse(&event);
}

void board_change_vmgenid(struct board *board)
{
    emu_queue_post(board->machine->queue, vmgenid_change, board, NULL, 0);
}
