/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Virtio sound (Virtio 1.2, 5.14): what it has, and control of its streams: one to play and one to
 * record, 8, 16 or 32 bits, one or two channels, with a jack each. The microphone's jack is connected
 * while people allow the guest to listen. Left out: shared memory, remapping of jacks, controls.
 */
#include <string.h>

#include "emulator/hw/devices.h"
#include "emulator/hw/save.h"
#include "emulator/hw/virtio/virtio-sound-internal.h"

#define SOUND_INFO_MAX 32u /* bytes of a piece of information */
#define SOUND_ASKED    64u /* pieces that are answered at once */

#define WIRING_LINE_OUT   0x01014110u /* configuration defaults (HDA 1.0a, 7.3.3.31) */
#define WIRING_MICROPHONE 0x01a19120u
#define CAPS_OUTPUT       0x14u /* and presence is detected */
#define CAPS_INPUT        0x24u
#define CHANNEL_LEFT      3u
#define CHANNEL_RIGHT     4u

static struct virtio_sound *sound_of(void *device)
{
    return device;
}

/* ---- what there is ---- */

static bool sound_is_connected(const struct virtio_sound *sound, unsigned jack)
{
    return jack == EMU_AUDIO_PLAY || emu_audio_record_allowed(sound->virtio.pci.device.audio);
}

static size_t sound_get_jack(struct virtio_sound *sound, unsigned number, uint8_t *out)
{
    bool play = number == EMU_AUDIO_PLAY;
    const struct sound_jack_info info = {
        .wiring = play ? WIRING_LINE_OUT : WIRING_MICROPHONE,
        .caps = play ? CAPS_OUTPUT : CAPS_INPUT,
        .connected = sound_is_connected(sound, number),
    };

    if (!play)
        sound->told = info.connected;
    memcpy(out, &info, sizeof(info));
    return sizeof(info);
}

static size_t sound_get_pcm(struct virtio_sound *sound, unsigned number, uint8_t *out)
{
    const struct sound_pcm_info info = {
        .formats = sound_formats(),
        .rates = sound_rates(),
        .direction = (uint8_t)number,
        .channels_min = 1,
        .channels_max = EMU_AUDIO_CHANNELS,
    };

    memcpy(out, &info, sizeof(info));
    return sizeof(info);
}

static size_t sound_get_chmap(struct virtio_sound *sound, unsigned number, uint8_t *out)
{
    const struct sound_chmap_info info = {
        .direction = (uint8_t)number,
        .channels = EMU_AUDIO_CHANNELS,
        .positions = {CHANNEL_LEFT, CHANNEL_RIGHT},
    };

    memcpy(out, &info, sizeof(info));
    return sizeof(info);
}

/* ---- control ---- */

/* A request, and its answer: a code and what follows it. */
struct sound_request {
    union {
        uint32_t code;
        struct sound_query query;
        struct sound_set_params params;
    };
    size_t length;
    uint8_t answer[sizeof(uint32_t) + EMU_AUDIO_DIRECTIONS * SOUND_ASKED];
    size_t answer_length; /* behind the code */
};

typedef size_t sound_get_fn(struct virtio_sound *sound, unsigned number, uint8_t *out);

/* There are as many of each kind as streams. The driver's idea of a piece may be longer. */
static enum sound_code sound_query(struct virtio_sound *sound, struct sound_request *request,
                                   sound_get_fn *get)
{
    const struct sound_query *query = &request->query;
    uint8_t *out = request->answer + sizeof(uint32_t);

    if (request->length < sizeof(*query) || query->count > EMU_AUDIO_DIRECTIONS ||
        query->first > EMU_AUDIO_DIRECTIONS - query->count || query->size > SOUND_ASKED)
        return SOUND_BAD_MESSAGE;
    for (uint32_t i = 0; i < query->count; i++, out += query->size) {
        uint8_t info[SOUND_INFO_MAX];
        size_t length = get(sound, query->first + i, info);

        if (query->size < length)
            return SOUND_BAD_MESSAGE;
        memcpy(out, info, length);
    }
    request->answer_length = (size_t)query->count * query->size;
    return SOUND_OK;
}

/* From which state a request leads to which (5.14.6.6.1). */
static const struct {
    uint32_t code;
    uint8_t from; /* a bit for each state */
    uint8_t to;
} sound_steps[] = {
#define FROM(state) (1u << SOUND_STATE_##state)
    {SOUND_PCM_SET_PARAMS, FROM(NONE) | FROM(SET) | FROM(PREPARED) | FROM(RELEASED),
     SOUND_STATE_SET},
    {SOUND_PCM_PREPARE, FROM(SET) | FROM(PREPARED) | FROM(RELEASED), SOUND_STATE_PREPARED},
    {SOUND_PCM_START, FROM(PREPARED) | FROM(STOPPED), SOUND_STATE_STARTED},
    {SOUND_PCM_STOP, FROM(STARTED), SOUND_STATE_STOPPED},
    {SOUND_PCM_RELEASE, FROM(PREPARED) | FROM(STOPPED), SOUND_STATE_RELEASED},
#undef FROM
};

static enum sound_code sound_set_params(struct sound_stream *stream,
                                        const struct sound_request *request)
{
    const struct sound_set_params *params = &request->params;

    if (request->length < sizeof(*params) || params->period_bytes == 0 ||
        params->buffer_bytes < params->period_bytes ||
        params->buffer_bytes % params->period_bytes != 0)
        return SOUND_BAD_MESSAGE;
    if (params->features != 0 || params->channels == 0 || params->channels > EMU_AUDIO_CHANNELS ||
        params->format >= 64 || !(sound_formats() >> params->format & 1) || params->rate >= 64 ||
        !(sound_rates() >> params->rate & 1))
        return SOUND_NOT_SUPPORTED;
    stream->channels = params->channels;
    stream->format = params->format;
    stream->rate = params->rate;
    return SOUND_OK;
}

/* The step has been made; messages that nobody will play are given back. */
static void sound_arrive(struct virtio_sound *sound, enum emu_audio_direction direction,
                         uint8_t before)
{
    uint8_t now = sound->streams[direction].state;

    if (now == SOUND_STATE_STARTED || before == SOUND_STATE_STARTED)
        sound_stream_run(sound, direction, now == SOUND_STATE_STARTED);
    if (now == SOUND_STATE_RELEASED || now == SOUND_STATE_SET)
        sound_stream_flush(sound, direction, SOUND_OK);
}

static enum sound_code sound_step(struct virtio_sound *sound, const struct sound_request *request)
{
    struct sound_stream *stream;
    uint8_t before;

    if (request->length < 2 * sizeof(uint32_t) ||
        request->params.stream >= EMU_AUDIO_DIRECTIONS)
        return SOUND_BAD_MESSAGE;
    stream = &sound->streams[request->params.stream];
    before = stream->state;
    if (before == SOUND_STATE_STARTED)
        sound_advance(sound); /* up to now as it was */
    for (size_t i = 0; i < sizeof(sound_steps) / sizeof(sound_steps[0]); i++) {
        enum sound_code code = SOUND_OK;

        if (sound_steps[i].code != request->code)
            continue;
        if (!(sound_steps[i].from >> before & 1))
            return SOUND_BAD_MESSAGE;
        if (request->code == SOUND_PCM_SET_PARAMS)
            code = sound_set_params(stream, request);
        if (code != SOUND_OK)
            return code;
        stream->state = sound_steps[i].to;
        sound_arrive(sound, request->params.stream, before);
    }
    return SOUND_OK;
}

static enum sound_code sound_answer(struct virtio_sound *sound, struct sound_request *request)
{
    if (request->length < sizeof(request->code))
        return SOUND_BAD_MESSAGE;
    switch (request->code) {
    case SOUND_JACK_INFO:
        return sound_query(sound, request, sound_get_jack);
    case SOUND_PCM_INFO:
        return sound_query(sound, request, sound_get_pcm);
    case SOUND_CHMAP_INFO:
        return sound_query(sound, request, sound_get_chmap);
    case SOUND_PCM_SET_PARAMS:
    case SOUND_PCM_PREPARE:
    case SOUND_PCM_RELEASE:
    case SOUND_PCM_START:
    case SOUND_PCM_STOP:
        return sound_step(sound, request);
    default:
        return SOUND_NOT_SUPPORTED;
    }
}

/* An answer that does not fit is cut, and its code says so. */
static void sound_control(struct virtio_sound *sound)
{
    struct emu_virtio *virtio = &sound->virtio;
    struct emu_virtio_chain chain;

    while (emu_virtio_pop(virtio, SOUND_CONTROL, &chain)) {
        struct sound_request request = {.answer_length = 0};
        uint64_t room = emu_virtio_length(chain.segments + chain.out_count, chain.in_count);
        uint32_t code;

        request.length = emu_virtio_take(virtio, &chain, &request.params,
                                         sizeof(struct sound_set_params));
        code = sound_answer(sound, &request);
        if (code != SOUND_OK)
            request.answer_length = 0;
        if (room < sizeof(code) + request.answer_length) {
            code = SOUND_BAD_MESSAGE;
            request.answer_length = 0;
        }
        memcpy(request.answer, &code, sizeof(code));
        emu_virtio_push(virtio, SOUND_CONTROL, chain.head,
                        (uint32_t)emu_virtio_give(virtio, &chain, request.answer,
                                                  sizeof(code) + request.answer_length));
    }
}

/* ---- events ---- */

/* The microphone's jack, once the driver has a buffer for what became of it. */
static void sound_tell(struct virtio_sound *sound)
{
    bool connected = sound_is_connected(sound, EMU_AUDIO_RECORD);
    const struct sound_event event = {
        .code = connected ? SOUND_JACK_CONNECTED : SOUND_JACK_DISCONNECTED,
        .data = EMU_AUDIO_RECORD,
    };
    struct emu_virtio_chain chain;

    if (connected == sound->told || !emu_virtio_running(&sound->virtio) ||
        !emu_virtio_pop(&sound->virtio, SOUND_EVENTS, &chain))
        return;
    sound->told = connected;
    emu_virtio_push(&sound->virtio, SOUND_EVENTS, chain.head,
                    (uint32_t)emu_virtio_give(&sound->virtio, &chain, &event, sizeof(event)));
}

static void sound_microphone_turned(void *opaque)
{
    struct virtio_sound *sound = opaque;

    pthread_mutex_lock(&sound->virtio.pci.device.lock);
    sound_tell(sound);
    pthread_mutex_unlock(&sound->virtio.pci.device.lock);
}

/* ---- the device ---- */

static void sound_notified(struct emu_virtio *virtio, unsigned queue)
{
    struct virtio_sound *sound = sound_of(virtio);

    switch (queue) {
    case SOUND_CONTROL:
        sound_control(sound);
        break;
    case SOUND_EVENTS:
        sound_tell(sound);
        break;
    case SOUND_TX:
        sound_stream_notified(sound, EMU_AUDIO_PLAY);
        break;
    case SOUND_RX:
        sound_stream_notified(sound, EMU_AUDIO_RECORD);
        break;
    }
}

static void sound_virtio_reset(struct emu_virtio *virtio)
{
    struct virtio_sound *sound = sound_of(virtio);

    for (unsigned i = 0; i < EMU_AUDIO_DIRECTIONS; i++)
        emu_audio_stop(virtio->pci.device.audio, i);
    memset(sound->streams, 0, sizeof(sound->streams));
    sound->told = false;
    emu_timer_cancel(&sound->timer);
}

static const struct emu_virtio_type sound_type = {
    .id = 25,
    .class_code = 0x040100,
    .config_size = sizeof(struct sound_config),
    .notified = sound_notified,
    .reset = sound_virtio_reset,
};

static void sound_tick(void *opaque)
{
    sound_advance(opaque);
    sound_tell(opaque);
}

static bool sound_realize(struct emu_device *device, struct emu_error *err)
{
    static const struct sound_config config = {EMU_AUDIO_DIRECTIONS, EMU_AUDIO_DIRECTIONS,
                                               EMU_AUDIO_DIRECTIONS};
    struct virtio_sound *sound = sound_of(device);

    sound->virtio.queue_count = SOUND_QUEUES;
    if (!emu_virtio_init(&sound->virtio, &sound_type, err))
        return false;
    memcpy(sound->virtio.config_initial, &config, sizeof(config));
    emu_timer_init(&sound->timer, device->clock, &device->lock, sound_tick, sound);
    emu_audio_watch_record(device->audio, sound_microphone_turned, sound);
    return true;
}

static void sound_unrealize(struct emu_device *device)
{
    struct virtio_sound *sound = sound_of(device);

    emu_audio_watch_record(device->audio, NULL, NULL);
    emu_timer_finish(&sound->timer);
    emu_virtio_finish(&sound->virtio);
}

static void sound_reset(struct emu_device *device)
{
    emu_virtio_reset(&sound_of(device)->virtio);
}

static const struct emu_field sound_stream_fields[] = {
    EMU_FIELD(struct sound_stream, state),
    EMU_FIELD(struct sound_stream, channels),
    EMU_FIELD(struct sound_stream, format),
    EMU_FIELD(struct sound_stream, rate),
    EMU_FIELD(struct sound_stream, done),
    EMU_FIELD(struct sound_stream, pace.started),
    EMU_FIELD(struct sound_stream, pace.moved),
    EMU_FIELD_END,
};

static const struct emu_field sound_fields[] = {
    EMU_FIELD(struct virtio_sound, told),
    EMU_FIELD_END,
};

static void sound_save(struct emu_device *device, struct emu_writer *out)
{
    struct virtio_sound *sound = sound_of(device);

    emu_virtio_save(&sound->virtio, out);
    emu_hw_save(out, "virtio-sound", sound, sound_fields);
    for (unsigned i = 0; i < EMU_AUDIO_DIRECTIONS; i++)
        emu_write_fields(out, &sound->streams[i], sound_stream_fields);
}

/* The timer finds out when the next frames are due; and whether the jack is as it was. */
static bool sound_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct virtio_sound *sound = sound_of(device);

    if (!emu_virtio_load(&sound->virtio, in, err) ||
        !emu_hw_load(in, "virtio-sound", sound, sound_fields, err))
        return false;
    for (unsigned i = 0; i < EMU_AUDIO_DIRECTIONS; i++) {
        if (!emu_read_fields(in, &sound->streams[i], sound_stream_fields, err))
            return false;
        if (!sound_stream_is_sane(&sound->streams[i]))
            return emu_hw_load_bad("virtio-sound", "a stream", err);
    }
    emu_timer_arm(&sound->timer, 0);
    return true;
}

const struct emu_device_class emu_virtio_sound_class = {
    .name = "virtio-sound",
    .description = "virtio sound card",
    .size = sizeof(struct virtio_sound),
    .realize = sound_realize,
    .unrealize = sound_unrealize,
    .reset = sound_reset,
    .save = sound_save,
    .load = sound_load,
};
