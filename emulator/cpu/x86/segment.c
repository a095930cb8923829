/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Segment registers: descriptors in memory, the checks of segment loads with their error codes
 * (SDM volume 2, MOV; volume 3, chapters 3 and 5), limits, and the helpers for segment overrides.
 */
#include "emulator/cpu/x86/segment.h"

#include "emulator/cpu/x86/helpers.h"
#include "emulator/cpu/x86/mmu.h"

/* ---- the hidden part ---- */

static void segment_set_ends(const struct x86_cpu *cpu, struct x86_segment *seg)
{
    bool real = x86_real_or_vm86(cpu);
    bool code = seg->attr & X86_ATTR_CODE;
    uint64_t end = (uint64_t)seg->limit + 1;

    seg->read_end = 0;
    seg->write_end = 0;
    if ((seg->attr & X86_ATTR_NULL) || !(seg->attr & X86_ATTR_P) ||
        (!code && (seg->attr & X86_ATTR_DOWN)))
        return;
    if (!code || real || (seg->attr & X86_ATTR_RW))
        seg->read_end = end;
    if (real || (!code && (seg->attr & X86_ATTR_RW)))
        seg->write_end = end;
}

void x86_refresh_segments(struct x86_cpu *cpu)
{
    for (unsigned i = X86_ES; i <= X86_GS; i++)
        segment_set_ends(cpu, &cpu->seg[i]);
}

void x86_set_segment(struct x86_cpu *cpu, enum x86_seg_name name, uint16_t selector, uint64_t base,
                     uint32_t limit, uint32_t attr)
{
    struct x86_segment *seg = &cpu->seg[name];

    seg->selector = selector;
    seg->base = base;
    seg->limit = limit;
    seg->attr = attr;
    segment_set_ends(cpu, seg);
}

void x86_set_segment_from(struct x86_cpu *cpu, enum x86_seg_name name, uint16_t selector,
                          const struct x86_descriptor *d)
{
    x86_set_segment(cpu, name, selector, d->base, d->limit, d->attr);
}

void x86_set_null_segment(struct x86_cpu *cpu, enum x86_seg_name name, uint16_t selector)
{
    x86_set_segment(cpu, name, selector, 0, 0, X86_ATTR_NULL);
}

void x86_set_real_segment(struct x86_cpu *cpu, enum x86_seg_name name, uint16_t selector)
{
    const struct x86_segment *seg = &cpu->seg[name];

    if (cpu->eflags & X86_FLAG_VM)
        x86_set_segment(cpu, name, selector, (uint32_t)selector << 4, 0xffff, 0xf3);
    else /* limit and attributes stay as protected mode left them */
        x86_set_segment(cpu, name, selector, (uint32_t)selector << 4, seg->limit,
                        seg->attr & X86_ATTR_NULL ? 0x93 : seg->attr);
}

/* ---- descriptors ---- */

bool x86_descriptor_address(const struct x86_cpu *cpu, uint16_t selector, unsigned size,
                            emu_gva *address)
{
    const struct x86_segment *ldt = &cpu->seg[X86_LDTR];
    uint32_t offset = selector & 0xfff8u;
    bool local = selector & 4;

    if (local && ((ldt->attr & X86_ATTR_NULL) || !(ldt->attr & X86_ATTR_P)))
        return false;
    if (offset + size - 1 > (local ? ldt->limit : cpu->gdt.limit))
        return false;
    *address = (local ? ldt->base : cpu->gdt.base) + offset;
    return true;
}

void x86_parse_descriptor(uint64_t raw, struct x86_descriptor *out)
{
    uint32_t low = (uint32_t)raw, high = raw >> 32;

    out->low = low;
    out->high = high;
    out->base = low >> 16 | (high & 0xff) << 16 | (high & 0xff000000);
    out->limit = (low & 0xffff) | (high & 0xf0000);
    out->attr = high >> 8 & 0xf0ff;
    if (out->attr & X86_ATTR_G)
        out->limit = out->limit << 12 | 0xfff;
}

enum ir_status x86_read_descriptor(struct x86_cpu *cpu, uint16_t selector, enum x86_vector vector,
                                   struct x86_descriptor *out)
{
    uint64_t raw;
    enum ir_status status;

    if (!x86_descriptor_address(cpu, selector, 8, &out->address))
        return x86_raise_error(cpu, vector, x86_selector_error(selector));
    status = x86_load_system(cpu, out->address, 8, &raw);
    if (status == IR_OK)
        x86_parse_descriptor(raw, out);
    return status;
}

enum ir_status x86_read_system_descriptor(struct x86_cpu *cpu, uint16_t selector,
                                          enum x86_vector vector, struct x86_descriptor *out)
{
    enum ir_status status = x86_read_descriptor(cpu, selector, vector, out);
    emu_gva address;
    uint64_t upper;

    if (status != IR_OK || !x86_long_mode(cpu))
        return status;
    if (!x86_descriptor_address(cpu, selector, 16, &address))
        return x86_raise_error(cpu, vector, x86_selector_error(selector));
    status = x86_load_system(cpu, address + 8, 8, &upper);
    if (status != IR_OK)
        return status;
    if (upper >> 40 & 0x1f) /* the type of what would be the next descriptor */
        return x86_raise_error(cpu, vector, x86_selector_error(selector));
    out->base |= upper << 32;
    return IR_OK;
}

/* Changes bits of a descriptor's sixth byte, which other processors may change too. */
static enum ir_status segment_change_type(struct x86_cpu *cpu, emu_gva address, uint8_t set,
                                          uint8_t clear)
{
    struct x86_how how = x86_how_system(cpu, X86_WRITE);
    const struct x86_page *page;
    uint32_t error = 0;
    uint64_t value;
    uint8_t *host;

    address = (address + 5) & how.mask;
    page = x86_page_find(cpu, address, &how, &error);
    if (page == NULL)
        return x86_raise_page_fault(cpu, address, error);
    if (!(page->rights & X86_PAGE_HOST_W)) {
        enum ir_status status = x86_load_system(cpu, address, 1, &value);

        return status != IR_OK ? status : x86_store_system(cpu, address, 1, (value | set) & ~clear);
    }
    host = page->host + (address & ~IR_PAGE_MASK);
    if (set)
        __atomic_fetch_or(host, set, __ATOMIC_SEQ_CST);
    if (clear)
        __atomic_fetch_and(host, (uint8_t)~clear, __ATOMIC_SEQ_CST);
    return IR_OK;
}

enum ir_status x86_mark_accessed(struct x86_cpu *cpu, struct x86_descriptor *d)
{
    if (d->attr & X86_ATTR_ACCESSED)
        return IR_OK;
    d->attr |= X86_ATTR_ACCESSED;
    return segment_change_type(cpu, d->address, X86_ATTR_ACCESSED, 0);
}

enum ir_status x86_mark_busy(struct x86_cpu *cpu, emu_gva address, bool busy)
{
    return segment_change_type(cpu, address, busy ? 2 : 0, busy ? 0 : 2);
}

/* ---- checked loads ---- */

enum ir_status x86_check_stack_segment(struct x86_cpu *cpu, uint16_t selector, unsigned cpl,
                                       enum x86_vector vector, struct x86_descriptor *out)
{
    enum ir_status status;

    if (x86_is_null(selector))
        return x86_raise_error(cpu, vector, vector == X86_TS ? x86_selector_error(selector) : 0);
    status = x86_read_descriptor(cpu, selector, vector, out);
    if (status != IR_OK)
        return status;
    if (x86_rpl(selector) != cpl || !x86_is_writable_data(out->attr) ||
        X86_ATTR_DPL(out->attr) != cpl)
        return x86_raise_error(cpu, vector, x86_selector_error(selector));
    if (!(out->attr & X86_ATTR_P))
        return x86_raise_error(cpu, X86_STACK, x86_selector_error(selector));
    return x86_mark_accessed(cpu, out);
}

static bool segment_data_allowed(uint16_t selector, unsigned cpl, uint32_t attr)
{
    unsigned dpl = X86_ATTR_DPL(attr);

    if (!(attr & X86_ATTR_S) || ((attr & X86_ATTR_CODE) && !(attr & X86_ATTR_RW)))
        return false;
    if ((attr & X86_ATTR_CODE) && x86_is_conforming(attr))
        return true;
    return x86_rpl(selector) <= dpl && cpl <= dpl;
}

enum ir_status x86_check_data_segment(struct x86_cpu *cpu, uint16_t selector, unsigned cpl,
                                      enum x86_vector vector, struct x86_descriptor *out)
{
    enum ir_status status = x86_read_descriptor(cpu, selector, vector, out);

    if (status != IR_OK)
        return status;
    if (!segment_data_allowed(selector, cpl, out->attr))
        return x86_raise_error(cpu, vector, x86_selector_error(selector));
    if (!(out->attr & X86_ATTR_P))
        return x86_raise_error(cpu, X86_NP, x86_selector_error(selector));
    return x86_mark_accessed(cpu, out);
}

static enum ir_status segment_load_stack(struct x86_cpu *cpu, uint16_t selector)
{
    struct x86_descriptor d = {0};
    enum ir_status status;

    if (x86_is_null(selector) && x86_code64(cpu) && cpu->cpl < 3 && x86_rpl(selector) == cpu->cpl) {
        x86_set_null_segment(cpu, X86_SS, selector);
        return IR_OK;
    }
    status = x86_check_stack_segment(cpu, selector, cpu->cpl, X86_GP, &d);
    if (status == IR_OK)
        x86_set_segment_from(cpu, X86_SS, selector, &d);
    return status;
}

static enum ir_status segment_load_data(struct x86_cpu *cpu, enum x86_seg_name name,
                                        uint16_t selector)
{
    struct x86_descriptor d;
    enum ir_status status;

    if (x86_is_null(selector)) {
        x86_set_null_segment(cpu, name, selector);
        return IR_OK;
    }
    status = x86_check_data_segment(cpu, selector, cpu->cpl, X86_GP, &d);
    if (status == IR_OK)
        x86_set_segment_from(cpu, name, selector, &d);
    return status;
}

static enum ir_status segment_load(struct x86_cpu *cpu, enum x86_seg_name name, uint16_t selector)
{
    if (x86_real_or_vm86(cpu)) {
        x86_set_real_segment(cpu, name, selector);
        return IR_OK;
    }
    return name == X86_SS ? segment_load_stack(cpu, selector)
                          : segment_load_data(cpu, name, selector);
}

enum ir_status x86_helper_load_seg(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    enum ir_status status = segment_load(cpu, (enum x86_seg_name)a, (uint16_t)b);

    if (status != IR_OK)
        return status;
    if (a == X86_SS)
        cpu->shadow = true;
    x86_update_mode(cpu);
    return IR_OK;
}

static void segment_drop_inner(struct x86_cpu *cpu, enum x86_seg_name name)
{
    struct x86_segment *seg = &cpu->seg[name];
    uint32_t attr = seg->attr;

    if (attr & X86_ATTR_NULL) {
        seg->selector = 0; /* its RPL does not survive; a base from an MSR does */
        return;
    }
    if ((attr & X86_ATTR_CODE) && x86_is_conforming(attr))
        return;
    if (X86_ATTR_DPL(attr) < cpu->cpl)
        x86_set_null_segment(cpu, name, 0);
}

void x86_drop_inner_segments(struct x86_cpu *cpu)
{
    segment_drop_inner(cpu, X86_ES);
    segment_drop_inner(cpu, X86_DS);
    segment_drop_inner(cpu, X86_FS);
    segment_drop_inner(cpu, X86_GS);
}

/* ---- limits ---- */

bool x86_limit_allows(uint32_t attr, uint32_t limit, uint64_t offset, unsigned size)
{
    uint64_t last = offset + size - 1;

    if (!(attr & X86_ATTR_CODE) && (attr & X86_ATTR_DOWN))
        return offset > limit && last <= (attr & X86_ATTR_DB ? 0xffffffffu : 0xffffu);
    return last <= limit;
}

static bool segment_kind_allows(const struct x86_cpu *cpu, uint32_t attr, bool write)
{
    if (x86_real_or_vm86(cpu))
        return true;
    if (attr & X86_ATTR_CODE)
        return !write && (attr & X86_ATTR_RW);
    return !write || (attr & X86_ATTR_RW);
}

enum ir_status x86_helper_limit_check(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);

    if (cpu->ir.pc + a - 1 > cpu->seg[X86_CS].limit)
        return x86_raise_error(cpu, X86_GP, 0);
    return IR_OK;
}

enum ir_status x86_helper_seg_check(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    enum x86_seg_name name = a & 0xff;
    const struct x86_segment *seg = &cpu->seg[name];
    enum x86_vector vector = name == X86_SS ? X86_STACK : X86_GP;
    bool write = a >> 8 & 1;
    unsigned size = a >> 16 & 0xffff;

    if ((seg->attr & X86_ATTR_NULL) || !(seg->attr & X86_ATTR_P))
        return x86_raise_error(cpu, vector, 0);
    if (!segment_kind_allows(cpu, seg->attr, write))
        return x86_raise_error(cpu, X86_GP, 0);
    if (!x86_limit_allows(seg->attr, seg->limit, b, size))
        return x86_raise_error(cpu, vector, 0);
    return IR_OK;
}
