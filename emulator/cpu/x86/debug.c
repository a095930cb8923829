/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Breakpoints, watchpoints and steps of guest and debugger. Data accesses to watched pages take the
 * slow path of the MMU, which tells x86_debug_check_access; what it notes is acted upon after the
 * instruction, by the helper `trap` or the run loop.
 */
#include "emulator/cpu/x86/debug.h"

#include <stdlib.h>

#include "emulator/core/machine.h"
#include "emulator/cpu/x86/cpu.h"
#include "emulator/cpu/x86/helpers.h"
#include "emulator/ir/blocks.h"
#include "emulator/ir/exec.h"

enum { DR_EXECUTE, DR_WRITE, DR_PORT, DR_ACCESS }; /* RWn in DR7 */

bool x86_debug_init(struct x86_cpu *cpu, struct emu_error *err)
{
    cpu->debug = calloc(1, sizeof(*cpu->debug));
    return cpu->debug != NULL || emu_error_set(err, EMU_ERROR_HOST, "out of memory for a CPU");
}

void x86_debug_finish(struct x86_cpu *cpu)
{
    free(cpu->debug);
    cpu->debug = NULL;
}

/* ---- what is set: the guest's registers ---- */

/* Mostly not; asked at every change of mode. */
static bool debug_any_enabled(const struct x86_cpu *cpu)
{
    return cpu->dr[7] & 0xff;
}

static bool debug_enabled(const struct x86_cpu *cpu, unsigned n)
{
    return (cpu->dr[7] >> (2 * n)) & 3;
}

static unsigned debug_type(const struct x86_cpu *cpu, unsigned n)
{
    return (cpu->dr[7] >> (16 + 4 * n)) & 3;
}

static unsigned debug_length(const struct x86_cpu *cpu, unsigned n)
{
    static const uint8_t lengths[] = {1, 2, 8, 4};
    return lengths[(cpu->dr[7] >> (18 + 4 * n)) & 3];
}

/* Is breakpoint n on and for data? */
static bool debug_is_data(const struct x86_cpu *cpu, unsigned n)
{
    return debug_enabled(cpu, n) && (debug_type(cpu, n) & DR_WRITE);
}

static bool debug_is_port(const struct x86_cpu *cpu, unsigned n)
{
    return debug_enabled(cpu, n) && debug_type(cpu, n) == DR_PORT && (cpu->cr4 & X86_CR4_DE);
}

static bool debug_is_execute(const struct x86_cpu *cpu, unsigned n)
{
    return debug_enabled(cpu, n) && debug_type(cpu, n) == DR_EXECUTE;
}

/* Does an access meet breakpoint n? Its address is aligned to its length. */
static bool debug_meets(const struct x86_cpu *cpu, unsigned n, uint64_t address, unsigned size)
{
    unsigned length = debug_length(cpu, n);
    uint64_t start = cpu->dr[n] & ~(uint64_t)(length - 1);
    return address < start + length && start < address + size;
}

/* ---- what is set: the debugger's list ---- */

static const struct emu_machine *debug_machine(const struct x86_cpu *cpu)
{
    return cpu->vcpu != NULL ? cpu->vcpu->machine : NULL;
}

static unsigned debug_breaks(const struct x86_cpu *cpu, const struct emu_break **list)
{
    const struct emu_machine *machine = debug_machine(cpu);
    if (machine == NULL)
        return 0;
    *list = machine->breaks;
    return machine->break_count;
}

static bool debug_has_breaks(const struct x86_cpu *cpu, bool execute)
{
    const struct emu_break *list;
    unsigned count = debug_breaks(cpu, &list);
    for (unsigned i = 0; i < count; i++)
        if ((list[i].kind == EMU_BREAK_EXECUTE) == execute)
            return true;
    return false;
}

bool x86_debug_wants_step(const struct x86_cpu *cpu)
{
    if ((cpu->eflags & X86_FLAG_TF) || cpu->debug->step_armed)
        return true;
    for (unsigned n = 0; debug_any_enabled(cpu) && n < 4; n++)
        if (debug_is_data(cpu, n) || debug_is_port(cpu, n))
            return true;
    return debug_has_breaks(cpu, false);
}

bool x86_debug_wants_break(const struct x86_cpu *cpu)
{
    for (unsigned n = 0; debug_any_enabled(cpu) && n < 4; n++)
        if (debug_is_execute(cpu, n))
            return true;
    return debug_has_breaks(cpu, true);
}

/* ---- data ---- */

bool x86_debug_page_watched(const struct x86_cpu *cpu, emu_gva page)
{
    const struct emu_break *list;
    unsigned count = debug_breaks(cpu, &list);
    page &= IR_PAGE_MASK;
    for (unsigned n = 0; debug_any_enabled(cpu) && n < 4; n++)
        if (debug_is_data(cpu, n) && (cpu->dr[n] & IR_PAGE_MASK) == page)
            return true;
    for (unsigned i = 0; i < count; i++)
        if (list[i].kind != EMU_BREAK_EXECUTE && list[i].address < page + IR_PAGE_SIZE &&
            list[i].address + list[i].length > page)
            return true;
    return false;
}

static bool debug_kind_matches(enum emu_break_kind kind, bool write)
{
    return kind == EMU_BREAK_ACCESS || kind == (write ? EMU_BREAK_WRITE : EMU_BREAK_READ);
}

static void debug_check_watches(struct x86_cpu *cpu, emu_gva address, unsigned size, bool write)
{
    const struct emu_break *list;
    unsigned count = debug_breaks(cpu, &list);
    for (unsigned i = 0; i < count; i++) {
        if (!debug_kind_matches(list[i].kind, write) || cpu->debug->watch_hit)
            continue;
        if (address >= list[i].address + list[i].length || list[i].address >= address + size)
            continue;
        cpu->debug->watch_hit = true;
        cpu->debug->watch_kind = list[i].kind;
        cpu->debug->watch_address = address > list[i].address ? address : list[i].address;
    }
}

void x86_debug_check_access(struct x86_cpu *cpu, emu_gva address, unsigned size, bool write)
{
    for (unsigned n = 0; debug_any_enabled(cpu) && n < 4; n++)
        if (debug_is_data(cpu, n) && (write || debug_type(cpu, n) == DR_ACCESS) &&
            debug_meets(cpu, n, address, size))
            cpu->debug_hits |= 1u << n;
    debug_check_watches(cpu, address, size, write);
}

void x86_debug_check_port(struct x86_cpu *cpu, uint16_t port, unsigned size)
{
    for (unsigned n = 0; debug_any_enabled(cpu) && n < 4; n++)
        if (debug_is_port(cpu, n) && debug_meets(cpu, n, port, size))
            cpu->debug_hits |= 1u << n;
}

/* ---- execution ---- */

static bool debug_same_offset(uint64_t a, uint64_t b)
{
    return ((a ^ b) & ~IR_PAGE_MASK) == 0;
}

static bool debug_hint_of(const struct x86_cpu *cpu, emu_gva linear)
{
    for (unsigned n = 0; n < 4; n++)
        if (debug_is_execute(cpu, n) && debug_same_offset(cpu->dr[n], linear))
            return true;
    return false;
}

bool x86_break_hint(const struct x86_cpu *cpu, emu_gva linear)
{
    const struct emu_machine *machine = debug_machine(cpu);
    const struct emu_break *list;
    unsigned count = debug_breaks(cpu, &list);
    for (unsigned i = 0; i < count; i++)
        if (list[i].kind == EMU_BREAK_EXECUTE && debug_same_offset(list[i].address, linear))
            return true;
    if (machine == NULL)
        return debug_hint_of(cpu, linear);
    for (unsigned i = 0; i < machine->vcpu_count; i++)
        if (machine->vcpus[i].arch != NULL && debug_hint_of(machine->vcpus[i].arch, linear))
            return true;
    return false;
}

static void debug_flush_blocks(void *opaque)
{
    struct x86_cpu *cpu = opaque;
    ir_blocks_flush(cpu->ir.blocks);
}

/*
 * Blocks are shared, and which of their instructions have break checks depends on all processors'
 * registers: no block may be lifted from the old state while they change, hence the exclusive
 * section.
 */
void x86_debug_changed(struct x86_cpu *cpu)
{
    if (cpu->ir.blocks != NULL && debug_machine(cpu) != NULL)
        emu_machine_run_exclusive(cpu->vcpu->machine, cpu->vcpu, debug_flush_blocks, cpu);
    else if (cpu->ir.blocks != NULL)
        ir_blocks_flush(cpu->ir.blocks);
    x86_tlb_flush_all(cpu, true);
    x86_update_mode(cpu);
}

/* ---- acting ---- */

static emu_gva debug_linear_pc(const struct x86_cpu *cpu)
{
    uint64_t linear = cpu->seg[X86_CS].base + cpu->ir.pc;
    return cpu->ir.mode & X86_MODE_CODE64 ? cpu->ir.pc : (uint32_t)linear;
}

void x86_debug_report(struct x86_cpu *cpu, enum emu_debug_stop stop, emu_gva address)
{
    struct x86_debug *debug = cpu->debug;
    struct emu_debug_event event = {
        .stop = stop,
        .vcpu = cpu->vcpu->index,
        .kind =
            stop == EMU_DEBUG_WATCH ? (enum emu_break_kind)debug->watch_kind : EMU_BREAK_EXECUTE,
        .address = address,
    };
    debug->stop = true;
    debug->watch_hit = false;
    if (debug->step_armed) {
        debug->step_armed = false;
        x86_update_mode(cpu);
    }
    emu_machine_debug_event(cpu->vcpu->machine, &event);
}

/*
 * A load of SS puts debug traps off: what its own accesses hit is told after the next instruction,
 * and its own single step never (SDM volume 3, 6.8.3). STI, which also begins a shadow, does not,
 * and is known by its change of IF.
 */
static bool debug_put_off(const struct x86_cpu *cpu)
{
    bool if_set = cpu->eflags & X86_FLAG_IF;
    return cpu->shadow && if_set == cpu->debug->if_set;
}

static void debug_raise_traps(struct x86_cpu *cpu, bool single_step)
{
    uint64_t hits = cpu->debug_hits | (single_step ? X86_DR6_BS : 0);
    cpu->debug_hits = 0;
    if (hits != 0) {
        x86_raise(cpu, X86_DB);
        cpu->exception.dr6 = hits;
    }
}

void x86_debug_end_instruction(struct x86_cpu *cpu, bool single_step)
{
    cpu->debug->ended = true;
    if (!debug_put_off(cpu))
        debug_raise_traps(cpu, single_step);
    if (cpu->debug->watch_hit)
        x86_debug_report(cpu, EMU_DEBUG_WATCH, cpu->debug->watch_address);
    else if (cpu->debug->step_armed)
        x86_debug_report(cpu, EMU_DEBUG_STEP, debug_linear_pc(cpu));
}

static bool debug_at_break(const struct x86_cpu *cpu, emu_gva linear)
{
    const struct emu_break *list;
    unsigned count = debug_breaks(cpu, &list);
    for (unsigned i = 0; i < count; i++)
        if (list[i].kind == EMU_BREAK_EXECUTE && list[i].address == linear)
            return true;
    return false;
}

/* DR6 bits of the guest's breakpoints at this address. */
static uint64_t debug_execute_hits(const struct x86_cpu *cpu, emu_gva linear)
{
    uint64_t hits = 0;
    for (unsigned n = 0; n < 4; n++)
        if (debug_is_execute(cpu, n) && cpu->dr[n] == linear)
            hits |= 1u << n;
    return hits;
}

/* ---- helpers ---- */

enum ir_status x86_helper_break_check(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_debug *debug = cpu->debug;
    emu_gva linear = debug_linear_pc(cpu);
    if (!debug->passing && debug_at_break(cpu, linear)) {
        debug->skip_break = true;
        debug->skip_pc = linear;
        x86_debug_report(cpu, EMU_DEBUG_BREAK, linear);
        return IR_JUMPED;
    }
    uint64_t hits = debug->resuming ? 0 : debug_execute_hits(cpu, linear);
    if (hits == 0)
        return IR_OK;
    x86_raise(cpu, X86_DB);
    cpu->exception.dr6 = hits;
    return IR_FAULT;
}

/* What is raised here is a trap: the run loop delivers it with the pc of the next instruction. */
enum ir_status x86_helper_trap(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    env->pc += a;
    if (!(env->mode & X86_MODE_CODE64))
        env->pc = (uint32_t)env->pc;
    x86_debug_end_instruction(cpu, cpu->debug->tf);
    return IR_JUMPED;
}
