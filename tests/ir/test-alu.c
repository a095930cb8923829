/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every arithmetic op at every width over edge operands, in every form, against the reference
 * model; the model against the host; conditions after every way that flags come about.
 */
#include "tests/ir/reference.h"
#include "tests/ir/toy.h"
#include "tests/test.h"

static struct toy *toy;
static struct ir_builder builder;

static const uint64_t edges[] = {
    0,
    1,
    2,
    3,
    7,
    8,
    9,
    15,
    16,
    17,
    31,
    32,
    33,
    63,
    64,
    0x7f,
    0x80,
    0x81,
    0xff,
    0x100,
    0x7fff,
    0x8000,
    0xffff,
    0x7fffffff,
    0x80000000,
    0xffffffff,
    0x7fffffffffffffff,
    0x8000000000000000,
    0xffffffffffffffff,
    0x0123456789abcdef,
    0xfedcba9876543210,
    0xaaaaaaaaaaaaaaaa,
};
#define EDGES (sizeof(edges) / sizeof(edges[0]))

static const uint64_t flag_sets[] = {0, IR_F_ALL, IR_F_C, IR_F_ALL & ~IR_F_C};

struct shape {
    enum ir_op op;
    bool two;       /* takes B */
    unsigned least; /* width */
};
static const struct shape shapes[] = {
    {IR_add, true, 0},     {IR_adc, true, 0},  {IR_sub, true, 0},    {IR_sbb, true, 0},
    {IR_and, true, 0},     {IR_or, true, 0},   {IR_xor, true, 0},    {IR_inc, false, 0},
    {IR_dec, false, 0},    {IR_neg, false, 0}, {IR_not, false, 0},   {IR_mul, true, 0},
    {IR_shl, true, 0},     {IR_shr, true, 0},  {IR_sar, true, 0},    {IR_rol, true, 0},
    {IR_ror, true, 0},     {IR_rcl, true, 0},  {IR_rcr, true, 0},    {IR_bswap, false, 1},
    {IR_bsf, false, 0},    {IR_bsr, false, 0}, {IR_tzcnt, false, 0}, {IR_lzcnt, false, 0},
    {IR_popcnt, false, 0}, {IR_bt, true, 0},   {IR_bts, true, 0},    {IR_btr, true, 0},
    {IR_btc, true, 0},
};
#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

#define OLD_D 0x1122334455667788ull

/* ---- building and running one op ---- */

static struct ir_insn *build_op(const struct shape *shape, unsigned width, uint64_t b, bool setf,
                                bool immediate)
{
    struct ir_insn *i;

    ir_builder_reset(&builder);
    ir_begin_insn(&builder, 0, 4);
    i = ir_emit(&builder, shape->op, (enum ir_width)width);
    if (shape->op != IR_bt)
        i->dst = TOY_R(2);
    i->a = TOY_R(0);
    i->b = TOY_R(1);
    if (setf && ir_op_table[shape->op].defines)
        i->flags |= IR_SETF;
    if (immediate) {
        i->flags |= IR_IMM;
        i->imm = (int64_t)b;
    }
    return i;
}

static void run_builder(void)
{
    unsigned where;
    const char *error;

    ir_emit(&builder, IR_leave, IR_64)->imm = 4;
    error = ir_verify(&builder, &toy_guest, &where);
    if (error) {
        CHECK_STR(error, "");
        ir_print(&builder, &toy_guest, stderr);
    }
    CHECK_EQ(ir_exec_builder(&toy->env, &builder), IR_OK);
}

static void check_op(const struct shape *shape, unsigned width, uint64_t a, uint64_t b, uint64_t in,
                     unsigned form)
{
    bool setf = form & 1, immediate = form & 2;
    struct reference want = reference_op(shape->op, (enum ir_width)width, a, b, 0, OLD_D, in);
    uint64_t flags;

    toy->r[0] = a;
    toy->r[1] = b;
    toy->r[2] = OLD_D;
    ir_flags_put(&toy->env, in, IR_F_ALL);
    build_op(shape, width, b, setf, immediate);
    run_builder();
    flags = ir_flags_get(&toy->env);
    if (!setf || !ir_op_table[shape->op].defines)
        want.flags = in;
    if (toy->r[2] == want.d && flags == want.flags)
        return;
    test_failures++;
    fprintf(stderr,
            "a %#" PRIx64 " b %#" PRIx64 " flags %#" PRIx64 ": got %#" PRIx64 " %#" PRIx64
            ", expected %#" PRIx64 " %#" PRIx64 "\n",
            a, b, in, toy->r[2], flags, want.d, want.flags);
    ir_print(&builder, &toy_guest, stderr);
}

static void check_shape(const struct shape *shape, unsigned width)
{
    for (size_t x = 0; x < EDGES; x++)
        for (size_t y = 0; y < (shape->two ? EDGES : 1); y++)
            for (size_t f = 0; f < sizeof(flag_sets) / sizeof(flag_sets[0]); f++)
                for (unsigned form = 0; form < (shape->two ? 4 : 2); form++)
                    check_op(shape, width, edges[x], edges[y], flag_sets[f], form);
}

static void test_ops(void)
{
    for (size_t s = 0; s < SHAPES; s++)
        for (unsigned width = shapes[s].least; width <= IR_64; width++)
            check_shape(&shapes[s], width);
}

/* All counts, not only those among the edges. */
static void test_counts(void)
{
    static const uint64_t values[] = {1, 0x8000000080008081, 0x7fffffff7fff7f7f, 0xa5};

    for (size_t s = 0; s < SHAPES; s++) {
        if (shapes[s].op < IR_shl || shapes[s].op > IR_rcr)
            continue;
        for (unsigned width = 0; width <= IR_64; width++)
            for (unsigned count = 0; count < 256; count++)
                for (size_t v = 0; v < 4; v++)
                    check_op(&shapes[s], width, values[v], count, v & 1 ? IR_F_C : 0, 1);
    }
}

static void check_double(enum ir_op op, unsigned width, uint64_t a, uint64_t b, unsigned count,
                         bool immediate)
{
    struct reference want = reference_op(op, (enum ir_width)width, a, b, count, OLD_D, IR_F_A);
    struct ir_insn *i;

    toy->r[0] = a;
    toy->r[1] = b;
    toy->r[3] = count;
    ir_flags_put(&toy->env, IR_F_A, IR_F_ALL);
    ir_builder_reset(&builder);
    i = ir_alu(&builder, op, (enum ir_width)width, TOY_R(2), TOY_R(0), TOY_R(1));
    i->flags = IR_SETF | (immediate ? IR_IMM : 0);
    i->imm = count;
    i->c = TOY_R(3);
    run_builder();
    CHECK_EQ(toy->r[2], want.d);
    CHECK_EQ(ir_flags_get(&toy->env), want.flags);
}

static void test_double_shifts(void)
{
    for (unsigned width = IR_16; width <= IR_64; width++)
        for (unsigned count = 0; count < 80; count++)
            for (size_t x = 0; x < EDGES; x += 3)
                for (unsigned n = 0; n < 4; n++)
                    check_double(n & 1 ? IR_shld : IR_shrd, width, edges[x], edges[EDGES - 1 - x],
                                 count, n & 2);
}

static void check_wide(enum ir_op op, unsigned width, uint64_t a, uint64_t b)
{
    struct reference want = reference_op(op, (enum ir_width)width, a, b, 0, 0, IR_F_ALL);
    struct ir_insn *i;

    toy->r[0] = a;
    toy->r[1] = b;
    ir_builder_reset(&builder);
    i = ir_alu(&builder, op, (enum ir_width)width, TOY_R(2), TOY_R(0), TOY_R(1));
    i->c = TOY_R(3);
    i->flags = IR_SETF;
    run_builder();
    CHECK_EQ(toy->r[2], want.d);
    CHECK_EQ(toy->r[3], want.e);
    CHECK_EQ(ir_flags_get(&toy->env), want.flags);
}

static void test_wide_products(void)
{
    for (unsigned width = 0; width <= IR_64; width++)
        for (size_t x = 0; x < EDGES; x++)
            for (size_t y = 0; y < EDGES; y++) {
                check_wide(IR_umulw, width, edges[x], edges[y]);
                check_wide(IR_smulw, width, edges[x], edges[y]);
            }
}

/* ---- the model against the host ---- */

static void check_host(const struct shape *shape, unsigned width, uint64_t a, uint64_t b,
                       uint64_t in)
{
    struct reference model = reference_op(shape->op, (enum ir_width)width, a, b, 0,
                                          a & UINT64_MAX >> (64 - (8u << width)), in);
    struct reference host;
    uint64_t defined;

    if (!reference_host(shape->op, (enum ir_width)width, a, b, in, &host, &defined))
        return;
    if (host.d == model.d && !((host.flags ^ model.flags) & defined))
        return;
    test_failures++;
    fprintf(stderr,
            "%s.%u a %#" PRIx64 " b %#" PRIx64 ": host %#" PRIx64 " %#" PRIx64 ", model %#" PRIx64
            " %#" PRIx64 "\n",
            ir_op_table[shape->op].name, 8u << width, a, b, host.d, host.flags, model.d,
            model.flags);
}

static void test_model(void)
{
    for (size_t s = 0; s < SHAPES; s++)
        for (unsigned width = 0; width <= IR_64; width++)
            for (size_t x = 0; x < EDGES; x++)
                for (size_t y = 0; y < EDGES; y++)
                    for (size_t f = 0; f < 4; f++)
                        check_host(&shapes[s], width, edges[x], edges[y], flag_sets[f]);
}

/* ---- conditions ---- */

/* setcc, select and br for one condition, in the block of the op that made the flags or not. */
static void check_cond(const struct shape *shape, unsigned width, uint64_t a, uint64_t b,
                       unsigned cond, bool apart)
{
    uint64_t flags = reference_op(shape->op, (enum ir_width)width, a, b, 0, 0, IR_F_C).flags;
    bool want = reference_cond(cond, flags);
    struct ir_insn *i;

    toy->r[0] = a;
    toy->r[1] = b;
    toy->r[4] = 0x1111111111111111;
    toy->r[5] = 0x2222222222222222;
    toy->env.pc = 0;
    ir_flags_put(&toy->env, IR_F_C, IR_F_ALL);
    build_op(shape, width, b, true, false);
    if (apart) {
        run_builder();
        ir_builder_reset(&builder);
        toy->env.pc = 0;
    }
    i = ir_emit(&builder, IR_setcc, IR_8);
    i->dst = TOY_R(6);
    i->cond = (uint8_t)cond;
    i = ir_alu(&builder, IR_select, IR_16, TOY_R(7), TOY_R(4), TOY_R(5));
    i->cond = (uint8_t)cond;
    i = ir_alui(&builder, IR_select, IR_32, TOY_R(8), TOY_R(4), -1);
    i->cond = (uint8_t)cond;
    i = ir_emit(&builder, IR_br, IR_64);
    i->cond = (uint8_t)cond;
    i->imm = 0x100;
    run_builder();
    CHECK_EQ(toy->r[6], want);
    CHECK_EQ(toy->r[7], want ? 0x2222 : 0x1111);
    CHECK_EQ(toy->r[8], want ? 0xffffffff : 0x11111111);
    CHECK_EQ(toy->env.pc, want ? 0x100 : 4);
}

static void test_conditions(void)
{
    for (size_t s = 0; s < SHAPES; s++)
        for (unsigned width = shapes[s].least; width <= IR_64; width++)
            for (size_t x = 0; x < EDGES; x += 3)
                for (size_t y = 0; y < (shapes[s].two ? EDGES : 1); y += 3)
                    for (unsigned cond = 0; cond < 16; cond++) {
                        check_cond(&shapes[s], width, edges[x], edges[y], cond, false);
                        check_cond(&shapes[s], width, edges[x], edges[y], cond, true);
                    }
}

/* A comparison right before its branch, which become one. */
static void check_fused(enum ir_op op, unsigned width, uint64_t a, uint64_t b, unsigned cond,
                        bool immediate)
{
    struct reference want = reference_op(op, (enum ir_width)width, a, b, 0, 0, 0);
    struct ir_insn *i;

    toy->r[0] = a;
    toy->r[1] = b;
    toy->env.pc = 0;
    toy->env.instructions = 0;
    ir_builder_reset(&builder);
    ir_begin_insn(&builder, 0, 2);
    i = ir_alu(&builder, op, (enum ir_width)width, TOY_R(2), TOY_R(0), TOY_R(1));
    i->flags = IR_SETF | (immediate ? IR_IMM : 0);
    i->imm = (int64_t)b;
    ir_begin_insn(&builder, 2, 2);
    i = ir_emit(&builder, IR_br, IR_16);
    i->cond = (uint8_t)cond;
    i->imm = -2;
    ir_begin_insn(&builder, 4, 2);
    run_builder();
    CHECK_EQ(toy->r[2], want.d);
    CHECK_EQ(ir_flags_get(&toy->env), want.flags);
    CHECK_EQ(toy->env.pc, reference_cond(cond, want.flags) ? 0xfffe : 4);
    CHECK_EQ(toy->env.instructions, reference_cond(cond, want.flags) ? 2 : 3);
}

static void test_compare_and_branch(void)
{
    for (unsigned width = 0; width <= IR_64; width++)
        for (size_t x = 0; x < EDGES; x += 2)
            for (size_t y = 0; y < EDGES; y++)
                for (unsigned cond = 0; cond < 16; cond++) {
                    check_fused(IR_sub, width, edges[x], edges[y], cond, y & 1);
                    check_fused(IR_and, width, edges[x], edges[y], cond, !(y & 1));
                }
}

/* C must come through inc and dec, whether known in the block or not, and through bt's others. */
static void test_kept_flags(void)
{
    struct ir_insn *i;

    for (unsigned carry = 0; carry < 2; carry++) {
        toy->r[0] = carry ? UINT64_MAX : 0;
        ir_builder_reset(&builder);
        ir_alui(&builder, IR_add, IR_64, TOY_R(1), TOY_R(0), 1)->flags |= IR_SETF;
        ir_alu(&builder, IR_inc, IR_64, TOY_R(1), TOY_R(0), IR_SLOT_ZERO)->flags |= IR_SETF;
        ir_alu(&builder, IR_dec, IR_32, TOY_R(1), TOY_R(0), IR_SLOT_ZERO)->flags |= IR_SETF;
        i = ir_emit(&builder, IR_setcc, IR_8);
        i->dst = TOY_R(2);
        i->cond = IR_COND_C;
        ir_alui(&builder, IR_sub, IR_64, TOY_R(3), IR_SLOT_ZERO, 0)->flags |= IR_SETF;
        ir_alui(&builder, IR_bt, IR_64, IR_SLOT_SINK, TOY_R(0), 5)->flags |= IR_SETF;
        run_builder();
        CHECK_EQ(toy->r[2], carry);
        CHECK_EQ(ir_flags_get(&toy->env), IR_F_Z | IR_F_P | (carry ? IR_F_C : 0));
    }
}

static void test_flag_unit(void)
{
    struct ir_insn *i;

    toy->r[0] = IR_F_N | IR_F_C;
    ir_flags_put(&toy->env, IR_F_Z | IR_F_N | IR_F_V, IR_F_ALL);
    ir_builder_reset(&builder);
    i = ir_emit(&builder, IR_putf, IR_64);
    i->b = TOY_R(0);
    i->imm = IR_F_C | IR_F_V;
    ir_emit(&builder, IR_getf, IR_64)->dst = TOY_R(1);
    i = ir_emit(&builder, IR_putf, IR_8);
    i->flags = IR_IMM;
    i->imm = IR_F_V;
    run_builder();
    CHECK_EQ(toy->r[1], IR_F_Z | IR_F_N | IR_F_C);
    CHECK_EQ(ir_flags_get(&toy->env), IR_F_Z | IR_F_N | IR_F_C | IR_F_V);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"ops", test_ops},
        {"shift-counts", test_counts},
        {"double-shifts", test_double_shifts},
        {"wide-products", test_wide_products},
        {"model-against-host", test_model},
        {"conditions", test_conditions},
        {"compare-and-branch", test_compare_and_branch},
        {"kept-flags", test_kept_flags},
        {"flag-unit", test_flag_unit},
        {NULL, NULL},
    };
    int result;

    toy = toy_new(NULL, NULL);
    result = test_main(argc, argv, cases);
    toy_free(toy, true);
    return result;
}
