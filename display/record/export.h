/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of a recording for other programs. Functions wait for the disk; one thread at a time for
 * each recording. */
#ifndef DISP_RECORD_EXPORT_H
#define DISP_RECORD_EXPORT_H

#include "display/record/apng.h"
#include "display/record/recording.h"

/* What of a recording. */
struct disp_export {
    unsigned head;
    uint64_t from, to; /* ns; the frame that is shown at from is the first */
    bool cursor;       /* the guest's pointer is drawn, where a viewer has to draw it */
};

/* Indices of the frames that show something else than the one before, size_t each; g_array_unref.
 */
GArray *disp_export_list(const struct disp_recording *recording, const struct disp_export *export);

/*
 * An animated PNG of these frames, not none, as large as the largest; what is smaller has black
 * around it. FALSE with *error: the recording is damaged, there is no memory, or write refused,
 * whose *error is taken if it set one. progress (may be NULL) hears of each frame; false ends it.
 */
gboolean disp_export_apng(struct disp_recording *recording, const struct disp_export *export,
                          const GArray *list, disp_apng_write *write, void *opaque,
                          bool (*progress)(void *opaque, size_t done), GError **error);
/* A PNG of one frame; NULL with *error. */
GBytes *disp_export_frame(struct disp_recording *recording, size_t index, bool cursor,
                          GError **error);

#endif
