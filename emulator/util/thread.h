/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Threads of the emulator: named, and with all signals blocked that are not about the thread
 * itself, so that the program's handlers run on its own threads and a broken pipe ends nothing.
 */
#ifndef EMU_UTIL_THREAD_H
#define EMU_UTIL_THREAD_H

#include <pthread.h>

/* name: at most 15 bytes. Returns 0 or an errno value. */
int emu_thread_create(pthread_t *thread, const char *name, void *(*fn)(void *opaque), void *opaque);

#endif
