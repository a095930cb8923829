/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A box filter in two passes: source rows are scaled across into a cache of two rows, and these are
 * mixed into the rows of the result. A weight is a part of 256; those of one pixel add up to 256,
 * so that what is white stays white.
 */
#include "display/core/scaler.h"

#include <stdlib.h>
#include <string.h>

#define SCALER_ONE 256u

/* What one pixel of the result is made of, in one direction. */
struct scaler_tap {
    unsigned first, count;
    size_t weights; /* index of the first one's */
};

struct scaler_axis {
    struct scaler_tap *taps;
    uint16_t *weights;
    /* Where no pixel is made of more than two, and there are two: of pixel i the index of the first
     * and its weight; the one after it has the rest. NULL otherwise. */
    uint32_t *pairs;
};

struct disp_scaler {
    struct disp_size from, to;
    struct scaler_axis across, down;
    uint32_t *rows[2];          /* scaled across; of source row n in n % 2 */
    unsigned row_of[2];         /* which rows these are */
    uint32_t *red_blue, *green; /* sums of one row of the result */
};

/* The part of source pixels below position (in 1/to of them) that pixel i's box has used. */
static unsigned scaler_share(uint64_t position, uint64_t start, uint64_t length)
{
    return (unsigned)(((position - start) * SCALER_ONE + length / 2) / length);
}

static size_t scaler_fill_tap(struct scaler_axis *axis, unsigned i, unsigned from, unsigned to,
                              size_t used)
{
    uint64_t start = (uint64_t)i * from, end = start + from; /* in 1/to of source pixels */
    struct scaler_tap *tap = &axis->taps[i];
    unsigned before = 0;

    tap->first = (unsigned)(start / to);
    tap->count = (unsigned)((end - 1) / to) - tap->first + 1;
    tap->weights = used;
    for (unsigned k = 0; k < tap->count; k++) {
        uint64_t edge = ((uint64_t)tap->first + k + 1) * to;
        unsigned share = scaler_share(edge < end ? edge : end, start, from);
        axis->weights[used++] = (uint16_t)(share - before);
        before = share;
    }
    return used;
}

static bool scaler_has_pairs(const struct scaler_axis *axis, unsigned from, unsigned to)
{
    for (unsigned i = 0; i < to; i++) {
        if (axis->taps[i].count > 2)
            return false;
    }
    return from > 1;
}

#define SCALER_PAIR_SHIFT 9 /* a weight is at most 256 */

/* A pixel of one source pixel alone is a pair as well, and reads none beyond the last. */
static void scaler_fill_pairs(struct scaler_axis *axis, unsigned from, unsigned to)
{
    for (unsigned i = 0; i < to; i++) {
        const struct scaler_tap *tap = &axis->taps[i];
        unsigned first = tap->first, weight = axis->weights[tap->weights];
        if (first + 1 == from) {
            first--;
            weight = 0;
        }
        axis->pairs[i] = first << SCALER_PAIR_SHIFT | weight;
    }
}

static bool scaler_make_pairs(struct scaler_axis *axis, unsigned from, unsigned to)
{
    if (!scaler_has_pairs(axis, from, to))
        return true;
    axis->pairs = calloc(to, sizeof(*axis->pairs));
    if (axis->pairs == NULL)
        return false;
    scaler_fill_pairs(axis, from, to);
    return true;
}

static bool scaler_axis_init(struct scaler_axis *axis, unsigned from, unsigned to)
{
    size_t used = 0;

    axis->taps = calloc(to, sizeof(*axis->taps));
    axis->weights = calloc((size_t)from + 2 * (size_t)to, sizeof(*axis->weights));
    if (axis->taps == NULL || axis->weights == NULL)
        return false;
    for (unsigned i = 0; i < to; i++)
        used = scaler_fill_tap(axis, i, from, to, used);
    return scaler_make_pairs(axis, from, to);
}

static void scaler_axis_finish(struct scaler_axis *axis)
{
    free(axis->taps);
    free(axis->weights);
    free(axis->pairs);
}

struct disp_scaler *disp_scaler_new(struct disp_size from, struct disp_size to)
{
    struct disp_scaler *scaler = calloc(1, sizeof(*scaler));

    if (scaler == NULL)
        return NULL;
    scaler->from = from;
    scaler->to = to;
    for (unsigned i = 0; i < 2; i++)
        scaler->rows[i] = calloc(to.width, sizeof(uint32_t));
    scaler->red_blue = calloc(to.width, sizeof(uint32_t));
    scaler->green = calloc(to.width, sizeof(uint32_t));
    if (scaler_axis_init(&scaler->across, from.width, to.width) &&
        scaler_axis_init(&scaler->down, from.height, to.height) && scaler->rows[0] != NULL &&
        scaler->rows[1] != NULL && scaler->red_blue != NULL && scaler->green != NULL)
        return scaler;
    disp_scaler_free(scaler);
    return NULL;
}

void disp_scaler_free(struct disp_scaler *scaler)
{
    if (scaler == NULL)
        return;
    scaler_axis_finish(&scaler->across);
    scaler_axis_finish(&scaler->down);
    free(scaler->rows[0]);
    free(scaler->rows[1]);
    free(scaler->red_blue);
    free(scaler->green);
    free(scaler);
}

/* Red and blue, and green, have room for 8 more bits each: no sum of weights overflows. */
static inline uint32_t scaler_join(uint32_t red_blue, uint32_t green)
{
    return ((red_blue + 0x00800080) >> 8 & 0x00ff00ff) | ((green + 0x00008000) >> 8 & 0x0000ff00);
}

static uint32_t scaler_mix(const uint32_t *pixels, const uint16_t *weights, unsigned count)
{
    uint32_t red_blue = 0, green = 0;

    for (unsigned k = 0; k < count; k++) {
        red_blue += (pixels[k] & 0x00ff00ff) * weights[k];
        green += (pixels[k] & 0x0000ff00) * weights[k];
    }
    return scaler_join(red_blue, green);
}

static inline uint32_t scaler_blend(uint32_t a, uint32_t b, uint32_t weight)
{
    uint32_t rest = SCALER_ONE - weight;

    return scaler_join((a & 0x00ff00ff) * weight + (b & 0x00ff00ff) * rest,
                       (a & 0x0000ff00) * weight + (b & 0x0000ff00) * rest);
}

static void scaler_across_pairs(const uint32_t *pairs, const uint32_t *row, uint32_t *out,
                                unsigned start, unsigned end)
{
    for (unsigned i = start; i < end; i++) {
        const uint32_t *pixel = row + (pairs[i] >> SCALER_PAIR_SHIFT);
        out[i] = scaler_blend(pixel[0], pixel[1], pairs[i] & ((1u << SCALER_PAIR_SHIFT) - 1));
    }
}

static void scaler_across(struct disp_scaler *scaler, const uint32_t *row, uint32_t *out,
                          unsigned start, unsigned end)
{
    if (scaler->across.pairs != NULL) {
        scaler_across_pairs(scaler->across.pairs, row, out, start, end);
        return;
    }
    for (unsigned i = start; i < end; i++) {
        const struct scaler_tap *tap = &scaler->across.taps[i];
        const uint16_t *weights = scaler->across.weights + tap->weights;
        out[i] =
            tap->count == 1 ? row[tap->first] : scaler_mix(row + tap->first, weights, tap->count);
    }
}

/* Source row y, scaled across; from the cache where it is there. */
static const uint32_t *scaler_row(struct disp_scaler *scaler, const uint32_t *from, size_t stride,
                                  unsigned y, unsigned start, unsigned end)
{
    unsigned slot = y % 2;

    if (scaler->row_of[slot] != y) {
        scaler_across(scaler, from + y * stride, scaler->rows[slot], start, end);
        scaler->row_of[slot] = y;
    }
    return scaler->rows[slot];
}

static void scaler_add(struct disp_scaler *scaler, const uint32_t *row, unsigned weight,
                       unsigned start, unsigned end)
{
    for (unsigned i = start; i < end; i++) {
        scaler->red_blue[i] += (row[i] & 0x00ff00ff) * weight;
        scaler->green[i] += (row[i] & 0x0000ff00) * weight;
    }
}

static void scaler_down_pair(const uint32_t *restrict a, const uint32_t *restrict b,
                             unsigned weight, uint32_t *restrict out, unsigned start, unsigned end)
{
    for (unsigned i = start; i < end; i++)
        out[i] = scaler_blend(a[i], b[i], weight);
}

static void scaler_down(struct disp_scaler *scaler, const uint32_t *from, size_t stride,
                        const struct scaler_tap *tap, uint32_t *out, unsigned start, unsigned end)
{
    const uint16_t *weights = scaler->down.weights + tap->weights;
    size_t bytes = (end - start) * sizeof(uint32_t);

    if (tap->count == 1) {
        memcpy(out + start, scaler_row(scaler, from, stride, tap->first, start, end) + start,
               bytes);
        return;
    }
    if (tap->count == 2) {
        const uint32_t *first = scaler_row(scaler, from, stride, tap->first, start, end);
        const uint32_t *second = scaler_row(scaler, from, stride, tap->first + 1, start, end);
        scaler_down_pair(first, second, weights[0], out, start, end);
        return;
    }
    memset(scaler->red_blue + start, 0, bytes);
    memset(scaler->green + start, 0, bytes);
    for (unsigned k = 0; k < tap->count; k++)
        scaler_add(scaler, scaler_row(scaler, from, stride, tap->first + k, start, end), weights[k],
                   start, end);
    for (unsigned i = start; i < end; i++)
        out[i] = scaler_join(scaler->red_blue[i], scaler->green[i]);
}

/* Of a coordinate: at least 0 and at most size. */
static unsigned scaler_clip(int64_t at, unsigned size)
{
    return at < 0 ? 0 : at > (int64_t)size ? size : (unsigned)at;
}

void disp_scaler_run(struct disp_scaler *scaler, const uint32_t *from, size_t from_stride,
                     uint32_t *to, size_t to_stride, const struct disp_rect *rect)
{
    unsigned left = scaler_clip(rect->x, scaler->to.width);
    unsigned right = scaler_clip((int64_t)rect->x + rect->width, scaler->to.width);
    unsigned top = scaler_clip(rect->y, scaler->to.height);
    unsigned bottom = scaler_clip((int64_t)rect->y + rect->height, scaler->to.height);

    scaler->row_of[0] = scaler->row_of[1] = UINT32_MAX; /* the source has changed */
    for (unsigned y = top; y < bottom && left < right; y++)
        scaler_down(scaler, from, from_stride, &scaler->down.taps[y], to + y * to_stride, left,
                    right);
}
