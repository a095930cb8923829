/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a guest's picture lies in a view, and how places of one become places of the other. Pure
 * functions; every length is in the host's device pixels or the guest's pixels, never in a
 * toolkit's own unit. Any thread.
 */
#ifndef DISP_CORE_GEOMETRY_H
#define DISP_CORE_GEOMETRY_H

#include <stdbool.h>

#include "emulator/api/display.h"

enum disp_scaling {
    DISP_SCALE_FIT,    /* as large as the view, in the picture's proportions */
    DISP_SCALE_NATIVE, /* one device pixel for each of the guest's */
    DISP_SCALE_WHOLE,  /* the largest whole number of device pixels for each of the guest's */
};

struct disp_size {
    unsigned width, height;
};

/* Of the view, in device pixels. x and y may be negative: the picture is larger than the view. */
struct disp_rect {
    int x, y;
    unsigned width, height;
};

struct disp_placement {
    struct disp_size guest;
    struct disp_rect place; /* width 0: there is no picture */
};

/* Centred. A picture that is too large for whole steps is made smaller as in DISP_SCALE_FIT; a fit
 * that would enlarge by less than a twentieth over a whole step stays at the whole step. */
struct disp_placement disp_place(enum disp_scaling scaling, struct disp_size guest,
                                 struct disp_size view);

/* The guest's pixel under this point of the view; the nearest one, and false, beside the picture.
 */
bool disp_placement_pick(const struct disp_placement *placement, double x, double y,
                         unsigned *guest_x, unsigned *guest_y);
/* All device pixels that show something of a rectangle of the guest's; within place. */
struct disp_rect disp_placement_cover(const struct disp_placement *placement,
                                      const struct emu_rect *rect);
/* Device pixels for one of the guest's; 1 without a picture. */
double disp_placement_get_scale(const struct disp_placement *placement);

/* The middle of a pixel as an absolute position, 0 to EMU_POINTER_MAX; size: pixels in that
 * direction, not 0. */
int disp_pointer_position(unsigned pixel, unsigned size);

#endif
