/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of actions, and the thread that does one. */
#include "app/actions/actions.h"

#include <glib/gi18n.h>

#include "app/actions/actions-private.h"
#include "app/library/last-words.h"

#define IN(state)  (1u << LATHE_WATCH_##state)
#define IDLE       (IN(OFF) | IN(CRASHED))
#define STILL      (IDLE | IN(SUSPENDED) | IN(TEMPLATE))
#define KEPT       (STILL | IN(BROKEN))
#define EACH       LATHE_ACTION_SEVERAL
#define WHOLE      (LATHE_ACTION_SEVERAL | LATHE_ACTION_ALL)
#define EVERYWHERE ((1u << LATHE_WATCH_STATES) - 1)

const struct lathe_action lathe_actions[LATHE_ACTIONS] = {
    {LATHE_ACTION_START, "start", N_("_Start"), N_("Switches the machine on."), "<Primary>Return",
     IDLE | IN(SUSPENDED), EACH},
    {LATHE_ACTION_SHOW, "show", N_("Show _Window"), N_("Brings the machine's window to the front."),
     "<Primary>e", IN(RUNNING) | IN(PAUSED) | IN(STOPPED), EACH},
    {LATHE_ACTION_RESUME, "resume", N_("_Resume"), N_("The machine goes on."), "<Primary>p",
     IN(PAUSED), EACH},
    {LATHE_ACTION_PAUSE, "pause", N_("_Pause"), N_("The machine stands still until it is resumed."),
     "<Primary>p", IN(RUNNING), EACH},
    {LATHE_ACTION_SUSPEND, "suspend", N_("Sus_pend"),
     N_("Saves what the machine is doing and ends it; it goes on from there when it is started."),
     "<Primary><Shift>p", IN(RUNNING) | IN(PAUSED), EACH},
    {LATHE_ACTION_STOP, "stop", N_("Shut _Down"),
     N_("Presses the power button, which the guest may heed."), "<Primary>d", IN(RUNNING), EACH},
    {LATHE_ACTION_FORCE_OFF, "force-off", N_("_Force Off"),
     N_("Pulls the plug: what the guest has not written is lost."), "<Primary><Shift>d",
     IN(STARTING) | IN(RUNNING) | IN(PAUSED) | IN(STOPPED), LATHE_ACTION_DANGEROUS | EACH},
    {LATHE_ACTION_RESET, "reset", N_("Re_set"),
     N_("Presses the reset button: what the guest has not written is lost."), "<Primary><Shift>r",
     IN(RUNNING) | IN(PAUSED), LATHE_ACTION_DANGEROUS | EACH},
    {LATHE_ACTION_RENAME, "rename", N_("Re_name…"), N_("Gives the machine another name."), "F2",
     STILL, LATHE_ACTION_TAKES_NAME},
    {LATHE_ACTION_GROUP, "group", N_("Move to _Group…"), N_("Shows the machine below a heading."),
     "<Primary>g", STILL, LATHE_ACTION_TAKES_NAME | WHOLE},
    {LATHE_ACTION_CLONE, "clone", N_("_Clone…"), N_("Makes a machine with copies of its disks."),
     "<Primary><Shift>c", IDLE | IN(TEMPLATE), LATHE_ACTION_TAKES_NAME | LATHE_ACTION_TAKES_WHILE},
    {LATHE_ACTION_LINK_CLONE, "link-clone", N_("_Linked Clone…"),
     N_("Makes a machine that shares what is on its disks now."), "<Primary><Shift>l",
     IDLE | IN(TEMPLATE), LATHE_ACTION_TAKES_NAME},
    {LATHE_ACTION_TEMPLATE, "template", N_("Make a _Template"),
     N_("Keeps the machine as it is, to make others of it; it does not run itself any more."), NULL,
     IDLE, WHOLE},
    {LATHE_ACTION_UNTEMPLATE, "untemplate", N_("Make a _Machine Again"),
     N_("The template becomes a machine that runs, if no clones share its disks."), NULL,
     IN(TEMPLATE), WHOLE},
    {LATHE_ACTION_SEEN, "seen", N_("For_get the Crash"), N_("The machine is shown as off again."),
     NULL, IN(CRASHED), EACH},
    {LATHE_ACTION_START_AFRESH, "start-afresh", N_("Start A_fresh"),
     N_("Forgets what the suspended machine was doing, and switches it on, as after a power cut."),
     NULL, IN(SUSPENDED), LATHE_ACTION_DANGEROUS | EACH},
    {LATHE_ACTION_DISCARD, "discard", N_("Disca_rd Saved State"),
     N_("Forgets what the suspended machine was doing: it starts afresh, as after a power cut."),
     NULL, IN(SUSPENDED), LATHE_ACTION_DANGEROUS | EACH},
    {LATHE_ACTION_FOLDER, "folder", N_("_Open Folder"), N_("Shows the machine's files."),
     "<Primary>o", EVERYWHERE, 0},
    {LATHE_ACTION_LOG, "log", N_("Show Lo_g"), N_("When it started, how it ended, what it said."),
     "<Primary>l", EVERYWHERE, LATHE_ACTION_GIVES_TEXT},
    {LATHE_ACTION_XML, "xml", N_("Show as libvirt _XML"), N_("The definition, for other programs."),
     NULL, EVERYWHERE, LATHE_ACTION_GIVES_TEXT},
    {LATHE_ACTION_QEMU, "qemu", N_("Show as _QEMU Command"),
     N_("The line that starts the same machine with QEMU."), NULL, EVERYWHERE & ~IN(BROKEN),
     LATHE_ACTION_GIVES_TEXT},
    {LATHE_ACTION_DELETE, "delete", N_("_Delete"), N_("Puts the machine aside; it can come back."),
     "Delete", KEPT, WHOLE},
};

bool lathe_action_is_possible(const struct lathe_action *action, enum lathe_watch_state state)
{
    return (action->states & 1u << state) != 0;
}

const struct lathe_action *lathe_action_default(enum lathe_watch_state state)
{
    static const enum lathe_action_id ids[] = {LATHE_ACTION_START, LATHE_ACTION_SHOW};

    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
        if (lathe_action_is_possible(&lathe_actions[ids[i]], state))
            return &lathe_actions[ids[i]];
    }
    return NULL;
}

char *lathe_action_plain_label(const char *label)
{
    GString *text = g_string_new(NULL);
    const char *brackets = g_strstr_len(label, -1, "(_");

    for (; *label != '\0'; label++) {
        if (label == brackets && label[2] != '\0' && label[3] == ')')
            label += 3;
        else if (*label != '_')
            g_string_append_c(text, *label);
    }
    return g_string_free(text, FALSE);
}

/* ---- doing ---- */

static char *action_seen(const struct action_call *call)
{
    lathe_last_words_seen(call->machine);
    return g_strdup("");
}

/* An end without a row of its own cannot come: the table has all ids. */
static char *action_call(enum lathe_action_id id, const struct action_call *call, GError **error)
{
    switch (id) {
    case LATHE_ACTION_START:
        return action_start(call, error);
    case LATHE_ACTION_SHOW:
        return action_say(call, "__org.lathe_vm_present", error);
    case LATHE_ACTION_RESUME:
        return action_say(call, "cont", error);
    case LATHE_ACTION_PAUSE:
        return action_say(call, "stop", error);
    case LATHE_ACTION_SUSPEND:
        return action_suspend(call, error);
    case LATHE_ACTION_STOP:
        return action_say(call, "system_powerdown", error);
    case LATHE_ACTION_FORCE_OFF:
        return action_say(call, "quit", error);
    case LATHE_ACTION_RESET:
        return action_say(call, "system_reset", error);
    case LATHE_ACTION_RENAME:
        return action_rename(call, error);
    case LATHE_ACTION_GROUP:
        return action_group(call, error);
    case LATHE_ACTION_CLONE:
    case LATHE_ACTION_LINK_CLONE:
        return action_clone(call, id == LATHE_ACTION_LINK_CLONE, error);
    case LATHE_ACTION_TEMPLATE:
    case LATHE_ACTION_UNTEMPLATE:
        return action_template(call, id == LATHE_ACTION_TEMPLATE, error);
    case LATHE_ACTION_START_AFRESH:
        return action_start_afresh(call, error);
    case LATHE_ACTION_DISCARD:
        return action_discard(call, error);
    case LATHE_ACTION_FOLDER:
        return action_folder(call, error);
    case LATHE_ACTION_LOG:
        return action_log(call, error);
    case LATHE_ACTION_XML:
        return action_xml(call, error);
    case LATHE_ACTION_QEMU:
        return action_qemu(call, error);
    case LATHE_ACTION_DELETE:
        return action_delete(call, error);
    default:
        return action_seen(call);
    }
}

char *lathe_action_do(const struct lathe_action *action, struct lathe_library *library,
                      struct lathe_machine *machine, const char *argument, GError **error)
{
    const struct action_call call = {library, machine, argument, NULL, NULL};

    return action_call(action->id, &call, error);
}

/* ---- on a thread ---- */

struct action_job {
    const struct lathe_action *action; /* NULL: the library's own jobs below */
    struct lathe_library *library;
    struct lathe_machine *machine; /* NULL: undelete */
    char *argument;
    unsigned position;
    GCancellable *cancellable; /* NULL, like told: nobody watches it */
    lathe_action_told *told;
    gpointer data; /* of told */
    gint percent;  /* atomic: told last */
    gint waiting;  /* atomic: the main loop has yet to tell */
};

static void action_job_free(gpointer data)
{
    struct action_job *job = data;

    lathe_library_free(job->library);
    lathe_machine_free(job->machine);
    g_clear_object(&job->cancellable);
    g_free(job->argument);
    g_free(job);
}

static char *action_bring_back(const struct action_job *job, GError **error)
{
    g_autoptr(lathe_machine) machine = lathe_library_undelete(job->library, job->argument, error);

    return machine != NULL ? g_strdup(machine->id) : NULL;
}

/* ---- one that is watched ---- */

static gboolean action_on_told(gpointer data)
{
    GTask *task = data;
    struct action_job *job = g_task_get_task_data(task);

    g_atomic_int_set(&job->waiting, FALSE);
    if (!g_task_get_completed(task))
        job->told(job->data, g_atomic_int_get(&job->percent) / 100.0);
    return G_SOURCE_REMOVE;
}

/* On the thread that works. */
static bool action_on_progress(void *opaque, uint64_t done, uint64_t total)
{
    GTask *task = opaque;
    struct action_job *job = g_task_get_task_data(task);
    int percent = total != 0 ? (int)((double)MIN(done, total) * 100 / (double)total) : 100;

    if (percent != g_atomic_int_get(&job->percent)) {
        g_atomic_int_set(&job->percent, percent);
        if (g_atomic_int_compare_and_exchange(&job->waiting, FALSE, TRUE))
            g_idle_add_full(G_PRIORITY_DEFAULT, action_on_told, g_object_ref(task), g_object_unref);
    }
    return !g_cancellable_is_cancelled(job->cancellable);
}

static char *action_job_do(GTask *task, const struct action_job *job, GError **error)
{
    const struct action_call call = {job->library, job->machine, job->argument,
                                     job->told != NULL ? action_on_progress : NULL, task};

    if (job->action != NULL)
        return action_call(job->action->id, &call, error);
    if (job->machine == NULL)
        return action_bring_back(job, error);
    return lathe_library_place(job->library, job->machine, job->position, error) ? g_strdup("")
                                                                                 : NULL;
}

static void action_on_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    GError *error = NULL;
    char *text = action_job_do(task, data, &error);

    if (text != NULL)
        g_task_return_pointer(task, text, g_free);
    else
        g_task_return_error(task, error);
}

/* The job is taken; its library is a handle of its own. */
static void action_run(struct action_job *job, GAsyncReadyCallback done, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, done, data);

    g_task_set_task_data(task, job, action_job_free);
    g_task_run_in_thread(task, action_on_thread);
}

static struct action_job *action_job_new(struct lathe_library *library,
                                         const struct lathe_machine *machine, const char *argument)
{
    struct action_job *job = g_new0(struct action_job, 1);

    job->library = lathe_library_open(lathe_library_get_folder(library));
    job->machine = machine != NULL ? lathe_machine_copy(machine) : NULL;
    job->argument = g_strdup(argument);
    return job;
}

void lathe_action_perform(const struct lathe_action *action, struct lathe_library *library,
                          const struct lathe_machine *machine, const char *argument,
                          GAsyncReadyCallback done, gpointer data)
{
    struct action_job *job = action_job_new(library, machine, argument);

    job->action = action;
    action_run(job, done, data);
}

void lathe_action_perform_watched(const struct lathe_action *action, struct lathe_library *library,
                                  const struct lathe_machine *machine, const char *argument,
                                  GCancellable *cancellable, lathe_action_told *told,
                                  GAsyncReadyCallback done, gpointer data)
{
    struct action_job *job = action_job_new(library, machine, argument);

    job->action = action;
    job->cancellable = g_object_ref(cancellable);
    job->told = told;
    job->data = data;
    action_run(job, done, data);
}

void lathe_action_undelete(struct lathe_library *library, const char *name,
                           GAsyncReadyCallback done, gpointer data)
{
    action_run(action_job_new(library, NULL, name), done, data);
}

void lathe_action_place(struct lathe_library *library, const struct lathe_machine *machine,
                        unsigned position, GAsyncReadyCallback done, gpointer data)
{
    struct action_job *job = action_job_new(library, machine, NULL);

    job->position = position;
    action_run(job, done, data);
}

char *lathe_action_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
