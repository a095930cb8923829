/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of states: their words for programs and for people, and those that QMP has; and one
 * machine's state for who only looks once. */
#include <glib/gi18n.h>
#include <string.h>

#include "app/control/control-client.h"
#include "app/control/control-path.h"
#include "app/library/last-words.h"
#include "app/library/saved.h"
#include "app/watch/watch-private.h"

#define STATE_PATIENCE 1000 /* ms; who does not answer until then runs, as far as one knows */

static const struct state_row {
    const char *name, *label;
    bool live;
} state_rows[LATHE_WATCH_STATES] = {
    [LATHE_WATCH_OFF] = {"off", NC_("machine", "Off"), false},
    [LATHE_WATCH_STARTING] = {"starting", NC_("machine", "Starting"), true},
    [LATHE_WATCH_RUNNING] = {"running", NC_("machine", "Running"), true},
    [LATHE_WATCH_PAUSED] = {"paused", NC_("machine", "Paused"), true},
    [LATHE_WATCH_STOPPED] = {"stopped", NC_("machine", "Stopped"), true},
    [LATHE_WATCH_SUSPENDED] = {"suspended", NC_("machine", "Suspended"), false},
    [LATHE_WATCH_TEMPLATE] = {"template", NC_("machine", "Template"), false},
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

/* ---- QMP's states ---- */

static const struct state_word {
    const char *status;
    enum lathe_watch_state state;
    const char *words;
} state_words[] = {
    {"running", LATHE_WATCH_RUNNING, NULL},
    {"prelaunch", LATHE_WATCH_STARTING, NULL},
    {"paused", LATHE_WATCH_PAUSED, NULL},
    {"debug", LATHE_WATCH_PAUSED, N_("A debugger stopped it.")},
    {"suspended", LATHE_WATCH_RUNNING, N_("It sleeps.")},
    {"io-error", LATHE_WATCH_PAUSED, N_("It waits, as something of this computer is missing.")},
    {"shutdown", LATHE_WATCH_STOPPED, N_("The guest has powered off.")},
    {"guest-panicked", LATHE_WATCH_STOPPED, N_("The guest's system has crashed.")},
    {"internal-error", LATHE_WATCH_STOPPED, N_("The machine stopped by an internal error.")},
};

static const char *state_status(JsonNode *answer)
{
    JsonObject *object = JSON_NODE_HOLDS_OBJECT(answer) ? json_node_get_object(answer) : NULL;
    JsonNode *status = object != NULL ? json_object_get_member(object, "status") : NULL;

    return status != NULL && JSON_NODE_HOLDS_VALUE(status) &&
                   json_node_get_value_type(status) == G_TYPE_STRING
               ? json_node_get_string(status)
               : "";
}

enum lathe_watch_state lathe_watch_state_of_answer(JsonNode *answer, char **words)
{
    const char *status = state_status(answer);

    *words = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(state_words); i++) {
        const struct state_word *row = &state_words[i];
        if (strcmp(row->status, status) != 0)
            continue;
        *words = row->words != NULL ? g_strdup(_(row->words)) : NULL;
        return row->state;
    }
    return LATHE_WATCH_RUNNING;
}

/* ---- looking once ---- */

enum lathe_watch_state lathe_watch_state_idle(const struct lathe_machine *machine, char **words)
{
    bool failed;

    *words = g_strdup(machine->problem);
    if (*words != NULL)
        return LATHE_WATCH_BROKEN;
    if (machine->template)
        return LATHE_WATCH_TEMPLATE;
    failed = lathe_last_words_read(machine, words);
    if (!lathe_saved_exists(machine))
        return failed ? LATHE_WATCH_CRASHED : LATHE_WATCH_OFF;
    if (!failed)
        *words = lathe_saved_describe(machine);
    return LATHE_WATCH_SUSPENDED;
}

static enum lathe_watch_state state_ask(pid_t pid, char **words)
{
    g_autofree char *path = lathe_control_path(pid);
    struct lathe_control *control = lathe_control_connect(path, STATE_PATIENCE, NULL);
    g_autoptr(JsonNode) answer =
        control != NULL ? lathe_control_call(control, "query-status", NULL, NULL) : NULL;

    lathe_control_free(control);
    return answer != NULL ? lathe_watch_state_of_answer(answer, words) : LATHE_WATCH_RUNNING;
}

enum lathe_watch_state lathe_watch_state_of(const struct lathe_machine *machine, char **words)
{
    *words = NULL;
    if (machine->use == LATHE_LOCK_RUN)
        return machine->pid != 0 ? state_ask(machine->pid, words) : LATHE_WATCH_RUNNING;
    if (machine->use == LATHE_LOCK_EDIT)
        return LATHE_WATCH_EDITED;
    return lathe_watch_state_idle(machine, words);
}
