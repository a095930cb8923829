/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The back end that writes a WAV file (RIFF, Multimedia Programming Interface 1.0: WAVE_FORMAT_PCM,
 * 16-bit stereo). Sounds of another rate than the first are brought to that one by straight lines
 * between frames.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emulator/api/audio.h"

#define WAV_HEADER 44u
#define WAV_FRAME  4u /* bytes */
#define WAV_MAX    (UINT32_MAX - WAV_HEADER - WAV_FRAME)
#define WAV_PIECE  512u /* frames that are written at once */

struct wav {
    int fd;
    unsigned rate, from; /* the file's, and that of the sound */
    uint32_t size;       /* bytes of sound */
    bool full;           /* the host or the format takes no more */
    int16_t last[EMU_AUDIO_CHANNELS];
    uint64_t place; /* of the next frame, from the last one on, in 1 / 2^32 of the sound's frames */
    int16_t piece[WAV_PIECE * EMU_AUDIO_CHANNELS];
    size_t count; /* frames in it */
};

static void wav_put(uint8_t *at, uint32_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static void wav_write_header(struct wav *wav)
{
    unsigned rate = wav->rate != 0 ? wav->rate : 48000;
    uint8_t header[WAV_HEADER] = "RIFF----WAVEfmt ----12rate|by|b16data";

    wav_put(header + 4, WAV_HEADER - 8 + wav->size, 4);
    wav_put(header + 16, 16, 4); /* bytes of the format */
    wav_put(header + 20, 1, 2);  /* PCM */
    wav_put(header + 22, EMU_AUDIO_CHANNELS, 2);
    wav_put(header + 24, rate, 4);
    wav_put(header + 28, rate * WAV_FRAME, 4);
    wav_put(header + 32, WAV_FRAME, 2);
    wav_put(header + 34, 16, 2); /* bits of a sample */
    memcpy(header + 36, "data", 4);
    wav_put(header + 40, wav->size, 4);
    wav->full |= pwrite(wav->fd, header, sizeof(header), 0) != (ssize_t)sizeof(header);
}

static void wav_flush(struct wav *wav)
{
    size_t bytes = wav->count * WAV_FRAME;

    for (size_t i = 0; i < wav->count * EMU_AUDIO_CHANNELS; i++)
        wav->piece[i] = (int16_t)htole16((uint16_t)wav->piece[i]);
    wav->full |= wav->size > WAV_MAX - bytes;
    wav->full |= !wav->full && pwrite(wav->fd, wav->piece, bytes, (off_t)WAV_HEADER + wav->size) !=
                                   (ssize_t)bytes;
    if (!wav->full)
        wav->size += (uint32_t)bytes;
    wav->count = 0;
}

static void wav_add(struct wav *wav, int16_t left, int16_t right)
{
    wav->piece[EMU_AUDIO_CHANNELS * wav->count] = left;
    wav->piece[EMU_AUDIO_CHANNELS * wav->count + 1] = right;
    if (++wav->count == WAV_PIECE)
        wav_flush(wav);
}

/* On the way from a to b, place of 2^32. */
static int16_t wav_between(int16_t a, int16_t b, uint64_t place)
{
    return (int16_t)(a + (((int64_t)b - a) * (int64_t)(place >> 16) >> 16));
}

static void wav_resample(struct wav *wav, const int16_t *frame)
{
    uint64_t step = ((uint64_t)wav->from << 32) / wav->rate;

    for (; wav->place < 1ull << 32; wav->place += step)
        wav_add(wav, wav_between(wav->last[0], frame[0], wav->place),
                wav_between(wav->last[1], frame[1], wav->place));
    wav->place -= 1ull << 32;
    memcpy(wav->last, frame, sizeof(wav->last));
}

static void wav_start(void *opaque, enum emu_audio_direction direction, unsigned rate)
{
    struct wav *wav = opaque;

    if (direction != EMU_AUDIO_PLAY)
        return;
    if (wav->rate == 0)
        wav->rate = rate;
    wav->from = rate;
    wav->place = 0;
    memset(wav->last, 0, sizeof(wav->last));
}

static void wav_play(void *opaque, const int16_t *samples, size_t frames)
{
    struct wav *wav = opaque;

    for (size_t i = 0; i < frames && !wav->full && wav->rate != 0; i++, samples += 2) {
        if (wav->from == wav->rate)
            wav_add(wav, samples[0], samples[1]);
        else
            wav_resample(wav, samples);
    }
}

static void wav_stop(void *opaque, enum emu_audio_direction direction)
{
    if (direction != EMU_AUDIO_PLAY)
        return;
    wav_flush(opaque);
    wav_write_header(opaque);
}

static void wav_close(void *opaque)
{
    struct wav *wav = opaque;

    wav_stop(wav, EMU_AUDIO_PLAY);
    close(wav->fd);
    free(wav);
}

bool emu_audio_wav(const char *path, struct emu_audio_backend *out, struct emu_error *err)
{
    static const struct emu_audio_ops ops = {
        .name = "wav",
        .start = wav_start,
        .stop = wav_stop,
        .play = wav_play,
        .close = wav_close,
    };
    struct wav *wav = calloc(1, sizeof(*wav));

    if (wav == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    wav->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    if (wav->fd < 0) {
        emu_error_set(err, EMU_ERROR_INPUT, "cannot write to '%s': %s", path, strerror(errno));
        free(wav);
        return false;
    }
    wav_write_header(wav);
    *out = (struct emu_audio_backend){&ops, wav};
    if (!wav->full)
        return true;
    emu_audio_backend_close(out);
    return emu_error_set(err, EMU_ERROR_INPUT,
                         "'%s' takes no sound: it has to be a file, on a disk that has room", path);
}
