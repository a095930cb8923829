/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of a machine's screens, and the surfaces of those who look at them. */
#include "emulator/core/display.h"

#include <stdlib.h>
#include <string.h>

#include "emulator/core/machine.h"

/* ---- surfaces ---- */

struct emu_surface *emu_surface_new(void)
{
    return calloc(1, sizeof(struct emu_surface));
}

void emu_surface_free(struct emu_surface *surface)
{
    if (surface == NULL)
        return;
    free(surface->pixels);
    free(surface->cells);
    free(surface);
}

static bool surface_reserve(struct emu_surface *surface, size_t pixels)
{
    if (pixels <= surface->capacity)
        return true;
    uint32_t *grown = realloc(surface->pixels, pixels * sizeof(*grown));
    if (grown == NULL)
        return false;
    surface->pixels = grown;
    surface->capacity = pixels;
    return true;
}

bool emu_surface_resize(struct emu_surface *surface, unsigned width, unsigned height,
                        struct emu_display_update *update)
{
    size_t pixels = (size_t)width * height;

    if (width == surface->width && height == surface->height && pixels != 0)
        return true;
    if (pixels == 0 || width > EMU_DISPLAY_MAX_SIZE || height > EMU_DISPLAY_MAX_SIZE ||
        !surface_reserve(surface, pixels))
        return false;
    surface->width = width;
    surface->height = height;
    surface->serial = 0;
    surface->cell_count = 0;
    memset(surface->pixels, 0, pixels * sizeof(*surface->pixels));
    update->resized = true;
    update->count = 1;
    update->rects[0] = (struct emu_rect){0, 0, width, height};
    return true;
}

void emu_surface_exchange(struct emu_surface *surface, uint32_t **pixels, size_t *capacity,
                          unsigned width, unsigned height, struct emu_display_update *update)
{
    uint32_t *old = surface->pixels;
    size_t room = surface->capacity;

    update->resized = width != surface->width || height != surface->height;
    surface->pixels = *pixels;
    surface->capacity = *capacity;
    surface->width = width;
    surface->height = height;
    surface->cell_count = 0;
    update->count = 1;
    update->rects[0] = (struct emu_rect){0, 0, width, height};
    *pixels = old;
    *capacity = room;
}

/* Rows in order make bands: one that touches the last band above it makes that longer. */
static bool surface_extend(struct emu_display_update *update, struct emu_rect rect)
{
    struct emu_rect *last = &update->rects[update->count - 1];
    unsigned right = last->x + last->width, end = rect.x + rect.width;

    if (update->count == 0 || rect.y < last->y || rect.y > last->y + last->height)
        return false;
    unsigned bottom = rect.y + rect.height;
    if (bottom > last->y + last->height)
        last->height = bottom - last->y;
    last->x = rect.x < last->x ? rect.x : last->x;
    last->width = (end > right ? end : right) - last->x;
    return true;
}

/* No room for another rectangle: the first one becomes the box around all. */
static void surface_unite(struct emu_display_update *update, struct emu_rect rect)
{
    unsigned left = rect.x, top = rect.y, right = rect.x + rect.width;
    unsigned bottom = rect.y + rect.height;

    for (unsigned i = 0; i < update->count; i++) {
        const struct emu_rect *r = &update->rects[i];
        left = r->x < left ? r->x : left;
        top = r->y < top ? r->y : top;
        right = r->x + r->width > right ? r->x + r->width : right;
        bottom = r->y + r->height > bottom ? r->y + r->height : bottom;
    }
    update->count = 1;
    update->rects[0] = (struct emu_rect){left, top, right - left, bottom - top};
}

static bool surface_overlaps(const struct emu_display_update *update, struct emu_rect rect)
{
    for (unsigned i = 0; i < update->count; i++) {
        const struct emu_rect *r = &update->rects[i];
        if (rect.x < r->x + r->width && r->x < rect.x + rect.width && rect.y < r->y + r->height &&
            r->y < rect.y + rect.height)
            return true;
    }
    return false;
}

void emu_surface_damage(const struct emu_surface *surface, struct emu_rect rect,
                        struct emu_display_update *update)
{
    if (update->resized || rect.x >= surface->width || rect.y >= surface->height)
        return;
    if (rect.width > surface->width - rect.x)
        rect.width = surface->width - rect.x;
    if (rect.height > surface->height - rect.y)
        rect.height = surface->height - rect.y;
    if (surface_overlaps(update, rect) || update->count == EMU_DISPLAY_MAX_RECTS)
        surface_unite(update, rect);
    else if (update->count == 0 || !surface_extend(update, rect))
        update->rects[update->count++] = rect;
}

void emu_surface_put_row(struct emu_surface *surface, unsigned y, const uint32_t *row,
                         struct emu_display_update *update)
{
    uint32_t *place = surface->pixels + (size_t)y * surface->width;
    size_t length = surface->width * sizeof(*place);

    if (memcmp(place, row, length) == 0)
        return;
    memcpy(place, row, length);
    emu_surface_damage(surface, (struct emu_rect){0, y, surface->width, 1}, update);
}

uint32_t *emu_surface_cells(struct emu_surface *surface, size_t count)
{
    if (count == surface->cell_count)
        return surface->cells;
    uint32_t *grown = realloc(surface->cells, count * sizeof(*grown));
    if (grown == NULL)
        return NULL;
    memset(grown, 0, count * sizeof(*grown));
    surface->cells = grown;
    surface->cell_count = count;
    return grown;
}

/* ---- the list ---- */

void emu_displays_add(struct emu_displays *displays, struct emu_display *display)
{
    struct emu_display **last;

    if (displays == NULL)
        return;
    for (last = &displays->first; *last != NULL;)
        last = &(*last)->next;
    display->queue = displays->queue;
    display->next = NULL;
    *last = display;
}

unsigned emu_machine_display_count(const struct emu_machine *machine)
{
    unsigned count = 0;

    for (const struct emu_display *d = machine->displays.first; d != NULL; d = d->next)
        count++;
    return count;
}

struct emu_display *emu_machine_get_display(const struct emu_machine *machine, unsigned index)
{
    struct emu_display *display = machine->displays.first;

    for (; display != NULL && index > 0; index--)
        display = display->next;
    return display;
}

const char *emu_display_name(const struct emu_display *display)
{
    return display->name;
}

/* ---- a viewer's calls ---- */

void emu_display_update(struct emu_display *display, struct emu_surface *surface,
                        struct emu_display_update *update)
{
    *update = (struct emu_display_update){0};
    display->ops->update(display->opaque, surface, update);
}

bool emu_display_get_cursor(struct emu_display *display, struct emu_cursor *cursor)
{
    return display->ops->cursor != NULL && display->ops->cursor(display->opaque, cursor);
}

char *emu_display_get_text(struct emu_display *display)
{
    return display->ops->text != NULL ? display->ops->text(display->opaque) : NULL;
}

static void display_run_connect(void *opaque, emu_ns now, const void *data, size_t length)
{
    struct emu_display *display = opaque;
    const bool *connected = data;

    display->ops->connect(display->opaque, *connected);
}

void emu_display_set_connected(struct emu_display *display, bool connected)
{
    if (display->ops->connect != NULL && display->queue != NULL)
        emu_queue_post(display->queue, display_run_connect, display, &connected,
                       sizeof(connected));
}

void emu_display_get_stats(struct emu_display *display, struct emu_display_stats *out)
{
    *out = (struct emu_display_stats){0};
    if (display->ops->stats != NULL)
        display->ops->stats(display->opaque, out);
}

struct display_size {
    unsigned width, height;
};

static void display_run_prefer(void *opaque, emu_ns now, const void *data, size_t length)
{
    struct emu_display *display = opaque;
    const struct display_size *size = data;

    display->ops->prefer_size(display->opaque, size->width, size->height);
}

void emu_display_prefer_size(struct emu_display *display, unsigned width, unsigned height)
{
    struct display_size size = {width, height};

    if (display->ops->prefer_size != NULL && display->queue != NULL)
        emu_queue_post(display->queue, display_run_prefer, display, &size, sizeof(size));
}
