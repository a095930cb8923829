/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The commands of gdb's remote protocol: registers, memory, breaks, and letting the machine go.
 * Numbers come from outside: each is checked before it is used, and what makes no sense is answered
 * with an error.
 */
#include <string.h>

#include "app/control/gdb-stub-private.h"

#define COMMANDS_MEMORY_MAX   (GDB_PACKET_MAX / 2) /* bytes, two digits each */
#define COMMANDS_REGISTER_MAX 64                   /* bytes */
#define COMMANDS_MAX_BREAKS   256

/* ---- registers ---- */

static size_t commands_register_size(const struct emu_debug_register *reg)
{
    return (reg->bits + 7u) / 8;
}

/* The register that a number at the cursor means, or NULL. */
static const struct emu_debug_register *commands_take_register(struct gdb_stub *stub,
                                                               const char **cursor, size_t *index)
{
    const struct emu_debug_register *list;
    uint64_t number;
    size_t count;

    if (gdb_stub_cpus(stub) == 0 || !gdb_take_number(cursor, &number))
        return NULL;
    list = stub->ops->registers(stub->opaque, &count);
    if (number >= count || commands_register_size(&list[number]) > COMMANDS_REGISTER_MAX)
        return NULL;
    *index = (size_t)number;
    /* cppcheck-suppress returnDanglingLifetime ; a static list, which does not keep &count */
    return &list[number];
}

static bool commands_append_register(struct gdb_stub *stub, size_t index, size_t size)
{
    uint8_t value[COMMANDS_REGISTER_MAX] = {0};

    if (!stub->ops->read_register(stub->opaque, stub->cpu, index, value))
        return false;
    gdb_hex_append(stub->reply, value, size);
    return true;
}

static bool commands_write_register(struct gdb_stub *stub, size_t index, size_t size,
                                    const char *hex)
{
    uint8_t value[COMMANDS_REGISTER_MAX] = {0};

    return gdb_hex_decode(hex, value, size) &&
           stub->ops->write_register(stub->opaque, stub->cpu, index, value);
}

static enum gdb_answer commands_g(struct gdb_stub *stub)
{
    const struct emu_debug_register *list;
    size_t count = 0;

    if (gdb_stub_cpus(stub) == 0)
        return gdb_say(stub, GDB_E_GENERAL);
    list = stub->ops->registers(stub->opaque, &count);
    for (size_t i = 0; i < count; i++) {
        if (!commands_append_register(stub, i, commands_register_size(&list[i]))) {
            g_string_truncate(stub->reply, 0);
            return gdb_say(stub, GDB_E_GENERAL);
        }
    }
    return GDB_ANSWER;
}

/* Fewer registers than there are is fine: those that follow keep their values. */
static enum gdb_answer commands_G(struct gdb_stub *stub)
{
    const struct emu_debug_register *list;
    size_t count = 0, at = 0;

    if (gdb_stub_cpus(stub) == 0)
        return gdb_say(stub, GDB_E_GENERAL);
    list = stub->ops->registers(stub->opaque, &count);
    for (size_t i = 0; i < count && at < stub->args_length; i++) {
        size_t size = commands_register_size(&list[i]);
        if (stub->args_length - at < 2 * size ||
            !commands_write_register(stub, i, size, stub->args + at))
            return gdb_say(stub, GDB_E_INVALID);
        at += 2 * size;
    }
    return gdb_say(stub, "OK");
}

static enum gdb_answer commands_p(struct gdb_stub *stub)
{
    const char *cursor = stub->args;
    size_t index;
    const struct emu_debug_register *reg = commands_take_register(stub, &cursor, &index);

    if (reg == NULL || !commands_append_register(stub, index, commands_register_size(reg)))
        return gdb_say(stub, GDB_E_INVALID);
    return GDB_ANSWER;
}

static enum gdb_answer commands_P(struct gdb_stub *stub)
{
    const char *cursor = stub->args;
    size_t index;
    const struct emu_debug_register *reg = commands_take_register(stub, &cursor, &index);

    return gdb_say_if(stub,
                      reg != NULL && gdb_take_char(&cursor, '=') &&
                          strlen(cursor) == 2 * commands_register_size(reg) &&
                          commands_write_register(stub, index, commands_register_size(reg), cursor),
                      GDB_E_INVALID);
}

/* ---- memory ---- */

static bool commands_take_range(const char **cursor, uint64_t *address, uint64_t *length)
{
    return gdb_take_number(cursor, address) && gdb_take_char(cursor, ',') &&
           gdb_take_number(cursor, length);
}

/* Reads what can be read from the start of a range; returns how much that was. */
static size_t commands_read_some(struct gdb_stub *stub, uint64_t address, uint8_t *out,
                                 size_t length)
{
    const size_t step = 4096;
    size_t done = 0;

    if (stub->ops->read_memory(stub->opaque, stub->cpu, address, out, length))
        return length;
    while (done < length) {
        size_t part = step - (size_t)((address + done) % step);
        part = MIN(part, length - done);
        if (!stub->ops->read_memory(stub->opaque, stub->cpu, address + done, out + done, part))
            break;
        done += part;
    }
    return done;
}

static enum gdb_answer commands_m(struct gdb_stub *stub)
{
    const char *cursor = stub->args;
    uint64_t address, length;

    if (!commands_take_range(&cursor, &address, &length))
        return gdb_say(stub, GDB_E_INVALID);
    if (gdb_stub_cpus(stub) == 0)
        return gdb_say(stub, GDB_E_GENERAL);
    length = MIN(length, COMMANDS_MEMORY_MAX);
    g_autofree uint8_t *bytes = g_malloc(length + 1);
    size_t got = commands_read_some(stub, address, bytes, (size_t)length);
    if (got == 0 && length != 0)
        return gdb_say(stub, GDB_E_FAULT);
    gdb_hex_append(stub->reply, bytes, got);
    return GDB_ANSWER;
}

static enum gdb_answer commands_write(struct gdb_stub *stub, uint64_t address, const void *data,
                                      size_t length)
{
    if (length == 0) /* gdb asks so whether the command exists */
        return gdb_say(stub, "OK");
    return gdb_say_if(stub,
                      gdb_stub_cpus(stub) != 0 &&
                          stub->ops->write_memory(stub->opaque, stub->cpu, address, data, length),
                      GDB_E_FAULT);
}

static enum gdb_answer commands_M(struct gdb_stub *stub)
{
    const char *cursor = stub->args;
    uint64_t address, length;

    if (!commands_take_range(&cursor, &address, &length) || !gdb_take_char(&cursor, ':') ||
        length > COMMANDS_MEMORY_MAX || strlen(cursor) != 2 * length)
        return gdb_say(stub, GDB_E_INVALID);
    g_autofree uint8_t *bytes = g_malloc(length + 1);
    if (!gdb_hex_decode(cursor, bytes, (size_t)length))
        return gdb_say(stub, GDB_E_INVALID);
    return commands_write(stub, address, bytes, (size_t)length);
}

static enum gdb_answer commands_X(struct gdb_stub *stub)
{
    const char *cursor = stub->args;
    uint64_t address, length;

    if (!commands_take_range(&cursor, &address, &length) || !gdb_take_char(&cursor, ':') ||
        length != stub->args_length - (size_t)(cursor - stub->args))
        return gdb_say(stub, GDB_E_INVALID);
    return commands_write(stub, address, cursor, (size_t)length);
}

/* ---- breaks ---- */

/* Further conditions and commands, which gdb sends only if asked to, are not looked at. */
static bool commands_take_break(struct gdb_stub *stub, struct gdb_break *row)
{
    const char *cursor = stub->args;
    uint64_t type;

    if (!gdb_take_number(&cursor, &type) || type > 4 || !gdb_take_char(&cursor, ',') ||
        !commands_take_range(&cursor, &row->address, &row->length))
        return false;
    row->type = (unsigned)type;
    return gdb_stub_cpus(stub) != 0;
}

static guint commands_find_break(const struct gdb_stub *stub, const struct gdb_break *wanted)
{
    guint i;

    for (i = 0; i < stub->breaks->len; i++) {
        const struct gdb_break *row = &g_array_index(stub->breaks, struct gdb_break, i);
        if (row->type == wanted->type && row->address == wanted->address &&
            row->length == wanted->length)
            break;
    }
    return i;
}

static enum gdb_answer commands_Z(struct gdb_stub *stub)
{
    struct gdb_break row;

    if (!commands_take_break(stub, &row))
        return gdb_say(stub, GDB_E_INVALID);
    if (commands_find_break(stub, &row) < stub->breaks->len)
        return gdb_say(stub, "OK"); /* asked again: gdb may have missed the first answer */
    if (stub->breaks->len >= COMMANDS_MAX_BREAKS ||
        !stub->ops->insert_break(stub->opaque, gdb_break_kind(row.type), row.address, row.length))
        return gdb_say(stub, GDB_E_GENERAL);
    g_array_append_val(stub->breaks, row);
    return gdb_say(stub, "OK");
}

static enum gdb_answer commands_z(struct gdb_stub *stub)
{
    struct gdb_break row;
    guint index;

    if (!commands_take_break(stub, &row))
        return gdb_say(stub, GDB_E_INVALID);
    index = commands_find_break(stub, &row);
    if (index < stub->breaks->len) {
        stub->ops->remove_break(stub->opaque, gdb_break_kind(row.type), row.address, row.length);
        g_array_remove_index(stub->breaks, index);
    }
    return gdb_say(stub, "OK");
}

/* ---- threads ---- */

static enum gdb_answer commands_H(struct gdb_stub *stub)
{
    const char *cursor = stub->args + 1;
    unsigned cpu;

    if ((*stub->args != 'g' && *stub->args != 'c') || !gdb_take_thread(stub, &cursor, &cpu))
        return gdb_say(stub, GDB_E_INVALID);
    if (*stub->args == 'g')
        stub->cpu = cpu;
    else
        stub->step_cpu = cpu;
    return gdb_say(stub, "OK");
}

static enum gdb_answer commands_T(struct gdb_stub *stub)
{
    const char *cursor = stub->args;
    unsigned cpu;

    return gdb_say_if(stub, gdb_take_thread(stub, &cursor, &cpu), GDB_E_INVALID);
}

/* ---- going on ---- */

/* "s 1000" and "c 1000" go on from elsewhere. */
static bool commands_set_pc(struct gdb_stub *stub, unsigned cpu, uint64_t address)
{
    const struct emu_debug_register *list;
    uint8_t value[COMMANDS_REGISTER_MAX] = {0};
    size_t count = 0;

    if (gdb_stub_cpus(stub) == 0)
        return false;
    list = stub->ops->registers(stub->opaque, &count);
    for (unsigned i = 0; i < sizeof(address); i++)
        value[i] = (uint8_t)(address >> (8 * i));
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].type, "code_ptr") == 0)
            return stub->ops->write_register(stub->opaque, cpu, i, value);
    }
    return false;
}

static enum gdb_answer commands_go(struct gdb_stub *stub, const char *cursor, bool step)
{
    uint64_t address;

    if (*cursor != '\0' && (!gdb_take_number(&cursor, &address) || *cursor != '\0' ||
                            !commands_set_pc(stub, stub->step_cpu, address)))
        return gdb_say(stub, GDB_E_INVALID);
    return step ? gdb_stub_step(stub, stub->step_cpu) : gdb_stub_resume(stub);
}

static enum gdb_answer commands_c(struct gdb_stub *stub)
{
    return commands_go(stub, stub->args, false);
}

static enum gdb_answer commands_s(struct gdb_stub *stub)
{
    return commands_go(stub, stub->args, true);
}

/* A signal to go on with means nothing to a machine: "C05;1000" is "c1000". */
static enum gdb_answer commands_go_with_signal(struct gdb_stub *stub, bool step)
{
    const char *cursor = stub->args;
    uint64_t signal;

    if (!gdb_take_number(&cursor, &signal) || (*cursor != '\0' && !gdb_take_char(&cursor, ';')))
        return gdb_say(stub, GDB_E_INVALID);
    return commands_go(stub, cursor, step);
}

static enum gdb_answer commands_C(struct gdb_stub *stub)
{
    return commands_go_with_signal(stub, false);
}

static enum gdb_answer commands_S(struct gdb_stub *stub)
{
    return commands_go_with_signal(stub, true);
}

/* What the actions of a vCont packet come to. */
struct commands_actions {
    bool go, step;
    unsigned step_cpu;
};

/* One action, "s:2" or "C05"; the first one that names a processor counts for it. */
static bool commands_take_action(struct gdb_stub *stub, const char **cursor,
                                 struct commands_actions *actions)
{
    char action = **cursor;
    bool step = action == 's' || action == 'S';
    unsigned cpu = stub->step_cpu;
    uint64_t signal;

    if (action == '\0' || strchr("cCsS", action) == NULL)
        return false;
    (*cursor)++;
    if ((action == 'C' || action == 'S') && !gdb_take_number(cursor, &signal))
        return false;
    if (gdb_take_char(cursor, ':') && !gdb_take_thread(stub, cursor, &cpu))
        return false;
    if (step && !actions->step && !actions->go)
        *actions = (struct commands_actions){.step = true, .step_cpu = cpu};
    actions->go |= !step;
    return true;
}

/*
 * A step is of one processor while the others stand still, whatever they may do: an instruction
 * takes them no time. A continue is of all of them.
 */
static enum gdb_answer commands_vCont(struct gdb_stub *stub)
{
    struct commands_actions actions = {0};
    const char *cursor = stub->args;

    while (gdb_take_char(&cursor, ';')) {
        if (!commands_take_action(stub, &cursor, &actions))
            return gdb_say(stub, GDB_E_INVALID);
    }
    if (*cursor != '\0' || (!actions.step && !actions.go))
        return gdb_say(stub, GDB_E_INVALID);
    return actions.step ? gdb_stub_step(stub, actions.step_cpu) : gdb_stub_resume(stub);
}

static enum gdb_answer commands_vCont_query(struct gdb_stub *stub)
{
    return gdb_say(stub, "vCont;c;C;s;S");
}

/* ---- the connection ---- */

static enum gdb_answer commands_status(struct gdb_stub *stub)
{
    return gdb_say(stub, stub->stop->str);
}

static enum gdb_answer commands_D(struct gdb_stub *stub)
{
    gdb_stub_remove_breaks(stub);
    if (stub->run != GDB_ENDED) {
        stub->run = GDB_RUNNING;
        stub->ops->resume(stub->opaque);
    }
    stub->done = true;
    return gdb_say(stub, "OK");
}

static enum gdb_answer commands_k(struct gdb_stub *stub)
{
    stub->run = GDB_ENDED;
    stub->done = true;
    stub->ops->end(stub->opaque);
    return GDB_LATER;
}

static enum gdb_answer commands_vKill(struct gdb_stub *stub)
{
    commands_k(stub);
    return gdb_say(stub, "OK");
}

static enum gdb_answer commands_extended(struct gdb_stub *stub)
{
    return gdb_say(stub, "OK");
}

static enum gdb_answer commands_R(struct gdb_stub *stub)
{
    stub->ops->reset(stub->opaque);
    return GDB_LATER;
}

/* gdb sends this to learn how unknown packets are answered. */
static enum gdb_answer commands_must_be_empty(struct gdb_stub *stub)
{
    return GDB_ANSWER;
}

/* The first row that fits counts. */
static const struct gdb_command commands[] = {
    {"?", commands_status, false},
    {"!", commands_extended, false},
    {"g", commands_g, false},
    {"G", commands_G, false},
    {"p", commands_p, false},
    {"P", commands_P, false},
    {"m", commands_m, false},
    {"M", commands_M, false},
    {"X", commands_X, false},
    {"Z", commands_Z, false},
    {"z", commands_z, false},
    {"H", commands_H, false},
    {"T", commands_T, false},
    {"c", commands_c, false},
    {"C", commands_C, false},
    {"s", commands_s, false},
    {"S", commands_S, false},
    {"vCont?", commands_vCont_query, false},
    {"vCont", commands_vCont, false},
    {"vMustReplyEmpty", commands_must_be_empty, true},
    {"vKill", commands_vKill, true},
    {"D", commands_D, true},
    {"k", commands_k, true},
    {"R", commands_R, false},
    {NULL, NULL, false},
};

static const struct gdb_command *commands_find(const struct gdb_command *rows, const char *packet)
{
    for (; rows->name != NULL; rows++) {
        if (g_str_has_prefix(packet, rows->name))
            return rows;
    }
    return NULL;
}

enum gdb_answer gdb_commands_run(struct gdb_stub *stub, const char *packet, size_t length)
{
    bool is_query = *packet == 'q' || *packet == 'Q';
    const struct gdb_command *command = commands_find(is_query ? gdb_queries : commands, packet);
    bool runs = stub->run == GDB_RUNNING || stub->run == GDB_STEPPING;

    if (command == NULL)
        return GDB_ANSWER;
    if (runs && !command->while_running)
        return gdb_say(stub, GDB_E_GENERAL);
    stub->args = packet + strlen(command->name);
    stub->args_length = length - strlen(command->name);
    return command->run(stub);
}
