/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A terminal on a part of the screen: what a serial port writes, emulated by libvterm (an xterm of
 * 256 colours), with what was scrolled out. It is never smaller than 80x24, which guests take a
 * serial terminal for: on less room the part around the cursor is shown. Main thread.
 */
#ifndef LATHE_TUI_TERMINAL_H
#define LATHE_TUI_TERMINAL_H

#include "ui/tui/screen.h"

struct tui_terminal;

/* write: what keys send, and what the terminal answers when it is asked for its place. */
struct tui_terminal *tui_terminal_new(void (*write)(void *opaque, const char *data, size_t length),
                                      void *opaque);
void tui_terminal_free(struct tui_terminal *terminal); /* NULL is legal */

/* Any bytes. answers: false for what was written long ago, whose questions nobody asks now. */
void tui_terminal_feed(struct tui_terminal *terminal, const void *data, size_t length,
                       bool answers);
/* The machine was reset: modes and colours are as at first, what was written stays above. */
void tui_terminal_reset(struct tui_terminal *terminal);
/* Sends what the key says (tui_screen_read_key). */
void tui_terminal_key(struct tui_terminal *terminal, int key);
/* Into what was scrolled out (< 0), and back; rows. */
void tui_terminal_scroll(struct tui_terminal *terminal, int by);
/* How many rows it is scrolled back; 0: the present is in view. */
int tui_terminal_get_back(const struct tui_terminal *terminal);
int tui_terminal_count_lines(const struct tui_terminal *terminal);
/* A line of what was scrolled out (0: the oldest) and of the screen below it, as text; g_free. */
char *tui_terminal_dup_line(struct tui_terminal *terminal, int line);

/* Fits its size to the area, and draws it; with the cursor, if it has the keys. */
void tui_terminal_draw(struct tui_terminal *terminal, struct tui_area area, bool focused);

#endif
