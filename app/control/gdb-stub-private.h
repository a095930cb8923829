/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of a stub: its state, and what the files of commands share. A command reads stub->args and
 * writes its answer to stub->reply.
 */
#ifndef LATHE_CONTROL_GDB_STUB_PRIVATE_H
#define LATHE_CONTROL_GDB_STUB_PRIVATE_H

#include "app/control/gdb-packet.h"
#include "app/control/gdb-stub.h"

/* Errors are for people who read gdb's log; gdb itself only asks whether there is one. */
#define GDB_E_GENERAL "E01"
#define GDB_E_FAULT   "E0e" /* EFAULT: memory that is not there */
#define GDB_E_INVALID "E16" /* EINVAL: the packet makes no sense */

enum gdb_run { GDB_STOPPED, GDB_RUNNING, GDB_STEPPING, GDB_ENDED };

struct gdb_break {
    unsigned type; /* the digit of Z packets */
    uint64_t address, length;
};

struct gdb_stub {
    const struct gdb_target_ops *ops;
    void *opaque;
    enum gdb_run run;
    unsigned cpu;      /* that registers and memory are asked of: "Hg" */
    unsigned step_cpu; /* of "Hc", and of the step under way */
    bool no_ack, done;
    bool swbreak, hwbreak; /* gdb understands these stop reasons */
    GArray *breaks;        /* of struct gdb_break */
    GArray *waiting;       /* of struct emu_debug_event: not told yet */
    GString *stop;         /* the last stop reply */
    GString *reply;
    GByteArray *out, *last; /* last: what to send again after a '-' */
    char *xml;              /* the target description, once it was asked for */
    const char *args;       /* of the packet, behind the command's name; NUL-terminated */
    size_t args_length;
    struct gdb_parser parser;
};

/* What a command says about its answer. */
enum gdb_answer {
    GDB_ANSWER, /* stub->reply, now; empty: not supported */
    GDB_LATER,  /* none now: the machine runs, or gdb expects none */
};

struct gdb_command {
    const char *name; /* what packets begin with */
    enum gdb_answer (*run)(struct gdb_stub *stub);
    bool while_running;
};

/* Finds the packet's command and runs it. */
enum gdb_answer gdb_commands_run(struct gdb_stub *stub, const char *packet, size_t length);
/* Of packets that begin with 'q' or 'Q'. Ended by a row without a name. */
extern const struct gdb_command gdb_queries[];
/* "monitor" commands: appends the text of the answer. */
void gdb_monitor_run(struct gdb_stub *stub, const char *line, GString *text);

enum gdb_answer gdb_say(struct gdb_stub *stub, const char *text);
enum gdb_answer gdb_say_if(struct gdb_stub *stub, bool good, const char *otherwise);
/* "-1" and "0" mean any: *cpu is then the current one. False: no such thread. */
bool gdb_take_thread(struct gdb_stub *stub, const char **cursor, unsigned *cpu);
unsigned gdb_stub_cpus(const struct gdb_stub *stub);

/* The machine goes on, or a stop that waits is told at once. */
enum gdb_answer gdb_stub_resume(struct gdb_stub *stub);
enum gdb_answer gdb_stub_step(struct gdb_stub *stub, unsigned cpu);
void gdb_stub_remove_breaks(struct gdb_stub *stub);
/* The kind of a Z packet's type 0..4. */
enum emu_break_kind gdb_break_kind(unsigned type);

#endif
