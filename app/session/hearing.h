/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sound card of whatever machine there is now: may the guest hear the microphone, is it muted,
 * what do its back ends do. The session's signal "sound-changed" comes when one of the first two
 * changed. Nothing of it is kept: a machine that is started again is as its definition says. Main
 * thread.
 */
#ifndef LATHE_SESSION_HEARING_H
#define LATHE_SESSION_HEARING_H

#include "app/session/session.h"
#include "emulator/api/audio.h"

/* card is false where there is none, or no machine. */
struct emu_audio_status lathe_hearing_get_status(LatheSession *session);
/* FALSE: there is no sound card. */
gboolean lathe_hearing_allow_microphone(LatheSession *session, gboolean allow);
gboolean lathe_hearing_mute(LatheSession *session, gboolean mute);

#endif
