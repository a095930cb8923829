/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a machine's name to the socket of its process. Main thread; looks at the library's files. */
#ifndef LATHE_CONSOLE_FIND_H
#define LATHE_CONSOLE_FIND_H

#include <glib.h>
#include <stdbool.h>

/* A connected, non-blocking descriptor; -1 with *error: no such machine, or it does not run. */
int console_find_connect(const char *machine, GError **error);
/* False with *error. */
bool console_find_exists(const char *machine, GError **error);

#endif
