/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ports: IN, OUT and the permission check of the string forms. Below IOPL, and always in virtual-
 * 8086 mode, a bitmap in a 32-bit TSS decides (SDM volume 1, 18.5.2).
 */
#include "emulator/core/region.h"
#include "emulator/cpu/x86/debug.h"
#include "emulator/cpu/x86/helpers.h"
#include "emulator/cpu/x86/segment.h"

#define TSS_IO_MAP 0x66

static enum ir_status io_denied(struct x86_cpu *cpu)
{
    return x86_raise_error(cpu, X86_GP, 0);
}

static enum ir_status io_check_map(struct x86_cpu *cpu, uint16_t port, unsigned size)
{
    const struct x86_segment *tr = &cpu->seg[X86_TR];
    uint64_t map, bits;
    uint32_t offset;
    enum ir_status status;

    if (!(tr->attr & X86_ATTR_P) || !(X86_ATTR_TYPE(tr->attr) & 8) || tr->limit < TSS_IO_MAP + 1)
        return io_denied(cpu);
    status = x86_load_system(cpu, tr->base + TSS_IO_MAP, 2, &map);
    if (status != IR_OK)
        return status;
    /* Two bytes are read always: the ports may be on both sides of a byte's end. */
    offset = (uint32_t)map + port / 8;
    if (offset + 1 > tr->limit)
        return io_denied(cpu);
    status = x86_load_system(cpu, tr->base + offset, 2, &bits);
    if (status != IR_OK)
        return status;
    return bits >> port % 8 & ((1u << size) - 1) ? io_denied(cpu) : IR_OK;
}

static enum ir_status io_check(struct x86_cpu *cpu, uint16_t port, unsigned size)
{
    if (!(cpu->cr0 & X86_CR0_PE))
        return IR_OK;
    if (!(cpu->eflags & X86_FLAG_VM) && cpu->cpl <= x86_iopl(cpu))
        return IR_OK;
    return io_check_map(cpu, port, size);
}

enum ir_status x86_helper_io_check(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    return io_check(x86_cpu_of(env), (uint16_t)a, (unsigned)b);
}

enum ir_status x86_helper_in(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    enum ir_status status = io_check(cpu, (uint16_t)a, (unsigned)b);

    if (status != IR_OK)
        return status;
    env->result = emu_memory_load(cpu->io, (uint16_t)a, (unsigned)b);
    if (cpu->cr4 & X86_CR4_DE)
        x86_debug_check_port(cpu, (uint16_t)a, (unsigned)b);
    return IR_OK;
}

enum ir_status x86_helper_out(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    enum ir_status status = io_check(cpu, (uint16_t)a, (unsigned)b);

    if (status != IR_OK)
        return status;
    emu_memory_store(cpu->io, (uint16_t)a, c, (unsigned)b);
    x86_take_memory_change(cpu);
    if (cpu->cr4 & X86_CR4_DE)
        x86_debug_check_port(cpu, (uint16_t)a, (unsigned)b);
    return IR_OK;
}
