/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of x86 state slots, as IR dumps show them. */
#include "emulator/cpu/x86/state.h"
#include "emulator/isa/x86/guest.h"

static const char *const slot_gpr_names[16] = {
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
    "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15",
};

static const char *const slot_vec_names[X86_VECTORS] = {
    "ymm0", "ymm1", "ymm2",  "ymm3",  "ymm4",  "ymm5",  "ymm6",  "ymm7",
    "ymm8", "ymm9", "ymm10", "ymm11", "ymm12", "ymm13", "ymm14", "ymm15",
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
    if (vec < 4 * X86_VECTORS && vec % 4 == 0)
        return slot_vec_names[vec / 4];
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
