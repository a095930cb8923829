/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which machines a person's words mean. Pure, any thread. */
#ifndef LATHE_SEARCH_MATCH_H
#define LATHE_SEARCH_MATCH_H

#include <stdbool.h>

#include "app/library/library.h"

/*
 * Does the machine's name, title or group have every one of the terms (NULL-terminated, UTF-8)?
 * Case does not matter, nor do accents that only the name has. No terms match nothing.
 */
bool lathe_search_matches(const struct lathe_machine *machine, const char *const *terms);

#endif
