/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The test's hand on the machine clock (fake-clock.c). */
#ifndef LATHE_TESTS_HW_FAKE_CLOCK_H
#define LATHE_TESTS_HW_FAKE_CLOCK_H

#include "emulator/core/clock.h"

#define FAKE_CLOCK_WALL 951782398 /* 2000-02-28 23:59:58 UTC */

/* Moves time on and fires what is due on the way, in order. Returns how many fired. */
unsigned fake_clock_advance(struct emu_clock *clock, uint64_t ns);

#endif
