/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The mode key and the choice of the fast TLB table, both functions of the control registers, CS,
 * SS, CPL and EFLAGS; and the state after power-on and INIT (SDM volume 3, table 9-1).
 */
#include <string.h>

#include "emulator/cpu/x86/debug.h"
#include "emulator/cpu/x86/mmu.h"
#include "emulator/cpu/x86/models.h"
#include "emulator/cpu/x86/mxcsr.h"
#include "emulator/cpu/x86/segment.h"
#include "emulator/cpu/x86/smm.h"
#include "emulator/core/trace.h"

#define FLAT_END 0x100000000ull

static bool mode_segment_flat(const struct x86_cpu *cpu, enum x86_seg_name name)
{
    const struct x86_segment *seg = &cpu->seg[name];

    return seg->base == 0 && seg->read_end == FLAT_END &&
           (name == X86_CS || seg->write_end == FLAT_END);
}

static uint64_t mode_flat_bits(const struct x86_cpu *cpu, bool code64)
{
    uint64_t mode = 0;

    if (code64)
        return X86_MODE_FLAT(X86_ES) | X86_MODE_FLAT(X86_CS) | X86_MODE_FLAT(X86_SS) |
               X86_MODE_FLAT(X86_DS);
    for (unsigned i = X86_ES; i <= X86_GS; i++)
        if (mode_segment_flat(cpu, (enum x86_seg_name)i))
            mode |= X86_MODE_FLAT(i);
    return mode;
}

static uint64_t mode_limit_bits(const struct x86_segment *cs)
{
    if (cs->limit == 0xffffffff)
        return 0;
    return cs->limit == 0xffff ? X86_MODE_LIMIT_64K : X86_MODE_LIMIT_ODD;
}

static uint64_t mode_code_bits(const struct x86_cpu *cpu, bool code64)
{
    uint64_t base = (uint32_t)cpu->seg[X86_CS].base;
    uint64_t mode = 0;

    if (code64)
        return X86_MODE_CODE64;
    if (cpu->seg[X86_CS].attr & X86_ATTR_DB)
        mode |= X86_MODE_CODE32;
    if (cpu->seg[X86_SS].attr & X86_ATTR_DB)
        mode |= X86_MODE_STACK32;
    mode |= mode_limit_bits(&cpu->seg[X86_CS]);
    return mode | (base & 0xff) << X86_MODE_CS_LOW_SHIFT | (base >> 8) << X86_MODE_CS_HIGH_SHIFT;
}

static uint64_t mode_unit_bits(const struct x86_cpu *cpu)
{
    uint64_t mode = 0;

    if (cpu->cr0 & X86_CR0_EM)
        mode |= X86_MODE_EM;
    if (cpu->cr0 & X86_CR0_TS)
        mode |= X86_MODE_TS;
    if (cpu->cr0 & X86_CR0_MP)
        mode |= X86_MODE_MP;
    if (cpu->cr4 & X86_CR4_OSFXSR)
        mode |= X86_MODE_SSE;
    if ((cpu->cr4 & X86_CR4_OSXSAVE) && (cpu->xcr0 & 6) == 6)
        mode |= X86_MODE_AVX;
    if (x86_mxcsr_unmasked(cpu))
        mode |= X86_MODE_XM;
    return mode;
}

static uint64_t mode_event_bits(const struct x86_cpu *cpu)
{
    uint64_t mode = 0;

    if (cpu->shadow)
        mode |= X86_MODE_SHADOW;
    if ((cpu->eflags & X86_FLAG_TF) || x86_debug_wants_step(cpu))
        mode |= X86_MODE_STEP;
    if (x86_debug_wants_break(cpu))
        mode |= X86_MODE_BREAK;
    return mode;
}

static uint64_t mode_key(const struct x86_cpu *cpu)
{
    bool code64 = x86_code64(cpu);
    uint64_t mode = cpu->cpl;

    if (cpu->cr0 & X86_CR0_PE)
        mode |= X86_MODE_PE;
    if (cpu->eflags & X86_FLAG_VM)
        mode |= X86_MODE_VM86;
    if (x86_long_mode(cpu))
        mode |= X86_MODE_LONG;
    if (cpu->in_smm)
        mode |= X86_MODE_SMM;
    return mode | mode_code_bits(cpu, code64) | mode_flat_bits(cpu, code64) | mode_unit_bits(cpu) |
           mode_event_bits(cpu);
}

static enum x86_tlb_kind mode_tlb(const struct x86_cpu *cpu)
{
    bool ac = cpu->eflags & X86_FLAG_AC;

    if (cpu->cpl == 3)
        return ac && (cpu->cr0 & X86_CR0_AM) ? X86_TLB_NEVER : X86_TLB_USER;
    return (cpu->cr4 & X86_CR4_SMAP) && !ac ? X86_TLB_SMAP : X86_TLB_SUPERVISOR;
}

void x86_update_tlb(struct x86_cpu *cpu)
{
    x86_tlb_select(cpu, mode_tlb(cpu));
}

void x86_update_mode(struct x86_cpu *cpu)
{
    const uint64_t big = X86_MODE_PE | X86_MODE_VM86 | X86_MODE_LONG;
    uint64_t old = cpu->ir.mode;
    uint64_t now = (cpu->cr0 & X86_CR0_PE ? X86_MODE_PE : 0) |
                   (cpu->eflags & X86_FLAG_VM ? X86_MODE_VM86 : 0) |
                   (x86_long_mode(cpu) ? X86_MODE_LONG : 0);

    if ((old ^ now) & big)
        x86_refresh_segments(cpu);
    cpu->ir.mode = mode_key(cpu);
    x86_update_tlb(cpu);
    if ((old ^ now) & big)
        emu_trace(cpu->trace, cpu_mode, cpu->apic_id, (unsigned long long)cpu->ir.mode,
                  (unsigned long long)cpu->cr0, (unsigned long long)cpu->cr4,
                  (unsigned long long)cpu->efer);
}

/* ---- reset ---- */

static void reset_segments(struct x86_cpu *cpu)
{
    for (unsigned i = X86_ES; i <= X86_GS; i++)
        x86_set_segment(cpu, (enum x86_seg_name)i, 0, 0, 0xffff, 0x93);
    x86_set_segment(cpu, X86_CS, 0xf000, 0xffff0000, 0xffff, 0x9b);
    x86_set_segment(cpu, X86_LDTR, 0, 0, 0xffff, 0x82);
    x86_set_segment(cpu, X86_TR, 0, 0, 0xffff, 0x8b);
    cpu->gdt = (struct x86_table){0, 0xffff};
    cpu->idt = (struct x86_table){0, 0xffff};
}

/* Family, model and stepping as CPUID leaf 1 tells them. */
static uint32_t reset_signature(const struct x86_cpu *cpu)
{
    uint32_t out[4] = {0x00000600};

    if (cpu->model != NULL)
        x86_cpuid(cpu, 1, 0, out);
    return out[0];
}

static void reset_events(struct x86_cpu *cpu)
{
    cpu->halted = false;
    cpu->wait_for_sipi = false;
    cpu->after_smm = 0;
    cpu->nmi_blocked = false;
    cpu->shadow = false;
    cpu->exception_pending = false;
    cpu->external = false;
    cpu->debug_hits = 0;
    cpu->monitor_armed = false;
    cpu->in_smm = false;
}

/* What INIT leaves alone. */
static void reset_power_on(struct x86_cpu *cpu)
{
    memset(&cpu->x87, 0, sizeof(cpu->x87));
    memset(cpu->vec, 0, sizeof(cpu->vec));
    cpu->x87.control = 0x40;
    cpu->x87.tag = 0xff;
    cpu->mxcsr = 0x1f80;
    cpu->xcr0 = 1;
    cpu->star = cpu->lstar = cpu->cstar = cpu->sfmask = 0;
    cpu->kernel_gs_base = cpu->tsc_aux = 0;
    cpu->sysenter_cs = cpu->sysenter_esp = cpu->sysenter_eip = 0;
    cpu->pat = 0x0007040600070406;
    cpu->mtrr_def_type = 0;
    memset(cpu->mtrr_fixed, 0, sizeof(cpu->mtrr_fixed));
    memset(cpu->mtrr_base, 0, sizeof(cpu->mtrr_base));
    memset(cpu->mtrr_mask, 0, sizeof(cpu->mtrr_mask));
    cpu->misc_enable = 1; /* fast strings */
    cpu->feature_control = cpu->spec_ctrl = cpu->xss = 0;
    cpu->tsc_offset = cpu->tsc_adjust = 0;
    cpu->smbase = 0x30000;
}

void x86_cpu_reset(struct x86_cpu *cpu, bool init)
{
    uint64_t cache = init ? cpu->cr0 & (X86_CR0_CD | X86_CR0_NW) : X86_CR0_CD | X86_CR0_NW;

    if (!init)
        reset_power_on(cpu);
    memset(cpu->gpr, 0, sizeof(cpu->gpr));
    cpu->gpr[X86_RDX] = reset_signature(cpu);
    x86_set_eflags(cpu, 0);
    cpu->ir.pc = 0xfff0;
    cpu->cr0 = cache | X86_CR0_ET;
    cpu->cr2 = cpu->cr3 = cpu->cr4 = cpu->efer = 0;
    memset(cpu->pdpte, 0, sizeof(cpu->pdpte));
    memset(cpu->dr, 0, sizeof(cpu->dr));
    cpu->dr[6] = X86_DR6_FIXED;
    cpu->dr[7] = X86_DR7_FIXED;
    cpu->debugctl = 0;
    cpu->pkru = 0;
    cpu->cpl = 0;
    reset_segments(cpu);
    reset_events(cpu);
    x86_smm_select_memory(cpu);
    x86_tlb_flush_all(cpu, true);
    x86_refresh_segments(cpu);
    x86_update_mode(cpu);
}
