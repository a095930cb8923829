/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The translator: IR to code of the host. It plugs into the run loop of the portable executor
 * (ir/exec.h, struct ir_backend), which finds blocks and runs single instructions for it.
 */
#ifndef EMU_JIT_JIT_H
#define EMU_JIT_JIT_H

#include "emulator/core/trace.h"
#include "emulator/ir/exec.h"

struct jit;

/* Can this host run translated code? False with *err: which part is missing. Any thread. */
bool emu_jit_available(struct emu_error *err);

/* The code of one machine, for blocks of this table. While it lives the table must live; free it
 * after the table (whose blocks give their code back). NULL with *err. */
struct jit *emu_jit_new(struct ir_blocks *blocks, const struct ir_guest *guest,
                        struct emu_error *err);
void emu_jit_free(struct jit *jit);

/*
 * For the trace events jit_stats, jit_slow and jit_perf_map, if they are on now: counts what is
 * done and names code for the host's perf from here on. Before emu_jit_join; the trace must outlive
 * it.
 */
void emu_jit_trace(struct jit *jit, struct emu_trace *trace);
/* Emits jit_stats, what was done so far; at the end also jit_slow. Any thread. */
void emu_jit_report(struct jit *jit, bool end);

/* Keeps the bytes of code that there are in *bytes, which must outlive it. Before emu_jit_join. */
void emu_jit_count_code(struct jit *jit, _Atomic uint64_t *bytes);

/* How often a block is entered before it is translated again as a region, 0 and up; tests that are
 * to see regions soon set it before any code is made. */
void emu_jit_set_patience(struct jit *jit, unsigned entries);

/*
 * On: hot blocks are translated again by a spare thread, and vcpus go on in what they have; it is
 * started when there is the first one, and sleeps when there is none. Off, as at first: by the vcpu
 * itself, at once; what is on its way is dropped, and the thread has ended when this returns. While
 * no vcpu runs; must be off again before the table is freed.
 */
void emu_jit_set_spare(struct jit *jit, bool on);
/* Waits until the spare thread has done all that it was asked for: tests. Any other thread. */
void emu_jit_wait_for_spare(struct jit *jit);

/* After ir_exec_init: this vcpu's blocks are translated from now on. While no vcpu runs. */
bool emu_jit_join(struct jit *jit, struct ir_env *env, struct emu_error *err);
void emu_jit_leave(struct ir_env *env);

/* Translates and runs what is in the builder as one block, then forgets it: tests. */
enum ir_status emu_jit_builder(struct ir_env *env, struct ir_builder *builder);

#endif
