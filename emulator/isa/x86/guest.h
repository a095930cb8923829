/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The x86-64 guest as the executors of IR see it. */
#ifndef EMU_ISA_X86_GUEST_H
#define EMU_ISA_X86_GUEST_H

#include "emulator/ir/ir.h"

extern const struct ir_guest x86_guest;

/* The guest's lift: see struct ir_guest. The vcpu's thread. */
enum ir_status x86_lift_block(struct ir_env *env, struct ir_builder *builder, unsigned max_insns);
/* Its copy_code, the vcpu's thread, and lift_copy, any thread. */
bool x86_lift_copy_code(struct ir_env *env, struct ir_code_copy *out);
enum ir_status x86_lift_copy(const struct ir_code_copy *copy, unsigned offset,
                             struct ir_builder *builder);
/* The guest's slot_name. Any thread. */
const char *x86_slot_name(unsigned slot);

#endif
