/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An assistant without a toolkit: steps with questions, and what comes of the answers. A window, a
 * terminal and a script go through the same tables. Everything here is pure; any thread, but an
 * object belongs to one thread at a time. Labels, helps and titles are marked with N_() and
 * translated by who shows them.
 */
#ifndef LATHE_WIZARDS_FLOW_H
#define LATHE_WIZARDS_FLOW_H

#include <glib.h>
#include <stdbool.h>

struct lathe_answers;
struct lathe_problem;
struct lathe_outcome;
struct lathe_problems;
struct lathe_repairs;

enum lathe_question_kind {
    LATHE_QUESTION_TEXT,   /* one line */
    LATHE_QUESTION_NUMBER, /* decimal, low to high */
    LATHE_QUESTION_CHOICE, /* the id of one of choices */
    LATHE_QUESTION_SWITCH, /* "yes" or "no" */
    LATHE_QUESTION_LIST,   /* several lines; check sees each by itself */
    LATHE_QUESTION_SECRET, /* one line that is not shown, and not trimmed */
    LATHE_QUESTION_FILE,   /* the name of a file */
};

/* Tables end with a row without an id. possible NULL: always. */
struct lathe_choice {
    const char *id, *label;
    bool (*possible)(const struct lathe_answers *answers);
};

struct lathe_question {
    const char *id; /* unique in its flow: the answer's name in files */
    const char *label, *help;
    enum lathe_question_kind kind;
    bool required;                      /* if it is asked, there must be an answer */
    const char *initial;                /* what counts while nothing is typed; NULL: nothing */
    gint64 low, high;                   /* NUMBER */
    const struct lathe_choice *choices; /* CHOICE */
    /* NULL: always. It may look at other answers, not in circles. */
    bool (*asked)(const struct lathe_answers *answers);
    /* Of a non-empty answer, beyond what the kind demands; false with a sentence. NULL: none. */
    bool (*check)(const char *text, GError **error);
    /* In place of initial, where it depends on other answers; static text or NULL. */
    const char *(*propose)(const struct lathe_answers *answers);
};

struct lathe_step {
    const char *id, *title;
    const struct lathe_question *questions; /* NULL: none */
    /* What the page tells when it is opened; g_free. NULL: nothing. */
    char *(*enter)(const struct lathe_answers *answers);
    /* What no single answer shows: how they fit. NULL: nothing. */
    void (*validate)(const struct lathe_answers *answers, struct lathe_problems *problems);
    /* The step's part of the outcome, behind those of the steps before. NULL: none. */
    void (*apply)(const struct lathe_answers *answers, struct lathe_outcome *outcome);
};

struct lathe_flow {
    const char *id, *title, *summary;
    const struct lathe_step *steps; /* end with a row without an id */
    /* Gives what nobody types and has to stay the same, as chance: before what comes of answers is
     * used. NULL: nothing. */
    void (*complete)(struct lathe_answers *answers);
    /* Changes that might mend a problem, as lathe_repair_try takes them. NULL: nothing is known. */
    void (*repair)(const struct lathe_answers *answers, const struct lathe_problem *problem,
                   struct lathe_repairs *repairs);
};

/* NULL: the flow has no such question. *step (may be NULL) is where it stands. */
const struct lathe_question *lathe_flow_find(const struct lathe_flow *flow, const char *id,
                                             const struct lathe_step **step);

/* ---- problems ---- */

struct lathe_problem {
    const struct lathe_step *step;
    const struct lathe_question *question; /* NULL: of the whole step */
    bool warning;                          /* the outcome is of use all the same */
    char *sentence;
};

struct lathe_problems {
    const struct lathe_flow *flow;
    const struct lathe_step *step; /* whose rules are asked now */
    GPtrArray *found;              /* of struct lathe_problem */
};

/* What a step's page tells: enter's text or, where none of its questions is asked, that; g_free.
 * NULL: nothing. */
char *lathe_step_tell(const struct lathe_step *step, const struct lathe_answers *answers);

/* All of the flow, in its order, or (step not NULL) those of one step. */
struct lathe_problems *lathe_flow_check(const struct lathe_answers *answers,
                                        const struct lathe_step *step);
void lathe_problems_free(struct lathe_problems *problems);
/* Is there one that is no warning? */
bool lathe_problems_fatal(const struct lathe_problems *problems);
/* For validate; id NULL: of the whole step. The format is translated here, as lathe_error_input's.
 */
void lathe_problem_add(struct lathe_problems *problems, const char *id, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void lathe_problem_warn(struct lathe_problems *problems, const char *id, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/*
 * Is the text an answer to the question, by its kind and its own rule? An empty one is where none
 * is required. For a field when it is left; false with a sentence.
 */
bool lathe_question_check(const struct lathe_answers *answers,
                          const struct lathe_question *question, const char *text, GError **error);

/* ---- outcome ---- */

struct lathe_output {
    char *name; /* of the file */
    GString *text;
    bool binary; /* bytes that are no text: they are saved as they are, and not shown */
};

struct lathe_outcome {
    GPtrArray *outputs; /* of struct lathe_output */
    GPtrArray *notes;   /* of char *: what to do with them, a sentence each */
};

/*
 * What comes of the answers; also of incomplete ones, as a draft. With masked, secrets are shown as
 * asterisks: for a preview, and for nothing else.
 */
struct lathe_outcome *lathe_flow_compose(const struct lathe_answers *answers, bool masked);
/* What is used: not masked, after the flow has given what nobody types. */
struct lathe_outcome *lathe_flow_finish(struct lathe_answers *answers);
void lathe_outcome_free(struct lathe_outcome *outcome);
/* The text of the file with that name, which is made if need be. Borrowed. */
GString *lathe_outcome_file(struct lathe_outcome *outcome, const char *name);
/* The same for bytes, as those of an image. */
GString *lathe_outcome_bytes(struct lathe_outcome *outcome, const char *name);
/* The format is translated here. */
void lathe_outcome_note(struct lathe_outcome *outcome, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
