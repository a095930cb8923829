/* SPDX-License-Identifier: GPL-3.0-or-later */
/* disp_export_apng into a file, and the same in a thread. */
#include "app/flipbook/film.h"

#include <glib/gi18n.h>

#include "app/exchange/output.h"
#include "app/plan/error.h"

struct film_file {
    struct lathe_output *output;
    uint64_t size;
    GError **error;
    bool (*progress)(void *opaque, size_t done);
    void *opaque;
    bool stopped;
};

static bool film_write(void *opaque, const void *data, size_t length)
{
    struct film_file *file = opaque;

    if (!lathe_output_write(file->output, file->size, data, length, file->error))
        return false;
    file->size += length;
    return true;
}

static bool film_progress(void *opaque, size_t done)
{
    struct film_file *file = opaque;

    file->stopped = file->progress != NULL && !file->progress(file->opaque, done);
    return !file->stopped;
}

bool lathe_film_write(struct disp_recording *recording, const struct disp_export *export,
                      const GArray *list, const char *path,
                      bool (*progress)(void *opaque, size_t done), void *opaque, GError **error)
{
    g_autoptr(lathe_output) output = lathe_output_new(path, error);
    struct film_file file = {output, 0, error, progress, opaque, false};

    if (output == NULL)
        return false;
    if (disp_export_apng(recording, export, list, film_write, &file, film_progress, error))
        return lathe_output_publish(output, error);
    if (file.stopped && error != NULL) {
        g_clear_error(error);
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("the film was stopped"));
    }
    return false;
}

/* ---- in a thread ---- */

struct film_task {
    char *recording, *path;
    struct disp_export export;
    lathe_film_progress *progress;
    gpointer data;
    size_t count;
    guint told; /* thousandths; the thread's */
};

struct film_news {
    GTask *task;
    double share;
};

static void film_task_free(gpointer data)
{
    struct film_task *film = data;

    g_free(film->recording);
    g_free(film->path);
    g_free(film);
}

static void film_news_free(gpointer data)
{
    struct film_news *news = data;

    g_object_unref(news->task);
    g_free(news);
}

static gboolean film_tell(gpointer data)
{
    struct film_news *news = data;
    const struct film_task *film = g_task_get_task_data(news->task);

    if (!g_task_get_completed(news->task))
        film->progress(film->data, news->share);
    return G_SOURCE_REMOVE;
}

static bool film_on_progress(void *opaque, size_t done)
{
    GTask *task = opaque;
    struct film_task *film = g_task_get_task_data(task);
    guint told = (guint)(done * 1000 / film->count);

    if (told != film->told) {
        struct film_news news = {g_object_ref(task), (double)done / (double)film->count};
        g_main_context_invoke_full(g_task_get_context(task), G_PRIORITY_DEFAULT, film_tell,
                                   g_memdup2(&news, sizeof(news)), film_news_free);
    }
    film->told = told;
    return !g_cancellable_is_cancelled(g_task_get_cancellable(task));
}

static bool film_run(GTask *task, struct film_task *film, struct disp_recording *recording,
                     GError **error)
{
    g_autoptr(GArray) list = disp_export_list(recording, &film->export);

    if (list->len == 0)
        return lathe_error_input(error, "the recording has no frame of this screen and time");
    film->count = list->len;
    return lathe_film_write(recording, &film->export, list, film->path, film_on_progress, task,
                            error);
}

static void film_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    struct film_task *film = data;
    GError *error = NULL;
    struct disp_recording *recording = disp_recording_open(film->recording, &error);

    if (recording != NULL && film_run(task, film, recording, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
    disp_recording_free(recording);
}

void lathe_film_write_async(const char *recording, const struct disp_export *export,
                            const char *path, GCancellable *cancellable,
                            lathe_film_progress *progress, GAsyncReadyCallback done, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, done, data);
    struct film_task *film = g_new0(struct film_task, 1);

    film->recording = g_strdup(recording);
    film->path = g_strdup(path);
    film->export = *export;
    film->progress = progress;
    film->data = data;
    g_task_set_task_data(task, film, film_task_free);
    g_task_run_in_thread(task, film_thread);
}

gboolean lathe_film_write_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
