/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See lift-env.h. */
#include "tests/cpu/lift-env.h"

#include <stdio.h>
#include <stdlib.h>

#include "emulator/cpu/x86/run.h"
#include "emulator/ir/blocks.h"
#include "emulator/ir/exec.h"
#include "emulator/isa/x86/guest.h"
#ifdef TEST_JIT /* and ir_exec_builder stands for emu_jit_builder: see meson.build */
#include "emulator/jit/jit.h"
#endif

static bool lift_memory_init(struct lift_env *env, emu_gpa base, uint64_t size,
                             struct emu_error *err)
{
    env->memory = emu_memory_new("memory", 1ull << 40, err);
    env->ram = emu_ram_new("ram", size, err);
    if (!env->memory || !env->ram)
        return false;
    emu_region_init_ram(&env->region, "ram", env->ram, 0, size);
    emu_region_add(emu_memory_root(env->memory), base, &env->region, 0);
    env->host = emu_ram_host(env->ram);
    env->base = base;
    return true;
}

/* Segments that allow everything, so that only the mode key decides what is checked. */
static void lift_segments_init(struct x86_cpu *cpu)
{
    for (unsigned seg = X86_ES; seg <= X86_GS; seg++)
        x86_set_segment(cpu, (enum x86_seg_name)seg, 0, 0, 0xffffffff,
                        X86_ATTR_P | X86_ATTR_S | X86_ATTR_RW | X86_ATTR_DB |
                            (seg == X86_CS ? X86_ATTR_CODE : 0));
}

static bool lift_cpu_init(struct lift_env *env, struct emu_error *err)
{
    env->model = x86_model_parse("max", err);
    env->cpu = x86_cpu_new(err);
    if (!env->model || !env->cpu)
        return false;
    struct x86_cpu *cpu = env->cpu;
    cpu->model = env->model;
    cpu->memory = env->memory;
    cpu->eflags = X86_FLAG_FIXED;
    cpu->mxcsr = 0x1f80;
    cpu->ir.guest = &x86_guest;
    cpu->ir.blocks = ir_blocks_new(err);
    lift_segments_init(cpu);
#ifdef TEST_JIT
    env->jit = emu_jit_new(cpu->ir.blocks, &x86_guest, err);
    return env->jit && ir_exec_init(&cpu->ir, err) && emu_jit_join(env->jit, &cpu->ir, err);
#else
    return cpu->ir.blocks && ir_exec_init(&cpu->ir, err);
#endif
}

bool lift_env_init(struct lift_env *env, emu_gpa base, uint64_t size)
{
    struct emu_error err = {0};
    *env = (struct lift_env){.builder = malloc(sizeof(struct ir_builder))};
    if (env->builder && lift_memory_init(env, base, size, &err) && lift_cpu_init(env, &err))
        return true;
    fprintf(stderr, "%s\n", err.text);
    return false;
}

void lift_env_finish(struct lift_env *env)
{
    if (env->cpu) {
#ifdef TEST_JIT
        emu_jit_leave(&env->cpu->ir);
#endif
        ir_exec_finish(&env->cpu->ir);
        ir_blocks_free(env->cpu->ir.blocks);
#ifdef TEST_JIT
        emu_jit_free(env->jit);
#endif
    }
    x86_cpu_free(env->cpu);
    x86_model_free(env->model);
    if (env->memory && env->ram)
        emu_region_remove(&env->region);
    emu_memory_free(env->memory);
    emu_ram_free(env->ram);
    free(env->builder);
}

enum ir_status lift_at(struct lift_env *env, uint64_t mode, uint64_t pc, unsigned max_insns)
{
    env->cpu->ir.mode = mode;
    env->cpu->ir.pc = pc;
    return x86_lift_block(&env->cpu->ir, env->builder, max_insns);
}

void lift_env_map(struct lift_env *env, uint64_t tables)
{
    struct x86_cpu *cpu = env->cpu;
    uint64_t *table = (uint64_t *)(void *)(env->host + (tables - env->base));
    table[env->base >> 39 & 511] = (tables + 0x1000) | 7;
    table[512 + (env->base >> 30 & 511)] = (tables + 0x2000) | 7;
    table[1024 + (env->base >> 21 & 511)] = env->base | 0x87;
    cpu->cr0 = X86_CR0_PE | X86_CR0_PG;
    cpu->cr4 = X86_CR4_PAE | X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT;
    cpu->efer = X86_EFER_LME | X86_EFER_LMA;
    cpu->cr3 = tables;
    x86_tlb_flush_all(cpu, true);
}
