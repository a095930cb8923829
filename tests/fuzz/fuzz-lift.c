/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The x86 lifter: any bytes in any mode give IR that the verifier accepts. The first two bytes of
 * the input choose the mode. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "emulator/isa/x86/guest.h"
#include "tests/cpu/lift-env.h"

#define FUZZ_PC 0x10ff0ull /* so that blocks reach the end of a page */

static uint64_t fuzz_mode(const uint8_t *data)
{
    static const uint64_t bases[] = {LIFT_REAL16,
                                     LIFT_PROT16,
                                     LIFT_PROT32,
                                     LIFT_LONG64,
                                     LIFT_PROT16 | X86_MODE_VM86,
                                     LIFT_PROT32 | X86_MODE_LONG,
                                     LIFT_PROT32 & ~LIFT_FLAT,
                                     LIFT_PROT32 & ~LIFT_SSE};
    uint64_t mode = bases[data[0] & 7];
    mode |= data[0] & 0x08 ? X86_MODE_STEP : 0;
    mode |= data[0] & 0x10 ? X86_MODE_SHADOW : 0;
    mode |= data[0] & 0x20 ? X86_MODE_BREAK : 0;
    mode |= data[0] & 0x40 ? X86_MODE_TS : 0;
    mode |= data[0] & 0x80 ? X86_MODE_EM : 0;
    return mode | (data[1] & 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct lift_env env; /* kept between inputs: it costs more than they do */
    unsigned where = 0;
    if (size < 2 || (!env.cpu && !lift_env_init(&env, 0, 1 << 20)))
        return 0;
    memset(env.host + FUZZ_PC, 0, 8192);
    uint64_t mode = fuzz_mode(data), pc = FUZZ_PC;
    memcpy(env.host + pc, data + 2, size - 2 < 4096 ? size - 2 : 4096);
    for (unsigned i = 0; i < 8; i++) {
        if (lift_at(&env, mode, pc, IR_MAX_GUEST_INSNS) != IR_OK)
            break;
        if (ir_verify(env.builder, &x86_guest, &where) || env.builder->overflow)
            abort(); /* what a fuzzer reports */
        pc += env.builder->guest_bytes;
    }
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    static const struct {
        uint8_t mode;
        const char *code;
    } seeds[] = {
        {3, "\xf0\x48\x0f\xb1\x0a\xf3\x48\xa5\x0f\x05\xc3\x48\x8b\x04\x25\x11\x22\x33\x44"},
        {2, "\x60\x9c\xea\x78\x56\x34\x12\x08\x11\x0f\x20\xc1\x67\x8b\x46\x04\xcf"},
        {0, "\x8e\xd1\x2e\x66\x67\x8b\x04\x8d\x10\x11\x12\x13\xf3\x6d\xcd\x10\xe9\x11\x11"},
        {3, "\xc4\xe2\x78\xf7\xc1\x66\x0f\x6f\x04\x24\xd9\x45\x08\x0f\x6f\x07\xf2\x0f\x58\xc1"},
    };
    if (index >= sizeof(seeds) / sizeof(seeds[0]) || size < 32)
        return 0;
    size_t length = strlen(seeds[index].code);
    out[0] = seeds[index].mode;
    out[1] = 0;
    memcpy(out + 2, seeds[index].code, length);
    return length + 2;
}
