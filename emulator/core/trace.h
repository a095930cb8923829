/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Trace events: one line each in trace.inc, off unless their name matches the pattern, and then
 * free but for one load and a branch that is never taken. Patterns belong to a machine.
 */
#ifndef EMU_CORE_TRACE_H
#define EMU_CORE_TRACE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum emu_trace_event {
#define TRACE(name, fmt) EMU_TRACE_##name,
#include "emulator/core/trace.inc"
#undef TRACE
    EMU_TRACE_COUNT
};

/* Receives a finished line without newline. Called on any thread. */
typedef void emu_trace_sink_fn(void *opaque, const char *line);

struct emu_trace {
    _Atomic bool enabled[EMU_TRACE_COUNT];
    emu_trace_sink_fn *sink; /* NULL: standard error */
    void *opaque;
};

/*
 * Switches on all events whose name matches the shell pattern ("ioapic_*"; dashes will do for
 * underscores); "-PATTERN" switches off. Any thread. Returns how many matched.
 */
unsigned emu_trace_match(struct emu_trace *trace, const char *pattern);
/* The name of an event: for "--trace help". */
const char *emu_trace_name(enum emu_trace_event event);
void emu_trace_emit(struct emu_trace *trace, enum emu_trace_event event, ...);

/* trace may be NULL. */
#define emu_trace_enabled(trace, name)                                                             \
    ((trace) != NULL &&                                                                            \
     atomic_load_explicit(&(trace)->enabled[EMU_TRACE_##name], memory_order_relaxed))

/* trace may be NULL. The arguments must fit the event's format in trace.inc. */
#define emu_trace(trace, name, ...)                                                                \
    do {                                                                                           \
        struct emu_trace *trace_ = (trace);                                                        \
        if (trace_ != NULL &&                                                                      \
            __builtin_expect(                                                                      \
                atomic_load_explicit(&trace_->enabled[EMU_TRACE_##name], memory_order_relaxed),    \
                0))                                                                                \
            emu_trace_emit(trace_, EMU_TRACE_##name, ##__VA_ARGS__);                               \
    } while (0)

#endif
