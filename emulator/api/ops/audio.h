/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For those who implement what a sound card plays to and records from: a host's sound system, a
 * file, a test. The card's end is emulator/audio/audio.h. All sound is interleaved stereo, signed
 * 16-bit samples of the host's byte order, left first; a frame is two of them.
 */
#ifndef EMU_API_OPS_AUDIO_H
#define EMU_API_OPS_AUDIO_H

#include "emulator/api/types.h"

#define EMU_AUDIO_CHANNELS 2u
#define EMU_AUDIO_MIN_RATE 5512u /* frames a second */
#define EMU_AUDIO_MAX_RATE 192000u

enum emu_audio_direction {
    EMU_AUDIO_PLAY,   /* from the guest to the host's ears, */
    EMU_AUDIO_RECORD, /* from the host's microphone to the guest */
};
#define EMU_AUDIO_DIRECTIONS 2u

/*
 * All but close: any thread, with the card's lock held, so one at a time: they must not block and
 * must not call back into the machine. The machine's clock says how many frames are moved, and
 * nobody waits: what a back end has no room for it drops, and what it lacks is silence.
 */
struct emu_audio_ops {
    const char *name; /* "null", "wav", ... */
    /* Frames of this rate follow; again without a stop in between when the rate changes. NULL, as
     * the next: no matter. */
    void (*start)(void *opaque, enum emu_audio_direction direction, unsigned rate);
    /* No more for now. What is queued is still to be heard. */
    void (*stop)(void *opaque, enum emu_audio_direction direction);
    /* NULL: nobody hears it. */
    void (*play)(void *opaque, const int16_t *samples, size_t frames);
    /* Fills up to so many frames; returns how many. NULL: there is no microphone. */
    size_t (*record)(void *opaque, int16_t *samples, size_t frames);
    /* Frames that were played and are not heard yet. NULL: none. */
    size_t (*queued)(void *opaque);
    /* The machine is gone, or was never made. NULL: nothing. */
    void (*close)(void *opaque);
};

/* A back end, ready to be given to a machine, which closes it. ops NULL: nobody listens. */
struct emu_audio_backend {
    const struct emu_audio_ops *ops;
    void *opaque;
};

#endif
