/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The x86-64 guest: joins the lifter, the helpers, the vector ops and the MMU's slow paths. */
#include "emulator/isa/x86/guest.h"

#include "emulator/cpu/x86/cpu.h"
#include "emulator/cpu/x86/helpers.h"
#include "emulator/isa/x86/vec.h"

const struct ir_guest x86_guest = {
    .name = "x86",
    .helpers = x86_helpers,
    .helper_count = X86_HELPER_COUNT,
    .vecs = x86_vecs,
    .vec_count = X86_VEC_COUNT,
    .slot_name = x86_slot_name,
    .load = x86_guest_load,
    .store = x86_guest_store,
    .probe = x86_guest_probe,
    .rmw_begin = x86_guest_rmw_begin,
    .rmw_end = x86_guest_rmw_end,
    .lift = x86_lift_block,
    .code_address = x86_guest_code_address,
};
