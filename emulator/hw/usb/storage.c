/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * USB disk or CD drive: SCSI commands by bulk-only transport (Mass Storage Class, Bulk-Only
 * Transport 1.0). Data that a command has too few of are made up with zeroes and told as residue,
 * so that firmware that knows no halted endpoints gets along. Properties: "cdrom", "serial".
 */
#include "emulator/hw/usb/storage.h"

#include <errno.h>
#include <string.h>

#include "emulator/hw/save.h"
#include "emulator/hw/storage/cdrom.h"

enum storage_request { /* type << 8 | code */
                       STORAGE_RESET = 0x21ff,
                       STORAGE_GET_MAX_LUN = 0xa1fe,
};

#define STORAGE_IN  (EMU_USB_IN | 1)
#define STORAGE_OUT 2

#define STORAGE_COMMAND_SIGNATURE 0x43425355u
#define STORAGE_STATUS_SIGNATURE  0x53425355u

struct storage_command { /* command block wrapper */
    uint32_t signature, tag, length;
    uint8_t flags, lun, packet_length;
    uint8_t packet[EMU_SCSI_PACKET];
} __attribute__((packed));

struct storage_status { /* command status wrapper */
    uint32_t signature, tag, residue;
    uint8_t status;
} __attribute__((packed));

enum storage_phase { STORAGE_COMMAND, STORAGE_DATA_IN, STORAGE_DATA_OUT, STORAGE_STATUS };
enum storage_outcome { STORAGE_PASSED, STORAGE_FAILED, STORAGE_PHASE_ERROR };

struct storage {
    struct emu_usb_device usb; /* first */
    bool cdrom;                /* property */
    char *serial;              /* property */
    struct emu_scsi_disk scsi;
    struct emu_cdrom cd;

    uint8_t phase;   /* enum storage_phase */
    uint8_t outcome; /* enum storage_outcome; of the command */
    uint32_t tag;
    uint32_t left;    /* bytes that the host wants to move yet */
    uint32_t residue; /* of which it will be told that they did not count */
    uint64_t offset;  /* on the disk, of the next byte */
    uint64_t wanted;  /* bytes that the command moves yet */
    bool from_reply;  /* they come from reply, not from the disk */
    uint32_t reply_at;
    uint8_t reply[EMU_SCSI_REPLY];
    bool durable;

    struct emu_usb_packet *in, *out; /* that wait or are under way */
    bool busy;                       /* the disk works */
    struct emu_disk_request request;
};

static struct storage *storage_of(void *device)
{
    return device;
}

static struct storage *storage_of_request(struct emu_disk_request *request)
{
    return (struct storage *)((char *)request - offsetof(struct storage, request));
}

static void storage_go_on(struct storage *storage);

/* ---- the disk ---- */

static void storage_failed(struct storage *storage, int error)
{
    storage->outcome = STORAGE_FAILED;
    if (storage->cdrom)
        emu_cdrom_read_failed(&storage->cd);
    else
        emu_scsi_disk_failed(&storage->scsi, storage->request.op != EMU_DISK_READ, error);
}

/* A packet's worth of data went over, or would have. */
static void storage_moved(struct storage *storage, struct emu_usb_packet *packet)
{
    storage->left -= packet->actual;
    if (storage->left == 0)
        storage->phase = STORAGE_STATUS;
    if (packet == storage->in)
        storage->in = NULL;
    else
        storage->out = NULL;
    emu_usb_complete(packet, EMU_USB_DONE);
}

/* The rest of the data is made up, or thrown away. */
static void storage_fill(struct storage *storage, struct emu_usb_packet *packet)
{
    static const uint8_t zeroes[512];
    uint32_t room = packet->length - packet->actual;
    uint32_t left = storage->left - packet->actual;

    room = room < left ? room : left;
    if (packet == storage->out) {
        packet->actual += room;
        return;
    }
    while (room != 0) {
        uint32_t part = room < sizeof(zeroes) ? room : (uint32_t)sizeof(zeroes);

        if (emu_usb_give(packet, zeroes, part) == 0)
            return;
        room -= part;
    }
}

static void storage_transfer_done(struct storage *storage)
{
    struct emu_usb_packet *packet =
        storage->request.op == EMU_DISK_READ ? storage->in : storage->out;

    if (packet == NULL)
        return;
    if (storage->request.error == 0) {
        packet->actual = (uint32_t)storage->request.length;
        storage->offset += storage->request.length;
        storage->wanted -= storage->request.length;
    } else {
        storage_failed(storage, storage->request.error);
        storage->residue = storage->left;
        storage->wanted = 0;
    }
    if (storage->wanted == 0)
        storage_fill(storage, packet);
    storage_moved(storage, packet);
}

static void storage_disk_done(struct emu_disk_request *request)
{
    struct storage *storage = storage_of_request(request);

    storage->busy = false;
    if (request->error == ECANCELED)
        return;
    if (request->op != EMU_DISK_FLUSH)
        storage_transfer_done(storage);
    else if (request->error != 0)
        storage_failed(storage, request->error);
    storage_go_on(storage);
}

static void storage_submit(struct storage *storage, enum emu_disk_op op,
                           const struct emu_usb_packet *packet)
{
    storage->request = (struct emu_disk_request){.op = op, .done = storage_disk_done};
    if (packet != NULL) {
        storage->request.offset = storage->offset;
        storage->request.length = packet->length;
        if (storage->request.length > storage->wanted)
            storage->request.length = storage->wanted;
        storage->request.segments = packet->segments;
        storage->request.segment_count = packet->segment_count;
        storage->request.durable = storage->durable && op == EMU_DISK_WRITE;
    }
    storage->busy = true;
    emu_disk_submit(storage->usb.device.disk, &storage->request);
}

/* ---- phases ---- */

static void storage_give_reply(struct storage *storage, struct emu_usb_packet *packet)
{
    uint32_t given =
        emu_usb_give(packet, storage->reply + storage->reply_at, (uint32_t)storage->wanted);

    storage->reply_at += given;
    storage->wanted -= given;
    if (storage->wanted == 0)
        storage_fill(storage, packet);
    storage_moved(storage, packet);
}

static void storage_data(struct storage *storage, struct emu_usb_packet *packet,
                         enum emu_disk_op op)
{
    if (storage->wanted == 0) {
        storage_fill(storage, packet);
        storage_moved(storage, packet);
    } else if (storage->from_reply) {
        storage_give_reply(storage, packet);
    } else if (packet->length == 0) {
        storage_moved(storage, packet);
    } else {
        storage_submit(storage, op, packet);
    }
}

static void storage_tell_status(struct storage *storage)
{
    const struct storage_status status = {STORAGE_STATUS_SIGNATURE, storage->tag, storage->residue,
                                          storage->outcome};
    struct emu_usb_packet *packet = storage->in;

    storage->in = NULL;
    storage->phase = STORAGE_COMMAND;
    emu_usb_give(packet, &status, sizeof(status));
    emu_usb_complete(packet, EMU_USB_DONE);
}

/* ---- commands ---- */

static void storage_run(struct storage *storage, const struct storage_command *command,
                        struct emu_scsi_result *result)
{
    if (storage->cdrom)
        emu_cdrom_command(&storage->cd, command->packet, result);
    else
        emu_scsi_disk_command(&storage->scsi, storage->serial != NULL ? storage->serial : "",
                              command->packet, result);
}

/* Sets out what is to be moved. The host's expectation and the command's must go the same way. */
static void storage_begin(struct storage *storage, const struct storage_command *command,
                          const struct emu_scsi_result *result)
{
    bool in = command->flags & EMU_USB_IN, write = result->outcome == EMU_SCSI_WRITE;
    uint64_t length = result->outcome == EMU_SCSI_FAILED ? 0 : result->length;

    storage->outcome = result->outcome == EMU_SCSI_FAILED ? STORAGE_FAILED : STORAGE_PASSED;
    if (result->outcome == EMU_SCSI_DONE && length > command->length)
        length = command->length;
    if (length > command->length || (length != 0 && in == write)) {
        storage->outcome = STORAGE_PHASE_ERROR;
        length = 0;
    }
    storage->wanted = length;
    storage->offset = result->offset;
    storage->durable = result->durable;
    storage->from_reply = result->outcome == EMU_SCSI_DONE;
    storage->reply_at = 0;
    memcpy(storage->reply, result->reply, sizeof(storage->reply));
    storage->tag = command->tag;
    storage->left = command->length;
    storage->residue = command->length - (uint32_t)length;
    storage->phase = command->length == 0 ? STORAGE_STATUS
                     : in                 ? STORAGE_DATA_IN
                                          : STORAGE_DATA_OUT;
    if (result->outcome == EMU_SCSI_FLUSH && storage->usb.device.disk != NULL)
        storage_submit(storage, EMU_DISK_FLUSH, NULL);
}

static bool storage_is_valid(const struct storage_command *command)
{
    return command->signature == STORAGE_COMMAND_SIGNATURE && command->lun == 0 &&
           command->packet_length >= 1 && command->packet_length <= EMU_SCSI_PACKET;
}

/* Without a valid command both endpoints halt. */
static void storage_take_command(struct storage *storage)
{
    struct emu_usb_packet *packet = storage->out;
    struct storage_command command = {0};
    struct emu_scsi_result result;

    storage->out = NULL;
    if (packet->length != sizeof(command) ||
        emu_usb_take(packet, &command, sizeof(command)) != sizeof(command) ||
        !storage_is_valid(&command)) {
        storage->usb.halted |= 1u << (16 + (STORAGE_IN & 15));
        emu_usb_complete(packet, EMU_USB_STALL);
        return;
    }
    storage_run(storage, &command, &result);
    storage_begin(storage, &command, &result);
    emu_usb_complete(packet, EMU_USB_DONE);
}

/* One step; false: nothing to be done now. */
static bool storage_step(struct storage *storage)
{
    if (storage->busy)
        return false;
    if (storage->phase == STORAGE_COMMAND && storage->out != NULL)
        storage_take_command(storage);
    else if (storage->phase == STORAGE_DATA_IN && storage->in != NULL)
        storage_data(storage, storage->in, EMU_DISK_READ);
    else if (storage->phase == STORAGE_DATA_OUT && storage->out != NULL)
        storage_data(storage, storage->out, EMU_DISK_WRITE);
    else if (storage->phase == STORAGE_STATUS && storage->in != NULL)
        storage_tell_status(storage);
    else
        return false;
    return true;
}

static void storage_go_on(struct storage *storage)
{
    while (storage_step(storage))
        ;
}

/* ---- the bus ---- */

static void storage_transfer(struct emu_usb_device *usb, struct emu_usb_packet *packet)
{
    struct storage *storage = storage_of(usb);
    struct emu_usb_packet **held = packet->endpoint == STORAGE_IN ? &storage->in : &storage->out;

    if (*held != NULL) { /* one at a time */
        emu_usb_complete(packet, EMU_USB_STALL);
        return;
    }
    *held = packet;
    storage_go_on(storage);
}

/* Nothing may be at its memory afterwards. */
static void storage_cancel(struct emu_usb_device *usb, struct emu_usb_packet *packet)
{
    struct storage *storage = storage_of(usb);

    if (packet != storage->in && packet != storage->out)
        return;
    emu_disk_cancel_locked(usb->device.disk);
    if (packet == storage->in)
        storage->in = NULL;
    else
        storage->out = NULL;
}

/* What waits goes on waiting: for a command. */
static void storage_reset(struct emu_usb_device *usb)
{
    struct storage *storage = storage_of(usb);

    emu_disk_cancel_locked(usb->device.disk);
    storage->phase = STORAGE_COMMAND;
    storage->wanted = storage->left = 0;
}

static void storage_control(struct emu_usb_device *usb, struct emu_usb_packet *packet)
{
    static const uint8_t max_lun = 0;

    switch (emu_usb_request(packet)) {
    case STORAGE_RESET:
        storage_reset(usb);
        emu_usb_complete(packet, EMU_USB_DONE);
        break;
    case STORAGE_GET_MAX_LUN:
        emu_usb_reply(packet, &max_lun, 1);
        break;
    default:
        emu_usb_complete(packet, EMU_USB_STALL);
        break;
    }
}

/* The disk answers under the controller's lock. */
static void storage_plugged(struct emu_usb_device *usb)
{
    if (usb->device.disk != NULL)
        emu_disk_attach(usb->device.disk, usb->port != NULL ? usb->port->bus->lock : NULL);
}

void emu_usb_storage_medium_changed(struct emu_device *device)
{
    struct storage *storage = storage_of(device);

    if (!emu_usb_lock(&storage->usb))
        return;
    emu_cdrom_medium_changed(&storage->cd);
    emu_usb_unlock(&storage->usb);
}

void emu_usb_storage_press_eject(struct emu_device *device)
{
    struct storage *storage = storage_of(device);

    if (!emu_usb_lock(&storage->usb))
        return;
    emu_cdrom_press_eject(&storage->cd);
    emu_usb_unlock(&storage->usb);
}

/* ---- the device ---- */

static const struct emu_usb_identity storage_identity = {
    .vendor = 0x46f4,
    .product = 0x0001,
    .release = 0x0100,
    .manufacturer = "Lathe",
    .name = "USB Storage",
    .serial = "4",
    .class = 8,    /* mass storage */
    .subclass = 6, /* SCSI */
    .protocol = 0x50,
    .endpoint_count = 2,
    .endpoints = {{.address = STORAGE_IN, .attributes = 2},
                  {.address = STORAGE_OUT, .attributes = 2}},
};

static const struct emu_usb_type storage_usb_type = {
    .speeds = 1u << EMU_USB_FULL | 1u << EMU_USB_HIGH | 1u << EMU_USB_SUPER,
    .identity = &storage_identity,
    .reset = storage_reset,
    .control = storage_control,
    .transfer = storage_transfer,
    .cancel = storage_cancel,
    .plugged = storage_plugged,
};

static bool storage_realize(struct emu_device *device, struct emu_error *err)
{
    struct storage *storage = storage_of(device);

    emu_usb_init(&storage->usb, &storage_usb_type);
    storage->usb.serial = storage->serial;
    storage->scsi.disk = device->disk;
    storage->cd.disk = device->disk;
    return true;
}

static void storage_unrealize(struct emu_device *device)
{
    emu_usb_finish(&storage_of(device)->usb);
}

static void storage_device_reset(struct emu_device *device)
{
    struct storage *storage = storage_of(device);

    emu_usb_reset(&storage->usb);
    emu_scsi_disk_reset(&storage->scsi);
    emu_cdrom_reset(&storage->cd);
    storage->outcome = 0;
    storage->tag = storage->residue = storage->reply_at = 0;
    storage->offset = 0;
    storage->from_reply = storage->durable = false;
    memset(storage->reply, 0, sizeof(storage->reply));
}

static const struct emu_field storage_fields[] = {
    EMU_FIELD(struct storage, phase),    EMU_FIELD(struct storage, outcome),
    EMU_FIELD(struct storage, tag),      EMU_FIELD(struct storage, left),
    EMU_FIELD(struct storage, residue),  EMU_FIELD(struct storage, offset),
    EMU_FIELD(struct storage, wanted),   EMU_FIELD(struct storage, from_reply),
    EMU_FIELD(struct storage, reply_at), EMU_FIELD_ARRAY(struct storage, reply),
    EMU_FIELD(struct storage, durable),  EMU_FIELD_END,
};

/* The disk has settled: nothing is under way but packets that wait. */
static void storage_save(struct emu_device *device, struct emu_writer *out)
{
    struct storage *storage = storage_of(device);

    emu_usb_save(&storage->usb, out);
    emu_hw_save(out, "usb-storage", storage, storage_fields);
    emu_write_fields(out, &storage->scsi, emu_scsi_disk_fields);
    emu_write_fields(out, &storage->cd, emu_cdrom_fields);
}

static bool storage_is_sane(const struct storage *storage)
{
    return storage->phase <= STORAGE_STATUS && storage->outcome <= STORAGE_PHASE_ERROR &&
           storage->wanted <= storage->left &&
           (!storage->from_reply || (storage->reply_at <= EMU_SCSI_REPLY &&
                                     storage->wanted <= EMU_SCSI_REPLY - storage->reply_at));
}

static bool storage_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct storage *storage = storage_of(device);

    storage->in = storage->out = NULL;
    if (!emu_usb_load(&storage->usb, in, err) ||
        !emu_hw_load(in, "usb-storage", storage, storage_fields, err) ||
        !emu_read_fields(in, &storage->scsi, emu_scsi_disk_fields, err) ||
        !emu_read_fields(in, &storage->cd, emu_cdrom_fields, err))
        return false;
    if (storage_is_sane(storage))
        return true;
    storage_device_reset(device);
    return emu_hw_load_bad("usb-storage", "the command", err);
}

static const struct emu_property storage_properties[] = {
    {"cdrom", "a CD drive, not a disk", EMU_PROPERTY_BOOL, offsetof(struct storage, cdrom), 0, 0,
     NULL},
    {"serial", "serial number, at most 20 bytes", EMU_PROPERTY_STRING,
     offsetof(struct storage, serial), 0, 0, "LU00001"},
    {NULL},
};

const struct emu_device_class emu_usb_storage_class = {
    .name = "usb-storage",
    .description = "USB disk or CD drive",
    .size = sizeof(struct storage),
    .properties = storage_properties,
    .realize = storage_realize,
    .unrealize = storage_unrealize,
    .reset = storage_device_reset,
    .save = storage_save,
    .load = storage_load,
};
