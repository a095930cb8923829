/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What screenshots and recordings are called, and where they go when nobody says so: a name of
 * machine and time, in the user's folder of pictures or films. Any thread.
 */
#ifndef LATHE_SESSION_CAPTURE_H
#define LATHE_SESSION_CAPTURE_H

#include <glib.h>

#define LATHE_RECORDING_SUFFIX ".lrec"

/* "debian 2026-11-24 10-20-30.png", of a machine's title; g_free. */
char *lathe_capture_name(const char *title, const char *suffix);
/* The user's folder of this kind, or the home folder. The string is GLib's. */
const char *lathe_capture_folder(GUserDirectory kind);
/* A file of such a name that is not there yet; g_free. */
char *lathe_capture_path(GUserDirectory kind, const char *title, const char *suffix);

#endif
