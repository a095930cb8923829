/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A flow as a plain dialog, line by line: for terminals that can't do more, and for readers of
 * what is written. Main thread.
 */
#ifndef LATHE_WIZARDS_DIALOG_H
#define LATHE_WIZARDS_DIALOG_H

#include <stdbool.h>
#include <stdio.h>

#include "wizards/flow/answers.h"

/*
 * Asks what is to be asked, and again what was answered wrongly. An empty line keeps the answer or
 * the proposal, "-" takes an answer back, "?" shows help, "<" goes back a question. If in is a
 * terminal, secrets are not echoed. False: the input ended; what was answered is in answers.
 */
bool lathe_dialog_run(struct lathe_answers *answers, FILE *in, FILE *out);

#endif
