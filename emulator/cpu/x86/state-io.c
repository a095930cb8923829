/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Saving and loading a processor. What follows from the rest (mode key, TLB, blocks) is not saved;
 * the local APIC is a device and saves itself.
 */
#include "emulator/cpu/x86/debug.h"
#include "emulator/cpu/x86/models.h"
#include "emulator/cpu/x86/run.h"
#include "emulator/cpu/x86/smm.h"
#include "emulator/state/state.h"

#define STATE_VERSION 1

/* What may come from a file: a request that nobody answers would keep the processor from running.
 */
#define STATE_REQUESTS                                                                             \
    (X86_REQUEST_INTR | X86_REQUEST_NMI | X86_REQUEST_INIT | X86_REQUEST_SIPI | X86_REQUEST_SMI)

#define FIELD(member) EMU_FIELD(struct x86_cpu, member)
#define ARRAY(member) EMU_FIELD_ARRAY(struct x86_cpu, member)

static const struct emu_field state_fields[] = {
    ARRAY(gpr),
    {"vec", offsetof(struct x86_cpu, vec), 8, X86_VECTORS * 4, false},
    FIELD(mxcsr),
    FIELD(cr0),
    FIELD(cr2),
    FIELD(cr3),
    FIELD(cr4),
    FIELD(efer),
    FIELD(xcr0),
    ARRAY(pdpte),
    ARRAY(dr),
    FIELD(gdt.base),
    FIELD(gdt.limit),
    FIELD(idt.base),
    FIELD(idt.limit),
    FIELD(pkru),
    FIELD(smbase),
    FIELD(in_smm),
    FIELD(cpl),
    FIELD(star),
    FIELD(lstar),
    FIELD(cstar),
    FIELD(sfmask),
    FIELD(kernel_gs_base),
    FIELD(tsc_aux),
    FIELD(sysenter_cs),
    FIELD(sysenter_esp),
    FIELD(sysenter_eip),
    FIELD(pat),
    FIELD(mtrr_def_type),
    ARRAY(mtrr_fixed),
    ARRAY(mtrr_base),
    ARRAY(mtrr_mask),
    FIELD(misc_enable),
    FIELD(feature_control),
    FIELD(spec_ctrl),
    FIELD(xss),
    FIELD(debugctl),
    FIELD(tsc_offset),
    FIELD(tsc_adjust),
    FIELD(ferr_level),
    FIELD(halted),
    FIELD(wait_for_sipi),
    FIELD(nmi_blocked),
    FIELD(shadow),
    FIELD(sipi_vector),
    FIELD(after_smm),
    FIELD(exception_pending),
    FIELD(exception.vector),
    FIELD(exception.has_error),
    FIELD(exception.soft),
    FIELD(exception.error),
    FIELD(exception.cr2),
    FIELD(exception.dr6),
    FIELD(exception.length),
    FIELD(debug_hits),
    FIELD(monitor_address),
    ARRAY(monitor_line),
    FIELD(monitor_armed),
    FIELD(mwait),
    FIELD(mwait_any),
    FIELD(shutdown),
    FIELD(intr_line),
    FIELD(nmi_line),
    FIELD(smi_line),
    EMU_FIELD_END,
};

static const struct emu_field state_x87_fields[] = {
    {"st", offsetof(struct x86_x87, st), 1, 8 * 16, false},
    EMU_FIELD(struct x86_x87, control),
    EMU_FIELD(struct x86_x87, status),
    EMU_FIELD(struct x86_x87, opcode),
    EMU_FIELD(struct x86_x87, top),
    EMU_FIELD(struct x86_x87, tag),
    EMU_FIELD(struct x86_x87, fcs),
    EMU_FIELD(struct x86_x87, fds),
    EMU_FIELD(struct x86_x87, fip),
    EMU_FIELD(struct x86_x87, fdp),
    EMU_FIELD_END,
};

static const struct emu_field state_segment_fields[] = {
    EMU_FIELD(struct x86_segment, selector),
    EMU_FIELD(struct x86_segment, base),
    EMU_FIELD(struct x86_segment, limit),
    EMU_FIELD(struct x86_segment, attr),
    EMU_FIELD_END,
};

/* Requests that have not been seen yet; the vcpu stands still. */
static uint64_t state_requests(const struct x86_cpu *cpu)
{
    return atomic_load(&cpu->ir.request) >> EMU_REQUEST_ARCH;
}

void x86_cpu_save(const struct x86_cpu *cpu, struct emu_writer *out)
{
    emu_write_section(out, "x86-cpu", STATE_VERSION);
    emu_write_u64(out, "rip", cpu->ir.pc);
    emu_write_u64(out, "rflags", x86_get_eflags(cpu));
    emu_write_u64(out, "requests", state_requests(cpu));
    for (unsigned i = 0; i < X86_SEGS; i++)
        emu_write_fields(out, &cpu->seg[i], state_segment_fields);
    emu_write_fields(out, &cpu->x87, state_x87_fields);
    emu_write_fields(out, cpu, state_fields);
}

static bool state_load_segments(struct x86_cpu *cpu, struct emu_reader *in, struct emu_error *err)
{
    for (unsigned i = 0; i < X86_SEGS; i++) {
        struct x86_segment segment = {0};
        if (!emu_read_fields(in, &segment, state_segment_fields, err))
            return false;
        x86_set_segment(cpu, i, segment.selector, segment.base, segment.limit, segment.attr);
    }
    return true;
}

/* What indexes tables or chooses code paths must be in range, whatever the file says. */
static bool state_check(const struct x86_cpu *cpu, struct emu_error *err)
{
    if (cpu->cpl > 3 || cpu->x87.top > 7 || cpu->mxcsr > 0xffff ||
        (cpu->cr4 & ~x86_model_cr4_bits(cpu->model)) ||
        (cpu->xcr0 & ~(x86_model_xcr0_bits(cpu->model) | X86_XCR0_X87)))
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "the saved processor does not fit the CPU model %s", cpu->model->name);
    return true;
}

static void state_settle(struct x86_cpu *cpu, uint64_t flags, uint64_t requests)
{
    x86_set_eflags(cpu, flags);
    cpu->ir.instructions = 0;
    emu_vcpu_clear(cpu->vcpu, ~0u << EMU_REQUEST_ARCH);
    emu_vcpu_request(cpu->vcpu,
                     ((uint32_t)requests << EMU_REQUEST_ARCH & STATE_REQUESTS) | X86_REQUEST_WORK);
    x86_smm_select_memory(cpu);
    x86_tlb_flush_all(cpu, true);
    x86_update_mode(cpu);
}

bool x86_cpu_load(struct x86_cpu *cpu, struct emu_reader *in, struct emu_error *err)
{
    uint32_t version;
    uint64_t flags, requests;
    if (!emu_read_section(in, "x86-cpu", &version, err) ||
        !emu_read_u64(in, "rip", &cpu->ir.pc, err) || !emu_read_u64(in, "rflags", &flags, err) ||
        !emu_read_u64(in, "requests", &requests, err) || !state_load_segments(cpu, in, err) ||
        !emu_read_fields(in, &cpu->x87, state_x87_fields, err) ||
        !emu_read_fields(in, cpu, state_fields, err) || !state_check(cpu, err))
        return false;
    state_settle(cpu, flags, requests);
    return true;
}
