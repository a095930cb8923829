/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The printer and parser, the verifier, and the flag pass: text in, text out. */
#include "tests/ir/toy.h"
#include "tests/test.h"

static struct ir_builder builder, other;

/* ---- printing and parsing ---- */

static char *print(const struct ir_builder *b, const struct ir_guest *guest)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        exit(1);
    ir_print(b, guest, out);
    fclose(out);
    return text;
}

static void parse(const char *text, struct ir_builder *out)
{
    const char *error = ir_parse(text, &toy_guest, out);

    if (error) {
        CHECK_STR(error, "");
        fprintf(stderr, "%s", text);
    }
}

/* Only the fields that the op has, so that what comes back can be compared. */
static void fill(struct ir_insn *i, unsigned seed)
{
    const char *operands = ir_op_table[i->op].operands;

    i->dst = strpbrk(operands, "dD") ? TOY_R(seed % 16) : IR_SLOT_SINK;
    if (strpbrk(operands, "am"))
        i->a = seed & 1 ? IR_SLOT_TEMP(seed % IR_TEMPS) : TOY_R(1);
    if (strpbrk(operands, "bm"))
        i->b = seed & 2 ? IR_SLOT_VTEMP(seed % IR_VTEMPS) + seed % 4 : TOY_V(2);
    if (strpbrk(operands, "ce"))
        i->c = seed & 4 ? 7777 : IR_SLOT_PC;
    if (strchr(operands, 'B')) {
        i->flags |= seed & 1 ? IR_IMM : 0;
        if (!(seed & 1))
            i->b = IR_SLOT_SINK;
    }
    if (strchr(operands, 'm'))
        i->scale = seed & 3;
    if (strpbrk(operands, "imB"))
        i->imm = seed & 2 ? -(int64_t)seed : (int64_t)(seed * 0x123456789abcull);
    if (strchr(operands, 'B') && !(i->flags & IR_IMM) && !strpbrk(operands, "i"))
        i->imm = 0;
    if (strchr(operands, 'k'))
        i->cond = seed % 16;
    if (strchr(operands, 'w'))
        i->width2 = seed / 4 % 4;
    if (strchr(operands, 'h'))
        i->imm = seed % TOY_HELPERS;
    if (strchr(operands, 'v'))
        i->imm = (seed % TOY_VECS) << 8 | (seed & 0xff);
}

static bool same(const struct ir_insn *x, const struct ir_insn *y)
{
    return x->op == y->op && x->width == y->width && x->width2 == y->width2 && x->cond == y->cond &&
           x->scale == y->scale && x->flags == y->flags && x->dst == y->dst && x->a == y->a &&
           x->b == y->b && x->c == y->c && x->imm == y->imm;
}

static void check_round_trip(enum ir_op op, unsigned seed)
{
    struct ir_insn *i;
    char *first, *second;

    ir_builder_reset(&builder);
    i = ir_emit(&builder, op, op == IR_insn ? IR_8 : (enum ir_width)(seed % 6));
    fill(i, seed);
    if (op == IR_insn)
        i->width2 = 15;
    else if (op != IR_putf)
        i->flags |= (uint8_t)(seed & ~(IR_IMM | 0u));
    if (!strchr(ir_op_table[op].operands, 'B'))
        i->flags &= (uint8_t)~IR_IMM;
    else if (op != IR_putf && (i->flags & IR_IMM) == 0)
        i->imm = 0;
    first = print(&builder, &toy_guest);
    parse(first, &other);
    second = print(&other, &toy_guest);
    CHECK_STR(second, first);
    CHECK_EQ(other.count, 1);
    if (!same(&builder.insn[0], &other.insn[0])) {
        test_failures++;
        fprintf(stderr, "came back different: %s", first);
    }
    free(first);
    free(second);
}

static void test_round_trip(void)
{
    for (unsigned op = 0; op < IR_OP_COUNT; op++)
        for (unsigned seed = 0; seed < 64; seed++)
            check_round_trip((enum ir_op)op, seed * 5 + op);
}

static const char all_forms[] = "insn 0, 3\n"
                                "add.32! r0, r0, #5\n"
                                "sub.64! sink, r1, r2\n"
                                "sext.8.64 t0, r3\n"
                                "ld.64.stack t1, [r4 + -8]\n"
                                "lds.16.32.addr32 t2, [r4 + t1*4 + 0x123456]\n"
                                "st.128 [zero + r1*8], v1\n"
                                "madd.32!.lock r5, [r0], t0\n"
                                "shld.64! r0, r1, r2, #7\n"
                                "shrd.16! r0, r1, r2, t0\n"
                                "call.64 r1, r2, zero, t0, @note\n"
                                "vec.8 x0, v0, x1, zero, @add4:12\n"
                                "setcc.8 r1, lt\n"
                                "putf.64 r1, 2048\n"
                                "br.16 ncz, -12\n"
                                "insn 3, 2\n"
                                "mov.64 v0.3, #-1\n"
                                "brz.32.16 r2, 40\n"
                                "jmpi.64.ret t0\n";

static void test_forms(void)
{
    char *text;

    parse(all_forms, &builder);
    text = print(&builder, &toy_guest);
    CHECK_STR(text, all_forms);
    CHECK_EQ(builder.guest_insns, 2);
    CHECK_EQ(builder.guest_bytes, 5);
    free(text);
    ir_parse("call.64 r1, r2, zero, t0, @note\nvec.8 x0, v0, x1, zero, @add4:12\n", &toy_guest,
             &builder);
    text = print(&builder, NULL);
    CHECK(strstr(text, "@0\n") != NULL);
    CHECK_EQ(ir_parse(text, NULL, &other) == NULL, true);
    CHECK_EQ(other.insn[1].imm, 12);
    free(text);
}

static void test_bad_text(void)
{
    static const char *const bad[] = {
        "frob.64 r0\n",
        "add r0, r0, r1\n",
        "add.7 r0, r0, r1\n",
        "add.64 r0, r0\n",
        "add.64 r0, r0, r99\n",
        "add.64.fast r0, r0, r1\n",
        "add.64 r0 r0, r1\n",
        "add.64 r0, r0, #\n",
        "ld.64 r0, r1\n",
        "ld.64 r0, [r1 + r2*3]",
        "ld.64 r0, [r1\n",
        "br.64 xx, 0\n",
        "jmp.64 4 5\n",
        "call.64 r0, r1, r2, r3, @nope\n",
        "vec.64 x0, x1, x2, x3, @add4\n",
        "insn 4\n",
        "add.64 t48, r0, r1\n",
        "add.64 v8, r0, r1\n",
        "sext.8 r0, r1\n",
    };

    for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
        bool refused = ir_parse(bad[n], &toy_guest, &builder) != NULL;

        CHECK(refused);
        if (!refused)
            fprintf(stderr, "%s", bad[n]);
    }
    CHECK(ir_parse("; a comment\n\n  jmp.64 4 ; and one behind\n", &toy_guest, &builder) == NULL);
    CHECK_EQ(builder.count, 1);
}

/* ---- the verifier ---- */

struct verdict {
    const char *text;
    unsigned where;
    const char *error; /* NULL: good */
};

static const struct verdict verdicts[] = {
    {"jmp.64 4\n", 0, NULL},
    {"insn 0, 2\nadd.64! r0, r0, r1\ninsn 2, 2\nbr.32 z, 0\njmpi.64.ret r2\n", 0, NULL},
    {"mov.64 t0, r1\nld.64 t1, [t0]\nmov.64 r0, t1\nleave.64 4\n", 0, NULL},
    {"mov.64 t0, #1\nmov.64 t1, #1\nvec.8 x0, t0, t0, zero, @low:0\nleave.64 4\n", 2, NULL},
    {"call.64 r0, r1, r2, r3, @fault\ncall.64 r0, r1, r2, r3, @fault\nleave.64 0\n", 0, NULL},
    {"st.64 [r0], r1\nst.64 [r0 + 8], r1\nmov.64 r0, #1\ninsn 4, 4\nld.64 r0, [r1]\njmp.64 8\n", 0,
     NULL},
    {"add.64 r0, r0, r1\n", 0, "the block does not end"},
    {"jmp.64 4\njmp.64 4\n", 0, "an op follows the end of the block"},
    {"mov.64 r0, t0\njmp.64 4\n", 0, "a temporary is read before it is written"},
    {"mov.64 t0, r0\ninsn 4, 4\nmov.64 r0, t0\njmp.64 4\n", 2,
     "a temporary is read before it is written"},
    {"ld.64 v0, [r0]\nst.128 [r0], v0\njmp.64 4\n", 1, "a temporary is read before it is written"},
    {"vec.8 v0, x0, x1, zero, @low:0\njmp.64 4\n", 0, "a temporary is read before it is written"},
    {"mov.64 r0, sink\njmp.64 4\n", 0, "the sink is read"},
    {"mov.64 zero, r0\njmp.64 4\n", 0, "a slot that only the executor writes is written"},
    {"mov.64 pc, r0\njmp.64 4\n", 0, "a slot that only the executor writes is written"},
    {"mov.64 r0, s90\njmp.64 4\n", 0, "a slot is the executor's own"},
    {"mov.64 s60000, r0\njmp.64 4\n", 0, "a slot is beyond the guest's state"},
    {"mov.64 r0, r1\nld.64 r1, [r2]\njmp.64 4\n", 1, "it may fault after guest state has changed"},
    {"sub.64! sink, r0, r1\nst.64 [r2], r1\njmp.64 4\n", 1,
     "it may fault after guest state has changed"},
    {"mov.64 r0, r1\nvec.8 x0, zero, zero, zero, @trap:0\njmp.64 4\n", 1,
     "it may fault after guest state has changed"},
    {"add.128 r0, r0, r1\njmp.64 4\n", 0, "the op does not come in this width"},
    {"shld.8 r0, r0, r1, r2\njmp.64 4\n", 0, "the op does not come in this width"},
    {"jmp.8 4\n", 0, "the op does not come in this width"},
    {"mov.128 x0, #1\njmp.64 4\n", 0, "a vector has no immediate"},
    {"sext.32.16 r0, r1\njmp.64 4\n", 0, "the second width is too small or big"},
    {"brz.64.128 r0, 4\njmp.64 4\n", 0, "the second width is too big"},
    {"insert.8 r0, r1, 16\njmp.64 4\n", 0, "the bit position is not 0 or 8"},
    {"insert.64 r0, r1, 8\njmp.64 4\n", 0, "the part is not inside the slot"},
    {"call.64 r0, r1, r2, r3, @77\njmp.64 4\n", 0, "there is no such helper"},
    {"vec.64 x0, x1, x2, x3, @77:0\njmp.64 4\n", 0, "there is no such vector op"},
    {"mov.64! r0, r1\njmp.64 4\n", 0, "a flag of the op makes no sense for it"},
    {"add.64.lock r0, r0, r1\njmp.64 4\n", 0, "a flag of the op makes no sense for it"},
    {"ld.64.lock r0, [r1]\njmp.64 4\n", 0, "a flag of the op makes no sense for it"},
    {"jmp.64.ret 4\n", 0, "a flag of the op makes no sense for it"},
    {"insn 4, 4\ninsn 2, 4\njmp.64 4\n", 1, "instructions are not in order"},
    {"", 0, "the block is empty"},
};

static void test_verifier(void)
{
    for (size_t n = 0; n < sizeof(verdicts) / sizeof(verdicts[0]); n++) {
        const struct verdict *v = &verdicts[n];
        const char *error;
        unsigned where;

        parse(v->text, &builder);
        error = ir_verify(&builder, &toy_guest, &where);
        CHECK_STR(error ? error : "good", v->error ? v->error : "good");
        if (error && v->error)
            CHECK_EQ(where, v->where);
    }
}

/* What text cannot say. */
static void test_verifier_fields(void)
{
    unsigned where;

    parse("ld.64 r0, [r1 + r2]\njmp.64 4\n", &builder);
    builder.insn[0].scale = 4;
    CHECK_STR(ir_verify(&builder, &toy_guest, &where), "the scale is above 3");
    parse("setcc.8 r0, z\njmp.64 4\n", &builder);
    builder.insn[0].cond = 16;
    CHECK_STR(ir_verify(&builder, &toy_guest, &where), "there is no such condition");
    builder.insn[0].op = IR_OP_COUNT;
    CHECK_STR(ir_verify(&builder, &toy_guest, &where), "there is no such op");
    builder.overflow = true;
    CHECK_STR(ir_verify(&builder, &toy_guest, &where), "the block was too long");
}

/* ---- the builder ---- */

static void test_builder_room(void)
{
    unsigned ops = 0;

    ir_builder_reset(&builder);
    while (ir_builder_has_room(&builder)) {
        ir_begin_insn(&builder, ops++, 1);
        for (unsigned n = 0; n < 63; n++)
            ir_movi(&builder, IR_64, TOY_R(0), n);
    }
    CHECK(!builder.overflow);
    for (unsigned n = 0; n < IR_MAX_INSNS; n++)
        CHECK(ir_emit(&builder, IR_mov, IR_64) != NULL);
    CHECK(builder.overflow);
    CHECK_EQ(builder.count, IR_MAX_INSNS);
    ir_builder_reset(&builder);
    ir_begin_insn(&builder, 0, 1);
    for (unsigned n = 0; n < IR_TEMPS; n++)
        CHECK_EQ(ir_temp(&builder), IR_SLOT_TEMP(n));
    CHECK(!builder.overflow);
    ir_temp(&builder);
    CHECK(builder.overflow);
}

/* ---- the flag pass ---- */

struct golden {
    const char *in, *out;
};

static const struct golden goldens[] = {
    /* the second replaces all that the first defines */
    {"add.64! r0, r0, r1\nsub.64! r2, r2, r3\njmp.64 4\n",
     "add.64 r0, r0, r1\nsub.64! r2, r2, r3\njmp.64 4\n"},
    /* a comparison that nobody looks at is nothing */
    {"sub.64! sink, r0, r1\nand.64! r2, r2, r3\njmp.64 4\n", "and.64! r2, r2, r3\njmp.64 4\n"},
    /* inc leaves C */
    {"add.64! r0, r0, r1\ninc.64! r2, r2\njmp.64 4\n",
     "add.64! r0, r0, r1\ninc.64! r2, r2\njmp.64 4\n"},
    {"bt.64! r0, #1\nadd.64! r1, r1, r2\njmp.64 4\n", "add.64! r1, r1, r2\njmp.64 4\n"},
    /* adc looks at C only */
    {"inc.64! r0, r0\nadc.64! r1, r1, r2\njmp.64 4\n",
     "inc.64 r0, r0\nadc.64! r1, r1, r2\njmp.64 4\n"},
    {"add.64! r0, r0, r1\nadc.64! r1, r1, r2\njmp.64 4\n",
     "add.64! r0, r0, r1\nadc.64! r1, r1, r2\njmp.64 4\n"},
    /* a shift by a slot may leave all; by a constant it does not */
    {"add.64! r0, r0, r1\nshl.64! r1, r1, r2\njmp.64 4\n",
     "add.64! r0, r0, r1\nshl.64! r1, r1, r2\njmp.64 4\n"},
    {"add.64! r0, r0, r1\nshl.64! r1, r1, #3\njmp.64 4\n",
     "add.64 r0, r0, r1\nshl.64! r1, r1, #3\njmp.64 4\n"},
    {"add.64! r0, r0, r1\nshl.32! r1, r1, #32\njmp.64 4\n",
     "add.64! r0, r0, r1\nshl.32! r1, r1, #32\njmp.64 4\n"},
    /* rotates leave four of the six */
    {"add.64! r0, r0, r1\nrol.64! r1, r1, #3\njmp.64 4\n",
     "add.64! r0, r0, r1\nrol.64! r1, r1, #3\njmp.64 4\n"},
    /* rcl looks at C even if nobody wants its flags */
    {"bt.64! r0, #1\nrcl.64! r1, r1, #3\nadd.64! r0, r0, r1\njmp.64 4\n",
     "bt.64! r0, #1\nrcl.64 r1, r1, #3\nadd.64! r0, r0, r1\njmp.64 4\n"},
    /* what may fault or leave looks at all */
    {"add.64! r0, r0, r1\ninsn 4, 4\nld.64 t0, [r0]\nsub.64! r0, r0, t0\njmp.64 4\n",
     "add.64! r0, r0, r1\ninsn 4, 4\nld.64 t0, [r0]\nsub.64! r0, r0, t0\njmp.64 4\n"},
    {"add.64! r0, r0, r1\nbrz.64.64 r2, 4\nsub.64! r0, r0, r1\njmp.64 4\n",
     "add.64! r0, r0, r1\nbrz.64.64 r2, 4\nsub.64! r0, r0, r1\njmp.64 4\n"},
    {"add.64! r0, r0, r1\ncall.64 sink, zero, zero, zero, @note\nsub.64! r0, r0, r1\njmp.64 4\n",
     "add.64! r0, r0, r1\ncall.64 sink, zero, zero, zero, @note\nsub.64! r0, r0, r1\njmp.64 4\n"},
    {"add.64! r0, r0, r1\nvec.8 x0, zero, zero, zero, @trap:0\nsub.64! r0, r0, r1\njmp.64 4\n",
     "add.64! r0, r0, r1\nvec.8 x0, zero, zero, zero, @trap:0\nsub.64! r0, r0, r1\njmp.64 4\n"},
    {"add.64! r0, r0, r1\nvec.8 x0, x0, x0, zero, @low:0\nsub.64! r0, r0, r1\njmp.64 4\n",
     "add.64 r0, r0, r1\nvec.8 x0, x0, x0, zero, @low:0\nsub.64! r0, r0, r1\njmp.64 4\n"},
    /* conditions look at their bits */
    {"inc.64! r0, r0\nbt.64! r0, r1\nsetcc.8 r2, c\nsub.64! r0, r0, r1\njmp.64 4\n",
     "inc.64 r0, r0\nbt.64! r0, r1\nsetcc.8 r2, c\nsub.64! r0, r0, r1\njmp.64 4\n"},
    {"add.64! r0, r0, r1\nsetcc.8 r2, lt\nsub.64! r0, r0, r1\njmp.64 4\n",
     "add.64! r0, r0, r1\nsetcc.8 r2, lt\nsub.64! r0, r0, r1\njmp.64 4\n"},
    /* putf replaces what it names */
    {"add.64! r0, r0, r1\nputf.64 r2, 2261\njmp.64 4\n",
     "add.64 r0, r0, r1\nputf.64 r2, 2261\njmp.64 4\n"},
    {"add.64! r0, r0, r1\nputf.64 r2, 1\njmp.64 4\n",
     "add.64! r0, r0, r1\nputf.64 r2, 1\njmp.64 4\n"},
    /* read-modify-write: its own fault comes before its flags */
    {"add.64! r0, r0, r1\nmadd.64! sink, [r0], r1\nsub.64! r0, r0, r1\njmp.64 4\n",
     "add.64! r0, r0, r1\nmadd.64 sink, [r0], r1\nsub.64! r0, r0, r1\njmp.64 4\n"},
};

static void check_golden(const struct golden *golden, bool copies)
{
    unsigned where;
    bool valid;
    char *text;

    parse(golden->in, &builder);
    valid = ir_verify(&builder, &toy_guest, &where) == NULL;
    if (copies)
        ir_pass_copies(&builder);
    else
        ir_pass_flags(&builder, &toy_guest);
    text = print(&builder, &toy_guest);
    CHECK_STR(text, golden->out);
    CHECK(!valid || ir_verify(&builder, &toy_guest, &where) == NULL);
    free(text);
}

static void test_flag_pass(void)
{
    for (size_t n = 0; n < sizeof(goldens) / sizeof(goldens[0]); n++)
        check_golden(&goldens[n], false);
}

/* ---- the copy pass ---- */

static const struct golden copies[] = {
    {"ld.16 t0, [r0]\nmov.32 r1, t0\njmp.64 4\n", "ld.16 r1, [r0]\njmp.64 4\n"},
    {"add.8! t0, r0, r1\nmov.8 r0, t0\njmp.64 4\n", "add.8! r0, r0, r1\njmp.64 4\n"},
    {"setcc.64 t0, z\nmov.8 r0, t0\njmp.64 4\n", "setcc.64 r0, z\njmp.64 4\n"},
    /* a chain, and a temporary written anew afterwards */
    {"mov.64 t0, r0\nmov.64 t1, t0\nmov.64 r1, t1\nmov.64 t0, r2\nmov.64 r3, t0\njmp.64 4\n",
     "mov.64 t1, r0\nmov.64 r1, t1\nmov.64 r3, r2\njmp.64 4\n"},
    /* the move cuts */
    {"ld.32 t0, [r0]\nmov.16 r1, t0\njmp.64 4\n", "ld.32 t0, [r0]\nmov.16 r1, t0\njmp.64 4\n"},
    {"lds.8.64 t0, [r0]\nmov.32 r1, t0\njmp.64 4\n",
     "lds.8.64 t0, [r0]\nmov.32 r1, t0\njmp.64 4\n"},
    /* somebody else reads it */
    {"ld.64 t0, [r0]\nmov.64 r1, t0\nadd.64 r2, r2, t0\njmp.64 4\n",
     "ld.64 t0, [r0]\nmov.64 r1, t0\nadd.64 r2, r2, t0\njmp.64 4\n"},
    {"mov.64 t0, r0\nmov.64 t1, t0\nst.64 [r1 + t0*8], t1\njmp.64 4\n",
     "mov.64 t0, r0\nmov.64 t1, t0\nst.64 [r1 + t0*8], t1\njmp.64 4\n"},
    {"mov.64 t0, r0\nmov.64 t1, t0\nbsf.64 t0, t1\nmov.64 r0, t0\njmp.64 4\n",
     "mov.64 t0, r0\nmov.64 t1, t0\nbsf.64 t0, t1\nmov.64 r0, t0\njmp.64 4\n"},
    /* partly written, two results, calls: left alone */
    {"mov.64 t0, r0\ninsert.8 t0, r1, 0\nmov.64 r0, t0\njmp.64 4\n",
     "mov.64 t0, r0\ninsert.8 t0, r1, 0\nmov.64 r0, t0\njmp.64 4\n"},
    {"umulw.64 t0, t1, r0, r1\nmov.64 r0, t0\njmp.64 4\n",
     "umulw.64 t0, t1, r0, r1\nmov.64 r0, t0\njmp.64 4\n"},
    {"call.64 t0, r0, r1, zero, @note\nmov.64 r0, t0\njmp.64 4\n",
     "call.64 t0, r0, r1, zero, @note\nmov.64 r0, t0\njmp.64 4\n"},
};

static void test_copy_pass(void)
{
    for (size_t n = 0; n < sizeof(copies) / sizeof(copies[0]); n++)
        check_golden(&copies[n], true);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"round-trip", test_round_trip},
        {"forms", test_forms},
        {"bad-text", test_bad_text},
        {"verifier", test_verifier},
        {"verifier-fields", test_verifier_fields},
        {"builder-room", test_builder_room},
        {"flag-pass", test_flag_pass},
        {"copy-pass", test_copy_pass},
        {NULL, NULL},
    };

    return test_main(argc, argv, cases);
}
