/* SPDX-License-Identifier: GPL-3.0-or-later */
/* By the words that GLib makes of a text: folded, and without accents beside it where it has some.
 */
#include "app/search/match.h"

#include <string.h>

static bool match_text(const char *text, const char *term)
{
    g_autofree char *valid = text != NULL ? g_utf8_make_valid(text, -1) : NULL;

    /* Also in the middle of a word: scripts without spaces, and "ubuntu" in "xubuntu". */
    if (valid == NULL)
        return false;
    if (g_str_match_string(term, valid, TRUE))
        return true;
    g_autofree char *folded = g_utf8_casefold(valid, -1);
    g_autofree char *wanted = g_utf8_casefold(term, -1);
    return strstr(folded, wanted) != NULL;
}

static bool match_machine(const struct lathe_machine *machine, const char *term)
{
    return match_text(machine->name, term) || match_text(machine->title, term) ||
           match_text(machine->group, term);
}

bool lathe_search_matches(const struct lathe_machine *machine, const char *const *terms)
{
    if (terms[0] == NULL)
        return false;
    for (unsigned i = 0; terms[i] != NULL; i++) {
        if (!g_utf8_validate(terms[i], -1, NULL) || !match_machine(machine, terms[i]))
            return false;
    }
    return true;
}
