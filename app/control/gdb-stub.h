/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A debugged machine as gdb's remote protocol sees it: bytes in, bytes out, over a table of
 * operations for the machine. No I/O and no threads: whoever owns a stub calls it on one thread.
 * Processors are threads, numbered from 1; all stop and go on together.
 */
#ifndef LATHE_CONTROL_GDB_STUB_H
#define LATHE_CONTROL_GDB_STUB_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "emulator/api/debug.h"

/*
 * The machine. pause returns when it stands still; resume and step return at once, and what comes
 * of them is told by gdb_stub_event. Registers and memory are touched only between a pause or an
 * event and the next resume or step. cpus is 0 when there is no machine any more; nothing but
 * resume, pause, reset, power_button and end, which then do nothing, is called in that case.
 */
struct gdb_target_ops {
    unsigned (*cpus)(void *opaque);
    const struct emu_debug_register *(*registers)(void *opaque, size_t *count);
    char *(*describe)(void *opaque); /* the target description; free() */
    const char *(*cpu_state)(void *opaque, unsigned cpu);
    bool (*read_register)(void *opaque, unsigned cpu, size_t index, void *out);
    bool (*write_register)(void *opaque, unsigned cpu, size_t index, const void *value);
    bool (*read_memory)(void *opaque, unsigned cpu, uint64_t address, void *out, size_t length);
    bool (*write_memory)(void *opaque, unsigned cpu, uint64_t address, const void *data,
                         size_t length);
    bool (*insert_break)(void *opaque, enum emu_break_kind kind, uint64_t address, uint64_t length);
    bool (*remove_break)(void *opaque, enum emu_break_kind kind, uint64_t address, uint64_t length);
    void (*resume)(void *opaque);
    void (*step)(void *opaque, unsigned cpu);
    void (*pause)(void *opaque);
    void (*reset)(void *opaque); /* paused before and after it */
    void (*power_button)(void *opaque);
    void (*end)(void *opaque);
    const char *(*engine)(void *opaque); /* the name of what runs the guest; static */
    /* Paused before and after it. False with *error: it is the old one still. */
    bool (*set_engine)(void *opaque, const char *name, struct emu_error *error);
};

struct gdb_stub;

/* The machine is paused. */
struct gdb_stub *gdb_stub_new(const struct gdb_target_ops *ops, void *opaque);
/* Removes the breaks that are left. The machine stays as it is: paused or running. */
void gdb_stub_free(struct gdb_stub *stub);

/* Bytes from gdb. */
void gdb_stub_input(struct gdb_stub *stub, const uint8_t *data, size_t length);
/* Bytes for gdb, which the caller removes as it sends them. Borrowed. */
GByteArray *gdb_stub_output(struct gdb_stub *stub);
/* gdb has taken its leave: nothing follows what is in the output. */
bool gdb_stub_is_done(const struct gdb_stub *stub);
/* Does gdb believe that the machine stands still? Then it must. */
bool gdb_stub_is_stopped(const struct gdb_stub *stub);

/* The machine has paused because of this event. */
void gdb_stub_event(struct gdb_stub *stub, const struct emu_debug_event *event);
/* The machine ended for good. */
void gdb_stub_ended(struct gdb_stub *stub, int exit_status);

#endif
