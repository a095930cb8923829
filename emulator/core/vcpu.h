/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A virtual processor as the machine sees it: a thread, a word of requests that the engine polls
 * at block boundaries, sleep and wake, and exclusive sections. What it executes is behind ops.
 */
#ifndef EMU_CORE_VCPU_H
#define EMU_CORE_VCPU_H

#include <pthread.h>
#include <stdatomic.h>

#include "emulator/api/types.h"

struct emu_vcpu;
struct emu_machine;
struct emu_reader;
struct emu_writer;

/* Requests. The low byte belongs to core/, the rest to the guest architecture. */
#define EMU_REQUEST_PAUSE     (1u << 0) /* leave run(): the machine pauses, resets or ends */
#define EMU_REQUEST_EXCLUSIVE (1u << 1) /* step aside: somebody wants the processors still */
#define EMU_REQUEST_ARCH      8         /* first bit for the architecture */

/*
 * run: on the vcpu's thread; executes until EMU_REQUEST_PAUSE is set; calls emu_vcpu_step_aside
 *      when EMU_REQUEST_EXCLUSIVE is, and emu_vcpu_wait while halted.
 * reset: power-on state; thread not running. bootstrap: index 0 starts, the others wait.
 */
struct emu_vcpu_ops {
    void (*run)(struct emu_vcpu *vcpu);
    void (*reset)(struct emu_vcpu *vcpu);
    void (*save)(struct emu_vcpu *vcpu, struct emu_writer *out);
    bool (*load)(struct emu_vcpu *vcpu, struct emu_reader *in, struct emu_error *err);
    void (*free)(struct emu_vcpu *vcpu);
};

struct emu_vcpu {
    const struct emu_vcpu_ops *ops;
    struct emu_machine *machine;
    unsigned index;
    _Atomic uint32_t *request; /* where the engine polls; set by the architecture */
    void *arch;                /* e.g. struct x86_cpu */
    const void *debug;         /* architecture's struct emu_debug_target ops, or NULL */

    /* counters for the status line; written by the vcpu thread, read by any */
    _Atomic uint64_t instructions;
    _Atomic uint64_t halted_ns;

    /* private to vcpu.c and machine.c */
    pthread_t thread;
    bool thread_started;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    _Atomic bool sleeping;
    _Atomic emu_ns sleeping_since; /* machine time; meaningful while sleeping */
    bool in_guest;                 /* may execute guest code; under the exclusive-section lock */
};

bool emu_vcpu_init(struct emu_vcpu *vcpu, struct emu_machine *machine, unsigned index,
                   const struct emu_vcpu_ops *ops, void *arch, _Atomic uint32_t *request,
                   struct emu_error *err);
void emu_vcpu_finish(struct emu_vcpu *vcpu);

/* Sets request bits and wakes the vcpu if it sleeps. Any thread; takes only the vcpu's lock, and
 * that only when it sleeps. */
void emu_vcpu_request(struct emu_vcpu *vcpu, uint32_t bits);
static inline void emu_vcpu_clear(struct emu_vcpu *vcpu, uint32_t bits)
{
    atomic_fetch_and_explicit(vcpu->request, ~bits, memory_order_acq_rel);
}

/* The same; which of them were set. */
static inline uint32_t emu_vcpu_take(struct emu_vcpu *vcpu, uint32_t bits)
{
    return atomic_fetch_and_explicit(vcpu->request, ~bits, memory_order_acq_rel) & bits;
}

/* Own thread: sleeps until any of the bits in mask is requested. Counted as halted time. */
void emu_vcpu_wait(struct emu_vcpu *vcpu, uint32_t mask);
/* Own thread, between blocks: lets those who want an exclusive section have it. */
void emu_vcpu_step_aside(struct emu_vcpu *vcpu);

/* Own thread, for core's thread loop only: around ops->run. enter waits while an exclusive section
 * is in progress. */
void emu_vcpu_enter(struct emu_vcpu *vcpu);
void emu_vcpu_leave(struct emu_vcpu *vcpu);

/*
 * Runs fn while no vcpu of the machine executes guest code; self is the calling vcpu or NULL for
 * another thread. Concurrent callers are serialised. fn must be short and must not call back here.
 * Must not be called with a device lock held.
 */
void emu_machine_run_exclusive(struct emu_machine *machine, struct emu_vcpu *self,
                               void (*fn)(void *opaque), void *opaque);
/*
 * The same in two halves, for a vcpu on its own thread in the middle of an instruction: between
 * them no other vcpu executes guest code. As short as fn; the same rules.
 */
void emu_vcpu_begin_exclusive(struct emu_vcpu *self);
void emu_vcpu_end_exclusive(struct emu_vcpu *self);

#endif
