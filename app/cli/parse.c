/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words to a parsed line: the verb first, then options ("--x V" or "--x=V") and operands. */
#include <glib/gi18n.h>
#include <string.h>

#include "app/cli/cli.h"
#include "app/cli/machines.h"
#include "app/cli/tool.h"
#include "app/config/config.h"
#include "app/plan/definition.h"
#include "app/plan/error.h"

struct parse_words {
    char **next, **end;
};

/* An option and its value, kept until the operands are known: they change what a file says. */
struct parse_setting {
    const struct lathe_option *option;
    const char *value;
};

struct parse {
    struct lathe_cli *cli;
    struct parse_words words;
    GArray *settings; /* of struct parse_setting */
};

static const char *parse_take(struct parse_words *words)
{
    return words->next < words->end ? *words->next++ : NULL;
}

static const char *parse_verb_name(const struct parse *parse)
{
    return parse->cli->verb ? parse->cli->verb->name : "";
}

static const struct lathe_option *parse_find(const struct parse *parse, const char *name)
{
    for (const struct lathe_option *option = lathe_options; option->name != NULL; option++) {
        if (strcmp(option->name, name) == 0 && lathe_option_fits(option, parse->cli->verb))
            return option;
    }
    return NULL;
}

/* Is it an option of another verb, or of one while there is none? */
static bool parse_unknown(const struct parse *parse, const char *name, GError **error)
{
    const char *verb = parse_verb_name(parse);

    if (parse->cli->verb == NULL)
        return lathe_error_input(error,
                                 "the command comes first: lathe run --%s ...; lathe help "
                                 "shows the commands",
                                 name);
    return lathe_error_input(error, "lathe %s has no option --%s; lathe help %s lists them", verb,
                             name, verb);
}

static bool parse_later(const char *name, const char *value, const char *accepted, GError **error)
{
    g_auto(GStrv) words = g_strsplit(accepted, " ", -1);

    if (value != NULL && g_strv_contains((const char *const *)words, value))
        return true;
    if (accepted[0] == '\0')
        return lathe_error_input(error, "this version does not have --%s", name);
    if (value == NULL)
        return lathe_error_input(error, "--%s needs a value", name);
    g_autofree char *known = g_strjoinv(_(" or "), words);
    return lathe_error_input(error, "this version does not have --%s %s: only %s", name, value,
                             known);
}

static bool parse_set(struct parse *parse, const struct lathe_option *option, const char *value,
                      GError **error)
{
    guint64 bit = UINT64_C(1) << (option - lathe_options);
    struct parse_setting setting = {option, value};

    if ((parse->cli->given & bit) != 0 && (option->flags & OPTION_REPEATS) == 0)
        return lathe_error_input(error, "--%s is given twice", option->name);
    parse->cli->given |= bit;
    g_array_append_val(parse->settings, setting);
    return true;
}

static bool parse_apply(const struct parse *parse, GError **error)
{
    for (guint i = 0; i < parse->settings->len; i++) {
        const struct parse_setting *setting =
            &g_array_index(parse->settings, struct parse_setting, i);
        if (!setting->option->set(parse->cli, setting->value, error))
            return false;
    }
    return true;
}

static bool parse_fill(struct lathe_cli *cli, struct lathe_config *config, GError **error)
{
    cli->by_definition = true;
    return config != NULL && lathe_config_fill(config, cli->definition, error);
}

/* A machine of the library; its folder is where it keeps things. */
static bool parse_take_machine(struct lathe_cli *cli, GError **error)
{
    g_autoptr(lathe_config) config = lathe_machine_read_config(cli->machine, error);

    cli->definition->home = g_strdup(cli->machine->folder);
    return parse_fill(cli, config, error);
}

/* A machine's definition fills in what the options then change. */
static bool parse_take_definition(const struct parse *parse, GError **error)
{
    struct lathe_cli *cli = parse->cli;
    const char *operand = cli->operands->len == 1 ? cli->operands->pdata[0] : NULL;

    if (cli->verb != lathe_verb_find("run") || cli->help || operand == NULL)
        return true;
    if (!cli->by_file && !lathe_machines_resolve(operand, &cli->machine, error))
        return false;
    if (cli->machine != NULL)
        return parse_take_machine(cli, error);
    if (!lathe_config_is_file(operand))
        return true;
    g_autoptr(lathe_config) config = lathe_config_read(operand, error);
    return parse_fill(cli, config, error);
}

/* An empty kernel command line is one, and an empty text takes one away; an empty file name or size
 * is a mistake. */
static bool option_empty_ok(const struct lathe_option *option)
{
    static const char *const names[] = {"append", "title", "description", "group", NULL};

    return g_strv_contains(names, option->name);
}

/* name and value from "name=value"; the value may be the next word. */
static bool parse_option(struct parse *parse, const char *word, GError **error)
{
    const char *equals = strchr(word, '=');
    g_autofree char *name = equals ? g_strndup(word, (gsize)(equals - word)) : g_strdup(word);
    const char *value = equals ? equals + 1 : NULL;
    const struct lathe_option *option = parse_find(parse, name);
    const char *accepted;

    if (option == NULL && parse->cli->verb != NULL &&
        lathe_later_option(name, parse->cli->verb, &accepted))
        return parse_later(name, value ? value : parse_take(&parse->words), accepted, error);
    if (option == NULL)
        return parse_unknown(parse, name, error);
    if (option->argument == NULL && value != NULL)
        return lathe_error_input(error, "--%s takes no value", name);
    if (option->argument != NULL && value == NULL)
        value = parse_take(&parse->words);
    if (option->argument != NULL && (value == NULL || (*value == '\0' && !option_empty_ok(option))))
        return lathe_error_input(error, "--%s needs a value: %s", name, option->argument);
    return parse_set(parse, option, value, error);
}

/* A file manager may write a file as a URI. */
static char *parse_operand(const char *word)
{
    char *path = g_str_has_prefix(word, "file://") ? g_filename_from_uri(word, NULL, NULL) : NULL;

    return path != NULL ? path : g_strdup(word);
}

/* Several files are machines of their own, which the options of one do not fit. */
static bool parse_check_files(const struct parse *parse, GError **error)
{
    if (!parse->cli->by_file || parse->cli->operands->len < 2 || parse->cli->given == 0)
        return true;
    return lathe_error_input(error, "options are for one machine: give one FILE with them");
}

/* What stands behind a tool's verb is the tool's to parse. */
static bool parse_tool(struct parse *parse)
{
    const char *word;

    if (parse->cli->verb == NULL || lathe_tool_find(parse->cli->verb->name) == NULL)
        return false;
    while ((word = parse_take(&parse->words)) != NULL)
        g_ptr_array_add(parse->cli->operands, g_strdup(word));
    return true;
}

static bool parse_rest(struct parse *parse, GError **error)
{
    bool options_over = false;
    const char *word;

    if (parse_tool(parse))
        return true;
    while ((word = parse_take(&parse->words)) != NULL) {
        if (options_over || word[0] != '-' || word[1] == '\0') {
            g_ptr_array_add(parse->cli->operands, parse_operand(word));
        } else if (strcmp(word, "--") == 0) {
            options_over = true;
        } else if (strcmp(word, "-h") == 0) {
            parse->cli->help = true;
        } else if (strcmp(word, "-o") == 0) {
            if (!parse_option(parse, "output", error))
                return false;
        } else if (word[1] != '-') {
            return lathe_error_input(error, "unknown option %s: options begin with two dashes",
                                     word);
        } else if (!parse_option(parse, word + 2, error)) {
            return false;
        }
    }
    return true;
}

/* The first word: a verb, or a file, which is run. */
static bool parse_first(struct parse *parse, GError **error)
{
    const char *word = parse->words.next < parse->words.end ? *parse->words.next : NULL;

    if (word == NULL || word[0] == '-')
        return true;
    parse->cli->verb = lathe_verb_find(word);
    if (parse->cli->verb != NULL) {
        parse->words.next++;
        return true;
    }
    g_autofree char *later = lathe_later_verb(word);
    if (later != NULL)
        return lathe_error_input(error, "%s", later);
    g_autofree char *path = parse_operand(word);
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return lathe_error_input(
            error, "'%s' is neither a command nor a file; lathe help shows the commands", word);
    parse->cli->verb = lathe_verb_find("run");
    parse->cli->by_file = true;
    return true;
}

struct lathe_cli *lathe_cli_parse(int argc, char **argv, GError **error)
{
    g_autoptr(GArray) settings = g_array_new(FALSE, FALSE, sizeof(struct parse_setting));
    struct parse parse = {
        g_new0(struct lathe_cli, 1), {argv + MIN(argc, 1), argv + argc}, settings};

    parse.cli->operands = g_ptr_array_new_with_free_func(g_free);
    parse.cli->definition = lathe_definition_new();
    parse.cli->keep.removed = g_ptr_array_new_with_free_func(g_free);
    if (!parse_first(&parse, error) || !parse_rest(&parse, error) ||
        !parse_check_files(&parse, error) || !parse_take_definition(&parse, error) ||
        !parse_apply(&parse, error)) {
        lathe_cli_free(parse.cli);
        return NULL;
    }
    return parse.cli;
}

void lathe_cli_free(struct lathe_cli *cli)
{
    if (cli == NULL)
        return;
    g_ptr_array_unref(cli->operands);
    lathe_definition_free(cli->definition);
    g_clear_pointer(&cli->expect, g_regex_unref);
    g_free(cli->format);
    g_free(cli->output);
    g_free(cli->head);
    g_free(cli->record);
    g_free(cli->keep.name);
    g_free(cli->keep.title);
    g_free(cli->keep.description);
    g_free(cli->keep.group);
    g_free(cli->keep.express);
    g_ptr_array_unref(cli->keep.removed);
    lathe_machine_free(cli->machine);
    lathe_lock_free(cli->lock);
    g_free(cli);
}
