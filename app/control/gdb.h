/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The gdb server of a session: "--gdb". It lives on the main loop and reaches the machine through
 * emulator/api/debug.h; lathe_session_get_machine gives it, and another one after a restart.
 */
#ifndef LATHE_CONTROL_GDB_H
#define LATHE_CONTROL_GDB_H

#include "app/session/session.h"

struct lathe_gdb;

/*
 * Listens on "unix:PATH" (mode 0600; an existing path is refused) or "tcp:127.0.0.1:PORT". Main
 * thread, after lathe_session_build. The machine is still paused: "lathe run" leaves it to gdb to
 * let it go. NULL with *error if the address cannot be had.
 */
struct lathe_gdb *lathe_gdb_start(LatheSession *session, const char *address, GError **error);
/* Ends the connection and removes the socket; before lathe_session_close. NULL is legal. */
void lathe_gdb_stop(struct lathe_gdb *gdb);

#endif
