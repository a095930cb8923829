/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The x86-64 guest: joins the lifter, the helpers, the vector ops and the MMU's slow paths. */
#include "emulator/isa/x86/guest.h"

#include "emulator/cpu/x86/cpu.h"
#include "emulator/cpu/x86/helpers.h"
#include "emulator/isa/x86/vec.h"

static const uint16_t guest_pinned[] = {
    X86_SLOT_GPR(X86_RAX), X86_SLOT_GPR(X86_RDI), X86_SLOT_GPR(X86_RSP), X86_SLOT_GPR(X86_RDX),
    X86_SLOT_GPR(X86_RCX), X86_SLOT_GPR(X86_RSI), X86_SLOT_GPR(X86_RBX), X86_SLOT_GPR(X86_RBP),
    X86_SLOT_GPR(X86_R8),  X86_SLOT_GPR(X86_R12), X86_SLOT_GPR(X86_R13), X86_SLOT_GPR(X86_R9),
};

const struct ir_guest x86_guest = {
    .name = "x86",
    .helpers = x86_helpers,
    .helper_count = X86_HELPER_COUNT,
    .vecs = x86_vecs,
    .vec_count = X86_VEC_COUNT,
    .slot_name = x86_slot_name,
    .pinned = guest_pinned,
    .pinned_count = sizeof(guest_pinned) / sizeof(guest_pinned[0]),
    .vector_first = X86_SLOT_VEC(0),
    .vector_count = X86_VECTORS,
    .host_ops = x86_vec_hosts,
    .vec_fault_mode = X86_MODE_XM,
    .load = x86_guest_load,
    .store = x86_guest_store,
    .probe = x86_guest_probe,
    .rmw_begin = x86_guest_rmw_begin,
    .rmw_end = x86_guest_rmw_end,
    .lift = x86_lift_block,
    .code_address = x86_guest_code_address,
    .copy_code = x86_lift_copy_code,
    .lift_copy = x86_lift_copy,
    .resume = x86_guest_resume,
};
