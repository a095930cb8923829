/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A bounded queue of frames in one ring of bytes. It has no lock: its owner has one around all but
 * the reading of a frame that emu_frames_first returned, which stays where it is until dropped.
 */
#ifndef EMU_NET_FRAMES_H
#define EMU_NET_FRAMES_H

#include "emulator/api/types.h"

struct emu_frames {
    uint8_t *bytes;
    size_t size;
    size_t start, end; /* offsets of the first frame and behind the last */
    size_t count;
};

/* size: bytes for frames and their lengths, a multiple of 4. False: memory is short. */
bool emu_frames_init(struct emu_frames *frames, size_t size);
void emu_frames_finish(struct emu_frames *frames);
/* Copies a frame in; false: there is no room. */
bool emu_frames_put(struct emu_frames *frames, const uint8_t *frame, size_t length);
/* The oldest one, or NULL. */
const uint8_t *emu_frames_first(const struct emu_frames *frames, size_t *length);
/* The one behind a frame that is there, or NULL. */
const uint8_t *emu_frames_next(const struct emu_frames *frames, const uint8_t *frame,
                               size_t *length);
/* Forgets the oldest one; there is one. */
void emu_frames_drop(struct emu_frames *frames);
void emu_frames_clear(struct emu_frames *frames);

#endif
