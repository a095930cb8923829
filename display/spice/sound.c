/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The machine's sound card for the clients: they hear what the guest plays, and it may hear their
 * microphones. The card's threads only touch a queue for each direction, which evens out the two
 * clocks; a timer on the main thread, which runs while there is sound, moves it between them and
 * the library. Its channels have one rate for good: SDL converts to it and from it.
 */
#include <SDL2/SDL_audio.h>
#include <string.h>

#include "display/sound/queue.h"
#include "display/spice/spice-private.h"

#define SOUND_TURN_MS 10
#define SOUND_BEHIND  100 /* ms by which the main thread may be late; what is older is left out */
#define SOUND_FRAME   sizeof(int16_t[EMU_AUDIO_CHANNELS])
#define SOUND_PIECE   (EMU_AUDIO_MAX_RATE * SOUND_BEHIND / 1000) /* frames at most, of a turn */
#define SOUND_RATE    48000u /* of the library's channels: SPICE's Opus knows no other */

struct lane {
    struct disp_sound_queue *queue; /* with the lock */
    unsigned wanted;                /* with the lock: frames a second of the card; 0: none */
    unsigned rate;                  /* that the lane runs at; 0: it does not */
    SDL_AudioStream *convert;       /* while it runs */
    gint64 began;                   /* by g_get_monotonic_time, when it had moved nothing */
    uint64_t moved;                 /* frames of the card since */
};

struct spice_sound {
    GMutex lock;
    bool called; /* with the lock: a turn is on its way to the main thread */
    guint timer;
    struct lane lanes[EMU_AUDIO_DIRECTIONS];
    SpicePlaybackInstance playback;
    SpiceRecordInstance record;
    uint32_t *buffer; /* the library's, to be filled; NULL: none */
    uint32_t room;    /* frames that it takes */
    int16_t piece[SOUND_PIECE * EMU_AUDIO_CHANNELS];
};

/* ---- playing ---- */

/* Frames of the card's that are due since the last turn. */
static size_t lane_count_due(struct lane *lane)
{
    uint64_t most = (uint64_t)lane->rate * SOUND_BEHIND / 1000;
    gint64 passed = g_get_monotonic_time() - lane->began;
    uint64_t due = (uint64_t)passed * lane->rate / G_USEC_PER_SEC - lane->moved;

    lane->moved += due;
    return (size_t)MIN(due, most);
}

static size_t lane_count_converted(const struct lane *lane)
{
    int bytes = SDL_AudioStreamAvailable(lane->convert);

    return bytes > 0 ? (size_t)bytes / SOUND_FRAME : 0;
}

/* Fills the library's buffers as long as there is enough, and it has some: none without a client.
 */
static void sound_hand_out(struct spice_sound *sound)
{
    struct lane *lane = &sound->lanes[EMU_AUDIO_PLAY];

    for (;;) {
        if (sound->buffer == NULL)
            spice_server_playback_get_buffer(&sound->playback, &sound->buffer, &sound->room);
        if (sound->buffer == NULL || lane_count_converted(lane) < sound->room)
            break;
        SDL_AudioStreamGet(lane->convert, sound->buffer, (int)(sound->room * SOUND_FRAME));
        spice_server_playback_put_samples(&sound->playback, sound->buffer);
        sound->buffer = NULL;
    }
    if (lane_count_converted(lane) > (size_t)SOUND_RATE * SOUND_BEHIND / 1000)
        SDL_AudioStreamClear(lane->convert); /* they take nothing: what waits grows old */
}

static void sound_play_turn(struct spice_sound *sound)
{
    struct lane *lane = &sound->lanes[EMU_AUDIO_PLAY];
    size_t due = lane_count_due(lane);

    g_mutex_lock(&sound->lock);
    disp_sound_queue_take(lane->queue, sound->piece, due);
    g_mutex_unlock(&sound->lock);
    SDL_AudioStreamPut(lane->convert, sound->piece, (int)(due * SOUND_FRAME));
    sound_hand_out(sound);
}

/* The last, incomplete buffer ends in silence. */
static void sound_play_last(struct spice_sound *sound)
{
    struct lane *lane = &sound->lanes[EMU_AUDIO_PLAY];

    SDL_AudioStreamFlush(lane->convert);
    sound_hand_out(sound);
    if (sound->buffer == NULL)
        return;
    memset(sound->buffer, 0, sound->room * SOUND_FRAME);
    SDL_AudioStreamGet(lane->convert, sound->buffer, (int)(sound->room * SOUND_FRAME));
    spice_server_playback_put_samples(&sound->playback, sound->buffer);
    sound->buffer = NULL;
}

/* ---- recording ---- */

static void sound_record_turn(struct spice_sound *sound)
{
    struct lane *lane = &sound->lanes[EMU_AUDIO_RECORD];
    uint32_t got;
    int bytes;

    while ((got = spice_server_record_get_samples(&sound->record, (uint32_t *)(void *)sound->piece,
                                                  SOUND_PIECE)) != 0)
        SDL_AudioStreamPut(lane->convert, sound->piece, (int)(got * SOUND_FRAME));
    while ((bytes = SDL_AudioStreamGet(lane->convert, sound->piece, sizeof(sound->piece))) > 0) {
        g_mutex_lock(&sound->lock);
        disp_sound_queue_put(lane->queue, sound->piece, (size_t)bytes / SOUND_FRAME);
        g_mutex_unlock(&sound->lock);
    }
}

/* ---- the turns: the main thread ---- */

static void lane_end(struct spice_sound *sound, struct lane *lane)
{
    if (lane->rate == 0)
        return;
    if (lane == &sound->lanes[EMU_AUDIO_PLAY]) {
        sound_play_last(sound);
        spice_server_playback_stop(&sound->playback);
    } else {
        spice_server_record_stop(&sound->record);
    }
    g_clear_pointer(&lane->convert, SDL_FreeAudioStream);
    lane->rate = 0;
}

static void lane_begin(struct spice_sound *sound, struct lane *lane, unsigned rate)
{
    bool play = lane == &sound->lanes[EMU_AUDIO_PLAY];

    lane->convert =
        SDL_NewAudioStream(AUDIO_S16SYS, EMU_AUDIO_CHANNELS, (int)(play ? rate : SOUND_RATE),
                           AUDIO_S16SYS, EMU_AUDIO_CHANNELS, (int)(play ? SOUND_RATE : rate));
    if (lane->convert == NULL)
        return; /* no memory: silence, until it is tried again */
    lane->rate = rate;
    lane->began = g_get_monotonic_time();
    lane->moved = 0;
    if (play)
        spice_server_playback_start(&sound->playback);
    else
        spice_server_record_start(&sound->record);
}

/* The rate that a lane ought to have: one that played goes on until all is heard. */
static unsigned sound_find_rate(struct spice_sound *sound, const struct lane *lane)
{
    unsigned rate;

    g_mutex_lock(&sound->lock);
    rate = lane->wanted;
    if (rate == 0 && lane == &sound->lanes[EMU_AUDIO_PLAY] &&
        disp_sound_queue_get_status(lane->queue).waiting != 0)
        rate = lane->rate;
    g_mutex_unlock(&sound->lock);
    return rate;
}

/* False: the lane is silent. */
static bool sound_turn_lane(struct spice_sound *sound, struct lane *lane)
{
    unsigned rate = sound_find_rate(sound, lane);

    if (rate != lane->rate) {
        lane_end(sound, lane);
        if (rate != 0)
            lane_begin(sound, lane, rate);
    }
    if (lane->rate == 0)
        return rate != 0;
    if (lane == &sound->lanes[EMU_AUDIO_PLAY])
        sound_play_turn(sound);
    else
        sound_record_turn(sound);
    return true;
}

static gboolean sound_turn(gpointer data)
{
    struct spice_sound *sound = data;
    bool busy = false;

    for (unsigned i = 0; i < EMU_AUDIO_DIRECTIONS; i++)
        busy |= sound_turn_lane(sound, &sound->lanes[i]);
    if (!busy)
        sound->timer = 0;
    return busy;
}

static gboolean sound_on_call(gpointer data)
{
    struct spice_sound *sound = data;

    g_mutex_lock(&sound->lock);
    sound->called = false;
    g_mutex_unlock(&sound->lock);
    if (sound->timer == 0)
        sound->timer = g_timeout_add(SOUND_TURN_MS, sound_turn, sound);
    return G_SOURCE_REMOVE;
}

/* ---- the back end: the card's threads ---- */

static void sound_want(struct spice_sound *sound, enum emu_audio_direction direction, unsigned rate)
{
    struct lane *lane = &sound->lanes[direction];

    g_mutex_lock(&sound->lock);
    if (rate != 0)
        disp_sound_queue_start(lane->queue, rate);
    else
        disp_sound_queue_end(lane->queue);
    lane->wanted = rate;
    if (!sound->called)
        g_idle_add_full(G_PRIORITY_DEFAULT, sound_on_call, sound, NULL);
    sound->called = true;
    g_mutex_unlock(&sound->lock);
}

static void sound_start(void *opaque, enum emu_audio_direction direction, unsigned rate)
{
    sound_want(opaque, direction, rate);
}

static void sound_stop(void *opaque, enum emu_audio_direction direction)
{
    sound_want(opaque, direction, 0);
}

static void sound_play(void *opaque, const int16_t *samples, size_t frames)
{
    struct spice_sound *sound = opaque;

    g_mutex_lock(&sound->lock);
    disp_sound_queue_put(sound->lanes[EMU_AUDIO_PLAY].queue, samples, frames);
    g_mutex_unlock(&sound->lock);
}

static size_t sound_record(void *opaque, int16_t *samples, size_t frames)
{
    struct spice_sound *sound = opaque;
    size_t taken;

    g_mutex_lock(&sound->lock);
    taken = disp_sound_queue_take(sound->lanes[EMU_AUDIO_RECORD].queue, samples, frames);
    g_mutex_unlock(&sound->lock);
    return taken;
}

static void sound_get_status(void *opaque, enum emu_audio_direction direction,
                             struct emu_audio_backend_status *out)
{
    struct spice_sound *sound = opaque;
    struct lane *lane = &sound->lanes[direction];
    struct disp_sound_queue_status queue;

    g_mutex_lock(&sound->lock);
    queue = disp_sound_queue_get_status(lane->queue);
    *out = (struct emu_audio_backend_status){
        .driver = "spice",
        .rate = lane->wanted,
        .waiting = queue.waiting,
        .device = (size_t)lane->wanted * SOUND_TURN_MS / 1000,
        .underruns = queue.underruns,
        .dropped = queue.cut,
        .drift = queue.drift,
    };
    g_mutex_unlock(&sound->lock);
}

/* ---- life ---- */

static void sound_join(struct spice_sound *sound, SpiceServer *server)
{
    static const SpicePlaybackInterface playback = {
        .base = {.type = SPICE_INTERFACE_PLAYBACK,
                 .description = "playback",
                 .major_version = SPICE_INTERFACE_PLAYBACK_MAJOR,
                 .minor_version = SPICE_INTERFACE_PLAYBACK_MINOR},
    };
    static const SpiceRecordInterface record = {
        .base = {.type = SPICE_INTERFACE_RECORD,
                 .description = "record",
                 .major_version = SPICE_INTERFACE_RECORD_MAJOR,
                 .minor_version = SPICE_INTERFACE_RECORD_MINOR},
    };

    sound->playback.base.sif = &playback.base;
    sound->record.base.sif = &record.base;
    spice_server_add_interface(server, &sound->playback.base);
    spice_server_add_interface(server, &sound->record.base);
    spice_server_set_playback_rate(&sound->playback, SOUND_RATE);
    spice_server_set_record_rate(&sound->record, SOUND_RATE);
}

bool disp_spice_add_sound(struct disp_spice *spice, struct emu_audio_backend *out)
{
    static const struct emu_audio_ops ops = {
        .name = "spice",
        .start = sound_start,
        .stop = sound_stop,
        .play = sound_play,
        .record = sound_record,
        .get_status = sound_get_status,
    };
    struct spice_sound *sound = g_new0(struct spice_sound, 1);

    g_mutex_init(&sound->lock);
    spice->sound = sound;
    for (unsigned i = 0; i < EMU_AUDIO_DIRECTIONS; i++) {
        sound->lanes[i].queue = disp_sound_queue_new();
        if (sound->lanes[i].queue == NULL)
            return false;
    }
    sound_join(sound, spice->server);
    *out = (struct emu_audio_backend){&ops, sound};
    return true;
}

void spice_sound_end(struct spice_sound *sound)
{
    if (sound == NULL)
        return;
    while (g_idle_remove_by_data(sound))
        ;
    g_clear_handle_id(&sound->timer, g_source_remove);
    for (unsigned i = 0; i < EMU_AUDIO_DIRECTIONS; i++)
        lane_end(sound, &sound->lanes[i]);
    if (sound->playback.st != NULL)
        spice_server_remove_interface(&sound->playback.base);
    if (sound->record.st != NULL)
        spice_server_remove_interface(&sound->record.base);
}

void spice_sound_free(struct spice_sound *sound)
{
    if (sound == NULL)
        return;
    for (unsigned i = 0; i < EMU_AUDIO_DIRECTIONS; i++)
        disp_sound_queue_free(sound->lanes[i].queue);
    g_mutex_clear(&sound->lock);
    g_free(sound);
}
