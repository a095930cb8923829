/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A session's screens recorded into a file (docs/recording.md), for windows, QMP and the command
 * line alike: there is one at a time. "recording-changed" of the session tells when it begins and
 * ends. Main thread; nothing waits but where it is said.
 */
#ifndef LATHE_SESSION_RECORDING_H
#define LATHE_SESSION_RECORDING_H

#include "app/session/session.h"

struct lathe_recording_status {
    gboolean active; /* until all is written */
    const char *path;
    guint64 time; /* ns of the guest's clock */
    guint64 frames, merged;
    guint64 size;    /* bytes */
    const char *why; /* it ended without being asked to; NULL: it did not */
};

/* Begins; the machine is built. The file must not be there. FALSE with *error: it is, there is a
 * recording already, or nothing to record. */
gboolean lathe_recording_start(LatheSession *session, const char *path, GError **error);
/* Ends it; "recording-changed" follows when all is written. */
void lathe_recording_stop(LatheSession *session);
/* Is one being made? */
gboolean lathe_recording_is_active(LatheSession *session);
/* Ends it, or begins one in a file of the machine's name and the time, in the user's folder of
 * films. FALSE with *error: see above. */
gboolean lathe_recording_toggle(LatheSession *session, GError **error);
/* Of the one there is, or was last; its strings are the session's. FALSE: there was none. */
gboolean lathe_recording_get(LatheSession *session, struct lathe_recording_status *status);
/* What people are told when it is over: one line; g_free. */
char *lathe_recording_describe(const struct lathe_recording_status *status);
/* The same with its file, as a sentence; g_free. */
char *lathe_recording_dup_sentence(const struct lathe_recording_status *status);
/* "1:05", of a time in nanoseconds; g_free. */
char *lathe_recording_dup_time(guint64 time);

/* For the session, before its screens go: ends it, and waits until all is written. */
struct lathe_recording;
void lathe_recording_close(struct lathe_recording *recording); /* NULL is legal */

#endif
