/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of helpers for struct ir_guest. */
#include "emulator/cpu/x86/helpers.h"

const struct ir_helper x86_helpers[X86_HELPER_COUNT] = {
#define HELPER(name, attributes, arguments) {#name, x86_helper_##name, attributes},
#include "emulator/cpu/x86/helpers-system.inc"
#include "emulator/cpu/x86/helpers-integer.inc"
#include "emulator/cpu/x86/helpers-float.inc"
#undef HELPER
};
