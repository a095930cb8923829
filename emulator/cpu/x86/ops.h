/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to the C helpers of op-*.c and those who call them: the packed argument of the string
 * helpers, and accesses through a segment with its limit checked.
 */
#ifndef EMU_CPU_X86_OPS_H
#define EMU_CPU_X86_OPS_H

#include "emulator/cpu/x86/cpu.h"

enum x86_rep { X86_REP_NONE, X86_REP_ALWAYS, X86_REP_EQUAL, X86_REP_NOT_EQUAL };

struct x86_string {
    unsigned size;             /* of an element: 1, 2, 4, 8 */
    unsigned address_size;     /* 2, 4, 8 */
    enum x86_seg_name segment; /* of rSI; that of rDI is always ES */
    enum x86_rep rep;
    bool single; /* at most one iteration */
    bool code64;
};

static inline int64_t x86_string_pack(const struct x86_string *s)
{
    return s->size | s->address_size << 4 | (unsigned)s->segment << 8 | (unsigned)s->rep << 12 |
           (unsigned)s->single << 16 | (unsigned)s->code64 << 17;
}

static inline struct x86_string x86_string_unpack(uint64_t a)
{
    return (struct x86_string){
        .size = a & 0xf,
        .address_size = (a >> 4) & 0xf,
        .segment = (enum x86_seg_name)((a >> 8) & 0xf),
        .rep = (enum x86_rep)((a >> 12) & 0xf),
        .single = (a >> 16) & 1,
        .code64 = (a >> 17) & 1,
    };
}

#endif
