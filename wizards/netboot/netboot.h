/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wizard for booting from the network's own boot service: what is started, by which client, and
 * what comes of it: a menu or a script, the machine's network, the same for QEMU. Looks at files of
 * this host where a step is checked; any thread.
 */
#ifndef LATHE_NETBOOT_NETBOOT_H
#define LATHE_NETBOOT_NETBOOT_H

#include "wizards/flow/answers.h"

extern const struct lathe_flow lathe_netboot_flow;

enum { LATHE_NETBOOT_TEXT_MAX = 64 << 10 };

/* Reads the text of a --net option, or of a command line that has one, as answers: new ones. NULL
 * with *error: it boots nothing that a question is about. */
struct lathe_answers *lathe_netboot_read(const char *text, gsize length, GError **error);

#endif
