/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Films of a recording, as animated PNG, in new files that are whole or not there. */
#ifndef LATHE_FLIPBOOK_FILM_H
#define LATHE_FLIPBOOK_FILM_H

#include <gio/gio.h>

#include "display/record/export.h"

/* Of these frames, not none. progress (may be NULL) hears how many are done; false ends it, with
 * G_IO_ERROR_CANCELLED. FALSE with *error: the recording is damaged, the file is there or cannot be
 * written. One thread at a time for a recording. */
bool lathe_film_write(struct disp_recording *recording, const struct disp_export *export,
                      const GArray *list, const char *path,
                      bool (*progress)(void *opaque, size_t done), void *opaque, GError **error);

/* Hears how much is done, 0 to 1. */
typedef void lathe_film_progress(gpointer data, double share);

/* The same of a recording's file, by a thread. progress and done are called by the main loop;
 * progress no more once the film has ended. Main thread. */
void lathe_film_write_async(const char *recording, const struct disp_export *export,
                            const char *path, GCancellable *cancellable,
                            lathe_film_progress *progress, GAsyncReadyCallback done, gpointer data);
/* FALSE with *error: as above. */
gboolean lathe_film_write_finish(GAsyncResult *result, GError **error);

#endif
