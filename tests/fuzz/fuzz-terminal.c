/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a guest writes to its serial port, into the terminal interface's terminal, drawn into
 * nothing on places of several sizes, scrolled back and resized between.
 */
#include "tests/fuzz/fuzz.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "ui/tui/screen-private.h"
#include "ui/tui/terminal.h"

#define FUZZ_PIECE 37

static void fuzz_write(void *opaque, const char *data, size_t length)
{
    size_t *sum = opaque;

    *sum += length;
}

/* Once, and kept: ncurses has one terminal for a process. */
static void fuzz_open(void)
{
    static FILE *nowhere;

    if (nowhere != NULL)
        return;
    setlocale(LC_ALL, "C.UTF-8");
    setenv("TERM", "xterm-256color", 1);
    setenv("LINES", "30", 1);
    setenv("COLUMNS", "110", 1);
    nowhere = fopen("/dev/null", "r+");
    if (nowhere == NULL || newterm(NULL, nowhere, nowhere) == NULL)
        exit(1);
    tui_styles_init();
}

static void fuzz_look(struct tui_terminal *terminal, unsigned way)
{
    static const struct tui_area areas[] = {
        {0, 0, 24, 80}, {0, 0, 30, 110}, {2, 3, 5, 17}, {0, 0, 1, 2}, {1, 1, 0, 40},
    };

    if (way % 3 == 0)
        tui_terminal_scroll(terminal, way % 2 == 0 ? -7 : 3);
    tui_terminal_draw(terminal, areas[way % G_N_ELEMENTS(areas)], true);
    for (int line = 0; line < MIN(tui_terminal_count_lines(terminal), 3); line++)
        g_free(tui_terminal_dup_line(terminal, line));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t answered = 0;
    struct tui_terminal *terminal;

    fuzz_open();
    terminal = tui_terminal_new(fuzz_write, &answered);
    for (size_t at = 0; at < size; at += FUZZ_PIECE) {
        tui_terminal_feed(terminal, data + at, MIN(FUZZ_PIECE, size - at), true);
        fuzz_look(terminal, data[at]);
        if (data[at] % 16 == 0)
            tui_terminal_reset(terminal);
    }
    tui_terminal_key(terminal, TUI_SPECIAL(KEY_UP));
    tui_terminal_free(terminal);
    return 0;
}

/* ---- seeds ---- */

static const char *const fuzz_outputs[] = {
    "Debian GNU/Linux 12 debian ttyS0\r\n\r\ndebian login: ",
    "\033[2J\033[H\033[31;1mred\033[0m \033[38;5;200mpink\033[48;2;1;2;3m\033[7mback\033[27m",
    "\033[?1049h\033[1;24r\033[5;10Hhere\033[K\033[J\033[3L\033[2M\033[4P\033[?25l\033[?1049l",
    "\033[6n\033[c\033[>c\033[5n\033]0;title\007\033P$qm\033\\\033[?1000h\033[!p\033c\033#8\033#3",
    "\xe4\xb8\xad\xe6\x96\x87 e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86 \xf0\x9f\x98\x80 "
    "\xff\xc0\x80\xed\xa0\x80",
    "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\no\np\nq\nr\ns\nt\nu\nv\nw\nx\ny\nz\n1\n2\n3\n4\n5\n",
    "\033[99999999999;99999999999H\033[2147483647b\033[0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;"
    "0m\t\b\v",
};

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    return fuzz_seed_text(fuzz_outputs, G_N_ELEMENTS(fuzz_outputs), index, out, size);
}
