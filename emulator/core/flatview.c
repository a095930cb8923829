/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Flattening of a region tree into a sorted array of ranges. The tree is walked with the highest
 * priority first, and each leaf fills only what nobody before it took.
 */
#include "emulator/core/memory-private.h"

#include <stdlib.h>
#include <string.h>

/* More than any real machine nests; stops an alias that contains itself. */
#define FLAT_MAX_DEPTH 16

/* Half-open, wide enough for an alias whose target begins below address 0. */
struct flat_span {
    region_size begin, end;
};

/* Where a walk is: how deep, and for whom. */
struct flat_walk {
    unsigned depth;
    unsigned who;
};

static struct flat_span flat_clip(struct flat_span a, struct flat_span b)
{
    struct flat_span both = {a.begin > b.begin ? a.begin : b.begin, a.end < b.end ? a.end : b.end};

    return both;
}

static bool flat_reserve(struct flat_view *view)
{
    size_t capacity = view->capacity != 0 ? view->capacity * 2 : 32;
    struct flat_range *ranges;

    if (view->count < view->capacity)
        return true;
    ranges = realloc(view->ranges, capacity * sizeof(*ranges));
    if (ranges == NULL)
        return false;
    view->ranges = ranges;
    view->capacity = capacity;
    return true;
}

static bool flat_insert(struct flat_view *view, size_t index, struct flat_span span,
                        struct emu_region *region, region_size base)
{
    struct flat_range *row;

    if (!flat_reserve(view))
        return false;
    row = &view->ranges[index];
    memmove(row + 1, row, (view->count - index) * sizeof(*row));
    view->count++;
    row->first = (uint64_t)span.begin;
    row->last = (uint64_t)(span.end - 1);
    row->region = region;
    row->offset = (uint64_t)(span.begin - base);
    return true;
}

/* Fills the gaps that are left in span with the leaf, whose byte 0 is at base. */
static bool flat_fill(struct flat_view *view, struct flat_span span, struct emu_region *region,
                      region_size base)
{
    const struct flat_range *row = emu_flat_view_find(view, (uint64_t)span.begin);
    size_t i = row != NULL ? (size_t)(row - view->ranges) : view->count;

    while (span.begin < span.end) {
        struct flat_span gap = span;

        if (i < view->count && gap.end > (region_size)view->ranges[i].first)
            gap.end = view->ranges[i].first;
        if (gap.begin < gap.end) {
            if (!flat_insert(view, i, gap, region, base))
                return false;
            i++;
        }
        if (i >= view->count || (region_size)view->ranges[i].first >= span.end)
            return true;
        span.begin = (region_size)view->ranges[i].last + 1;
        i++;
    }
    return true;
}

static bool flat_render(struct flat_view *view, struct emu_region *region, region_size base,
                        struct flat_span clip, struct flat_walk walk)
{
    struct flat_span whole = {base, base + emu_region_full_size(region)};
    struct flat_span span = flat_clip(whole, clip);
    struct emu_region *child;

    if (!region->enabled || (region->hidden & walk.who) || span.begin >= span.end ||
        walk.depth > FLAT_MAX_DEPTH)
        return true;
    walk.depth++;
    for (child = region->first_child; child != NULL; child = child->next) {
        if (!flat_render(view, child, base + child->address, span, walk))
            return false;
    }
    if (region->kind == EMU_REGION_CONTAINER)
        return true;
    if (region->kind == EMU_REGION_ALIAS)
        return flat_render(view, region->target, base - (region_size)region->target_offset, span,
                           walk);
    return flat_fill(view, span, region, base);
}

/* Rows that continue each other become one, so that look-ups can answer for longer lengths. */
static void flat_merge(struct flat_view *view)
{
    size_t kept = 0, i;

    for (i = 1; i < view->count; i++) {
        struct flat_range *last = &view->ranges[kept], *row = &view->ranges[i];

        if (row->region == last->region && row->first == last->last + 1 &&
            row->offset == last->offset + (row->first - last->first))
            last->last = row->last;
        else
            view->ranges[++kept] = *row;
    }
    if (view->count != 0)
        view->count = kept + 1;
}

struct flat_view *emu_flat_view_new(struct emu_region *root, unsigned who)
{
    struct flat_view *view = calloc(1, sizeof(*view));
    struct flat_span all = {0, emu_region_full_size(root)};
    struct flat_walk walk = {0, who};

    if (view == NULL)
        return NULL;
    if (!flat_render(view, root, 0, all, walk)) {
        emu_flat_view_free(view);
        return NULL;
    }
    flat_merge(view);
    return view;
}

void emu_flat_view_free(struct flat_view *view)
{
    if (view == NULL)
        return;
    free(view->ranges);
    free(view);
}

const struct flat_range *emu_flat_view_find(const struct flat_view *view, uint64_t address)
{
    size_t low = 0, high = view->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (view->ranges[middle].last < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low < view->count ? &view->ranges[low] : NULL;
}
