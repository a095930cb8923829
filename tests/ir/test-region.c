/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Regions: how pieces join, which flags are looked at around loops, where loops may be left. */
#include "emulator/ir/region.h"

#include "emulator/ir/flags.h"
#include "tests/ir/toy.h"
#include "tests/test.h"

static struct ir_region region;
static struct ir_builder piece;

static const struct ir_builder *parse(const char *text, unsigned bytes)
{
    const char *error = ir_parse(text, &toy_guest, &piece);

    if (error)
        CHECK_STR(error, "");
    piece.guest_bytes = bytes;
    return &piece;
}

static const struct ir_insn *at(unsigned n)
{
    return &region.code.insn[n];
}

/* The op of the instruction at an offset of the page. */
static unsigned mark(unsigned offset)
{
    return region.mark[offset] - 1u;
}

/* ---- joining ---- */

static void test_rebase(void)
{
    CHECK(ir_region_begin(&region, parse("insn 0, 4\npcrel.64 r1, 4\ninsn 4, 4\njmp.64 -8\n", 8),
                          64));
    CHECK_EQ(at(0)->imm, 64);
    CHECK_EQ(at(1)->imm, 68);
    CHECK_EQ(at(3)->imm, 56);
    CHECK_EQ(region.spans, 1);
    CHECK_EQ(region.span[0].first, 64);
    CHECK_EQ(region.span[0].size, 8);
}

static void test_wants(void)
{
    CHECK(ir_region_begin(
        &region,
        parse("insn 0, 4\nbr.64 z, 32\ninsn 4, 4\nbr.64 c, 5000\ninsn 8, 4\njmp.64 0\n", 12), 0));
    CHECK_EQ(ir_region_wants(&region), 32);
    CHECK_EQ(ir_region_wants(&region), -1); /* the others are outside, or there */
}

static void test_meets(void)
{
    CHECK(ir_region_begin(&region, parse("insn 0, 4\nbr.64 z, 32\ninsn 4, 4\njmpi.64 r1\n", 8), 0));
    CHECK(ir_region_add(&region, parse("insn 0, 4\nnot.64 r2, r2\ninsn -28, 4\njmpi.64 r1\n", 8),
                        32));
    CHECK_EQ(region.code.count, 7);
    CHECK_EQ(at(6)->op, IR_jmp);
    CHECK_EQ(at(6)->imm, 4);
    ir_region_finish(&region, &toy_guest);
    CHECK_EQ(region.target[1], mark(32) + 1);
    CHECK_EQ(region.target[6], mark(4) + 1);
    CHECK(region.label[mark(4)]);
    CHECK(region.loop[mark(4)]);
    CHECK(!region.loop[mark(32)]);
}

/* ---- flags ---- */

/* r1 is added to, r2 counts down: only the last comparison is ever looked at. */
static void test_dead_around_loop(void)
{
    CHECK(ir_region_begin(&region,
                          parse("insn 0, 4\nadd.64! r1, r1, #3\ninsn 4, 4\nsub.64! r2, r2, #1\n"
                                "insn 8, 4\nbr.64 nz, 0\ninsn 12, 4\nsub.64! r3, r3, #1\n"
                                "insn 16, 4\njmpi.64 r5\n",
                                20),
                          0));
    ir_region_finish(&region, &toy_guest);
    CHECK_EQ(at(1)->flags & IR_SETF, 0);
    CHECK_EQ(at(3)->flags & IR_SETF, IR_SETF);
    CHECK_EQ(region.live[3], IR_F_Z);
    CHECK_EQ(region.live_in[0], 0);
    CHECK_EQ(region.poll[0], IR_POLL_AFTER);
    CHECK_EQ(region.replaces[0], 1);
}

/* A fault of the load would show them. */
static void test_live_at_fault(void)
{
    CHECK(ir_region_begin(&region,
                          parse("insn 0, 4\nld.64 r1, [r8]\ninsn 4, 4\nsub.64! r2, r2, #1\n"
                                "insn 8, 4\nbr.64 nz, 0\ninsn 12, 4\njmpi.64 r5\n",
                                16),
                          0));
    ir_region_finish(&region, &toy_guest);
    CHECK_EQ(region.live_in[0], IR_F_ALL);
    CHECK_EQ(region.poll[0], IR_POLL_HERE);
}

/* No instruction of the loop replaces the flags, which are dead: it keeps them all the same. */
static void test_loop_without_flags(void)
{
    CHECK(ir_region_begin(&region,
                          parse("insn 0, 4\nnot.64 r1, r1\ninsn 4, 4\nbrnz.64.64 r1, 0\n"
                                "insn 8, 4\nsub.64! r2, r2, #1\ninsn 12, 4\njmpi.64 r5\n",
                                16),
                          0));
    ir_region_finish(&region, &toy_guest);
    CHECK_EQ(region.poll[0], IR_POLL_HERE);
    CHECK_EQ(region.live_in[0], IR_F_ALL);
}

static void test_full(void)
{
    CHECK(ir_region_begin(&region, parse("insn 0, 4\nbr.64 z, 32\ninsn 4, 4\njmpi.64 r1\n", 8), 0));
    for (unsigned n = 1; n < IR_REGION_PIECES; n++)
        CHECK(ir_region_add(&region, parse("insn 0, 4\njmpi.64 r1\n", 4), 32 * n));
    CHECK(!ir_region_add(&region, parse("insn 0, 4\njmpi.64 r1\n", 4), 2048));
    CHECK_EQ(ir_region_wants(&region), -1);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"region-rebase", test_rebase},
        {"region-wants", test_wants},
        {"region-meets", test_meets},
        {"region-dead-around-loop", test_dead_around_loop},
        {"region-live-at-fault", test_live_at_fault},
        {"region-loop-without-flags", test_loop_without_flags},
        {"region-full", test_full},
        {NULL, NULL},
    };

    return test_main(argc, argv, cases);
}
