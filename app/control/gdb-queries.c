/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of gdb's remote protocol that ask what there is: features, threads, "monitor". */
#include <stdlib.h>
#include <string.h>

#include "app/control/gdb-stub-private.h"

#define QUERIES_LINE_MAX 1024 /* of "monitor" */

/* Is word one of the ';'-separated features? */
static bool queries_has_feature(const char *list, const char *word)
{
    g_auto(GStrv) words = g_strsplit(list, ";", -1);

    return g_strv_contains((const char *const *)words, word);
}

static enum gdb_answer queries_supported(struct gdb_stub *stub)
{
    const char *list = stub->args;

    gdb_take_char(&list, ':');
    stub->swbreak = queries_has_feature(list, "swbreak+");
    stub->hwbreak = queries_has_feature(list, "hwbreak+");
    g_string_append_printf(stub->reply,
                           "PacketSize=%x;QStartNoAckMode+;qXfer:features:read+;swbreak+;hwbreak+;"
                           "vContSupported+",
                           GDB_PACKET_MAX);
    return GDB_ANSWER;
}

static enum gdb_answer queries_no_ack(struct gdb_stub *stub)
{
    stub->no_ack = true;
    return gdb_say(stub, "OK");
}

/* ---- the target description ---- */

static bool queries_have_xml(struct gdb_stub *stub)
{
    if (stub->xml == NULL && gdb_stub_cpus(stub) != 0)
        stub->xml = stub->ops->describe(stub->opaque);
    return stub->xml != NULL;
}

/* "target.xml:OFFSET,LENGTH" */
static enum gdb_answer queries_features(struct gdb_stub *stub)
{
    static const char name[] = "target.xml:";
    const char *cursor = stub->args + strlen(name);
    uint64_t offset, length;

    if (!g_str_has_prefix(stub->args, name) || !queries_have_xml(stub))
        return gdb_say(stub, "E00");
    if (!gdb_take_number(&cursor, &offset) || !gdb_take_char(&cursor, ',') ||
        !gdb_take_number(&cursor, &length))
        return gdb_say(stub, GDB_E_INVALID);
    size_t whole = strlen(stub->xml);
    size_t from = (size_t)MIN(offset, whole);
    size_t part = (size_t)MIN(MIN(length, whole - from), GDB_PACKET_MAX / 2);
    g_string_append_c(stub->reply, from + part < whole ? 'm' : 'l');
    g_string_append_len(stub->reply, stub->xml + from, (gssize)part);
    return GDB_ANSWER;
}

/* ---- threads ---- */

static enum gdb_answer queries_first_threads(struct gdb_stub *stub)
{
    unsigned cpus = gdb_stub_cpus(stub);

    if (cpus == 0)
        return gdb_say(stub, "l");
    for (unsigned i = 0; i < cpus; i++)
        g_string_append_printf(stub->reply, "%c%x", i == 0 ? 'm' : ',', i + 1);
    return GDB_ANSWER;
}

static enum gdb_answer queries_more_threads(struct gdb_stub *stub)
{
    return gdb_say(stub, "l");
}

static enum gdb_answer queries_current_thread(struct gdb_stub *stub)
{
    if (stub->args_length == 0) /* "qCRC" is another one */
        g_string_append_printf(stub->reply, "QC%x", stub->cpu + 1);
    return GDB_ANSWER;
}

static enum gdb_answer queries_thread_info(struct gdb_stub *stub)
{
    const char *cursor = stub->args;
    unsigned cpu;

    if (!gdb_take_char(&cursor, ',') || !gdb_take_thread(stub, &cursor, &cpu) ||
        gdb_stub_cpus(stub) == 0)
        return gdb_say(stub, GDB_E_INVALID);
    g_autofree char *text =
        g_strdup_printf("CPU %u: %s", cpu, stub->ops->cpu_state(stub->opaque, cpu));
    gdb_hex_append(stub->reply, text, strlen(text));
    return GDB_ANSWER;
}

static enum gdb_answer queries_attached(struct gdb_stub *stub)
{
    return gdb_say(stub, "1");
}

/* ---- "monitor" ---- */

static enum gdb_answer queries_monitor(struct gdb_stub *stub)
{
    char line[QUERIES_LINE_MAX + 1] = {0};
    const char *cursor = stub->args;
    size_t length = stub->args_length / 2;

    if (!gdb_take_char(&cursor, ',') || length > QUERIES_LINE_MAX ||
        stub->args_length != 2 * length + 1 || !gdb_hex_decode(cursor, line, length))
        return gdb_say(stub, GDB_E_INVALID);
    g_autoptr(GString) text = g_string_new(NULL);
    gdb_monitor_run(stub, line, text);
    gdb_hex_append(stub->reply, text->str, MIN(text->len, GDB_PACKET_MAX / 2));
    if (text->len == 0)
        gdb_say(stub, "OK");
    return GDB_ANSWER;
}

const struct gdb_command gdb_queries[] = {
    {"qSupported", queries_supported, false},
    {"QStartNoAckMode", queries_no_ack, false},
    {"qXfer:features:read:", queries_features, false},
    {"qfThreadInfo", queries_first_threads, false},
    {"qsThreadInfo", queries_more_threads, false},
    {"qThreadExtraInfo", queries_thread_info, false},
    {"qC", queries_current_thread, false},
    {"qAttached", queries_attached, false},
    {"qRcmd", queries_monitor, false},
    {NULL, NULL, false},
};
