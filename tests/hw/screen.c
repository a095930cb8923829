/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench with a screen (screen.h). */
#include "tests/hw/screen.h"

struct screen_table {
    uint8_t misc;
    uint8_t seq[5], crtc[25], gc[9], ac[5];
};

/* As the PS/2's BIOS has them. */
static const struct screen_table screen_tables[] = {
    [SCREEN_TEXT_80] = {0x67,
                        {3, 0, 3, 0, 2},
                        {0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0,    0x4f, 0x0d, 0x0e, 0,
                         0,    0,    0,    0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff},
                        {0, 0, 0, 0, 0, 0x10, 0x0e, 0, 0xff},
                        {0x0c, 0, 0x0f, 0x08, 0}},
    [SCREEN_PLANES] = {0xe3,
                       {3, 1, 15, 0, 6},
                       {0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0x0b, 0x3e, 0,    0x40, 0,    0,   0,
                        0,    0,    0,    0xea, 0x8c, 0xdf, 0x28, 0,    0xe7, 4,    0xe3, 0xff},
                       {0, 0, 0, 0, 0, 0, 5, 15, 0xff},
                       {1, 0, 15, 0, 0}},
    [SCREEN_BYTES] = {0x63,
                      {3, 1, 15, 0, 0x0e},
                      {0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0xbf, 0x1f, 0,    0x41, 0,    0,   0,
                       0,    0,    0,    0x9c, 0x8e, 0x8f, 0x28, 0x40, 0x96, 0xb9, 0xa3, 0xff},
                      {0, 0, 0, 0, 0, 0x40, 5, 15, 0xff},
                      {0x41, 0, 15, 0, 0}},
    [SCREEN_UNCHAINED] = {0xe3,
                          {3, 1, 15, 0, 6},
                          {0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0x0d, 0x3e, 0,    0x41, 0,    0,   0,
                           0,    0,    0,    0xea, 0xac, 0xdf, 0x28, 0,    0xe7, 6,    0xe3, 0xff},
                          {0, 0, 0, 0, 0, 0x40, 5, 15, 0xff},
                          {0x41, 0, 15, 0, 0}},
    [SCREEN_CGA_4] = {0x63,
                      {3, 9, 3, 0, 2},
                      {0x2d, 0x27, 0x28, 0x90, 0x2b, 0x80, 0xbf, 0x1f, 0,    0xc1, 0,    0,   0,
                       0,    0,    0,    0x9c, 0x8e, 0x8f, 0x14, 0,    0x96, 0xb9, 0xa2, 0xff},
                      {0, 0, 0, 0, 0, 0x30, 0x0f, 0, 0xff},
                      {1, 0, 3, 0, 0}},
    [SCREEN_CGA_2] = {0x63,
                      {3, 1, 1, 0, 6},
                      {0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0xbf, 0x1f, 0,    0xc1, 0,    0,   0,
                       0,    0,    0,    0x9c, 0x8e, 0x8f, 0x28, 0,    0x96, 0xb9, 0xc2, 0xff},
                      {0, 0, 0, 0, 0, 0, 0x0d, 0, 0xff},
                      {1, 0, 1, 0, 0}},
};

void screen_init(struct screen *screen, const struct emu_device_class *class)
{
    *screen = (struct screen){.surface = emu_surface_new()};
    rig_init(&screen->rig);
    screen->device = rig_add(&screen->rig, class);
    screen->display = screen->rig.displays.first;
}

void screen_finish(struct screen *screen)
{
    rig_finish(&screen->rig);
    emu_surface_free(screen->surface);
}

/* ---- ports ---- */

void screen_out(struct screen *screen, uint16_t port, uint8_t value)
{
    rig_write(screen->device, EMU_STD_VGA_PORTS, port - 0x3b0u, value, 1);
}

uint8_t screen_in(struct screen *screen, uint16_t port)
{
    return (uint8_t)rig_read(screen->device, EMU_STD_VGA_PORTS, port - 0x3b0u, 1);
}

void screen_index(struct screen *screen, uint16_t port, uint8_t index, uint8_t value)
{
    rig_write(screen->device, EMU_STD_VGA_PORTS, port - 0x3b0u, index | value << 8, 2);
}

void screen_attribute(struct screen *screen, uint8_t index, uint8_t value)
{
    screen_in(screen, 0x3da);
    screen_out(screen, 0x3c0, index);
    screen_out(screen, 0x3c0, value);
    screen_out(screen, 0x3c0, 0x20);
}

void screen_vbe(struct screen *screen, uint16_t index, uint16_t value)
{
    rig_write(screen->device, EMU_STD_VGA_VBE_PORTS, 0, index, 2);
    rig_write(screen->device, EMU_STD_VGA_VBE_PORTS, 1, value, 2);
}

/* ---- modes ---- */

static void screen_set_palette(struct screen *screen)
{
    screen_out(screen, 0x3c6, 0xff);
    screen_out(screen, 0x3c8, 0);
    for (unsigned i = 0; i < 256 * 3; i++)
        screen_out(screen, 0x3c9, (uint8_t)(i / 3 * (i % 3 + 1)) & 0x3f);
    for (uint8_t i = 0; i < 16; i++)
        screen_attribute(screen, i, i);
}

uint32_t screen_color(unsigned i)
{
    uint32_t color = 0;

    for (unsigned part = 1; part <= 3; part++) {
        uint32_t six = i * part & 0x3f;

        color = color << 8 | six << 2 | six >> 4;
    }
    return color;
}

void screen_set_mode(struct screen *screen, enum screen_mode mode)
{
    const struct screen_table *table = &screen_tables[mode];

    screen_vbe(screen, 4, 0);
    screen_out(screen, 0x3c2, table->misc);
    for (uint8_t i = 0; i < sizeof(table->seq); i++)
        screen_index(screen, 0x3c4, i, table->seq[i]);
    screen_index(screen, 0x3d4, 0x11, 0);
    for (uint8_t i = 0; i < sizeof(table->crtc); i++)
        screen_index(screen, 0x3d4, i, table->crtc[i]);
    for (uint8_t i = 0; i < sizeof(table->gc); i++)
        screen_index(screen, 0x3ce, i, table->gc[i]);
    for (uint8_t i = 0; i < sizeof(table->ac); i++)
        screen_attribute(screen, 0x10 + i, table->ac[i]);
    screen_set_palette(screen);
}

void screen_set_vbe(struct screen *screen, unsigned width, unsigned height, unsigned bpp)
{
    screen_vbe(screen, 4, 0);
    screen_vbe(screen, 1, (uint16_t)width);
    screen_vbe(screen, 2, (uint16_t)height);
    screen_vbe(screen, 3, (uint16_t)bpp);
    screen_vbe(screen, 4, 0x41);
}

/* ---- memory ---- */

void screen_poke(struct screen *screen, uint32_t address, uint8_t value)
{
    rig_write(screen->device, EMU_STD_VGA_WINDOW, address - 0xa0000, value, 1);
}

uint8_t screen_peek(struct screen *screen, uint32_t address)
{
    return (uint8_t)rig_read(screen->device, EMU_STD_VGA_WINDOW, address - 0xa0000, 1);
}

void screen_draw(struct screen *screen, uint32_t offset, uint32_t value, unsigned size)
{
    rig_write(screen->device, EMU_STD_VGA_MEMORY, offset, value, size);
}

/* ---- looking ---- */

void screen_look(struct screen *screen)
{
    emu_display_update(screen->display, screen->surface, &screen->update);
}

uint32_t screen_pixel(struct screen *screen, unsigned x, unsigned y)
{
    const struct emu_surface *surface = screen->surface;

    return x < surface->width && y < surface->height ? surface->pixels[y * surface->width + x]
                                                     : UINT32_MAX;
}
