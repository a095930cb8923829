/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe delete NAME...": says what goes and what stays, puts machines aside, brings them back. */
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "app/cli/machines.h"
#include "app/library/contents.h"
#include "app/library/files.h"
#include "app/plan/error.h"
#include "app/plan/size.h"

/* ---- what goes ---- */

static void delete_show_files(const struct lathe_contents *contents)
{
    for (guint i = 0; i < contents->files->len; i++) {
        const struct lathe_content *file = contents->files->pdata[i];
        g_autofree char *size = lathe_size_format(file->size);
        g_autofree char *shown = lathe_machines_shown(file->name);
        printf("  %-24s %s\n", shown, size);
    }
    for (guint i = 0; i < contents->stays->len; i++) {
        g_autofree char *shown = lathe_machines_shown(contents->stays->pdata[i]);
        printf(_("stays: %s\n"), shown);
    }
}

static void delete_show(const struct lathe_machine *machine)
{
    g_autoptr(lathe_contents) contents = lathe_contents_read(machine);
    g_autofree char *size = lathe_size_format(contents->size);

    if (contents->link != NULL) {
        printf(_("only a link to the machine goes: %s; all of it stays in %s\n"), machine->folder,
               contents->link);
        return;
    }
    printf(_("goes: %s, %s\n"), machine->folder, size);
    delete_show_files(contents);
}

static bool delete_one(struct lathe_library *library, const struct lathe_cli *cli, const char *name,
                       GError **error)
{
    g_autoptr(lathe_machine) machine = lathe_library_find(library, name, error);

    if (machine == NULL)
        return false;
    delete_show(machine);
    if (cli->dry_run)
        return true;
    if (!lathe_library_delete(library, machine, error))
        return false;
    printf(_("'%s' was deleted; lathe delete --undo brings it back, lathe delete --purge frees the "
             "space\n"),
           machine->name);
    return true;
}

/* ---- what comes back, and what goes for good ---- */

/* name NULL: the one that was deleted last. */
static bool delete_undo(struct lathe_library *library, const struct lathe_cli *cli,
                        const char *name, GError **error)
{
    g_autoptr(lathe_machine) machine = lathe_library_undelete(library, name, error);

    if (machine == NULL)
        return false;
    printf(_("'%s' is back in %s\n"), machine->name, machine->folder);
    return true;
}

/* All of them, or those with a name. */
static bool delete_purge(struct lathe_library *library, const struct lathe_cli *cli,
                         const char *name, GError **error)
{
    g_autoptr(GPtrArray) machines = lathe_library_scan_deleted(library, error);
    unsigned count = 0;

    for (guint i = 0; i < machines->len; i++) {
        const struct lathe_machine *machine = machines->pdata[i];
        g_autofree char *size = lathe_size_format(lathe_files_disk_use(machine->folder));
        g_autofree char *shown = lathe_machines_shown(machine->name);
        if (name != NULL && strcmp(name, machine->name) != 0 && strcmp(name, machine->id) != 0)
            continue;
        count++;
        if (!cli->dry_run && !lathe_library_purge(library, machine, error))
            return false;
        printf("%s: %s (%s), %s\n", cli->dry_run ? "goes for good" : "gone for good", shown,
               machine->id, size);
    }
    return count != 0 || name == NULL ||
           lathe_error_input(error,
                             "no machine '%s' was deleted; lathe list --deleted shows those "
                             "that were",
                             name);
}

/* Without a NAME: the last of all, or all of them. */
static int delete_without_name(const struct lathe_cli *cli)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    g_autoptr(GError) error = NULL;
    bool done = (cli->keep.undo ? delete_undo : delete_purge)(library, cli, NULL, &error);

    return done ? LATHE_EXIT_OK : lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
}

int lathe_verb_delete(struct lathe_cli *cli)
{
    bool back = cli->keep.undo || cli->keep.purge;

    if (cli->keep.undo && (cli->keep.purge || cli->dry_run))
        return lathe_cli_fail(LATHE_EXIT_USAGE, _("--undo stands alone, with NAMEs or without"));
    if (back && cli->operands->len == 0)
        return delete_without_name(cli);
    return lathe_machines_each(cli, cli->keep.undo    ? delete_undo
                                    : cli->keep.purge ? delete_purge
                                                      : delete_one);
}
