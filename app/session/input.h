/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a person does, on its way from a window to the machine of a session. Main thread; never
 * waits. Between two machines, and once it has stopped, it is lost.
 */
#ifndef LATHE_SESSION_INPUT_H
#define LATHE_SESSION_INPUT_H

#include "app/session/session.h"
#include "emulator/api/input.h"

/* A key by its Linux key code went down (again: it repeats) or up. */
void lathe_input_key(LatheSession *session, unsigned code, gboolean down);
void lathe_input_pointer(LatheSession *session, const struct emu_pointer_event *event);
/* All keys and buttons go up. */
void lathe_input_release(LatheSession *session);
/* Whether the guest wants positions, and the keyboard's lamps; "input-changed" tells of changes. */
struct emu_input_status lathe_input_get_status(LatheSession *session);

#endif
