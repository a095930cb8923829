/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The executor beyond arithmetic: moves, memory, read-modify-write, faults, calls, exits, the jump
 * cache, and code that changes under its own feet.
 */
#include "tests/ir/toy.h"
#include "tests/test.h"

static struct toy *toy;
static struct ir_builder builder;

/* ---- blocks from text ---- */

static enum ir_status run_text(const char *text)
{
    const char *error = ir_parse(text, &toy_guest, &builder);
    unsigned where = 0;

    if (!error)
        error = ir_verify(&builder, &toy_guest, &where);
    if (error) {
        CHECK_STR(error, "");
        fprintf(stderr, "op %u of:\n%s", where, text);
    }
    return ir_exec_builder(&toy->env, &builder);
}

static void fresh(void)
{
    if (toy)
        toy_free(toy, true);
    toy = toy_new(NULL, NULL);
}

static uint64_t ram64(uint64_t address)
{
    uint64_t value;

    memcpy(&value, toy->ram + address, 8);
    return value;
}

static void set64(uint64_t address, uint64_t value)
{
    memcpy(toy->ram + address, &value, 8);
}

/* ---- moves ---- */

static void test_moves(void)
{
    toy->r[0] = 0x8899aabbccddeeff;
    toy->r[1] = 0x1020304050607080;
    toy->env.pc = 0x1000;
    CHECK_EQ(run_text("mov.8 r2, r0\nmov.16 r3, r0\nmov.32 r4, r0\nmov.64 r5, r0\n"
                      "mov.32 r6, #-1\nmov.8 r7, #0x1ff\nleave.64 4\n"),
             IR_OK);
    CHECK_EQ(toy->r[2], 0xff);
    CHECK_EQ(toy->r[3], 0xeeff);
    CHECK_EQ(toy->r[4], 0xccddeeff);
    CHECK_EQ(toy->r[5], 0x8899aabbccddeeff);
    CHECK_EQ(toy->r[6], 0xffffffff);
    CHECK_EQ(toy->r[7], 0xff);
    CHECK_EQ(toy->env.pc, 0x1004);
}

static void test_extensions_and_parts(void)
{
    toy->r[0] = 0x8899aabbccddeeff;
    toy->r[5] = toy->r[6] = toy->r[7] = toy->r[8] = 0x1020304050607080;
    CHECK_EQ(run_text("sext.8.16 r1, r0\nsext.8.32 r2, r0\nsext.16.64 r3, r0\n"
                      "sext.32.64 r4, r0\ninsert.8 r5, r0, 0\ninsert.8 r6, r0, 8\n"
                      "insert.16 r7, r0, 0\ninsert.32 r8, r0, 0\nextract.8 r9, r0, 8\n"
                      "extract.16 r10, r0, 0\nsext.8.32 r11, #0x80\nleave.64 4\n"),
             IR_OK);
    CHECK_EQ(toy->r[1], 0xffff);
    CHECK_EQ(toy->r[2], 0xffffffff);
    CHECK_EQ(toy->r[3], 0xffffffffffffeeff);
    CHECK_EQ(toy->r[4], 0xffffffffccddeeff);
    CHECK_EQ(toy->r[5], 0x10203040506070ff);
    CHECK_EQ(toy->r[6], 0x102030405060ff80);
    CHECK_EQ(toy->r[7], 0x102030405060eeff);
    CHECK_EQ(toy->r[8], 0x10203040ccddeeff);
    CHECK_EQ(toy->r[9], 0xee);
    CHECK_EQ(toy->r[10], 0xeeff);
    CHECK_EQ(toy->r[11], 0xffffff80);
}

static void test_addresses(void)
{
    toy->r[0] = 0xffffffff00000010;
    toy->r[1] = 0x20000001;
    toy->env.pc = 0xfffff000;
    CHECK_EQ(run_text("lea.64 r2, [r0 + -1]\nlea.64 r3, [r0 + r1*8 + 1]\n"
                      "lea.64.addr32 r4, [r0 + r1*8 + 1]\nlea.32 r5, [r0]\nlea.16 r6, [r1 + r1]\n"
                      "pcrel.64 r7, 0x2000\npcrel.32 r8, 0x2000\nleave.64 0\n"),
             IR_OK);
    CHECK_EQ(toy->r[2], 0xffffffff0000000f);
    CHECK_EQ(toy->r[3], 0x19);
    CHECK_EQ(toy->r[4], 0x19);
    CHECK_EQ(toy->r[5], 0x10);
    CHECK_EQ(toy->r[6], 2);
    CHECK_EQ(toy->r[7], 0x100001000);
    CHECK_EQ(toy->r[8], 0x1000);
}

/* ---- memory ---- */

/* One op between a mark and the end, so that a load may write a register. */
static enum ir_status run_one(const char *op)
{
    char text[160];

    snprintf(text, sizeof(text), "insn 0, 4\n%s\nleave.64 4\n", op);
    toy->env.pc = 0x500;
    return run_text(text);
}

struct load_case {
    const char *op;
    uint64_t want;
};

static void test_load_forms(void)
{
    static const struct load_case cases[] = {
        {"ld.8 r1, [r0]", 0xff},
        {"ld.16 r1, [r0]", 0xeeff},
        {"ld.32 r1, [r0]", 0xccddeeff},
        {"ld.64 r1, [r0]", 0x8899aabbccddeeff},
        {"ld.8 r1, [r0 + r2*8 + -7]", 0xee},
        {"ld.32.addr32 r1, [r0 + r3 + 4]", 0x8899aabb},
        {"ld.32.aligned r1, [r0 + 4]", 0x8899aabb},
        {"ld.64 r1, [r0 + 4]", 0x112233448899aabb},
        {"lds.8.16 r1, [r0]", 0xffff},
        {"lds.8.32 r1, [r0]", 0xffffffff},
        {"lds.8.64 r1, [r0]", UINT64_MAX},
        {"lds.16.32 r1, [r0]", 0xffffeeff},
        {"lds.16.64 r1, [r0 + 7]", 0x4488},
        {"lds.32.64 r1, [r0]", 0xffffffffccddeeff},
        {"lds.32.64.addr32 r1, [r0 + r3]", 0xffffffffccddeeff},
    };

    toy->r[0] = 0x2000;
    toy->r[2] = 1;
    toy->r[3] = 0x500000000;
    set64(0x2000, 0x8899aabbccddeeff);
    set64(0x2008, 0x5566778811223344);
    for (unsigned n = 0; n < 2 * sizeof(cases) / sizeof(cases[0]); n++) {
        if (!(n & 1)) /* from the slow path first */
            memset(&toy->tlb, 0xff, sizeof(toy->tlb));
        toy->r[1] = 0x5555555555555555;
        CHECK_EQ(run_one(cases[n / 2].op), IR_OK);
        CHECK_EQ(toy->r[1], cases[n / 2].want);
    }
}

static void test_stores(void)
{
    static const struct load_case cases[] = {
        {"st.8 [r0], r1", 0x11111111111111ff},
        {"st.16 [r0], r1", 0x111111111111eeff},
        {"st.32 [r0], r1", 0x11111111ccddeeff},
        {"st.64 [r0], r1", 0x8899aabbccddeeff},
        {"st.8 [r0 + r2*2 + 1], r1", 0x11111111ff111111},
        {"st.16.addr32 [r0 + r3], r1", 0x111111111111eeff},
        {"st.32.aligned [r0], r1", 0x11111111ccddeeff},
    };

    toy->r[0] = 0x3000;
    toy->r[1] = 0x8899aabbccddeeff;
    toy->r[2] = 1;
    toy->r[3] = 0x700000000;
    for (unsigned n = 0; n < 2 * sizeof(cases) / sizeof(cases[0]); n++) {
        if (!(n & 1))
            memset(&toy->tlb, 0xff, sizeof(toy->tlb));
        set64(0x3000, 0x1111111111111111);
        CHECK_EQ(run_one(cases[n / 2].op), IR_OK);
        CHECK_EQ(ram64(0x3000), cases[n / 2].want);
    }
}

static void test_vectors(void)
{
    for (int n = 0; n < 4; n++) {
        set64(0x2000 + 8 * (unsigned)n, (unsigned)n + 1);
        toy->v[1][n] = 0x100;
    }
    toy->r[0] = 0x2000;
    for (int round = 0; round < 2; round++) {
        CHECK_EQ(run_text("insn 0, 4\nld.256 x0, [r0]\ninsn 4, 4\nvec.8 x2, x0, x1, zero, @add4:7\n"
                          "insn 8, 4\nst.256 [r0 + 64], x2\ninsn 12, 4\nst.128 [r0 + 128], x2\n"
                          "insn 16, 4\nmov.128 x3, x0\nleave.64 0\n"),
                 IR_OK);
        CHECK_EQ(toy->v[2][3], 0x10b);
        CHECK_EQ(ram64(0x2040 + 24), 0x10b);
        CHECK_EQ(ram64(0x2080 + 8), 0x109);
        CHECK_EQ(ram64(0x2080 + 16), 0);
        CHECK_EQ(toy->v[3][1], 2);
        CHECK_EQ(toy->v[3][2], 0);
    }
}

/* An access over the end of a page never goes the fast way; one up to it does. */
static void test_page_crossing(void)
{
    toy->r[0] = 0x2ff8;
    set64(0x2ff8, 0x1111111111111111);
    set64(0x3000, 0x2222222222222222);
    CHECK_EQ(run_one("ld.64 r1, [r0]"), IR_OK);
    toy->slow_loads = 0;
    CHECK_EQ(run_one("ld.64 r1, [r0]"), IR_OK);
    CHECK_EQ(toy->slow_loads, 0);
    CHECK_EQ(run_one("ld.64 r1, [r0 + 1]"), IR_OK);
    CHECK_EQ(run_one("ld.64 r1, [r0 + 1]"), IR_OK);
    CHECK_EQ(toy->slow_loads, 2);
    CHECK_EQ(toy->r[1], 0x2211111111111111);
    toy_flush(toy);
    CHECK_EQ(run_one("ld.64 r1, [r0]"), IR_OK);
    CHECK_EQ(toy->slow_loads, 3);
}

/* ---- faults ---- */

static void check_fault(const char *text, uint64_t pc, uint64_t va, unsigned access)
{
    uint64_t before[16];

    memcpy(before, toy->r, sizeof(before));
    ir_flags_put(&toy->env, IR_F_Z | IR_F_C, IR_F_ALL);
    toy->env.pc = 0x700;
    toy->env.instructions = 0;
    CHECK_EQ(run_text(text), IR_FAULT);
    CHECK_EQ(toy->env.pc, pc);
    CHECK_EQ(toy->fault_va, va);
    CHECK_EQ(toy->fault_access, access);
    CHECK_EQ(memcmp(before, toy->r, sizeof(before)), 0);
    CHECK_EQ(ir_flags_get(&toy->env), IR_F_Z | IR_F_C);
}

static void test_faults(void)
{
    static const char *const ops[] = {
        "ld.64 r1, [r0 + 3]",       "lds.8.32 r1, [r0 + 3]",     "st.32 [r0 + 3], r1",
        "ld.256 x0, [r0 + 3]",      "probe.64 [r0 + 3]",         "madd.64! r1, [r0 + 3], r2",
        "mshl.8! r1, [r0 + 3], r2", "mxchg.32 r1, [r0 + 3], r2", "mcmpxchg.16! r1, [r0 + 3], r2",
        "mneg.64! sink, [r0 + 3]",
    };
    char text[200];

    toy->r[0] = TOY_RAM;
    for (size_t n = 0; n < sizeof(ops) / sizeof(ops[0]); n++) {
        snprintf(text, sizeof(text), "insn 0, 5\nmov.64 t0, #1\ninsn 5, 3\n%s\nleave.64 8\n",
                 ops[n]);
        check_fault(text, 0x705, TOY_RAM + 3, strstr(ops[n], "mxchg") ? IR_ACCESS_LOCKED : 0);
        CHECK_EQ(toy->env.instructions, 1);
    }
    check_fault("insn 0, 1\nst.64.stack [r0], r1\nleave.64 8\n", 0x700, TOY_RAM, IR_ACCESS_STACK);
    check_fault("insn 0, 1\nld.64.aligned r1, [zero + 0x2004]\nleave.64 8\n", 0x700, 0x2004,
                IR_ACCESS_ALIGNED);
    check_fault("insn 0, 1\nmadd.64.lock.aligned r1, [zero + 0x2004], r2\nleave.64 8\n", 0x700,
                0x2004, IR_ACCESS_ALIGNED | IR_ACCESS_LOCKED);
    check_fault("insn 0, 1\ninsn 9, 1\nvec.8 x0, zero, zero, zero, @trap:3\nleave.64 8\n", 0x709, 3,
                0);
}

/* ---- read-modify-write ---- */

struct rmw_case {
    const char *op;
    unsigned bits;
    uint64_t memory, c, want, flags;
};

/* flags: only where the case says "!"; before each they are C alone. */
static const struct rmw_case rmw_cases[] = {
    {"madd.64! r1, [r0], r2", 64, 0xffffffffffffffff, 1, 0, IR_F_C | IR_F_Z | IR_F_P | IR_F_A},
    {"madd.8! r1, [r0], r2", 8, 0x7f, 1, 0x80, IR_F_N | IR_F_V | IR_F_A},
    {"madc.32! r1, [r0], r2", 32, 1, 2, 4, 0},
    {"msub.16! r1, [r0], r2", 16, 0, 1, 0xffff, IR_F_C | IR_F_N | IR_F_P | IR_F_A},
    {"msbb.64! r1, [r0], r2", 64, 5, 2, 2, 0},
    {"mand.64! r1, [r0], r2", 64, 0xf0, 0x30, 0x30, IR_F_P},
    {"mor.32! r1, [r0], r2", 32, 0x80000000, 1, 0x80000001, IR_F_N},
    {"mxor.8! r1, [r0], r2", 8, 0x55, 0x55, 0, IR_F_Z | IR_F_P},
    {"minc.8! r1, [r0]", 8, 0xff, 0, 0, IR_F_C | IR_F_Z | IR_F_P | IR_F_A},
    {"mdec.32! r1, [r0]", 32, 1, 0, 0, IR_F_C | IR_F_Z | IR_F_P},
    {"mneg.16! r1, [r0]", 16, 1, 0, 0xffff, IR_F_C | IR_F_N | IR_F_P | IR_F_A},
    {"mnot.32 r1, [r0]", 32, 1, 0, 0xfffffffe, IR_F_C},
    {"mshl.8! r1, [r0], r2", 8, 0x81, 1, 0x02, IR_F_C | IR_F_V},
    {"mshr.8! r1, [r0], r2", 8, 0x81, 1, 0x40, IR_F_C | IR_F_V},
    {"msar.8! r1, [r0], r2", 8, 0x81, 1, 0xc0, IR_F_C | IR_F_N | IR_F_P},
    {"mshl.8! r1, [r0], r2", 8, 0x81, 32, 0x81, IR_F_C},
    {"mrol.8! r1, [r0], r2", 8, 0x81, 1, 0x03, IR_F_C | IR_F_V},
    {"mror.8! r1, [r0], r2", 8, 0x01, 1, 0x80, IR_F_C | IR_F_V},
    {"mrcl.8! r1, [r0], r2", 8, 0x01, 1, 0x03, 0},
    {"mrcr.8! r1, [r0], r2", 8, 0x00, 1, 0x80, IR_F_V},
    {"mbts.64! r1, [r0], r2", 64, 0, 65, 2, 0},
    {"mbtr.32! r1, [r0], r2", 32, 3, 1, 1, IR_F_C},
    {"mbtc.16! r1, [r0], r2", 16, 0, 15, 0x8000, 0},
    {"mxchg.32 r1, [r0], r2", 32, 7, 9, 9, IR_F_C},
    {"madd.64 r1, [r0], r2", 64, 7, 9, 16, IR_F_C},
};

static void check_rmw(const struct rmw_case *c, const char *suffix, uint64_t address)
{
    uint64_t mask = UINT64_MAX >> (64 - c->bits), guard = 0xa5a5a5a5a5a5a5a5;
    const char *blank = strchr(c->op, ' ');
    char op[80];

    snprintf(op, sizeof(op), "%.*s%s%s", (int)(blank - c->op), c->op, suffix, blank);
    set64(address, (guard & ~mask) | c->memory);
    toy->r[0] = address;
    toy->r[1] = UINT64_MAX;
    toy->r[2] = c->c | (c->bits < 64 ? 0x500000000000000 : 0);
    ir_flags_put(&toy->env, IR_F_C, IR_F_ALL);
    CHECK_EQ(run_one(op), IR_OK);
    CHECK_EQ(toy->r[1], c->memory);
    CHECK_EQ(ram64(address), (guard & ~mask) | c->want);
    CHECK_EQ(ir_flags_get(&toy->env), c->flags);
    if (test_failures)
        fprintf(stderr, "%s at %#" PRIx64 "\n", op, address);
}

/* Plain and locked; by the slow path, by the soft TLB, over a page's end, misaligned. */
static void test_rmw(void)
{
    for (size_t n = 0; n < sizeof(rmw_cases) / sizeof(rmw_cases[0]); n++) {
        memset(&toy->tlb, 0xff, sizeof(toy->tlb));
        for (int round = 0; round < 4; round++)
            check_rmw(&rmw_cases[n], round & 1 ? ".lock" : "", 0x4000);
        check_rmw(&rmw_cases[n], "", 0x4ffd);
        check_rmw(&rmw_cases[n], ".lock", 0x4fbd);
    }
}

static void check_cmpxchg(const char *op, uint64_t expected, uint64_t memory)
{
    bool equal = (uint32_t)expected == (uint32_t)memory;

    toy->r[0] = 0x4000;
    toy->r[1] = expected;
    toy->r[2] = 0x77777777;
    set64(0x4000, memory);
    CHECK_EQ(run_one(op), IR_OK);
    CHECK_EQ(toy->r[1], (uint32_t)memory);
    CHECK_EQ(ram64(0x4000), equal ? (memory & ~0xffffffffull) | 0x77777777 : memory);
    CHECK_EQ(!!(ir_flags_get(&toy->env) & IR_F_Z), equal);
    CHECK_EQ(!!(ir_flags_get(&toy->env) & IR_F_C), (uint32_t)expected < (uint32_t)memory);
}

static void test_cmpxchg(void)
{
    for (int locked = 0; locked < 2; locked++) {
        const char *op = locked ? "mcmpxchg.32!.lock r1, [r0], r2" : "mcmpxchg.32! r1, [r0], r2";

        check_cmpxchg(op, 5, 0x1234567800000005);
        check_cmpxchg(op, 5, 0x1234567800000006);
        check_cmpxchg(op, 0xffffffff00000007, 0x1234567800000006);
    }
}

/* Registers are read and written by the slow path, each time. */
static void test_rmw_registers(void)
{
    toy->r[0] = TOY_REGS + 0x10;
    toy->r[2] = 1;
    toy->slow_loads = toy->slow_stores = 0;
    for (int round = 0; round < 3; round++)
        CHECK_EQ(run_one("madd.32.lock r1, [r0], r2"), IR_OK);
    CHECK_EQ(toy->slow_loads, 3);
    CHECK_EQ(toy->slow_stores, 3);
    CHECK_EQ(toy->r[1], TOY_REGS + 0x10);
}

/* ---- calls ---- */

static void test_calls(void)
{
    toy->r[0] = 1;
    toy->r[1] = 2;
    toy->r[2] = 3;
    toy->env.pc = 0x800;
    toy->env.instructions = 0;
    CHECK_EQ(run_text("insn 0, 2\nsub.64! sink, r0, r0\ninsn 2, 2\n"
                      "call.64 r3, r0, r1, r2, @note\nadd.64 r3, r3, #10\nleave.64 4\n"),
             IR_OK);
    CHECK_EQ(toy->r[3], 16);
    CHECK_EQ(toy->seen_pc, 0x802);
    CHECK_EQ(toy->seen_flags, IR_F_Z | IR_F_P);
    CHECK_EQ(toy->env.pc, 0x804);
    CHECK_EQ(toy->env.instructions, 2);
}

static void test_call_ends(void)
{
    toy->r[0] = 0x1234;
    toy->env.pc = 0x800;
    toy->env.instructions = 0;
    CHECK_EQ(run_text("insn 0, 2\ninsn 2, 2\ncall.64 r1, r0, zero, zero, @jump\nleave.64 4\n"),
             IR_JUMPED);
    CHECK_EQ(toy->env.pc, 0x1234);
    CHECK_EQ(toy->env.instructions, 2);
    toy->env.pc = 0x800;
    toy->env.instructions = 0;
    CHECK_EQ(run_text("insn 0, 2\ninsn 2, 2\ncall.64 r1, r0, zero, zero, @fault\nleave.64 4\n"),
             IR_FAULT);
    CHECK_EQ(toy->env.pc, 0x802);
    CHECK_EQ(toy->env.instructions, 1);
    toy->r[1] = IR_F_N;
    toy->r[2] = IR_F_ALL;
    CHECK_EQ(run_text("sub.64! sink, r0, r0\ncall.64 sink, r1, r2, zero, @flags\n"
                      "setcc.8 r4, n\nsetcc.8 r5, z\nleave.64 4\n"),
             IR_OK);
    CHECK_EQ(toy->r[4], 1);
    CHECK_EQ(toy->r[5], 0);
}

/* ---- exits ---- */

static void check_exit(const char *text, uint64_t pc, uint64_t want, uint64_t instructions)
{
    toy->env.pc = pc;
    toy->env.instructions = 0;
    CHECK_EQ(run_text(text), IR_OK);
    CHECK_EQ(toy->env.pc, want);
    CHECK_EQ(toy->env.instructions, instructions);
}

static void test_exits(void)
{
    toy->r[0] = 0xffffffff00010000;
    check_exit("insn 0, 2\njmp.64 0x123\n", 0x1000, 0x1123, 1);
    check_exit("insn 0, 2\njmp.32 0x123\n", 0xffffffff, 0x122, 1);
    check_exit("insn 0, 2\njmp.16 -2\n", 1, 0xffff, 1);
    check_exit("insn 0, 2\njmpi.64 r0\n", 0, 0xffffffff00010000, 1);
    check_exit("insn 0, 2\njmpi.32.ret r0\n", 0, 0x10000, 1);
    check_exit("insn 0, 2\njmpi.16 r0\n", 0, 0, 1);
    check_exit("insn 0, 2\nbrz.16.64 r0, 0x10\ninsn 2, 2\njmp.64 4\n", 0, 0x10, 1);
    check_exit("insn 0, 2\nbrz.64.64 r0, 0x10\ninsn 2, 2\njmp.64 4\n", 0, 4, 2);
    check_exit("insn 0, 2\nbrnz.32.16 r0, 0x10\ninsn 2, 2\njmp.64 4\n", 0xfff8, 8, 1);
    check_exit("insn 0, 2\nbrnz.8.64 r0, 0x10\ninsn 2, 2\njmp.64 4\n", 0, 4, 2);
}

/* ---- the run loop ---- */

static void put_loop(uint64_t address, int count)
{
    toy_put(toy, address, TOY_MOVI, 0, 0, count);
    toy_put(toy, address + 4, TOY_MOVI, 1, 0, 0);
    toy_put(toy, address + 8, TOY_ADDI, 1, 0, 3);
    toy_put(toy, address + 12, TOY_DEC, 0, 0, 0);
    toy_put(toy, address + 16, TOY_JNZ, 0, 0, -3);
    toy_put(toy, address + 20, TOY_STOP, 0, 0, 0);
}

static void test_loop(void)
{
    fresh();
    put_loop(0x1000, 100);
    CHECK_EQ(toy_run(toy, 0x1000), IR_OK);
    CHECK_EQ(toy->r[1], 300);
    CHECK_EQ(toy->env.pc, 0x1014);
    CHECK_EQ(toy->env.instructions, 2 + 300 + 1);
    CHECK_EQ(toy->lifts, 2); /* at the start and at the loop's head */
    CHECK(toy->env.block == NULL);
    CHECK_EQ(toy_run(toy, 0x1000), IR_OK);
    CHECK_EQ(toy->lifts, 2);
}

static void test_request(void)
{
    fresh();
    toy_put(toy, 0x1000, TOY_ADDI, 1, 0, 1);
    toy_put(toy, 0x1004, TOY_JMP, 0, 0, -2);
    atomic_store(&toy->env.request, 1);
    CHECK_EQ(toy_run(toy, 0x1000), IR_OK);
    CHECK_EQ(toy->env.pc, 0x1000);
    CHECK_EQ(toy->r[1], 1); /* never stuck: one block at least */
    CHECK_EQ(toy->env.instructions, 2);
}

static void test_one_instruction(void)
{
    fresh();
    put_loop(0x1000, 100);
    toy->env.pc = 0x1000;
    for (int n = 0; n < 5; n++)
        CHECK_EQ(ir_exec_one(&toy->env), IR_OK);
    CHECK_EQ(toy->env.instructions, 5);
    CHECK_EQ(toy->env.pc, 0x1008);
    CHECK_EQ(toy->r[0], 99);
    CHECK(ir_blocks_find(toy->env.blocks, 0x1000, 0) == NULL);
}

/* The same code at another pc is one block; another mode is another. */
static void test_keys(void)
{
    fresh();
    put_loop(0x1000, 10);
    CHECK_EQ(toy_run(toy, 0x1000), IR_OK);
    CHECK_EQ(toy_run(toy, TOY_HIGH + 0x1000), IR_OK);
    CHECK_EQ(toy->env.pc, TOY_HIGH + 0x1014);
    CHECK_EQ(toy->lifts, 2);
    toy->env.mode = 7;
    CHECK_EQ(toy_run(toy, 0x1000), IR_OK);
    CHECK_EQ(toy->lifts, 4);
    toy->env.mode = 0;
    CHECK_EQ(toy_run(toy, 0x1000), IR_OK);
    CHECK_EQ(toy->lifts, 4);
}

/* A helper changes the mode in the middle: the next block is the new mode's. */
static void test_mode_change(void)
{
    fresh();
    toy_put(toy, 0x1000, TOY_MOVI, 1, 0, 9);
    toy_put(toy, 0x1004, TOY_CALL, 1, 0, TOY_H_MODE);
    toy_put(toy, 0x1008, TOY_JMP, 0, 0, 0);
    toy_put(toy, 0x100c, TOY_STOP, 0, 0, 0);
    CHECK_EQ(toy_run(toy, 0x100c), IR_OK); /* now a jump table knows mode 0's */
    CHECK_EQ(toy_run(toy, 0x1000), IR_OK);
    CHECK(ir_blocks_find(toy->env.blocks, 0x100c, 9) != NULL);
}

/* Fetching from registers runs uncached; from nowhere it faults. */
static void test_fetch(void)
{
    fresh();
    CHECK_EQ(toy_run(toy, TOY_RAM + 0x100), IR_FAULT);
    CHECK_EQ(toy->fault_va, TOY_RAM + 0x100);
    CHECK_EQ(toy->env.pc, TOY_RAM + 0x100);
    CHECK_EQ(toy->env.instructions, 0);
    toy->lifts = 0;
    toy_put(toy, TOY_REGS, TOY_MOVI, 2, 0, 44);
    toy_put(toy, TOY_REGS + 4, TOY_MOVI, 3, 0, 45);
    toy_put(toy, TOY_REGS + 8, TOY_JMPI, 4, 0, 0);
    toy_put(toy, 0x1000, TOY_CALL, 4, 4, TOY_H_JUMP);
    toy->r[4] = 0x1000;
    CHECK_EQ(toy_run(toy, TOY_REGS), IR_JUMPED);
    CHECK_EQ(toy->r[2], 44);
    CHECK_EQ(toy->r[3], 45);
    CHECK_EQ(toy->lifts, 4);
    CHECK(ir_blocks_find(toy->env.blocks, TOY_REGS, 0) == NULL);
}

/* An instruction over the end of a page is kept as well, and dies by stores to either page. */
static void test_straddling(void)
{
    fresh();
    toy_put(toy, 0x1ffa, TOY_MOVI, 1, 0, 5);
    toy_put(toy, 0x1ffe, TOY_MOVI, 2, 0, 6);
    toy_put(toy, 0x2002, TOY_STOP, 0, 0, 0);
    CHECK_EQ(toy_run(toy, 0x1ffa), IR_OK);
    CHECK_EQ(toy->r[2], 6);
    CHECK_EQ(toy->env.instructions, 3);
    CHECK_EQ(toy->env.pc, 0x2002);
    toy->lifts = 0;
    CHECK_EQ(toy_run(toy, 0x1ffa), IR_OK);
    CHECK_EQ(toy->lifts, 0);
    toy_put(toy, 0x1ffe, TOY_MOVI, 3, 0, 7);
    CHECK(ir_blocks_find(toy->env.blocks, 0x1ffe, 0) == NULL);
    CHECK_EQ(toy_run(toy, 0x1ffa), IR_OK);
    CHECK_EQ(toy->r[3], 7);
    toy->r[0] = 0x2001; /* its last byte */
    toy->r[1] = 9;
    CHECK_EQ(run_one("st.8 [r0], r1"), IR_OK);
    CHECK(ir_blocks_find(toy->env.blocks, 0x1ffe, 0) == NULL);
    CHECK_EQ(toy_run(toy, 0x1ffa), IR_OK);
    CHECK_EQ(toy->r[3], 9);
}

/* ---- self-modifying code ---- */

/* A store into the running block: refused, done by itself, and the new code runs. */
static void test_store_into_itself(void)
{
    fresh();
    toy_put(toy, 0x1000, TOY_MOVI, 1, 0, 77); /* the new immediate */
    toy_put(toy, 0x1004, TOY_MOVI, 2, 0, 16); /* an address: r2 << 8 */
    toy_put(toy, 0x1008, TOY_SHL, 2, 0, 8);
    toy_put(toy, 0x100c, TOY_ST8, 1, 2, 0x13); /* the immediate of the next one */
    toy_put(toy, 0x1010, TOY_MOVI, 3, 0, 1);
    toy_put(toy, 0x1014, TOY_STOP, 0, 0, 0);
    CHECK_EQ(toy_run(toy, 0x1000), IR_OK);
    CHECK_EQ(toy->r[3], 77);
    CHECK_EQ(toy->alone, 1);
    CHECK_EQ(toy->env.instructions, 6);
    CHECK_EQ(toy->env.pc, 0x1014);
}

/* Data beside code: slow stores, but no block dies. */
static void test_store_beside_code(void)
{
    fresh();
    put_loop(0x1000, 10);
    CHECK_EQ(toy_run(toy, 0x1000), IR_OK);
    toy->r[0] = 0x1800;
    toy->slow_stores = 0;
    for (int n = 0; n < 10; n++)
        CHECK_EQ(run_one("st.64 [r0], r1"), IR_OK);
    CHECK_EQ(toy->slow_stores, 10);
    CHECK(ir_blocks_find(toy->env.blocks, 0x1000, 0) != NULL);
    toy->r[0] = 0x1004;
    CHECK_EQ(run_one("st.8 [r0], r1"), IR_OK);
    CHECK(ir_blocks_find(toy->env.blocks, 0x1000, 0) == NULL);
    CHECK(ir_blocks_find(toy->env.blocks, 0x1008, 0) != NULL);
}

/* A block that dies while it runs finishes, and the jump table does not find it again. */
static void test_flush_while_running(void)
{
    fresh();
    toy_put(toy, 0x1000, TOY_MOVI, 0, 0, 5);
    toy_put(toy, 0x1004, TOY_CALL, 0, 0, TOY_H_FLUSH);
    toy_put(toy, 0x1008, TOY_DEC, 0, 0, 0);
    toy_put(toy, 0x100c, TOY_JNZ, 0, 0, -3);
    toy_put(toy, 0x1010, TOY_STOP, 0, 0, 0);
    CHECK_EQ(toy_run(toy, 0x1000), IR_OK);
    CHECK_EQ(toy->r[0], 0);
    CHECK_EQ(toy->lifts, 5); /* each round anew */
    CHECK_EQ(toy->env.instructions, 1 + 5 * 3 + 1);
}

/* The guest's mapping changes: the jump table is empty. */
static void test_flush_jumps(void)
{
    fresh();
    put_loop(0x1000, 10);
    CHECK_EQ(toy_run(toy, 0x1000), IR_OK);
    ir_jumps_flush(&toy->env);
    CHECK_EQ(toy_run(toy, 0x1000), IR_OK);
    toy->env.space++;
    CHECK_EQ(toy_run(toy, 0x1000), IR_OK);
    CHECK_EQ(toy->r[1], 30);
    CHECK_EQ(toy->lifts, 2);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"moves", test_moves},
        {"extensions-and-parts", test_extensions_and_parts},
        {"addresses", test_addresses},
        {"loads", test_load_forms},
        {"stores", test_stores},
        {"vectors", test_vectors},
        {"page-crossing", test_page_crossing},
        {"faults", test_faults},
        {"rmw", test_rmw},
        {"cmpxchg", test_cmpxchg},
        {"rmw-registers", test_rmw_registers},
        {"calls", test_calls},
        {"call-ends", test_call_ends},
        {"exits", test_exits},
        {"loop", test_loop},
        {"request", test_request},
        {"one-instruction", test_one_instruction},
        {"keys", test_keys},
        {"mode-change", test_mode_change},
        {"fetch", test_fetch},
        {"straddling", test_straddling},
        {"store-into-itself", test_store_into_itself},
        {"store-beside-code", test_store_beside_code},
        {"flush-while-running", test_flush_while_running},
        {"flush-jumps", test_flush_jumps},
        {NULL, NULL},
    };
    int result;

    fresh();
    result = test_main(argc, argv, cases);
    toy_free(toy, true);
    return result;
}
