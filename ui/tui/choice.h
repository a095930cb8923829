/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A few things of which one is chosen: menus, and questions with their answers. */
#ifndef LATHE_TUI_CHOICE_H
#define LATHE_TUI_CHOICE_H

#include "ui/tui/tui.h"

struct tui_choice;

/* text: what is asked, "" for a menu; lines with '\n'. done is called once: with the number of what
 * was chosen, or -1 for nothing; the choice is closed by then. It owns opaque if free is given. */
struct tui_choice *tui_choice_new(const char *title, const char *text,
                                  void (*done)(struct tui *tui, int chosen, void *opaque),
                                  void *opaque, GDestroyNotify free);
/* Adds one; key: what also chooses it, 0: none; shown: that key's name, or NULL. */
void tui_choice_add(struct tui_choice *choice, int key, const char *shown, const char *label);
/* The one that is selected at first. */
void tui_choice_select(struct tui_choice *choice, int number);
struct tui_view *tui_choice_view(struct tui_choice *choice);

#endif
