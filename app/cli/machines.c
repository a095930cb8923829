/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the verbs about machines of the library share: operands, options, files (machines.h). */
#include "app/cli/machines.h"

#include <stdlib.h>
#include <string.h>

#include "app/config/paths.h"
#include "app/plan/error.h"
#include "app/settings/settings.h"

/* ---- operands ---- */

bool lathe_machines_resolve(const char *operand, struct lathe_machine **machine, GError **error)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);

    *machine = NULL;
    if (*operand == '\0' || strchr(operand, '/') != NULL)
        return true;
    *machine = lathe_library_peek(library, operand);
    if (*machine != NULL || g_file_test(operand, G_FILE_TEST_EXISTS))
        return true;
    g_autoptr(GError) why = NULL;
    *machine = lathe_library_find(library, operand, &why);
    if (*machine != NULL)
        return true;
    if (strstr(why->message, operand) != NULL && g_str_has_prefix(why->message, "there is no"))
        return lathe_error_input(error,
                                 "there is no machine '%s', and no file of this name; lathe list "
                                 "shows the machines",
                                 operand);
    g_propagate_error(error, g_steal_pointer(&why));
    return false;
}

struct lathe_machine *lathe_machines_take(struct lathe_library *library,
                                          const struct lathe_cli *cli, GError **error)
{
    if (cli->operands->len == 1)
        return lathe_library_find(library, cli->operands->pdata[0], error);
    lathe_error_input(error, "lathe %s takes one NAME; lathe list shows them", cli->verb->name);
    return NULL;
}

static bool machines_check(const struct lathe_cli *cli)
{
    if (cli->operands->len != 0)
        return true;
    g_autofree char *text =
        g_strdup_printf("lathe %s takes NAMEs; lathe list shows them", cli->verb->name);
    lathe_cli_fail(LATHE_EXIT_USAGE, text);
    return false;
}

static void machines_free(gpointer machine)
{
    lathe_machine_free(machine);
}

static bool machines_have(const GPtrArray *machines, const struct lathe_machine *machine)
{
    for (guint i = 0; i < machines->len; i++) {
        if (strcmp(((const struct lathe_machine *)machines->pdata[i])->id, machine->id) == 0)
            return true;
    }
    return false;
}

GPtrArray *lathe_machines_find(struct lathe_library *library, const struct lathe_cli *cli,
                               int *status)
{
    GPtrArray *machines = g_ptr_array_new_with_free_func(machines_free);

    *status = machines_check(cli) ? LATHE_EXIT_OK : LATHE_EXIT_USAGE;
    for (guint i = 0; i < cli->operands->len; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(lathe_machine) machine =
            lathe_library_find(library, cli->operands->pdata[i], &error);
        if (machine == NULL)
            *status = lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
        else if (!machines_have(machines, machine))
            g_ptr_array_add(machines, g_steal_pointer(&machine));
    }
    return machines;
}

int lathe_machines_each(const struct lathe_cli *cli, lathe_machines_do *one)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    int status = machines_check(cli) ? LATHE_EXIT_OK : LATHE_EXIT_USAGE;

    for (guint i = 0; i < cli->operands->len; i++) {
        g_autoptr(GError) error = NULL;
        if (!one(library, cli, cli->operands->pdata[i], &error))
            status = lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    }
    return status;
}

struct lathe_config *lathe_machines_read(const char *operand, GError **error)
{
    g_autoptr(lathe_machine) machine = NULL;

    if (!lathe_machines_resolve(operand, &machine, error))
        return NULL;
    if (machine == NULL)
        return lathe_config_read(operand, error);
    struct lathe_config *config = lathe_machine_read_config(machine, error);
    if (config != NULL)
        lathe_config_make_whole(config, machine->folder);
    return config;
}

char *lathe_machines_shown(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *shown = g_string_new(NULL);

    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar letter = g_utf8_get_char(at);
        g_string_append_unichar(shown, g_unichar_iscntrl(letter) ? '?' : letter);
    }
    return g_string_free(shown, FALSE);
}

/* ---- options ---- */

bool lathe_cli_given(const struct lathe_cli *cli, const char *option)
{
    for (const struct lathe_option *row = lathe_options; row->name != NULL; row++) {
        if (strcmp(row->name, option) == 0 &&
            (cli->given & UINT64_C(1) << (row - lathe_options)) != 0)
            return true;
    }
    return false;
}

uint64_t lathe_machines_areas(const struct lathe_cli *cli)
{
    uint64_t areas = 0;

    for (const struct lathe_option *row = lathe_options; row->name != NULL; row++) {
        const struct lathe_setting *setting = lathe_setting_find(row->name);
        if (setting != NULL && (cli->given & UINT64_C(1) << (row - lathe_options)) != 0)
            areas |= setting->area;
    }
    return areas;
}
