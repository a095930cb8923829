/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The run loop: events by priority (SDM volume 3, table 6-2), then guest code until the executor
 * comes back.
 *
 * How an interrupt gets in. The local APIC changes its state under its own lock and then sets
 * X86_REQUEST_INTR, on any thread. The loop clears the bit first and then notes in intr_line that
 * the APIC has to be asked; when the guest can take an interrupt it asks. A request before the
 * clearing is covered by the question that follows; one after it sets the bit again, so none is
 * lost. While IF is clear the bit is clear as well, so that the executor is not driven out at each
 * block, and intr_line remembers; whatever sets IF ends its block, and the loop looks again. Only
 * acknowledge, answering "nothing", clears intr_line. NMIs go the same way through nmi_line, SMIs
 * through smi_line; in system management mode SMIs and INIT wait. What of INIT and SIPI came first
 * is told by the request bits: INIT takes a SIPI's away.
 */
#include "emulator/cpu/x86/run.h"

#include <stdlib.h>
#include <string.h>

#include "emulator/core/clock.h"
#include "emulator/cpu/x86/debug.h"
#include "emulator/cpu/x86/models.h"
#include "emulator/cpu/x86/msr.h"
#include "emulator/cpu/x86/smm.h"

#define APIC_BASE_BSP (1u << 8) /* bootstrap processor */

static uint32_t run_requests(const struct x86_cpu *cpu)
{
    return atomic_load_explicit(&cpu->ir.request, memory_order_acquire);
}

/* ---- INIT and SIPI ---- */

static bool run_is_bootstrap(const struct x86_cpu *cpu)
{
    if (cpu->apic_ops != NULL)
        return cpu->apic_ops->get_base(cpu->apic) & APIC_BASE_BSP;
    return cpu->vcpu->index == 0;
}

static void run_clear_events(struct x86_cpu *cpu, bool waits)
{
    cpu->intr_line = cpu->nmi_line = cpu->mwait = cpu->shutdown = false;
    cpu->monitor_armed = cpu->exception_pending = false;
    cpu->wait_for_sipi = cpu->halted = waits;
}

static void run_init(struct x86_cpu *cpu)
{
    emu_vcpu_clear(cpu->vcpu, X86_REQUEST_NMI);
    x86_cpu_reset(cpu, true);
    if (cpu->apic_ops != NULL)
        cpu->apic_ops->init(cpu->apic);
    run_clear_events(cpu, !run_is_bootstrap(cpu));
}

static void run_sipi(struct x86_cpu *cpu)
{
    if (!cpu->wait_for_sipi)
        return;
    uint8_t vector = __atomic_load_n(&cpu->sipi_vector, __ATOMIC_RELAXED);
    x86_set_segment(cpu, X86_CS, (uint16_t)(vector << 8), (uint64_t)vector << 12, 0xffff,
                    cpu->seg[X86_CS].attr);
    cpu->ir.pc = 0;
    run_clear_events(cpu, false);
    x86_update_mode(cpu);
}

/* ---- interrupts ---- */

static bool run_may_interrupt(const struct x86_cpu *cpu)
{
    return !cpu->shadow && !cpu->debug->step_armed && !cpu->shutdown && !cpu->exception_pending;
}

static void run_take_nmi(struct x86_cpu *cpu)
{
    cpu->nmi_line = false;
    cpu->nmi_blocked = true;
    x86_wake(cpu);
    x86_deliver_interrupt(cpu, X86_NMI);
}

static void run_take_interrupt(struct x86_cpu *cpu)
{
    int vector = cpu->apic_ops != NULL ? cpu->apic_ops->acknowledge(cpu->apic) : -1;
    if (vector < 0) {
        cpu->intr_line = false;
        return;
    }
    x86_wake(cpu);
    x86_deliver_interrupt(cpu, (uint8_t)vector);
}

/* Moves requests to the lines, and takes what may be taken. */
static void run_interrupts(struct x86_cpu *cpu, uint32_t requests)
{
    uint32_t seen = requests & (X86_REQUEST_INTR | X86_REQUEST_NMI);
    if (seen != 0)
        emu_vcpu_clear(cpu->vcpu, seen);
    cpu->intr_line |= (seen & X86_REQUEST_INTR) != 0;
    cpu->nmi_line |= (seen & X86_REQUEST_NMI) != 0;
    if (!run_may_interrupt(cpu))
        return;
    if (cpu->smi_line && !cpu->in_smm) {
        cpu->smi_line = false;
        x86_smm_enter(cpu);
    } else if (cpu->nmi_line && !cpu->nmi_blocked) {
        run_take_nmi(cpu);
    } else if (cpu->intr_line && (cpu->eflags & X86_FLAG_IF)) {
        run_take_interrupt(cpu);
    }
}

/* ---- events ---- */

/* What is not the guest's business. False: leave run(). */
static bool run_host_requests(struct x86_cpu *cpu, uint32_t requests)
{
    if (requests & EMU_REQUEST_PAUSE)
        return false;
    if (requests & EMU_REQUEST_EXCLUSIVE)
        emu_vcpu_step_aside(cpu->vcpu);
    if (requests & (X86_REQUEST_WORK | X86_REQUEST_SMI))
        emu_vcpu_clear(cpu->vcpu, requests & (X86_REQUEST_WORK | X86_REQUEST_SMI));
    cpu->smi_line |= (requests & X86_REQUEST_SMI) != 0;
    x86_take_memory_change(cpu);
    return true;
}

/*
 * INIT and SIPI, which follows INIT if both are there. INIT waits for the end of system management
 * mode, and the SIPI that follows it too: who sent both gave this processor more time than a busy
 * host may have left it. RSM asks for them again, as requests that stay keep engines from running.
 */
static uint32_t run_take_start(struct x86_cpu *cpu)
{
    uint32_t start = emu_vcpu_take(cpu->vcpu, X86_REQUEST_INIT | X86_REQUEST_SIPI);

    if (!cpu->in_smm || !((start | cpu->after_smm) & X86_REQUEST_INIT))
        return start;
    cpu->after_smm = start | (start & X86_REQUEST_INIT ? 0 : cpu->after_smm);
    return 0;
}

/*
 * INIT drops what else is in requests. An SMI that came with it, or with a SIPI, is in smi_line
 * already, and has to be taken here: nothing would drive the executor out for it.
 */
static void run_guest_events(struct x86_cpu *cpu, uint32_t requests)
{
    uint32_t start = 0;

    if (cpu->exception_pending)
        x86_deliver_exception(cpu);
    if (requests & (X86_REQUEST_INIT | X86_REQUEST_SIPI))
        start = run_take_start(cpu);
    if (start & X86_REQUEST_INIT)
        run_init(cpu);
    if (start & X86_REQUEST_SIPI)
        run_sipi(cpu);
    if (!cpu->wait_for_sipi)
        run_interrupts(cpu, start & X86_REQUEST_INIT ? 0 : requests);
}

/* A step of a processor that sleeps is over at once: others stand still and cannot wake it. */
static void run_step_asleep(struct x86_cpu *cpu)
{
    if (cpu->debug->step_armed)
        x86_debug_end_instruction(cpu, false);
}

/* Returns when guest code is to be executed; false: leave run(). */
static bool run_events(struct x86_cpu *cpu)
{
    for (;;) {
        uint32_t requests = run_requests(cpu);
        if (!run_host_requests(cpu, requests))
            return false;
        if (cpu->debug->stop) {
            emu_vcpu_wait(cpu->vcpu, EMU_REQUEST_PAUSE | EMU_REQUEST_EXCLUSIVE);
            continue;
        }
        run_guest_events(cpu, requests);
        if (cpu->exception_pending)
            continue;
        if (!cpu->halted)
            return true;
        run_step_asleep(cpu);
        if (!cpu->debug->stop)
            x86_sleep(cpu);
    }
}

/* ---- guest code ---- */

static void run_count(struct x86_cpu *cpu)
{
    struct emu_vcpu *vcpu = cpu->vcpu;
    if (!cpu->executor->counts)
        return;
    uint64_t total = atomic_load_explicit(&vcpu->instructions, memory_order_relaxed);
    atomic_store_explicit(&vcpu->instructions, total + cpu->ir.instructions, memory_order_relaxed);
    cpu->ir.instructions = 0;
}

/* The fault is delivered before the debugger hears of the step: it sees the handler. */
static void run_after_fault(struct x86_cpu *cpu)
{
    cpu->debug_hits = 0;
    cpu->debug->watch_hit = false;
    x86_deliver_exception(cpu);
    if (cpu->debug->step_armed && !cpu->exception_pending)
        x86_debug_end_instruction(cpu, false);
}

/* Is there nothing to do between two instructions? */
static bool run_undisturbed(const struct x86_cpu *cpu)
{
    return !(cpu->ir.mode & (X86_MODE_STEP | X86_MODE_BREAK)) && !cpu->halted && !cpu->intr_line &&
           !cpu->nmi_line && !cpu->exception_pending && !cpu->debug->stop;
}

/* Without breakpoints RF has no effect, so that it may go early. */
bool x86_guest_resume(struct ir_env *env, enum ir_status status)
{
    struct x86_cpu *cpu = x86_cpu_of(env);

    if (status == IR_FAULT)
        run_after_fault(cpu);
    if (!run_undisturbed(cpu))
        return false;
    cpu->eflags &= ~(uint64_t)X86_FLAG_RF;
    return true;
}

/*
 * One instruction in X86_MODE_STEP. Most end with the helper `trap`; those that jump by a helper of
 * their own do not reach it. Of these, INT and SYSCALL clear TF and are not trapped: the handler
 * is not the business of who stepped to it.
 */
static void run_step(struct x86_cpu *cpu)
{
    struct x86_debug *debug = cpu->debug;
    debug->tf = cpu->eflags & X86_FLAG_TF;
    debug->if_set = cpu->eflags & X86_FLAG_IF;
    debug->ended = false;
    if (cpu->executor->one(&cpu->ir) == IR_FAULT)
        run_after_fault(cpu);
    else if (!debug->ended && !debug->stop)
        x86_debug_end_instruction(cpu, debug->tf && (cpu->eflags & X86_FLAG_TF));
}

/*
 * RF lasts for one instruction. A fault pushes it set by itself, so that it can be cleared before
 * the instruction instead of after it.
 */
static bool run_take_resume_flag(struct x86_cpu *cpu)
{
    bool set = cpu->eflags & X86_FLAG_RF;
    cpu->eflags &= ~(uint64_t)X86_FLAG_RF;
    return set;
}

static bool run_passes_break(struct x86_cpu *cpu)
{
    uint64_t linear = cpu->seg[X86_CS].base + cpu->ir.pc;
    if (!(cpu->ir.mode & X86_MODE_CODE64))
        linear = (uint32_t)linear;
    return cpu->debug->step_armed || (cpu->debug->skip_break && cpu->debug->skip_pc == linear);
}

/* An interrupt waits for the end of the shadow: back here after its one instruction. */
static bool run_awaits_shadow(const struct x86_cpu *cpu)
{
    return cpu->shadow && (cpu->intr_line || cpu->nmi_line || cpu->smi_line);
}

static enum ir_status run_execute(struct x86_cpu *cpu)
{
    const struct x86_debug *debug = cpu->debug;
    bool one = debug->resuming || debug->passing || run_awaits_shadow(cpu);
    return one ? cpu->executor->one(&cpu->ir) : cpu->executor->run(&cpu->ir);
}

static void run_guest(struct x86_cpu *cpu)
{
    struct x86_debug *debug = cpu->debug;
    bool breaks = cpu->ir.mode & X86_MODE_BREAK;
    debug->resuming = run_take_resume_flag(cpu) && breaks;
    debug->passing = breaks && run_passes_break(cpu);
    if (debug->passing)
        debug->skip_break = false;
    if (cpu->ir.mode & X86_MODE_STEP)
        run_step(cpu);
    else if (run_execute(cpu) == IR_FAULT)
        run_after_fault(cpu);
    run_count(cpu);
}

void x86_run(struct emu_vcpu *vcpu)
{
    struct x86_cpu *cpu = vcpu->arch;
    x86_update_mode(cpu);
    x86_load_mxcsr(cpu);
    while (run_events(cpu))
        run_guest(cpu);
    x86_sync_mxcsr(cpu);
    cpu->debug->stop = false;
}

/* ---- the local APIC's requests ---- */

static void run_apic_request(void *opaque, enum emu_apic_request kind, uint8_t vector)
{
    static const uint32_t bits[] = {
        [EMU_APIC_INTR] = X86_REQUEST_INTR, [EMU_APIC_NMI] = X86_REQUEST_NMI,
        [EMU_APIC_SMI] = X86_REQUEST_SMI,   [EMU_APIC_INIT] = X86_REQUEST_INIT,
        [EMU_APIC_SIPI] = X86_REQUEST_SIPI,
    };
    struct x86_cpu *cpu = opaque;
    if (kind == EMU_APIC_SIPI)
        __atomic_store_n(&cpu->sipi_vector, vector, __ATOMIC_RELAXED); /* before the request */
    if (cpu->vcpu != NULL && kind == EMU_APIC_INIT)
        emu_vcpu_clear(cpu->vcpu, X86_REQUEST_SIPI); /* what came before must not come after */
    if (cpu->vcpu != NULL)
        emu_vcpu_request(cpu->vcpu, bits[kind]);
}

static emu_ns run_time_of_tsc(void *opaque, uint64_t tsc)
{
    const struct x86_cpu *cpu = opaque;
    uint64_t time = tsc - cpu->tsc_offset;
    /* A distance of more than half the range is one into the past. */
    uint64_t now = emu_clock_now(cpu->clock);
    if ((int64_t)(time - now) <= 0)
        return now;
    return time < now ? EMU_TIMER_NEVER : time;
}

struct emu_apic_cpu x86_apic_cpu(struct x86_cpu *cpu)
{
    return (struct emu_apic_cpu){
        .request = run_apic_request, .time_of_tsc = run_time_of_tsc, .opaque = cpu};
}

/* ---- life ---- */

struct x86_cpu *x86_cpu_new(struct emu_error *err)
{
    size_t size = (sizeof(struct x86_cpu) + 63) & ~(size_t)63;
    struct x86_cpu *cpu = aligned_alloc(64, size);
    if (cpu == NULL) {
        emu_error_set(err, EMU_ERROR_HOST, "out of memory for a CPU");
        return NULL;
    }
    memset(cpu, 0, size);
    if (x86_debug_init(cpu, err) && x86_mmu_init(cpu, err))
        return cpu;
    x86_cpu_free(cpu);
    return NULL;
}

void x86_cpu_free(struct x86_cpu *cpu)
{
    if (cpu == NULL)
        return;
    x86_mmu_finish(cpu);
    x86_debug_finish(cpu);
    free(cpu);
}

static void run_reset(struct emu_vcpu *vcpu)
{
    struct x86_cpu *cpu = vcpu->arch;
    emu_vcpu_clear(vcpu, ~0u << EMU_REQUEST_ARCH);
    x86_cpu_reset(cpu, false);
    x86_msr_reset(cpu);
    run_clear_events(cpu, vcpu->index != 0);
    cpu->smi_line = false;
    memset(cpu->debug, 0, sizeof(*cpu->debug));
    x86_smm_select_memory(cpu); /* it may have been in system management mode */
    x86_tlb_flush_all(cpu, true);
    x86_update_mode(cpu);
}

static void run_save(struct emu_vcpu *vcpu, struct emu_writer *out)
{
    x86_cpu_save(vcpu->arch, out);
}

static bool run_load(struct emu_vcpu *vcpu, struct emu_reader *in, struct emu_error *err)
{
    return x86_cpu_load(vcpu->arch, in, err);
}

static void run_free(struct emu_vcpu *vcpu)
{
    x86_cpu_free(vcpu->arch);
    vcpu->arch = NULL;
}

const struct emu_vcpu_ops x86_vcpu_ops = {
    .run = x86_run,
    .reset = run_reset,
    .save = run_save,
    .load = run_load,
    .free = run_free,
};
