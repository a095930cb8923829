/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The made-up guest: soft TLB fills, slow paths, helpers, vector ops, lifter. */
#include "tests/ir/toy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct toy *toy_of(struct ir_env *env)
{
    return (struct toy *)env;
}

/* ---- memory ---- */

static bool toy_physical(uint64_t va, unsigned size, uint64_t *pa)
{
    *pa = va >= TOY_HIGH ? va - TOY_HIGH : va;
    return *pa + size <= TOY_RAM;
}

static enum ir_status toy_fault(struct toy *toy, uint64_t va, unsigned access)
{
    toy->fault_va = va;
    toy->fault_access = access;
    return IR_FAULT;
}

static void toy_fill(struct toy *toy, uint64_t va, uint64_t pa)
{
    unsigned index = ir_tlb_index(va);
    struct ir_tlb_entry *entry = &toy->tlb.entry[index];
    uint64_t tag = va & IR_PAGE_MASK;

    if ((pa & IR_PAGE_MASK) == TOY_REGS)
        return;
    entry->read = tag;
    entry->write = ir_blocks_page_has_code(toy->env.blocks, pa) ? ir_tlb_none(index) : tag;
    entry->host = toy->ram + (pa & IR_PAGE_MASK);
}

static bool toy_misaligned(uint64_t va, unsigned size, unsigned access)
{
    return (access & IR_ACCESS_ALIGNED) && (va & (size - 1));
}

static enum ir_status toy_load(struct ir_env *env, uint64_t va, void *value, unsigned size,
                               unsigned access)
{
    struct toy *toy = toy_of(env);
    uint64_t pa;

    toy->slow_loads++;
    if (!toy_physical(va, size, &pa) || toy_misaligned(va, size, access))
        return toy_fault(toy, va, access);
    if ((pa & IR_PAGE_MASK) == TOY_REGS)
        memcpy(value, &pa, size < 8 ? size : 8);
    else
        memcpy(value, toy->ram + pa, size);
    toy_fill(toy, va, pa);
    return IR_OK;
}

static enum ir_status toy_store(struct ir_env *env, uint64_t va, const void *value, unsigned size,
                                unsigned access)
{
    struct toy *toy = toy_of(env);
    uint64_t pa;

    toy->slow_stores++;
    if (!toy_physical(va, size, &pa) || toy_misaligned(va, size, access))
        return toy_fault(toy, va, access);
    if (ir_blocks_store(env->blocks, pa, size, env->block, true)) {
        toy->alone++;
        return IR_ALONE;
    }
    for (unsigned n = 0; n < size; n++)
        __atomic_store_n(toy->ram + pa + n, ((const uint8_t *)value)[n], __ATOMIC_RELAXED);
    ir_blocks_store(env->blocks, pa, size, NULL, false);
    toy_fill(toy, va, pa);
    return IR_OK;
}

static enum ir_status toy_probe(struct ir_env *env, uint64_t va, unsigned size, unsigned access)
{
    uint64_t pa;

    return toy_physical(va, size, &pa) ? IR_OK : toy_fault(toy_of(env), va, access);
}

static enum ir_status toy_rmw_begin(struct ir_env *env, uint64_t va, unsigned size, unsigned access,
                                    void **host)
{
    struct toy *toy = toy_of(env);
    enum ir_status status = toy_load(env, va, toy->bounce, size, access);

    toy->bounce_va = va;
    toy->bounce_size = size;
    *host = toy->bounce;
    return status;
}

static void toy_rmw_end(struct ir_env *env)
{
    struct toy *toy = toy_of(env);

    toy_store(env, toy->bounce_va, toy->bounce, toy->bounce_size, 0);
}

/* ---- helpers and vector ops ---- */

static enum ir_status toy_note(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct toy *toy = toy_of(env);

    toy->notes++;
    toy->seen_pc = env->pc;
    toy->seen_flags = ir_flags_get(env);
    env->result = a + b + c;
    return IR_OK;
}

static enum ir_status toy_raise(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    return toy_fault(toy_of(env), a, 0);
}

static enum ir_status toy_jump(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    env->pc = a;
    return IR_JUMPED;
}

static enum ir_status toy_forget(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    ir_jumps_flush(env);
    ir_blocks_flush(env->blocks);
    return IR_OK;
}

static enum ir_status toy_flags(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    ir_flags_put(env, a, b);
    return IR_OK;
}

static enum ir_status toy_mode(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    env->mode = a;
    ir_jumps_select(env);
    return IR_OK;
}

static const struct ir_helper toy_helpers[TOY_HELPERS] = {
    [TOY_H_NOTE] = {"note", toy_note, IR_H_FLAGS_IN},
    [TOY_H_FAULT] = {"fault", toy_raise, IR_H_FAULTS},
    [TOY_H_JUMP] = {"jump", toy_jump, IR_H_FAULTS},
    [TOY_H_FLUSH] = {"flush", toy_forget, 0},
    [TOY_H_MODE] = {"mode", toy_mode, 0},
    [TOY_H_FLAGS] = {"flags", toy_flags, IR_H_FLAGS_IN | IR_H_FLAGS_OUT},
};

static enum ir_status toy_vec_add(struct ir_env *env, void *d, const void *a, const void *b,
                                  const void *c, unsigned imm)
{
    for (unsigned n = 0; n < 4; n++)
        ((uint64_t *)d)[n] = ((const uint64_t *)a)[n] + ((const uint64_t *)b)[n] + imm;
    return IR_OK;
}

static enum ir_status toy_vec_fault(struct ir_env *env, void *d, const void *a, const void *b,
                                    const void *c, unsigned imm)
{
    return toy_fault(toy_of(env), imm, 0);
}

static enum ir_status toy_vec_low(struct ir_env *env, void *d, const void *a, const void *b,
                                  const void *c, unsigned imm)
{
    memcpy(d, a, 8);
    return IR_OK;
}

static const struct ir_vec toy_vecs[TOY_VECS] = {
    [TOY_V_ADD] = {.name = "add4", .fn = toy_vec_add, .d_size = 32, .a_size = 32, .b_size = 32},
    [TOY_V_FAULT] = {.name = "trap", .fn = toy_vec_fault, .d_size = 32, .faults = true},
    [TOY_V_LOW] = {.name = "low", .fn = toy_vec_low, .d_size = 8, .a_size = 8, .reads_d = true},
};

/* ---- the lifter ---- */

static void toy_lift_memory(struct ir_builder *b, const uint8_t *code)
{
    struct ir_address m = {
        .base = TOY_R(code[2] & 15), .index = IR_SLOT_ZERO, .disp = (int8_t)code[3]};
    uint16_t x = TOY_R(code[1] & 15);

    if (code[0] == TOY_LD)
        ir_load(b, IR_64, x, &m);
    else
        ir_store(b, code[0] == TOY_ST ? IR_64 : IR_8, &m, x);
}

/* One instruction; true when it ends the block. */
static bool toy_lift_one(struct ir_builder *b, const uint8_t *code, unsigned offset)
{
    uint16_t x = TOY_R(code[1] & 15), y = TOY_R(code[2] & 15);
    int imm = (int8_t)code[3];
    int64_t target = (int64_t)offset + 4 + 4 * imm;
    struct ir_insn *i;

    ir_begin_insn(b, offset, 4);
    switch (code[0]) {
    case TOY_MOVI:
        ir_movi(b, IR_64, x, imm);
        return false;
    case TOY_ADD:
        ir_alu(b, IR_add, IR_64, x, x, y)->flags |= IR_SETF;
        return false;
    case TOY_ADDI:
        ir_alui(b, IR_add, IR_64, x, x, imm)->flags |= IR_SETF;
        return false;
    case TOY_DEC:
        ir_alu(b, IR_dec, IR_64, x, x, IR_SLOT_ZERO)->flags |= IR_SETF;
        return false;
    case TOY_SHL:
        ir_alui(b, IR_shl, IR_64, x, x, imm);
        return false;
    case TOY_JNZ:
        i = ir_emit(b, IR_br, IR_64);
        i->cond = IR_COND_NZ;
        i->imm = target;
        return false;
    case TOY_JMP:
        ir_emit(b, IR_jmp, IR_64)->imm = target;
        return true;
    case TOY_JMPI:
        ir_emit(b, IR_jmpi, IR_64)->a = x;
        return true;
    case TOY_LD:
    case TOY_ST:
    case TOY_ST8:
        toy_lift_memory(b, code);
        return false;
    case TOY_CALL:
        ir_call(b, (unsigned)imm, IR_SLOT_SINK, x, y, IR_SLOT_ZERO);
        return false;
    default:
        ir_emit(b, IR_leave, IR_64)->imm = offset;
        return true;
    }
}

static enum ir_status toy_lift(struct ir_env *env, struct ir_builder *b, unsigned max_insns)
{
    struct toy *toy = toy_of(env);
    unsigned offset = 0;
    uint64_t pa;

    toy->lifts++;
    if (!toy_physical(env->pc, 4, &pa))
        return toy_fault(toy, env->pc, 0);
    /* one over the end of a page comes alone */
    b->one_time = (pa & ~IR_PAGE_MASK) > IR_PAGE_SIZE - 4;
    if (b->one_time)
        max_insns = 1;
    do {
        uint8_t code[4];

        for (unsigned n = 0; n < 4; n++)
            code[n] = __atomic_load_n(toy->ram + pa + offset + n, __ATOMIC_RELAXED);
        if (toy_lift_one(b, code, offset))
            return IR_OK;
        offset += 4;
    } while (b->guest_insns < max_insns && (pa & ~IR_PAGE_MASK) + offset <= IR_PAGE_SIZE - 4 &&
             ir_builder_has_room(b));
    ir_emit(b, IR_jmp, IR_64)->imm = offset;
    return IR_OK;
}

static bool toy_code_address(struct ir_env *env, emu_gpa *out)
{
    struct toy *toy = toy_of(env);

    if (!toy_physical(env->pc, 4, out) || (*out & IR_PAGE_MASK) == TOY_REGS)
        return false;
    if (ir_blocks_protect(env->blocks, *out))
        for (unsigned n = 0; n < IR_TLB_SIZE; n++)
            toy->tlb.entry[n].write = ir_tlb_none(n);
    return true;
}

static bool toy_copy_code(struct ir_env *env, struct ir_code_copy *out)
{
    struct toy *toy = toy_of(env);
    uint64_t pa;

    if (!toy_physical(env->pc, 4, &pa))
        return false;
    out->mode = env->mode;
    out->pc = env->pc & IR_PAGE_MASK;
    out->model = NULL;
    for (unsigned n = 0; n < IR_PAGE_SIZE; n++)
        out->bytes[n] = __atomic_load_n(toy->ram + (pa & IR_PAGE_MASK) + n, __ATOMIC_RELAXED);
    return true;
}

static enum ir_status toy_lift_copy(const struct ir_code_copy *copy, unsigned offset,
                                    struct ir_builder *b)
{
    unsigned at = offset;

    if (offset > IR_PAGE_SIZE - 4)
        return IR_ALONE;
    do {
        if (toy_lift_one(b, copy->bytes + at, at - offset))
            return IR_OK;
        at += 4;
    } while (at <= IR_PAGE_SIZE - 4 && ir_builder_has_room(b));
    ir_emit(b, IR_jmp, IR_64)->imm = at - offset;
    return IR_OK;
}

static const char *toy_slot_name(unsigned slot)
{
    static const char *const names[] = {"r0", "r1", "r2",  "r3",  "r4",  "r5",  "r6",  "r7",
                                        "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"};
    static const char *const vectors[] = {"x0", "x1", "x2", "x3"};

    if (slot >= TOY_R(0) && slot <= TOY_R(15))
        return names[slot - TOY_R(0)];
    if (slot >= TOY_V(0) && slot <= TOY_V(3) && (slot - TOY_V(0)) % 4 == 0)
        return vectors[(slot - TOY_V(0)) / 4];
    return NULL;
}

const struct ir_guest toy_guest = {
    .name = "toy",
    .helpers = toy_helpers,
    .helper_count = TOY_HELPERS,
    .vecs = toy_vecs,
    .vec_count = TOY_VECS,
    .slot_name = toy_slot_name,
    .slots = IR_SLOT(struct toy, end),
    .load = toy_load,
    .store = toy_store,
    .probe = toy_probe,
    .rmw_begin = toy_rmw_begin,
    .rmw_end = toy_rmw_end,
    .lift = toy_lift,
    .code_address = toy_code_address,
    .copy_code = toy_copy_code,
    .lift_copy = toy_lift_copy,
};

/* ---- life ---- */

static void *toy_memory(void *memory)
{
    if (!memory) {
        fputs("no memory\n", stderr);
        exit(1);
    }
    return memory;
}

void toy_flush(struct toy *toy)
{
    for (unsigned n = 0; n < IR_TLB_SIZE; n++)
        ir_tlb_clear_entry(&toy->tlb, n);
}

struct toy *toy_new(uint8_t *ram, struct ir_blocks *blocks)
{
    size_t size = (sizeof(struct toy) + 63) & ~(size_t)63;
    struct toy *toy = toy_memory(aligned_alloc(64, size));

    memset(toy, 0, size);
    toy_flush(toy);
    toy->own_ram = !ram;
    toy->ram = ram ? ram : toy_memory(calloc(1, TOY_RAM));
    toy->env.tlb = &toy->tlb;
    toy->env.guest = &toy_guest;
    toy->env.blocks = blocks ? blocks : toy_memory(ir_blocks_new(NULL));
    if (!ir_exec_init(&toy->env, NULL))
        toy_memory(NULL);
    return toy;
}

void toy_free(struct toy *toy, bool also_blocks)
{
    struct ir_blocks *blocks = toy->env.blocks;

    ir_exec_finish(&toy->env);
    if (also_blocks)
        ir_blocks_free(blocks);
    if (toy->own_ram)
        free(toy->ram);
    free(toy);
}

void toy_put(struct toy *toy, uint64_t address, enum toy_op op, int x, int y, int imm)
{
    uint8_t code[4] = {(uint8_t)op, (uint8_t)x, (uint8_t)y, (uint8_t)imm};

    memcpy(toy->ram + address, code, 4);
    ir_blocks_store(toy->env.blocks, address, 4, NULL, false);
}

enum ir_status toy_run(struct toy *toy, uint64_t pc)
{
    toy->env.pc = pc;
    return ir_exec_run(&toy->env);
}
