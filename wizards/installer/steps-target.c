/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The last step: where the parameters are for. A command line is one line; a .prm file of a
 * partition is lines; z/VM's reader has cards of 80 columns.
 */
#include <glib/gi18n.h>
#include <string.h>

#include "app/plan/error.h"
#include "wizards/installer/systems.h"
#include "wizards/installer/values.h"

enum {
    CARD_COLUMNS = 80,
    Z_PARAMETERS = 895,   /* the kernel's area is 896 bytes, with the NUL */
    PC_PARAMETERS = 2047, /* COMMAND_LINE_SIZE of x86 is 2048 */
};

static const struct lathe_choice target_choices[] = {
    {"qemu", N_("the command line of a machine of Lathe or QEMU")},
    {"lpar", N_("a partition: the .prm file on the installation medium"), installer_on_z},
    {"zvm", N_("z/VM: a file of 80 columns for the reader"), installer_on_z},
    {NULL},
};

static const char *target_proposed(const struct lathe_answers *answers)
{
    return installer_on_z(answers) ? "lpar" : "qemu";
}

static bool extra_check(const char *text, GError **error)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (!g_ascii_isprint(*at) || *at == '#')
            return lathe_error_input(error,
                                     "only printable ASCII can stand there, and no '#', which "
                                     "begins a comment or ends a line");
    }
    return true;
}

const struct lathe_question installer_target_questions[] = {
    {"answers-url", N_("Answer file"),
     N_("Where the installer finds a file with all further answers: a kickstart, AutoYaST or "
        "preseed file, for Ubuntu a folder with user-data, ended by a slash. Empty: it asks."),
     LATHE_QUESTION_TEXT, .check = lathe_word_check},
    {"extra", N_("More parameters"), N_("Further words for the kernel or the installer."),
     LATHE_QUESTION_TEXT, .check = extra_check},
    {"target", N_("For"), N_("What the parameters are given to; it limits their lines."),
     LATHE_QUESTION_CHOICE, .required = true, .choices = target_choices,
     .propose = target_proposed},
    {NULL},
};

/* ---- layout ---- */

static size_t cards_column(const GString *out)
{
    const char *end = strrchr(out->str, '\n');

    return end != NULL ? strlen(end + 1) : out->len;
}

/* On a card of its own; what follows a full card has to keep its distance. A longer word goes on,
 * and the rest of it stays at the end of out. */
static void cards_begin(GString *out, const char *word, bool cuts)
{
    const char *distance = cards_column(out) == CARD_COLUMNS ? " " : "";
    g_autofree char *text = g_strconcat(distance, word, NULL);
    const char *rest = text;

    if (out->len != 0)
        g_string_append_c(out, '\n');
    for (; cuts && strlen(rest) > CARD_COLUMNS; rest += CARD_COLUMNS)
        g_string_append_printf(out, "%.*s\n", CARD_COLUMNS, rest);
    g_string_append(out, rest);
}

static void cards_put(GString *out, const char *word, bool cuts)
{
    size_t column = cards_column(out);

    if (column != 0 && column + 1 + strlen(word) < CARD_COLUMNS)
        g_string_append_printf(out, " %s", word);
    else
        cards_begin(out, word, cuts);
}

char *installer_cards(const char *lines, const struct installer_writer *writer)
{
    g_auto(GStrv) words = g_strsplit_set(lines, " \n", -1);
    GString *out = g_string_new(NULL);

    for (char **word = words; *word != NULL; word++) {
        if (**word != '\0')
            cards_put(out, *word, writer->cuts_words);
    }
    return g_string_free(out, FALSE);
}

static void note_access(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    const struct installer_system *system = installer_system_of(answers);
    const char *host = lathe_answers_value(answers, "address");

    host = *host != '\0' ? host : lathe_answers_value(answers, "hostname");
    host = *host != '\0' ? host : "HOST";
    if (lathe_answers_on(answers, "vnc"))
        lathe_outcome_note(outcome, "When the installer runs, look at it with a VNC viewer: %s:1.",
                           host);
    if (lathe_answers_on(answers, "rdp"))
        lathe_outcome_note(outcome, "When the installer runs, look at it over RDP: %s.", host);
    if (lathe_answers_on(answers, "ssh") || lathe_answers_on(answers, "ssh-password"))
        lathe_outcome_note(outcome, "When the installer runs, log in to it: ssh %s@%s.",
                           system->user, host);
}

static void note_target(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    if (lathe_answers_is(answers, "target", "lpar"))
        lathe_outcome_note(outcome,
                           "Put the file in the place of the .prm file that the medium's .ins file "
                           "names (images/genericdvd.prm, boot/s390x/parmfile), and load from "
                           "there: \"Load from Removable Media or Server\".");
    if (lathe_answers_is(answers, "target", "zvm"))
        lathe_outcome_note(outcome,
                           "Send the file to the guest with fixed records of 80 columns, and punch "
                           "it to the reader behind the kernel and before the initial ramdisk.");
    if (lathe_answers_is(answers, "target", "qemu"))
        lathe_outcome_note(outcome,
                           "Give the line to the machine as --append, with the installer's kernel "
                           "and initial ramdisk.");
}

void installer_target_apply(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    const struct installer_system *system = installer_system_of(answers);

    if (system == NULL)
        return;
    GString *lines = lathe_outcome_file(outcome, INSTALLER_PARAMETERS);
    system->writer->automatic(answers, lines);
    installer_line(lines, "%s", lathe_answers_value(answers, "extra"));
    if (lathe_answers_is(answers, "target", "qemu"))
        g_strdelimit(lines->str, "\n", ' ');
    if (lathe_answers_is(answers, "target", "zvm")) {
        g_autofree char *cards = installer_cards(lines->str, system->writer);
        g_string_assign(lines, cards);
    }
    note_target(answers, outcome);
    note_access(answers, outcome);
}

/* ---- limits ---- */

static void validate_cards(const char *text, const struct installer_writer *writer,
                           struct lathe_problems *problems)
{
    g_auto(GStrv) cards = g_strsplit(text, "\n", -1);
    guint count = g_strv_length(cards);
    size_t last = count != 0 ? strlen(cards[count - 1]) : 0;

    for (char **card = cards; *card != NULL; card++) {
        if (strlen(*card) > CARD_COLUMNS)
            lathe_problem_add(problems, "target",
                              "'%.20s...' does not fit in a line of 80 columns, and this installer "
                              "takes no parameter that is cut in two",
                              *card);
    }
    if (writer->cards != 0 && count > writer->cards)
        lathe_problem_add(problems, "target",
                          "these are %u lines of 80 columns; this installer takes %u", count,
                          writer->cards);
    else if (count != 0 && (count - 1) * CARD_COLUMNS + last > Z_PARAMETERS)
        lathe_problem_add(problems, "target",
                          "these are %u lines of 80 columns, %zu characters when they are read; "
                          "the kernel takes %d",
                          count, (count - 1) * CARD_COLUMNS + last, Z_PARAMETERS);
}

void installer_target_validate(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    const struct installer_system *system = installer_system_of(answers);
    int limit = installer_on_z(answers) ? Z_PARAMETERS : PC_PARAMETERS;
    const char *url = lathe_answers_value(answers, "answers-url");

    if (system == NULL)
        return;
    struct lathe_outcome *outcome = lathe_flow_compose(answers, false);
    const GString *text = lathe_outcome_file(outcome, INSTALLER_PARAMETERS);
    if (text->len > (gsize)limit)
        lathe_problem_add(problems, "target",
                          "the parameters have %zu characters; the kernel takes %d", text->len,
                          limit);
    else if (lathe_answers_is(answers, "target", "zvm"))
        validate_cards(text->str, system->writer, problems);
    if (system->writer == &installer_ubuntu && *url != '\0' && !g_str_has_suffix(url, "/"))
        lathe_problem_add(problems, "answers-url",
                          "Ubuntu's installer takes a folder, with a slash at its end");
    lathe_outcome_free(outcome);
}
