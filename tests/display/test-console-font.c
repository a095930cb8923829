/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Consoles in graphics modes: a made-up font draws texts into pictures of many sizes, as UEFI's
 * console does, and they are read back.
 */
#include <glib.h>

#include "display/core/console-font.h"
#include "tests/test.h"

#define RECORD 22
#define ROWS   19
#define GROUND 0x000098
#define INK    0xaaaaaa

struct sheet {
    uint8_t records[256 * RECORD];
    size_t count;
};

/* A picture of its own for each character: its code in two rows, in a shape that is no other's
 * negative. */
static void sheet_add(struct sheet *sheet, unsigned character)
{
    uint8_t *record = sheet->records + sheet->count++ * RECORD;

    memset(record, 0, RECORD);
    record[0] = (uint8_t)character;
    record[1] = (uint8_t)(character >> 8);
    if (character == ' ')
        return;
    record[3 + 4] = 0x7e;
    record[3 + 8] = (uint8_t)character;
    record[3 + 9] = (uint8_t)(character >> 8);
}

static void sheet_init(struct sheet *sheet)
{
    *sheet = (struct sheet){0};
    for (unsigned character = ' '; character <= '~'; character++)
        sheet_add(sheet, character);
    sheet_add(sheet, 0xe9);
    sheet_add(sheet, 0x2500);
}

static struct disp_console_font *sheet_font(struct sheet *sheet)
{
    return disp_console_font_new(sheet->records, sizeof(sheet->records));
}

static void picture_init(struct emu_surface *surface, unsigned width, unsigned height)
{
    *surface = (struct emu_surface){.width = width, .height = height};
    surface->pixels = g_new(uint32_t, (size_t)width * height);
    for (size_t i = 0; i < (size_t)width * height; i++)
        surface->pixels[i] = GROUND;
}

static void picture_put(struct emu_surface *surface, const struct sheet *sheet, unsigned character,
                        unsigned left, unsigned top, bool inverse)
{
    size_t at = 0;

    while (at < sheet->count &&
           (sheet->records[at * RECORD] | sheet->records[at * RECORD + 1] << 8) != (int)character)
        at++;
    for (unsigned y = 0; y < ROWS; y++) {
        for (unsigned x = 0; x < 8; x++) {
            bool ink = (sheet->records[at * RECORD + 3 + y] << x & 0x80) != 0;
            surface->pixels[(size_t)(top + y) * surface->width + left + x] =
                ink != inverse ? INK : GROUND;
        }
    }
}

/* Columns and rows in the middle, as the console puts them. */
static void picture_write(struct emu_surface *surface, const struct sheet *sheet, unsigned columns,
                          unsigned rows, unsigned row, const char *text, bool inverse)
{
    unsigned left = (surface->width - columns * 8) / 2;
    unsigned top = (surface->height - rows * ROWS) / 2 + row * ROWS;

    for (; *text != '\0'; text = g_utf8_next_char(text), left += 8)
        picture_put(surface, sheet, g_utf8_get_char(text), left, top, inverse);
}

static void test_grids(void)
{
    static const struct {
        unsigned width, height, columns, rows;
    } modes[] = {
        {640, 480, 80, 25},  {800, 600, 80, 25},   {800, 600, 100, 31},  {1024, 768, 128, 40},
        {1280, 800, 80, 25}, {1280, 800, 160, 42}, {1366, 768, 170, 40}, {1920, 1080, 240, 56},
    };
    struct emu_surface surface;
    struct sheet sheet;

    sheet_init(&sheet);
    struct disp_console_font *font = sheet_font(&sheet);
    CHECK(font != NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
        picture_init(&surface, modes[i].width, modes[i].height);
        picture_write(&surface, &sheet, modes[i].columns, modes[i].rows, 0, "UEFI Shell v2.2",
                      false);
        picture_write(&surface, &sheet, modes[i].columns, modes[i].rows, 2, "  caf\u00e9 \u2500",
                      true);
        picture_write(&surface, &sheet, modes[i].columns, modes[i].rows, modes[i].rows - 1, ">",
                      false);
        g_autofree char *text = disp_console_font_read(font, &surface);
        CHECK(text != NULL);
        g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
        CHECK_EQ(g_strv_length(lines), modes[i].rows + 1);
        if (g_strv_length(lines) == modes[i].rows + 1) {
            CHECK_STR(lines[0], "UEFI Shell v2.2");
            CHECK_STR(lines[2], "  caf\u00e9 \u2500");
            CHECK_STR(lines[modes[i].rows - 1], ">");
        }
        g_free(surface.pixels);
    }
    disp_console_font_free(font);
}

/* A logo, a cursor in the row that is being written, and nothing at all. */
static void test_among_pictures(void)
{
    struct emu_surface surface;
    struct sheet sheet;

    sheet_init(&sheet);
    struct disp_console_font *font = sheet_font(&sheet);
    picture_init(&surface, 800, 600);
    g_autofree char *nothing = disp_console_font_read(font, &surface);
    CHECK(nothing == NULL);
    for (unsigned y = 100; y < 300; y++) {
        for (unsigned x = 300; x < 500; x++)
            surface.pixels[y * 800 + x] = x * 7 + y * 13;
    }
    g_autofree char *logo = disp_console_font_read(font, &surface);
    CHECK(logo == NULL);
    picture_write(&surface, &sheet, 100, 31, 25, "Press ESCAPE for boot options", false);
    picture_write(&surface, &sheet, 100, 31, 26, ">", false);
    for (unsigned x = 0; x < 8; x++) /* the cursor is a line of its own */
        surface.pixels[(size_t)(5 + 26 * ROWS + 17) * 800 + 8 + x] = INK;
    g_autofree char *text = disp_console_font_read(font, &surface);
    CHECK_STR(text, "Press ESCAPE for boot options\n>\n");
    g_free(surface.pixels);
    disp_console_font_free(font);
}

static void test_small_pictures(void)
{
    struct emu_surface surface, empty = {0};
    struct sheet sheet;

    sheet_init(&sheet);
    struct disp_console_font *font = sheet_font(&sheet);
    g_autofree char *none = disp_console_font_read(font, &empty);
    CHECK(none == NULL);
    for (unsigned size = 1; size < 40; size++) {
        picture_init(&surface, size, 41 - size);
        g_autofree char *text = disp_console_font_read(font, &surface);
        CHECK(text == NULL);
        g_free(surface.pixels);
    }
    disp_console_font_free(font);
}

static void test_bytes(void)
{
    uint8_t noise[4096];
    struct sheet sheet;

    sheet_init(&sheet);
    CHECK(memcmp(sheet.records, disp_console_font_mark, DISP_CONSOLE_FONT_MARK_SIZE) == 0);
    CHECK(disp_console_font_new(sheet.records, 0) == NULL);
    CHECK(disp_console_font_new(sheet.records, 94 * RECORD) == NULL); /* cut short */
    sheet.records[40 * RECORD] = 1;                                   /* a hole in ASCII */
    CHECK(sheet_font(&sheet) == NULL);
    for (unsigned round = 0; round < 200; round++) {
        for (size_t i = 0; i < sizeof(noise); i++)
            noise[i] = (uint8_t)g_random_int();
        memcpy(noise, disp_console_font_mark, DISP_CONSOLE_FONT_MARK_SIZE);
        CHECK(disp_console_font_new(noise, sizeof(noise)) == NULL);
    }
}

static const struct test_case cases[] = {
    {"console font: in the middle of any mode", test_grids},
    {"console font: among pictures", test_among_pictures},
    {"console font: pictures smaller than a letter", test_small_pictures},
    {"console font: bytes that are no font", test_bytes},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, cases);
}
