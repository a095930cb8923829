/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions and answers, a line each. Lists take lines until an empty one. */
#include "wizards/flow/dialog.h"

#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

struct dialog {
    struct lathe_answers *answers;
    FILE *in, *out;
    const struct lathe_step *step; /* whose title was shown last */
};

enum dialog_turn { DIALOG_NEXT, DIALOG_AGAIN, DIALOG_BACK, DIALOG_ENDED };

/* ---- the terminal ---- */

/* Returns whether the terminal's echo was on, and turns it off. */
static bool dialog_hide(const struct dialog *dialog, struct termios *before)
{
    struct termios quiet;

    if (tcgetattr(fileno(dialog->in), before) != 0)
        return false;
    quiet = *before;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    return tcsetattr(fileno(dialog->in), TCSAFLUSH, &quiet) == 0;
}

/* A line without its end; free. NULL: the input ended. */
static char *dialog_line(const struct dialog *dialog, bool secret)
{
    struct termios before;
    bool hidden = secret && dialog_hide(dialog, &before);
    char *line = NULL;
    size_t room = 0;

    fflush(dialog->out);
    ssize_t length = getline(&line, &room, dialog->in);
    if (hidden) {
        tcsetattr(fileno(dialog->in), TCSAFLUSH, &before);
        fputc('\n', dialog->out);
    }
    if (length < 0) {
        free(line);
        return NULL;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return line;
}

/* ---- a question ---- */

static void dialog_show_step(struct dialog *dialog, const struct lathe_step *step)
{
    if (dialog->step == step)
        return;
    dialog->step = step;
    fprintf(dialog->out, "\n== %s ==\n", gettext(step->title));
    g_autofree char *text = step->enter != NULL ? step->enter(dialog->answers) : NULL;
    if (text != NULL)
        fprintf(dialog->out, "%s\n", text);
}

static void dialog_show_choices(const struct dialog *dialog, const struct lathe_question *question)
{
    for (const struct lathe_choice *row = question->choices; row != NULL && row->id != NULL;
         row++) {
        if (row->possible == NULL || row->possible(dialog->answers))
            fprintf(dialog->out, "    %-12s %s\n", row->id, gettext(row->label));
    }
}

static void dialog_show_question(const struct dialog *dialog, const struct lathe_question *question)
{
    const char *value = lathe_answers_value(dialog->answers, question->id);
    bool secret = question->kind == LATHE_QUESTION_SECRET && *value != '\0';
    g_autofree char *shown = g_strdup(secret ? LATHE_SECRET_MASK : value);

    dialog_show_choices(dialog, question);
    fprintf(dialog->out, "%s", gettext(question->label));
    if (*shown != '\0')
        fprintf(dialog->out, " [%s]", g_strdelimit(shown, "\n", ' '));
    fprintf(dialog->out, "%s", question->kind == LATHE_QUESTION_LIST ? ":\n  " : ": ");
}

/* The lines of a list behind its first, joined; NULL: the input ended. g_free. */
static char *dialog_rest(const struct dialog *dialog, const char *first)
{
    g_autoptr(GString) lines = g_string_new(first);

    for (;;) {
        fputs("  ", dialog->out);
        char *line = dialog_line(dialog, false);
        if (line == NULL)
            return NULL;
        bool last = *line == '\0';
        if (!last)
            g_string_append_printf(lines, "\n%s", line);
        free(line);
        if (last)
            return g_strdup(lines->str);
    }
}

static enum dialog_turn dialog_take(const struct dialog *dialog,
                                    const struct lathe_question *question, const char *text)
{
    g_autoptr(GError) error = NULL;

    if (lathe_question_check(dialog->answers, question, text, &error) &&
        lathe_answers_set(dialog->answers, question->id, text, &error))
        return DIALOG_NEXT;
    fprintf(dialog->out, "  ! %s\n", error->message);
    return DIALOG_AGAIN;
}

/* What stands there stays, if it is an answer. */
static enum dialog_turn dialog_keep(const struct dialog *dialog,
                                    const struct lathe_question *question)
{
    const char *value = lathe_answers_value(dialog->answers, question->id);
    g_autoptr(GError) error = NULL;

    if (lathe_question_check(dialog->answers, question, value, &error))
        return DIALOG_NEXT;
    fprintf(dialog->out, "  ! %s\n", error->message);
    return DIALOG_AGAIN;
}

static enum dialog_turn dialog_answer(const struct dialog *dialog,
                                      const struct lathe_question *question, const char *line)
{
    if (strcmp(line, "<") == 0)
        return DIALOG_BACK;
    if (strcmp(line, "?") == 0) {
        fprintf(dialog->out, "  %s\n",
                gettext(question->help != NULL ? question->help : question->label));
        return DIALOG_AGAIN;
    }
    if (strcmp(line, "-") == 0) {
        lathe_answers_set(dialog->answers, question->id, NULL, NULL);
        return question->required ? DIALOG_AGAIN : DIALOG_NEXT;
    }
    if (*line == '\0')
        return dialog_keep(dialog, question);
    if (question->kind != LATHE_QUESTION_LIST)
        return dialog_take(dialog, question, line);
    g_autofree char *lines = dialog_rest(dialog, line);
    return lines != NULL ? dialog_take(dialog, question, lines) : DIALOG_ENDED;
}

static enum dialog_turn dialog_ask(struct dialog *dialog, const struct lathe_step *step,
                                   const struct lathe_question *question)
{
    enum dialog_turn turn = DIALOG_AGAIN;

    while (turn == DIALOG_AGAIN) {
        dialog_show_step(dialog, step);
        dialog_show_question(dialog, question);
        char *line = dialog_line(dialog, question->kind == LATHE_QUESTION_SECRET);
        turn = line != NULL ? dialog_answer(dialog, question, line) : DIALOG_ENDED;
        free(line);
    }
    return turn;
}

/* ---- the way through ---- */

struct dialog_place {
    const struct lathe_step *step;
    const struct lathe_question *question; /* NULL: the step asks nothing, and is shown */
};

/* All questions of the flow, in order. */
static GArray *dialog_places(const struct lathe_flow *flow)
{
    GArray *places = g_array_new(FALSE, FALSE, sizeof(struct dialog_place));

    for (const struct lathe_step *step = flow->steps; step->id != NULL; step++) {
        struct dialog_place only = {step, NULL};
        if (step->questions == NULL)
            g_array_append_val(places, only);
        for (const struct lathe_question *row = step->questions; row != NULL && row->id != NULL;
             row++) {
            struct dialog_place place = {step, row};
            g_array_append_val(places, place);
        }
    }
    return places;
}

static bool dialog_asks(const struct dialog *dialog, const struct dialog_place *place)
{
    return place->question != NULL && lathe_answers_asked(dialog->answers, place->question);
}

/* The place before, of those that are asked; the first one if there is none. */
static guint dialog_before(const struct dialog *dialog, const GArray *places, guint at)
{
    for (guint i = at; i-- > 0;) {
        if (dialog_asks(dialog, &g_array_index(places, struct dialog_place, i)))
            return i;
    }
    return at;
}

static bool dialog_walk(struct dialog *dialog, const GArray *places)
{
    for (guint at = 0; at < places->len;) {
        const struct dialog_place *place = &g_array_index(places, struct dialog_place, at);
        if (place->question == NULL)
            dialog_show_step(dialog, place->step);
        if (!dialog_asks(dialog, place)) {
            at++;
            continue;
        }
        enum dialog_turn turn = dialog_ask(dialog, place->step, place->question);
        if (turn == DIALOG_ENDED)
            return false;
        at = turn == DIALOG_BACK ? dialog_before(dialog, places, at) : at + 1;
    }
    return true;
}

bool lathe_dialog_run(struct lathe_answers *answers, FILE *in, FILE *out)
{
    struct dialog dialog = {answers, in, out, NULL};
    GArray *places = dialog_places(lathe_answers_flow(answers));

    fprintf(out, "%s\n%s\n", gettext(lathe_answers_flow(answers)->title),
            _("Enter keeps what stands in brackets, ? shows help, < goes back, - takes an answer "
              "back."));
    bool whole = dialog_walk(&dialog, places);
    g_array_unref(places);
    return whole;
}
