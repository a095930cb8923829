/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PNG 3rd edition: 5.3 chunks, 9.2 filters (none, or the row above: what is the smaller sum), 11.2
 * IHDR, IDAT, IEND, 11.3.6 acTL, fcTL, fdAT. */
#include "display/record/apng.h"

#include <glib.h>
#include <string.h>
#include <zlib.h>

#include "display/record/changes.h"

#define APNG_LEVEL  6
#define FILTER_NONE 0
#define FILTER_UP   2
#define SECOND      1000000000ull
#define DELAY_LIMIT 65535ull /* of numerator and denominator */

struct disp_apng {
    unsigned width, height, frames, done;
    uint32_t sequence;
    int64_t owed; /* ns that delays have been too short */
    disp_apng_write *write;
    void *opaque;
    uint32_t *canvas; /* of the frame before */
    GArray *changes;
    GByteArray *rows, *packed;
};

static void apng_put32(uint8_t *at, uint32_t value)
{
    value = GUINT32_TO_BE(value);
    memcpy(at, &value, 4);
}

/* A chunk, its data in two parts. */
static bool apng_chunk(struct disp_apng *apng, const char *type, const void *first, size_t size,
                       const void *second, size_t rest)
{
    uint8_t head[8], tail[4];

    apng_put32(head, (uint32_t)(size + rest));
    memcpy(head + 4, type, 4);
    uLong crc = crc32(0, head + 4, 4);
    crc = size > 0 ? crc32(crc, first, (uInt)size) : crc;
    crc = rest > 0 ? crc32(crc, second, (uInt)rest) : crc;
    apng_put32(tail, (uint32_t)crc);
    return apng->write(apng->opaque, head, 8) &&
           (size == 0 || apng->write(apng->opaque, first, size)) &&
           (rest == 0 || apng->write(apng->opaque, second, rest)) &&
           apng->write(apng->opaque, tail, 4);
}

static bool apng_begin(struct disp_apng *apng)
{
    static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    uint8_t header[13] = {[8] = 8, [9] = 2}; /* bits, truecolour */
    uint8_t control[8] = {0};                /* plays without end */

    apng_put32(header, apng->width);
    apng_put32(header + 4, apng->height);
    apng_put32(control, apng->frames);
    return apng->write(apng->opaque, signature, sizeof(signature)) &&
           apng_chunk(apng, "IHDR", header, sizeof(header), NULL, 0) &&
           (apng->frames == 1 || apng_chunk(apng, "acTL", control, sizeof(control), NULL, 0));
}

struct disp_apng *disp_apng_new(unsigned width, unsigned height, unsigned frames,
                                disp_apng_write *write, void *opaque)
{
    struct disp_apng *apng = g_new0(struct disp_apng, 1);

    *apng = (struct disp_apng){
        .width = width, .height = height, .frames = frames, .write = write, .opaque = opaque};
    apng->canvas = g_try_new0(uint32_t, (size_t)width * height);
    apng->changes = g_array_new(FALSE, FALSE, sizeof(struct emu_rect));
    apng->rows = g_byte_array_new();
    apng->packed = g_byte_array_new();
    if (apng->canvas != NULL && apng_begin(apng))
        return apng;
    disp_apng_free(apng);
    return NULL;
}

void disp_apng_free(struct disp_apng *apng)
{
    if (apng == NULL)
        return;
    g_free(apng->canvas);
    g_array_unref(apng->changes);
    g_byte_array_unref(apng->rows);
    g_byte_array_unref(apng->packed);
    g_free(apng);
}

/* ---- pixels ---- */

static void row_unpack(uint8_t *out, const uint32_t *pixels, unsigned width)
{
    for (unsigned x = 0; x < width; x++, out += 3) {
        out[0] = (uint8_t)(pixels[x] >> 16);
        out[1] = (uint8_t)(pixels[x] >> 8);
        out[2] = (uint8_t)pixels[x];
    }
}

static unsigned row_sum(const uint8_t *row, size_t length)
{
    unsigned sum = 0;

    for (size_t i = 0; i < length; i++)
        sum += row[i] < 128 ? row[i] : 256u - row[i];
    return sum;
}

/* Filtered rows of a rectangle of the canvas. */
static void apng_filter(struct disp_apng *apng, const struct emu_rect *rect)
{
    size_t length = (size_t)rect->width * 3;
    g_autofree uint8_t *above = g_malloc0(length), *row = g_malloc(length), *up = g_malloc(length);

    g_byte_array_set_size(apng->rows, 0);
    for (unsigned y = 0; y < rect->height; y++) {
        row_unpack(row, apng->canvas + (size_t)(rect->y + y) * apng->width + rect->x, rect->width);
        for (size_t i = 0; i < length; i++)
            up[i] = (uint8_t)(row[i] - above[i]);
        bool plain = row_sum(row, length) <= row_sum(up, length);
        g_byte_array_append(apng->rows, &(uint8_t){plain ? FILTER_NONE : FILTER_UP}, 1);
        g_byte_array_append(apng->rows, plain ? row : up, (guint)length);
        memcpy(above, row, length);
    }
}

static bool apng_pack(struct disp_apng *apng, const struct emu_rect *rect)
{
    apng_filter(apng, rect);
    uLongf length = compressBound(apng->rows->len);
    g_byte_array_set_size(apng->packed, (guint)length);
    if (compress2(apng->packed->data, &length, apng->rows->data, apng->rows->len, APNG_LEVEL) !=
        Z_OK)
        return false;
    g_byte_array_set_size(apng->packed, (guint)length);
    return true;
}

/* ---- frames ---- */

/* The fraction of a second that is nearest. */
static void apng_delay(struct disp_apng *apng, uint64_t delay, uint8_t *out)
{
    int64_t want = (int64_t)MIN(delay, DELAY_LIMIT * SECOND) + apng->owed;
    uint64_t wish = want > 0 ? (uint64_t)want : 0;
    uint64_t below = wish > SECOND ? DELAY_LIMIT * SECOND / wish : DELAY_LIMIT;
    below = MAX(below, 1);
    uint64_t above = MIN((wish * below + SECOND / 2) / SECOND, DELAY_LIMIT);

    apng->owed = want - (int64_t)(above * SECOND / below);
    out[0] = (uint8_t)(above >> 8);
    out[1] = (uint8_t)above;
    out[2] = (uint8_t)(below >> 8);
    out[3] = (uint8_t)below;
}

static bool apng_control(struct disp_apng *apng, const struct emu_rect *rect, uint64_t delay)
{
    uint8_t control[26] = {0}; /* what was there stays, and is replaced */

    apng_put32(control, apng->sequence++);
    apng_put32(control + 4, rect->width);
    apng_put32(control + 8, rect->height);
    apng_put32(control + 12, rect->x);
    apng_put32(control + 16, rect->y);
    apng_delay(apng, delay, control + 20);
    return apng_chunk(apng, "fcTL", control, sizeof(control), NULL, 0);
}

static bool apng_data(struct disp_apng *apng)
{
    const GByteArray *packed = apng->packed;
    uint8_t sequence[4];

    if (apng->done == 0)
        return apng_chunk(apng, "IDAT", packed->data, packed->len, NULL, 0);
    apng_put32(sequence, apng->sequence++);
    return apng_chunk(apng, "fdAT", sequence, sizeof(sequence), packed->data, packed->len);
}

bool disp_apng_add(struct disp_apng *apng, const uint32_t *pixels, uint64_t delay)
{
    const struct emu_rect all = {0, 0, apng->width, apng->height};
    struct emu_rect rect;

    g_array_set_size(apng->changes, 0);
    disp_changes_take(apng->canvas, apng->width, &all, pixels, apng->changes);
    rect = apng->done == 0 ? all : disp_changes_box(apng->changes);
    if (rect.width == 0)
        rect = (struct emu_rect){0, 0, 1, 1}; /* a frame has a pixel at least */
    if (!apng_pack(apng, &rect) || (apng->frames > 1 && !apng_control(apng, &rect, delay)) ||
        !apng_data(apng))
        return false;
    apng->done++;
    return true;
}

bool disp_apng_end(struct disp_apng *apng)
{
    return apng_chunk(apng, "IEND", NULL, 0, NULL, 0);
}
