/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether this host can run translated code: x86-64 always can, if it maps memory to execute. And
 * which vector instructions it has. */
#include "emulator/jit/x86-64/vector.h"

#include <cpuid.h>

bool emu_jit_available(struct emu_error *err)
{
    struct jit_cache cache = {0};

    if (!jit_cache_init(&cache, err))
        return false;
    jit_cache_finish(&cache);
    return true;
}

/* The ones that not all compilers know by name. */
static bool host_has_sha(void)
{
    unsigned a, b = 0, c, d;

    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1);
}

static bool host_has_f16c(void)
{
    unsigned a, b, c = 0, d;

    return __get_cpuid(1, &a, &b, &c, &d) && (c >> 29 & 1);
}

static bool host_has_lzcnt(void)
{
    unsigned a, b, c = 0, d;

    return __get_cpuid(0x80000001, &a, &b, &c, &d) && (c >> 5 & 1);
}

unsigned jit_host_vectors(void)
{
    unsigned features = 0;

    __builtin_cpu_init();
    if (__builtin_cpu_supports("ssse3") && __builtin_cpu_supports("sse4.2"))
        features |= JIT_SSE;
    if (features && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
        host_has_f16c())
        features |= JIT_AVX;
    if (__builtin_cpu_supports("aes"))
        features |= JIT_AES;
    if (__builtin_cpu_supports("pclmul"))
        features |= JIT_PCLMUL;
    return features | (host_has_sha() ? JIT_SHA : 0) | (host_has_lzcnt() ? JIT_LZCNT : 0);
}
