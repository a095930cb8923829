/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Standard input and output as a serial console. Neither is switched to non-blocking mode, which
 * would reach whoever shares them; instead poll says when a small write cannot block.
 */
#include "app/cli/terminal.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define TERMINAL_LEAVE      0x1d /* Ctrl-] */
#define TERMINAL_CHUNK      4096 /* a pipe that polls writable takes this much */
#define TERMINAL_QUEUE_MAX  (16u << 20)
#define TERMINAL_INPUT_HIGH 65536 /* with more waiting, standard input is left alone */
#define TERMINAL_FLUSH_MS   2000

struct lathe_terminal {
    LatheConsole *console;
    gulong output_handler, drained_handler;
    void (*on_leave)(void *opaque);
    void *opaque;
    GByteArray *queue; /* for standard output */
    guint64 dropped;
    guint input_source, output_source, size_source;
    bool raw, input_over, output_broken;
    bool line_over; /* the last byte written was a line feed */
};

/* ---- the terminal's modes: a signal handler needs them, hence file scope ---- */

static struct termios terminal_saved, terminal_raw;
static volatile sig_atomic_t terminal_is_raw;

static void terminal_restore(void)
{
    if (terminal_is_raw) {
        terminal_is_raw = 0;
        tcsetattr(STDIN_FILENO, TCSANOW, &terminal_saved);
    }
}

static void terminal_enter_raw(void)
{
    terminal_raw = terminal_saved;
    cfmakeraw(&terminal_raw);
    terminal_raw.c_cc[VMIN] = 1;
    terminal_raw.c_cc[VTIME] = 0;
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal_raw) == 0)
        terminal_is_raw = 1;
}

/* For the signals that end the process at once; SA_RESETHAND, so that raising works. */
static void terminal_on_fatal(int number)
{
    terminal_restore();
    raise(number);
}

static void terminal_catch_fatal(void)
{
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGQUIT};

    for (size_t i = 0; i < G_N_ELEMENTS(fatal); i++) {
        struct sigaction old, action = {.sa_handler = terminal_on_fatal};
        action.sa_flags = (int)(SA_RESETHAND | SA_NODEFER);
        if (sigaction(fatal[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            sigaction(fatal[i], &action, NULL);
    }
}

/* After a stop from outside (kill -STOP) the shell has set its own modes. */
static void terminal_on_continue(int number)
{
    if (terminal_is_raw)
        tcsetattr(STDIN_FILENO, TCSANOW, &terminal_raw);
}

static bool terminal_take_terminal(void)
{
    struct sigaction action = {.sa_handler = terminal_on_continue, .sa_flags = SA_RESTART};

    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &terminal_saved) != 0)
        return false;
    atexit(terminal_restore);
    terminal_catch_fatal();
    sigaction(SIGCONT, &action, NULL);
    terminal_enter_raw();
    return true;
}

/* ---- output ---- */

static void terminal_leave(struct lathe_terminal *terminal)
{
    terminal->on_leave(terminal->opaque);
}

/* Writes one chunk if that cannot block for longer than wait_ms. False: not now, or never. */
static bool terminal_write_some(struct lathe_terminal *terminal, int wait_ms)
{
    struct pollfd waiting = {.fd = STDOUT_FILENO, .events = POLLOUT};

    if (terminal->queue->len == 0 || poll(&waiting, 1, wait_ms) <= 0)
        return false;
    ssize_t done = write(STDOUT_FILENO, terminal->queue->data,
                         MIN(terminal->queue->len, (guint)TERMINAL_CHUNK));
    if (done < 0) {
        terminal->output_broken = errno != EINTR && errno != EAGAIN;
        return !terminal->output_broken;
    }
    if (done > 0)
        terminal->line_over = terminal->queue->data[done - 1] == '\n';
    g_byte_array_remove_range(terminal->queue, 0, (guint)done);
    return true;
}

/* So that the shell's prompt begins its own line. */
static void terminal_print_line_end(void)
{
    struct pollfd waiting = {.fd = STDOUT_FILENO, .events = POLLOUT};

    if (poll(&waiting, 1, TERMINAL_FLUSH_MS) > 0 && write(STDOUT_FILENO, "\r\n", 2) < 0)
        return; /* the terminal is gone, and the line with it */
}

static void terminal_write_now(struct lathe_terminal *terminal)
{
    while (terminal_write_some(terminal, 0))
        ;
    if (terminal->output_broken) {
        g_byte_array_set_size(terminal->queue, 0);
        terminal_leave(terminal);
    }
}

static gboolean terminal_can_write(gint fd, GIOCondition condition, gpointer data)
{
    struct lathe_terminal *terminal = data;

    terminal_write_now(terminal);
    if (terminal->queue->len != 0)
        return G_SOURCE_CONTINUE;
    terminal->output_source = 0;
    return G_SOURCE_REMOVE;
}

static void terminal_output(LatheConsole *console, GBytes *bytes, gint64 time, gpointer data)
{
    struct lathe_terminal *terminal = data;
    gsize length;
    const guint8 *text = g_bytes_get_data(bytes, &length);

    if (terminal->output_broken)
        return;
    if (terminal->queue->len + length > TERMINAL_QUEUE_MAX)
        terminal->dropped += length;
    else
        g_byte_array_append(terminal->queue, text, (guint)length);
    if (terminal->output_source != 0)
        return;
    terminal_write_now(terminal);
    if (terminal->queue->len != 0)
        terminal->output_source = g_unix_fd_add(STDOUT_FILENO, G_IO_OUT | G_IO_ERR | G_IO_HUP,
                                                terminal_can_write, terminal);
}

/* ---- input ---- */

static gboolean terminal_can_read(gint fd, GIOCondition condition, gpointer data)
{
    struct lathe_terminal *terminal = data;
    guint8 bytes[TERMINAL_CHUNK];
    ssize_t got = read(STDIN_FILENO, bytes, sizeof(bytes));

    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return G_SOURCE_CONTINUE;
    const guint8 *leave =
        terminal->raw && got > 0 ? memchr(bytes, TERMINAL_LEAVE, (size_t)got) : NULL;
    if (got > 0)
        lathe_console_send(terminal->console, bytes, leave ? (gsize)(leave - bytes) : (gsize)got);
    if (leave != NULL)
        terminal_leave(terminal);
    terminal->input_over = got <= 0 || leave != NULL;
    if (!terminal->input_over && lathe_console_get_waiting(terminal->console) < TERMINAL_INPUT_HIGH)
        return G_SOURCE_CONTINUE;
    terminal->input_source = 0;
    return G_SOURCE_REMOVE;
}

static void terminal_watch_input(struct lathe_terminal *terminal)
{
    if (terminal->input_source == 0 && !terminal->input_over)
        terminal->input_source =
            g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, terminal_can_read, terminal);
}

static void terminal_drained(LatheConsole *console, gpointer data)
{
    terminal_watch_input(data);
}

/* ---- its size ---- */

/* The guest's terminal is as large as ours. */
static gboolean terminal_tell_size(gpointer data)
{
    struct lathe_terminal *terminal = data;
    struct winsize size;

    if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
        lathe_console_resize(terminal->console, size.ws_col, size.ws_row);
    return G_SOURCE_CONTINUE;
}

static void terminal_watch_size(struct lathe_terminal *terminal)
{
    terminal->size_source = g_unix_signal_add(SIGWINCH, terminal_tell_size, terminal);
    terminal_tell_size(terminal);
}

/* ---- public ---- */

struct lathe_terminal *lathe_terminal_new(LatheConsole *console, const char *greeting,
                                          void (*on_leave)(void *opaque), void *opaque)
{
    struct lathe_terminal *terminal = g_new0(struct lathe_terminal, 1);

    terminal->console = g_object_ref(console);
    terminal->on_leave = on_leave;
    terminal->opaque = opaque;
    terminal->queue = g_byte_array_new();
    terminal->raw = terminal_take_terminal();
    terminal->line_over = true;
    if (terminal->raw)
        fprintf(stderr, "lathe: %s\r\n", greeting);
    terminal->output_handler =
        g_signal_connect(console, "output", G_CALLBACK(terminal_output), terminal);
    terminal->drained_handler =
        g_signal_connect(console, "drained", G_CALLBACK(terminal_drained), terminal);
    terminal_watch_input(terminal);
    if (terminal->raw)
        terminal_watch_size(terminal);
    return terminal;
}

static void terminal_tell_dropped(guint64 bytes)
{
    g_autofree char *number = g_strdup_printf("%" G_GUINT64_FORMAT, bytes);

    /* Translators: %s is a number */
    g_autofree char *text =
        g_strdup_printf(_("%s bytes of output were dropped: standard output was not read"), number);

    fprintf(stderr, "lathe: %s\n", text);
}

void lathe_terminal_free(struct lathe_terminal *terminal)
{
    if (terminal == NULL)
        return;
    g_signal_handler_disconnect(terminal->console, terminal->output_handler);
    g_signal_handler_disconnect(terminal->console, terminal->drained_handler);
    g_clear_handle_id(&terminal->input_source, g_source_remove);
    g_clear_handle_id(&terminal->output_source, g_source_remove);
    g_clear_handle_id(&terminal->size_source, g_source_remove);
    while (!terminal->output_broken && terminal_write_some(terminal, TERMINAL_FLUSH_MS))
        ;
    if (terminal->raw && !terminal->line_over && !terminal->output_broken)
        terminal_print_line_end();
    terminal_restore();
    if (terminal->dropped != 0)
        terminal_tell_dropped(terminal->dropped);
    g_byte_array_unref(terminal->queue);
    g_object_unref(terminal->console);
    g_free(terminal);
}
