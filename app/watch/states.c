/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of states: their words for programs and for people. */
#include <glib/gi18n.h>

#include "app/watch/watch.h"

static const struct state_row {
    const char *name, *label;
    bool live;
} state_rows[LATHE_WATCH_STATES] = {
    [LATHE_WATCH_OFF] = {"off", NC_("machine", "Off"), false},
    [LATHE_WATCH_STARTING] = {"starting", NC_("machine", "Starting"), true},
    [LATHE_WATCH_RUNNING] = {"running", NC_("machine", "Running"), true},
    [LATHE_WATCH_PAUSED] = {"paused", NC_("machine", "Paused"), true},
    [LATHE_WATCH_STOPPED] = {"stopped", NC_("machine", "Stopped"), true},
    [LATHE_WATCH_CRASHED] = {"crashed", NC_("machine", "Crashed"), false},
    [LATHE_WATCH_BROKEN] = {"broken", NC_("machine", "Broken"), false},
    [LATHE_WATCH_EDITED] = {"edited", NC_("machine", "Being Changed"), false},
};

const char *lathe_watch_state_name(enum lathe_watch_state state)
{
    return state_rows[state].name;
}

const char *lathe_watch_state_label(enum lathe_watch_state state)
{
    return g_dpgettext2(NULL, "machine", state_rows[state].label);
}

bool lathe_watch_state_is_live(enum lathe_watch_state state)
{
    return state_rows[state].live;
}
