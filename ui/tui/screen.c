/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening the terminal and giving it back, whatever ends the process. ncurses keeps one terminal
 * for a process, and signal handlers need the bytes that give it back: hence file scope.
 */
#include "ui/tui/screen-private.h"

#include <glib/gi18n.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "app/plan/error.h"

/* Mouse reports of any kind off, the first screen, the cursor: what a dying process leaves. */
static const char screen_leave[] = "\033[?1000l\033[?1002l\033[?1003l\033[?1006l\033[?25h";

static struct {
    SCREEN *curses;
    struct termios modes;
    char leave[64];           /* the terminal's own way back */
    int error_output, spoken; /* standard error as it was; what is written there meanwhile */
    bool utf8;
    volatile sig_atomic_t open;
} screen = {.error_output = -1, .spoken = -1};

/* ---- ends of the process that nobody plans ---- */

static void screen_write(const char *text)
{
    if (write(STDOUT_FILENO, text, strlen(text)) < 0)
        return; /* the terminal is gone */
}

/* For the signals that end the process at once; SA_RESETHAND, so that raising works. */
static void screen_on_fatal(int number)
{
    if (screen.open) {
        screen_write(screen_leave);
        screen_write(screen.leave);
        tcsetattr(STDIN_FILENO, TCSANOW, &screen.modes);
    }
    raise(number);
}

static void screen_catch_fatal(void)
{
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

    for (size_t i = 0; i < G_N_ELEMENTS(fatal); i++) {
        struct sigaction old, action = {.sa_handler = screen_on_fatal};
        action.sa_flags = (int)(SA_RESETHAND | SA_NODEFER);
        if (sigaction(fatal[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            sigaction(fatal[i], &action, NULL);
    }
}

/* ---- standard error: a library's warning would be written over the picture ---- */

static void screen_hold_errors(void)
{
    screen.spoken = memfd_create("lathe-tui-errors", MFD_CLOEXEC);
    screen.error_output = dup(STDERR_FILENO);
    if (screen.spoken >= 0 && screen.error_output >= 0 && isatty(STDERR_FILENO))
        dup2(screen.spoken, STDERR_FILENO);
}

static void screen_tell_errors(void)
{
    char bytes[4096];
    ssize_t length;
    off_t at = 0;

    if (screen.error_output >= 0)
        dup2(screen.error_output, STDERR_FILENO);
    while (screen.spoken >= 0 && (length = pread(screen.spoken, bytes, sizeof(bytes), at)) > 0) {
        at += length;
        if (write(STDERR_FILENO, bytes, (size_t)length) < 0)
            break;
    }
    if (screen.error_output >= 0)
        close(screen.error_output);
    if (screen.spoken >= 0)
        close(screen.spoken);
    screen.error_output = screen.spoken = -1;
}

/* ---- opening ---- */

static bool screen_refuse(GError **error, const char *why)
{
    g_set_error_literal(error, LATHE_ERROR, LATHE_ERROR_HOST, why);
    return false;
}

static bool screen_check(GError **error)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return screen_refuse(error, _("standard input and output are no terminal"));
    if (!tui_terminfo_open()) {
        g_autofree char *name = g_utf8_make_valid(g_getenv("TERM") ? g_getenv("TERM") : "", -1);
        /* Translators: TERM is the environment's variable */
        g_autofree char *why = g_strdup_printf(_("no terminal '%s' is known here: set TERM"), name);
        return screen_refuse(error, why);
    }
    const char *move = tigetstr("cup");
    if (move == NULL || move == (const char *)-1)
        return screen_refuse(error, _("this terminal cannot place text: set TERM"));
    const char *leave = tigetstr("rmcup");
    if (leave != NULL && leave != (const char *)-1)
        g_strlcpy(screen.leave, leave, sizeof(screen.leave));
    return true;
}

/* Every press at once, no waiting for a second one; press and release in one read are a click. */
static void screen_take_mouse(void)
{
    mousemask(BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON1_DOUBLE_CLICKED | BUTTON3_PRESSED |
                  BUTTON3_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED,
              NULL);
    mouseinterval(0);
}

/* What terminals send today, beside what is known of TERM: names of another one are common. */
static void screen_add_keys(void)
{
    static const struct {
        const char *bytes;
        int key;
    } keys[] = {
        {"\033[A", KEY_UP},           {"\033OA", KEY_UP},       {"\033[B", KEY_DOWN},
        {"\033OB", KEY_DOWN},         {"\033[C", KEY_RIGHT},    {"\033OC", KEY_RIGHT},
        {"\033[D", KEY_LEFT},         {"\033OD", KEY_LEFT},     {"\033[H", KEY_HOME},
        {"\033OH", KEY_HOME},         {"\033[1~", KEY_HOME},    {"\033[F", KEY_END},
        {"\033OF", KEY_END},          {"\033[4~", KEY_END},     {"\033[2~", KEY_IC},
        {"\033[3~", KEY_DC},          {"\033[5~", KEY_PPAGE},   {"\033[6~", KEY_NPAGE},
        {"\033[Z", KEY_BTAB},         {"\033OP", KEY_F(1)},     {"\033[11~", KEY_F(1)},
        {"\033OQ", KEY_F(2)},         {"\033[12~", KEY_F(2)},   {"\033[21~", KEY_F(10)},
        {"\033[5;2~", KEY_SPREVIOUS}, {"\033[6;2~", KEY_SNEXT},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        define_key(keys[i].bytes, keys[i].key);
}

bool tui_screen_open(GError **error)
{
    if (!screen_check(error))
        return false;
    tcgetattr(STDIN_FILENO, &screen.modes);
    if (g_getenv("ESCDELAY") == NULL)
        set_escdelay(25);
    screen.curses = newterm(NULL, stdout, stdin);
    if (screen.curses == NULL)
        return screen_refuse(error, _("this terminal cannot place text: set TERM"));
    screen.open = 1;
    screen.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    screen_catch_fatal();
    screen_hold_errors();
    raw();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    meta(stdscr, TRUE);
    leaveok(stdscr, FALSE);
    curs_set(0);
    screen_take_mouse();
    screen_add_keys();
    tui_styles_init();
    return true;
}

void tui_screen_close(void)
{
    if (!screen.open)
        return;
    curs_set(1);
    endwin();
    screen.open = 0;
    delscreen(screen.curses);
    screen_tell_errors();
}

void tui_screen_suspend(void)
{
    curs_set(1);
    endwin();
    raise(SIGTSTP);
    tui_screen_redraw();
}

bool tui_screen_has_utf8(void)
{
    return screen.utf8;
}

/* ---- size, keys, showing ---- */

struct tui_area tui_screen_measure(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0 &&
        (size.ws_row != LINES || size.ws_col != COLS))
        resizeterm(size.ws_row, size.ws_col);
    return (struct tui_area){0, 0, LINES, COLS};
}

int tui_screen_read_key(void)
{
    wint_t letter;
    int kind = wget_wch(stdscr, &letter);

    if (kind == ERR)
        return -1;
    return kind == KEY_CODE_YES ? TUI_SPECIAL((int)letter) : (int)letter;
}

bool tui_screen_read_mouse(int *row, int *column, unsigned long *buttons)
{
    MEVENT event;

    if (getmouse(&event) != OK)
        return false;
    *row = event.y;
    *column = event.x;
    *buttons = event.bstate;
    return true;
}

void tui_screen_clear(void)
{
    erase();
    tui_screen_place_cursor(-1, 0);
}

void tui_screen_show(void)
{
    refresh();
}

void tui_screen_redraw(void)
{
    clearok(stdscr, TRUE);
    refresh();
}

void tui_screen_place_cursor(int row, int column)
{
    bool seen = row >= 0 && row < LINES && column >= 0 && column < COLS;

    curs_set(seen ? 1 : 0);
    if (seen)
        move(row, column);
    else
        move(LINES - 1, 0);
}
