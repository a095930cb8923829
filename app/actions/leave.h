/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of running machines when who shows them is left. Main thread. */
#ifndef LATHE_ACTIONS_LEAVE_H
#define LATHE_ACTIONS_LEAVE_H

#include "app/preferences/preferences.h"
#include "app/watch/watch.h"

/* How many machines run or are paused. */
unsigned lathe_leave_count(LatheWatch *watch);
/* Suspends all of them at once. done is called once, on the main loop, when that has come to its
 * end: left: how many could not be suspended and run on; why: a line for each; NULL: none. */
typedef void lathe_leave_done(gpointer opaque, unsigned left, const char *why);
void lathe_leave_suspend(LatheWatch *watch, lathe_leave_done *done, gpointer opaque);

/* What is asked, for so many machines; g_free. And the two answers, with mnemonics; translated. */
char *lathe_leave_question(unsigned count);
const char *lathe_leave_label(enum lathe_leave leave);

#endif
