/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes executor functions x_NAME_WIDTH_FORM out of alu_NAME_WIDTH, and rows of tables of them. The
 * forms are those of ir_x_form: 0 slots, no flags; 1 slots, flags; 2 immediate; 3 immediate, flags.
 */
#ifndef EMU_IR_OPS_FORMS_H
#define EMU_IR_OPS_FORMS_H

#include "emulator/ir/alu.h"
#include "emulator/ir/xinsn.h"

#define X_FORM(op, w, form, b_value, setf)                                                         \
    IR_X(x_##op##_##w##_##form)                                                                    \
    {                                                                                              \
        IR_R(d) = alu_##op##_##w(env, (uint##w##_t)IR_R(a), (uint##w##_t)(b_value), setf);         \
        IR_NEXT;                                                                                   \
    }
#define X_UNARY(op, w) X_FORM(op, w, 0, 0, false) X_FORM(op, w, 1, 0, true)
#define X_BINARY(op, w)                                                                            \
    X_FORM(op, w, 0, IR_R(b), false)                                                               \
    X_FORM(op, w, 1, IR_R(b), true)                                                                \
    X_FORM(op, w, 2, ip->imm, false)                                                               \
    X_FORM(op, w, 3, ip->imm, true)

#define X_UNARY_ALL(op)  X_UNARY(op, 8) X_UNARY(op, 16) X_UNARY(op, 32) X_UNARY(op, 64)
#define X_BINARY_ALL(op) X_BINARY(op, 8) X_BINARY(op, 16) X_BINARY(op, 32) X_BINARY(op, 64)

#define X_ROW1(op, w)                                                                              \
    {                                                                                              \
        x_##op##_##w##_0, x_##op##_##w##_1, NULL, NULL                                             \
    }
#define X_ROW2(op, w)                                                                              \
    {                                                                                              \
        x_##op##_##w##_0, x_##op##_##w##_1, x_##op##_##w##_2, x_##op##_##w##_3                     \
    }

#define X_UNARY_ROWS(op)                                                                           \
    {                                                                                              \
        X_ROW1(op, 8), X_ROW1(op, 16), X_ROW1(op, 32), X_ROW1(op, 64)                              \
    }
#define X_BINARY_ROWS(op)                                                                          \
    {                                                                                              \
        X_ROW2(op, 8), X_ROW2(op, 16), X_ROW2(op, 32), X_ROW2(op, 64)                              \
    }

#endif
