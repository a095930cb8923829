/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sound back ends that come with the emulator, and the microphone of a running machine. The
 * constructors fill *out for a struct emu_machine_config; on failure they return false and *err
 * says in one line what the host refused. A back end that never gets to a machine is closed with
 * emu_audio_backend_close. Any thread.
 */
#ifndef EMU_API_AUDIO_H
#define EMU_API_AUDIO_H

#include "emulator/api/error.h"
#include "emulator/api/ops/audio.h"

enum emu_sound_card {
    EMU_SOUND_NONE,
    EMU_SOUND_HDA,    /* Intel HD Audio of an ICH9 */
    EMU_SOUND_VIRTIO, /* for drivers that know virtio 1.2 */
};

/* A machine's sound card. */
struct emu_sound {
    enum emu_sound_card card;
    const char *codec;                /* of HDA: "duplex", "output", "micro"; NULL: duplex */
    struct emu_audio_backend backend; /* what it plays to and records from; ops NULL: nothing */
};

/* Nobody listens, nothing is recorded. */
bool emu_audio_null(struct emu_audio_backend *out, struct emu_error *err);

/*
 * A WAV file of what the guest plays, made anew; its rate is that of the first sound. Pauses
 * between two sounds are left out. The file is whole after each sound, and at close. One that
 * reaches 4 GiB takes no more.
 */
bool emu_audio_wav(const char *path, struct emu_audio_backend *out, struct emu_error *err);

/* For tests: keeps what was played, up to 4 Mi frames; what it records counts up: left 1, 2, 3,
 * ..., right the same, negative. */
bool emu_audio_test(struct emu_audio_backend *out, struct emu_error *err);
/* Copies up to frames of them from the frame `first` on; how many were played in all. */
size_t emu_audio_test_played(const struct emu_audio_backend *backend, size_t first,
                             int16_t *samples, size_t frames);
/* The rate that was started last, 0: it was stopped since. */
unsigned emu_audio_test_rate(const struct emu_audio_backend *backend,
                             enum emu_audio_direction direction);

void emu_audio_backend_close(struct emu_audio_backend *backend);

/* ---- of a running machine; any thread ---- */

#define EMU_AUDIO_LISTENERS 4u /* back ends at once, the configuration's among them */

/* What a machine's sound card does. */
struct emu_audio_status {
    bool card; /* there is one; else all is 0 */
    bool microphone_allowed, muted;
    unsigned rate[EMU_AUDIO_DIRECTIONS];   /* frames a second; 0: it is silent */
    uint64_t frames[EMU_AUDIO_DIRECTIONS]; /* moved since the machine was made */
    unsigned listeners;
    struct {
        const char *name; /* of its ops */
        struct emu_audio_backend_status streams[EMU_AUDIO_DIRECTIONS];
    } listener[EMU_AUDIO_LISTENERS]; /* the configuration's first */
};
struct emu_audio_status emu_machine_get_audio(struct emu_machine *machine);
/* May the guest hear the host's microphone? At first it may not: it records silence, and no back
 * end is asked. Running or paused. False: there is no sound card. */
bool emu_machine_allow_microphone(struct emu_machine *machine, bool allow);
/* What the guest plays goes on as silence. False: there is no sound card. */
bool emu_machine_mute(struct emu_machine *machine, bool mute);

/*
 * One more back end: it gets all that is played from here on, beside the others, and its microphone,
 * if it has one, is the one that is asked. The machine takes it, also on failure. False with *err:
 * there is no sound card, or EMU_AUDIO_LISTENERS listen already.
 */
bool emu_machine_add_listener(struct emu_machine *machine, const struct emu_audio_backend *backend,
                              struct emu_error *err);
/* The back end with this opaque is stopped and closed; nothing calls it afterwards. False: there
 * is none. */
bool emu_machine_remove_listener(struct emu_machine *machine, const void *opaque);

#endif
