/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In place of a host's part where there is none: the translator is not available. */
#include "emulator/api/error.h"
#include "emulator/jit/internal.h"

bool emu_jit_available(struct emu_error *err)
{
    return emu_error_set(err, EMU_ERROR_HOST,
                         "translation needs an x86-64 host; use --accel interp");
}

bool jit_make_stubs(struct jit *jit, const struct ir_guest *guest)
{
    return false;
}

struct jit_translation *jit_translation_new(void)
{
    return NULL;
}

struct ir_block *jit_translate(const struct jit_order *order, const struct ir_builder *builder)
{
    return NULL;
}
