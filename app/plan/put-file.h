/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing a file where the user says. Any thread; false with *error that names the path. */
#ifndef LATHE_PLAN_PUT_FILE_H
#define LATHE_PLAN_PUT_FILE_H

#include <glib.h>
#include <stdbool.h>

/*
 * A crash at any moment leaves the old file or the new. Where a link leads, that is written. What
 * is no regular file, a pipe or /dev/stdout, is written into: a file must not take its place. mode
 * is that of a new file.
 */
bool lathe_put_file(const char *path, const void *data, gsize length, int mode, GError **error);

/* Is it there, and no regular file? */
bool lathe_put_is_stream(const char *path);

#endif
