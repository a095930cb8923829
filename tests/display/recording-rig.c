/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/display/recording-rig.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

struct rig_look {
    struct disp_look look;
    struct emu_cursor cursor;
    GArray *pixels;
};

static unsigned rig_random(unsigned *seed, unsigned below)
{
    *seed = *seed * 1103515245u + 12345u;
    return (*seed >> 16) % below;
}

static void rig_set_mode(struct emu_surface *surface, unsigned width, unsigned height)
{
    g_free(surface->pixels);
    surface->pixels = g_new0(uint32_t, (size_t)width * height);
    surface->width = width;
    surface->height = height;
}

/* Paints a rectangle of the picture; some of its pixels stay as they were. */
static void rig_paint(struct rig_look *rig, struct emu_surface *surface, struct emu_rect rect,
                      unsigned *seed)
{
    for (unsigned y = rect.y; y < rect.y + rect.height; y++) {
        for (unsigned x = rect.x; x < rect.x + rect.width; x++) {
            uint32_t *pixel = &surface->pixels[y * surface->width + x];
            if (rig_random(seed, 3) == 0)
                *pixel = rig_random(seed, 0x8000) * 97u & 0xffffff;
            g_array_append_val(rig->pixels, *pixel);
        }
    }
    rig->look.rects[rig->look.count++] = rect;
}

static void rig_draw(struct rig_look *rig, struct emu_surface *surface, unsigned frame,
                     unsigned *seed)
{
    if (frame < 2 || frame % 23 == 0) {
        rig_set_mode(surface, 40 + frame, 30 + frame / 2);
        rig_paint(rig, surface, (struct emu_rect){0, 0, surface->width, surface->height}, seed);
        return;
    }
    for (unsigned i = 0; i < 1 + frame % 3; i++) {
        unsigned x = rig_random(seed, surface->width), y = rig_random(seed, surface->height);
        struct emu_rect rect = {x, y, 1 + rig_random(seed, surface->width - x),
                                1 + rig_random(seed, surface->height - y)};
        if (i == 0)
            rect = (struct emu_rect){x, y, surface->width - x, surface->height - y};
        surface->pixels[y * surface->width + x] ^= 1; /* it is a frame, whatever else there is */
        rig_paint(rig, surface, rect, seed);
    }
}

static void rig_point(struct rig_look *rig, unsigned frame)
{
    rig->cursor = (struct emu_cursor){.visible = frame % 7 != 0,
                                      .x = (int)frame - 5,
                                      .y = 3,
                                      .width = 8,
                                      .height = 8,
                                      .hot_x = 1,
                                      .serial = 1 + frame / 20};
    for (unsigned i = 0; i < 64; i++)
        rig->cursor.pixels[i] = 0xff000000u | i * rig->cursor.serial;
}

static struct emu_surface rig_copy(const struct emu_surface *surface)
{
    size_t size = (size_t)surface->width * surface->height * 4;
    struct emu_surface copy = {.width = surface->width, .height = surface->height};

    copy.pixels = g_malloc(size);
    memcpy(copy.pixels, surface->pixels, size);
    return copy;
}

/* The pointer is the first head's. Its overlapping rectangles are given with what they have in the
 * end, as a surface has. */
static bool rig_put(struct rig_movie *movie, struct disp_writer *writer, unsigned frame,
                    unsigned *seed)
{
    struct emu_surface *surface = &movie->heads[frame % 2];
    struct rig_look rig = {.look = {.head = frame % 2, .state = EMU_DISPLAY_GRAPHICS}};

    rig.pixels = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    rig_draw(&rig, surface, frame, seed);
    g_array_set_size(rig.pixels, 0);
    for (unsigned i = 0; i < rig.look.count; i++) {
        const struct emu_rect *rect = &rig.look.rects[i];
        for (unsigned y = 0; y < rect->height; y++)
            g_array_append_vals(rig.pixels,
                                surface->pixels + (rect->y + y) * surface->width + rect->x,
                                rect->width);
    }
    rig_point(&rig, frame);
    rig.look.width = surface->width;
    rig.look.height = surface->height;
    rig.look.time = 1000000u * (frame / 2);
    rig.look.pixels = (const uint32_t *)(const void *)rig.pixels->data;
    rig.look.cursor = frame % 2 == 0 ? &rig.cursor : NULL;
    bool good = disp_writer_put(writer, &rig.look);
    movie->shown[frame] = rig_copy(surface);
    movie->cursors[frame] = rig.cursor;
    g_array_unref(rig.pixels);
    return good;
}

struct rig_movie *rig_movie_new(void)
{
    struct rig_movie *movie = g_new0(struct rig_movie, 1);
    unsigned seed = 1;

    movie->path = g_strdup_printf("%s/lathe-movie-%d.lrec", g_get_tmp_dir(), (int)getpid());
    unlink(movie->path);
    struct disp_writer *writer =
        disp_writer_new(movie->path, "Wölkchen", 2, 1700000000000000, 5000000, NULL);
    bool good = writer != NULL;
    for (unsigned i = 0; i < RIG_FRAMES && good; i++)
        good = rig_put(movie, writer, i, &seed);
    good = good && disp_writer_done(writer, 77000000, 3, NULL);
    disp_writer_free(writer);
    if (good)
        return movie;
    rig_movie_free(movie);
    return NULL;
}

void rig_movie_free(struct rig_movie *movie)
{
    for (unsigned i = 0; i < RIG_FRAMES; i++)
        g_free(movie->shown[i].pixels);
    g_free(movie->heads[0].pixels);
    g_free(movie->heads[1].pixels);
    unlink(movie->path);
    g_free(movie->path);
    g_free(movie);
}

bool rig_same(const struct emu_surface *a, const struct emu_surface *b)
{
    return a->width == b->width && a->height == b->height &&
           memcmp(a->pixels, b->pixels, (size_t)a->width * a->height * 4) == 0;
}
