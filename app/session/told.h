/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a definition tells its guest, as the emulator takes it: files are read. Any thread. */
#ifndef LATHE_SESSION_TOLD_H
#define LATHE_SESSION_TOLD_H

#include "app/plan/definition.h"

/* NULL with *error: a file that cannot be read, or is too large. lathe_session_told_free; what it
 * points at is the definition's and its own. */
struct emu_told *lathe_session_told_new(const struct lathe_definition *definition, GError **error);
void lathe_session_told_free(struct emu_told *told);

#endif
