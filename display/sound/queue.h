/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A queue of sound between two clocks: a machine's and a sound device's, or a network's. Frames are
 * put in at one clock's pace and taken out at the other's, both in pieces that come unevenly; what
 * is taken is even. For those who implement a struct emu_audio_ops. No lock: whoever has one queue
 * for two threads takes a lock of his own around each call.
 *
 * How it keeps its length: the least that waited within a quarter of a second is to be the margin, or
 * up to 10 ms more: that is left for a piece that comes late, however uneven they are. The queue is
 * emptied up to half a percent faster or slower to stay there, and learns by how much the clocks
 * differ, up to two percent: so a note's pitch wavers by no more than half a percent. Clocks that are
 * the same leave every sample as it is. One that runs empty is silent until there is the margin, and
 * as much as was lately taken at once; each time the margin grows by 10 ms up to MOST, and shrinks
 * again by as much for each half minute in which nothing happened. What waits for longer than the
 * margin and EXCESS is cut out.
 */
#ifndef DISP_SOUND_QUEUE_H
#define DISP_SOUND_QUEUE_H

#include "emulator/api/ops/audio.h"

#define DISP_SOUND_MARGIN 20u  /* ms, at first */
#define DISP_SOUND_MOST   60u  /* ms; the margin grows no further */
#define DISP_SOUND_EXCESS 40u  /* ms beyond the margin that nothing of is ever used */
#define DISP_SOUND_LIMIT  300u /* ms that there is room for: a burst; what is oldest goes first */

struct disp_sound_queue;

struct disp_sound_queue_status {
    unsigned rate;     /* frames a second; 0: it was never started */
    size_t waiting;    /* frames */
    unsigned margin;   /* ms, DISP_SOUND_MARGIN to DISP_SOUND_MOST */
    int drift;         /* millionths by which it is emptied faster than the rate says */
    uint64_t underruns, /* times that it ran empty in a sound, since it was made */
        cut;           /* frames that were dropped because too many waited */
};

/* NULL: out of memory. */
struct disp_sound_queue *disp_sound_queue_new(void);
/* NULL is legal. */
void disp_sound_queue_free(struct disp_sound_queue *queue);

/* A sound of so many frames a second begins (EMU_AUDIO_MIN_RATE to EMU_AUDIO_MAX_RATE): what waited
 * is forgotten. */
void disp_sound_queue_start(struct disp_sound_queue *queue, unsigned rate);
/* No more comes: what waits is to be had at once, and running empty is no fault. */
void disp_sound_queue_end(struct disp_sound_queue *queue);

/* Any number of frames. */
void disp_sound_queue_put(struct disp_sound_queue *queue, const int16_t *samples, size_t frames);
/* Fills all of them, with silence where there is nothing; how many are sound, from the first on. */
size_t disp_sound_queue_take(struct disp_sound_queue *queue, int16_t *samples, size_t frames);

struct disp_sound_queue_status
disp_sound_queue_get_status(const struct disp_sound_queue *queue);

#endif
