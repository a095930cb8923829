/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which firmware a machine starts in: what the user asked for, turned into files of this host.
 * Any thread, one definition at a time.
 */
#ifndef LATHE_FIRMWARE_FIRMWARE_H
#define LATHE_FIRMWARE_FIRMWARE_H

#include "app/plan/definition.h"

/*
 * Fills the files of definition->firmware. "auto" with a kernel is none: the emulator starts the
 * kernel itself. False with *error: not installed (and which package has it), or no such file.
 */
bool lathe_firmware_settle(struct lathe_definition *definition, GError **error);

#endif
