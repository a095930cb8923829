/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Descriptors, checked segment loads, and stacks: what far transfers, exceptions, IRET and task
 * switches have in common (SDM volume 3, chapters 3, 5 and 6).
 */
#ifndef EMU_CPU_X86_SEGMENT_H
#define EMU_CPU_X86_SEGMENT_H

#include "emulator/cpu/x86/cpu.h"

/* System descriptor types. In long mode 1, 3 to 7 do not exist and the others are 64-bit. */
enum x86_system_type {
    X86_TYPE_TSS16 = 1,
    X86_TYPE_LDT = 2,
    X86_TYPE_TSS16_BUSY = 3,
    X86_TYPE_CALL16 = 4,
    X86_TYPE_TASK = 5,
    X86_TYPE_INT16 = 6,
    X86_TYPE_TRAP16 = 7,
    X86_TYPE_TSS = 9,
    X86_TYPE_TSS_BUSY = 11,
    X86_TYPE_CALL = 12,
    X86_TYPE_INT = 14,
    X86_TYPE_TRAP = 15,
};

struct x86_descriptor {
    uint32_t low, high; /* as in memory */
    uint64_t base;      /* for system descriptors in long mode: 64 bits */
    uint32_t limit;     /* in bytes */
    uint32_t attr;      /* X86_ATTR_... */
    emu_gva address;    /* linear */
};

static inline unsigned x86_rpl(uint16_t selector)
{
    return selector & 3;
}
static inline bool x86_is_null(uint16_t selector)
{
    return (selector & ~3u) == 0;
}
/* As error codes name a selector. */
static inline uint32_t x86_selector_error(uint16_t selector)
{
    return selector & 0xfffcu;
}
static inline bool x86_is_code(uint32_t attr)
{
    return (attr & X86_ATTR_S) && (attr & X86_ATTR_CODE);
}
static inline bool x86_is_conforming(uint32_t attr)
{
    return (attr & X86_ATTR_DOWN) != 0;
}
static inline bool x86_is_writable_data(uint32_t attr)
{
    return (attr & X86_ATTR_S) && !(attr & X86_ATTR_CODE) && (attr & X86_ATTR_RW);
}
static inline bool x86_real_or_vm86(const struct x86_cpu *cpu)
{
    return !(cpu->cr0 & X86_CR0_PE) || (cpu->eflags & X86_FLAG_VM);
}
static inline bool x86_long_mode(const struct x86_cpu *cpu)
{
    return cpu->efer & X86_EFER_LMA;
}
/* 64-bit mode: long mode and CS.L. */
static inline bool x86_code64(const struct x86_cpu *cpu)
{
    return x86_long_mode(cpu) && (cpu->seg[X86_CS].attr & X86_ATTR_L);
}
/* Is the address one that the page tables can translate: bits above the top one equal to it? */
static inline bool x86_canonical(uint64_t address)
{
    return (uint64_t)((int64_t)(address << 16) >> 16) == address;
}
static inline unsigned x86_iopl(const struct x86_cpu *cpu)
{
    return cpu->eflags >> 12 & 3;
}

/* The linear address of a selector's descriptor of size bytes. False: outside of its table. */
bool x86_descriptor_address(const struct x86_cpu *cpu, uint16_t selector, unsigned size,
                            emu_gva *address);
/* Reads one; `vector` with the selector is raised where there is none. */
enum ir_status x86_read_descriptor(struct x86_cpu *cpu, uint16_t selector, enum x86_vector vector,
                                   struct x86_descriptor *out);
/* A system descriptor: in long mode also the upper 8 bytes. */
enum ir_status x86_read_system_descriptor(struct x86_cpu *cpu, uint16_t selector,
                                          enum x86_vector vector, struct x86_descriptor *out);
void x86_parse_descriptor(uint64_t raw, struct x86_descriptor *out);
/* Sets the accessed bit in memory and in *d if it is clear; the segment is code or data. */
enum ir_status x86_mark_accessed(struct x86_cpu *cpu, struct x86_descriptor *d);
/* Sets or clears the busy bit of a TSS descriptor in memory. */
enum ir_status x86_mark_busy(struct x86_cpu *cpu, emu_gva address, bool busy);

void x86_set_segment_from(struct x86_cpu *cpu, enum x86_seg_name name, uint16_t selector,
                          const struct x86_descriptor *d);
void x86_set_null_segment(struct x86_cpu *cpu, enum x86_seg_name name, uint16_t selector);
/* Real and virtual-8086 mode. */
void x86_set_real_segment(struct x86_cpu *cpu, enum x86_seg_name name, uint16_t selector);

/* Reads and checks a segment for SS at privilege cpl; vector is #GP or #TS. */
enum ir_status x86_check_stack_segment(struct x86_cpu *cpu, uint16_t selector, unsigned cpl,
                                       enum x86_vector vector, struct x86_descriptor *out);
/* Reads and checks a segment for DS, ES, FS or GS, not null. */
enum ir_status x86_check_data_segment(struct x86_cpu *cpu, uint16_t selector, unsigned cpl,
                                      enum x86_vector vector, struct x86_descriptor *out);
/* After a transfer to an outer ring: drops data segments that are too privileged. */
void x86_drop_inner_segments(struct x86_cpu *cpu);
/* The six segment registers' derived fields, after CR0.PE or EFLAGS.VM changed. */
void x86_refresh_segments(struct x86_cpu *cpu);

/* Are size bytes at offset inside the limit, expand-down or not? */
bool x86_limit_allows(uint32_t attr, uint32_t limit, uint64_t offset, unsigned size);

/* ---- stacks (stack.c) ---- */

struct x86_stack {
    struct x86_cpu *cpu;
    uint64_t base, sp, mask;
    uint32_t limit, attr;
    bool wide;      /* 64-bit: neither base nor limit */
    bool user;      /* accessed with the rights of CPL 3 */
    uint32_t error; /* of the #SS when the limit is exceeded */
};

/* The stack in use. */
struct x86_stack x86_stack_current(struct x86_cpu *cpu);
/* One of another segment; sp is cut to its size. */
struct x86_stack x86_stack_of(struct x86_cpu *cpu, const struct x86_descriptor *d,
                              uint16_t selector, uint64_t sp, unsigned cpl);
/* A 64-bit one. */
struct x86_stack x86_stack_wide(struct x86_cpu *cpu, uint64_t sp, unsigned cpl);
/* Both move stack->sp only; memory above is untouched when they fail. */
enum ir_status x86_push(struct x86_stack *stack, unsigned size, uint64_t value);
enum ir_status x86_pop(struct x86_stack *stack, unsigned size, uint64_t *value);
/* Would a store of size bytes at the pointer fault? ENTER asks. */
enum ir_status x86_stack_probe(struct x86_stack *stack, unsigned size);
/* Is there room for that many bytes within the limit? Raises #SS. */
enum ir_status x86_stack_room(struct x86_stack *stack, unsigned bytes);
/* Moves sp over bytes that are not looked at. */
void x86_stack_skip(struct x86_stack *stack, uint64_t bytes);
/* Writes sp to RSP, ESP or SP. */
void x86_stack_commit(const struct x86_stack *stack);

/* Reads the stack for an inner ring out of the TSS; in long mode only *sp. */
enum ir_status x86_tss_stack(struct x86_cpu *cpu, unsigned cpl, uint16_t *ss, uint64_t *sp);

/* ---- transfers shared between files ---- */

/* transfer.c: loads CS at privilege cpl and the program counter; the target was checked. */
void x86_enter_code(struct x86_cpu *cpu, uint16_t selector, const struct x86_descriptor *d,
                    unsigned cpl, uint64_t pc);
/* Is pc inside the target's limit, or canonical? Raises #GP(0). */
enum ir_status x86_check_target(struct x86_cpu *cpu, const struct x86_descriptor *d, uint64_t pc);

/* Reads and checks CS as popped by RET or IRET. */
enum ir_status x86_check_return_code(struct x86_cpu *cpu, uint16_t selector,
                                     struct x86_descriptor *d);

/* iret.c and transfer.c: the way to an outer ring, after CS was read. */
struct x86_outer {
    uint16_t cs, ss;
    uint64_t pc, sp;
    struct x86_descriptor code;
};
enum ir_status x86_return_outer(struct x86_cpu *cpu, struct x86_outer *outer);

/* task.c */
enum x86_task_reason { X86_TASK_JUMP, X86_TASK_CALL, X86_TASK_IRET, X86_TASK_GATE };
/* Switches to the task of a TSS selector. pc is where the old task will go on. */
enum ir_status x86_switch_task(struct x86_cpu *cpu, uint16_t selector, enum x86_task_reason reason,
                               uint64_t pc);
/* The same through a task gate descriptor, its privilege checked by the caller. */
enum ir_status x86_switch_task_gate(struct x86_cpu *cpu, const struct x86_descriptor *gate,
                                    enum x86_task_reason reason, uint64_t pc);

#endif
