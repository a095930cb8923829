/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guest's MXCSR on the host (SDM volume 1, 10.2.3). On x86-64 hosts it is loaded with all
 * exceptions masked, so that the host's arithmetic rounds, flushes and raises flags as the guest's
 * would. Elsewhere <fenv.h> gives rounding and flags; there is no DE flag, no DAZ and no FTZ then.
 */
#include "emulator/cpu/x86/mxcsr.h"

#if defined(__x86_64__)

#include <xmmintrin.h>

uint32_t x86_mxcsr_host_flags(void)
{
    return _mm_getcsr() & X86_MXCSR_FLAGS;
}

void x86_mxcsr_clear_host_flags(void)
{
    _mm_setcsr(_mm_getcsr() & ~X86_MXCSR_FLAGS);
}

void x86_mxcsr_host_control(uint32_t mxcsr)
{
    uint32_t control = mxcsr & ~(X86_MXCSR_FLAGS | X86_MXCSR_MASKS) & X86_MXCSR_VALID;
    _mm_setcsr(control | X86_MXCSR_MASKS | x86_mxcsr_host_flags());
}

#else

#include <fenv.h>

uint32_t x86_mxcsr_host_flags(void)
{
    int raised = fetestexcept(FE_ALL_EXCEPT);
    return (raised & FE_INVALID ? X86_MXCSR_IE : 0) | (raised & FE_DIVBYZERO ? X86_MXCSR_ZE : 0) |
           (raised & FE_OVERFLOW ? X86_MXCSR_OE : 0) | (raised & FE_UNDERFLOW ? X86_MXCSR_UE : 0) |
           (raised & FE_INEXACT ? X86_MXCSR_PE : 0);
}

void x86_mxcsr_clear_host_flags(void)
{
    feclearexcept(FE_ALL_EXCEPT);
}

void x86_mxcsr_host_control(uint32_t mxcsr)
{
    static const int rounding[4] = {FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO};
    fesetround(rounding[mxcsr >> X86_MXCSR_RC_BIT & 3]);
}

#endif

void x86_sync_mxcsr(struct x86_cpu *cpu)
{
    cpu->mxcsr |= x86_mxcsr_host_flags();
}

void x86_load_mxcsr(struct x86_cpu *cpu)
{
    x86_mxcsr_host_control(cpu->mxcsr);
    x86_mxcsr_clear_host_flags();
}

void x86_set_mxcsr(struct x86_cpu *cpu, uint32_t value)
{
    bool unmasked = x86_mxcsr_unmasked(cpu);

    cpu->mxcsr = value;
    x86_load_mxcsr(cpu);
    if (x86_mxcsr_unmasked(cpu) != unmasked)
        x86_update_mode(cpu);
}
