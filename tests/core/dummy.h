/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A machine for tests: processors that count instead of executing, 1 MiB of RAM, and a device with
 * a timer that ticks each millisecond of machine time.
 */
#ifndef LATHE_TESTS_CORE_DUMMY_H
#define LATHE_TESTS_CORE_DUMMY_H

#include <stdatomic.h>

#include "emulator/core/machine.h"

#define DUMMY_INTERRUPT (1u << EMU_REQUEST_ARCH)

enum dummy_mode {
    DUMMY_COUNT,   /* counts on and on */
    DUMMY_HALT,    /* sleeps until an interrupt, counts it, sleeps again */
    DUMMY_TRIPLE,  /* asks for a triple fault, then counts */
    DUMMY_OFF,     /* switches the machine off */
    DUMMY_RESET,   /* asks for a reset at the first run, then for power off */
    DUMMY_BREAK,   /* reports a breakpoint at each run */
    DUMMY_EXCLUDE, /* runs exclusive sections all the time */
};

struct dummy {
    struct emu_machine *machine;
    _Atomic uint32_t request;
    _Atomic uint64_t count;
    _Atomic unsigned interrupts, resets;
    enum dummy_mode mode;
    bool step, skip_step;
    uint64_t saved;
    struct board *board;
};

struct board {
    struct dummy dummies[8];
    unsigned after_resets, power_buttons, frees;
    _Atomic unsigned sleeps, wakes, inits, inputs;
    bool takes_init; /* what init_cpus answers */
    uint64_t lines;  /* saved */
    _Atomic unsigned sections, violations, tells;
    _Atomic bool exclusive;
    unsigned unprotected; /* changed in exclusive sections only */
};

struct ticker {
    struct emu_device device;
    struct emu_timer timer;
    struct emu_region region;
    _Atomic uint64_t ticks;
    uint64_t reg;
};

extern const struct emu_device_class ticker_class;

/* For exclusive sections: opaque is the board. */
void dummy_check_still(void *opaque);

/* A machine with vcpus of one mode. board and region must outlive it. */
struct emu_machine *dummy_machine_new(struct board *board, struct emu_region *region,
                                      unsigned vcpus, enum dummy_mode mode,
                                      const struct emu_machine_observer *observer);
/* The same, finished and running. */
struct emu_machine *dummy_machine_start(struct board *board, struct emu_region *region,
                                        unsigned vcpus, enum dummy_mode mode);

#endif
