/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Standard input and output as a serial console. Neither is switched to non-blocking mode, which
 * would reach whoever shares them; instead poll says when a small write cannot block.
 */
#include "app/cli/console.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define CONSOLE_LEAVE      0x1d /* Ctrl-] */
#define CONSOLE_CHUNK      4096 /* a pipe that polls writable takes this much */
#define CONSOLE_QUEUE_MAX  (16u << 20)
#define CONSOLE_INPUT_HIGH 65536 /* with more waiting, standard input is left alone */
#define CONSOLE_FLUSH_MS   2000

struct lathe_console {
    LatheSerial *serial;
    gulong output_handler, drained_handler;
    void (*on_leave)(void *opaque);
    void *opaque;
    GByteArray *queue; /* for standard output */
    guint64 dropped;
    guint input_source, output_source;
    bool raw, input_over, output_broken;
    bool line_over; /* the last byte written was a line feed */
};

/* ---- the terminal's modes: a signal handler needs them, hence file scope ---- */

static struct termios console_saved, console_raw;
static volatile sig_atomic_t console_is_raw;

static void console_restore(void)
{
    if (console_is_raw) {
        console_is_raw = 0;
        tcsetattr(STDIN_FILENO, TCSANOW, &console_saved);
    }
}

static void console_enter_raw(void)
{
    console_raw = console_saved;
    cfmakeraw(&console_raw);
    console_raw.c_cc[VMIN] = 1;
    console_raw.c_cc[VTIME] = 0;
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &console_raw) == 0)
        console_is_raw = 1;
}

/* For the signals that end the process at once; SA_RESETHAND, so that raising works. */
static void console_on_fatal(int number)
{
    console_restore();
    raise(number);
}

static void console_catch_fatal(void)
{
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGQUIT};

    for (size_t i = 0; i < G_N_ELEMENTS(fatal); i++) {
        struct sigaction old, action = {.sa_handler = console_on_fatal};
        action.sa_flags = (int)(SA_RESETHAND | SA_NODEFER);
        if (sigaction(fatal[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            sigaction(fatal[i], &action, NULL);
    }
}

/* After a stop from outside (kill -STOP) the shell has set its own modes. */
static void console_on_continue(int number)
{
    if (console_is_raw)
        tcsetattr(STDIN_FILENO, TCSANOW, &console_raw);
}

static bool console_take_terminal(void)
{
    struct sigaction action = {.sa_handler = console_on_continue, .sa_flags = SA_RESTART};

    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &console_saved) != 0)
        return false;
    atexit(console_restore);
    console_catch_fatal();
    sigaction(SIGCONT, &action, NULL);
    console_enter_raw();
    return true;
}

/* ---- output ---- */

static void console_leave(struct lathe_console *console)
{
    console->on_leave(console->opaque);
}

/* Writes one chunk if that cannot block for longer than wait_ms. False: not now, or never. */
static bool console_write_some(struct lathe_console *console, int wait_ms)
{
    struct pollfd waiting = {.fd = STDOUT_FILENO, .events = POLLOUT};

    if (console->queue->len == 0 || poll(&waiting, 1, wait_ms) <= 0)
        return false;
    ssize_t done =
        write(STDOUT_FILENO, console->queue->data, MIN(console->queue->len, (guint)CONSOLE_CHUNK));
    if (done < 0) {
        console->output_broken = errno != EINTR && errno != EAGAIN;
        return !console->output_broken;
    }
    if (done > 0)
        console->line_over = console->queue->data[done - 1] == '\n';
    g_byte_array_remove_range(console->queue, 0, (guint)done);
    return true;
}

/* So that the shell's prompt begins its own line. */
static void console_print_line_end(void)
{
    struct pollfd waiting = {.fd = STDOUT_FILENO, .events = POLLOUT};

    if (poll(&waiting, 1, CONSOLE_FLUSH_MS) > 0 && write(STDOUT_FILENO, "\r\n", 2) < 0)
        return; /* the terminal is gone, and the line with it */
}

static void console_write_now(struct lathe_console *console)
{
    while (console_write_some(console, 0))
        ;
    if (console->output_broken) {
        g_byte_array_set_size(console->queue, 0);
        console_leave(console);
    }
}

static gboolean console_can_write(gint fd, GIOCondition condition, gpointer data)
{
    struct lathe_console *console = data;

    console_write_now(console);
    if (console->queue->len != 0)
        return G_SOURCE_CONTINUE;
    console->output_source = 0;
    return G_SOURCE_REMOVE;
}

static void console_output(LatheSerial *serial, GBytes *bytes, gpointer data)
{
    struct lathe_console *console = data;
    gsize length;
    const guint8 *text = g_bytes_get_data(bytes, &length);

    if (console->output_broken)
        return;
    if (console->queue->len + length > CONSOLE_QUEUE_MAX)
        console->dropped += length;
    else
        g_byte_array_append(console->queue, text, (guint)length);
    if (console->output_source != 0)
        return;
    console_write_now(console);
    if (console->queue->len != 0)
        console->output_source = g_unix_fd_add(STDOUT_FILENO, G_IO_OUT | G_IO_ERR | G_IO_HUP,
                                               console_can_write, console);
}

/* ---- input ---- */

static gboolean console_can_read(gint fd, GIOCondition condition, gpointer data)
{
    struct lathe_console *console = data;
    guint8 bytes[CONSOLE_CHUNK];
    ssize_t got = read(STDIN_FILENO, bytes, sizeof(bytes));

    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return G_SOURCE_CONTINUE;
    const guint8 *leave =
        console->raw && got > 0 ? memchr(bytes, CONSOLE_LEAVE, (size_t)got) : NULL;
    if (got > 0)
        lathe_serial_send(console->serial, bytes, leave ? (gsize)(leave - bytes) : (gsize)got);
    if (leave != NULL)
        console_leave(console);
    console->input_over = got <= 0 || leave != NULL;
    if (!console->input_over && lathe_serial_get_waiting(console->serial) < CONSOLE_INPUT_HIGH)
        return G_SOURCE_CONTINUE;
    console->input_source = 0;
    return G_SOURCE_REMOVE;
}

static void console_watch_input(struct lathe_console *console)
{
    if (console->input_source == 0 && !console->input_over)
        console->input_source =
            g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, console_can_read, console);
}

static void console_drained(LatheSerial *serial, gpointer data)
{
    console_watch_input(data);
}

/* ---- public ---- */

struct lathe_console *lathe_console_new(LatheSerial *serial, void (*on_leave)(void *opaque),
                                        void *opaque)
{
    struct lathe_console *console = g_new0(struct lathe_console, 1);

    console->serial = g_object_ref(serial);
    console->on_leave = on_leave;
    console->opaque = opaque;
    console->queue = g_byte_array_new();
    console->raw = console_take_terminal();
    console->line_over = true;
    if (console->raw)
        fprintf(stderr, "lathe: %s\r\n", _("serial console; Ctrl-] ends the machine"));
    console->output_handler =
        g_signal_connect(serial, "output", G_CALLBACK(console_output), console);
    console->drained_handler =
        g_signal_connect(serial, "drained", G_CALLBACK(console_drained), console);
    console_watch_input(console);
    return console;
}

static void console_tell_dropped(guint64 bytes)
{
    g_autofree char *number = g_strdup_printf("%" G_GUINT64_FORMAT, bytes);

    /* Translators: %s is a number */
    g_autofree char *text =
        g_strdup_printf(_("%s bytes of output were dropped: standard output was not read"), number);

    fprintf(stderr, "lathe: %s\n", text);
}

void lathe_console_free(struct lathe_console *console)
{
    if (console == NULL)
        return;
    g_signal_handler_disconnect(console->serial, console->output_handler);
    g_signal_handler_disconnect(console->serial, console->drained_handler);
    g_clear_handle_id(&console->input_source, g_source_remove);
    g_clear_handle_id(&console->output_source, g_source_remove);
    while (!console->output_broken && console_write_some(console, CONSOLE_FLUSH_MS))
        ;
    if (console->raw && !console->line_over && !console->output_broken)
        console_print_line_end();
    console_restore();
    if (console->dropped != 0)
        console_tell_dropped(console->dropped);
    g_byte_array_unref(console->queue);
    g_object_unref(console->serial);
    g_free(console);
}
