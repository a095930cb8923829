/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe list": the machines of the library, as a table, as names or as JSON. */
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#include "app/cli/machines.h"
#include "app/library/files.h"
#include "app/plan/error.h"
#include "app/plan/size.h"
#include "app/watch/watch.h"

#define LIST_COLUMNS 6

static const char *list_state(const struct lathe_machine *machine)
{
    g_autofree char *words = NULL;

    return lathe_watch_state_name(lathe_watch_state_of(machine, &words));
}

/* ---- a table ---- */

/* Cells on a terminal: wide letters take two, marks none. */
static size_t list_width(const char *text)
{
    size_t width = 0;

    for (; *text != '\0'; text = g_utf8_next_char(text)) {
        gunichar letter = g_utf8_get_char(text);
        if (!g_unichar_iszerowidth(letter))
            width += g_unichar_iswide(letter) ? 2 : 1;
    }
    return width;
}

static char **list_row(const struct lathe_machine *machine)
{
    char **row = g_new0(char *, LIST_COLUMNS + 1);
    const char *state = list_state(machine);

    row[0] = lathe_machines_shown(machine->name);
    row[1] =
        machine->pid != 0 ? g_strdup_printf("%s (%d)", state, (int)machine->pid) : g_strdup(state);
    row[2] = machine->memory != 0 ? lathe_size_format(machine->memory) : g_strdup("-");
    row[3] = machine->cpus != 0 ? g_strdup_printf("%u", machine->cpus) : g_strdup("-");
    row[4] = lathe_size_format(lathe_files_disk_use(machine->folder));
    row[5] = lathe_machines_shown(machine->group != NULL ? machine->group : "");
    return row;
}

static void list_print_row(char **row, const size_t *widths)
{
    for (unsigned i = 0; i < LIST_COLUMNS; i++) {
        bool last = i + 1 == LIST_COLUMNS || *row[i + 1] == '\0';
        fputs(row[i], stdout);
        if (last)
            break;
        printf("%*s", (int)(widths[i] - list_width(row[i]) + 2), "");
    }
    putchar('\n');
}

/* What is wrong stands below, as it is a sentence. */
static void list_print_table(const GPtrArray *machines)
{
    const char *const head[LIST_COLUMNS + 1] = {"NAME", "STATE", "MEMORY", "CPUS", "DISK", "GROUP"};
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    size_t widths[LIST_COLUMNS] = {0};

    g_ptr_array_add(rows, g_strdupv((char **)head));
    for (guint i = 0; i < machines->len; i++)
        g_ptr_array_add(rows, list_row(machines->pdata[i]));
    for (guint i = 0; i < rows->len; i++) {
        for (unsigned column = 0; column < LIST_COLUMNS; column++)
            widths[column] = MAX(widths[column], list_width(((char **)rows->pdata[i])[column]));
    }
    for (guint i = 0; i < rows->len; i++) {
        list_print_row(rows->pdata[i], widths);
        const struct lathe_machine *machine = i != 0 ? machines->pdata[i - 1] : NULL;
        g_autofree char *shown = lathe_machines_shown(
            machine != NULL && machine->problem != NULL ? machine->problem : "");
        if (*shown != '\0')
            printf("  %s\n", shown);
    }
}

/* ---- JSON ---- */

static void list_json_text(JsonBuilder *builder, const char *name, const char *text)
{
    g_autofree char *valid = text != NULL ? g_utf8_make_valid(text, -1) : NULL;

    json_builder_set_member_name(builder, name);
    if (valid != NULL)
        json_builder_add_string_value(builder, valid);
    else
        json_builder_add_null_value(builder);
}

static void list_json_number(JsonBuilder *builder, const char *name, uint64_t number)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_int_value(builder, (gint64)number);
}

static void list_json_machine(JsonBuilder *builder, const struct lathe_machine *machine)
{
    json_builder_begin_object(builder);
    list_json_text(builder, "name", machine->name);
    list_json_text(builder, "title", machine->title);
    list_json_text(builder, "uuid", machine->uuid);
    list_json_text(builder, "group", machine->group);
    list_json_text(builder, "state", list_state(machine));
    list_json_text(builder, "problem", machine->problem);
    list_json_text(builder, "folder", machine->folder);
    list_json_number(builder, "pid", (uint64_t)machine->pid);
    list_json_number(builder, "memory", machine->memory);
    list_json_number(builder, "cpus", machine->cpus);
    list_json_number(builder, "disk-use", lathe_files_disk_use(machine->folder));
    json_builder_end_object(builder);
}

static void list_print_json(const GPtrArray *machines)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    g_autoptr(JsonGenerator) generator = json_generator_new();

    json_builder_begin_array(builder);
    for (guint i = 0; i < machines->len; i++)
        list_json_machine(builder, machines->pdata[i]);
    json_builder_end_array(builder);
    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    json_generator_set_root(generator, root);
    json_generator_set_pretty(generator, TRUE);
    g_autofree char *text = json_generator_to_data(generator, NULL);
    puts(text);
}

/* ---- the verb ---- */

static void list_print_names(const GPtrArray *machines)
{
    for (guint i = 0; i < machines->len; i++) {
        g_autofree char *shown =
            lathe_machines_shown(((struct lathe_machine *)machines->pdata[i])->name);
        puts(shown);
    }
}

int lathe_verb_list(struct lathe_cli *cli)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    g_autoptr(GError) error = NULL;

    if (cli->operands->len != 0)
        return lathe_cli_fail(LATHE_EXIT_USAGE, _("lathe list takes no operands"));
    g_autoptr(GPtrArray) machines = cli->keep.deleted ? lathe_library_scan_deleted(library, &error)
                                                      : lathe_library_list(library, &error);
    if (machines == NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    if (cli->json)
        list_print_json(machines);
    else if (cli->keep.names)
        list_print_names(machines);
    else if (machines->len != 0)
        list_print_table(machines);
    else
        puts(cli->keep.deleted ? _("no machine was deleted")
                               : _("there are no machines yet; lathe create makes one"));
    return LATHE_EXIT_OK;
}
