/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The device's side of api/display.h: a graphics device embeds a struct emu_display and adds it to
 * its machine's list; the functions for surfaces compare as they copy.
 */
#ifndef EMU_CORE_DISPLAY_H
#define EMU_CORE_DISPLAY_H

#include "emulator/api/display.h"

struct emu_queue;

/* Any thread but where said otherwise; several viewers may call at once. They take the device's
 * lock for as long as they need it, which is shorter than a frame. */
struct emu_display_ops {
    /* update->state and the surface; update is zeroed before, except for resized and rects, which
     * the functions below keep. */
    void (*update)(void *opaque, struct emu_surface *surface, struct emu_display_update *update);
    bool (*cursor)(void *opaque, struct emu_cursor *cursor); /* NULL: never */
    char *(*text)(void *opaque);                             /* NULL: never */
    /* Loop thread. NULL: it cannot. */
    void (*prefer_size)(void *opaque, unsigned width, unsigned height);
    void (*connect)(void *opaque, bool connected); /* loop thread; NULL: always connected */
    void (*stats)(void *opaque, struct emu_display_stats *stats); /* NULL: nobody counts */
};

/* name, ops and opaque are set before emu_displays_add. */
struct emu_display {
    const char *name;
    const struct emu_display_ops *ops;
    void *opaque;
    struct emu_queue *queue; /* the rest is the list's */
    struct emu_display *next;
};

struct emu_displays {
    struct emu_queue *queue;
    struct emu_display *first;
};

/* While the machine is built. displays may be NULL: nobody will look. */
void emu_displays_add(struct emu_displays *displays, struct emu_display *display);

/* ---- surfaces, in update ---- */

/*
 * Gives the surface this size; a new size makes it black and sets update->resized. False: no
 * memory, or a size of 0 or beyond EMU_DISPLAY_MAX_SIZE; leave it alone then.
 */
bool emu_surface_resize(struct emu_surface *surface, unsigned width, unsigned height,
                        struct emu_display_update *update);
/* The surface and the caller exchange their pixels: *pixels, of *capacity pixels and malloc'ed (or
 * NULL and 0), with a picture of this size becomes the surface's, all of it damaged. */
void emu_surface_exchange(struct emu_surface *surface, uint32_t **pixels, size_t *capacity,
                          unsigned width, unsigned height, struct emu_display_update *update);
/* Row y becomes these width pixels; if they differ the row joins the damage. The caller's row may
 * change meanwhile (guest memory): what is copied then is old or new, and the next update sees it.
 */
void emu_surface_put_row(struct emu_surface *surface, unsigned y, const uint32_t *row,
                         struct emu_display_update *update);
/* The caller changed the pixels of this rectangle itself. */
void emu_surface_damage(const struct emu_surface *surface, struct emu_rect rect,
                        struct emu_display_update *update);
/* Room for count cells, all zero after a change of the count. NULL: no memory. */
uint32_t *emu_surface_cells(struct emu_surface *surface, size_t count);

#endif
