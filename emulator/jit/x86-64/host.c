/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether this host can run translated code: x86-64 always can, if it maps memory to execute. */
#include "emulator/jit/internal.h"

bool emu_jit_available(struct emu_error *err)
{
    struct jit_cache cache = {0};

    if (!jit_cache_init(&cache, err))
        return false;
    jit_cache_finish(&cache);
    return true;
}
