/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The machine's shared folders: each is a function of PCI bus 0 behind all others, so that it
 * changes no other device's place.
 */
#include <stdio.h>
#include <sys/resource.h>

#include "emulator/boards/board.h"
#include "emulator/hw/pci/pci-host.h"
#include "emulator/hw/virtio/virtio-9p.h"
#include "emulator/share/share.h"

#define SHARES_FIRST_SLOT  21         /* of PCI bus 0 */
#define SHARES_DESCRIPTORS (1u << 15) /* of all folders, at most */

/* Half of what the host lets the program open, for all folders together. */
static unsigned shares_descriptors(const struct board *board)
{
    struct rlimit limit;
    rlim_t half = 512;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        half = limit.rlim_cur / 2;
    if (half > SHARES_DESCRIPTORS)
        half = SHARES_DESCRIPTORS;
    return (unsigned)half / board->config->share_count;
}

static bool shares_prepare(struct board *board, struct emu_device *device, struct emu_error *err)
{
    struct emu_share *share =
        emu_share_new(&board->config->shares[board->share], shares_descriptors(board), err);

    if (share == NULL || !emu_machine_add_share(board->machine, share, err))
        return false;
    emu_virtio_9p_set_share(device, share);
    return true;
}

static bool shares_add(struct board *board, unsigned index, struct emu_error *err)
{
    static const struct emu_pci_place anywhere;
    const struct emu_pci_place place = board_choose_place(board, &anywhere, SHARES_FIRST_SLOT);
    char id[16];
    const struct board_device row = {
        .class = &emu_virtio_9p_class,
        .id = id,
        .place = &place,
        .pci = true,
        .prepare = shares_prepare,
    };

    if (place.slot == EMU_PCI_SLOTS)
        return emu_error_set(err, EMU_ERROR_INPUT, "there is no PCI slot left for shared folder %u",
                             index + 1);
    snprintf(id, sizeof(id), "share%u", index);
    board->share = index;
    return board_add_device(board, &row, err);
}

bool board_add_shares(struct board *board, struct emu_error *err)
{
    if (board->config->share_count > EMU_MAX_SHARES)
        return emu_error_set(err, EMU_ERROR_INPUT, "a machine has at most %d shared folders",
                             EMU_MAX_SHARES);
    for (unsigned i = 0; i < board->config->share_count; i++) {
        if (!shares_add(board, i, err))
            return false;
    }
    return true;
}
