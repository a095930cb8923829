/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers and what comes of them as files. Each is there whole or not at all, and for its owner
 * alone: there may be passwords in it. They block; any thread, an object belongs to one at a time.
 * False comes with *error, one line that names the file.
 */
#ifndef LATHE_WIZARDS_FILES_H
#define LATHE_WIZARDS_FILES_H

#include "wizards/flow/answers.h"

/* What can be read of a file, up to one byte more than limit, with a 0 behind it; "-" is standard
 * input. g_free; NULL with *error. */
char *lathe_file_load(const char *path, gsize limit, gsize *length, GError **error);

/* As lathe_answers_from_json. */
bool lathe_answers_load(struct lathe_answers *answers, const char *path, GError **error);
bool lathe_answers_save(const struct lathe_answers *answers, const char *path, GError **error);

/* Of an outcome that is not masked. A text ends with a line's end. */
bool lathe_output_save(const struct lathe_output *output, const char *path, GError **error);
/* All into a folder, which is made if need be. The paths (char *, for g_free) are appended to
 * written, also those of files before one that fails; NULL: nobody wants to know. */
bool lathe_outcome_save(const struct lathe_outcome *outcome, const char *folder, GPtrArray *written,
                        GError **error);

#endif
