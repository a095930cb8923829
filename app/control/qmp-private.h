/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the commands work on: internal to the control socket. A handler qmp_do_<id> is a row of
 * qmp-schema.inc; its call's opaque is a struct lathe_qmp. Main thread.
 */
#ifndef LATHE_CONTROL_QMP_PRIVATE_H
#define LATHE_CONTROL_QMP_PRIVATE_H

#include "app/control/qmp-monitor.h"
#include "app/control/qmp.h"
#include "app/session/typist.h"
#include "emulator/api/machine.h"

struct lathe_qmp {
    LatheSession *session;
    LatheTypist *typist; /* of send-key */
    GSocket *socket;
    GSource *source;
    char *path;         /* of the socket */
    GPtrArray *clients; /* of struct qmp_client * */
    void (*quit)(void *opaque);
    void *opaque;

    LatheState state;           /* the last that was told */
    bool started;               /* it has run */
    bool trays[EMU_MAX_DRIVES]; /* open, as was told */
    guint tray_timer;           /* while there are clients */
    GPtrArray *nodes, *devices; /* of qmp-devices.c */
    GPtrArray *chardevs;        /* of qmp-chardev.c */
    char *warning;              /* the session's last */
    unsigned buttons;           /* of input-send-event */
    int x, y;                   /* its last position */
};

#define QMP_COMMAND(id, name, arguments, returns, flags) void qmp_do_##id(struct qmp_call *call);
#include "app/control/qmp-schema.inc"

/* A row for each command; those that the monitor answers itself are NULL. */
extern const qmp_handler qmp_handlers[QMP_COMMAND_COUNT];

/* Tells all clients; data may be NULL and is taken. */
void qmp_emit(struct lathe_qmp *qmp, enum qmp_event_id id, JsonObject *data);
/* "guest" and "reason", of RESET and SHUTDOWN. */
JsonObject *qmp_event_cause(bool guest, const char *reason);

/* Connects the session's signals to events, and ends that. */
void qmp_events_start(struct lathe_qmp *qmp);
void qmp_events_stop(struct lathe_qmp *qmp);
/* Looks at the trays, and tells what moved. */
void qmp_events_look_at_trays(struct lathe_qmp *qmp);

/* The session's signal of that name: connections of viewers elsewhere come and go. */
void qmp_spice_on_viewer(LatheSession *session, gpointer argument, gpointer data);

void qmp_devices_start(struct lathe_qmp *qmp);
void qmp_devices_stop(struct lathe_qmp *qmp);
/* A disk has gone: tells which. */
void qmp_devices_on_detached(struct lathe_qmp *qmp);
/* Character devices that chardev-add made; no device of the machine uses them. */
void qmp_chardevs_start(struct lathe_qmp *qmp);
void qmp_chardevs_stop(struct lathe_qmp *qmp);
/* Appends them to query-chardev's list. */
void qmp_chardevs_describe(struct lathe_qmp *qmp, JsonArray *list);

/* What a disk that was plugged in is called, by the session's number; g_free. */
char *qmp_device_name(struct lathe_qmp *qmp, unsigned number);

/* "running", "paused": what query-status says. */
const char *qmp_run_state(struct lathe_qmp *qmp);
/* Answers when what was asked of the session is done. value as in qmp_return. */
void qmp_return_settled(struct qmp_call *call, JsonNode *value);

/* The same by a function, whose first argument is a struct qmp_call **: it takes the call. */
void qmp_settle(struct qmp_call *call, GFunc function);

/* "virtio0", "ide2-cd0": what QEMU would call a drive of the definition; g_free. */
char *qmp_drive_name(LatheSession *session, unsigned drive);

/* The Linux codes of keys: by name, or by QMP's number; 0: unknown. */
unsigned qmp_key_by_name(const char *name);
unsigned qmp_key_by_number(gint64 number);
/* Of a KeyValue that was checked. */
unsigned qmp_key_code(JsonObject *value);

#endif
