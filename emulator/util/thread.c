/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creation of threads that leave the program's signals alone (thread.h). */
#include "emulator/util/thread.h"

#include <signal.h>
#include <stddef.h>

static void thread_fill_blocked(sigset_t *set)
{
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF};
    size_t i;

    sigfillset(set);
    for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        sigdelset(set, own[i]);
}

/* The new thread inherits the mask of its maker, so there is no moment without it. */
int emu_thread_create(pthread_t *thread, const char *name, void *(*fn)(void *opaque), void *opaque)
{
    sigset_t blocked, old;
    int error;

    thread_fill_blocked(&blocked);
    error = pthread_sigmask(SIG_BLOCK, &blocked, &old);
    if (error != 0)
        return error;
    error = pthread_create(thread, NULL, fn, opaque);
    if (error == 0)
        pthread_setname_np(*thread, name);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return error;
}
