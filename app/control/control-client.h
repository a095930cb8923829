/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The other end of a control socket: what a program of ours says to a running machine. Functions
 * wait for the answer; any thread, one at a time for each connection.
 */
#ifndef LATHE_CONTROL_CONTROL_CLIENT_H
#define LATHE_CONTROL_CONTROL_CLIENT_H

#include <json-glib/json-glib.h>

struct lathe_control;

/*
 * Connects and negotiates. timeout: milliseconds that this, and each function below, waits at most.
 * NULL with *error, LATHE_ERROR_HOST: nobody listens there, or it is no machine.
 */
struct lathe_control *lathe_control_connect(const char *path, guint timeout, GError **error);
void lathe_control_free(struct lathe_control *control); /* NULL is legal */

/*
 * Runs a QMP command; arguments may be NULL and are taken. What it returned, json_node_unref; or
 * NULL with *error: LATHE_ERROR_INPUT with the machine's words if it refused, LATHE_ERROR_HOST if
 * the connection broke or the time ran out. No other call is possible after the latter.
 */
JsonNode *lathe_control_call(struct lathe_control *control, const char *command,
                             JsonObject *arguments, GError **error);
/*
 * Waits until an event of this name has come since the connection began or this was called last;
 * events before it are forgotten. Its data, empty if it has none; json_object_unref. NULL with
 * *error as above.
 */
JsonObject *lathe_control_wait(struct lathe_control *control, const char *event, GError **error);

#endif
