/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The host processor as a second reference, where it is an x86-64 (SDM volume 2). */
#include "tests/ir/reference.h"

#ifdef __x86_64__

#define U8_REG  "%b"
#define U16_REG "%w"
#define U32_REG "%k"
#define U64_REG "%q"

/* Below the red zone, flags go in and come out around one instruction. */
#define WITH_FLAGS(instruction)                                                                    \
    "lea -128(%%rsp), %%rsp\n\tpush %[f]\n\tpopf\n\t" instruction                                  \
    "\n\tpushf\n\tpop %[f]\n\tlea 128(%%rsp), %%rsp"

#define HOST2(name, text, reg)                                                                     \
    case IR_##name:                                                                                \
        __asm__ volatile(WITH_FLAGS(text " " reg "[b], " reg "[a]")                                \
                         : [a] "+q"(a), [f] "+r"(f)                                                \
                         : [b] "q"(b)                                                              \
                         : "cc", "memory");                                                        \
        break;
#define HOST1(name, text, reg)                                                                     \
    case IR_##name:                                                                                \
        __asm__ volatile(WITH_FLAGS(text " " reg "[a]")                                            \
                         : [a] "+q"(a), [f] "+r"(f)                                                \
                         :                                                                         \
                         : "cc", "memory");                                                        \
        break;
#define HOST_COUNT(name, text, reg)                                                                \
    case IR_##name:                                                                                \
        __asm__ volatile(WITH_FLAGS(text " %%cl, " reg "[a]")                                      \
                         : [a] "+q"(a), [f] "+r"(f)                                                \
                         : "c"(b)                                                                  \
                         : "cc", "memory");                                                        \
        break;

#define HOST_WIDTH(w, suffix)                                                                      \
    static bool host_##w(enum ir_op op, uint64_t *value, uint64_t b, uint64_t *flags)              \
    {                                                                                              \
        uint64_t a = *value, f = *flags;                                                           \
        switch (op) {                                                                              \
            HOST2(add, "add" suffix, U##w##_REG)                                                   \
            HOST2(adc, "adc" suffix, U##w##_REG)                                                   \
            HOST2(sub, "sub" suffix, U##w##_REG)                                                   \
            HOST2(sbb, "sbb" suffix, U##w##_REG)                                                   \
            HOST2(and, "and" suffix, U##w##_REG)                                                   \
            HOST2(or, "or" suffix, U##w##_REG)                                                     \
            HOST2(xor, "xor" suffix, U##w##_REG)                                                   \
            HOST1(inc, "inc" suffix, U##w##_REG)                                                   \
            HOST1(dec, "dec" suffix, U##w##_REG)                                                   \
            HOST1(neg, "neg" suffix, U##w##_REG)                                                   \
            HOST1(not, "not" suffix, U##w##_REG)                                                   \
            HOST_COUNT(shl, "shl" suffix, U##w##_REG)                                              \
            HOST_COUNT(shr, "shr" suffix, U##w##_REG)                                              \
            HOST_COUNT(sar, "sar" suffix, U##w##_REG)                                              \
            HOST_COUNT(rol, "rol" suffix, U##w##_REG)                                              \
            HOST_COUNT(ror, "ror" suffix, U##w##_REG)                                              \
            HOST_COUNT(rcl, "rcl" suffix, U##w##_REG)                                              \
            HOST_COUNT(rcr, "rcr" suffix, U##w##_REG)                                              \
            HOST_MORE_##w(suffix) default : return false;                                          \
        }                                                                                          \
        *value = a;                                                                                \
        *flags = f & IR_F_ALL;                                                                     \
        return true;                                                                               \
    }
#define HOST_MORE_8(suffix)
#define HOST_MORE(w, suffix)                                                                       \
    HOST2(mul, "imul" suffix, U##w##_REG)                                                          \
    HOST2(bt, "bt" suffix, U##w##_REG)                                                             \
    HOST2(bts, "bts" suffix, U##w##_REG)                                                           \
    HOST2(btr, "btr" suffix, U##w##_REG)                                                           \
    HOST2(btc, "btc" suffix, U##w##_REG)
#define HOST_MORE_16(suffix) HOST_MORE(16, suffix)
#define HOST_MORE_32(suffix) HOST_MORE(32, suffix) HOST1(bswap, "bswap" suffix, U32_REG)
#define HOST_MORE_64(suffix) HOST_MORE(64, suffix) HOST1(bswap, "bswap" suffix, U64_REG)
HOST_WIDTH(8, "b")
HOST_WIDTH(16, "w")
HOST_WIDTH(32, "l")
HOST_WIDTH(64, "q")

/* Flags that the manual defines. */
static uint64_t host_defined(enum ir_op op, unsigned bits, unsigned count)
{
    count &= bits == 64 ? 63 : 31;
    switch (op) {
    case IR_and:
    case IR_or:
    case IR_xor:
        return IR_F_ALL & ~IR_F_A;
    case IR_mul:
        return IR_F_C | IR_F_V;
    case IR_shl:
    case IR_shr:
        return count == 0   ? IR_F_ALL
               : count == 1 ? IR_F_ALL & ~IR_F_A
                            : (IR_F_Z | IR_F_N | IR_F_P | (count < bits ? IR_F_C : 0));
    case IR_sar:
        return count == 0 ? IR_F_ALL
                          : (IR_F_Z | IR_F_N | IR_F_P | IR_F_C | (count == 1 ? IR_F_V : 0));
    case IR_rol:
    case IR_ror:
    case IR_rcl:
    case IR_rcr:
        return count <= 1 ? IR_F_ALL : IR_F_ALL & ~IR_F_V;
    case IR_bt:
    case IR_bts:
    case IR_btr:
    case IR_btc:
        return IR_F_C | IR_F_Z;
    default:
        return IR_F_ALL;
    }
}

bool reference_host(enum ir_op op, enum ir_width width, uint64_t a, uint64_t b, uint64_t in,
                    struct reference *out, uint64_t *defined)
{
    uint64_t flags = in | 0x202; /* the fixed bit, and interrupts stay on */
    bool known = width == IR_8    ? host_8(op, &a, b, &flags)
                 : width == IR_16 ? host_16(op, &a, b, &flags)
                 : width == IR_32 ? host_32(op, &a, b, &flags)
                                  : host_64(op, &a, b, &flags);

    out->d = a & (UINT64_MAX >> (64 - (8u << width)));
    out->flags = flags;
    *defined = host_defined(op, 8u << width, (unsigned)b);
    return known;
}

#else

bool reference_host(enum ir_op op, enum ir_width width, uint64_t a, uint64_t b, uint64_t in,
                    struct reference *out, uint64_t *defined)
{
    return false;
}

#endif
