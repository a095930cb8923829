/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connected QMP client: carries bytes between its socket and a monitor, with bounds. */
#ifndef LATHE_CONTROL_QMP_CLIENT_H
#define LATHE_CONTROL_QMP_CLIENT_H

#include <gio/gio.h>

#include "app/control/qmp-monitor.h"

struct qmp_client;

/*
 * Takes a reference of the socket, which does not block. gone: on the main thread, from the main
 * loop, when the connection is over; the client is to be freed then. Main thread, like the rest.
 */
struct qmp_client *qmp_client_new(GSocket *socket, const qmp_handler *handlers, void *target,
                                  void (*gone)(struct qmp_client *client, void *opaque),
                                  void *opaque);
/* Sends what the socket takes at once. NULL is legal. */
void qmp_client_free(struct qmp_client *client);
/* A line by qmp_event_format. */
void qmp_client_event(struct qmp_client *client, const char *line);

#endif
