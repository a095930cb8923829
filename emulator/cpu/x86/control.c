/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Control registers, XCR0 and PKRU (SDM volume 3, 2.5 and 2.6; entering and leaving long mode:
 * 10.8.5). Every reserved bit and every illegal combination is #GP(0) before anything changes.
 */
#include "emulator/cpu/x86/cpu.h"
#include "emulator/cpu/x86/helpers.h"
#include "emulator/cpu/x86/models.h"
#include "emulator/cpu/x86/msr.h"
#include "emulator/cpu/x86/xsave.h"

#define CR0_BITS                                                                                   \
    (X86_CR0_PE | X86_CR0_MP | X86_CR0_EM | X86_CR0_TS | X86_CR0_ET | X86_CR0_NE | X86_CR0_WP |    \
     X86_CR0_AM | X86_CR0_NW | X86_CR0_CD | X86_CR0_PG)
#define CR3_KEEP  (1ull << 63) /* with PCIDs: the TLB stays */
#define CR3_PCID  0xfffull
#define LMSW_BITS (X86_CR0_PE | X86_CR0_MP | X86_CR0_EM | X86_CR0_TS)
#define CR8_MAX   15u

/* Changes of these while PAE paging is in use read the PDPTEs again (SDM volume 3, 4.4.1). */
#define CR0_LOADS_PDPTES (X86_CR0_PG | X86_CR0_CD | X86_CR0_NW)
#define CR4_LOADS_PDPTES (X86_CR4_PAE | X86_CR4_PGE | X86_CR4_PSE | X86_CR4_SMEP)

static enum ir_status control_fault(struct x86_cpu *cpu)
{
    return x86_raise_error(cpu, X86_GP, 0);
}

/* PAE paging with 32-bit addresses. */
static bool control_uses_pdptes(uint64_t cr0, uint64_t cr4, uint64_t efer)
{
    return (cr0 & X86_CR0_PG) && (cr4 & X86_CR4_PAE) && !(efer & X86_EFER_LMA);
}

/* ---- CR0 ---- */

static bool control_cr0_legal(const struct x86_cpu *cpu, uint64_t value)
{
    bool turns_on = (value & X86_CR0_PG) && !(cpu->cr0 & X86_CR0_PG);
    bool turns_off = !(value & X86_CR0_PG) && (cpu->cr0 & X86_CR0_PG);
    bool code64 = cpu->seg[X86_CS].attr & X86_ATTR_L;
    if (value >> 32)
        return false;
    if ((value & X86_CR0_PG) && !(value & X86_CR0_PE))
        return false;
    if ((value & X86_CR0_NW) && !(value & X86_CR0_CD))
        return false;
    if (turns_on && (cpu->efer & X86_EFER_LME))
        return (cpu->cr4 & X86_CR4_PAE) && !code64;
    if (turns_off && (cpu->efer & X86_EFER_LMA))
        return !code64 && !(cpu->cr4 & X86_CR4_PCIDE);
    return true;
}

/* EFER as it is with this CR0: long mode is active when it is enabled and paging is on. */
static uint64_t control_efer(const struct x86_cpu *cpu, uint64_t cr0)
{
    bool active = (cpu->efer & X86_EFER_LME) && (cr0 & X86_CR0_PG);
    return (cpu->efer & ~(uint64_t)X86_EFER_LMA) | (active ? X86_EFER_LMA : 0);
}

static enum ir_status control_set_cr0(struct x86_cpu *cpu, uint64_t value)
{
    if (!control_cr0_legal(cpu, value))
        return control_fault(cpu);
    value = (value & CR0_BITS) | X86_CR0_ET;
    uint64_t old_cr0 = cpu->cr0, old_efer = cpu->efer, efer = control_efer(cpu, value);
    if (control_uses_pdptes(value, cpu->cr4, efer) && ((value ^ old_cr0) & CR0_LOADS_PDPTES) &&
        x86_load_pdptes(cpu, cpu->cr3) != IR_OK)
        return IR_FAULT;
    cpu->cr0 = value;
    cpu->efer = efer;
    x86_mmu_control_changed(cpu, old_cr0, cpu->cr4, old_efer);
    x86_update_mode(cpu);
    return IR_OK;
}

/* ---- CR3 ---- */

static bool control_cr3_legal(const struct x86_cpu *cpu, uint64_t value)
{
    if (!(cpu->efer & X86_EFER_LMA))
        return true;
    if (cpu->cr4 & X86_CR4_PCIDE)
        value &= ~CR3_KEEP;
    return !(value & ~x86_model_physical_mask(cpu->model));
}

static enum ir_status control_set_cr3(struct x86_cpu *cpu, uint64_t value)
{
    if (!control_cr3_legal(cpu, value))
        return control_fault(cpu);
    if (control_uses_pdptes(cpu->cr0, cpu->cr4, cpu->efer) && x86_load_pdptes(cpu, value) != IR_OK)
        return IR_FAULT;
    cpu->cr3 = value & ~CR3_KEEP;
    x86_tlb_set_cr3(cpu, (cpu->cr4 & X86_CR4_PCIDE) && (value & CR3_KEEP));
    return IR_OK;
}

/* ---- CR4 ---- */

static bool control_cr4_legal(const struct x86_cpu *cpu, uint64_t value)
{
    bool active = cpu->efer & X86_EFER_LMA;
    if (value & ~x86_model_cr4_bits(cpu->model))
        return false;
    if (active && !(value & X86_CR4_PAE))
        return false;
    if ((value & X86_CR4_PCIDE) && !(cpu->cr4 & X86_CR4_PCIDE))
        return active && !(cpu->cr3 & CR3_PCID);
    return true;
}

static enum ir_status control_set_cr4(struct x86_cpu *cpu, uint64_t value)
{
    uint64_t old = cpu->cr4;
    if (!control_cr4_legal(cpu, value))
        return control_fault(cpu);
    if (control_uses_pdptes(cpu->cr0, value, cpu->efer) && ((value ^ old) & CR4_LOADS_PDPTES) &&
        x86_load_pdptes(cpu, cpu->cr3) != IR_OK)
        return IR_FAULT;
    cpu->cr4 = value;
    x86_mmu_control_changed(cpu, cpu->cr0, old, cpu->efer);
    x86_update_mode(cpu);
    return IR_OK;
}

/* ---- CR8: the local APIC's task priority ---- */

static enum ir_status control_set_cr8(struct x86_cpu *cpu, uint64_t value)
{
    if (value > CR8_MAX)
        return control_fault(cpu);
    if (cpu->apic_ops != NULL)
        cpu->apic_ops->set_tpr(cpu->apic, value);
    cpu->intr_line = true; /* a lower priority may let an interrupt in */
    return IR_OK;
}

static uint64_t control_get_cr8(const struct x86_cpu *cpu)
{
    return cpu->apic_ops != NULL ? cpu->apic_ops->get_tpr(cpu->apic) : 0;
}

/* ---- helpers ---- */

enum ir_status x86_helper_get_cr(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    if (cpu->cpl != 0)
        return control_fault(cpu);
    switch (a) {
    case 0:
        env->result = cpu->cr0;
        return IR_OK;
    case 2:
        env->result = cpu->cr2;
        return IR_OK;
    case 3:
        env->result = cpu->cr3;
        return IR_OK;
    case 4:
        env->result = cpu->cr4;
        return IR_OK;
    case 8:
        env->result = control_get_cr8(cpu);
        return IR_OK;
    default:
        return x86_raise(cpu, X86_UD);
    }
}

enum ir_status x86_helper_set_cr(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    if (cpu->cpl != 0)
        return control_fault(cpu);
    switch (a) {
    case 0:
        return control_set_cr0(cpu, b);
    case 2:
        cpu->cr2 = b;
        return IR_OK;
    case 3:
        return control_set_cr3(cpu, b);
    case 4:
        return control_set_cr4(cpu, b);
    case 8:
        return control_set_cr8(cpu, b);
    default:
        return x86_raise(cpu, X86_UD);
    }
}

enum ir_status x86_helper_lmsw(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    if (cpu->cpl != 0)
        return control_fault(cpu);
    uint64_t keep = ~(uint64_t)(LMSW_BITS & ~X86_CR0_PE); /* PE can be set, not cleared */
    return control_set_cr0(cpu, (cpu->cr0 & keep) | (a & LMSW_BITS));
}

enum ir_status x86_helper_clts(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    if (cpu->cpl != 0)
        return control_fault(cpu);
    cpu->cr0 &= ~(uint64_t)X86_CR0_TS;
    x86_update_mode(cpu);
    return IR_OK;
}

/* ---- XCR0 ---- */

enum ir_status x86_helper_xgetbv(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint32_t index = (uint32_t)cpu->gpr[X86_RCX];
    if (!(cpu->cr4 & X86_CR4_OSXSAVE))
        return x86_raise(cpu, X86_UD);
    if (index > 1 || (index == 1 && !x86_cpu_has(cpu, X86_FEATURE_xgetbv1)))
        return control_fault(cpu);
    uint64_t value = index == 1 ? cpu->xcr0 & x86_xsave_in_use(cpu) : cpu->xcr0;
    cpu->gpr[X86_RAX] = (uint32_t)value;
    cpu->gpr[X86_RDX] = value >> 32;
    return IR_OK;
}

static bool control_xcr0_legal(const struct x86_cpu *cpu, uint64_t value)
{
    if ((value & ~x86_model_xcr0_bits(cpu->model)) || !(value & X86_XCR0_X87))
        return false;
    return !(value & X86_XCR0_AVX) || (value & X86_XCR0_SSE);
}

enum ir_status x86_helper_xsetbv(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint64_t value = (uint32_t)cpu->gpr[X86_RAX] | cpu->gpr[X86_RDX] << 32;
    if (!(cpu->cr4 & X86_CR4_OSXSAVE))
        return x86_raise(cpu, X86_UD);
    if (cpu->cpl != 0 || (uint32_t)cpu->gpr[X86_RCX] != 0 || !control_xcr0_legal(cpu, value))
        return control_fault(cpu);
    cpu->xcr0 = value;
    x86_update_mode(cpu);
    return IR_OK;
}

/* ---- protection keys ---- */

enum ir_status x86_helper_rdpkru(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    if (!(cpu->cr4 & X86_CR4_PKE))
        return x86_raise(cpu, X86_UD);
    if ((uint32_t)cpu->gpr[X86_RCX] != 0)
        return control_fault(cpu);
    cpu->gpr[X86_RAX] = cpu->pkru;
    cpu->gpr[X86_RDX] = 0;
    return IR_OK;
}

enum ir_status x86_helper_wrpkru(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    if (!(cpu->cr4 & X86_CR4_PKE))
        return x86_raise(cpu, X86_UD);
    if ((uint32_t)cpu->gpr[X86_RCX] != 0 || (uint32_t)cpu->gpr[X86_RDX] != 0)
        return control_fault(cpu);
    x86_tlb_set_pkru(cpu, (uint32_t)cpu->gpr[X86_RAX]);
    return IR_OK;
}

/* ---- caches ---- */

enum ir_status x86_helper_wbinvd(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    return cpu->cpl != 0 ? control_fault(cpu) : IR_OK; /* there is no cache to write back */
}
