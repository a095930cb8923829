/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Executor functions that move values about, among them the address computations. */
#include "emulator/ir/address.h"
#include "emulator/ir/xinsn.h"

/* ---- mov ---- */

#define X_MOV(w)                                                                                   \
    IR_X(x_mov_##w)                                                                                \
    {                                                                                              \
        IR_R(d) = (uint##w##_t)IR_R(b);                                                            \
        IR_NEXT;                                                                                   \
    }
X_MOV(8)
X_MOV(16)
X_MOV(32)
X_MOV(64)

IR_X(x_mov_imm)
{
    IR_R(d) = (uint64_t)ip->imm;
    IR_NEXT;
}

#define X_MOV_VECTOR(w)                                                                            \
    IR_X(x_mov_##w)                                                                                \
    {                                                                                              \
        memmove(ir_slot(env, ip->d), ir_slot(env, ip->b), (w) / 8);                                \
        IR_NEXT;                                                                                   \
    }
X_MOV_VECTOR(128)
X_MOV_VECTOR(256)

static ir_x_fn *const mov_table[6] = {x_mov_8, x_mov_16, x_mov_32, x_mov_64, x_mov_128, x_mov_256};

/* ---- sign extension: from, to; the immediate form is a mov (encode.c) ---- */

#define X_SEXT(from, to)                                                                           \
    IR_X(x_sext_##from##_##to)                                                                     \
    {                                                                                              \
        IR_R(d) = (uint##to##_t)(int##from##_t)IR_R(b);                                            \
        IR_NEXT;                                                                                   \
    }
X_SEXT(8, 16)
X_SEXT(8, 32)
X_SEXT(8, 64)
X_SEXT(16, 32)
X_SEXT(16, 64)
X_SEXT(32, 64)

static ir_x_fn *const sext_table[4][4] = {
    {x_mov_8, x_sext_8_16, x_sext_8_32, x_sext_8_64},
    {NULL, x_mov_16, x_sext_16_32, x_sext_16_64},
    {NULL, NULL, x_mov_32, x_sext_32_64},
    {NULL, NULL, NULL, x_mov_64},
};

/* ---- parts of a slot ---- */

#define X_PARTS(w)                                                                                 \
    IR_X(x_insert_##w)                                                                             \
    {                                                                                              \
        uint64_t mask = (uint64_t)(uint##w##_t) - 1 << ip->imm;                                    \
        IR_R(d) = (IR_R(d) & ~mask) | ((IR_R(a) << ip->imm) & mask);                               \
        IR_NEXT;                                                                                   \
    }                                                                                              \
    IR_X(x_insert_##w##_low)                                                                       \
    {                                                                                              \
        uint64_t mask = (uint##w##_t) - 1;                                                         \
        IR_R(d) = (IR_R(d) & ~mask) | (IR_R(a) & mask);                                            \
        IR_NEXT;                                                                                   \
    }                                                                                              \
    IR_X(x_extract_##w)                                                                            \
    {                                                                                              \
        IR_R(d) = (uint##w##_t)(IR_R(a) >> ip->imm);                                               \
        IR_NEXT;                                                                                   \
    }                                                                                              \
    IR_X(x_pcrel_##w)                                                                              \
    {                                                                                              \
        IR_R(d) = (uint##w##_t)(env->pc + (uint64_t)ip->imm);                                      \
        IR_NEXT;                                                                                   \
    }                                                                                              \
    IR_X(x_lea_##w##_base)                                                                         \
    {                                                                                              \
        IR_R(d) = (uint##w##_t)ir_address_base(env, ip);                                           \
        IR_NEXT;                                                                                   \
    }                                                                                              \
    IR_X(x_lea_##w##_index)                                                                        \
    {                                                                                              \
        IR_R(d) = (uint##w##_t)ir_address_index(env, ip);                                          \
        IR_NEXT;                                                                                   \
    }                                                                                              \
    IR_X(x_lea_##w##_full)                                                                         \
    {                                                                                              \
        IR_R(d) = (uint##w##_t)ir_address_full(env, ip);                                           \
        IR_NEXT;                                                                                   \
    }
X_PARTS(8)
X_PARTS(16)
X_PARTS(32)
X_PARTS(64)

enum { INSERT, INSERT_LOW, EXTRACT, PCREL, LEA }; /* LEA + enum ir_address_form */
#define ROW(w)                                                                                     \
    {                                                                                              \
        x_insert_##w, x_insert_##w##_low, x_extract_##w, x_pcrel_##w, x_lea_##w##_base,            \
            x_lea_##w##_index, x_lea_##w##_full                                                    \
    }
static ir_x_fn *const part_table[4][7] = {ROW(8), ROW(16), ROW(32), ROW(64)};
#undef ROW

ir_x_fn *ir_x_select_move(const struct ir_insn *i, const struct ir_x_context *context)
{
    if (i->op == IR_mov && !(i->flags & IR_IMM))
        return i->width > IR_256 ? NULL : mov_table[i->width];
    if (i->width > IR_64)
        return NULL;
    switch (i->op) {
    case IR_mov:
        return x_mov_imm;
    case IR_sext:
        return i->width2 > IR_64   ? NULL
               : i->flags & IR_IMM ? x_mov_imm
                                   : sext_table[i->width][i->width2];
    case IR_insert:
        return part_table[i->width][i->imm ? INSERT : INSERT_LOW];
    case IR_extract:
        return part_table[i->width][EXTRACT];
    case IR_pcrel:
        return part_table[i->width][PCREL];
    default:
        return part_table[i->width][LEA + ir_address_form(i)];
    }
}
