/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each cell becomes a bitmap, whichever of its two colours is the ink, and is looked up. A grid
 * that lies wrong finds next to nothing, so the best of the four possible ones is the right one.
 */
#include "display/core/console-font.h"

#include <glib.h>
#include <string.h>

#define CELL_WIDTH  8
#define CELL_HEIGHT 19
#define RECORD_SIZE 22 /* EFI_NARROW_GLYPH: character, attributes, a byte for each row */
#define RECORD_ROWS 3
#define MAX_GLYPHS  (DISP_CONSOLE_FONT_MAX_SIZE / RECORD_SIZE)

const uint8_t disp_console_font_mark[DISP_CONSOLE_FONT_MARK_SIZE] = {[0] = ' ', [22] = '!'};

struct glyph {
    uint8_t rows[CELL_HEIGHT]; /* the left pixel is bit 7 */
    gunichar character;
};

struct disp_console_font {
    size_t count;
    struct glyph glyphs[MAX_GLYPHS]; /* ordered by their rows, each of them once */
};

/* ---- the font ---- */

static int glyph_compare(const void *left, const void *right)
{
    const struct glyph *a = left, *b = right;
    int order = memcmp(a->rows, b->rows, CELL_HEIGHT);

    return order != 0 ? order : (a->character > b->character) - (a->character < b->character);
}

/* Of characters that look the same the first one stays. */
static void font_order(struct disp_console_font *font)
{
    size_t kept = 0;

    qsort(font->glyphs, font->count, sizeof(*font->glyphs), glyph_compare);
    for (size_t i = 0; i < font->count; i++) {
        if (kept == 0 ||
            memcmp(font->glyphs[kept - 1].rows, font->glyphs[i].rows, CELL_HEIGHT) != 0)
            font->glyphs[kept++] = font->glyphs[i];
    }
    font->count = kept;
}

/* What is copied will be pasted somewhere: a hostile guest's control characters do not come along.
 */
static void font_add(struct disp_console_font *font, gunichar character, const uint8_t *rows)
{
    if (!g_unichar_isprint(character))
        return;
    font->glyphs[font->count].character = character;
    memcpy(font->glyphs[font->count++].rows, rows, CELL_HEIGHT);
}

struct disp_console_font *disp_console_font_new(const uint8_t *bytes, size_t length)
{
    struct disp_console_font *font = g_new0(struct disp_console_font, 1);
    size_t limit = MIN(length / RECORD_SIZE, MAX_GLYPHS), ascii = 0;

    for (const uint8_t *at = bytes; at < bytes + limit * RECORD_SIZE; at += RECORD_SIZE) {
        gunichar character = at[0] | (gunichar)at[1] << 8;
        if (character == 0 || at[2] > 1 || !g_unichar_validate(character))
            break;
        ascii += character == ' ' + ascii; /* in order, as the mark is */
        font_add(font, character, at + RECORD_ROWS);
    }
    if (ascii <= '~' - ' ')
        g_clear_pointer(&font, g_free);
    else
        font_order(font);
    return font;
}

void disp_console_font_free(struct disp_console_font *font)
{
    g_free(font);
}

static gunichar font_find(const struct disp_console_font *font, const uint8_t *rows)
{
    size_t low = 0, high = font->count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = memcmp(rows, font->glyphs[middle].rows, CELL_HEIGHT);
        if (order == 0)
            return font->glyphs[middle].character;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return 0;
}

/* ---- cells ---- */

/* Which pixels are not of the first one's colour. False: there are more than two colours. */
static bool cell_bitmap(const struct emu_surface *surface, unsigned left, unsigned top,
                        uint8_t *rows)
{
    const uint32_t *row = surface->pixels + (size_t)top * surface->width + left;
    uint32_t ground = row[0], ink = ground;

    for (unsigned y = 0; y < CELL_HEIGHT; y++, row += surface->width) {
        rows[y] = 0;
        for (unsigned x = 0; x < CELL_WIDTH; x++) {
            if (row[x] == ground)
                continue;
            if (ink == ground)
                ink = row[x];
            if (row[x] != ink)
                return false;
            rows[y] |= (uint8_t)(0x80 >> x);
        }
    }
    return true;
}

/* 0: no glyph of the font. */
static gunichar cell_read(const struct disp_console_font *font, const struct emu_surface *surface,
                          unsigned left, unsigned top)
{
    static const uint8_t blank[CELL_HEIGHT];
    uint8_t rows[CELL_HEIGHT];

    if (!cell_bitmap(surface, left, top, rows))
        return 0;
    if (memcmp(rows, blank, CELL_HEIGHT) == 0)
        return ' ';
    gunichar found = font_find(font, rows);
    for (unsigned y = 0; y < CELL_HEIGHT; y++)
        rows[y] = (uint8_t)~rows[y];
    return found != 0 ? found : font_find(font, rows);
}

/* ---- rows and grids ---- */

static void text_trim_row(GString *text, size_t start)
{
    while (text->len > start && text->str[text->len - 1] == ' ')
        g_string_truncate(text, text->len - 1);
}

/* A row of cells; a row of something that is mostly no text stays empty. Returns how many letters
 * it has. */
static unsigned text_add_row(GString *text, const struct disp_console_font *font,
                             const struct emu_surface *surface, unsigned left, unsigned top)
{
    size_t start = text->len;
    unsigned letters = 0, others = 0;

    for (; left + CELL_WIDTH <= surface->width; left += CELL_WIDTH) {
        gunichar character = cell_read(font, surface, left, top);
        letters += character != 0 && character != ' ';
        others += character == 0;
        g_string_append_unichar(text, character != 0 ? character : ' ');
    }
    if (others > letters)
        g_string_truncate(text, start);
    text_trim_row(text, start);
    g_string_append_c(text, '\n');
    return others < letters ? letters - others : 0;
}

static char *text_read(const struct disp_console_font *font, const struct emu_surface *surface,
                       unsigned left, unsigned top, unsigned *letters)
{
    GString *text = g_string_new(NULL);

    *letters = 0;
    for (; top + CELL_HEIGHT <= surface->height; top += CELL_HEIGHT)
        *letters += text_add_row(text, font, surface, left, top);
    return g_string_free(text, FALSE);
}

/* How many spaces all rows begin with that have letters: the edge of a grid that is narrower than
 * the picture. */
static size_t text_indent(char **rows)
{
    size_t least = G_MAXSIZE;

    for (; *rows != NULL; rows++) {
        if (**rows != '\0')
            least = MIN(least, strspn(*rows, " "));
    }
    return least;
}

/* Without that edge, and without empty rows at both ends. There is a letter somewhere. */
static char *text_finish(const char *text)
{
    GString *result = g_string_new(NULL);
    g_auto(GStrv) rows = g_strsplit(text + strspn(text, "\n"), "\n", -1);
    size_t indent = text_indent(rows);

    for (char **row = rows; *row != NULL; row++)
        g_string_append_printf(result, "%s\n", **row != '\0' ? *row + indent : "");
    while (result->len > 1 && result->str[result->len - 2] == '\n')
        g_string_truncate(result, result->len - 1);
    return g_string_free(result, FALSE);
}

char *disp_console_font_read(const struct disp_console_font *font,
                             const struct emu_surface *surface)
{
    unsigned best = 0;
    g_autofree char *text = NULL;

    /* The grid is in the middle; an odd number of columns or rows lies half a cell off. */
    for (unsigned grid = 0; grid < 4; grid++) {
        unsigned left = (surface->width + (grid & 1 ? CELL_WIDTH : 0)) / 2 % CELL_WIDTH;
        unsigned top = (surface->height + (grid & 2 ? CELL_HEIGHT : 0)) / 2 % CELL_HEIGHT, letters;
        char *found = text_read(font, surface, left, top, &letters);
        if (letters > best) {
            best = letters;
            g_free(text);
            text = g_steal_pointer(&found);
        }
        g_free(found);
    }
    return text != NULL ? text_finish(text) : NULL;
}
