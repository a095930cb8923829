/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a process may do that runs a graphics driver for a guest, and nothing else: the driver's
 * files and devices, memory, threads. No network, no sockets, no other programs, no files of the
 * user's, no new privileges. What the kernel does not have (Landlock before Linux 5.13, user
 * namespaces that are forbidden) is left out; seccomp is always there.
 */
#ifndef DISP_VIRGL_CONFINE_H
#define DISP_VIRGL_CONFINE_H

#include <stdbool.h>

/* For this process for ever, and for all that it starts; then it may execute program alone. Only
 * system calls: may be called between fork and exec. False: it is not confined. */
bool disp_confine(const char *program);

#endif
