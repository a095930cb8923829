/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes a recording's file (docs/recording.md): keeps each head's picture, finds what really
 * changed of it, compresses and hashes. What is in the file can be read at any moment. Calls wait
 * for the disk; one thread at a time.
 */
#ifndef DISP_RECORD_WRITER_H
#define DISP_RECORD_WRITER_H

#include <glib.h>

#include "emulator/api/display.h"

struct disp_writer;

/* What a head showed when it was looked at. */
struct disp_look {
    unsigned head; /* from 0 */
    enum emu_display_state state;
    uint64_t time;          /* ns; not before that of an earlier look */
    unsigned merged;        /* looks before this one that it stands for, too */
    unsigned width, height; /* of the picture, none 0 */
    unsigned count;         /* of rects, within the picture, of what may have changed */
    struct emu_rect rects[EMU_DISPLAY_MAX_RECTS];
    const uint32_t *pixels;          /* of each in turn, rows from the top without gaps */
    const struct emu_cursor *cursor; /* NULL: none, or as it was */
};

/*
 * Makes the file, which must not be there, with its beginning. heads: 1 to 16; start: microseconds
 * since 1970; base: the machine's time, ns. NULL with *error.
 */
struct disp_writer *disp_writer_new(const char *path, const char *title, unsigned heads,
                                    int64_t start, uint64_t base, GError **error);
/* Closes the file as it is; NULL is legal. */
void disp_writer_free(struct disp_writer *writer);

/* Adds a frame, unless nothing has changed. False: the file cannot grow, and ends behind the frame
 * before. */
bool disp_writer_put(struct disp_writer *writer, const struct disp_look *look);
/* The end, at a time; merged: looks in all that share a frame with a later one. The text says why
 * it ended, if it was not asked to. False: it has no room. */
bool disp_writer_done(struct disp_writer *writer, uint64_t time, uint64_t merged, const char *text);

/* Why it cannot be written; NULL: it can. */
const char *disp_writer_get_fault(const struct disp_writer *writer);
uint64_t disp_writer_get_frames(const struct disp_writer *writer);
/* Of the file, in bytes. */
uint64_t disp_writer_get_size(const struct disp_writer *writer);

#endif
