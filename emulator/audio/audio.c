/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The middle of a sound card (audio.h): samples of any width and number of channels become 16-bit
 * stereo and back, scaled by the card's volume; the microphone is behind a switch.
 */
#include "emulator/audio/audio.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/core/machine.h"

struct audio_stream {
    atomic_uint rate; /* what the back end was told; 0: stopped */
    atomic_ullong frames;
    unsigned volume[EMU_AUDIO_CHANNELS];
};

struct emu_audio {
    struct emu_audio_backend backend;
    struct audio_stream streams[EMU_AUDIO_DIRECTIONS];
    atomic_bool record_allowed;
    atomic_size_t queued;
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
    audio->backend = *backend;
    for (unsigned i = 0; i < EMU_AUDIO_DIRECTIONS; i++)
        emu_audio_set_volume(audio, i, EMU_AUDIO_LOUD, EMU_AUDIO_LOUD);
    return audio;
}

void emu_audio_free(struct emu_audio *audio)
{
    if (audio != NULL)
        emu_audio_backend_close(&audio->backend);
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

/* ---- streams ---- */

static void audio_start(struct emu_audio *audio, enum emu_audio_direction direction, unsigned rate)
{
    const struct emu_audio_ops *ops = audio->backend.ops;

    if (atomic_exchange(&audio->streams[direction].rate, rate) != rate && ops != NULL &&
        ops->start != NULL)
        ops->start(audio->backend.opaque, direction, rate);
}

void emu_audio_stop(struct emu_audio *audio, enum emu_audio_direction direction)
{
    const struct emu_audio_ops *ops = audio != NULL ? audio->backend.ops : NULL;

    if (audio != NULL && atomic_exchange(&audio->streams[direction].rate, 0) != 0 && ops != NULL &&
        ops->stop != NULL)
        ops->stop(audio->backend.opaque, direction);
}

/* What a card can ask for that a back end would not bear. */
static bool audio_bears(const struct emu_audio_format *format, size_t frames)
{
    return format->rate >= EMU_AUDIO_MIN_RATE && format->rate <= EMU_AUDIO_MAX_RATE &&
           frames <= EMU_AUDIO_PIECE;
}

void emu_audio_play(struct emu_audio *audio, const struct emu_audio_format *format,
                    const void *bytes, size_t frames)
{
    const struct emu_audio_ops *ops = audio != NULL ? audio->backend.ops : NULL;
    int16_t samples[EMU_AUDIO_PIECE * EMU_AUDIO_CHANNELS];

    if (audio == NULL || !audio_bears(format, frames))
        return;
    audio_start(audio, EMU_AUDIO_PLAY, format->rate);
    atomic_fetch_add(&audio->streams[EMU_AUDIO_PLAY].frames, frames);
    if (ops == NULL || ops->play == NULL)
        return;
    audio_unpack(&audio->streams[EMU_AUDIO_PLAY], format, bytes, frames, samples);
    ops->play(audio->backend.opaque, samples, frames);
    if (ops->queued != NULL)
        atomic_store(&audio->queued, ops->queued(audio->backend.opaque));
}

/* The back end is only asked while people allow it. */
static size_t audio_hear(struct emu_audio *audio, unsigned rate, int16_t *samples, size_t frames)
{
    const struct emu_audio_ops *ops = audio->backend.ops;

    if (ops == NULL || ops->record == NULL || !atomic_load(&audio->record_allowed)) {
        emu_audio_stop(audio, EMU_AUDIO_RECORD);
        return 0;
    }
    audio_start(audio, EMU_AUDIO_RECORD, rate);
    return ops->record(audio->backend.opaque, samples, frames);
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

void emu_audio_allow_record(struct emu_audio *audio, bool allow)
{
    atomic_store(&audio->record_allowed, allow);
}

struct emu_audio_status emu_audio_get_status(struct emu_audio *audio)
{
    struct emu_audio_status status = {
        .card = true,
        .microphone_allowed = atomic_load(&audio->record_allowed),
        .queued = atomic_load(&audio->queued),
    };

    for (unsigned i = 0; i < EMU_AUDIO_DIRECTIONS; i++) {
        status.rate[i] = atomic_load(&audio->streams[i].rate);
        status.frames[i] = atomic_load(&audio->streams[i].frames);
    }
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
