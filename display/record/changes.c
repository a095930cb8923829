/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows are compared from both ends; bands that are equally wide grow together. */
#include "display/record/changes.h"

#include <string.h>

#define CHANGES_BAND 16u /* rows */

/* The first and the last pixel that differ widen *left and *right. */
static void changes_compare(const uint32_t *old, const uint32_t *new, unsigned width,
                            unsigned *left, unsigned *right)
{
    unsigned first = 0, last = width;

    if (memcmp(old, new, width * sizeof(*old)) == 0)
        return;
    while (first < *left && old[first] == new[first])
        first++;
    while (last > *right && old[last - 1] == new[last - 1])
        last--;
    *left = MIN(*left, first);
    *right = MAX(*right, last);
}

static void changes_add(GArray *changes, const struct emu_rect *band)
{
    struct emu_rect *above =
        changes->len > 0 ? &g_array_index(changes, struct emu_rect, changes->len - 1) : NULL;

    if (above != NULL && above->x == band->x && above->width == band->width &&
        above->y + above->height == band->y)
        above->height += band->height;
    else
        g_array_append_val(changes, *band);
}

void disp_changes_take(uint32_t *picture, unsigned width, const struct emu_rect *rect,
                       const uint32_t *pixels, GArray *changes)
{
    for (unsigned y = 0; y < rect->height; y += CHANGES_BAND) {
        unsigned rows = MIN(CHANGES_BAND, rect->height - y), left = rect->width, right = 0;
        unsigned first = rows, last = 0;
        for (unsigned i = 0; i < rows; i++, pixels += rect->width) {
            uint32_t *place = picture + (size_t)(rect->y + y + i) * width + rect->x;
            unsigned from = rect->width, to = 0;
            changes_compare(place, pixels, rect->width, &from, &to);
            if (from >= to)
                continue;
            memcpy(place + from, pixels + from, (to - from) * sizeof(*place));
            left = MIN(left, from);
            right = MAX(right, to);
            first = MIN(first, i);
            last = i;
        }
        if (left < right)
            changes_add(changes, &(struct emu_rect){rect->x + left, rect->y + y + first,
                                                    right - left, last - first + 1});
    }
}

struct emu_rect disp_changes_box(const GArray *changes)
{
    unsigned left = UINT_MAX, top = UINT_MAX, right = 0, bottom = 0;

    for (guint i = 0; i < changes->len; i++) {
        const struct emu_rect *rect = &g_array_index(changes, struct emu_rect, i);
        left = MIN(left, rect->x);
        top = MIN(top, rect->y);
        right = MAX(right, rect->x + rect->width);
        bottom = MAX(bottom, rect->y + rect->height);
    }
    if (right == 0)
        return (struct emu_rect){0};
    return (struct emu_rect){left, top, right - left, bottom - top};
}
