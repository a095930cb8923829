/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pictures of machines: a bounded number of small surfaces, the oldest forgotten first. A running
 * machine's picture is kept as its thumbnail.png, too, so that it is there when the machine is off.
 */
#include "ui/gtk/library-pictures.h"

#include <glib/gstdio.h>

#include "app/library/files.h"
#include "ui/gtk/library-cell.h"

#define PICTURES_MAX     128u
#define PICTURES_KEEP_US (10 * G_USEC_PER_SEC) /* between two writes of a thumbnail */

struct picture {
    cairo_surface_t *surface; /* NULL: none */
    unsigned version;         /* of thumbnail.png, as the watch counts */
    bool known, live;
    bool busy;   /* it is read, or the machine was asked */
    gint64 kept; /* when thumbnail.png was written last, by the monotonic clock */
    guint64 used;
};

struct library_pictures {
    guint references;  /* the owner's, and one of each job */
    LatheWatch *watch; /* NULL: the owner is gone */
    int scale;
    library_pictures_fn *changed;
    void *opaque;
    GHashTable *all; /* a machine's id: struct picture * */
    guint64 clock;
};

/* What a thread reads. */
struct picture_job {
    struct library_pictures *pictures;
    char *id, *path;
    char *keep; /* thumbnail.png to be written; NULL: not */
    bool live;  /* the file is a machine's answer and is removed */
    int width, height;
};

static void picture_free(gpointer data)
{
    struct picture *picture = data;

    g_clear_pointer(&picture->surface, cairo_surface_destroy);
    g_free(picture);
}

/* ---- which are kept ---- */

static void pictures_forget_oldest(struct library_pictures *pictures)
{
    GHashTableIter iter;
    gpointer id, value, oldest = NULL;
    guint64 used = G_MAXUINT64;

    g_hash_table_iter_init(&iter, pictures->all);
    while (g_hash_table_iter_next(&iter, &id, &value)) {
        const struct picture *picture = value;
        if (!picture->busy && picture->used < used) {
            used = picture->used;
            oldest = id;
        }
    }
    if (oldest != NULL)
        g_hash_table_remove(pictures->all, oldest);
}

static struct picture *pictures_need(struct library_pictures *pictures, const char *id)
{
    struct picture *picture = g_hash_table_lookup(pictures->all, id);

    if (picture == NULL) {
        if (g_hash_table_size(pictures->all) >= PICTURES_MAX)
            pictures_forget_oldest(pictures);
        picture = g_new0(struct picture, 1);
        g_hash_table_insert(pictures->all, g_strdup(id), picture);
    }
    picture->used = ++pictures->clock;
    return picture;
}

static void pictures_unref(struct library_pictures *pictures)
{
    if (--pictures->references > 0)
        return;
    g_hash_table_unref(pictures->all);
    g_free(pictures);
}

/* ---- reading, on a thread ---- */

/* So that a torn file is never seen; a full disk leaves the old one. */
static void picture_keep(GdkPixbuf *pixbuf, const char *path)
{
    g_autofree char *bytes = NULL;
    gsize length;

    if (gdk_pixbuf_save_to_buffer(pixbuf, &bytes, &length, "png", NULL, NULL))
        lathe_files_write(path, bytes, length, NULL);
}

static void picture_on_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancel)
{
    struct picture_job *job = data;
    GdkPixbuf *pixbuf =
        gdk_pixbuf_new_from_file_at_scale(job->path, job->width, job->height, TRUE, NULL);

    if (job->live)
        g_unlink(job->path);
    if (pixbuf != NULL && job->keep != NULL)
        picture_keep(pixbuf, job->keep);
    g_task_return_pointer(task, pixbuf, g_object_unref);
}

static void picture_free_job(gpointer data)
{
    struct picture_job *job = data;

    g_free(job->id);
    g_free(job->path);
    g_free(job->keep);
    g_free(job);
}

static void picture_take(struct library_pictures *pictures, const struct picture_job *job,
                         GdkPixbuf *pixbuf)
{
    struct picture *picture = g_hash_table_lookup(pictures->all, job->id);
    struct lathe_watched *watched =
        pictures->watch != NULL ? lathe_watch_find(pictures->watch, job->id, NULL) : NULL;

    if (picture == NULL)
        return;
    picture->busy = false;
    picture->known = true;
    if (pixbuf == NULL && picture->live)
        return;
    g_clear_pointer(&picture->surface, cairo_surface_destroy);
    if (pixbuf != NULL)
        picture->surface = gdk_cairo_surface_create_from_pixbuf(pixbuf, pictures->scale, NULL);
    if (watched != NULL)
        pictures->changed(pictures->opaque, watched);
}

static void picture_on_read(GObject *source, GAsyncResult *result, gpointer data)
{
    struct library_pictures *pictures = data;
    g_autoptr(GdkPixbuf) pixbuf = g_task_propagate_pointer(G_TASK(result), NULL);

    picture_take(pictures, g_task_get_task_data(G_TASK(result)), pixbuf);
    pictures_unref(pictures);
}

/* path is taken; keep: NULL, or thumbnail.png, taken. */
static void picture_read(struct library_pictures *pictures, const char *id, char *path, char *keep,
                         bool live)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, picture_on_read, pictures);
    struct picture_job *job = g_new0(struct picture_job, 1);

    *job = (struct picture_job){pictures,
                                g_strdup(id),
                                path,
                                keep,
                                live,
                                LATHE_CELL_PICTURE_WIDTH * pictures->scale,
                                LATHE_CELL_PICTURE_HEIGHT * pictures->scale};
    pictures->references++;
    g_task_set_task_data(task, job, picture_free_job);
    g_task_run_in_thread(task, picture_on_thread);
}

/* ---- for the view ---- */

cairo_surface_t *library_pictures_get(struct library_pictures *pictures,
                                      struct lathe_watched *watched)
{
    const struct lathe_machine *machine = watched->machine;
    struct picture *picture = pictures_need(pictures, machine->id);
    bool live = lathe_watch_state_is_live(watched->state);

    if (!live)
        picture->live = false;
    if (!picture->busy && !picture->live &&
        (!picture->known || picture->version != watched->picture)) {
        picture->busy = true;
        picture->version = watched->picture;
        picture_read(pictures, machine->id, lathe_machine_path(machine, LATHE_MACHINE_THUMBNAIL),
                     NULL, false);
    }
    return picture->surface;
}

static void pictures_on_shot(void *opaque, struct lathe_watched *watched, const char *path)
{
    struct library_pictures *pictures = opaque;
    struct picture *picture =
        watched != NULL ? g_hash_table_lookup(pictures->all, watched->machine->id) : NULL;
    gint64 now = g_get_monotonic_time();
    bool keep = picture != NULL && (picture->kept == 0 || now - picture->kept > PICTURES_KEEP_US);

    if (picture != NULL && path == NULL) {
        picture->busy = false;
    } else if (picture != NULL) {
        picture->live = true;
        picture->kept = keep ? now : picture->kept;
        picture_read(pictures, watched->machine->id, g_strdup(path),
                     keep ? lathe_machine_path(watched->machine, LATHE_MACHINE_THUMBNAIL) : NULL,
                     true);
    } else if (path != NULL) {
        g_unlink(path);
    }
    pictures_unref(pictures);
}

void library_pictures_refresh(struct library_pictures *pictures, struct lathe_watched *watched)
{
    struct picture *picture = pictures_need(pictures, watched->machine->id);
    bool moves = watched->state == LATHE_WATCH_RUNNING ||
                 (watched->state == LATHE_WATCH_PAUSED && !picture->live);

    if (picture->busy || !moves)
        return;
    picture->busy = true;
    pictures->references++;
    lathe_watch_take_picture(pictures->watch, watched, pictures_on_shot, pictures);
}

struct library_pictures *library_pictures_new(LatheWatch *watch, int scale,
                                              library_pictures_fn *changed, void *opaque)
{
    struct library_pictures *pictures = g_new0(struct library_pictures, 1);

    pictures->references = 1;
    pictures->watch = g_object_ref(watch);
    pictures->scale = scale;
    pictures->changed = changed;
    pictures->opaque = opaque;
    pictures->all = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, picture_free);
    return pictures;
}

void library_pictures_free(struct library_pictures *pictures)
{
    if (pictures == NULL)
        return;
    g_clear_object(&pictures->watch);
    pictures_unref(pictures);
}
