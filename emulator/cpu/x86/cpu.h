/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of cpu/x86 offer each other, the lifter's helpers and the engines. All functions
 * run on the vcpu's own thread unless they say otherwise. Those that return enum ir_status have
 * raised an exception (x86_raise) when they return IR_FAULT.
 */
#ifndef EMU_CPU_X86_CPU_H
#define EMU_CPU_X86_CPU_H

#include "emulator/cpu/x86/state.h"

/* ---- exceptions (exception.c) ---- */

/* Notes an exception for the run loop to deliver; always IR_FAULT. */
enum ir_status x86_raise(struct x86_cpu *cpu, enum x86_vector vector);
enum ir_status x86_raise_error(struct x86_cpu *cpu, enum x86_vector vector, uint32_t error);
enum ir_status x86_raise_page_fault(struct x86_cpu *cpu, emu_gva address, uint32_t error);
/* Delivers what is pending: stack frame, double and triple faults. Changes pc and mode. */
void x86_deliver_exception(struct x86_cpu *cpu);
/* Nothing but a reset or INIT helps the processor any more: asks for the machine's reset. */
void x86_shut_down(struct x86_cpu *cpu);
/* Takes an external interrupt or, with vector 2, an NMI. */
void x86_deliver_interrupt(struct x86_cpu *cpu, uint8_t vector);

/* ---- memory (mmu.c) ---- */

enum x86_access { X86_READ, X86_WRITE, X86_FETCH };

/*
 * Data access by linear address with the current privilege (x86_load, x86_store) or as the
 * supervisor (descriptor tables, TSS, frames pushed for an inner ring). size 1..8.
 */
enum ir_status x86_load(struct x86_cpu *cpu, emu_gva address, unsigned size, uint64_t *value);
enum ir_status x86_store(struct x86_cpu *cpu, emu_gva address, unsigned size, uint64_t value);
enum ir_status x86_load_system(struct x86_cpu *cpu, emu_gva address, unsigned size,
                               uint64_t *value);
enum ir_status x86_store_system(struct x86_cpu *cpu, emu_gva address, unsigned size,
                                uint64_t value);
/* Any length, current privilege; all of it is checked before any of it is written. */
enum ir_status x86_load_bytes(struct x86_cpu *cpu, emu_gva address, void *out, unsigned length);
enum ir_status x86_store_bytes(struct x86_cpu *cpu, emu_gva address, const void *data,
                               unsigned length);
/*
 * The host address of [address, address + n) for n up to the end of its page when it is plain RAM
 * that the current privilege may access so and nothing watches it; NULL otherwise (no fault is
 * raised). For native string instructions.
 */
void *x86_host_page(struct x86_cpu *cpu, emu_gva address, enum x86_access access);
/* Fetches up to length bytes of code at a linear address; *got tells how many could be read. IR_OK
 * when at least one could. The fault is raised only if none could. */
enum ir_status x86_fetch(struct x86_cpu *cpu, emu_gva address, uint8_t *out, unsigned length,
                         unsigned *got);
/* Copies the page that pc is in; *offset is that of pc. False: it cannot be fetched, or is no plain
 * memory; nothing is raised. */
bool x86_fetch_page(struct x86_cpu *cpu, uint8_t *out, unsigned *offset);
/* Raises the fault that fetching the byte at address gives. */
enum ir_status x86_fetch_fault(struct x86_cpu *cpu, emu_gva address);
/* Guest-physical address of a linear one for a debugger: no rights, no A/D bits, no fault. */
bool x86_translate_quietly(struct x86_cpu *cpu, emu_gva address, emu_gpa *out);

/* ---- the TLB (tlb.c) ---- */

/* Allocates tlbs and tlb2; env.tlb is set. Undone by x86_mmu_finish. */
bool x86_mmu_init(struct x86_cpu *cpu, struct emu_error *err);
void x86_mmu_finish(struct x86_cpu *cpu);

/* INVLPG; everything (with also_global false: this address space, global pages stay). Also after
 * IA32_APIC_BASE changed and after a state was loaded. */
void x86_tlb_flush_page(struct x86_cpu *cpu, emu_gva address);
void x86_tlb_flush_all(struct x86_cpu *cpu, bool also_global);
/* CR3 has been written: the address space changes. keep: bit 63 was set (PCIDs only). */
void x86_tlb_set_cr3(struct x86_cpu *cpu, bool keep);
/* System management mode was entered or left without paging: to the address space of that side. */
void x86_tlb_switch_smm(struct x86_cpu *cpu);
/* INVPCID types 0 to 3, operands checked by the caller. */
void x86_tlb_invpcid(struct x86_cpu *cpu, unsigned type, uint16_t pcid, emu_gva address);
/* Rights to data have changed, as by PKRU. */
void x86_tlb_rights_changed(struct x86_cpu *cpu);
void x86_tlb_set_pkru(struct x86_cpu *cpu, uint32_t value);
/* CR0, CR4 or EFER have changed from these values: drops what may be wrong now. The caller also
 * calls x86_update_mode. */
void x86_mmu_control_changed(struct x86_cpu *cpu, uint64_t old_cr0, uint64_t old_cr4,
                             uint64_t old_efer);
/* PAE paging: reads the four PDPTEs at cr3 into cpu->pdpte; raises #GP(0), and leaves them as they
 * were, if one has a reserved bit set. For writes of CR3, and of CR0 and CR4 where SDM volume 3,
 * 4.4.1 says so. */
enum ir_status x86_load_pdptes(struct x86_cpu *cpu, uint64_t cr3);
/* The memory map has changed: any thread. The run loop answers X86_REQUEST_FLUSH with
 * x86_tlb_flush_all(cpu, true). opaque is the struct x86_cpu. */
void x86_memory_changed(void *opaque);
/* Own thread, after a write to a device: if it moved memory, the next access is to see that. */
void x86_take_memory_change(struct x86_cpu *cpu);

/* ---- slow paths and code addresses for struct ir_guest (mmu.c) ---- */

enum ir_status x86_guest_load(struct ir_env *env, uint64_t va, void *value, unsigned size,
                              unsigned access);
enum ir_status x86_guest_store(struct ir_env *env, uint64_t va, const void *value, unsigned size,
                               unsigned access);
enum ir_status x86_guest_probe(struct ir_env *env, uint64_t va, unsigned size, unsigned access);
enum ir_status x86_guest_rmw_begin(struct ir_env *env, uint64_t va, unsigned size, unsigned access,
                                   void **host);
void x86_guest_rmw_end(struct ir_env *env);
bool x86_guest_code_address(struct ir_env *env, emu_gpa *out);

/* ---- mode (mode.c) ---- */

/* Recomputes env.mode, env.tlb and what else follows from CR0, CR4, EFER, CS, SS, CPL, flags. */
void x86_update_mode(struct x86_cpu *cpu);
/* Where only EFLAGS.AC has changed. */
void x86_update_tlb(struct x86_cpu *cpu);
/* Power-on or INIT state (SDM volume 3 table 9-1). */
void x86_cpu_reset(struct x86_cpu *cpu, bool init);
/* The host's MXCSR follows the guest's rounding and flags while the guest runs; these two move the
 * accumulated flags to cpu->mxcsr, and a new value of cpu->mxcsr to the host (float.c). */
void x86_sync_mxcsr(struct x86_cpu *cpu);
void x86_load_mxcsr(struct x86_cpu *cpu);
/* What the guest writes while it runs: to both, and to the mode key. */
void x86_set_mxcsr(struct x86_cpu *cpu, uint32_t value);

/* ---- segments (segment.c) ---- */

/* Sets base, limit, attributes and the derived ends; no checks, mode not updated. */
void x86_set_segment(struct x86_cpu *cpu, enum x86_seg_name name, uint16_t selector, uint64_t base,
                     uint32_t limit, uint32_t attr);

/* ---- time ---- */
uint64_t x86_read_tsc(const struct x86_cpu *cpu);
/* The TSC's frequency, in kHz: a round constant, told to guests by CPUID where they ask. */
#define X86_TSC_KHZ 1000000u

/* ---- the processor as a vcpu (run.c) ---- */

/* For struct ir_guest: delivers a fault, and tells whether guest code goes on. */
bool x86_guest_resume(struct ir_env *env, enum ir_status status);

struct x86_cpu *x86_cpu_new(struct emu_error *err);
extern const struct emu_vcpu_ops x86_vcpu_ops; /* save, load, reset, free; run is the engine's */

#endif
