/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The machine's USB: its host controller, and the devices that are in it from the beginning or come
 * and go while it runs. Those are the machine's own devices like all others.
 */
#include <stdio.h>
#include <string.h>

#include "emulator/api/block.h"
#include "emulator/boards/board.h"
#include "emulator/chardev/chardev.h"
#include "emulator/hw/pci/pci-host.h"
#include "emulator/hw/usb/redirect.h"
#include "emulator/hw/usb/storage.h"
#include "emulator/hw/usb/xhci.h"

#define USB_XHCI_SLOT  20
#define USB_FIRST_SLOT 2 /* of PCI bus 0 */

static const struct {
    const char *kind;
    const struct emu_device_class *class;
} usb_kinds[] = {
    {"usb-keyboard", &emu_usb_keyboard_class},
    {"usb-tablet", &emu_usb_tablet_class},
    {"usb-hub", &emu_usb_hub_class},
    {"usb-storage", &emu_usb_storage_class},
};

static const struct emu_device_class *usb_class(const char *kind, struct emu_error *err)
{
    for (size_t i = 0; i < sizeof(usb_kinds) / sizeof(usb_kinds[0]); i++)
        if (strcmp(kind, usb_kinds[i].kind) == 0)
            return usb_kinds[i].class;
    emu_error_set(err, EMU_ERROR_INPUT,
                  "no device '%s' can be added; there are usb-keyboard, usb-tablet, usb-hub and "
                  "usb-storage",
                  kind);
    return NULL;
}

static bool usb_is_kind(const struct emu_device *device)
{
    for (size_t i = 0; i < sizeof(usb_kinds) / sizeof(usb_kinds[0]); i++)
        if (device->class == usb_kinds[i].class)
            return true;
    return false;
}

/* ---- plugging in ---- */

static struct emu_usb_port *usb_port_of_hub(struct board *board, const char *id,
                                            struct emu_error *err)
{
    struct emu_device *hub = emu_machine_find_device(board->machine, id);
    struct emu_usb_port *port = NULL;

    if (hub == NULL || hub->class != &emu_usb_hub_class)
        emu_error_set(err, EMU_ERROR_INPUT, "this machine has no USB hub '%s'", id);
    else if ((port = emu_usb_free_port((struct emu_usb_device *)hub)) == NULL)
        emu_error_set(err, EMU_ERROR_INPUT, "USB hub '%s' is full", id);
    return port;
}

/* NULL: all are taken. */
static struct emu_usb_port *usb_find_socket(void *opaque, const struct emu_usb_device *usb)
{
    struct board *board = opaque;
    struct emu_usb_port *port = NULL;

    for (unsigned i = 0; i < EMU_XHCI_SOCKETS && port == NULL; i++)
        port = emu_xhci_port(board->xhci, i, usb);
    return port;
}

static struct emu_usb_port *usb_find_port(struct board *board,
                                          const struct emu_device_config *config,
                                          const struct emu_usb_device *usb, struct emu_error *err)
{
    struct emu_usb_port *port;

    if (board->xhci == NULL) {
        emu_error_set(err, EMU_ERROR_INPUT, "this machine has no USB controller");
        return NULL;
    }
    if (config->into != NULL)
        return usb_port_of_hub(board, config->into, err);
    port = usb_find_socket(board, usb);
    if (port == NULL)
        emu_error_set(err, EMU_ERROR_INPUT, "all %d USB sockets of this machine are taken",
                      EMU_XHCI_SOCKETS);
    return port;
}

/* Each has a serial number of its own, by which a guest knows it again. */
static bool usb_set_storage(struct emu_device *device, bool cdrom, struct emu_error *err)
{
    char serial[48];

    snprintf(serial, sizeof(serial), "LATHE-%s", device->id);
    return emu_device_set(device, "cdrom", cdrom ? "true" : "false", err) &&
           emu_device_set(device, "serial", serial, err);
}

static bool usb_set_up(struct board *board, const struct emu_device_config *config,
                       struct emu_device *device, struct emu_error *err)
{
    struct emu_usb_port *port;

    board_give_powers(board, device);
    if (device->class == &emu_usb_storage_class &&
        !usb_set_storage(device, config->drive.cdrom, err))
        return false;
    if (!emu_device_realize(device, err))
        return false;
    emu_device_reset(device);
    port = usb_find_port(board, config, (struct emu_usb_device *)device, err);
    return port != NULL && emu_usb_plug(port, (struct emu_usb_device *)device, err);
}

/* disk: of storage; the machine owns it. NULL with *err. */
static struct emu_device *usb_plug(struct board *board, const struct emu_device_config *config,
                                   struct emu_disk *disk, struct emu_error *err)
{
    const struct emu_device_class *class = usb_class(config->kind, err);
    struct emu_device *device = class != NULL ? emu_device_new(class, config->id, err) : NULL;

    if (device == NULL)
        return NULL;
    if (emu_machine_find_device(board->machine, config->id) != NULL) {
        emu_error_set(err, EMU_ERROR_INPUT, "there is a device '%s' already", config->id);
        emu_device_free(device);
        return NULL;
    }
    device->disk = disk;
    if (!usb_set_up(board, config, device, err)) {
        emu_device_free(device);
        return NULL;
    }
    return emu_machine_add_device(board->machine, device, err) ? device : NULL;
}

/* ---- from the beginning ---- */

static bool usb_prepare(struct board *board, struct emu_device *device, struct emu_error *err)
{
    board->xhci = device;
    return true;
}

/* Input devices of another bus are listed with them, but only from the beginning. */
static const struct emu_device_class *usb_pci_class(const char *kind)
{
    const struct emu_device_class *const classes[] = {&emu_virtio_keyboard_class,
                                                      &emu_virtio_tablet_class};

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (strcmp(kind, classes[i]->name) == 0)
            return classes[i];
    return NULL;
}

static bool usb_add_first(struct board *board, const struct emu_device_config *config,
                          struct emu_error *err)
{
    static const struct emu_pci_place anywhere = {.given = false};
    const struct emu_pci_place place = board_choose_place(board, &anywhere, USB_FIRST_SLOT);
    const struct board_device row = {
        .class = usb_pci_class(config->kind),
        .id = config->id,
        .place = &place,
        .pci = true,
    };

    if (row.class == NULL)
        return usb_plug(board, config, NULL, err) != NULL;
    if (place.slot == EMU_PCI_SLOTS)
        return emu_error_set(err, EMU_ERROR_INPUT, "there is no PCI slot left for '%s'",
                             config->id);
    return board_add_device(board, &row, err);
}

/* A device that comes into a socket when the far end has one. */
static bool usb_add_redirect(struct board *board, unsigned index, struct emu_error *err)
{
    struct emu_chardev_backend *backend = &board->config->redirects[index], taken = *backend;
    struct emu_chardev *chardev;
    struct emu_device *device;
    char id[sizeof("redirect") + 10];

    *backend = (struct emu_chardev_backend){0};
    chardev = emu_chardev_new(board->machine->queue, &taken, err);
    if (chardev == NULL || !emu_machine_add_chardev(board->machine, chardev, err))
        return false;
    snprintf(id, sizeof(id), "redirect%u", index);
    device = emu_device_new(&emu_usb_redirect_class, id, err);
    if (device == NULL)
        return false;
    emu_usb_redirect_set(device, chardev, usb_find_socket, board);
    board_give_powers(board, device);
    if (!emu_device_realize(device, err)) {
        emu_device_free(device);
        return false;
    }
    emu_device_reset(device);
    return emu_machine_add_device(board->machine, device, err);
}

static bool usb_is_wanted(const struct emu_machine_config *config)
{
    bool wanted = config->usb || config->redirect_count != 0;

    for (unsigned i = 0; i < config->device_count; i++)
        wanted |= usb_pci_class(config->devices[i].kind) == NULL;
    for (unsigned i = 0; i < config->drive_count; i++)
        wanted |= config->drives[i].bus == EMU_DRIVE_USB;
    return wanted;
}

bool board_add_usb(struct board *board, struct emu_error *err)
{
    const struct emu_pci_place place =
        board_choose_place(board, &board->config->buses.usb, USB_XHCI_SLOT);
    const struct board_device row = {
        .class = &emu_xhci_class,
        .id = "xhci",
        .place = &place,
        .pci = true,
        .prepare = usb_prepare,
    };
    const struct emu_machine_config *config = board->config;

    board->usb_place = place;
    if (usb_is_wanted(config) && place.slot == EMU_PCI_SLOTS)
        return emu_error_set(err, EMU_ERROR_INPUT, "there is no PCI slot left for USB");
    if (usb_is_wanted(config) && !board_add_device(board, &row, err))
        return false;
    for (unsigned i = 0; i < config->device_count; i++)
        if (!usb_add_first(board, &config->devices[i], err))
            return false;
    for (unsigned i = 0; i < config->redirect_count; i++)
        if (!usb_add_redirect(board, i, err))
            return false;
    return true;
}

bool board_add_usb_drive(struct board *board, unsigned index, struct emu_error *err)
{
    struct emu_drive *drive = &board->config->drives[index];
    struct board_place *place = &board->places[index];
    struct emu_device_config config = {.kind = "usb-storage", .drive = *drive};
    char id[16], path[sizeof(board->boots[0].path)];

    snprintf(id, sizeof(id), "disk%u", index);
    config.id = id;
    place->disk = board_make_disk(board, drive, err);
    if (place->disk == NULL)
        return false;
    place->controller = board->xhci;
    place->usb = usb_plug(board, &config, place->disk, err);
    place->cdrom = drive->cdrom;
    if (place->usb == NULL)
        return false;
    board_put_path(board, &board->usb_place, "usb", path, sizeof(path));
    board_add_boot(board, drive->boot, "%s/storage@%x/channel@0/disk@0,0", path,
                   ((struct emu_usb_device *)place->usb)->port->number);
    return true;
}

/* ---- while the machine runs ---- */

struct usb_change {
    struct board *board;
    const struct emu_device_config *config; /* of one that is added */
    struct emu_block_backend backend;       /* of its drive, until somebody takes it */
    const char *id;                         /* of one that is removed */
    struct emu_error *err;
    bool good;
};

static void usb_add(struct usb_change *change)
{
    struct board *board = change->board;
    struct emu_drive drive = change->config->drive;
    struct emu_disk *disk = NULL;

    if (strcmp(change->config->kind, "usb-storage") == 0) {
        change->backend = (struct emu_block_backend){0};
        disk = board_make_disk(board, &drive, change->err);
        if (disk == NULL)
            return;
    }
    change->good = usb_plug(board, change->config, disk, change->err) != NULL;
    if (!change->good && disk != NULL)
        emu_machine_remove_part(board->machine, disk);
}

/* What else would go with it? */
static bool usb_is_empty(const struct emu_device *device)
{
    struct emu_usb_device *usb = (struct emu_usb_device *)device;
    const struct emu_usb_port *port;

    for (unsigned i = 1; usb->type->downstream != NULL; i++) {
        port = usb->type->downstream(usb, i);
        if (port == NULL)
            break;
        if (port->device != NULL)
            return false;
    }
    return true;
}

static void usb_forget_place(struct board *board, const struct emu_device *device)
{
    for (unsigned i = 0; i < EMU_MAX_DRIVES; i++)
        if (board->places[i].usb == device)
            board->places[i] = (struct board_place){0};
}

static void usb_remove(struct usb_change *change)
{
    struct board *board = change->board;
    struct emu_device *device = emu_machine_find_device(board->machine, change->id);
    struct emu_disk *disk;

    if (device == NULL || !usb_is_kind(device)) {
        emu_error_set(change->err, EMU_ERROR_INPUT, "no device '%s' can be removed", change->id);
        return;
    }
    if (!usb_is_empty(device)) {
        emu_error_set(change->err, EMU_ERROR_INPUT, "remove what is in USB hub '%s' first",
                      change->id);
        return;
    }
    disk = device->disk;
    usb_forget_place(board, device);
    emu_usb_unplug((struct emu_usb_device *)device);
    emu_machine_remove_device(board->machine, device);
    if (disk != NULL)
        emu_machine_remove_part(board->machine, disk);
    change->good = true;
}

static void usb_change(void *opaque, emu_ns now, const void *data, size_t length)
{
    struct usb_change *change = opaque;

    if (change->config != NULL)
        usb_add(change);
    else
        usb_remove(change);
}

static bool usb_do_change(struct emu_machine *machine, struct usb_change *change)
{
    if (!emu_machine_command(machine, usb_change, change, NULL, 0))
        emu_error_set(change->err, EMU_ERROR_HOST, "the machine takes no more commands");
    emu_block_backend_close(&change->backend);
    return change->good;
}

bool emu_machine_device_add(struct emu_machine *machine, const struct emu_device_config *config,
                            struct emu_error *err)
{
    struct usb_change change = {
        .board = machine->board_data,
        .config = config,
        .backend = config->drive.backend,
        .err = err,
    };

    return usb_do_change(machine, &change);
}

bool emu_machine_device_remove(struct emu_machine *machine, const char *id, struct emu_error *err)
{
    struct usb_change change = {.board = machine->board_data, .id = id, .err = err};

    return usb_do_change(machine, &change);
}
