/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pty, a serial device or a unix socket of the host: bytes without frames. An end of file closes
 * it, as does a device that is pulled out. */
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "app/console/console-class.h"
#include "app/plan/error.h"

#define STREAM_ROOM     (1u << 20)
#define STREAM_READ     16384u
#define STREAM_BREAK_MS 250

#define LATHE_TYPE_STREAM_CONSOLE lathe_stream_console_get_type()
G_DECLARE_FINAL_TYPE(LatheStreamConsole, lathe_stream_console, LATHE, STREAM_CONSOLE, LatheConsole)

struct _LatheStreamConsole {
    LatheConsole parent;
    int fd;
    gboolean terminal; /* saved is to be given back */
    struct termios saved;
    GByteArray *waiting;
    guint reader, writer, breaking;
};

G_DEFINE_FINAL_TYPE(LatheStreamConsole, lathe_stream_console, LATHE_TYPE_CONSOLE)

/* ---- bytes ---- */

static void stream_give_up(LatheStreamConsole *console, const char *why)
{
    g_clear_handle_id(&console->writer, g_source_remove);
    g_clear_handle_id(&console->reader, g_source_remove);
    lathe_console_set_state(LATHE_CONSOLE(console), LATHE_CONSOLE_CLOSED, why);
}

static gboolean stream_on_readable(gint fd, GIOCondition condition, gpointer data)
{
    LatheStreamConsole *console = data;
    guint8 bytes[STREAM_READ];
    ssize_t got = read(fd, bytes, sizeof(bytes));

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return G_SOURCE_CONTINUE;
    if (got > 0) {
        lathe_console_emit_output(LATHE_CONSOLE(console), bytes, (gsize)got, g_get_real_time());
        return G_SOURCE_CONTINUE;
    }
    console->reader = 0;
    /* A pty whose other end is closed says EIO. */
    stream_give_up(console,
                   got == 0 || errno == EIO ? _("The other end has closed.") : g_strerror(errno));
    return G_SOURCE_REMOVE;
}

static gboolean stream_on_writable(gint fd, GIOCondition condition, gpointer data)
{
    LatheStreamConsole *console = data;
    ssize_t done = write(fd, console->waiting->data, console->waiting->len);

    if (done < 0 && errno != EAGAIN && errno != EINTR) {
        console->writer = 0;
        stream_give_up(console, g_strerror(errno));
        return G_SOURCE_REMOVE;
    }
    g_byte_array_remove_range(console->waiting, 0, done > 0 ? (guint)done : 0);
    if (console->waiting->len != 0)
        return G_SOURCE_CONTINUE;
    console->writer = 0;
    lathe_console_emit_drained(LATHE_CONSOLE(console));
    return G_SOURCE_REMOVE;
}

static gsize stream_console_send(LatheConsole *object, const void *data, gsize length)
{
    LatheStreamConsole *console = LATHE_STREAM_CONSOLE(object);
    gsize taken = MIN(length, STREAM_ROOM - console->waiting->len);

    g_byte_array_append(console->waiting, data, (guint)taken);
    if (console->writer == 0 && console->waiting->len != 0)
        console->writer = g_unix_fd_add(console->fd, G_IO_OUT, stream_on_writable, console);
    return taken;
}

static gsize stream_console_get_waiting(LatheConsole *object)
{
    return LATHE_STREAM_CONSOLE(object)->waiting->len;
}

static gboolean stream_end_break(gpointer data)
{
    LatheStreamConsole *console = data;

    console->breaking = 0;
    ioctl(console->fd, TIOCCBRK);
    return G_SOURCE_REMOVE;
}

/* tcsendbreak would wait as long as the break lasts. */
static void stream_console_send_break(LatheConsole *object)
{
    LatheStreamConsole *console = LATHE_STREAM_CONSOLE(object);

    if (console->terminal && console->breaking == 0 && ioctl(console->fd, TIOCSBRK) == 0)
        console->breaking = g_timeout_add(STREAM_BREAK_MS, stream_end_break, console);
}

static void stream_console_close(LatheConsole *object)
{
    LatheStreamConsole *console = LATHE_STREAM_CONSOLE(object);

    g_clear_handle_id(&console->reader, g_source_remove);
    g_clear_handle_id(&console->writer, g_source_remove);
    if (console->breaking != 0)
        ioctl(console->fd, TIOCCBRK);
    g_clear_handle_id(&console->breaking, g_source_remove);
    if (console->terminal)
        tcsetattr(console->fd, TCSANOW, &console->saved);
    if (console->fd >= 0)
        close(console->fd);
    console->fd = -1;
}

/* ---- opening ---- */

static bool stream_speed(const char *text, speed_t *out)
{
    static const struct {
        const char *text;
        speed_t speed;
    } rows[] = {{"300", B300},       {"1200", B1200},     {"2400", B2400},     {"4800", B4800},
                {"9600", B9600},     {"19200", B19200},   {"38400", B38400},   {"57600", B57600},
                {"115200", B115200}, {"230400", B230400}, {"460800", B460800}, {"921600", B921600}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (strcmp(rows[i].text, text) != 0)
            continue;
        *out = rows[i].speed;
        return true;
    }
    return false;
}

/* Raw, 8 data bits, without a modem's lines; its own speed if none is given. */
static bool stream_set_modes(LatheStreamConsole *console, const char *speed, GError **error)
{
    struct termios modes;
    speed_t found = 0;

    if (tcgetattr(console->fd, &console->saved) != 0)
        return lathe_error_input(error, "it is no terminal and no serial device");
    modes = console->saved;
    cfmakeraw(&modes);
    modes.c_cflag |= CLOCAL | CREAD;
    if (speed != NULL && !stream_speed(speed, &found))
        return lathe_error_input(error, "'%s' is no speed: use 9600, 115200, 921600 and the like",
                                 speed);
    if (speed != NULL)
        cfsetspeed(&modes, found);
    if (tcsetattr(console->fd, TCSANOW, &modes) != 0)
        return lathe_error_input(error, "%s", g_strerror(errno));
    console->terminal = TRUE;
    return true;
}

/* "/dev/ttyS0" or "/dev/ttyS0,115200". */
static bool stream_open_terminal(LatheStreamConsole *console, const char *text, GError **error)
{
    g_auto(GStrv) words = g_strsplit(text, ",", 2);

    console->fd = open(words[0], O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (console->fd < 0)
        return lathe_error_input(error, "%s", g_strerror(errno));
    return stream_set_modes(console, words[1], error);
}

static bool stream_open_unix(LatheStreamConsole *console, const char *path, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof(address.sun_path))
        return lathe_error_input(error, "the path is too long");
    g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
    console->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return (console->fd >= 0 &&
            connect(console->fd, (struct sockaddr *)&address, sizeof(address)) == 0) ||
           lathe_error_input(error, "%s", g_strerror(errno));
}

static bool stream_open(LatheStreamConsole *console, const char *address, GError **error)
{
    if (g_str_has_prefix(address, "unix:"))
        return stream_open_unix(console, address + strlen("unix:"), error);
    if (g_str_has_prefix(address, "pty:"))
        return stream_open_terminal(console, address + strlen("pty:"), error);
    if (g_path_is_absolute(address))
        return stream_open_terminal(console, address, error);
    return lathe_error_input(error, "use unix:PATH, pty:PATH or the path of a device");
}

LatheConsole *lathe_console_open(const char *address, GError **error)
{
    LatheStreamConsole *console = g_object_new(LATHE_TYPE_STREAM_CONSOLE, NULL);
    g_autoptr(GError) found = NULL;

    lathe_console_set_names(LATHE_CONSOLE(console), address, "");
    if (stream_open(console, address, &found)) {
        console->reader =
            g_unix_fd_add(console->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, stream_on_readable, console);
        return LATHE_CONSOLE(console);
    }
    lathe_error_input(error, "'%s' cannot be opened: %s", address, found->message);
    g_object_unref(console);
    return NULL;
}

/* ---- the object ---- */

static void lathe_stream_console_init(LatheStreamConsole *console)
{
    console->fd = -1;
    console->waiting = g_byte_array_new();
}

static void lathe_stream_console_finalize(GObject *object)
{
    g_byte_array_unref(LATHE_STREAM_CONSOLE(object)->waiting);
    G_OBJECT_CLASS(lathe_stream_console_parent_class)->finalize(object);
}

static void lathe_stream_console_class_init(LatheStreamConsoleClass *class)
{
    G_OBJECT_CLASS(class)->finalize = lathe_stream_console_finalize;
    class->parent_class.send = stream_console_send;
    class->parent_class.get_waiting = stream_console_get_waiting;
    class->parent_class.send_break = stream_console_send_break;
    class->parent_class.close = stream_console_close;
}
