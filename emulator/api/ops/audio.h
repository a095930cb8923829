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

/* What a back end does in one direction. */
struct emu_audio_backend_status {
    char driver[32];    /* what is behind it: "pulseaudio"; empty: nothing is open */
    unsigned rate;      /* frames a second that the device has; 0: it is closed */
    size_t waiting;     /* frames between the card and the device, */
    size_t device;      /* and that the device takes or gives at once */
    uint64_t underruns; /* times that it ran empty in the middle of a sound: a gap of silence */
    uint64_t dropped;   /* frames that were thrown away as too many waited */
    int drift;          /* millionths by which the device's clock is found to run faster */
};

/*
 * All but close and get_status: any thread, with a lock of the card's held, so one at a time: they
 * must not block and must not call back into the machine. The machine's clock says how many frames
 * are moved, and nobody waits: what a back end has no room for it drops, and what it lacks is
 * silence. A card has several back ends when several people listen (api/audio.h): each gets all
 * that is played, at its own pace, and the one that came last and has a microphone is the one that
 * is asked. So a back end that serves a client elsewhere is added when the client wants to listen
 * and removed when it leaves; display/sound/queue.h is what evens out its clock, too.
 */
struct emu_audio_ops {
    const char *name; /* "null", "wav", ... */
    /* Frames of this rate follow; again without a stop in between when the rate changes. One that
     * is added in the middle of a sound is told at once. NULL, as the next: no matter. */
    void (*start)(void *opaque, enum emu_audio_direction direction, unsigned rate);
    /* No more for now. What is queued is still to be heard. */
    void (*stop)(void *opaque, enum emu_audio_direction direction);
    /* NULL: nobody hears it. */
    void (*play)(void *opaque, const int16_t *samples, size_t frames);
    /* Fills up to so many frames; returns how many. NULL: there is no microphone. */
    size_t (*record)(void *opaque, int16_t *samples, size_t frames);
    /* Any thread, without the card's lock. NULL: there is nothing to tell. */
    void (*get_status)(void *opaque, enum emu_audio_direction direction,
                       struct emu_audio_backend_status *out);
    /* The machine is gone, or was never made. NULL: nothing. */
    void (*close)(void *opaque);
};

/* A back end, ready to be given to a machine, which closes it. ops NULL: nobody listens. */
struct emu_audio_backend {
    const struct emu_audio_ops *ops;
    void *opaque;
};

#endif
