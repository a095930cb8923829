/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and pointers to whatever machine there is now. */
#include "app/session/input.h"

static struct emu_machine *input_machine(LatheSession *session)
{
    return lathe_session_get_state(session) != LATHE_STATE_STOPPED
               ? lathe_session_get_machine(session)
               : NULL;
}

void lathe_input_key(LatheSession *session, unsigned code, gboolean down)
{
    struct emu_machine *machine = input_machine(session);

    if (machine != NULL)
        emu_machine_key(machine, code, down);
}

void lathe_input_pointer(LatheSession *session, const struct emu_pointer_event *event)
{
    struct emu_machine *machine = input_machine(session);

    if (machine != NULL)
        emu_machine_pointer(machine, event);
}

void lathe_input_release(LatheSession *session)
{
    struct emu_machine *machine = input_machine(session);

    if (machine != NULL)
        emu_machine_release_input(machine);
}

struct emu_input_status lathe_input_get_status(LatheSession *session)
{
    struct emu_machine *machine = lathe_session_get_machine(session);

    return machine != NULL ? emu_machine_get_input_status(machine) : (struct emu_input_status){0};
}
