/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gdb's "monitor" commands: what a person wants of the machine that gdb has no words for. */
#include <string.h>

#include "app/control/gdb-stub-private.h"

struct monitor_command {
    const char *name, *help;
    /* argument: what follows the name; "" */
    void (*run)(struct gdb_stub *stub, const char *argument, GString *text);
    const char *argument; /* what it is, for help; NULL: the command takes none */
};

static void monitor_help(struct gdb_stub *stub, const char *argument, GString *text);

static void monitor_reset(struct gdb_stub *stub, const char *argument, GString *text)
{
    stub->ops->reset(stub->opaque);
    g_string_append(text, "The machine was reset and waits at its first instruction; "
                          "\"maintenance flush register-cache\" shows it.\n");
}

static void monitor_power_button(struct gdb_stub *stub, const char *argument, GString *text)
{
    stub->ops->power_button(stub->opaque);
    g_string_append(text, "The power button was pressed.\n");
}

/* Little-endian bytes as the number they are. */
static void monitor_append_value(GString *text, const uint8_t *bytes, size_t size)
{
    for (size_t i = size; i-- > 0;)
        g_string_append_printf(text, "%02x", bytes[i]);
}

static void monitor_registers(struct gdb_stub *stub, const char *argument, GString *text)
{
    const struct emu_debug_register *list;
    uint8_t value[64] = {0};
    size_t count = 0;

    list = stub->ops->registers(stub->opaque, &count);
    for (size_t i = 0; i < count; i++) {
        size_t size = (list[i].bits + 7u) / 8;
        if (size > sizeof(value) || !stub->ops->read_register(stub->opaque, stub->cpu, i, value))
            continue;
        g_string_append_printf(text, "%-8s ", list[i].name);
        monitor_append_value(text, value, size);
        g_string_append_c(text, '\n');
    }
}

static void monitor_cpus(struct gdb_stub *stub, const char *argument, GString *text)
{
    for (unsigned i = 0; i < gdb_stub_cpus(stub); i++)
        g_string_append_printf(text, "%c CPU %u: %s\n", i == stub->cpu ? '*' : ' ', i,
                               stub->ops->cpu_state(stub->opaque, i));
}

static void monitor_engine(struct gdb_stub *stub, const char *argument, GString *text)
{
    struct emu_error error = EMU_ERROR_INIT;

    if (argument[0] != '\0' && !stub->ops->set_engine(stub->opaque, argument, &error))
        g_string_append_printf(text, "%s.\n", error.text);
    g_string_append_printf(text, "The engine is %s.\n", stub->ops->engine(stub->opaque));
}

static const struct monitor_command monitor_commands[] = {
    {"help", "show this list", monitor_help, NULL},
    {"info registers", "all registers of gdb's current thread", monitor_registers, NULL},
    {"info cpus", "the processors and what they do", monitor_cpus, NULL},
    {"engine", "show or change what runs the guest's code", monitor_engine, "[auto|jit|interp]"},
    {"reset", "reset the machine; it stays paused", monitor_reset, NULL},
    {"power-button", "press the power button", monitor_power_button, NULL},
    {NULL, NULL, NULL, NULL},
};

static void monitor_help(struct gdb_stub *stub, const char *argument, GString *text)
{
    for (const struct monitor_command *row = monitor_commands; row->name != NULL; row++) {
        g_autofree char *usage =
            row->argument != NULL ? g_strdup_printf("%s %s", row->name, row->argument) : NULL;
        g_string_append_printf(text, "monitor %-24s %s\n", usage ? usage : row->name, row->help);
    }
}

/* What follows the row's name on the line; NULL: the line is not that command. */
static const char *monitor_argument(const struct monitor_command *row, const char *line)
{
    size_t length = strlen(row->name);

    if (strncmp(line, row->name, length) != 0)
        return NULL;
    if (line[length] == '\0')
        return line + length;
    return row->argument != NULL && line[length] == ' ' ? line + length + strspn(line + length, " ")
                                                        : NULL;
}

void gdb_monitor_run(struct gdb_stub *stub, const char *line, GString *text)
{
    g_autofree char *wanted = g_strstrip(g_strdup(line));

    if (gdb_stub_cpus(stub) == 0) {
        g_string_append(text, "The machine has ended.\n");
        return;
    }
    for (const struct monitor_command *row = monitor_commands; row->name != NULL; row++) {
        const char *argument = monitor_argument(row, wanted);
        if (argument != NULL) {
            row->run(stub, argument, text);
            return;
        }
    }
    g_string_append(text, "There is no such command; \"monitor help\" lists them.\n");
}
