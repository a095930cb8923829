/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of vector operations as instructions of an x86-64 host, from vec-host.inc. */
#include "emulator/isa/x86/vec.h"

/* The flags as the rows name them. */
enum {
    W = IR_HOST_W,
    IMM = IR_HOST_IMM,
    IMM_ZERO = IR_HOST_IMM_ZERO,
    D_GENERAL = IR_HOST_D_GENERAL,
    B_GENERAL = IR_HOST_B_GENERAL,
    B_REGISTER = IR_HOST_B_REGISTER,
    B_MEMORY = IR_HOST_B_MEMORY,
    VEX = 1 << 15, /* there is no legacy encoding: width X as well has VEX */
    AES = IR_HOST_AES,
    PCLMUL = IR_HOST_PCLMUL,
    SHA = IR_HOST_SHA,
};
#define EXT(n) (n) << IR_HOST_EXT_SHIFT

#define ENCODING_X IR_HOST_LEGACY
#define ENCODING_Z IR_HOST_VEX128
#define ENCODING_Y IR_HOST_VEX256

#define ENTRY(w, bytes, name, which, form, prefix, map, opcode, flags)                             \
    [X86_VEC_##name##_##w][which] = {((flags)&VEX) ? IR_HOST_VEX128 : ENCODING_##w,                \
                                     IR_HOST_##form,                                               \
                                     prefix,                                                       \
                                     IR_HOST_##map,                                                \
                                     opcode,                                                       \
                                     (flags)&0x7fff},
const struct ir_host_op x86_vec_hosts[X86_VEC_COUNT][2] = {
#define HOST(name, widths, form, prefix, map, opcode, flags)                                       \
    X86_WIDTHS_##widths(ENTRY, name, 0, form, prefix, map, opcode, flags)
#define HOST2(name, widths, form, prefix, map, opcode, flags)                                      \
    X86_WIDTHS_##widths(ENTRY, name, 1, form, prefix, map, opcode, flags)
#include "emulator/isa/x86/vec-host.inc"
};
