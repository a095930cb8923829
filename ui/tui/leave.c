/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leaving the library while machines run (leave.h). */
#include "ui/tui/leave.h"

#include <glib/gi18n.h>

#include "app/actions/actions.h"
#include "app/actions/leave.h"
#include "ui/tui/choice.h"

/* ---- doing ---- */

static void leave_suspended(gpointer opaque, unsigned left, const char *why)
{
    struct tui *tui = opaque;

    if (left == 0)
        tui_quit(tui);
    else
        tui_say(tui, TUI_BAD, "%s", why);
}

static void leave_as(struct tui *tui, LatheWatch *watch, enum lathe_leave leave)
{
    unsigned count = lathe_leave_count(watch);

    if (leave != LATHE_LEAVE_SUSPEND) {
        tui_quit(tui);
        return;
    }
    tui_say(tui, TUI_PLAIN, ngettext("Suspending %u machine…", "Suspending %u machines…", count),
            count);
    lathe_leave_suspend(watch, leave_suspended, tui);
}

/* ---- asking ---- */

/* The rows of the question. */
enum { LEAVE_CANCEL, LEAVE_RUN, LEAVE_SUSPEND, LEAVE_ALWAYS_RUN, LEAVE_ALWAYS_SUSPEND };

static void leave_answered(struct tui *tui, int chosen, void *opaque)
{
    bool suspend = chosen == LEAVE_SUSPEND || chosen == LEAVE_ALWAYS_SUSPEND;
    enum lathe_leave leave = suspend ? LATHE_LEAVE_SUSPEND : LATHE_LEAVE_RUNNING;

    if (chosen <= LEAVE_CANCEL)
        return;
    if (chosen >= LEAVE_ALWAYS_RUN)
        lathe_preferences_set_leave(leave);
    leave_as(tui, opaque, leave);
}

static void leave_add(struct tui_choice *choice, enum lathe_leave leave, bool always)
{
    g_autofree char *label = lathe_action_plain_label(lathe_leave_label(leave));
    /* Translators: an answer, "Suspend", that will not be asked for again */
    g_autofree char *shown =
        always ? g_strdup_printf(_("%s, and remember this"), label) : g_strdup(label);

    tui_choice_add(choice, 0, NULL, shown);
}

static void leave_ask(struct tui *tui, LatheWatch *watch, unsigned count)
{
    g_autofree char *question = lathe_leave_question(count);
    struct tui_choice *choice =
        tui_choice_new(_("Library"), question, leave_answered, g_object_ref(watch), g_object_unref);

    tui_choice_add(choice, 0, NULL, _("Cancel"));
    leave_add(choice, LATHE_LEAVE_RUNNING, false);
    leave_add(choice, LATHE_LEAVE_SUSPEND, false);
    leave_add(choice, LATHE_LEAVE_RUNNING, true);
    leave_add(choice, LATHE_LEAVE_SUSPEND, true);
    tui_choice_select(choice, LEAVE_RUN);
    tui_push(tui, tui_choice_view(choice));
}

void tui_leave(struct tui *tui, LatheWatch *watch)
{
    unsigned count = lathe_leave_count(watch);
    enum lathe_leave leave = lathe_preferences_get_leave();

    if (count == 0)
        tui_quit(tui);
    else if (leave == LATHE_LEAVE_ASK)
        leave_ask(tui, watch, count);
    else
        leave_as(tui, watch, leave);
}

/* ---- the preference ---- */

static void leave_chosen(struct tui *tui, int chosen, void *opaque)
{
    if (chosen >= 0)
        lathe_preferences_set_leave((enum lathe_leave)chosen);
}

void tui_leave_choose(struct tui *tui)
{
    struct tui_choice *choice =
        tui_choice_new(_("Library"), _("What becomes of running machines when the library is left"),
                       leave_chosen, NULL, NULL);

    for (int leave = 0; leave < LATHE_LEAVES; leave++) {
        g_autofree char *label = lathe_action_plain_label(lathe_leave_label((enum lathe_leave)leave));
        tui_choice_add(choice, 0, NULL, label);
    }
    tui_choice_select(choice, (int)lathe_preferences_get_leave());
    tui_push(tui, tui_choice_view(choice));
}
