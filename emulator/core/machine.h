/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The machine as those see it who build it: boards and engines. It owns clock, address spaces,
 * queue, loop thread, devices and vcpus; emulator/api/machine.h is its face to the world.
 * emu_machine_new is implemented in boards/, which fills a machine made by emu_machine_alloc.
 */
#ifndef EMU_CORE_MACHINE_H
#define EMU_CORE_MACHINE_H

#include "emulator/api/debug.h"
#include "emulator/core/counters.h"
#include "emulator/core/device.h"
#include "emulator/core/display.h"
#include "emulator/core/engine.h"
#include "emulator/core/input.h"
#include "emulator/core/queue.h"
#include "emulator/core/trace.h"
#include "emulator/core/vcpu.h"

struct emu_pci_function;

/* What the board adds. Loop thread or the thread that makes the machine; vcpus stand still. */
struct emu_board_hooks {
    const char *name;
    /* After all devices and vcpus were reset: load kernels again, set registers. */
    void (*after_reset)(struct emu_machine *machine);
    /* INIT for all processors and nothing else; false, or NULL: the machine resets instead. */
    bool (*init_cpus)(struct emu_machine *machine);
    /*
     * S3; NULL: this machine does not sleep. fall_asleep: no vcpu runs any more until a device asks
     * for EMU_POWER_WAKE; then devices and vcpus are reset with the RAM as it was, between
     * before_wake and after_wake.
     */
    void (*fall_asleep)(struct emu_machine *machine);
    void (*before_wake)(struct emu_machine *machine);
    void (*after_wake)(struct emu_machine *machine);
    /* A key or a button went down while the machine sleeps; NULL: nothing comes of it. */
    void (*input_wakes)(struct emu_machine *machine);
    void (*power_button)(struct emu_machine *machine);
    void (*nmi)(struct emu_machine *machine);
    /* NULL: nothing to list. */
    size_t (*list_pci)(struct emu_machine *machine, struct emu_pci_function *out, size_t max);
    /* Any thread; NULL: no watchdog. */
    bool (*was_watchdog)(const struct emu_machine *machine);
    /* What is the board's own, behind its devices; NULL: nothing. */
    void (*save)(struct emu_machine *machine, struct emu_writer *out);
    bool (*load)(struct emu_machine *machine, struct emu_reader *in, struct emu_error *err);
    void (*free)(struct emu_machine *machine); /* board_data; devices are still there */
};

/* An architecture's debugger access (api/debug.h); all called while paused but insert/remove. */
struct emu_debug_target {
    const struct emu_debug_register *registers;
    size_t register_count;
    char *(*describe)(void); /* target XML, malloc'ed */
    const char *(*state)(struct emu_vcpu *vcpu);
    void (*read)(struct emu_vcpu *vcpu, size_t index, void *out);
    void (*write)(struct emu_vcpu *vcpu, size_t index, const void *value);
    bool (*translate)(struct emu_vcpu *vcpu, emu_gva address, emu_gpa *out);
    /* The list of breaks (machine->breaks) changed: drop code and fast TLB entries. vcpus still. */
    void (*breaks_changed)(struct emu_vcpu *vcpu);
    /* The next run() executes one instruction, then reports EMU_DEBUG_STEP. */
    void (*arm_step)(struct emu_vcpu *vcpu);
    /* A step that was armed and perhaps not made is off. */
    void (*disarm_step)(struct emu_vcpu *vcpu);
};

struct emu_break {
    enum emu_break_kind kind;
    emu_gva address;
    uint64_t length;
};
#define EMU_MAX_BREAKS 256

struct emu_machine_private;

struct emu_machine {
    struct emu_clock *clock;
    struct emu_memory *memory, *io; /* io: 64 KiB of ports */
    struct emu_queue *queue;
    struct emu_input *input;
    struct emu_displays displays;
    struct emu_trace trace;
    struct emu_counters counters;
    struct emu_power power; /* handle to emu_machine_request_power, for devices */

    struct emu_vcpu *vcpus;
    unsigned vcpu_count;
    struct emu_device **devices; /* in the order of adding, which is that of reset and save */
    size_t device_count;

    const struct emu_board_hooks *board;
    void *board_data;
    _Atomic(const struct emu_engine_ops *) engine; /* set by the board; detached by free */
    void *engine_data;
    _Atomic bool engine_changed; /* it is not the one that engine_why tells of */
    char engine_why[320];
    const struct emu_debug_target *debug;
    struct emu_break breaks[EMU_MAX_BREAKS]; /* changed only in exclusive sections */
    unsigned break_count;
    bool no_reboot;

    struct emu_machine_private *private; /* machine.c */
};

/* An empty, paused machine with clock, address spaces and queue. */
struct emu_machine *emu_machine_alloc(const struct emu_machine_observer *observer,
                                      struct emu_error *err);
/* The machine owns the device (or block of RAM) from here on, also on failure. The device is
 * realized and on its lines already. */
bool emu_machine_add_device(struct emu_machine *machine, struct emu_device *device,
                            struct emu_error *err);
bool emu_machine_add_ram(struct emu_machine *machine, struct emu_ram *ram, struct emu_error *err);
/*
 * Anything else that the machine owns and tells of resets: parts are freed after the devices.
 * reset: loop thread; may be NULL. settle: before the machine is saved, on the loop thread while
 * vcpus stand still: what is under way outside of it comes to its end; may be NULL. sync: likewise,
 * when all is settled and the state is kept: what was written is on stable storage; false with
 * *err; may be NULL. resume: loop thread, the machine goes on; may be NULL. Character devices are added by emu_machine_add_chardev
 * (chardev/chardev.h), which uses this.
 */
struct emu_machine_part {
    void (*reset)(void *object);
    void (*settle)(void *object);
    bool (*sync)(void *object, struct emu_error *err);
    void (*resume)(void *object);
    void (*free)(void *object);
};
bool emu_machine_add_part(struct emu_machine *machine, const struct emu_machine_part *part,
                          void *object, struct emu_error *err);
/*
 * Devices and parts that come and go while the machine runs, on the loop thread. A device is in no
 * address space, drives no line and answers nobody any more when it is removed, and is then freed.
 * A part is freed once the commands that are in the queue, and may be its own, have run.
 */
void emu_machine_remove_device(struct emu_machine *machine, struct emu_device *device);
void emu_machine_remove_part(struct emu_machine *machine, void *object);
/* Posts a command and waits until it has run. Not on the machine's own threads. False: the queue
 * did not take it. */
bool emu_machine_command(struct emu_machine *machine, emu_command_fn *fn, void *opaque,
                         const void *data, size_t length);
/*
 * Runs fn on the loop thread while no vcpu runs, and lets them go on as before. Waits until it is
 * done; not on a vcpu's thread.
 */
void emu_machine_at_rest(struct emu_machine *machine,
                         void (*fn)(struct emu_machine *machine, void *opaque), void *opaque);
/* Room for count vcpus; the board then calls emu_vcpu_init on each. */
bool emu_machine_set_vcpu_count(struct emu_machine *machine, unsigned count, struct emu_error *err);
struct emu_device *emu_machine_find_device(struct emu_machine *machine, const char *id);
/* Last step of building: starts the loop thread, resets everything; vcpu threads start with the
 * first resume. */
bool emu_machine_finish(struct emu_machine *machine, struct emu_error *err);

/* Any thread, locks may be held, never waits: the loop thread acts on it. */
void emu_machine_request_power(struct emu_machine *machine, enum emu_power_event event,
                               unsigned code);
/* Tells the observer. Loop thread. */
void emu_machine_tell_drive_removed(struct emu_machine *machine, unsigned drive);
/* The machine cannot go on: EMU_STOP_INTERNAL with this reason. Any thread, never waits. */
void emu_machine_fail(struct emu_machine *machine, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The machine cannot go on now, but may later: it pauses, and the observer is told why. Any thread,
 * locks may be held, never waits. */
void emu_machine_hold(struct emu_machine *machine, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* vcpu thread: a break or step was hit: asks for a pause, then the observer is told. The vcpu's run
 * must return soon. */
void emu_machine_debug_event(struct emu_machine *machine, const struct emu_debug_event *event);

/* Another engine takes over while the machine is paused; see emu_machine_set_engine, which finds it
 * by its name. */
bool emu_machine_change_engine(struct emu_machine *machine, const struct emu_engine_ops *engine,
                               struct emu_error *err);

/* The whole machine's state; vcpus stand still. */
bool emu_machine_save(struct emu_machine *machine, struct emu_writer *out, struct emu_error *err);
bool emu_machine_load(struct emu_machine *machine, struct emu_reader *in, struct emu_error *err);

#endif
