/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tables of "lathe wizard", and the way of a command: answers come from files or are asked for,
 * are checked, and what comes of them is printed or written.
 */
#include "wizards/cli/wizard.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/cli/cli.h"
#include "app/cli/front-end.h"
#include "app/plan/error.h"
#include "wizards/apply/apply.h"
#include "wizards/choice/choice.h"
#include "wizards/cli/wizards.h"
#include "wizards/cloud/cloud.h"
#include "wizards/doctor/doctor.h"
#include "wizards/flow/dialog.h"
#include "wizards/flow/files.h"
#include "wizards/flow/repair.h"
#include "wizards/installer/installer.h"
#include "wizards/netboot/netboot.h"
#include "wizards/secure/secure.h"
#include "wizards/topology/topology.h"

enum wizard_command {
#define COMMAND(id, name, flow, reader, summary) COMMAND_##id,
#include "wizards/cli/wizard-commands.inc"
#undef COMMAND
    COMMANDS,
};

const struct lathe_wizard lathe_wizards[] = {
#define COMMAND(id, name, flow, reader, summary) {&flow, reader, summary},
#include "wizards/cli/wizard-commands.inc"
#undef COMMAND
    {NULL, NULL, NULL},
};

const struct lathe_wizard *lathe_wizard_find(const char *id)
{
    for (const struct lathe_wizard *row = lathe_wizards; row->flow != NULL; row++) {
        if (strcmp(row->flow->id, id) == 0)
            return row;
    }
    return NULL;
}

static int wizard_run(const struct lathe_tool_line *line, GError **error);

static const struct lathe_tool_command wizard_commands[] = {
#define COMMAND(id, name, flow, reader, summary) {name, "", summary, wizard_run},
#include "wizards/cli/wizard-commands.inc"
#undef COMMAND
    {NULL, NULL, NULL, NULL},
};

#define WIZARD_REPAIRS 100 /* more are never asked for in a row */

#define EACH_COMMAND ((1u << COMMANDS) - 1)

static const struct lathe_tool_option wizard_options[] = {
#define OPTION(name, argument, commands, words, help) {name, argument, commands, words, help},
#include "wizards/cli/wizard-options.inc"
#undef OPTION
    {NULL, NULL, 0, NULL, NULL},
};

const struct lathe_tool lathe_wizard_tool = {"wizard", wizard_commands, wizard_options};

/* ---- answers ---- */

/* NULL with *error. */
static struct lathe_answers *wizard_read(const struct lathe_wizard *wizard, const char *path,
                                         GError **error)
{
    gsize length = 0;
    g_autofree char *text = lathe_file_load(path, LATHE_ANSWERS_MAX, &length, error);
    struct lathe_answers *answers = text != NULL ? wizard->read(text, length, error) : NULL;

    if (text != NULL && answers == NULL)
        g_prefix_error(error, "%s: ", path);
    return answers;
}

/* On a terminal, what is not given is asked; what is given is asked again if nothing else is said.
 */
static bool wizard_is_dialog(const struct lathe_tool_line *line)
{
    static const char *const quiet[] = {"print", "preview", "json", "output", "apply"};
    bool given = lathe_tool_has(line, "answers") || lathe_tool_has(line, "read");

    for (size_t i = 0; given && i < G_N_ELEMENTS(quiet); i++) {
        if (lathe_tool_has(line, quiet[i]))
            return false;
    }
    return !lathe_tool_has(line, "window") && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

/* On the whole terminal, or line by line where it is too simple for that. False: who was asked left
 * without coming to the end. */
static bool wizard_ask(const struct lathe_wizard *wizard, struct lathe_answers *answers)
{
    const char *terminal = g_getenv("TERM");
    bool simple = terminal == NULL || *terminal == '\0' || strcmp(terminal, "dumb") == 0;
    const struct lathe_front_end *front_end = simple ? NULL : lathe_front_end_find("tui", NULL);
    gboolean done = FALSE;

    if (front_end != NULL && front_end->ask(wizard, answers, &done, NULL))
        return done;
    lathe_dialog_run(answers, stdin, stdout);
    return true;
}

/* Of the files that were given, or none yet; NULL with *error. */
static struct lathe_answers *wizard_load(const struct lathe_tool_line *line,
                                         const struct lathe_wizard *wizard, GError **error)
{
    const char *file = lathe_tool_value(line, "answers"), *old = lathe_tool_value(line, "read");
    const char *machine = lathe_tool_value(line, "machine");
    struct lathe_answers *answers = old != NULL ? wizard_read(wizard, old, error)
                                    : machine != NULL
                                        ? lathe_apply_from(wizard->flow, machine, error)
                                        : lathe_answers_new(wizard->flow);

    if (answers != NULL && file != NULL && !lathe_answers_load(answers, file, error))
        g_clear_pointer(&answers, lathe_answers_free);
    return answers;
}

/* Is there somebody who answers, or something that did? */
static bool wizard_has_source(const struct lathe_tool_line *line)
{
    static const char *const sources[] = {"answers", "read", "machine", "window"};

    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
        if (lathe_tool_has(line, sources[i]))
            return true;
    }
    return wizard_is_dialog(line);
}

static int wizard_list(const struct lathe_tool_line *line, const struct lathe_wizard *wizard,
                       GError **error)
{
    struct lathe_answers *answers = wizard_load(line, wizard, error);

    if (answers == NULL)
        return LATHE_EXIT_USAGE;
    if (lathe_tool_has(line, "json"))
        lathe_wizard_list_json(answers);
    else
        lathe_wizard_list(wizard->flow);
    lathe_answers_free(answers);
    return LATHE_EXIT_OK;
}

/* One change after the other, as one may mend several things. */
static void wizard_repair(struct lathe_answers *answers)
{
    for (unsigned turn = 0; turn < WIZARD_REPAIRS; turn++) {
        g_autoptr(GPtrArray) repairs = lathe_flow_repair(answers);
        if (repairs->len == 0 || !lathe_repair_make(answers, repairs->pdata[0], NULL))
            return;
        const struct lathe_repair *repair = repairs->pdata[0];
        fprintf(stderr, "lathe: %s: %s\n", repair->problem, repair->sentence);
    }
}

/* ---- what comes of them ---- */

static bool wizard_apply(const struct lathe_answers *answers, const char *machine, GError **error)
{
    g_autoptr(lathe_applied) applied = lathe_apply_to(answers, machine, error);

    if (applied != NULL && *applied->note != '\0')
        fprintf(stderr, "lathe: %s\n", applied->note);
    return applied != NULL;
}

static void wizard_show_problems(const struct lathe_problems *problems)
{
    for (guint i = 0; i < problems->found->len; i++) {
        const struct lathe_problem *problem = problems->found->pdata[i];
        fprintf(stderr, "lathe: %s%s: %s\n", problem->warning ? _("warning: ") : "",
                problem->question ? problem->question->id : problem->step->id, problem->sentence);
    }
}

static void wizard_print(const struct lathe_outcome *outcome, bool notes)
{
    for (guint i = 0; i < outcome->outputs->len; i++) {
        const struct lathe_output *output = outcome->outputs->pdata[i];
        if (outcome->outputs->len > 1)
            printf("%s==> %s <==\n", i != 0 ? "\n" : "", output->name);
        if (output->binary)
            printf(_("(%zu bytes of data)\n"), (size_t)output->text->len);
        else
            printf("%s\n", output->text->str);
    }
    for (guint i = 0; notes && i < outcome->notes->len; i++)
        printf("%s- %s\n", i == 0 ? "\n" : "", (const char *)outcome->notes->pdata[i]);
}

static bool wizard_store_all(const struct lathe_outcome *outcome, const char *folder,
                             GError **error)
{
    g_autoptr(GPtrArray) written = g_ptr_array_new_with_free_func(g_free);
    bool good = lathe_outcome_save(outcome, folder, written, error);

    for (guint i = 0; i < written->len; i++)
        printf("%s\n", (const char *)written->pdata[i]);
    return good;
}

static bool wizard_write(const struct lathe_tool_line *line, const struct lathe_answers *answers,
                         const struct lathe_problems *problems, GError **error)
{
    const char *folder = lathe_tool_value(line, "output");
    bool open = lathe_tool_has(line, "print") || folder != NULL;
    bool json = lathe_tool_has(line, "json");
    bool saved = lathe_tool_has(line, "save") || lathe_tool_has(line, "apply");
    struct lathe_outcome *outcome = lathe_flow_compose(answers, !open || json);
    bool good = true;

    if (json)
        lathe_wizard_print_json(outcome, problems);
    else if (folder != NULL)
        good = wizard_store_all(outcome, folder, error);
    else if (open || lathe_tool_has(line, "preview") || !saved || wizard_is_dialog(line))
        wizard_print(outcome, !open);
    lathe_outcome_free(outcome);
    if (wizard_is_dialog(line) && !open && !saved)
        fprintf(stderr, "%s\n",
                _("lathe: --output FOLDER would write the files, --save FILE.json the answers"));
    return good;
}

static int wizard_finish(const struct lathe_tool_line *line, struct lathe_answers *answers,
                         GError **error)
{
    const char *save = lathe_tool_value(line, "save");
    const struct lathe_flow *flow = lathe_answers_flow(answers);

    if (flow->complete != NULL)
        flow->complete(answers);
    if (lathe_tool_has(line, "repair"))
        wizard_repair(answers);
    struct lathe_problems *problems = lathe_flow_check(answers, NULL);
    bool fatal = lathe_problems_fatal(problems), good = true;

    if (save != NULL)
        good = lathe_answers_save(answers, save, error);
    if (good && !lathe_tool_has(line, "json"))
        wizard_show_problems(problems);
    if (good && !fatal && lathe_tool_has(line, "apply"))
        good = wizard_apply(answers, lathe_tool_value(line, "apply"), error);
    if (good && (!fatal || lathe_tool_has(line, "draft") || lathe_tool_has(line, "json")))
        good = wizard_write(line, answers, problems, error);
    lathe_problems_free(problems);
    return good && !fatal ? LATHE_EXIT_OK : LATHE_EXIT_USAGE;
}

/* The window has what the other options do. */
static int wizard_open(const struct lathe_wizard *wizard, struct lathe_answers *answers,
                       GError **error)
{
    const struct lathe_front_end *front_end = lathe_front_end_find("gtk", error);

    return front_end != NULL && front_end->ask(wizard, answers, NULL, error) ? LATHE_EXIT_OK
                                                                             : LATHE_EXIT_USAGE;
}

static int wizard_run(const struct lathe_tool_line *line, GError **error)
{
    const struct lathe_wizard *wizard = &lathe_wizards[line->command - wizard_commands];
    const struct lathe_flow *flow = wizard->flow;

    if (line->operands->len != 0) {
        lathe_error_input(error, "lathe wizard %s takes options alone; '%s' is none", flow->id,
                          (const char *)line->operands->pdata[0]);
        return LATHE_EXIT_USAGE;
    }
    if (lathe_tool_has(line, "questions"))
        return wizard_list(line, wizard, error);
    if (!wizard_has_source(line)) {
        lathe_error_input(error,
                          "there is nothing to ask on: give --answers FILE.json; lathe wizard %s "
                          "--questions lists what can stand there",
                          flow->id);
        return LATHE_EXIT_USAGE;
    }
    struct lathe_answers *answers = wizard_load(line, wizard, error);
    if (answers == NULL)
        return LATHE_EXIT_USAGE;
    int status = LATHE_EXIT_OK;
    if (lathe_tool_has(line, "window"))
        status = wizard_open(wizard, answers, error);
    else if (!wizard_is_dialog(line) || wizard_ask(wizard, answers))
        status = wizard_finish(line, answers, error);
    lathe_answers_free(answers);
    return status;
}
