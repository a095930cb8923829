/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * inotify on the main loop. Not IN_MODIFY: a running guest writes to its disks all the time; who
 * takes a lock touches its file instead (app/library/lock.c).
 */
#include "app/watch/notes.h"

#include <glib-unix.h>
#include <sys/inotify.h>
#include <unistd.h>

#define NOTES_MASK                                                                                 \
    (IN_CREATE | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_ONLYDIR)
#define NOTES_READ 8192u

struct lathe_notes {
    int fd;
    guint source;
    GHashTable *folders; /* number: about */
    lathe_notes_fn *told;
    void *opaque;
};

static void notes_tell(struct lathe_notes *notes, const struct inotify_event *event)
{
    void *about = g_hash_table_lookup(notes->folders, GINT_TO_POINTER(event->wd));

    if ((event->mask & IN_Q_OVERFLOW) != 0)
        notes->told(notes->opaque, NULL, "");
    else if ((event->mask & IN_IGNORED) != 0)
        g_hash_table_remove(notes->folders, GINT_TO_POINTER(event->wd));
    else if (about != NULL && event->len != 0)
        notes->told(notes->opaque, about, event->name);
}

static gboolean notes_on_bytes(int fd, GIOCondition condition, gpointer data)
{
    struct lathe_notes *notes = data;
    _Alignas(struct inotify_event) char bytes[NOTES_READ];
    ssize_t length = read(fd, bytes, sizeof(bytes));

    for (ssize_t at = 0; at < length;) {
        const struct inotify_event *event = (const struct inotify_event *)(bytes + at);
        notes_tell(notes, event);
        at += (ssize_t)(sizeof(*event) + event->len);
    }
    return G_SOURCE_CONTINUE;
}

struct lathe_notes *lathe_notes_new(lathe_notes_fn *told, void *opaque)
{
    struct lathe_notes *notes = g_new0(struct lathe_notes, 1);

    notes->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    notes->folders = g_hash_table_new(NULL, NULL);
    notes->told = told;
    notes->opaque = opaque;
    if (notes->fd >= 0)
        notes->source = g_unix_fd_add(notes->fd, G_IO_IN, notes_on_bytes, notes);
    return notes;
}

void lathe_notes_free(struct lathe_notes *notes)
{
    if (notes == NULL)
        return;
    g_clear_handle_id(&notes->source, g_source_remove);
    if (notes->fd >= 0)
        close(notes->fd);
    g_hash_table_unref(notes->folders);
    g_free(notes);
}

int lathe_notes_add(struct lathe_notes *notes, const char *folder, void *about)
{
    int number = notes->fd >= 0 ? inotify_add_watch(notes->fd, folder, NOTES_MASK) : -1;

    if (number >= 0)
        g_hash_table_insert(notes->folders, GINT_TO_POINTER(number), about);
    return number;
}

void lathe_notes_remove(struct lathe_notes *notes, int number)
{
    if (number >= 0 && g_hash_table_remove(notes->folders, GINT_TO_POINTER(number)))
        inotify_rm_watch(notes->fd, number);
}
