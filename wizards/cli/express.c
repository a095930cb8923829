/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe create --express": the answers from a file or a dialog, and the machine. */
#include "app/cli/express.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/config/write.h"
#include "app/plan/error.h"
#include "app/settings/make.h"
#include "wizards/express/express.h"
#include "wizards/flow/dialog.h"
#include "wizards/flow/files.h"

/* The installer that the options name. */
static bool express_look(const struct lathe_definition *definition, struct lathe_start *start,
                         GError **error)
{
    const char *path = definition->kernel;

    for (unsigned i = 0; path == NULL && i < definition->disks; i++) {
        if (definition->disk[i].cdrom)
            path = definition->disk[i].path;
    }
    *start = (struct lathe_start){.path = NULL};
    return (path != NULL || lathe_error_input(error, "--express installs from --cdrom, or from an "
                                                     "installer's --kernel and --initrd")) &&
           lathe_start_look(path, start, error);
}

static bool express_ask(struct lathe_answers *answers, const char *how, GError **error)
{
    if (strcmp(how, "ask") != 0)
        return lathe_answers_load(answers, how, error);
    if (!isatty(STDIN_FILENO))
        return lathe_error_input(error, "--express ask needs a terminal; give a FILE of answers");
    return lathe_dialog_run(answers, stdin, stdout) ||
           lathe_error_input(error, "the answers ended too early");
}

/* Without a disk the machine gets the one that this system should have. */
static bool express_add_disk(const struct lathe_start *start, struct lathe_definition *definition,
                             GError **error)
{
    struct lathe_advice advice;

    for (unsigned i = 0; i < definition->disks; i++) {
        if (!definition->disk[i].cdrom)
            return true;
    }
    lathe_start_advise(start, &advice);
    g_autofree char *option = g_strdup_printf("size=%" G_GUINT64_FORMAT ",bus=%s",
                                              MAX(advice.disk, UINT64_C(20) << 30), advice.bus);
    return lathe_definition_add_disk(definition, option, error);
}

struct lathe_machine *lathe_cli_make_express(struct lathe_library *library,
                                             struct lathe_definition *definition, uint64_t areas,
                                             const char *how, GError **error)
{
    struct lathe_machine *machine = NULL;
    struct lathe_start start;

    if (!express_look(definition, &start, error))
        return NULL;
    struct lathe_answers *answers = lathe_express_answers(&start, definition->name);
    if (express_ask(answers, how, error) && express_add_disk(&start, definition, error) &&
        lathe_express_check(answers, definition, error))
        machine = lathe_make_machine_with(library, definition, areas | LATHE_EXPRESS_AREAS,
                                          lathe_express_prepare, answers, error);
    lathe_answers_free(answers);
    lathe_start_clear(&start);
    return machine;
}
