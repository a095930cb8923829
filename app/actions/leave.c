/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leaving the library while machines run (leave.h). */
#include "app/actions/leave.h"

#include <glib/gi18n.h>

#include "app/actions/several.h"

struct leave {
    lathe_leave_done *done;
    gpointer opaque;
};

static bool leave_runs(const struct lathe_watched *watched)
{
    return lathe_action_is_possible(&lathe_actions[LATHE_ACTION_SUSPEND], watched->state);
}

unsigned lathe_leave_count(LatheWatch *watch)
{
    unsigned count = 0;

    for (unsigned i = 0; i < lathe_watch_get_count(watch); i++)
        count += leave_runs(lathe_watch_get(watch, i));
    return count;
}

static void leave_on_suspended(gpointer opaque, const struct lathe_several *several)
{
    struct leave *leave = opaque;

    leave->done(leave->opaque, several->failed, several->why);
    g_free(leave);
}

void lathe_leave_suspend(LatheWatch *watch, lathe_leave_done *done, gpointer opaque)
{
    struct leave *leave = g_new(struct leave, 1);
    g_autoptr(GPtrArray) machines = g_ptr_array_new();

    *leave = (struct leave){done, opaque};
    for (unsigned i = 0; i < lathe_watch_get_count(watch); i++) {
        const struct lathe_watched *watched = lathe_watch_get(watch, i);
        if (leave_runs(watched))
            g_ptr_array_add(machines, watched->machine);
    }
    lathe_several_perform(&lathe_actions[LATHE_ACTION_SUSPEND], lathe_watch_get_library(watch),
                          machines, NULL, leave_on_suspended, leave);
}

/* ---- words ---- */

char *lathe_leave_question(unsigned count)
{
    return g_strdup_printf(ngettext("%u machine is running. What is to become of it?",
                                    "%u machines are running. What is to become of them?", count),
                           count);
}

const char *lathe_leave_label(enum lathe_leave leave)
{
    return leave == LATHE_LEAVE_ASK       ? _("_Ask")
           : leave == LATHE_LEAVE_RUNNING ? _("_Leave Running")
                                          : _("_Suspend");
}
