/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text, lines and cells on the terminal, in styles that need no colours. */
#include <string.h>
#include <wchar.h>

#include "ui/tui/screen-private.h"

/* ---- letters ---- */

static const struct {
    gunichar letter;
    char plain;
} text_likenesses[] = {
    {0x2010, '-'}, {0x2013, '-'}, {0x2014, '-'}, {0x2018, '\''}, {0x2019, '\''},
    {0x201c, '"'}, {0x201d, '"'}, {0x2022, '*'}, {0x2026, '.'},  {0xa0, ' '},
};

/* How an area of a screen is drawn where there are only ASCII's letters. */
static wchar_t text_plain(gunichar letter)
{
    if (letter >= 0x2500 && letter <= 0x257f) {
        static const char horizontal[] = "\x00\x01\x04\x05\x08\x09\x4c\x4d\x50\x74\x76\x78\x7a";
        static const char vertical[] = "\x02\x03\x06\x07\x0a\x0b\x4e\x4f\x51\x75\x77\x79\x7b";
        int low = (int)(letter - 0x2500);
        if (memchr(horizontal, low, sizeof(horizontal) - 1) != NULL)
            return L'-';
        return memchr(vertical, low, sizeof(vertical) - 1) != NULL ? L'|' : L'+';
    }
    if (letter >= 0x2580 && letter <= 0x2593)
        return L'#';
    for (size_t i = 0; i < G_N_ELEMENTS(text_likenesses); i++) {
        if (text_likenesses[i].letter == letter)
            return (wchar_t)text_likenesses[i].plain;
    }
    return L'?';
}

/* Can the terminal's locale write it? In UTF-8 it can write all that has a width. */
static bool text_has(gunichar letter)
{
    char bytes[MB_LEN_MAX];
    mbstate_t state = {0};

    return wcrtomb(bytes, (wchar_t)letter, &state) != (size_t)-1;
}

/* A letter that is safe to write; *width: its cells, 0 for a mark above the letter before. */
static wchar_t text_letter(gunichar letter, int *width)
{
    if (letter >= 0x20 && letter < 0x7f) {
        *width = 1;
        return (wchar_t)letter;
    }
    *width = 1;
    if (letter < 0xa0)
        return L'?';
    if (!text_has(letter))
        return text_plain(letter);
    *width = wcwidth((wchar_t)letter);
    if (*width < 0 || g_unichar_type(letter) == G_UNICODE_FORMAT) {
        *width = 1;
        return L'?';
    }
    return (wchar_t)letter;
}

/* The next letter of a text that may be broken UTF-8. */
static gunichar text_next(const char **text)
{
    gunichar letter = g_utf8_get_char_validated(*text, -1);

    if (letter == (gunichar)-1 || letter == (gunichar)-2) {
        (*text)++;
        return '?';
    }
    *text = g_utf8_next_char(*text);
    return letter;
}

int tui_width(const char *text)
{
    int width, sum = 0;

    while (*text != '\0') {
        text_letter(text_next(&text), &width);
        sum += width;
    }
    return sum;
}

size_t tui_fit(const char *text, int width)
{
    const char *start = text, *next = text;
    int cells;

    while (*text != '\0') {
        text_letter(text_next(&next), &cells);
        if (cells > width)
            break;
        width -= cells;
        text = next;
    }
    return (size_t)(text - start);
}

/* ---- styles ---- */

static struct {
    attr_t attributes;
    int pair;
} text_styles[TUI_STYLES];
static bool text_colours;

static void text_set_style(enum tui_style style, int front, int back, attr_t attributes)
{
    text_styles[style].attributes = attributes;
    text_styles[style].pair =
        text_colours && (front >= 0 || back >= 0) ? alloc_pair(front, back) : 0;
}

static void text_set_colours(void)
{
    text_set_style(TUI_BAR, COLOR_WHITE, COLOR_BLUE, A_BOLD);
    text_set_style(TUI_SELECTED, COLOR_BLACK, COLOR_CYAN, 0);
    text_set_style(TUI_MARKED, COLOR_CYAN, -1, A_BOLD);
    text_set_style(TUI_KEY, COLOR_CYAN, -1, A_BOLD);
    text_set_style(TUI_GOOD, COLOR_GREEN, -1, 0);
    text_set_style(TUI_WARNING, COLOR_YELLOW, -1, A_BOLD);
    text_set_style(TUI_BAD, COLOR_RED, -1, A_BOLD);
}

/* Without colours: bold, underlined and reversed, as any terminal has. */
static void text_set_plain(void)
{
    text_set_style(TUI_PLAIN, -1, -1, 0);
    text_set_style(TUI_FAINT, -1, -1, 0);
    text_set_style(TUI_STRONG, -1, -1, A_BOLD);
    text_set_style(TUI_BAR, -1, -1, A_REVERSE);
    text_set_style(TUI_SELECTED, -1, -1, A_REVERSE);
    text_set_style(TUI_MARKED, -1, -1, A_BOLD);
    text_set_style(TUI_KEY, -1, -1, A_BOLD);
    text_set_style(TUI_GOOD, -1, -1, 0);
    text_set_style(TUI_WARNING, -1, -1, A_BOLD);
    text_set_style(TUI_BAD, -1, -1, A_BOLD);
    text_set_style(TUI_FIELD, -1, -1, A_UNDERLINE);
}

void tui_styles_init(void)
{
    const char *without = g_getenv("NO_COLOR");

    text_colours = (without == NULL || *without == '\0') && has_colors() && start_color() == OK &&
                   use_default_colors() == OK;
    text_set_plain();
    if (text_colours)
        text_set_colours();
}

static void text_begin(enum tui_style style)
{
    int pair = text_styles[style].pair;

    attr_set(text_styles[style].attributes, 0, &pair);
}

/* ---- text ---- */

struct text_line {
    wchar_t letters[1024];
    int count, width;
};

/* At most this many cells of a text. True: all of it. */
static bool text_take(struct text_line *line, const char *text, int width)
{
    const int room = (int)G_N_ELEMENTS(line->letters) - 1;
    int cells;

    line->count = line->width = 0;
    while (*text != '\0') {
        wchar_t letter = text_letter(text_next(&text), &cells);
        if (line->width + cells > width || line->count == room)
            return false;
        if (cells == 0 && line->count == 0)
            continue; /* a mark above nothing */
        line->letters[line->count++] = letter;
        line->width += cells;
    }
    return true;
}

static const struct {
    wchar_t utf8, ascii;
} text_marks[TUI_MARKS] = {
    [TUI_MARK_HORIZONTAL] = {0x2500, L'-'},
    [TUI_MARK_VERTICAL] = {0x2502, L'|'},
    [TUI_MARK_TOP_LEFT] = {0x250c, L'+'},
    [TUI_MARK_TOP_RIGHT] = {0x2510, L'+'},
    [TUI_MARK_BOTTOM_LEFT] = {0x2514, L'+'},
    [TUI_MARK_BOTTOM_RIGHT] = {0x2518, L'+'},
    [TUI_MARK_CUT] = {0x2026, L'~'},
    [TUI_MARK_UP] = {0x25b2, L'^'},
    [TUI_MARK_DOWN] = {0x25bc, L'v'},
    [TUI_MARK_BAR_0] = {0x2581, L'.'},
    {0x2582, L'.'},
    {0x2583, L':'},
    {0x2584, L':'},
    {0x2585, L'|'},
    {0x2586, L'|'},
    {0x2587, L'#'},
    [TUI_MARK_BAR_7] = {0x2588, L'#'},
};

static wchar_t text_mark(enum tui_mark mark)
{
    return tui_screen_has_utf8() ? text_marks[mark].utf8 : text_marks[mark].ascii;
}

static bool text_is_seen(int row, int *column, int *width)
{
    if (*column < 0) {
        *width += *column;
        *column = 0;
    }
    *width = MIN(*width, COLS - *column);
    return row >= 0 && row<LINES && * width> 0;
}

void tui_put(int row, int column, int width, enum tui_style style, const char *text)
{
    struct text_line line;

    if (!text_is_seen(row, &column, &width))
        return;
    if (!text_take(&line, text, width)) {
        text_take(&line, text, width - 1);
        line.letters[line.count++] = text_mark(TUI_MARK_CUT);
        line.width++;
    }
    text_begin(style);
    mvaddnwstr(row, column, line.letters, line.count);
    if (line.width < width)
        mvprintw(row, column + line.width, "%*s", width - line.width, "");
}

void tui_put_right(int row, int column, int width, enum tui_style style, const char *text)
{
    int taken = MIN(tui_width(text), width);

    tui_put(row, column + width - taken, taken, style, text);
}

void tui_put_mark(int row, int column, enum tui_style style, enum tui_mark mark)
{
    wchar_t letter = text_mark(mark);
    int width = 1;

    if (!text_is_seen(row, &column, &width))
        return;
    text_begin(style);
    mvaddnwstr(row, column, &letter, 1);
}

void tui_fill(struct tui_area area, enum tui_style style)
{
    for (int row = 0; row < area.rows; row++)
        tui_put(area.row + row, area.column, area.columns, style, "");
}

void tui_put_wrapped(int row, int rows, struct tui_area area, enum tui_style style,
                     const char *text)
{
    for (int i = 0; i < rows && *text != '\0'; i++) {
        size_t fits = tui_fit(text, area.columns);
        if (text[fits] != '\0' && i + 1 < rows) {
            const char *blank = g_strrstr_len(text, (gssize)fits, " ");
            fits = blank != NULL && blank > text ? (size_t)(blank - text) : fits;
            g_autofree char *line = g_strndup(text, fits);
            tui_put(row + i, area.column, area.columns, style, line);
        } else {
            tui_put(row + i, area.column, area.columns, style, text);
            return;
        }
        text += fits;
        while (*text == ' ')
            text++;
    }
}

/* ---- frames ---- */

static void frame_line(struct tui_area area, int row, enum tui_mark left, enum tui_mark right)
{
    tui_put_mark(row, area.column, TUI_PLAIN, left);
    for (int column = 1; column < area.columns - 1; column++)
        tui_put_mark(row, area.column + column, TUI_PLAIN, TUI_MARK_HORIZONTAL);
    tui_put_mark(row, area.column + area.columns - 1, TUI_PLAIN, right);
}

struct tui_area tui_frame(struct tui_area area, const char *title)
{
    tui_fill(area, TUI_PLAIN);
    frame_line(area, area.row, TUI_MARK_TOP_LEFT, TUI_MARK_TOP_RIGHT);
    frame_line(area, area.row + area.rows - 1, TUI_MARK_BOTTOM_LEFT, TUI_MARK_BOTTOM_RIGHT);
    for (int row = 1; row < area.rows - 1; row++) {
        tui_put_mark(area.row + row, area.column, TUI_PLAIN, TUI_MARK_VERTICAL);
        tui_put_mark(area.row + row, area.column + area.columns - 1, TUI_PLAIN, TUI_MARK_VERTICAL);
    }
    if (title != NULL && area.columns > 6) {
        int width = MIN(tui_width(title), area.columns - 6);
        tui_put(area.row, area.column + 2, 1, TUI_PLAIN, " ");
        tui_put(area.row, area.column + 3, width, TUI_STRONG, title);
        tui_put(area.row, area.column + 3 + width, 1, TUI_PLAIN, " ");
    }
    return (struct tui_area){area.row + 1, area.column + 2, MAX(area.rows - 2, 0),
                             MAX(area.columns - 4, 0)};
}

/* ---- cells of a terminal's program ---- */

/* What the terminal has for one of xterm's 256 colours: 16, or 8. */
static int cell_colour(int colour)
{
    static const int steps[] = {0, 95, 135, 175, 215, 255};
    int red, green, blue;

    if (colour < 0 || colour < MIN(COLORS, 256))
        return colour;
    if (colour < 16)
        return colour & 7;
    if (colour >= 232) {
        red = green = blue = (colour - 232) * 10 + 8;
    } else {
        red = steps[(colour - 16) / 36];
        green = steps[(colour - 16) / 6 % 6];
        blue = steps[(colour - 16) % 6];
    }
    int basic = (red > 127 ? 1 : 0) | (green > 127 ? 2 : 0) | (blue > 127 ? 4 : 0);
    return COLORS >= 16 && MAX(red, MAX(green, blue)) > 200 ? basic | 8 : basic;
}

static attr_t cell_attributes(const struct tui_cell *cell)
{
    return (cell->bold ? A_BOLD : 0) | (cell->underlined ? A_UNDERLINE : 0) |
           (cell->reversed ? A_REVERSE : 0);
}

void tui_put_cell(int row, int column, const struct tui_cell *cell)
{
    wchar_t letters[CCHARW_MAX + 1] = {L' '};
    int count = 0, width;
    bool own = cell->front < 0 && cell->back < 0;
    int pair =
        text_colours && !own ? alloc_pair(cell_colour(cell->front), cell_colour(cell->back)) : 0;
    cchar_t shown;

    if (row < 0 || row >= LINES || column < 0 || column + cell->width > COLS)
        return;
    for (unsigned i = 0; i < cell->count && cell->letters[i] != 0 && count < CCHARW_MAX; i++) {
        wchar_t letter = text_letter(cell->letters[i], &width);
        if (count == 0 && width != cell->width)
            letter = width == 0 ? L'?' : letter;
        if (count == 0 || width == 0)
            letters[count++] = letter;
    }
    letters[MAX(count, 1)] = L'\0';
    if (setcchar(&shown, letters, cell_attributes(cell), 0, &pair) == OK)
        mvadd_wch(row, column, &shown);
}
