/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A vector op as one instruction of an x86-64 host (Intel SDM volume 2), for a JIT there: how the
 * instruction is encoded and where the op's operands go. The op and the instruction do exactly the
 * same, also to MXCSR, as long as the guest has all floating-point exceptions masked.
 */
#ifndef EMU_IR_HOST_OP_H
#define EMU_IR_HOST_OP_H

#include <stdint.h>

/* Legacy instructions keep bits 128 and up of their destination, VEX clears them. */
enum ir_host_encoding { IR_HOST_NONE, IR_HOST_LEGACY, IR_HOST_VEX128, IR_HOST_VEX256 };

/* The legacy encoding has no third register: there a is d, and in VM b is d. */
enum ir_host_form {
    IR_HOST_RM,   /* reg = d, r/m = b */
    IR_HOST_RVM,  /* reg = d, vvvv = a, r/m = b */
    IR_HOST_RVM0, /* the same, and c is register 0 */
    IR_HOST_RVMR, /* the same, and c is in the last byte */
    IR_HOST_MR,   /* r/m = d, reg = b */
    IR_HOST_VM,   /* vvvv = d, r/m = b; reg extends the opcode */
    IR_HOST_CMP,  /* reg = a, r/m = b; flags, all six of IR_F_ALL, go to slot d */
    IR_HOST_ALL,  /* no operands: all vector slots of the guest, which are those of the host */
};

enum ir_host_map { IR_HOST_0F = 1, IR_HOST_0F38, IR_HOST_0F3A };

#define IR_HOST_W          (1u << 0) /* REX.W or VEX.W */
#define IR_HOST_IMM        (1u << 1) /* the op's immediate byte follows */
#define IR_HOST_IMM_ZERO   (1u << 2) /* only where that is 0; it does not follow */
#define IR_HOST_D_GENERAL  (1u << 3) /* d is a general register, all 64 bits written */
#define IR_HOST_B_GENERAL  (1u << 4) /* b is a general register, or memory */
#define IR_HOST_B_REGISTER (1u << 5) /* b is no memory */
#define IR_HOST_B_MEMORY   (1u << 6) /* b is no register */
#define IR_HOST_AES        (1u << 7) /* needs that of the host */
#define IR_HOST_PCLMUL     (1u << 8)
#define IR_HOST_SHA        (1u << 9)
#define IR_HOST_EXT_SHIFT  12 /* the extension of the opcode: 3 bits */

struct ir_host_op {
    uint8_t encoding, form;
    uint8_t prefix; /* 66, f3, f2 or 0 */
    uint8_t map, opcode;
    uint16_t flags;
};

#endif
