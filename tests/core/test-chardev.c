/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Character devices: the middle with a device that has little room, and each back end. */
#include "tests/test.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "emulator/api/chardev.h"
#include "emulator/chardev/chardev.h"
#include "emulator/core/queue.h"

#define SECOND 1000000000ull

/* ---- a device, and the test as the loop thread ---- */

struct sink {
    struct emu_queue *queue;
    struct emu_chardev *chardev;
    char text[1 << 17];
    size_t length, room;
    bool endless;
};

static size_t sink_room(void *opaque)
{
    struct sink *sink = opaque;

    return sink->endless ? sizeof(sink->text) - sink->length : sink->room;
}

static void sink_receive(void *opaque, const uint8_t *data, size_t length)
{
    struct sink *sink = opaque;

    CHECK(length <= sink_room(sink));
    memcpy(sink->text + sink->length, data, length);
    sink->length += length;
    if (!sink->endless)
        sink->room -= length;
}

static const struct emu_chardev_port sink_port = {sink_room, sink_receive};

static struct sink *sink_new(const struct emu_chardev_backend *backend)
{
    struct sink *sink = calloc(1, sizeof(*sink));

    sink->endless = true;
    sink->queue = emu_queue_new(NULL);
    sink->chardev = emu_chardev_new(sink->queue, backend, NULL);
    CHECK(sink->chardev != NULL);
    emu_chardev_attach(sink->chardev, &sink_port, sink);
    return sink;
}

static void sink_free(struct sink *sink)
{
    emu_chardev_free(sink->chardev);
    emu_queue_free(sink->queue);
    free(sink);
}

static void sink_write(struct sink *sink, const char *text)
{
    emu_chardev_write(sink->chardev, (const uint8_t *)text, strlen(text));
}

static uint64_t now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * SECOND + (uint64_t)ts.tv_nsec;
}

/* Runs the queue until the device has length bytes. */
static bool sink_wait(struct sink *sink, size_t length)
{
    uint64_t end = now() + 10 * SECOND;

    while (sink->length < length && now() < end) {
        emu_queue_wait(sink->queue, SECOND / 100);
        emu_queue_run(sink->queue, 0);
    }
    return sink->length >= length;
}

/* Reads until length bytes came or ten seconds have passed. */
static size_t read_some(int fd, char *buffer, size_t length)
{
    struct pollfd poll_fd = {fd, POLLIN, 0};
    size_t got = 0;

    while (got < length && poll(&poll_fd, 1, 10000) > 0) {
        ssize_t part = read(fd, buffer + got, length - got);

        if (part <= 0)
            break;
        got += (size_t)part;
    }
    return got;
}

static char *temporary(const char *name)
{
    static char path[128];

    snprintf(path, sizeof(path), "/tmp/lathe-test-%d-%s", (int)getpid(), name);
    return path;
}

/* ---- the middle ---- */

static void test_nothing_connected(void)
{
    struct emu_chardev_backend none = {0};
    struct sink *sink = sink_new(&none);

    sink_write(sink, "to nobody");
    emu_chardev_write(NULL, (const uint8_t *)"x", 1);
    emu_chardev_drained(NULL);
    emu_chardev_reset(sink->chardev);
    sink_free(sink);
    emu_chardev_free(NULL);
    emu_chardev_backend_close(&none);
}

static void test_small_fifo(void)
{
    struct emu_chardev_backend backend;
    struct sink *sink;
    unsigned i;

    CHECK(emu_chardev_test(&backend, NULL));
    sink = sink_new(&backend);
    sink->endless = false;
    sink->room = 3;
    CHECK_EQ(emu_chardev_test_send(&backend, "hello, world"), 12);
    CHECK_EQ(sink->length, 0); /* only the loop thread delivers */
    emu_queue_run(sink->queue, 0);
    CHECK_EQ(sink->length, 3);
    for (i = 0; i < 3; i++) {
        sink->room = 3;
        emu_chardev_drained(sink->chardev);
        emu_queue_run(sink->queue, 0);
    }
    CHECK_STR(sink->text, "hello, world");
    emu_chardev_drained(sink->chardev);
    CHECK_EQ(emu_queue_run(sink->queue, 0), 0); /* nothing left, nothing posted */
    sink_free(sink);
}

static void count_room(void *opaque)
{
    ++*(unsigned *)opaque;
}

static void test_bounded_input(void)
{
    static const struct emu_chardev_ops ops = {.name = "counter", .room = count_room};
    unsigned rooms = 0;
    struct emu_chardev_backend backend = {&ops, &rooms};
    struct sink *sink = sink_new(&backend);
    uint8_t data[50000];

    memset(data, 'x', sizeof(data));
    sink->endless = false;
    CHECK_EQ(emu_chardev_input(sink->chardev, data, sizeof(data)), 50000);
    CHECK_EQ(emu_chardev_input(sink->chardev, data, sizeof(data)), 15536);
    CHECK_EQ(emu_chardev_input(sink->chardev, data, sizeof(data)), 0);
    emu_queue_run(sink->queue, 0);
    CHECK_EQ(rooms, 0);
    sink->room = 1;
    emu_chardev_drained(sink->chardev);
    emu_queue_run(sink->queue, 0);
    CHECK_EQ(rooms, 1);
    CHECK_EQ(emu_chardev_input(sink->chardev, data, sizeof(data)), 1);
    sink->endless = true;
    emu_chardev_drained(sink->chardev);
    emu_queue_run(sink->queue, 0);
    CHECK_EQ(sink->length, 65537);
    CHECK_EQ(rooms, 2);
    sink_free(sink);
}

/* ---- back ends ---- */

static void test_test_backend(void)
{
    struct emu_chardev_backend backend;
    struct sink *sink;
    char text[8];

    CHECK(emu_chardev_test(&backend, NULL));
    CHECK_EQ(emu_chardev_test_send(&backend, "nobody"), 0);
    sink = sink_new(&backend);
    sink_write(sink, "0123456789");
    CHECK_EQ(emu_chardev_test_text(&backend, 0, text, sizeof(text)), 10);
    CHECK_STR(text, "0123456");
    CHECK_EQ(emu_chardev_test_text(&backend, 8, text, sizeof(text)), 10);
    CHECK_STR(text, "89");
    CHECK_EQ(emu_chardev_test_text(&backend, 100, text, sizeof(text)), 10);
    CHECK_STR(text, "");
    CHECK_EQ(emu_chardev_test_text(&backend, 0, text, 0), 10);
    sink_free(sink);
}

static void test_file(void)
{
    const char *path = temporary("file");
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_chardev_backend backend;
    struct stat status;
    char text[32] = "";
    unsigned i;
    int fd;

    for (i = 0; i < 2; i++) { /* the second run appends */
        struct sink *sink;

        CHECK(emu_chardev_file(path, &backend, &err));
        sink = sink_new(&backend);
        sink_write(sink, i == 0 ? "first," : "second");
        sink_free(sink);
    }
    CHECK(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600);
    fd = open(path, O_RDONLY);
    CHECK_EQ(read(fd, text, sizeof(text) - 1), 12);
    CHECK_STR(text, "first,second");
    close(fd);
    unlink(path);
    CHECK(!emu_chardev_file("/nonexistent/file", &backend, &err));
    CHECK_STR(err.text, "cannot write to '/nonexistent/file': No such file or directory");
}

static void test_pty(void)
{
    struct emu_chardev_backend backend;
    struct termios mode;
    struct sink *sink;
    char text[32] = "", *name;
    int fd;

    CHECK(emu_chardev_pty(&backend, &name, NULL));
    sink = sink_new(&backend);
    fd = open(name, O_RDWR | O_NOCTTY);
    CHECK(fd >= 0 && tcgetattr(fd, &mode) == 0 && (mode.c_lflag & (ECHO | ICANON)) == 0);
    sink_write(sink, "line\n\x03");
    CHECK_EQ(read_some(fd, text, 6), 6);
    CHECK_STR(text, "line\n\x03");
    CHECK_EQ(write(fd, "ab\r\x04", 4), 4);
    CHECK(sink_wait(sink, 4));
    CHECK_STR(sink->text, "ab\r\x04");
    close(fd);
    fd = open(name, O_RDWR | O_NOCTTY); /* the next one comes */
    CHECK_EQ(write(fd, "c", 1), 1);
    CHECK(sink_wait(sink, 5));
    close(fd);
    free(name);
    sink_free(sink);
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    return fd;
}

/* What a client sends shows that it was accepted: output goes to it from then on. */
static int connect_and_greet(struct sink *sink, const char *path)
{
    int fd = connect_to(path);
    size_t before = sink->length;

    CHECK_EQ(write(fd, "hi", 2), 2);
    CHECK(sink_wait(sink, before + 2));
    return fd;
}

static void test_unix(void)
{
    const char *path = temporary("socket");
    struct emu_chardev_backend backend, second;
    struct emu_error err = EMU_ERROR_INIT;
    struct stat status;
    struct sink *sink;
    char text[32] = "";
    unsigned i;

    CHECK(emu_chardev_unix(path, &backend, &err));
    CHECK(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600);
    CHECK(!emu_chardev_unix(path, &second, &err));
    CHECK(strstr(err.text, "it exists; remove it or give another path") != NULL);
    CHECK(stat(path, &status) == 0); /* the failed one did not remove it */
    sink = sink_new(&backend);
    sink_write(sink, "lost");
    for (i = 0; i < 3; i++) {
        int fd = connect_and_greet(sink, path);

        sink_write(sink, "reply");
        memset(text, 0, sizeof(text));
        CHECK_EQ(read_some(fd, text, 5), 5);
        CHECK_STR(text, "reply");
        close(fd);
    }
    sink_free(sink);
    CHECK(stat(path, &status) != 0);
}

static void test_unix_bad_paths(void)
{
    struct emu_chardev_backend backend;
    struct emu_error err = EMU_ERROR_INIT;
    char path[200];

    memset(path, 'a', sizeof(path));
    path[0] = '/';
    path[sizeof(path) - 1] = '\0';
    CHECK(!emu_chardev_unix(path, &backend, &err));
    CHECK(strstr(err.text, "too long") != NULL);
    err = (struct emu_error)EMU_ERROR_INIT;
    CHECK(!emu_chardev_unix("", &backend, &err));
    CHECK(!emu_chardev_unix("/nonexistent/socket", &backend, NULL));
}

/* A client that reads nothing: the guest goes on, and closing does not hang. */
static void test_unix_slow_client(void)
{
    const char *path = temporary("slow");
    struct emu_chardev_backend backend;
    struct sink *sink;
    static uint8_t data[65536];
    uint64_t start;
    unsigned i;
    int fd;

    CHECK(emu_chardev_unix(path, &backend, NULL));
    sink = sink_new(&backend);
    fd = connect_and_greet(sink, path);
    start = now();
    for (i = 0; i < 100; i++)
        emu_chardev_write(sink->chardev, data, sizeof(data));
    sink_free(sink);
    CHECK(now() - start < 5 * SECOND);
    close(fd);
}

static void test_fds(void)
{
    struct emu_chardev_backend backend;
    struct emu_error err = EMU_ERROR_INIT;
    struct sink *sink;
    char text[32] = "";
    int in[2], out[2];

    CHECK(pipe(in) == 0 && pipe(out) == 0);
    CHECK(emu_chardev_fds(in[0], out[1], &backend, NULL));
    sink = sink_new(&backend);
    sink_write(sink, "out");
    CHECK_EQ(read_some(out[0], text, 3), 3);
    CHECK_STR(text, "out");
    CHECK_EQ(write(in[1], "in", 2), 2);
    CHECK(sink_wait(sink, 2));
    CHECK_STR(sink->text, "in");
    close(in[1]); /* end of input: output goes on */
    sink_write(sink, "put");
    CHECK_EQ(read_some(out[0], text, 3), 3);
    sink_free(sink);
    CHECK(fcntl(in[0], F_GETFL) >= 0 && fcntl(out[1], F_GETFL) >= 0); /* still the caller's */
    close(in[0]);
    close(out[0]);
    close(out[1]);
    CHECK(!emu_chardev_fds(12345, -1, &backend, &err));
    CHECK_STR(err.text, "descriptor 12345 is not open");
}

/* The reader of our pipe is gone: no signal ends the process, and nothing hangs. */
static void test_fds_broken_pipe(void)
{
    struct emu_chardev_backend backend;
    struct sink *sink;
    int out[2];

    signal(SIGPIPE, SIG_DFL);
    CHECK(pipe(out) == 0);
    CHECK(emu_chardev_fds(-1, out[1], &backend, NULL));
    sink = sink_new(&backend);
    close(out[0]);
    sink_write(sink, "nobody reads this");
    sink_free(sink);
    close(out[1]);
}

/* A descriptor that blocks in write, as a terminal after Ctrl-S: close comes back. */
static void test_fds_blocked(void)
{
    struct emu_chardev_backend backend;
    struct sink *sink;
    static uint8_t data[65536];
    uint64_t start = now();
    int out[2], i;

    CHECK(pipe(out) == 0);
    CHECK(emu_chardev_fds(-1, out[1], &backend, NULL));
    sink = sink_new(&backend);
    for (i = 0; i < 8; i++)
        emu_chardev_write(sink->chardev, data, sizeof(data));
    sink_free(sink);
    CHECK(now() - start < 5 * SECOND);
    close(out[0]);
    close(out[1]);
}

/* Much input for a device that takes it piece by piece: all of it arrives, in order. */
static void test_fds_back_pressure(void)
{
    struct emu_chardev_backend backend;
    struct sink *sink;
    uint8_t data[1000];
    size_t sent = 0, i;
    int in[2];

    CHECK(pipe(in) == 0);
    fcntl(in[1], F_SETFL, O_NONBLOCK);
    CHECK(emu_chardev_fds(in[0], -1, &backend, NULL));
    sink = sink_new(&backend);
    sink->endless = false;
    for (i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i % 250);
    while (sink->length < 100000) {
        if (sent < 100000 && write(in[1], data, sizeof(data)) == (ssize_t)sizeof(data))
            sent += sizeof(data);
        sink->room = 16;
        emu_chardev_drained(sink->chardev);
        emu_queue_run(sink->queue, 0);
    }
    for (i = 0; i < 100000; i++) {
        if ((uint8_t)sink->text[i] != i % 1000 % 250)
            break;
    }
    CHECK_EQ(i, 100000);
    sink_free(sink);
    close(in[0]);
    close(in[1]);
}

static void test_never_opened(void)
{
    struct emu_chardev_backend backends[4];
    const char *path = temporary("unused");
    struct stat status;
    char *name;
    unsigned i;

    CHECK(emu_chardev_unix(path, &backends[0], NULL));
    CHECK(emu_chardev_pty(&backends[1], &name, NULL));
    CHECK(emu_chardev_fds(0, 1, &backends[2], NULL));
    CHECK(emu_chardev_test(&backends[3], NULL));
    for (i = 0; i < 4; i++)
        emu_chardev_backend_close(&backends[i]);
    CHECK(backends[0].ops == NULL);
    CHECK(stat(path, &status) != 0);
    free(name);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"chardev-nothing-connected", test_nothing_connected},
        {"chardev-small-fifo", test_small_fifo},
        {"chardev-bounded-input", test_bounded_input},
        {"chardev-test", test_test_backend},
        {"chardev-file", test_file},
        {"chardev-pty", test_pty},
        {"chardev-unix", test_unix},
        {"chardev-unix-bad-paths", test_unix_bad_paths},
        {"chardev-unix-slow-client", test_unix_slow_client},
        {"chardev-fds", test_fds},
        {"chardev-fds-broken-pipe", test_fds_broken_pipe},
        {"chardev-fds-blocked", test_fds_blocked},
        {"chardev-fds-back-pressure", test_fds_back_pressure},
        {"chardev-never-opened", test_never_opened},
        {NULL, NULL},
    };

    return test_main(argc, argv, cases);
}
