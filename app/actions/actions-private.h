/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the actions share. Each does one thing, and waits: see lathe_action_do. */
#ifndef LATHE_ACTIONS_ACTIONS_PRIVATE_H
#define LATHE_ACTIONS_ACTIONS_PRIVATE_H

#include "app/actions/actions.h"
#include "app/library/files.h"

struct action_call {
    struct lathe_library *library;
    struct lathe_machine *machine;
    const char *argument;
    lathe_progress progress; /* NULL: nobody wants to know */
    void *opaque;
};

char *action_start(const struct action_call *call, GError **error);
/* Says a command of QMP to the running machine. */
char *action_say(const struct action_call *call, const char *command, GError **error);
char *action_suspend(const struct action_call *call, GError **error);
char *action_start_afresh(const struct action_call *call, GError **error);
char *action_discard(const struct action_call *call, GError **error);
char *action_rename(const struct action_call *call, GError **error);
char *action_group(const struct action_call *call, GError **error);
char *action_clone(const struct action_call *call, bool linked, GError **error);
char *action_template(const struct action_call *call, bool template, GError **error);
char *action_delete(const struct action_call *call, GError **error);
char *action_folder(const struct action_call *call, GError **error);
char *action_log(const struct action_call *call, GError **error);
char *action_xml(const struct action_call *call, GError **error);
char *action_qemu(const struct action_call *call, GError **error);

#endif
