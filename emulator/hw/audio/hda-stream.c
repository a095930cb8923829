/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The DMA engines of the HDA controller (HDA 1.0a, 3.3.35 to 3.6). What a converter of the codec is
 * on is heard; other streams move, too.
 */
#include <string.h>

#include "emulator/hw/audio/hda-internal.h"
#include "emulator/hw/save.h"

#define STREAM_BYTES   4096u /* moved at once */
#define STREAM_ENTRY   16u   /* bytes of a buffer descriptor */
#define STREAM_BUFFERS 256u  /* the most that are begun between two looks at the clock */

static uint64_t stream_get(const struct hda *hda, unsigned stream, unsigned offset, unsigned size)
{
    return hda_get(hda, hda_stream_at(stream, offset), size);
}

static void stream_add_status(struct hda *hda, unsigned stream, unsigned bits)
{
    unsigned at = hda_stream_at(stream, HDA_SDSTS);

    hda_set(hda, at, 1, hda_get(hda, at, 1) | bits);
}

/* 3.7.1: 48 or 44.1 kHz, times, divided by, width, channels. */
static struct emu_audio_format stream_format(const struct hda *hda, unsigned stream)
{
    static const uint8_t widths[8] = {1, 2, 4, 4, 4, 2, 2, 2};
    unsigned bits = (unsigned)stream_get(hda, stream, HDA_SDFMT, 2);
    unsigned times = (bits >> 11 & 7) + 1, parts = (bits >> 8 & 7) + 1;

    return (struct emu_audio_format){
        .rate = (bits & 0x4000 ? 44100 : 48000) * (times < 4 ? times : 4) / parts,
        .channels = (bits & 0xf) + 1,
        .width = widths[bits >> 4 & 7],
    };
}

static enum emu_audio_direction stream_direction(unsigned stream)
{
    return stream < HDA_INPUTS ? EMU_AUDIO_RECORD : EMU_AUDIO_PLAY;
}

/* Is a converter on it? */
static bool stream_is_heard(const struct hda *hda, unsigned stream)
{
    unsigned tag = SDCTL_TAG((unsigned)stream_get(hda, stream, HDA_SDCTL, 4));

    return tag != 0 && tag == hda_codec_stream(&hda->codec, stream_direction(stream));
}

/* ---- buffers ---- */

static void stream_fail(struct hda *hda, unsigned stream)
{
    hda->streams[stream].running = false;
    stream_add_status(hda, stream, SDSTS_ERROR);
}

/* The next descriptor of the list. */
static bool stream_begin_buffer(struct hda *hda, unsigned stream)
{
    struct hda_stream *at = &hda->streams[stream];
    uint64_t list = stream_get(hda, stream, HDA_SDBDPL, 8) & ~0x7full;
    unsigned last = (unsigned)stream_get(hda, stream, HDA_SDLVI, 2);
    struct {
        uint64_t buffer;
        uint32_t length, flags;
    } entry;

    if (!hda_dma_read(hda, list + at->index * STREAM_ENTRY, &entry, sizeof(entry)) ||
        entry.length == 0)
        return false;
    at->buffer = entry.buffer;
    at->length = entry.length;
    at->tells = entry.flags & 1;
    at->offset = 0;
    at->index = at->index >= last ? 0 : (uint8_t)(at->index + 1);
    return true;
}

static void stream_count(struct hda *hda, unsigned stream, uint32_t bytes)
{
    struct hda_stream *at = &hda->streams[stream];
    uint32_t cyclic = (uint32_t)stream_get(hda, stream, HDA_SDCBL, 4);
    uint32_t position = (uint32_t)stream_get(hda, stream, HDA_SDLPIB, 4) + bytes;

    at->offset += bytes;
    hda_set(hda, hda_stream_at(stream, HDA_SDLPIB), 4,
            cyclic != 0 && position >= cyclic ? position % cyclic : position);
    if (at->offset < at->length)
        return;
    at->length = 0;
    if (at->tells)
        stream_add_status(hda, stream, SDSTS_COMPLETE);
}

/* Between the buffers in memory and bytes; how many, fewer when it failed or begins too many. */
static size_t stream_move(struct hda *hda, unsigned stream, uint8_t *bytes, size_t length,
                          unsigned *begun)
{
    struct hda_stream *at = &hda->streams[stream];
    bool play = stream_direction(stream) == EMU_AUDIO_PLAY;
    size_t done = 0;

    while (done < length) {
        size_t part;

        if (at->length == 0 && ((*begun)++ == STREAM_BUFFERS || !stream_begin_buffer(hda, stream)))
            break;
        part = at->length - at->offset;
        part = part < length - done ? part : length - done;
        if (play ? !hda_dma_read(hda, at->buffer + at->offset, bytes + done, part)
                 : !hda_dma_write(hda, at->buffer + at->offset, bytes + done, part))
            break;
        stream_count(hda, stream, (uint32_t)part);
        done += part;
    }
    if (done < length && *begun <= STREAM_BUFFERS)
        stream_fail(hda, stream);
    return done;
}

/* ---- frames ---- */

static void stream_set_volume(struct hda *hda, enum emu_audio_direction direction)
{
    emu_audio_set_volume(hda->pci.device.audio, direction,
                         hda_codec_volume(&hda->codec, direction, 0),
                         hda_codec_volume(&hda->codec, direction, 1));
}

static void stream_transfer(struct hda *hda, unsigned stream, size_t frames, unsigned *begun)
{
    struct emu_audio *audio = hda->pci.device.audio;
    struct emu_audio_format format = stream_format(hda, stream);
    size_t bytes = frames * emu_audio_frame(&format);
    bool heard = stream_is_heard(hda, stream);
    uint8_t buffer[STREAM_BYTES];

    memset(buffer, 0, bytes);
    if (heard)
        stream_set_volume(hda, stream_direction(stream));
    if (heard && stream_direction(stream) == EMU_AUDIO_RECORD)
        emu_audio_record(audio, &format, buffer, frames);
    frames = stream_move(hda, stream, buffer, bytes, begun) / emu_audio_frame(&format);
    if (heard && stream_direction(stream) == EMU_AUDIO_PLAY)
        emu_audio_play(audio, &format, buffer, frames);
}

static void stream_tell_position(struct hda *hda, unsigned stream)
{
    uint64_t base = hda_get(hda, HDA_DPBASE, 8);
    uint32_t position = (uint32_t)stream_get(hda, stream, HDA_SDLPIB, 4);

    if (base & 1)
        hda_dma_write(hda, (base & ~0x7full) + 8 * stream, &position, sizeof(position));
}

static void stream_advance(struct hda *hda, unsigned stream, emu_ns now)
{
    struct hda_stream *at = &hda->streams[stream];
    struct emu_audio_format format = stream_format(hda, stream);
    uint64_t piece = STREAM_BYTES / emu_audio_frame(&format);
    uint64_t due = emu_audio_pace_take(&at->pace, format.rate, now);
    unsigned begun = 0;

    piece = piece < EMU_AUDIO_PIECE ? piece : EMU_AUDIO_PIECE;
    while (due != 0 && at->running && begun <= STREAM_BUFFERS) {
        uint64_t part = due < piece ? due : piece;

        stream_transfer(hda, stream, part, &begun);
        due -= part;
    }
    stream_tell_position(hda, stream);
    if (!at->running)
        emu_audio_stop(hda->pci.device.audio, stream_direction(stream));
}

/* When the buffer at hand is done, but soon in any case. */
static emu_ns stream_next(const struct hda *hda, unsigned stream, emu_ns now)
{
    const struct hda_stream *at = &hda->streams[stream];
    struct emu_audio_format format = stream_format(hda, stream);
    uint64_t left =
        (at->length - at->offset + emu_audio_frame(&format) - 1) / emu_audio_frame(&format);

    return emu_audio_pace_next(&at->pace, format.rate, at->length != 0 ? left : 0, now);
}

void hda_streams_advance(struct hda *hda)
{
    emu_ns now = emu_clock_now(hda->pci.device.clock), next = EMU_TIMER_NEVER;

    for (unsigned i = 0; i < HDA_STREAMS; i++) {
        if (hda->streams[i].running)
            stream_advance(hda, i, now);
        if (hda->streams[i].running && stream_next(hda, i, now) < next)
            next = stream_next(hda, i, now);
    }
    if (next == EMU_TIMER_NEVER)
        emu_timer_cancel(&hda->timer);
    else
        emu_timer_arm(&hda->timer, next);
    hda_update_interrupt(hda);
}

/* ---- control ---- */

static void stream_reset(struct hda *hda, unsigned stream)
{
    unsigned from = hda_stream_at(stream, 0);

    memcpy(hda->registers + from, hda->initial + from, HDA_STREAM);
    hda->streams[stream] = (struct hda_stream){0};
    emu_audio_stop(hda->pci.device.audio, stream_direction(stream));
}

static void stream_set_running(struct hda *hda, unsigned stream, bool running)
{
    struct hda_stream *at = &hda->streams[stream];

    if (running == at->running)
        return;
    at->running = running;
    emu_audio_pace_start(&at->pace, emu_clock_now(hda->pci.device.clock));
    if (!running)
        emu_audio_stop(hda->pci.device.audio, stream_direction(stream));
}

/* A FIFO is ready as soon as its engine is switched on, also while SSYNC holds it. */
void hda_stream_control(struct hda *hda, unsigned stream)
{
    unsigned control = (unsigned)stream_get(hda, stream, HDA_SDCTL, 1);
    unsigned held = (unsigned)(hda_get(hda, HDA_SSYNC, 4) | hda_get(hda, HDA_OLD_SSYNC, 4));
    unsigned at = hda_stream_at(stream, HDA_SDSTS);

    hda_streams_advance(hda); /* up to now as it was */
    if (control & SDCTL_RESET) {
        stream_reset(hda, stream);
        hda_set(hda, hda_stream_at(stream, HDA_SDCTL), 1, SDCTL_RESET);
    } else {
        hda_set(hda, at, 1,
                control & SDCTL_RUN ? hda_get(hda, at, 1) | SDSTS_READY
                                    : hda_get(hda, at, 1) & ~(uint64_t)SDSTS_READY);
        stream_set_running(hda, stream, (control & SDCTL_RUN) && !(held >> stream & 1));
    }
    hda_streams_advance(hda);
}

void hda_streams_reset(struct hda *hda)
{
    for (unsigned i = 0; i < HDA_STREAMS; i++)
        stream_reset(hda, i);
    emu_timer_cancel(&hda->timer);
}

/* ---- saving ---- */

static const struct emu_field stream_fields[] = {
    EMU_FIELD(struct hda_stream, running),
    {"started", offsetof(struct hda_stream, pace.started), sizeof(emu_ns), 1, false},
    {"moved", offsetof(struct hda_stream, pace.moved), sizeof(uint64_t), 1, false},
    EMU_FIELD(struct hda_stream, buffer),
    EMU_FIELD(struct hda_stream, length),
    EMU_FIELD(struct hda_stream, offset),
    EMU_FIELD(struct hda_stream, tells),
    EMU_FIELD(struct hda_stream, index),
    EMU_FIELD_END,
};

void hda_streams_save(const struct hda *hda, struct emu_writer *out)
{
    for (unsigned i = 0; i < HDA_STREAMS; i++)
        emu_write_fields(out, &hda->streams[i], stream_fields);
}

/* The timer finds out when the next frames are due. */
bool hda_streams_load(struct hda *hda, struct emu_reader *in, struct emu_error *err)
{
    bool running = false;

    for (unsigned i = 0; i < HDA_STREAMS; i++) {
        struct hda_stream *at = &hda->streams[i];

        if (!emu_read_fields(in, at, stream_fields, err))
            return false;
        if (at->offset > at->length || !emu_audio_pace_is_sane(&at->pace))
            return emu_hw_load_bad("hda", "a stream's place", err);
        running |= at->running;
    }
    emu_timer_cancel(&hda->timer);
    if (running)
        emu_timer_arm(&hda->timer, 0);
    return true;
}
