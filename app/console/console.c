/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all kinds of LatheConsole have: names, state, signals; and a closed one tells nothing. */
#include "app/console/console.h"

#include <string.h>

#include "app/console/console-class.h"

typedef struct {
    char *title, *machine, *reason;
    LatheConsoleState state;
    gboolean over;       /* lathe_console_close was called */
    guint columns, rows; /* of the terminal; 0: it did not say */
} LatheConsolePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE(LatheConsole, lathe_console, G_TYPE_OBJECT)

enum {
    SIGNAL_OUTPUT,
    SIGNAL_RESET,
    SIGNAL_LOST,
    SIGNAL_REPLAYED,
    SIGNAL_DRAINED,
    SIGNAL_CHANGED,
    SIGNAL_COUNT
};
static guint console_signals[SIGNAL_COUNT];

static LatheConsolePrivate *console_private(LatheConsole *console)
{
    return lathe_console_get_instance_private(console);
}

/* ---- using ---- */

gsize lathe_console_send(LatheConsole *console, const void *data, gsize length)
{
    if (lathe_console_get_state(console) != LATHE_CONSOLE_OPEN)
        return 0;
    return LATHE_CONSOLE_GET_CLASS(console)->send(console, data, length);
}

gsize lathe_console_get_waiting(LatheConsole *console)
{
    return LATHE_CONSOLE_GET_CLASS(console)->get_waiting(console);
}

void lathe_console_send_break(LatheConsole *console)
{
    if (lathe_console_get_state(console) == LATHE_CONSOLE_OPEN)
        LATHE_CONSOLE_GET_CLASS(console)->send_break(console);
}

static void console_tell_size(LatheConsole *console)
{
    LatheConsolePrivate *private = console_private(console);
    LatheConsoleClass *class = LATHE_CONSOLE_GET_CLASS(console);

    if (private->columns != 0 && private->state == LATHE_CONSOLE_OPEN && class->resize != NULL)
        class->resize(console, private->columns, private->rows);
}

void lathe_console_resize(LatheConsole *console, guint columns, guint rows)
{
    LatheConsolePrivate *private = console_private(console);

    if (columns == 0 || rows == 0 || (columns == private->columns && rows == private->rows))
        return;
    private->columns = MIN(columns, G_MAXUINT16);
    private->rows = MIN(rows, G_MAXUINT16);
    console_tell_size(console);
}

LatheConsoleState lathe_console_get_state(LatheConsole *console)
{
    return console_private(console)->state;
}

const char *lathe_console_get_reason(LatheConsole *console)
{
    return console_private(console)->reason;
}

const char *lathe_console_get_title(LatheConsole *console)
{
    return console_private(console)->title;
}

const char *lathe_console_get_machine(LatheConsole *console)
{
    return console_private(console)->machine;
}

char *lathe_console_dup_location(LatheConsole *console)
{
    LatheConsoleClass *class = LATHE_CONSOLE_GET_CLASS(console);

    return class->dup_location != NULL ? class->dup_location(console) : NULL;
}

void lathe_console_close(LatheConsole *console)
{
    LatheConsolePrivate *private = console_private(console);

    if (private->over)
        return;
    private->over = TRUE;
    private->state = LATHE_CONSOLE_CLOSED;
    LATHE_CONSOLE_GET_CLASS(console)->close(console);
}

/* ---- for the kinds ---- */

void lathe_console_set_names(LatheConsole *console, const char *title, const char *machine)
{
    LatheConsolePrivate *private = console_private(console);

    g_free(private->title);
    g_free(private->machine);
    private->title = g_strdup(title);
    private->machine = g_strdup(machine);
}

static void console_emit(LatheConsole *console, int signal)
{
    if (!console_private(console)->over)
        g_signal_emit(console, console_signals[signal], 0);
}

void lathe_console_set_state(LatheConsole *console, LatheConsoleState state, const char *reason)
{
    LatheConsolePrivate *private = console_private(console);

    if (private->over || (private->state == state && strcmp(private->reason, reason) == 0))
        return;
    g_free(private->reason);
    private->reason = g_strdup(reason);
    private->state = state;
    console_tell_size(console);
    console_emit(console, SIGNAL_CHANGED);
}

void lathe_console_emit_output(LatheConsole *console, const void *data, gsize length, gint64 time)
{
    if (length == 0 || console_private(console)->over)
        return;
    GBytes *bytes = g_bytes_new(data, length);
    g_signal_emit(console, console_signals[SIGNAL_OUTPUT], 0, bytes, time);
    g_bytes_unref(bytes);
}

void lathe_console_emit_reset(LatheConsole *console, gint64 time)
{
    if (!console_private(console)->over)
        g_signal_emit(console, console_signals[SIGNAL_RESET], 0, time);
}

void lathe_console_emit_lost(LatheConsole *console, guint64 bytes)
{
    if (!console_private(console)->over)
        g_signal_emit(console, console_signals[SIGNAL_LOST], 0, bytes);
}

void lathe_console_emit_replayed(LatheConsole *console)
{
    console_emit(console, SIGNAL_REPLAYED);
}

void lathe_console_emit_drained(LatheConsole *console)
{
    console_emit(console, SIGNAL_DRAINED);
}

/* ---- the object ---- */

static void lathe_console_init(LatheConsole *console)
{
    console_private(console)->reason = g_strdup("");
    lathe_console_set_names(console, "", "");
}

static void lathe_console_dispose(GObject *object)
{
    lathe_console_close(LATHE_CONSOLE(object));
    G_OBJECT_CLASS(lathe_console_parent_class)->dispose(object);
}

static void lathe_console_finalize(GObject *object)
{
    LatheConsolePrivate *private = console_private(LATHE_CONSOLE(object));

    g_free(private->title);
    g_free(private->machine);
    g_free(private->reason);
    G_OBJECT_CLASS(lathe_console_parent_class)->finalize(object);
}

static guint console_signal(const char *name)
{
    return g_signal_new(name, LATHE_TYPE_CONSOLE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                        G_TYPE_NONE, 0);
}

static guint console_signal_with(const char *name, GType argument)
{
    return g_signal_new(name, LATHE_TYPE_CONSOLE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                        G_TYPE_NONE, 1, argument);
}

static void lathe_console_class_init(LatheConsoleClass *class)
{
    G_OBJECT_CLASS(class)->dispose = lathe_console_dispose;
    G_OBJECT_CLASS(class)->finalize = lathe_console_finalize;
    console_signals[SIGNAL_OUTPUT] =
        g_signal_new("output", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                     G_TYPE_NONE, 2, G_TYPE_BYTES, G_TYPE_INT64);
    console_signals[SIGNAL_RESET] = console_signal_with("reset", G_TYPE_INT64);
    console_signals[SIGNAL_LOST] = console_signal_with("lost", G_TYPE_UINT64);
    console_signals[SIGNAL_REPLAYED] = console_signal("replayed");
    console_signals[SIGNAL_DRAINED] = console_signal("drained");
    console_signals[SIGNAL_CHANGED] = console_signal("changed");
}
