/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sound card of a session's machine (hearing.h). */
#include "app/session/hearing.h"

struct emu_audio_status lathe_hearing_get_status(LatheSession *session)
{
    struct emu_machine *machine = lathe_session_get_machine(session);

    return machine != NULL ? emu_machine_get_audio(machine) : (struct emu_audio_status){0};
}

gboolean lathe_hearing_allow_microphone(LatheSession *session, gboolean allow)
{
    struct emu_machine *machine = lathe_session_get_machine(session);

    if (machine == NULL || !emu_machine_allow_microphone(machine, allow))
        return FALSE;
    g_signal_emit_by_name(session, "sound-changed");
    return TRUE;
}

gboolean lathe_hearing_mute(LatheSession *session, gboolean mute)
{
    struct emu_machine *machine = lathe_session_get_machine(session);

    if (machine == NULL || !emu_machine_mute(machine, mute))
        return FALSE;
    g_signal_emit_by_name(session, "sound-changed");
    return TRUE;
}
