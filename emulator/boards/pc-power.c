/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What leaves the RAM of a PC as it is: the A20 gate, INIT by the chip set's old reset lines, and
 * S3. Firmware that wakes finds 0xfe in CMOS byte 0x0f (as both SeaBIOS and OVMF look for), WAK_STS
 * in the PM block and its code in shadow RAM.
 */
#include "emulator/boards/board.h"
#include "emulator/firmware/memory-map.h"
#include "emulator/hw/pci/q35.h"
#include "emulator/hw/timer/acpi-pm.h"
#include "emulator/hw/timer/rtc-cmos.h"

/* ---- A20 ---- */

#define POWER_MIB      0x100000u
#define POWER_A20_OVER 5 /* priority: over RAM and what the MCH puts over it */
#define POWER_WAKES    0xfeu

/*
 * A closed gate makes bit 20 of all addresses 0. Software that closes it is in real mode, where the
 * second MiB is all that it reaches beyond the first: so that MiB shows the first, and processors
 * need not know. It is not closed in system management mode.
 */
void board_add_a20(struct board *board)
{
    struct emu_region *root = emu_memory_root(board->machine->memory);

    emu_region_init_alias(&board->a20_wrap, "a20-wrap", root, 0, POWER_MIB);
    emu_region_hide(&board->a20_wrap, EMU_VIEW_SECURE);
    emu_region_set_enabled(&board->a20_wrap, false);
    emu_region_add(root, POWER_MIB, &board->a20_wrap, POWER_A20_OVER);
}

void board_restore_a20(struct board *board)
{
    emu_region_set_enabled(&board->a20_wrap, board->a20_closed);
}

void board_a20(void *opaque, unsigned line, bool level)
{
    struct board *board = opaque;

    pthread_mutex_lock(&board->lines_lock);
    if (board->a20_closed == level) {
        board->a20_closed = !level;
        board_restore_a20(board);
    }
    pthread_mutex_unlock(&board->lines_lock);
}

/* ---- INIT ---- */

/*
 * A BIOS goes on from where its caller said in the BIOS data area, as programs of the 80286 want
 * it. UEFI firmware takes these lines for a reset, as today's chip sets let it, and has locked the
 * memory of its system management mode; a kernel without firmware has nothing at the reset vector.
 */
bool board_init_cpus(struct emu_machine *machine)
{
    struct board *board = machine->board_data;

    if (board->firmware == NULL || emu_machine_find_device(machine, "flash") != NULL)
        return false;
    for (unsigned i = 0; i < board->cpu_count; i++)
        emu_vcpu_request(&machine->vcpus[i], X86_REQUEST_INIT);
    return true;
}

/* ---- S3 ---- */

void board_fall_asleep(struct emu_machine *machine)
{
    struct board *board = machine->board_data;

    emu_acpi_pm_fell_asleep(board->pm);
}

void board_before_wake(struct emu_machine *machine)
{
    struct board *board = machine->board_data;

    emu_rtc_cmos_set(emu_machine_find_device(machine, "rtc"), EMU_RTC_CMOS_RESET, POWER_WAKES);
    emu_q35_mch_wake(board->mch);
    emu_ich9_lpc_wake(board->lpc);
}

void board_after_wake(struct emu_machine *machine)
{
    struct board *board = machine->board_data;

    board_reset_smm(board);
    if (board->firmware == NULL)
        board_wake_boot(board);
}

/* The event of the keyboard and the mouse, as _PRW in the DSDT says; the guest may have it off. */
void board_input_wakes(struct emu_machine *machine)
{
    struct board *board = machine->board_data;
    struct emu_irq event = emu_device_irq_in(board->pm, EMU_PC_GPE_INPUT);

    emu_irq_pulse(&event);
}
