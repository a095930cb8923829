/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pieces of several instructions: jumps and calls, loops with a bound, code that changes code, and
 * instructions that are of use only with prepared operands.
 */
#include <string.h>

#include "tests/fuzz/cpu/analyse.h"
#include "tests/fuzz/cpu/generate.h"

static void put(struct generator *g, unsigned byte)
{
    uint8_t one = (uint8_t)byte;
    generate_bytes(g, &one, 1);
}

static void put32(struct generator *g, uint32_t value)
{
    generate_bytes(g, &value, 4);
}

/* A distance from the end of the field, which is `rest` bytes before the end of its instruction. */
static void patch32(struct generator *g, unsigned field, unsigned rest, unsigned target)
{
    uint32_t distance = target - (field + 4 + rest);
    memcpy(g->c->code + field, &distance, 4);
}

/* ModRM and displacement of [rip + address], for an instruction that ends `rest` bytes later. */
static void put_address(struct generator *g, unsigned reg, uint32_t address, unsigned rest)
{
    put(g, reg << 3 | 5);
    put32(g, address - (CASE_CODE + g->c->start + g->at + 4 + rest));
}

static unsigned free_register(struct generator *g)
{
    for (;;) {
        unsigned r = generator_below(g, 16);
        if (r != X86_RSP && r != X86_RSI && r != X86_RDI && r != g->pointer && r != g->index)
            return r;
    }
}

/* ---- jumps ---- */

static void piece_body(struct generator *g, unsigned most)
{
    g->depth++;
    generate_pieces(g, generator_below(g, most + 1));
    generate_define_flags(g);
    g->depth--;
}

/* A conditional or plain jump, near, over some pieces. */
static void piece_jump(struct generator *g)
{
    unsigned how = generator_below(g, 17);
    if (how == 16) {
        put(g, 0xe9);
    } else {
        put(g, 0x0f);
        put(g, 0x80 + how);
    }
    unsigned field = g->at;
    put32(g, 0);
    piece_body(g, 4);
    patch32(g, field, 0, g->at);
}

/* JCXZ, LOOP or a short jump: over what fits into 127 bytes. */
static void piece_short_jump(struct generator *g)
{
    if (generator_once(g, 4))
        put(g, 0x67);
    unsigned how = generator_below(g, 9);
    put(g, how == 8 ? 0xeb : how & 1 ? 0xe0 + how / 2 : 0x70 + generator_below(g, 16));
    unsigned field = g->at;
    put(g, 0);
    generate_any(g);
    generate_define_flags(g);
    g->c->code[field] = (uint8_t)(g->at - field - 1);
}

/* LEA of a place behind some pieces into r; the place is filled in by the caller. */
static unsigned put_code_address(struct generator *g, unsigned r)
{
    put(g, 0x48 | (r & 8) >> 1);
    put(g, 0x8d);
    put(g, (r & 7) << 3 | 5);
    put32(g, 0);
    return g->at - 4;
}

static void put_push(struct generator *g, unsigned r)
{
    if (r & 8)
        put(g, 0x41);
    put(g, 0x50 | (r & 7));
}

/* By register, by memory, or by RET. */
static void piece_indirect(struct generator *g)
{
    unsigned r = free_register(g), field = put_code_address(g, r);
    switch (generator_below(g, 3)) {
    case 0:
        if (r & 8)
            put(g, 0x41);
        put(g, 0xff);
        put(g, 0xe0 | (r & 7));
        break;
    case 1:
        put(g, 0x48 | (r & 8) >> 1);
        put(g, 0x89);
        put_address(g, r & 7, CASE_SCRATCH + 0xffc, 0);
        put(g, 0xff);
        put_address(g, 4, CASE_SCRATCH + 0xffc, 0);
        break;
    default:
        put_push(g, r);
        put(g, 0xc3);
        break;
    }
    piece_body(g, 3);
    patch32(g, field, 0, g->at);
}

static void put_call(struct generator *g, unsigned target)
{
    put(g, 0xe8);
    put32(g, 0);
    patch32(g, g->at - 4, 0, target);
}

/* A subroutine, jumped over, and calls of it. */
static void piece_call(struct generator *g)
{
    put(g, 0xe9);
    unsigned over = g->at;
    put32(g, 0);
    unsigned begin = g->at;
    piece_body(g, 3);
    if (generator_once(g, 6)) {
        put(g, 0xc2);
        put(g, 8 * generator_below(g, 4));
        put(g, 0);
    } else {
        put(g, 0xc3);
    }
    patch32(g, over, 0, g->at);
    put_call(g, begin);
    if (generator_once(g, 2)) {
        generate_any(g);
        generate_define_flags(g);
        put_call(g, begin);
    }
}

/* ---- loops ---- */

unsigned generate_loop_begin(struct generator *g, unsigned counter, bool set)
{
    if (set) { /* mov qword [counter], n */
        put(g, 0x48);
        put(g, 0xc7);
        put_address(g, 0, CASE_CONTROL + 8 * counter, 4);
        put32(g, 1 + generator_below(g, 6));
    }
    return g->at;
}

/* sub qword [counter], 1; jnz begin: all flags are defined then. */
void generate_loop_end(struct generator *g, unsigned counter, unsigned begin)
{
    put(g, 0x48);
    put(g, 0x83);
    put_address(g, 5, CASE_CONTROL + 8 * counter, 1);
    put(g, 1);
    put(g, 0x0f);
    put(g, 0x85);
    put32(g, 0);
    patch32(g, g->at - 4, 0, begin);
    g->undefined = 0;
}

static void piece_loop(struct generator *g)
{
    bool outer = g->looping;
    unsigned begin = generate_loop_begin(g, 1, true);
    g->looping = true;
    piece_body(g, 4);
    g->looping = outer;
    generate_loop_end(g, 1, begin);
}

/* ---- code that changes code ---- */

/* MOV r32, imm32; returns where the constant is. */
static unsigned put_constant(struct generator *g)
{
    unsigned r = free_register(g);
    if (r & 8)
        put(g, 0x41);
    put(g, 0xb8 | (r & 7));
    put32(g, (uint32_t)generate_value(g));
    return g->at - 4;
}

/* MOV byte or dword [place], imm; the place is filled in by the caller. */
static unsigned put_code_store(struct generator *g, unsigned *rest)
{
    bool wide = generator_once(g, 2);
    put(g, wide ? 0xc7 : 0xc6);
    put(g, 5);
    put32(g, 0);
    unsigned field = g->at - 4;
    *rest = wide ? 4 : 1;
    uint32_t value = (uint32_t)generate_value(g);
    generate_bytes(g, &value, *rest);
    return field;
}

/* The change comes before what is changed, or after it and is seen when the loop comes round. */
static void piece_change_code(struct generator *g)
{
    unsigned rest, field, place;
    if (generator_once(g, 3)) {
        place = put_constant(g);
        generate_pieces(g, generator_below(g, 3));
        field = put_code_store(g, &rest);
    } else {
        field = put_code_store(g, &rest);
        if (g->depth < 2)
            generate_pieces(g, generator_below(g, 3));
        place = put_constant(g);
    }
    patch32(g, field, rest, place + (rest == 1 ? generator_below(g, 4) : 0));
}

/* ---- prepared operands ---- */

/* A small count, so that most repetitions end. */
static void piece_string(struct generator *g)
{
    put(g, 0xb9); /* mov ecx, n */
    put32(g, generator_below(g, 40));
    generate_insn(g, FORM_STRING);
}

static void piece_pointer(struct generator *g)
{
    static const uint8_t registers[] = {X86_RSI, X86_RDI, X86_RSP};
    unsigned r = registers[generator_below(g, 3)];
    put(g, 0x48); /* lea r, [scratch] */
    put(g, 0x8d);
    put_address(g, r, CASE_SCRATCH + 0x800 + 16 * generator_below(g, 0x100), 0);
}

/* Divisions that do not overflow, at times. */
static void piece_divide(struct generator *g)
{
    static const uint8_t sizes[] = {0x40, 0x48};
    uint8_t rex = sizes[generator_below(g, 2)];
    unsigned r = X86_RBX, wide = rex & 8;
    put(g, rex); /* or ebx, 1 */
    put(g, 0x83);
    put(g, 0xc8 | r);
    put(g, 1);
    if (generator_once(g, 2)) { /* xor edx, edx; div rbx */
        put(g, 0x31);
        put(g, 0xd2);
        put(g, rex);
        put(g, 0xf7);
        put(g, 0xf0 | r);
    } else { /* cdq or cqo; idiv rbx */
        put(g, 0x40 | wide);
        put(g, 0x99);
        put(g, rex);
        put(g, 0xf7);
        put(g, 0xf8 | r);
    }
    g->undefined = IR_F_ALL;
}

/* POPF of what can be compared: no trap flag. AC at times: misaligned accesses fault then. */
static void piece_popf(struct generator *g)
{
    uint32_t flags = (uint32_t)generator_random(g) & IR_F_ALL;
    flags |= generator_once(g, 4) ? X86_FLAG_DF : 0;
    flags |= generator_once(g, 6) ? X86_FLAG_AC : 0;
    put(g, 0x68);
    put32(g, flags);
    put(g, 0x9d);
    g->undefined = 0;
}

/* MOV of a 32-bit constant to memory. */
static void put_store(struct generator *g, uint32_t address, uint32_t value)
{
    put(g, 0xc7);
    put_address(g, 0, address, 4);
    put32(g, value);
}

/* A value into memory, and from there into a control register. */
static void piece_control(struct generator *g)
{
    if (generator_once(g, 2)) {
        put_store(g, CASE_SCRATCH + 0x1100, generate_mxcsr(g));
        if (generator_once(g, 2)) {
            put(g, 0x0f);
            put(g, 0xae);
        } else {
            put(g, 0xc5);
            put(g, 0xf8);
            put(g, 0xae);
        }
        put_address(g, 2, CASE_SCRATCH + 0x1100, 0);
    } else {
        put_store(g, CASE_SCRATCH + 0x1100, generate_x87_control(g));
        put(g, 0xd9);
        put_address(g, 5, CASE_SCRATCH + 0x1100, 0);
    }
}

/* FXSAVE64 or XSAVE64, and at times back again after some other pieces. */
static void piece_save(struct generator *g)
{
    uint32_t image = CASE_SCRATCH + 0x1200;
    bool extended = generator_once(g, 2);
    for (unsigned restore = 0; restore < 1 + generator_below(g, 2); restore++) {
        if (extended) {
            put(g, 0xb8); /* mov eax, 7; mov edx, 0 */
            put32(g, 7);
            put(g, 0xba);
            put32(g, 0);
        }
        put(g, 0x48);
        put(g, 0x0f);
        put(g, 0xae);
        put_address(g, (extended ? 4 : 0) + restore, image, 0);
        if (restore)
            return;
        g->at += clean_image(g->c->code + g->at, CASE_CODE + g->c->start + g->at, image, extended);
        g->undefined = IR_F_A;
        if (g->depth < 2)
            generate_pieces(g, generator_below(g, 3));
    }
}

/* FNSTSW AX, and what may be undefined of it is cut off. */
static void piece_status(struct generator *g)
{
    static const uint8_t code[] = {0xdf, 0xe0, 0x66, 0x25, 0xff & ~2, 0x38};
    generate_bytes(g, code, sizeof(code));
    g->undefined = IR_F_A;
}

/* EMMS when TOP is 0. */
static void piece_emms(struct generator *g)
{
    static const uint8_t code[] = {0x0f, 0xef, 0xc0, 0x0f, 0x77}; /* pxor mm0, mm0 */
    generate_bytes(g, code, sizeof(code));
}

static void piece_frame(struct generator *g)
{
    put(g, 0xc8); /* enter */
    put(g, generator_below(g, 128));
    put(g, 0);
    put(g, generator_once(g, 2) ? 0 : generator_below(g, 34));
    g->depth++;
    generate_pieces(g, generator_below(g, 3));
    g->depth--;
    put(g, 0xc9);
}

/* Two instructions of one kind with one register of small numbers, as an index. */
static void piece_gather(struct generator *g)
{
    unsigned index = generator_below(g, 8), other = (index + 1) & 7, mask = (index + 2) & 7;
    bool wide = generator_once(g, 2);
    uint8_t shift[] = {0xc5, (uint8_t)(0x80 | (~index & 15) << 3 | 5), 0x72,
                       (uint8_t)(0xd0 | index), (uint8_t)(24 + generator_below(g, 8))};
    uint8_t gather[] = {0xc4,
                        0xe2,
                        (uint8_t)(generator_once(g, 2) << 7 | (~mask & 15) << 3 | wide << 2 | 1),
                        (uint8_t)(0x90 | generator_below(g, 4)),
                        (uint8_t)(other << 3 | 4),
                        (uint8_t)(generator_below(g, 4) << 6 | index << 3 | X86_RSI)};
    generate_bytes(g, shift, sizeof(shift)); /* vpsrld ymm, ymm, n */
    generate_bytes(g, gather, sizeof(gather));
}

/* 32-bit BSF and BSR leave the upper half to the processor when the source is 0. */
static void piece_scan(struct generator *g)
{
    unsigned r = free_register(g) & 7, s = generator_below(g, 8);
    if (r == X86_RSP || r == X86_RSI || r == X86_RDI || r == g->pointer || r == g->index)
        return;
    put(g, 0x89); /* mov r, r */
    put(g, 0xc0 | r << 3 | r);
    put(g, 0x0f);
    put(g, 0xbc + generator_below(g, 2));
    put(g, 0xc0 | r << 3 | s);
    g->undefined |= IR_F_ALL & ~IR_F_Z;
}

void generate_piece(struct generator *g)
{
    static void (*const branching[])(struct generator *) = {
        piece_jump, piece_jump, piece_short_jump,  piece_indirect,
        piece_call, piece_loop, piece_change_code,
    };
    static void (*const prepared[])(struct generator *) = {
        piece_string, piece_string, piece_pointer, piece_divide, piece_popf, piece_control,
        piece_status, piece_emms,   piece_frame,   piece_gather, piece_scan, piece_save,
    };
    if (g->depth >= 2 || generator_once(g, 2)) {
        prepared[generator_below(g, sizeof(prepared) / sizeof(prepared[0]))](g);
        return;
    }
    unsigned kind = generator_below(g, sizeof(branching) / sizeof(branching[0]));
    if (branching[kind] == piece_loop && g->depth > 0)
        return; /* its counter may be in use */
    generate_define_flags(g);
    branching[kind](g);
}
