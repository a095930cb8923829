/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The helpers that lifted x86 code calls: X86_HELPER_name is the index for ir_call, x86_helper_name
 * the function, x86_helpers the table for struct ir_guest. All run on the vcpu's thread.
 */
#ifndef EMU_CPU_X86_HELPERS_H
#define EMU_CPU_X86_HELPERS_H

#include "emulator/cpu/x86/state.h"

enum x86_helper {
#define HELPER(name, attributes, arguments) X86_HELPER_##name,
#include "emulator/cpu/x86/helpers-system.inc"
#include "emulator/cpu/x86/helpers-integer.inc"
#include "emulator/cpu/x86/helpers-float.inc"
#undef HELPER
    X86_HELPER_COUNT
};

#define HELPER(name, attributes, arguments)                                                        \
    enum ir_status x86_helper_##name(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c);
#include "emulator/cpu/x86/helpers-system.inc"
#include "emulator/cpu/x86/helpers-integer.inc"
#include "emulator/cpu/x86/helpers-float.inc"
#undef HELPER

extern const struct ir_helper x86_helpers[X86_HELPER_COUNT];

#endif
