/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Virtual processors: their threads, requests, sleep, and exclusive sections. A thread is in one of
 * three places: at the gate (the machine stands still), outside the guest (asleep, or stepped
 * aside), or in the guest.
 */
#include "emulator/core/machine-private.h"

#include <stdio.h>
#include <string.h>

#include "emulator/util/host-time.h"
#include "emulator/util/thread.h"

bool emu_vcpu_init(struct emu_vcpu *vcpu, struct emu_machine *machine, unsigned index,
                   const struct emu_vcpu_ops *ops, void *arch, _Atomic uint32_t *request,
                   struct emu_error *err)
{
    memset(vcpu, 0, sizeof(*vcpu));
    if (emu_cond_init(&vcpu->wake) != 0)
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    pthread_mutex_init(&vcpu->lock, NULL);
    vcpu->ops = ops;
    vcpu->machine = machine;
    vcpu->index = index;
    vcpu->arch = arch;
    vcpu->request = request;
    return true;
}

void emu_vcpu_finish(struct emu_vcpu *vcpu)
{
    if (vcpu->ops == NULL)
        return;
    emu_vcpu_join(vcpu);
    if (vcpu->ops->free != NULL)
        vcpu->ops->free(vcpu);
    vcpu->ops = NULL;
    pthread_cond_destroy(&vcpu->wake);
    pthread_mutex_destroy(&vcpu->lock);
}

/* ---- requests and sleep ---- */

/* The request is set before sleeping is read, and the sleeper does it the other way round, so one
 * of the two always sees the other. */
void emu_vcpu_request(struct emu_vcpu *vcpu, uint32_t bits)
{
    atomic_fetch_or(vcpu->request, bits);
    if (!atomic_load(&vcpu->sleeping))
        return;
    pthread_mutex_lock(&vcpu->lock);
    pthread_cond_signal(&vcpu->wake);
    pthread_mutex_unlock(&vcpu->lock);
}

static void vcpu_sleep(struct emu_vcpu *vcpu, uint32_t mask)
{
    emu_ns start = emu_clock_now(vcpu->machine->clock), end;

    pthread_mutex_lock(&vcpu->lock);
    atomic_store_explicit(&vcpu->sleeping_since, start, memory_order_relaxed);
    atomic_store(&vcpu->sleeping, true);
    while ((atomic_load(vcpu->request) & mask) == 0)
        pthread_cond_wait(&vcpu->wake, &vcpu->lock);
    atomic_store(&vcpu->sleeping, false);
    pthread_mutex_unlock(&vcpu->lock);
    end = emu_clock_now(vcpu->machine->clock);
    atomic_fetch_add_explicit(&vcpu->halted_ns, end - start, memory_order_relaxed);
}

void emu_vcpu_wait(struct emu_vcpu *vcpu, uint32_t mask)
{
    mask |= EMU_REQUEST_PAUSE;
    if ((atomic_load(vcpu->request) & mask) != 0)
        return;
    emu_vcpu_leave(vcpu);
    vcpu_sleep(vcpu, mask);
    emu_vcpu_enter(vcpu);
}

/* ---- exclusive sections ---- */

static void vcpu_leave_locked(struct emu_vcpu *vcpu)
{
    struct emu_machine_private *p = vcpu->machine->private;

    if (!vcpu->in_guest)
        return;
    vcpu->in_guest = false;
    p->in_guest--;
    if (p->exclusive_active && p->in_guest == 0)
        pthread_cond_broadcast(&p->exclusive_changed);
}

static void vcpu_enter_locked(struct emu_vcpu *vcpu)
{
    struct emu_machine_private *p = vcpu->machine->private;

    while (p->exclusive_active)
        pthread_cond_wait(&p->exclusive_changed, &p->exclusive_lock);
    vcpu->in_guest = true;
    p->in_guest++;
}

void emu_vcpu_enter(struct emu_vcpu *vcpu)
{
    struct emu_machine_private *p = vcpu->machine->private;

    pthread_mutex_lock(&p->exclusive_lock);
    if (!vcpu->in_guest)
        vcpu_enter_locked(vcpu);
    pthread_mutex_unlock(&p->exclusive_lock);
}

void emu_vcpu_leave(struct emu_vcpu *vcpu)
{
    struct emu_machine_private *p = vcpu->machine->private;

    pthread_mutex_lock(&p->exclusive_lock);
    vcpu_leave_locked(vcpu);
    pthread_mutex_unlock(&p->exclusive_lock);
}

void emu_vcpu_step_aside(struct emu_vcpu *vcpu)
{
    struct emu_machine_private *p = vcpu->machine->private;

    pthread_mutex_lock(&p->exclusive_lock);
    if (vcpu->in_guest && p->exclusive_active) {
        vcpu_leave_locked(vcpu);
        vcpu_enter_locked(vcpu);
    }
    pthread_mutex_unlock(&p->exclusive_lock);
}

/* Those outside the guest cannot come in and need not be told. */
static void exclusive_begin_locked(struct emu_machine *machine)
{
    struct emu_machine_private *p = machine->private;
    unsigned i;

    while (p->exclusive_active)
        pthread_cond_wait(&p->exclusive_changed, &p->exclusive_lock);
    p->exclusive_active = true;
    for (i = 0; i < machine->vcpu_count; i++) {
        if (machine->vcpus[i].in_guest)
            emu_vcpu_request(&machine->vcpus[i], EMU_REQUEST_EXCLUSIVE);
    }
    while (p->in_guest != 0)
        pthread_cond_wait(&p->exclusive_changed, &p->exclusive_lock);
}

static void exclusive_end_locked(struct emu_machine *machine)
{
    struct emu_machine_private *p = machine->private;
    unsigned i;

    for (i = 0; i < machine->vcpu_count; i++) {
        if (machine->vcpus[i].request != NULL)
            emu_vcpu_clear(&machine->vcpus[i], EMU_REQUEST_EXCLUSIVE);
    }
    p->exclusive_active = false;
    pthread_cond_broadcast(&p->exclusive_changed);
}

void emu_machine_run_exclusive(struct emu_machine *machine, struct emu_vcpu *self,
                               void (*fn)(void *opaque), void *opaque)
{
    struct emu_machine_private *p = machine->private;
    bool was_in_guest = false;

    pthread_mutex_lock(&p->exclusive_lock);
    if (self != NULL) {
        was_in_guest = self->in_guest;
        vcpu_leave_locked(self);
    }
    exclusive_begin_locked(machine);
    pthread_mutex_unlock(&p->exclusive_lock);

    fn(opaque);

    pthread_mutex_lock(&p->exclusive_lock);
    exclusive_end_locked(machine);
    if (was_in_guest)
        vcpu_enter_locked(self);
    pthread_mutex_unlock(&p->exclusive_lock);
}

void emu_vcpu_begin_exclusive(struct emu_vcpu *self)
{
    struct emu_machine_private *p = self->machine->private;

    pthread_mutex_lock(&p->exclusive_lock);
    vcpu_leave_locked(self);
    exclusive_begin_locked(self->machine);
    pthread_mutex_unlock(&p->exclusive_lock);
}

void emu_vcpu_end_exclusive(struct emu_vcpu *self)
{
    struct emu_machine_private *p = self->machine->private;

    pthread_mutex_lock(&p->exclusive_lock);
    exclusive_end_locked(self->machine);
    vcpu_enter_locked(self);
    pthread_mutex_unlock(&p->exclusive_lock);
}

/* ---- the thread ---- */

static bool vcpu_may_pass_locked(const struct emu_vcpu *vcpu)
{
    const struct emu_machine_private *p = vcpu->machine->private;

    if (p->power_waiting || p->failed || p->holding || p->debug_count != 0)
        return false;
    return p->gate == MACHINE_GATE_OPEN ||
           (p->gate == MACHINE_GATE_ONE && p->gate_vcpu == vcpu->index);
}

/*
 * False: the machine goes. Whoever wants the vcpus to pause first makes the gate impassable and
 * then requests it, so a request that is still there when the gate can be passed is an old one.
 */
static bool vcpu_pass_gate(struct emu_vcpu *vcpu)
{
    struct emu_machine_private *p = vcpu->machine->private;
    bool go_on;

    pthread_mutex_lock(&p->gate_lock);
    while (!p->quit && !vcpu_may_pass_locked(vcpu))
        pthread_cond_wait(&p->gate_changed, &p->gate_lock);
    go_on = !p->quit;
    if (go_on) {
        emu_vcpu_clear(vcpu, EMU_REQUEST_PAUSE);
        p->running++;
    }
    pthread_mutex_unlock(&p->gate_lock);
    return go_on;
}

static void vcpu_return_to_gate(struct emu_vcpu *vcpu)
{
    struct emu_machine_private *p = vcpu->machine->private;

    pthread_mutex_lock(&p->gate_lock);
    if (--p->running == 0)
        pthread_cond_broadcast(&p->idle_changed);
    pthread_mutex_unlock(&p->gate_lock);
}

static void vcpu_run(struct emu_vcpu *vcpu)
{
    const struct emu_engine_ops *engine = vcpu->machine->engine;

    if (engine != NULL && engine->run != NULL)
        engine->run(vcpu);
    else
        vcpu->ops->run(vcpu);
}

static void *vcpu_thread(void *opaque)
{
    struct emu_vcpu *vcpu = opaque;

    while (vcpu_pass_gate(vcpu)) {
        emu_vcpu_enter(vcpu);
        vcpu_run(vcpu);
        emu_vcpu_leave(vcpu);
        vcpu_return_to_gate(vcpu);
    }
    return NULL;
}

bool emu_vcpu_start(struct emu_vcpu *vcpu, struct emu_error *err)
{
    char name[16];
    int error;

    if (vcpu->thread_started)
        return true;
    snprintf(name, sizeof(name), "cpu%u", vcpu->index);
    error = emu_thread_create(&vcpu->thread, name, vcpu_thread, vcpu);
    if (error != 0)
        return emu_error_set(err, EMU_ERROR_HOST, "cannot start a thread for cpu %u: %s",
                             vcpu->index, strerror(error));
    vcpu->thread_started = true;
    return true;
}

void emu_vcpu_join(struct emu_vcpu *vcpu)
{
    if (vcpu->thread_started)
        pthread_join(vcpu->thread, NULL);
    vcpu->thread_started = false;
}
