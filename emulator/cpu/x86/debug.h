/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Breakpoints, watchpoints and single steps: those of the guest (debug registers, EFLAGS.TF; SDM
 * volume 3 chapter 17) and those of the person who debugs the machine (machine->breaks). Both use
 * the same places in the code. All functions run on the vcpu's thread.
 */
#ifndef EMU_CPU_X86_DEBUG_H
#define EMU_CPU_X86_DEBUG_H

#include "emulator/api/debug.h"
#include "emulator/cpu/x86/state.h"

#define X86_DR6_FIXED 0xffff0ff0ull
#define X86_DR6_BD    (1u << 13) /* debug register accessed while DR7.GD */
#define X86_DR6_BS    (1u << 14) /* single step */
#define X86_DR6_BT    (1u << 15) /* task switch */
#define X86_DR7_FIXED 0x400ull
#define X86_DR7_GD    (1u << 13)

struct x86_debug {
    /* the debugger's */
    bool step_armed;     /* report after one instruction; interrupts are held back */
    bool stop;           /* reported: nothing more is executed until the machine has paused */
    bool skip_break;     /* the breakpoint at skip_pc was reported: its instruction goes ahead */
    emu_gva skip_pc;     /* linear */
    bool watch_hit;      /* by the current instruction */
    unsigned watch_kind; /* enum emu_break_kind */
    emu_gva watch_address;

    /* of the instruction that is being executed, set by the run loop */
    bool passing;  /* the debugger's breakpoint does not stop it */
    bool resuming; /* EFLAGS.RF: the guest's breakpoints do not stop it */
    bool tf;       /* EFLAGS.TF when it began */
    bool if_set;   /* EFLAGS.IF when it began */
    bool ended;    /* x86_debug_end_instruction was called */
};

bool x86_debug_init(struct x86_cpu *cpu, struct emu_error *err);
void x86_debug_finish(struct x86_cpu *cpu);

/* For x86_update_mode: must X86_MODE_STEP and X86_MODE_BREAK be set now? */
bool x86_debug_wants_step(const struct x86_cpu *cpu);
bool x86_debug_wants_break(const struct x86_cpu *cpu);

/*
 * For TLB fills: may an access to this linear page be a data break? Such a page gets no fast tag
 * for either kind of access. False at once when there are none.
 */
bool x86_debug_page_watched(const struct x86_cpu *cpu, emu_gva page);
/*
 * For the slow paths: tells of a data access that has been done (or, for a write, is certain to be
 * done). Notes hits in cpu->debug_hits and cpu->debug; the helper `trap` acts on them.
 */
void x86_debug_check_access(struct x86_cpu *cpu, emu_gva address, unsigned size, bool write);
/*
 * For the lifter in X86_MODE_BREAK: does an instruction at this linear address need the helper
 * break_check? Says yes for all addresses with the page offset of a breakpoint, because blocks
 * are shared by all linear addresses of a page and by all processors.
 */
bool x86_break_hint(const struct x86_cpu *cpu, emu_gva linear);
/* I/O breakpoints (CR4.DE): tells of an access to a port that has been done. */
void x86_debug_check_port(struct x86_cpu *cpu, uint16_t port, unsigned size);

/* After an instruction: traps the guest (single_step: for TF as well as for what its accesses hit)
 * and tells the debugger. */
void x86_debug_end_instruction(struct x86_cpu *cpu, bool single_step);
/* Tells the debugger; the processor then stands still. */
void x86_debug_report(struct x86_cpu *cpu, enum emu_debug_stop stop, emu_gva address);

/* The debug registers' breakpoints may have changed: mode, TLB and blocks follow. */
void x86_debug_changed(struct x86_cpu *cpu);
/* A value as MOV to DR7 or DR6 stores it: fixed bits set and cleared. */
uint64_t x86_dr6_fix(uint64_t value);
uint64_t x86_dr7_fix(uint64_t value);

#endif
