/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal of the terminal interface: lines, what was scrolled out, answers, keys, resets. */
#include <glib.h>
#include <locale.h>
#include <ncurses.h>

#include "tests/test.h"
#include "ui/tui/terminal.h"

static void terminal_write(void *opaque, const char *data, size_t length)
{
    g_string_append_len(opaque, data, (gssize)length);
}

static void terminal_feed(struct tui_terminal *terminal, const char *text)
{
    tui_terminal_feed(terminal, text, strlen(text), true);
}

static void check_line(struct tui_terminal *terminal, int line, const char *wanted)
{
    g_autofree char *text = tui_terminal_dup_line(terminal, line);

    CHECK_STR(text, wanted);
}

static void test_lines(void)
{
    g_autoptr(GString) sent = g_string_new(NULL);
    struct tui_terminal *terminal = tui_terminal_new(terminal_write, sent);

    CHECK_EQ(tui_terminal_count_lines(terminal), 24);
    terminal_feed(terminal, "one\r\ntwo \033[31mred\033[0m\033[5;3Hthere");
    check_line(terminal, 0, "one");
    check_line(terminal, 1, "two red");
    check_line(terminal, 4, "  there");
    terminal_feed(terminal, "\033[1;1H\xe4\xb8\xad e\xcc\x81");
    check_line(terminal, 0, "\xe4\xb8\xad e\xcc\x81");
    tui_terminal_free(terminal);
}

/* 30 lines on 24: the first are above the screen. */
static void test_scrolling(void)
{
    g_autoptr(GString) sent = g_string_new(NULL);
    struct tui_terminal *terminal = tui_terminal_new(terminal_write, sent);

    for (int i = 1; i <= 30; i++) {
        g_autofree char *line = g_strdup_printf("%sline %d", i == 1 ? "" : "\r\n", i);
        terminal_feed(terminal, line);
    }
    CHECK_EQ(tui_terminal_count_lines(terminal), 30);
    check_line(terminal, 0, "line 1");
    check_line(terminal, 29, "line 30");
    tui_terminal_scroll(terminal, -100);
    CHECK_EQ(tui_terminal_get_back(terminal), 6);
    terminal_feed(terminal, "\r\nline 31"); /* who looks back stays where he is */
    CHECK_EQ(tui_terminal_get_back(terminal), 7);
    tui_terminal_key(terminal, 'x');
    CHECK_EQ(tui_terminal_get_back(terminal), 0);
    CHECK_STR(sent->str, "x");
    tui_terminal_free(terminal);
}

static void test_keeps_some(void)
{
    g_autoptr(GString) sent = g_string_new(NULL);
    struct tui_terminal *terminal = tui_terminal_new(terminal_write, sent);

    for (int i = 0; i < 6000; i++)
        terminal_feed(terminal, "a line\r\n");
    CHECK_EQ(tui_terminal_count_lines(terminal), 5000 + 24);
    tui_terminal_free(terminal);
}

/* Questions of what is replayed were asked long ago. */
static void test_answers(void)
{
    static const char question[] = "\033[3;4H\033[6n";
    g_autoptr(GString) sent = g_string_new(NULL);
    struct tui_terminal *terminal = tui_terminal_new(terminal_write, sent);

    tui_terminal_feed(terminal, question, strlen(question), false);
    CHECK_STR(sent->str, "");
    tui_terminal_feed(terminal, question, strlen(question), true);
    CHECK_STR(sent->str, "\033[3;4R");
    tui_terminal_free(terminal);
}

static void test_keys(void)
{
    g_autoptr(GString) sent = g_string_new(NULL);
    struct tui_terminal *terminal = tui_terminal_new(terminal_write, sent);
    static const int keys[] = {TUI_SPECIAL(KEY_UP), '\r',       TUI_CTRL('C'),        0xfc,
                               TUI_SPECIAL(KEY_DC), TUI_ESCAPE, TUI_SPECIAL(KEY_F(5))};

    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        tui_terminal_key(terminal, keys[i]);
    CHECK_STR(sent->str, "\033[A\r\003\xc3\xbc\033[3~\033\033[15~");
    g_string_truncate(sent, 0);
    terminal_feed(terminal, "\033[?1h"); /* as full-screen programs ask for them */
    tui_terminal_key(terminal, TUI_SPECIAL(KEY_UP));
    CHECK_STR(sent->str, "\033OA");
    tui_terminal_free(terminal);
}

/* A machine that was reset in a full-screen program: text is below what was there, as at first. */
static void test_reset(void)
{
    g_autoptr(GString) sent = g_string_new(NULL);
    struct tui_terminal *terminal = tui_terminal_new(terminal_write, sent);
    bool found = false;

    terminal_feed(terminal, "before\033[?1h\033[?1049h\033[2;5r\033[4;1Hmenu\033[7m");
    tui_terminal_reset(terminal);
    terminal_feed(terminal, "after");
    for (int i = 0; i < tui_terminal_count_lines(terminal); i++) {
        g_autofree char *line = tui_terminal_dup_line(terminal, i);
        found |= strcmp(line, "after") == 0;
    }
    CHECK(found);
    check_line(terminal, 0, "before");
    tui_terminal_key(terminal, TUI_SPECIAL(KEY_UP));
    CHECK_STR(sent->str, "\033[A");
    tui_terminal_free(terminal);
}

/* What a hostile guest can write: nothing of it takes long, and text behind it is shown. */
static void test_hostile(void)
{
    static const char *const writes[] = {
        "\033[2147483647b",
        "\033[99999999999;99999999999H\033[2147483647L\033[H",
        "\033[0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0m",
        "\033P$q%s%s%s%n\033\\",
        "\033]0;a title\a",
        "\033\337[2147483647b",
    };
    g_autoptr(GString) sent = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(writes); i++) {
        struct tui_terminal *terminal = tui_terminal_new(terminal_write, sent);
        terminal_feed(terminal, writes[i]);
        terminal_feed(terminal, "\r\033[2K$ x\033[3b");
        check_line(terminal, 0, "$ xxxx");
        tui_terminal_free(terminal);
    }
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"terminal-lines", test_lines},
        {"terminal-scrolling", test_scrolling},
        {"terminal-keeps-some", test_keeps_some},
        {"terminal-answers", test_answers},
        {"terminal-keys", test_keys},
        {"terminal-reset", test_reset},
        {"terminal-hostile", test_hostile},
        {NULL},
    };

    setlocale(LC_ALL, "C.UTF-8");
    return test_main(argc, argv, cases);
}
