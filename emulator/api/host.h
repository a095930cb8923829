/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this host offers the emulator: for "lathe doctor" and the plan. Any thread. */
#ifndef EMU_API_HOST_H
#define EMU_API_HOST_H

#include "emulator/api/error.h"
#include "emulator/api/types.h"

struct emu_host_engine {
    const char *name, *description;
    bool available;
    char reason[320]; /* why not; empty if available */
};

/* Fills up to max rows, best engine first; returns how many there are. */
size_t emu_host_engines(struct emu_host_engine *out, size_t max);
/* The engine that "auto" picks; why[] tells in one sentence. NULL: none. */
const char *emu_host_default_engine(char *why, size_t size);

/* Guest CPU models and features, for help and errors. NULL-terminated static arrays. */
const char *const *emu_cpu_models(void);
const char *const *emu_cpu_features(void);
/* Is this a model with features that exist? False with *err naming what is wrong. */
bool emu_cpu_check(const char *cpu, struct emu_error *err);
/* Boards, NULL-terminated. */
const char *const *emu_boards(void);

/* Bytes that a machine's RAM may have on this host now. */
uint64_t emu_host_memory_limit(void);

/* Trace events, NULL-terminated; malloc'ed array of static strings, free() it. */
const char **emu_trace_events(void);
/* How many of them a pattern of struct emu_machine_config's trace matches. */
unsigned emu_trace_count(const char *pattern);

#endif
