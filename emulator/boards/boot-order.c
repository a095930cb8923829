/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fw_cfg's "bootorder": the devices to boot from, first the one to try first, a line each, with
 * paths as Open Firmware writes them. SeaBIOS and OVMF look for their own devices in it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/boards/board.h"
#include "emulator/hw/misc/fw-cfg.h"

void board_add_boot(struct board *board, unsigned index, const char *fmt, ...)
{
    struct board_boot *entry = &board->boots[board->boot_count];
    va_list args;

    if (index == 0 || board->boot_count == BOARD_MAX_BOOTS)
        return;
    va_start(args, fmt);
    vsnprintf(entry->path, sizeof(entry->path), fmt, args);
    va_end(args);
    entry->index = index;
    board->boot_count++;
}

static int boot_compare(const void *left, const void *right)
{
    unsigned a = ((const struct board_boot *)left)->index;
    unsigned b = ((const struct board_boot *)right)->index;

    return (a > b) - (a < b);
}

/*
 * OVMF connects what the order names, and everything where it names nothing: then it would offer
 * each adapter's network boot, and try it for minutes. So an order that is empty names the ISA
 * bridge, from which nothing boots.
 */
static void boot_name_nothing(struct board *board)
{
    if (board->boot_count == 0 && board->config->nic_count != 0)
        board_add_boot(board, 1, "/pci@i0cf8/isa@1f");
}

/* edk2's names (OvmfPkg's PxeBcPcdProducerLib). */
static bool boot_leave_out_pxe(struct board *board, struct emu_error *err)
{
    struct emu_device *fw_cfg = emu_machine_find_device(board->machine, "fw-cfg");
    bool four = false, six = false;

    for (unsigned i = 0; i < board->config->nic_count; i++) {
        four |= board->config->nics[i].no_pxe4;
        six |= board->config->nics[i].no_pxe6;
    }
    return (!four ||
            emu_fw_cfg_add_file(fw_cfg, "opt/org.tianocore/IPv4PXESupport", "no", 2, err)) &&
           (!six || emu_fw_cfg_add_file(fw_cfg, "opt/org.tianocore/IPv6PXESupport", "no", 2, err));
}

/* Lines end with a newline, but for the last, whose end is a zero byte. */
bool board_prepare_boot_order(struct board *board, struct emu_error *err)
{
    char text[BOARD_MAX_BOOTS * sizeof(board->boots[0].path)];
    size_t length = 0;

    boot_name_nothing(board);
    if (!boot_leave_out_pxe(board, err))
        return false;
    if (board->boot_count == 0)
        return true;
    qsort(board->boots, board->boot_count, sizeof(board->boots[0]), boot_compare);
    for (unsigned i = 0; i < board->boot_count; i++) {
        size_t part = strlen(board->boots[i].path);

        memcpy(text + length, board->boots[i].path, part);
        length += part;
        text[length++] = i + 1 < board->boot_count ? '\n' : '\0';
    }
    return emu_fw_cfg_add_file(emu_machine_find_device(board->machine, "fw-cfg"), "bootorder", text,
                               length, err);
}
