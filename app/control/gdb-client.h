/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connected gdb: carries bytes between its socket and a stub, and the machine's events to it. */
#ifndef LATHE_CONTROL_GDB_CLIENT_H
#define LATHE_CONTROL_GDB_CLIENT_H

#include <gio/gio.h>

#include "app/session/session.h"

struct gdb_client;

/*
 * Takes the socket and pauses the machine. gone: on the main thread when the connection is over;
 * the client is to be freed then. NULL if there is no machine just now. Main thread.
 */
struct gdb_client *gdb_client_new(LatheSession *session, GSocket *socket,
                                  void (*gone)(void *opaque), void *opaque);
/* The breaks are removed; the machine stays as it is, paused or running. NULL is legal. */
void gdb_client_free(struct gdb_client *client);

#endif
