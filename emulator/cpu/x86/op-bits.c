/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bit helpers: PDEP, PEXT, BEXTR, BZHI and CRC32 (SDM volume 2). Sources are zero-extended. */
#include "emulator/cpu/x86/helpers.h"

enum ir_status x86_helper_pdep(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t result = 0;
    for (; b; b &= b - 1, a >>= 1)
        if (a & 1)
            result |= b & -b;
    env->result = result;
    return IR_OK;
}

enum ir_status x86_helper_pext(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t result = 0;
    for (uint64_t to = 1; b; b &= b - 1, to <<= 1)
        if (a & b & -b)
            result |= to;
    env->result = result;
    return IR_OK;
}

static uint64_t keep_low(uint64_t value, unsigned bits)
{
    return bits < 64 ? value & ((1ull << bits) - 1) : value;
}

enum ir_status x86_helper_bextr(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    unsigned start = b & 0xff, length = (b >> 8) & 0xff;
    env->result = start < 64 ? keep_low(a >> start, length) : 0;
    return IR_OK;
}

enum ir_status x86_helper_bzhi(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    env->result = keep_low(a, b & 0xff);
    return IR_OK;
}

/* CRC-32C, reflected polynomial 0x82f63b78, four bits at a time. */
static const uint32_t crc32c_nibble[16] = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

enum ir_status x86_helper_crc32(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    uint32_t crc = (uint32_t)a;
    for (unsigned i = 0; i < 2 * c; i++, b >>= 4)
        crc = (crc >> 4) ^ crc32c_nibble[(crc ^ b) & 15];
    env->result = crc;
    return IR_OK;
}
