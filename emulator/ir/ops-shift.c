/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Executor functions of shifts and rotates, also the double ones. */
#include "emulator/ir/ops-forms.h"

#define SHIFT(op) X_BINARY_ALL(op)
#include "emulator/ir/ops-shift.inc"
#undef SHIFT

static ir_x_fn *const shift_table[IR_OP_COUNT][4][4] = {
#define SHIFT(op) [IR_##op] = X_BINARY_ROWS(op),
#include "emulator/ir/ops-shift.inc"
#undef SHIFT
};

/* ---- shld and shrd: a and b in one number; at width 16 a follows again, for counts above 16 ----
 */

#define X_DOUBLE_FLAGS(w)                                                                          \
    ir_flags_set(env, r, c | ALU_V(ALU_SIGN(r, w) ^ ALU_SIGN(a, w)), IR_KIND(MIXED, w))

#define DOUBLE_FN(name, w)                                                                         \
    IR_INLINE uint##w##_t name##_##w(struct ir_env *env, uint##w##_t a, uint##w##_t b,             \
                                     unsigned count, bool setf)

DOUBLE_FN(shld, 16)
{
    unsigned n = ALU_COUNT(count, 16);
    uint64_t ring = (uint64_t)a << 32 | (uint64_t)b << 16 | a, c = ring >> (48 - n) & 1;
    uint16_t r = (uint16_t)(ring << n >> 32);

    if (setf && n)
        X_DOUBLE_FLAGS(16);
    return r;
}

DOUBLE_FN(shrd, 16)
{
    unsigned n = ALU_COUNT(count, 16);
    uint64_t ring = (uint64_t)a << 32 | (uint64_t)b << 16 | a, c = ring << 1 >> n & 1;
    uint16_t r = (uint16_t)(ring >> n);

    if (setf && n)
        X_DOUBLE_FLAGS(16);
    return r;
}

#define X_DOUBLES(w, wide)                                                                         \
    DOUBLE_FN(shld, w)                                                                             \
    {                                                                                              \
        unsigned n = ALU_COUNT(count, w);                                                          \
        wide both = (wide)a << (w) | b;                                                            \
        uint64_t c = n ? (uint64_t)(a >> ((w)-n)) & 1 : 0;                                         \
        uint##w##_t r = (uint##w##_t)(both << n >> (w));                                           \
        if (setf && n)                                                                             \
            X_DOUBLE_FLAGS(w);                                                                     \
        return r;                                                                                  \
    }                                                                                              \
    DOUBLE_FN(shrd, w)                                                                             \
    {                                                                                              \
        unsigned n = ALU_COUNT(count, w);                                                          \
        wide both = (wide)b << (w) | a;                                                            \
        uint64_t c = n ? (uint64_t)(a >> (n - 1)) & 1 : 0;                                         \
        uint##w##_t r = (uint##w##_t)(both >> n);                                                  \
        if (setf && n)                                                                             \
            X_DOUBLE_FLAGS(w);                                                                     \
        return r;                                                                                  \
    }
X_DOUBLES(32, uint64_t)
X_DOUBLES(64, unsigned __int128)

#define X_DOUBLE_FORM(op, w, form, count, setf)                                                    \
    IR_X(x_##op##_##w##_##form)                                                                    \
    {                                                                                              \
        IR_R(d) =                                                                                  \
            op##_##w(env, (uint##w##_t)IR_R(a), (uint##w##_t)IR_R(b), (unsigned)(count), setf);    \
        IR_NEXT;                                                                                   \
    }
#define X_DOUBLE(op, w)                                                                            \
    X_DOUBLE_FORM(op, w, 0, IR_R(c), false)                                                        \
    X_DOUBLE_FORM(op, w, 1, IR_R(c), true)                                                         \
    X_DOUBLE_FORM(op, w, 2, ip->imm, false)                                                        \
    X_DOUBLE_FORM(op, w, 3, ip->imm, true)
X_DOUBLE(shld, 16)
X_DOUBLE(shld, 32)
X_DOUBLE(shld, 64)
X_DOUBLE(shrd, 16)
X_DOUBLE(shrd, 32)
X_DOUBLE(shrd, 64)

static ir_x_fn *const shld_table[4][4] = {
    [IR_16] = X_ROW2(shld, 16), [IR_32] = X_ROW2(shld, 32), [IR_64] = X_ROW2(shld, 64)};
static ir_x_fn *const shrd_table[4][4] = {
    [IR_16] = X_ROW2(shrd, 16), [IR_32] = X_ROW2(shrd, 32), [IR_64] = X_ROW2(shrd, 64)};

ir_x_fn *ir_x_select_shift(const struct ir_insn *i, const struct ir_x_context *context)
{
    if (i->width > IR_64)
        return NULL;
    if (i->op == IR_shld)
        return shld_table[i->width][ir_x_form(i)];
    if (i->op == IR_shrd)
        return shrd_table[i->width][ir_x_form(i)];
    return shift_table[i->op][i->width][ir_x_form(i)];
}
