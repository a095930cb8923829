/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lifts blocks of x86 code: fetches, decodes with Zydis, finds each instruction's row in the form
 * tables and lets it append ops (SDM volume 2). Blocks end at jumps, at the page's end, and after
 * one instruction where the mode asks for that.
 */
#include "emulator/isa/x86/guest.h"

#include <string.h>

#include "emulator/cpu/x86/debug.h"
#include "emulator/isa/x86/control.h"
#include "emulator/isa/x86/lift.h"

#define LIFT_INSN_MAX 15 /* bytes of an instruction */
#define LIFT_WINDOW   (IR_MAX_GUEST_INSNS * LIFT_INSN_MAX)

/* A block being lifted. */
struct lift_block {
    struct x86_cpu *cpu; /* NULL: a copied page is lifted, and nothing can be fetched */
    const struct x86_cpu_model *model;
    uint64_t mode;
    emu_gva pc;
    struct ir_builder *b;
    ZydisDecoder decoder;
    emu_gva linear;     /* of its first byte */
    unsigned page_left; /* bytes from there to the end of the page */
    uint64_t limit;     /* bytes from there that CS allows */
    unsigned got;       /* bytes in code */
    unsigned offset;    /* of the next instruction */
    ZydisDecodedInstruction insn;
    ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT];
    uint8_t code[LIFT_WINDOW + LIFT_INSN_MAX];
};

/* ---- decoding ---- */

static ZydisMachineMode lift_machine_mode(uint64_t mode)
{
    if (mode & X86_MODE_CODE64)
        return ZYDIS_MACHINE_MODE_LONG_64;
    if (mode & X86_MODE_LONG)
        return mode & X86_MODE_CODE32 ? ZYDIS_MACHINE_MODE_LONG_COMPAT_32
                                      : ZYDIS_MACHINE_MODE_LONG_COMPAT_16;
    if (mode & X86_MODE_CODE32)
        return ZYDIS_MACHINE_MODE_LEGACY_32;
    return ZYDIS_MACHINE_MODE_LEGACY_16; /* real mode too: the forms check what it lacks */
}

static ZydisStackWidth lift_stack_width(uint64_t mode)
{
    if (mode & X86_MODE_CODE64)
        return ZYDIS_STACK_WIDTH_64;
    return mode & X86_MODE_STACK32 ? ZYDIS_STACK_WIDTH_32 : ZYDIS_STACK_WIDTH_16;
}

/* Encodings that mean something else on a processor without the feature. */
static void lift_decoder_init(ZydisDecoder *decoder, const struct x86_cpu_model *model,
                              uint64_t mode)
{
    ZydisDecoderInit(decoder, lift_machine_mode(mode), lift_stack_width(mode));
    ZydisDecoderEnableMode(decoder, ZYDIS_DECODER_MODE_MPX, false);
    ZydisDecoderEnableMode(decoder, ZYDIS_DECODER_MODE_CET, false);
    ZydisDecoderEnableMode(decoder, ZYDIS_DECODER_MODE_CLDEMOTE, false);
    ZydisDecoderEnableMode(decoder, ZYDIS_DECODER_MODE_WBNOINVD, false);
    ZydisDecoderEnableMode(decoder, ZYDIS_DECODER_MODE_LZCNT,
                           x86_model_has(model, X86_FEATURE_abm));
    ZydisDecoderEnableMode(decoder, ZYDIS_DECODER_MODE_TZCNT,
                           x86_model_has(model, X86_FEATURE_bmi1));
}

static unsigned lift_min(uint64_t a, uint64_t b)
{
    return (unsigned)(a < b ? a : b);
}

/*
 * ModRM.mod 0 and SIB.base 5 mean a displacement and no base whatever REX.B says (SDM volume 2,
 * table 2-5); Zydis 4.0 takes REX.B for R13.
 */
static void lift_fix_base(struct lift_block *block)
{
    const ZydisDecodedInstructionRaw *raw = &block->insn.raw;
    if (raw->modrm.mod != 0 || raw->sib.offset == 0 || raw->sib.base != 5)
        return;
    for (unsigned i = 0; i < block->insn.operand_count; i++) {
        ZydisDecodedOperandMem *mem = &block->op[i].mem;
        if (block->op[i].type != ZYDIS_OPERAND_TYPE_MEMORY || block->op[i].encoding == 0 ||
            (mem->base != ZYDIS_REGISTER_R13 && mem->base != ZYDIS_REGISTER_R13D))
            continue;
        mem->base = ZYDIS_REGISTER_NONE;
        mem->disp.has_displacement = ZYAN_TRUE;
        mem->disp.value = raw->disp.value;
    }
}

static ZyanStatus lift_decode(struct lift_block *block)
{
    unsigned left = lift_min(block->got - block->offset, LIFT_INSN_MAX);
    ZyanStatus status = ZydisDecoderDecodeFull(&block->decoder, block->code + block->offset, left,
                                               &block->insn, block->op);
    if (status == ZYDIS_STATUS_NO_MORE_DATA && left == LIFT_INSN_MAX)
        return ZYDIS_STATUS_INSTRUCTION_TOO_LONG;
    if (ZYAN_SUCCESS(status))
        lift_fix_base(block);
    return status;
}

/* ---- one instruction ---- */

/* The operand size by mode and prefixes (SDM volume 1, 3.6.1). */
static unsigned lift_operand_size(const struct x86_lift *l)
{
    bool prefix = l->insn->attributes & ZYDIS_ATTRIB_HAS_OPERANDSIZE;
    if (x86_lift_code64(l)) {
        bool wide = (l->insn->attributes & ZYDIS_ATTRIB_HAS_REX) && l->insn->raw.rex.W;
        return wide ? 8 : prefix ? 2 : 4;
    }
    return (bool)(l->mode & X86_MODE_CODE32) != prefix ? 4 : 2;
}

static uint8_t lift_rep_prefix(const ZydisDecodedInstruction *insn)
{
    uint8_t rep = 0;
    for (unsigned i = 0; i < insn->raw.prefix_count; i++) {
        uint8_t value = insn->raw.prefixes[i].value;
        if (value == 0xf2 || value == 0xf3)
            rep = value;
    }
    return rep;
}

static struct x86_lift lift_context(const struct lift_block *block)
{
    struct x86_lift l = {
        .b = block->b,
        .model = block->model,
        .insn = &block->insn,
        .op = block->op,
        .mode = block->mode,
        .pc = block->pc,
        .offset = block->offset,
        .length = block->insn.length,
    };
    l.asize = block->insn.address_width / 8;
    l.osize = lift_operand_size(&l);
    l.ssize = x86_lift_code64(&l) && l.osize == 4 ? 8 : l.osize;
    l.lock = block->insn.attributes & ZYDIS_ATTRIB_HAS_LOCK;
    l.rep = lift_rep_prefix(&block->insn);
    return l;
}

/* The builder's state before an instruction, to take it back. */
struct lift_mark {
    unsigned count, guest_insns, guest_bytes, temps, vtemps;
};

static struct lift_mark lift_mark(const struct ir_builder *b)
{
    return (struct lift_mark){b->count, b->guest_insns, b->guest_bytes, b->temps, b->vtemps};
}

static void lift_take_back(struct ir_builder *b, const struct lift_mark *mark)
{
    b->count = mark->count;
    b->guest_insns = mark->guest_insns;
    b->guest_bytes = mark->guest_bytes;
    b->temps = mark->temps;
    b->vtemps = mark->vtemps;
    b->overflow = false;
}

static bool lift_by_form(struct x86_lift *l, const struct x86_form *form)
{
    if (!form->lift || (form->feature >= 0 && !x86_lift_has(l, (enum x86_feature)form->feature)))
        return false;
    struct lift_mark mark = lift_mark(l->b);
    l->parameter = form->parameter;
    if (form->lift(l))
        return true;
    lift_take_back(l->b, &mark);
    l->ended = false;
    return false;
}

static bool lift_has_mmx(const struct x86_lift *l)
{
    for (unsigned i = 0; i < l->insn->operand_count_visible; i++)
        if (x86_lift_is_mmx(l, i))
            return true;
    return false;
}

static bool lift_encoding_known(const struct x86_lift *l)
{
    ZydisInstructionEncoding encoding = l->insn->encoding;
    bool phi = l->insn->meta.isa_ext == ZYDIS_ISA_EXT_KNC; /* POPCNT and others with VEX */
    return encoding == ZYDIS_INSTRUCTION_ENCODING_LEGACY ||
           (encoding == ZYDIS_INSTRUCTION_ENCODING_VEX && x86_lift_protected(l) && !phi);
}

static void lift_by_tables(struct x86_lift *l)
{
    ZydisMnemonic m = l->insn->mnemonic;
    if (lift_encoding_known(l)) {
        if (lift_has_mmx(l) && lift_by_form(l, &x86_forms_x87[m]))
            return;
        if (lift_by_form(l, &x86_forms_integer[m]) || lift_by_form(l, &x86_forms_vector[m]) ||
            lift_by_form(l, &x86_forms_x87[m]))
            return;
    }
    x86_lift_raise(l, X86_UD);
}

static void lift_break_check(const struct lift_block *block)
{
    if ((block->mode & X86_MODE_BREAK) && x86_break_hint(block->cpu, block->linear + block->offset))
        ir_call(block->b, X86_HELPER_break_check, IR_SLOT_SINK, IR_SLOT_ZERO, IR_SLOT_ZERO,
                IR_SLOT_ZERO);
}

/* Blocks are found by all of the mode but the limit itself. */
static void lift_limit_check(struct x86_lift *l)
{
    if (l->mode & X86_MODE_LIMIT_ODD)
        ir_call(l->b, X86_HELPER_limit_check, IR_SLOT_SINK, x86_lift_const(l, l->length),
                IR_SLOT_ZERO, IR_SLOT_ZERO);
}

/* Behind what may have changed the mode or this block's code, the block is left. */
static void lift_leave(struct x86_lift *l, unsigned first)
{
    const struct ir_builder *b = l->b;
    bool leaves = false;
    for (unsigned i = first; i < b->count; i++)
        leaves |=
            b->insn[i].op == IR_call && (x86_helpers[b->insn[i].imm].attributes & IR_H_LEAVES);
    if (leaves && !l->ended)
        x86_lift_leave(l);
}

/* True: the block goes on. */
static bool lift_insn(struct lift_block *block)
{
    struct x86_lift l = lift_context(block);
    struct lift_mark mark = lift_mark(block->b);
    ir_begin_insn(block->b, l.offset, l.length);
    lift_break_check(block);
    lift_limit_check(&l);
    lift_by_tables(&l);
    lift_leave(&l, mark.count);
    if (block->b->overflow) {
        lift_take_back(block->b, &mark);
        return true;
    }
    block->offset += l.length;
    return !l.ended;
}

/* Bytes that are no instruction. */
static void lift_invalid(struct lift_block *block, enum x86_vector vector)
{
    block->insn = (ZydisDecodedInstruction){.length = 1, .address_width = 32};
    struct x86_lift l = lift_context(block);
    ir_begin_insn(block->b, l.offset, l.length);
    lift_break_check(block);
    x86_lift_raise(&l, vector);
}

/* ---- blocks ---- */

/* What stopped a block, if no instruction did: execution goes on behind it. */
static void lift_end(struct lift_block *block)
{
    struct x86_lift l = {.b = block->b, .mode = block->mode};
    x86_lift_go_on(&l, block->offset);
}

static unsigned lift_limit_insns(uint64_t mode, unsigned max_insns)
{
    if (mode & (X86_MODE_SHADOW | X86_MODE_STEP))
        return 1;
    return max_insns < IR_MAX_GUEST_INSNS ? max_insns : IR_MAX_GUEST_INSNS;
}

/* The first instruction reaches into the next page: its other bytes may be anywhere. */
static enum ir_status lift_fetch_tail(struct lift_block *block)
{
    unsigned got = 0;
    emu_gva next = block->linear + block->page_left;
    if (!(block->mode & X86_MODE_CODE64))
        next = (uint32_t)next;
    block->b->one_time = true;
    enum ir_status status =
        x86_fetch(block->cpu, next, block->code + block->got, LIFT_INSN_MAX - block->got, &got);
    block->got += got;
    return status;
}

static bool lift_in_limit(const struct lift_block *block)
{
    return (block->mode & X86_MODE_LIMIT_ODD) ||
           block->offset + (uint64_t)block->insn.length <= block->limit;
}

/* Lifts what has been decoded, or what stands for it. True: the block goes on. */
static bool lift_decoded(struct lift_block *block, ZyanStatus status)
{
    bool first = block->offset == 0;
    if (ZYAN_SUCCESS(status) && lift_in_limit(block))
        return lift_insn(block);
    if (ZYAN_SUCCESS(status)) {
        if (first)
            lift_invalid(block, X86_GP);
        else
            lift_end(block);
        return false;
    }
    lift_invalid(block, status == ZYDIS_STATUS_INSTRUCTION_TOO_LONG ? X86_GP : X86_UD);
    return false;
}

/* The first instruction goes on in the next page, which CS does not reach: that page is not asked.
 */
static bool lift_limit_is_first(const struct lift_block *block, ZyanStatus status)
{
    return status == ZYDIS_STATUS_NO_MORE_DATA && block->offset == 0 &&
           block->got == block->page_left && block->limit <= block->page_left;
}

static enum ir_status lift_run(struct lift_block *block, unsigned max_insns)
{
    while (block->offset < block->page_left && block->b->guest_insns < max_insns &&
           ir_builder_has_room(block->b)) {
        unsigned before = block->offset;
        ZyanStatus status = lift_decode(block);
        if (lift_limit_is_first(block, status)) {
            lift_invalid(block, X86_GP);
            block->b->one_time = true;
            return IR_OK;
        }
        if (status == ZYDIS_STATUS_NO_MORE_DATA && before == 0 && block->cpu == NULL)
            return IR_ALONE;
        if (status == ZYDIS_STATUS_NO_MORE_DATA && before == 0 && block->got == block->page_left) {
            if (lift_fetch_tail(block) != IR_OK)
                return IR_FAULT;
            max_insns = 1;
            status = lift_decode(block);
        }
        if (status == ZYDIS_STATUS_NO_MORE_DATA && before == 0)
            return x86_fetch_fault(block->cpu, block->linear + block->got);
        if (status == ZYDIS_STATUS_NO_MORE_DATA)
            break;
        if (!lift_decoded(block, status))
            return IR_OK;
        if (block->offset == before)
            break; /* no room for its ops */
    }
    lift_end(block);
    return IR_OK;
}

static enum ir_status lift_begin(struct lift_block *block, unsigned max_insns)
{
    struct x86_cpu *cpu = block->cpu;
    block->linear = block->pc;
    block->limit = UINT64_MAX;
    if (!(block->mode & X86_MODE_CODE64)) {
        uint32_t eip = (uint32_t)block->pc;
        if (block->pc > cpu->seg[X86_CS].limit)
            return x86_raise_error(cpu, X86_GP, 0);
        block->linear = (uint32_t)(cpu->seg[X86_CS].base + eip);
        block->limit = (uint64_t)cpu->seg[X86_CS].limit - eip + 1;
    }
    block->page_left = (unsigned)(IR_PAGE_SIZE - (block->linear & ~IR_PAGE_MASK));
    unsigned want = lift_min(block->page_left, max_insns * LIFT_INSN_MAX);
    return x86_fetch(cpu, block->linear, block->code, want, &block->got);
}

enum ir_status x86_lift_block(struct ir_env *env, struct ir_builder *builder, unsigned max_insns)
{
    struct lift_block block; /* not cleared: most of it is buffers */
    block.cpu = x86_cpu_of(env);
    block.model = block.cpu->model;
    block.mode = env->mode;
    block.pc = env->pc;
    block.b = builder;
    block.offset = 0;
    block.got = 0;
    ir_builder_reset(builder);
    max_insns = lift_limit_insns(block.mode, max_insns);
    if (lift_begin(&block, max_insns) != IR_OK)
        return IR_FAULT;
    lift_decoder_init(&block.decoder, block.model, block.mode);
    return lift_run(&block, max_insns);
}

/* ---- copies ---- */

/* Modes in which more than the bytes, the mode and the model says what an instruction is: a limit
 * of CS, breakpoints. */
#define LIFT_UNCOPIED (X86_MODE_LIMIT_64K | X86_MODE_LIMIT_ODD | X86_MODE_BREAK)

bool x86_lift_copy_code(struct ir_env *env, struct ir_code_copy *out)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    unsigned offset;

    if ((env->mode & LIFT_UNCOPIED) || !x86_fetch_page(cpu, out->bytes, &offset))
        return false;
    out->mode = env->mode;
    out->pc = env->pc - offset;
    out->model = cpu->model;
    return true;
}

enum ir_status x86_lift_copy(const struct ir_code_copy *copy, unsigned offset,
                             struct ir_builder *builder)
{
    struct lift_block block; /* not cleared: most of it is buffers */
    unsigned max_insns = lift_limit_insns(copy->mode, IR_MAX_GUEST_INSNS);

    block.cpu = NULL;
    block.model = copy->model;
    block.mode = copy->mode;
    block.linear = block.pc = copy->pc + offset;
    block.limit = UINT64_MAX;
    block.page_left = (unsigned)IR_PAGE_SIZE - offset;
    block.b = builder;
    block.offset = 0;
    block.got = lift_min(block.page_left, LIFT_WINDOW);
    memcpy(block.code, copy->bytes + offset, block.got);
    ir_builder_reset(builder);
    lift_decoder_init(&block.decoder, block.model, block.mode);
    return lift_run(&block, max_insns);
}
