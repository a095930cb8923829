/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program's GSettings, and the preferences that more than one front end has. Main thread. */
#ifndef LATHE_PREFERENCES_PREFERENCES_H
#define LATHE_PREFERENCES_PREFERENCES_H

#include <gio/gio.h>

/* Borrowed, the same for the whole process; NULL: there is no schema. */
GSettings *lathe_preferences_get(void);

/* Writes what differs; a value that the schema does not allow changes nothing. A floating value is
 * consumed. */
void lathe_preferences_set(const char *key, GVariant *value);

/* What becomes of running machines when the library is left. */
enum lathe_leave {
    LATHE_LEAVE_ASK,
    LATHE_LEAVE_RUNNING, /* they run on */
    LATHE_LEAVE_SUSPEND,
    LATHE_LEAVES
};

enum lathe_leave lathe_preferences_get_leave(void);
void lathe_preferences_set_leave(enum lathe_leave leave);
/* "ask", "running", "suspend"; and LATHE_LEAVE_ASK for a word that is none of them. */
const char *lathe_leave_name(enum lathe_leave leave);
enum lathe_leave lathe_leave_of_name(const char *name);

#endif
