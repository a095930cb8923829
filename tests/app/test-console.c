/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The serial console on a pseudo-terminal: raw while it lasts, given back whatever ends it.
 * argv[1] is the program, linked with the fake machine.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tests/test.h"

#define WAIT_MS 60000

static const char *console_program;
static char *console_kernel;

struct console {
    int master, slave;
    pid_t pid;
    GString *seen;
};

static void console_start(struct console *console, const char *script)
{
    CHECK(openpty(&console->master, &console->slave, NULL, NULL, NULL) == 0);
    console->seen = g_string_new(NULL);
    console->pid = fork();
    if (console->pid != 0)
        return;
    setsid();
    for (int fd = 0; fd < 3; fd++)
        dup2(console->slave, fd);
    close(console->master);
    close(console->slave);
    execl(console_program, "lathe", "run", console_kernel, "--append", script, NULL);
    _exit(127);
}

static bool console_wait(struct console *console, const char *text)
{
    struct pollfd waiting = {.fd = console->master, .events = POLLIN};
    char bytes[4096];

    while (strstr(console->seen->str, text) == NULL) {
        if (poll(&waiting, 1, WAIT_MS) <= 0)
            return false;
        ssize_t got = read(console->master, bytes, sizeof(bytes));
        if (got <= 0)
            return false;
        g_string_append_len(console->seen, bytes, got);
    }
    return true;
}

static void console_type(struct console *console, const char *text)
{
    CHECK(write(console->master, text, strlen(text)) == (ssize_t)strlen(text));
}

static bool console_is_cooked(struct console *console)
{
    struct termios modes;

    return tcgetattr(console->slave, &modes) == 0 && (modes.c_lflag & ICANON) != 0 &&
           (modes.c_lflag & ECHO) != 0;
}

/* Waits for the end; returns the exit status, or minus the signal. */
static int console_finish(struct console *console)
{
    int status = 0;

    CHECK(waitpid(console->pid, &status, 0) == console->pid);
    CHECK(console_is_cooked(console));
    close(console->master);
    close(console->slave);
    g_string_free(console->seen, TRUE);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void test_leave(void)
{
    struct console console;

    console_start(&console, "print up;echo");
    CHECK(console_wait(&console, "up\r\n"));
    CHECK(!console_is_cooked(&console));
    console_type(&console, "ab\003\032c");
    CHECK(console_wait(&console, "ab\003\032c"));
    console_type(&console, "\035");
    CHECK_EQ(console_finish(&console), 0);
}

static void test_power_off(void)
{
    struct console console;

    console_start(&console, "print up;wait 50;poweroff");
    CHECK(console_wait(&console, "up"));
    CHECK_EQ(console_finish(&console), 0);
}

static void test_signals(void)
{
    static const struct {
        int number, status;
    } rows[] = {{SIGTERM, 128 + SIGTERM}, {SIGINT, 128 + SIGINT}, {SIGHUP, 128 + SIGHUP},
                {SIGQUIT, -SIGQUIT},      {SIGSEGV, -SIGSEGV},    {SIGABRT, -SIGABRT}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct console console;
        console_start(&console, "print up;echo");
        CHECK(console_wait(&console, "up"));
        CHECK(kill(console.pid, rows[i].number) == 0);
        CHECK_EQ(console_finish(&console), rows[i].status);
    }
}

/* The last words are on the screen before the message, and the message begins its own line. */
static void test_order(void)
{
    struct console console;

    console_start(&console, "print last words;crash it broke");
    CHECK(console_wait(&console, "last words\r\nlathe: it broke\r\n"));
    CHECK_EQ(console_finish(&console), 3);
}

static const struct test_case cases[] = {
    {"console: Ctrl-] leaves", test_leave},
    {"console: power-off", test_power_off},
    {"console: signals", test_signals},
    {"console: last words", test_order},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    signal(SIGQUIT, SIG_DFL); /* shells ignore it for what they run in the background */
    console_program = argv[1];
    console_kernel = g_strdup_printf("%s/lathe-console-%d", g_get_tmp_dir(), (int)getpid());
    CHECK(g_file_set_contents(console_kernel, "\177ELF, or so", -1, NULL));
    int failed = test_main(argc - 1, argv + 1, cases);
    g_remove(console_kernel);
    g_free(console_kernel);
    return failed;
}
