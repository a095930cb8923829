/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The host's sound system for a machine's sound card, by SDL: PipeWire, PulseAudio or ALSA,
 * whatever there is. The only place that opens SDL's audio devices.
 */
#ifndef DISP_SOUND_SOUND_H
#define DISP_SOUND_SOUND_H

#include "emulator/api/ops/audio.h"

/*
 * A back end for a machine. The host is only asked when the guest makes its first sound, on a
 * thread of the back end's own; failed is called there, once, if it refuses, until the back end is
 * closed: why, in one line. False: out of memory or threads. Any thread.
 */
bool disp_sound_open(struct emu_audio_backend *out, void (*failed)(void *opaque, const char *why),
                     void *opaque);

#endif
