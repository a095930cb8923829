/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One client's conversation in QMP: greeting, negotiation, commands in order, answers and events. A
 * command may be answered later; what follows it waits. No I/O: bytes go in and out here. Main
 * thread.
 */
#ifndef LATHE_CONTROL_QMP_MONITOR_H
#define LATHE_CONTROL_QMP_MONITOR_H

#include "app/control/qmp-schema.h"

struct qmp_monitor;

/* A command that came and was checked against the schema; its handler owns it until the answer. */
struct qmp_call {
    struct qmp_monitor *monitor; /* NULL: the client has gone, nobody reads the answer */
    void *opaque;                /* the monitor's */
    const struct qmp_command *command;
    JsonObject *arguments; /* never NULL */
    JsonNode *id;          /* NULL: it has none */
    void *data;            /* the handler's */
};

/* Ends with one of the functions below, at once or later. */
typedef void (*qmp_handler)(struct qmp_call *call);

enum qmp_class {
    QMP_GENERIC_ERROR,
    QMP_COMMAND_NOT_FOUND,
    QMP_DEVICE_NOT_FOUND,
    QMP_DEVICE_NOT_ACTIVE,
};

/* Answer and free the call. value is taken; NULL: an empty object. */
void qmp_return(struct qmp_call *call, JsonNode *value);
void qmp_return_object(struct qmp_call *call, JsonObject *value);
void qmp_return_array(struct qmp_call *call, JsonArray *value);
void qmp_fail(struct qmp_call *call, enum qmp_class class, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Arguments, with what counts where they lack. */
const char *qmp_argument_string(const struct qmp_call *call, const char *name);
gint64 qmp_argument_int(const struct qmp_call *call, const char *name, gint64 otherwise);
gboolean qmp_argument_bool(const struct qmp_call *call, const char *name);

/*
 * handlers has QMP_COMMAND_COUNT rows; those of the negotiation and of what the schema tells are
 * not looked at. wake: there is output outside of qmp_monitor_input. package names the program.
 */
struct qmp_monitor *qmp_monitor_new(const qmp_handler *handlers, void *opaque, const char *package,
                                    void (*wake)(void *client), void *client);
void qmp_monitor_free(struct qmp_monitor *monitor); /* NULL is legal */

void qmp_monitor_input(struct qmp_monitor *monitor, const char *data, size_t length);
/* Is a command under way? What is put in now is kept until it is answered. */
bool qmp_monitor_is_busy(const struct qmp_monitor *monitor);
/* Tells the client, once it has negotiated. line: by qmp_event_format. */
void qmp_monitor_event(struct qmp_monitor *monitor, const char *line);
/* What waits to be sent; whoever sends it removes it. */
GString *qmp_monitor_output(struct qmp_monitor *monitor);

/* An event of now as a line; data may be NULL and is taken. g_free. */
char *qmp_event_format(enum qmp_event_id id, JsonObject *data);

#endif
