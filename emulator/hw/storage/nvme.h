/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of the NVMe controller share (NVM Express 1.4): nvme.c has registers, queues and
 * interrupts, nvme-admin.c and nvme-io.c the commands. All with the device's lock held.
 */
#ifndef EMU_HW_STORAGE_NVME_H
#define EMU_HW_STORAGE_NVME_H

#include "emulator/block/disk.h"
#include "emulator/hw/pci/pci.h"

#define NVME_QUEUES     17 /* of each kind: the admin queue and 16 more */
#define NVME_QUEUE_SIZE 1024
#define NVME_PAGE       4096u
#define NVME_MAX_PAGES  128u /* of one transfer: 512 KiB */
#define NVME_SECTOR     512u
#define NVME_EVENTS     4 /* event requests that may wait */
#define NVME_DATA       4096

/* Status: type << 8 | code. */
enum nvme_status {
    NVME_OK = 0x000,
    NVME_BAD_OPCODE = 0x001,
    NVME_BAD_FIELD = 0x002,
    NVME_DATA_ERROR = 0x004,
    NVME_INTERNAL = 0x006,
    NVME_BAD_NAMESPACE = 0x00b,
    NVME_PROTECTED = 0x020,
    NVME_BAD_LBA = 0x080,
    NVME_BAD_CQ = 0x100,
    NVME_BAD_QUEUE = 0x101,
    NVME_BAD_SIZE = 0x102,
    NVME_TOO_MANY_EVENTS = 0x105,
    NVME_BAD_VECTOR = 0x108,
    NVME_BAD_LOG = 0x109,
    NVME_BAD_DELETE = 0x10c,
    NVME_WRITE_FAULT = 0x280,
    NVME_READ_FAULT = 0x281,
};

/* A submission queue. */
struct nvme_sq {
    uint64_t base;
    uint32_t size; /* entries; 0: there is no such queue */
    uint32_t head, tail;
    uint32_t cq;
    uint32_t pending;    /* commands under way */
    uint32_t generation; /* so that late commands of a deleted queue are known */
};

/* A completion queue. */
struct nvme_cq {
    uint64_t base;
    uint32_t size;
    uint32_t head, tail;
    uint32_t vector;
    bool phase, interrupts;
    uint32_t pending; /* commands that will be completed here */
};

struct nvme {
    struct emu_pci_device pci; /* first */
    struct emu_region bar;
    char *serial;

    uint32_t masked, cc, csts, aqa;
    uint64_t asq, acq;
    struct nvme_sq sqs[NVME_QUEUES];
    struct nvme_cq cqs[NVME_QUEUES];
    uint32_t features[12]; /* by their number */
    uint32_t events;       /* event requests that wait; nothing ever answers them */
    bool running;          /* commands are being taken: those that end at once come back */
    struct emu_disk_request shutdown;
};

/* A command under way. */
struct nvme_command {
    struct emu_disk_request disk; /* first */
    struct nvme *nvme;
    uint32_t words[16];
    uint32_t sq, generation;
    uint32_t result;
    unsigned range_count, range_next; /* of a discard */
    unsigned segment_count;
    struct emu_disk_segment segments[NVME_MAX_PAGES + 1];
    uint8_t data[NVME_DATA]; /* ranges, or what a reply is made in */
};

/* ---- nvme.c ---- */

/* Posts the completion and frees the command. */
void nvme_complete(struct nvme_command *command, enum nvme_status status);
/* The command's memory, length bytes. */
enum nvme_status nvme_map(struct nvme_command *command, uint64_t length);
/* Sends data[0..length) to the host and completes. */
void nvme_reply(struct nvme_command *command, size_t length);
/* Fetches into data[0..length). */
enum nvme_status nvme_fetch(struct nvme_command *command, size_t length);

void nvme_admin_command(struct nvme_command *command);
void nvme_io_command(struct nvme_command *command);

static inline uint64_t nvme_word64(const struct nvme_command *command, unsigned word)
{
    return command->words[word] | (uint64_t)command->words[word + 1] << 32;
}

#endif
