/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The desktop's clipboards joined to the guest's by its agent, with what is allowed, the machine's
 * actions for it, a button in the status line that says how it stands, and files that are sent.
 */
#ifndef LATHE_GTK_CLIPBOARD_H
#define LATHE_GTK_CLIPBOARD_H

#include "ui/gtk/window.h"

struct lathe_clipboard;

/* For a window that has its session and preferences; its status line and actions get what belongs
 * to it. Main thread. */
struct lathe_clipboard *lathe_clipboard_new(LatheWindow *window);
/* What the guest gave stays in the desktop's clipboard where somebody keeps it. NULL is legal. */
void lathe_clipboard_free(struct lathe_clipboard *clipboard);

/* agent-button.c: how the agent's state is shown: for clipboard.c. */
void lathe_window_install_agent_button(LatheWindow *window);
/* send-files.c: sends dropped files to the guest. FALSE: its agent takes none. */
gboolean lathe_window_send_files(LatheWindow *window, GFile **files, int count);
/* The action and what is told of files; once. */
void lathe_window_install_files(LatheWindow *window);

#endif
