/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gdb's remote protocol without gdb: the framing, and the stub over a small made-up machine with
 * three processors, four registers and 64 KiB of memory.
 */
#include "app/control/gdb-packet.h"
#include "app/control/gdb-stub.h"
#include "tests/test.h"

#define RIG_CPUS   3
#define RIG_MEMORY 65536

struct rig {
    struct gdb_stub *stub;
    uint64_t registers[RIG_CPUS][3];
    uint8_t small[RIG_CPUS];
    uint8_t memory[RIG_MEMORY];
    unsigned cpus;
    unsigned breaks, resumed, paused, reset, pressed, ended;
    int stepped; /* the last one, or -1 */
    bool jit;
    GString *seen;
};

static const struct emu_debug_register rig_registers[] = {{"a", "x", "int64", 64},
                                                          {"b", "x", "int64", 64},
                                                          {"pc", "x", "code_ptr", 64},
                                                          {"f", "x", "int8", 8}};

static unsigned rig_cpus(void *opaque)
{
    return ((struct rig *)opaque)->cpus;
}

static const struct emu_debug_register *rig_list(void *opaque, size_t *count)
{
    *count = 4;
    return rig_registers;
}

static char *rig_describe(void *opaque)
{
    return strdup("<target>*}#$</target>");
}

static const char *rig_state(void *opaque, unsigned cpu)
{
    return cpu == 0 ? "running" : "halted";
}

static void *rig_place(struct rig *rig, unsigned cpu, size_t index)
{
    return index == 3 ? (void *)&rig->small[cpu] : &rig->registers[cpu][index];
}

static bool rig_read_register(void *opaque, unsigned cpu, size_t index, void *out)
{
    memcpy(out, rig_place(opaque, cpu, index), rig_registers[index].bits / 8);
    return true;
}

static bool rig_write_register(void *opaque, unsigned cpu, size_t index, const void *value)
{
    memcpy(rig_place(opaque, cpu, index), value, rig_registers[index].bits / 8);
    return true;
}

static bool rig_has(uint64_t address, size_t length)
{
    return length <= RIG_MEMORY && address <= RIG_MEMORY - length;
}

static bool rig_read_memory(void *opaque, unsigned cpu, uint64_t address, void *out, size_t length)
{
    if (!rig_has(address, length))
        return false;
    memcpy(out, ((struct rig *)opaque)->memory + address, length);
    return true;
}

static bool rig_write_memory(void *opaque, unsigned cpu, uint64_t address, const void *data,
                             size_t length)
{
    if (!rig_has(address, length))
        return false;
    memcpy(((struct rig *)opaque)->memory + address, data, length);
    return true;
}

static bool rig_insert(void *opaque, enum emu_break_kind kind, uint64_t address, uint64_t length)
{
    if (address == 0xbad)
        return false;
    ((struct rig *)opaque)->breaks++;
    return true;
}

static bool rig_remove(void *opaque, enum emu_break_kind kind, uint64_t address, uint64_t length)
{
    ((struct rig *)opaque)->breaks--;
    return true;
}

static void rig_resume(void *opaque)
{
    ((struct rig *)opaque)->resumed++;
}

static void rig_step(void *opaque, unsigned cpu)
{
    ((struct rig *)opaque)->stepped = (int)cpu;
}

static void rig_pause(void *opaque)
{
    ((struct rig *)opaque)->paused++;
}

static void rig_reset(void *opaque)
{
    ((struct rig *)opaque)->reset++;
}

static void rig_press(void *opaque)
{
    ((struct rig *)opaque)->pressed++;
}

static void rig_end(void *opaque)
{
    ((struct rig *)opaque)->ended++;
}

static const char *rig_engine(void *opaque)
{
    return ((struct rig *)opaque)->jit ? "jit" : "interp";
}

static bool rig_set_engine(void *opaque, const char *name, struct emu_error *error)
{
    struct rig *rig = opaque;

    if (strcmp(name, "jit") != 0 && strcmp(name, "interp") != 0) {
        g_strlcpy(error->text, "No such engine", sizeof(error->text));
        return false;
    }
    rig->jit = strcmp(name, "jit") == 0;
    return true;
}

static const struct gdb_target_ops rig_ops = {
    rig_cpus,          rig_list,           rig_describe,    rig_state,
    rig_read_register, rig_write_register, rig_read_memory, rig_write_memory,
    rig_insert,        rig_remove,         rig_resume,      rig_step,
    rig_pause,         rig_reset,          rig_press,       rig_end,
    rig_engine,        rig_set_engine,
};

static struct rig *rig_new(void)
{
    struct rig *rig = g_new0(struct rig, 1);

    rig->cpus = RIG_CPUS;
    rig->stepped = -1;
    rig->seen = g_string_new(NULL);
    rig->stub = gdb_stub_new(&rig_ops, rig);
    return rig;
}

static void rig_free(struct rig *rig)
{
    gdb_stub_free(rig->stub);
    CHECK_EQ(rig->breaks, 0);
    g_string_free(rig->seen, TRUE);
    g_free(rig);
}

/* What the stub has to send, taken away. */
static const char *rig_take(struct rig *rig)
{
    GByteArray *out = gdb_stub_output(rig->stub);

    g_string_truncate(rig->seen, 0);
    g_string_append_len(rig->seen, (const char *)out->data, out->len);
    g_byte_array_set_size(out, 0);
    return rig->seen->str;
}

static const char *rig_raw(struct rig *rig, const char *bytes)
{
    gdb_stub_input(rig->stub, (const uint8_t *)bytes, strlen(bytes));
    return rig_take(rig);
}

static void rig_send_bytes(struct rig *rig, const char *payload, size_t length)
{
    g_autoptr(GByteArray) packet = g_byte_array_new();

    gdb_packet_append(packet, payload, length);
    gdb_stub_input(rig->stub, packet->data, packet->len);
}

/* The answer's text: without "+", '$' and checksum, which must be right. */
static const char *rig_strip(struct rig *rig)
{
    g_autofree char *raw = g_strdup(rig_take(rig));
    const char *start = strchr(raw, '$'), *end = strrchr(raw, '#');
    uint8_t sum = 0;

    g_string_truncate(rig->seen, 0);
    if (start == NULL || end == NULL)
        return rig->seen->str;
    for (const char *c = start + 1; c < end; c++)
        sum += (uint8_t)*c;
    CHECK_EQ(strtoul(end + 1, NULL, 16), sum);
    g_string_append_len(rig->seen, start + 1, end - start - 1);
    return rig->seen->str;
}

static const char *rig_ask(struct rig *rig, const char *payload)
{
    rig_send_bytes(rig, payload, strlen(payload));
    return rig_strip(rig);
}

static const char *rig_event(struct rig *rig, enum emu_debug_stop stop, unsigned cpu,
                             enum emu_break_kind kind, uint64_t address)
{
    const struct emu_debug_event event = {stop, cpu, kind, address};

    gdb_stub_event(rig->stub, &event);
    return rig_strip(rig);
}

/* ---- framing ---- */

static enum gdb_input feed(struct gdb_parser *parser, const char *text)
{
    const uint8_t *data = (const uint8_t *)text;
    size_t length = strlen(text);
    enum gdb_input event = gdb_parser_feed(parser, &data, &length);

    CHECK(event == GDB_INPUT_NONE || length == 0);
    return event;
}

static void test_parser(void)
{
    struct gdb_parser *parser = g_new0(struct gdb_parser, 1);

    CHECK_EQ(feed(parser, "+"), GDB_INPUT_ACK);
    CHECK_EQ(feed(parser, "-"), GDB_INPUT_NAK);
    CHECK_EQ(feed(parser, "\x03"), GDB_INPUT_INTERRUPT);
    CHECK_EQ(feed(parser, "zz$OK#9a"), GDB_INPUT_PACKET);
    CHECK_STR(parser->data, "OK");
    CHECK_EQ(feed(parser, "$O"), GDB_INPUT_NONE);
    CHECK_EQ(feed(parser, "K#9"), GDB_INPUT_NONE);
    CHECK_EQ(feed(parser, "A"), GDB_INPUT_PACKET);
    CHECK_EQ(feed(parser, "$OK#9b"), GDB_INPUT_BAD);
    CHECK_EQ(feed(parser, "$OK#z9"), GDB_INPUT_BAD);
    CHECK_EQ(feed(parser, "$}#7d"), GDB_INPUT_BAD);
    CHECK_EQ(feed(parser, "$}\x03}]#dd"), GDB_INPUT_BAD);
    CHECK_EQ(feed(parser, "$}\x03}]#5a"), GDB_INPUT_PACKET);
    CHECK_STR(parser->data, "#}");
    CHECK_EQ(feed(parser, "$half$#00"), GDB_INPUT_PACKET);
    CHECK_EQ(parser->length, 0);
    g_free(parser);
}

static void test_long_packets(void)
{
    struct rig *rig = rig_new();
    g_autofree char *much = g_malloc0(GDB_PACKET_MAX + 2);

    memset(much, 'A', GDB_PACKET_MAX + 1);
    CHECK_STR(rig_ask(rig, much), "E16");
    much[GDB_PACKET_MAX] = '\0';
    CHECK_STR(rig_ask(rig, much), ""); /* fits, and is no command */
    CHECK_STR(rig_ask(rig, "qC"), "QC1");
    rig_free(rig);
}

static void test_encoder(void)
{
    g_autoptr(GByteArray) out = g_byte_array_new();

    gdb_packet_append(out, "a#}*$b", 6);
    g_byte_array_append(out, (const guint8 *)"", 1);
    CHECK_STR((const char *)out->data, "$a}\x03}]}\x0a}\x04"
                                       "b#25");
}

static void test_numbers(void)
{
    const char *text = "1f,ffffffffffffffff,10000000000000000";
    uint64_t number;

    CHECK(gdb_take_number(&text, &number));
    CHECK_EQ(number, 0x1f);
    CHECK(gdb_take_char(&text, ','));
    CHECK(gdb_take_number(&text, &number));
    CHECK_EQ(number, UINT64_MAX);
    CHECK(!gdb_take_number(&text, &number));
    CHECK(gdb_take_char(&text, ','));
    CHECK(!gdb_take_number(&text, &number));
    text = "";
    CHECK(!gdb_take_number(&text, &number));
    CHECK(!gdb_take_char(&text, '\0'));
}

static void test_acks(void)
{
    struct rig *rig = rig_new();

    CHECK_STR(rig_raw(rig, "$qC#b4"), "+$QC1#c5");
    CHECK_STR(rig_raw(rig, "-"), "$QC1#c5");
    CHECK_STR(rig_raw(rig, "$qC#00"), "-");
    CHECK_STR(rig_raw(rig, "+"), "");
    CHECK_STR(rig_raw(rig, "$QStartNoAckMode#b0"), "+$OK#9a");
    CHECK_STR(rig_raw(rig, "$qC#b4"), "$QC1#c5");
    CHECK_STR(rig_raw(rig, "-"), "");
    CHECK_STR(rig_raw(rig, "$qC#00"), "$E16#ac");
    rig_free(rig);
}

/* ---- commands ---- */

static void test_registers(void)
{
    struct rig *rig = rig_new();

    rig->registers[0][0] = 0x1122;
    rig->small[1] = 0x5a;
    CHECK_STR(rig_ask(rig, "g"), "2211000000000000"
                                 "0000000000000000"
                                 "0000000000000000"
                                 "00");
    CHECK_STR(rig_ask(rig, "p0"), "2211000000000000");
    CHECK_STR(rig_ask(rig, "P1=0100000000000080"), "OK");
    CHECK_EQ(rig->registers[0][1], 0x8000000000000001);
    CHECK_STR(rig_ask(rig, "Hg2"), "OK");
    CHECK_STR(rig_ask(rig, "p3"), "5a");
    CHECK_STR(rig_ask(rig, "G01000000000000000200000000000000"), "OK");
    CHECK_EQ(rig->registers[1][1], 2);
    CHECK_STR(rig_ask(rig, "p4"), "E16");
    CHECK_STR(rig_ask(rig, "P1=01"), "E16");
    CHECK_STR(rig_ask(rig, "P1"), "E16");
    CHECK_STR(rig_ask(rig, "G01"), "E16");
    CHECK_STR(rig_ask(rig, "Hg4"), "E16");
    CHECK_STR(rig_ask(rig, "p3"), "5a");
    rig_free(rig);
}

static void test_memory(void)
{
    struct rig *rig = rig_new();

    CHECK_STR(rig_ask(rig, "M100,3:010203"), "OK");
    CHECK_STR(rig_ask(rig, "m100,4"), "01020300");
    rig_send_bytes(rig, "X200,4:#$}*", 11);
    CHECK_STR(rig_strip(rig), "OK");
    CHECK(memcmp(rig->memory + 0x200, "#$}*", 4) == 0);
    CHECK_STR(rig_ask(rig, "X0,0:"), "OK");
    CHECK_STR(rig_ask(rig, "mfffe,8"), "0000"); /* as far as it goes */
    CHECK_STR(rig_ask(rig, "m10000,8"), "E0e");
    CHECK_STR(rig_ask(rig, "Mffff,2:0102"), "E0e");
    CHECK_STR(rig_ask(rig, "mffffffffffffffff,2"), "E0e");
    CHECK_EQ(strlen(rig_ask(rig, "m0,ffffffffffffffff")), GDB_PACKET_MAX);
    CHECK_STR(rig_ask(rig, "M0,2:00"), "E16");
    CHECK_STR(rig_ask(rig, "M0,ffffffff:00"), "E16");
    CHECK_STR(rig_ask(rig, "X0,2:a"), "E16");
    CHECK_STR(rig_ask(rig, "m0"), "E16");
    rig_free(rig);
}

static void test_breaks(void)
{
    struct rig *rig = rig_new();

    CHECK_STR(rig_ask(rig, "Z0,1000,1"), "OK");
    CHECK_STR(rig_ask(rig, "Z0,1000,1"), "OK");
    CHECK_EQ(rig->breaks, 1);
    CHECK_STR(rig_ask(rig, "Z2,2000,8"), "OK");
    CHECK_EQ(rig->breaks, 2);
    CHECK_STR(rig_ask(rig, "Z0,bad,1"), "E01");
    CHECK_STR(rig_ask(rig, "Z5,0,1"), "E16");
    CHECK_STR(rig_ask(rig, "z0,1000,1"), "OK");
    CHECK_STR(rig_ask(rig, "z0,1000,1"), "OK");
    CHECK_EQ(rig->breaks, 1);
    rig_free(rig); /* takes the other one away */
}

static void test_stops(void)
{
    struct rig *rig = rig_new();

    rig_ask(rig, "qSupported:swbreak+;hwbreak+;x+");
    CHECK_STR(rig_ask(rig, "?"), "T05thread:1;");
    rig_ask(rig, "Z0,1000,1");
    rig_ask(rig, "Z1,1004,1");
    rig_ask(rig, "Z4,2000,8");
    CHECK_STR(rig_ask(rig, "vCont;c"), "");
    CHECK_EQ(rig->resumed, 1);
    CHECK(!gdb_stub_is_stopped(rig->stub));
    CHECK_STR(rig_ask(rig, "g"), "E01"); /* it runs */
    CHECK_STR(rig_event(rig, EMU_DEBUG_BREAK, 1, EMU_BREAK_EXECUTE, 0x1000),
              "T05thread:2;swbreak:;");
    CHECK_STR(rig_ask(rig, "qC"), "QC2");
    rig_ask(rig, "c");
    CHECK_STR(rig_event(rig, EMU_DEBUG_BREAK, 0, EMU_BREAK_EXECUTE, 0x1004),
              "T05thread:1;hwbreak:;");
    rig_ask(rig, "c");
    CHECK_STR(rig_event(rig, EMU_DEBUG_WATCH, 2, EMU_BREAK_ACCESS, 0x2004),
              "T05thread:3;awatch:2004;");
    CHECK_STR(rig_ask(rig, "vCont;s:2;c"), "");
    CHECK_EQ(rig->stepped, 1);
    CHECK_STR(rig_event(rig, EMU_DEBUG_STEP, 1, EMU_BREAK_EXECUTE, 0), "T05thread:2;");
    CHECK_STR(rig_ask(rig, "C05;1234"), "");
    CHECK_EQ(rig->registers[1][2], 0x1234);
    CHECK_STR(rig_raw(rig, "\x03"), "$T02thread:2;#d5");
    CHECK_STR(rig_raw(rig, "\x03"), ""); /* it stands already */
    rig_free(rig);
}

/* Two processors at once, a break that came with the interrupt, and one that gdb removed since. */
static void test_waiting_stops(void)
{
    struct rig *rig = rig_new();

    rig_ask(rig, "Z1,1000,1");
    rig_ask(rig, "c");
    CHECK_STR(rig_event(rig, EMU_DEBUG_BREAK, 0, EMU_BREAK_EXECUTE, 0x1000), "T05thread:1;");
    CHECK_STR(rig_event(rig, EMU_DEBUG_BREAK, 1, EMU_BREAK_EXECUTE, 0x1000), "");
    CHECK_STR(rig_event(rig, EMU_DEBUG_BREAK, 2, EMU_BREAK_EXECUTE, 0x1000), "");
    rig->resumed = 0;
    CHECK_STR(rig_ask(rig, "vCont;s:3"), ""); /* leaves its break behind */
    CHECK_STR(rig_event(rig, EMU_DEBUG_STEP, 2, EMU_BREAK_EXECUTE, 0), "T05thread:3;");
    CHECK_STR(rig_ask(rig, "c"), "T05thread:2;");
    CHECK_EQ(rig->resumed, 0);
    CHECK_STR(rig_ask(rig, "c"), "");
    CHECK_EQ(rig->resumed, 1);
    rig_raw(rig, "\x03");
    CHECK_STR(rig_event(rig, EMU_DEBUG_BREAK, 1, EMU_BREAK_EXECUTE, 0x1000), "");
    rig_ask(rig, "z1,1000,1");
    CHECK_STR(rig_ask(rig, "c"), "");
    CHECK_EQ(rig->resumed, 2);
    CHECK_STR(rig_event(rig, EMU_DEBUG_STEP, 1, EMU_BREAK_EXECUTE, 0), ""); /* nobody's */
    CHECK_EQ(rig->resumed, 3);
    rig_free(rig);
}

static void test_threads(void)
{
    struct rig *rig = rig_new();

    CHECK_STR(rig_ask(rig, "qfThreadInfo"), "m1,2,3");
    CHECK_STR(rig_ask(rig, "qsThreadInfo"), "l");
    CHECK_STR(rig_ask(rig, "T3"), "OK");
    CHECK_STR(rig_ask(rig, "T4"), "E16");
    CHECK_STR(rig_ask(rig, "qThreadExtraInfo,2"), "43505520313a2068616c746564");
    CHECK_STR(rig_ask(rig, "Hc-1"), "OK");
    CHECK_STR(rig_ask(rig, "Hg0"), "OK");
    CHECK_STR(rig_ask(rig, "qAttached"), "1");
    CHECK_STR(rig_ask(rig, "vCont?"), "vCont;c;C;s;S");
    CHECK_STR(rig_ask(rig, "vCont;s:9"), "E16");
    CHECK_STR(rig_ask(rig, "vCont"), "E16");
    rig_free(rig);
}

static void test_queries(void)
{
    struct rig *rig = rig_new();

    CHECK_STR(rig_ask(rig, "qXfer:features:read:target.xml:0,8"), "m<target>");
    CHECK_STR(rig_ask(rig, "qXfer:features:read:target.xml:8,ff"), "l}\x0a}]}\x03}\x04</target>");
    CHECK_STR(rig_ask(rig, "qXfer:features:read:target.xml:ffffffffffffffff,ff"), "l");
    CHECK_STR(rig_ask(rig, "qXfer:features:read:other.xml:0,8"), "E00");
    CHECK_STR(rig_ask(rig, "vMustReplyEmpty"), "");
    CHECK_STR(rig_ask(rig, "qCRC:0,4"), "");
    CHECK(strstr(rig_ask(rig, "qSupported:a"), "PacketSize=10000;") != NULL);
    rig_free(rig);
}

static void test_monitor(void)
{
    struct rig *rig = rig_new();

    CHECK(g_str_has_prefix(rig_ask(rig, "qRcmd,68656c70"), "6d6f6e69746f72")); /* help */
    rig_ask(rig, "qRcmd,7265736574");
    CHECK_EQ(rig->reset, 1);
    rig_ask(rig, "qRcmd,706f7765722d627574746f6e");
    CHECK_EQ(rig->pressed, 1);
    CHECK_STR(rig_ask(rig, "qRcmd,0"), "E16");
    CHECK(g_str_has_prefix(rig_ask(rig, "qRcmd,00"), "5468657265")); /* There is no such */
    rig_free(rig);
}

/* "monitor LINE", and the answer's text; g_free. */
static char *rig_monitor(struct rig *rig, const char *line)
{
    GString *packet = g_string_new("qRcmd,");
    char text[200] = "";

    gdb_hex_append(packet, line, strlen(line));
    const char *answer = rig_ask(rig, packet->str);
    size_t length = strlen(answer) / 2;
    CHECK(length < sizeof(text) && gdb_hex_decode(answer, text, length));
    g_string_free(packet, TRUE);
    return g_strdup(text);
}

static void test_monitor_engine(void)
{
    static const struct {
        const char *line, *answer;
    } rows[] = {
        {"engine", "The engine is interp.\n"},
        {"engine jit", "The engine is jit.\n"},
        {"engine", "The engine is jit.\n"},
        {"engine  interp ", "The engine is interp.\n"},
        {"engine tcg", "No such engine.\nThe engine is interp.\n"},
        {"enginejit", "There is no such command; \"monitor help\" lists them.\n"},
        {"reset now", "There is no such command; \"monitor help\" lists them.\n"},
    };
    struct rig *rig = rig_new();

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *answer = rig_monitor(rig, rows[i].line);
        CHECK_STR(answer, rows[i].answer);
    }
    CHECK_EQ(rig->reset, 0);
    rig_free(rig);
}

static void test_ends(void)
{
    struct rig *rig = rig_new();

    rig_ask(rig, "Z0,1000,1");
    CHECK_STR(rig_ask(rig, "D"), "OK");
    CHECK(gdb_stub_is_done(rig->stub));
    CHECK_EQ(rig->breaks, 0);
    CHECK_EQ(rig->resumed, 1);
    rig_free(rig);

    rig = rig_new();
    CHECK_STR(rig_ask(rig, "k"), "");
    CHECK_EQ(rig->ended, 1);
    CHECK(gdb_stub_is_done(rig->stub));
    rig_free(rig);
}

/* The machine goes while gdb is there: nothing is asked of it any more. */
static void test_machine_ends(void)
{
    struct rig *rig = rig_new();

    rig_ask(rig, "c");
    rig->cpus = 0;
    gdb_stub_ended(rig->stub, 4);
    CHECK_STR(rig_strip(rig), "W04");
    CHECK_STR(rig_ask(rig, "?"), "W04");
    CHECK_STR(rig_ask(rig, "g"), "E01");
    CHECK_STR(rig_ask(rig, "m0,1"), "E01");
    CHECK_STR(rig_ask(rig, "p0"), "E16");
    CHECK_STR(rig_ask(rig, "Z0,0,1"), "E16");
    CHECK_STR(rig_ask(rig, "qfThreadInfo"), "l");
    CHECK_STR(rig_ask(rig, "c"), "W04");
    CHECK_STR(rig_ask(rig, "vCont;s:1"), "E16");
    CHECK_STR(rig_ask(rig, "s"), "W04");
    rig_free(rig);
}

static const struct test_case cases[] = {
    {"gdb: packets", test_parser},
    {"gdb: long packets", test_long_packets},
    {"gdb: escapes", test_encoder},
    {"gdb: numbers", test_numbers},
    {"gdb: acknowledgements", test_acks},
    {"gdb: registers", test_registers},
    {"gdb: memory", test_memory},
    {"gdb: breaks", test_breaks},
    {"gdb: stops", test_stops},
    {"gdb: stops that wait", test_waiting_stops},
    {"gdb: threads", test_threads},
    {"gdb: queries", test_queries},
    {"gdb: monitor", test_monitor},
    {"gdb: monitor engine", test_monitor_engine},
    {"gdb: detach and kill", test_ends},
    {"gdb: the machine ends", test_machine_ends},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, cases);
}
