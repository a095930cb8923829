/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The terminal that this process has, by ncurses: opening and giving back, sizes, styles, text.
 * What is drawn comes into view with tui_screen_show. Nothing drawn can move the cursor or reach
 * beyond its width: control characters and what the locale cannot write become '?'. Main thread;
 * one in a process.
 */
#ifndef LATHE_TUI_SCREEN_H
#define LATHE_TUI_SCREEN_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* What text means; with colours or without (NO_COLOR, TERM=vt100). */
enum tui_style {
    TUI_PLAIN,
    TUI_FAINT,    /* less important */
    TUI_STRONG,   /* headings, names */
    TUI_BAR,      /* the first row */
    TUI_SELECTED, /* where the keys go */
    TUI_MARKED,   /* selected, but the keys go elsewhere */
    TUI_KEY,      /* names of keys */
    TUI_GOOD,
    TUI_WARNING,
    TUI_BAD,
    TUI_FIELD, /* a place to write */
    TUI_STYLES
};

struct tui_area {
    int row, column, rows, columns;
};

/* Lines and marks, as the locale allows. */
enum tui_mark {
    TUI_MARK_HORIZONTAL,
    TUI_MARK_VERTICAL,
    TUI_MARK_TOP_LEFT,
    TUI_MARK_TOP_RIGHT,
    TUI_MARK_BOTTOM_LEFT,
    TUI_MARK_BOTTOM_RIGHT,
    TUI_MARK_CUT, /* a text goes on */
    TUI_MARK_UP,
    TUI_MARK_DOWN,
    TUI_MARK_BAR_0, /* an eighth of a bar, ... */
    TUI_MARK_BAR_7 = TUI_MARK_BAR_0 + 7,
    TUI_MARKS
};

/* Keys that are no letters: ncurses' KEY_... */
#define TUI_SPECIAL(key) ((key) | 0x200000)
#define TUI_CTRL(letter) ((letter)&0x1f)
#define TUI_ESCAPE       0x1b

/* A colour of a cell: 0 to 255 as xterm counts them, or the terminal's own. */
#define TUI_COLOUR_OWN (-1)

/* Takes standard input and output. False with *error: they are no terminal, or one that is not
 * known or cannot place text. */
bool tui_screen_open(GError **error);
/* Gives the terminal back as it was, and prints what was written to standard error meanwhile. */
void tui_screen_close(void);
/* Stops the process as Ctrl-Z does, and draws anew when it goes on. */
void tui_screen_suspend(void);

/* The size as it is now; takes a new one. */
struct tui_area tui_screen_measure(void);
bool tui_screen_has_utf8(void);

/* A key, or TUI_SPECIAL(KEY_MOUSE); -1: none waits. */
int tui_screen_read_key(void);
/* The place of the mouse and ncurses' BUTTON... bits, after TUI_SPECIAL(KEY_MOUSE). */
bool tui_screen_read_mouse(int *row, int *column, unsigned long *buttons);

void tui_screen_clear(void);
void tui_screen_show(void);
/* Draws all of it anew: something else has written on the terminal. */
void tui_screen_redraw(void);
/* Where the cursor stands when it is shown; row -1: it is hidden. */
void tui_screen_place_cursor(int row, int column);

/* Text (UTF-8) in a field of this width: cut with a mark, filled with blanks. */
void tui_put(int row, int column, int width, enum tui_style style, const char *text);
/* The same, at the right end of the field; no blanks before it. */
void tui_put_right(int row, int column, int width, enum tui_style style, const char *text);
/* A text in some rows from this one on, wrapped at blanks, in the area's columns. */
void tui_put_wrapped(int row, int rows, struct tui_area area, enum tui_style style,
                     const char *text);
void tui_put_mark(int row, int column, enum tui_style style, enum tui_mark mark);
void tui_fill(struct tui_area area, enum tui_style style);
/* A frame around the area's edge, its inside blank; returns the inside. */
struct tui_area tui_frame(struct tui_area area, const char *title);
/* One letter with marks above it in one or two cells, as a terminal's program wants it. */
struct tui_cell {
    const uint32_t *letters; /* ended by 0, or at count */
    unsigned count;
    int width;       /* cells: 1 or 2 */
    int front, back; /* colours */
    bool bold, underlined, reversed;
};
void tui_put_cell(int row, int column, const struct tui_cell *cell);

/* Cells that a text takes. */
int tui_width(const char *text);
/* How many of its bytes fit into a width. */
size_t tui_fit(const char *text, int width);

#endif
