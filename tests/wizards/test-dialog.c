/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flows: what counts of answers, masks, and the dialog over pipes of text. */
#include "tests/test.h"
#include "wizards/flow/dialog.h"
#include "wizards/installer/installer.h"

/* What the dialog writes when it is given these lines; g_free. */
static char *talk(struct lathe_answers *answers, const char *lines, bool whole)
{
    char *said = NULL;
    size_t length = 0;
    FILE *in = fmemopen((void *)(guintptr)lines, strlen(lines), "r");
    FILE *out = open_memstream(&said, &length);

    CHECK(lathe_dialog_run(answers, in, out) == whole);
    fclose(in);
    fclose(out);
    char *copy = g_strdup(said);
    free(said);
    return copy;
}

static void whole_dialog(void)
{
    struct lathe_answers *answers = lathe_answers_new(&lathe_installer_flow);
    g_autofree char *said =
        talk(answers,
             "rhel8\nrhel9\n?\n\n\nxyz\na00\na01\na02\n\n\nyes\n88\n" /* wrong, help, proposals */
             "\n\n192.0.2.9\n\n192.0.2.1\n<\n192.0.2.2\n192.0.2.3\n\n"
             "http://h/d\n\n\nyes\nsecret\n\n"
             "200\n201\n\n\n" /* a list of two, then none */
             "\n\n\n\n",
             true);

    CHECK(strstr(said, "! 'rhel8' is no choice here") != NULL);
    CHECK(strstr(said, "! 'xyz' is no device number") != NULL);
    CHECK(strstr(said, "The kind of machine that it is installed on.") != NULL);
    CHECK(strstr(said, "3 GB of memory") != NULL);
    CHECK_STR(lathe_answers_value(answers, "gateway"), "192.0.2.2");
    CHECK_STR(lathe_answers_value(answers, "prefix"), "24");
    CHECK(lathe_answers_typed(answers, "prefix") == NULL);
    CHECK_STR(lathe_answers_value(answers, "vlan-id"), "88");
    CHECK_STR(lathe_answers_value(answers, "vnc-password"), "secret");
    CHECK_STR(lathe_answers_value(answers, "dasd"), "200\n201");
    CHECK(strstr(said, "secret") == NULL);
    struct lathe_problems *problems = lathe_flow_check(answers, NULL);
    CHECK(!lathe_problems_fatal(problems));
    lathe_problems_free(problems);
    lathe_answers_free(answers);
}

static void short_dialog(void)
{
    struct lathe_answers *answers = lathe_answers_new(&lathe_installer_flow);
    g_autofree char *said = talk(answers, "\n-\nsles15\n", false);

    CHECK(strstr(said, "this has to be answered") != NULL);
    CHECK_STR(lathe_answers_value(answers, "system"), "sles15");
    lathe_answers_free(answers);
}

/* Answers to what is no longer asked stay, and do not count. */
static void kept_answers(void)
{
    struct lathe_answers *answers = lathe_answers_new(&lathe_installer_flow);

    CHECK(lathe_answers_set(answers, "system", " rhel9 ", NULL));
    CHECK(lathe_answers_set(answers, "vlan-id", "7", NULL));
    CHECK_STR(lathe_answers_value(answers, "system"), "rhel9");
    CHECK_STR(lathe_answers_typed(answers, "system"), " rhel9 ");
    CHECK_STR(lathe_answers_value(answers, "vlan-id"), "");
    CHECK(lathe_answers_set(answers, "vlan", "yes", NULL));
    CHECK_STR(lathe_answers_value(answers, "vlan-id"), "7");
    CHECK(!lathe_answers_set(answers, "system", "a\nb", NULL));
    CHECK(!lathe_answers_set(answers, "system", "\xff", NULL));
    CHECK(!lathe_answers_set(answers, "nothing", "x", NULL));
    CHECK_STR(lathe_answers_value(answers, "system"), "rhel9");
    CHECK(lathe_answers_set(answers, "system", NULL, NULL));
    CHECK_STR(lathe_answers_value(answers, "system"), "");
    lathe_answers_free(answers);
}

static void masked_preview(void)
{
    static const char text[] =
        "{\"answers\":{\"system\":\"ubuntu24.04\",\"read\":\"a00\",\"address\":\"192.0.2.9\","
        "\"gateway\":\"192.0.2.1\",\"nameserver\":\"192.0.2.2\",\"url\":\"http://x:topsecret@h/\","
        "\"ssh-password\":\"topsecret\"}}";
    struct lathe_answers *answers = lathe_answers_new(&lathe_installer_flow);

    CHECK(lathe_answers_from_json(answers, text, strlen(text), NULL));
    for (int masked = 0; masked < 2; masked++) {
        struct lathe_outcome *outcome = lathe_flow_compose(answers, masked != 0);
        const char *lines = lathe_outcome_file(outcome, "parameters.prm")->str;
        const char *coded = "%74%6f%70%73%65%63%72%65%74";
        CHECK((strstr(lines, coded) == NULL) == (masked != 0));
        CHECK((strstr(lines, "cc: password: ******** end_cc") != NULL) == (masked != 0));
        CHECK((strstr(lines, "url=http://x:********@h/") != NULL) == (masked != 0));
        lathe_outcome_free(outcome);
    }
    lathe_answers_free(answers);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"whole_dialog", whole_dialog},
        {"short_dialog", short_dialog},
        {"kept_answers", kept_answers},
        {"masked_preview", masked_preview},
        {NULL, NULL},
    };

    return test_main(argc, argv, cases);
}
