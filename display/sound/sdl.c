/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SDL's audio devices behind a sound card (sound.h). Between the machine's clock and that of the
 * host's device lies a queue, which is kept at LANE_TARGET: it is played a little faster or slower
 * than it is filled, by up to half a percent, which nobody hears. A queue that runs empty is silent
 * until it is filled again; one that runs over loses what is oldest.
 */
#include "display/sound/sound.h"

#include <SDL2/SDL.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LANE_FRAMES 32768u /* a power of two; 170 ms of the highest rate */
#define LANE_TARGET 30u    /* ms that wait */
#define LANE_MOST   100u   /* ms; beyond it the queue is cut down to the target */
#define LANE_LINGER 5      /* seconds that a device stays open when the guest is silent */
#define LANE_ONE    65536u /* a frame, as steps through the queue are counted */
#define LANE_BEND   200u   /* 1 / n of the speed at most */

struct sound;

/* One direction. */
struct lane {
    struct sound *sound;
    unsigned wanted; /* frames a second; 0: none */
    unsigned opened; /* what the device has; 0: it is closed */
    bool silent;     /* until the queue is filled */
    SDL_AudioDeviceID device;
    int16_t frames[LANE_FRAMES][EMU_AUDIO_CHANNELS];
    size_t first, count;
    uint32_t part; /* of LANE_ONE, behind the first frame */
};

struct sound {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    struct lane lanes[EMU_AUDIO_DIRECTIONS];
    bool quit, started, told; /* started: SDL; told: that it failed */
    void (*failed)(void *opaque, const char *why);
    void *opaque;
};

/* ---- the queue ---- */

static void lane_drop(struct lane *lane, size_t frames)
{
    frames = frames < lane->count ? frames : lane->count;
    lane->first = (lane->first + frames) % LANE_FRAMES;
    lane->count -= frames;
}

static size_t lane_of_ms(const struct lane *lane, unsigned ms)
{
    return (size_t)lane->wanted * ms / 1000;
}

static void lane_put(struct lane *lane, const int16_t *samples, size_t frames)
{
    for (size_t i = 0; i < frames && lane->count < LANE_FRAMES; i++, lane->count++)
        memcpy(lane->frames[(lane->first + lane->count) % LANE_FRAMES],
               samples + EMU_AUDIO_CHANNELS * i, sizeof(lane->frames[0]));
    if (lane->count > lane_of_ms(lane, LANE_MOST))
        lane_drop(lane, lane->count - lane_of_ms(lane, LANE_TARGET));
}

static size_t lane_take(struct lane *lane, int16_t *samples, size_t frames)
{
    frames = frames < lane->count ? frames : lane->count;
    for (size_t i = 0; i < frames; i++)
        memcpy(samples + EMU_AUDIO_CHANNELS * i, lane->frames[(lane->first + i) % LANE_FRAMES],
               sizeof(lane->frames[0]));
    lane_drop(lane, frames);
    return frames;
}

/* How far to go for each frame: more than one when too much waits. */
static uint32_t lane_step(const struct lane *lane)
{
    int64_t target = (int64_t)lane_of_ms(lane, LANE_TARGET);
    int64_t bend = ((int64_t)lane->count - target) * (LANE_ONE / LANE_BEND) / (target + 1);
    int64_t most = LANE_ONE / LANE_BEND;

    return (uint32_t)(LANE_ONE + (bend > most ? most : bend < -most ? -most : bend));
}

/* On the straight line from the first frame to the next. */
static void lane_blend(const struct lane *lane, int16_t *out)
{
    const int16_t *one = lane->frames[lane->first];
    const int16_t *next = lane->frames[(lane->first + 1) % LANE_FRAMES];

    for (unsigned i = 0; i < EMU_AUDIO_CHANNELS; i++)
        out[i] = (int16_t)(one[i] + ((int64_t)next[i] - one[i]) * lane->part / LANE_ONE);
}

static void lane_play_locked(struct lane *lane, int16_t *out, size_t frames)
{
    uint32_t step = lane_step(lane);
    size_t done = 0;

    if (lane->count >= lane_of_ms(lane, LANE_TARGET) || (lane->wanted == 0 && lane->count > 1))
        lane->silent = false;
    for (; !lane->silent && done < frames && lane->count > 1; done++) {
        lane_blend(lane, out + EMU_AUDIO_CHANNELS * done);
        lane->part += step;
        lane_drop(lane, lane->part / LANE_ONE);
        lane->part %= LANE_ONE;
    }
    lane->silent |= done < frames;
    memset(out + EMU_AUDIO_CHANNELS * done, 0, (frames - done) * sizeof(lane->frames[0]));
}

/* SDL's threads. */
static void lane_play(void *opaque, Uint8 *stream, int length)
{
    struct lane *lane = opaque;

    pthread_mutex_lock(&lane->sound->lock);
    lane_play_locked(lane, (int16_t *)(void *)stream, (size_t)length / sizeof(lane->frames[0]));
    pthread_mutex_unlock(&lane->sound->lock);
}

static void lane_record(void *opaque, Uint8 *stream, int length)
{
    struct lane *lane = opaque;

    pthread_mutex_lock(&lane->sound->lock);
    lane_put(lane, (const int16_t *)(const void *)stream, (size_t)length / sizeof(lane->frames[0]));
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
    return sound->started;
}

static SDL_AudioDeviceID lane_open(struct lane *lane, unsigned rate)
{
    bool record = lane == &lane->sound->lanes[EMU_AUDIO_RECORD];
    const SDL_AudioSpec wanted = {
        .freq = (int)rate,
        .format = AUDIO_S16SYS,
        .channels = EMU_AUDIO_CHANNELS,
        .samples = (Uint16)(rate / 100), /* 10 ms */
        .callback = record ? lane_record : lane_play,
        .userdata = lane,
    };
    SDL_AudioDeviceID device =
        sound_start_sdl(lane->sound) ? SDL_OpenAudioDevice(NULL, record, &wanted, NULL, 0) : 0;

    if (device == 0)
        sound_tell(lane->sound);
    else
        SDL_PauseAudioDevice(device, 0);
    return device;
}

static void lane_close(struct lane *lane)
{
    if (lane->device != 0)
        SDL_CloseAudioDevice(lane->device);
    lane->device = 0;
}

/* The device that is wanted; what waited while it was opened is cut down. */
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
    if (rate != 0 && rate != lane->opened)
        lane->count = 0;
    lane->silent |= rate != 0;
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
    lane_put(&sound->lanes[EMU_AUDIO_PLAY], samples, frames);
    pthread_mutex_unlock(&sound->lock);
}

static size_t sound_record(void *opaque, int16_t *samples, size_t frames)
{
    struct sound *sound = opaque;
    size_t taken;

    pthread_mutex_lock(&sound->lock);
    taken = lane_take(&sound->lanes[EMU_AUDIO_RECORD], samples, frames);
    pthread_mutex_unlock(&sound->lock);
    return taken;
}

static size_t sound_queued(void *opaque)
{
    struct sound *sound = opaque;
    size_t count;

    pthread_mutex_lock(&sound->lock);
    count = sound->lanes[EMU_AUDIO_PLAY].count;
    pthread_mutex_unlock(&sound->lock);
    return count;
}

static void sound_free(struct sound *sound)
{
    pthread_cond_destroy(&sound->changed);
    pthread_mutex_destroy(&sound->lock);
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

static void sound_init(struct sound *sound)
{
    pthread_condattr_t monotonic;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&sound->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&sound->lock, NULL);
    for (unsigned i = 0; i < EMU_AUDIO_DIRECTIONS; i++)
        sound->lanes[i] = (struct lane){.sound = sound, .silent = true};
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
        .queued = sound_queued,
        .close = sound_close,
    };
    struct sound *sound = calloc(1, sizeof(*sound));

    if (sound == NULL)
        return false;
    sound_init(sound);
    sound->failed = failed;
    sound->opaque = opaque;
    if (pthread_create(&sound->thread, NULL, sound_run, sound) != 0) {
        sound_free(sound);
        return false;
    }
    *out = (struct emu_audio_backend){&ops, sound};
    return true;
}
