/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LatheMessageBar: one sentence about a running machine, with what can be done about it. Of its own
 * accord it tells the session's warnings. Main thread.
 */
#ifndef LATHE_GTK_MESSAGE_BAR_H
#define LATHE_GTK_MESSAGE_BAR_H

#include <gtk/gtk.h>

#include "app/session/session.h"

#define LATHE_TYPE_MESSAGE_BAR lathe_message_bar_get_type()
G_DECLARE_FINAL_TYPE(LatheMessageBar, lathe_message_bar, LATHE, MESSAGE_BAR, GtkInfoBar)

GtkWidget *lathe_message_bar_new(LatheSession *session);
/*
 * Shows a sentence until it is closed, and in front of an earlier one. button and action: a label
 * and the action that it stands for, "win.name"; NULL: none. What tells only that something went
 * well (GTK_MESSAGE_INFO) goes by itself after a few seconds.
 */
void lathe_message_bar_show(LatheMessageBar *bar, GtkMessageType type, const char *text,
                            const char *button, const char *action);
/* Why the machine paused by itself, with Retry; it goes when the machine goes on. */
void lathe_message_bar_show_held(LatheMessageBar *bar);

#endif
