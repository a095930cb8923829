/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe edit NAME": a machine's definition changed by options, or as XML in the user's editor. */
#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/cli/machines.h"
#include "app/config/write.h"
#include "app/library/names.h"
#include "app/library/saved.h"
#include "app/plan/definition.h"
#include "app/plan/error.h"
#include "app/settings/make.h"

struct edit {
    struct lathe_cli *cli;
    struct lathe_library *library;
    struct lathe_machine *machine;
};

/* ---- by options ---- */

static bool edit_remove(const struct edit *edit, struct lathe_config *config, GError **error)
{
    const GPtrArray *removed = edit->cli->keep.removed;

    for (guint i = 0; i < removed->len; i++) {
        if (!lathe_config_remove_device(config, removed->pdata[i], error))
            return false;
    }
    return true;
}

static bool edit_settle(const struct edit *edit, GError **error)
{
    struct lathe_definition *definition = edit->cli->definition;
    const struct lathe_keep *keep = &edit->cli->keep;

    definition->name = g_strdup(keep->name);
    definition->title = g_strdup(keep->title);
    definition->description = g_strdup(keep->description);
    if (keep->name != NULL && !lathe_name_check(keep->name, error))
        return false;
    return lathe_group_check(keep->group != NULL ? keep->group : "", error) &&
           lathe_make_settle_files(definition, error);
}

/* What was made for a change that is not taken goes again. */
static bool edit_by_options(const struct edit *edit, uint64_t areas, GError **error)
{
    struct lathe_definition *definition = edit->cli->definition;
    g_autoptr(GPtrArray) made = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(lathe_config) config = NULL;
    bool done;

    if (!edit_settle(edit, error))
        return false;
    config = lathe_machine_read_config(edit->machine, error);
    done = config != NULL && edit_remove(edit, config, error) &&
           lathe_make_disks(definition, edit->machine->folder, made, error) &&
           lathe_config_write(config, definition, areas, error);
    if (done && lathe_cli_given(edit->cli, "group"))
        lathe_config_set_group(config, edit->cli->keep.group);
    done = done && lathe_make_check(config, error) &&
           lathe_library_write(edit->library, edit->machine, config, error);
    for (guint i = 0; i < made->len && !done; i++)
        g_unlink(made->pdata[i]);
    return done;
}

/* ---- by an editor ---- */

static const char *edit_editor(void)
{
    const char *visual = g_getenv("VISUAL"), *editor = g_getenv("EDITOR");

    if (visual != NULL && *visual != '\0')
        return visual;
    return editor != NULL && *editor != '\0' ? editor : "vi";
}

static bool edit_call(const char *path, GError **error)
{
    g_auto(GStrv) words = NULL;
    g_autoptr(GPtrArray) line = g_ptr_array_new();
    int status = 0;

    if (!g_shell_parse_argv(edit_editor(), NULL, &words, error))
        return false;
    for (size_t i = 0; words[i] != NULL; i++)
        g_ptr_array_add(line, words[i]);
    g_ptr_array_add(line, (char *)path);
    g_ptr_array_add(line, NULL);
    if (!g_spawn_sync(NULL, (char **)line->pdata, NULL,
                      G_SPAWN_SEARCH_PATH | G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL, NULL, NULL,
                      &status, error))
        return false;
    return (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
           lathe_error_input(error, "the editor '%s' gave up: the definition stays as it was",
                             words[0]);
}

/* Checks what came out of the editor; changed: is it another text? */
static bool edit_take(const struct edit *edit, const char *path, const char *before, GError **error)
{
    g_autofree char *after = NULL;
    gsize length;

    if (!g_file_get_contents(path, &after, &length, error))
        return false;
    if (strcmp(before, after) == 0) {
        puts(_("nothing was changed"));
        return true;
    }
    g_autoptr(lathe_config) config = lathe_config_parse(path, after, length, error);
    return config != NULL && lathe_library_write(edit->library, edit->machine, config, error);
}

/* A text that cannot be taken is left for another try. */
static bool edit_by_editor(const struct edit *edit, GError **error)
{
    g_autofree char *definition = lathe_machine_path(edit->machine, LATHE_MACHINE_DEFINITION);
    g_autofree char *before = NULL, *path = NULL;
    int fd;
    bool done;

    if (!g_file_get_contents(definition, &before, NULL, error))
        return false;
    fd = g_file_open_tmp("lathe-XXXXXX.xml", &path, error);
    if (fd < 0)
        return false;
    close(fd);
    if (!g_file_set_contents(path, before, -1, error) || !edit_call(path, error)) {
        g_unlink(path);
        return false;
    }
    done = edit_take(edit, path, before, error);
    if (done) {
        g_unlink(path);
        return true;
    }
    g_autofree char *hint =
        g_strdup_printf("\nthe definition stays as it was; the text is in %s", path);
    g_autofree char *message = g_strconcat((*error)->message, hint, NULL);
    g_clear_error(error);
    return lathe_error_input(error, "%s", message);
}

/* ---- the verb ---- */

static bool edit_run(const struct edit *edit, GError **error)
{
    struct lathe_cli *cli = edit->cli;
    uint64_t areas = lathe_machines_areas(cli);
    bool place = cli->keep.position != 0, template = lathe_cli_given(cli, "template");
    bool changes = areas != 0 || cli->keep.removed->len != 0 || lathe_cli_given(cli, "group");

    if (!changes && !cli->keep.xml && !place && !template)
        return lathe_error_input(error, "nothing to change: lathe help edit shows what can be, and "
                                        "--xml opens the definition in an editor");
    if (changes && cli->keep.xml)
        return lathe_error_input(error, "--xml and other changes exclude each other");
    if (changes && !edit_by_options(edit, areas, error))
        return false;
    if (cli->keep.xml && !edit_by_editor(edit, error))
        return false;
    if (template &&
        !lathe_library_set_template(edit->library, edit->machine, cli->keep.template, error))
        return false;
    return !place ||
           lathe_library_place(edit->library, edit->machine, cli->keep.position - 1, error);
}

/* A suspended machine has the devices that it has; its place in the list may change. */
static bool edit_check_state(const struct edit *edit, GError **error)
{
    const struct lathe_machine *machine = edit->machine;

    if (!lathe_saved_exists(machine) ||
        ((lathe_machines_areas(edit->cli) & ~LATHE_AREA_NAME) == 0 &&
         edit->cli->keep.removed->len == 0 && !edit->cli->keep.xml))
        return true;
    return lathe_error_input(error,
                             "'%s' is suspended: let it go on and shut it down first, or lathe "
                             "discard '%s' forgets what it was doing",
                             machine->name, machine->name);
}

int lathe_verb_edit(struct lathe_cli *cli)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(lathe_machine) machine = lathe_machines_take(library, cli, &error);
    const struct edit edit = {cli, library, machine};

    if (machine == NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    g_autoptr(lathe_lock) lock =
        lathe_lock_take(machine->folder, machine->name, LATHE_LOCK_EDIT, &error);
    if (lock == NULL || !edit_check_state(&edit, &error) || !edit_run(&edit, &error))
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    return LATHE_EXIT_OK;
}
