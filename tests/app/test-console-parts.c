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
#include "app/console/lines.h"
#include "app/console/log.h"
#include "app/console/pacer.h"
#include "app/console/patterns.h"
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

/* ---- lines ---- */

static void check_line(const struct lathe_console_lines *lines, guint64 number, const char *wanted)
{
    g_autofree char *text = lathe_console_lines_dup_text(lines, number);

    CHECK_STR(text, wanted);
}

static void test_lines(void)
{
    struct lathe_console_log *log = lathe_console_log_new(10000);
    struct lathe_console_lines *lines = lathe_console_lines_new(log);

    put(log, "\033[1;31mred\033[m end\r\n10%\r20%\r\nhal", 7);
    CHECK_EQ(lathe_console_lines_update(lines), 0);
    CHECK_EQ(lathe_console_lines_end(lines), 3);
    check_line(lines, 0, "red end");
    check_line(lines, 1, "20%");
    check_line(lines, 2, "hal");
    put(log, "f\tx\n", 8);
    lathe_console_log_reset(log, 9);
    CHECK_EQ(lathe_console_lines_update(lines), 2);
    check_line(lines, 2, "half    x");
    CHECK_EQ(lathe_console_lines_end(lines), 4);
    CHECK(lathe_console_lines_get(lines, 3)->reset);
    CHECK_EQ(lathe_console_lines_get(lines, 3)->time, 9);
    for (int i = 0; i < 5000; i++) {
        put(log, "0123456789\n", i);
        lathe_console_lines_update(lines);
    }
    CHECK(lathe_console_lines_start(lines) > 2000);
    CHECK_EQ(lathe_console_lines_end(lines), 5004);
    check_line(lines, 5003, "0123456789");
    lathe_console_lines_free(lines);
    lathe_console_log_free(log);
}

/* Whatever a guest writes becomes text. */
static void test_plain_text(void)
{
    static const struct {
        const char *bytes, *text;
    } rows[] = {{"a\bb", "b"},
                {"\033]0;title\ashown", "shown"},
                {"\033", ""},
                {"\033[", ""},
                {"\033[12;", ""},
                {"\033(Bx\033=y", "xy"},
                {"\001\002ok\177", "ok"},
                {"\303\274\b!", "!"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        g_autofree char *text =
            lathe_console_plain_text((const guint8 *)rows[i].bytes, strlen(rows[i].bytes));
        CHECK_STR(text, rows[i].text);
    }
    for (int i = 0; i < 2000; i++) {
        guint8 noise[64];
        for (size_t k = 0; k < sizeof(noise); k++)
            noise[k] = (guint8)(g_random_int() % (i % 2 == 0 ? 256 : 100));
        g_autofree char *text = lathe_console_plain_text(noise, sizeof(noise));
        CHECK(g_utf8_validate(text, -1, NULL) && strpbrk(text, "\033\r\n\t") == NULL);
    }
    g_autofree char *hex = lathe_console_hex_row(0x20, (const guint8 *)"Az\n", 3);
    CHECK(g_str_has_prefix(hex, "00000020  41 7a 0a ") && g_str_has_suffix(hex, " |Az.|"));
}

static void test_patterns(void)
{
    g_autofree char *folder = g_dir_make_tmp("lathe-patterns-XXXXXX", NULL);
    g_autoptr(GError) error = NULL;

    g_setenv("XDG_CONFIG_HOME", folder, TRUE);
    GPtrArray *patterns = lathe_patterns_load();
    CHECK(patterns->len >= 2 && lathe_patterns_show(patterns, "anything"));
    CHECK(lathe_pattern_new("bad", "(", "#ffffff", LATHE_PATTERN_HIDE, &error) == NULL);
    CHECK(error != NULL);
    g_ptr_array_add(patterns,
                    lathe_pattern_new("noise", "^audit", "#123456", LATHE_PATTERN_HIDE, NULL));
    CHECK(!lathe_patterns_show(patterns, "AUDIT: x") && lathe_patterns_show(patterns, "x"));
    g_ptr_array_add(patterns,
                    lathe_pattern_new("mine", "usb", "#123456", LATHE_PATTERN_ONLY, NULL));
    CHECK(!lathe_patterns_show(patterns, "x") && lathe_patterns_show(patterns, "a usb b"));
    CHECK(lathe_patterns_save(patterns, NULL));
    guint count = patterns->len;
    g_ptr_array_unref(patterns);
    patterns = lathe_patterns_load();
    CHECK_EQ(patterns->len, count);
    CHECK(!lathe_patterns_show(patterns, "x") && !lathe_patterns_show(patterns, "audit usb"));
    g_ptr_array_unref(patterns);
    g_autofree char *file = g_build_filename(folder, "lathe", "console.ini", NULL);
    g_file_set_contents(file, "[a]\nname=x\npattern=(\n[b]\nname=y\n[c]\nnonsense\n", -1, NULL);
    patterns = lathe_patterns_load();
    g_ptr_array_unref(patterns);
    g_remove(file);
    g_autofree char *inner = g_path_get_dirname(file);
    g_rmdir(inner);
    g_rmdir(folder);
}

static void pacer_put_text(gpointer opaque, const guint8 *data, gsize length)
{
    g_string_append_len(opaque, (const char *)data, (gssize)length);
}

static void test_pacer(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    struct lathe_console_pacer *pacer = lathe_console_pacer_new(pacer_put_text, text);

    lathe_console_pacer_add(pacer, "now", 3);
    CHECK_STR(text->str, "now");
    lathe_console_pacer_set_speed(pacer, 500, 60);
    gint64 begin = g_get_monotonic_time();
    lathe_console_pacer_add(pacer, "one\rtwo\rthree three three", 25);
    CHECK_EQ(lathe_console_pacer_get_waiting(pacer), 25);
    while (lathe_console_pacer_get_waiting(pacer) != 0)
        g_main_context_iteration(NULL, TRUE);
    gint64 took = g_get_monotonic_time() - begin;
    CHECK_STR(text->str, "nowone\rtwo\rthree three three");
    CHECK(took >= 120000 + 17 * 2000 - 20000); /* two pauses, and the last line at its speed */
    lathe_console_pacer_add(pacer, "never", 5);
    lathe_console_pacer_cancel(pacer);
    lathe_console_pacer_add(pacer, "last", 4);
    lathe_console_pacer_set_speed(pacer, 0, 0);
    CHECK(g_str_has_suffix(text->str, "threelast"));
    lathe_console_pacer_free(pacer);
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
        {"console: lines", test_lines},
        {"console: plain text", test_plain_text},
        {"console: patterns", test_patterns},
        {"console: pacer", test_pacer},
        {"console: pty", test_pty},
        {"console: socket", test_socket},
        {"console: bad addresses", test_bad_addresses},
        {NULL, NULL},
    };

    return test_main(argc, argv, cases);
}
