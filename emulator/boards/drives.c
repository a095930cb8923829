/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine's disks: each back end gets its middle, and a controller that the guest finds. */
#include <stdio.h>

#include "emulator/block/disk.h"
#include "emulator/boards/board.h"
#include "emulator/hw/pci/pci-host.h"

#define DRIVES_FIRST_SLOT 2 /* of PCI bus 0 */
#define DRIVES_MAX_QUEUES 4 /* unless somebody asks for more */

static bool drives_add_disk(struct board *board, struct emu_drive *drive, struct emu_device *device,
                            struct emu_error *err)
{
    struct emu_block_backend taken = drive->backend;

    drive->backend = (struct emu_block_backend){0};
    device->disk = emu_disk_new(board->machine->queue, board->machine->memory, &taken, err);
    return device->disk != NULL && emu_machine_add_disk(board->machine, device->disk, err);
}

static bool drives_prepare_virtio(struct board *board, struct emu_device *device,
                                  struct emu_error *err)
{
    struct emu_drive *drive = &board->config->drives[board->drive];
    unsigned cpus = board->topology.cpus;
    unsigned queues = cpus < DRIVES_MAX_QUEUES ? cpus : DRIVES_MAX_QUEUES;
    char text[12];

    snprintf(text, sizeof(text), "%u", drive->queues != 0 ? drive->queues : queues);
    return drives_add_disk(board, drive, device, err) &&
           emu_device_set(device, "queues", text, err);
}

static bool drives_add(struct board *board, unsigned index, struct emu_error *err)
{
    unsigned slot = emu_pci_host_free_slot(board->pci_host, DRIVES_FIRST_SLOT);
    char id[16];
    const struct board_device row = {
        .class = &emu_virtio_blk_class,
        .id = id,
        .devfn = EMU_PCI_DEVFN(slot, 0),
        .pci = true,
        .prepare = drives_prepare_virtio,
    };

    if (slot == 32)
        return emu_error_set(err, EMU_ERROR_INPUT, "there is no PCI slot left for disk %u",
                             index + 1);
    snprintf(id, sizeof(id), "disk%u", index);
    board->drive = index;
    return board_add_device(board, &row, err);
}

bool board_add_drives(struct board *board, struct emu_error *err)
{
    for (unsigned i = 0; i < board->config->drive_count; i++) {
        if (!drives_add(board, i, err))
            return false;
    }
    return true;
}
