/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a definition to an emu_machine: internal to app/session. */
#ifndef LATHE_SESSION_BUILD_H
#define LATHE_SESSION_BUILD_H

#include <glib.h>

#include "emulator/api/machine.h"

struct lathe_definition;

/* serials: of LatheSerial *, or NULL for a machine with nothing connected. Any thread; waits.
 * NULL with *error. */
struct emu_machine *lathe_build_machine(const struct lathe_definition *definition,
                                        GPtrArray *serials,
                                        const struct emu_machine_observer *observer,
                                        GError **error);

#endif
