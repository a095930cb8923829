/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new file that is there when all of it is, and not before. Any thread, one at a time. */
#ifndef LATHE_EXCHANGE_OUTPUT_H
#define LATHE_EXCHANGE_OUTPUT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct lathe_output;

/* path: where there is nothing yet. NULL with *error: there is something, no such folder. */
struct lathe_output *lathe_output_new(const char *path, GError **error);
/* What was not published is gone. */
void lathe_output_free(struct lathe_output *output);
typedef struct lathe_output lathe_output;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_output, lathe_output_free)

bool lathe_output_write(struct lathe_output *output, uint64_t at, const void *data, size_t length,
                        GError **error);
/* All of it is on the disk, and under its name. */
bool lathe_output_publish(struct lathe_output *output, GError **error);

#endif
