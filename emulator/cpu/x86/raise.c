/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exceptions that lifted code raises by itself, and instructions that never do anything else here.
 */
#include "emulator/cpu/x86/cpu.h"
#include "emulator/cpu/x86/helpers.h"

enum ir_status x86_helper_raise(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);

    return c ? x86_raise_error(cpu, (enum x86_vector)a, (uint32_t)b)
             : x86_raise(cpu, (enum x86_vector)a);
}

/* No hypervisor offers calls to the guest. */
enum ir_status x86_helper_vmcall(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    return x86_raise(x86_cpu_of(env), X86_UD);
}
