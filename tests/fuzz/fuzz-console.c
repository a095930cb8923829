/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes from the other end of a console socket, who may be anybody: frames out of them, and what
 * the frames of output hold as a log, lines and rows of bytes. The first byte is the size of the
 * pieces in which the rest comes; what whole frames there are must not hang on it.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/console/lines.h"
#include "app/console/link.h"

#define FUZZ_KEEP 256

struct fuzz_end {
    struct console_link *link;
    struct lathe_console_log *log;
    struct lathe_console_lines *lines;
    guint64 frames, bytes;
    bool over;
};

/* ---- what comes out of frames ---- */

static void fuzz_check_text(const char *text)
{
    if (!g_utf8_validate(text, -1, NULL) || strpbrk(text, "\033\r\n\t\b") != NULL)
        abort();
}

static void fuzz_check_lines(struct fuzz_end *end)
{
    guint64 from = lathe_console_lines_update(end->lines);

    for (guint64 i = from; i < lathe_console_lines_end(end->lines); i++) {
        g_autofree char *text = lathe_console_lines_dup_text(end->lines, i);
        fuzz_check_text(text);
        if (lathe_console_lines_get(end->lines, i)->length > LATHE_CONSOLE_LINE_MAX)
            abort();
    }
    if (lathe_console_log_end(end->log) - lathe_console_log_start(end->log) > 2 * FUZZ_KEEP)
        abort();
}

static void fuzz_check_row(const guint8 *data, gsize length)
{
    g_autofree char *row = lathe_console_hex_row(0, data, MIN(length, 16));

    fuzz_check_text(row);
}

static bool fuzz_on_frame(void *opaque, enum console_kind kind, const guint8 *data, gsize length)
{
    struct fuzz_end *end = opaque;

    if (length > CONSOLE_FRAME_MAX)
        abort();
    end->frames++;
    end->bytes += length;
    if (kind == CONSOLE_OUTPUT && length >= sizeof(guint64))
        lathe_console_log_append(end->log, data + 8, length - 8, (gint64)console_link_number(data));
    else if (kind == CONSOLE_RESET && length == sizeof(guint64))
        lathe_console_log_reset(end->log, (gint64)console_link_number(data));
    else if (kind == CONSOLE_ERROR)
        return false;
    fuzz_check_row(data, length);
    fuzz_check_lines(end);
    return true;
}

static void fuzz_on_room(void *opaque)
{
}

static void fuzz_on_gone(void *opaque, const char *why)
{
    ((struct fuzz_end *)opaque)->over = true;
}

static const struct console_link_ops fuzz_ops = {fuzz_on_frame, fuzz_on_room, fuzz_on_gone};

/* ---- a run ---- */

static void fuzz_feed(struct fuzz_end *end, int fd, const uint8_t *data, size_t size, size_t piece)
{
    for (size_t at = 0; at < size && !end->over;) {
        ssize_t sent = send(fd, data + at, MIN(piece, size - at), MSG_DONTWAIT | MSG_NOSIGNAL);
        at += sent > 0 ? (size_t)sent : 0;
        g_main_context_iteration(NULL, FALSE);
    }
    close(fd);
    while (!end->over)
        g_main_context_iteration(NULL, TRUE);
}

static guint64 fuzz_run(const uint8_t *data, size_t size, size_t piece)
{
    struct fuzz_end end = {.log = lathe_console_log_new(FUZZ_KEEP)};
    int fds[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) != 0)
        abort();
    end.lines = lathe_console_lines_new(end.log);
    end.link = console_link_new(fds[0], &fuzz_ops, &end);
    fuzz_feed(&end, fds[1], data, size, piece);
    console_link_free(end.link);
    lathe_console_lines_free(end.lines);
    lathe_console_log_free(end.log);
    return end.frames << 32 | end.bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    if (fuzz_run(data + 1, size - 1, size) != fuzz_run(data + 1, size - 1, 1 + data[0] % 64))
        abort();
    return 0;
}

/* ---- seeds ---- */

static size_t fuzz_put(uint8_t *out, char kind, const char *data, size_t length)
{
    out[0] = (uint8_t)kind;
    out[1] = (uint8_t)length;
    out[2] = (uint8_t)(length >> 8);
    out[3] = 0;
    memcpy(out + 4, data, length);
    return 4 + length;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    static const char *const texts[] = {
        "12345678\033[1;31mred\033[m\r\n10%\r20%\r\n\ttab\bx\n",
        "12345678\033]0;title\a\303\274 \033(B\033[999;999Hend\r\n\r\n",
        "12345678[    0.000000] Linux version 6.1\r\n[    0.000001] x86\r\nlogin: ",
    };
    size_t length = 1;

    if (index >= G_N_ELEMENTS(texts) || size < 1024)
        return 0;
    out[0] = (uint8_t)(index * 5 + 2);
    length += fuzz_put(out + length, CONSOLE_HELLO, "\001", 1);
    length += fuzz_put(out + length, CONSOLE_OUTPUT, texts[index], strlen(texts[index]));
    length += fuzz_put(out + length, CONSOLE_RESET, "12345678", 8);
    length += fuzz_put(out + length, CONSOLE_OUTPUT, texts[index], strlen(texts[index]));
    return length + fuzz_put(out + length, CONSOLE_REPLAYED, "", 0);
}
