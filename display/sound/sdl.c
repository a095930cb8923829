/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SDL's audio devices behind a sound card (sound.h). Between the machine's clock and that of the
 * host's device lies a queue (queue.h) for each direction.
 */
#include "display/sound/sound.h"

#include <SDL2/SDL.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "display/sound/queue.h"

#define LANE_LINGER 5 /* seconds that a device stays open when the guest is silent */

struct sound;

/* One direction. */
struct lane {
    struct sound *sound;
    unsigned wanted; /* frames a second; 0: none */
    unsigned opened; /* what the device has; 0: it is closed */
    unsigned piece;  /* frames that the device moves at once */
    SDL_AudioDeviceID device;
    struct disp_sound_queue *queue;
};

struct sound {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    struct lane lanes[EMU_AUDIO_DIRECTIONS];
    bool quit, started, told; /* started: SDL; told: that it failed */
    char driver[32];          /* SDL's name for what it speaks to */
    void (*failed)(void *opaque, const char *why);
    void *opaque;
};

/* SDL's threads. */
static void lane_play(void *opaque, Uint8 *stream, int length)
{
    struct lane *lane = opaque;

    pthread_mutex_lock(&lane->sound->lock);
    disp_sound_queue_take(lane->queue, (int16_t *)(void *)stream,
                          (size_t)length / sizeof(int16_t[EMU_AUDIO_CHANNELS]));
    pthread_mutex_unlock(&lane->sound->lock);
}

static void lane_record(void *opaque, Uint8 *stream, int length)
{
    struct lane *lane = opaque;

    pthread_mutex_lock(&lane->sound->lock);
    disp_sound_queue_put(lane->queue, (const int16_t *)(const void *)stream,
                         (size_t)length / sizeof(int16_t[EMU_AUDIO_CHANNELS]));
    pthread_mutex_unlock(&lane->sound->lock);
}

/* ---- devices: the back end's own thread, without the lock ---- */

static void sound_tell(struct sound *sound)
{
    if (!sound->told)
        sound->failed(sound->opaque, SDL_GetError());
    sound->told = true;
}

static bool sound_start_sdl(struct sound *sound)
{
    if (sound->started)
        return true;
    SDL_SetMainReady();
    SDL_SetHint(SDL_HINT_AUDIO_DEVICE_APP_NAME, "Lathe");
    sound->started = SDL_InitSubSystem(SDL_INIT_AUDIO) == 0;
    if (sound->started) {
        pthread_mutex_lock(&sound->lock);
        snprintf(sound->driver, sizeof(sound->driver), "%s", SDL_GetCurrentAudioDriver());
        pthread_mutex_unlock(&sound->lock);
    }
    return sound->started;
}

/* 10 ms or a little more. A power of two: for another number some of SDL's drivers write beyond the
 * buffer that they have made. */
static Uint16 lane_find_piece(unsigned rate)
{
    unsigned piece = 1;

    while (piece < rate / 100)
        piece *= 2;
    return (Uint16)piece;
}

static SDL_AudioDeviceID lane_open(struct lane *lane, unsigned rate)
{
    bool record = lane == &lane->sound->lanes[EMU_AUDIO_RECORD];
    const SDL_AudioSpec wanted = {
        .freq = (int)rate,
        .format = AUDIO_S16SYS,
        .channels = EMU_AUDIO_CHANNELS,
        .samples = lane_find_piece(rate),
        .callback = record ? lane_record : lane_play,
        .userdata = lane,
    };
    SDL_AudioSpec obtained = wanted;
    SDL_AudioDeviceID device =
        sound_start_sdl(lane->sound)
            ? SDL_OpenAudioDevice(NULL, record, &wanted, &obtained, SDL_AUDIO_ALLOW_SAMPLES_CHANGE)
            : 0;

    if (device == 0)
        sound_tell(lane->sound);
    else
        SDL_PauseAudioDevice(device, 0);
    lane->piece = obtained.samples;
    return device;
}

static void lane_close(struct lane *lane)
{
    if (lane->device != 0)
        SDL_CloseAudioDevice(lane->device);
    lane->device = 0;
}

/* The device that is wanted. Only this thread has to do with it, and with the piece while it is
 * not open. */
static void lane_change_locked(struct lane *lane, unsigned rate)
{
    lane->opened = rate;
    pthread_mutex_unlock(&lane->sound->lock);
    lane_close(lane);
    if (rate != 0)
        lane->device = lane_open(lane, rate);
    pthread_mutex_lock(&lane->sound->lock);
}

/* Which rate a lane's device ought to have now; a silent one lingers, a microphone does not. */
static unsigned lane_ought_locked(const struct lane *lane, bool lingered)
{
    if (lane->sound->quit)
        return 0;
    if (lane->wanted != 0)
        return lane->wanted;
    return lingered || lane == &lane->sound->lanes[EMU_AUDIO_RECORD] ? 0 : lane->opened;
}

/* False: nothing came for a while. */
static bool sound_wait_locked(struct sound *sound)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LANE_LINGER;
    return pthread_cond_timedwait(&sound->changed, &sound->lock, &until) != ETIMEDOUT;
}

static void *sound_run(void *opaque)
{
    struct sound *sound = opaque;
    bool lingered = false, busy = false;

    pthread_mutex_lock(&sound->lock);
    while (!sound->quit || busy) {
        busy = false;
        for (unsigned i = 0; i < EMU_AUDIO_DIRECTIONS; i++) {
            unsigned ought = lane_ought_locked(&sound->lanes[i], lingered);

            busy |= ought != sound->lanes[i].opened;
            if (ought != sound->lanes[i].opened)
                lane_change_locked(&sound->lanes[i], ought);
        }
        lingered = !busy && !sound->quit && !sound_wait_locked(sound);
    }
    pthread_mutex_unlock(&sound->lock);
    if (sound->started)
        SDL_QuitSubSystem(SDL_INIT_AUDIO);
    return NULL;
}

/* ---- the back end ---- */

static void sound_want(struct sound *sound, enum emu_audio_direction direction, unsigned rate)
{
    struct lane *lane = &sound->lanes[direction];

    pthread_mutex_lock(&sound->lock);
    if (rate != 0)
        disp_sound_queue_start(lane->queue, rate);
    else
        disp_sound_queue_end(lane->queue);
    lane->wanted = rate;
    pthread_cond_signal(&sound->changed);
    pthread_mutex_unlock(&sound->lock);
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
    struct sound *sound = opaque;

    pthread_mutex_lock(&sound->lock);
    disp_sound_queue_put(sound->lanes[EMU_AUDIO_PLAY].queue, samples, frames);
    pthread_mutex_unlock(&sound->lock);
}

static size_t sound_record(void *opaque, int16_t *samples, size_t frames)
{
    struct sound *sound = opaque;
    size_t taken;

    pthread_mutex_lock(&sound->lock);
    taken = disp_sound_queue_take(sound->lanes[EMU_AUDIO_RECORD].queue, samples, frames);
    pthread_mutex_unlock(&sound->lock);
    return taken;
}

static void sound_get_status(void *opaque, enum emu_audio_direction direction,
                             struct emu_audio_backend_status *out)
{
    struct sound *sound = opaque;
    const struct lane *lane = &sound->lanes[direction];
    struct disp_sound_queue_status queue;

    pthread_mutex_lock(&sound->lock);
    queue = disp_sound_queue_get_status(lane->queue);
    *out = (struct emu_audio_backend_status){
        .rate = lane->opened,
        .waiting = queue.waiting,
        .device = lane->opened != 0 ? lane->piece : 0,
        .underruns = queue.underruns,
        .dropped = queue.cut,
        .drift = queue.drift,
    };
    memcpy(out->driver, sound->driver, sizeof(out->driver));
    pthread_mutex_unlock(&sound->lock);
}

static void sound_free(struct sound *sound)
{
    pthread_cond_destroy(&sound->changed);
    pthread_mutex_destroy(&sound->lock);
    for (unsigned i = 0; i < EMU_AUDIO_DIRECTIONS; i++)
        disp_sound_queue_free(sound->lanes[i].queue);
    free(sound);
}

static void sound_close(void *opaque)
{
    struct sound *sound = opaque;

    pthread_mutex_lock(&sound->lock);
    sound->quit = true;
    pthread_cond_signal(&sound->changed);
    pthread_mutex_unlock(&sound->lock);
    pthread_join(sound->thread, NULL);
    sound_free(sound);
}

/* False: out of memory. */
static bool sound_init(struct sound *sound)
{
    pthread_condattr_t monotonic;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&sound->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&sound->lock, NULL);
    for (unsigned i = 0; i < EMU_AUDIO_DIRECTIONS; i++)
        sound->lanes[i] = (struct lane){.sound = sound, .queue = disp_sound_queue_new()};
    return sound->lanes[EMU_AUDIO_PLAY].queue != NULL &&
           sound->lanes[EMU_AUDIO_RECORD].queue != NULL;
}

bool disp_sound_open(struct emu_audio_backend *out, void (*failed)(void *opaque, const char *why),
                     void *opaque)
{
    static const struct emu_audio_ops ops = {
        .name = "sdl",
        .start = sound_start,
        .stop = sound_stop,
        .play = sound_play,
        .record = sound_record,
        .get_status = sound_get_status,
        .close = sound_close,
    };
    struct sound *sound = calloc(1, sizeof(*sound));

    if (sound == NULL)
        return false;
    sound->failed = failed;
    sound->opaque = opaque;
    if (!sound_init(sound) || pthread_create(&sound->thread, NULL, sound_run, sound) != 0) {
        sound_free(sound);
        return false;
    }
    *out = (struct emu_audio_backend){&ops, sound};
    return true;
}
