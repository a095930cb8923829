/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A session's serial ports for viewers outside of its process (console.h): what each port wrote is
 * kept, any number of viewers read along, each at its own pace. Main thread.
 */
#ifndef LATHE_CONSOLE_SERVER_H
#define LATHE_CONSOLE_SERVER_H

#include <stdbool.h>

#include "app/session/session.h"

struct lathe_console_server;

/* What is kept of each port: at least so many bytes, and twice as much at most. */
#define LATHE_CONSOLE_KEEP (1u << 20)

/*
 * Listens at the path (mode 0600); a socket that nobody listens at is replaced. After
 * lathe_session_new and before the machine starts. NULL with *error.
 */
struct lathe_console_server *lathe_console_server_start(LatheSession *session, const char *path,
                                                        GError **error);
/* Sends what the viewers take at once, and removes the socket; before lathe_session_close. NULL is
 * legal. */
void lathe_console_server_stop(struct lathe_console_server *server);

#endif
