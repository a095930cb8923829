/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of x86 state slots, as IR dumps show them. */
#include "emulator/cpu/x86/state.h"
#include "emulator/isa/x86/guest.h"

static const char *const slot_gpr_names[16] = {
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
    "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15",
};

#define SLOT_VEC(n) "ymm" #n, "ymm" #n ".1", "ymm" #n ".2", "ymm" #n ".3"
/* A register's four quadwords; the first stands for the whole. */
static const char *const slot_vec_names[4 * X86_VECTORS] = {
    SLOT_VEC(0),  SLOT_VEC(1),  SLOT_VEC(2),  SLOT_VEC(3),  SLOT_VEC(4),  SLOT_VEC(5),
    SLOT_VEC(6),  SLOT_VEC(7),  SLOT_VEC(8),  SLOT_VEC(9),  SLOT_VEC(10), SLOT_VEC(11),
    SLOT_VEC(12), SLOT_VEC(13), SLOT_VEC(14), SLOT_VEC(15),
};

static const char *const slot_base_names[X86_SEGS] = {
    "es.base", "cs.base", "ss.base", "ds.base", "fs.base", "gs.base", "ldtr.base", "tr.base",
};

static const char *const slot_selector_names[X86_SEGS] = {"es", "cs", "ss",   "ds",
                                                          "fs", "gs", "ldtr", "tr"};

const char *x86_slot_name(unsigned slot)
{
    unsigned gpr = slot - X86_SLOT_GPR(0), vec = slot - X86_SLOT_VEC(0);
    if (gpr < 16)
        return slot_gpr_names[gpr];
    if (vec < 4 * X86_VECTORS)
        return slot_vec_names[vec];
    if (slot == X86_SLOT_EFLAGS)
        return "eflags";
    for (unsigned seg = 0; seg < X86_SEGS; seg++) {
        if (slot == X86_SLOT_SEG_BASE(seg))
            return slot_base_names[seg];
        if (slot == X86_SLOT_SEG(seg, selector))
            return slot_selector_names[seg];
    }
    return NULL;
}
