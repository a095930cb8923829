/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Instructions that give away what differs between processors: FXSAVE and XSAVE store addresses and
 * opcodes of x87 instructions and which bits MXCSR has, FNSTSW conditions that may be undefined.
 * They count only with code behind them that overwrites this.
 */
#include <string.h>

#include "tests/fuzz/cpu/analyse.h"

#define CLEAN_MAX 128

struct writer {
    uint8_t *code;
    uint32_t at; /* linear address of the next byte */
    unsigned length;
};

static void write_bytes(struct writer *w, const void *bytes, unsigned length)
{
    memcpy(w->code + w->length, bytes, length);
    w->length += length;
    w->at += length;
}

/* [rip + address], `rest` bytes before the instruction's end. */
static void write_address(struct writer *w, uint32_t address, unsigned rest)
{
    uint32_t distance = address - (w->at + 4 + rest);
    write_bytes(w, &distance, 4);
}

/* mov dword [address], value */
static void write_store(struct writer *w, uint32_t address, uint32_t value)
{
    write_bytes(w, "\xc7\x05", 2);
    write_address(w, address, 4);
    write_bytes(w, &value, 4);
}

/* mov byte [address], 0 */
static void write_zero(struct writer *w, uint32_t address)
{
    write_bytes(w, "\xc6\x05", 2);
    write_address(w, address, 1);
    write_bytes(w, "", 1);
}

unsigned clean_image(uint8_t *code, uint32_t at, uint32_t image, bool extended)
{
    struct writer w = {code, at, 0};
    write_bytes(&w, "\x66\x81\x25", 3); /* and word [status], conditions and DE cut off */
    write_address(&w, image + 2, 2);
    write_bytes(&w, "\xfd\xb8", 2);
    write_zero(&w, image + 6); /* opcode */
    write_zero(&w, image + 7);
    for (unsigned i = 8; i < 24; i += 4) /* addresses */
        write_store(&w, image + i, 0);
    write_store(&w, image + 28, 0); /* MXCSR_MASK */
    if (extended) /* which components were not initial: processors know more or less of that */
        write_store(&w, image + 512, 7);
    return w.length;
}

static bool image_cleaned(const struct insn *insn, bool extended, uint32_t next,
                          const uint8_t *behind, unsigned room)
{
    uint8_t code[CLEAN_MAX];
    if (insn->op[0].mem.base != ZYDIS_REGISTER_RIP)
        return false;
    uint32_t image = next + (uint32_t)insn->op[0].mem.disp.value;
    unsigned length = clean_image(code, next, image, extended);
    return length <= room && memcmp(behind, code, length) == 0;
}

bool insn_cleaned(const struct insn *insn, uint32_t next, const uint8_t *behind, unsigned room)
{
    switch (insn->i.mnemonic) {
    case ZYDIS_MNEMONIC_FXSAVE:
    case ZYDIS_MNEMONIC_FXSAVE64:
        return image_cleaned(insn, false, next, behind, room);
    case ZYDIS_MNEMONIC_XSAVE:
    case ZYDIS_MNEMONIC_XSAVE64:
        return image_cleaned(insn, true, next, behind, room);
    case ZYDIS_MNEMONIC_FNSTSW: /* and ax, imm16 */
        return room >= 2 && behind[0] == 0x66 && behind[1] == 0x25;
    default:
        return true;
    }
}
