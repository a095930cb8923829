/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A screen for tests. Its picture shows every fault of scaling: single lines at the edges, a fine
 * checkerboard, bars of all colours; a film is this picture in a running texture.
 */
#include "tests/app/fake-display.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TEXT_COLUMNS 80
#define TEXT_ROWS    25
#define TEXT_WIDTH   720
#define TEXT_HEIGHT  400
#define FILM_RUN     256 /* pixels of texture beyond the picture's width */

struct emu_display {
    pthread_mutex_t lock;
    enum emu_display_state state;
    unsigned width, height, stride;
    uint32_t *pixels;
    bool film;
    char text[TEXT_ROWS][TEXT_COLUMNS + 1];
    unsigned lines;
    struct emu_cursor cursor;
    bool has_cursor;
    uint64_t cursor_told;
    unsigned preferred_width, preferred_height;
    unsigned looks, changes;
    bool connected;
};

struct emu_display *fake_display_new(const char *script)
{
    struct emu_display *d;

    if (strncmp(script, "screen", 6) != 0)
        return NULL;
    d = calloc(1, sizeof(*d));
    d->connected = true;
    pthread_mutex_init(&d->lock, NULL);
    return d;
}

void fake_display_free(struct emu_display *d)
{
    if (d == NULL)
        return;
    pthread_mutex_destroy(&d->lock);
    free(d->pixels);
    free(d);
}

/* ---- what the script draws ---- */

static uint32_t fake_pixel(unsigned x, unsigned y, unsigned width, unsigned height)
{
    static const uint32_t bars[8] = {0xffffff, 0xffff00, 0x00ffff, 0x00ff00,
                                     0xff00ff, 0xff0000, 0x0000ff, 0x303030};

    if (x == 0 || y == 0 || x + 1 == width || y + 1 == height)
        return 0xff8000; /* a line at each edge */
    if (x < width / 4 && y < height / 4)
        return (x + y) % 2 != 0 ? 0xffffff : 0x000000;
    if (y > height / 2)
        return bars[x * 8 / width];
    return (x * 255 / width) << 16 | (y * 255 / height) << 8 |
           ((x / 16 + y / 16) % 2 ? 0x60 : 0x20);
}

static void fake_set_size_locked(struct emu_display *d, unsigned width, unsigned height)
{
    d->width = width;
    d->height = height;
    d->stride = width + FILM_RUN;
    d->pixels = realloc(d->pixels, (size_t)d->stride * height * sizeof(uint32_t));
    memset(d->pixels, 0, (size_t)d->stride * height * sizeof(uint32_t));
}

static void fake_mode_locked(struct emu_display *d, const char *rest)
{
    unsigned width = 640, height = 480;

    sscanf(rest, "%u %u", &width, &height);
    fake_set_size_locked(d, width, height);
    d->state = EMU_DISPLAY_GRAPHICS;
    for (unsigned y = 0; y < height; y++) {
        for (unsigned x = 0; x < width; x++)
            d->pixels[(size_t)y * d->stride + x] = fake_pixel(x, y, width, height);
    }
}

/* No letters, but their places: a block for each. */
static void fake_text_locked(struct emu_display *d, const char *line)
{
    if (d->state != EMU_DISPLAY_TEXT)
        fake_set_size_locked(d, TEXT_WIDTH, TEXT_HEIGHT);
    d->state = EMU_DISPLAY_TEXT;
    unsigned row = d->lines < TEXT_ROWS ? d->lines++ : TEXT_ROWS - 1;
    snprintf(d->text[row], sizeof(d->text[row]), "%s", line);
    for (unsigned i = 0; i < strlen(d->text[row]) * 9; i++) {
        for (unsigned y = 2; d->text[row][i / 9] != ' ' && i % 9 < 7 && y < 14; y++)
            d->pixels[(size_t)(row * 16 + y) * d->stride + i] = 0xaaaaaa;
    }
}

static void fake_cursor_locked(struct emu_display *d, unsigned size)
{
    struct emu_cursor *cursor = &d->cursor;

    cursor->visible = true;
    cursor->width = cursor->height = size <= EMU_CURSOR_MAX_SIZE ? size : EMU_CURSOR_MAX_SIZE;
    cursor->serial++;
    for (unsigned i = 0; i < cursor->width * cursor->height; i++)
        cursor->pixels[i] = i % cursor->width <= i / cursor->width ? 0xff00ff40 : 0;
    d->has_cursor = true;
}

bool fake_display_command(struct emu_display *d, const char *word, const char *rest)
{
    bool known = true;

    if (d == NULL)
        return false;
    pthread_mutex_lock(&d->lock);
    if (strcmp(word, "mode") == 0)
        fake_mode_locked(d, rest);
    else if (strcmp(word, "text") == 0)
        fake_text_locked(d, rest);
    else if (strcmp(word, "film") == 0)
        d->film = true;
    else if (strcmp(word, "still") == 0)
        d->film = false;
    else if (strcmp(word, "dark") == 0)
        d->state = EMU_DISPLAY_OFF;
    else if (strcmp(word, "cursor") == 0)
        fake_cursor_locked(d, (unsigned)atoi(rest));
    else
        known = strcmp(word, "screen") == 0 || strcmp(word, "screens") == 0;
    pthread_mutex_unlock(&d->lock);
    return known;
}

void fake_display_preferred(struct emu_display *d, char *text, size_t size)
{
    pthread_mutex_lock(&d->lock);
    snprintf(text, size, "%ux%u", d->preferred_width, d->preferred_height);
    pthread_mutex_unlock(&d->lock);
}

bool fake_display_connected(struct emu_display *d)
{
    pthread_mutex_lock(&d->lock);
    bool connected = d->connected;
    pthread_mutex_unlock(&d->lock);
    return connected;
}

void fake_display_looks(struct emu_display *d, unsigned *looks, unsigned *changes)
{
    pthread_mutex_lock(&d->lock);
    *looks = d->looks;
    *changes = d->changes;
    pthread_mutex_unlock(&d->lock);
}

/* ---- emulator/api/display.h ---- */

struct emu_surface *emu_surface_new(void)
{
    return calloc(1, sizeof(struct emu_surface));
}

void emu_surface_free(struct emu_surface *surface)
{
    if (surface != NULL)
        free(surface->pixels);
    free(surface);
}

const char *emu_display_name(const struct emu_display *d)
{
    return "fake";
}

static void fake_resize_surface(struct emu_surface *surface, unsigned width, unsigned height,
                                struct emu_display_update *update)
{
    if (surface->width == width && surface->height == height)
        return;
    surface->pixels = realloc(surface->pixels, (size_t)width * height * sizeof(uint32_t));
    memset(surface->pixels, 0, (size_t)width * height * sizeof(uint32_t));
    surface->width = width;
    surface->height = height;
    update->resized = true;
    update->count = 1;
    update->rects[0] = (struct emu_rect){0, 0, width, height};
}

/* One band around all rows that differ. */
static void fake_damage(struct emu_display_update *update, unsigned width, unsigned y)
{
    if (update->resized)
        return;
    if (update->count == 0)
        update->rects[update->count++] = (struct emu_rect){0, y, width, 1};
    update->rects[0].height = y + 1 - update->rects[0].y;
}

static unsigned fake_film_offset(const struct emu_display *d)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return d->film ? (unsigned)(now.tv_sec * 60 + now.tv_nsec / 16666667) * 4 % FILM_RUN : 0;
}

static void fake_update_locked(struct emu_display *d, struct emu_surface *surface,
                               struct emu_display_update *update)
{
    unsigned offset = fake_film_offset(d);
    size_t length = d->width * sizeof(uint32_t);

    fake_resize_surface(surface, d->width, d->height, update);
    for (unsigned y = 0; y < d->height; y++) {
        const uint32_t *row = d->pixels + (size_t)y * d->stride + offset;
        uint32_t *place = surface->pixels + (size_t)y * d->width;
        if (memcmp(place, row, length) == 0)
            continue;
        memcpy(place, row, length);
        fake_damage(update, d->width, y);
    }
}

void emu_display_update(struct emu_display *d, struct emu_surface *surface,
                        struct emu_display_update *update)
{
    *update = (struct emu_display_update){0};
    pthread_mutex_lock(&d->lock);
    update->state = d->connected ? d->state : EMU_DISPLAY_OFF;
    update->cursor_changed = d->cursor_told != d->cursor.serial;
    d->cursor_told = d->cursor.serial;
    if (d->state != EMU_DISPLAY_OFF)
        fake_update_locked(d, surface, update);
    d->looks++;
    d->changes += update->count > 0;
    pthread_mutex_unlock(&d->lock);
}

bool emu_display_get_cursor(struct emu_display *d, struct emu_cursor *cursor)
{
    pthread_mutex_lock(&d->lock);
    *cursor = d->cursor;
    bool has = d->has_cursor;
    pthread_mutex_unlock(&d->lock);
    return has;
}

char *emu_display_get_text(struct emu_display *d)
{
    char *text = NULL;
    size_t length = 0;

    pthread_mutex_lock(&d->lock);
    if (d->state == EMU_DISPLAY_TEXT) {
        FILE *file = open_memstream(&text, &length);
        for (unsigned row = 0; row < TEXT_ROWS; row++)
            fprintf(file, "%s\n", d->text[row]);
        fclose(file);
    }
    pthread_mutex_unlock(&d->lock);
    return text;
}

void emu_display_get_stats(struct emu_display *display, struct emu_display_stats *out)
{
    (void)display;
    *out = (struct emu_display_stats){0};
}

void emu_display_set_connected(struct emu_display *d, bool connected)
{
    pthread_mutex_lock(&d->lock);
    d->connected = connected;
    pthread_mutex_unlock(&d->lock);
}

void emu_display_prefer_size(struct emu_display *d, unsigned width, unsigned height)
{
    pthread_mutex_lock(&d->lock);
    d->preferred_width = width;
    d->preferred_height = height;
    pthread_mutex_unlock(&d->lock);
}
