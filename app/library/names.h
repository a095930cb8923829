/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of machines, and the names of the folders that they get. Pure; any thread. */
#ifndef LATHE_LIBRARY_NAMES_H
#define LATHE_LIBRARY_NAMES_H

#include <glib.h>
#include <stdbool.h>

#define LATHE_NAME_MAX 200 /* bytes */

/*
 * May a machine have this name? It is one line of UTF-8 that can be seen: no control characters or
 * direction marks, no '/', no blanks at its ends, no '-' first. False with *error, which says why.
 */
bool lathe_name_check(const char *name, GError **error);
/* A name that may be had made of a foreign one; g_free. */
char *lathe_name_repair(const char *name);
/* Names with the same key are the same name: case, composed letters and widths do not count;
 * g_free. */
char *lathe_name_key(const char *name);
/* A folder's name for a machine of this name: letters, digits, '.', '-', '_'; never empty, never
 * hidden, at most 80 bytes; the same for the same name; g_free. */
char *lathe_name_to_folder(const char *name);

/* Is it a group: names with '/' between them? "" is one: none. False with *error. */
bool lathe_group_check(const char *group, GError **error);

#endif
