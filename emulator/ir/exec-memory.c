/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accesses that miss the soft TLB: the guest's slow paths do them. While they run env->pc is that
 * of the instruction, as for helpers.
 */
#include "emulator/ir/xinsn.h"

/* After a slow path: the next op, or NULL with the run ended at this instruction. */
static const struct ir_xinsn *memory_done(struct ir_env *env, const struct ir_xinsn *ip,
                                          enum ir_status status)
{
    if (status != IR_OK)
        return ir_x_stop(env, ip, status);
    env->pc -= ip->offset;
    return ip + 1;
}

const struct ir_xinsn *ir_x_load(struct ir_env *env, const struct ir_xinsn *ip, uint64_t va,
                                 unsigned size)
{
    uint64_t value[4] = {0};
    enum ir_status status;

    env->pc += ip->offset;
    status = env->guest->load(env, va, value, size, ip->access);
    if (status == IR_OK)
        memcpy(ir_slot(env, ip->d), value, size < 8 ? 8 : size);
    return memory_done(env, ip, status);
}

const struct ir_xinsn *ir_x_load_signed(struct ir_env *env, const struct ir_xinsn *ip, uint64_t va,
                                        unsigned size)
{
    uint64_t value = 0;
    unsigned spare = 64 - 8 * size;
    enum ir_status status;

    env->pc += ip->offset;
    status = env->guest->load(env, va, &value, size, ip->access);
    if (status == IR_OK) {
        value = (uint64_t)((int64_t)(value << spare) >> spare);
        IR_R(d) = value & (UINT64_MAX >> ip->cond);
    }
    return memory_done(env, ip, status);
}

const struct ir_xinsn *ir_x_store(struct ir_env *env, const struct ir_xinsn *ip, uint64_t va,
                                  unsigned size)
{
    uint64_t value[4];

    memcpy(value, ir_slot(env, ip->c), size < 8 ? 8 : size);
    env->pc += ip->offset;
    return memory_done(env, ip, env->guest->store(env, va, value, size, ip->access));
}

const struct ir_xinsn *ir_x_probe(struct ir_env *env, const struct ir_xinsn *ip, uint64_t va,
                                  unsigned size)
{
    env->pc += ip->offset;
    return memory_done(env, ip, env->guest->probe(env, va, size, ip->access));
}

void *ir_x_rmw_begin(struct ir_env *env, const struct ir_xinsn *ip, uint64_t va, unsigned size)
{
    void *host = NULL;
    enum ir_status status;

    env->pc += ip->offset;
    status = env->guest->rmw_begin(env, va, size, ip->access, &host);
    if (status == IR_OK && host)
        return host;
    (void)ir_x_stop(env, ip, status == IR_OK ? IR_FAULT : status);
    return NULL;
}

void ir_x_rmw_end(struct ir_env *env, const struct ir_xinsn *ip)
{
    env->guest->rmw_end(env);
    env->pc -= ip->offset;
}
