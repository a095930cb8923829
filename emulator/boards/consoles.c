/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The machine's virtio console: each port's back end gets its middle. It is a function of PCI bus 0
 * behind the network adapters, so that it changes no other device's place.
 */
#include <stdio.h>

#include "emulator/boards/board.h"
#include "emulator/chardev/chardev.h"
#include "emulator/hw/pci/pci-host.h"
#include "emulator/hw/virtio/virtio-console.h"

#define CONSOLES_FIRST_SLOT 26 /* of PCI bus 0 */

_Static_assert(EMU_MAX_CONSOLES == EMU_VIRTIO_CONSOLE_PORTS, "each has a port");

static bool consoles_set_port(struct board *board, struct emu_device *device, unsigned index,
                              struct emu_error *err)
{
    struct emu_console *console = &board->config->consoles[index];
    struct emu_chardev_backend taken = console->backend;
    struct emu_chardev *chardev;

    console->backend = (struct emu_chardev_backend){0};
    chardev = emu_chardev_new(board->machine->queue, &taken, err);
    if (chardev == NULL || !emu_machine_add_chardev(board->machine, chardev, err))
        return false;
    return emu_virtio_console_set_port(device, index, chardev, console->name) ||
           emu_error_set(err, EMU_ERROR_INPUT,
                         "'%s' cannot be the name of a channel: use 1 to %d bytes without '/'",
                         console->name, EMU_VIRTIO_CONSOLE_NAME - 1);
}

static bool consoles_prepare(struct board *board, struct emu_device *device, struct emu_error *err)
{
    char ports[12];

    snprintf(ports, sizeof(ports), "%u", board->config->console_count);
    for (unsigned i = 0; i < board->config->console_count; i++) {
        if (!consoles_set_port(board, device, i, err))
            return false;
    }
    return emu_device_set(device, "ports", ports, err);
}

bool board_add_consoles(struct board *board, struct emu_error *err)
{
    const struct emu_pci_place place =
        board_choose_place(board, &board->config->buses.console, CONSOLES_FIRST_SLOT);
    const struct board_device row = {
        .class = &emu_virtio_console_class,
        .id = "console",
        .place = &place,
        .pci = true,
        .prepare = consoles_prepare,
    };

    if (board->config->console_count == 0)
        return true;
    if (place.slot == EMU_PCI_SLOTS)
        return emu_error_set(err, EMU_ERROR_INPUT, "there is no PCI slot left for the terminals");
    return board_add_device(board, &row, err);
}
