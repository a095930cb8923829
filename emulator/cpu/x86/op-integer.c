/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Helpers of integer instructions that need more than an op or two of IR: DIV, IDIV, BOUND, INTO,
 * CMPXCHG8B, CMPXCHG16B, fences (SDM volume 2).
 */
#include "emulator/cpu/x86/cpu.h"
#include "emulator/cpu/x86/helpers.h"

#define GPR(cpu, name) ((cpu)->gpr[X86_##name])

/* ---- division ---- */

static void put_low(uint64_t *reg, unsigned size, uint64_t value)
{
    uint64_t mask = size == 1 ? 0xff : size == 2 ? 0xffff : size == 4 ? 0xffffffff : UINT64_MAX;
    *reg = size < 4 ? (*reg & ~mask) | (value & mask) : value & mask;
}

/* The quotient and remainder go to AL and AH, or to rAX and rDX. */
static void put_quotient(struct x86_cpu *cpu, unsigned size, uint64_t quotient, uint64_t remainder)
{
    if (size == 1) {
        put_low(&GPR(cpu, RAX), 2, (quotient & 0xff) | (remainder & 0xff) << 8);
        return;
    }
    put_low(&GPR(cpu, RAX), size, quotient);
    put_low(&GPR(cpu, RDX), size, remainder);
}

/* rDX:rAX at the size: up to 128 bits. */
static unsigned __int128 get_dividend(const struct x86_cpu *cpu, unsigned size)
{
    uint64_t low = GPR(cpu, RAX), high = GPR(cpu, RDX);
    switch (size) {
    case 1:
        return low & 0xffff;
    case 2:
        return (high & 0xffff) << 16 | (low & 0xffff);
    case 4:
        return (high & 0xffffffff) << 32 | (low & 0xffffffff);
    default:
        return (unsigned __int128)high << 64 | low;
    }
}

static __int128 sign_extend(unsigned __int128 value, unsigned bits)
{
    unsigned shift = 128 - bits;
    return (__int128)(value << shift) >> shift;
}

static enum ir_status divide_unsigned(struct x86_cpu *cpu, uint64_t divisor, unsigned size)
{
    unsigned __int128 dividend = get_dividend(cpu, size);
    if (divisor == 0)
        return x86_raise(cpu, X86_DE);
    bool narrow = dividend >> 64 == 0; /* common, and much faster */
    unsigned __int128 quotient = narrow ? (uint64_t)dividend / divisor : dividend / divisor;
    if (quotient >> (8 * size) != 0)
        return x86_raise(cpu, X86_DE);
    put_quotient(cpu, size, (uint64_t)quotient, (uint64_t)dividend - (uint64_t)quotient * divisor);
    return IR_OK;
}

static enum ir_status divide_narrow(struct x86_cpu *cpu, int64_t dividend, int64_t divisor,
                                    unsigned size)
{
    unsigned unused = 64 - 8 * size;
    if (divisor == 0 || (divisor == -1 && dividend == INT64_MIN))
        return x86_raise(cpu, X86_DE);
    int64_t quotient = dividend / divisor;
    if (quotient != (int64_t)((uint64_t)quotient << unused) >> unused)
        return x86_raise(cpu, X86_DE);
    put_quotient(cpu, size, (uint64_t)quotient, (uint64_t)(dividend % divisor));
    return IR_OK;
}

static enum ir_status divide_signed(struct x86_cpu *cpu, uint64_t divisor, unsigned size)
{
    __int128 dividend = sign_extend(get_dividend(cpu, size), 16 * size);
    __int128 by = sign_extend(divisor, 8 * size);
    if (dividend == (int64_t)dividend)
        return divide_narrow(cpu, (int64_t)dividend, (int64_t)by, size);
    /* The least dividend by -1 does not fit 128 bits, let alone the quotient. */
    bool least = (unsigned __int128)dividend == (unsigned __int128)1 << 127;
    if (by == 0 || (by == -1 && least))
        return x86_raise(cpu, X86_DE);
    __int128 quotient = dividend / by;
    if (quotient != sign_extend((unsigned __int128)quotient, 8 * size))
        return x86_raise(cpu, X86_DE);
    put_quotient(cpu, size, (uint64_t)quotient, (uint64_t)(dividend % by));
    return IR_OK;
}

enum ir_status x86_helper_div(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    return c ? divide_signed(cpu, a, (unsigned)b) : divide_unsigned(cpu, a, (unsigned)b);
}

/* ---- BOUND and INTO ---- */

enum ir_status x86_helper_bound(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    unsigned size = (unsigned)c, bits = 8 * size;
    uint64_t low, high;
    if (x86_load(cpu, b, size, &low) != IR_OK ||
        x86_load(cpu, (uint32_t)(b + size), size, &high) != IR_OK)
        return IR_FAULT;
    __int128 index = sign_extend(a, bits);
    if (index < sign_extend(low, bits) || index > sign_extend(high, bits))
        return x86_raise(cpu, X86_BR);
    return IR_OK;
}

enum ir_status x86_helper_into(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    if (!(ir_flags_get(env) & IR_F_V))
        return IR_OK;
    return x86_helper_soft_int(env, X86_OF, 2, c);
}

/* ---- wide compare and exchange ---- */

static unsigned rmw_access(uint64_t how)
{
    return (how & 1 ? IR_ACCESS_LOCKED : 0) | (how & 2 ? IR_ACCESS_STACK : 0);
}

/* Atomic, also where host is misaligned; found is updated when they differ. */
static bool exchange8(void *host, uint64_t *found, uint64_t put)
{
#if defined(__x86_64__)
    bool equal;
    __asm__ volatile("lock cmpxchgq %3, (%2)"
                     : "=@ccz"(equal), "+a"(*found)
                     : "r"(host), "r"(put)
                     : "memory");
    return equal;
#else
    return __atomic_compare_exchange_n((uint64_t *)host, found, put, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
#endif
}

enum ir_status x86_helper_cmpxchg8b(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    void *host;
    enum ir_status status = x86_guest_rmw_begin(env, a, 8, rmw_access(b), &host);
    if (status != IR_OK)
        return status;
    uint64_t found = GPR(cpu, RDX) << 32 | (uint32_t)GPR(cpu, RAX);
    uint64_t put = GPR(cpu, RCX) << 32 | (uint32_t)GPR(cpu, RBX);
    bool equal = exchange8(host, &found, put);
    x86_guest_rmw_end(env);
    if (!equal) {
        GPR(cpu, RAX) = (uint32_t)found;
        GPR(cpu, RDX) = found >> 32;
    }
    ir_flags_put(env, equal ? IR_F_Z : 0, IR_F_Z);
    return IR_OK;
}

/* Atomic; found is updated when they differ. host is aligned. */
static bool exchange16(void *host, unsigned __int128 *found, unsigned __int128 put)
{
#if defined(__x86_64__)
    bool equal;
    uint64_t low = (uint64_t)*found, high = (uint64_t)(*found >> 64);
    __asm__ volatile("lock cmpxchg16b %1"
                     : "=@ccz"(equal), "+m"(*(unsigned __int128 *)host), "+a"(low), "+d"(high)
                     : "b"((uint64_t)put), "c"((uint64_t)(put >> 64))
                     : "memory");
    *found = (unsigned __int128)high << 64 | low;
    return equal;
#else
    return __atomic_compare_exchange_n((unsigned __int128 *)host, found, put, false,
                                       __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
#endif
}

enum ir_status x86_helper_cmpxchg16b(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    void *host;
    if (a & 15)
        return x86_raise_error(cpu, X86_GP, 0);
    enum ir_status status = x86_guest_rmw_begin(env, a, 16, rmw_access(b), &host);
    if (status != IR_OK)
        return status;
    unsigned __int128 found = (unsigned __int128)GPR(cpu, RDX) << 64 | GPR(cpu, RAX);
    unsigned __int128 put = (unsigned __int128)GPR(cpu, RCX) << 64 | GPR(cpu, RBX);
    bool equal = exchange16(host, &found, put);
    x86_guest_rmw_end(env);
    GPR(cpu, RAX) = (uint64_t)found;
    GPR(cpu, RDX) = (uint64_t)(found >> 64);
    ir_flags_put(env, equal ? IR_F_Z : 0, IR_F_Z);
    return IR_OK;
}

/* ---- ordering ---- */

enum ir_status x86_helper_fence(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    atomic_thread_fence(memory_order_seq_cst);
    return IR_OK;
}
