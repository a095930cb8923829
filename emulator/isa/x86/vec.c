/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of vector operations, how to find one, and what happens when the guest wants
 * floating-point exceptions delivered (SDM volume 1, 11.5.3).
 */
#include "emulator/isa/x86/vec.h"

#include "emulator/isa/x86/vec-fp.h"

/* ---- the table ---- */

#define VEC_FAULTS_I  false
#define VEC_FAULTS_N  true
#define VEC_FAULTS_PS true
#define VEC_FAULTS_PD true
#define VEC_FAULTS_SS true
#define VEC_FAULTS_SD true
#define VEC_FAULTS_DP true

/* The Z width writes all of its destination. */
#define VEC_D_SIZE_M(column, bytes) X86_VEC_SIZE(column, bytes)
#define VEC_D_SIZE_X(column, bytes) X86_VEC_SIZE(column, bytes)
#define VEC_D_SIZE_Z(column, bytes) 32
#define VEC_D_SIZE_Y(column, bytes) X86_VEC_SIZE(column, bytes)

#define ENTRY(w, bytes, name, kind, reads_d, d, a, b, c)                                           \
    [X86_VEC_##name##_##w] = {#name "." #w,                                                        \
                              x86_vec_##name##_##w,                                                \
                              VEC_D_SIZE_##w(d, bytes),                                            \
                              X86_VEC_SIZE(a, bytes),                                              \
                              X86_VEC_SIZE(b, bytes),                                              \
                              X86_VEC_SIZE(c, bytes),                                              \
                              reads_d,                                                             \
                              VEC_FAULTS_##kind},
const struct ir_vec x86_vecs[X86_VEC_COUNT] = {
#define VEC(name, widths, kind, shape, reads_d, d, a, b, c)                                        \
    X86_WIDTHS_##widths(ENTRY, name, kind, reads_d, d, a, b, c)
#include "emulator/isa/x86/vec-ops.inc"
#undef VEC
};
#undef ENTRY

struct vec_operation {
    const char *name, *shape;
    int16_t number[X86_VEC_WIDTHS]; /* plus one: 0 is none */
};
static const struct vec_operation vec_operations[X86_VOP_COUNT] = {
#define ENTRY(w, bytes, name) .number[X86_VEC_##w] = X86_VEC_##name##_##w + 1,
#define VEC(name, widths, kind, shape, reads_d, d, a, b, c)                                        \
    [X86_VOP_##name] = {#name, shape, X86_WIDTHS_##widths(ENTRY, name)},
#include "emulator/isa/x86/vec-ops.inc"
#undef VEC
#undef ENTRY
};

const char *x86_vec_shape(enum x86_vec_op op)
{
    return vec_operations[op].shape;
}

const char *x86_vec_name(enum x86_vec_op op)
{
    return vec_operations[op].name;
}

int x86_vec_index(enum x86_vec_op op, enum x86_vec_width width)
{
    return vec_operations[op].number[width] - 1;
}

/* ---- unmasked exceptions ---- */

#define BEFORE_FLAGS (X86_MXCSR_IE | X86_MXCSR_DE | X86_MXCSR_ZE) /* found before computing */

/* An underflow that is unmasked is raised for exact results too. */
static uint32_t exact_underflow(const union x86_vec *d, enum vec_kind kind, unsigned width)
{
    bool single = kind == VEC_KIND_PS || kind == VEC_KIND_SS, tiny = false;
    unsigned lanes = kind == VEC_KIND_N                           ? 0
                     : kind == VEC_KIND_SS || kind == VEC_KIND_SD ? 1
                     : single                                     ? width / 4
                                                                  : width / 8;
    for (unsigned i = 0; i < lanes; i++)
        tiny |= single ? is_denormal_u32(d->u32[i]) : is_denormal_u64(d->u64[i]);
    return tiny ? X86_MXCSR_UE : 0;
}

/* Flushing to zero works only while underflow is masked. */
static uint32_t run_alone(const struct vec_call *v, vec_body_fn *body, uint32_t unmasked)
{
    struct x86_cpu *cpu = x86_cpu_of(v->env);
    uint32_t saved = cpu->mxcsr, raised;
    bool no_flush = (unmasked & X86_MXCSR_UE) && (saved & X86_MXCSR_FTZ);
    x86_mxcsr_clear_host_flags();
    if (no_flush)
        x86_mxcsr_host_control(saved & ~X86_MXCSR_FTZ);
    cpu->mxcsr = saved & ~X86_MXCSR_FLAGS;
    body(v);
    raised = (cpu->mxcsr & X86_MXCSR_FLAGS) | x86_mxcsr_host_flags();
    cpu->mxcsr = saved;
    x86_mxcsr_clear_host_flags();
    if (no_flush)
        x86_mxcsr_host_control(saved);
    return raised;
}

static enum ir_status raise_exception(struct x86_cpu *cpu, uint32_t flags)
{
    cpu->mxcsr |= flags;
    return x86_raise(cpu, cpu->cr4 & X86_CR4_OSXMMEXCPT ? X86_XM : X86_UD);
}

enum ir_status vec_trap(const struct vec_call *v, vec_body_fn *body, enum vec_kind kind,
                        unsigned d_size, unsigned width)
{
    struct x86_cpu *cpu = x86_cpu_of(v->env);
    uint32_t unmasked = ~cpu->mxcsr >> X86_MXCSR_MASK_BIT & X86_MXCSR_FLAGS, raised;
    union x86_vec result = {{0}};
    struct vec_call copy = *v;
    x86_sync_mxcsr(cpu);
    vec_get(&result, v->d, d_size);
    copy.d = &result;
    raised = run_alone(&copy, body, unmasked);
    if (raised & unmasked & BEFORE_FLAGS)
        return raise_exception(cpu, raised & BEFORE_FLAGS);
    if (unmasked & X86_MXCSR_UE)
        raised |= exact_underflow(&result, kind, width);
    if (raised & unmasked)
        return raise_exception(cpu, raised);
    cpu->mxcsr |= raised;
    vec_put(v->d, &result, d_size);
    return IR_OK;
}
