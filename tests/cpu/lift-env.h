/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A processor and some RAM without a machine around them, for tests of the lifter: paging is off,
 * whatever the mode key says, so that linear addresses are physical ones.
 */
#ifndef LATHE_TESTS_CPU_LIFT_ENV_H
#define LATHE_TESTS_CPU_LIFT_ENV_H

#include "emulator/core/region.h"
#include "emulator/cpu/x86/cpu.h"
#include "emulator/cpu/x86/models.h"
#include "emulator/ir/ir.h"

#define LIFT_FLAT   (0x3full << X86_MODE_FLAT_SHIFT)
#define LIFT_SSE    (X86_MODE_SSE | X86_MODE_AVX)
#define LIFT_REAL16 LIFT_SSE
#define LIFT_PROT16 (X86_MODE_PE | LIFT_SSE)
#define LIFT_PROT32 (X86_MODE_PE | X86_MODE_CODE32 | X86_MODE_STACK32 | LIFT_FLAT | LIFT_SSE)
#define LIFT_LONG64 (X86_MODE_PE | X86_MODE_LONG | X86_MODE_CODE64 | LIFT_FLAT | LIFT_SSE)

struct lift_env {
    struct x86_cpu *cpu;
    struct x86_cpu_model *model;
    struct emu_memory *memory;
    struct emu_ram *ram;
    struct emu_region region;
    uint8_t *host; /* of the RAM's first byte */
    emu_gpa base;
    struct ir_builder *builder;
    struct jit *jit; /* where the test translates */
};

/* RAM of size bytes at base. False: printed why not. */
bool lift_env_init(struct lift_env *env, emu_gpa base, uint64_t size);
void lift_env_finish(struct lift_env *env);
/* Paging on: the 2 MiB from base on are mapped to themselves, by tables at that address in them. */
void lift_env_map(struct lift_env *env, uint64_t tables);

/* Lifts from a linear address in a mode. */
enum ir_status lift_at(struct lift_env *env, uint64_t mode, uint64_t pc, unsigned max_insns);

#endif
