/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe create NAME": a new machine in the library, made by the options of "run". */
#include <stdio.h>
#include <string.h>

#include "app/cli/inputs.h"
#include "app/cli/machines.h"
#include "app/config/write.h"
#include "app/library/names.h"
#include "app/plan/definition.h"
#include "app/plan/error.h"

/* What every new machine says of itself, whatever the options are. */
#define CREATE_AREAS                                                                               \
    (LATHE_AREA_NAME | LATHE_AREA_BOARD | LATHE_AREA_MEMORY | LATHE_AREA_TOPOLOGY |                \
     LATHE_AREA_CPU | LATHE_AREA_FIRMWARE | LATHE_AREA_NETS | LATHE_AREA_SERIALS |                 \
     LATHE_AREA_GPU | LATHE_AREA_DISKS)

/* A document says all that it has: what "run" adds by itself is written down. */
static bool create_settle(struct lathe_cli *cli, GError **error)
{
    struct lathe_definition *definition = cli->definition;
    const struct lathe_keep *keep = &cli->keep;

    definition->name = g_strdup(cli->operands->pdata[0]);
    definition->uuid = g_uuid_string_random();
    definition->title = g_strdup(keep->title);
    definition->description = g_strdup(keep->description);
    if (!cli->memory_given)
        lathe_inputs_settle_memory(definition);
    if (definition->nets == 0 && !definition->no_net &&
        !lathe_definition_add_net(definition, "user", error))
        return false;
    if (definition->serials == 0 && !lathe_definition_add_serial(definition, "default", error))
        return false;
    return lathe_group_check(keep->group != NULL ? keep->group : "", error) &&
           lathe_machines_settle_files(definition, error);
}

static struct lathe_machine *create_in(struct lathe_draft *draft, struct lathe_cli *cli,
                                       GError **error)
{
    const char *folder = lathe_draft_get_folder(draft);
    g_autofree char *path = g_build_filename(folder, LATHE_MACHINE_DEFINITION, NULL);
    g_autoptr(lathe_config) config = lathe_config_new(path);
    g_autoptr(GPtrArray) made = g_ptr_array_new_with_free_func(g_free);

    if (!lathe_machines_make_disks(cli->definition, folder, made, error) ||
        !lathe_config_write(config, cli->definition, CREATE_AREAS | lathe_machines_areas(cli),
                            error))
        return NULL;
    lathe_config_set_group(config, cli->keep.group);
    return lathe_machines_check(config, error) ? lathe_draft_publish(draft, config, error) : NULL;
}

int lathe_verb_create(struct lathe_cli *cli)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    g_autoptr(GError) error = NULL;

    if (cli->operands->len != 1)
        return lathe_cli_fail(LATHE_EXIT_USAGE, "lathe create takes one NAME, the new machine's");
    if (!create_settle(cli, &error))
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    g_autoptr(lathe_draft) draft = lathe_draft_new(library, cli->operands->pdata[0], &error);
    g_autoptr(lathe_machine) machine = draft != NULL ? create_in(draft, cli, &error) : NULL;
    if (machine == NULL)
        return lathe_cli_fail(LATHE_EXIT_USAGE, error->message);
    printf("'%s' was made in %s\n", machine->name, machine->folder);
    return LATHE_EXIT_OK;
}
