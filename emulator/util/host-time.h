/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The host's clocks, for those few who may look at them: the machine clock, sleeping threads and
 * time limits. Devices ask the machine clock instead (core/clock.h).
 */
#ifndef EMU_UTIL_HOST_TIME_H
#define EMU_UTIL_HOST_TIME_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define EMU_NS_PER_SECOND 1000000000ull

/* The monotonic clock in nanoseconds. Any thread. */
uint64_t emu_host_now(void);

/* A condition variable whose time limits are in monotonic time. Returns 0 or an errno value. */
int emu_cond_init(pthread_cond_t *cond);
/* Waits until signalled or for timeout nanoseconds (UINT64_MAX: forever); false: time out. May
 * wake early, as condition variables do. */
bool emu_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t timeout);

#endif
