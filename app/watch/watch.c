/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of machines, kept like the folder is. Whatever a note says only marks what is looked at
 * again; one idle source does all the looking, a few milliseconds at a time.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "app/control/control-path.h"
#include "app/library/files.h"
#include "app/library/saved.h"
#include "app/watch/watch-private.h"

#define WATCH_SLICE_US  6000 /* of work between two looks at what is more urgent */
#define WATCH_AGAIN_MS  120  /* a lock goes a moment after its file is closed */
#define WATCH_RESCAN_MS 40   /* so that changes that come together are one */

struct _LatheWatch {
    GObject parent;
    struct lathe_library *library;
    GPtrArray *entries; /* of struct watch_entry *, in their order */
    GHashTable *by_id;
    struct lathe_notes *notes;
    char *sockets; /* their folder */
    GQueue work;   /* of struct watch_entry * with something dirty */
    guint worker, rescan;
    bool unsorted; /* names are known that were not when it was sorted */
};

G_DEFINE_FINAL_TYPE(LatheWatch, lathe_watch, G_TYPE_OBJECT)

enum { WATCH_ADDED, WATCH_REMOVED, WATCH_CHANGED, WATCH_REORDERED, WATCH_SETTLED, WATCH_SIGNALS };

static guint watch_signals[WATCH_SIGNALS];

/* ---- one machine ---- */

void lathe_watch_entry_emit_changed(struct watch_entry *entry)
{
    g_signal_emit(entry->watch, watch_signals[WATCH_CHANGED], 0, entry->index);
}

void lathe_watch_entry_set_state(struct watch_entry *entry, enum lathe_watch_state state,
                                 char *words)
{
    struct lathe_watched *shown = &entry->shown;
    bool same = shown->state == state && g_strcmp0(shown->words, words) == 0;

    g_free(shown->words);
    shown->words = words;
    shown->state = state;
    if (!same)
        lathe_watch_entry_emit_changed(entry);
}

/* What it is while nobody uses it. */
static void watch_settle_idle(struct watch_entry *entry)
{
    char *words = NULL;
    enum lathe_watch_state state = lathe_watch_state_idle(entry->shown.machine, &words);

    lathe_watch_entry_set_state(entry, state, words);
}

static void watch_settle(struct watch_entry *entry)
{
    struct lathe_machine *machine = entry->shown.machine;
    bool was_live = entry->pid != 0;

    machine->use = lathe_lock_look(machine->folder, &machine->pid);
    if (machine->use == LATHE_LOCK_RUN && machine->pid != 0) {
        lathe_follow_start(entry, machine->pid);
        return;
    }
    lathe_follow_stop(entry);
    if (was_live)
        entry->shown.disk_use = lathe_files_disk_use(machine->folder);
    if (machine->use == LATHE_LOCK_RUN)
        lathe_watch_entry_set_state(entry, LATHE_WATCH_RUNNING, NULL);
    else if (machine->use == LATHE_LOCK_EDIT)
        lathe_watch_entry_set_state(entry, LATHE_WATCH_EDITED, NULL);
    else
        watch_settle_idle(entry);
}

static void watch_read(struct watch_entry *entry)
{
    struct lathe_machine *machine = entry->shown.machine;

    lathe_machine_read(machine);
    entry->shown.disk_use = lathe_files_disk_use(machine->folder);
    entry->shown.read = true;
    entry->watch->unsorted = true;
    lathe_watch_entry_emit_changed(entry);
}

static void watch_work_on(struct watch_entry *entry)
{
    struct lathe_notes *notes = entry->watch->notes;
    unsigned dirty = entry->dirty;

    entry->dirty = 0;
    entry->queued = false;
    if ((dirty & WATCH_DIRTY_FOLDER) != 0) {
        lathe_notes_remove(notes, entry->note);
        entry->note = lathe_notes_add(notes, entry->shown.machine->folder, entry);
    }
    if ((dirty & WATCH_DIRTY_DEFINITION) != 0)
        watch_read(entry);
    if ((dirty & (WATCH_DIRTY_USE | WATCH_DIRTY_DEFINITION)) != 0)
        watch_settle(entry);
}

/* ---- the order ---- */

static void watch_number(LatheWatch *watch)
{
    for (guint i = 0; i < watch->entries->len; i++)
        ((struct watch_entry *)watch->entries->pdata[i])->index = i;
}

static struct watch_entry *watch_find_entry(LatheWatch *watch, const char *id)
{
    return g_hash_table_lookup(watch->by_id, id);
}

/* Puts the entries like their machines; all of them are in both. */
static void watch_arrange(LatheWatch *watch, const GPtrArray *machines)
{
    bool moved = false;

    for (guint i = 0; i < machines->len; i++) {
        const struct lathe_machine *machine = machines->pdata[i];
        struct watch_entry *entry = watch_find_entry(watch, machine->id);
        moved = moved || entry->index != i;
        watch->entries->pdata[i] = entry;
    }
    watch_number(watch);
    if (moved)
        g_signal_emit(watch, watch_signals[WATCH_REORDERED], 0);
}

static void watch_sort(LatheWatch *watch)
{
    g_autoptr(GPtrArray) machines = g_ptr_array_sized_new(watch->entries->len);

    watch->unsorted = false;
    for (guint i = 0; i < watch->entries->len; i++)
        g_ptr_array_add(machines, ((struct watch_entry *)watch->entries->pdata[i])->shown.machine);
    lathe_library_sort(watch->library, machines);
    watch_arrange(watch, machines);
}

/* ---- the worker ---- */

static gboolean watch_on_idle(gpointer data)
{
    LatheWatch *watch = data;
    gint64 end = g_get_monotonic_time() + WATCH_SLICE_US;
    struct watch_entry *entry;

    while ((entry = g_queue_pop_head(&watch->work)) != NULL) {
        watch_work_on(entry);
        if (g_get_monotonic_time() > end)
            return G_SOURCE_CONTINUE;
    }
    watch->worker = 0;
    if (watch->unsorted)
        watch_sort(watch);
    g_signal_emit(watch, watch_signals[WATCH_SETTLED], 0);
    return G_SOURCE_REMOVE;
}

static void watch_queue(struct watch_entry *entry, unsigned dirty, bool first)
{
    LatheWatch *watch = entry->watch;

    entry->dirty |= dirty;
    if (entry->queued && first)
        g_queue_remove(&watch->work, entry);
    if (!entry->queued || first) {
        if (first)
            g_queue_push_head(&watch->work, entry);
        else
            g_queue_push_tail(&watch->work, entry);
    }
    entry->queued = true;
    if (watch->worker == 0)
        watch->worker = g_idle_add(watch_on_idle, watch);
}

/* What changes is more interesting than what was there. */
void lathe_watch_entry_mark(struct watch_entry *entry, unsigned dirty)
{
    watch_queue(entry, dirty, true);
}

/* ---- machines come and go ---- */

static struct watch_entry *watch_entry_new(LatheWatch *watch, struct lathe_machine *machine)
{
    struct watch_entry *entry = g_new0(struct watch_entry, 1);

    entry->watch = watch;
    entry->note = -1;
    entry->pidfd = -1;
    entry->shown.machine = machine;
    if (machine->name == NULL)
        machine->name = g_filename_display_name(machine->id);
    return entry;
}

static void watch_entry_free(struct watch_entry *entry)
{
    lathe_follow_stop(entry);
    lathe_notes_remove(entry->watch->notes, entry->note);
    g_clear_handle_id(&entry->again, g_source_remove);
    if (entry->queued)
        g_queue_remove(&entry->watch->work, entry);
    lathe_machine_free(entry->shown.machine);
    g_free(entry->shown.words);
    g_free(entry);
}

static void watch_add(LatheWatch *watch, struct lathe_machine *machine, guint index)
{
    struct watch_entry *entry = watch_entry_new(watch, machine);

    g_ptr_array_insert(watch->entries, (int)MIN(index, watch->entries->len), entry);
    g_hash_table_insert(watch->by_id, machine->id, entry);
    entry->seen = true;
    watch_number(watch);
    watch_queue(entry, WATCH_DIRTY_FOLDER | WATCH_DIRTY_DEFINITION, false);
    g_signal_emit(watch, watch_signals[WATCH_ADDED], 0, entry->index);
}

static void watch_remove(LatheWatch *watch, struct watch_entry *entry)
{
    guint index = entry->index;

    g_ptr_array_remove_index(watch->entries, index);
    g_hash_table_remove(watch->by_id, entry->shown.machine->id);
    watch_number(watch);
    g_signal_emit(watch, watch_signals[WATCH_REMOVED], 0, index, &entry->shown);
    watch_entry_free(entry);
}

static void watch_remove_unseen(LatheWatch *watch)
{
    for (guint i = watch->entries->len; i-- > 0;) {
        struct watch_entry *entry = watch->entries->pdata[i];
        if (!entry->seen)
            watch_remove(watch, entry);
    }
}

static void watch_scan(LatheWatch *watch)
{
    g_autoptr(GPtrArray) machines = lathe_library_scan(watch->library, NULL);

    for (guint i = 0; i < watch->entries->len; i++)
        ((struct watch_entry *)watch->entries->pdata[i])->seen = false;
    for (guint i = 0; machines != NULL && i < machines->len; i++) {
        struct lathe_machine *machine = machines->pdata[i];
        struct watch_entry *entry = watch_find_entry(watch, machine->id);
        if (entry != NULL) {
            entry->seen = true;
        } else {
            watch_add(watch, machine, i);
            machines->pdata[i] = NULL; /* the entry's */
        }
    }
    watch_remove_unseen(watch);
}

static gboolean watch_on_rescan(gpointer data)
{
    LatheWatch *watch = data;

    watch->rescan = 0;
    watch_scan(watch);
    if (watch->worker == 0) /* else it sorts */
        watch_sort(watch);
    return G_SOURCE_REMOVE;
}

static void watch_rescan_soon(LatheWatch *watch)
{
    if (watch->rescan == 0)
        watch->rescan = g_timeout_add(WATCH_RESCAN_MS, watch_on_rescan, watch);
}

/* ---- notes ---- */

static gboolean watch_on_again(gpointer data)
{
    struct watch_entry *entry = data;

    entry->again = 0;
    lathe_watch_entry_mark(entry, WATCH_DIRTY_USE);
    return G_SOURCE_REMOVE;
}

static void watch_note_lock(struct watch_entry *entry)
{
    lathe_watch_entry_mark(entry, WATCH_DIRTY_USE);
    g_clear_handle_id(&entry->again, g_source_remove);
    entry->again = g_timeout_add(WATCH_AGAIN_MS, watch_on_again, entry);
}

static void watch_note_machine(struct watch_entry *entry, const char *name)
{
    if (strcmp(name, LATHE_MACHINE_DEFINITION) == 0) {
        lathe_watch_entry_mark(entry, WATCH_DIRTY_DEFINITION);
    } else if (strcmp(name, "lock") == 0) {
        watch_note_lock(entry);
    } else if (strcmp(name, LATHE_MACHINE_LOG) == 0 || strcmp(name, LATHE_MACHINE_SAVED) == 0) {
        lathe_watch_entry_mark(entry, WATCH_DIRTY_USE);
    } else if (strcmp(name, LATHE_MACHINE_THUMBNAIL) == 0) {
        entry->shown.picture++;
        lathe_watch_entry_emit_changed(entry);
    }
}

/* A folder that comes back under its name is another one. */
static void watch_note_library(LatheWatch *watch, const char *name)
{
    struct watch_entry *entry = watch_find_entry(watch, name);

    if (entry != NULL)
        lathe_watch_entry_mark(entry, WATCH_DIRTY_FOLDER | WATCH_DIRTY_DEFINITION);
    if (name[0] != '.' || strcmp(name, ".order") == 0)
        watch_rescan_soon(watch);
}

/* There are few running machines, and more often none. */
static void watch_note_socket(LatheWatch *watch, const char *name)
{
    pid_t pid = lathe_control_process(name);

    for (guint i = 0; pid > 0 && i < watch->entries->len; i++) {
        struct watch_entry *entry = watch->entries->pdata[i];
        if (entry->pid == pid)
            lathe_follow_socket(entry);
    }
}

/* about: what the folder was added with: the watch itself, its sockets' name, or an entry. */
static void watch_on_note(void *opaque, void *about, const char *name)
{
    LatheWatch *watch = opaque;

    if (about == NULL)
        lathe_watch_look(watch, NULL);
    else if (about == watch)
        watch_note_library(watch, name);
    else if (about == watch->sockets)
        watch_note_socket(watch, name);
    else
        watch_note_machine(about, name);
}

/* ---- for users ---- */

unsigned lathe_watch_get_count(LatheWatch *watch)
{
    return watch->entries->len;
}

struct lathe_watched *lathe_watch_get(LatheWatch *watch, unsigned index)
{
    struct watch_entry *entry = index < watch->entries->len ? watch->entries->pdata[index] : NULL;

    return entry != NULL ? &entry->shown : NULL;
}

struct lathe_watched *lathe_watch_find(LatheWatch *watch, const char *id, unsigned *index)
{
    struct watch_entry *entry = watch_find_entry(watch, id);

    if (entry != NULL && index != NULL)
        *index = entry->index;
    return entry != NULL ? &entry->shown : NULL;
}

struct lathe_library *lathe_watch_get_library(LatheWatch *watch)
{
    return watch->library;
}

void lathe_watch_look(LatheWatch *watch, struct lathe_watched *watched)
{
    if (watched != NULL) {
        lathe_watch_entry_mark((struct watch_entry *)watched,
                               WATCH_DIRTY_DEFINITION | WATCH_DIRTY_USE);
        return;
    }
    for (guint i = 0; i < watch->entries->len; i++)
        watch_queue(watch->entries->pdata[i], WATCH_DIRTY_FOLDER | WATCH_DIRTY_DEFINITION, false);
    watch_rescan_soon(watch);
}

/* ---- the object ---- */

LatheWatch *lathe_watch_new(const char *folder)
{
    LatheWatch *watch = g_object_new(LATHE_TYPE_WATCH, NULL);
    const char *path;

    watch->library = lathe_library_open(folder);
    path = lathe_library_get_folder(watch->library);
    g_mkdir_with_parents(path, 0700);
    g_mkdir_with_parents(watch->sockets, 0700);
    lathe_notes_add(watch->notes, path, watch);
    lathe_notes_add(watch->notes, watch->sockets, watch->sockets);
    watch_scan(watch);
    return watch;
}

static void lathe_watch_finalize(GObject *object)
{
    LatheWatch *watch = LATHE_WATCH(object);

    g_clear_handle_id(&watch->worker, g_source_remove);
    g_clear_handle_id(&watch->rescan, g_source_remove);
    for (guint i = 0; i < watch->entries->len; i++)
        watch_entry_free(watch->entries->pdata[i]);
    g_ptr_array_unref(watch->entries);
    g_hash_table_unref(watch->by_id);
    lathe_notes_free(watch->notes);
    lathe_library_free(watch->library);
    g_free(watch->sockets);
    G_OBJECT_CLASS(lathe_watch_parent_class)->finalize(object);
}

static void lathe_watch_init(LatheWatch *watch)
{
    watch->entries = g_ptr_array_new();
    watch->by_id = g_hash_table_new(g_str_hash, g_str_equal);
    watch->notes = lathe_notes_new(watch_on_note, watch);
    watch->sockets = lathe_control_folder();
    g_queue_init(&watch->work);
}

static guint watch_add_signal(const char *name, GType first, GType second)
{
    guint count = first == G_TYPE_NONE ? 0 : second == G_TYPE_NONE ? 1 : 2;

    return g_signal_new(name, LATHE_TYPE_WATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                        count, first, second);
}

static void lathe_watch_class_init(LatheWatchClass *class)
{
    G_OBJECT_CLASS(class)->finalize = lathe_watch_finalize;
    watch_signals[WATCH_ADDED] = watch_add_signal("added", G_TYPE_UINT, G_TYPE_NONE);
    watch_signals[WATCH_REMOVED] = watch_add_signal("removed", G_TYPE_UINT, G_TYPE_POINTER);
    watch_signals[WATCH_CHANGED] = watch_add_signal("changed", G_TYPE_UINT, G_TYPE_NONE);
    watch_signals[WATCH_REORDERED] = watch_add_signal("reordered", G_TYPE_NONE, G_TYPE_NONE);
    watch_signals[WATCH_SETTLED] = watch_add_signal("settled", G_TYPE_NONE, G_TYPE_NONE);
}
