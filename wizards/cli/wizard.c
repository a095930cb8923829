/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tables of "lathe wizard", and the way of a command: answers come from files or are asked for,
 * are checked, and what comes of them is printed or written.
 */
#include "wizards/cli/wizard.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/cli/cli.h"
#include "app/plan/error.h"
#include "wizards/choice/choice.h"
#include "wizards/flow/dialog.h"
#include "wizards/installer/installer.h"
#include "wizards/topology/topology.h"

enum wizard_command {
#define COMMAND(id, name, flow, reader, summary) COMMAND_##id,
#include "wizards/cli/wizard-commands.inc"
#undef COMMAND
    COMMANDS,
};

static const struct lathe_flow *const wizard_flows[] = {
#define COMMAND(id, name, flow, reader, summary) &flow,
#include "wizards/cli/wizard-commands.inc"
#undef COMMAND
};

typedef struct lathe_answers *(*wizard_reader)(const char *text, gsize length, GError **error);

static const wizard_reader wizard_readers[] = {
#define COMMAND(id, name, flow, reader, summary) reader,
#include "wizards/cli/wizard-commands.inc"
#undef COMMAND
};

static int wizard_run(const struct lathe_tool_line *line, GError **error);

static const struct lathe_tool_command wizard_commands[] = {
#define COMMAND(id, name, flow, reader, summary) {name, "", summary, wizard_run},
#include "wizards/cli/wizard-commands.inc"
#undef COMMAND
    {NULL, NULL, NULL, NULL},
};

#define EACH_COMMAND ((1u << COMMANDS) - 1)

static const struct lathe_tool_option wizard_options[] = {
#define OPTION(name, argument, commands, words, help) {name, argument, commands, words, help},
#include "wizards/cli/wizard-options.inc"
#undef OPTION
    {NULL, NULL, 0, NULL, NULL},
};

const struct lathe_tool lathe_wizard_tool = {"wizard", wizard_commands, wizard_options};

/* ---- files ---- */

/* What can be read of the file, up to one byte more than limit; g_free. NULL with *error. */
static char *wizard_load(const char *path, gsize limit, gsize *length, GError **error)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *stream = standard ? stdin : fopen(path, "re");

    if (stream == NULL) {
        lathe_error_input(error, "%s: %s", path, g_strerror(errno));
        return NULL;
    }
    char *text = g_malloc(limit + 2);
    *length = fread(text, 1, limit + 1, stream);
    text[*length] = '\0';
    bool failed = ferror(stream) != 0;
    if (!standard)
        fclose(stream);
    if (!failed)
        return text;
    g_free(text);
    lathe_error_input(error, "%s cannot be read", path);
    return NULL;
}

/* For the owner alone: there may be passwords in it. */
static bool wizard_store(const char *path, const char *text, GError **error)
{
    return g_file_set_contents_full(path, text, (gssize)strlen(text),
                                    G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

static bool wizard_store_all(const struct lathe_outcome *outcome, const char *folder,
                             GError **error)
{
    if (g_mkdir_with_parents(folder, 0700) != 0)
        return lathe_error_input(error, "%s: %s", folder, g_strerror(errno));
    for (guint i = 0; i < outcome->outputs->len; i++) {
        const struct lathe_output *output = outcome->outputs->pdata[i];
        g_autofree char *path = g_build_filename(folder, output->name, NULL);
        g_autofree char *text = g_strconcat(output->text->str, "\n", NULL);
        if (!wizard_store(path, text, error))
            return false;
        printf("%s\n", path);
    }
    return true;
}

/* ---- answers ---- */

bool lathe_wizard_take_file(struct lathe_answers *answers, const char *path, GError **error)
{
    gsize length = 0;
    g_autofree char *text = wizard_load(path, LATHE_ANSWERS_MAX, &length, error);

    if (text == NULL)
        return false;
    if (lathe_answers_from_json(answers, text, length, error))
        return true;
    g_prefix_error(error, "%s: ", path);
    return false;
}

/* NULL with *error. */
static struct lathe_answers *wizard_read(wizard_reader reader, const char *path, GError **error)
{
    gsize length = 0;
    g_autofree char *text = wizard_load(path, LATHE_ANSWERS_MAX, &length, error);
    struct lathe_answers *answers = text != NULL ? reader(text, length, error) : NULL;

    if (text != NULL && answers == NULL)
        g_prefix_error(error, "%s: ", path);
    return answers;
}

/* On a terminal, what is not given is asked; what is given is asked again if nothing else is said.
 */
static bool wizard_is_dialog(const struct lathe_tool_line *line)
{
    static const char *const quiet[] = {"print", "preview", "json", "output"};
    bool given = lathe_tool_has(line, "answers") || lathe_tool_has(line, "read");

    for (size_t i = 0; given && i < G_N_ELEMENTS(quiet); i++) {
        if (lathe_tool_has(line, quiet[i]))
            return false;
    }
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

/* From the files that were given, and from a dialog; NULL with *error. */
static struct lathe_answers *wizard_answers(const struct lathe_tool_line *line,
                                            const struct lathe_flow *flow, GError **error)
{
    const char *file = lathe_tool_value(line, "answers"), *old = lathe_tool_value(line, "read");
    wizard_reader reader = wizard_readers[line->command - wizard_commands];
    struct lathe_answers *answers = old ? wizard_read(reader, old, error) : lathe_answers_new(flow);

    if (answers != NULL && file != NULL && !lathe_wizard_take_file(answers, file, error))
        g_clear_pointer(&answers, lathe_answers_free);
    if (answers == NULL)
        return NULL;
    if (wizard_is_dialog(line))
        lathe_dialog_run(answers, stdin, stdout);
    else if (file == NULL && old == NULL) {
        lathe_error_input(error,
                          "there is nothing to ask on: give --answers FILE.json; lathe wizard %s "
                          "--questions lists what can stand there",
                          flow->id);
        g_clear_pointer(&answers, lathe_answers_free);
    }
    return answers;
}

/* ---- what comes of them ---- */

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
        printf("%s\n", output->text->str);
    }
    for (guint i = 0; notes && i < outcome->notes->len; i++)
        printf("%s- %s\n", i == 0 ? "\n" : "", (const char *)outcome->notes->pdata[i]);
}

static bool wizard_write(const struct lathe_tool_line *line, const struct lathe_answers *answers,
                         const struct lathe_problems *problems, GError **error)
{
    const char *folder = lathe_tool_value(line, "output");
    bool open = lathe_tool_has(line, "print") || folder != NULL;
    bool json = lathe_tool_has(line, "json"), saved = lathe_tool_has(line, "save");
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

static int wizard_finish(const struct lathe_tool_line *line, const struct lathe_answers *answers,
                         GError **error)
{
    const char *save = lathe_tool_value(line, "save");
    g_autofree char *text = lathe_answers_to_json(answers);
    struct lathe_problems *problems = lathe_flow_check(answers, NULL);
    bool fatal = lathe_problems_fatal(problems), good = true;

    if (save != NULL)
        good = wizard_store(save, text, error);
    if (good && !lathe_tool_has(line, "json"))
        wizard_show_problems(problems);
    if (good && (!fatal || lathe_tool_has(line, "draft") || lathe_tool_has(line, "json")))
        good = wizard_write(line, answers, problems, error);
    lathe_problems_free(problems);
    return good && !fatal ? LATHE_EXIT_OK : LATHE_EXIT_USAGE;
}

static int wizard_run(const struct lathe_tool_line *line, GError **error)
{
    const struct lathe_flow *flow = wizard_flows[line->command - wizard_commands];

    if (line->operands->len != 0) {
        lathe_error_input(error, "lathe wizard %s takes options alone; '%s' is none", flow->id,
                          (const char *)line->operands->pdata[0]);
        return LATHE_EXIT_USAGE;
    }
    if (lathe_tool_has(line, "questions")) {
        lathe_wizard_list(flow);
        return LATHE_EXIT_OK;
    }
    struct lathe_answers *answers = wizard_answers(line, flow, error);
    if (answers == NULL)
        return LATHE_EXIT_USAGE;
    if (flow->complete != NULL)
        flow->complete(answers);
    int status = wizard_finish(line, answers, error);
    lathe_answers_free(answers);
    return status;
}
