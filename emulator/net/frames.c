/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The queue of frames (frames.h). A frame is its length in 4 bytes, then its bytes, padded to 4.
 * One that would cross the ring's end begins at its start again, behind a mark.
 */
#include "emulator/net/frames.h"

#include <stdlib.h>
#include <string.h>

#define FRAMES_MARK UINT32_MAX
#define FRAMES_HEAD 4u

bool emu_frames_init(struct emu_frames *frames, size_t size)
{
    *frames = (struct emu_frames){.bytes = malloc(size), .size = size};
    return frames->bytes != NULL;
}

void emu_frames_finish(struct emu_frames *frames)
{
    free(frames->bytes);
    frames->bytes = NULL;
}

static size_t frames_space(size_t length)
{
    return (FRAMES_HEAD + length + 3) & ~(size_t)3;
}

static void frames_set_head(struct emu_frames *frames, size_t at, uint32_t value)
{
    memcpy(frames->bytes + at, &value, sizeof(value));
}

static uint32_t frames_head(const struct emu_frames *frames, size_t at)
{
    uint32_t value;

    memcpy(&value, frames->bytes + at, sizeof(value));
    return value;
}

/* Where a frame that takes `space` bytes may begin; SIZE_MAX: nowhere. Start and end are equal in
 * an empty queue only. */
static size_t frames_place(const struct emu_frames *frames, size_t space)
{
    if (frames->count == 0)
        return space <= frames->size ? 0 : SIZE_MAX;
    if (frames->end < frames->start)
        return space < frames->start - frames->end ? frames->end : SIZE_MAX;
    if (space <= frames->size - frames->end)
        return frames->end;
    return space < frames->start ? 0 : SIZE_MAX;
}

bool emu_frames_put(struct emu_frames *frames, const uint8_t *frame, size_t length)
{
    size_t place = frames_place(frames, frames_space(length));

    if (place == SIZE_MAX)
        return false;
    if (frames->count == 0)
        frames->start = 0;
    else if (place == 0 && frames->end < frames->size)
        frames_set_head(frames, frames->end, FRAMES_MARK);
    frames_set_head(frames, place, (uint32_t)length);
    memcpy(frames->bytes + place + FRAMES_HEAD, frame, length);
    frames->end = place + frames_space(length);
    frames->count++;
    return true;
}

/* Where the frame is that begins there, or at the ring's start: past its end, or at a mark. */
static size_t frames_at(const struct emu_frames *frames, size_t place)
{
    if (place == frames->size || frames_head(frames, place) == FRAMES_MARK)
        return 0;
    return place;
}

static size_t frames_first_at(const struct emu_frames *frames)
{
    return frames_at(frames, frames->start);
}

const uint8_t *emu_frames_first(const struct emu_frames *frames, size_t *length)
{
    size_t at;

    if (frames->count == 0)
        return NULL;
    at = frames_first_at(frames);
    *length = frames_head(frames, at);
    return frames->bytes + at + FRAMES_HEAD;
}

const uint8_t *emu_frames_next(const struct emu_frames *frames, const uint8_t *frame,
                               size_t *length)
{
    size_t at = (size_t)(frame - frames->bytes) - FRAMES_HEAD, behind;

    behind = at + frames_space(frames_head(frames, at));
    if (behind == frames->end)
        return NULL;
    behind = frames_at(frames, behind);
    *length = frames_head(frames, behind);
    return frames->bytes + behind + FRAMES_HEAD;
}

void emu_frames_drop(struct emu_frames *frames)
{
    size_t at = frames_first_at(frames);

    frames->start = at + frames_space(frames_head(frames, at));
    frames->count--;
}

void emu_frames_clear(struct emu_frames *frames)
{
    frames->start = frames->end = frames->count = 0;
}
