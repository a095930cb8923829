/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One running machine: its process by a pidfd, which tells its end however it comes, and its state
 * by the events of its control socket.
 */
#include <glib-unix.h>
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

static void follow_on_status(void *opaque, JsonNode *answer, const char *complaint)
{
    char *words = NULL;
    enum lathe_watch_state state;

    if (answer == NULL)
        return;
    state = lathe_watch_state_of_answer(answer, &words);
    lathe_watch_entry_set_state(opaque, state, words);
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
