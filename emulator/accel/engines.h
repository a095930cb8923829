/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engines, for their table; and what can be said of those that this build does not have. */
#ifndef EMU_ACCEL_ENGINES_H
#define EMU_ACCEL_ENGINES_H

#include "emulator/core/engine.h"

extern const struct emu_engine_ops emu_engine_interp;
extern const struct emu_engine_ops emu_engine_jit;

/* Could this host's hardware run guests? One clause, without full stop, that says what it has or
 * lacks. Any thread. */
void emu_host_describe_kvm(char *out, size_t size);

#endif
