/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe keep [PROCESS]": a running trial becomes a machine of the library, by its control socket.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli/machines.h"
#include "app/control/control-client.h"
#include "app/control/control-path.h"
#include "app/plan/error.h"

#define KEEP_PATIENCE 600000 /* ms; disks are copied */

/* Processes that run machines of the library: they are no trials. */
static GHashTable *keep_kept(struct lathe_library *library)
{
    g_autoptr(GPtrArray) machines = lathe_library_scan(library, NULL);
    GHashTable *kept = g_hash_table_new(NULL, NULL);
    pid_t pid;

    for (guint i = 0; machines != NULL && i < machines->len; i++) {
        const struct lathe_machine *machine = machines->pdata[i];
        if (lathe_lock_look(machine->folder, &pid) == LATHE_LOCK_RUN && pid != 0)
            g_hash_table_add(kept, GINT_TO_POINTER(pid));
    }
    return kept;
}

/* Of pid_t. */
static GArray *keep_trials(struct lathe_library *library)
{
    g_autoptr(GHashTable) kept = keep_kept(library);
    g_autofree char *folder = lathe_control_folder();
    g_autoptr(GDir) names = NULL;
    GArray *trials = g_array_new(FALSE, FALSE, sizeof(pid_t));
    const char *name;

    lathe_control_sweep();
    names = g_dir_open(folder, 0, NULL);
    while (names != NULL && (name = g_dir_read_name(names)) != NULL) {
        pid_t pid = lathe_control_process(name);
        if (pid > 0 && !g_hash_table_contains(kept, GINT_TO_POINTER(pid)))
            g_array_append_val(trials, pid);
    }
    return trials;
}

/* The one that there is. 0 with *error. */
static pid_t keep_find(struct lathe_library *library, GError **error)
{
    g_autoptr(GArray) trials = keep_trials(library);
    g_autoptr(GString) list = g_string_new(NULL);

    for (guint i = 0; i < trials->len; i++)
        g_string_append_printf(list, "%s%d", i != 0 ? ", " : "",
                               (int)g_array_index(trials, pid_t, i));
    if (trials->len == 1)
        return g_array_index(trials, pid_t, 0);
    if (trials->len == 0)
        lathe_error_input(error, "no trial runs here: lathe run FILE starts one");
    else
        lathe_error_input(error, "several trials run, give one of these processes: %s", list->str);
    return 0;
}

static pid_t keep_process(const struct lathe_cli *cli, struct lathe_library *library,
                          GError **error)
{
    const char *word = cli->operands->len != 0 ? cli->operands->pdata[0] : NULL;
    guint64 pid = 0;

    if (word == NULL)
        return keep_find(library, error);
    if (cli->operands->len == 1 && g_ascii_string_to_unsigned(word, 10, 1, G_MAXINT32, &pid, NULL))
        return (pid_t)pid;
    lathe_error_input(error, "lathe keep takes one number of a process, and '%s' is none",
                      (const char *)cli->operands->pdata[cli->operands->len - 1]);
    return 0;
}

/* The name that the machine has now; g_free. NULL with *error. */
static char *keep_say(pid_t pid, const char *name, GError **error)
{
    g_autofree char *path = lathe_control_path(pid);
    struct lathe_control *control = lathe_control_connect(path, KEEP_PATIENCE, error);
    JsonObject *arguments = json_object_new();
    g_autoptr(JsonNode) answer = NULL;

    if (name != NULL)
        json_object_set_string_member(arguments, "name", name);
    if (control != NULL)
        answer = lathe_control_call(control, "__org.lathe_vm_keep", arguments, error);
    else
        json_object_unref(arguments);
    if (control == NULL)
        g_prefix_error(error, "process %d: ", (int)pid);
    lathe_control_free(control);
    return answer != NULL ? g_strdup(json_node_get_string(answer)) : NULL;
}

int lathe_verb_keep(struct lathe_cli *cli)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    g_autoptr(GError) error = NULL;
    pid_t pid = keep_process(cli, library, &error);
    g_autofree char *name = pid != 0 ? keep_say(pid, cli->keep.name, &error) : NULL;

    if (name == NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    g_autofree char *shown = lathe_machines_shown(name);
    puts(shown);
    return LATHE_EXIT_OK;
}
