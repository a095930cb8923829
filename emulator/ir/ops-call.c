/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Executor functions that call C: helpers and vector ops. imm is the function. */
#include "emulator/ir/xinsn.h"

/* A helper sees the pc of its instruction, and may write it if it then does not return IR_OK. */
IR_X(x_call)
{
    ir_helper_fn *fn = (ir_helper_fn *)(uintptr_t)ip->imm;
    enum ir_status status;

    env->pc += ip->offset;
    status = fn(env, IR_R(a), IR_R(b), IR_R(c));
    if (IR_UNLIKELY(status != IR_OK))
        return ir_x_stop(env, ip, status);
    env->pc -= ip->offset;
    IR_R(d) = env->result;
    IR_NEXT;
}

IR_X(x_vec)
{
    ir_vec_fn *fn = (ir_vec_fn *)(uintptr_t)ip->imm;
    enum ir_status status = fn(env, ir_slot(env, ip->d), ir_slot(env, ip->a), ir_slot(env, ip->b),
                               ir_slot(env, ip->c), ip->scale);

    if (IR_UNLIKELY(status != IR_OK)) {
        env->pc += ip->offset;
        return ir_x_stop(env, ip, status);
    }
    IR_NEXT;
}

ir_x_fn *ir_x_select_call(const struct ir_insn *i, const struct ir_x_context *context)
{
    return i->op == IR_call ? x_call : x_vec;
}
