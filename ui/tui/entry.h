/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line that is written by a person: letters of any width, moved in and scrolled. */
#ifndef LATHE_TUI_ENTRY_H
#define LATHE_TUI_ENTRY_H

#include "ui/tui/screen.h"

struct tui_entry {
    GString *text;
    size_t cursor; /* bytes */
    size_t first;  /* the first byte in view */
};

/* text: what it says at first; the cursor stands behind it. */
void tui_entry_init(struct tui_entry *entry, const char *text);
void tui_entry_finish(struct tui_entry *entry);
void tui_entry_set(struct tui_entry *entry, const char *text);
/* Was the key the entry's? */
bool tui_entry_key(struct tui_entry *entry, int key);
/* With the cursor, if it has the keys. */
void tui_entry_draw(struct tui_entry *entry, int row, int column, int width, bool focused);

/* Goes on with the name of a file as far as there is one way only. */
void tui_entry_complete_file(struct tui_entry *entry);

#endif
