/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of translated code for the host's "perf": the file /tmp/perf-PID.map (tools/perf's
 * Documentation/jit-interface.txt), a line "START SIZE NAME" for each block, where the name is the
 * range of guest pcs. A place that is used again has several lines; perf takes the last.
 */
#ifndef EMU_JIT_PERF_MAP_H
#define EMU_JIT_PERF_MAP_H

#include <stddef.h>

#include "emulator/core/trace.h"

struct jit_perf_map;

/* Opens the file and emits jit_perf_map with its name, if that event is on. NULL: it is off, or the
 * file cannot be had, which the event then says. */
struct jit_perf_map *jit_perf_map_new(struct emu_trace *trace);
void jit_perf_map_free(struct jit_perf_map *map);
/* Code for guest bytes. Any thread, no lock. */
void jit_perf_map_add_block(struct jit_perf_map *map, const void *code, size_t size, uint64_t pc,
                            uint32_t guest_bytes);
/* Code for what all blocks share. */
void jit_perf_map_add(struct jit_perf_map *map, const void *code, size_t size, const char *name);

#endif
