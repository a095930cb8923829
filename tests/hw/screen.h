/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench with one graphics device and somebody who looks at its screen. */
#ifndef LATHE_TESTS_HW_SCREEN_H
#define LATHE_TESTS_HW_SCREEN_H

#include "emulator/core/display.h"
#include "emulator/hw/display/std-vga.h"
#include "tests/hw/rig.h"

/* Modes as VGA BIOSes set them. */
enum screen_mode {
    SCREEN_TEXT_80,   /* 3: 720 x 400 */
    SCREEN_PLANES,    /* 12h: 640 x 480, 16 colours */
    SCREEN_BYTES,     /* 13h: 320 x 200, 256 colours */
    SCREEN_UNCHAINED, /* "X": 320 x 240, 256 colours */
    SCREEN_CGA_4,     /* 4: 320 x 200, 4 colours */
    SCREEN_CGA_2,     /* 6: 640 x 200, 2 colours */
};

struct screen {
    struct rig rig;
    struct rig_device *device;
    struct emu_display *display;
    struct emu_surface *surface;
    struct emu_display_update update; /* the last one */
};

void screen_init(struct screen *screen, const struct emu_device_class *class);
void screen_finish(struct screen *screen);

/* Ports of the VGA: an index and its value, one byte, the extension's registers. */
void screen_index(struct screen *screen, uint16_t port, uint8_t index, uint8_t value);
void screen_out(struct screen *screen, uint16_t port, uint8_t value);
uint8_t screen_in(struct screen *screen, uint16_t port);
void screen_attribute(struct screen *screen, uint8_t index, uint8_t value);
void screen_vbe(struct screen *screen, uint16_t index, uint16_t value);
/* Sets the mode; colour i of the DAC is red i, green 2 * i, blue 3 * i, six bits each. */
void screen_set_mode(struct screen *screen, enum screen_mode mode);
/* A packed mode without a window into more than its size. */
void screen_set_vbe(struct screen *screen, unsigned width, unsigned height, unsigned bpp);
/* Bytes of the window at 0xa0000 and of the video memory. */
void screen_poke(struct screen *screen, uint32_t address, uint8_t value);
uint8_t screen_peek(struct screen *screen, uint32_t address);
void screen_draw(struct screen *screen, uint32_t offset, uint32_t value, unsigned size);

/* Looks, and remembers what changed. */
void screen_look(struct screen *screen);
uint32_t screen_pixel(struct screen *screen, unsigned x, unsigned y);
/* What screen_set_mode makes of colour i. */
uint32_t screen_color(unsigned i);

#endif
