/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * System management interrupts of the chip set: to the processor that asked for one, or to all once
 * firmware has agreed to that by three fw_cfg files (QEMU's etc/smi, docs of OVMF's
 * SmmControl2Dxe).
 */
#include "emulator/boards/board.h"
#include "emulator/hw/misc/fw-cfg.h"

#define SMM_BROADCAST 0x1u /* a write to port 0xb2 interrupts all processors */
#define SMM_SUPPORTED SMM_BROADCAST

static void smm_request(struct board *board, unsigned index)
{
    emu_vcpu_request(&board->machine->vcpus[index], X86_REQUEST_SMI);
}

/* Whose thread this is; the first one's if it is none of theirs. */
static unsigned smm_current(const struct board *board)
{
    for (unsigned i = 0; i < board->cpu_count; i++) {
        const struct emu_vcpu *vcpu = &board->machine->vcpus[i];
        if (vcpu->thread_started && pthread_equal(vcpu->thread, pthread_self()))
            return i;
    }
    return 0;
}

void board_smi(void *opaque, unsigned line, bool level)
{
    struct board *board = opaque;

    if (!level || board->cpu_count == 0)
        return;
    if (!(__atomic_load_n(&board->smi_agreed, __ATOMIC_ACQUIRE) & SMM_BROADCAST)) {
        smm_request(board, smm_current(board));
        return;
    }
    for (unsigned i = 0; i < board->cpu_count; i++)
        smm_request(board, i);
}

static uint64_t smm_number(const uint8_t *data, size_t length)
{
    uint64_t value = 0;

    for (size_t i = 0; i < length && i < 8; i++)
        value |= (uint64_t)data[i] << 8 * i;
    return value;
}

static void smm_requested(void *opaque, const uint8_t *data, size_t length)
{
    struct board *board = opaque;

    board->smi_requested = smm_number(data, length);
}

/* Reading "ok" is what makes the features count: they are all there, or none is. */
static void smm_agree(void *opaque, uint8_t *data, size_t length)
{
    struct board *board = opaque;
    bool good = (board->smi_requested & ~(uint64_t)SMM_SUPPORTED) == 0;

    if (good)
        __atomic_store_n(&board->smi_agreed, board->smi_requested, __ATOMIC_RELEASE);
    data[0] = good;
}

void board_reset_smm(struct board *board)
{
    board->smi_requested = 0;
    __atomic_store_n(&board->smi_agreed, 0, __ATOMIC_RELEASE);
}

bool board_prepare_smm(struct board *board, struct emu_device *fw_cfg, struct emu_error *err)
{
    static const uint8_t supported[8] = {SMM_SUPPORTED}, requested[8] = {0}, ok[1] = {0};

    return emu_fw_cfg_add_file(fw_cfg, "etc/smi/supported-features", supported, 8, err) &&
           emu_fw_cfg_add_writable_file(fw_cfg, "etc/smi/requested-features", requested, 8,
                                        smm_requested, board, err) &&
           emu_fw_cfg_add_file(fw_cfg, "etc/smi/features-ok", ok, 1, err) &&
           emu_fw_cfg_set_refresh(fw_cfg, "etc/smi/features-ok", smm_agree, board, err);
}
