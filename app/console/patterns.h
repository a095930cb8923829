/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Named patterns over a console's lines: what is highlighted, hidden, or shown alone. Kept in
 * $XDG_CONFIG_HOME/lathe/console.ini. Main thread.
 */
#ifndef LATHE_CONSOLE_PATTERNS_H
#define LATHE_CONSOLE_PATTERNS_H

#include <glib.h>
#include <stdbool.h>

enum lathe_pattern_use {
    LATHE_PATTERN_OFF,
    LATHE_PATTERN_HIGHLIGHT,
    LATHE_PATTERN_ONLY, /* lines without a match of any such are hidden */
    LATHE_PATTERN_HIDE,
};

struct lathe_pattern {
    char *name, *text, *color; /* a regular expression without case; "#rrggbb" */
    enum lathe_pattern_use use;
    GRegex *regex; /* NULL: the text is faulty */
};

/* Of struct lathe_pattern *, g_ptr_array_unref. A file that is missing gives a first set; what is
 * faulty in it is left out. */
GPtrArray *lathe_patterns_load(void);
/* FALSE with *error: they are not kept. */
bool lathe_patterns_save(GPtrArray *patterns, GError **error);

/* Strings are copied. NULL with *error: the text is no regular expression. */
struct lathe_pattern *lathe_pattern_new(const char *name, const char *text, const char *color,
                                        enum lathe_pattern_use use, GError **error);
void lathe_pattern_free(struct lathe_pattern *pattern);
/* A regular expression of what a person typed: as it is, or plain text. NULL with *error. */
GRegex *lathe_pattern_compile(const char *text, bool is_regex, bool with_case, GError **error);

/* Is a line shown? */
bool lathe_patterns_show(GPtrArray *patterns, const char *line);
/* The word that stands for a use in settings: "highlight". */
const char *lathe_pattern_use_word(enum lathe_pattern_use use);

#endif
