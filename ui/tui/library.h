/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library's view: the machines, live, with what can be done to them. */
#ifndef LATHE_TUI_LIBRARY_H
#define LATHE_TUI_LIBRARY_H

#include "ui/tui/tui.h"

/* Of the user's own library, for tui_run; opaque does not matter. */
struct tui_view *tui_library_new(struct tui *tui, void *opaque, GError **error);

#endif
