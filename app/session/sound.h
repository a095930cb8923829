/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a machine's sound goes: a file, nowhere, or the host's sound system, which is a module. */
#ifndef LATHE_SESSION_SOUND_H
#define LATHE_SESSION_SOUND_H

#include <glib.h>

#include "emulator/api/audio.h"

struct lathe_parts;
struct lathe_build_watch;

/* The lathe_module of "sound". */
struct lathe_sound_system {
    /* As disp_sound_open. */
    bool (*open)(struct emu_audio_backend *out, void (*failed)(void *opaque, const char *why),
                 void *opaque);
};

/*
 * The card of the parts, if there is one, and unless it is a dry run what is behind it. A host
 * without a sound system is no error: *notice becomes a sentence, g_free. watch hears when the
 * host refuses later; NULL: nobody does. Any thread. False with *error: the file cannot be.
 */
bool lathe_sound_open(const struct lathe_parts *parts, bool dry,
                      const struct lathe_build_watch *watch, struct emu_sound *out, char **notice,
                      GError **error);

#endif
