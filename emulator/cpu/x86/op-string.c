/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * String instructions (SDM volume 1, 7.3.9): one call runs a bounded number of iterations, page by
 * page on host memory where the pages are plain RAM, else element by element. The registers are
 * up to date before anything can fault, so that the instruction can be started again.
 */
#include "emulator/cpu/x86/ops.h"

#include "emulator/cpu/x86/helpers.h"
#include "emulator/util/shared-memory.h"

#define STRING_CHUNKS 32 /* pages or single elements in one call */

struct string_run {
    struct x86_cpu *cpu;
    struct x86_string s;
    uint64_t mask;  /* of offsets and the count */
    uint64_t count; /* iterations left; 1 without a prefix */
    bool down;      /* DF */
    bool stop;      /* a comparison ended it */
    bool compared;
    uint64_t left, right; /* of the last comparison */
};

/* One of the two places that a string instruction works on. */
struct string_place {
    enum x86_gpr reg;
    enum x86_seg_name seg;
    bool write;
};

/* What an instruction is: element does one iteration; bulk does some natively, and returns how
 * many, 0 if it cannot. */
struct string_op {
    bool source, destination; /* moves rSI, rDI */
    enum ir_status (*element)(struct string_run *run);
    unsigned (*bulk)(struct string_run *run);
};

/* ---- registers and addresses ---- */

static uint64_t string_mask(unsigned address_size)
{
    return address_size == 2 ? 0xffff : address_size == 4 ? 0xffffffff : UINT64_MAX;
}

static uint64_t string_get(const struct string_run *run, enum x86_gpr reg)
{
    return run->cpu->gpr[reg] & run->mask;
}

static void string_put(struct string_run *run, enum x86_gpr reg, uint64_t value)
{
    uint64_t *gpr = &run->cpu->gpr[reg];
    value &= run->mask;
    *gpr = run->mask == 0xffff ? (*gpr & ~0xffffull) | value : value;
}

static struct string_place string_source(const struct string_run *run)
{
    return (struct string_place){X86_RSI, run->s.segment, false};
}

static const struct string_place string_read_di = {X86_RDI, X86_ES, false};
static const struct string_place string_write_di = {X86_RDI, X86_ES, true};

static emu_gva string_linear(const struct string_run *run, const struct string_place *place)
{
    uint64_t offset = string_get(run, place->reg);
    if (!run->s.code64)
        return (uint32_t)(run->cpu->seg[place->seg].base + offset);
    if (place->seg == X86_FS || place->seg == X86_GS)
        return run->cpu->seg[place->seg].base + offset;
    return offset;
}

static uint64_t string_segment_end(const struct string_run *run, const struct string_place *place)
{
    const struct x86_segment *seg = &run->cpu->seg[place->seg];
    return place->write ? seg->write_end : seg->read_end;
}

static enum ir_status string_check(struct string_run *run, const struct string_place *place)
{
    uint64_t offset = string_get(run, place->reg);
    if (run->s.code64 || offset + run->s.size <= string_segment_end(run, place))
        return IR_OK;
    uint64_t what = (unsigned)place->seg | (uint64_t)place->write << 8 | run->s.size << 16;
    return x86_helper_seg_check(&run->cpu->ir, what, offset, 0);
}

/* ---- one element ---- */

static unsigned string_fault_kind(const struct string_place *place)
{
    return place->seg == X86_SS ? IR_ACCESS_STACK : 0;
}

static enum ir_status string_load(struct string_run *run, const struct string_place *place,
                                  uint64_t *value)
{
    *value = 0;
    if (string_check(run, place) != IR_OK)
        return IR_FAULT;
    return x86_guest_load(&run->cpu->ir, string_linear(run, place), value, run->s.size,
                          string_fault_kind(place));
}

static enum ir_status string_store(struct string_run *run, uint64_t value)
{
    const struct string_place *place = &string_write_di;
    if (string_check(run, place) != IR_OK)
        return IR_FAULT;
    return x86_guest_store(&run->cpu->ir, string_linear(run, place), &value, run->s.size, 0);
}

/* ---- many elements on host memory ---- */

static uint64_t string_min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* How many elements from here on lie in the page, the segment and the range of offsets. */
static uint64_t string_reach(const struct string_run *run, const struct string_place *place)
{
    uint64_t in_page = string_linear(run, place) & ~IR_PAGE_MASK;
    uint64_t offset = string_get(run, place->reg), size = run->s.size, n;
    if (run->down) {
        if (in_page + size > IR_PAGE_SIZE)
            return 0;
        n = string_min(in_page, offset) / size + 1;
    } else {
        n = (IR_PAGE_SIZE - in_page) / size;
        if (run->mask != UINT64_MAX)
            n = string_min(n, (run->mask + 1 - offset) / size);
    }
    if (!run->s.code64 && offset + (run->down ? size : n * size) > string_segment_end(run, place))
        return 0;
    return n;
}

/* The host address of the current element and how many follow, at most *n; NULL: not possible. */
static uint8_t *string_host(struct string_run *run, const struct string_place *place, uint64_t *n)
{
    emu_gva linear = string_linear(run, place);
    *n = string_min(*n, string_reach(run, place));
    if (*n < 2)
        return NULL; /* not worth it */
    uint8_t *page =
        x86_host_page(run->cpu, linear & IR_PAGE_MASK, place->write ? X86_WRITE : X86_READ);
    return page ? page + (linear & ~IR_PAGE_MASK) : NULL;
}

static int64_t string_step(const struct string_run *run)
{
    return run->down ? -(int64_t)run->s.size : (int64_t)run->s.size;
}

static uint64_t string_peek(const uint8_t *at, unsigned size)
{
    uint64_t value = 0;
    emu_shared_copy_one(&value, at, size);
    return value;
}

/* ---- MOVS ---- */

static enum ir_status movs_element(struct string_run *run)
{
    struct string_place source = string_source(run);
    uint64_t value;
    enum ir_status status = string_load(run, &source, &value);
    return status == IR_OK ? string_store(run, value) : status;
}

/* Element by element in the string's direction: where a later source is an earlier result. */
static void movs_overlapping(uint8_t *to, const uint8_t *from, uint64_t n, int64_t step,
                             unsigned size)
{
    for (; n; n--, to += step, from += step) {
        uint64_t value = string_peek(from, size);
        emu_shared_copy_one(to, &value, size);
    }
}

static unsigned movs_bulk(struct string_run *run)
{
    struct string_place source = string_source(run);
    uint64_t n = run->count;
    uint8_t *from = string_host(run, &source, &n);
    uint8_t *to = from ? string_host(run, &string_write_di, &n) : NULL;
    if (!to)
        return 0;
    uint64_t bytes = n * run->s.size;
    if (run->down || (to > from && to < from + bytes))
        movs_overlapping(to, from, n, string_step(run), run->s.size);
    else
        emu_shared_copy(to, from, bytes);
    return (unsigned)n;
}

/* ---- STOS, LODS ---- */

static enum ir_status stos_element(struct string_run *run)
{
    return string_store(run, run->cpu->gpr[X86_RAX]);
}

static unsigned stos_bulk(struct string_run *run)
{
    uint64_t n = run->count, value = run->cpu->gpr[X86_RAX];
    uint8_t *to = string_host(run, &string_write_di, &n);
    if (!to)
        return 0;
    unsigned size = run->s.size;
    if (run->down)
        to -= (n - 1) * size;
    if (size == 1)
        emu_shared_fill(to, (uint8_t)value, n);
    else
        for (uint64_t i = 0; i < n; i++)
            emu_shared_copy_one(to + i * size, &value, size);
    return (unsigned)n;
}

static enum ir_status lods_element(struct string_run *run)
{
    struct string_place source = string_source(run);
    uint64_t value, *rax = &run->cpu->gpr[X86_RAX];
    enum ir_status status = string_load(run, &source, &value);
    if (status != IR_OK)
        return status;
    if (run->s.size < 4) {
        uint64_t low = run->s.size == 1 ? 0xff : 0xffff;
        value |= *rax & ~low;
    }
    *rax = value;
    return IR_OK;
}

/* ---- CMPS, SCAS ---- */

/* Does the prefix let it go on after this comparison? */
static bool string_goes_on(const struct string_run *run, uint64_t left, uint64_t right)
{
    return run->s.rep == X86_REP_EQUAL ? left == right : left != right;
}

static void string_compared(struct string_run *run, uint64_t left, uint64_t right)
{
    run->compared = true;
    run->left = left;
    run->right = right;
    run->stop = !string_goes_on(run, left, right);
}

static uint64_t string_accumulator(const struct string_run *run)
{
    uint64_t low = run->s.size == 8 ? UINT64_MAX : (1ull << (8 * run->s.size)) - 1;
    return run->cpu->gpr[X86_RAX] & low;
}

static enum ir_status cmps_element(struct string_run *run)
{
    struct string_place source = string_source(run);
    uint64_t left, right;
    if (string_load(run, &source, &left) != IR_OK ||
        string_load(run, &string_read_di, &right) != IR_OK)
        return IR_FAULT;
    string_compared(run, left, right);
    return IR_OK;
}

static unsigned cmps_bulk(struct string_run *run)
{
    struct string_place source = string_source(run);
    uint64_t n = run->count, left = 0, right = 0, i = 0;
    const uint8_t *a = string_host(run, &source, &n);
    const uint8_t *b = a ? string_host(run, &string_read_di, &n) : NULL;
    int64_t step = string_step(run);
    if (!b)
        return 0;
    do {
        left = string_peek(a + (int64_t)i * step, run->s.size);
        right = string_peek(b + (int64_t)i * step, run->s.size);
        i++;
    } while (i < n && string_goes_on(run, left, right));
    string_compared(run, left, right);
    return (unsigned)i;
}

static enum ir_status scas_element(struct string_run *run)
{
    uint64_t right;
    enum ir_status status = string_load(run, &string_read_di, &right);
    if (status == IR_OK)
        string_compared(run, string_accumulator(run), right);
    return status;
}

static unsigned scas_bulk(struct string_run *run)
{
    uint64_t n = run->count, left = string_accumulator(run), right = 0, i = 0;
    const uint8_t *b = string_host(run, &string_read_di, &n);
    int64_t step = string_step(run);
    if (!b)
        return 0;
    do {
        right = string_peek(b + (int64_t)i * step, run->s.size);
        i++;
    } while (i < n && string_goes_on(run, left, right));
    string_compared(run, left, right);
    return (unsigned)i;
}

/* Flags as left - right. */
static uint32_t string_flags(uint64_t left, uint64_t right, unsigned size)
{
    unsigned top = 8 * size - 1;
    uint64_t difference = left - right;
    uint32_t flags = left < right ? IR_F_C : 0;
    flags |= left == right ? IR_F_Z : 0;
    flags |= (difference >> top) & 1 ? IR_F_N : 0;
    flags |= (((left ^ right) & (left ^ difference)) >> top) & 1 ? IR_F_V : 0;
    flags |= (left ^ right ^ difference) & 0x10 ? IR_F_A : 0;
    return flags | (__builtin_parity((unsigned)difference & 0xff) ? 0 : IR_F_P);
}

/* ---- INS, OUTS ---- */

static uint64_t string_port(const struct string_run *run)
{
    return run->cpu->gpr[X86_RDX] & 0xffff;
}

/* Nothing is read from the port before it is certain that it can be stored. */
static enum ir_status ins_element(struct string_run *run)
{
    struct ir_env *env = &run->cpu->ir;
    emu_gva linear = string_linear(run, &string_write_di);
    if (x86_helper_io_check(env, string_port(run), run->s.size, 0) != IR_OK ||
        string_check(run, &string_write_di) != IR_OK ||
        x86_guest_probe(env, linear, run->s.size, 0) != IR_OK ||
        x86_helper_in(env, string_port(run), run->s.size, 0) != IR_OK)
        return IR_FAULT;
    return string_store(run, env->result);
}

static enum ir_status outs_element(struct string_run *run)
{
    struct ir_env *env = &run->cpu->ir;
    struct string_place source = string_source(run);
    uint64_t value;
    if (x86_helper_io_check(env, string_port(run), run->s.size, 0) != IR_OK ||
        string_load(run, &source, &value) != IR_OK)
        return IR_FAULT;
    return x86_helper_out(env, string_port(run), run->s.size, value);
}

/* ---- the loop ---- */

static void string_advance(struct string_run *run, const struct string_op *op, unsigned n)
{
    uint64_t by = (uint64_t)string_step(run) * n;
    if (op->source)
        string_put(run, X86_RSI, string_get(run, X86_RSI) + by);
    if (op->destination)
        string_put(run, X86_RDI, string_get(run, X86_RDI) + by);
    run->count -= n;
    if (run->s.rep != X86_REP_NONE)
        string_put(run, X86_RCX, run->count);
}

static struct string_run string_begin(struct x86_cpu *cpu, uint64_t argument)
{
    struct string_run run = {.cpu = cpu, .s = x86_string_unpack(argument)};
    run.mask = string_mask(run.s.address_size);
    run.down = cpu->eflags & X86_FLAG_DF;
    run.count = run.s.rep == X86_REP_NONE ? 1 : string_get(&run, X86_RCX);
    return run;
}

static bool string_wanted(const struct string_run *run)
{
    return run->count && !run->stop &&
           !atomic_load_explicit(&run->cpu->ir.request, memory_order_relaxed);
}

static enum ir_status string_some(struct string_run *run, const struct string_op *op)
{
    unsigned chunks = run->s.single ? 1 : STRING_CHUNKS;
    do {
        bool alone = run->s.single || run->s.rep == X86_REP_NONE || !op->bulk;
        unsigned n = alone ? 0 : op->bulk(run);
        if (n == 0) {
            enum ir_status status = op->element(run);
            if (status != IR_OK)
                return status;
            n = 1;
        }
        string_advance(run, op, n);
    } while (--chunks && string_wanted(run));
    return IR_OK;
}

static enum ir_status string_execute(struct ir_env *env, uint64_t argument,
                                     const struct string_op *op)
{
    struct string_run run = string_begin(x86_cpu_of(env), argument);
    if (run.count) {
        enum ir_status status = string_some(&run, op);
        if (status != IR_OK)
            return status;
    }
    if (run.compared)
        ir_flags_put(env, string_flags(run.left, run.right, run.s.size), IR_F_ALL);
    env->result = run.count && !run.stop;
    return IR_OK;
}

#define STRING_HELPER(name, from, to, many)                                                        \
    enum ir_status x86_helper_##name(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)       \
    {                                                                                              \
        static const struct string_op op = {from, to, name##_element, many};                       \
        return string_execute(env, a, &op);                                                        \
    }

STRING_HELPER(movs, true, true, movs_bulk)
STRING_HELPER(cmps, true, true, cmps_bulk)
STRING_HELPER(stos, false, true, stos_bulk)
STRING_HELPER(lods, true, false, NULL)
STRING_HELPER(scas, false, true, scas_bulk)
STRING_HELPER(ins, false, true, NULL)
STRING_HELPER(outs, true, false, NULL)
