/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arithmetic of views; whole numbers wherever a result is a pixel. */
#include "display/core/geometry.h"

#include <stdint.h>

#include "emulator/api/input.h"

#define GEOMETRY_SNAP                                                                              \
    20 /* an enlargement of less than 1/20 over a whole step is not worth blur                     \
        */

static unsigned geometry_whole_steps(struct disp_size guest, struct disp_size view)
{
    unsigned across = view.width / guest.width, down = view.height / guest.height;

    return across < down ? across : down;
}

/* In the guest's proportions; rounded, but never nothing. */
static struct disp_size geometry_fit(struct disp_size guest, struct disp_size view)
{
    uint64_t across = (uint64_t)view.width * guest.height;
    uint64_t down = (uint64_t)view.height * guest.width;
    struct disp_size size = view;

    if (across > down)
        size.width = (unsigned)((down + guest.height / 2) / guest.height);
    else
        size.height = (unsigned)((across + guest.width / 2) / guest.width);
    size.width += size.width == 0;
    size.height += size.height == 0;
    return size;
}

static struct disp_size geometry_size(enum disp_scaling scaling, struct disp_size guest,
                                      struct disp_size view)
{
    unsigned steps = geometry_whole_steps(guest, view);
    struct disp_size size = geometry_fit(guest, view);
    bool snap = (size.width - steps * guest.width) * GEOMETRY_SNAP < guest.width;

    if (scaling == DISP_SCALE_NATIVE)
        return guest;
    if (steps > 0 && (scaling == DISP_SCALE_WHOLE || snap))
        size = (struct disp_size){steps * guest.width, steps * guest.height};
    return size;
}

struct disp_placement disp_place(enum disp_scaling scaling, struct disp_size guest,
                                 struct disp_size view)
{
    struct disp_placement placement = {.guest = guest};

    if (guest.width == 0 || guest.height == 0 || view.width == 0 || view.height == 0)
        return placement;
    struct disp_size size = geometry_size(scaling, guest, view);
    placement.place =
        (struct disp_rect){((int)view.width - (int)size.width) / 2,
                           ((int)view.height - (int)size.height) / 2, size.width, size.height};
    return placement;
}

/* A coordinate of the view to a pixel of size that length device pixels from start show. */
static bool geometry_pick(double at, int start, unsigned length, unsigned size, unsigned *pixel)
{
    double inside = at - start;

    if (!(inside >= 0)) { /* also what is no number */
        *pixel = 0;
        return false;
    }
    if (inside >= length) {
        *pixel = size - 1;
        return false;
    }
    *pixel = (unsigned)(inside * size / length);
    return true;
}

bool disp_placement_pick(const struct disp_placement *placement, double x, double y,
                         unsigned *guest_x, unsigned *guest_y)
{
    const struct disp_rect *place = &placement->place;

    *guest_x = *guest_y = 0;
    if (place->width == 0)
        return false;
    bool across = geometry_pick(x, place->x, place->width, placement->guest.width, guest_x);
    bool down = geometry_pick(y, place->y, place->height, placement->guest.height, guest_y);
    return across && down;
}

/* From pixels [from, to) of size to device pixels of length, rounded outwards. */
static void geometry_cover(unsigned from, unsigned to, unsigned size, unsigned length, int *start,
                           unsigned *count)
{
    uint64_t first = (uint64_t)from * length / size;
    uint64_t last = ((uint64_t)to * length + size - 1) / size;

    *start += (int)first;
    *count = (unsigned)((last < length ? last : length) - first);
}

struct disp_rect disp_placement_cover(const struct disp_placement *placement,
                                      const struct emu_rect *rect)
{
    struct disp_rect cover = placement->place;

    if (cover.width == 0)
        return cover;
    geometry_cover(rect->x, rect->x + rect->width, placement->guest.width, placement->place.width,
                   &cover.x, &cover.width);
    geometry_cover(rect->y, rect->y + rect->height, placement->guest.height,
                   placement->place.height, &cover.y, &cover.height);
    return cover;
}

double disp_placement_get_scale(const struct disp_placement *placement)
{
    if (placement->place.width == 0)
        return 1;
    return (double)placement->place.width / placement->guest.width;
}

/* Guests take a position for the part of 32768 that it is: the middle of a pixel stays in it. */
int disp_pointer_position(unsigned pixel, unsigned size)
{
    uint64_t position = (2 * (uint64_t)pixel + 1) * (EMU_POINTER_MAX + 1) / (2 * (uint64_t)size);

    return position < EMU_POINTER_MAX ? (int)position : EMU_POINTER_MAX;
}
