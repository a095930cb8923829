/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was answered, as it was typed: nothing here rewrites an answer. Those to questions that are
 * not asked (any more) are kept, and do not count. JSON in and out:
 * {"wizard": NAME, "answers": {QUESTION: text, number, true, false, or a list of texts}}
 */
#ifndef LATHE_WIZARDS_ANSWERS_H
#define LATHE_WIZARDS_ANSWERS_H

#include <glib.h>
#include <stdbool.h>

#include "wizards/flow/flow.h"

enum {
    LATHE_ANSWER_MAX = 64 << 10, /* bytes of one answer */
    LATHE_ANSWERS_MAX = 1 << 20, /* bytes of a file */
};

/* What a secret is shown as. */
#define LATHE_SECRET_MASK "********"

struct lathe_answers *lathe_answers_new(const struct lathe_flow *flow);
void lathe_answers_free(struct lathe_answers *answers);
/* The same once more. */
struct lathe_answers *lathe_answers_copy(const struct lathe_answers *answers);
/* These become those of from, answers to the same flow, which is freed. */
void lathe_answers_take(struct lathe_answers *answers, struct lathe_answers *from);
const struct lathe_flow *lathe_answers_flow(const struct lathe_answers *answers);

/*
 * Keeps what was typed; NULL takes it back. A list is its lines. False with *error, and nothing
 * changed: no such question, no UTF-8, control characters, too long.
 */
bool lathe_answers_set(struct lathe_answers *answers, const char *id, const char *typed,
                       GError **error);
/* A line more of a list; as lathe_answers_set. */
bool lathe_answers_add_line(struct lathe_answers *answers, const char *id, const char *line,
                            GError **error);
/* As it was typed; NULL: not answered. Borrowed until the next set. */
const char *lathe_answers_typed(const struct lathe_answers *answers, const char *id);

/* Is the question asked, the other answers being what they are? */
bool lathe_answers_asked(const struct lathe_answers *answers,
                         const struct lathe_question *question);
/*
 * What counts: what was typed, without blanks around it, else what the question proposes. "" if
 * there is neither, or it is not asked. Secrets of masked answers are LATHE_SECRET_MASK. Borrowed
 * until the next set.
 */
const char *lathe_answers_value(const struct lathe_answers *answers, const char *id);
/* Is the value just this text? */
bool lathe_answers_is(const struct lathe_answers *answers, const char *id, const char *text);
/* Is there a value, and not "no"? */
bool lathe_answers_on(const struct lathe_answers *answers, const char *id);
/* A number's value; 0 where it is none. */
gint64 lathe_answers_number(const struct lathe_answers *answers, const char *id);
/* The lines of a list that are not empty, without blanks around them; g_strfreev. */
char **lathe_answers_list(const struct lathe_answers *answers, const char *id);

/* The same with secrets hidden, for a preview. */
struct lathe_answers *lathe_answers_mask(const struct lathe_answers *answers);
bool lathe_answers_masked(const struct lathe_answers *answers);

/* g_free. Secrets are written too: a file of it is for the user alone. */
char *lathe_answers_to_json(const struct lathe_answers *answers);
/* Adds to what is there. False with *error; then some may have been taken. */
bool lathe_answers_from_json(struct lathe_answers *answers, const char *text, gsize length,
                             GError **error);

#endif
