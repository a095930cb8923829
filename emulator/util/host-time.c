/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Monotonic time and waiting with a limit, by POSIX clocks and condition variables. */
#include "emulator/util/host-time.h"

#include <errno.h>
#include <time.h>

uint64_t emu_host_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * EMU_NS_PER_SECOND + (uint64_t)ts.tv_nsec;
}

int emu_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    int error = pthread_condattr_init(&attr);

    if (error != 0)
        return error;
    error = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    if (error == 0)
        error = pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
    return error;
}

bool emu_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t timeout)
{
    uint64_t now = emu_host_now();
    struct timespec end;

    if (timeout > INT64_MAX - now) {
        pthread_cond_wait(cond, lock);
        return true;
    }
    end.tv_sec = (time_t)((now + timeout) / EMU_NS_PER_SECOND);
    end.tv_nsec = (long)((now + timeout) % EMU_NS_PER_SECOND);
    return pthread_cond_timedwait(cond, lock, &end) != ETIMEDOUT;
}
