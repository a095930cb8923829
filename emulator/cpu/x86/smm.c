/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SMI and RSM with the save area that 64-bit processors of AMD have, which is what firmware expects
 * of virtual machines. SMBASE can be moved and HLT goes on; I/O restart, which needs the
 * instruction that was trapped, is left out.
 */
#include "emulator/cpu/x86/smm.h"

#include <string.h>

#include "emulator/core/region.h"
#include "emulator/core/trace.h"
#include "emulator/cpu/x86/debug.h"
#include "emulator/cpu/x86/helpers.h"
#include "emulator/cpu/x86/models.h"
#include "emulator/cpu/x86/run.h"
#include "emulator/cpu/x86/segment.h"

#define SMM_ENTRY     0x8000u /* from SMBASE */
#define SMM_AREA      0xfe00u /* from SMBASE: 512 bytes of state, */
#define SMM_AREA_SIZE 0x200u
#define SMM_REVISION  0x00020064u /* SMBASE can be moved; the layout of AMD64 */

/* Offsets in the area (AMD64 manual, table 10-2). */
enum smm_offset {
    SMM_SEGMENTS = 0x00, /* ES, CS, SS, DS, FS, GS; then */
    SMM_GDTR = 0x60,
    SMM_LDTR = 0x70,
    SMM_IDTR = 0x80,
    SMM_TR = 0x90,
    SMM_AUTO_HALT = 0xc9, /* the processor was halted, and will be again */
    SMM_NMI = 0xca,       /* NMIs were blocked */
    SMM_EFER = 0xd0,
    SMM_REVISION_ID = 0xfc,
    SMM_BASE = 0x100,
    SMM_CR4 = 0x148,
    SMM_CR3 = 0x150,
    SMM_CR0 = 0x158,
    SMM_DR7 = 0x160,
    SMM_DR6 = 0x168,
    SMM_RFLAGS = 0x170,
    SMM_RIP = 0x178,
    SMM_R15 = 0x180, /* up to RAX at 0x1f8 */
};

/* In a segment's 16 bytes: */
#define SMM_SELECTOR 0
#define SMM_ATTR     2
#define SMM_LIMIT    4
#define SMM_SEG_BASE 8

#define SMM_ATTR_BITS 0xf0ffu
#define SMM_ATTR_NULL 0x0100u /* ours, where the descriptor has a part of the limit */

/* RSM's checks: what no processor can be in. */
#define SMM_EFER_BITS (X86_EFER_SCE | X86_EFER_LME | X86_EFER_LMA | X86_EFER_NXE)

/* ---- the area ---- */

static void smm_put(uint8_t *area, unsigned offset, unsigned size, uint64_t value)
{
    memcpy(area + offset, &value, size);
}

static uint64_t smm_get(const uint8_t *area, unsigned offset, unsigned size)
{
    uint64_t value = 0;

    memcpy(&value, area + offset, size);
    return value;
}

static unsigned smm_segment_at(unsigned name)
{
    return name == X86_LDTR ? SMM_LDTR : name == X86_TR ? SMM_TR : SMM_SEGMENTS + 16 * name;
}

static void smm_put_segment(uint8_t *area, unsigned at, const struct x86_segment *seg)
{
    uint32_t attr = seg->attr & SMM_ATTR_BITS;

    if (seg->attr & X86_ATTR_NULL)
        attr |= SMM_ATTR_NULL;
    smm_put(area, at + SMM_SELECTOR, 2, seg->selector);
    smm_put(area, at + SMM_ATTR, 2, attr);
    smm_put(area, at + SMM_LIMIT, 4, seg->limit);
    smm_put(area, at + SMM_SEG_BASE, 8, seg->base);
}

static void smm_get_segment(struct x86_cpu *cpu, const uint8_t *area, unsigned name)
{
    unsigned at = smm_segment_at(name);
    uint32_t stored = (uint32_t)smm_get(area, at + SMM_ATTR, 2), attr = stored & SMM_ATTR_BITS;

    if (stored & SMM_ATTR_NULL)
        attr |= X86_ATTR_NULL;
    x86_set_segment(cpu, (enum x86_seg_name)name, (uint16_t)smm_get(area, at + SMM_SELECTOR, 2),
                    smm_get(area, at + SMM_SEG_BASE, 8), (uint32_t)smm_get(area, at + SMM_LIMIT, 4),
                    attr);
}

static void smm_put_table(uint8_t *area, unsigned at, const struct x86_table *table)
{
    smm_put(area, at + SMM_LIMIT, 4, table->limit);
    smm_put(area, at + SMM_SEG_BASE, 8, table->base);
}

static struct x86_table smm_get_table(const uint8_t *area, unsigned at)
{
    return (struct x86_table){smm_get(area, at + SMM_SEG_BASE, 8),
                              (uint16_t)smm_get(area, at + SMM_LIMIT, 4)};
}

/* Breakpoints are off in system management mode, which is a change only where there are any. */
static void smm_debug_changed(struct x86_cpu *cpu, const uint8_t *area)
{
    if (smm_get(area, SMM_DR7, 8) & 0xff)
        x86_debug_changed(cpu);
}

/* ---- SMI ---- */

static void smm_save(const struct x86_cpu *cpu, uint8_t *area)
{
    for (unsigned i = 0; i < X86_SEGS; i++)
        smm_put_segment(area, smm_segment_at(i), &cpu->seg[i]);
    smm_put_table(area, SMM_GDTR, &cpu->gdt);
    smm_put_table(area, SMM_IDTR, &cpu->idt);
    smm_put(area, SMM_AUTO_HALT, 1, cpu->halted && !cpu->mwait);
    smm_put(area, SMM_NMI, 1, cpu->nmi_blocked);
    smm_put(area, SMM_EFER, 8, cpu->efer);
    smm_put(area, SMM_REVISION_ID, 4, SMM_REVISION);
    smm_put(area, SMM_BASE, 4, cpu->smbase);
    smm_put(area, SMM_CR4, 8, cpu->cr4);
    smm_put(area, SMM_CR3, 8, cpu->cr3);
    smm_put(area, SMM_CR0, 8, cpu->cr0);
    smm_put(area, SMM_DR7, 8, cpu->dr[7]);
    smm_put(area, SMM_DR6, 8, cpu->dr[6]);
    smm_put(area, SMM_RFLAGS, 8, x86_get_eflags(cpu));
    smm_put(area, SMM_RIP, 8, cpu->ir.pc);
    for (unsigned i = 0; i < 16; i++)
        smm_put(area, SMM_R15 + 8 * (15 - i), 8, cpu->gpr[i]);
}

/* Like real mode, but with 4 GiB of data. */
static void smm_set_entry(struct x86_cpu *cpu)
{
    cpu->cr0 &= ~(uint64_t)(X86_CR0_PE | X86_CR0_EM | X86_CR0_TS | X86_CR0_PG);
    cpu->cr4 = cpu->efer = 0;
    cpu->dr[7] = X86_DR7_FIXED;
    cpu->cpl = 0;
    x86_set_eflags(cpu, 0);
    for (unsigned i = X86_ES; i <= X86_GS; i++)
        x86_set_segment(cpu, (enum x86_seg_name)i, 0, 0, UINT32_MAX, 0x8093);
    x86_set_segment(cpu, X86_CS, (uint16_t)(cpu->smbase >> 4), cpu->smbase, UINT32_MAX, 0x809b);
    cpu->ir.pc = SMM_ENTRY;
}

static void smm_select(struct x86_cpu *cpu)
{
    if (cpu->smm_memory != NULL)
        cpu->memory = cpu->in_smm ? cpu->smm_memory : cpu->plain_memory;
}

void x86_smm_select_memory(struct x86_cpu *cpu)
{
    smm_select(cpu);
    x86_tlb_flush_all(cpu, true);
}

/* The mode has address spaces of its own (tlb.c), but global pages are seen in all of them. */
static void smm_switch(struct x86_cpu *cpu, bool paged)
{
    smm_select(cpu);
    if (paged)
        x86_tlb_flush_all(cpu, true);
    else
        x86_tlb_switch_smm(cpu);
}

void x86_smm_enter(struct x86_cpu *cpu)
{
    uint8_t area[SMM_AREA_SIZE] = {0};

    emu_trace(cpu->trace, cpu_smi, cpu->apic_id, "enter", cpu->smbase,
              (unsigned long long)cpu->ir.pc);
    smm_save(cpu, area);
    cpu->in_smm = cpu->nmi_blocked = true;
    x86_wake(cpu);
    smm_switch(cpu, cpu->cr0 & X86_CR0_PG);
    emu_memory_write(cpu->memory, cpu->smbase + SMM_AREA, area, sizeof(area));
    smm_set_entry(cpu);
    x86_refresh_segments(cpu);
    smm_debug_changed(cpu, area);
    x86_update_mode(cpu);
}

/* ---- RSM ---- */

static bool smm_is_legal(const struct x86_cpu *cpu, const uint8_t *area)
{
    uint64_t cr0 = smm_get(area, SMM_CR0, 8), cr4 = smm_get(area, SMM_CR4, 8);
    uint64_t efer = smm_get(area, SMM_EFER, 8);
    bool paging = cr0 & X86_CR0_PG, active = efer & X86_EFER_LMA;

    return !(cr0 >> 32) && !(paging && !(cr0 & X86_CR0_PE)) &&
           !((cr0 & X86_CR0_NW) && !(cr0 & X86_CR0_CD)) &&
           !(cr4 & ~x86_model_cr4_bits(cpu->model)) && !(efer & ~(uint64_t)SMM_EFER_BITS) &&
           active == (paging && (efer & X86_EFER_LME)) && !(active && !(cr4 & X86_CR4_PAE)) &&
           !(smm_get(area, SMM_CR3, 8) & ~x86_model_physical_mask(cpu->model));
}

static void smm_load_control(struct x86_cpu *cpu, const uint8_t *area)
{
    cpu->cr0 = smm_get(area, SMM_CR0, 8) | X86_CR0_ET;
    cpu->cr3 = smm_get(area, SMM_CR3, 8);
    cpu->cr4 = smm_get(area, SMM_CR4, 8);
    cpu->efer = smm_get(area, SMM_EFER, 8);
    cpu->dr[6] = x86_dr6_fix(smm_get(area, SMM_DR6, 4));
    cpu->dr[7] = x86_dr7_fix(smm_get(area, SMM_DR7, 4));
    cpu->gdt = smm_get_table(area, SMM_GDTR);
    cpu->idt = smm_get_table(area, SMM_IDTR);
    x86_set_eflags(cpu, smm_get(area, SMM_RFLAGS, 4));
}

static unsigned smm_privilege(const struct x86_cpu *cpu)
{
    if (!(cpu->cr0 & X86_CR0_PE))
        return 0;
    if (cpu->eflags & X86_FLAG_VM)
        return 3;
    return cpu->seg[X86_SS].attr & X86_ATTR_NULL ? cpu->seg[X86_CS].selector & 3
                                                 : X86_ATTR_DPL(cpu->seg[X86_SS].attr);
}

static void smm_load(struct x86_cpu *cpu, const uint8_t *area)
{
    smm_load_control(cpu, area);
    for (unsigned i = 0; i < X86_SEGS; i++)
        smm_get_segment(cpu, area, i);
    for (unsigned i = 0; i < 16; i++)
        cpu->gpr[i] = smm_get(area, SMM_R15 + 8 * (15 - i), 8);
    cpu->ir.pc = smm_get(area, SMM_RIP, 8);
    cpu->cpl = (uint8_t)smm_privilege(cpu);
    cpu->smbase = (uint32_t)smm_get(area, SMM_BASE, 4);
    cpu->nmi_blocked = area[SMM_NMI] & 1;
    cpu->halted = area[SMM_AUTO_HALT] & 1;
    cpu->in_smm = false;
}

static bool smm_uses_pdptes(const struct x86_cpu *cpu)
{
    return (cpu->cr0 & X86_CR0_PG) && (cpu->cr4 & X86_CR4_PAE) && !(cpu->efer & X86_EFER_LMA);
}

/* What cannot be gone back to shuts the processor down. */
static enum ir_status smm_shut_down(struct x86_cpu *cpu)
{
    cpu->exception_pending = false;
    x86_shut_down(cpu);
    return IR_JUMPED;
}

enum ir_status x86_helper_rsm(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint8_t area[SMM_AREA_SIZE];
    bool paged = cpu->cr0 & X86_CR0_PG;

    if (!cpu->in_smm)
        return x86_raise(cpu, X86_UD);
    emu_memory_read(cpu->memory, cpu->smbase + SMM_AREA, area, sizeof(area));
    if (!smm_is_legal(cpu, area))
        return smm_shut_down(cpu);
    smm_load(cpu, area);
    smm_switch(cpu, paged || (cpu->cr0 & X86_CR0_PG));
    x86_refresh_segments(cpu);
    smm_debug_changed(cpu, area);
    x86_update_mode(cpu);
    if (smm_uses_pdptes(cpu) && x86_load_pdptes(cpu, cpu->cr3) != IR_OK)
        return smm_shut_down(cpu);
    emu_trace(cpu->trace, cpu_smi, cpu->apic_id, "leave", cpu->smbase,
              (unsigned long long)cpu->ir.pc);
    /* It may be halted, or another SMI waits. */
    emu_vcpu_request(cpu->vcpu, X86_REQUEST_WORK | cpu->after_smm);
    cpu->after_smm = 0;
    return IR_JUMPED;
}
