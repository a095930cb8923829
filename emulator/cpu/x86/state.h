/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The architectural state of one x86-64 processor (Intel SDM volume 1 chapter 3, volume 3 chapters
 * 2 to 5). IR slots are uint64_t members of this struct. All of it belongs to the vcpu's thread;
 * others only set requests, or look while the machine is paused.
 */
#ifndef EMU_CPU_X86_STATE_H
#define EMU_CPU_X86_STATE_H

#include "emulator/core/apic.h"
#include "emulator/core/irq.h"
#include "emulator/core/vcpu.h"
#include "emulator/ir/env.h"

enum x86_gpr {
    X86_RAX,
    X86_RCX,
    X86_RDX,
    X86_RBX,
    X86_RSP,
    X86_RBP,
    X86_RSI,
    X86_RDI,
    X86_R8,
    X86_R9,
    X86_R10,
    X86_R11,
    X86_R12,
    X86_R13,
    X86_R14,
    X86_R15,
};

enum x86_seg_name { X86_ES, X86_CS, X86_SS, X86_DS, X86_FS, X86_GS, X86_LDTR, X86_TR, X86_SEGS };

/* Descriptor attributes: bits 8..23 of a descriptor's second dword, shifted down by 8. */
#define X86_ATTR_TYPE(attr) ((attr)&0xf)
#define X86_ATTR_CODE       0x0008u /* with S: executable */
#define X86_ATTR_DOWN       0x0004u /* data: expand-down; code: conforming */
#define X86_ATTR_RW         0x0002u /* data: writable; code: readable */
#define X86_ATTR_ACCESSED   0x0001u
#define X86_ATTR_S          0x0010u /* code or data, not system */
#define X86_ATTR_DPL(attr)  (((attr) >> 5) & 3)
#define X86_ATTR_P          0x0080u
#define X86_ATTR_AVL        0x1000u
#define X86_ATTR_L          0x2000u
#define X86_ATTR_DB         0x4000u
#define X86_ATTR_G          0x8000u
#define X86_ATTR_NULL       0x10000u /* ours: loaded with a null selector, not usable */

/*
 * read_end and write_end make the common check one comparison: an access of n bytes at offset o is
 * allowed if o + n <= end. They are 0 where each access needs a closer look (null, expand-down, not
 * readable or writable), and the helper seg_check then decides.
 */
struct x86_segment {
    uint64_t base;
    uint64_t read_end, write_end;
    uint32_t limit; /* in bytes, granularity applied */
    uint32_t attr;  /* X86_ATTR_... */
    uint16_t selector;
};

struct x86_table {
    uint64_t base;
    uint16_t limit;
};

/* EFLAGS bits other than the six of the flag unit, which live in ir.flags. */
#define X86_FLAG_FIXED 0x2u
#define X86_FLAG_TF    (1u << 8)
#define X86_FLAG_IF    (1u << 9)
#define X86_FLAG_DF    (1u << 10)
#define X86_FLAG_IOPL  (3u << 12)
#define X86_FLAG_NT    (1u << 14)
#define X86_FLAG_RF    (1u << 16)
#define X86_FLAG_VM    (1u << 17)
#define X86_FLAG_AC    (1u << 18)
#define X86_FLAG_VIF   (1u << 19)
#define X86_FLAG_VIP   (1u << 20)
#define X86_FLAG_ID    (1u << 21)

#define X86_CR0_PE (1u << 0)
#define X86_CR0_MP (1u << 1)
#define X86_CR0_EM (1u << 2)
#define X86_CR0_TS (1u << 3)
#define X86_CR0_ET (1u << 4)
#define X86_CR0_NE (1u << 5)
#define X86_CR0_WP (1u << 16)
#define X86_CR0_AM (1u << 18)
#define X86_CR0_NW (1u << 29)
#define X86_CR0_CD (1u << 30)
#define X86_CR0_PG (1u << 31)

#define X86_CR4_VME        (1u << 0)
#define X86_CR4_PVI        (1u << 1)
#define X86_CR4_TSD        (1u << 2)
#define X86_CR4_DE         (1u << 3)
#define X86_CR4_PSE        (1u << 4)
#define X86_CR4_PAE        (1u << 5)
#define X86_CR4_MCE        (1u << 6)
#define X86_CR4_PGE        (1u << 7)
#define X86_CR4_PCE        (1u << 8)
#define X86_CR4_OSFXSR     (1u << 9)
#define X86_CR4_OSXMMEXCPT (1u << 10)
#define X86_CR4_UMIP       (1u << 11)
#define X86_CR4_FSGSBASE   (1u << 16)
#define X86_CR4_PCIDE      (1u << 17)
#define X86_CR4_OSXSAVE    (1u << 18)
#define X86_CR4_SMEP       (1u << 20)
#define X86_CR4_SMAP       (1u << 21)
#define X86_CR4_PKE        (1u << 22)

#define X86_EFER_SCE (1u << 0)
#define X86_EFER_LME (1u << 8)
#define X86_EFER_LMA (1u << 10)
#define X86_EFER_NXE (1u << 11)

/* Exceptions (SDM volume 3, table 6-1). */
enum x86_vector {
    X86_DE = 0,
    X86_DB = 1,
    X86_NMI = 2,
    X86_BP = 3,
    X86_OF = 4,
    X86_BR = 5,
    X86_UD = 6,
    X86_NM = 7,
    X86_DF = 8,
    X86_TS = 10,
    X86_NP = 11,
    X86_STACK = 12,
    X86_GP = 13,
    X86_PF = 14,
    X86_MF = 16,
    X86_AC = 17,
    X86_MC = 18,
    X86_XM = 19,
};

/*
 * The mode key (env.mode): all that changes how code is lifted. Recomputed by x86_update_mode when
 * one of its sources changes; a lifter reads nothing else of the state.
 */
#define X86_MODE_CPL        0x3ull
#define X86_MODE_CODE64     (1ull << 2) /* EFER.LMA and CS.L */
#define X86_MODE_CODE32     (1ull << 3) /* default operand and address size 32; else 16 (or 64) */
#define X86_MODE_STACK32    (1ull << 4) /* SS.B: esp, else sp; not in 64-bit code */
#define X86_MODE_PE         (1ull << 5)
#define X86_MODE_VM86       (1ull << 6)
#define X86_MODE_LONG       (1ull << 7) /* EFER.LMA: long mode, also compatibility */
#define X86_MODE_FLAT_SHIFT 8           /* bit 8 + segment: base 0 and no limit to check (ES..GS) */
#define X86_MODE_FLAT(seg)  (1ull << (X86_MODE_FLAT_SHIFT + (seg)))
#define X86_MODE_EM         (1ull << 14) /* CR0.EM: x87 is #NM, SSE is #UD */
#define X86_MODE_TS         (1ull << 15) /* CR0.TS: x87 and SSE are #NM */
#define X86_MODE_MP         (1ull << 16) /* CR0.MP: with TS, WAIT is #NM */
#define X86_MODE_SSE        (1ull << 17) /* CR4.OSFXSR */
#define X86_MODE_AVX        (1ull << 18) /* CR4.OSXSAVE and XCR0 has SSE and AVX */
#define X86_MODE_SHADOW     (1ull << 19) /* interrupt shadow: one instruction, then clear it */
#define X86_MODE_STEP                                                                              \
    (1ull << 20)                    /* TF, a data watch or a debugger: one instruction a block,    \
                                       helper `trap` at its end */
#define X86_MODE_BREAK (1ull << 21) /* execution breakpoints exist: see x86_break_hint */
#define X86_MODE_XM    (1ull << 22) /* MXCSR has an exception unmasked: SSE may raise #XM */
#define X86_MODE_SMM   (1ull << 23) /* other memory at the same addresses */
/*
 * The limit of CS: 4 GiB; or 64 KiB; or any other, and then each instruction looks for itself
 * (limit_check). Not in 64-bit code.
 */
#define X86_MODE_LIMIT_64K (1ull << 32)
#define X86_MODE_LIMIT_ODD (1ull << 33)
/*
 * The base of CS in two parts, 0 where it is flat. Lifted code does not depend on it; it is here so
 * that blocks found by pc (an offset into CS) are never taken for those of another code segment.
 */
#define X86_MODE_CS_LOW_SHIFT  24 /* bits 0..7 of the base */
#define X86_MODE_CS_HIGH_SHIFT 40 /* bits 8..31 of the base */

#define X86_VECTORS 16

/* x87 registers are in physical order: ST(i) is st[(top + i) & 7]. 80 bits in 16. */
struct x86_x87 {
    _Alignas(16) uint8_t st[8][16];
    uint16_t control, status, opcode; /* status without TOP */
    uint8_t top, tag;                 /* tag: one bit a register, set: in use */
    uint16_t fcs, fds;
    uint64_t fip, fdp;
    uint64_t operand; /* offset of the operand in memory of the instruction that is executed */
};

/* A pending or just raised exception. */
struct x86_exception {
    uint8_t vector;
    bool has_error;
    bool soft; /* INT n, INT3, INTO: privilege of the gate is checked, and the pc is the next one */
    uint32_t error;
    uint64_t cr2;   /* #PF */
    uint64_t dr6;   /* #DB: bits to set */
    uint8_t length; /* soft: of the instruction */
};

#define X86_REQUEST_INTR (1u << (EMU_REQUEST_ARCH + 0)) /* the local APIC has something */
#define X86_REQUEST_NMI  (1u << (EMU_REQUEST_ARCH + 1))
#define X86_REQUEST_INIT (1u << (EMU_REQUEST_ARCH + 2))
#define X86_REQUEST_SIPI (1u << (EMU_REQUEST_ARCH + 3))
#define X86_REQUEST_SMI  (1u << (EMU_REQUEST_ARCH + 4))
#define X86_REQUEST_FLUSH                                                                          \
    (1u << (EMU_REQUEST_ARCH + 5))                      /* the memory map changed: drop the TLB    \
                                                         */
#define X86_REQUEST_WORK (1u << (EMU_REQUEST_ARCH + 6)) /* the run loop has to look (events) */

#define x86_apic_ops emu_apic_ops /* core/apic.h */

struct x86_cpu_model; /* models.h */
struct x86_tlb2;      /* mmu.c */
struct x86_debug;     /* debug.h */
struct x86_executor;  /* run.h */

struct x86_cpu {
    struct ir_env ir; /* first: slots */

    uint64_t gpr[16];
    struct x86_segment seg[X86_SEGS];
    _Alignas(32) uint64_t vec[X86_VECTORS][4]; /* YMM; XMM is the low half */
    uint64_t eflags;                           /* without the flag unit's six; bit 1 set */
    struct x86_x87 x87;
    uint32_t mxcsr; /* flags accumulate in the host's while running: x86_sync_mxcsr */

    uint64_t cr0, cr2, cr3, cr4, efer, xcr0;
    uint64_t pdpte[4]; /* PAE paging: read when CR3 was written */
    uint64_t dr[8];
    struct x86_table gdt, idt;
    uint32_t pkru;
    uint32_t smbase;
    bool in_smm;
    uint8_t cpl;

    uint64_t star, lstar, cstar, sfmask, kernel_gs_base, tsc_aux;
    uint64_t sysenter_cs, sysenter_esp, sysenter_eip;
    uint64_t pat, mtrr_def_type, mtrr_fixed[11], mtrr_base[8], mtrr_mask[8];
    uint64_t misc_enable, feature_control, spec_ctrl, xss, debugctl;
    uint64_t tsc_offset; /* added to the machine clock's count */
    uint64_t tsc_adjust;

    bool halted; /* HLT, or waiting for SIPI */
    bool wait_for_sipi;
    bool nmi_blocked; /* until IRET */
    bool shadow;      /* STI or MOV SS: no interrupt before the next instruction is done */
    uint8_t sipi_vector;
    bool exception_pending; /* exception is to be delivered by the run loop */
    struct x86_exception exception;
    bool external;            /* an event from outside is being delivered: EXT in error codes */
    uint64_t debug_hits;      /* DR6 bits collected by the current instruction (data breakpoints) */
    uint64_t monitor_address; /* guest-physical, of the 64-byte line */
    uint64_t monitor_line[8]; /* what the line held when MONITOR was executed */
    bool monitor_armed;
    bool mwait;               /* halted by MWAIT: a store to the line also wakes */
    bool mwait_any;           /* ... and interrupts do even while IF is clear */
    unsigned pauses;          /* PAUSE instructions so far */
    uint32_t after_smm;       /* requests that wait for RSM */
    bool shutdown;            /* triple fault: nothing but a reset or INIT wakes */
    bool intr_line, nmi_line; /* seen by the run loop, not yet taken: see run.c */
    bool smi_line;            /* the same */

    /* joined by the board */
    struct emu_vcpu *vcpu;
    struct emu_memory *memory, *io;               /* memory: one of the next two */
    struct emu_memory *plain_memory, *smm_memory; /* as seen in and out of SMM; NULL: the same */
    struct emu_clock *clock;
    struct emu_trace *trace;
    const struct emu_power *power;
    const struct emu_apic_ops *apic_ops;
    void *apic;
    const struct x86_cpu_model *model;
    uint32_t apic_id;
    struct emu_irq ferr; /* FERR#: an x87 error waits while CR0.NE is clear */
    bool ferr_level;
    _Atomic bool ignne; /* IGNNE#: such errors are ignored; set by any thread */

    struct ir_tlb *tlbs; /* see mmu.c */
    struct x86_tlb2 *tlb2;
    struct x86_debug *debug;
    const struct x86_executor *executor; /* run.h; set by the engine */
    uint64_t random_pool[32];            /* of the host's random numbers; random_left are unused */
    unsigned random_left;
};

static inline struct x86_cpu *x86_cpu_of(struct ir_env *env)
{
    return (struct x86_cpu *)env;
}

#define X86_SLOT_GPR(n) ((uint16_t)(IR_SLOT(struct x86_cpu, gpr) + (n)))
#define X86_SLOT_VEC(n) ((uint16_t)(IR_SLOT(struct x86_cpu, vec) + 4 * (n)))
#define X86_SLOT_EFLAGS IR_SLOT(struct x86_cpu, eflags)
#define X86_SLOT_SEG(n, member)                                                                    \
    ((uint16_t)((offsetof(struct x86_cpu, seg) + (n) * sizeof(struct x86_segment) +                \
                 offsetof(struct x86_segment, member)) /                                           \
                sizeof(uint64_t)))
#define X86_SLOT_SEG_BASE(n) X86_SLOT_SEG(n, base)

/* EFLAGS as software sees it, all bits. */
static inline uint64_t x86_get_eflags(const struct x86_cpu *cpu)
{
    return cpu->eflags | ir_flags_get(&cpu->ir);
}
/* Replaces all bits; bit 1 is set, undefined bits cleared. No checks, no mode update. */
static inline void x86_set_eflags(struct x86_cpu *cpu, uint64_t value)
{
    ir_flags_put((struct ir_env *)cpu, value & IR_F_ALL, IR_F_ALL);
    cpu->eflags = (value & 0x3f7700u & ~(uint64_t)IR_F_ALL) | X86_FLAG_FIXED;
}

#endif
