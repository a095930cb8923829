/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wizard for installer parameters: what a Linux installer is told on its command line, on IBM Z
 * or a PC. Pure; any thread.
 */
#ifndef LATHE_INSTALLER_INSTALLER_H
#define LATHE_INSTALLER_INSTALLER_H

#include "wizards/flow/answers.h"

extern const struct lathe_flow lathe_installer_flow;

/* The question "software": how much is installed. */
extern const struct lathe_choice lathe_installer_software[];

/* Makes a question's check of the rules of the installer's question id, for other flows. */
#define LATHE_INSTALLER_CHECK(name, id)                                                            \
    static bool name(const char *text, GError **error)                                             \
    {                                                                                              \
        return lathe_flow_find(&lathe_installer_flow, id, NULL)->check(text, error);               \
    }

enum { LATHE_PARAMETERS_MAX = 64 << 10 };

/*
 * Reads parameters that somebody has: of a .prm file, a card deck of 80 columns, or a command
 * line. What no question is about goes to "extra". Returns new answers; NULL with *error: too
 * long, no text, or it is not to be seen for which installer they are.
 */
struct lathe_answers *lathe_installer_read(const char *text, gsize length, GError **error);

#endif
