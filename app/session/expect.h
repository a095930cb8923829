/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Waits for a serial port's text to match a regular expression: "--expect-serial". Main thread.
 */
#ifndef LATHE_SESSION_EXPECT_H
#define LATHE_SESSION_EXPECT_H

#include "app/session/serial.h"

struct lathe_expect;

/* What a match may span at most, in bytes. */
#define LATHE_EXPECT_WINDOW 65536

/* The pattern as "--expect-serial" takes it: bytes, "^" and "$" at line ends too. NULL with
 * *error. g_regex_unref. */
GRegex *lathe_expect_compile(const char *pattern, GError **error);

/* on_match is called once, after the port's "output" handlers that were connected before. */
struct lathe_expect *lathe_expect_new(LatheSerial *serial, GRegex *regex,
                                      void (*on_match)(void *opaque), void *opaque);
void lathe_expect_free(struct lathe_expect *expect);

#endif
