/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NVMe controller with one namespace (NVM Express 1.4, chapters 3 and 4): registers, doorbells,
 * queue pairs, PRP lists, interrupts by MSI-X or INTA. A command is taken only if there is room for
 * its completion. Property: "serial". SGLs, controller memory and boot partitions are left out.
 */
#include "emulator/hw/storage/nvme.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/hw/devices.h"
#include "emulator/hw/save.h"

#define NVME_BAR_SIZE  0x4000
#define NVME_DOORBELLS 0x1000u
#define NVME_SQ_ENTRY  64u
#define NVME_CQ_ENTRY  16u

enum nvme_register {
    NVME_CAP = 0x00,
    NVME_CAP_HIGH = 0x04,
    NVME_VS = 0x08,
    NVME_INTMS = 0x0c,
    NVME_INTMC = 0x10,
    NVME_CC = 0x14,
    NVME_CSTS = 0x1c,
    NVME_AQA = 0x24,
    NVME_ASQ = 0x28,
    NVME_ASQ_HIGH = 0x2c,
    NVME_ACQ = 0x30,
    NVME_ACQ_HIGH = 0x34,
};

#define CAP_VALUE     (15u << 24 | 1u << 16 | (NVME_QUEUE_SIZE - 1)) /* 7.5 s, contiguous queues */
#define CAP_NVM       (1u << 5)                                      /* in the upper half */
#define NVME_VERSION  0x00010400u
#define CC_ENABLE     0x00000001u
#define CC_PAGE       0x00000780u
#define CC_SHUTDOWN   0x0000c000u
#define CC_WRITABLE   0x00fffff1u
#define CSTS_READY    0x1u
#define CSTS_FATAL    0x2u
#define CSTS_SHUTTING 0x4u
#define CSTS_SHUT     0x8u

static struct nvme *nvme_of(void *device)
{
    return device;
}

/* ---- interrupts ---- */

static void nvme_update_line(struct nvme *nvme)
{
    bool level = false;

    for (unsigned i = 0; i < NVME_QUEUES; i++) {
        const struct nvme_cq *cq = &nvme->cqs[i];

        level |= cq->size != 0 && cq->interrupts && cq->head != cq->tail &&
                 !(nvme->masked >> (cq->vector & 31) & 1);
    }
    emu_pci_set_intx(&nvme->pci, level);
}

static void nvme_interrupt(struct nvme *nvme, const struct nvme_cq *cq)
{
    if (!cq->interrupts || !emu_pci_notify(&nvme->pci, cq->vector))
        nvme_update_line(nvme);
}

/* ---- completion ---- */

static uint32_t nvme_next(uint32_t index, uint32_t size)
{
    return index + 1 < size ? index + 1 : 0;
}

static void nvme_post(struct nvme_command *command, enum nvme_status status)
{
    struct nvme *nvme = command->nvme;
    struct nvme_sq *sq = &nvme->sqs[command->sq];
    struct nvme_cq *cq = &nvme->cqs[sq->cq];
    uint32_t entry[4] = {command->result, 0, sq->head | command->sq << 16,
                         command->words[0] >> 16 | (uint32_t)cq->phase << 16 |
                             (uint32_t)status << 17};
    emu_gpa at = cq->base + (uint64_t)cq->tail * NVME_CQ_ENTRY;

    sq->pending--;
    cq->pending--;
    /* The last word has the phase, by which the driver knows that the others are there. */
    emu_memory_write(nvme->pci.device.dma, at, entry, 12);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    emu_memory_write(nvme->pci.device.dma, at + 12, &entry[3], 4);
    cq->tail = nvme_next(cq->tail, cq->size);
    cq->phase ^= cq->tail == 0;
    nvme_interrupt(nvme, cq);
}

void nvme_complete(struct nvme_command *command, enum nvme_status status)
{
    const struct nvme_sq *sq = &command->nvme->sqs[command->sq];

    if (sq->size != 0 && sq->generation == command->generation)
        nvme_post(command, status);
    free(command);
}

/* ---- memory of a command ---- */

static enum nvme_status nvme_add_page(struct nvme_command *command, uint64_t address,
                                      uint64_t length)
{
    if (command->segment_count != 0 && address % NVME_PAGE != 0)
        return NVME_BAD_FIELD;
    command->segments[command->segment_count++] = (struct emu_disk_segment){address, length};
    return NVME_OK;
}

/* The rest by a list of pages, which goes on in another page when one is full. */
static enum nvme_status nvme_map_list(struct nvme_command *command, uint64_t list, uint64_t left)
{
    enum nvme_status status = list % 8 != 0 ? NVME_BAD_FIELD : NVME_OK;

    while (left != 0 && status == NVME_OK) {
        uint64_t page, part = left < NVME_PAGE ? left : NVME_PAGE;

        if (!emu_memory_read(command->nvme->pci.device.dma, list, &page, sizeof(page)))
            return NVME_DATA_ERROR;
        if (left > NVME_PAGE && (list + 8) % NVME_PAGE == 0) {
            if (page % NVME_PAGE != 0 || page == list + 8 - NVME_PAGE)
                return NVME_BAD_FIELD;
            list = page;
            continue;
        }
        status = nvme_add_page(command, page, part);
        list += 8;
        left -= part;
    }
    return status;
}

enum nvme_status nvme_map(struct nvme_command *command, uint64_t length)
{
    uint64_t first = nvme_word64(command, 6), second = nvme_word64(command, 8);
    uint64_t part = NVME_PAGE - first % NVME_PAGE;

    if (command->words[0] & 0xc000) /* SGLs */
        return NVME_BAD_FIELD;
    if (length > NVME_MAX_PAGES * NVME_PAGE || first % 4 != 0)
        return NVME_BAD_FIELD;
    part = part < length ? part : length;
    nvme_add_page(command, first, part);
    length -= part;
    if (length == 0)
        return NVME_OK;
    if (length <= NVME_PAGE)
        return nvme_add_page(command, second, length);
    return nvme_map_list(command, second, length);
}

void nvme_reply(struct nvme_command *command, size_t length)
{
    enum nvme_status status = nvme_map(command, length);
    size_t done = 0;

    for (unsigned i = 0; i < command->segment_count && status == NVME_OK; i++) {
        const struct emu_disk_segment *segment = &command->segments[i];

        if (!emu_memory_write(command->nvme->pci.device.dma, segment->address, command->data + done,
                              (size_t)segment->length))
            status = NVME_DATA_ERROR;
        done += (size_t)segment->length;
    }
    nvme_complete(command, status);
}

enum nvme_status nvme_fetch(struct nvme_command *command, size_t length)
{
    enum nvme_status status = nvme_map(command, length);
    size_t done = 0;

    for (unsigned i = 0; i < command->segment_count && status == NVME_OK; i++) {
        const struct emu_disk_segment *segment = &command->segments[i];

        if (!emu_memory_read(command->nvme->pci.device.dma, segment->address, command->data + done,
                             (size_t)segment->length))
            status = NVME_DATA_ERROR;
        done += (size_t)segment->length;
    }
    return status;
}

/* ---- submission ---- */

static bool nvme_has_room(const struct nvme_cq *cq)
{
    uint32_t used = cq->tail >= cq->head ? cq->tail - cq->head : cq->tail + cq->size - cq->head;

    return used + cq->pending < cq->size - 1;
}

static bool nvme_can_take(const struct nvme *nvme, const struct nvme_sq *sq)
{
    return sq->size != 0 && sq->head != sq->tail && (nvme->csts & CSTS_READY) &&
           nvme_has_room(&nvme->cqs[sq->cq]) &&
           (emu_pci_get(&nvme->pci, EMU_PCI_COMMAND, 2) & EMU_PCI_COMMAND_MASTER);
}

/* False: memory is short, or there is none at that place. */
static bool nvme_take(struct nvme *nvme, unsigned queue)
{
    struct nvme_sq *sq = &nvme->sqs[queue];
    struct nvme_command *command = calloc(1, sizeof(*command));

    if (command == NULL ||
        !emu_memory_read(nvme->pci.device.dma, sq->base + (uint64_t)sq->head * NVME_SQ_ENTRY,
                         command->words, sizeof(command->words))) {
        free(command);
        nvme->csts |= CSTS_FATAL;
        return false;
    }
    command->nvme = nvme;
    command->sq = queue;
    command->generation = sq->generation;
    sq->head = nvme_next(sq->head, sq->size);
    sq->pending++;
    nvme->cqs[sq->cq].pending++;
    if (queue == 0)
        nvme_admin_command(command);
    else
        nvme_io_command(command);
    return true;
}

static void nvme_run(struct nvme *nvme)
{
    bool more = true;

    if (nvme->running)
        return;
    nvme->running = true;
    while (more && !(nvme->csts & CSTS_FATAL)) {
        more = false;
        for (unsigned i = 0; i < NVME_QUEUES; i++)
            if (nvme_can_take(nvme, &nvme->sqs[i]))
                more |= nvme_take(nvme, i);
        more |= emu_disk_deliver_locked(nvme->pci.device.disk);
    }
    nvme->running = false;
}

static void nvme_doorbell(struct nvme *nvme, unsigned index, uint32_t value)
{
    unsigned queue = index / 2;
    struct nvme_sq *sq = &nvme->sqs[queue < NVME_QUEUES ? queue : 0];
    struct nvme_cq *cq = &nvme->cqs[queue < NVME_QUEUES ? queue : 0];

    if (queue >= NVME_QUEUES || !(nvme->csts & CSTS_READY))
        return;
    if ((index & 1) == 0 && value < sq->size)
        sq->tail = value;
    if ((index & 1) != 0 && value < cq->size) {
        cq->head = value;
        nvme_update_line(nvme);
    }
    nvme_run(nvme);
}

/* ---- the controller ---- */

static void nvme_stop(struct nvme *nvme)
{
    emu_disk_cancel_locked(nvme->pci.device.disk);
    for (unsigned i = 0; i < NVME_QUEUES; i++) {
        uint32_t generation = nvme->sqs[i].generation;

        nvme->sqs[i] = (struct nvme_sq){.generation = generation + 1};
        nvme->cqs[i] = (struct nvme_cq){.size = 0};
    }
    nvme->events = 0;
    nvme->csts = 0;
    nvme_update_line(nvme);
}

static void nvme_start(struct nvme *nvme)
{
    uint32_t sq = (nvme->aqa & 0xfff) + 1, cq = (nvme->aqa >> 16 & 0xfff) + 1;

    if ((nvme->cc & CC_PAGE) || nvme->asq % NVME_PAGE != 0 || nvme->acq % NVME_PAGE != 0 ||
        sq < 2 || cq < 2) {
        nvme->csts |= CSTS_FATAL;
        return;
    }
    nvme->sqs[0].base = nvme->asq;
    nvme->sqs[0].size = sq;
    nvme->cqs[0] =
        (struct nvme_cq){.base = nvme->acq, .size = cq, .phase = true, .interrupts = true};
    nvme->csts = CSTS_READY;
}

static void nvme_shut(struct emu_disk_request *request)
{
    struct nvme *nvme = (struct nvme *)((char *)request - offsetof(struct nvme, shutdown));

    if (request->error != ECANCELED)
        nvme->csts = (nvme->csts & ~CSTS_SHUTTING) | CSTS_SHUT;
}

/* The driver says good-bye: what it wrote goes to stable storage. */
static void nvme_shut_down(struct nvme *nvme)
{
    if (nvme->csts & (CSTS_SHUTTING | CSTS_SHUT))
        return;
    if (nvme->pci.device.disk == NULL) {
        nvme->csts |= CSTS_SHUT;
        return;
    }
    nvme->csts |= CSTS_SHUTTING;
    nvme->shutdown = (struct emu_disk_request){.op = EMU_DISK_FLUSH, .done = nvme_shut};
    emu_disk_submit(nvme->pci.device.disk, &nvme->shutdown);
}

static void nvme_write_cc(struct nvme *nvme, uint32_t value)
{
    uint32_t before = nvme->cc;

    nvme->cc = value & CC_WRITABLE;
    if (!(before & CC_ENABLE) && (value & CC_ENABLE))
        nvme_start(nvme);
    else if ((before & CC_ENABLE) && !(value & CC_ENABLE))
        nvme_stop(nvme);
    if ((value & CC_SHUTDOWN) && !(before & CC_SHUTDOWN))
        nvme_shut_down(nvme);
}

/* ---- registers ---- */

static uint64_t nvme_read(void *opaque, uint64_t offset, unsigned size)
{
    const struct nvme *nvme = nvme_of(opaque);

    switch (offset) {
    case NVME_CAP:
        return CAP_VALUE;
    case NVME_CAP_HIGH:
        return CAP_NVM;
    case NVME_VS:
        return NVME_VERSION;
    case NVME_INTMS:
    case NVME_INTMC:
        return nvme->masked;
    case NVME_CC:
        return nvme->cc;
    case NVME_CSTS:
        return nvme->csts;
    case NVME_AQA:
        return nvme->aqa;
    case NVME_ASQ:
        return (uint32_t)nvme->asq;
    case NVME_ASQ_HIGH:
        return nvme->asq >> 32;
    case NVME_ACQ:
        return (uint32_t)nvme->acq;
    case NVME_ACQ_HIGH:
        return nvme->acq >> 32;
    default:
        return 0;
    }
}

static uint64_t nvme_low(uint64_t old, uint32_t value)
{
    return (old & ~(uint64_t)UINT32_MAX) | (value & ~(NVME_PAGE - 1));
}

static uint64_t nvme_high(uint64_t old, uint32_t value)
{
    return (old & UINT32_MAX) | (uint64_t)value << 32;
}

static void nvme_mask(struct nvme *nvme, uint32_t masked)
{
    nvme->masked = masked;
    nvme_update_line(nvme);
}

static void nvme_write_register(struct nvme *nvme, uint64_t offset, uint32_t value)
{
    switch (offset) {
    case NVME_INTMS:
        nvme_mask(nvme, nvme->masked | value);
        break;
    case NVME_INTMC:
        nvme_mask(nvme, nvme->masked & ~value);
        break;
    case NVME_CC:
        nvme_write_cc(nvme, value);
        break;
    case NVME_AQA:
        nvme->aqa = value & 0x0fff0fff;
        break;
    case NVME_ASQ:
        nvme->asq = nvme_low(nvme->asq, value);
        break;
    case NVME_ASQ_HIGH:
        nvme->asq = nvme_high(nvme->asq, value);
        break;
    case NVME_ACQ:
        nvme->acq = nvme_low(nvme->acq, value);
        break;
    case NVME_ACQ_HIGH:
        nvme->acq = nvme_high(nvme->acq, value);
        break;
    default:
        break;
    }
}

static void nvme_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct nvme *nvme = nvme_of(opaque);

    if (size != 4)
        return;
    if (offset >= NVME_DOORBELLS)
        nvme_doorbell(nvme, (unsigned)(offset - NVME_DOORBELLS) / 4, (uint32_t)value);
    else
        nvme_write_register(nvme, offset, (uint32_t)value);
}

static const struct emu_region_ops nvme_ops = {nvme_read,      nvme_write,    .valid_min = 1,
                                               .valid_max = 8, .impl_min = 4, .impl_max = 4};

/* ---- the device ---- */

static bool nvme_realize(struct emu_device *device, struct emu_error *err)
{
    struct nvme *nvme = nvme_of(device);
    static const struct emu_pci_identity identity = {
        .vendor = 0x1b36,
        .device = 0x0010,
        .subsystem_vendor = 0x1af4,
        .subsystem = 0x1100,
        .class_code = 0x010802,
        .revision = 2,
        .interrupt_pin = 1,
    };

    emu_pci_init(&nvme->pci, &identity);
    emu_region_init_io(&nvme->bar, "nvme", &nvme_ops, nvme, &device->lock, NVME_BAR_SIZE);
    emu_pci_add_bar(&nvme->pci, 0, EMU_PCI_BAR_MEMORY64, &nvme->bar);
    device->regions[0] = &nvme->bar;
    if (device->disk != NULL)
        emu_disk_attach(device->disk, &device->lock);
    if (!emu_pci_add_msix(&nvme->pci, NVME_QUEUES, 4, err))
        return false;
    device->regions[1] = &nvme->pci.msix.region;
    return emu_pci_add_express(&nvme->pci, EMU_PCI_EXPRESS_ENDPOINT) ||
           emu_error_set(err, EMU_ERROR_INTERNAL, "no room for another capability");
}

static void nvme_unrealize(struct emu_device *device)
{
    if (device->disk != NULL) {
        pthread_mutex_lock(&device->lock);
        emu_disk_cancel_locked(device->disk);
        pthread_mutex_unlock(&device->lock);
        emu_disk_attach(device->disk, NULL);
    }
    emu_pci_finish(&nvme_of(device)->pci);
}

static void nvme_reset(struct emu_device *device)
{
    struct nvme *nvme = nvme_of(device);

    nvme_stop(nvme);
    for (unsigned i = 0; i < NVME_QUEUES; i++)
        nvme->sqs[i].generation = 0; /* nothing is under way that could remember */
    nvme->masked = nvme->cc = nvme->aqa = 0;
    nvme->asq = nvme->acq = 0;
    memset(nvme->features, 0, sizeof(nvme->features));
    nvme->features[6] = 1; /* write cache */
    emu_pci_reset(&nvme->pci);
}

static const struct emu_field nvme_fields[] = {
    EMU_FIELD(struct nvme, masked),
    EMU_FIELD(struct nvme, cc),
    EMU_FIELD(struct nvme, csts),
    EMU_FIELD(struct nvme, aqa),
    EMU_FIELD(struct nvme, asq),
    EMU_FIELD(struct nvme, acq),
    EMU_FIELD(struct nvme, events),
    EMU_FIELD_ARRAY(struct nvme, features),
    EMU_FIELD_END,
};

static const struct emu_field nvme_sq_fields[] = {
    EMU_FIELD(struct nvme_sq, base),       EMU_FIELD(struct nvme_sq, size),
    EMU_FIELD(struct nvme_sq, head),       EMU_FIELD(struct nvme_sq, tail),
    EMU_FIELD(struct nvme_sq, cq),         EMU_FIELD(struct nvme_sq, pending),
    EMU_FIELD(struct nvme_sq, generation), EMU_FIELD_END,
};

static const struct emu_field nvme_cq_fields[] = {
    EMU_FIELD(struct nvme_cq, base),
    EMU_FIELD(struct nvme_cq, size),
    EMU_FIELD(struct nvme_cq, head),
    EMU_FIELD(struct nvme_cq, tail),
    EMU_FIELD(struct nvme_cq, vector),
    EMU_FIELD(struct nvme_cq, phase),
    EMU_FIELD(struct nvme_cq, interrupts),
    EMU_FIELD(struct nvme_cq, pending),
    EMU_FIELD_END,
};

static void nvme_save(struct emu_device *device, struct emu_writer *out)
{
    struct nvme *nvme = nvme_of(device);

    emu_pci_save(&nvme->pci, out);
    emu_hw_save(out, "nvme", nvme, nvme_fields);
    for (unsigned i = 0; i < NVME_QUEUES; i++) {
        emu_write_fields(out, &nvme->sqs[i], nvme_sq_fields);
        emu_write_fields(out, &nvme->cqs[i], nvme_cq_fields);
    }
}

static bool nvme_queue_is_sane(const struct nvme *nvme, const struct nvme_sq *sq,
                               const struct nvme_cq *cq)
{
    bool sq_good =
        sq->size == 0 || (sq->size <= 4096 && sq->head < sq->size && sq->tail < sq->size &&
                          sq->cq < NVME_QUEUES && nvme->cqs[sq->cq].size != 0);
    bool cq_good = cq->size == 0 || (cq->size >= 2 && cq->size <= 4096 && cq->head < cq->size &&
                                     cq->tail < cq->size && cq->pending <= cq->size);

    return sq_good && cq_good;
}

static bool nvme_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct nvme *nvme = nvme_of(device);

    if (!emu_pci_load(&nvme->pci, in, err) || !emu_hw_load(in, "nvme", nvme, nvme_fields, err))
        return false;
    for (unsigned i = 0; i < NVME_QUEUES; i++)
        if (!emu_read_fields(in, &nvme->sqs[i], nvme_sq_fields, err) ||
            !emu_read_fields(in, &nvme->cqs[i], nvme_cq_fields, err))
            return false;
    for (unsigned i = 0; i < NVME_QUEUES; i++) {
        if (!nvme_queue_is_sane(nvme, &nvme->sqs[i], &nvme->cqs[i])) {
            nvme_stop(nvme);
            return emu_hw_load_bad("nvme", "a queue", err);
        }
    }
    return true;
}

static const struct emu_property nvme_properties[] = {
    {"serial", "serial number, at most 20 bytes", EMU_PROPERTY_STRING,
     offsetof(struct nvme, serial), 0, 0, NULL},
    {NULL},
};

const struct emu_device_class emu_nvme_class = {
    .name = "nvme",
    .description = "NVMe controller with one namespace",
    .size = sizeof(struct nvme),
    .properties = nvme_properties,
    .realize = nvme_realize,
    .unrealize = nvme_unrealize,
    .reset = nvme_reset,
    .save = nvme_save,
    .load = nvme_load,
};
