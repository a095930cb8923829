/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Virtio sound's messages and its parts for each other (Virtio 1.2, 5.14). One stream each way, one
 * jack each; all is called with the device's lock held.
 */
#ifndef EMU_HW_VIRTIO_VIRTIO_SOUND_INTERNAL_H
#define EMU_HW_VIRTIO_VIRTIO_SOUND_INTERNAL_H

#include "emulator/audio/audio.h"
#include "emulator/audio/pace.h"
#include "emulator/hw/virtio/virtio.h"

enum sound_queue { SOUND_CONTROL, SOUND_EVENTS, SOUND_TX, SOUND_RX, SOUND_QUEUES };

/* Codes of requests, answers and events (5.14.6) */
enum sound_code {
    SOUND_JACK_INFO = 0x0001,
    SOUND_JACK_REMAP = 0x0002,
    SOUND_PCM_INFO = 0x0100,
    SOUND_PCM_SET_PARAMS = 0x0101,
    SOUND_PCM_PREPARE = 0x0102,
    SOUND_PCM_RELEASE = 0x0103,
    SOUND_PCM_START = 0x0104,
    SOUND_PCM_STOP = 0x0105,
    SOUND_CHMAP_INFO = 0x0200,
    SOUND_JACK_CONNECTED = 0x1000, /* events; data: the jack */
    SOUND_JACK_DISCONNECTED = 0x1001,
    SOUND_OK = 0x8000,
    SOUND_BAD_MESSAGE = 0x8001,
    SOUND_NOT_SUPPORTED = 0x8002,
    SOUND_IO_ERROR = 0x8003,
};

struct sound_config {
    uint32_t jacks, streams, chmaps;
};

struct sound_query {
    uint32_t code, first, count, size;
};

struct sound_jack_info {
    uint32_t node, features, wiring, caps; /* wiring and caps as HDA has them */
    uint8_t connected, padding[7];
};

struct sound_pcm_info {
    uint32_t node, features;
    uint64_t formats, rates; /* a bit for each */
    uint8_t direction, channels_min, channels_max, padding[5];
};

struct sound_chmap_info {
    uint32_t node;
    uint8_t direction, channels, positions[18];
};

struct sound_set_params {
    uint32_t code, stream, buffer_bytes, period_bytes, features;
    uint8_t channels, format, rate, padding;
};

struct sound_event {
    uint32_t code, data;
};

/* The end of a message with frames. */
struct sound_pcm_status {
    uint32_t status, latency_bytes;
};

/* 5.14.6.6.1 */
enum sound_state {
    SOUND_STATE_NONE,
    SOUND_STATE_SET,
    SOUND_STATE_PREPARED,
    SOUND_STATE_STARTED,
    SOUND_STATE_STOPPED,
    SOUND_STATE_RELEASED,
    SOUND_STATES,
};

/* Its number is its direction's: enum emu_audio_direction, as in the specification. */
struct sound_stream {
    uint8_t state;
    uint8_t channels, format, rate; /* as SET_PARAMS names them */
    uint32_t done; /* bytes of frames moved of the message at the front of its queue */
    struct emu_audio_pace pace;
};

struct virtio_sound {
    struct emu_virtio virtio; /* first */
    struct sound_stream streams[EMU_AUDIO_DIRECTIONS];
    struct emu_timer timer;
    bool told; /* the driver knows the microphone's jack as connected */
};

static inline unsigned sound_queue_of(enum emu_audio_direction direction)
{
    return direction == EMU_AUDIO_PLAY ? SOUND_TX : SOUND_RX;
}

/* ---- virtio-sound-stream.c ---- */

/* Bits of the formats and rates that there are. */
uint64_t sound_formats(void);
uint64_t sound_rates(void);
/* Moves what is due by now of both streams and arms the timer for what comes next. */
void sound_advance(struct virtio_sound *sound);
/* The stream was started or stopped: its pace begins anew. */
void sound_stream_run(struct virtio_sound *sound, enum emu_audio_direction direction, bool run);
/* Gives all messages of the stream's queue back, unplayed, with this status. */
void sound_stream_flush(struct virtio_sound *sound, enum emu_audio_direction direction,
                        enum sound_code status);
/* The driver put messages into the stream's queue. */
void sound_stream_notified(struct virtio_sound *sound, enum emu_audio_direction direction);
/* After loading: could it be? */
bool sound_stream_is_sane(const struct sound_stream *stream);

#endif
