/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The types, commands and events of QMP (qmp-schema.inc): looked up, checked against values, and
 * told to clients as query-qmp-schema does. Constant data; any thread.
 */
#ifndef LATHE_CONTROL_QMP_SCHEMA_H
#define LATHE_CONTROL_QMP_SCHEMA_H

#include <json-glib/json-glib.h>
#include <stdbool.h>

enum qmp_command_id {
#define QMP_COMMAND(id, name, arguments, returns, flags) QMP_COMMAND_##id,
#include "app/control/qmp-schema.inc"
    QMP_COMMAND_COUNT
};

enum qmp_event_id {
#define QMP_EVENT(id, name, data) QMP_EVENT_##id,
#include "app/control/qmp-schema.inc"
    QMP_EVENT_COUNT
};

#define QMP_EARLY 1u /* only before the negotiation is complete */
#define QMP_OPEN  2u /* takes members that it does not name; the handler looks at them */
#define QMP_OWN   4u /* the monitor answers it itself: there is no handler */

struct qmp_command {
    const char *name, *arguments, *returns;
    unsigned flags;
};

extern const struct qmp_command qmp_commands[QMP_COMMAND_COUNT];

/* NULL: there is none. */
const struct qmp_command *qmp_command_find(const char *name);
const char *qmp_event_name(enum qmp_event_id id);

/*
 * Is this what the command takes? NULL if it is, else what is wrong, in QEMU's words; g_free.
 * A NULL object stands for an empty one.
 */
char *qmp_schema_check_arguments(const struct qmp_command *command, JsonObject *arguments);
/* The same for a value of a type: "StatusInfo", "[str]". */
char *qmp_schema_check(const char *type, JsonNode *value);

/* Answers of query-commands, query-events and query-qmp-schema. */
JsonNode *qmp_schema_list_commands(void);
JsonNode *qmp_schema_list_events(void);
JsonNode *qmp_schema_describe(void);

#endif
