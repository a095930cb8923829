/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A serial port of a session in this process. */
#include "app/console/console-class.h"

#define LATHE_TYPE_SERIAL_CONSOLE lathe_serial_console_get_type()
G_DECLARE_FINAL_TYPE(LatheSerialConsole, lathe_serial_console, LATHE, SERIAL_CONSOLE, LatheConsole)

struct _LatheSerialConsole {
    LatheConsole parent;
    LatheSerial *serial;
};

G_DEFINE_FINAL_TYPE(LatheSerialConsole, lathe_serial_console, LATHE_TYPE_CONSOLE)

static void serial_on_output(LatheSerial *serial, GBytes *bytes, LatheConsole *console)
{
    gsize length;
    const void *data = g_bytes_get_data(bytes, &length);

    lathe_console_emit_output(console, data, length, g_get_real_time());
}

static void serial_on_reset(LatheSerial *serial, LatheConsole *console)
{
    lathe_console_emit_reset(console, g_get_real_time());
}

static void serial_on_drained(LatheSerial *serial, LatheConsole *console)
{
    lathe_console_emit_drained(console);
}

static gsize serial_console_send(LatheConsole *console, const void *data, gsize length)
{
    return lathe_serial_send(LATHE_SERIAL_CONSOLE(console)->serial, data, length);
}

static gsize serial_console_get_waiting(LatheConsole *console)
{
    return lathe_serial_get_waiting(LATHE_SERIAL_CONSOLE(console)->serial);
}

static void serial_console_send_break(LatheConsole *console)
{
    lathe_serial_send_break(LATHE_SERIAL_CONSOLE(console)->serial);
}

static void serial_console_resize(LatheConsole *console, guint columns, guint rows)
{
    lathe_serial_resize(LATHE_SERIAL_CONSOLE(console)->serial, columns, rows);
}

static char *serial_console_dup_location(LatheConsole *console)
{
    return lathe_serial_dup_location(LATHE_SERIAL_CONSOLE(console)->serial);
}

static void serial_console_close(LatheConsole *console)
{
    g_signal_handlers_disconnect_by_data(LATHE_SERIAL_CONSOLE(console)->serial, console);
}

LatheConsole *lathe_console_new_serial(LatheSerial *serial)
{
    LatheSerialConsole *console = g_object_new(LATHE_TYPE_SERIAL_CONSOLE, NULL);

    console->serial = g_object_ref(serial);
    lathe_console_set_names(LATHE_CONSOLE(console), lathe_serial_get_title(serial), "");
    g_signal_connect(serial, "output", G_CALLBACK(serial_on_output), console);
    g_signal_connect(serial, "reset", G_CALLBACK(serial_on_reset), console);
    g_signal_connect(serial, "drained", G_CALLBACK(serial_on_drained), console);
    return LATHE_CONSOLE(console);
}

static void lathe_serial_console_init(LatheSerialConsole *console)
{
}

static void lathe_serial_console_finalize(GObject *object)
{
    g_clear_object(&LATHE_SERIAL_CONSOLE(object)->serial);
    G_OBJECT_CLASS(lathe_serial_console_parent_class)->finalize(object);
}

static void lathe_serial_console_class_init(LatheSerialConsoleClass *class)
{
    G_OBJECT_CLASS(class)->finalize = lathe_serial_console_finalize;
    class->parent_class.send = serial_console_send;
    class->parent_class.get_waiting = serial_console_get_waiting;
    class->parent_class.send_break = serial_console_send_break;
    class->parent_class.resize = serial_console_resize;
    class->parent_class.dup_location = serial_console_dup_location;
    class->parent_class.close = serial_console_close;
}
