/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NVMe admin commands (NVM Express 1.4, chapter 5): queues, identification, features, logs. */
#include <stdlib.h>
#include <string.h>

#include "emulator/hw/storage/nvme.h"

enum nvme_admin_opcode {
    ADMIN_DELETE_SQ = 0x00,
    ADMIN_CREATE_SQ = 0x01,
    ADMIN_LOG = 0x02,
    ADMIN_DELETE_CQ = 0x04,
    ADMIN_CREATE_CQ = 0x05,
    ADMIN_IDENTIFY = 0x06,
    ADMIN_ABORT = 0x08,
    ADMIN_SET_FEATURES = 0x09,
    ADMIN_GET_FEATURES = 0x0a,
    ADMIN_EVENT = 0x0c,
};

#define FEATURE_TEMPERATURE 0x04
#define FEATURE_QUEUES      0x07
#define FEATURE_LAST        0x0b
#define ADMIN_KELVIN        303 /* what the health log shows */

static void admin_put(struct nvme_command *command, unsigned at, unsigned size, uint64_t value)
{
    memcpy(command->data + at, &value, size); /* the host is little-endian */
}

static void admin_text(struct nvme_command *command, unsigned at, unsigned size, const char *text)
{
    memset(command->data + at, ' ', size);
    memcpy(command->data + at, text, strnlen(text, size));
}

/* ---- queues ---- */

static enum nvme_status admin_check_queue(const struct nvme_command *command)
{
    uint32_t id = command->words[10] & 0xffff, size = (command->words[10] >> 16) + 1;

    if (id == 0 || id >= NVME_QUEUES)
        return NVME_BAD_QUEUE;
    if (size < 2 || size > NVME_QUEUE_SIZE)
        return NVME_BAD_SIZE;
    if (!(command->words[11] & 1) || nvme_word64(command, 6) % NVME_PAGE != 0)
        return NVME_BAD_FIELD; /* not in one piece */
    return NVME_OK;
}

static enum nvme_status admin_create_cq(struct nvme_command *command)
{
    struct nvme *nvme = command->nvme;
    struct nvme_cq *cq;
    uint32_t vector = command->words[11] >> 16;
    enum nvme_status status = admin_check_queue(command);

    if (status != NVME_OK)
        return status;
    cq = &nvme->cqs[command->words[10] & 0xffff];
    if (cq->size != 0)
        return NVME_BAD_QUEUE;
    if (vector >= NVME_QUEUES)
        return NVME_BAD_VECTOR;
    *cq = (struct nvme_cq){
        .base = nvme_word64(command, 6),
        .size = (command->words[10] >> 16) + 1,
        .vector = vector,
        .phase = true,
        .interrupts = command->words[11] & 2,
    };
    return NVME_OK;
}

static enum nvme_status admin_create_sq(struct nvme_command *command)
{
    struct nvme *nvme = command->nvme;
    uint32_t target = command->words[11] >> 16;
    enum nvme_status status = admin_check_queue(command);
    struct nvme_sq *sq;

    if (status != NVME_OK)
        return status;
    sq = &nvme->sqs[command->words[10] & 0xffff];
    if (sq->size != 0)
        return NVME_BAD_QUEUE;
    if (target == 0 || target >= NVME_QUEUES || nvme->cqs[target].size == 0)
        return NVME_BAD_CQ;
    *sq = (struct nvme_sq){
        .base = nvme_word64(command, 6),
        .size = (command->words[10] >> 16) + 1,
        .cq = target,
        .generation = sq->generation,
    };
    return NVME_OK;
}

/* Commands that are under way end without a completion, which the driver does not wait for. */
static enum nvme_status admin_delete_sq(struct nvme_command *command)
{
    uint32_t id = command->words[10] & 0xffff;
    struct nvme_sq *sq;

    if (id == 0 || id >= NVME_QUEUES || command->nvme->sqs[id].size == 0)
        return NVME_BAD_QUEUE;
    sq = &command->nvme->sqs[id];
    command->nvme->cqs[sq->cq].pending -= sq->pending;
    *sq = (struct nvme_sq){.generation = sq->generation + 1};
    return NVME_OK;
}

static enum nvme_status admin_delete_cq(struct nvme_command *command)
{
    uint32_t id = command->words[10] & 0xffff;

    if (id == 0 || id >= NVME_QUEUES || command->nvme->cqs[id].size == 0)
        return NVME_BAD_QUEUE;
    for (unsigned i = 0; i < NVME_QUEUES; i++)
        if (command->nvme->sqs[i].size != 0 && command->nvme->sqs[i].cq == id)
            return NVME_BAD_DELETE;
    command->nvme->cqs[id] = (struct nvme_cq){.size = 0};
    return NVME_OK;
}

/* ---- identification ---- */

static void admin_identify_controller(struct nvme_command *command)
{
    const struct nvme *nvme = command->nvme;

    admin_put(command, 0, 2, 0x1b36);
    admin_put(command, 2, 2, 0x1af4);
    admin_text(command, 4, 20, nvme->serial != NULL ? nvme->serial : nvme->pci.device.id);
    admin_text(command, 24, 40, "LATHE NVMe");
    admin_text(command, 64, 8, "1.0");
    admin_put(command, 72, 1, 6); /* arbitration burst */
    admin_put(command, 77, 1, 7); /* transfers of 128 pages */
    admin_put(command, 80, 4, 0x00010400);
    admin_put(command, 111, 1, 1); /* an I/O controller */
    admin_put(command, 258, 1, 3); /* aborts, */
    admin_put(command, 259, 1, NVME_EVENTS - 1);
    admin_put(command, 260, 1, 3);   /* one firmware slot, read-only */
    admin_put(command, 266, 2, 343); /* kelvin: warning, */
    admin_put(command, 268, 2, 353); /* critical */
    admin_put(command, 512, 1, 0x66);
    admin_put(command, 513, 1, 0x44);
    admin_put(command, 516, 4, 1);    /* namespaces */
    admin_put(command, 520, 2, 0x0c); /* data set management, write zeroes */
    admin_put(command, 525, 1, 1);    /* a write cache */
    memcpy(command->data + 768, "nqn.2024-01.org.lathe-vm:nvme:", 30);
    strncat((char *)command->data + 768, nvme->pci.device.id, 32);
    admin_put(command, 2048, 2, 2500); /* power, 0.01 W */
}

static void admin_identify_namespace(struct nvme_command *command)
{
    const struct emu_disk *disk = command->nvme->pci.device.disk;
    uint64_t sectors = emu_disk_size(disk) / NVME_SECTOR;

    admin_put(command, 0, 8, sectors);
    admin_put(command, 8, 8, sectors);
    admin_put(command, 16, 8, sectors);
    admin_put(command, 24, 1, 1); /* thin */
    admin_put(command, 99, 1, emu_disk_read_only(disk));
    admin_put(command, 128 + 2, 1, 9); /* log2 of the block's size */
}

/* Identifiers: none is unique in the world, so a descriptor by UUID is made of what there is. */
static void admin_identify_descriptors(struct nvme_command *command)
{
    const char *id = command->nvme->pci.device.id;

    command->data[0] = 3; /* UUID */
    command->data[1] = 16;
    memcpy(command->data + 4, "LATHE", 5);
    memcpy(command->data + 9, id, strnlen(id, 11));
}

static void admin_identify(struct nvme_command *command)
{
    uint32_t space = command->words[1];
    bool there = command->nvme->pci.device.disk != NULL;

    switch (command->words[10] & 0xff) {
    case 0:
        if (space == 1 && there)
            admin_identify_namespace(command);
        break;
    case 1:
        admin_identify_controller(command);
        break;
    case 2:
        if (space == 0 && there)
            admin_put(command, 0, 4, 1);
        break;
    case 3:
        if (space != 1 || !there) {
            nvme_complete(command, NVME_BAD_NAMESPACE);
            return;
        }
        admin_identify_descriptors(command);
        break;
    default:
        nvme_complete(command, NVME_BAD_FIELD);
        return;
    }
    nvme_reply(command, NVME_DATA);
}

static void admin_log(struct nvme_command *command)
{
    uint64_t length =
        ((command->words[10] >> 16 | (uint64_t)(command->words[11] & 0xffff) << 16) + 1) * 4;

    switch (command->words[10] & 0xff) {
    case 1: /* errors: none */
        break;
    case 2: /* health */
        admin_put(command, 1, 2, ADMIN_KELVIN);
        admin_put(command, 3, 1, 100); /* spare, % */
        admin_put(command, 4, 1, 10);
        break;
    case 3: /* firmware */
        admin_put(command, 0, 1, 1);
        admin_text(command, 8, 8, "1.0");
        break;
    default:
        nvme_complete(command, NVME_BAD_LOG);
        return;
    }
    if (length > NVME_DATA || nvme_word64(command, 12) != 0)
        nvme_complete(command, NVME_BAD_FIELD);
    else
        nvme_reply(command, (size_t)length);
}

/* ---- features ---- */

static enum nvme_status admin_set_feature(struct nvme_command *command)
{
    uint32_t feature = command->words[10] & 0xff;

    if (feature == 0 || feature > FEATURE_LAST || feature == 3)
        return NVME_BAD_FIELD;
    if (feature == FEATURE_QUEUES)
        command->result = (NVME_QUEUES - 2) | (NVME_QUEUES - 2) << 16;
    else
        command->nvme->features[feature] = command->words[11];
    return NVME_OK;
}

static enum nvme_status admin_get_feature(struct nvme_command *command)
{
    uint32_t feature = command->words[10] & 0xff;

    if (feature == 0 || feature > FEATURE_LAST || feature == 3)
        return NVME_BAD_FIELD;
    command->result = feature == FEATURE_QUEUES ? (NVME_QUEUES - 2) | (NVME_QUEUES - 2) << 16
                                                : command->nvme->features[feature];
    if (feature == FEATURE_TEMPERATURE && command->result == 0)
        command->result = 343;
    return NVME_OK;
}

/* ---- events and aborts ---- */

/* Nothing happens that a driver would be told of; the request waits for ever. */
static void admin_event(struct nvme_command *command)
{
    struct nvme *nvme = command->nvme;

    if (nvme->events == NVME_EVENTS) {
        nvme_complete(command, NVME_TOO_MANY_EVENTS);
        return;
    }
    nvme->events++;
    nvme->cqs[0].pending--;
    nvme->sqs[0].pending--;
    free(command);
}

/* Commands end soon by themselves. */
static enum nvme_status admin_abort(struct nvme_command *command)
{
    command->result = 1; /* not aborted */
    return NVME_OK;
}

static const struct {
    uint8_t opcode;
    enum nvme_status (*run)(struct nvme_command *command);
} admin_commands[] = {
    {ADMIN_DELETE_SQ, admin_delete_sq},
    {ADMIN_CREATE_SQ, admin_create_sq},
    {ADMIN_DELETE_CQ, admin_delete_cq},
    {ADMIN_CREATE_CQ, admin_create_cq},
    {ADMIN_ABORT, admin_abort},
    {ADMIN_SET_FEATURES, admin_set_feature},
    {ADMIN_GET_FEATURES, admin_get_feature},
};

void nvme_admin_command(struct nvme_command *command)
{
    uint8_t opcode = (uint8_t)command->words[0];

    if (opcode == ADMIN_IDENTIFY) {
        admin_identify(command);
        return;
    }
    if (opcode == ADMIN_LOG) {
        admin_log(command);
        return;
    }
    if (opcode == ADMIN_EVENT) {
        admin_event(command);
        return;
    }
    for (size_t i = 0; i < sizeof(admin_commands) / sizeof(admin_commands[0]); i++) {
        if (admin_commands[i].opcode == opcode) {
            nvme_complete(command, admin_commands[i].run(command));
            return;
        }
    }
    nvme_complete(command, NVME_BAD_OPCODE);
}
