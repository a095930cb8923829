/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far a sound card's stream has got: the machine's clock says how many frames it has moved. When
 * nobody came for a while the rest of that time is left out, as no guest could follow a burst. No
 * lock of its own: the card's.
 */
#ifndef EMU_AUDIO_PACE_H
#define EMU_AUDIO_PACE_H

#include "emulator/core/clock.h"

#define EMU_AUDIO_TICK  5000000u /* ns; frames are moved at least this often, */
#define EMU_AUDIO_SHORT 500000u  /* and not more often, however small the buffers are */
#define EMU_AUDIO_LATE  10u      /* 1/n of a second: more is not made up */

/* Fields are there to be saved. */
struct emu_audio_pace {
    emu_ns started; /* moves on by whole seconds */
    uint64_t moved; /* frames since then */
};

/* Nothing is due at now; frames begin to be. */
void emu_audio_pace_start(struct emu_audio_pace *pace, emu_ns now);
/* Frames that are due by now and were not yet; they count as moved. rate: frames a second. */
uint64_t emu_audio_pace_take(struct emu_audio_pace *pace, unsigned rate, emu_ns now);
/* When to come next if `left` more frames end a buffer of the guest's; 0: soon. */
emu_ns emu_audio_pace_next(const struct emu_audio_pace *pace, unsigned rate, uint64_t left,
                           emu_ns now);
/* After loading: could it be? */
bool emu_audio_pace_is_sane(const struct emu_audio_pace *pace);

#endif
