/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The middle of a sound card (audio.h): samples of any width and number of channels become 16-bit
 * stereo and back, scaled by the card's volume, to all back ends and from one; the microphone is
 * behind a switch.
 */
#include "emulator/audio/audio.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/core/machine.h"

struct audio_stream {
    atomic_uint rate; /* what back ends were told; 0: stopped */
    atomic_ullong frames;
    unsigned volume[EMU_AUDIO_CHANNELS];
};

struct emu_audio {
    pthread_mutex_t lock; /* of the list: held while a back end is called */
    struct emu_audio_backend listeners[EMU_AUDIO_LISTENERS];
    unsigned count;
    struct audio_stream streams[EMU_AUDIO_DIRECTIONS];
    atomic_bool record_allowed, muted;
    void (*turned)(void *opaque); /* record_allowed was */
    void *turned_opaque;
};

struct emu_audio *emu_audio_new(const struct emu_audio_backend *backend, struct emu_error *err)
{
    struct emu_audio *audio = calloc(1, sizeof(*audio));
    struct emu_audio_backend refused = *backend;

    if (audio == NULL) {
        emu_audio_backend_close(&refused);
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
        return NULL;
    }
    pthread_mutex_init(&audio->lock, NULL);
    if (backend->ops != NULL)
        audio->listeners[audio->count++] = *backend;
    for (unsigned i = 0; i < EMU_AUDIO_DIRECTIONS; i++)
        emu_audio_set_volume(audio, i, EMU_AUDIO_LOUD, EMU_AUDIO_LOUD);
    return audio;
}

void emu_audio_free(struct emu_audio *audio)
{
    if (audio == NULL)
        return;
    while (audio->count != 0)
        emu_audio_backend_close(&audio->listeners[--audio->count]);
    pthread_mutex_destroy(&audio->lock);
    free(audio);
}

void emu_audio_set_volume(struct emu_audio *audio, enum emu_audio_direction direction,
                          unsigned left, unsigned right)
{
    if (audio == NULL)
        return;
    audio->streams[direction].volume[0] = left < EMU_AUDIO_LOUD ? left : EMU_AUDIO_LOUD;
    audio->streams[direction].volume[1] = right < EMU_AUDIO_LOUD ? right : EMU_AUDIO_LOUD;
}

/* ---- samples ---- */

static int16_t audio_get_sample(const uint8_t *at, unsigned width)
{
    if (width == 1)
        return (int16_t)((at[0] - 0x80) * 256);
    return (int16_t)(at[width - 2] | at[width - 1] << 8);
}

static void audio_put_sample(uint8_t *at, unsigned width, int16_t sample)
{
    uint16_t bits = (uint16_t)sample;

    if (width == 1) {
        at[0] = (uint8_t)((bits >> 8) ^ 0x80);
        return;
    }
    memset(at, 0, width);
    at[width - 2] = (uint8_t)bits;
    at[width - 1] = (uint8_t)(bits >> 8);
}

static int16_t audio_scale(int16_t sample, unsigned volume)
{
    return (int16_t)((int64_t)sample * volume / EMU_AUDIO_LOUD);
}

/* One channel is heard on both sides. */
static void audio_unpack(const struct audio_stream *stream, const struct emu_audio_format *format,
                         const uint8_t *bytes, size_t frames, int16_t *out)
{
    unsigned right = format->channels > 1 ? format->width : 0;

    for (size_t i = 0; i < frames; i++, bytes += emu_audio_frame(format)) {
        out[2 * i] = audio_scale(audio_get_sample(bytes, format->width), stream->volume[0]);
        out[2 * i + 1] =
            audio_scale(audio_get_sample(bytes + right, format->width), stream->volume[1]);
    }
}

/* One channel hears both sides; those beyond the second hear nothing. */
static void audio_pack(const struct audio_stream *stream, const struct emu_audio_format *format,
                       uint8_t *bytes, size_t frames, const int16_t *in)
{
    for (size_t i = 0; i < frames; i++) {
        int16_t heard[EMU_AUDIO_CHANNELS] = {audio_scale(in[2 * i], stream->volume[0]),
                                             audio_scale(in[2 * i + 1], stream->volume[1])};

        if (format->channels == 1)
            heard[0] = (int16_t)((heard[0] + heard[1]) / 2);
        for (unsigned channel = 0; channel < format->channels; channel++, bytes += format->width)
            audio_put_sample(bytes, format->width,
                             channel < EMU_AUDIO_CHANNELS ? heard[channel] : 0);
    }
}

/* ---- back ends ---- */

/* The one whose microphone it is; NULL: there is none. */
static const struct emu_audio_backend *audio_recorder_locked(const struct emu_audio *audio)
{
    for (unsigned i = audio->count; i-- != 0;)
        if (audio->listeners[i].ops->record != NULL)
            return &audio->listeners[i];
    return NULL;
}

/* Does the direction concern the back end? */
static bool audio_is_for_locked(const struct emu_audio *audio,
                                const struct emu_audio_backend *listener,
                                enum emu_audio_direction direction)
{
    return direction == EMU_AUDIO_PLAY || listener == audio_recorder_locked(audio);
}

/* rate 0: a stop. */
static void audio_tell(const struct emu_audio_backend *listener,
                       enum emu_audio_direction direction, unsigned rate)
{
    if (rate != 0 && listener->ops->start != NULL)
        listener->ops->start(listener->opaque, direction, rate);
    if (rate == 0 && listener->ops->stop != NULL)
        listener->ops->stop(listener->opaque, direction);
}

static void audio_set_rate_locked(struct emu_audio *audio, enum emu_audio_direction direction,
                                  unsigned rate)
{
    if (atomic_exchange(&audio->streams[direction].rate, rate) == rate)
        return;
    for (unsigned i = 0; i < audio->count; i++)
        if (audio_is_for_locked(audio, &audio->listeners[i], direction))
            audio_tell(&audio->listeners[i], direction, rate);
}

void emu_audio_stop(struct emu_audio *audio, enum emu_audio_direction direction)
{
    if (audio == NULL)
        return;
    pthread_mutex_lock(&audio->lock);
    audio_set_rate_locked(audio, direction, 0);
    pthread_mutex_unlock(&audio->lock);
}

/* The microphone may be another's before or after: it is stopped, and starts when it is asked. */
static void audio_add_locked(struct emu_audio *audio, const struct emu_audio_backend *backend)
{
    unsigned rate = atomic_load(&audio->streams[EMU_AUDIO_PLAY].rate);

    audio_set_rate_locked(audio, EMU_AUDIO_RECORD, 0);
    audio->listeners[audio->count++] = *backend;
    if (rate != 0)
        audio_tell(backend, EMU_AUDIO_PLAY, rate);
}

bool emu_audio_add_listener(struct emu_audio *audio, const struct emu_audio_backend *backend,
                            struct emu_error *err)
{
    struct emu_audio_backend refused = *backend;
    bool room;

    pthread_mutex_lock(&audio->lock);
    room = audio->count < EMU_AUDIO_LISTENERS;
    if (room)
        audio_add_locked(audio, backend);
    pthread_mutex_unlock(&audio->lock);
    if (room)
        return true;
    emu_audio_backend_close(&refused);
    return emu_error_set(err, EMU_ERROR_INPUT, "%u listen to the machine already: no more can",
                         EMU_AUDIO_LISTENERS);
}

static struct emu_audio_backend audio_remove_locked(struct emu_audio *audio, const void *opaque)
{
    struct emu_audio_backend removed = {0};

    for (unsigned i = 0; i < audio->count; i++) {
        if (audio->listeners[i].opaque != opaque)
            continue;
        audio_set_rate_locked(audio, EMU_AUDIO_RECORD, 0);
        removed = audio->listeners[i];
        audio->count--;
        memmove(&audio->listeners[i], &audio->listeners[i + 1],
                (audio->count - i) * sizeof(removed));
        break;
    }
    return removed;
}

bool emu_audio_remove_listener(struct emu_audio *audio, const void *opaque)
{
    struct emu_audio_backend removed;
    bool found;

    pthread_mutex_lock(&audio->lock);
    removed = audio_remove_locked(audio, opaque);
    found = removed.ops != NULL;
    if (found)
        audio_tell(&removed, EMU_AUDIO_PLAY, 0);
    pthread_mutex_unlock(&audio->lock);
    emu_audio_backend_close(&removed);
    return found;
}

/* ---- streams ---- */

/* What a card can ask for that a back end would not bear. */
static bool audio_bears(const struct emu_audio_format *format, size_t frames)
{
    return format->rate >= EMU_AUDIO_MIN_RATE && format->rate <= EMU_AUDIO_MAX_RATE &&
           frames <= EMU_AUDIO_PIECE;
}

void emu_audio_play(struct emu_audio *audio, const struct emu_audio_format *format,
                    const void *bytes, size_t frames)
{
    int16_t samples[EMU_AUDIO_PIECE * EMU_AUDIO_CHANNELS];

    if (audio == NULL || !audio_bears(format, frames))
        return;
    atomic_fetch_add(&audio->streams[EMU_AUDIO_PLAY].frames, frames);
    if (atomic_load(&audio->muted))
        memset(samples, 0, sizeof(samples));
    else
        audio_unpack(&audio->streams[EMU_AUDIO_PLAY], format, bytes, frames, samples);
    pthread_mutex_lock(&audio->lock);
    audio_set_rate_locked(audio, EMU_AUDIO_PLAY, format->rate);
    for (unsigned i = 0; i < audio->count; i++)
        if (audio->listeners[i].ops->play != NULL)
            audio->listeners[i].ops->play(audio->listeners[i].opaque, samples, frames);
    pthread_mutex_unlock(&audio->lock);
}

/* A back end is only asked while people allow it. */
static size_t audio_hear(struct emu_audio *audio, unsigned rate, int16_t *samples, size_t frames)
{
    const struct emu_audio_backend *recorder;
    size_t got = 0;

    pthread_mutex_lock(&audio->lock);
    recorder = atomic_load(&audio->record_allowed) ? audio_recorder_locked(audio) : NULL;
    audio_set_rate_locked(audio, EMU_AUDIO_RECORD, recorder != NULL ? rate : 0);
    if (recorder != NULL)
        got = recorder->ops->record(recorder->opaque, samples, frames);
    pthread_mutex_unlock(&audio->lock);
    return got;
}

void emu_audio_record(struct emu_audio *audio, const struct emu_audio_format *format, void *bytes,
                      size_t frames)
{
    static const struct audio_stream nobody;
    int16_t samples[EMU_AUDIO_PIECE * EMU_AUDIO_CHANNELS];
    size_t got = 0;

    if (!audio_bears(format, frames))
        return;
    if (audio != NULL)
        got = audio_hear(audio, format->rate, samples, frames);
    got = got < frames ? got : frames;
    memset(samples + EMU_AUDIO_CHANNELS * got, 0,
           (frames - got) * EMU_AUDIO_CHANNELS * sizeof(samples[0]));
    audio_pack(audio != NULL ? &audio->streams[EMU_AUDIO_RECORD] : &nobody, format, bytes, frames,
               samples);
    if (audio != NULL)
        atomic_fetch_add(&audio->streams[EMU_AUDIO_RECORD].frames, got);
}

/* ---- from outside ---- */

void emu_audio_watch_record(struct emu_audio *audio, void (*fn)(void *opaque), void *opaque)
{
    if (audio == NULL)
        return;
    audio->turned = fn;
    audio->turned_opaque = opaque;
}

bool emu_audio_record_allowed(struct emu_audio *audio)
{
    return audio != NULL && atomic_load(&audio->record_allowed);
}

void emu_audio_allow_record(struct emu_audio *audio, bool allow)
{
    if (atomic_exchange(&audio->record_allowed, allow) != allow && audio->turned != NULL)
        audio->turned(audio->turned_opaque);
}

void emu_audio_mute(struct emu_audio *audio, bool mute)
{
    atomic_store(&audio->muted, mute);
}

static void audio_ask_locked(const struct emu_audio *audio, struct emu_audio_status *status)
{
    status->listeners = audio->count;
    for (unsigned i = 0; i < audio->count; i++) {
        const struct emu_audio_backend *listener = &audio->listeners[i];

        status->listener[i].name = listener->ops->name;
        for (unsigned way = 0; way < EMU_AUDIO_DIRECTIONS && listener->ops->get_status != NULL;
             way++)
            listener->ops->get_status(listener->opaque, way, &status->listener[i].streams[way]);
    }
}

struct emu_audio_status emu_audio_get_status(struct emu_audio *audio)
{
    struct emu_audio_status status = {
        .card = true,
        .microphone_allowed = atomic_load(&audio->record_allowed),
        .muted = atomic_load(&audio->muted),
    };

    for (unsigned i = 0; i < EMU_AUDIO_DIRECTIONS; i++) {
        status.rate[i] = atomic_load(&audio->streams[i].rate);
        status.frames[i] = atomic_load(&audio->streams[i].frames);
    }
    pthread_mutex_lock(&audio->lock);
    audio_ask_locked(audio, &status);
    pthread_mutex_unlock(&audio->lock);
    return status;
}

static void audio_part_free(void *object)
{
    emu_audio_free(object);
}

bool emu_machine_add_audio(struct emu_machine *machine, struct emu_audio *audio,
                           struct emu_error *err)
{
    static const struct emu_machine_part part = {.free = audio_part_free};

    return emu_machine_add_part(machine, &part, audio, err);
}
