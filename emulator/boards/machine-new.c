/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creating a machine: checks of the configuration, the board by its name, the engine. */
#include <string.h>

#include "emulator/accel/accel.h"
#include "emulator/api/audio.h"
#include "emulator/api/block.h"
#include "emulator/api/chardev.h"
#include "emulator/api/host.h"
#include "emulator/api/net.h"
#include "emulator/boards/board.h"

typedef bool board_build_fn(struct emu_machine *machine, struct emu_machine_config *config,
                            struct emu_error *err);

static const struct {
    const char *name;
    board_build_fn *build;
} board_table[] = {
    {"q35", board_build_q35},
};

const char *const *emu_boards(void)
{
    static const char *const names[] = {"q35", NULL};

    return names;
}

static board_build_fn *board_find(const char *name, struct emu_error *err)
{
    for (size_t i = 0; i < sizeof(board_table) / sizeof(board_table[0]); i++) {
        if (name == NULL || strcmp(name, board_table[i].name) == 0)
            return board_table[i].build;
    }
    emu_error_set(err, EMU_ERROR_INPUT, "there is no machine type '%s'; q35 is one", name);
    return NULL;
}

#define BOARD_MIN_MEMORY (2ull << 20)

static bool board_check_memory(uint64_t memory, struct emu_error *err)
{
    uint64_t limit = emu_host_memory_limit();

    if (memory < BOARD_MIN_MEMORY)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "%llu KiB of memory are too little; a PC needs at least 2M",
                             (unsigned long long)(memory >> 10));
    if (memory % 4096 != 0)
        return emu_error_set(err, EMU_ERROR_INPUT, "the memory's size must be a multiple of 4K");
    if (memory > limit)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "%llu MiB of memory are more than this host has (%llu MiB)",
                             (unsigned long long)(memory >> 20), (unsigned long long)(limit >> 20));
    return true;
}

static bool board_start_engine(struct emu_machine *machine, const struct emu_machine_config *config,
                               struct emu_error *err)
{
    const struct emu_engine_ops *engine =
        emu_engine_choose(config->accel, machine->engine_why, sizeof(machine->engine_why), err);

    if (engine == NULL || !engine->attach(machine, err))
        return false;
    machine->engine = engine;
    return true;
}

static bool board_trace(struct emu_machine *machine, const char *const *patterns,
                        struct emu_error *err)
{
    for (; patterns != NULL && *patterns != NULL; patterns++) {
        if (emu_trace_match(&machine->trace, *patterns) == 0)
            return emu_error_set(err, EMU_ERROR_INPUT,
                                 "no trace event matches '%s'; --trace help lists them", *patterns);
    }
    return true;
}

/* Back ends belong to the machine, also on failure: those that no device took are closed here. */
static void board_close_left(struct emu_machine_config *left)
{
    for (unsigned i = 0; i < EMU_MAX_SERIAL; i++)
        emu_chardev_backend_close(&left->serial[i]);
    for (unsigned i = 0; i < left->console_count; i++)
        emu_chardev_backend_close(&left->consoles[i].backend);
    for (unsigned i = 0; i < left->redirect_count; i++)
        emu_chardev_backend_close(&left->redirects[i]);
    emu_chardev_backend_close(&left->debugcon);
    emu_audio_backend_close(&left->sound.backend);
    emu_tpm_backend_close(&left->tpm);
    emu_gpu_backend_close(&left->gpu_backend);
    for (unsigned i = 0; i < left->drive_count; i++)
        emu_block_backend_close(&left->drives[i].backend);
    for (unsigned i = 0; i < left->nic_count; i++)
        emu_net_backend_close(&left->nics[i].backend);
}

static struct emu_machine *board_make(struct emu_machine_config *config,
                                      const struct emu_machine_observer *observer,
                                      struct emu_error *err)
{
    board_build_fn *build = board_find(config->board, err);
    struct emu_machine *machine;

    if (build == NULL || !board_check_memory(config->memory, err))
        return NULL;
    machine = emu_machine_alloc(observer, err);
    if (machine == NULL)
        return NULL;
    machine->no_reboot = config->no_reboot;
    if (board_trace(machine, config->trace, err) && build(machine, config, err) &&
        board_start_engine(machine, config, err) && emu_machine_finish(machine, err))
        return machine;
    emu_machine_free(machine);
    return NULL;
}

struct emu_machine *emu_machine_new(const struct emu_machine_config *config,
                                    const struct emu_machine_observer *observer,
                                    struct emu_error *err)
{
    struct emu_machine_config left = *config;
    struct emu_machine *machine = board_make(&left, observer, err);

    board_close_left(&left);
    return machine;
}
