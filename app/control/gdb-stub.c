/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The life of a stub: packets in, replies out, and run control. Several processors may hit breaks
 * at once, and a break may be hit while gdb interrupts: gdb is told one at a time, and the others
 * wait until it lets the machine go.
 */
#include "app/control/gdb-stub.h"

#include <stdlib.h>
#include <string.h>

#include "app/control/gdb-stub-private.h"

#define STUB_MAX_WAITING 256
#define STUB_SIGTRAP     5
#define STUB_SIGINT      2

/* ---- replies ---- */

static void stub_send(struct gdb_stub *stub, const GString *payload)
{
    g_byte_array_set_size(stub->last, 0);
    gdb_packet_append(stub->last, payload->str, payload->len);
    g_byte_array_append(stub->out, stub->last->data, stub->last->len);
}

enum gdb_answer gdb_say(struct gdb_stub *stub, const char *text)
{
    g_string_append(stub->reply, text);
    return GDB_ANSWER;
}

enum gdb_answer gdb_say_if(struct gdb_stub *stub, bool good, const char *otherwise)
{
    return gdb_say(stub, good ? "OK" : otherwise);
}

unsigned gdb_stub_cpus(const struct gdb_stub *stub)
{
    return stub->ops->cpus(stub->opaque);
}

bool gdb_take_thread(struct gdb_stub *stub, const char **cursor, unsigned *cpu)
{
    uint64_t number;
    bool all = gdb_take_char(cursor, '-');

    if (!gdb_take_number(cursor, &number) || (all && number != 1))
        return false;
    *cpu = all || number == 0 ? stub->cpu : (unsigned)(number - 1);
    return all || number <= gdb_stub_cpus(stub);
}

/* ---- stops ---- */

enum emu_break_kind gdb_break_kind(unsigned type)
{
    static const enum emu_break_kind kinds[] = {EMU_BREAK_EXECUTE, EMU_BREAK_EXECUTE,
                                                EMU_BREAK_WRITE, EMU_BREAK_READ, EMU_BREAK_ACCESS};

    return kinds[type];
}

/* The break that an event is of, or NULL: gdb has removed it meanwhile. */
static const struct gdb_break *stub_find_cause(const struct gdb_stub *stub,
                                               const struct emu_debug_event *event)
{
    for (guint i = 0; i < stub->breaks->len; i++) {
        const struct gdb_break *row = &g_array_index(stub->breaks, struct gdb_break, i);
        uint64_t length = event->stop == EMU_DEBUG_BREAK ? 1 : row->length;
        if (gdb_break_kind(row->type) == event->kind && event->address - row->address < length)
            return row;
    }
    return NULL;
}

static void stub_append_cause(struct gdb_stub *stub, const struct emu_debug_event *event)
{
    static const char *const watches[] = {
        [EMU_BREAK_WRITE] = "watch", [EMU_BREAK_READ] = "rwatch", [EMU_BREAK_ACCESS] = "awatch"};
    const struct gdb_break *cause = stub_find_cause(stub, event);

    if (event->stop == EMU_DEBUG_WATCH)
        g_string_append_printf(stub->stop, "%s:%" G_GINT64_MODIFIER "x;", watches[event->kind],
                               event->address);
    else if (cause != NULL && cause->type == 0 && stub->swbreak)
        g_string_append(stub->stop, "swbreak:;");
    else if (cause != NULL && cause->type == 1 && stub->hwbreak)
        g_string_append(stub->stop, "hwbreak:;");
}

/* Makes the stop reply; event NULL: there is none but the signal. */
static void stub_note_stop(struct gdb_stub *stub, unsigned signal,
                           const struct emu_debug_event *event)
{
    if (event != NULL)
        stub->cpu = event->vcpu;
    stub->step_cpu = stub->cpu;
    stub->run = GDB_STOPPED;
    g_string_printf(stub->stop, "T%02xthread:%x;", signal, stub->cpu + 1);
    if (event != NULL && event->stop != EMU_DEBUG_STEP)
        stub_append_cause(stub, event);
}

/* Another processor's event may have come between: pausing again costs nothing. */
static void stub_tell_stop(struct gdb_stub *stub, unsigned signal,
                           const struct emu_debug_event *event)
{
    stub->ops->pause(stub->opaque);
    stub_note_stop(stub, signal, event);
    stub_send(stub, stub->stop);
}

static void stub_on_step(struct gdb_stub *stub, const struct emu_debug_event *event)
{
    if (stub->run == GDB_STEPPING)
        stub_tell_stop(stub, STUB_SIGTRAP, event);
    else if (stub->run == GDB_RUNNING) /* of a step that gdb interrupted */
        stub->ops->resume(stub->opaque);
}

void gdb_stub_event(struct gdb_stub *stub, const struct emu_debug_event *event)
{
    if (event->stop == EMU_DEBUG_STEP)
        stub_on_step(stub, event);
    else if (stub->run == GDB_RUNNING || stub->run == GDB_STEPPING)
        stub_tell_stop(stub, STUB_SIGTRAP, event);
    else if (stub->run == GDB_STOPPED && stub->waiting->len < STUB_MAX_WAITING)
        g_array_append_val(stub->waiting, *event);
}

void gdb_stub_ended(struct gdb_stub *stub, int exit_status)
{
    bool tell = stub->run == GDB_RUNNING || stub->run == GDB_STEPPING;

    if (stub->run == GDB_ENDED)
        return;
    stub->run = GDB_ENDED;
    g_array_set_size(stub->breaks, 0); /* they went with the machine */
    g_string_printf(stub->stop, "W%02x", (unsigned)exit_status & 0xff);
    if (tell)
        stub_send(stub, stub->stop);
}

static void stub_interrupt(struct gdb_stub *stub)
{
    if (stub->run == GDB_RUNNING || stub->run == GDB_STEPPING)
        stub_tell_stop(stub, STUB_SIGINT, NULL);
}

/* ---- going on ---- */

/* Tells a stop that waited, if its break is still there. */
static bool stub_tell_waiting(struct gdb_stub *stub)
{
    while (stub->waiting->len != 0) {
        struct emu_debug_event event = g_array_index(stub->waiting, struct emu_debug_event, 0);
        g_array_remove_index(stub->waiting, 0);
        if (stub_find_cause(stub, &event) != NULL) {
            stub_tell_stop(stub, STUB_SIGTRAP, &event);
            return true;
        }
    }
    return false;
}

enum gdb_answer gdb_stub_resume(struct gdb_stub *stub)
{
    if (stub->run == GDB_ENDED)
        return gdb_say(stub, stub->stop->str);
    if (stub_tell_waiting(stub))
        return GDB_LATER;
    stub->run = GDB_RUNNING;
    stub->ops->resume(stub->opaque);
    return GDB_LATER;
}

/* A processor that moves on leaves the break that it waits at. */
static void stub_forget_waiting(struct gdb_stub *stub, unsigned cpu)
{
    for (guint i = stub->waiting->len; i-- > 0;) {
        if (g_array_index(stub->waiting, struct emu_debug_event, i).vcpu == cpu)
            g_array_remove_index(stub->waiting, i);
    }
}

enum gdb_answer gdb_stub_step(struct gdb_stub *stub, unsigned cpu)
{
    if (stub->run == GDB_ENDED)
        return gdb_say(stub, stub->stop->str);
    stub_forget_waiting(stub, cpu);
    stub->run = GDB_STEPPING;
    stub->step_cpu = cpu;
    stub->ops->step(stub->opaque, cpu);
    return GDB_LATER;
}

void gdb_stub_remove_breaks(struct gdb_stub *stub)
{
    for (guint i = 0; i < stub->breaks->len; i++) {
        const struct gdb_break *row = &g_array_index(stub->breaks, struct gdb_break, i);
        stub->ops->remove_break(stub->opaque, gdb_break_kind(row->type), row->address, row->length);
    }
    g_array_set_size(stub->breaks, 0);
    g_array_set_size(stub->waiting, 0);
}

/* ---- input ---- */

static void stub_answer(struct gdb_stub *stub, const char *packet, size_t length)
{
    g_string_truncate(stub->reply, 0);
    if (gdb_commands_run(stub, packet, length) == GDB_ANSWER)
        stub_send(stub, stub->reply);
}

static void stub_acknowledge(struct gdb_stub *stub, char sign)
{
    if (!stub->no_ack)
        g_byte_array_append(stub->out, (const guint8 *)&sign, 1);
}

/* A packet that cannot be taken: asking again would bring the same one. */
static void stub_refuse(struct gdb_stub *stub)
{
    g_string_assign(stub->reply, GDB_E_INVALID);
    stub_send(stub, stub->reply);
}

static void stub_bad_checksum(struct gdb_stub *stub)
{
    stub_acknowledge(stub, '-');
    if (stub->no_ack)
        stub_refuse(stub);
}

static void stub_take(struct gdb_stub *stub, enum gdb_input input)
{
    switch (input) {
    case GDB_INPUT_PACKET:
        stub_acknowledge(stub, '+');
        stub_answer(stub, stub->parser.data, stub->parser.length);
        break;
    case GDB_INPUT_BAD:
        stub_bad_checksum(stub);
        break;
    case GDB_INPUT_TOO_LONG:
        stub_acknowledge(stub, '+');
        stub_refuse(stub);
        break;
    case GDB_INPUT_INTERRUPT:
        stub_interrupt(stub);
        break;
    case GDB_INPUT_NAK:
        if (!stub->no_ack && stub->out->len < GDB_PACKET_MAX)
            g_byte_array_append(stub->out, stub->last->data, stub->last->len);
        break;
    default:
        break;
    }
}

void gdb_stub_input(struct gdb_stub *stub, const uint8_t *data, size_t length)
{
    while (length != 0 && !stub->done)
        stub_take(stub, gdb_parser_feed(&stub->parser, &data, &length));
}

/* ---- life ---- */

struct gdb_stub *gdb_stub_new(const struct gdb_target_ops *ops, void *opaque)
{
    struct gdb_stub *stub = g_new0(struct gdb_stub, 1);

    stub->ops = ops;
    stub->opaque = opaque;
    stub->breaks = g_array_new(FALSE, FALSE, sizeof(struct gdb_break));
    stub->waiting = g_array_new(FALSE, FALSE, sizeof(struct emu_debug_event));
    stub->stop = g_string_new(NULL);
    stub->reply = g_string_new(NULL);
    stub->out = g_byte_array_new();
    stub->last = g_byte_array_new();
    stub_note_stop(stub, STUB_SIGTRAP, NULL);
    return stub;
}

void gdb_stub_free(struct gdb_stub *stub)
{
    if (stub == NULL)
        return;
    gdb_stub_remove_breaks(stub);
    g_array_unref(stub->breaks);
    g_array_unref(stub->waiting);
    g_string_free(stub->stop, TRUE);
    g_string_free(stub->reply, TRUE);
    g_byte_array_unref(stub->out);
    g_byte_array_unref(stub->last);
    free(stub->xml);
    g_free(stub);
}

GByteArray *gdb_stub_output(struct gdb_stub *stub)
{
    return stub->out;
}

bool gdb_stub_is_done(const struct gdb_stub *stub)
{
    return stub->done;
}

bool gdb_stub_is_stopped(const struct gdb_stub *stub)
{
    return stub->run == GDB_STOPPED;
}
