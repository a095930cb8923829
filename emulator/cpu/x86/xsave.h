/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sizes and places of XSAVE state components, for CPUID leaf 0xD and the instructions. Pure. */
#ifndef EMU_CPU_X86_XSAVE_H
#define EMU_CPU_X86_XSAVE_H

#include <stdbool.h>
#include <stdint.h>

struct x86_cpu;

enum { XSAVE_X87 = 0, XSAVE_SSE = 1, XSAVE_AVX = 2, XSAVE_PKRU = 9 };
#define XSAVE_AVX_OFFSET  576u
#define XSAVE_PKRU_OFFSET 2688u
#define XSAVE_MXCSR_MASK  0xffffu
#define XSAVE_MXCSR_RESET 0x1f80u

/* Bytes of component 2 and up in the standard format, and where it lies; 0: does not exist. */
unsigned x86_xsave_size(unsigned component);
unsigned x86_xsave_offset(unsigned component);
/* Bytes that an area for these components needs. */
unsigned x86_xsave_area(uint64_t components, bool compact);
/* XINUSE: components that are not in their initial state. */
uint64_t x86_xsave_in_use(struct x86_cpu *cpu);

#endif
