/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text to read in: help, a log. Lines are wrapped; it can be searched with '/'. */
#ifndef LATHE_TUI_PAGER_H
#define LATHE_TUI_PAGER_H

#include "ui/tui/tui.h"

enum tui_pager_kind {
    TUI_PAGER_TEXT,
    TUI_PAGER_END,  /* begins at the end, as a log is read */
    TUI_PAGER_KEYS, /* "key TAB what" lines, in two columns; over a part of the screen */
};

/* text is copied. */
struct tui_view *tui_pager_new(const char *title, const char *text, enum tui_pager_kind kind);

#endif
