/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the lifter packs what the vector helpers are to do (helpers-float.inc). */
#ifndef EMU_CPU_X86_VECTOR_H
#define EMU_CPU_X86_VECTOR_H

#include <stdint.h>

/* vec_masked: registers of data and mask, bytes of an element and of the vector, direction, and
 * whether the address is of the stack segment. */
#define X86_MASKED(data, mask, element, bytes, store)                                              \
    ((int64_t)(data) | (int64_t)(mask) << 8 | (int64_t)(element) << 16 | (int64_t)(bytes) << 24 |  \
     (int64_t)(store) << 32)
#define X86_MASKED_DATA(what)    ((unsigned)(what)&0xff)
#define X86_MASKED_MASK(what)    ((unsigned)((what) >> 8) & 0xff)
#define X86_MASKED_ELEMENT(what) ((unsigned)((what) >> 16) & 0xff)
#define X86_MASKED_BYTES(what)   ((unsigned)((what) >> 24) & 0xff)
#define X86_MASKED_STORE(what)   ((what) >> 32 & 1)
#define X86_MASKED_STACK         (1ll << 33)

/* vec_gather: registers, bytes of an index and of an element, of the vector; scale as a shift;
 * address size in bytes; the segment. */
#define X86_GATHER(d, mask, index, isize, dsize, bytes, scale, asize)                              \
    ((int64_t)(d) | (int64_t)(mask) << 4 | (int64_t)(index) << 8 | (int64_t)(isize) << 12 |        \
     (int64_t)(dsize) << 16 | (int64_t)(bytes) << 20 | (int64_t)(scale) << 28 |                    \
     (int64_t)(asize) << 32)
#define X86_GATHER_SEGMENT     36
#define X86_GATHER_D(what)     ((unsigned)(what)&15)
#define X86_GATHER_MASK(what)  ((unsigned)((what) >> 4) & 15)
#define X86_GATHER_INDEX(what) ((unsigned)((what) >> 8) & 15)
#define X86_GATHER_ISIZE(what) ((unsigned)((what) >> 12) & 15)
#define X86_GATHER_DSIZE(what) ((unsigned)((what) >> 16) & 15)
#define X86_GATHER_BYTES(what) ((unsigned)((what) >> 20) & 0xff)
#define X86_GATHER_SCALE(what) ((unsigned)((what) >> 28) & 3)
#define X86_GATHER_ASIZE(what) ((unsigned)((what) >> 32) & 15)
#define X86_GATHER_SEG(what)   ((unsigned)((what) >> X86_GATHER_SEGMENT) & 15)

#endif
