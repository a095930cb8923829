/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NVMe commands on a namespace (NVM Express 1.4, chapter 6). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/hw/storage/nvme.h"

enum nvme_io_opcode {
    IO_FLUSH = 0x00,
    IO_WRITE = 0x01,
    IO_READ = 0x02,
    IO_ZEROES = 0x08,
    IO_DATA_SET = 0x09,
};

#define IO_FUA        (1u << 30) /* word 12 */
#define IO_DEALLOCATE (1u << 25)
#define IO_SET_AD     (1u << 2) /* word 11 of a data set: deallocate */
#define IO_RANGE      16

static enum nvme_status io_status(const struct emu_disk_request *request)
{
    if (request->error == 0)
        return NVME_OK;
    if (request->error == EFAULT)
        return NVME_DATA_ERROR;
    if (request->error == EROFS)
        return NVME_PROTECTED;
    return request->op == EMU_DISK_READ ? NVME_READ_FAULT : NVME_WRITE_FAULT;
}

static void io_done(struct emu_disk_request *request)
{
    struct nvme_command *command = (struct nvme_command *)request;

    if (request->error == ECANCELED)
        free(command);
    else
        nvme_complete(command, io_status(request));
}

static void io_submit(struct nvme_command *command, enum emu_disk_op op)
{
    command->disk.op = op;
    command->disk.segments = command->segments;
    command->disk.segment_count = command->segment_count;
    if (command->disk.done == NULL)
        command->disk.done = io_done;
    emu_disk_submit_now(command->nvme->pci.device.disk, &command->disk);
}

/* The range in words 10 to 12, within the namespace. */
static enum nvme_status io_range(struct nvme_command *command)
{
    uint64_t sectors = emu_disk_size(command->nvme->pci.device.disk) / NVME_SECTOR;
    uint64_t lba = nvme_word64(command, 10), count = (command->words[12] & 0xffff) + 1ull;

    if (lba > sectors || count > sectors - lba)
        return NVME_BAD_LBA;
    command->disk.offset = lba * NVME_SECTOR;
    command->disk.length = count * NVME_SECTOR;
    command->disk.durable = (command->words[12] & IO_FUA) || !(command->nvme->features[6] & 1);
    return NVME_OK;
}

static void io_transfer(struct nvme_command *command, enum emu_disk_op op)
{
    enum nvme_status status = io_range(command);

    if (status == NVME_OK && op != EMU_DISK_ZERO)
        status = nvme_map(command, command->disk.length);
    command->disk.durable &= op != EMU_DISK_READ;
    command->disk.unmap = op == EMU_DISK_ZERO && (command->words[12] & IO_DEALLOCATE);
    if (status == NVME_OK)
        io_submit(command, op);
    else
        nvme_complete(command, status);
}

/* ---- discards, one range after the other ---- */

static void io_next_range(struct nvme_command *command)
{
    uint64_t sectors = emu_disk_size(command->nvme->pci.device.disk) / NVME_SECTOR;

    while (command->range_next < command->range_count) {
        const uint8_t *range = command->data + IO_RANGE * command->range_next++;
        uint32_t count;
        uint64_t lba;

        memcpy(&count, range + 4, sizeof(count));
        memcpy(&lba, range + 8, sizeof(lba));
        if (lba > sectors || count > sectors - lba) {
            nvme_complete(command, NVME_BAD_LBA);
            return;
        }
        if (count != 0) {
            command->disk.offset = lba * NVME_SECTOR;
            command->disk.length = (uint64_t)count * NVME_SECTOR;
            io_submit(command, EMU_DISK_DISCARD);
            return;
        }
    }
    nvme_complete(command, NVME_OK);
}

static void io_range_done(struct emu_disk_request *request)
{
    struct nvme_command *command = (struct nvme_command *)request;

    if (request->error == ECANCELED)
        free(command);
    else if (request->error != 0)
        nvme_complete(command, io_status(request));
    else
        io_next_range(command);
}

static void io_data_set(struct nvme_command *command)
{
    unsigned count = (command->words[10] & 0xff) + 1;
    enum nvme_status status = nvme_fetch(command, (size_t)count * IO_RANGE);

    if (status != NVME_OK || !(command->words[11] & IO_SET_AD)) { /* other hints are taken so */
        nvme_complete(command, status);
        return;
    }
    command->range_count = count;
    command->disk.done = io_range_done;
    io_next_range(command);
}

void nvme_io_command(struct nvme_command *command)
{
    uint32_t space = command->words[1];
    bool all = space == UINT32_MAX && (command->words[0] & 0xff) == IO_FLUSH;

    if ((space != 1 && !all) || command->nvme->pci.device.disk == NULL) {
        nvme_complete(command, NVME_BAD_NAMESPACE);
        return;
    }
    switch (command->words[0] & 0xff) {
    case IO_FLUSH:
        io_submit(command, EMU_DISK_FLUSH);
        break;
    case IO_WRITE:
        io_transfer(command, EMU_DISK_WRITE);
        break;
    case IO_READ:
        io_transfer(command, EMU_DISK_READ);
        break;
    case IO_ZEROES:
        io_transfer(command, EMU_DISK_ZERO);
        break;
    case IO_DATA_SET:
        io_data_set(command);
        break;
    default:
        nvme_complete(command, NVME_BAD_OPCODE);
        break;
    }
}
