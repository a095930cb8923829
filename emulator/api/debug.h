/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looking inside a machine: registers, memory, breakpoints, steps; what a gdb server or a debug
 * page needs. Any thread but the machine's own. Registers and memory may be read or written only
 * while the machine is paused.
 */
#ifndef EMU_API_DEBUG_H
#define EMU_API_DEBUG_H

#include "emulator/api/machine.h"

/* A register, in the order of gdb's "g" packet. */
struct emu_debug_register {
    const char *name;
    const char *feature; /* "org.gnu.gdb.i386.core" */
    const char *type;    /* gdb's type name */
    uint16_t bits;
};

/* The registers of a vcpu in its architecture's widest mode; *count is filled. Static data. */
const struct emu_debug_register *emu_debug_registers(struct emu_machine *machine, size_t *count);
/* The target description (XML) for gdb; malloc'ed. */
char *emu_debug_target_xml(struct emu_machine *machine);

/* What a vcpu does, in a word or two ("halted"), while the machine is paused. Static text. */
const char *emu_debug_vcpu_state(struct emu_machine *machine, unsigned vcpu);

/* Little-endian, (bits + 7) / 8 bytes. False: no such vcpu or register. */
bool emu_debug_read_register(struct emu_machine *machine, unsigned vcpu, size_t index, void *out);
bool emu_debug_write_register(struct emu_machine *machine, unsigned vcpu, size_t index,
                              const void *value);

/* By virtual (linear) address as the vcpu sees it now, rights ignored, accessed and dirty bits
 * untouched. False: a part is not mapped; nothing was written then. */
bool emu_debug_read_memory(struct emu_machine *machine, unsigned vcpu, emu_gva address, void *out,
                           size_t length);
bool emu_debug_write_memory(struct emu_machine *machine, unsigned vcpu, emu_gva address,
                            const void *data, size_t length);

/*
 * The first place in the guest's touched RAM where these length bytes are (1 or more, not all of
 * them 0): it and what follows, size bytes at most, are copied. Returns how many; 0: there is none.
 * Running too: what the guest writes meanwhile is old or new. For tables that guests bring along,
 * as the fonts of firmware; reads all that the guest has touched, a gigabyte in some tenths of a
 * second.
 */
size_t emu_debug_find(struct emu_machine *machine, const void *pattern, size_t length, void *out,
                      size_t size);

enum emu_break_kind {
    EMU_BREAK_EXECUTE,
    EMU_BREAK_WRITE,
    EMU_BREAK_READ,
    EMU_BREAK_ACCESS,
};

/* Linear address; length 1..4096 for watchpoints, ignored for EXECUTE. Valid for all vcpus, in all
 * address spaces. The guest sees nothing of it. Running or paused. */
bool emu_debug_insert_break(struct emu_machine *machine, enum emu_break_kind kind, emu_gva address,
                            uint64_t length, struct emu_error *err);
bool emu_debug_remove_break(struct emu_machine *machine, enum emu_break_kind kind, emu_gva address,
                            uint64_t length);

enum emu_debug_stop {
    EMU_DEBUG_BREAK, /* before the instruction */
    EMU_DEBUG_STEP,
    EMU_DEBUG_WATCH, /* after the instruction that made the access; address tells which byte */
};

struct emu_debug_event {
    enum emu_debug_stop stop;
    unsigned vcpu;
    enum emu_break_kind kind;
    emu_gva address;
};

/* on_event: on the loop thread, after the machine was paused because of it. */
void emu_debug_observe(struct emu_machine *machine,
                       void (*on_event)(void *opaque, const struct emu_debug_event *event),
                       void *opaque);

/* The machine is paused: runs one instruction of one vcpu (interrupts held back), others still;
 * on_event follows with EMU_DEBUG_STEP or what came first. */
void emu_debug_step(struct emu_machine *machine, unsigned vcpu);

#endif
