/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RDMSR and WRMSR: the table of msrs.inc and what its rows need. No performance counters, no
 * thermal or power registers: CPUID offers none. Machine check banks exist and report nothing.
 */
#include "emulator/cpu/x86/msr.h"

#include "emulator/core/trace.h"
#include "emulator/cpu/x86/cpu.h"
#include "emulator/cpu/x86/helpers.h"
#include "emulator/cpu/x86/models.h"

#define MSR_BANKS 4 /* of machine checks */

/*
 * IA32_ARCH_CAPABILITIES: this processor does not speculate, so that it has none of the known
 * weaknesses, and IBRS is always as good as on.
 */
#define MSR_NOT_VULNERABLE                                                                         \
    (1ull << 0 /* RDCL_NO */ | 1ull << 1 /* IBRS_ALL */ | 1ull << 3 /* SKIP_L1DFL */ |             \
     1ull << 4 /* SSB_NO */ | 1ull << 5 /* MDS_NO */ | 1ull << 6 /* IF_PSCHANGE_MC_NO */ |         \
     1ull << 8 /* TAA_NO */ | 1ull << 13 /* SBDR_SSDP_NO */ | 1ull << 14 /* FBSDP_NO */ |          \
     1ull << 15 /* PSDP_NO */ | 1ull << 20 /* BHI_NO */ | 1ull << 24 /* PBRSB_NO */ |              \
     1ull << 26 /* GDS_NO */ | 1ull << 27 /* RFDS_NO */ | 1ull << 62 /* ITS_NO */)

#define MISC_ENABLE_FAST_STRINGS (1ull << 0)
#define MISC_ENABLE_THERMAL      (1ull << 3)
#define MISC_ENABLE_NO_BTS       (1ull << 11) /* read-only: no branch trace storage */
#define MISC_ENABLE_NO_PEBS      (1ull << 12) /* read-only */
#define MISC_ENABLE_EIST         (1ull << 16)
#define MISC_ENABLE_MONITOR      (1ull << 18)
#define MISC_ENABLE_XTPR         (1ull << 23)
#define MISC_ENABLE_FIXED        (MISC_ENABLE_NO_BTS | MISC_ENABLE_NO_PEBS)
#define MISC_ENABLE_WRITABLE                                                                       \
    (MISC_ENABLE_FAST_STRINGS | MISC_ENABLE_THERMAL | MISC_ENABLE_EIST | MISC_ENABLE_MONITOR |     \
     MISC_ENABLE_XTPR)

#define SPEC_CTRL_IBRS      (1ull << 0)
#define SPEC_CTRL_STIBP     (1ull << 1)
#define SPEC_CTRL_BHI_DIS_S (1ull << 10) /* the supervisor does not use older branch history */

#define FEATURE_CONTROL_LOCK 1u
#define APIC_BASE_RESET      0xfee00900u /* enabled, bootstrap processor */

typedef bool msr_read_fn(struct x86_cpu *cpu, uint32_t number, uint64_t *value);
typedef bool msr_write_fn(struct x86_cpu *cpu, uint32_t number, uint64_t value);

/* ---- time ---- */

static bool msr_read_tsc(struct x86_cpu *cpu, uint32_t number, uint64_t *value)
{
    *value = x86_read_tsc(cpu);
    return true;
}

/* The deadline is a value of the TSC: its place in time moves when the TSC jumps. */
static void msr_shift_tsc(struct x86_cpu *cpu, uint64_t delta)
{
    uint64_t deadline;
    cpu->tsc_offset += delta;
    cpu->tsc_adjust += delta;
    if (cpu->apic_ops != NULL &&
        cpu->apic_ops->read_msr(cpu->apic, X86_MSR_TSC_DEADLINE, &deadline) && deadline != 0)
        cpu->apic_ops->write_msr(cpu->apic, X86_MSR_TSC_DEADLINE, deadline);
}

static bool msr_write_tsc(struct x86_cpu *cpu, uint32_t number, uint64_t value)
{
    msr_shift_tsc(cpu, value - x86_read_tsc(cpu));
    return true;
}

static bool msr_read_tsc_adjust(struct x86_cpu *cpu, uint32_t number, uint64_t *value)
{
    *value = cpu->tsc_adjust;
    return true;
}

static bool msr_write_tsc_adjust(struct x86_cpu *cpu, uint32_t number, uint64_t value)
{
    msr_shift_tsc(cpu, value - cpu->tsc_adjust);
    return true;
}

/* ---- local APIC ---- */

static bool msr_read_apic_base(struct x86_cpu *cpu, uint32_t number, uint64_t *value)
{
    *value = cpu->apic_ops != NULL ? cpu->apic_ops->get_base(cpu->apic) : APIC_BASE_RESET;
    return true;
}

static bool msr_write_apic_base(struct x86_cpu *cpu, uint32_t number, uint64_t value)
{
    if (value & ~x86_model_physical_mask(cpu->model))
        return false;
    if (cpu->apic_ops == NULL || !cpu->apic_ops->set_base(cpu->apic, value))
        return false;
    x86_tlb_flush_all(cpu, true);
    return true;
}

static bool msr_read_apic(struct x86_cpu *cpu, uint32_t number, uint64_t *value)
{
    return cpu->apic_ops != NULL && cpu->apic_ops->read_msr(cpu->apic, number, value);
}

static bool msr_write_apic(struct x86_cpu *cpu, uint32_t number, uint64_t value)
{
    if (cpu->apic_ops == NULL || !cpu->apic_ops->write_msr(cpu->apic, number, value))
        return false;
    cpu->intr_line = true; /* the end of an interrupt or a lower TPR may let another in */
    return true;
}

/* ---- what firmware and kernels look at ---- */

static bool msr_read_feature_control(struct x86_cpu *cpu, uint32_t number, uint64_t *value)
{
    *value = cpu->feature_control;
    return true;
}

static bool msr_write_feature_control(struct x86_cpu *cpu, uint32_t number, uint64_t value)
{
    if ((cpu->feature_control & FEATURE_CONTROL_LOCK) || (value & ~(uint64_t)FEATURE_CONTROL_LOCK))
        return false;
    cpu->feature_control = value;
    return true;
}

static bool msr_read_spec_ctrl(struct x86_cpu *cpu, uint32_t number, uint64_t *value)
{
    *value = cpu->spec_ctrl;
    return true;
}

/* Kept for the guest; nothing depends on it. */
static bool msr_write_spec_ctrl(struct x86_cpu *cpu, uint32_t number, uint64_t value)
{
    uint64_t valid = SPEC_CTRL_IBRS | SPEC_CTRL_STIBP;
    if (x86_cpu_has(cpu, X86_FEATURE_bhi_ctrl))
        valid |= SPEC_CTRL_BHI_DIS_S;
    if (value & ~valid)
        return false;
    cpu->spec_ctrl = value;
    return true;
}

static bool msr_write_pred_cmd(struct x86_cpu *cpu, uint32_t number, uint64_t value)
{
    return value <= 1; /* IBPB: there is no branch predictor to flush */
}

static bool msr_read_smbase(struct x86_cpu *cpu, uint32_t number, uint64_t *value)
{
    *value = cpu->smbase;
    return cpu->in_smm;
}

static bool msr_read_misc_enable(struct x86_cpu *cpu, uint32_t number, uint64_t *value)
{
    *value = cpu->misc_enable | MISC_ENABLE_FIXED;
    return true;
}

static bool msr_write_misc_enable(struct x86_cpu *cpu, uint32_t number, uint64_t value)
{
    if (value & ~(MISC_ENABLE_WRITABLE | MISC_ENABLE_FIXED))
        return false;
    cpu->misc_enable = value & MISC_ENABLE_WRITABLE;
    return true;
}

/* ---- memory types ---- */

/* Uncacheable, write-combining, write-through, write-protected, write-back. */
static bool msr_type_valid(uint8_t type)
{
    return type <= 6 && type != 2 && type != 3;
}

static bool msr_types_valid(uint64_t value, bool also_uc_minus)
{
    for (unsigned shift = 0; shift < 64; shift += 8) {
        uint8_t type = (uint8_t)(value >> shift);
        if (!msr_type_valid(type) && !(also_uc_minus && type == 7))
            return false;
    }
    return true;
}

static bool msr_read_pat(struct x86_cpu *cpu, uint32_t number, uint64_t *value)
{
    *value = cpu->pat;
    return true;
}

static bool msr_write_pat(struct x86_cpu *cpu, uint32_t number, uint64_t value)
{
    if (!msr_types_valid(value, true))
        return false;
    cpu->pat = value;
    return true;
}

/* Even numbers are bases, odd ones masks. */
static uint64_t *msr_mtrr_range(struct x86_cpu *cpu, uint32_t number)
{
    unsigned index = (number - 0x200) / 2;
    return number & 1 ? &cpu->mtrr_mask[index] : &cpu->mtrr_base[index];
}

static bool msr_read_mtrr_range(struct x86_cpu *cpu, uint32_t number, uint64_t *value)
{
    *value = *msr_mtrr_range(cpu, number);
    return true;
}

static bool msr_write_mtrr_range(struct x86_cpu *cpu, uint32_t number, uint64_t value)
{
    uint64_t reserved = ~x86_model_physical_mask(cpu->model);
    if (number & 1)
        reserved |= 0x7ff; /* bit 11: valid */
    else
        reserved |= 0xf00;
    if ((value & reserved) || (!(number & 1) && !msr_type_valid((uint8_t)value)))
        return false;
    *msr_mtrr_range(cpu, number) = value;
    return true;
}

/* 0x250, 0x258 and 0x259, 0x268 to 0x26f in a row. */
static unsigned msr_fixed_index(uint32_t number)
{
    if (number == 0x250)
        return 0;
    return number < 0x268 ? number - 0x258 + 1 : number - 0x268 + 3;
}

static bool msr_read_mtrr_fixed(struct x86_cpu *cpu, uint32_t number, uint64_t *value)
{
    *value = cpu->mtrr_fixed[msr_fixed_index(number)];
    return true;
}

static bool msr_write_mtrr_fixed(struct x86_cpu *cpu, uint32_t number, uint64_t value)
{
    if (!msr_types_valid(value, false))
        return false;
    cpu->mtrr_fixed[msr_fixed_index(number)] = value;
    return true;
}

static bool msr_read_mtrr_type(struct x86_cpu *cpu, uint32_t number, uint64_t *value)
{
    *value = cpu->mtrr_def_type;
    return true;
}

static bool msr_write_mtrr_type(struct x86_cpu *cpu, uint32_t number, uint64_t value)
{
    if ((value & ~0xcffull) || !msr_type_valid((uint8_t)value)) /* 10: fixed ranges on, 11: on */
        return false;
    cpu->mtrr_def_type = value;
    return true;
}

/* ---- machine check: control, status, address, miscellaneous of each bank ---- */

static bool msr_read_bank(struct x86_cpu *cpu, uint32_t number, uint64_t *value)
{
    *value = number % 4 == 0 ? UINT64_MAX : 0;
    return true;
}

static bool msr_write_bank(struct x86_cpu *cpu, uint32_t number, uint64_t value)
{
    return number % 4 == 0 || value == 0;
}

/* ---- long mode ---- */

static bool msr_read_efer(struct x86_cpu *cpu, uint32_t number, uint64_t *value)
{
    *value = cpu->efer;
    return true;
}

static uint64_t msr_efer_bits(const struct x86_cpu *cpu)
{
    return (x86_cpu_has(cpu, X86_FEATURE_syscall) ? X86_EFER_SCE : 0) |
           (x86_cpu_has(cpu, X86_FEATURE_lm) ? X86_EFER_LME | X86_EFER_LMA : 0) |
           (x86_cpu_has(cpu, X86_FEATURE_nx) ? X86_EFER_NXE : 0);
}

static bool msr_write_efer(struct x86_cpu *cpu, uint32_t number, uint64_t value)
{
    uint64_t old = cpu->efer;
    if (value & ~msr_efer_bits(cpu))
        return false;
    if (((value ^ old) & X86_EFER_LME) && (cpu->cr0 & X86_CR0_PG))
        return false;
    cpu->efer = (value & ~(uint64_t)X86_EFER_LMA) | (old & X86_EFER_LMA);
    x86_mmu_control_changed(cpu, cpu->cr0, cpu->cr4, old);
    x86_update_mode(cpu);
    return true;
}

static enum x86_seg_name msr_base_segment(uint32_t number)
{
    return number & 1 ? X86_GS : X86_FS;
}

static bool msr_read_base(struct x86_cpu *cpu, uint32_t number, uint64_t *value)
{
    *value = cpu->seg[msr_base_segment(number)].base;
    return true;
}

static bool msr_write_base(struct x86_cpu *cpu, uint32_t number, uint64_t value)
{
    if (!x86_canonical(value))
        return false;
    cpu->seg[msr_base_segment(number)].base = value;
    x86_update_mode(cpu);
    return true;
}

/* ---- the table ---- */

enum msr_kind { MSR_FUNCTIONS, MSR_MEMBER, MSR_MEMBER_ADDRESS, MSR_READ_ONLY, MSR_IGNORES };

struct msr_row {
    uint32_t number, count;
    const char *name;
    uint8_t feature, kind;
    uint16_t offset; /* of the member */
    uint64_t value;  /* valid bits, or what is read */
    msr_read_fn *read;
    msr_write_fn *write;
};

static const struct msr_row msr_rows[] = {
#define MSR(first, count, name, feature, read, write)                                              \
    {first, count, #name, X86_FEATURE_##feature, MSR_FUNCTIONS, 0, 0, read, write},
#define MSR_FIELD(number, name, feature, member, valid)                                            \
    {number, 1,    #name, X86_FEATURE_##feature, MSR_MEMBER, offsetof(struct x86_cpu, member),     \
     valid,  NULL, NULL},
#define MSR_ADDRESS(number, name, feature, member)                                                 \
    {number,                                                                                       \
     1,                                                                                            \
     #name,                                                                                        \
     X86_FEATURE_##feature,                                                                        \
     MSR_MEMBER_ADDRESS,                                                                           \
     offsetof(struct x86_cpu, member),                                                             \
     0,                                                                                            \
     NULL,                                                                                         \
     NULL},
#define MSR_VALUE(number, name, feature, value)                                                    \
    {number, 1, #name, X86_FEATURE_##feature, MSR_READ_ONLY, 0, value, NULL, NULL},
#define MSR_QUIET(number, name, feature, value)                                                    \
    {number, 1, #name, X86_FEATURE_##feature, MSR_IGNORES, 0, value, NULL, NULL},
#include "emulator/cpu/x86/msrs.inc"
#undef MSR
#undef MSR_FIELD
#undef MSR_ADDRESS
#undef MSR_VALUE
#undef MSR_QUIET
};

static const struct msr_row *msr_find(uint32_t number)
{
    size_t low = 0, high = sizeof(msr_rows) / sizeof(msr_rows[0]);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (number < msr_rows[middle].number)
            high = middle;
        else if (number - msr_rows[middle].number < msr_rows[middle].count)
            return &msr_rows[middle];
        else
            low = middle + 1;
    }
    return NULL;
}

/* NULL: the processor has no such register. */
static const struct msr_row *msr_offered(struct x86_cpu *cpu, uint32_t number, const char *how)
{
    const struct msr_row *row = msr_find(number);
    if (row != NULL && x86_cpu_has(cpu, row->feature))
        return row;
    emu_trace(cpu->trace, cpu_msr_unknown, cpu->vcpu != NULL ? cpu->vcpu->index : 0, number, how);
    return NULL;
}

static uint64_t *msr_member(struct x86_cpu *cpu, const struct msr_row *row)
{
    return (uint64_t *)((uint8_t *)cpu + row->offset);
}

bool x86_msr_read(struct x86_cpu *cpu, uint32_t number, uint64_t *value)
{
    const struct msr_row *row = msr_offered(cpu, number, "read");
    if (row == NULL)
        return false;
    switch (row->kind) {
    case MSR_FUNCTIONS:
        return row->read != NULL && row->read(cpu, number, value);
    case MSR_MEMBER:
    case MSR_MEMBER_ADDRESS:
        *value = *msr_member(cpu, row);
        return true;
    default:
        *value = row->value;
        return true;
    }
}

bool x86_msr_write(struct x86_cpu *cpu, uint32_t number, uint64_t value)
{
    const struct msr_row *row = msr_offered(cpu, number, "write");
    if (row == NULL)
        return false;
    switch (row->kind) {
    case MSR_FUNCTIONS:
        return row->write != NULL && row->write(cpu, number, value);
    case MSR_MEMBER:
        if (value & ~row->value)
            return false;
        *msr_member(cpu, row) = value;
        return true;
    case MSR_MEMBER_ADDRESS:
        if (!x86_canonical(value))
            return false;
        *msr_member(cpu, row) = value;
        return true;
    default:
        return row->kind == MSR_IGNORES;
    }
}

const char *x86_msr_name(uint32_t number)
{
    const struct msr_row *row = msr_find(number);
    return row != NULL ? row->name : NULL;
}

void x86_msr_reset(struct x86_cpu *cpu)
{
    cpu->misc_enable = MISC_ENABLE_FAST_STRINGS |
                       (x86_cpu_has(cpu, X86_FEATURE_monitor) ? MISC_ENABLE_MONITOR : 0);
    cpu->tsc_adjust = cpu->tsc_offset = 0; /* the machine clock itself: equal on all processors */
}

/* ---- helpers ---- */

enum ir_status x86_helper_rdmsr(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint64_t value;
    if (cpu->cpl != 0 || !x86_msr_read(cpu, (uint32_t)cpu->gpr[X86_RCX], &value))
        return x86_raise_error(cpu, X86_GP, 0);
    cpu->gpr[X86_RAX] = (uint32_t)value;
    cpu->gpr[X86_RDX] = value >> 32;
    return IR_OK;
}

enum ir_status x86_helper_wrmsr(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint64_t value = (uint32_t)cpu->gpr[X86_RAX] | cpu->gpr[X86_RDX] << 32;
    if (cpu->cpl != 0 || !x86_msr_write(cpu, (uint32_t)cpu->gpr[X86_RCX], value))
        return x86_raise_error(cpu, X86_GP, 0);
    return IR_OK;
}
