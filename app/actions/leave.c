/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leaving the library while machines run (leave.h). */
#include "app/actions/leave.h"

#include <glib/gi18n.h>

#include "app/actions/actions.h"

struct leave {
    unsigned waiting, left;
    GString *why;
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

/* The one that began counts, too, so that none ends it early. */
static void leave_ended(struct leave *leave)
{
    if (--leave->waiting != 0)
        return;
    leave->done(leave->opaque, leave->left, leave->left != 0 ? leave->why->str : NULL);
    g_string_free(leave->why, TRUE);
    g_free(leave);
}

static void leave_on_suspended(GObject *source, GAsyncResult *result, gpointer data)
{
    struct leave *leave = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = lathe_action_finish(result, &error);

    if (text == NULL) {
        g_string_append_printf(leave->why, "%s%s", leave->left != 0 ? "\n" : "", error->message);
        leave->left++;
    }
    leave_ended(leave);
}

void lathe_leave_suspend(LatheWatch *watch, lathe_leave_done *done, gpointer opaque)
{
    struct leave *leave = g_new0(struct leave, 1);

    *leave = (struct leave){1, 0, g_string_new(NULL), done, opaque};
    for (unsigned i = 0; i < lathe_watch_get_count(watch); i++) {
        const struct lathe_watched *watched = lathe_watch_get(watch, i);
        if (!leave_runs(watched))
            continue;
        leave->waiting++;
        lathe_action_perform(&lathe_actions[LATHE_ACTION_SUSPEND], lathe_watch_get_library(watch),
                             watched->machine, NULL, leave_on_suspended, leave);
    }
    leave_ended(leave);
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
