/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A TPM 2.0 by the program swtpm, in a process of its own: internal to app/session. */
#ifndef LATHE_SESSION_SWTPM_H
#define LATHE_SESSION_SWTPM_H

#include <glib.h>

#include "emulator/api/ops/tpm.h"

/*
 * Starts swtpm with its state in the directory, which is made if it is not there; NULL: in one that
 * goes with the machine. It ends when the back end is closed. Any thread. False with *error.
 */
bool lathe_swtpm_start(const char *directory, struct emu_tpm_backend *backend, GError **error);
/* One that runs already, by its control socket. */
bool lathe_swtpm_connect(const char *path, struct emu_tpm_backend *backend, GError **error);

#endif
