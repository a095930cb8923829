/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a machine runs: the loop thread (commands, calls, events, timers), the gate that vcpu threads
 * pass, and the states. Only the loop thread changes the state or opens and shuts the gate.
 */
#include "emulator/core/machine-private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "emulator/api/pci.h"
#include "emulator/util/host-time.h"
#include "emulator/util/thread.h"

/* ---- the gate ---- */

void emu_machine_open_gate(struct emu_machine *machine, enum machine_gate gate, unsigned vcpu)
{
    struct emu_machine_private *p = machine->private;

    pthread_mutex_lock(&p->gate_lock);
    p->gate = p->asleep ? MACHINE_GATE_SHUT : gate;
    p->gate_vcpu = vcpu;
    pthread_cond_broadcast(&p->gate_changed);
    pthread_mutex_unlock(&p->gate_lock);
}

static void machine_request_pause(struct emu_machine *machine)
{
    unsigned i;

    for (i = 0; i < machine->vcpu_count; i++) {
        if (machine->vcpus[i].request != NULL)
            emu_vcpu_request(&machine->vcpus[i], EMU_REQUEST_PAUSE);
    }
}

void emu_machine_shut_gate(struct emu_machine *machine)
{
    struct emu_machine_private *p = machine->private;

    pthread_mutex_lock(&p->gate_lock);
    p->gate = MACHINE_GATE_SHUT;
    pthread_mutex_unlock(&p->gate_lock);
    machine_request_pause(machine);
    pthread_mutex_lock(&p->gate_lock);
    while (p->running != 0)
        pthread_cond_wait(&p->idle_changed, &p->gate_lock);
    pthread_mutex_unlock(&p->gate_lock);
}

/* ---- states; loop thread ---- */

static enum emu_machine_state machine_state(const struct emu_machine *machine)
{
    return atomic_load(&machine->private->state);
}

static void machine_set_state(struct emu_machine *machine, enum emu_machine_state state)
{
    struct emu_machine_private *p = machine->private;

    pthread_mutex_lock(&p->gate_lock);
    atomic_store(&p->state, state);
    pthread_cond_broadcast(&p->state_changed);
    pthread_mutex_unlock(&p->gate_lock);
    if (p->observer.state_changed != NULL)
        p->observer.state_changed(p->observer.opaque, state);
}

static void machine_enter_stopped(struct emu_machine *machine, enum emu_stop_cause cause,
                                  unsigned code, const char *text)
{
    struct emu_machine_private *p = machine->private;

    if (machine_state(machine) == EMU_MACHINE_STOPPED)
        return;
    emu_machine_shut_gate(machine);
    emu_clock_pause(machine->clock);
    pthread_mutex_lock(&p->gate_lock);
    p->reason.cause = cause;
    p->reason.code = code;
    snprintf(p->reason.text, sizeof(p->reason.text), "%s", text);
    pthread_mutex_unlock(&p->gate_lock);
    machine_set_state(machine, EMU_MACHINE_STOPPED);
}

static bool machine_start_vcpus(struct emu_machine *machine)
{
    struct emu_error err = EMU_ERROR_INIT;
    unsigned i;

    for (i = 0; i < machine->vcpu_count; i++) {
        if (!emu_vcpu_start(&machine->vcpus[i], &err)) {
            machine_enter_stopped(machine, EMU_STOP_INTERNAL, 0, err.text);
            return false;
        }
    }
    return true;
}

/* The gate is shut: a step that was not made would stop the machine out of the blue later. */
static void machine_forget_step(struct emu_machine *machine)
{
    struct emu_vcpu *vcpu = machine->private->stepping;

    machine->private->stepping = NULL;
    if (vcpu != NULL)
        machine->debug->disarm_step(vcpu);
}

static void machine_resume_parts(struct emu_machine_private *p)
{
    for (size_t i = 0; i < p->part_count; i++) {
        if (p->parts[i].ops->resume != NULL)
            p->parts[i].ops->resume(p->parts[i].object);
    }
}

static void machine_do_resume(struct emu_machine *machine, void *opaque)
{
    if (machine_state(machine) != EMU_MACHINE_PAUSED || !machine_start_vcpus(machine))
        return;
    emu_machine_shut_gate(machine); /* a step may be under way */
    machine_forget_step(machine);
    emu_clock_resume(machine->clock);
    machine_set_state(machine, EMU_MACHINE_RUNNING);
    machine_resume_parts(machine->private);
    emu_machine_open_gate(machine, MACHINE_GATE_OPEN, 0);
}

static void machine_do_pause(struct emu_machine *machine, void *opaque)
{
    if (machine_state(machine) == EMU_MACHINE_STOPPED)
        return;
    emu_machine_shut_gate(machine);
    machine_forget_step(machine);
    emu_clock_pause(machine->clock);
    if (machine_state(machine) == EMU_MACHINE_RUNNING)
        machine_set_state(machine, EMU_MACHINE_PAUSED);
}

static void machine_reset_hardware(struct emu_machine *machine)
{
    size_t i;

    for (i = 0; i < machine->device_count; i++)
        emu_device_reset(machine->devices[i]);
    for (i = 0; i < machine->vcpu_count; i++)
        machine->vcpus[i].ops->reset(&machine->vcpus[i]);
}

void emu_machine_reset_all(struct emu_machine *machine)
{
    machine_reset_hardware(machine);
    if (machine->board != NULL && machine->board->after_reset != NULL)
        machine->board->after_reset(machine);
}

static void machine_reset_owned(struct emu_machine *machine)
{
    struct emu_machine_private *p = machine->private;
    size_t i;

    for (i = 0; i < p->part_count; i++) {
        if (p->parts[i].ops->reset != NULL)
            p->parts[i].ops->reset(p->parts[i].object);
    }
}

static void machine_tell_reset(struct emu_machine *machine)
{
    struct emu_machine_private *p = machine->private;

    machine_reset_owned(machine);
    if (p->observer.reset != NULL)
        p->observer.reset(p->observer.opaque);
}

/* A step that ended in a reset is over all the same. */
static void machine_end_step(struct emu_machine *machine)
{
    struct emu_vcpu *vcpu = machine->private->stepping;
    struct emu_debug_event event = {.stop = EMU_DEBUG_STEP};

    machine->private->stepping = NULL;
    if (vcpu == NULL)
        return;
    event.vcpu = vcpu->index;
    emu_machine_debug_event(machine, &event);
}

/* After something for which the gate was shut. */
static void machine_go_on(struct emu_machine *machine)
{
    machine_end_step(machine);
    if (machine_state(machine) == EMU_MACHINE_RUNNING)
        emu_machine_open_gate(machine, MACHINE_GATE_OPEN, 0);
}

static void machine_do_reset(struct emu_machine *machine, void *opaque)
{
    if (machine_state(machine) == EMU_MACHINE_STOPPED)
        return;
    emu_machine_shut_gate(machine);
    atomic_store(&machine->private->asleep, false);
    emu_machine_reset_all(machine);
    machine_tell_reset(machine);
    machine_go_on(machine);
}

static void machine_do_stop(struct emu_machine *machine, void *opaque)
{
    machine_enter_stopped(machine, EMU_STOP_FORCED, 0, "The machine was switched off.");
}

/* ---- events; any thread ---- */

/* The vcpus leave the guest now, so that the one that caused the event does nothing more. */
static void machine_announce_event(struct emu_machine *machine)
{
    machine_request_pause(machine);
    emu_queue_wake(machine->queue);
}

void emu_machine_request_power(struct emu_machine *machine, enum emu_power_event event,
                               unsigned code)
{
    struct emu_machine_private *p = machine->private;
    bool first;

    emu_trace(&machine->trace, machine_power, (int)event, code);
    pthread_mutex_lock(&p->gate_lock);
    first = !p->power_waiting;
    if (first) {
        p->power_waiting = true;
        p->power_event = event;
        p->power_code = code;
    }
    pthread_mutex_unlock(&p->gate_lock);
    machine_announce_event(machine);
}

void emu_machine_fail(struct emu_machine *machine, const char *fmt, ...)
{
    struct emu_machine_private *p = machine->private;
    va_list args;

    va_start(args, fmt);
    pthread_mutex_lock(&p->gate_lock);
    if (!p->failed)
        vsnprintf(p->fail_text, sizeof(p->fail_text), fmt, args);
    p->failed = true;
    pthread_mutex_unlock(&p->gate_lock);
    va_end(args);
    machine_announce_event(machine);
}

void emu_machine_hold(struct emu_machine *machine, const char *fmt, ...)
{
    struct emu_machine_private *p = machine->private;
    va_list args;

    va_start(args, fmt);
    pthread_mutex_lock(&p->gate_lock);
    if (!p->holding)
        vsnprintf(p->hold_text, sizeof(p->hold_text), fmt, args);
    p->holding = true;
    pthread_mutex_unlock(&p->gate_lock);
    va_end(args);
    machine_announce_event(machine);
}

/* One event a vcpu at most, since each stops at its first; more than fit hit again when they run.
 */
void emu_machine_debug_event(struct emu_machine *machine, const struct emu_debug_event *event)
{
    struct emu_machine_private *p = machine->private;

    pthread_mutex_lock(&p->gate_lock);
    if (p->debug_count < MACHINE_MAX_DEBUG_EVENTS)
        p->debug_events[p->debug_count++] = *event;
    pthread_mutex_unlock(&p->gate_lock);
    machine_announce_event(machine);
}

/* ---- events; loop thread ---- */

static void machine_tell_sleep(struct emu_machine *machine)
{
    struct emu_machine_private *p = machine->private;

    if (p->observer.sleep_changed != NULL)
        p->observer.sleep_changed(p->observer.opaque, atomic_load(&p->asleep));
}

void emu_machine_tell_drive_removed(struct emu_machine *machine, unsigned drive)
{
    struct emu_machine_private *p = machine->private;

    if (p->observer.drive_removed != NULL)
        p->observer.drive_removed(p->observer.opaque, drive);
}

static void machine_reset_or(struct emu_machine *machine, enum emu_stop_cause cause,
                             const char *text)
{
    if (machine->no_reboot)
        machine_enter_stopped(machine, cause, 0, text);
    else
        machine_do_reset(machine, NULL);
}

/* ---- INIT and S3; the gate is shut ---- */

static void machine_init_cpus(struct emu_machine *machine)
{
    const struct emu_board_hooks *board = machine->board;

    if (board != NULL && board->init_cpus != NULL && board->init_cpus(machine))
        machine_go_on(machine);
    else
        machine_reset_or(machine, EMU_STOP_RESET, "The guest asked for a restart.");
}

static void machine_fall_asleep(struct emu_machine *machine)
{
    const struct emu_board_hooks *board = machine->board;

    if (board == NULL || board->fall_asleep == NULL) {
        machine_enter_stopped(machine, EMU_STOP_POWER_OFF, 0,
                              "The guest went to sleep (S3), from which this machine cannot wake.");
        return;
    }
    atomic_store(&machine->private->asleep, true);
    machine_end_step(machine);
    machine_tell_sleep(machine);
    board->fall_asleep(machine);
}

static void machine_wake(struct emu_machine *machine)
{
    if (atomic_exchange(&machine->private->asleep, false)) {
        machine->board->before_wake(machine);
        machine_reset_hardware(machine);
        machine->board->after_wake(machine);
        machine_reset_owned(machine);
        machine_tell_sleep(machine);
    }
    machine_go_on(machine);
}

static void machine_act_on_power(struct emu_machine *machine, enum emu_power_event event,
                                 unsigned code)
{
    switch (event) {
    case EMU_POWER_OFF:
        machine_enter_stopped(machine, EMU_STOP_POWER_OFF, 0, "The guest switched itself off.");
        break;
    case EMU_POWER_SLEEP:
        machine_fall_asleep(machine);
        break;
    case EMU_POWER_WAKE:
        machine_wake(machine);
        break;
    case EMU_POWER_CPU_RESET:
        machine_init_cpus(machine);
        break;
    case EMU_POWER_RESET:
        machine_reset_or(machine, EMU_STOP_RESET, "The guest asked for a restart.");
        break;
    case EMU_POWER_SHUTDOWN:
        machine_reset_or(machine, EMU_STOP_TRIPLE_FAULT,
                         "The guest's processor shut down after a triple fault.");
        break;
    case EMU_POWER_PANIC:
        machine_enter_stopped(machine, EMU_STOP_PANIC, 0, "The guest's kernel panicked.");
        break;
    case EMU_POWER_DEBUG_EXIT:
        machine_enter_stopped(machine, EMU_STOP_DEBUG_EXIT, code,
                              "The guest ended the machine by its debug exit port.");
        break;
    }
}

static bool machine_handle_power(struct emu_machine *machine)
{
    struct emu_machine_private *p = machine->private;
    enum emu_power_event event;
    unsigned code;
    bool waiting;

    pthread_mutex_lock(&p->gate_lock);
    waiting = p->power_waiting;
    event = p->power_event;
    code = p->power_code;
    pthread_mutex_unlock(&p->gate_lock);
    if (!waiting)
        return false;
    /* Until all stand still others may ask for power events too; the first one counts. */
    emu_machine_shut_gate(machine);
    pthread_mutex_lock(&p->gate_lock);
    p->power_waiting = false;
    pthread_mutex_unlock(&p->gate_lock);
    machine_act_on_power(machine, event, code);
    return true;
}

static bool machine_handle_failure(struct emu_machine *machine)
{
    struct emu_machine_private *p = machine->private;
    char text[sizeof(p->fail_text)];
    bool failed;

    pthread_mutex_lock(&p->gate_lock);
    failed = p->failed && machine_state(machine) != EMU_MACHINE_STOPPED;
    memcpy(text, p->fail_text, sizeof(text));
    pthread_mutex_unlock(&p->gate_lock);
    if (failed)
        machine_enter_stopped(machine, EMU_STOP_INTERNAL, 0, text);
    return failed;
}

static bool machine_handle_hold(struct emu_machine *machine)
{
    struct emu_machine_private *p = machine->private;
    char text[sizeof(p->hold_text)];
    bool holds;

    pthread_mutex_lock(&p->gate_lock);
    holds = p->holding && machine_state(machine) != EMU_MACHINE_STOPPED;
    p->holding = false;
    memcpy(text, p->hold_text, sizeof(text));
    pthread_mutex_unlock(&p->gate_lock);
    if (!holds)
        return false;
    machine_do_pause(machine, NULL);
    if (p->observer.held != NULL)
        p->observer.held(p->observer.opaque, text);
    return true;
}

static unsigned machine_take_debug_events(struct emu_machine *machine,
                                          struct emu_debug_event *events)
{
    struct emu_machine_private *p = machine->private;
    unsigned count;

    pthread_mutex_lock(&p->gate_lock);
    count = p->debug_count;
    memcpy(events, p->debug_events, count * sizeof(*events));
    p->debug_count = 0;
    pthread_mutex_unlock(&p->gate_lock);
    return count;
}

static bool machine_handle_debug_events(struct emu_machine *machine)
{
    struct emu_machine_private *p = machine->private;
    struct emu_debug_event events[MACHINE_MAX_DEBUG_EVENTS];
    void (*on_event)(void *opaque, const struct emu_debug_event *event);
    unsigned count, i;
    void *opaque;

    pthread_mutex_lock(&p->gate_lock);
    count = p->debug_count;
    on_event = p->on_debug_event;
    opaque = p->debug_opaque;
    pthread_mutex_unlock(&p->gate_lock);
    if (count == 0)
        return false;
    machine_do_pause(machine, NULL);
    count = machine_take_debug_events(machine, events);
    for (i = 0; i < count && on_event != NULL; i++)
        on_event(opaque, &events[i]);
    return true;
}

/* ---- calls ---- */

void emu_machine_call(struct emu_machine *machine,
                      void (*fn)(struct emu_machine *machine, void *opaque), void *opaque)
{
    struct emu_machine_private *p = machine->private;
    struct machine_call call = {.fn = fn, .opaque = opaque};

    if (!p->loop_started || pthread_equal(p->loop, pthread_self())) {
        fn(machine, opaque);
        return;
    }
    pthread_mutex_lock(&p->gate_lock);
    *p->calls_last = &call;
    p->calls_last = &call.next;
    pthread_mutex_unlock(&p->gate_lock);
    emu_queue_wake(machine->queue);
    pthread_mutex_lock(&p->gate_lock);
    while (!call.done)
        pthread_cond_wait(&p->state_changed, &p->gate_lock);
    pthread_mutex_unlock(&p->gate_lock);
}

static void machine_run_queue(struct emu_machine *machine, void *opaque)
{
    emu_queue_run(machine->queue, emu_clock_now(machine->clock));
}

bool emu_machine_command(struct emu_machine *machine, emu_command_fn *fn, void *opaque,
                         const void *data, size_t length)
{
    if (!emu_queue_post(machine->queue, fn, opaque, data, length))
        return false;
    emu_machine_call(machine, machine_run_queue, NULL);
    return true;
}

static struct machine_call *machine_take_call(struct emu_machine_private *p)
{
    struct machine_call *call;

    pthread_mutex_lock(&p->gate_lock);
    call = p->calls;
    if (call != NULL) {
        p->calls = call->next;
        if (p->calls == NULL)
            p->calls_last = &p->calls;
    }
    pthread_mutex_unlock(&p->gate_lock);
    return call;
}

static void machine_run_calls(struct emu_machine *machine)
{
    struct emu_machine_private *p = machine->private;
    struct machine_call *call;

    while ((call = machine_take_call(p)) != NULL) {
        call->fn(machine, call->opaque);
        pthread_mutex_lock(&p->gate_lock);
        call->done = true;
        pthread_cond_broadcast(&p->state_changed);
        pthread_mutex_unlock(&p->gate_lock);
    }
}

struct machine_rest {
    void (*fn)(struct emu_machine *machine, void *opaque);
    void *opaque;
};

static void machine_do_at_rest(struct emu_machine *machine, void *opaque)
{
    const struct machine_rest *rest = opaque;
    struct emu_machine_private *p = machine->private;
    enum machine_gate gate;
    unsigned vcpu;

    pthread_mutex_lock(&p->gate_lock);
    gate = p->gate;
    vcpu = p->gate_vcpu;
    pthread_mutex_unlock(&p->gate_lock);
    emu_machine_shut_gate(machine);
    rest->fn(machine, rest->opaque);
    if (gate != MACHINE_GATE_SHUT)
        emu_machine_open_gate(machine, gate, vcpu);
}

void emu_machine_at_rest(struct emu_machine *machine,
                         void (*fn)(struct emu_machine *machine, void *opaque), void *opaque)
{
    struct machine_rest rest = {fn, opaque};

    emu_machine_call(machine, machine_do_at_rest, &rest);
}

/* ---- the loop thread ---- */

static bool machine_quits(struct emu_machine_private *p)
{
    bool quit;

    pthread_mutex_lock(&p->gate_lock);
    quit = p->quit;
    pthread_mutex_unlock(&p->gate_lock);
    return quit;
}

static void *machine_loop(void *opaque)
{
    struct emu_machine *machine = opaque;

    prctl(PR_SET_TIMERSLACK, 1000ul); /* ns: the guest's timers should be punctual */
    while (!machine_quits(machine->private)) {
        bool acted;

        emu_queue_run(machine->queue, emu_clock_now(machine->clock));
        machine_run_calls(machine);
        acted = machine_handle_failure(machine);
        acted |= machine_handle_power(machine);
        acted |= machine_handle_hold(machine);
        acted |= machine_handle_debug_events(machine);
        if (!acted)
            emu_queue_wait(machine->queue, emu_clock_run_timers(machine->clock));
    }
    return NULL;
}

bool emu_machine_start_loop(struct emu_machine *machine, struct emu_error *err)
{
    struct emu_machine_private *p = machine->private;
    int error;

    pthread_mutex_lock(&p->gate_lock); /* the loop's first step waits until these are set */
    error = emu_thread_create(&p->loop, "machine", machine_loop, machine);
    p->loop_started = error == 0;
    pthread_mutex_unlock(&p->gate_lock);
    return error == 0 || emu_error_set(err, EMU_ERROR_HOST, "cannot start the machine's thread: %s",
                                       strerror(error));
}

void emu_machine_join_loop(struct emu_machine *machine)
{
    struct emu_machine_private *p = machine->private;

    pthread_mutex_lock(&p->gate_lock);
    p->quit = true;
    pthread_cond_broadcast(&p->gate_changed);
    pthread_mutex_unlock(&p->gate_lock);
    emu_queue_wake(machine->queue);
    pthread_join(p->loop, NULL);
    p->loop_started = false;
}

/* ---- api/machine.h ---- */

void emu_machine_resume(struct emu_machine *machine)
{
    emu_machine_call(machine, machine_do_resume, NULL);
}

void emu_machine_pause(struct emu_machine *machine)
{
    emu_machine_call(machine, machine_do_pause, NULL);
}

void emu_machine_reset(struct emu_machine *machine)
{
    emu_machine_call(machine, machine_do_reset, NULL);
}

void emu_machine_stop(struct emu_machine *machine)
{
    emu_machine_call(machine, machine_do_stop, NULL);
}

static void machine_press_power_button(void *opaque, emu_ns now, const void *data, size_t length)
{
    struct emu_machine *machine = opaque;

    if (machine->board != NULL && machine->board->power_button != NULL)
        machine->board->power_button(machine);
}

void emu_machine_power_button(struct emu_machine *machine)
{
    emu_queue_post(machine->queue, machine_press_power_button, machine, NULL, 0);
}

static void machine_press_nmi(void *opaque, emu_ns now, const void *data, size_t length)
{
    struct emu_machine *machine = opaque;

    if (machine->board != NULL && machine->board->nmi != NULL)
        machine->board->nmi(machine);
}

void emu_machine_inject_nmi(struct emu_machine *machine)
{
    emu_queue_post(machine->queue, machine_press_nmi, machine, NULL, 0);
}

struct machine_pci_list {
    struct emu_pci_function *out;
    size_t max, count;
};

/* Functions come and go on this thread only. */
static void machine_do_list_pci(struct emu_machine *machine, void *opaque)
{
    struct machine_pci_list *list = opaque;

    if (machine->board != NULL && machine->board->list_pci != NULL)
        list->count = machine->board->list_pci(machine, list->out, list->max);
}

size_t emu_machine_list_pci(struct emu_machine *machine, struct emu_pci_function *out, size_t max)
{
    struct machine_pci_list list = {out, max, 0};

    emu_machine_call(machine, machine_do_list_pci, &list);
    return list.count;
}

bool emu_machine_reset_by_watchdog(const struct emu_machine *machine)
{
    return machine->board != NULL && machine->board->was_watchdog != NULL &&
           machine->board->was_watchdog(machine);
}

bool emu_machine_is_asleep(const struct emu_machine *machine)
{
    return atomic_load(&machine->private->asleep);
}

enum emu_machine_state emu_machine_get_state(const struct emu_machine *machine)
{
    return machine_state(machine);
}

struct emu_stop_reason emu_machine_get_stop_reason(const struct emu_machine *machine)
{
    struct emu_machine_private *p = machine->private;
    struct emu_stop_reason reason;

    pthread_mutex_lock(&p->gate_lock);
    reason = p->reason;
    pthread_mutex_unlock(&p->gate_lock);
    return reason;
}

bool emu_machine_wait_stopped(struct emu_machine *machine, uint64_t timeout)
{
    struct emu_machine_private *p = machine->private;
    uint64_t start = emu_host_now(), passed;
    bool stopped;

    pthread_mutex_lock(&p->gate_lock);
    while (atomic_load(&p->state) != EMU_MACHINE_STOPPED) {
        passed = emu_host_now() - start;
        if (passed >= timeout)
            break;
        emu_cond_wait(&p->state_changed, &p->gate_lock,
                      timeout == UINT64_MAX ? UINT64_MAX : timeout - passed);
    }
    stopped = atomic_load(&p->state) == EMU_MACHINE_STOPPED;
    pthread_mutex_unlock(&p->gate_lock);
    return stopped;
}
