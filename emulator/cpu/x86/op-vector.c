/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vector helpers: masked moves and gathers, element by element, MXCSR, clearing registers (SDM
 * volume 2: VMASKMOV, MASKMOVDQU, VGATHER, LDMXCSR, VZEROALL).
 */
#include "emulator/cpu/x86/helpers.h"

#include <string.h>

#include "emulator/cpu/x86/mxcsr.h"
#include "emulator/cpu/x86/vector.h"

static bool mask_has(const uint8_t *mask, unsigned element, unsigned i)
{
    return mask[element * i + element - 1] & 0x80;
}

/* ---- masked moves ---- */

static unsigned masked_access(uint64_t what)
{
    return what & X86_MASKED_STACK ? IR_ACCESS_STACK : 0;
}

/* Is all of it there to be written? */
static enum ir_status masked_probe(struct x86_cpu *cpu, emu_gva address, uint64_t what)
{
    unsigned element = X86_MASKED_ELEMENT(what);
    const uint8_t *mask = (const uint8_t *)cpu->vec[X86_MASKED_MASK(what)];
    for (unsigned i = 0; i < X86_MASKED_BYTES(what) / element; i++)
        if (mask_has(mask, element, i) &&
            x86_guest_probe(&cpu->ir, address + element * i, element, masked_access(what)) != IR_OK)
            return IR_FAULT;
    return IR_OK;
}

static enum ir_status masked_store(struct x86_cpu *cpu, emu_gva address, uint64_t what)
{
    unsigned element = X86_MASKED_ELEMENT(what);
    const uint8_t *data = (const uint8_t *)cpu->vec[X86_MASKED_DATA(what)];
    const uint8_t *mask = (const uint8_t *)cpu->vec[X86_MASKED_MASK(what)];
    if (masked_probe(cpu, address, what) != IR_OK)
        return IR_FAULT;
    for (unsigned i = 0; i < X86_MASKED_BYTES(what) / element; i++) {
        uint64_t value = 0;
        if (!mask_has(mask, element, i))
            continue;
        memcpy(&value, data + element * i, element);
        enum ir_status status =
            x86_guest_store(&cpu->ir, address + element * i, &value, element, masked_access(what));
        if (status != IR_OK)
            return status;
    }
    return IR_OK;
}

/* The register is written when all elements are there. */
static enum ir_status masked_load(struct x86_cpu *cpu, emu_gva address, uint64_t what)
{
    unsigned element = X86_MASKED_ELEMENT(what);
    const uint8_t *mask = (const uint8_t *)cpu->vec[X86_MASKED_MASK(what)];
    uint8_t data[32] = {0};
    for (unsigned i = 0; i < X86_MASKED_BYTES(what) / element; i++) {
        uint64_t value;
        if (!mask_has(mask, element, i))
            continue;
        if (x86_guest_load(&cpu->ir, address + element * i, &value, element, masked_access(what)) !=
            IR_OK)
            return IR_FAULT;
        memcpy(data + element * i, &value, element);
    }
    memcpy(cpu->vec[X86_MASKED_DATA(what)], data, sizeof(data));
    return IR_OK;
}

enum ir_status x86_helper_vec_masked(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    return X86_MASKED_STORE(b) ? masked_store(cpu, a, b) : masked_load(cpu, a, b);
}

/* ---- gathers ---- */

static uint64_t gather_index(const struct x86_cpu *cpu, uint64_t what, unsigned i)
{
    const uint8_t *indices = (const uint8_t *)cpu->vec[X86_GATHER_INDEX(what)];
    if (X86_GATHER_ISIZE(what) == 4) {
        int32_t narrow;
        memcpy(&narrow, indices + 4 * i, 4);
        return (uint64_t)(int64_t)narrow;
    }
    uint64_t wide;
    memcpy(&wide, indices + 8 * i, 8);
    return wide;
}

static bool gather_long_mode(const struct x86_cpu *cpu)
{
    return cpu->ir.mode & X86_MODE_CODE64;
}

/* The linear address of an offset; outside 64-bit code the segment is checked. */
static enum ir_status gather_linear(struct x86_cpu *cpu, uint64_t what, emu_gva *address)
{
    unsigned seg = X86_GATHER_SEG(what);
    if (gather_long_mode(cpu)) {
        if (seg == X86_FS || seg == X86_GS)
            *address += cpu->seg[seg].base;
        return IR_OK;
    }
    uint64_t check = seg | (uint64_t)X86_GATHER_DSIZE(what) << 16;
    if (x86_helper_seg_check(&cpu->ir, check, *address, 0) != IR_OK)
        return IR_FAULT;
    *address = (uint32_t)(*address + cpu->seg[seg].base);
    return IR_OK;
}

static enum ir_status gather_element(struct x86_cpu *cpu, uint64_t base, uint64_t what, unsigned i)
{
    unsigned size = X86_GATHER_DSIZE(what);
    uint8_t *d = (uint8_t *)cpu->vec[X86_GATHER_D(what)] + size * i;
    uint64_t value;
    emu_gva address = base + (gather_index(cpu, what, i) << X86_GATHER_SCALE(what));
    if (X86_GATHER_ASIZE(what) == 4)
        address = (uint32_t)address;
    unsigned access = X86_GATHER_SEG(what) == X86_SS ? IR_ACCESS_STACK : 0;
    if (gather_linear(cpu, what, &address) != IR_OK ||
        x86_guest_load(&cpu->ir, address, &value, size, access) != IR_OK)
        return IR_FAULT;
    memcpy(d, &value, size);
    return IR_OK;
}

/* Elements that are done lose their mask bit, so that the instruction can go on after a fault. */
enum ir_status x86_helper_vec_gather(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    unsigned size = X86_GATHER_DSIZE(b), isize = X86_GATHER_ISIZE(b);
    unsigned count = X86_GATHER_BYTES(b) / (size > isize ? size : isize);
    uint8_t *d = (uint8_t *)cpu->vec[X86_GATHER_D(b)];
    uint8_t *mask = (uint8_t *)cpu->vec[X86_GATHER_MASK(b)];
    for (unsigned i = 0; i < count; i++) {
        if (mask_has(mask, size, i) && gather_element(cpu, a, b, i) != IR_OK)
            return IR_FAULT;
        memset(mask + size * i, 0, size);
    }
    memset(d + size * count, 0, 32 - size * count);
    memset(mask, 0, 32);
    return IR_OK;
}

/* ---- MXCSR and clearing ---- */

enum ir_status x86_helper_ldmxcsr(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    if ((uint32_t)a & ~X86_MXCSR_VALID)
        return x86_raise_error(cpu, X86_GP, 0);
    x86_set_mxcsr(cpu, (uint32_t)a);
    return IR_OK;
}

enum ir_status x86_helper_stmxcsr(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    x86_sync_mxcsr(cpu);
    env->result = cpu->mxcsr;
    return IR_OK;
}

enum ir_status x86_helper_vec_zero(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    for (unsigned i = 0; i < b && i < X86_VECTORS; i++) {
        if (a)
            memset(cpu->vec[i], 0, 16);
        memset(&cpu->vec[i][2], 0, 16);
    }
    return IR_OK;
}
