/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The descriptor tables' registers and the instructions that look at descriptors: LGDT, LIDT, SGDT,
 * SIDT, LLDT, LTR, SLDT, STR, SMSW, LAR, LSL, VERR, VERW (SDM volume 2).
 */
#include <string.h>

#include "emulator/cpu/x86/helpers.h"
#include "emulator/cpu/x86/segment.h"

static enum ir_status tables_denied(struct x86_cpu *cpu)
{
    return x86_raise_error(cpu, X86_GP, 0);
}

static emu_gva tables_behind_limit(const struct x86_cpu *cpu, emu_gva address)
{
    return x86_code64(cpu) ? address + 2 : (uint32_t)(address + 2);
}

enum ir_status x86_helper_load_table(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint64_t limit, base;
    enum ir_status status;

    if (cpu->cpl != 0)
        return tables_denied(cpu);
    status = x86_load(cpu, b, 2, &limit);
    if (status == IR_OK)
        status = x86_load(cpu, tables_behind_limit(cpu, b), c == 8 ? 8 : 4, &base);
    if (status != IR_OK)
        return status;
    if (c == 8 && !x86_canonical(base))
        return tables_denied(cpu);
    if (c == 3)
        base &= 0xffffff;
    *(a ? &cpu->idt : &cpu->gdt) = (struct x86_table){base, (uint16_t)limit};
    return IR_OK;
}

enum ir_status x86_helper_store_table(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_table table = a ? cpu->idt : cpu->gdt;
    uint8_t image[10];

    if ((cpu->cr4 & X86_CR4_UMIP) && cpu->cpl != 0)
        return tables_denied(cpu);
    if (c == 3)
        table.base &= 0xffffff;
    memcpy(image, &table.limit, 2);
    memcpy(image + 2, &table.base, 8);
    return x86_store_bytes(cpu, b, image, c == 8 ? 10 : 6);
}

/* ---- LDTR and TR ---- */

static enum ir_status tables_check_system(struct x86_cpu *cpu, uint16_t selector,
                                          struct x86_descriptor *d)
{
    if (selector & 4)
        return x86_raise_error(cpu, X86_GP, x86_selector_error(selector));
    return x86_read_system_descriptor(cpu, selector, X86_GP, d);
}

/* Type and presence, and in long mode the form of the base. */
static enum ir_status tables_check_type(struct x86_cpu *cpu, uint16_t selector,
                                        const struct x86_descriptor *d, bool type_ok)
{
    uint32_t error = x86_selector_error(selector);

    if ((d->attr & X86_ATTR_S) || !type_ok)
        return x86_raise_error(cpu, X86_GP, error);
    if (!(d->attr & X86_ATTR_P))
        return x86_raise_error(cpu, X86_NP, error);
    if (x86_long_mode(cpu) && !x86_canonical(d->base))
        return x86_raise_error(cpu, X86_GP, error);
    return IR_OK;
}

enum ir_status x86_helper_lldt(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint16_t selector = (uint16_t)a;
    struct x86_descriptor d = {0};
    enum ir_status status;

    if (x86_real_or_vm86(cpu))
        return x86_raise(cpu, X86_UD);
    if (cpu->cpl != 0)
        return tables_denied(cpu);
    if (x86_is_null(selector)) {
        x86_set_null_segment(cpu, X86_LDTR, selector);
        return IR_OK;
    }
    status = tables_check_system(cpu, selector, &d);
    if (status == IR_OK)
        status = tables_check_type(cpu, selector, &d, X86_ATTR_TYPE(d.attr) == X86_TYPE_LDT);
    if (status == IR_OK)
        x86_set_segment_from(cpu, X86_LDTR, selector, &d);
    return status;
}

static bool tables_is_free_tss(const struct x86_cpu *cpu, uint32_t attr)
{
    unsigned type = X86_ATTR_TYPE(attr);

    return type == X86_TYPE_TSS || (type == X86_TYPE_TSS16 && !x86_long_mode(cpu));
}

enum ir_status x86_helper_ltr(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint16_t selector = (uint16_t)a;
    struct x86_descriptor d = {0};
    enum ir_status status;

    if (x86_real_or_vm86(cpu))
        return x86_raise(cpu, X86_UD);
    if (cpu->cpl != 0 || x86_is_null(selector))
        return tables_denied(cpu);
    status = tables_check_system(cpu, selector, &d);
    if (status == IR_OK)
        status = tables_check_type(cpu, selector, &d, tables_is_free_tss(cpu, d.attr));
    if (status == IR_OK)
        status = x86_mark_busy(cpu, d.address, true);
    if (status != IR_OK)
        return status;
    d.attr |= 2; /* busy */
    x86_set_segment_from(cpu, X86_TR, selector, &d);
    return IR_OK;
}

enum ir_status x86_helper_store_sys(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);

    if (a < 2 && x86_real_or_vm86(cpu))
        return x86_raise(cpu, X86_UD);
    if ((cpu->cr4 & X86_CR4_UMIP) && cpu->cpl != 0)
        return tables_denied(cpu);
    env->result = a == 0   ? cpu->seg[X86_LDTR].selector
                  : a == 1 ? cpu->seg[X86_TR].selector
                           : cpu->cr0;
    return IR_OK;
}

/* ---- looking at descriptors ---- */

enum tables_look { LOOK_LAR, LOOK_LSL, LOOK_VERR, LOOK_VERW };

static bool tables_system_type_shown(const struct x86_cpu *cpu, enum tables_look look,
                                     unsigned type)
{
    bool gate = type == X86_TYPE_CALL16 || type == X86_TYPE_TASK || type == X86_TYPE_CALL;

    if (look == LOOK_VERR || look == LOOK_VERW || (gate && look == LOOK_LSL))
        return false;
    if (type == X86_TYPE_LDT || type == X86_TYPE_TSS || type == X86_TYPE_TSS_BUSY ||
        type == X86_TYPE_CALL)
        return true;
    return !x86_long_mode(cpu) && (gate || type == X86_TYPE_TSS16 || type == X86_TYPE_TSS16_BUSY);
}

static bool tables_type_shown(const struct x86_cpu *cpu, enum tables_look look, uint32_t attr)
{
    bool code = attr & X86_ATTR_CODE, rw = attr & X86_ATTR_RW;

    if (!(attr & X86_ATTR_S))
        return tables_system_type_shown(cpu, look, X86_ATTR_TYPE(attr));
    if (look == LOOK_VERR)
        return !code || rw;
    if (look == LOOK_VERW)
        return !code && rw;
    return true;
}

static bool tables_privilege_shown(const struct x86_cpu *cpu, uint16_t selector, uint32_t attr)
{
    unsigned dpl = X86_ATTR_DPL(attr);

    return (x86_is_code(attr) && x86_is_conforming(attr)) ||
           (cpu->cpl <= dpl && x86_rpl(selector) <= dpl);
}

/* Sets ZF, and fills *d where it is set. */
static enum ir_status tables_look(struct x86_cpu *cpu, enum tables_look look, uint16_t selector,
                                  struct x86_descriptor *d, bool *shown)
{
    uint64_t raw;
    enum ir_status status;

    *shown = false;
    if (x86_real_or_vm86(cpu))
        return x86_raise(cpu, X86_UD);
    if (!x86_is_null(selector) && x86_descriptor_address(cpu, selector, 8, &d->address)) {
        status = x86_load_system(cpu, d->address, 8, &raw);
        if (status != IR_OK)
            return status;
        x86_parse_descriptor(raw, d);
        *shown =
            tables_type_shown(cpu, look, d->attr) && tables_privilege_shown(cpu, selector, d->attr);
    }
    ir_flags_put(&cpu->ir, *shown ? IR_F_Z : 0, IR_F_Z);
    return IR_OK;
}

enum ir_status x86_helper_lar(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_descriptor d;
    bool shown;
    enum ir_status status = tables_look(x86_cpu_of(env), LOOK_LAR, (uint16_t)a, &d, &shown);

    env->result = status == IR_OK && shown ? d.high & (c == 2 ? 0xff00 : 0x00f0ff00) : b;
    return status;
}

enum ir_status x86_helper_lsl(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_descriptor d;
    bool shown;
    enum ir_status status = tables_look(x86_cpu_of(env), LOOK_LSL, (uint16_t)a, &d, &shown);

    env->result = status == IR_OK && shown ? (c == 2 ? d.limit & 0xffff : d.limit) : b;
    return status;
}

enum ir_status x86_helper_verr(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_descriptor d;
    bool shown;

    return tables_look(x86_cpu_of(env), LOOK_VERR, (uint16_t)a, &d, &shown);
}

enum ir_status x86_helper_verw(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_descriptor d;
    bool shown;

    return tables_look(x86_cpu_of(env), LOOK_VERW, (uint16_t)a, &d, &shown);
}
