/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The machine's drives: each back end gets its middle, and a controller that the guest finds. SATA
 * drives share the chip set's controller, every other disk has its own, at a place of PCI bus 0 or
 * in a hot-plug slot.
 */
#include <stdio.h>
#include <string.h>

#include "emulator/api/block.h"
#include "emulator/block/disk.h"
#include "emulator/boards/board.h"
#include "emulator/hw/pci/pci-host.h"
#include "emulator/hw/pci/pcie-port.h"
#include "emulator/hw/storage/ahci.h"
#include "emulator/hw/storage/fdc.h"
#include "emulator/hw/usb/storage.h"

#define DRIVES_FIRST_SLOT 2 /* of PCI bus 0 */
#define DRIVES_MAX_QUEUES 4 /* unless somebody asks for more */
#define DRIVES_AHCI       EMU_PCI_DEVFN(31, 2)

struct emu_disk *board_make_disk(struct board *board, struct emu_drive *drive,
                                 struct emu_error *err)
{
    struct emu_block_backend taken = drive->backend;
    struct emu_disk *disk;

    drive->backend = (struct emu_block_backend){0};
    disk = emu_disk_new(board->machine->queue, board->machine->memory, &taken, err);
    return disk != NULL && emu_machine_add_disk(board->machine, disk, err) ? disk : NULL;
}

/* ---- a controller for each ---- */

static bool drives_prepare_own(struct board *board, struct emu_device *device,
                               struct emu_error *err)
{
    struct emu_drive *drive = board->new_drive;
    unsigned cpus = board->topology.cpus;
    unsigned queues = cpus < DRIVES_MAX_QUEUES ? cpus : DRIVES_MAX_QUEUES;
    char text[12];

    snprintf(text, sizeof(text), "%u", drive->queues != 0 ? drive->queues : queues);
    device->disk = board_make_disk(board, drive, err);
    board->places[board->drive].disk = device->disk;
    return device->disk != NULL &&
           (drive->bus != EMU_DRIVE_VIRTIO || emu_device_set(device, "queues", text, err));
}

static const struct emu_device_class *const drives_classes[] = {
    [EMU_DRIVE_VIRTIO] = &emu_virtio_blk_class,
    [EMU_DRIVE_NVME] = &emu_nvme_class,
};

static struct emu_device *drives_free_slot(const struct board *board)
{
    for (unsigned i = 0; i < board->slot_count; i++) {
        if (emu_pcie_port_function(board->slots[i]) == NULL)
            return board->slots[i];
    }
    return NULL;
}

static void drives_add_boot(struct board *board, const struct emu_drive *drive,
                            const struct emu_pci_place *place)
{
    bool nvme = drive->bus == EMU_DRIVE_NVME;
    char path[sizeof(board->boots[0].path)];

    board_put_path(board, place, nvme ? "pci8086,5845" : "scsi", path, sizeof(path));
    board_add_boot(board, drive->boot, "%s/%s", path, nvme ? "namespace@1,0" : "disk@0,0");
}

static bool drives_add_own(struct board *board, struct emu_drive *drive, unsigned index,
                           struct emu_error *err)
{
    struct emu_pci_place place = board_choose_place(board, &drive->place, DRIVES_FIRST_SLOT);
    char id[16];
    const struct board_device row = {
        .class = drives_classes[drive->bus],
        .id = id,
        .place = drive->hotplug ? NULL : &place,
        .port = drive->hotplug ? drives_free_slot(board) : NULL,
        .pci = true,
        .prepare = drives_prepare_own,
    };

    if (drive->hotplug ? row.port == NULL : place.slot == EMU_PCI_SLOTS)
        return emu_error_set(err, EMU_ERROR_INPUT, "there is no %s left for disk %u",
                             drive->hotplug ? "hot-plug slot" : "PCI slot", index + 1);
    snprintf(id, sizeof(id), "disk%u", index);
    board->drive = index;
    board->new_drive = drive;
    if (!drive->hotplug)
        drives_add_boot(board, drive, &place);
    if (!board_add_device(board, &row, err))
        return false;
    board->places[index].controller = emu_machine_find_device(board->machine, id);
    board->places[index].slot = row.port != NULL ? row.port : board_slot_at(board, &place);
    return true;
}

/* ---- SATA ---- */

static bool drives_prepare_ahci(struct board *board, struct emu_device *device,
                                struct emu_error *err)
{
    unsigned port = 0;

    for (unsigned i = 0; i < board->config->drive_count; i++) {
        struct emu_drive *drive = &board->config->drives[i];

        if (drive->bus != EMU_DRIVE_SATA)
            continue;
        if (port == EMU_AHCI_PORTS)
            return emu_error_set(err, EMU_ERROR_INPUT,
                                 "the SATA controller has %d ports; give other drives another bus",
                                 EMU_AHCI_PORTS);
        board->places[i].disk = board_make_disk(board, drive, err);
        if (board->places[i].disk == NULL)
            return false;
        board->places[i].controller = device;
        board->places[i].port = port;
        board->places[i].cdrom = drive->cdrom;
        board_add_boot(board, drive->boot, "/pci@i0cf8/pci8086,2922@1f,2/drive@%x/disk@0", port);
        emu_ahci_set_drive(device, port++, board->places[i].disk, drive->cdrom);
    }
    return true;
}

static bool drives_add_ahci(struct board *board, struct emu_error *err)
{
    static const struct board_device row = {
        .class = &emu_ahci_class,
        .id = "ahci",
        .devfn = DRIVES_AHCI,
        .pci = true,
        .prepare = drives_prepare_ahci,
    };

    return board_add_device(board, &row, err);
}

bool board_add_drives(struct board *board, struct emu_error *err)
{
    bool sata = board->bridge_count != 0; /* a definition with buses has what each Q35 has */

    for (unsigned i = 0; i < board->config->drive_count; i++) {
        enum emu_drive_bus bus = board->config->drives[i].bus;

        if (bus == EMU_DRIVE_FLOPPY)
            continue;
        if (bus == EMU_DRIVE_SATA)
            sata = true;
        else if (!(bus == EMU_DRIVE_USB ? board_add_usb_drive(board, i, err)
                                        : drives_add_own(board, &board->config->drives[i], i, err)))
            return false;
    }
    return (!sata || drives_add_ahci(board, err)) && board_add_floppies(board, err);
}

/* ---- other media ---- */

struct drives_change {
    struct board *board;
    unsigned drive;
    struct emu_block_backend medium;
};

static void drives_change(void *opaque, emu_ns now, const void *data, size_t length)
{
    const struct drives_change *change = data;
    const struct board_place *place = &change->board->places[change->drive];
    struct emu_block_backend old;

    pthread_mutex_lock(&place->controller->lock);
    old = emu_disk_change_locked(place->disk, &change->medium);
    pthread_mutex_unlock(&place->controller->lock);
    if (place->usb != NULL)
        emu_usb_storage_medium_changed(place->usb);
    else if (place->floppy)
        emu_fdc_medium_changed(place->controller, place->port);
    else
        emu_ahci_medium_changed(place->controller, place->port);
    emu_block_backend_close(&old);
}

static bool drives_can_change(const struct board *board, unsigned drive,
                              const struct emu_block_backend *medium, struct emu_error *err)
{
    const struct board_place *place = drive < EMU_MAX_DRIVES ? &board->places[drive] : NULL;

    if (place == NULL || !(place->cdrom || place->floppy))
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "drive %u is no CD or floppy drive of this machine", drive + 1);
    return place->cdrom || medium->ops == NULL ||
           board_check_floppy(board, drive, medium->ops->size(medium->opaque), err);
}

bool emu_machine_change_medium(struct emu_machine *machine, unsigned drive,
                               const struct emu_block_backend *medium, struct emu_error *err)
{
    struct drives_change change = {machine->board_data, drive, *medium};

    if (drives_can_change(change.board, drive, medium, err)) {
        if (emu_queue_post(machine->queue, drives_change, NULL, &change, sizeof(change)))
            return true;
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    }
    emu_block_backend_close(&change.medium);
    return false;
}

static const struct board_place *drives_find_cdrom(const struct emu_machine *machine,
                                                   unsigned drive)
{
    const struct board *board = machine->board_data;

    return drive < EMU_MAX_DRIVES && board->places[drive].cdrom ? &board->places[drive] : NULL;
}

bool emu_machine_get_tray(const struct emu_machine *machine, unsigned drive, struct emu_tray *out)
{
    const struct board_place *place = drives_find_cdrom(machine, drive);

    *out = (struct emu_tray){false, false}; /* what a USB drive's says only its own thread knows */
    if (place != NULL && place->usb == NULL)
        emu_ahci_get_tray(place->controller, place->port, &out->open, &out->locked);
    return place != NULL;
}

static void drives_press_eject(void *opaque, emu_ns now, const void *data, size_t length)
{
    const struct board_place *place = opaque;

    if (place->usb != NULL)
        emu_usb_storage_press_eject(place->usb);
    else
        emu_ahci_press_eject(place->controller, place->port);
}

void emu_machine_press_eject(struct emu_machine *machine, unsigned drive)
{
    const struct board_place *place = drives_find_cdrom(machine, drive);

    if (place != NULL)
        emu_queue_post(machine->queue, drives_press_eject, (void *)place, NULL, 0);
}

static void drives_move_tray(void *opaque, emu_ns now, const void *data, size_t length)
{
    const struct board_place *place = opaque;
    bool open;

    memcpy(&open, data, sizeof(open));
    emu_ahci_move_tray(place->controller, place->port, open);
}

bool emu_machine_move_tray(struct emu_machine *machine, unsigned drive, bool open)
{
    const struct board_place *place = drives_find_cdrom(machine, drive);

    return place != NULL && place->usb == NULL &&
           emu_machine_command(machine, drives_move_tray, (void *)place, &open, sizeof(open));
}

/* ---- plugging in ---- */

struct drives_plug {
    struct emu_drive drive;
    unsigned index;
    bool done;
    struct emu_error *err;
};

static unsigned drives_free_index(const struct board *board)
{
    unsigned index = 0;

    while (index < EMU_MAX_DRIVES && board->places[index].controller != NULL)
        index++;
    return index;
}

/* A disk without its controller. */
static void drives_drop_disk(struct board *board, unsigned index)
{
    emu_machine_remove_part(board->machine, board->places[index].disk);
    board->places[index] = (struct board_place){0};
}

static void drives_plug(struct emu_machine *machine, void *opaque)
{
    struct drives_plug *plug = opaque;
    struct board *board = machine->board_data;

    plug->index = drives_free_index(board);
    if (plug->index == EMU_MAX_DRIVES) {
        emu_error_set(plug->err, EMU_ERROR_INPUT, "a machine has at most %d drives",
                      EMU_MAX_DRIVES);
        return;
    }
    plug->done = drives_add_own(board, &plug->drive, plug->index, plug->err);
    if (plug->done)
        emu_device_reset(board->places[plug->index].controller);
    else
        drives_drop_disk(board, plug->index);
}

bool emu_machine_add_drive(struct emu_machine *machine, const struct emu_drive *drive,
                           unsigned *index, struct emu_error *err)
{
    struct drives_plug plug = {.drive = *drive, .err = err};

    plug.drive.hotplug = true;
    if (drive->bus == EMU_DRIVE_VIRTIO || drive->bus == EMU_DRIVE_NVME)
        emu_machine_at_rest(machine, drives_plug, &plug);
    else
        emu_error_set(err, EMU_ERROR_INPUT,
                      "only disks of the buses virtio and nvme have hot-plug slots");
    emu_block_backend_close(&plug.drive.backend);
    *index = plug.index;
    return plug.done;
}

/* ---- taking out ---- */

static void drives_tell_removed(void *opaque, emu_ns now, const void *data, size_t length)
{
    struct board *board = opaque;
    unsigned index;

    memcpy(&index, data, sizeof(index));
    emu_machine_tell_drive_removed(board->machine, index);
}

static void drives_unplug(struct emu_machine *machine, void *opaque)
{
    struct emu_device *slot = opaque;
    struct board *board = machine->board_data;

    for (unsigned i = 0; i < EMU_MAX_DRIVES; i++) {
        struct board_place *place = &board->places[i];
        if (place->slot != slot)
            continue;
        emu_pcie_port_unplug(slot);
        emu_machine_remove_device(machine, place->controller);
        drives_drop_disk(board, i);
        emu_queue_post(machine->queue, drives_tell_removed, board, &i, sizeof(i));
        return;
    }
}

static void drives_eject(void *opaque, emu_ns now, const void *data, size_t length)
{
    struct board *board = opaque;
    struct emu_device *slot;

    memcpy(&slot, data, sizeof(slot));
    emu_machine_at_rest(board->machine, drives_unplug, slot);
}

void board_eject(void *opaque, struct emu_device *port)
{
    struct board *board = opaque;

    emu_queue_post(board->machine->queue, drives_eject, board, &port, sizeof(port));
}

struct drives_pull {
    unsigned index;
    bool force, done;
};

static void drives_pull(struct emu_machine *machine, void *opaque)
{
    struct drives_pull *pull = opaque;
    struct board *board = machine->board_data;
    struct emu_device *slot = board->places[pull->index].slot;

    pull->done = slot != NULL;
    if (slot != NULL && pull->force)
        drives_unplug(machine, slot);
    else if (slot != NULL)
        emu_pcie_port_ask(slot);
}

bool emu_machine_remove_drive(struct emu_machine *machine, unsigned index, bool force,
                              struct emu_error *err)
{
    struct drives_pull pull = {.index = index, .force = force};

    if (index < EMU_MAX_DRIVES)
        emu_machine_at_rest(machine, drives_pull, &pull);
    return pull.done || emu_error_set(err, EMU_ERROR_INPUT,
                                      "drive %u is none that can be taken out while the machine "
                                      "runs",
                                      index + 1);
}
