/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The machine's network adapters: each back end gets its middle, and a function of PCI bus 0 behind
 * those of the disks, so that another disk does not change an adapter's name in the guest.
 */
#include <stdio.h>

#include "emulator/api/net.h"
#include "emulator/boards/board.h"
#include "emulator/hw/pci/pci-host.h"
#include "emulator/net/net.h"

#define NICS_FIRST_SLOT 17 /* of PCI bus 0 */

static const struct emu_device_class *const nics_classes[] = {
    [EMU_NIC_VIRTIO] = &emu_virtio_net_class,
    [EMU_NIC_E1000E] = &emu_e1000e_class,
};

/* Each adapter has an address of its own; the first one's is the model's. */
static bool nics_set_mac(struct board *board, struct emu_device *device, struct emu_error *err)
{
    const struct emu_nic *nic = &board->config->nics[board->nic];
    char mac[18];

    if (nic->mac != NULL)
        return emu_device_set(device, "mac", nic->mac, err);
    snprintf(mac, sizeof(mac), "52:54:00:12:34:%02x", (0x56u + board->nic) & 0xff);
    return emu_device_set(device, "mac", mac, err);
}

static bool nics_prepare(struct board *board, struct emu_device *device, struct emu_error *err)
{
    struct emu_nic *nic = &board->config->nics[board->nic];
    struct emu_net_backend taken = nic->backend;

    nic->backend = (struct emu_net_backend){0};
    device->net = emu_net_new(board->machine->queue, board->machine->clock, &taken, err);
    if (device->net == NULL || !emu_machine_add_net(board->machine, device->net, err))
        return false;
    board->nets[board->nic] = device->net;
    return nics_set_mac(board, device, err) &&
           (nic->rom == NULL || emu_device_set(device, "rom", nic->rom, err));
}

static bool nics_add(struct board *board, unsigned index, struct emu_error *err)
{
    const struct emu_nic *nic = &board->config->nics[index];
    const struct emu_pci_place place = board_choose_place(board, &nic->place, NICS_FIRST_SLOT);
    char id[16], path[sizeof(board->boots[0].path)];
    const struct board_device row = {
        .class = nics_classes[nic->model],
        .id = id,
        .place = &place,
        .pci = true,
        .prepare = nics_prepare,
    };

    if (place.slot == EMU_PCI_SLOTS)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "there is no PCI slot left for network adapter %u", index + 1);
    snprintf(id, sizeof(id), "net%u", index);
    board->nic = index;
    board_put_path(board, &place, "ethernet", path, sizeof(path));
    board_add_boot(board, nic->boot, "%s/ethernet-phy@0", path);
    return board_add_device(board, &row, err);
}

bool board_add_nics(struct board *board, struct emu_error *err)
{
    for (unsigned i = 0; i < board->config->nic_count; i++) {
        if (!nics_add(board, i, err))
            return false;
    }
    return true;
}

/* ---- while the machine runs ---- */

static struct emu_net *nics_find(const struct emu_machine *machine, unsigned adapter,
                                 struct emu_error *err)
{
    const struct board *board = machine->board_data;

    if (adapter < EMU_MAX_NICS && board->nets[adapter] != NULL)
        return board->nets[adapter];
    emu_error_set(err, EMU_ERROR_INPUT, "this machine has no network adapter %u", adapter + 1);
    return NULL;
}

bool emu_machine_add_forward(struct emu_machine *machine, unsigned adapter,
                             const struct emu_net_forward *forward, struct emu_error *err)
{
    struct emu_net *net = nics_find(machine, adapter, err);

    return net != NULL && emu_net_add_forward(net, forward, err);
}

bool emu_machine_remove_forward(struct emu_machine *machine, unsigned adapter,
                                const struct emu_net_forward *forward, struct emu_error *err)
{
    struct emu_net *net = nics_find(machine, adapter, err);

    return net != NULL && emu_net_remove_forward(net, forward, err);
}

bool emu_machine_set_link(struct emu_machine *machine, unsigned adapter, bool up,
                          struct emu_error *err)
{
    struct emu_net *net = nics_find(machine, adapter, err);

    if (net != NULL)
        emu_net_set_link(net, up);
    return net != NULL;
}
