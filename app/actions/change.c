/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Actions that change the library: names, groups, clones, machines put aside. */
#include <glib/gi18n.h>
#include <string.h>

#include "app/actions/actions-private.h"
#include "app/config/config.h"
#include "app/config/tree.h"
#include "app/config/write.h"
#include "app/library/clone.h"
#include "app/library/contents.h"
#include "app/library/names.h"

/* ---- the definition ---- */

typedef void change_fn(struct lathe_config *config, const char *argument);

static char *change_definition(const struct action_call *call, change_fn *change, GError **error)
{
    struct lathe_machine *machine = call->machine;
    g_autoptr(lathe_lock) lock =
        lathe_lock_take(machine->folder, machine->name, LATHE_LOCK_EDIT, error);
    g_autoptr(lathe_config) config =
        lock != NULL ? lathe_machine_read_config(machine, error) : NULL;

    if (config == NULL)
        return NULL;
    change(config, call->argument);
    return lathe_library_write(call->library, machine, config, error) ? g_strdup("") : NULL;
}

static void change_name(struct lathe_config *config, const char *name)
{
    lathe_tree_set_text(lathe_tree_need(lathe_config_root(config), "name"), name);
}

char *action_rename(const struct action_call *call, GError **error)
{
    return change_definition(call, change_name, error);
}

static void change_group(struct lathe_config *config, const char *group)
{
    lathe_config_set_group(config, *group != '\0' ? group : NULL);
}

char *action_group(const struct action_call *call, GError **error)
{
    if (!lathe_group_check(call->argument, error))
        return NULL;
    return change_definition(call, change_group, error);
}

/* ---- machines ---- */

char *action_clone(const struct action_call *call, bool linked, GError **error)
{
    const struct lathe_clone_options options = {.name = call->argument,
                                                .linked = linked,
                                                .progress = call->progress,
                                                .opaque = call->opaque};
    g_autoptr(lathe_machine) made =
        lathe_library_clone(call->library, call->machine, &options, error);

    return made != NULL ? g_strdup(made->id) : NULL;
}

char *action_template(const struct action_call *call, bool template, GError **error)
{
    struct lathe_machine *machine = call->machine;
    g_autoptr(lathe_lock) lock =
        lathe_lock_take(machine->folder, machine->name, LATHE_LOCK_EDIT, error);
    bool done = lock != NULL && lathe_library_set_template(call->library, machine, template, error);

    return done ? g_strdup("") : NULL;
}

/* What went, by size, and what stays, as sentences. */
static char *delete_describe(const struct lathe_machine *machine,
                             const struct lathe_contents *contents)
{
    g_autofree char *size = g_format_size_full(contents->size, G_FORMAT_SIZE_IEC_UNITS);
    GString *text = g_string_new(NULL);

    if (contents->link != NULL) {
        g_string_append_printf(text, _("The link to “%s” was removed. All of it stays in %s."),
                               machine->name, contents->link);
        return g_string_free(text, FALSE);
    }
    g_string_append_printf(text,
                           ngettext("“%s” was deleted: %u file, %s.",
                                    "“%s” was deleted: %u files, %s.", contents->files->len),
                           machine->name, contents->files->len, size);
    for (guint i = 0; i < contents->stays->len; i++) {
        g_string_append_c(text, '\n');
        g_string_append_printf(text, _("%s stays."), (const char *)contents->stays->pdata[i]);
    }
    return g_string_free(text, FALSE);
}

char *action_delete(const struct action_call *call, GError **error)
{
    g_autoptr(lathe_contents) contents = lathe_contents_read(call->machine);
    g_autofree char *text = delete_describe(call->machine, contents);

    return lathe_library_delete(call->library, call->machine, error) ? g_steal_pointer(&text)
                                                                     : NULL;
}
