/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A port of the machine's that viewers elsewhere use: the agent's channel, a terminal, USB. */
#ifndef LATHE_SESSION_REMOTE_PORT_H
#define LATHE_SESSION_REMOTE_PORT_H

#include "app/session/remote.h"
#include "app/session/serial.h"

struct lathe_remote_port;

/*
 * Joins a port of the session's with the viewers. name: of a DISP_SPICE_PORT, by which they know
 * it. An agent, and a channel with a name, is there while a program in the guest has it open; a
 * terminal is always. Before the server starts; main thread, as the next one.
 */
struct lathe_remote_port *lathe_remote_port_new(const struct lathe_spice_module *module,
                                                struct disp_spice *server, LatheSerial *serial,
                                                enum disp_spice_port_kind kind, const char *name);
/* Whether the viewers have an agent now that is there; at first they have not. */
void lathe_remote_port_set_wanted(struct lathe_remote_port *port, gboolean wanted);
/* The server is about to go: it is not told of anything any more. */
void lathe_remote_port_part(struct lathe_remote_port *port);
/* When the server is gone. */
void lathe_remote_port_free(struct lathe_remote_port *port);

#endif
