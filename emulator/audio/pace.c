/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames by the machine's clock (pace.h). */
#include "emulator/audio/pace.h"

#include "emulator/api/ops/audio.h"

#define PACE_SECOND 1000000000ull

void emu_audio_pace_start(struct emu_audio_pace *pace, emu_ns now)
{
    pace->started = now;
    pace->moved = 0;
}

uint64_t emu_audio_pace_take(struct emu_audio_pace *pace, unsigned rate, emu_ns now)
{
    uint64_t elapsed = now > pace->started ? now - pace->started : 0, total, due;

    if (elapsed >= PACE_SECOND && pace->moved >= rate) {
        pace->started += PACE_SECOND;
        pace->moved -= rate;
        elapsed -= PACE_SECOND;
    }
    if (elapsed > 2 * PACE_SECOND) {
        pace->started = now - PACE_SECOND / EMU_AUDIO_LATE;
        pace->moved = 0;
        elapsed = PACE_SECOND / EMU_AUDIO_LATE;
    }
    total = elapsed * rate / PACE_SECOND;
    if (total > pace->moved + rate / EMU_AUDIO_LATE)
        pace->moved = total - rate / EMU_AUDIO_LATE;
    due = total > pace->moved ? total - pace->moved : 0;
    pace->moved += due;
    return due;
}

emu_ns emu_audio_pace_next(const struct emu_audio_pace *pace, unsigned rate, uint64_t left,
                           emu_ns now)
{
    uint64_t wait = EMU_AUDIO_TICK;

    if (left != 0 && left < rate) {
        uint64_t end = pace->started + ((pace->moved + left) * PACE_SECOND + rate - 1) / rate;

        wait = end > now ? end - now : 0;
    }
    wait = wait < EMU_AUDIO_TICK ? wait : EMU_AUDIO_TICK;
    return now + (wait > EMU_AUDIO_SHORT ? wait : EMU_AUDIO_SHORT);
}

bool emu_audio_pace_is_sane(const struct emu_audio_pace *pace)
{
    return pace->moved <= 2u * EMU_AUDIO_MAX_RATE;
}
