/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files that implement core/machine.h and core/vcpu.h share. Three locks; while one is
 * held nothing that may take another is called, but a request to a vcpu in an exclusive section's
 * begin: gate:      may vcpu threads run? events for the loop thread; the stop reason; the calls
 * list exclusive: who is in guest code, and who wants it still vcpu lock: one processor's sleep
 */
#ifndef EMU_CORE_MACHINE_PRIVATE_H
#define EMU_CORE_MACHINE_PRIVATE_H

#include "emulator/core/machine.h"

/* Something that another thread wants done on the loop thread, and waits for. */
struct machine_call {
    struct machine_call *next;
    void (*fn)(struct emu_machine *machine, void *opaque);
    void *opaque;
    bool done;
};

/* Which vcpu threads may run. */
enum machine_gate {
    MACHINE_GATE_SHUT,
    MACHINE_GATE_OPEN,
    MACHINE_GATE_ONE, /* single-step: only gate_vcpu */
};

struct machine_owned_part {
    const struct emu_machine_part *ops;
    void *object;
};

#define MACHINE_MAX_DEBUG_EVENTS 16

struct emu_machine_private {
    struct emu_machine_observer observer;

    pthread_mutex_t gate_lock;
    pthread_cond_t gate_changed;  /* for vcpu threads */
    pthread_cond_t idle_changed;  /* for the loop thread: running fell */
    pthread_cond_t state_changed; /* for everybody else: calls done, state */
    enum machine_gate gate;
    unsigned gate_vcpu;
    unsigned running; /* vcpu threads outside the gate's wait */
    bool quit;        /* vcpu threads and the loop end */
    struct machine_call *calls, **calls_last;
    struct emu_stop_reason reason;
    _Atomic enum emu_machine_state state;
    _Atomic bool asleep; /* in S3: the gate stays shut while the machine runs; set by the loop */

    /* Events: set by anyone, acted upon by the loop thread. While one waits, no vcpu that leaves
     * guest code goes back to it. */
    bool power_waiting;
    enum emu_power_event power_event;
    unsigned power_code;
    bool failed;
    char fail_text[sizeof(((struct emu_stop_reason *)0)->text)];
    bool holding;
    char hold_text[sizeof(((struct emu_stop_reason *)0)->text)];
    struct emu_debug_event debug_events[MACHINE_MAX_DEBUG_EVENTS];
    unsigned debug_count;
    struct emu_vcpu *stepping; /* loop thread: whose step has not been reported yet */
    void (*on_debug_event)(void *opaque, const struct emu_debug_event *event);
    void *debug_opaque;

    pthread_mutex_t exclusive_lock;
    pthread_cond_t exclusive_changed;
    bool exclusive_active;
    unsigned in_guest;

    pthread_t loop;
    bool loop_started;
    struct emu_ram **rams;
    size_t ram_count;
    struct machine_owned_part *parts;
    size_t part_count;
};

/* Runs fn on the loop thread (here, if there is none yet) and waits until it is done. */
void emu_machine_call(struct emu_machine *machine,
                      void (*fn)(struct emu_machine *machine, void *opaque), void *opaque);
/* ---- loop thread (or no loop yet) ---- */
/* Opens the gate; vcpu is the only one that may pass with MACHINE_GATE_ONE. */
void emu_machine_open_gate(struct emu_machine *machine, enum machine_gate gate, unsigned vcpu);
/* Shuts the gate and waits until no vcpu runs. */
void emu_machine_shut_gate(struct emu_machine *machine);
/* Devices, vcpus, board; vcpus stand still. */
void emu_machine_reset_all(struct emu_machine *machine);
bool emu_machine_start_loop(struct emu_machine *machine, struct emu_error *err);
void emu_machine_join_loop(struct emu_machine *machine);

/* Starts and ends the thread of a vcpu (vcpu.c). */
bool emu_vcpu_start(struct emu_vcpu *vcpu, struct emu_error *err);
void emu_vcpu_join(struct emu_vcpu *vcpu);

#endif
