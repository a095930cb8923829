/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs a case on an emulated processor: the bench of tests/cpu in long mode at ring 3 with paging,
 * and the portable executor or the translator. The processor lives on from case to case; code is
 * changed by writes, so that blocks die and are found as in a running machine.
 */
#include <stdlib.h>
#include <string.h>
#include <xmmintrin.h>

#include "emulator/ir/blocks.h"
#include "emulator/ir/exec.h"
#include "emulator/isa/x86/guest.h"
#include "emulator/jit/jit.h"
#include "tests/cpu/rig.h"
#include "tests/fuzz/cpu/case.h"

/* Physical pages: not in the order of the linear ones, and not beside each other. */
#define ENGINE_CONTROL  0x400000u
#define ENGINE_CODE     0x412000u
#define ENGINE_SCRATCH  0x426000u /* the second page is the one before */
#define ENGINE_READONLY 0x430000u
#define ENGINE_TABLES   0xffff800000000000ull /* linear, of the bench's tables */
#define ENGINE_LINE     64

struct case_engine {
    struct rig *rig;
    struct jit *jit;       /* NULL: portable */
    struct ir_guest guest; /* a fault ends the run instead of being delivered */
};

static emu_gpa engine_page(emu_gpa first, unsigned n)
{
    return first - n * IR_PAGE_SIZE;
}

static void engine_map(struct case_engine *e)
{
    uint64_t user = PTE_P | PTE_U, data = user | PTE_W | PTE_NX;
    for (emu_gpa page = RIG_GDT; page <= RIG_TSS; page += IR_PAGE_SIZE)
        rig_map(e->rig, ENGINE_TABLES + page, page | PTE_P | PTE_NX, 1);
    e->rig->cpu->gdt.base = ENGINE_TABLES + RIG_GDT;
    e->rig->cpu->idt.base = ENGINE_TABLES + RIG_IDT; /* no gates: INT raises #GP */
    rig_write(e->rig, RIG_TSS + 0x66, 2, 0xffff); /* no I/O permission map: IN and OUT raise #GP */
    x86_set_segment(e->rig->cpu, X86_TR, RIG_TSS_SELECTOR, ENGINE_TABLES + RIG_TSS, 0x67, 0x8b);
    rig_map(e->rig, CASE_CONTROL, ENGINE_CONTROL | data, 1);
    rig_map(e->rig, CASE_READONLY, ENGINE_READONLY | user | PTE_NX, 1);
    for (unsigned i = 0; i < 2; i++) {
        uint32_t offset = i * (uint32_t)IR_PAGE_SIZE;
        rig_map(e->rig, CASE_CODE + offset, engine_page(ENGINE_CODE, i) | user | PTE_W, 1);
        rig_map(e->rig, CASE_SCRATCH + offset, engine_page(ENGINE_SCRATCH, i) | data, 1);
    }
}

static void engine_set_mode(struct x86_cpu *cpu)
{
    cpu->cr0 |= X86_CR0_MP | X86_CR0_NE | X86_CR0_WP | X86_CR0_AM;
    cpu->cr4 |= X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT | X86_CR4_OSXSAVE;
    cpu->xcr0 = 7;
    x86_update_mode(cpu);
}

static bool engine_resume(struct ir_env *env, enum ir_status status)
{
    return !x86_cpu_of(env)->exception_pending;
}

static void engine_written(void *opaque, emu_gpa address, uint64_t length)
{
    ir_blocks_store(opaque, address, length, NULL, false);
}

struct case_engine *case_engine_new(enum case_way way)
{
    struct case_engine *e = calloc(1, sizeof(*e));
    if (!e)
        return NULL;
    e->rig = rig_new();
    struct ir_env *env = &e->rig->cpu->ir;
    rig_set_mode(e->rig, RIG_LONG);
    engine_map(e);
    rig_set_cpl(e->rig, 3);
    engine_set_mode(e->rig->cpu);
    e->guest = x86_guest;
    e->guest.resume = engine_resume;
    env->guest = &e->guest;
    env->blocks = ir_blocks_new(NULL);
    bool good = env->blocks && ir_exec_init(env, NULL);
    if (good)
        emu_memory_on_write(e->rig->memory, engine_written, env->blocks);
    if (good && way != CASE_PORTABLE) {
        e->jit = emu_jit_new(env->blocks, &e->guest, NULL);
        good = e->jit && emu_jit_join(e->jit, env, NULL);
        if (good) {
            emu_jit_set_patience(e->jit, 1); /* the third run is that of a region */
            emu_jit_set_spare(e->jit, way == CASE_JIT_SPARE);
        }
    }
    if (good)
        return e;
    case_engine_free(e);
    return NULL;
}

void case_engine_free(struct case_engine *e)
{
    if (!e)
        return;
    struct ir_env *env = &e->rig->cpu->ir;
    emu_memory_on_write(e->rig->memory, NULL, NULL);
    if (e->jit) {
        emu_jit_set_spare(e->jit, false);
        emu_jit_leave(env);
    }
    ir_exec_finish(env);
    ir_blocks_free(env->blocks);
    emu_jit_free(e->jit);
    rig_free(e->rig);
    free(e);
}

/* ---- state ---- */

static void engine_put_x87(struct x86_x87 *x87, const struct case_x87 *in)
{
    x87->control = in->control;
    x87->top = in->status >> 11 & 7;
    x87->status = in->status & ~0x3800;
    x87->tag = in->tag;
    for (unsigned i = 0; i < 8; i++)
        memcpy(x87->st[(x87->top + i) & 7], in->st[i], 16);
}

static void engine_get_x87(const struct x86_x87 *x87, struct case_x87 *out)
{
    out->control = x87->control;
    out->status = (uint16_t)(x87->status | (x87->top & 7) << 11);
    out->tag = x87->tag;
    for (unsigned i = 0; i < 8; i++)
        memcpy(out->st[i], x87->st[(x87->top + i) & 7], 16);
}

static void engine_put(struct x86_cpu *cpu, const struct case_state *in)
{
    memcpy(cpu->gpr, in->gpr, sizeof(cpu->gpr));
    memcpy(cpu->vec, in->vec, sizeof(cpu->vec));
    cpu->mxcsr = in->mxcsr;
    engine_put_x87(&cpu->x87, &in->x87);
    x86_set_eflags(cpu, in->flags);
    cpu->exception_pending = false;
    cpu->shadow = false;
    cpu->debug_hits = 0;
    x86_update_mode(cpu);
}

static void engine_get(const struct x86_cpu *cpu, struct case_state *out)
{
    memcpy(out->gpr, cpu->gpr, sizeof(cpu->gpr));
    memcpy(out->vec, cpu->vec, sizeof(cpu->vec));
    out->mxcsr = cpu->mxcsr;
    engine_get_x87(&cpu->x87, &out->x87);
    out->flags = x86_get_eflags(cpu);
    out->pc = cpu->ir.pc;
}

/* ---- memory ---- */

/* Bytes that are there already are not written: blocks of the last run stay. */
static void engine_put_code(struct case_engine *e, const struct fuzz_case *c)
{
    uint8_t image[CASE_CODE_SIZE];
    case_image(c, image);
    for (unsigned at = 0; at < CASE_CODE_SIZE; at += ENGINE_LINE) {
        emu_gpa address = engine_page(ENGINE_CODE, at / IR_PAGE_SIZE) + at % IR_PAGE_SIZE;
        if (memcmp(e->rig->host + address, image + at, ENGINE_LINE) != 0)
            emu_memory_write(e->rig->memory, address, image + at, ENGINE_LINE);
    }
}

static uint8_t *engine_scratch(struct case_engine *e, unsigned page)
{
    return e->rig->host + engine_page(ENGINE_SCRATCH, page);
}

static void engine_put_memory(struct case_engine *e, const struct case_state *in)
{
    for (unsigned i = 0; i < 2; i++)
        memcpy(engine_scratch(e, i), in->memory + i * IR_PAGE_SIZE, IR_PAGE_SIZE);
    memset(e->rig->host + ENGINE_CONTROL, 0, IR_PAGE_SIZE);
    memcpy(e->rig->host + ENGINE_CONTROL, in->counter, sizeof(in->counter));
}

static void engine_get_memory(struct case_engine *e, struct case_state *out)
{
    for (unsigned i = 0; i < 2; i++) {
        memcpy(out->memory + i * IR_PAGE_SIZE, engine_scratch(e, i), IR_PAGE_SIZE);
        memcpy(out->code + i * IR_PAGE_SIZE, e->rig->host + engine_page(ENGINE_CODE, i),
               IR_PAGE_SIZE);
    }
    memcpy(out->counter, e->rig->host + ENGINE_CONTROL, sizeof(out->counter));
}

/* ---- running ---- */

static struct case_fault engine_fault(const struct x86_cpu *cpu)
{
    const struct x86_exception *exception = &cpu->exception;
    if (!cpu->exception_pending)
        return (struct case_fault){.vector = CASE_NO_END};
    if (exception->vector != X86_PF)
        return (struct case_fault){.vector = exception->vector};
    uint32_t error = exception->error & (exception->cr2 >= CASE_HIDDEN ? ~1u : ~0u);
    return (struct case_fault){X86_PF, error, exception->cr2};
}

static void engine_go(struct x86_cpu *cpu)
{
    atomic_store(&cpu->ir.request, 0);
    case_host_watch(&cpu->ir.request);
    x86_load_mxcsr(cpu);
    while (!cpu->exception_pending && atomic_load(&cpu->ir.request) == 0)
        ir_exec_run(&cpu->ir);
    x86_sync_mxcsr(cpu);
    _mm_setcsr(0x1f80);
    case_host_watch(NULL);
}

void case_engine_run(struct case_engine *e, const struct fuzz_case *c, enum case_cache cache,
                     struct case_state *out)
{
    struct x86_cpu *cpu = e->rig->cpu;
    if (cache == CASE_FRESH)
        ir_blocks_flush(cpu->ir.blocks);
    if (cache != CASE_WARM)
        x86_tlb_flush_all(cpu, true);
    engine_put_code(e, c);
    engine_put_memory(e, &c->in);
    engine_put(cpu, &c->in);
    cpu->ir.pc = CASE_CODE + c->start;
    engine_go(cpu);
    if (e->jit)
        emu_jit_wait_for_spare(e->jit);
    engine_get(cpu, out);
    engine_get_memory(e, out);
    out->fault = engine_fault(cpu);
}
