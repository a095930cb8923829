/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes from a gdb that may be anybody, into the stub over a machine with two processors and a
 * little memory. The input is lines: each is fed as it is in one session, and framed as a packet in
 * another. A line of 0x04 alone is an event of the machine.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "app/control/gdb-packet.h"
#include "app/control/gdb-stub.h"

#define FUZZ_MEMORY 8192

struct fuzz_machine {
    struct gdb_stub *stub;
    uint8_t registers[2][18];
    uint8_t memory[FUZZ_MEMORY];
    unsigned cpus, events;
    int breaks;
    bool runs;
};

static const struct emu_debug_register fuzz_registers[] = {{"pc", "x", "code_ptr", 64},
                                                           {"st0", "x", "i387_ext", 80}};

/* The stub's contract: registers and memory are touched only while the machine stands still. */
static struct fuzz_machine *fuzz_still(void *opaque)
{
    struct fuzz_machine *machine = opaque;

    if (machine->runs || machine->cpus == 0)
        abort();
    return machine;
}

static unsigned fuzz_cpus(void *opaque)
{
    return ((struct fuzz_machine *)opaque)->cpus;
}

static const struct emu_debug_register *fuzz_list(void *opaque, size_t *count)
{
    *count = 2;
    return fuzz_registers;
}

static char *fuzz_describe(void *opaque)
{
    return strdup("<target>$#}*</target>");
}

static const char *fuzz_state(void *opaque, unsigned cpu)
{
    if (cpu >= fuzz_still(opaque)->cpus)
        abort();
    return "running";
}

static uint8_t *fuzz_register(void *opaque, unsigned cpu, size_t index)
{
    if (cpu >= 2 || index >= 2)
        abort();
    return fuzz_still(opaque)->registers[cpu] + 8 * index;
}

static bool fuzz_read_register(void *opaque, unsigned cpu, size_t index, void *out)
{
    memcpy(out, fuzz_register(opaque, cpu, index), index == 0 ? 8 : 10);
    return true;
}

static bool fuzz_write_register(void *opaque, unsigned cpu, size_t index, const void *value)
{
    memcpy(fuzz_register(opaque, cpu, index), value, index == 0 ? 8 : 10);
    return true;
}

static uint8_t *fuzz_place(void *opaque, uint64_t address, size_t length)
{
    struct fuzz_machine *machine = fuzz_still(opaque);

    if (length > FUZZ_MEMORY || address > FUZZ_MEMORY - length)
        return NULL;
    return machine->memory + address;
}

static bool fuzz_read_memory(void *opaque, unsigned cpu, uint64_t address, void *out, size_t length)
{
    const uint8_t *place = fuzz_place(opaque, address, length);

    if (place != NULL)
        memcpy(out, place, length);
    return place != NULL;
}

static bool fuzz_write_memory(void *opaque, unsigned cpu, uint64_t address, const void *data,
                              size_t length)
{
    uint8_t *place = fuzz_place(opaque, address, length);

    if (place != NULL)
        memcpy(place, data, length);
    return place != NULL;
}

static bool fuzz_insert(void *opaque, enum emu_break_kind kind, uint64_t address, uint64_t length)
{
    ((struct fuzz_machine *)opaque)->breaks++;
    return true;
}

static bool fuzz_remove(void *opaque, enum emu_break_kind kind, uint64_t address, uint64_t length)
{
    ((struct fuzz_machine *)opaque)->breaks--;
    return true;
}

static void fuzz_resume(void *opaque)
{
    ((struct fuzz_machine *)opaque)->runs = true;
}

static void fuzz_step(void *opaque, unsigned cpu)
{
    if (cpu >= 2)
        abort();
    ((struct fuzz_machine *)opaque)->runs = true;
}

static void fuzz_pause(void *opaque)
{
    ((struct fuzz_machine *)opaque)->runs = false;
}

static void fuzz_nothing(void *opaque)
{
}

static const char *fuzz_engine(void *opaque)
{
    return "interp";
}

static bool fuzz_set_engine(void *opaque, const char *name, struct emu_error *error)
{
    if (((struct fuzz_machine *)opaque)->runs)
        abort();
    return name[0] == 'i';
}

static const struct gdb_target_ops fuzz_ops = {
    .cpus = fuzz_cpus,
    .registers = fuzz_list,
    .describe = fuzz_describe,
    .cpu_state = fuzz_state,
    .read_register = fuzz_read_register,
    .write_register = fuzz_write_register,
    .read_memory = fuzz_read_memory,
    .write_memory = fuzz_write_memory,
    .insert_break = fuzz_insert,
    .remove_break = fuzz_remove,
    .resume = fuzz_resume,
    .step = fuzz_step,
    .pause = fuzz_pause,
    .reset = fuzz_nothing,
    .power_button = fuzz_nothing,
    .end = fuzz_nothing,
    .engine = fuzz_engine,
    .set_engine = fuzz_set_engine,
};

/* Stops of all kinds in turn, and at last the machine's end. */
static void fuzz_event(struct fuzz_machine *machine)
{
    unsigned n = machine->events++;
    struct emu_debug_event event = {(enum emu_debug_stop)(n % 3), n & 1,
                                    n % 3 == EMU_DEBUG_WATCH ? EMU_BREAK_WRITE : EMU_BREAK_EXECUTE,
                                    n % 3 == EMU_DEBUG_WATCH ? 0x10 : 0x1000};

    if (n == 12) {
        machine->cpus = 0;
        gdb_stub_ended(machine->stub, 0);
    } else if (machine->cpus != 0) {
        machine->runs = false;
        gdb_stub_event(machine->stub, &event);
    }
}

static void fuzz_input(struct fuzz_machine *machine, const uint8_t *data, size_t size)
{
    gdb_stub_input(machine->stub, data, size);
    g_byte_array_set_size(gdb_stub_output(machine->stub), 0);
}

static void fuzz_packet(struct fuzz_machine *machine, const uint8_t *data, size_t size)
{
    GByteArray *packet = g_byte_array_new();

    gdb_packet_append(packet, (const char *)data, size);
    fuzz_input(machine, packet->data, packet->len);
    g_byte_array_unref(packet);
}

/* A line: an event of the machine, ctrl-C, or a payload; framed, or as it is. */
static void fuzz_line(struct fuzz_machine *machine, const uint8_t *line, size_t size, bool framed)
{
    if (size == 1 && *line == 0x04)
        fuzz_event(machine);
    else if (framed && !(size == 1 && *line == 0x03))
        fuzz_packet(machine, line, size);
    else
        fuzz_input(machine, line, size);
}

static void fuzz_feed(struct fuzz_machine *machine, const uint8_t *data, size_t size, bool framed)
{
    while (size != 0) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t part = end != NULL ? (size_t)(end - data) : size;

        fuzz_line(machine, data, part, framed);
        data += part + (end != NULL);
        size -= part + (end != NULL);
    }
}

static void fuzz_session(const uint8_t *data, size_t size, bool framed)
{
    struct fuzz_machine *machine = calloc(1, sizeof(*machine));

    if (machine == NULL)
        return;
    machine->cpus = 2;
    machine->stub = gdb_stub_new(&fuzz_ops, machine);
    fuzz_feed(machine, data, size, framed);
    if (gdb_stub_is_stopped(machine->stub) && machine->runs)
        abort(); /* gdb would believe that it stands still */
    gdb_stub_free(machine->stub);
    if (machine->cpus != 0 && machine->breaks != 0)
        abort();
    free(machine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_session(data, size, false);
    fuzz_session(data, size, true);
    return 0;
}

/* ---- seeds: payloads, and a session with frames ---- */

static const char *const fuzz_sessions[] = {
    "qSupported:swbreak+;hwbreak+\nQStartNoAckMode\n?\nqXfer:features:read:target.xml:0,8\ng\n"
    "qfThreadInfo\nqsThreadInfo\nqThreadExtraInfo,2\nqC\nqAttached\nvMustReplyEmpty\nHg2\nHc-1",
    "p0\np1\nP0=0102030405060708\nG0102030405060708\nm0,40\nM10,2:abcd\nX20,4:abcd\nm1ffe,8",
    "Z0,1000,1\nZ1,1000,1\nZ2,10,8\nvCont;c\n\x04\nvCont;s:1\n\x04\nc\n\x03\nz0,1000,1\nvCont;s:2;"
    "c\n"
    "\x04\nC05;1000\n\x04\nc\n\x04\nS05\n\x04\ns\n\x04\nc",
    "qRcmd,68656c70\nqRcmd,7265736574\nqRcmd,696e666f20726567697374657273\nT1\nR00\n!\nvCont?\nD",
    "$qC#b4+\n$m0,4#fd-\n$X0,2:}\x03}]#00\n$g#67\n$c#63\n\x03$k#6b",
    "c\n\x04\nc\n\x04\nc\n\x04\nc\n\x04\nc\n\x04\nc\n\x04\nc\n\x04\nc\n\x04\nc\n\x04\nc\n\x04\nc\n"
    "\x04\nc\n\x04\nc\n\x04\nc\ng\nm0,1\ns\nvKill;1\nk",
};

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    return fuzz_seed_text(fuzz_sessions, G_N_ELEMENTS(fuzz_sessions), index, out, size);
}
