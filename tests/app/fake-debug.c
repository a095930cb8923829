/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The debugger's side of the fake machine: one register, 64 KiB of memory at address 0 that all
 * machines share, and no breaks.
 */
#include <stdlib.h>
#include <string.h>

#include "emulator/api/debug.h"

static const struct emu_debug_register fake_register = {"pc", "fake", "code_ptr", 64};
static uint64_t fake_pc;
static uint8_t fake_memory[65536];

const struct emu_debug_register *emu_debug_registers(struct emu_machine *machine, size_t *count)
{
    *count = 1;
    return &fake_register;
}

char *emu_debug_target_xml(struct emu_machine *machine)
{
    return strdup("<target/>");
}

const char *emu_debug_vcpu_state(struct emu_machine *machine, unsigned vcpu)
{
    return "running";
}

size_t emu_debug_find(struct emu_machine *machine, const void *pattern, size_t length, void *out,
                      size_t size)
{
    return 0;
}

bool emu_debug_read_register(struct emu_machine *machine, unsigned vcpu, size_t index, void *out)
{
    memcpy(out, &fake_pc, sizeof(fake_pc));
    return true;
}

bool emu_debug_write_register(struct emu_machine *machine, unsigned vcpu, size_t index,
                              const void *value)
{
    memcpy(&fake_pc, value, sizeof(fake_pc));
    return true;
}

static bool fake_is_memory(emu_gva address, size_t length)
{
    return length <= sizeof(fake_memory) && address <= sizeof(fake_memory) - length;
}

bool emu_debug_read_memory(struct emu_machine *machine, unsigned vcpu, emu_gva address, void *out,
                           size_t length)
{
    if (!fake_is_memory(address, length))
        return false;
    memcpy(out, fake_memory + address, length);
    return true;
}

bool emu_debug_write_memory(struct emu_machine *machine, unsigned vcpu, emu_gva address,
                            const void *data, size_t length)
{
    if (!fake_is_memory(address, length))
        return false;
    memcpy(fake_memory + address, data, length);
    return true;
}

bool emu_debug_insert_break(struct emu_machine *machine, enum emu_break_kind kind, emu_gva address,
                            uint64_t length, struct emu_error *err)
{
    return emu_error_set(err, EMU_ERROR_INPUT, "a fake machine has no breaks");
}

bool emu_debug_remove_break(struct emu_machine *machine, enum emu_break_kind kind, emu_gva address,
                            uint64_t length)
{
    return false;
}

void emu_debug_observe(struct emu_machine *machine,
                       void (*on_event)(void *opaque, const struct emu_debug_event *event),
                       void *opaque)
{
}

void emu_debug_step(struct emu_machine *machine, unsigned vcpu)
{
}
