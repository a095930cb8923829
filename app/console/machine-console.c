/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A port of a machine that runs in a process of its own, over its console socket. When that process
 * ends the console waits; the folder of the sockets is watched, so nothing is polled, and a machine
 * that is started again is found there by its name.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "app/console/console-class.h"
#include "app/console/find.h"
#include "app/console/link.h"
#include "app/plan/error.h"

#define MACHINE_ROOM  (1u << 20)
#define MACHINE_PIECE 16384u
#define MACHINE_AGAIN_MS                                                                           \
    300 /* from a socket that appears to its first try: its owner is named then */
#define MACHINE_TRIES 20

#define LATHE_TYPE_MACHINE_CONSOLE lathe_machine_console_get_type()
G_DECLARE_FINAL_TYPE(LatheMachineConsole, lathe_machine_console, LATHE, MACHINE_CONSOLE,
                     LatheConsole)

struct _LatheMachineConsole {
    LatheConsole parent;
    char *machine, *port;
    struct console_link *link; /* NULL: not connected */
    GFileMonitor *monitor;     /* while it waits */
    guint again, tries;
    gboolean was_open; /* what comes next is another process's */
};

G_DEFINE_FINAL_TYPE(LatheMachineConsole, lathe_machine_console, LATHE_TYPE_CONSOLE)

static void machine_wait(LatheMachineConsole *console, const char *reason);

/* ---- what the machine says ---- */

static bool machine_on_output(LatheConsole *console, const guint8 *data, gsize length)
{
    if (length < sizeof(guint64))
        return false;
    lathe_console_emit_output(console, data + sizeof(guint64), length - sizeof(guint64),
                              (gint64)console_link_number(data));
    return true;
}

static bool machine_on_number(LatheConsole *console, enum console_kind kind, const guint8 *data,
                              gsize length)
{
    if (length != sizeof(guint64))
        return false;
    if (kind == CONSOLE_RESET)
        lathe_console_emit_reset(console, (gint64)console_link_number(data));
    else
        lathe_console_emit_lost(console, console_link_number(data));
    return true;
}

static bool machine_on_error(LatheMachineConsole *console, const guint8 *data, gsize length)
{
    g_autofree char *text = g_utf8_make_valid((const char *)data, (gssize)MIN(length, 500));

    lathe_console_set_state(LATHE_CONSOLE(console), LATHE_CONSOLE_CLOSED, text);
    return true;
}

static bool machine_on_frame(void *opaque, enum console_kind kind, const guint8 *data, gsize length)
{
    LatheMachineConsole *console = opaque;

    switch (kind) {
    case CONSOLE_HELLO:
        return length >= 1 && data[0] == CONSOLE_VERSION;
    case CONSOLE_OUTPUT:
        return machine_on_output(LATHE_CONSOLE(console), data, length);
    case CONSOLE_RESET:
    case CONSOLE_LOST:
        return machine_on_number(LATHE_CONSOLE(console), kind, data, length);
    case CONSOLE_REPLAYED:
        lathe_console_emit_replayed(LATHE_CONSOLE(console));
        return true;
    case CONSOLE_ERROR:
        return machine_on_error(console, data, length);
    default:
        return false;
    }
}

static void machine_on_room(void *opaque)
{
    lathe_console_emit_drained(opaque);
}

static void machine_on_gone(void *opaque, const char *why)
{
    LatheMachineConsole *console = opaque;

    g_clear_pointer(&console->link, console_link_free);
    if (lathe_console_get_state(LATHE_CONSOLE(console)) != LATHE_CONSOLE_CLOSED)
        machine_wait(console, _("The machine does not run."));
}

static const struct console_link_ops machine_ops = {machine_on_frame, machine_on_room,
                                                    machine_on_gone};

/* ---- connecting ---- */

static bool machine_connect(LatheMachineConsole *console, GError **error)
{
    int fd = console_find_connect(console->machine, error);

    if (fd < 0)
        return false;
    if (console->was_open) /* another process of the same machine */
        lathe_console_emit_reset(LATHE_CONSOLE(console), g_get_real_time());
    console->was_open = TRUE;
    console->link = console_link_new(fd, &machine_ops, console);
    console_link_send(console->link, CONSOLE_ATTACH, console->port, strlen(console->port));
    g_clear_object(&console->monitor);
    g_clear_handle_id(&console->again, g_source_remove);
    lathe_console_set_state(LATHE_CONSOLE(console), LATHE_CONSOLE_OPEN, "");
    return true;
}

static gboolean machine_try_again(gpointer data)
{
    LatheMachineConsole *console = data;

    if (machine_connect(console, NULL))
        return G_SOURCE_REMOVE; /* and its id is cleared */
    if (--console->tries != 0)
        return G_SOURCE_CONTINUE;
    console->again = 0;
    return G_SOURCE_REMOVE;
}

static void machine_look(LatheMachineConsole *console, guint tries)
{
    console->tries = tries;
    if (console->again == 0)
        console->again = g_timeout_add(MACHINE_AGAIN_MS, machine_try_again, console);
}

/* A socket appeared; whose it is shows when its process has the machine's lock and listens. */
static void machine_on_socket(GFileMonitor *monitor, GFile *file, GFile *other,
                              GFileMonitorEvent event, LatheMachineConsole *console)
{
    if (event == G_FILE_MONITOR_EVENT_CREATED)
        machine_look(console, MACHINE_TRIES);
}

static void machine_wait(LatheMachineConsole *console, const char *reason)
{
    g_autofree char *path = lathe_console_socket_path(0);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autoptr(GFile) file = g_file_new_for_path(folder);

    g_mkdir_with_parents(folder, 0700);
    g_clear_object(&console->monitor);
    console->monitor = g_file_monitor_directory(file, G_FILE_MONITOR_NONE, NULL, NULL);
    if (console->monitor != NULL)
        g_signal_connect(console->monitor, "changed", G_CALLBACK(machine_on_socket), console);
    machine_look(console, 1); /* it may have come before the folder was watched */
    lathe_console_set_state(LATHE_CONSOLE(console), LATHE_CONSOLE_WAITING, reason);
}

/* ---- the object ---- */

static gsize machine_console_send(LatheConsole *object, const void *data, gsize length)
{
    LatheMachineConsole *console = LATHE_MACHINE_CONSOLE(object);
    const guint8 *bytes = data;
    gsize room = MACHINE_ROOM - MIN(console_link_waiting(console->link), MACHINE_ROOM);
    gsize taken = MIN(room, length);

    for (gsize at = 0; at < taken; at += MACHINE_PIECE)
        console_link_send(console->link, CONSOLE_INPUT, bytes + at, MIN(taken - at, MACHINE_PIECE));
    return taken;
}

static gsize machine_console_get_waiting(LatheConsole *object)
{
    LatheMachineConsole *console = LATHE_MACHINE_CONSOLE(object);

    return console->link != NULL ? console_link_waiting(console->link) : 0;
}

static void machine_console_send_break(LatheConsole *object)
{
    console_link_send(LATHE_MACHINE_CONSOLE(object)->link, CONSOLE_BREAK, NULL, 0);
}

static void machine_console_resize(LatheConsole *object, guint columns, guint rows)
{
    const guint8 size[4] = {columns & 0xff, columns >> 8 & 0xff, rows & 0xff, rows >> 8 & 0xff};

    console_link_send(LATHE_MACHINE_CONSOLE(object)->link, CONSOLE_SIZE, size, sizeof(size));
}

static void machine_console_close(LatheConsole *object)
{
    LatheMachineConsole *console = LATHE_MACHINE_CONSOLE(object);

    g_clear_pointer(&console->link, console_link_free);
    g_clear_handle_id(&console->again, g_source_remove);
    if (console->monitor != NULL)
        g_signal_handlers_disconnect_by_data(console->monitor, console);
    g_clear_object(&console->monitor);
}

/* "serial0", "2", or nothing for the first. NULL with *error. */
static char *machine_port_name(const char *port, GError **error)
{
    guint64 number;

    if (port == NULL)
        return g_strdup("serial0");
    if (g_ascii_string_to_unsigned(port, 10, 1, 99, &number, NULL))
        return g_strdup_printf("serial%u", (unsigned)number - 1);
    if (strlen(port) < 32 &&
        (g_str_has_prefix(port, "serial") || g_str_has_prefix(port, "console") ||
         g_str_has_prefix(port, "channel")))
        return g_strdup(port);
    lathe_error_input(
        error,
        "'%s' is no port: use serial0, console0 or channel0, or a serial port's number "
        "from 1",
        port);
    return NULL;
}

static char *machine_title(const char *port)
{
    const char *digits = port + strcspn(port, "0123456789");
    guint64 number;

    if (!g_ascii_string_to_unsigned(digits, 10, 0, 98, &number, NULL))
        return g_strdup(port);
    if (g_str_has_prefix(port, "serial"))
        return g_strdup_printf(_("Serial %u"), (unsigned)number + 1);
    if (g_str_has_prefix(port, "console"))
        return g_strdup_printf(_("Console %u"), (unsigned)number + 1);
    return g_strdup(port);
}

static LatheMachineConsole *machine_console_new(const char *machine, const char *port,
                                                GError **error)
{
    g_autofree char *name = machine_port_name(port, error);

    if (name == NULL)
        return NULL;
    g_autofree char *title = machine_title(name);
    LatheMachineConsole *console = g_object_new(LATHE_TYPE_MACHINE_CONSOLE, NULL);
    console->machine = g_strdup(machine);
    console->port = g_steal_pointer(&name);
    lathe_console_set_names(LATHE_CONSOLE(console), title, machine);
    return console;
}

LatheConsole *lathe_console_attach(const char *machine, const char *port, GError **error)
{
    LatheMachineConsole *console = machine_console_new(machine, port, error);

    if (console != NULL && !machine_connect(console, error))
        g_clear_object(&console);
    return (LatheConsole *)console;
}

LatheConsole *lathe_console_attach_later(const char *machine, const char *port, GError **error)
{
    LatheMachineConsole *console = machine_console_new(machine, port, error);
    g_autoptr(GError) found = NULL;

    if (console == NULL)
        return NULL;
    if (!console_find_exists(machine, error))
        g_clear_object(&console);
    else if (!machine_connect(console, &found))
        machine_wait(console, found->message);
    return (LatheConsole *)console;
}

static void lathe_machine_console_init(LatheMachineConsole *console)
{
}

static void lathe_machine_console_finalize(GObject *object)
{
    LatheMachineConsole *console = LATHE_MACHINE_CONSOLE(object);

    g_free(console->machine);
    g_free(console->port);
    G_OBJECT_CLASS(lathe_machine_console_parent_class)->finalize(object);
}

static void lathe_machine_console_class_init(LatheMachineConsoleClass *class)
{
    G_OBJECT_CLASS(class)->finalize = lathe_machine_console_finalize;
    class->parent_class.send = machine_console_send;
    class->parent_class.get_waiting = machine_console_get_waiting;
    class->parent_class.send_break = machine_console_send_break;
    class->parent_class.resize = machine_console_resize;
    class->parent_class.close = machine_console_close;
}
