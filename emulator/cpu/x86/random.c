/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RDRAND and RDSEED: the host's random numbers, fetched many at a time. */
#include <string.h>
#include <sys/random.h>

#include "emulator/cpu/x86/helpers.h"

#define RANDOM_POOL (sizeof(((struct x86_cpu *)0)->random_pool) / sizeof(uint64_t))

/* False: the host has none now; the guest is told so and tries again. */
static bool random_take(struct x86_cpu *cpu, uint64_t *value)
{
    if (cpu->random_left == 0) {
        ssize_t got = getrandom(cpu->random_pool, sizeof(cpu->random_pool), GRND_NONBLOCK);
        if (got != (ssize_t)sizeof(cpu->random_pool))
            return false;
        cpu->random_left = RANDOM_POOL;
    }
    *value = cpu->random_pool[--cpu->random_left];
    cpu->random_pool[cpu->random_left] = 0; /* no number is kept once it was given out */
    return true;
}

enum ir_status x86_helper_rdrand(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t value = 0;
    bool done = random_take(x86_cpu_of(env), &value);
    env->result = a == 8 ? value : value & ((1ull << (8 * a)) - 1);
    ir_flags_put(env, done ? IR_F_C : 0, IR_F_ALL);
    return IR_OK;
}
