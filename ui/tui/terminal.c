/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Serial output to cells by libvterm, and keys to bytes. What it writes is hostile input. */
#include "ui/tui/terminal.h"

#include <ncurses.h>
#include <string.h>
#include <vterm.h>

#define TERMINAL_ROWS    24
#define TERMINAL_COLUMNS 80
#define TERMINAL_MOST    500 /* rows or columns that are emulated */
#define TERMINAL_CANCEL  0x18
#define TERMINAL_NUMBERS 16
#define TERMINAL_DIGITS  4
#define TERMINAL_KEEP    5000 /* lines that were scrolled out */

/* A line that was scrolled out, without the blanks at its end. */
struct terminal_line {
    int count;
    VTermScreenCell cells[];
};

struct tui_terminal {
    VTerm *vterm;
    VTermScreen *screen;
    GQueue lines; /* of struct terminal_line *, the oldest first */
    int back;     /* rows in view of the lines */
    int rows, columns;
    VTermPos cursor;
    bool cursor_seen, answers;
    /* Of what is fed: */
    enum {
        TERMINAL_TEXT,
        TERMINAL_AFTER_ESCAPE,
        TERMINAL_IN_SEQUENCE,
        TERMINAL_IN_STRING
    } sequence;
    unsigned digits, number, numbers; /* of a sequence: in a row, the last one, how many */
    char letter[4];
    size_t letter_length;
    void (*write)(void *opaque, const char *data, size_t length);
    void *opaque;
};

/* ---- lines that were scrolled out ---- */

static bool cell_is_blank(const VTermScreenCell *cell)
{
    return (cell->chars[0] == 0 || cell->chars[0] == ' ') && !cell->attrs.reverse &&
           !cell->attrs.underline && VTERM_COLOR_IS_DEFAULT_BG(&cell->bg);
}

static int terminal_push_line(int count, const VTermScreenCell *cells, void *opaque)
{
    struct tui_terminal *terminal = opaque;

    while (count > 0 && cell_is_blank(&cells[count - 1]))
        count--;
    struct terminal_line *line = g_malloc(sizeof(*line) + (size_t)count * sizeof(VTermScreenCell));
    line->count = count;
    memcpy(line->cells, cells, (size_t)count * sizeof(VTermScreenCell));
    g_queue_push_tail(&terminal->lines, line);
    if (g_queue_get_length(&terminal->lines) > TERMINAL_KEEP)
        g_free(g_queue_pop_head(&terminal->lines));
    if (terminal->back != 0) /* who reads there stays there */
        tui_terminal_scroll(terminal, -1);
    return 1;
}

/* The screen has grown: the last line comes back. */
static int terminal_pop_line(int count, VTermScreenCell *cells, void *opaque)
{
    struct tui_terminal *terminal = opaque;
    struct terminal_line *line = g_queue_pop_tail(&terminal->lines);

    if (line == NULL)
        return 0;
    for (int i = 0; i < count; i++) {
        memset(&cells[i], 0, sizeof(cells[i]));
        cells[i].width = 1;
        cells[i].fg.type = VTERM_COLOR_DEFAULT_FG;
        cells[i].bg.type = VTERM_COLOR_DEFAULT_BG;
    }
    memcpy(cells, line->cells, (size_t)MIN(count, line->count) * sizeof(VTermScreenCell));
    g_free(line);
    terminal->back = MIN(terminal->back, (int)g_queue_get_length(&terminal->lines));
    return 1;
}

/* ---- what libvterm tells ---- */

static int terminal_move_cursor(VTermPos place, VTermPos old, int seen, void *opaque)
{
    struct tui_terminal *terminal = opaque;

    terminal->cursor = place;
    return 1;
}

static int terminal_set_property(VTermProp property, VTermValue *value, void *opaque)
{
    struct tui_terminal *terminal = opaque;

    if (property == VTERM_PROP_CURSORVISIBLE)
        terminal->cursor_seen = value->boolean != 0;
    return 1;
}

static void terminal_output(const char *data, size_t length, void *opaque)
{
    struct tui_terminal *terminal = opaque;

    if (terminal->answers)
        terminal->write(terminal->opaque, data, length);
}

static const VTermScreenCallbacks terminal_callbacks = {
    .movecursor = terminal_move_cursor,
    .settermprop = terminal_set_property,
    .sb_pushline = terminal_push_line,
    .sb_popline = terminal_pop_line,
};

struct tui_terminal *tui_terminal_new(void (*write)(void *opaque, const char *data, size_t length),
                                      void *opaque)
{
    struct tui_terminal *terminal = g_new0(struct tui_terminal, 1);

    terminal->write = write;
    terminal->opaque = opaque;
    terminal->rows = TERMINAL_ROWS;
    terminal->columns = TERMINAL_COLUMNS;
    terminal->cursor_seen = terminal->answers = true;
    g_queue_init(&terminal->lines);
    terminal->vterm = vterm_new(terminal->rows, terminal->columns);
    vterm_set_utf8(terminal->vterm, 1);
    vterm_output_set_callback(terminal->vterm, terminal_output, terminal);
    terminal->screen = vterm_obtain_screen(terminal->vterm);
    vterm_screen_set_callbacks(terminal->screen, &terminal_callbacks, terminal);
    vterm_screen_enable_altscreen(terminal->screen, 1);
    vterm_screen_reset(terminal->screen, 1);
    return terminal;
}

void tui_terminal_free(struct tui_terminal *terminal)
{
    if (terminal == NULL)
        return;
    vterm_free(terminal->vterm);
    g_queue_clear_full(&terminal->lines, g_free);
    g_free(terminal);
}

/* ---- output ---- */

/* What "repeat" (REP) repeats: the last letter, in UTF-8. */
static void terminal_note_letter(struct tui_terminal *terminal, char byte)
{
    if ((byte & 0xc0) != 0x80)
        terminal->letter_length = 0;
    if (terminal->letter_length < sizeof(terminal->letter))
        terminal->letter[terminal->letter_length++] = byte;
}

/* Done here, in one row at most: of nothing, libvterm 0.1 repeats it for ever. */
static void terminal_repeat(struct tui_terminal *terminal, GString *out)
{
    unsigned count = MIN(MAX(terminal->number, 1), (unsigned)terminal->columns);

    g_string_append_c(out, TERMINAL_CANCEL);
    for (unsigned i = 0; i < count; i++)
        g_string_append_len(out, terminal->letter, (gssize)terminal->letter_length);
}

/* Of a sequence's numbers 4 digits count, and 16 numbers: large ones take minutes, and libvterm 0.1
 * writes behind its room for them. */
static bool terminal_fits(struct tui_terminal *terminal, char byte)
{
    bool digit = byte >= '0' && byte <= '9';

    if (byte == ';' || byte == ':')
        terminal->numbers++;
    terminal->digits = digit ? terminal->digits + 1 : 0;
    if (terminal->digits == 1)
        terminal->number = 0;
    if (digit && terminal->digits <= TERMINAL_DIGITS)
        terminal->number = terminal->number * 10 + (unsigned)(byte - '0');
    return terminal->digits <= TERMINAL_DIGITS &&
           (terminal->numbers < TERMINAL_NUMBERS || byte < '0' || byte > ';');
}

static void terminal_take_sequence(struct tui_terminal *terminal, GString *out, char byte)
{
    bool fits = terminal_fits(terminal, byte);

    if (byte == 'b')
        terminal_repeat(terminal, out);
    else if (fits)
        g_string_append_c(out, byte);
    if (((unsigned char)byte >= 0x40 && (unsigned char)byte < 0x7f) || byte == TERMINAL_CANCEL)
        terminal->sequence = TERMINAL_TEXT;
}

/*
 * What stands between ESC and '[' without a meaning does not end the sequence. Strings (titles,
 * DCS, ...) are left out: nothing here shows them, and libvterm 0.1 can be killed by them.
 */
static char terminal_take_escaped(struct tui_terminal *terminal, char byte)
{
    terminal->digits = terminal->number = terminal->numbers = 0;
    if (byte == '[') {
        terminal->sequence = TERMINAL_IN_SEQUENCE;
    } else if (strchr("PX]^_", byte) != NULL) {
        terminal->sequence = TERMINAL_IN_STRING;
        return TERMINAL_CANCEL;
    } else if ((unsigned char)byte >= 0x20 && (unsigned char)byte < 0x7f) {
        terminal->sequence = TERMINAL_TEXT;
    }
    return byte;
}

static void terminal_take(struct tui_terminal *terminal, GString *out, char byte)
{
    if (byte == '\0' || byte == 0x7f)
        return;
    if (byte == '\033') {
        terminal->sequence = TERMINAL_AFTER_ESCAPE;
    } else if (terminal->sequence == TERMINAL_IN_SEQUENCE) {
        terminal_take_sequence(terminal, out, byte);
        return;
    } else if (terminal->sequence == TERMINAL_IN_STRING) {
        if (byte == '\a' || byte == TERMINAL_CANCEL)
            terminal->sequence = TERMINAL_TEXT;
        return;
    } else if (terminal->sequence == TERMINAL_AFTER_ESCAPE) {
        byte = terminal_take_escaped(terminal, byte);
    } else if ((unsigned char)byte >= 0x20) {
        terminal_note_letter(terminal, byte);
    }
    g_string_append_c(out, byte);
}

void tui_terminal_feed(struct tui_terminal *terminal, const void *data, size_t length, bool answers)
{
    g_autoptr(GString) out = g_string_sized_new(length);

    for (size_t i = 0; i < length; i++)
        terminal_take(terminal, out, ((const char *)data)[i]);
    terminal->answers = answers;
    vterm_input_write(terminal->vterm, out->str, out->len);
    terminal->answers = true;
}

/* A soft reset, out of the other screen, and a line of its own. */
void tui_terminal_reset(struct tui_terminal *terminal)
{
    static const char again[] = "\033[?1049l\033[!p\033[?1l\033>\033[?25h\033[r\033[m"
                                "\033[999;1H\r\n";

    tui_terminal_feed(terminal, again, sizeof(again) - 1, false);
}

/* ---- keys ---- */

static const struct {
    int key;
    VTermKey vterm;
    VTermModifier modifier;
} terminal_keys[] = {
    {KEY_UP, VTERM_KEY_UP, VTERM_MOD_NONE},
    {KEY_DOWN, VTERM_KEY_DOWN, VTERM_MOD_NONE},
    {KEY_LEFT, VTERM_KEY_LEFT, VTERM_MOD_NONE},
    {KEY_RIGHT, VTERM_KEY_RIGHT, VTERM_MOD_NONE},
    {KEY_SLEFT, VTERM_KEY_LEFT, VTERM_MOD_SHIFT},
    {KEY_SRIGHT, VTERM_KEY_RIGHT, VTERM_MOD_SHIFT},
    {KEY_HOME, VTERM_KEY_HOME, VTERM_MOD_NONE},
    {KEY_END, VTERM_KEY_END, VTERM_MOD_NONE},
    {KEY_IC, VTERM_KEY_INS, VTERM_MOD_NONE},
    {KEY_DC, VTERM_KEY_DEL, VTERM_MOD_NONE},
    {KEY_PPAGE, VTERM_KEY_PAGEUP, VTERM_MOD_NONE},
    {KEY_NPAGE, VTERM_KEY_PAGEDOWN, VTERM_MOD_NONE},
    {KEY_BTAB, VTERM_KEY_TAB, VTERM_MOD_SHIFT},
    {KEY_BACKSPACE, VTERM_KEY_BACKSPACE, VTERM_MOD_NONE},
    {KEY_ENTER, VTERM_KEY_ENTER, VTERM_MOD_NONE},
};

static bool terminal_special_key(struct tui_terminal *terminal, int key)
{
    if (key >= KEY_F0 && key <= KEY_F(12)) {
        vterm_keyboard_key(terminal->vterm, (VTermKey)VTERM_KEY_FUNCTION(key - KEY_F0),
                           VTERM_MOD_NONE);
        return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(terminal_keys); i++) {
        if (terminal_keys[i].key == key) {
            vterm_keyboard_key(terminal->vterm, terminal_keys[i].vterm, terminal_keys[i].modifier);
            return true;
        }
    }
    return false;
}

/* Letters and control characters are for the guest as they are. */
void tui_terminal_key(struct tui_terminal *terminal, int key)
{
    char bytes[6];

    terminal->back = 0;
    if (key >= TUI_SPECIAL(0))
        terminal_special_key(terminal, key & ~TUI_SPECIAL(0));
    else if (key >= 0 && g_unichar_validate((gunichar)key))
        terminal->write(terminal->opaque, bytes, (size_t)g_unichar_to_utf8((gunichar)key, bytes));
}

/* ---- looking ---- */

void tui_terminal_scroll(struct tui_terminal *terminal, int by)
{
    terminal->back = CLAMP(terminal->back - by, 0, (int)g_queue_get_length(&terminal->lines));
}

int tui_terminal_get_back(const struct tui_terminal *terminal)
{
    return terminal->back;
}

int tui_terminal_count_lines(const struct tui_terminal *terminal)
{
    return (int)g_queue_get_length((GQueue *)&terminal->lines) + terminal->rows;
}

/* The cell of a line, counted from the oldest one that is kept. */
static void terminal_get_cell(struct tui_terminal *terminal, const struct terminal_line *line,
                              int row, int column, VTermScreenCell *cell)
{
    memset(cell, 0, sizeof(*cell));
    cell->width = 1;
    cell->fg.type = VTERM_COLOR_DEFAULT_FG;
    cell->bg.type = VTERM_COLOR_DEFAULT_BG;
    if (line == NULL)
        vterm_screen_get_cell(terminal->screen, (VTermPos){row, column}, cell);
    else if (column < line->count)
        *cell = line->cells[column];
}

char *tui_terminal_dup_line(struct tui_terminal *terminal, int number)
{
    int kept = (int)g_queue_get_length(&terminal->lines);
    const struct terminal_line *line =
        number < kept ? g_queue_peek_nth(&terminal->lines, (guint)number) : NULL;
    GString *text = g_string_new(NULL);
    VTermScreenCell cell;

    for (int column = 0; column < terminal->columns; column += MAX(cell.width, 1)) {
        terminal_get_cell(terminal, line, number - kept, column, &cell);
        if (cell.chars[0] == 0)
            g_string_append_c(text, ' ');
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0; i++)
            g_string_append_unichar(text, g_unichar_validate(cell.chars[i]) ? cell.chars[i] : '?');
    }
    return g_strchomp(g_string_free(text, FALSE));
}

/* ---- drawing ---- */

static int terminal_nearest(int red, int green, int blue)
{
    int cube[3] = {red, green, blue};

    for (int i = 0; i < 3; i++)
        cube[i] = cube[i] < 48 ? 0 : cube[i] < 115 ? 1 : (cube[i] - 35) / 40;
    return 16 + cube[0] * 36 + cube[1] * 6 + cube[2];
}

static int terminal_colour(const VTermColor *colour)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(colour) || VTERM_COLOR_IS_DEFAULT_BG(colour))
        return TUI_COLOUR_OWN;
    if (VTERM_COLOR_IS_INDEXED(colour))
        return colour->indexed.idx;
    return terminal_nearest(colour->rgb.red, colour->rgb.green, colour->rgb.blue);
}

static void terminal_draw_cell(const VTermScreenCell *cell, int row, int column)
{
    struct tui_cell shown = {
        .letters = cell->chars,
        .count = VTERM_MAX_CHARS_PER_CELL,
        .width = cell->width == 2 ? 2 : 1,
        .front = terminal_colour(&cell->fg),
        .back = terminal_colour(&cell->bg),
        .bold = cell->attrs.bold,
        .underlined = cell->attrs.underline != 0,
        .reversed = cell->attrs.reverse,
    };

    tui_put_cell(row, column, &shown);
}

static void terminal_draw_line(struct tui_terminal *terminal, int number, int from, int row,
                               struct tui_area area)
{
    int kept = (int)g_queue_get_length(&terminal->lines);
    const struct terminal_line *line =
        number < kept ? g_queue_peek_nth(&terminal->lines, (guint)number) : NULL;
    int columns = MIN(area.columns, terminal->columns - from);
    VTermScreenCell cell;

    for (int column = 0; column < columns; column += cell.width == 2 ? 2 : 1) {
        terminal_get_cell(terminal, line, number - kept, from + column, &cell);
        if (cell.width == 2 && column + 1 >= columns)
            break;
        if (!cell_is_blank(&cell) && cell.chars[0] != (uint32_t)-1)
            terminal_draw_cell(&cell, row, area.column + column);
    }
}

static void terminal_fit(struct tui_terminal *terminal, struct tui_area area)
{
    int rows = CLAMP(area.rows, TERMINAL_ROWS, TERMINAL_MOST);
    int columns = CLAMP(area.columns, TERMINAL_COLUMNS, TERMINAL_MOST);

    if (rows == terminal->rows && columns == terminal->columns)
        return;
    terminal->rows = rows;
    terminal->columns = columns;
    vterm_set_size(terminal->vterm, rows, columns);
}

/* The first column in view, when not all of them have room. */
static int terminal_from(const struct tui_terminal *terminal, struct tui_area area)
{
    if (terminal->back != 0 || terminal->cursor.col < area.columns)
        return 0;
    return MIN(terminal->cursor.col - area.columns + 1, terminal->columns - area.columns);
}

void tui_terminal_draw(struct tui_terminal *terminal, struct tui_area area, bool focused)
{
    if (area.rows < 1 || area.columns < 2)
        return;
    terminal_fit(terminal, area);
    int kept = (int)g_queue_get_length(&terminal->lines);
    int hidden = MAX(terminal->cursor.row - area.rows + 1, 0); /* above, where all has no room */
    int first = kept + hidden - terminal->back, from = terminal_from(terminal, area);

    tui_fill(area, TUI_PLAIN);
    for (int i = 0; i < area.rows; i++) {
        if (first + i >= 0 && first + i < kept + terminal->rows)
            terminal_draw_line(terminal, first + i, from, area.row + i, area);
    }
    if (focused && terminal->cursor_seen && terminal->back == 0)
        tui_screen_place_cursor(area.row + terminal->cursor.row - hidden,
                                area.column + terminal->cursor.col - from);
}
