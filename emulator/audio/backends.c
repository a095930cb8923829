/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closing a back end, and those of api/audio.h that reach nothing: null, and test, which keeps what
 * the guest played.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/api/audio.h"

bool emu_audio_null(struct emu_audio_backend *out, struct emu_error *err)
{
    static const struct emu_audio_ops ops = {.name = "null"};

    *out = (struct emu_audio_backend){&ops, NULL};
    return true;
}

void emu_audio_backend_close(struct emu_audio_backend *backend)
{
    if (backend->ops != NULL && backend->ops->close != NULL)
        backend->ops->close(backend->opaque);
    *backend = (struct emu_audio_backend){0};
}

/* ---- test ---- */

#define TEST_FRAMES (4u << 20)

struct test_audio {
    pthread_mutex_t lock;
    unsigned rate[EMU_AUDIO_DIRECTIONS];
    int16_t *samples;
    size_t frames, room;
    int16_t recorded;
};

static void test_audio_start(void *opaque, enum emu_audio_direction direction, unsigned rate)
{
    struct test_audio *test = opaque;

    pthread_mutex_lock(&test->lock);
    test->rate[direction] = rate;
    pthread_mutex_unlock(&test->lock);
}

static void test_audio_stop(void *opaque, enum emu_audio_direction direction)
{
    test_audio_start(opaque, direction, 0);
}

/* Room for so many more; false: it has enough. */
static bool test_audio_grow(struct test_audio *test, size_t frames)
{
    size_t room = test->room != 0 ? test->room : 4096;
    int16_t *samples;

    while (room < test->frames + frames)
        room *= 2;
    if (room > TEST_FRAMES)
        return false;
    if (room == test->room)
        return true;
    samples = realloc(test->samples, room * EMU_AUDIO_CHANNELS * sizeof(*samples));
    if (samples == NULL)
        return false;
    test->samples = samples;
    test->room = room;
    return true;
}

static void test_audio_play(void *opaque, const int16_t *samples, size_t frames)
{
    struct test_audio *test = opaque;

    pthread_mutex_lock(&test->lock);
    if (test_audio_grow(test, frames)) {
        memcpy(test->samples + EMU_AUDIO_CHANNELS * test->frames, samples,
               frames * EMU_AUDIO_CHANNELS * sizeof(*samples));
        test->frames += frames;
    }
    pthread_mutex_unlock(&test->lock);
}

static size_t test_audio_record(void *opaque, int16_t *samples, size_t frames)
{
    struct test_audio *test = opaque;

    pthread_mutex_lock(&test->lock);
    for (size_t i = 0; i < frames; i++) {
        test->recorded = test->recorded == INT16_MAX ? 1 : (int16_t)(test->recorded + 1);
        samples[2 * i] = test->recorded;
        samples[2 * i + 1] = (int16_t)-test->recorded;
    }
    pthread_mutex_unlock(&test->lock);
    return frames;
}

static void test_audio_close(void *opaque)
{
    struct test_audio *test = opaque;

    pthread_mutex_destroy(&test->lock);
    free(test->samples);
    free(test);
}

bool emu_audio_test(struct emu_audio_backend *out, struct emu_error *err)
{
    static const struct emu_audio_ops ops = {
        .name = "test",
        .start = test_audio_start,
        .stop = test_audio_stop,
        .play = test_audio_play,
        .record = test_audio_record,
        .close = test_audio_close,
    };
    struct test_audio *test = calloc(1, sizeof(*test));

    if (test == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    pthread_mutex_init(&test->lock, NULL);
    *out = (struct emu_audio_backend){&ops, test};
    return true;
}

size_t emu_audio_test_played(const struct emu_audio_backend *backend, size_t first,
                             int16_t *samples, size_t frames)
{
    struct test_audio *test = backend->opaque;
    size_t total, there;

    pthread_mutex_lock(&test->lock);
    total = test->frames;
    there = first < total ? total - first : 0;
    there = there < frames ? there : frames;
    if (there != 0)
        memcpy(samples, test->samples + EMU_AUDIO_CHANNELS * first,
               there * EMU_AUDIO_CHANNELS * sizeof(*samples));
    pthread_mutex_unlock(&test->lock);
    return total;
}

unsigned emu_audio_test_rate(const struct emu_audio_backend *backend,
                             enum emu_audio_direction direction)
{
    struct test_audio *test = backend->opaque;
    unsigned rate;

    pthread_mutex_lock(&test->lock);
    rate = test->rate[direction];
    pthread_mutex_unlock(&test->lock);
    return rate;
}
