/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe import": a machine of the library, made of libvirt's XML, a QEMU command line, an OVA or
 * OVF package or a disk image. */
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "app/cli/machines.h"
#include "app/cli/task.h"
#include "app/config/paths.h"
#include "app/config/tree.h"
#include "app/exchange/appliance.h"
#include "app/exchange/import.h"
#include "app/library/names.h"
#include "app/plan/error.h"

static void import_tell(const GPtrArray *left)
{
    for (guint i = 0; left != NULL && i < left->len; i++)
        fprintf(stderr, _("lathe: not carried over: %s\n"), (const char *)left->pdata[i]);
}

/* XML begins with an angle bracket; anything else is a command line. */
static struct lathe_config *import_file(const char *path, GPtrArray **left, GError **error)
{
    g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, error);
    g_autofree char *text = NULL;

    if (file == NULL)
        return NULL;
    if (g_mapped_file_get_length(file) > LATHE_CONFIG_MAX_BYTES) {
        lathe_error_input(error, "'%s' is neither a definition nor a command line: it is too large",
                          path);
        return NULL;
    }
    text = g_strndup(g_mapped_file_get_contents(file), g_mapped_file_get_length(file));
    if (text[strspn(text, " \t\r\n\xef\xbb\xbf")] == '<')
        return lathe_config_read(path, error);
    g_autofree char *folder = g_path_get_dirname(path),
                    *whole = g_canonicalize_filename(folder, NULL);
    struct lathe_config *config = lathe_import_qemu_text(text, whole, left, error);
    if (config == NULL)
        g_prefix_error(error, "'%s': ", path);
    return config;
}

static struct lathe_config *import_words(GPtrArray *words, GPtrArray **left, GError **error)
{
    g_autofree char *folder = g_get_current_dir();

    g_ptr_array_add(words, NULL);
    return lathe_import_qemu((const char *const *)words->pdata, folder, left, error);
}

/* The name that it says or that was given; else the file's. A foreign one may be no name here. */
static char *import_name(const struct lathe_cli *cli, const struct lathe_config *config)
{
    g_autofree char *said = lathe_tree_text(lathe_tree_child(lathe_config_root(config), "name"));
    g_autofree char *file = g_path_get_basename(cli->operands->pdata[0]);
    char *dot = strrchr(file, '.');

    if (cli->keep.name != NULL)
        return g_strdup(cli->keep.name);
    if (dot != NULL && dot != file)
        *dot = '\0';
    return lathe_name_repair(said != NULL && *said != '\0' ? said
                             : cli->operands->len == 1     ? file
                                                           : "machine");
}

static struct lathe_draft *import_draft(const struct lathe_cli *cli, struct lathe_library *library,
                                        const struct lathe_config *config, GError **error)
{
    g_autofree char *name = import_name(cli, config);
    struct lathe_draft *draft = lathe_draft_new(library, name, error);

    if (draft == NULL && cli->keep.name == NULL)
        g_prefix_error(error, "choose another name with --name: ");
    return draft;
}

/* Names stand first: validators do not find them behind devices. */
static xmlNode *import_add_name(xmlNode *root, const char *text)
{
    xmlNode *name = lathe_tree_add(root, "name", text);

    xmlAddPrevSibling(root->children, name);
    return name;
}

static void import_identify(xmlNode *root)
{
    g_autofree char *uuid = g_uuid_string_random();
    xmlNode *name = lathe_tree_child(root, "name");

    if (name == NULL)
        name = import_add_name(root, "");
    if (lathe_tree_child(root, "uuid") == NULL)
        xmlAddNextSibling(name, lathe_tree_add(root, "uuid", uuid));
}

/* What others read has a name, too. */
static void import_print(const struct lathe_cli *cli, struct lathe_config *config)
{
    xmlNode *root = lathe_config_root(config);
    g_autofree char *name = import_name(cli, config);

    if (lathe_tree_child(root, "name") == NULL)
        import_add_name(root, name);
    g_autofree char *text = lathe_config_format(config);
    fputs(text, stdout);
}

static bool import_publish(struct lathe_draft *draft, struct lathe_config *config, GError **error)
{
    import_identify(lathe_config_root(config));
    g_autoptr(lathe_machine) machine = lathe_draft_publish(draft, config, error);
    if (machine == NULL)
        return false;
    printf(_("'%s' was made in %s\n"), machine->name, machine->folder);
    return true;
}

static bool import_keep(const struct lathe_cli *cli, struct lathe_config *config, GError **error)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    g_autofree char *folder = g_path_get_dirname(cli->operands->pdata[0]);
    g_autofree char *whole = g_canonicalize_filename(folder, NULL);
    g_autoptr(lathe_draft) draft = import_draft(cli, library, config, error);

    if (draft == NULL)
        return false;
    lathe_config_make_whole(config, whole);
    return import_publish(draft, config, error);
}

/* ---- packages and disks ---- */

/* Its disks come into the machine's folder, which nobody sees before it is whole. */
static bool import_unpack(const struct lathe_cli *cli, struct lathe_appliance *appliance,
                          const struct lathe_config *plan, struct lathe_task *task, GError **error)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    g_autoptr(lathe_draft) draft = import_draft(cli, library, plan, error);

    if (draft == NULL)
        return false;
    g_autoptr(lathe_config) config =
        lathe_appliance_unpack(appliance, lathe_draft_get_folder(draft), task, error);
    return config != NULL && import_publish(draft, config, error);
}

static int import_appliance(const struct lathe_cli *cli, struct lathe_task *task)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(lathe_appliance) appliance = lathe_appliance_open(cli->operands->pdata[0], &error);
    g_autoptr(lathe_config) config =
        appliance != NULL ? lathe_appliance_unpack(appliance, NULL, task, &error) : NULL;

    if (config == NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    if (cli->keep.print)
        import_print(cli, config);
    else if (!import_unpack(cli, appliance, config, task, &error))
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    fflush(stdout);
    import_tell(lathe_appliance_get_left(appliance));
    return LATHE_EXIT_OK;
}

static int import_take_appliance(const struct lathe_cli *cli)
{
    struct lathe_task task;

    lathe_cli_task_begin(&task);
    return lathe_cli_task_end(import_appliance(cli, &task));
}

/* What of it does not work here is for "lathe show" to say; what is wrong is not taken. */
int lathe_verb_import(struct lathe_cli *cli)
{
    g_autoptr(GPtrArray) left = NULL;
    g_autoptr(GError) error = NULL;

    if (cli->operands->len == 0)
        return lathe_cli_fail(LATHE_EXIT_USAGE,
                              _("lathe import takes a FILE, or a command line: lathe import -- "
                                "qemu-system-x86_64 ARGUMENTS..."));
    if (cli->operands->len == 1 &&
        lathe_appliance_look(cli->operands->pdata[0]) != LATHE_APPLIANCE_NONE)
        return import_take_appliance(cli);
    g_autoptr(lathe_config) config = cli->operands->len == 1
                                         ? import_file(cli->operands->pdata[0], &left, &error)
                                         : import_words(cli->operands, &left, &error);
    if (config == NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    if (cli->keep.print)
        import_print(cli, config);
    else if (!import_keep(cli, config, &error))
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    fflush(stdout);
    import_tell(left);
    return LATHE_EXIT_OK;
}
