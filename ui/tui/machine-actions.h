/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What can be done in the library: app/actions' table with keys of the terminal interface, and what
 * is its own (consoles, settings, new machines). Keys, menu and help are made of one list.
 */
#ifndef LATHE_TUI_MACHINE_ACTIONS_H
#define LATHE_TUI_MACHINE_ACTIONS_H

#include "app/watch/watch.h"
#include "ui/tui/tui.h"

struct tui_actions;

struct tui_actions *tui_actions_new(struct tui *tui, LatheWatch *watch);
void tui_actions_free(struct tui_actions *actions);

/* machines: those that are marked, or the selected one, of struct lathe_watched *; with none there
 * is what needs none. */
void tui_actions_open_menu(struct tui_actions *actions, const GPtrArray *machines);
/* False: no action has this key. */
bool tui_actions_key(struct tui_actions *actions, const GPtrArray *machines, int key);
/* Appends "key TAB what" lines. */
void tui_actions_help(GString *lines);

#endif
