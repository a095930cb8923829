/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every encoding of 64-bit code that the lifter has a row for and that only computes, found by
 * trying all opcodes: the alphabet of the fuzzer. What it leaves out and why is in forms.c.
 */
#ifndef LATHE_TESTS_FUZZ_CPU_FORMS_H
#define LATHE_TESTS_FUZZ_CPU_FORMS_H

#include "emulator/isa/x86/lift.h"

enum form_group {
    FORM_INTEGER,
    FORM_STACK,
    FORM_STRING,
    FORM_VECTOR,
    FORM_MMX,
    FORM_X87,
    FORM_GROUPS
};

enum form_shape { SHAPE_PLAIN, SHAPE_REGISTER, SHAPE_MEMORY };

enum form_table { FORM_TABLE_INTEGER, FORM_TABLE_VECTOR, FORM_TABLE_X87, FORM_TABLES };

#define FORM_ANY (-1)

struct form {
    uint16_t mnemonic;
    uint8_t group, shape;
    uint8_t prefix; /* 0, 0x66, 0xf2, 0xf3 */
    uint8_t map;    /* 0: one byte; 1: 0f; 2: 0f 38; 3: 0f 3a */
    uint8_t opcode;
    int8_t reg, rm; /* of ModRM, or FORM_ANY */
    bool vex, w, l; /* w: REX.W or VEX.W */
    bool vvvv;      /* VEX: names a register */
    bool lock, rep; /* takes the prefix */
    bool vsib;
    uint8_t imm;     /* bytes of immediates */
    uint16_t memory; /* bytes of the memory operand */
};

struct forms {
    struct form *form;
    unsigned count, room;
    unsigned *first; /* of the forms of each mnemonic of each group; one more ends the last */
    unsigned mnemonics;
    unsigned group[FORM_GROUPS + 1]; /* indices into first */
    ZydisDecoder decoder;
    bool usable[FORM_TABLES][ZYDIS_MNEMONIC_MAX_VALUE + 1];
    const struct x86_cpu_model *model;
};

/* A decoded instruction. */
struct insn {
    ZydisDecodedInstruction i;
    ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT];
};

/* False: no memory. */
bool forms_init(struct forms *forms, const struct x86_cpu_model *model);
void forms_finish(struct forms *forms);

/* 64-bit code as the lifter decodes it. */
void forms_decoder(ZydisDecoder *decoder);
/* Is it one of ours? *group may be NULL. */
bool forms_accept(const struct forms *forms, const struct insn *insn, enum form_group *group);

#endif
