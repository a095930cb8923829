/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log of a port, its readers, and consoles over ptys and sockets of the host. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <pty.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "app/console/console.h"
#include "app/console/log.h"
#include "tests/test.h"

/* ---- the log ---- */

static void put(struct lathe_console_log *log, const char *text, gint64 time)
{
    lathe_console_log_append(log, text, strlen(text), time);
}

/* All that a reader gets, as text: [time] before each piece, [reset time], [lost n]. */
static char *read_all(struct lathe_console_log *log, struct lathe_console_cursor *cursor,
                      gsize most)
{
    GString *text = g_string_new(NULL);
    struct lathe_console_piece piece;

    while (lathe_console_log_next(log, cursor, most, &piece)) {
        if (piece.kind == LATHE_CONSOLE_BYTES)
            g_string_append_printf(text, "[%d]%.*s", (int)piece.time, (int)piece.length,
                                   (const char *)piece.data);
        else if (piece.kind == LATHE_CONSOLE_RESET)
            g_string_append_printf(text, "[reset %d]", (int)piece.time);
        else
            g_string_append_printf(text, "[lost %d]", (int)piece.length);
    }
    return g_string_free(text, FALSE);
}

static void check_read(struct lathe_console_log *log, struct lathe_console_cursor *cursor,
                       const char *wanted)
{
    g_autofree char *text = read_all(log, cursor, 1000);

    CHECK_STR(text, wanted);
}

static void test_log(void)
{
    struct lathe_console_log *log = lathe_console_log_new(1000);
    struct lathe_console_cursor cursor = {0}, late = {0};
    gint64 time;

    check_read(log, &cursor, "");
    put(log, "one\ntw", 1);
    check_read(log, &cursor, "[1]one\ntw");
    put(log, "o\nthree\n", 2);
    check_read(log, &cursor, "[1]o\n[2]three\n");
    lathe_console_log_reset(log, 3);
    put(log, "four", 4);
    check_read(log, &cursor, "[reset 3][4]four");
    check_read(log, &late, "[1]one\ntwo\n[2]three\n[reset 3][4]four");
    CHECK_EQ(lathe_console_log_time(log, 5), 1);
    CHECK_EQ(lathe_console_log_time(log, 9), 2);
    CHECK_EQ(lathe_console_log_count_resets(log), 1);
    CHECK_EQ(lathe_console_log_get_reset(log, 0, &time), 14);
    CHECK_EQ(time, 3);
    lathe_console_log_clear(log);
    CHECK_EQ(lathe_console_log_start(log), 18);
    check_read(log, &cursor, "");
    lathe_console_log_free(log);
}

/* A reader that is late loses whole what is gone, and is told how much. */
static void test_log_bounds(void)
{
    struct lathe_console_log *log = lathe_console_log_new(1000);
    struct lathe_console_cursor cursor = {0};

    for (int i = 0; i < 3000; i++)
        put(log, "x\n", i);
    guint64 start = lathe_console_log_start(log);
    CHECK(start >= 4000 && start <= 5000);
    CHECK_EQ(lathe_console_log_end(log), 6000);
    g_autofree char *lost = g_strdup_printf("[lost %d][%d]x\n", (int)start, (int)start / 2);
    g_autofree char *text = read_all(log, &cursor, 100);
    CHECK(g_str_has_prefix(text, lost));
    CHECK_EQ(cursor.offset, 6000);
    /* Lines alone do not fill memory by their times. */
    for (int i = 0; i < 1000000; i++)
        put(log, "\n", i);
    CHECK_EQ(lathe_console_log_time(log, 6000 + 999999), 999999);
    lathe_console_log_free(log);
}

/* ---- consoles of the host ---- */

struct seen {
    GString *text;
    LatheConsole *console;
};

static void seen_output(LatheConsole *console, GBytes *bytes, gint64 time, struct seen *seen)
{
    g_string_append_len(seen->text, g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes));
}

static void seen_changed(LatheConsole *console, struct seen *seen)
{
    g_string_append_printf(seen->text, "[%s]", lathe_console_get_reason(console));
}

static void seen_drained(LatheConsole *console, struct seen *seen)
{
    g_string_append(seen->text, "[drained]");
}

static void seen_watch(struct seen *seen, LatheConsole *console)
{
    seen->text = g_string_new(NULL);
    seen->console = console;
    g_signal_connect(console, "output", G_CALLBACK(seen_output), seen);
    g_signal_connect(console, "changed", G_CALLBACK(seen_changed), seen);
    g_signal_connect(console, "drained", G_CALLBACK(seen_drained), seen);
}

static void seen_free(struct seen *seen)
{
    g_object_unref(seen->console);
    g_string_free(seen->text, TRUE);
}

static gboolean on_alarm(gpointer data)
{
    *(bool *)data = true;
    return G_SOURCE_CONTINUE;
}

static bool seen_wait(struct seen *seen, const char *text)
{
    bool late = false;
    guint alarm = g_timeout_add_seconds(10 * test_patience(), on_alarm, &late);

    while (!late && strstr(seen->text->str, text) == NULL)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(alarm);
    if (late)
        fprintf(stderr, "waiting for \"%s\", seen \"%s\"\n", text, seen->text->str);
    return !late;
}

static bool end_says(int fd, const char *text)
{
    char bytes[64] = "";
    size_t length = 0;

    while (length < strlen(text)) {
        ssize_t got = read(fd, bytes + length, strlen(text) - length);
        if (got <= 0)
            return false;
        length += (size_t)got;
    }
    return strcmp(bytes, text) == 0;
}

static void test_pty(void)
{
    int master, slave;
    char name[64];
    struct termios modes;
    struct seen seen;

    CHECK(openpty(&master, &slave, name, NULL, NULL) == 0);
    g_autofree char *address = g_strdup_printf("pty:%s,115200", name);
    LatheConsole *console = lathe_console_open(address, NULL);
    CHECK(console != NULL);
    seen_watch(&seen, console);
    CHECK_STR(lathe_console_get_title(console), address);
    CHECK_EQ(write(master, "hello\r\n", 7), 7);
    CHECK(seen_wait(&seen, "hello\r\n"));
    CHECK_EQ(lathe_console_send(console, "abc", 3), 3);
    CHECK(seen_wait(&seen, "[drained]"));
    CHECK(end_says(master, "abc"));
    lathe_console_send_break(console);
    lathe_console_close(console);
    CHECK(tcgetattr(slave, &modes) == 0 && (modes.c_lflag & ECHO) != 0);
    CHECK_EQ(lathe_console_get_state(console), LATHE_CONSOLE_CLOSED);
    CHECK_EQ(lathe_console_send(console, "abc", 3), 0);
    seen_free(&seen);

    CHECK((console = lathe_console_open(name, NULL)) != NULL);
    seen_watch(&seen, console);
    close(slave);
    close(master);
    CHECK(seen_wait(&seen, "[The other end has closed.]"));
    seen_free(&seen);
}

static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
    CHECK(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    CHECK(listen(fd, 1) == 0);
    return fd;
}

static void test_socket(void)
{
    g_autofree char *path = g_strdup_printf("%s/lathe-parts-%d", g_get_tmp_dir(), (int)getpid());
    g_autofree char *address = g_strconcat("unix:", path, NULL);
    struct seen seen;
    int listener = listen_at(path);
    LatheConsole *console = lathe_console_open(address, NULL);

    CHECK(console != NULL);
    seen_watch(&seen, console);
    int end = accept(listener, NULL, NULL);
    lathe_console_send(console, "type", 4);
    CHECK(seen_wait(&seen, "[drained]"));
    CHECK(end_says(end, "type"));
    CHECK_EQ(write(end, "answer", 6), 6);
    close(end);
    CHECK(seen_wait(&seen, "answer[The other end has closed.]"));
    seen_free(&seen);
    close(listener);
    g_unlink(path);
}

static void test_bad_addresses(void)
{
    static const struct {
        const char *address, *why;
    } rows[] = {{"unix:/nowhere/at/all", "No such file"},
                {"/dev/null", "no terminal"},
                {"/nowhere", "No such file"},
                {"pty:/dev/ptmx,12", "no speed"},
                {"COM1", "use unix:PATH"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        g_autoptr(GError) error = NULL;
        CHECK(lathe_console_open(rows[i].address, &error) == NULL);
        CHECK(error != NULL && strstr(error->message, rows[i].why) != NULL);
        CHECK(error != NULL && strstr(error->message, rows[i].address) != NULL);
    }
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"console: log", test_log},
        {"console: log is bounded", test_log_bounds},
        {"console: pty", test_pty},
        {"console: socket", test_socket},
        {"console: bad addresses", test_bad_addresses},
        {NULL, NULL},
    };

    return test_main(argc, argv, cases);
}
