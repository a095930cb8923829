/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a machine ended last, by its log (machine.log). Lines with a time are the library's own,
 * those without are what the machine's process said on standard error. Any thread.
 */
#ifndef LATHE_LIBRARY_LAST_WORDS_H
#define LATHE_LIBRARY_LAST_WORDS_H

#include <glib.h>
#include <stdbool.h>

#include "app/library/library.h"

/*
 * Did it end by a fault, or not start at all? Then *words, if it is not NULL, becomes a sentence
 * that says what is known, for people; g_free. Only for a machine that does not run: the log of one
 * that runs reads like that of one that was killed.
 */
bool lathe_last_words_read(const struct lathe_machine *machine, char **words);
/* The same of a log's last part. Pure. */
bool lathe_last_words_parse(const char *log, char **words);

/* Lines of the log that the library reads again. */
void lathe_last_words_started(const struct lathe_machine *machine, pid_t pid);
void lathe_last_words_failed(const struct lathe_machine *machine, const char *why);
/* why: "" if the guest ended. */
void lathe_last_words_ended(const struct lathe_machine *machine, int status, const char *why);
void lathe_last_words_killed(const struct lathe_machine *machine, int signal);
/* Somebody has seen that it crashed: it is off now. */
void lathe_last_words_seen(const struct lathe_machine *machine);

#endif
