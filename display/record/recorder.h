/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Records screens into a file while a machine runs. The main thread only copies what changed into a
 * queue that has a bound; a thread of the recorder's own compresses and writes. Where the disk is
 * too slow, changes add up to fewer frames, and how many is counted; nobody ever waits. All
 * functions and calls: the thread of the screens.
 */
#ifndef DISP_RECORD_RECORDER_H
#define DISP_RECORD_RECORDER_H

#include <glib.h>

#include "display/core/screen.h"

struct disp_recorder;

struct disp_recorder_config {
    const char *path;  /* a new file */
    const char *title; /* of the machine */
    struct disp_screen *const *screens;
    unsigned count;                /* 1 to 16 */
    uint64_t (*now)(void *opaque); /* the guest's time, ns; must not go back */
    /* Everything is written and the file closed, because of disp_recorder_stop or because it could
     * not go on. Once; the recorder may be freed in it. */
    void (*ended)(void *opaque);
    void *opaque;
};

struct disp_recorder_status {
    bool ended;
    uint64_t time;   /* ns since it began, by the guest's clock; of the last frame once it ended */
    uint64_t frames; /* written */
    uint64_t merged; /* looks at changes that share a frame with a later one */
    uint64_t size;   /* bytes in the file */
    const char *why; /* it ended without being asked to; the recorder's; NULL: it did not */
};

/* Begins with what the screens show now. The strings are copied; the screens outlive it. NULL with
 * *error: the file is there already, or cannot be made. */
struct disp_recorder *disp_recorder_new(const struct disp_recorder_config *config, GError **error);
/* What there is is still written. No effect on one that has ended. */
void disp_recorder_stop(struct disp_recorder *recorder);
/* Stops, and waits until all is written; "ended" is not called any more. NULL is legal. */
void disp_recorder_free(struct disp_recorder *recorder);

struct disp_recorder_status disp_recorder_get_status(struct disp_recorder *recorder);

#endif
