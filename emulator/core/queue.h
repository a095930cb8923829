/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command queue: the door through which everything that is not a guest access, a timer or a
 * back end's answer reaches a machine (keys, serial bytes, power buttons, media changes). Commands
 * run on the loop thread, in order, each stamped with the machine time at which it ran.
 */
#ifndef EMU_CORE_QUEUE_H
#define EMU_CORE_QUEUE_H

#include "emulator/api/types.h"

struct emu_queue;

/* now: the command's stamp. data: the copy that the queue made of what was posted. */
typedef void emu_command_fn(void *opaque, emu_ns now, const void *data, size_t length);

struct emu_queue *emu_queue_new(struct emu_error *err);
void emu_queue_free(struct emu_queue *queue);

/*
 * Appends a command; data (may be NULL when length is 0) is copied. Any thread, never blocks.
 * Returns false, and drops the command, when the queue is closed or holds 64 MiB already.
 */
bool emu_queue_post(struct emu_queue *queue, emu_command_fn *fn, void *opaque, const void *data,
                    size_t length);

/* Loop thread: runs all that is queued. Returns how many ran. */
size_t emu_queue_run(struct emu_queue *queue, emu_ns now);
/* Loop thread: sleeps until a command comes, emu_queue_wake is called or timeout_ns has passed. */
void emu_queue_wait(struct emu_queue *queue, uint64_t timeout_ns);
/* Any thread. */
void emu_queue_wake(struct emu_queue *queue);
/* No more commands are taken from now on. */
void emu_queue_close(struct emu_queue *queue);

#endif
