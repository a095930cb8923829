/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs a case on the host: a UD2 brings the signal handler up, which puts the case's state into the
 * frame and returns into the case's code; the fault that ends it brings the handler up again, and
 * the frame holds the outcome: registers, vector, x87 and error code. System calls out of the
 * case's code (wild jumps) are turned into faults; a timer ends what does not end.
 */
#include "tests/fuzz/cpu/case.h"

#include <cpuid.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <ucontext.h>

#define HOST_XSTATE_HEADER 512 /* SDM volume 1, 13.4 */
#define HOST_XSTATE_LEGACY 3ull
#define HOST_XSTATE_AVX    4ull
#define HOST_SELECT_BLOCK  1 /* linux/prctl.h, syscall user dispatch */
#define HOST_TICK_US       100000

enum host_phase { HOST_IDLE, HOST_ENTER, HOST_RUNNING };

/* One thread uses it, and its signal handler. */
static struct {
    volatile enum host_phase phase;
    const struct case_state *in;
    struct case_state *out;
    uint64_t entry;
    case_step_fn *step; /* or NULL */
    void *step_opaque;
    gregset_t back;      /* registers of who called case_host_run */
    unsigned ymm_offset; /* in an XSAVE area */
    unsigned began;      /* case_ticks when the run began */
    _Atomic uint32_t *request;
    unsigned request_began;
    uint8_t stack[64 << 10];
    volatile char selector;
} host;

volatile unsigned case_ticks;

static const int host_registers[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                       REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                       REG_R12, REG_R13, REG_R14, REG_R15};

static uint64_t *host_components(struct _libc_fpstate *fp)
{
    return (uint64_t *)(void *)((uint8_t *)fp + HOST_XSTATE_HEADER);
}

static uint8_t *host_ymm(struct _libc_fpstate *fp)
{
    return (uint8_t *)fp + host.ymm_offset;
}

/* ---- into the case ---- */

static void host_put_vectors(struct _libc_fpstate *fp, const struct case_state *s)
{
    for (unsigned i = 0; i < 16; i++) {
        memcpy(&fp->_xmm[i], s->vec[i], 16);
        memcpy(host_ymm(fp) + 16 * i, &s->vec[i][2], 16);
    }
    fp->mxcsr = s->mxcsr;
    *host_components(fp) = HOST_XSTATE_LEGACY | HOST_XSTATE_AVX;
}

static void host_put_x87(struct _libc_fpstate *fp, const struct case_x87 *x87)
{
    fp->cwd = x87->control;
    fp->swd = x87->status;
    fp->ftw = x87->tag;
    memcpy(fp->_st, x87->st, sizeof(x87->st));
}

/* False: it is to end here. */
static bool host_step(ucontext_t *u)
{
    uint64_t gpr[16];
    greg_t *g = u->uc_mcontext.gregs;
    for (unsigned i = 0; i < 16; i++)
        gpr[i] = (uint64_t)g[host_registers[i]];
    g[REG_EFL] |= X86_FLAG_TF;
    return host.step(host.step_opaque, (uint64_t)g[REG_RIP], gpr);
}

static void host_enter(ucontext_t *u)
{
    greg_t *g = u->uc_mcontext.gregs;
    memcpy(host.back, g, sizeof(host.back));
    for (unsigned i = 0; i < 16; i++)
        g[host_registers[i]] = (greg_t)host.in->gpr[i];
    g[REG_EFL] = (greg_t)host.in->flags;
    g[REG_RIP] = (greg_t)host.entry;
    host_put_vectors(u->uc_mcontext.fpregs, host.in);
    host_put_x87(u->uc_mcontext.fpregs, &host.in->x87);
    host.began = case_ticks;
    host.phase = HOST_RUNNING;
    if (host.step)
        (void)host_step(u);
}

/* ---- out of it ---- */

/* What XSAVE found in its initial state it does not write. */
static void host_get_vectors(struct _libc_fpstate *fp, struct case_state *s)
{
    bool sse = *host_components(fp) & 2, avx = *host_components(fp) & HOST_XSTATE_AVX;
    memset(s->vec, 0, sizeof(s->vec));
    for (unsigned i = 0; i < 16; i++) {
        if (sse)
            memcpy(s->vec[i], &fp->_xmm[i], 16);
        if (avx)
            memcpy(&s->vec[i][2], host_ymm(fp) + 16 * i, 16);
    }
    s->mxcsr = fp->mxcsr;
}

static void host_get_x87(struct _libc_fpstate *fp, struct case_x87 *x87)
{
    if (!(*host_components(fp) & 1)) {
        *x87 = (struct case_x87){.control = 0x37f};
        return;
    }
    x87->control = fp->cwd;
    x87->status = fp->swd;
    x87->tag = (uint8_t)fp->ftw;
    memcpy(x87->st, fp->_st, sizeof(x87->st));
}

static struct case_fault host_fault(int number, const greg_t *g)
{
    struct case_fault fault = {.vector = (uint8_t)g[REG_TRAPNO]};
    if (number == SIGPROF || number == SIGSYS)
        fault.vector = CASE_NO_END;
    if (fault.vector == X86_PF) {
        fault.error = (uint32_t)g[REG_ERR];
        fault.address = (uint64_t)g[REG_CR2];
        if (fault.address >= CASE_HIDDEN)
            fault.error &= ~1u; /* Linux says of all of these that they are there */
    }
    return fault;
}

static void host_leave(int number, ucontext_t *u)
{
    greg_t *g = u->uc_mcontext.gregs;
    struct _libc_fpstate *fp = u->uc_mcontext.fpregs;
    struct case_state *out = host.out;
    for (unsigned i = 0; i < 16; i++)
        out->gpr[i] = (uint64_t)g[host_registers[i]];
    out->flags = (uint64_t)g[REG_EFL];
    out->pc = (uint64_t)g[REG_RIP];
    out->fault = host_fault(number, g);
    host_get_vectors(fp, out);
    host_get_x87(fp, &out->x87);
    memcpy(g, host.back, sizeof(host.back));
    g[REG_RIP] += 2; /* behind the UD2 */
    host_put_x87(fp, &(struct case_x87){.control = 0x37f});
    fp->mxcsr = 0x1f80;
    *host_components(fp) = HOST_XSTATE_LEGACY;
    host.phase = HOST_IDLE;
}

static void host_on_tick(ucontext_t *u)
{
    case_ticks++;
    if (host.phase == HOST_RUNNING && !host.step && case_ticks - host.began > CASE_PATIENCE)
        host_leave(SIGPROF, u);
    else if (host.request && case_ticks - host.request_began > CASE_PATIENCE)
        *host.request |= 1;
}

static void host_on_fault(int number, ucontext_t *u)
{
    bool stepped = host.step && u->uc_mcontext.gregs[REG_TRAPNO] == X86_DB;
    if (stepped && host_step(u))
        return;
    host_leave(number, u);
    if (stepped)
        host.out->fault.vector = CASE_NO_END;
}

static void host_on_signal(int number, siginfo_t *info, void *context)
{
    (void)info;
    /* Linux leaves the alignment check on. */
    __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() & ~(uint64_t)X86_FLAG_AC);
    if (number == SIGPROF)
        host_on_tick(context);
    else if (host.phase == HOST_ENTER)
        host_enter(context);
    else if (host.phase == HOST_RUNNING)
        host_on_fault(number, context);
    else
        signal(number, SIG_DFL); /* a fault of the fuzzer itself */
}

void case_host_run(const struct fuzz_case *c, struct case_state *out)
{
    case_image(c, (uint8_t *)(uintptr_t)CASE_CODE);
    memcpy((void *)(uintptr_t)CASE_SCRATCH, c->in.memory, CASE_SCRATCH_SIZE);
    memset((void *)(uintptr_t)CASE_CONTROL, 0, 4096);
    memcpy((void *)(uintptr_t)CASE_CONTROL, c->in.counter, sizeof(c->in.counter));
    host.in = &c->in;
    host.out = out;
    host.entry = CASE_CODE + c->start;
    host.phase = HOST_ENTER;
    /* These two the way back from a signal does not touch. */
    __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() &
                                   ~(uint64_t)(X86_FLAG_NT | X86_FLAG_ID));
    __asm__ volatile("ud2" ::
                         : "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
                           "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
                           "xmm15");
    memcpy(out->memory, (void *)(uintptr_t)CASE_SCRATCH, CASE_SCRATCH_SIZE);
    memcpy(out->code, (void *)(uintptr_t)CASE_CODE, CASE_CODE_SIZE);
    memcpy(out->counter, (void *)(uintptr_t)CASE_CONTROL, sizeof(out->counter));
}

void case_host_trace(const struct fuzz_case *c, case_step_fn *step, void *opaque,
                     struct case_state *out)
{
    host.step_opaque = opaque;
    host.step = step;
    case_host_run(c, out);
    host.step = NULL;
}

void case_host_watch(_Atomic uint32_t *request)
{
    host.request_began = case_ticks;
    host.request = request;
}

/* ---- life ---- */

static bool host_map(uint32_t at, size_t size, int protection)
{
    return mmap((void *)(uintptr_t)at, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                -1, 0) != MAP_FAILED;
}

static bool host_map_all(void)
{
    void *all = mmap((void *)(uintptr_t)CASE_CONTROL, CASE_END - CASE_CONTROL, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (all == MAP_FAILED || !host_map(CASE_CONTROL, 4096, PROT_READ | PROT_WRITE) ||
        !host_map(CASE_CODE, CASE_CODE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC) ||
        !host_map(CASE_SCRATCH, CASE_SCRATCH_SIZE + 4096, PROT_READ | PROT_WRITE))
        return false;
    memset((void *)(uintptr_t)CASE_CODE, 0, CASE_CODE_SIZE);
    memset((void *)(uintptr_t)CASE_READONLY, 0, 4096); /* there, so that errors say so */
    return mprotect((void *)(uintptr_t)CASE_READONLY, 4096, PROT_READ) == 0;
}

static bool host_catch_signals(void)
{
    static const int numbers[] = {SIGFPE, SIGSEGV, SIGILL, SIGBUS, SIGTRAP, SIGSYS, SIGPROF};
    struct itimerval tick = {{0, HOST_TICK_US}, {0, HOST_TICK_US}};
    stack_t stack = {.ss_sp = host.stack, .ss_size = sizeof(host.stack)};
    struct sigaction action = {.sa_sigaction = host_on_signal,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTART};
    sigaddset(&action.sa_mask, SIGPROF);
    bool good = sigaltstack(&stack, NULL) == 0;
    for (unsigned i = 0; good && i < sizeof(numbers) / sizeof(numbers[0]); i++)
        good = sigaction(numbers[i], &action, NULL) == 0;
    return good && setitimer(ITIMER_PROF, &tick, NULL) == 0;
}

bool case_host_init(void)
{
    unsigned a, b, c, d;
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2") ||
        !__builtin_cpu_supports("fma") || !__get_cpuid_count(0xd, 2, &a, &b, &c, &d))
        return false;
    host.ymm_offset = b;
    if (!host_map_all() || !host_catch_signals())
        return false;
#ifdef PR_SET_SYSCALL_USER_DISPATCH
    /* System calls are for code above the case's. Older kernels do without. */
    host.selector = HOST_SELECT_BLOCK;
    (void)prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, (unsigned long)CASE_END,
                ~0ul - CASE_END, &host.selector);
#endif
    return true;
}
