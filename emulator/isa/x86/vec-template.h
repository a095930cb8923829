/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to vec-*.c: how one body becomes the functions of all widths. A body is
 *   static inline void body_NAME(const struct vec_call *v, unsigned width)
 * where width is a constant once it is inlined, so that gcc can vectorise its loops. The file then
 * includes its .inc with VEC defined as VEC_INSTANCES.
 */
#ifndef EMU_ISA_X86_VEC_TEMPLATE_H
#define EMU_ISA_X86_VEC_TEMPLATE_H

#include <string.h>

#include "emulator/cpu/x86/mxcsr.h"
#include "emulator/isa/x86/vec.h"

#define VEC_INLINE static inline __attribute__((always_inline))

struct vec_call {
    struct ir_env *env;
    void *d;
    const void *a, *b, *c;
    unsigned imm;
};

VEC_INLINE void vec_get(union x86_vec *out, const void *slot, unsigned bytes)
{
    memcpy(out, slot, bytes);
}
VEC_INLINE void vec_put(void *slot, const union x86_vec *value, unsigned bytes)
{
    memcpy(slot, value, bytes);
}
VEC_INLINE void vec_put_u64(void *slot, uint64_t value)
{
    memcpy(slot, &value, 8);
}
VEC_INLINE uint64_t vec_get_u64(const void *slot)
{
    uint64_t value;
    memcpy(&value, slot, 8);
    return value;
}

/* d = a, where they are not the same slot. */
VEC_INLINE void vec_copy(void *d, const void *a, unsigned bytes)
{
    union x86_vec value;
    if (d == a)
        return;
    vec_get(&value, a, bytes);
    vec_put(d, &value, bytes);
}

/* Two halves, without a detour over memory that would stall the load of the whole. */
VEC_INLINE void vec_put_halves(void *slot, uint64_t low, uint64_t high)
{
    memcpy(slot, &low, 8);
    memcpy((uint8_t *)slot + 8, &high, 8);
}

/* Lane 0 is the value, the rest is that of a. Whatever it depends on has been read. */
#define VEC_PUT_SCALAR(v, value, width)                                                            \
    do {                                                                                           \
        vec_copy((v)->d, (v)->a, width);                                                           \
        memcpy((v)->d, &(value), sizeof(value));                                                   \
    } while (0)

#define VEC_LANES(width, field) ((width) / sizeof(((union x86_vec *)0)->field[0]))

/* d[i] = expression in x (of a) and y (of b). */
#define VEC_MAP2(name, field, expression)                                                          \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec va, vb, vd;                                                                  \
        vec_get(&va, v->a, width);                                                                 \
        vec_get(&vb, v->b, width);                                                                 \
        for (unsigned i = 0; i < VEC_LANES(width, field); i++) {                                   \
            __typeof__(va.field[0]) x = va.field[i], y = vb.field[i];                              \
            vd.field[i] = (__typeof__(va.field[0]))(expression);                                   \
        }                                                                                          \
        vec_put(v->d, &vd, width);                                                                 \
    }

/* d[i] = expression in y (of b) and imm. */
#define VEC_MAP1(name, field, expression)                                                          \
    VEC_INLINE void body_##name(const struct vec_call *v, unsigned width)                          \
    {                                                                                              \
        union x86_vec vb, vd;                                                                      \
        unsigned imm = v->imm & 0xff;                                                              \
        (void)imm;                                                                                 \
        vec_get(&vb, v->b, width);                                                                 \
        for (unsigned i = 0; i < VEC_LANES(width, field); i++) {                                   \
            __typeof__(vb.field[0]) y = vb.field[i];                                               \
            vd.field[i] = (__typeof__(vb.field[0]))(expression);                                   \
        }                                                                                          \
        vec_put(v->d, &vd, width);                                                                 \
    }

/* What VEX does to the rest of its destination. */
#define VEC_REST_M(d)
#define VEC_REST_X(d)
#define VEC_REST_Z(d) memset((uint8_t *)(d) + 16, 0, 16);
#define VEC_REST_Y(d)

#define VEC_ARGUMENTS                                                                              \
    struct ir_env *env, void *d, const void *a, const void *b, const void *c, unsigned imm

/* Prototypes for the table and the instances. */
#define VEC_PROTOTYPE(w, bytes, name)                       enum ir_status x86_vec_##name##_##w(VEC_ARGUMENTS);
#define VEC(name, widths, kind, shape, reads_d, d, a, b, c) X86_WIDTHS_##widths(VEC_PROTOTYPE, name)
#include "emulator/isa/x86/vec-ops.inc"
#undef VEC

/* Operations that cannot fault. */
#define VEC_INSTANCE(w, bytes, name)                                                               \
    enum ir_status x86_vec_##name##_##w(VEC_ARGUMENTS)                                             \
    {                                                                                              \
        body_##name(&(struct vec_call){env, d, a, b, c, imm}, bytes);                              \
        VEC_REST_##w(d) return IR_OK;                                                              \
    }

/* Operations that can: what kind of lanes a row's result has, for the trap. */
enum vec_kind { VEC_KIND_N, VEC_KIND_PS, VEC_KIND_PD, VEC_KIND_SS, VEC_KIND_SD };
typedef void vec_body_fn(const struct vec_call *v);
/*
 * With exceptions unmasked: runs the body on a copy and raises what the guest wants to see, else
 * writes the result. d_size, width: bytes.
 */
enum ir_status vec_trap(const struct vec_call *v, vec_body_fn *body, enum vec_kind kind,
                        unsigned d_size, unsigned width);

#define VEC_FAULTING(w, bytes, name, kind, d_column)                                               \
    static void run_##name##_##w(const struct vec_call *v)                                         \
    {                                                                                              \
        body_##name(v, bytes);                                                                     \
    }                                                                                              \
    enum ir_status x86_vec_##name##_##w(VEC_ARGUMENTS)                                             \
    {                                                                                              \
        struct vec_call v = {env, d, a, b, c, imm};                                                \
        if (__builtin_expect(x86_mxcsr_unmasked(x86_cpu_of(env)), 0)) {                            \
            enum ir_status status =                                                                \
                vec_trap(&(struct vec_call){env, d, a, b, c, imm}, run_##name##_##w,               \
                         VEC_KIND_##kind, X86_VEC_SIZE(d_column, bytes), bytes);                   \
            if (status != IR_OK)                                                                   \
                return status;                                                                     \
        } else {                                                                                   \
            body_##name(&v, bytes);                                                                \
        }                                                                                          \
        VEC_REST_##w(d) return IR_OK;                                                              \
    }

#define VEC_INSTANCES_I(name, widths, kind, d)  X86_WIDTHS_##widths(VEC_INSTANCE, name)
#define VEC_INSTANCES_N(name, widths, kind, d)  X86_WIDTHS_##widths(VEC_FAULTING, name, kind, d)
#define VEC_INSTANCES_PS(name, widths, kind, d) X86_WIDTHS_##widths(VEC_FAULTING, name, kind, d)
#define VEC_INSTANCES_PD(name, widths, kind, d) X86_WIDTHS_##widths(VEC_FAULTING, name, kind, d)
#define VEC_INSTANCES_SS(name, widths, kind, d) X86_WIDTHS_##widths(VEC_FAULTING, name, kind, d)
#define VEC_INSTANCES_SD(name, widths, kind, d) X86_WIDTHS_##widths(VEC_FAULTING, name, kind, d)
#define VEC_INSTANCES(name, widths, kind, shape, reads_d, d, a, b, c)                              \
    VEC_INSTANCES_##kind(name, widths, kind, d)

#endif
