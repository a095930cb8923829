/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One running machine: its process by a pidfd, which tells its end however it comes, and its state
 * by the events of its control socket.
 */
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "app/control/control-path.h"
#include "app/watch/watch-private.h"

#define FOLLOW_RETRY_MS 100
#define FOLLOW_TRIES    100 /* after which it is taken to run without a socket that we know */

/* ---- states ---- */

static void follow_on_status(void *opaque, JsonNode *answer, const char *complaint);

static void follow_ask(struct watch_entry *entry)
{
    if (entry->link != NULL)
        lathe_link_call(entry->link, "query-status", NULL, follow_on_status, entry);
}

/* QEMU's words for it. */
static const struct follow_word {
    const char *status;
    enum lathe_watch_state state;
    const char *words;
} follow_words[] = {
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

static void follow_take_status(struct watch_entry *entry, const char *status)
{
    for (gsize i = 0; i < G_N_ELEMENTS(follow_words); i++) {
        const struct follow_word *row = &follow_words[i];
        if (strcmp(row->status, status) == 0) {
            lathe_watch_entry_set_state(entry, row->state,
                                        row->words != NULL ? g_strdup(_(row->words)) : NULL);
            return;
        }
    }
    lathe_watch_entry_set_state(entry, LATHE_WATCH_RUNNING, NULL);
}

static void follow_on_status(void *opaque, JsonNode *answer, const char *complaint)
{
    JsonObject *object =
        answer != NULL && JSON_NODE_HOLDS_OBJECT(answer) ? json_node_get_object(answer) : NULL;
    JsonNode *status = object != NULL ? json_object_get_member(object, "status") : NULL;

    if (status != NULL && JSON_NODE_HOLDS_VALUE(status) &&
        json_node_get_value_type(status) == G_TYPE_STRING)
        follow_take_status(opaque, json_node_get_string(status));
}

/* Any of those that can change it: the state is asked for, so that it is right whatever came. */
static void follow_on_event(void *opaque, const char *name, JsonObject *data)
{
    static const char *const changing[] = {
        "STOP",   "RESUME",         "SHUTDOWN",       "RESET",     "SUSPEND",
        "WAKEUP", "GUEST_PANICKED", "BLOCK_IO_ERROR", "POWERDOWN", NULL};

    if (g_strv_contains(changing, name))
        follow_ask(opaque);
}

/* ---- the socket ---- */

static void follow_on_closed(void *opaque)
{
    struct watch_entry *entry = opaque;

    lathe_pictures_drop(entry);
    g_clear_pointer(&entry->link, lathe_link_free);
    lathe_watch_entry_mark(entry, WATCH_DIRTY_USE);
}

static gboolean follow_on_retry(gpointer data)
{
    struct watch_entry *entry = data;

    entry->retry = 0;
    lathe_follow_socket(entry);
    return G_SOURCE_REMOVE;
}

/* Where there is no socket yet the folder of sockets tells; one that refuses will listen soon. */
static void follow_wait(struct watch_entry *entry)
{
    if (entry->tries++ < FOLLOW_TRIES)
        entry->retry = g_timeout_add(FOLLOW_RETRY_MS, follow_on_retry, entry);
    else
        lathe_watch_entry_set_state(entry, LATHE_WATCH_RUNNING, NULL);
}

void lathe_follow_socket(struct watch_entry *entry)
{
    static const struct lathe_link_ops ops = {follow_on_event, follow_on_closed};
    g_autofree char *path = lathe_control_path(entry->pid);

    if (entry->pid == 0 || entry->link != NULL)
        return;
    g_clear_handle_id(&entry->retry, g_source_remove);
    entry->link = lathe_link_new(path, &ops, entry, NULL);
    if (entry->link != NULL)
        follow_ask(entry);
    else
        follow_wait(entry);
}

/* ---- the process ---- */

static void follow_close_process(struct watch_entry *entry)
{
    g_clear_handle_id(&entry->process, g_source_remove);
    if (entry->pidfd >= 0)
        close(entry->pidfd);
    entry->pidfd = -1;
}

static gboolean follow_on_end(int fd, GIOCondition condition, gpointer data)
{
    struct watch_entry *entry = data;

    entry->process = 0;
    follow_close_process(entry);
    lathe_watch_entry_mark(entry, WATCH_DIRTY_USE);
    return G_SOURCE_REMOVE;
}

void lathe_follow_start(struct watch_entry *entry, pid_t pid)
{
    if (pid == entry->pid)
        return;
    lathe_follow_stop(entry);
    entry->pid = pid;
    entry->tries = 0;
    lathe_watch_entry_set_state(entry, LATHE_WATCH_STARTING, NULL);
    entry->pidfd = (int)syscall(SYS_pidfd_open, pid, 0); /* of a process that this one can see */
    if (entry->pidfd >= 0)
        entry->process = g_unix_fd_add(entry->pidfd, G_IO_IN, follow_on_end, entry);
    lathe_follow_socket(entry);
}

void lathe_follow_stop(struct watch_entry *entry)
{
    follow_close_process(entry);
    g_clear_handle_id(&entry->retry, g_source_remove);
    lathe_pictures_drop(entry);
    g_clear_pointer(&entry->link, lathe_link_free);
    entry->pid = 0;
}
