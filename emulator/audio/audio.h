/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The middle between a sound card and what plays and records (api/ops/audio.h): turns the guest's
 * samples into the back end's and says when a sound begins and ends. Everything but new, free and
 * what says otherwise is called with the card's lock held. audio may be NULL: nobody listens. Below
 * the card's lock it has one of its own, for its list of back ends.
 */
#ifndef EMU_AUDIO_AUDIO_H
#define EMU_AUDIO_AUDIO_H

#include "emulator/api/audio.h"

struct emu_audio;
struct emu_machine;

/* How a card's samples lie in memory, little-endian. */
struct emu_audio_format {
    unsigned rate;     /* frames a second, EMU_AUDIO_MIN_RATE to EMU_AUDIO_MAX_RATE */
    unsigned channels; /* 1 to 16; the first two are heard */
    unsigned width;    /* bytes of a sample: 1 (unsigned), 2, or 4, whose upper half counts */
};

#define EMU_AUDIO_PIECE 1024u /* the most frames that are moved at once */

/* Full scale of a volume. */
#define EMU_AUDIO_LOUD 65536u

/* Takes the back end, also on failure. NULL with *err: no memory. */
struct emu_audio *emu_audio_new(const struct emu_audio_backend *backend, struct emu_error *err);
/* Closes the back end. No vcpu may run. NULL is legal. */
void emu_audio_free(struct emu_audio *audio);

/* Bytes of a frame. */
static inline unsigned emu_audio_frame(const struct emu_audio_format *format)
{
    return format->channels * format->width;
}

/* Left and right, 0 to EMU_AUDIO_LOUD. */
void emu_audio_set_volume(struct emu_audio *audio, enum emu_audio_direction direction,
                          unsigned left, unsigned right);
/* Frames as they lie in the guest's memory; up to EMU_AUDIO_PIECE. */
void emu_audio_play(struct emu_audio *audio, const struct emu_audio_format *format,
                    const void *bytes, size_t frames);
/* Fills all of them, up to EMU_AUDIO_PIECE: with silence if need be. */
void emu_audio_record(struct emu_audio *audio, const struct emu_audio_format *format, void *bytes,
                      size_t frames);
/* The card moves no more for now. */
void emu_audio_stop(struct emu_audio *audio, enum emu_audio_direction direction);

/*
 * For a card whose guest is told: fn is called after the switch was turned, on the thread of
 * whoever did, without locks. NULL: no more. Before the machine runs, or when nobody can turn it.
 */
void emu_audio_watch_record(struct emu_audio *audio, void (*fn)(void *opaque), void *opaque);

/* Any thread, no lock; see api/audio.h. */
bool emu_audio_record_allowed(struct emu_audio *audio);
void emu_audio_allow_record(struct emu_audio *audio, bool allow);
void emu_audio_mute(struct emu_audio *audio, bool mute);
bool emu_audio_add_listener(struct emu_audio *audio, const struct emu_audio_backend *backend,
                            struct emu_error *err);
bool emu_audio_remove_listener(struct emu_audio *audio, const void *opaque);
struct emu_audio_status emu_audio_get_status(struct emu_audio *audio);

/* The machine owns it from here on, also on failure. */
bool emu_machine_add_audio(struct emu_machine *machine, struct emu_audio *audio,
                           struct emu_error *err);

#endif
