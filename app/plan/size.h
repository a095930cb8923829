/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sizes as people write them: K, M, G, T are powers of 1024. Pure; any thread. */
#ifndef LATHE_PLAN_SIZE_H
#define LATHE_PLAN_SIZE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * "512M", "2G", "1.5GiB", "1.5 GiB", "65536" (bytes) to bytes. False with *error naming the text: no number,
 * an unknown unit, a fraction of a byte, more than 2^63.
 */
bool lathe_size_parse(const char *text, uint64_t *bytes, GError **error);

/* "2 GiB", "1.5 GiB", "640 KiB", "17 bytes": the largest unit that says it with at most two
 * decimals. Free with g_free. */
char *lathe_size_format(uint64_t bytes);

#endif
