/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tracing: the table of events and their switches. */
#include "emulator/core/trace.h"

#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "emulator/api/host.h"

struct trace_row {
    const char *name, *format;
};

static const struct trace_row trace_rows[EMU_TRACE_COUNT] = {
#define TRACE(name, fmt) {#name, fmt},
#include "emulator/core/trace.inc"
#undef TRACE
};

/* As it is written, or with dashes as in the names of options. */
static bool trace_matches(const char *pattern, const char *name)
{
    char dashed[64];
    size_t i;

    if (fnmatch(pattern, name, 0) == 0)
        return true;
    for (i = 0; name[i] != '\0' && i + 1 < sizeof(dashed); i++)
        dashed[i] = name[i] == '_' ? '-' : name[i];
    dashed[i] = '\0';
    return fnmatch(pattern, dashed, 0) == 0;
}

unsigned emu_trace_count(const char *pattern)
{
    unsigned matched = 0, i;

    for (i = 0; i < EMU_TRACE_COUNT; i++)
        matched += trace_matches(pattern[0] == '-' ? pattern + 1 : pattern, trace_rows[i].name);
    return matched;
}

unsigned emu_trace_match(struct emu_trace *trace, const char *pattern)
{
    bool on = pattern[0] != '-';
    unsigned matched = 0, i;

    for (i = 0; i < EMU_TRACE_COUNT; i++) {
        if (!trace_matches(on ? pattern : pattern + 1, trace_rows[i].name))
            continue;
        atomic_store_explicit(&trace->enabled[i], on, memory_order_relaxed);
        matched++;
    }
    return matched;
}

const char *emu_trace_name(enum emu_trace_event event)
{
    return (unsigned)event < EMU_TRACE_COUNT ? trace_rows[event].name : NULL;
}

void emu_trace_emit(struct emu_trace *trace, enum emu_trace_event event, ...)
{
    char line[512];
    va_list args;

    va_start(args, event);
    vsnprintf(line, sizeof(line), trace_rows[event].format, args);
    va_end(args);
    if (trace->sink != NULL)
        trace->sink(trace->opaque, line);
    else
        fprintf(stderr, "%s\n", line);
}

const char **emu_trace_events(void)
{
    const char **names = calloc(EMU_TRACE_COUNT + 1, sizeof(*names));
    unsigned i;

    for (i = 0; names != NULL && i < EMU_TRACE_COUNT; i++)
        names[i] = trace_rows[i].name;
    return names;
}
