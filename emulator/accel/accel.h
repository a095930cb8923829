/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine table: what can execute a guest. Adding an engine: one row in accel.c. The ops struct
 * itself is core/engine.h, since the machine calls it.
 */
#ifndef EMU_ACCEL_ACCEL_H
#define EMU_ACCEL_ACCEL_H

#include "emulator/core/engine.h"

/* NULL-terminated, best first. */
extern const struct emu_engine_ops *const emu_engines[];

/*
 * The engine for a name; "auto" or NULL: the best that can run here, and why[] tells why (and why
 * better ones cannot) in one sentence without full stop. Any thread. why_size may be 0. NULL with
 * *err: unknown name, or it cannot run here.
 */
const struct emu_engine_ops *emu_engine_choose(const char *name, char *why, size_t why_size,
                                               struct emu_error *err);
/* The same from another table: tests. */
const struct emu_engine_ops *emu_engine_choose_from(const struct emu_engine_ops *const *engines,
                                                    const char *name, char *why, size_t why_size,
                                                    struct emu_error *err);

#endif
