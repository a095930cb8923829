/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Leafs through a recording of screens: one screen is shown, and a place among its frames. What
 * cannot be read of it is an error of the step, and the place stays. Functions wait for the disk;
 * one thread at a time.
 */
#ifndef LATHE_FLIPBOOK_H
#define LATHE_FLIPBOOK_H

#include "display/record/recording.h"

struct lathe_flipbook;

/* What is shown; pointers are the flip-book's until the next step. */
struct lathe_flipbook_page {
    unsigned head;          /* which screen, from 0 */
    size_t position, count; /* among its frames, from 0 */
    size_t index;           /* among all of the recording */
    const struct disp_frame *frame;
    const struct emu_surface *surface;
    const struct emu_cursor *cursor;
    gboolean good; /* the picture has the hash that the recording gives it */
};

/* Shows the first frame of the first screen that has one. NULL with *error: the file cannot be
 * read, is no recording, or has no frame. */
struct lathe_flipbook *lathe_flipbook_new(const char *path, GError **error);
void lathe_flipbook_free(struct lathe_flipbook *book); /* NULL is legal */

struct lathe_flipbook_page lathe_flipbook_get_page(const struct lathe_flipbook *book);
struct disp_recording_info lathe_flipbook_get_info(const struct lathe_flipbook *book);
const char *lathe_flipbook_get_path(const struct lathe_flipbook *book);
/* How many frames a screen has. */
size_t lathe_flipbook_count(const struct lathe_flipbook *book, unsigned head);

/* To a frame of this screen; beyond an end: to the last one there. FALSE with *error: the file is
 * damaged there. */
gboolean lathe_flipbook_go(struct lathe_flipbook *book, size_t position, GError **error);
/* So many frames on, or back. */
gboolean lathe_flipbook_step(struct lathe_flipbook *book, int frames, GError **error);
/* To another screen, and what it showed at this page's time, or its first frame if that is later.
 * FALSE with *error: it has none. */
gboolean lathe_flipbook_set_head(struct lathe_flipbook *book, unsigned head, GError **error);

/* "Frame 3 of 60, 1.500000 s, 640×480" for people; g_free. */
char *lathe_flipbook_describe(const struct lathe_flipbook_page *page);
/* "hash 0123456789abcdef, which the picture has"; g_free. */
char *lathe_flipbook_describe_hash(const struct lathe_flipbook_page *page);
/* The page as a PNG; NULL with *error. */
GBytes *lathe_flipbook_encode(struct lathe_flipbook *book, gboolean cursor, GError **error);
/* A name for a picture of the page: "debian frame 000042.png"; g_free. */
char *lathe_flipbook_dup_name(const struct lathe_flipbook *book);

#endif
