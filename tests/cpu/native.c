/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * See native.h. The code is made anew for each instruction: save the host's stack pointer, load
 * flags and registers from memory, the instruction, store them again. All its data is at absolute
 * addresses below 2 GiB, which both kinds of code can name.
 */
#include "tests/cpu/native.h"

#if defined(__x86_64__)

#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#define NATIVE_BASE   0x20000000ull
#define NATIVE_LENGTH 0x4000u
#define NATIVE_CODE32                                                                              \
    (NATIVE_BASE + 0x400) /* where 32-bit code begins, and where it comes back                     \
                           */
#define NATIVE_BACK    (NATIVE_BASE + 0x800)
#define NATIVE_STATE   (NATIVE_BASE + 0x1000)
#define NATIVE_HOST_SP (NATIVE_BASE + 0x1800)
#define NATIVE_POINTER (NATIVE_BASE + 0x1810) /* of the far jump */
#define NATIVE_STACK   (NATIVE_BASE + 0x3000) /* for flags, in 32-bit code */
#define NATIVE_CS64    0x33
#define NATIVE_CS32    0x23
#define NATIVE_DS32    0x2b

#define NATIVE_GPR(n) (uint32_t)(NATIVE_STATE + 8 * (n))
#define NATIVE_FLAGS  NATIVE_GPR(16)

/* From where it is mapped: the compiler would take a number for the address of nothing. */
static uint8_t *native_at(const struct native *native, uint64_t address)
{
    return native->code + (address - NATIVE_BASE);
}

static uint8_t *emit(uint8_t *at, const void *bytes, size_t length)
{
    memcpy(at, bytes, length);
    return at + length;
}

static uint8_t *emit32(uint8_t *at, uint32_t value)
{
    return emit(at, &value, 4);
}

/* An opcode with a memory operand at an absolute address. */
static uint8_t *emit_absolute(const struct native *native, uint8_t *at, uint8_t opcode,
                              unsigned reg, uint32_t address)
{
    *at++ = opcode;
    if (native->code32) {
        *at++ = (uint8_t)(reg << 3 | 5);
    } else {
        *at++ = (uint8_t)((reg & 7) << 3 | 4);
        *at++ = 0x25; /* no base, no index */
    }
    return emit32(at, address);
}

static uint8_t *emit_move(const struct native *native, uint8_t *at, unsigned reg, bool store,
                          uint32_t address)
{
    if (!native->code32)
        *at++ = (uint8_t)(0x48 | (reg >> 3) << 2);
    return emit_absolute(native, at, store ? 0x89 : 0x8b, reg, address);
}

static uint8_t *emit_registers(const struct native *native, uint8_t *at, bool store)
{
    for (unsigned reg = 0; reg < (native->code32 ? 8u : 16u); reg++)
        if (reg != 4 || native->code32)
            at = emit_move(native, at, reg, store, NATIVE_GPR(reg));
    return at;
}

/* Loads, the instruction, stores. The stack for the flags is the host's, or NATIVE_STACK. */
static uint8_t *emit_body(const struct native *native, uint8_t *at, const uint8_t *bytes,
                          unsigned length)
{
    at = emit_absolute(native, at, 0xff, 6, NATIVE_FLAGS); /* push flags */
    *at++ = 0x9d;                                          /* popf */
    at = emit_registers(native, at, false);
    at = emit(at, bytes, length);
    at = emit_registers(native, at, true);
    if (native->code32) {
        *at++ = 0xbc; /* mov esp, NATIVE_STACK */
        at = emit32(at, (uint32_t)NATIVE_STACK);
    } else {
        at = emit_move(native, at, 4, false, (uint32_t)NATIVE_HOST_SP);
    }
    *at++ = 0x9c; /* pushf */
    return emit_absolute(native, at, 0x8f, 0, NATIVE_FLAGS);
}

static void emit_prologue(const struct native *native, uint8_t **at)
{
    struct native wide = {.code32 = false};
    *at = emit(*at, "\x53\x55\x41\x54\x41\x55\x41\x56\x41\x57", 10); /* push rbx..r15 */
    *at = emit_move(&wide, *at, 4, true, (uint32_t)NATIVE_HOST_SP);
}

static void emit_epilogue(uint8_t *at)
{
    struct native wide = {.code32 = false};
    at = emit_move(&wide, at, 4, false, (uint32_t)NATIVE_HOST_SP);
    emit(at, "\xfc\x41\x5f\x41\x5e\x41\x5d\x41\x5c\x5d\x5b\xc3", 12); /* cld; pop r15..rbx; ret */
}

static void emit_code64(const struct native *native, const uint8_t *bytes, unsigned length)
{
    uint8_t *at = native->code;
    emit_prologue(native, &at);
    emit_epilogue(emit_body(native, at, bytes, length));
}

static void emit_code32(const struct native *native, const uint8_t *bytes, unsigned length)
{
    struct native wide = {.code32 = false};
    uint8_t *at = native->code;
    struct __attribute__((packed)) {
        uint32_t offset;
        uint16_t selector;
    } far = {(uint32_t)NATIVE_CODE32, NATIVE_CS32};
    memcpy(native_at(native, NATIVE_POINTER), &far, sizeof(far));
    emit_prologue(native, &at);
    emit_absolute(&wide, at, 0xff, 5, (uint32_t)NATIVE_POINTER); /* far jmp */

    at = native_at(native, NATIVE_CODE32);
    *at++ = 0xb8; /* mov eax, NATIVE_DS32 */
    at = emit32(at, NATIVE_DS32);
    at = emit(at, "\x8e\xd8\x8e\xc0\xbc", 5); /* mov ds, eax; mov es, eax; mov esp, .. */
    at = emit32(at, (uint32_t)NATIVE_STACK);
    at = emit_body(native, at, bytes, length);
    *at++ = 0xea; /* far jmp */
    at = emit32(at, (uint32_t)NATIVE_BACK);
    emit(at, "\x33\0", 2);
    emit_epilogue(native_at(native, NATIVE_BACK));
}

/* ---- faults: one thread, one instruction at a time ---- */

static sigjmp_buf native_trap;
static volatile sig_atomic_t native_armed;
static uint8_t native_signal_stack[64 << 10];
static struct sigaction native_old[4];
static const int native_signals[4] = {SIGFPE, SIGSEGV, SIGILL, SIGBUS};

static void native_on_signal(int number)
{
    if (!native_armed) { /* a fault of the test itself */
        signal(number, SIG_DFL);
        return;
    }
    native_armed = 0;
    siglongjmp(native_trap, number);
}

static void native_signals_set(void)
{
    stack_t stack = {.ss_sp = native_signal_stack, .ss_size = sizeof(native_signal_stack)};
    struct sigaction action = {.sa_handler = native_on_signal, .sa_flags = SA_ONSTACK};
    sigaltstack(&stack, NULL);
    for (unsigned i = 0; i < 4; i++)
        sigaction(native_signals[i], &action, &native_old[i]);
}

bool native_init(struct native *native, bool code32)
{
    void *base =
        mmap((void *)(uintptr_t)NATIVE_BASE, NATIVE_LENGTH, PROT_READ | PROT_WRITE | PROT_EXEC,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    *native = (struct native){.code32 = code32};
    if (base == MAP_FAILED)
        return false;
    native->code = base;
    native->state = (struct native_state *)(void *)native_at(native, NATIVE_STATE);
    native_signals_set();
    struct native_state state = {.flags = 2};
    return native_run(native, &state, (const uint8_t *)"\x90", 1); /* not all hosts have 32 bits */
}

void native_finish(struct native *native)
{
    stack_t stack = {.ss_flags = SS_DISABLE};
    for (unsigned i = 0; i < 4; i++)
        sigaction(native_signals[i], &native_old[i], NULL);
    sigaltstack(&stack, NULL);
    munmap(native->code, NATIVE_LENGTH);
}

bool native_run(struct native *native, struct native_state *state, const uint8_t *bytes,
                unsigned length)
{
    void (*run)(void);
    memcpy(&run, &native->code, sizeof(run));
    if (native->code32)
        emit_code32(native, bytes, length);
    else
        emit_code64(native, bytes, length);
    *native->state = *state;
    if (sigsetjmp(native_trap, 1)) {
        __asm__ volatile("cld");
        return false;
    }
    native_armed = 1;
    run();
    native_armed = 0;
    *state = *native->state;
    return true;
}

#endif
