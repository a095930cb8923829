/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The queue between two clocks (queue.h): a ring whose reader steps through it in fractions of
 * frames, on a cubic through four of them (Catmull and Rom's), at a pace that a controller with a
 * proportional and an integral part sets four times a second.
 */
#include "display/sound/queue.h"

#include <stdlib.h>
#include <string.h>

#define QUEUE_FRAMES 65536u /* a power of two; DISP_SOUND_LIMIT of the highest rate */
#define QUEUE_ONE    (1u << 24) /* a frame, as steps are counted */
#define QUEUE_WINDOW 250u       /* ms */
#define QUEUE_GROWTH 10u        /* ms that the margin grows by */
#define QUEUE_CALM   30000u     /* ms until it shrinks again */
#define QUEUE_AHEAD  2u         /* frames beyond the one at hand that the cubic needs */

#define QUEUE_SLACK  10u        /* ms beyond the margin that are as good as it */
#define QUEUE_BURST  150u       /* ms: the largest that it waits for before it begins */

/* Millionths: the pace changes by this much for each millisecond too many, at most, */
#define PACE_BEND 1000
#define PACE_MOST 5000
/* and what is learned by this much with each window, up to so much. */
#define PACE_LEARN 100
#define PACE_DRIFT 20000

struct disp_sound_queue {
    unsigned rate, margin;
    bool silent; /* until enough waits */
    bool ended;
    size_t first, count;
    uint32_t part;        /* of QUEUE_ONE, behind the first frame */
    size_t least, looked; /* waited at least, in the frames that were taken in this window */
    size_t burst, lately; /* the most that were taken with nothing put in between; since the calm */
    size_t run;           /* taken since something was put */
    uint64_t calm;        /* frames since it ran empty or the margin shrank */
    int drift, bend;      /* millionths: what was learned, and what is added to it now */
    uint64_t underruns, cut;
    int16_t frames[QUEUE_FRAMES][EMU_AUDIO_CHANNELS];
};

_Static_assert(QUEUE_FRAMES > (uint64_t)EMU_AUDIO_MAX_RATE * DISP_SOUND_LIMIT / 1000, "it fits");

struct disp_sound_queue *disp_sound_queue_new(void)
{
    struct disp_sound_queue *queue = calloc(1, sizeof(*queue));

    if (queue != NULL)
        disp_sound_queue_start(queue, EMU_AUDIO_MIN_RATE);
    if (queue != NULL)
        queue->rate = 0;
    return queue;
}

void disp_sound_queue_free(struct disp_sound_queue *queue)
{
    free(queue);
}

static size_t queue_of_ms(const struct disp_sound_queue *queue, unsigned ms)
{
    return (size_t)queue->rate * ms / 1000;
}

static void queue_drop(struct disp_sound_queue *queue, size_t frames)
{
    queue->first = (queue->first + frames) % QUEUE_FRAMES;
    queue->count -= frames;
}

static void queue_cut(struct disp_sound_queue *queue, size_t frames)
{
    queue_drop(queue, frames);
    queue->cut += frames;
}

static void queue_open_window(struct disp_sound_queue *queue)
{
    queue->least = SIZE_MAX;
    queue->looked = 0;
}

void disp_sound_queue_start(struct disp_sound_queue *queue, unsigned rate)
{
    if (rate != queue->rate) {
        queue->margin = DISP_SOUND_MARGIN;
        queue->burst = queue->lately = 0;
    }
    queue->rate = rate;
    queue->run = 0;
    queue->silent = true;
    queue->ended = false;
    queue->count = queue->part = 0;
    queue->bend = 0;
    queue->calm = 0;
    queue_open_window(queue);
}

/* ---- in ---- */

void disp_sound_queue_put(struct disp_sound_queue *queue, const int16_t *samples, size_t frames)
{
    size_t most = queue_of_ms(queue, DISP_SOUND_LIMIT);

    queue->run = 0;
    if (frames > most) {
        queue->cut += frames - most;
        samples += EMU_AUDIO_CHANNELS * (frames - most);
        frames = most;
    }
    if (queue->count + frames > most)
        queue_cut(queue, queue->count + frames - most);
    for (size_t i = 0; i < frames; i++)
        memcpy(queue->frames[(queue->first + queue->count++) % QUEUE_FRAMES],
               samples + EMU_AUDIO_CHANNELS * i, sizeof(queue->frames[0]));
}

/* Its last frames, too, are played: what the cubic looks at beyond them is silent. */
void disp_sound_queue_end(struct disp_sound_queue *queue)
{
    static const int16_t nothing[QUEUE_AHEAD * EMU_AUDIO_CHANNELS];

    if (!queue->ended)
        disp_sound_queue_put(queue, nothing, QUEUE_AHEAD);
    queue->ended = true;
}

/* ---- out ---- */

/* Through the second and the third of four frames, part of the way between these. */
static int16_t queue_curve(const int32_t *at, uint32_t part)
{
    int64_t t = part >> 9; /* of 2^15 */
    int64_t a = 3 * (at[1] - at[2]) + at[3] - at[0];
    int64_t b = 2 * at[0] - 5 * at[1] + 4 * at[2] - at[3];
    int64_t c = at[2] - at[0];
    int64_t value = at[1] + ((((a * t / 32768 + b) * t / 32768 + c) * t / 32768) / 2);

    return (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
}

static void queue_get(const struct disp_sound_queue *queue, int16_t *out)
{
    for (unsigned channel = 0; channel < EMU_AUDIO_CHANNELS; channel++) {
        int32_t at[4];

        for (unsigned i = 0; i < 4; i++)
            at[i] = queue->frames[(queue->first + QUEUE_FRAMES - 1 + i) % QUEUE_FRAMES][channel];
        out[channel] = queue_curve(at, queue->part);
    }
}

static void queue_step(struct disp_sound_queue *queue)
{
    int64_t step = QUEUE_ONE + (int64_t)QUEUE_ONE * (queue->drift + queue->bend) / 1000000;
    uint64_t place = queue->part + (uint64_t)step;

    queue_drop(queue, place / QUEUE_ONE);
    queue->part = place % QUEUE_ONE;
}

static void queue_run_empty(struct disp_sound_queue *queue)
{
    queue->silent = true;
    queue->calm = 0;
    queue_open_window(queue);
    if (queue->ended)
        return;
    queue->underruns++;
    queue->margin += queue->margin < DISP_SOUND_MOST ? QUEUE_GROWTH : 0;
}

static int queue_clamp(int64_t value, int most)
{
    return (int)(value > most ? most : value < -most ? -most : value);
}

/* Milliseconds that more or less waited than it should, in thousandths. */
static int64_t queue_error(const struct disp_sound_queue *queue)
{
    int64_t over = ((int64_t)queue->least * 1000000 / queue->rate) - (int64_t)queue->margin * 1000;
    int64_t slack = QUEUE_SLACK * 1000;

    return over < 0 ? over : over > slack ? over - slack : 0;
}

static void queue_steer(struct disp_sound_queue *queue)
{
    size_t excess = queue_of_ms(queue, queue->margin + DISP_SOUND_EXCESS);

    queue->bend = queue_clamp(queue_error(queue) * PACE_BEND / 1000, PACE_MOST);
    queue->drift =
        queue_clamp(queue->drift + (int64_t)queue->bend * PACE_LEARN / PACE_BEND, PACE_DRIFT);
    if (queue->least > excess)
        queue_cut(queue, queue->least - queue_of_ms(queue, queue->margin));
    queue_open_window(queue);
}

/* Half a minute without a fault. */
static void queue_calm_down(struct disp_sound_queue *queue)
{
    queue->calm = 0;
    queue->margin -= queue->margin > DISP_SOUND_MARGIN ? QUEUE_GROWTH : 0;
    queue->burst = queue->lately;
    queue->lately = 0;
}

/* A look after a piece was taken. */
static void queue_look(struct disp_sound_queue *queue, size_t taken)
{
    queue->least = queue->count < queue->least ? queue->count : queue->least;
    queue->looked += taken;
    queue->calm += taken;
    if (queue->looked >= queue_of_ms(queue, QUEUE_WINDOW))
        queue_steer(queue);
    if (queue->calm >= queue_of_ms(queue, QUEUE_CALM))
        queue_calm_down(queue);
}

static void queue_count_run(struct disp_sound_queue *queue, size_t frames)
{
    size_t most = queue_of_ms(queue, QUEUE_BURST);

    queue->run = queue->run + frames < most ? queue->run + frames : most;
    queue->burst = queue->run > queue->burst ? queue->run : queue->burst;
    queue->lately = queue->run > queue->lately ? queue->run : queue->lately;
}

/* Enough waits for all that may be taken before more comes, and for what comes late; much more than
 * that is cut, which nobody hears now. */
static void queue_begin(struct disp_sound_queue *queue, size_t frames)
{
    size_t most = queue_of_ms(queue, DISP_SOUND_LIMIT);
    size_t wanted = (frames > queue->burst ? frames : queue->burst) +
                    queue_of_ms(queue, queue->margin);

    wanted = wanted < most ? wanted : most;
    if (queue->ended ? queue->count <= QUEUE_AHEAD : queue->count < wanted)
        return;
    queue->silent = false;
    if (!queue->ended && queue->count > wanted + queue_of_ms(queue, DISP_SOUND_EXCESS))
        queue_cut(queue, queue->count - wanted);
}

size_t disp_sound_queue_take(struct disp_sound_queue *queue, int16_t *samples, size_t frames)
{
    size_t done = 0;

    if (queue->silent)
        queue_begin(queue, frames);
    if (!queue->silent)
        queue_count_run(queue, frames);
    for (; !queue->silent && done < frames && queue->count > QUEUE_AHEAD; done++) {
        queue_get(queue, samples + EMU_AUDIO_CHANNELS * done);
        queue_step(queue);
    }
    memset(samples + EMU_AUDIO_CHANNELS * done, 0, (frames - done) * sizeof(queue->frames[0]));
    if (queue->silent)
        return done;
    if (done < frames)
        queue_run_empty(queue);
    else
        queue_look(queue, done);
    return done;
}

struct disp_sound_queue_status
disp_sound_queue_get_status(const struct disp_sound_queue *queue)
{
    return (struct disp_sound_queue_status){
        .rate = queue->rate,
        .waiting = queue->count,
        .margin = queue->margin,
        .drift = queue->drift + queue->bend,
        .underruns = queue->underruns,
        .cut = queue->cut,
    };
}
