/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The frames of virtio sound (Virtio 1.2, 5.14.6.8): messages wait in their ring until the machine's
 * clock says that their frames are played or recorded, and are given back when the last one is. A
 * driver that has no message there when frames are due lost that time. Nothing of a message is kept
 * but how far it is: the ring says the rest, checked anew each time.
 */
#include <string.h>

#include "emulator/hw/virtio/virtio-sound-internal.h"

#define STREAM_BYTES    4096u                  /* moved at once */
#define STREAM_MESSAGES EMU_VIRTIO_QUEUE_SIZE /* the most that are looked at in one go */

/* 5.14.6.6.2: bytes of a sample by its format; 0: there is no such */
static const uint8_t stream_widths[] = {[4] = 1 /* U8 */, [5] = 2 /* S16 */, [17] = 4 /* S32 */};
static const uint32_t stream_rates[] = {5512,  8000,  11025, 16000, 22050,  32000, 44100,
                                        48000, 64000, 88200, 96000, 176400, 192000};

#define STREAM_FORMATS (sizeof(stream_widths) / sizeof(stream_widths[0]))
#define STREAM_RATES   (sizeof(stream_rates) / sizeof(stream_rates[0]))

uint64_t sound_formats(void)
{
    uint64_t bits = 0;

    for (unsigned i = 0; i < STREAM_FORMATS; i++)
        bits |= stream_widths[i] != 0 ? 1ull << i : 0;
    return bits;
}

uint64_t sound_rates(void)
{
    return (1ull << STREAM_RATES) - 1;
}

bool sound_stream_is_sane(const struct sound_stream *stream)
{
    bool set = stream->channels >= 1 && stream->channels <= EMU_AUDIO_CHANNELS &&
               stream->format < STREAM_FORMATS && stream_widths[stream->format] != 0 &&
               stream->rate < STREAM_RATES;

    return stream->state < SOUND_STATES && (stream->state == SOUND_STATE_NONE || set) &&
           emu_audio_pace_is_sane(&stream->pace);
}

static struct emu_audio_format stream_format(const struct sound_stream *stream)
{
    return (struct emu_audio_format){
        .rate = stream_rates[stream->rate],
        .channels = stream->channels,
        .width = stream_widths[stream->format],
    };
}

/* ---- messages ---- */

/* A message that was popped: what of its frames is left. */
struct stream_message {
    struct emu_virtio_chain chain;
    uint64_t left;        /* bytes */
    uint32_t given;       /* bytes that were recorded into it */
    enum sound_code status;
};

static void stream_push(struct virtio_sound *sound, enum emu_audio_direction direction,
                        struct stream_message *message)
{
    const struct sound_pcm_status status = {.status = message->status};
    uint64_t room =
        emu_virtio_length(message->chain.segments + message->chain.out_count, message->chain.in_count);
    size_t given = 0;

    if (room >= sizeof(status)) { /* the status is what comes last */
        emu_virtio_cut_first(&message->chain, (size_t)(room - sizeof(status)));
        given = emu_virtio_give(&sound->virtio, &message->chain, &status, sizeof(status));
    }
    sound->streams[direction].done = 0;
    emu_virtio_push(&sound->virtio, sound_queue_of(direction), message->chain.head,
                    message->given + (uint32_t)given);
}

/* Bytes of frames that a message has room for or brings, behind its head. */
static uint64_t stream_length(enum emu_audio_direction direction,
                              const struct emu_virtio_chain *chain)
{
    uint64_t in = emu_virtio_length(chain->segments + chain->out_count, chain->in_count);

    if (direction == EMU_AUDIO_PLAY)
        return emu_virtio_length(chain->segments, chain->out_count);
    return in > sizeof(struct sound_pcm_status) ? in - sizeof(struct sound_pcm_status) : 0;
}

/* Bytes that were moved before this look at the message. */
static void stream_skip(struct virtio_sound *sound, enum emu_audio_direction direction,
                        struct stream_message *message)
{
    uint64_t skip = sound->streams[direction].done;
    uint8_t dropped[STREAM_BYTES];

    skip = skip < message->left ? skip : message->left;
    message->left -= skip;
    if (direction == EMU_AUDIO_RECORD) {
        emu_virtio_cut_first(&message->chain, (size_t)skip);
        message->given = (uint32_t)skip;
        return;
    }
    while (skip != 0 && emu_virtio_running(&sound->virtio))
        skip -= emu_virtio_take(&sound->virtio, &message->chain, dropped,
                                skip < STREAM_BYTES ? (size_t)skip : STREAM_BYTES);
}

/* The message at the front, still the driver's until it is pushed. False: there is none. */
static bool stream_pop(struct virtio_sound *sound, enum emu_audio_direction direction,
                       struct stream_message *message)
{
    struct sound_stream *stream = &sound->streams[direction];
    struct emu_audio_format format = stream_format(stream);
    uint32_t number = UINT32_MAX;

    if (!emu_virtio_pop(&sound->virtio, sound_queue_of(direction), &message->chain))
        return false;
    message->status = SOUND_OK;
    message->given = 0;
    if (emu_virtio_take(&sound->virtio, &message->chain, &number, sizeof(number)) !=
            sizeof(number) ||
        number != (uint32_t)direction)
        message->status = SOUND_BAD_MESSAGE;
    message->left = stream_length(direction, &message->chain);
    if (message->left > UINT32_MAX / 2)
        message->status = SOUND_BAD_MESSAGE;
    message->left -= message->left % emu_audio_frame(&format);
    if (message->status != SOUND_OK)
        message->left = 0;
    stream_skip(sound, direction, message);
    return emu_virtio_running(&sound->virtio);
}

static void stream_unpop(struct virtio_sound *sound, enum emu_audio_direction direction)
{
    emu_virtio_unpop(&sound->virtio, sound_queue_of(direction), 1);
}

void sound_stream_flush(struct virtio_sound *sound, enum emu_audio_direction direction,
                        enum sound_code status)
{
    struct stream_message message = {.status = status};

    for (unsigned i = 0; i < STREAM_MESSAGES && emu_virtio_pop(&sound->virtio,
                                                               sound_queue_of(direction),
                                                               &message.chain);
         i++)
        stream_push(sound, direction, &message);
}

/* ---- frames ---- */

static void stream_move(struct virtio_sound *sound, enum emu_audio_direction direction,
                        struct stream_message *message, size_t frames)
{
    struct emu_audio *audio = sound->virtio.pci.device.audio;
    struct emu_audio_format format = stream_format(&sound->streams[direction]);
    size_t bytes = frames * emu_audio_frame(&format);
    uint8_t buffer[STREAM_BYTES];

    if (direction == EMU_AUDIO_PLAY) {
        if (emu_virtio_take(&sound->virtio, &message->chain, buffer, bytes) == bytes)
            emu_audio_play(audio, &format, buffer, frames);
    } else {
        emu_audio_record(audio, &format, buffer, frames);
        emu_virtio_give(&sound->virtio, &message->chain, buffer, bytes);
        emu_virtio_cut_first(&message->chain, bytes);
        message->given += (uint32_t)bytes;
    }
    message->left -= bytes;
    sound->streams[direction].done += (uint32_t)bytes;
}

/* Up to so many frames of the message; how many. */
static uint64_t stream_move_message(struct virtio_sound *sound, enum emu_audio_direction direction,
                                    struct stream_message *message, uint64_t due)
{
    struct emu_audio_format format = stream_format(&sound->streams[direction]);
    uint64_t piece = STREAM_BYTES / emu_audio_frame(&format), moved = 0;

    piece = piece < EMU_AUDIO_PIECE ? piece : EMU_AUDIO_PIECE;
    while (moved < due && message->left != 0 && emu_virtio_running(&sound->virtio)) {
        uint64_t part = message->left / emu_audio_frame(&format);

        part = part < due - moved ? part : due - moved;
        part = part < piece ? part : piece;
        stream_move(sound, direction, message, (size_t)part);
        moved += part;
    }
    return moved;
}

/* What is due; the frames that then are left of the message at the front, 0: there is none. */
static uint64_t stream_advance(struct virtio_sound *sound, enum emu_audio_direction direction,
                               emu_ns now)
{
    struct sound_stream *stream = &sound->streams[direction];
    struct emu_audio_format format = stream_format(stream);
    uint64_t due = emu_audio_pace_take(&stream->pace, format.rate, now);
    struct stream_message message;

    for (unsigned i = 0; i < STREAM_MESSAGES; i++) {
        if (!stream_pop(sound, direction, &message)) {
            if (due != 0) /* the driver is late: what it brings is played from then on */
                emu_audio_pace_start(&stream->pace, now);
            return 0;
        }
        due -= stream_move_message(sound, direction, &message, due);
        if (message.left != 0) {
            stream_unpop(sound, direction);
            return message.left / emu_audio_frame(&format);
        }
        stream_push(sound, direction, &message);
    }
    return 0;
}

void sound_advance(struct virtio_sound *sound)
{
    emu_ns now = emu_clock_now(sound->virtio.pci.device.clock), next = EMU_TIMER_NEVER;

    for (unsigned i = 0; i < EMU_AUDIO_DIRECTIONS; i++) {
        struct sound_stream *stream = &sound->streams[i];
        emu_ns then;

        if (stream->state != SOUND_STATE_STARTED)
            continue;
        then = stream_advance(sound, i, now);
        then = emu_audio_pace_next(&stream->pace, stream_rates[stream->rate], then, now);
        next = then < next ? then : next;
    }
    if (next == EMU_TIMER_NEVER || !emu_virtio_running(&sound->virtio))
        emu_timer_cancel(&sound->timer);
    else
        emu_timer_arm(&sound->timer, next);
}

void sound_stream_run(struct virtio_sound *sound, enum emu_audio_direction direction, bool run)
{
    if (run)
        emu_audio_pace_start(&sound->streams[direction].pace,
                             emu_clock_now(sound->virtio.pci.device.clock));
    else
        emu_audio_stop(sound->virtio.pci.device.audio, direction);
    sound_advance(sound);
}

void sound_stream_notified(struct virtio_sound *sound, enum emu_audio_direction direction)
{
    switch (sound->streams[direction].state) {
    case SOUND_STATE_STARTED:
        sound_advance(sound);
        break;
    case SOUND_STATE_PREPARED:
    case SOUND_STATE_STOPPED:
        break; /* they wait for the start */
    default:
        sound_stream_flush(sound, direction, SOUND_IO_ERROR);
        break;
    }
}
