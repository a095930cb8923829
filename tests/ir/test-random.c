/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random blocks, run three ways that must agree: as one block, one op at a time (so that nothing is
 * known of the flags and nothing is fused), and after the passes. With TEST_JIT also translated to
 * the host's code.
 */
#include "tests/ir/toy.h"
#include "tests/test.h"
#ifdef TEST_JIT
#include "emulator/jit/jit.h"
#endif

#define BLOCKS 20000
#define AREA   0x4000 /* of memory: this page and the next one */

static struct toy *toy;
static struct ir_builder whole, part, passed;

struct outcome {
    enum ir_status status;
    uint64_t pc, flags, instructions;
    uint64_t r[16], v[4][4];
    uint8_t memory[2 * 4096];
};

static uint64_t state = 88172645463325252;
static uint64_t random64(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static unsigned below(unsigned limit)
{
    return (unsigned)(random64() >> 33) % limit;
}

static uint64_t random_value(void)
{
    static const uint64_t edge[] = {0,         1,          0x7f,       0x80,       0xff,
                                    0x7fff,    0x8000,     0x7fffffff, 0x80000000, 0xffffffff,
                                    INT64_MAX, 1ull << 63, UINT64_MAX};

    return below(3) ? random64() : edge[below(sizeof(edge) / sizeof(edge[0]))];
}

/* ---- making a block: r0..r7 hold values, r8 and r9 addresses ---- */

static const enum ir_op plain_ops[] = {
    IR_mov,   IR_sext,  IR_insert, IR_extract, IR_lea,   IR_add,   IR_adc,    IR_sub, IR_sbb,
    IR_and,   IR_or,    IR_xor,    IR_inc,     IR_dec,   IR_neg,   IR_not,    IR_mul, IR_umulw,
    IR_smulw, IR_shl,   IR_shr,    IR_sar,     IR_rol,   IR_ror,   IR_rcl,    IR_rcr, IR_shld,
    IR_shrd,  IR_bswap, IR_bsf,    IR_bsr,     IR_tzcnt, IR_lzcnt, IR_popcnt, IR_bt,  IR_bts,
    IR_btr,   IR_btc,   IR_setcc,  IR_select,  IR_getf,  IR_putf,  IR_sub,    IR_and, IR_setcc,
};
static const enum ir_op memory_ops[] = {
    IR_ld,   IR_lds,  IR_st,   IR_madd, IR_madc, IR_msub, IR_msbb, IR_mand,  IR_mor,      IR_mxor,
    IR_minc, IR_mdec, IR_mneg, IR_mnot, IR_mshl, IR_mrcr, IR_mbts, IR_mxchg, IR_mcmpxchg, IR_probe,
};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A register, or a temporary that the instruction has written. */
static uint16_t source(const struct ir_builder *b)
{
    return b->temps && below(2) ? IR_SLOT_TEMP(below(b->temps)) : TOY_R(below(8));
}

static void set_flags(struct ir_insn *i)
{
    const struct ir_op_info *info = &ir_op_table[i->op];

    if (info->defines && !(info->attributes & IR_A_FLAGS) && below(3))
        i->flags |= IR_SETF;
    if (strchr(info->operands, 'B') && below(3) == 0) {
        i->flags |= IR_IMM;
        i->imm = (int64_t)random_value();
    }
    if (i->op == IR_insert || i->op == IR_extract)
        i->imm = i->width == IR_8 && below(2) ? 8 : 0;
    if (i->op == IR_putf && !(i->flags & IR_IMM))
        i->imm = (int64_t)(random64() & IR_F_ALL);
}

static enum ir_width random_width(enum ir_op op)
{
    bool narrow = op == IR_shld || op == IR_shrd || op == IR_bswap;

    return narrow ? (enum ir_width)(IR_16 + below(3)) : (enum ir_width)below(4);
}

static void emit_plain(struct ir_builder *b)
{
    enum ir_op op = plain_ops[below(COUNT(plain_ops))];
    uint16_t x = source(b), y = source(b), z = source(b);
    struct ir_insn *i = ir_emit(b, op, random_width(op));

    i->a = x;
    i->b = y;
    i->c = op == IR_umulw || op == IR_smulw ? TOY_R(below(8)) : z;
    i->cond = (uint8_t)below(16);
    i->scale = op == IR_lea ? (uint8_t)below(4) : 0;
    i->width2 = (uint8_t)(i->width + below(4u - i->width));
    if (strchr(ir_op_table[op].operands, 'd') && op != IR_bt)
        i->dst = TOY_R(below(8));
    if (strchr(ir_op_table[op].operands, 'D'))
        i->dst = TOY_R(below(8));
    set_flags(i);
}

static void emit_memory(struct ir_builder *b)
{
    enum ir_op op = memory_ops[below(COUNT(memory_ops))];
    unsigned attributes = ir_op_table[op].attributes;
    struct ir_insn *i = ir_emit(b, op, (enum ir_width)below(4));

    i->a = TOY_R(8 + below(2));
    i->b = below(3) ? IR_SLOT_ZERO : TOY_R(10);
    i->scale = i->b == IR_SLOT_ZERO ? 0 : (uint8_t)below(4);
    i->imm = below(200) == 0 ? TOY_RAM : (int64_t)below(64);
    i->c = TOY_R(below(8));
    i->width2 = (uint8_t)(i->width + below(4u - i->width));
    i->dst = strpbrk(ir_op_table[op].operands, "dD") ? TOY_R(below(8)) : IR_SLOT_SINK;
    if ((attributes & IR_A_RMW) == IR_A_RMW && below(2))
        i->flags |= IR_LOCK;
    if (below(8) == 0)
        i->flags |= IR_ALIGNED;
    if (ir_op_table[op].defines && below(2))
        i->flags |= IR_SETF;
}

/* Into a temporary, moved on by the next op: what the copy pass looks for. */
static void emit_copy(struct ir_builder *b)
{
    uint16_t t = ir_temp(b);
    struct ir_insn *i = ir_alu(b, below(2) ? IR_add : IR_xor, (enum ir_width)below(4), t,
                               TOY_R(below(8)), TOY_R(below(8)));

    i->flags = below(2) ? IR_SETF : 0;
    ir_mov(b, (enum ir_width)below(4), TOY_R(below(8)), t);
}

static void emit_branch(struct ir_builder *b)
{
    struct ir_insn *i = ir_emit(b, below(4) ? IR_br : IR_brz, (enum ir_width)(IR_16 + below(3)));

    i->cond = (uint8_t)below(16);
    i->a = TOY_R(below(8));
    i->width2 = i->op == IR_brz ? IR_64 : 0;
    i->imm = 0x100 + below(0x100);
}

static void make_block(struct ir_builder *b)
{
    unsigned insns = 1 + below(8);

    ir_builder_reset(b);
    for (unsigned n = 0; n < insns; n++) {
        ir_begin_insn(b, 4 * n, 4);
        if (below(4) == 0)
            emit_memory(b);
        else if (below(4) == 0)
            emit_copy(b);
        for (unsigned ops = below(3); ops; ops--)
            emit_plain(b);
        if (below(6) == 0)
            emit_branch(b);
    }
    ir_emit(b, IR_jmp, IR_64)->imm = 4 * insns;
}

/* ---- running ---- */

static uint64_t start_r[16], start_flags;
static uint8_t start_memory[2 * 4096];

static void make_start(void)
{
    for (unsigned n = 0; n < 16; n++)
        start_r[n] = random_value();
    start_r[8] = AREA + below(0x100);
    start_r[9] = AREA + 0xfc0 + below(0x40);
    start_r[10] = below(16);
    start_flags = random64() & IR_F_ALL;
    for (size_t n = 0; n < sizeof(start_memory); n += 8)
        memcpy(start_memory + n, &(uint64_t){n * 0x0101010101010101}, 8);
}

static void reset(void)
{
    memcpy(toy->r, start_r, sizeof(start_r));
    memcpy(toy->ram + AREA, start_memory, sizeof(start_memory));
    memset(toy->env.temp, 0x5a, sizeof(toy->env.temp));
    ir_flags_put(&toy->env, start_flags, IR_F_ALL);
    toy->env.pc = 0x10000;
    toy->env.instructions = 0;
}

static void finish(struct outcome *out, enum ir_status status)
{
    out->status = status;
    out->pc = toy->env.pc;
    out->flags = ir_flags_get(&toy->env);
    out->instructions = toy->env.instructions;
    memcpy(out->r, toy->r, sizeof(out->r));
    memcpy(out->v, toy->v, sizeof(out->v));
    memcpy(out->memory, toy->ram + AREA, sizeof(out->memory));
}

static void run_whole(struct ir_builder *b, struct outcome *out)
{
    reset();
    finish(out, ir_exec_builder(&toy->env, b));
}

/* Each op in a block of its own, with the mark of its instruction and its count. */
static void run_parts(const struct ir_builder *b, struct outcome *out)
{
    enum ir_status status = IR_OK;
    uint64_t count = 0;

    reset();
    for (unsigned n = 0; n < b->count && status == IR_OK; n++) {
        const struct ir_insn *i = &b->insn[n];
        bool exit = ir_op_table[i->op].attributes & IR_A_EXIT;
        uint64_t pc = 0x10000;

        if (i->op == IR_insn) {
            count++;
            continue;
        }
        ir_builder_reset(&part);
        *ir_emit(&part, (enum ir_op)i->op, IR_8) = *i;
        if (!exit || !(ir_op_table[i->op].attributes & IR_A_LAST))
            ir_emit(&part, IR_leave, IR_64)->imm = 0x5555;
        status = ir_exec_builder(&toy->env, &part);
        if (status != IR_OK) {
            toy->env.pc = pc + 4 * (count - 1);
            count--;
        } else if (exit && toy->env.pc != pc + 0x5555) {
            break;
        } else {
            toy->env.pc = pc;
        }
    }
    toy->env.instructions = count;
    finish(out, status);
}

#ifdef TEST_JIT
/* It does not count: count is what it is given credit for. */
static void run_translated(struct ir_builder *b, uint64_t count, struct outcome *out)
{
    reset();
    finish(out, emu_jit_builder(&toy->env, b));
    CHECK_EQ(out->instructions, 0);
    out->instructions = count;
}
#endif

static bool same(const struct outcome *x, const struct outcome *y)
{
    return x->status == y->status && x->pc == y->pc && x->flags == y->flags &&
           x->instructions == y->instructions && memcmp(x->r, y->r, sizeof(x->r)) == 0 &&
           memcmp(x->memory, y->memory, sizeof(x->memory)) == 0;
}

static void report(const char *what, const struct outcome *x, const struct outcome *y)
{
    test_failures++;
    fprintf(stderr,
            "%s: status %d %d, pc %#" PRIx64 " %#" PRIx64 ", flags %#" PRIx64 " %#" PRIx64
            ", %" PRIu64 " %" PRIu64 " instructions\n",
            what, x->status, y->status, x->pc, y->pc, x->flags, y->flags, x->instructions,
            y->instructions);
    for (unsigned n = 0; n < 16; n++)
        if (x->r[n] != y->r[n])
            fprintf(stderr, "r%u %#" PRIx64 " %#" PRIx64 "\n", n, x->r[n], y->r[n]);
    ir_print(&whole, &toy_guest, stderr);
}

static void check_block(void)
{
    static struct outcome one, parts, after;
    const char *error;
    unsigned where;

    make_block(&whole);
    make_start();
    memcpy(&passed, &whole, sizeof(whole));
    ir_pass_flags(&passed, &toy_guest);
    ir_pass_copies(&passed);
    error = ir_verify(&passed, &toy_guest, &where);
    if (error && !ir_verify(&whole, &toy_guest, &where))
        CHECK_STR(error, "");
    run_whole(&whole, &one);
    run_parts(&whole, &parts);
    run_whole(&passed, &after);
    if (!same(&one, &parts))
        report("whole and parts differ", &one, &parts);
    if (!same(&one, &after))
        report("before and after the passes differ", &one, &after);
#ifdef TEST_JIT
    run_translated(&whole, one.instructions, &after);
    if (!same(&one, &after))
        report("executor and translation differ", &one, &after);
    run_translated(&passed, one.instructions, &after);
    if (!same(&one, &after))
        report("executor and translation after the passes differ", &one, &after);
#endif
}

static void test_blocks(void)
{
    for (unsigned n = 0; n < BLOCKS && !test_failures; n++)
        check_block();
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {{"random-blocks", test_blocks}, {NULL, NULL}};
    int result;

    if (argc > 2)
        state = strtoull(argv[2], NULL, 0) | 1;
    toy = toy_new(NULL, NULL);
#ifdef TEST_JIT
    static const uint16_t pinned[] = {TOY_R(0), TOY_R(1), TOY_R(2), TOY_R(3), TOY_R(8), TOY_R(4)};
    struct ir_guest guest = *toy->env.guest;
    guest.pinned = pinned;
    guest.pinned_count = COUNT(pinned);
    toy->env.guest = &guest;
    struct jit *jit = emu_jit_new(toy->env.blocks, &guest, NULL);
    if (jit == NULL || !emu_jit_join(jit, &toy->env, NULL))
        return 1;
#endif
    result = test_main(argc, argv, cases);
#ifdef TEST_JIT
    emu_jit_leave(&toy->env);
#endif
    toy_free(toy, true);
#ifdef TEST_JIT
    emu_jit_free(jit);
#endif
    return result;
}
