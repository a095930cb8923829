/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A serial port between two threads: the emulator's write hook appends to a bounded buffer under a
 * short lock, and a GSource whose ready time the hook sets hands batches to the main loop. Input
 * goes the other way through a waiting room that empties whenever the guest has room.
 */
#include "app/session/serial.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/plan/definition.h"
#include "app/plan/error.h"
#include "emulator/api/chardev.h"

#define SERIAL_OUTPUT_MAX  (4u << 20) /* bytes kept for a main loop that is late */
#define SERIAL_WAITING_MAX (1u << 20)
#define SERIAL_BATCH_US    4000 /* a terminal redraws no faster */

struct _LatheSerial {
    GObject parent;
    char *name, *title;
    gboolean channel;

    GMutex output_lock; /* taken inside device locks: nothing is called with it held */
    GByteArray *output;
    GArray *resets; /* of gsize, rising: where in the output the machine was reset */
    guint64 dropped;
    bool listening; /* as the guest said last */
    guint openings; /* how often it opened the channel */
    bool told;      /* main thread, like the next: of what listeners were told */
    guint told_openings;
    gint64 last_batch; /* monotonic microseconds */
    gboolean prompt;   /* constant: what the guest writes does not wait for more */
    GSource *output_source;

    GMutex input_lock; /* guards chardev against close */
    struct emu_chardev *chardev;
    GByteArray *waiting; /* main thread, like the next two */
    gboolean breaking;
    gsize before_break;  /* bytes that go before it */
    guint columns, rows; /* of the terminal; 0: not known */
    gboolean connected;  /* somebody is at the far end */
    GSource *input_source;

    GMutex inner_lock; /* behind input_lock and device locks; the next four */
    struct lathe_serial_definition definition;
    struct emu_chardev_backend inner; /* what the user asked for beside us */
    char *pty_name;
    gboolean made; /* inner is a machine's */
};

G_DEFINE_FINAL_TYPE(LatheSerial, lathe_serial, G_TYPE_OBJECT)

enum { SIGNAL_OUTPUT, SIGNAL_RESET, SIGNAL_DRAINED, SIGNAL_LISTENING, SIGNAL_COUNT };
static guint serial_signals[SIGNAL_COUNT];

/* ---- the emulator's side: any thread ---- */

/* With input_lock: the end knows the machine's device. */
static void serial_open_inner(LatheSerial *serial)
{
    g_mutex_lock(&serial->inner_lock);
    if (serial->inner.ops != NULL && serial->inner.ops->open != NULL)
        serial->inner.ops->open(serial->inner.opaque, serial->chardev);
    g_mutex_unlock(&serial->inner_lock);
}

static void serial_chardev_open(void *opaque, struct emu_chardev *chardev)
{
    LatheSerial *serial = opaque;

    g_mutex_lock(&serial->input_lock);
    serial->chardev = chardev;
    if (serial->columns != 0)
        emu_chardev_resize(chardev, serial->columns, serial->rows);
    if (serial->connected)
        emu_chardev_set_connected(chardev, true);
    serial_open_inner(serial);
    g_mutex_unlock(&serial->input_lock);
    g_source_set_ready_time(serial->input_source, 0);
}

static void serial_keep_output(LatheSerial *serial, const uint8_t *data, size_t length)
{
    g_mutex_lock(&serial->output_lock);
    bool was_empty = serial->output->len == 0;
    size_t room = SERIAL_OUTPUT_MAX - serial->output->len;
    if (length > room) {
        serial->dropped += length - room;
        length = room;
    }
    g_byte_array_append(serial->output, data, (guint)length);
    gint64 when = serial->prompt ? 0 : serial->last_batch + SERIAL_BATCH_US;
    g_mutex_unlock(&serial->output_lock);
    if (was_empty)
        g_source_set_ready_time(serial->output_source, when);
}

static void serial_chardev_write(void *opaque, const uint8_t *data, size_t length)
{
    LatheSerial *serial = opaque;

    g_mutex_lock(&serial->inner_lock);
    if (serial->inner.ops != NULL && serial->inner.ops->write != NULL)
        serial->inner.ops->write(serial->inner.opaque, data, length);
    g_mutex_unlock(&serial->inner_lock);
    serial_keep_output(serial, data, length);
}

static void serial_chardev_room(void *opaque)
{
    LatheSerial *serial = opaque;

    g_mutex_lock(&serial->inner_lock);
    if (serial->inner.ops != NULL && serial->inner.ops->room != NULL)
        serial->inner.ops->room(serial->inner.opaque);
    g_mutex_unlock(&serial->inner_lock);
    g_source_set_ready_time(serial->input_source, 0);
}

static void serial_chardev_reset(void *opaque)
{
    LatheSerial *serial = opaque;

    g_mutex_lock(&serial->inner_lock);
    if (serial->inner.ops != NULL && serial->inner.ops->reset != NULL)
        serial->inner.ops->reset(serial->inner.opaque);
    g_mutex_unlock(&serial->inner_lock);
    g_mutex_lock(&serial->output_lock);
    gsize offset = serial->output->len;
    g_array_append_val(serial->resets, offset);
    g_mutex_unlock(&serial->output_lock);
    g_source_set_ready_time(serial->output_source, 0);
}

static struct emu_chardev_backend serial_take_inner(LatheSerial *serial)
{
    g_mutex_lock(&serial->inner_lock);
    struct emu_chardev_backend inner = serial->inner;
    serial->inner = (struct emu_chardev_backend){0};
    serial->made = FALSE;
    g_mutex_unlock(&serial->inner_lock);
    return inner;
}

static void serial_chardev_listening(void *opaque, bool listening)
{
    LatheSerial *serial = opaque;

    g_mutex_lock(&serial->output_lock);
    serial->openings += listening;
    serial->listening = listening;
    g_mutex_unlock(&serial->output_lock);
    g_source_set_ready_time(serial->output_source, 0);
}

static void serial_chardev_close(void *opaque)
{
    LatheSerial *serial = opaque;

    serial_chardev_listening(serial, false);
    g_mutex_lock(&serial->input_lock);
    serial->chardev = NULL;
    g_mutex_unlock(&serial->input_lock);
    struct emu_chardev_backend inner = serial_take_inner(serial);
    emu_chardev_backend_close(&inner);
    g_object_unref(serial);
}

static const struct emu_chardev_ops serial_chardev_ops = {
    .name = "session",
    .open = serial_chardev_open,
    .write = serial_chardev_write,
    .room = serial_chardev_room,
    .reset = serial_chardev_reset,
    .listening = serial_chardev_listening,
    .close = serial_chardev_close,
};

gboolean lathe_serial_open_end(const struct lathe_serial_definition *definition,
                               struct emu_chardev_backend *out, char **pty, GError **error)
{
    struct emu_error found = EMU_ERROR_INIT;
    bool good = true;

    *out = (struct emu_chardev_backend){0};
    *pty = NULL;
    if (definition->kind == LATHE_SERIAL_PTY)
        good = emu_chardev_pty(out, pty, &found);
    else if (definition->kind == LATHE_SERIAL_UNIX)
        good = emu_chardev_unix(definition->path, out, &found);
    else if (definition->kind == LATHE_SERIAL_FILE)
        good = emu_chardev_file(definition->path, out, &found);
    return good || lathe_error_from_emu(error, &found);
}

static struct lathe_serial_definition serial_copy_definition(LatheSerial *serial)
{
    g_mutex_lock(&serial->inner_lock);
    struct lathe_serial_definition copy = {serial->definition.kind,
                                           g_strdup(serial->definition.path)};
    g_mutex_unlock(&serial->inner_lock);
    return copy;
}

gboolean lathe_serial_make_backend(LatheSerial *serial, struct emu_chardev_backend *out,
                                   GError **error)
{
    struct lathe_serial_definition definition = serial_copy_definition(serial);
    struct emu_chardev_backend inner;
    char *pty;
    gboolean good = lathe_serial_open_end(&definition, &inner, &pty, error);

    g_free(definition.path);
    g_mutex_lock(&serial->inner_lock);
    serial->inner = inner;
    serial->made = good;
    free(serial->pty_name);
    serial->pty_name = pty;
    g_mutex_unlock(&serial->inner_lock);
    if (good)
        *out = (struct emu_chardev_backend){&serial_chardev_ops, g_object_ref(serial)};
    return good;
}

/* ---- another end ---- */

/* Takes pty; the old end, to be closed. */
static struct emu_chardev_backend serial_exchange(LatheSerial *serial,
                                                  const struct lathe_serial_definition *definition,
                                                  const struct emu_chardev_backend *end, char *pty)
{
    g_mutex_lock(&serial->inner_lock);
    struct emu_chardev_backend old = serial->made ? serial->inner : *end;
    if (serial->made)
        serial->inner = *end;
    g_free(serial->definition.path);
    serial->definition =
        (struct lathe_serial_definition){definition->kind, g_strdup(definition->path)};
    free(serial->pty_name);
    serial->pty_name = pty;
    g_mutex_unlock(&serial->inner_lock);
    return old;
}

/* Without a machine now the next one gets the new end when it is made. */
gboolean lathe_serial_change(LatheSerial *serial, const struct lathe_serial_definition *definition,
                             GError **error)
{
    struct emu_chardev_backend end, old;
    char *pty;

    if (lathe_serial_is_stdio(serial) || definition->kind == LATHE_SERIAL_STDIO)
        return lathe_error_input(error, "the process's own standard input and output stay with "
                                        "the port that has them");
    if (!lathe_serial_open_end(definition, &end, &pty, error))
        return FALSE;
    g_mutex_lock(&serial->input_lock);
    old = serial_exchange(serial, definition, &end, pty);
    if (serial->chardev != NULL)
        serial_open_inner(serial);
    g_mutex_unlock(&serial->input_lock);
    emu_chardev_backend_close(&old);
    return TRUE;
}

/* ---- the main loop's side ---- */

/* What was typed for the guest that is gone is not for the next one. */
static void serial_emit_reset(LatheSerial *serial)
{
    g_byte_array_set_size(serial->waiting, 0);
    serial->breaking = FALSE;
    g_signal_emit(serial, serial_signals[SIGNAL_RESET], 0);
}

static void serial_emit_output(LatheSerial *serial, const guint8 *data, gsize length)
{
    if (length == 0)
        return;
    GBytes *bytes = g_bytes_new(data, length);
    g_signal_emit(serial, serial_signals[SIGNAL_OUTPUT], 0, bytes);
    g_bytes_unref(bytes);
}

static void serial_emit_dropped(LatheSerial *serial, guint64 dropped)
{
    g_autofree char *note =
        g_strdup_printf("\r\n[%" G_GUINT64_FORMAT " bytes came too fast]\r\n", dropped);

    serial_emit_output(serial, (const guint8 *)note, strlen(note));
}

static void serial_tell_listening(LatheSerial *serial, bool listening)
{
    if (listening == serial->told)
        return;
    serial->told = listening;
    g_signal_emit(serial, serial_signals[SIGNAL_LISTENING], 0, (gboolean)listening);
}

/* A channel that was closed and opened again meanwhile was closed all the same. */
static void serial_tell_openings(LatheSerial *serial, guint openings)
{
    if (openings == serial->told_openings)
        return;
    serial->told_openings = openings;
    serial_tell_listening(serial, false);
    serial_tell_listening(serial, true);
}

void lathe_serial_flush(LatheSerial *serial)
{
    gsize offset = 0;

    g_mutex_lock(&serial->output_lock);
    g_autoptr(GByteArray) output = serial->output;
    g_autoptr(GArray) resets = serial->resets;
    guint64 dropped = serial->dropped;
    bool listening = serial->listening;
    guint openings = serial->openings;
    serial->output = g_byte_array_new();
    serial->resets = g_array_new(FALSE, FALSE, sizeof(gsize));
    serial->dropped = 0;
    serial->last_batch = g_get_monotonic_time();
    g_mutex_unlock(&serial->output_lock);

    serial_tell_openings(serial, openings);
    for (guint i = 0; i < resets->len; i++) {
        gsize end = g_array_index(resets, gsize, i);
        serial_emit_output(serial, output->data + offset, end - offset);
        serial_emit_reset(serial);
        offset = end;
    }
    serial_emit_output(serial, output->data + offset, output->len - offset);
    if (dropped != 0)
        serial_emit_dropped(serial, dropped);
    serial_tell_listening(serial, listening);
}

static gboolean serial_output_ready(gpointer data)
{
    LatheSerial *serial = g_object_ref(data);

    g_source_set_ready_time(serial->output_source, -1);
    lathe_serial_flush(serial);
    g_object_unref(serial);
    return G_SOURCE_CONTINUE;
}

/* True: all of these bytes were taken. */
static bool serial_pump_some(LatheSerial *serial, gsize length)
{
    size_t taken = emu_chardev_input(serial->chardev, serial->waiting->data, length);

    if (taken == 0)
        return length == 0;
    g_byte_array_remove_range(serial->waiting, 0, (guint)taken);
    serial->before_break -= MIN(taken, serial->before_break);
    return taken == length;
}

/* Moves from the waiting room to the guest; returns whether it is empty now. */
static bool serial_pump(LatheSerial *serial)
{
    g_mutex_lock(&serial->input_lock);
    if (serial->chardev != NULL && serial->breaking &&
        serial_pump_some(serial, serial->before_break)) {
        emu_chardev_break(serial->chardev);
        serial->breaking = FALSE;
    }
    if (serial->chardev != NULL && !serial->breaking)
        serial_pump_some(serial, serial->waiting->len);
    g_mutex_unlock(&serial->input_lock);
    return serial->waiting->len == 0;
}

static gboolean serial_input_ready(gpointer data)
{
    LatheSerial *serial = g_object_ref(data);
    bool had_some = serial->waiting->len != 0;

    g_source_set_ready_time(serial->input_source, -1);
    if (serial_pump(serial) && had_some)
        g_signal_emit(serial, serial_signals[SIGNAL_DRAINED], 0);
    g_object_unref(serial);
    return G_SOURCE_CONTINUE;
}

gsize lathe_serial_send(LatheSerial *serial, const void *data, gsize length)
{
    gsize room = SERIAL_WAITING_MAX - serial->waiting->len;
    gsize taken = MIN(length, room);

    g_byte_array_append(serial->waiting, data, (guint)taken);
    serial_pump(serial);
    return taken;
}

void lathe_serial_send_break(LatheSerial *serial)
{
    serial->breaking = TRUE;
    serial->before_break = serial->waiting->len;
    serial_pump(serial);
}

/* The lock is for a machine that is being made on another thread. */
void lathe_serial_resize(LatheSerial *serial, guint columns, guint rows)
{
    g_mutex_lock(&serial->input_lock);
    serial->columns = MIN(columns, G_MAXUINT16);
    serial->rows = MIN(rows, G_MAXUINT16);
    if (serial->chardev != NULL)
        emu_chardev_resize(serial->chardev, serial->columns, serial->rows);
    g_mutex_unlock(&serial->input_lock);
}

/* The last word counts for a machine that is being made. */
void lathe_serial_set_connected(LatheSerial *serial, gboolean connected)
{
    g_byte_array_set_size(serial->waiting, 0);
    g_mutex_lock(&serial->input_lock);
    serial->connected = connected;
    if (serial->chardev != NULL)
        emu_chardev_set_connected(serial->chardev, connected);
    g_mutex_unlock(&serial->input_lock);
}

gsize lathe_serial_get_waiting(LatheSerial *serial)
{
    return serial->waiting->len;
}

void lathe_serial_note_reset(LatheSerial *serial)
{
    lathe_serial_flush(serial);
    serial_emit_reset(serial);
}

const char *lathe_serial_get_name(LatheSerial *serial)
{
    return serial->name;
}

const char *lathe_serial_get_title(LatheSerial *serial)
{
    return serial->title;
}

char *lathe_serial_dup_location(LatheSerial *serial)
{
    char *location = NULL;

    g_mutex_lock(&serial->inner_lock);
    if (serial->definition.kind == LATHE_SERIAL_PTY)
        location = g_strconcat("pty:", serial->pty_name ? serial->pty_name : "", NULL);
    else if (serial->definition.kind != LATHE_SERIAL_TAB)
        location = lathe_serial_definition_format(&serial->definition);
    g_mutex_unlock(&serial->inner_lock);
    return location;
}

static enum lathe_serial_kind serial_get_kind(LatheSerial *serial)
{
    g_mutex_lock(&serial->inner_lock);
    enum lathe_serial_kind kind = serial->definition.kind;
    g_mutex_unlock(&serial->inner_lock);
    return kind;
}

/* What an agent says is for programs. */
gboolean lathe_serial_is_visible(LatheSerial *serial)
{
    enum lathe_serial_kind kind = serial_get_kind(serial);

    return kind != LATHE_SERIAL_NULL &&
           (kind != LATHE_SERIAL_TAB || strcmp(serial->title, LATHE_SPICE_CHANNEL) != 0);
}

gboolean lathe_serial_is_listening(LatheSerial *serial)
{
    return serial->told;
}

gboolean lathe_serial_is_channel(LatheSerial *serial)
{
    return serial->channel;
}

gboolean lathe_serial_is_stdio(LatheSerial *serial)
{
    return serial_get_kind(serial) == LATHE_SERIAL_STDIO;
}

/* ---- the object ---- */

static gboolean serial_source_dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    return callback(data);
}

static GSourceFuncs serial_source_funcs = {.dispatch = serial_source_dispatch};

/* A source on the default main context that sleeps until its ready time is set. */
static GSource *serial_source_new(LatheSerial *serial, GSourceFunc callback)
{
    GSource *source = g_source_new(&serial_source_funcs, sizeof(GSource));

    g_source_set_callback(source, callback, serial, NULL);
    g_source_set_ready_time(source, -1);
    g_source_attach(source, NULL);
    return source;
}

/* Takes the names. */
static LatheSerial *serial_new(const struct lathe_serial_definition *definition, char *name,
                               char *title)
{
    LatheSerial *serial = g_object_new(LATHE_TYPE_SERIAL, NULL);

    serial->definition =
        (struct lathe_serial_definition){definition->kind, g_strdup(definition->path)};
    serial->name = name;
    serial->title = title;
    return serial;
}

LatheSerial *lathe_serial_new(unsigned index, const struct lathe_serial_definition *definition)
{
    return serial_new(definition, g_strdup_printf("serial%u", index),
                      g_strdup_printf(_("Serial %u"), index + 1));
}

LatheSerial *lathe_serial_new_console(unsigned index,
                                      const struct lathe_serial_definition *definition)
{
    /* Translators: a terminal of the guest, and its number */
    return serial_new(definition, g_strdup_printf("console%u", index),
                      g_strdup_printf(_("Console %u"), index + 1));
}

LatheSerial *lathe_serial_new_channel(unsigned index,
                                      const struct lathe_channel_definition *definition)
{
    LatheSerial *serial = serial_new(&definition->end, g_strdup_printf("channel%u", index),
                                     g_strdup(definition->name));

    serial->channel = TRUE;
    return serial;
}

LatheSerial *lathe_serial_new_redirect(unsigned index)
{
    static const struct lathe_serial_definition nowhere = {.kind = LATHE_SERIAL_NULL};
    LatheSerial *serial = serial_new(&nowhere, g_strdup_printf("redirect%u", index),
                                     g_strdup_printf("USB %u", index + 1));

    serial->prompt = TRUE;
    return serial;
}

static void lathe_serial_init(LatheSerial *serial)
{
    g_mutex_init(&serial->output_lock);
    g_mutex_init(&serial->input_lock);
    g_mutex_init(&serial->inner_lock);
    serial->output = g_byte_array_new();
    serial->resets = g_array_new(FALSE, FALSE, sizeof(gsize));
    serial->waiting = g_byte_array_new();
    serial->output_source = serial_source_new(serial, serial_output_ready);
    serial->input_source = serial_source_new(serial, serial_input_ready);
}

void lathe_serial_close(LatheSerial *serial)
{
    g_source_destroy(serial->output_source);
    g_source_destroy(serial->input_source);
}

static void lathe_serial_finalize(GObject *object)
{
    LatheSerial *serial = LATHE_SERIAL(object);

    lathe_serial_close(serial);
    g_source_unref(serial->output_source);
    g_source_unref(serial->input_source);
    g_byte_array_unref(serial->output);
    g_array_unref(serial->resets);
    g_byte_array_unref(serial->waiting);
    g_mutex_clear(&serial->output_lock);
    g_mutex_clear(&serial->input_lock);
    g_mutex_clear(&serial->inner_lock);
    g_free(serial->name);
    g_free(serial->title);
    g_free(serial->definition.path);
    free(serial->pty_name);
    G_OBJECT_CLASS(lathe_serial_parent_class)->finalize(object);
}

static void lathe_serial_class_init(LatheSerialClass *class)
{
    GType type = G_TYPE_FROM_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = lathe_serial_finalize;
    serial_signals[SIGNAL_OUTPUT] = g_signal_new("output", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                                 NULL, G_TYPE_NONE, 1, G_TYPE_BYTES);
    serial_signals[SIGNAL_RESET] =
        g_signal_new("reset", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    serial_signals[SIGNAL_DRAINED] =
        g_signal_new("drained", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    serial_signals[SIGNAL_LISTENING] = g_signal_new("listening", type, G_SIGNAL_RUN_LAST, 0, NULL,
                                                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}
