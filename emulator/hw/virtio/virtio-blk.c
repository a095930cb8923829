/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Virtio block device (Virtio 1.2, 5.2): several queues, flush, discard, write zeroes, a write
 * cache that the driver can switch off. Properties: "queues", "serial". Secure erase and zones are
 * left out.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/hw/devices.h"
#include "emulator/hw/virtio/virtio.h"

#define BLK_F_SEG_MAX  (1ull << 2)
#define BLK_F_RO       (1ull << 5)
#define BLK_F_BLK_SIZE (1ull << 6)
#define BLK_F_FLUSH    (1ull << 9)
#define BLK_F_TOPOLOGY (1ull << 10)
#define BLK_F_WCE      (1ull << 11)
#define BLK_F_MQ       (1ull << 12)
#define BLK_F_DISCARD  (1ull << 13)
#define BLK_F_ZEROES   (1ull << 14)

enum blk_config {
    CONFIG_CAPACITY = 0, /* sectors of 512 bytes */
    CONFIG_SEG_MAX = 12,
    CONFIG_BLK_SIZE = 20,
    CONFIG_PHYSICAL = 24, /* log2 of blocks in a physical one */
    CONFIG_OPTIMAL = 28,  /* blocks of a good transfer */
    CONFIG_WRITEBACK = 32,
    CONFIG_QUEUES = 34,
    CONFIG_MAX_DISCARD = 36,
    CONFIG_MAX_DISCARD_SEG = 40,
    CONFIG_DISCARD_ALIGN = 44,
    CONFIG_MAX_ZEROES = 48,
    CONFIG_MAX_ZEROES_SEG = 52,
    CONFIG_ZEROES_UNMAP = 56,
    CONFIG_SIZE = 60,
};

enum blk_type {
    BLK_IN = 0,
    BLK_OUT = 1,
    BLK_FLUSH = 4,
    BLK_GET_ID = 8,
    BLK_DISCARD = 11,
    BLK_ZEROES = 13,
};

enum blk_status { BLK_OK, BLK_IOERR, BLK_UNSUPP };

#define BLK_SECTOR      512u
#define BLK_MAX_SECTORS (1u << 22) /* of a discard: 2 GiB */
#define BLK_ID_SIZE     20
#define BLK_UNMAP       1u /* flag of a discard segment */

struct virtio_blk {
    struct emu_virtio virtio; /* first */
    uint64_t queues;
    char *serial;
};

struct blk_request {
    struct emu_disk_request disk;
    struct virtio_blk *blk;
    emu_gpa status; /* where it goes */
    uint32_t written;
    uint16_t queue, head;
    struct emu_disk_segment segments[];
};

static struct virtio_blk *blk_of(void *device)
{
    return device;
}

/* ---- requests ---- */

static void blk_answer(struct virtio_blk *blk, unsigned queue, uint16_t head, emu_gpa at,
                       enum blk_status status, uint32_t written)
{
    uint8_t byte = (uint8_t)status;

    emu_memory_write(blk->virtio.pci.device.dma, at, &byte, 1);
    emu_virtio_push(&blk->virtio, queue, head, written + 1);
}

static void blk_done(struct emu_disk_request *disk)
{
    struct blk_request *request = (struct blk_request *)disk;
    enum blk_status status = disk->error == 0 ? BLK_OK : BLK_IOERR;

    if (disk->error != ECANCELED)
        blk_answer(request->blk, request->queue, request->head, request->status, status,
                   request->written);
    free(request);
}

/* The write cache is on if the driver knows that there is one, and did not switch it off. */
static bool blk_caches(const struct virtio_blk *blk)
{
    if (blk->virtio.accepted & BLK_F_WCE)
        return blk->virtio.config[CONFIG_WRITEBACK] != 0;
    return blk->virtio.accepted & BLK_F_FLUSH;
}

/* The segment of a discard: sector, how many, flags. False: not as it should be. */
static bool blk_take_range(struct virtio_blk *blk, struct emu_virtio_chain *chain, uint32_t type,
                           struct emu_disk_request *disk)
{
    uint32_t count, flags;
    uint8_t range[16];
    uint64_t sector;

    if (emu_virtio_take(&blk->virtio, chain, range, sizeof(range)) != sizeof(range) ||
        chain->out_count != 0)
        return false;
    memcpy(&sector, range, 8);
    memcpy(&count, range + 8, 4);
    memcpy(&flags, range + 12, 4);
    if (count > BLK_MAX_SECTORS || sector > UINT64_MAX / BLK_SECTOR ||
        (flags & ~(type == BLK_ZEROES ? BLK_UNMAP : 0)))
        return false;
    disk->offset = sector * BLK_SECTOR;
    disk->length = (uint64_t)count * BLK_SECTOR;
    disk->unmap = flags & BLK_UNMAP;
    disk->durable = !blk_caches(blk) && type == BLK_ZEROES;
    return true;
}

static enum blk_status blk_take_transfer(const struct virtio_blk *blk,
                                         const struct emu_virtio_chain *chain, uint64_t sector,
                                         struct blk_request *request)
{
    bool in = request->disk.op == EMU_DISK_READ;
    unsigned count = in ? chain->in_count : chain->out_count;
    const struct emu_disk_segment *from = chain->segments + (in ? chain->out_count : 0);

    memcpy(request->segments, from, count * sizeof(*from));
    request->disk.segments = request->segments;
    request->disk.segment_count = count;
    request->disk.offset = sector * BLK_SECTOR;
    request->disk.length = emu_virtio_length(from, count);
    request->disk.durable = !in && !blk_caches(blk);
    request->written = in ? (uint32_t)request->disk.length : 0;
    if (sector > UINT64_MAX / BLK_SECTOR || request->disk.length % BLK_SECTOR != 0 ||
        request->disk.length > UINT32_MAX)
        return BLK_IOERR;
    return BLK_OK;
}

/* What the disk is to do. */
static enum blk_status blk_prepare(struct virtio_blk *blk, struct emu_virtio_chain *chain,
                                   uint32_t type, uint64_t sector, struct blk_request *request)
{
    struct emu_disk_request *disk = &request->disk;

    switch (type) {
    case BLK_IN:
        disk->op = EMU_DISK_READ;
        return blk_take_transfer(blk, chain, sector, request);
    case BLK_OUT:
        disk->op = EMU_DISK_WRITE;
        return blk_take_transfer(blk, chain, sector, request);
    case BLK_FLUSH:
        disk->op = EMU_DISK_FLUSH;
        return BLK_OK;
    case BLK_DISCARD:
    case BLK_ZEROES:
        disk->op = type == BLK_DISCARD ? EMU_DISK_DISCARD : EMU_DISK_ZERO;
        return blk_take_range(blk, chain, type, disk) ? BLK_OK : BLK_UNSUPP;
    default:
        return BLK_UNSUPP;
    }
}

/* False: memory is short, and nothing was done. */
static bool blk_start(struct virtio_blk *blk, unsigned queue, struct emu_virtio_chain *chain,
                      emu_gpa status, uint32_t type, uint64_t sector)
{
    unsigned count = chain->out_count + chain->in_count;
    struct blk_request *request = calloc(1, sizeof(*request) + count * sizeof(chain->segments[0]));
    enum blk_status refused;

    if (request == NULL)
        return false;
    request->blk = blk;
    request->status = status;
    request->queue = (uint16_t)queue;
    request->head = chain->head;
    request->disk.done = blk_done;
    refused = blk_prepare(blk, chain, type, sector, request);
    if (refused == BLK_OK && blk->virtio.pci.device.disk != NULL) {
        emu_disk_submit_now(blk->virtio.pci.device.disk, &request->disk);
        return true;
    }
    blk_answer(blk, queue, chain->head, status, refused == BLK_OK ? BLK_IOERR : refused, 0);
    free(request);
    return true;
}

static void blk_get_id(struct virtio_blk *blk, unsigned queue, struct emu_virtio_chain *chain,
                       emu_gpa status)
{
    char id[BLK_ID_SIZE] = "";
    size_t given;

    if (blk->serial != NULL)
        memcpy(id, blk->serial, strnlen(blk->serial, sizeof(id)));
    given = emu_virtio_give(&blk->virtio, chain, id, sizeof(id));
    blk_answer(blk, queue, chain->head, status, BLK_OK, (uint32_t)given);
}

static void blk_take_chain(struct virtio_blk *blk, unsigned queue, struct emu_virtio_chain *chain)
{
    uint8_t header[16];
    uint64_t sector;
    uint32_t type;
    emu_gpa status;

    if (emu_virtio_take(&blk->virtio, chain, header, sizeof(header)) != sizeof(header) ||
        !emu_virtio_cut_last(chain, &status)) {
        emu_virtio_break(&blk->virtio);
        return;
    }
    memcpy(&type, header, 4);
    memcpy(&sector, header + 8, 8);
    if (type == BLK_GET_ID)
        blk_get_id(blk, queue, chain, status);
    else if (!blk_start(blk, queue, chain, status, type, sector))
        blk_answer(blk, queue, chain->head, status, BLK_IOERR, 0);
}

static void blk_notified(struct emu_virtio *virtio, unsigned queue)
{
    struct emu_virtio_chain chain;

    while (emu_virtio_pop(virtio, queue, &chain))
        blk_take_chain(blk_of(virtio), queue, &chain);
    emu_disk_deliver_locked(virtio->pci.device.disk);
}

static void blk_reset_requests(struct emu_virtio *virtio)
{
    emu_disk_cancel_locked(virtio->pci.device.disk);
}

static const struct emu_virtio_type blk_type = {
    .id = 2,
    .class_code = 0x010000,
    .config_size = CONFIG_SIZE,
    .notified = blk_notified,
    .reset = blk_reset_requests,
};

/* ---- the device ---- */

static void blk_set_config(struct virtio_blk *blk, unsigned offset, unsigned size, uint64_t value)
{
    memcpy(blk->virtio.config_initial + offset, &value, size); /* the host is little-endian */
}

static void blk_fill_config(struct virtio_blk *blk)
{
    const struct emu_disk *disk = blk->virtio.pci.device.disk;
    struct emu_virtio *virtio = &blk->virtio;

    virtio->offered |= BLK_F_SEG_MAX | BLK_F_BLK_SIZE | BLK_F_FLUSH | BLK_F_TOPOLOGY | BLK_F_WCE |
                       BLK_F_DISCARD | BLK_F_ZEROES;
    virtio->offered |= blk->queues > 1 ? BLK_F_MQ : 0;
    if (emu_disk_read_only(disk)) {
        virtio->offered |= BLK_F_RO;
        virtio->offered &= ~(BLK_F_DISCARD | BLK_F_ZEROES);
    }
    blk_set_config(blk, CONFIG_CAPACITY, 8, emu_disk_size(disk) / BLK_SECTOR);
    blk_set_config(blk, CONFIG_SEG_MAX, 4, EMU_VIRTIO_MAX_SEGMENTS - 2);
    blk_set_config(blk, CONFIG_BLK_SIZE, 4, BLK_SECTOR);
    blk_set_config(blk, CONFIG_PHYSICAL, 1, 3); /* 4 KiB */
    blk_set_config(blk, CONFIG_OPTIMAL, 4, 128);
    blk_set_config(blk, CONFIG_WRITEBACK, 1, 1);
    blk_set_config(blk, CONFIG_QUEUES, 2, blk->queues);
    blk_set_config(blk, CONFIG_MAX_DISCARD, 4, BLK_MAX_SECTORS);
    blk_set_config(blk, CONFIG_MAX_DISCARD_SEG, 4, 1);
    blk_set_config(blk, CONFIG_DISCARD_ALIGN, 4, 128); /* a qcow2 cluster */
    blk_set_config(blk, CONFIG_MAX_ZEROES, 4, BLK_MAX_SECTORS);
    blk_set_config(blk, CONFIG_MAX_ZEROES_SEG, 4, 1);
    blk_set_config(blk, CONFIG_ZEROES_UNMAP, 1, 1);
    virtio->config_mask[CONFIG_WRITEBACK] = 1;
}

static bool blk_realize(struct emu_device *device, struct emu_error *err)
{
    struct virtio_blk *blk = blk_of(device);

    blk->virtio.queue_count = (unsigned)blk->queues;
    if (!emu_virtio_init(&blk->virtio, &blk_type, err))
        return false;
    blk_fill_config(blk);
    if (device->disk != NULL)
        emu_disk_attach(device->disk, &device->lock);
    return true;
}

static void blk_unrealize(struct emu_device *device)
{
    if (device->disk != NULL) {
        pthread_mutex_lock(&device->lock);
        emu_disk_cancel_locked(device->disk);
        pthread_mutex_unlock(&device->lock);
        emu_disk_attach(device->disk, NULL);
    }
    emu_virtio_finish(&blk_of(device)->virtio);
}

static void blk_reset(struct emu_device *device)
{
    emu_virtio_reset(&blk_of(device)->virtio);
}

static void blk_save(struct emu_device *device, struct emu_writer *out)
{
    emu_virtio_save(&blk_of(device)->virtio, out);
}

static bool blk_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    return emu_virtio_load(&blk_of(device)->virtio, in, err);
}

static const struct emu_property blk_properties[] = {
    {"queues", "how many request queues", EMU_PROPERTY_UINT, offsetof(struct virtio_blk, queues), 1,
     EMU_VIRTIO_MAX_QUEUES, "1"},
    {"serial", "serial number, at most 20 bytes", EMU_PROPERTY_STRING,
     offsetof(struct virtio_blk, serial), 0, 0, NULL},
    {NULL},
};

const struct emu_device_class emu_virtio_blk_class = {
    .name = "virtio-blk",
    .description = "virtio block device",
    .size = sizeof(struct virtio_blk),
    .properties = blk_properties,
    .realize = blk_realize,
    .unrealize = blk_unrealize,
    .reset = blk_reset,
    .save = blk_save,
    .load = blk_load,
};
