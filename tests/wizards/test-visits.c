/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each assistant, its pages opened in any order and odd things typed: what was typed stays as it
 * is, through pages, previews, proposals and files. What was typed is kept here once more.
 */
#include "tests/test.h"
#include "wizards/cli/wizards.h"
#include "wizards/flow/repair.h"

enum {
    ROUNDS = 6,
    VISITS = 24, /* in a round */
    SEED = 1871, /* of chance, so that a failure comes again */
};

static const char *const texts[] = {
    "007",
    " 0012 ",
    "0x00Ff",
    "52:54:00:aB:Cd:0E",
    "FE80::00A1",
    "Größe ÄÖÜ ß",
    "  two  blanks  ",
    "",
    "   ",
    "YES",
    "-",
    "{\"a\": \"\\u0041\"}",
    "مرحبا, 你好 🖥",
    "HTTP://User:p%C3%A4ss@Host.Example/%7e/",
    "18446744073709551616",
};

struct visitor {
    const struct lathe_flow *flow;
    struct lathe_answers *answers;
    GHashTable *typed; /* question's id: its text */
    GRand *chance;
};

static const char *any_text(struct visitor *visitor, const struct lathe_question *question)
{
    unsigned count = 0;

    for (const struct lathe_choice *row = question->choices; row != NULL && row->id != NULL; row++)
        count++;
    if (count != 0 && g_rand_boolean(visitor->chance))
        return question->choices[g_rand_int_range(visitor->chance, 0, (gint32)count)].id;
    if (question->kind == LATHE_QUESTION_SWITCH && g_rand_boolean(visitor->chance))
        return "yes";
    return texts[g_rand_int_range(visitor->chance, 0, G_N_ELEMENTS(texts))];
}

static void type(struct visitor *visitor, const struct lathe_question *question)
{
    g_autofree char *text = g_strdup(any_text(visitor, question));

    if (question->kind == LATHE_QUESTION_LIST) {
        char *lines = g_strconcat(text, "\n", any_text(visitor, question), NULL);
        g_free(text);
        text = lines;
    }
    CHECK(lathe_answers_set(visitor->answers, question->id, text, NULL));
    g_hash_table_replace(visitor->typed, (gpointer)question->id, g_steal_pointer(&text));
}

/* Are all answers those that were typed, and no others? */
static void check_typed(struct visitor *visitor, const struct lathe_answers *answers)
{
    for (const struct lathe_step *step = visitor->flow->steps; step->id != NULL; step++) {
        const struct lathe_question *question = step->questions;
        for (; question != NULL && question->id != NULL; question++) {
            const char *wanted = g_hash_table_lookup(visitor->typed, question->id);
            const char *found = lathe_answers_typed(answers, question->id);
            if (g_strcmp0(wanted, found) != 0) {
                fprintf(stderr, "%s: %s was '%s' and is '%s'\n", visitor->flow->id, question->id,
                        wanted != NULL ? wanted : "(none)", found != NULL ? found : "(none)");
                CHECK(false);
            }
        }
    }
}

/* What a page does when it is opened, filled here and there, and left. */
static void visit(struct visitor *visitor, const struct lathe_step *step)
{
    g_free(lathe_step_tell(step, visitor->answers));
    for (const struct lathe_question *question = step->questions;
         question != NULL && question->id != NULL; question++) {
        if (g_rand_int_range(visitor->chance, 0, 3) == 0)
            type(visitor, question);
        const char *value = lathe_answers_value(visitor->answers, question->id);
        (void)lathe_question_check(visitor->answers, question, value, NULL);
    }
    lathe_problems_free(lathe_flow_check(visitor->answers, step));
    check_typed(visitor, visitor->answers);
}

/* All that comes of answers, as one text; g_free. */
static char *outcome_text(const struct lathe_answers *answers, bool masked)
{
    struct lathe_outcome *outcome = lathe_flow_compose(answers, masked);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < outcome->outputs->len; i++) {
        const struct lathe_output *output = g_ptr_array_index(outcome->outputs, i);
        g_autofree char *sum =
            g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)output->text->str,
                                        output->text->len);
        g_string_append_printf(text, "%s %s\n", output->name, sum);
    }
    for (guint i = 0; i < outcome->notes->len; i++)
        g_string_append_printf(text, "%s\n", (char *)g_ptr_array_index(outcome->notes, i));
    lathe_outcome_free(outcome);
    return g_string_free(text, FALSE);
}

/* Saved, and taken up again: the same texts, and the same comes of them. */
static void reopen(struct visitor *visitor)
{
    g_autofree char *json = lathe_answers_to_json(visitor->answers);
    struct lathe_answers *again = lathe_answers_new(visitor->flow);
    g_autoptr(GError) error = NULL;

    if (!lathe_answers_from_json(again, json, strlen(json), &error))
        fprintf(stderr, "%s: %s\n", visitor->flow->id, error->message);
    CHECK(error == NULL);
    check_typed(visitor, again);
    g_autofree char *before = outcome_text(visitor->answers, false);
    g_autofree char *after = outcome_text(again, false);
    CHECK_STR(after, before);
    g_autofree char *saved_again = lathe_answers_to_json(again);
    CHECK_STR(saved_again, json);
    lathe_answers_free(visitor->answers);
    visitor->answers = again; /* and on with these */
}

static void preview(struct visitor *visitor)
{
    g_free(outcome_text(visitor->answers, true));
    g_ptr_array_unref(lathe_flow_repair(visitor->answers));
    check_typed(visitor, visitor->answers);
}

static void visit_round(struct visitor *visitor)
{
    const struct lathe_step *steps = visitor->flow->steps;
    gint32 count = 0;

    for (; steps[count].id != NULL; count++)
        visit(visitor, &steps[count]);
    for (gint32 i = count; i-- > 0;)
        visit(visitor, &steps[i]);
    for (int i = 0; i < VISITS; i++)
        visit(visitor, &steps[g_rand_int_range(visitor->chance, 0, count)]);
    preview(visitor);
    reopen(visitor);
}

static void visits(void)
{
    for (const struct lathe_wizard *wizard = lathe_wizards; wizard->flow != NULL; wizard++) {
        struct visitor visitor = {wizard->flow, lathe_answers_new(wizard->flow),
                                  g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free),
                                  g_rand_new_with_seed(SEED)};

        for (int i = 0; i < ROUNDS; i++)
            visit_round(&visitor);
        printf("# %s: %u answers\n", wizard->flow->id, g_hash_table_size(visitor.typed));
        CHECK(g_hash_table_size(visitor.typed) != 0);
        g_rand_free(visitor.chance);
        g_hash_table_unref(visitor.typed);
        lathe_answers_free(visitor.answers);
    }
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {{"visits", visits}, {NULL}};

    return test_main(argc, argv, cases);
}
