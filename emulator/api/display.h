/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The screens of a machine. A viewer owns a surface, its copy of the picture, and asks for it to be
 * brought up to date as often as it likes; the display compares, so what nobody looks at costs
 * nothing, and any number of viewers may look. A display lives as long as its machine.
 */
#ifndef EMU_API_DISPLAY_H
#define EMU_API_DISPLAY_H

#include <stddef.h>

#include "emulator/api/types.h"

struct emu_machine;
struct emu_display;

#define EMU_DISPLAY_MAX_SIZE 16384 /* pixels in each direction */

/* A viewer's copy. One thread at a time; the fields are for reading. */
struct emu_surface {
    unsigned width, height; /* 0: nothing was shown yet */
    uint32_t *pixels;       /* 0x00RRGGBB, rows from the top, width in each, without gaps; another
                             * address after any update */
    uint64_t serial;        /* of the display's contents, where it counts them; else 0 */
    uint32_t *cells;        /* what a text mode's picture was made of; the display's own */
    size_t cell_count;
    size_t capacity;        /* of pixels, in pixels */
    uint64_t cursor_serial; /* of the pointer's place and image, where they are counted */
};

struct emu_rect {
    unsigned x, y, width, height;
};

enum emu_display_state {
    EMU_DISPLAY_OFF, /* no video mode is set, or the guest switched the screen off */
    EMU_DISPLAY_TEXT,
    EMU_DISPLAY_GRAPHICS,
};

#define EMU_DISPLAY_MAX_RECTS 16

struct emu_display_update {
    enum emu_display_state state;
    bool resized;        /* the surface has another size: everything is new */
    bool cursor_changed; /* since the surface's last update: see emu_display_get_cursor */
    unsigned count;      /* of rects, which do not overlap; 0: nothing changed */
    struct emu_rect rects[EMU_DISPLAY_MAX_RECTS];
};

/* A pointer that the guest's driver leaves to the viewer to draw. */
#define EMU_CURSOR_MAX_SIZE 64

struct emu_cursor {
    bool visible;
    int x, y; /* of the hot spot, in the guest's pixels */
    unsigned width, height, hot_x, hot_y;
    uint64_t serial;                                            /* of the image */
    uint32_t pixels[EMU_CURSOR_MAX_SIZE * EMU_CURSOR_MAX_SIZE]; /* 0xAARRGGBB, premultiplied */
};

/* An empty one; NULL: out of memory. */
struct emu_surface *emu_surface_new(void);
void emu_surface_free(struct emu_surface *surface); /* NULL is legal */

unsigned emu_machine_display_count(const struct emu_machine *machine);
/* NULL beyond the count. Screens do not come or go while the machine lives. */
struct emu_display *emu_machine_get_display(const struct emu_machine *machine, unsigned index);
/* "vga", "virtio-gpu": its device's id. */
const char *emu_display_name(const struct emu_display *display);

/*
 * Brings the surface up to date and tells what changed in it. Any thread but the machine's own,
 * also while it is paused or stopped; takes about as long as copying the picture. When memory is
 * short nothing changes.
 */
void emu_display_update(struct emu_display *display, struct emu_surface *surface,
                        struct emu_display_update *update);
/* False: the guest draws its pointer itself, or shows none this way. Any thread. */
bool emu_display_get_cursor(struct emu_display *display, struct emu_cursor *cursor);
/* What a text mode shows, rows ended by a newline without trailing spaces, UTF-8, malloc'ed; NULL
 * in graphics modes. Any thread. */
char *emu_display_get_text(struct emu_display *display);
/*
 * The size that the viewer would like, in pixels of the guest (0: none in particular): the guest
 * finds it in the EDID and may take it. Any thread, never waits.
 */
void emu_display_prefer_size(struct emu_display *display, unsigned width, unsigned height);
/*
 * Connects a monitor to this screen or takes it away, as the guest sees it; the first screen of an
 * adapter has one from the beginning, its others have none. No effect where the adapter has only
 * one. Any thread, never waits.
 */
void emu_display_set_connected(struct emu_display *display, bool connected);

struct emu_display_stats {
    uint64_t frames; /* that viewers were given */
    uint64_t copies; /* of whole pictures by the host for that */
};
/* Zeroes where nobody counts. Any thread. */
void emu_display_get_stats(struct emu_display *display, struct emu_display_stats *out);

#endif
