/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The VGA: register sequences of each kind of mode, and the pixels that they must make. */
#include <stdlib.h>

#include "tests/hw/screen.h"

#define CHECK_SIZE(screen, w, h)                                                                   \
    do {                                                                                           \
        CHECK_EQ((screen)->surface->width, w);                                                     \
        CHECK_EQ((screen)->surface->height, h);                                                    \
    } while (0)

/* ---- text ---- */

/* Row y of the letter's picture is its number with the lowest bit taken from y. */
static void text_load_font(struct screen *screen, unsigned font)
{
    screen_index(screen, 0x3c4, 2, 4);
    screen_index(screen, 0x3c4, 4, 6);
    screen_index(screen, 0x3ce, 5, 0);
    screen_index(screen, 0x3ce, 6, 4);
    for (unsigned i = 0; i < 256 * 32; i++)
        screen_poke(screen, 0xa0000 + font + i, (uint8_t)((i / 32 & ~1u) | (i & 1)));
    screen_index(screen, 0x3c4, 2, 3);
    screen_index(screen, 0x3c4, 4, 2);
    screen_index(screen, 0x3ce, 5, 0x10);
    screen_index(screen, 0x3ce, 6, 0x0e);
}

static void text_init(struct screen *screen)
{
    screen_init(screen, &emu_std_vga_class);
    screen_set_mode(screen, SCREEN_TEXT_80);
    text_load_font(screen, 0);
    screen_index(screen, 0x3d4, 0x0a, 0x20); /* no cursor */
}

static void text_put(struct screen *screen, unsigned cell, uint8_t letter, uint8_t attribute)
{
    screen_poke(screen, 0xb8000 + 2 * cell, letter);
    screen_poke(screen, 0xb8000 + 2 * cell + 1, attribute);
}

static void text_write(struct screen *screen, unsigned cell, const char *text)
{
    for (; *text != '\0'; text++)
        text_put(screen, cell++, (uint8_t)*text, 7);
}

static void test_text_pixels(void)
{
    struct screen screen;

    text_init(&screen);
    text_put(&screen, 81, 0xa6, 0x1e); /* 10100110 */
    screen_look(&screen);
    CHECK_EQ(screen.update.state, EMU_DISPLAY_TEXT);
    CHECK_SIZE(&screen, 720, 400);
    for (unsigned x = 0; x < 9; x++) {
        bool set = 0xa6 << 1 >> (8 - x) & 1;

        CHECK_EQ(screen_pixel(&screen, 9 + x, 16), screen_color(set ? 14 : 1));
    }
    CHECK_EQ(screen_pixel(&screen, 9 + 7, 17), screen_color(14)); /* its odd rows */
    CHECK_EQ(screen_pixel(&screen, 0, 16), screen_color(0));
    screen_look(&screen);
    CHECK_EQ(screen.update.count, 0);
    text_put(&screen, 2, 0xff, 0x07);
    screen_look(&screen);
    CHECK(screen.update.count == 1 && screen.update.rects[0].height == 16);
    CHECK_EQ(screen_pixel(&screen, 2 * 9 + 8, 0), screen_color(0));
    text_put(&screen, 2, 0xdf, 0x07); /* goes on into the ninth dot */
    screen_look(&screen);
    CHECK_EQ(screen_pixel(&screen, 2 * 9 + 8, 1), screen_color(7));
    CHECK_EQ(screen_peek(&screen, 0xb8004), 0xdf);
    CHECK(rig_survives(screen.device));
    screen_finish(&screen);
}

static void test_text_shapes(void)
{
    struct screen screen;

    text_init(&screen);
    screen_index(&screen, 0x3c4, 1, 1); /* 8 dots */
    screen_look(&screen);
    CHECK_SIZE(&screen, 640, 400);
    screen_index(&screen, 0x3d4, 0x11, 0x0e); /* not locked */
    screen_index(&screen, 0x3d4, 1, 39);
    screen_index(&screen, 0x3c4, 1, 9); /* each twice as wide */
    text_put(&screen, 0, 0x80, 7);
    screen_look(&screen);
    CHECK_SIZE(&screen, 640, 400);
    CHECK_EQ(screen_pixel(&screen, 1, 0), screen_color(7));
    CHECK_EQ(screen_pixel(&screen, 2, 0), screen_color(0));
    screen_index(&screen, 0x3d4, 9, 0xc7); /* eight rows, each twice */
    text_put(&screen, 40, 0xff, 4);
    screen_look(&screen);
    CHECK_EQ(screen_pixel(&screen, 15, 2), screen_color(7));
    screen_index(&screen, 0x3d4, 0x13, 20);
    screen_look(&screen);
    CHECK_EQ(screen_pixel(&screen, 2, 15), screen_color(0));
    CHECK_EQ(screen_pixel(&screen, 0, 16), screen_color(4));
    screen_finish(&screen);
}

static void test_text_cursor(void)
{
    struct screen screen;

    text_init(&screen);
    text_write(&screen, 160, "abc");
    screen_index(&screen, 0x3d4, 0x0a, 13);
    screen_index(&screen, 0x3d4, 0x0b, 14);
    screen_index(&screen, 0x3d4, 0x0e, 0);
    screen_index(&screen, 0x3d4, 0x0f, 161);
    screen_look(&screen);
    for (unsigned y = 12; y < 16; y++)
        CHECK_EQ(screen_pixel(&screen, 9 + 8, 32 + y), screen_color(y == 13 || y == 14 ? 7 : 0));
    rig_advance(&screen.rig, 120 * RIG_MS);
    screen_look(&screen); /* blinks */
    CHECK(screen.update.count == 1 && screen.update.rects[0].height == 2);
    CHECK_EQ(screen_pixel(&screen, 9 + 8, 32 + 13), screen_color(0));
    screen_finish(&screen);
}

static void test_text_blink(void)
{
    struct screen screen;

    text_init(&screen);
    text_put(&screen, 0, 0x80, 0x9f);
    screen_look(&screen);
    CHECK_EQ(screen_pixel(&screen, 0, 0), screen_color(15));
    CHECK_EQ(screen_pixel(&screen, 1, 0), screen_color(1));
    rig_advance(&screen.rig, 240 * RIG_MS);
    screen_look(&screen);
    CHECK_EQ(screen_pixel(&screen, 0, 0), screen_color(1));
    screen_attribute(&screen, 0x10, 0x04); /* bright backgrounds instead */
    screen_look(&screen);
    CHECK_EQ(screen_pixel(&screen, 0, 0), screen_color(15));
    CHECK_EQ(screen_pixel(&screen, 1, 0), screen_color(9));
    screen_finish(&screen);
}

static void test_text_fonts(void)
{
    struct screen screen;

    text_init(&screen);
    text_put(&screen, 0, 0xf0, 0x07);
    text_put(&screen, 1, 0xf0, 0x0f);
    screen_index(&screen, 0x3c4, 3, 0x20); /* the bright one's is font 4, which is empty */
    screen_look(&screen);
    CHECK_EQ(screen_pixel(&screen, 0, 0), screen_color(7));
    CHECK_EQ(screen_pixel(&screen, 9, 0), screen_color(0));
    text_load_font(&screen, 0x2000);
    screen_look(&screen);
    CHECK_EQ(screen_pixel(&screen, 9, 0), screen_color(15));
    screen_finish(&screen);
}

static void test_text_mono(void)
{
    struct screen screen;

    text_init(&screen);
    screen_out(&screen, 0x3c2, 0x66); /* ports 0x3bx */
    CHECK_EQ(screen_in(&screen, 0x3d5), 0xff);
    screen_index(&screen, 0x3b4, 0x14, 0x0d);
    screen_index(&screen, 0x3ce, 6, 0x0a); /* at 0xb0000 */
    screen_poke(&screen, 0xb0000, ' ');
    screen_poke(&screen, 0xb0001, 0x01); /* underlined */
    screen_poke(&screen, 0xb8000, 0xff); /* nothing is there */
    CHECK_EQ(screen_peek(&screen, 0xb8000), 0xff);
    screen_look(&screen);
    CHECK_EQ(screen_pixel(&screen, 8, 13), screen_color(1));
    CHECK_EQ(screen_pixel(&screen, 0, 12), screen_color(0));
    screen_finish(&screen);
}

static void test_text_words(void)
{
    struct screen screen;
    char *text;

    text_init(&screen);
    for (unsigned i = 0; i < 80 * 50; i++)
        text_put(&screen, i, ' ', 7);
    text_write(&screen, 0, "above");
    text_write(&screen, 80, "Lathe \xb0\x81\x01");
    text_write(&screen, 80 * 25, "below");
    screen_index(&screen, 0x3d4, 0x0d, 80); /* one row down */
    text = emu_display_get_text(screen.display);
    CHECK(strncmp(text, "Lathe \u2591\u00fc\u263a\n\n", 16) == 0);
    CHECK(strlen(text) > 12 && strcmp(text + strlen(text) - 7, "\nbelow\n") == 0);
    free(text);
    screen_set_mode(&screen, SCREEN_BYTES);
    CHECK(emu_display_get_text(screen.display) == NULL);
    screen_finish(&screen);
}

/* The lower part of a split screen begins at address 0 and stays where it is. */
static void test_split_and_pan(void)
{
    struct screen screen;

    text_init(&screen);
    text_put(&screen, 0, 0xfe, 7);
    text_put(&screen, 80, 0x80, 7);
    screen_index(&screen, 0x3d4, 0x0d, 80);
    screen_index(&screen, 0x3d4, 0x18, 199);
    screen_index(&screen, 0x3d4, 0x07, 0x0f);
    screen_index(&screen, 0x3d4, 0x09, 0x0f);
    screen_look(&screen);
    CHECK_EQ(screen_pixel(&screen, 0, 0), screen_color(7));
    CHECK_EQ(screen_pixel(&screen, 1, 0), screen_color(0));
    CHECK_EQ(screen_pixel(&screen, 6, 200), screen_color(7));
    screen_index(&screen, 0x3d4, 0x08, 3); /* from the letters' fourth row */
    screen_attribute(&screen, 0x13, 0);    /* a dot to the left */
    screen_look(&screen);
    CHECK_EQ(screen_pixel(&screen, 0, 0), screen_color(0));
    CHECK_EQ(screen_pixel(&screen, 6, 200), screen_color(0));
    CHECK_EQ(screen_pixel(&screen, 5, 200), screen_color(7));
    screen_attribute(&screen, 0x10, 0x2c); /* only the upper part */
    screen_look(&screen);
    CHECK_EQ(screen_pixel(&screen, 6, 200), screen_color(7));
    screen_finish(&screen);
}

/* ---- planes ---- */

static void test_planes(void)
{
    struct screen screen;

    screen_init(&screen, &emu_std_vga_class);
    screen_set_mode(&screen, SCREEN_PLANES);
    screen_index(&screen, 0x3c4, 2, 5);
    screen_poke(&screen, 0xa0000 + 80, 0xc1);
    screen_look(&screen);
    CHECK_EQ(screen.update.state, EMU_DISPLAY_GRAPHICS);
    CHECK_SIZE(&screen, 640, 480);
    CHECK_EQ(screen_pixel(&screen, 0, 1), screen_color(5));
    CHECK_EQ(screen_pixel(&screen, 2, 1), screen_color(0));
    CHECK_EQ(screen_pixel(&screen, 7, 1), screen_color(5));
    CHECK_EQ(screen_pixel(&screen, 0, 0), screen_color(0));
    screen_index(&screen, 0x3ce, 4, 2);
    CHECK_EQ(screen_peek(&screen, 0xa0000 + 80), 0xc1);
    screen_index(&screen, 0x3ce, 4, 1);
    CHECK_EQ(screen_peek(&screen, 0xa0000 + 80), 0);
    screen_attribute(&screen, 0x12, 4); /* plane 2 only */
    screen_look(&screen);
    CHECK_EQ(screen_pixel(&screen, 0, 1), screen_color(4));
    CHECK(rig_survives(screen.device));
    screen_finish(&screen);
}

/* Each write mode, looked at through the four read maps. */
static void planes_expect(struct screen *screen, uint32_t address, uint32_t expected)
{
    for (uint8_t plane = 0; plane < 4; plane++) {
        screen_index(screen, 0x3ce, 4, plane);
        CHECK_EQ(screen_peek(screen, address), expected >> 8 * plane & 0xff);
    }
}

static void test_write_modes(void)
{
    struct screen screen;

    screen_init(&screen, &emu_std_vga_class);
    screen_set_mode(&screen, SCREEN_PLANES);
    screen_index(&screen, 0x3ce, 0, 0x09); /* set/reset: planes 0 and 3, of 0 and 1 */
    screen_index(&screen, 0x3ce, 1, 0x03);
    screen_index(&screen, 0x3ce, 3, 0x04); /* rotated by four */
    screen_poke(&screen, 0xa0000, 0x1f);
    screen_index(&screen, 0x3ce, 1, 0);
    planes_expect(&screen, 0xa0000, 0xf1f100ff);
    screen_index(&screen, 0x3ce, 3, 0x18); /* exclusive or, of the upper half */
    screen_index(&screen, 0x3ce, 8, 0xf0);
    screen_peek(&screen, 0xa0000);
    screen_poke(&screen, 0xa0000, 0xff);
    planes_expect(&screen, 0xa0000, 0x0101f00f);
    screen_index(&screen, 0x3ce, 3, 0);
    screen_index(&screen, 0x3ce, 5, 1); /* the latches */
    screen_poke(&screen, 0xa0001, 0xff);
    planes_expect(&screen, 0xa0001, 0x0101f00f);
    screen_index(&screen, 0x3ce, 5, 2); /* a colour */
    screen_index(&screen, 0x3ce, 8, 0x0f);
    screen_poke(&screen, 0xa0001, 0x06);
    planes_expect(&screen, 0xa0001, 0x000fff00);
    screen_index(&screen, 0x3ce, 5, 3); /* set/reset where bits are */
    screen_index(&screen, 0x3ce, 8, 0xff);
    screen_poke(&screen, 0xa0001, 0x81);
    planes_expect(&screen, 0xa0001, 0x810e7e81);
    screen_index(&screen, 0x3ce, 5, 8); /* read mode 1 */
    screen_index(&screen, 0x3ce, 2, 0x0b);
    CHECK_EQ(screen_peek(&screen, 0xa0001), 0x00);
    screen_index(&screen, 0x3ce, 7, 0x09);
    CHECK_EQ(screen_peek(&screen, 0xa0001), 0x81);
    screen_finish(&screen);
}

/* ---- 256 colours ---- */

static void test_bytes(void)
{
    struct screen screen;

    screen_init(&screen, &emu_std_vga_class);
    screen_set_mode(&screen, SCREEN_BYTES);
    screen_poke(&screen, 0xa0000 + 320 * 10 + 3, 0x42);
    screen_poke(&screen, 0xa0000 + 320 * 10 + 4, 0x43);
    screen_look(&screen);
    CHECK_SIZE(&screen, 640, 400);
    CHECK_EQ(screen_pixel(&screen, 6, 20), screen_color(0x42));
    CHECK_EQ(screen_pixel(&screen, 7, 21), screen_color(0x42));
    CHECK_EQ(screen_pixel(&screen, 8, 20), screen_color(0x43));
    CHECK_EQ(screen_pixel(&screen, 8, 22), screen_color(0));
    screen_index(&screen, 0x3c4, 2, 0x0e); /* not plane 0: no plain memory any more */
    screen_poke(&screen, 0xa0000 + 320 * 10 + 4, 0x44);
    screen_poke(&screen, 0xa0000 + 320 * 10 + 5, 0x45);
    CHECK_EQ(screen_peek(&screen, 0xa0000 + 320 * 10 + 4), 0x43);
    CHECK_EQ(screen_peek(&screen, 0xa0000 + 320 * 10 + 5), 0x45);
    screen_out(&screen, 0x3c6, 0x0f); /* mask of the colours */
    screen_look(&screen);
    CHECK_EQ(screen_pixel(&screen, 6, 20), screen_color(0x02));
    CHECK(rig_survives(screen.device));
    screen_finish(&screen);
}

static void test_unchained(void)
{
    struct screen screen;

    screen_init(&screen, &emu_std_vga_class);
    screen_set_mode(&screen, SCREEN_UNCHAINED);
    screen_index(&screen, 0x3c4, 2, 0x08);
    screen_poke(&screen, 0xa0000 + 80 * 100 + 2, 0x99);
    screen_look(&screen);
    CHECK_SIZE(&screen, 640, 480);
    CHECK_EQ(screen_pixel(&screen, 2 * 11, 200), screen_color(0x99));
    CHECK_EQ(screen_pixel(&screen, 2 * 11 + 1, 201), screen_color(0x99));
    CHECK_EQ(screen_pixel(&screen, 2 * 10, 200), screen_color(0));
    screen_index(&screen, 0x3d4, 0x0d, 1);
    screen_attribute(&screen, 0x13, 2); /* four pixels and one */
    screen_look(&screen);
    CHECK_EQ(screen_pixel(&screen, 2 * 6, 200), screen_color(0x99));
    screen_finish(&screen);
}

/* ---- the CGA's ---- */

static void test_cga(void)
{
    struct screen screen;

    screen_init(&screen, &emu_std_vga_class);
    screen_set_mode(&screen, SCREEN_CGA_4);
    screen_poke(&screen, 0xb8000, 0x1b);
    screen_poke(&screen, 0xb8001, 0x80);
    screen_poke(&screen, 0xba000 + 80, 0xc0);
    screen_look(&screen);
    CHECK_SIZE(&screen, 640, 400);
    for (unsigned i = 0; i < 4; i++)
        CHECK_EQ(screen_pixel(&screen, 2 * i, 0), screen_color(i));
    CHECK_EQ(screen_pixel(&screen, 8, 1), screen_color(2));
    CHECK_EQ(screen_pixel(&screen, 0, 2), screen_color(0));
    CHECK_EQ(screen_pixel(&screen, 0, 6), screen_color(3)); /* line 3 of 200 */
    screen_set_mode(&screen, SCREEN_CGA_2);
    screen_poke(&screen, 0xb8000, 0x81);
    screen_poke(&screen, 0xba000, 0x40);
    screen_look(&screen);
    CHECK_SIZE(&screen, 640, 400);
    CHECK_EQ(screen_pixel(&screen, 0, 1), screen_color(1));
    CHECK_EQ(screen_pixel(&screen, 7, 0), screen_color(1));
    CHECK_EQ(screen_pixel(&screen, 1, 2), screen_color(1));
    CHECK_EQ(screen_pixel(&screen, 1, 4), screen_color(0));
    screen_finish(&screen);
}

/* ---- the extension ---- */

static void vbe_expect(unsigned bpp, uint32_t value, uint32_t expected)
{
    struct screen screen;
    unsigned bytes = (bpp + 7) / 8;

    screen_init(&screen, &emu_std_vga_class);
    screen_out(&screen, 0x3c0, 0x20);
    screen_set_vbe(&screen, 800, 600, bpp);
    if (bpp == 8)
        screen_set_mode(&screen, SCREEN_TEXT_80), screen_set_vbe(&screen, 800, 600, bpp);
    for (unsigned i = 0; i < bytes; i++)
        screen_draw(&screen, (800 * 599 + 799) * bytes + i, value >> 8 * i & 0xff, 1);
    screen_look(&screen);
    CHECK_EQ(screen.update.state, EMU_DISPLAY_GRAPHICS);
    CHECK_SIZE(&screen, 800, 600);
    CHECK_EQ(screen_pixel(&screen, 799, 599), expected);
    CHECK_EQ(screen_pixel(&screen, 798, 599), bpp == 8 ? screen_color(0) : 0);
    CHECK(rig_survives(screen.device));
    screen_finish(&screen);
}

static void test_vbe_depths(void)
{
    vbe_expect(8, 0x42, screen_color(0x42));
    vbe_expect(15, 0x7c00 | 16 << 5 | 1, 0xff8408);
    vbe_expect(16, 0xf800 | 32 << 5 | 1, 0xff8208);
    vbe_expect(24, 0x123456, 0x123456);
    vbe_expect(32, 0xff123456, 0x123456);
}

static uint16_t vbe_get(struct screen *screen, uint16_t index)
{
    rig_write(screen->device, EMU_STD_VGA_VBE_PORTS, 0, index, 2);
    return (uint16_t)rig_read(screen->device, EMU_STD_VGA_VBE_PORTS, 1, 2);
}

static void test_vbe_registers(void)
{
    struct screen screen;

    screen_init(&screen, &emu_std_vga_class);
    screen_out(&screen, 0x3c0, 0x20);
    CHECK_EQ(vbe_get(&screen, 0), 0xb0c5);
    CHECK_EQ(vbe_get(&screen, 10), 256);
    screen_vbe(&screen, 4, 2);
    CHECK_EQ(vbe_get(&screen, 1), 16000);
    screen_set_vbe(&screen, 1024, 768, 32);
    CHECK_EQ(vbe_get(&screen, 6), 1024);
    CHECK_EQ(vbe_get(&screen, 7), 4096);
    screen_vbe(&screen, 6, 2048); /* a wider page, seen from the middle */
    screen_vbe(&screen, 8, 5000);
    screen_vbe(&screen, 9, 3);
    CHECK_EQ(vbe_get(&screen, 8), 2047);
    screen_vbe(&screen, 8, 1500); /* the picture goes on in the row below */
    screen_draw(&screen, (2048 * 3 + 1500) * 4, 0xabcdef, 4);
    screen_draw(&screen, (2048 * 4 + 52) * 4, 0xfedcba, 4);
    screen_look(&screen);
    CHECK_EQ(screen_pixel(&screen, 0, 0), 0xabcdef);
    CHECK_EQ(screen_pixel(&screen, 600, 0), 0xfedcba);
    screen_vbe(&screen, 9, 65535); /* as far down as a whole picture is left */
    CHECK_EQ(vbe_get(&screen, 9), 4096 / 2 - 768 - 1);
    screen_look(&screen);
    screen_vbe(&screen, 5, 3); /* bank 3 through the window */
    screen_draw(&screen, 3 * 65536 + 17, 0x77, 1);
    screen_index(&screen, 0x3ce, 6, 5);
    CHECK_EQ(screen_peek(&screen, 0xa0011), 0x77);
    screen_poke(&screen, 0xa0012, 0x78);
    CHECK_EQ(rig_read(screen.device, EMU_STD_VGA_MEMORY, 3 * 65536 + 18, 1), 0x78);
    CHECK_EQ(rig_read(screen.device, EMU_STD_VGA_REGISTERS, 0x502, 2), 1024);
    CHECK_EQ(rig_read(screen.device, EMU_STD_VGA_REGISTERS, 0x600, 4), 8);
    CHECK(rig_survives(screen.device));
    screen_set_vbe(&screen, 16000, 12000, 32); /* more than there is */
    screen_look(&screen);
    CHECK_SIZE(&screen, 16000, 262);
    screen_finish(&screen);
}

/* 16 colours in 800 x 600, with an eight bit DAC. */
static void test_vbe_planes(void)
{
    struct screen screen;

    screen_init(&screen, &emu_std_vga_class);
    screen_set_mode(&screen, SCREEN_PLANES);
    screen_set_vbe(&screen, 800, 600, 4);
    screen_vbe(&screen, 4, 0x61);
    screen_poke(&screen, 0xa0000 + 100 * 599 + 99, 0x01);
    screen_out(&screen, 0x3c8, 15);
    screen_out(&screen, 0x3c9, 0xfe);
    screen_out(&screen, 0x3c9, 0x01);
    screen_out(&screen, 0x3c9, 0x80);
    screen_look(&screen);
    CHECK_SIZE(&screen, 800, 600);
    CHECK_EQ(screen_pixel(&screen, 799, 599), 0xfe0180);
    CHECK_EQ(screen_pixel(&screen, 798, 599), screen_color(0));
    screen_finish(&screen);
}

/* ---- the rest ---- */

static void test_off(void)
{
    struct screen screen;

    screen_init(&screen, &emu_std_vga_class);
    screen_look(&screen);
    CHECK_EQ(screen.update.state, EMU_DISPLAY_OFF);
    CHECK_SIZE(&screen, 0, 0);
    screen_set_mode(&screen, SCREEN_PLANES);
    screen_poke(&screen, 0xa0000, 0xff);
    screen_look(&screen);
    CHECK_EQ(screen_pixel(&screen, 0, 0), screen_color(15));
    screen_index(&screen, 0x3c4, 1, 0x21);
    screen_look(&screen);
    CHECK_EQ(screen.update.state, EMU_DISPLAY_OFF);
    CHECK_EQ(screen_pixel(&screen, 0, 0), 0);
    screen_index(&screen, 0x3c4, 1, 1);
    screen_look(&screen);
    CHECK_EQ(screen_pixel(&screen, 0, 0), screen_color(15));
    emu_device_reset(screen.device->device);
    screen_look(&screen);
    CHECK_EQ(screen.update.state, EMU_DISPLAY_OFF);
    screen_finish(&screen);
}

/* A graphics mode between two text modes of the same size. */
static void test_forgets(void)
{
    struct screen screen;

    text_init(&screen);
    screen_index(&screen, 0x3c4, 1, 1);
    text_put(&screen, 0, 0xff, 7);
    screen_look(&screen);
    screen_vbe(&screen, 1, 640);
    screen_vbe(&screen, 2, 400);
    screen_vbe(&screen, 3, 32);
    screen_vbe(&screen, 4, 0xc1); /* the memory stays */
    screen_look(&screen);
    screen_vbe(&screen, 4, 0);
    screen_index(&screen, 0x3ce, 6, 0x0e);
    screen_look(&screen);
    CHECK_EQ(screen.update.state, EMU_DISPLAY_TEXT);
    CHECK_EQ(screen_pixel(&screen, 0, 0), screen_color(7));
    CHECK_EQ(screen_pixel(&screen, 300, 300), screen_color(0));
    screen_finish(&screen);
}

static void test_registers(void)
{
    struct screen screen;
    unsigned retraces = 0;

    screen_init(&screen, &emu_std_vga_class);
    screen_set_mode(&screen, SCREEN_TEXT_80);
    CHECK_EQ(screen_in(&screen, 0x3cc), 0x67);
    screen_index(&screen, 0x3d4, 0, 0x11); /* locked */
    screen_index(&screen, 0x3d4, 7, 0x00);
    CHECK_EQ(screen_in(&screen, 0x3d5), 0x0f);
    screen_out(&screen, 0x3c7, 21);
    CHECK_EQ(screen_in(&screen, 0x3c7), 3);
    CHECK_EQ(screen_in(&screen, 0x3c9), 21);
    CHECK_EQ(screen_in(&screen, 0x3c9), 42);
    CHECK_EQ(screen_in(&screen, 0x3c9), 63);
    CHECK_EQ(screen_in(&screen, 0x3c9), 22);
    screen_in(&screen, 0x3da);
    screen_out(&screen, 0x3c0, 0x23); /* the palette is locked while the screen is on */
    screen_out(&screen, 0x3c0, 0x3f);
    CHECK_EQ(screen_in(&screen, 0x3c1), 3);
    for (unsigned i = 0; i < 1000; i++) { /* a second */
        bool before = screen_in(&screen, 0x3da) & 8;

        for (unsigned n = 0; n < 20; n++) {
            bool now;

            rig_advance(&screen.rig, RIG_MS / 20);
            now = screen_in(&screen, 0x3da) & 8;
            retraces += now && !before;
            before = now;
        }
    }
    CHECK(retraces >= 69 && retraces <= 71);
    screen_finish(&screen);
}

static void test_edid(void)
{
    struct screen screen;
    uint8_t sum = 0, edid[128];

    screen_init(&screen, &emu_bochs_display_class);
    emu_display_prefer_size(screen.display, 1, 1); /* has no queue here: nothing happens */
    screen.display->ops->prefer_size(screen.display->opaque, 1925, 1080); /* not 5: VBE */
    for (unsigned i = 0; i < sizeof(edid); i++) {
        edid[i] = (uint8_t)rig_read(screen.device, EMU_STD_VGA_REGISTERS, i, 1);
        sum = (uint8_t)(sum + edid[i]);
    }
    CHECK_EQ(sum, 0);
    CHECK(memcmp(edid, "\0\xff\xff\xff\xff\xff\xff", 8) == 0);
    CHECK_EQ(edid[56] | (edid[58] & 0xf0) << 4, 1920);
    CHECK_EQ(edid[59] | (edid[61] & 0xf0) << 4, 1080);
    CHECK(screen.device->device->regions[EMU_STD_VGA_PORTS] == NULL);
    for (unsigned i = 1; i < 5; i++) {
        static const uint16_t values[] = {0, 640, 480, 32, 0x41};

        rig_write(screen.device, EMU_STD_VGA_REGISTERS, 0x500 + 2 * i, values[i], 2);
    }
    screen_draw(&screen, 4, 0x010203, 4);
    screen_look(&screen);
    CHECK_EQ(screen.update.state, EMU_DISPLAY_GRAPHICS);
    CHECK_SIZE(&screen, 640, 480);
    CHECK_EQ(screen_pixel(&screen, 1, 0), 0x010203);
    screen_finish(&screen);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"vga-text-pixels", test_text_pixels},
        {"vga-text-shapes", test_text_shapes},
        {"vga-text-cursor", test_text_cursor},
        {"vga-text-blink", test_text_blink},
        {"vga-text-fonts", test_text_fonts},
        {"vga-text-mono", test_text_mono},
        {"vga-text-words", test_text_words},
        {"vga-split-and-pan", test_split_and_pan},
        {"vga-planes", test_planes},
        {"vga-write-modes", test_write_modes},
        {"vga-bytes", test_bytes},
        {"vga-unchained", test_unchained},
        {"vga-cga", test_cga},
        {"vga-vbe-depths", test_vbe_depths},
        {"vga-vbe-registers", test_vbe_registers},
        {"vga-vbe-planes", test_vbe_planes},
        {"vga-off", test_off},
        {"vga-forgets", test_forgets},
        {"vga-registers", test_registers},
        {"bochs-display", test_edid},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
