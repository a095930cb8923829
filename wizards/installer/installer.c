/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The flow: its steps in order, each with its part of the parameters. */
#include "wizards/installer/installer.h"

#include <glib/gi18n.h>

#include "wizards/installer/automatic.h"
#include "wizards/installer/systems.h"

/* The part of the system's writer that a step has, if its installer knows of such. */
static void apply_part(const struct lathe_answers *answers, struct lathe_outcome *outcome,
                       installer_write part)
{
    if (part != NULL)
        part(answers, lathe_outcome_file(outcome, INSTALLER_PARAMETERS));
}

#define APPLY(name)                                                                                \
    static void apply_##name(const struct lathe_answers *answers, struct lathe_outcome *outcome)   \
    {                                                                                              \
        const struct installer_system *system = installer_system_of(answers);                      \
        apply_part(answers, outcome, system != NULL ? system->writer->name : NULL);                \
    }
APPLY(device)
APPLY(address)
APPLY(disks)

static void apply_source(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    const struct installer_system *system = installer_system_of(answers);

    apply_part(answers, outcome, system != NULL ? system->writer->source : NULL);
    apply_part(answers, outcome, system != NULL ? system->writer->access : NULL);
}

static void apply_system(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    const struct installer_system *system = installer_system_of(answers);

    if (system != NULL)
        installer_line(lathe_outcome_file(outcome, INSTALLER_PARAMETERS), "%s",
                       installer_on_z(answers) ? system->preset_z : system->preset_pc);
}

static const struct lathe_step installer_steps[] = {
    {"system", N_("System"), installer_system_questions, .apply = apply_system},
    {"information", N_("What to have at hand"), .enter = installer_information_enter},
    {"device", N_("Network device"), installer_device_questions,
     .validate = installer_device_validate, .apply = apply_device},
    {"address", N_("Network address"), installer_address_questions,
     .validate = installer_address_validate, .apply = apply_address},
    {"source", N_("Installation source"), installer_source_questions,
     .validate = installer_source_validate, .apply = apply_source},
    {"disks", N_("Disks"), installer_disk_questions, .apply = apply_disks},
    {"automatic", N_("File of answers"), installer_automatic_questions,
     .validate = installer_automatic_validate, .apply = installer_automatic_apply},
    {"target", N_("Parameters"), installer_target_questions, .validate = installer_target_validate,
     .apply = installer_target_apply},
    {NULL},
};

const struct lathe_flow lathe_installer_flow = {
    "installer", N_("Installer parameters"),
    N_("What a Linux installer is told on its command line, on IBM Z or a PC"), installer_steps,
    installer_complete};
