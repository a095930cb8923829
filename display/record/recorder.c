/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two halves: the screens' listeners on the main thread, which fill a queue, and the thread that
 * empties it into a disp_writer. The thread wakes the main thread by a source's ready time. */
#include "display/record/recorder.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "display/record/format.h"
#include "display/record/writer.h"

#define RECORDER_QUEUE (48u << 20) /* bytes of pixels that may wait */

/* A look on its way to the thread, with its pixels behind it. */
struct recorder_item {
    struct disp_look look;
    struct emu_cursor *cursor;
    size_t size; /* of the pixels, bytes */
    uint32_t pixels[];
};

struct recorder_source {
    GSource source;
    struct disp_recorder *recorder;
};

struct recorder_head {
    struct disp_recorder *recorder;
    struct disp_screen *screen;
    unsigned number;
    /* What changed since the last item: there was no room for it. */
    bool waits, moved;
    unsigned merged, count, width, height;
    uint64_t time;
    struct emu_rect rects[EMU_DISPLAY_MAX_RECTS];
};

struct disp_recorder {
    uint64_t (*now)(void *opaque);
    void (*ended)(void *opaque);
    void *opaque;
    uint64_t base, last, merged; /* times, ns of the guest's */
    bool listens, told;
    unsigned head_count;
    struct recorder_head heads[RECORDING_MAX_HEADS];
    struct recorder_source *source;
    GThread *thread;
    struct disp_writer *writer; /* the thread's while it runs */

    pthread_mutex_t lock; /* not GLib's, which the race detector does not see */
    pthread_cond_t filled;
    GQueue queue; /* of struct recorder_item */
    size_t queued;
    bool stopping, finished;
    uint64_t frames, size, end_time, end_merged;
    char *why;
};

static void recorder_free_item(gpointer data)
{
    struct recorder_item *item = data;

    g_free(item->cursor);
    g_free(item);
}

/* ---- the thread ---- */

/* NULL: it is to end. */
static struct recorder_item *recorder_take(struct disp_recorder *recorder)
{
    struct recorder_item *item;

    pthread_mutex_lock(&recorder->lock);
    while (g_queue_is_empty(&recorder->queue) && !recorder->stopping)
        pthread_cond_wait(&recorder->filled, &recorder->lock);
    item = g_queue_pop_head(&recorder->queue);
    pthread_mutex_unlock(&recorder->lock);
    return item;
}

/* There is room again: the main thread may have changes that wait for it. */
static void recorder_publish(struct disp_recorder *recorder, const struct recorder_item *item)
{
    pthread_mutex_lock(&recorder->lock);
    recorder->queued -= item->size;
    recorder->frames = disp_writer_get_frames(recorder->writer);
    recorder->size = disp_writer_get_size(recorder->writer);
    pthread_mutex_unlock(&recorder->lock);
    g_source_set_ready_time(&recorder->source->source, 0);
}

/* last: the time of the last item; the main thread may not know yet that it ends. */
static void recorder_finish(struct disp_recorder *recorder, uint64_t last)
{
    pthread_mutex_lock(&recorder->lock);
    uint64_t time = MAX(recorder->end_time, last), merged = recorder->end_merged;
    pthread_mutex_unlock(&recorder->lock);
    disp_writer_done(recorder->writer, time, merged, NULL);
    pthread_mutex_lock(&recorder->lock);
    recorder->why = g_strdup(disp_writer_get_fault(recorder->writer));
    recorder->frames = disp_writer_get_frames(recorder->writer);
    recorder->size = disp_writer_get_size(recorder->writer);
    recorder->finished = true;
    g_queue_clear_full(&recorder->queue, recorder_free_item);
    pthread_mutex_unlock(&recorder->lock);
    g_clear_pointer(&recorder->writer, disp_writer_free);
    g_source_set_ready_time(&recorder->source->source, 0);
}

static gpointer recorder_run(gpointer data)
{
    struct disp_recorder *recorder = data;
    struct recorder_item *item;
    uint64_t last = 0;
    sigset_t signals;
    bool goes_on = true;

    /* A limit on files' sizes is an error of write(), not our end. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    while (goes_on && (item = recorder_take(recorder)) != NULL) {
        goes_on = disp_writer_put(recorder->writer, &item->look);
        last = item->look.time;
        recorder_publish(recorder, item);
        recorder_free_item(item);
    }
    recorder_finish(recorder, last);
    return NULL;
}

/* ---- from the screens to the queue ---- */

static uint64_t head_area(const struct recorder_head *head)
{
    uint64_t area = 0;

    for (unsigned i = 0; i < head->count; i++)
        area += (uint64_t)head->rects[i].width * head->rects[i].height;
    return area;
}

static void head_take_all(struct recorder_head *head, const struct emu_surface *surface)
{
    head->count = 1;
    head->rects[0] = (struct emu_rect){0, 0, surface->width, surface->height};
    head->width = surface->width;
    head->height = surface->height;
}

/* Adds to what waits. More rectangles than there is room for, or than the picture has pixels, are
 * the whole picture: what did not change of it is found later. */
static void head_add(struct recorder_head *head, const struct emu_display_update *update)
{
    const struct emu_surface *surface = disp_screen_get_surface(head->screen);

    if (surface->width != head->width || surface->height != head->height ||
        head->count + update->count > EMU_DISPLAY_MAX_RECTS) {
        head_take_all(head, surface);
        return;
    }
    memcpy(head->rects + head->count, update->rects, update->count * sizeof(*head->rects));
    head->count += update->count;
    if (head_area(head) > (uint64_t)surface->width * surface->height)
        head_take_all(head, surface);
}

static void head_copy(const struct recorder_head *head, const struct emu_surface *surface,
                      uint32_t *to)
{
    for (unsigned i = 0; i < head->count; i++) {
        const struct emu_rect *rect = &head->rects[i];
        const uint32_t *from = surface->pixels + (size_t)rect->y * surface->width + rect->x;
        for (unsigned y = 0; y < rect->height; y++, to += rect->width, from += surface->width)
            memcpy(to, from, rect->width * sizeof(*to));
    }
}

static struct recorder_item *head_make_item(struct recorder_head *head)
{
    const struct emu_surface *surface = disp_screen_get_surface(head->screen);
    size_t size = (size_t)head_area(head) * 4;
    struct recorder_item *item = g_malloc(sizeof(*item) + size);

    *item = (struct recorder_item){
        .look = {.head = head->number,
                 .state = disp_screen_get_state(head->screen),
                 .time = head->time,
                 .merged = head->merged,
                 .width = surface->width,
                 .height = surface->height,
                 .count = head->count,
                 .pixels = item->pixels},
        .size = size,
    };
    memcpy(item->look.rects, head->rects, sizeof(head->rects));
    head_copy(head, surface, item->pixels);
    item->cursor = head->moved ? g_new0(struct emu_cursor, 1) : NULL;
    if (head->moved)
        disp_screen_get_cursor(head->screen, item->cursor);
    item->look.cursor = item->cursor;
    return item;
}

/* Hands over what changed, if there is room for it or there must be. */
static void head_send(struct recorder_head *head, bool must)
{
    struct disp_recorder *recorder = head->recorder;
    size_t size = (size_t)head_area(head) * 4;

    pthread_mutex_lock(&recorder->lock);
    bool room = must || recorder->queued == 0 || recorder->queued + size <= RECORDER_QUEUE;
    pthread_mutex_unlock(&recorder->lock);
    if (!head->waits || !room)
        return;
    struct recorder_item *item = head_make_item(head);
    recorder->merged += head->merged;
    head->waits = head->moved = false;
    head->merged = head->count = 0;
    pthread_mutex_lock(&recorder->lock);
    recorder->queued += size;
    g_queue_push_tail(&recorder->queue, item);
    pthread_cond_signal(&recorder->filled);
    pthread_mutex_unlock(&recorder->lock);
}

static uint64_t recorder_time(struct disp_recorder *recorder)
{
    recorder->last = MAX(recorder->last, recorder->now(recorder->opaque));
    return recorder->last - recorder->base;
}

static void head_on_changed(void *opaque, const struct emu_display_update *update)
{
    static const struct emu_display_update none;
    struct recorder_head *head = opaque;

    if (disp_screen_get_surface(head->screen)->width == 0)
        return;
    if (update == NULL)
        update = &none;
    head->merged += head->waits;
    head->waits = true;
    head->moved |= update->cursor_changed;
    head->time = recorder_time(head->recorder);
    head_add(head, update);
    head_send(head, false);
}

static void head_begin(struct recorder_head *head)
{
    const struct emu_surface *surface = disp_screen_get_surface(head->screen);

    disp_screen_add_listener(head->screen, &(struct disp_listener){head_on_changed, head});
    disp_screen_watch(head->screen, true);
    head->moved = true;
    disp_screen_refresh(head->screen);
    if (surface->width == 0 || head->width != 0)
        return;
    head->waits = true;
    head->time = recorder_time(head->recorder);
    head_take_all(head, surface);
    head_send(head, true);
}

/* ---- the recorder ---- */

/* No frame comes any more; what waits is the last one. */
static void recorder_leave(struct disp_recorder *recorder)
{
    if (!recorder->listens)
        return;
    recorder->listens = false;
    for (unsigned i = 0; i < recorder->head_count; i++) {
        struct recorder_head *head = &recorder->heads[i];
        head_send(head, true);
        disp_screen_remove_listener(head->screen, head);
        disp_screen_watch(head->screen, false);
    }
    uint64_t time = recorder_time(recorder);
    pthread_mutex_lock(&recorder->lock);
    recorder->end_time = time;
    recorder->end_merged = recorder->merged;
    pthread_mutex_unlock(&recorder->lock);
}

void disp_recorder_stop(struct disp_recorder *recorder)
{
    recorder_leave(recorder);
    pthread_mutex_lock(&recorder->lock);
    recorder->stopping = true;
    pthread_cond_signal(&recorder->filled);
    pthread_mutex_unlock(&recorder->lock);
}

static gboolean recorder_dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    struct disp_recorder *recorder = ((struct recorder_source *)source)->recorder;

    g_source_set_ready_time(source, -1);
    pthread_mutex_lock(&recorder->lock);
    bool finished = recorder->finished;
    pthread_mutex_unlock(&recorder->lock);
    for (unsigned i = 0; i < recorder->head_count && recorder->listens && !finished; i++)
        head_send(&recorder->heads[i], false);
    if (finished && !recorder->told) {
        recorder->told = true;
        recorder_leave(recorder);
        recorder->ended(recorder->opaque);
    }
    return G_SOURCE_CONTINUE;
}

static const GSourceFuncs recorder_funcs = {.dispatch = recorder_dispatch};

static void recorder_make_source(struct disp_recorder *recorder)
{
    GSource *source = g_source_new((GSourceFuncs *)&recorder_funcs, sizeof(struct recorder_source));

    recorder->source = (struct recorder_source *)source;
    recorder->source->recorder = recorder;
    g_source_set_ready_time(source, -1);
    g_source_attach(source, g_main_context_get_thread_default());
}

struct disp_recorder *disp_recorder_new(const struct disp_recorder_config *config, GError **error)
{
    unsigned count = MIN(config->count, RECORDING_MAX_HEADS);
    uint64_t base = config->now(config->opaque);
    struct disp_writer *writer =
        disp_writer_new(config->path, config->title, count, g_get_real_time(), base, error);

    if (writer == NULL)
        return NULL;
    struct disp_recorder *recorder = g_new0(struct disp_recorder, 1);
    recorder->now = config->now;
    recorder->ended = config->ended;
    recorder->opaque = config->opaque;
    recorder->base = recorder->last = base;
    recorder->writer = writer;
    recorder->size = disp_writer_get_size(writer);
    recorder->head_count = count;
    recorder->listens = true;
    pthread_mutex_init(&recorder->lock, NULL);
    pthread_cond_init(&recorder->filled, NULL);
    g_queue_init(&recorder->queue);
    recorder_make_source(recorder);
    recorder->thread = g_thread_new("recorder", recorder_run, recorder);
    for (unsigned i = 0; i < count; i++) {
        recorder->heads[i].recorder = recorder;
        recorder->heads[i].screen = config->screens[i];
        recorder->heads[i].number = i;
        head_begin(&recorder->heads[i]);
    }
    return recorder;
}

void disp_recorder_free(struct disp_recorder *recorder)
{
    if (recorder == NULL)
        return;
    disp_recorder_stop(recorder);
    g_thread_join(recorder->thread);
    g_source_destroy(&recorder->source->source);
    g_source_unref(&recorder->source->source);
    g_queue_clear_full(&recorder->queue, recorder_free_item);
    pthread_mutex_destroy(&recorder->lock);
    pthread_cond_destroy(&recorder->filled);
    g_free(recorder->why);
    g_free(recorder);
}

struct disp_recorder_status disp_recorder_get_status(struct disp_recorder *recorder)
{
    struct disp_recorder_status status = {.merged = recorder->merged};

    pthread_mutex_lock(&recorder->lock);
    status.ended = recorder->finished;
    status.frames = recorder->frames;
    status.size = recorder->size;
    status.why = recorder->finished ? recorder->why : NULL;
    pthread_mutex_unlock(&recorder->lock);
    status.time = recorder->listens ? recorder_time(recorder) : recorder->end_time;
    for (unsigned i = 0; i < recorder->head_count; i++)
        status.merged += recorder->heads[i].waits ? recorder->heads[i].merged : 0;
    return status;
}
