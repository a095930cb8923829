/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Code that all blocks share: into translated code and out of it, slow ops, the next block. */
#include "emulator/jit/x86-64/vector.h"

#include <string.h>

/* Temporaries where calls do not touch them. */
const uint8_t jit_pin_reg[PIN_COUNT] = {ASM_RBX, ASM_RDI, ASM_R12, ASM_RSI, ASM_R8, ASM_R9,
                                        ASM_R13, ASM_R10, ASM_R11, ASM_R14, ASM_R15};

/* Host's stack for frames of guest calls (calls.c), in bytes; the lowest one with what aligns it;
 * and the pc that this one has. */
#define STUB_FRAMES (32 << 10)
#define STUB_BOTTOM 24
#define STUB_NO_PC  0x7e57ab1ec0de0001u

static const uint8_t stub_saved[] = {ASM_RBX, ASM_RBP, ASM_R12, ASM_R13, ASM_R14, ASM_R15};

unsigned jit_pins(const struct ir_guest *guest, uint16_t slot[PIN_COUNT])
{
    for (unsigned n = 0; n < PIN_GUEST; n++)
        slot[n] = n < guest->pinned_count ? guest->pinned[n] : IR_SLOT_ZERO;
    slot[PIN_GUEST] = IR_SLOT_TEMP(0);
    slot[PIN_GUEST + 1] = IR_SLOT_TEMP(1);
    return PIN_COUNT;
}

struct stubs {
    struct asm_buf b;
    uint16_t slot[PIN_COUNT];
    uint32_t save; /* where the code is that saves vector slots */
};

/* All that C code may look at or change. */
static void stub_spill(struct stubs *s, unsigned count)
{
    uint32_t saved;

    for (unsigned n = 0; n < count; n++)
        if (s->slot[n] != IR_SLOT_ZERO)
            asm_store(&s->b, IR_64, jit_env_slot(s->slot[n]), jit_pin_reg[n]);
    asm_alu_imm(&s->b, IR_32, ASM_CMP, ENV(vectors_out), 0);
    saved = asm_jcc(&s->b, IR_COND_Z);
    asm_8(&s->b, 0xe8); /* call */
    asm_32(&s->b, s->save - (asm_pos(&s->b) + 4));
    asm_here(&s->b, saved);
}

static void stub_fill(struct stubs *s, unsigned count)
{
    for (unsigned n = 0; n < count; n++)
        if (s->slot[n] != IR_SLOT_ZERO)
            asm_load(&s->b, IR_64, jit_pin_reg[n], jit_env_slot(s->slot[n]));
}

static void stub_call(struct stubs *s, uintptr_t function)
{
    asm_lea(&s->b, IR_64, ASM_RDI, asm_m(ASM_RBP, -ENV_BIAS));
    asm_imm(&s->b, ASM_RAX, function);
    asm_op(&s->b, IR_32, 0xff, 2, asm_r(ASM_RAX));
}

/* Everything is in the state; eax is the status. */
static void stub_return(struct stubs *s)
{
    asm_load(&s->b, IR_64, ASM_RSP, ENV(returns));
    asm_alu_imm(&s->b, IR_64, ASM_ADD, asm_r(ASM_RSP), STUB_BOTTOM);
    for (unsigned n = sizeof(stub_saved); n-- > 0;)
        asm_pop(&s->b, stub_saved[n]);
    asm_ret(&s->b);
}

/* The lowest frame: no call's, and never dropped. A guest that returns to its very pc looks it up.
 */
static void stub_bottom(struct stubs *s, const uint8_t *bottom)
{
    struct asm_buf *b = &s->b;

    asm_alu_imm(b, IR_64, ASM_SUB, asm_r(ASM_RSP), STUB_BOTTOM);
    asm_imm(b, ASM_RAX, (uintptr_t)bottom);
    asm_store(b, IR_64, asm_m(ASM_RSP, 0), ASM_RAX);
    asm_imm(b, ASM_RAX, STUB_NO_PC);
    asm_store(b, IR_64, asm_m(ASM_RSP, 8), ASM_RAX);
    asm_store(b, IR_64, ENV(returns), ASM_RSP);
    asm_lea(b, IR_64, ASM_RAX, asm_m(ASM_RSP, -STUB_FRAMES));
    asm_store(b, IR_64, ENV(returns_end), ASM_RAX);
    asm_alu_imm(b, IR_32, ASM_AND, ENV(returns_stale), 0);
}

/* After C code: frames of another mode or space are dropped. Nothing else is on the stack. */
static void stub_drop(struct stubs *s)
{
    uint32_t keep;

    asm_alu_imm(&s->b, IR_32, ASM_CMP, ENV(returns_stale), 0);
    keep = asm_jcc(&s->b, IR_COND_Z);
    asm_alu_imm(&s->b, IR_32, ASM_AND, ENV(returns_stale), 0);
    asm_load(&s->b, IR_64, ASM_RSP, ENV(returns));
    asm_here(&s->b, keep);
}

/* rdi: env, rsi: code. Its entry takes the pc in rax. */
static void stub_enter(struct stubs *s, const uint8_t *bottom)
{
    for (unsigned n = 0; n < sizeof(stub_saved); n++)
        asm_push(&s->b, stub_saved[n]);
    asm_lea(&s->b, IR_64, ASM_RBP, asm_m(ASM_RDI, ENV_BIAS));
    stub_bottom(s, bottom);
    asm_mov(&s->b, ASM_RCX, ASM_RSI);
    stub_fill(s, PIN_GUEST);
    asm_load(&s->b, IR_64, ASM_RAX, ENV(pc));
    asm_op(&s->b, IR_32, 0xff, 4, asm_r(ASM_RCX));
}

/* A function has been called that returned code, or NULL. */
static void stub_go(struct stubs *s)
{
    uint32_t known;

    asm_op(&s->b, IR_64, 0x85, ASM_RAX, asm_r(ASM_RAX));
    known = asm_jcc(&s->b, IR_COND_NZ);
    asm_load(&s->b, IR_64, ASM_RAX, ENV(executor));
    asm_load(&s->b, IR_32, ASM_RAX, asm_m(ASM_RAX, offsetof(struct ir_executor, status)));
    stub_return(s);
    asm_here(&s->b, known);
    stub_drop(s);
    asm_mov(&s->b, ASM_RCX, ASM_RAX);
    stub_fill(s, PIN_GUEST);
    asm_load(&s->b, IR_64, ASM_RAX, ENV(pc));
    asm_op(&s->b, IR_32, 0xff, 4, asm_r(ASM_RCX));
}

/* rax: pc; rdx: the function's other argument */
static void stub_next(struct stubs *s, uintptr_t function)
{
    asm_store(&s->b, IR_64, ENV(pc), ASM_RAX);
    stub_spill(s, PIN_GUEST);
    asm_mov(&s->b, ASM_RSI, ASM_RDX);
    stub_call(s, function);
    stub_go(s);
}

/* rax: pc, rdx: link */
static void stub_link(struct stubs *s)
{
    uint32_t joins, miss[2];

    asm_alu_imm(&s->b, IR_8, ASM_CMP, asm_m(ASM_RDX, offsetof(struct jit_link, apart)), 0);
    joins = asm_jcc(&s->b, IR_COND_Z);
    asm_alu_imm(&s->b, IR_32, ASM_CMP, ENV(request), 0);
    miss[0] = asm_jcc(&s->b, IR_COND_NZ);
    miss[1] = jit_stub_lookup(&s->b);
    for (unsigned n = 0; n < 2; n++)
        asm_here(&s->b, miss[n]);
    stub_next(s, (uintptr_t)jit_slow_miss);
    asm_here(&s->b, joins);
    stub_next(s, (uintptr_t)jit_slow_link);
}

/* rdx: site. Called; does not come back when the op ended the run. */
static void stub_slow(struct stubs *s)
{
    uint32_t stopped, stale;

    stub_spill(s, PIN_COUNT);
    asm_alu_imm(&s->b, IR_64, ASM_SUB, asm_r(ASM_RSP), 8);
    asm_mov(&s->b, ASM_RSI, ASM_RDX);
    stub_call(s, (uintptr_t)jit_slow_op);
    asm_alu_imm(&s->b, IR_64, ASM_ADD, asm_r(ASM_RSP), 8);
    asm_op(&s->b, IR_64, 0x85, ASM_RAX, asm_r(ASM_RAX));
    stopped = asm_jcc(&s->b, IR_COND_Z);
    stub_fill(s, PIN_COUNT);
    asm_alu_imm(&s->b, IR_32, ASM_CMP, ENV(returns_stale), 0);
    stale = asm_jcc(&s->b, IR_COND_NZ);
    asm_ret(&s->b);
    asm_here(&s->b, stale);
    asm_pop(&s->b, ASM_RCX);
    stub_drop(s);
    asm_op(&s->b, IR_32, 0xff, 4, asm_r(ASM_RCX));
    asm_here(&s->b, stopped);
    asm_alu_imm(&s->b, IR_64, ASM_ADD, asm_r(ASM_RSP), 8); /* the way back */
    stub_call(s, (uintptr_t)jit_slow_stopped);
    stub_go(s);
}

/* Called; eax is the argument and the answer. */
static void stub_function(struct stubs *s, uintptr_t function)
{
    stub_spill(s, PIN_COUNT);
    asm_alu_imm(&s->b, IR_64, ASM_SUB, asm_r(ASM_RSP), 8);
    asm_mov(&s->b, ASM_RSI, ASM_RAX);
    stub_call(s, function);
    asm_alu_imm(&s->b, IR_64, ASM_ADD, asm_r(ASM_RSP), 8);
    stub_fill(s, PIN_COUNT);
    asm_8(&s->b, 0xc3);
}

/* ---- stores to pages with code ---- */

static void stub_watch_page(struct stubs *s)
{
    struct asm_buf *b = &s->b;

    jit_tlb_entry(b);
    asm_alu(b, IR_64, ASM_SUB, ASM_RDX, asm_m(ASM_RCX, offsetof(struct ir_tlb_entry, read)));
    asm_load(b, IR_64, ASM_RBX, asm_m(ASM_RCX, offsetof(struct ir_tlb_entry, code)));
    asm_alu(b, IR_32, ASM_ADD, ASM_RAX, asm_r(ASM_RDX)); /* the last byte */
}

/* CF = bit (rax / 64) of rsi */
static void stub_watch_bit(struct stubs *s)
{
    asm_op(&s->b, IR_32, 0xc1, 5, asm_r(ASM_RAX)); /* shr */
    asm_8(&s->b, 6);
    asm_op(&s->b, IR_64, 0x0fa3, ASM_RAX, asm_r(ASM_RSI)); /* bt */
}

static void stub_watch(struct stubs *s)
{
    struct asm_buf *b = &s->b;
    uint32_t fail[6];

    asm_push(&s->b, ASM_RBX);
    asm_push(&s->b, ASM_RSI);
    stub_watch_page(s);
    asm_alu_imm(b, IR_64, ASM_CMP, asm_r(ASM_RDX), IR_PAGE_SIZE - 1);
    fail[0] = asm_jcc(b, IR_COND_NCZ);
    asm_alu_imm(b, IR_32, ASM_CMP, asm_r(ASM_RAX), IR_PAGE_SIZE - 1);
    fail[1] = asm_jcc(b, IR_COND_NCZ);
    asm_op(b, IR_64, 0x85, ASM_RBX, asm_r(ASM_RBX));
    fail[2] = asm_jcc(b, IR_COND_Z);
    asm_load(b, IR_64, ASM_RSI, asm_m(ASM_RBX, offsetof(struct ir_code_watch, granules)));
    asm_op(b, IR_64, 0x85, ASM_RSI, asm_r(ASM_RSI)); /* else it may soon have no code */
    fail[3] = asm_jcc(b, IR_COND_Z);
    stub_watch_bit(s);
    fail[4] = asm_jcc(b, IR_COND_C);
    asm_load(b, IR_32, ASM_RAX, asm_r(ASM_RDX));
    stub_watch_bit(s);
    fail[5] = asm_jcc(b, IR_COND_C);
    asm_store(b, IR_64, ENV(watch), ASM_RBX);
    asm_store(b, IR_64, ENV(watch_granules), ASM_RSI);
    asm_load(b, IR_64, ASM_RCX, asm_m(ASM_RCX, offsetof(struct ir_tlb_entry, host)));
    asm_pop(&s->b, ASM_RSI);
    asm_pop(&s->b, ASM_RBX);
    asm_8(b, 0xf8); /* clc */
    asm_8(b, 0xc3);
    for (unsigned n = 0; n < 6; n++)
        asm_here(b, fail[n]);
    asm_pop(&s->b, ASM_RSI);
    asm_pop(&s->b, ASM_RBX);
    asm_8(b, 0xf9); /* stc */
    asm_8(b, 0xc3);
}

/* The store, the version, the granules, in this order: see blocks.c. */
static void stub_watched(struct stubs *s)
{
    struct asm_buf *b = &s->b;
    uint32_t changed;

    asm_load(b, IR_64, ASM_RAX, ENV(watch));
    asm_8(b, 0xf0); /* lock */
    asm_alu_imm(b, IR_32, ASM_ADD, asm_m(ASM_RAX, offsetof(struct ir_code_watch, version)), 1);
    asm_load(b, IR_64, ASM_RCX, asm_m(ASM_RAX, offsetof(struct ir_code_watch, granules)));
    asm_alu(b, IR_64, ASM_CMP, ASM_RCX, ENV(watch_granules));
    changed = asm_jcc(b, IR_COND_NZ);
    asm_8(b, 0xc3);
    asm_here(b, changed);
    stub_function(s, (uintptr_t)jit_slow_watched);
}

static void stub_bottom_return(struct stubs *s, const uint8_t *miss)
{
    asm_load(&s->b, IR_64, ASM_RSP, ENV(returns));
    asm_imm(&s->b, ASM_RCX, (uintptr_t)miss);
    asm_op(&s->b, IR_32, 0xff, 4, asm_r(ASM_RCX));
}

static const uint8_t *stub_here(struct jit *jit, struct stubs *s)
{
    while (asm_pos(&s->b) % 16)
        asm_8(&s->b, 0x90);
    return jit_cache_run(&jit->cache, s->b.at);
}

bool jit_make_stubs(struct jit *jit, const struct ir_guest *guest)
{
    const size_t size = 8192;
    struct stubs s = {.b = {.start = jit_cache_alloc(&jit->cache, size)}};
    struct jit_stubs *stubs = &jit->stubs;
    const uint8_t *bottom;

    if (s.b.start == NULL)
        return false;
    s.b.at = s.b.start;
    s.b.end = s.b.start + size;
    jit->features = jit_host_vectors() & (guest->vector_count != 0 ? ~0u : JIT_LZCNT);
    jit_pins(guest, s.slot);
    s.save = asm_pos(&s.b);
    jit_vector_save_stub(&s.b, guest, jit->features);
    stubs->vectors_load = stub_here(jit, &s);
    jit_vector_load_stub(&s.b, guest, jit->features);
    stubs->slow = stub_here(jit, &s);
    stub_slow(&s);
    stubs->miss = stub_here(jit, &s);
    stub_next(&s, (uintptr_t)jit_slow_miss);
    bottom = stub_here(jit, &s);
    stub_bottom_return(&s, stubs->miss);
    stubs->enter = (jit_enter_fn *)(uintptr_t)stub_here(jit, &s);
    stub_enter(&s, bottom);
    stubs->link = stub_here(jit, &s);
    stub_link(&s);
    stubs->hot = stub_here(jit, &s);
    stub_next(&s, (uintptr_t)jit_slow_hot);
    stubs->leave = stub_here(jit, &s);
    stub_next(&s, (uintptr_t)jit_slow_leave);
    stubs->carry = stub_here(jit, &s);
    stub_function(&s, (uintptr_t)jit_slow_carry);
    stubs->cond = stub_here(jit, &s);
    stub_function(&s, (uintptr_t)jit_slow_cond);
    stubs->flags = stub_here(jit, &s);
    stub_function(&s, (uintptr_t)jit_slow_flags);
    stubs->watch = stub_here(jit, &s);
    stub_watch(&s);
    stubs->watched = stub_here(jit, &s);
    stub_watched(&s);
    return !s.b.overflow;
}
