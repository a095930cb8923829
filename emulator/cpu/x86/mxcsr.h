/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * MXCSR (SDM volume 1, 10.2.3), and how it is shared with the host: see x86_load_mxcsr in cpu.h.
 * The flags that have been raised are those of cpu->mxcsr and those of the host together.
 */
#ifndef EMU_CPU_X86_MXCSR_H
#define EMU_CPU_X86_MXCSR_H

#include "emulator/cpu/x86/cpu.h"

#define X86_MXCSR_IE       (1u << 0) /* invalid operation */
#define X86_MXCSR_DE       (1u << 1) /* denormal operand */
#define X86_MXCSR_ZE       (1u << 2) /* division by zero */
#define X86_MXCSR_OE       (1u << 3) /* overflow */
#define X86_MXCSR_UE       (1u << 4) /* underflow */
#define X86_MXCSR_PE       (1u << 5) /* precision: inexact */
#define X86_MXCSR_FLAGS    0x3fu
#define X86_MXCSR_DAZ      (1u << 6) /* denormal operands are zeros */
#define X86_MXCSR_MASK_BIT 7         /* masks are the flags, shifted by this */
#define X86_MXCSR_MASKS    (X86_MXCSR_FLAGS << X86_MXCSR_MASK_BIT)
#define X86_MXCSR_RC_BIT   13         /* rounding: 0 nearest, 1 down, 2 up, 3 to zero */
#define X86_MXCSR_FTZ      (1u << 15) /* tiny results are zeros */
#define X86_MXCSR_VALID    0xffffu    /* others are reserved: #GP */
#define X86_MXCSR_RESET    0x1f80u

static inline bool x86_mxcsr_unmasked(const struct x86_cpu *cpu)
{
    return (cpu->mxcsr & X86_MXCSR_MASKS) != X86_MXCSR_MASKS;
}
static inline unsigned x86_mxcsr_rounding(const struct x86_cpu *cpu)
{
    return cpu->mxcsr >> X86_MXCSR_RC_BIT & 3;
}

/* The host's own flags, in their MXCSR places, and clearing them. */
uint32_t x86_mxcsr_host_flags(void);
void x86_mxcsr_clear_host_flags(void);
/* Rounding, DAZ and FTZ of the host as in an MXCSR value; flags and masks are left alone. */
void x86_mxcsr_host_control(uint32_t mxcsr);

#endif
