/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The control socket of a session, "--control": QMP for tools made for QEMU and for our own verbs.
 * It does what windows do, by the session's functions. Any number of clients at once.
 */
#ifndef LATHE_CONTROL_QMP_H
#define LATHE_CONTROL_QMP_H

#include "app/session/session.h"

struct lathe_qmp;

/*
 * Listens on "unix:PATH" (mode 0600). A socket that nobody listens on any more is replaced, another
 * file there is not. quit: a client wants the process to end. Main thread, after
 * lathe_session_build and before it is started. NULL with *error if the address cannot be had.
 */
struct lathe_qmp *lathe_qmp_start(LatheSession *session, const char *address,
                                  void (*quit)(void *opaque), void *opaque, GError **error);
/* Sends what the clients take at once, and removes the socket; before lathe_session_close. NULL is
 * legal. */
void lathe_qmp_stop(struct lathe_qmp *qmp);

#endif
