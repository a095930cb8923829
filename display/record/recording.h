/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads a recording (docs/recording.md), also one that is still being written or was cut off: what
 * is whole of it is there. Nothing in a file is believed: sizes have bounds, and each picture is
 * checked against its hash when asked. Functions wait for the disk; one thread at a time for each.
 */
#ifndef DISP_RECORD_RECORDING_H
#define DISP_RECORD_RECORDING_H

#include <glib.h>

#include "emulator/api/display.h"

struct disp_recording;

struct disp_frame {
    unsigned head; /* from 0 */
    enum emu_display_state state;
    uint64_t time; /* ns of the guest's clock since the recording began; never goes back */
    uint64_t hash; /* XXH64 of the whole picture: four bytes a pixel, blue, green, red, 0 */
    unsigned width, height;
    struct emu_rect box; /* around what changed; all 0: nothing but the pointer or the state */
    unsigned merged;     /* looks before it that it stands for, too */
    unsigned rects;      /* in the file */
    bool key;            /* it has the whole picture */
    bool cursor;         /* the pointer moved or changed */
    uint64_t offset;     /* of its chunk in the file, bytes */
    uint32_t size;       /* of its chunk */
    size_t previous;     /* of this head; SIZE_MAX: it is the first */
    size_t from;         /* the last one with a whole picture, up to itself */
};

struct disp_recording_info {
    const char *title; /* UTF-8 */
    unsigned heads;
    int64_t start; /* of the host's clock, microseconds since 1970 */
    uint64_t base; /* of the guest's clock at the begin, ns */
    uint64_t time; /* it lasted so long, ns */
    uint64_t size; /* of the file, bytes */
    size_t frames;
    uint64_t merged;
    bool whole;           /* it has its end */
    const char *why;      /* it ended without being asked to; NULL: it did not */
    const char *cut_off;  /* why the rest of the file cannot be read; NULL: there is none */
    uint64_t readable_to; /* bytes of the file */
};

/* NULL with *error: it cannot be read, or is no recording. */
struct disp_recording *disp_recording_open(const char *path, GError **error);
/* The same of a file that is open, which it takes. */
struct disp_recording *disp_recording_open_file(int file, GError **error);
void disp_recording_free(struct disp_recording *recording); /* NULL is legal */

/* Strings are the recording's. */
struct disp_recording_info disp_recording_get_info(const struct disp_recording *recording);
/* The index is below frames. */
const struct disp_frame *disp_recording_get_frame(const struct disp_recording *recording,
                                                  size_t index);
/* The last frame of a head up to a time; SIZE_MAX: there is none. */
size_t disp_recording_find(const struct disp_recording *recording, unsigned head, uint64_t time);

/*
 * Makes the head of this frame show it. Cheapest from frame to frame forwards; backwards it begins
 * at the last whole picture. FALSE with *error: the file is damaged there, or there is no memory;
 * the head shows nothing then.
 */
gboolean disp_recording_seek(struct disp_recording *recording, size_t index, GError **error);
/* What a head shows; width 0: nothing. Borrowed until the next seek. */
const struct emu_surface *disp_recording_get_surface(const struct disp_recording *recording,
                                                     unsigned head);
const struct emu_cursor *disp_recording_get_cursor(const struct disp_recording *recording,
                                                   unsigned head);
/* Has the picture that a frame's head shows now the frame's hash? */
gboolean disp_recording_check(const struct disp_recording *recording, size_t index);

#endif
