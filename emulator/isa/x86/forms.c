/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form tables, made from forms-*.inc. */
#include "emulator/isa/x86/lift.h"
#include "emulator/cpu/x86/x87.h"
#include "emulator/isa/x86/parameters.h"
#include "emulator/isa/x86/vec.h"
#include "emulator/isa/x86/vec-forms.h"

#define FORM(mnemonic, function, parameter, feature, chapter, test)                                \
    [ZYDIS_MNEMONIC_##mnemonic] = {x86_lift_##function, parameter, X86_FEATURE_##feature,          \
                                   #mnemonic,           chapter,   test},

const struct x86_form x86_forms_integer[ZYDIS_MNEMONIC_MAX_VALUE + 1] = {
#include "emulator/isa/x86/forms-integer.inc"
};
const struct x86_form x86_forms_vector[ZYDIS_MNEMONIC_MAX_VALUE + 1] = {
#include "emulator/isa/x86/forms-vector.inc"
};
const struct x86_form x86_forms_x87[ZYDIS_MNEMONIC_MAX_VALUE + 1] = {
#include "emulator/isa/x86/forms-x87.inc"
};
