/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How busy a machine's process is and what memory it has, once a second, as graphs. Samples are
 * taken only while they are looked at.
 */
#ifndef LATHE_TUI_LOAD_H
#define LATHE_TUI_LOAD_H

#include <sys/types.h>

#include "ui/tui/screen.h"

struct tui_load;

/* sampled: there is something new to draw. */
struct tui_load *tui_load_new(void (*sampled)(void *opaque), void *opaque);
void tui_load_free(struct tui_load *load);

#define TUI_LOAD_ROWS 9

/* The graphs of a process, and goes on sampling it for a second or two. cpus and memory (bytes) are
 * what all of it is. Takes TUI_LOAD_ROWS rows. */
void tui_load_draw(struct tui_load *load, struct tui_area area, pid_t pid, unsigned cpus,
                   uint64_t memory);

#endif
