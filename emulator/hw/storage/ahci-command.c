/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Command lists, physical region tables and the frames that devices send (AHCI 1.3.1, chapters 4
 * and 5; Serial ATA 3.0, 10.5).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/hw/storage/ahci-internal.h"

/* A command's header and table. */
#define HEADER_SIZE   32
#define HEADER_DONE   4 /* bytes moved */
#define TABLE_PACKET  0x40
#define TABLE_REGIONS 0x80
#define REGION_SIZE   16
#define REGION_MAX    8192 /* of one command: what drivers use is far below */

/* Frames, and where they are received. */
#define FIS_HOST       0x27
#define FIS_DEVICE     0x34
#define FIS_BITS       0xa1
#define FIS_PIO        0x5f
#define FRAMES_PIO     0x20
#define FRAMES_DEVICE  0x40
#define FRAMES_BITS    0x58
#define FIS_COMMAND    0x80 /* byte 1: the command register was written */
#define FIS_INTERRUPT  0x40
#define FIS_TO_HOST    0x20
#define CONTROL_RESET  0x04
#define CMD_ST         0x00000001u
#define CMD_FRE        0x00000010u
#define SIGNATURE_DISK 0x00000101u
#define SIGNATURE_CD   0xeb140101u

static struct emu_memory *ahci_memory(const struct ahci_port *port)
{
    return port->ahci->pci.device.dma;
}

/* ---- frames to the host ---- */

static void ahci_send(struct ahci_port *port, unsigned offset, const void *frame, size_t length)
{
    emu_gpa at = (port->frames | (uint64_t)port->frames_high << 32) + offset;

    if ((port->cmd & CMD_FRE) && ahci_memory(port) != NULL)
        emu_memory_write(ahci_memory(port), at, frame, length);
}

static void ahci_send_registers(struct ahci_port *port, const uint8_t *fis, uint8_t status,
                                uint8_t error)
{
    uint8_t frame[20] = {FIS_DEVICE, FIS_INTERRUPT, status, error};

    memcpy(frame + 4, fis + 4, 10);
    frame[11] = 0;
    port->tfd = status | (uint32_t)error << 8;
    ahci_send(port, FRAMES_DEVICE, frame, sizeof(frame));
}

void ahci_send_signature(struct ahci_port *port)
{
    uint8_t fis[20] = {0};

    port->sig = port->cdrom ? SIGNATURE_CD : SIGNATURE_DISK;
    fis[12] = (uint8_t)port->sig;
    fis[4] = (uint8_t)(port->sig >> 8);
    fis[5] = (uint8_t)(port->sig >> 16);
    fis[6] = (uint8_t)(port->sig >> 24);
    ahci_send_registers(port, fis, port->cdrom ? 0 : ATA_DRDY | ATA_SEEK, 1);
}

void ahci_reset_device(struct ahci_port *port)
{
    port->multiple = 16;
    port->error_tag = 0x80;
    port->error_status = port->error_code = 0;
    port->caches = true;
    ahci_send_signature(port);
}

void ahci_cancel(struct ahci_port *port)
{
    emu_disk_cancel_locked(port->disk);
    port->busy = false;
}

/* ---- the host's memory ---- */

bool ahci_fetch(struct ahci_command *command, void *data, size_t length)
{
    uint8_t *to = data;

    if (command->room < length)
        return false;
    for (unsigned i = 0; i < command->segment_count && length != 0; i++) {
        const struct emu_disk_segment *segment = &command->segments[i];
        size_t part = segment->length < length ? (size_t)segment->length : length;

        if (!emu_memory_read(ahci_memory(command->port), segment->address, to, part))
            return false;
        to += part;
        length -= part;
    }
    return true;
}

static size_t ahci_store(struct ahci_command *command, const void *data, size_t length)
{
    const uint8_t *from = data;
    size_t left = length;

    for (unsigned i = 0; i < command->segment_count && left != 0; i++) {
        const struct emu_disk_segment *segment = &command->segments[i];
        size_t part = segment->length < left ? (size_t)segment->length : left;

        emu_memory_write(ahci_memory(command->port), segment->address, from, part);
        from += part;
        left -= part;
    }
    return length - left;
}

/* ---- the end of a command ---- */

static void ahci_free(struct ahci_command *command)
{
    free(command->ranges);
    free(command);
}

static void ahci_complete_queued(struct ahci_command *command, uint8_t status, uint8_t error)
{
    struct ahci_port *port = command->port;
    uint32_t bit = status & ATA_ERR ? 0 : 1u << command->slot;
    uint8_t frame[8] = {FIS_BITS, FIS_INTERRUPT, status & 0x77, error};

    memcpy(frame + 4, &bit, sizeof(bit));
    port->sact &= ~bit;
    port->tfd = (port->tfd & ATA_BSY) | (status & 0x77) | (uint32_t)error << 8;
    ahci_send(port, FRAMES_BITS, frame, sizeof(frame));
    if (status & ATA_ERR) {
        port->error_tag = command->slot;
        port->error_status = status;
        port->error_code = error;
        port->halted = true;
    }
    ahci_raise(port, PORT_IS_SDBS | (status & ATA_ERR ? PORT_IS_TFES : 0));
}

static void ahci_send_pio(struct ahci_command *command, uint8_t status, uint8_t error,
                          uint32_t done)
{
    uint8_t frame[20] = {FIS_PIO, FIS_INTERRUPT | FIS_TO_HOST, status, error};

    memcpy(frame + 4, command->fis + 4, 10);
    frame[15] = status;
    frame[16] = (uint8_t)done;
    frame[17] = (uint8_t)(done >> 8);
    ahci_send(command->port, FRAMES_PIO, frame, sizeof(frame));
    command->port->is |= PORT_IS_PSS;
}

static void ahci_complete_plain(struct ahci_command *command, uint8_t status, uint8_t error,
                                uint32_t done)
{
    struct ahci_port *port = command->port;

    port->busy = false;
    emu_memory_write(ahci_memory(port), command->header + HEADER_DONE, &done, sizeof(done));
    if (command->pio)
        ahci_send_pio(command, status, error, done);
    ahci_send_registers(port, command->fis, status, error);
    if (status & ATA_ERR)
        port->halted = true;
    else
        port->ci &= ~(1u << command->slot);
    ahci_raise(port, PORT_IS_DHRS | (status & ATA_ERR ? PORT_IS_TFES : 0));
}

void ahci_complete(struct ahci_command *command, uint8_t status, uint8_t error, uint32_t done)
{
    struct ahci_port *port = command->port;

    if (command->queued)
        ahci_complete_queued(command, status, error);
    else
        ahci_complete_plain(command, status, error, done);
    ahci_free(command);
    ahci_run(port);
}

void ahci_reply(struct ahci_command *command, const void *data, size_t length)
{
    size_t stored = ahci_store(command, data, length);

    ahci_complete(command, ATA_DRDY | ATA_SEEK, 0, (uint32_t)stored);
}

void ahci_abort(struct ahci_command *command, uint8_t error)
{
    ahci_complete(command, ATA_DRDY | ATA_SEEK | ATA_ERR, error, 0);
}

/* ---- transfers ---- */

static void ahci_done(struct emu_disk_request *request)
{
    struct ahci_command *command = (struct ahci_command *)request;
    bool dropped = request->error == ECANCELED || (command->queued && command->port->halted);

    if (dropped) /* the host resets the port and gives its commands again */
        ahci_free(command);
    else if (request->error == 0)
        ahci_complete(command, ATA_DRDY | ATA_SEEK, 0, (uint32_t)request->length);
    else
        ahci_abort(command, request->op == EMU_DISK_READ ? ATA_UNC : ATA_ABRT);
}

void ahci_submit(struct ahci_command *command, enum emu_disk_op op, uint64_t offset,
                 uint64_t length, void (*done)(struct emu_disk_request *request))
{
    command->disk.op = op;
    command->disk.offset = offset;
    command->disk.length = length;
    command->disk.segments = command->segments;
    command->disk.segment_count = command->segment_count;
    command->disk.done = done != NULL ? done : ahci_done;
    if (command->port->disk == NULL)
        ahci_abort(command, ATA_ABRT);
    else
        emu_disk_submit_now(command->port->disk, &command->disk);
}

/* ---- taking commands ---- */

static bool ahci_read_regions(struct ahci_command *command, emu_gpa table, unsigned count)
{
    struct emu_memory *memory = ahci_memory(command->port);

    for (unsigned i = 0; i < count; i++) {
        struct emu_disk_segment *segment = &command->segments[i];
        uint32_t region[4];

        if (!emu_memory_read(memory, table + (uint64_t)i * REGION_SIZE, region, sizeof(region)))
            return false;
        segment->address = region[0] | (uint64_t)region[1] << 32;
        segment->length = (region[3] & 0x3fffffu) + 1;
        command->room += segment->length;
    }
    command->segment_count = count;
    return true;
}

/* The command of a slot, with its memory; NULL: the list is wrong, or memory is short. */
static struct ahci_command *ahci_read_command(struct ahci_port *port, uint8_t slot)
{
    emu_gpa header = (port->list | (uint64_t)port->list_high << 32) + slot * HEADER_SIZE;
    struct emu_memory *memory = ahci_memory(port);
    struct ahci_command *command;
    uint32_t words[4];
    emu_gpa table;

    if (memory == NULL || !emu_memory_read(memory, header, words, sizeof(words)) ||
        words[0] >> 16 > REGION_MAX)
        return NULL;
    command = calloc(1, sizeof(*command) + (words[0] >> 16) * sizeof(struct emu_disk_segment));
    if (command == NULL)
        return NULL;
    command->port = port;
    command->slot = slot;
    command->header = header;
    table = (words[2] & ~0x7fu) | (uint64_t)words[3] << 32;
    if (emu_memory_read(memory, table, command->fis, sizeof(command->fis)) &&
        emu_memory_read(memory, table + TABLE_PACKET, command->packet, sizeof(command->packet)) &&
        ahci_read_regions(command, table + TABLE_REGIONS, words[0] >> 16))
        return command;
    free(command);
    return NULL;
}

/* The device control register: only its reset bit matters. */
static void ahci_control(struct ahci_port *port, struct ahci_command *command)
{
    bool reset = command->fis[15] & CONTROL_RESET;

    port->ci &= ~(1u << command->slot);
    free(command);
    if (!reset && port->resetting)
        ahci_reset_device(port);
    port->resetting = reset;
}

static void ahci_issue(struct ahci_port *port, uint8_t slot)
{
    struct ahci_command *command = ahci_read_command(port, slot);

    port->last_slot = slot;
    if (command == NULL || command->fis[0] != FIS_HOST) { /* no device would answer to that */
        free(command);
        port->ci &= ~(1u << slot);
        return;
    }
    if (!(command->fis[1] & FIS_COMMAND)) {
        ahci_control(port, command);
        return;
    }
    port->busy = true;
    port->tfd |= ATA_BSY;
    if (port->cdrom)
        atapi_command(command);
    else
        ata_command(command);
}

static bool ahci_can_run(const struct ahci_port *port)
{
    uint32_t command = emu_pci_get(&port->ahci->pci, EMU_PCI_COMMAND, 2);

    return port->present && port->ci != 0 && (port->cmd & CMD_ST) && !port->halted && !port->busy &&
           (command & EMU_PCI_COMMAND_MASTER);
}

void ahci_run(struct ahci_port *port)
{
    if (port->running)
        return;
    port->running = true;
    do {
        while (ahci_can_run(port))
            ahci_issue(port, (uint8_t)__builtin_ctz(port->ci));
    } while (emu_disk_deliver_locked(port->disk));
    port->running = false;
}
