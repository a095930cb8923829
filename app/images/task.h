/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work that takes a while: how far it is, and whether to go on. Any thread, one piece of work. */
#ifndef LATHE_IMAGES_TASK_H
#define LATHE_IMAGES_TASK_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct lathe_task {
    /* Called each MiB or so, by the thread that works: false stops it. NULL: nobody wants to know.
     */
    bool (*step)(void *opaque, uint64_t done, uint64_t total);
    void *opaque;
    uint64_t done, total; /* bytes; whoever starts the work sets total */
};

/* Some more is done. False with *error, G_IO_ERROR_CANCELLED: it is to stop. */
bool lathe_task_step(struct lathe_task *task, uint64_t bytes, GError **error);

#endif
