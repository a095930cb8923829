/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Installing on one disk of a PC without a key pressed takes a few answers; flows that ask them
 * have the rows of few.inc. Pure; any thread.
 */
#ifndef LATHE_INSTALLER_FEW_H
#define LATHE_INSTALLER_FEW_H

#include "wizards/flow/answers.h"

/* The question "system". */
extern const struct lathe_choice lathe_installer_pc_systems[];

/*
 * The same as answers to lathe_installer_flow, of any flow that has the questions of few.inc, and
 * perhaps "salt"; masked if these are. Without a salt there is one of chance. lathe_answers_free.
 */
struct lathe_answers *lathe_installer_of_few(const struct lathe_answers *answers);

#endif
