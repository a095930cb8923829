/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The generic half of api/debug.h: registers, memory and steps by the architecture's
 * struct emu_debug_target, searching, and the list of breaks. How a break is hit is the
 * architecture's affair.
 */
#include "emulator/core/machine-private.h"

#include <stdlib.h>
#include <string.h>

#include "emulator/core/memory-private.h"

#define DEBUG_PAGE      4096u
#define DEBUG_MAX_WATCH 4096u

/* ---- registers ---- */

const struct emu_debug_register *emu_debug_registers(struct emu_machine *machine, size_t *count)
{
    *count = machine->debug != NULL ? machine->debug->register_count : 0;
    return machine->debug != NULL ? machine->debug->registers : NULL;
}

char *emu_debug_target_xml(struct emu_machine *machine)
{
    return machine->debug != NULL ? machine->debug->describe() : NULL;
}

const char *emu_debug_vcpu_state(struct emu_machine *machine, unsigned vcpu)
{
    if (machine->debug == NULL || vcpu >= machine->vcpu_count)
        return "none";
    return machine->debug->state(&machine->vcpus[vcpu]);
}

static bool debug_has_register(const struct emu_machine *machine, unsigned vcpu, size_t index)
{
    return machine->debug != NULL && vcpu < machine->vcpu_count &&
           index < machine->debug->register_count;
}

bool emu_debug_read_register(struct emu_machine *machine, unsigned vcpu, size_t index, void *out)
{
    if (!debug_has_register(machine, vcpu, index))
        return false;
    machine->debug->read(&machine->vcpus[vcpu], index, out);
    return true;
}

bool emu_debug_write_register(struct emu_machine *machine, unsigned vcpu, size_t index,
                              const void *value)
{
    if (!debug_has_register(machine, vcpu, index))
        return false;
    machine->debug->write(&machine->vcpus[vcpu], index, value);
    return true;
}

/* ---- memory ---- */

/* The part of [address, address + length) that is in the first page. */
static size_t debug_part(emu_gva address, size_t length)
{
    size_t left = DEBUG_PAGE - (size_t)(address % DEBUG_PAGE);

    return length < left ? length : left;
}

static bool debug_mapped(struct emu_machine *machine, unsigned vcpu, emu_gva address, size_t length)
{
    emu_gpa physical;

    while (length != 0) {
        size_t part = debug_part(address, length);

        if (!machine->debug->translate(&machine->vcpus[vcpu], address, &physical) ||
            emu_memory_find(machine->memory, physical).region == NULL)
            return false;
        address += part;
        length -= part;
    }
    return true;
}

/* in or data: what to do. The range is mapped. */
static bool debug_transfer(struct emu_machine *machine, unsigned vcpu, emu_gva address,
                           uint8_t *out, const uint8_t *data, size_t length)
{
    bool whole = true;
    size_t done = 0;
    emu_gpa physical;

    while (done < length) {
        size_t part = debug_part(address + done, length - done);

        if (!machine->debug->translate(&machine->vcpus[vcpu], address + done, &physical))
            return false;
        if (out != NULL)
            whole &= emu_memory_read(machine->memory, physical, out + done, part);
        else
            whole &= emu_memory_write_rom(machine->memory, physical, data + done, part);
        done += part;
    }
    return whole;
}

static bool debug_can_access(struct emu_machine *machine, unsigned vcpu, emu_gva address,
                             size_t length)
{
    return machine->debug != NULL && vcpu < machine->vcpu_count &&
           debug_mapped(machine, vcpu, address, length);
}

bool emu_debug_read_memory(struct emu_machine *machine, unsigned vcpu, emu_gva address, void *out,
                           size_t length)
{
    return debug_can_access(machine, vcpu, address, length) &&
           debug_transfer(machine, vcpu, address, out, NULL, length);
}

bool emu_debug_write_memory(struct emu_machine *machine, unsigned vcpu, emu_gva address,
                            const void *data, size_t length)
{
    return debug_can_access(machine, vcpu, address, length) &&
           debug_transfer(machine, vcpu, address, NULL, data, length);
}

/* ---- searching ---- */

/* Looked for by its last byte that is not 0, as most of a guest's memory is. */
struct debug_pattern {
    const uint8_t *bytes;
    size_t length, anchor;
};

static const uint8_t *debug_find_in(const struct debug_pattern *pattern, const uint8_t *start,
                                    const uint8_t *end)
{
    const uint8_t *at = start + pattern->anchor;

    if ((size_t)(end - start) < pattern->length)
        return NULL;
    end -= pattern->length - pattern->anchor - 1; /* of where an anchor may be */
    while (at < end && (at = memchr(at, pattern->bytes[pattern->anchor], (size_t)(end - at)))) {
        if (memcmp(at - pattern->anchor, pattern->bytes, pattern->length) == 0)
            return at - pattern->anchor;
        at++;
    }
    return NULL;
}

static size_t debug_find_in_ram(const struct debug_pattern *pattern, const struct emu_ram *ram,
                                void *out, size_t size)
{
    const uint8_t *host = emu_ram_host(ram);
    uint64_t start, end = 0;

    while (emu_ram_next_data(ram, end, &start, &end)) {
        const uint8_t *found = debug_find_in(pattern, host + start, host + end);
        if (found == NULL)
            continue;
        size_t rest = (size_t)(host + end - found);
        memcpy(out, found, rest < size ? rest : size);
        return rest < size ? rest : size;
    }
    return 0;
}

size_t emu_debug_find(struct emu_machine *machine, const void *pattern, size_t length, void *out,
                      size_t size)
{
    struct debug_pattern wanted = {pattern, length, length};
    size_t copied = 0;

    while (wanted.anchor > 0 && wanted.bytes[wanted.anchor - 1] == 0)
        wanted.anchor--;
    if (wanted.anchor-- == 0)
        return 0;
    for (size_t i = 0; i < machine->private->ram_count && copied == 0; i++)
        copied = debug_find_in_ram(&wanted, machine->private->rams[i], out, size);
    return copied;
}

/* ---- breaks ---- */

struct debug_change {
    struct emu_machine *machine;
    struct emu_break wanted;
    bool insert, done;
};

static unsigned debug_find_break(const struct emu_machine *machine, const struct emu_break *wanted)
{
    unsigned i;

    for (i = 0; i < machine->break_count; i++) {
        const struct emu_break *row = &machine->breaks[i];

        if (row->kind == wanted->kind && row->address == wanted->address &&
            row->length == wanted->length)
            break;
    }
    return i;
}

static void debug_change_list(struct debug_change *change)
{
    struct emu_machine *machine = change->machine;
    unsigned index = debug_find_break(machine, &change->wanted);

    if (change->insert) {
        change->done = machine->break_count < EMU_MAX_BREAKS;
        if (change->done)
            machine->breaks[machine->break_count++] = change->wanted;
    } else {
        change->done = index < machine->break_count;
        if (change->done)
            machine->breaks[index] = machine->breaks[--machine->break_count];
    }
}

/* No vcpu executes meanwhile. */
static void debug_change_exclusively(void *opaque)
{
    struct debug_change *change = opaque;
    struct emu_machine *machine = change->machine;
    unsigned i;

    debug_change_list(change);
    for (i = 0; change->done && i < machine->vcpu_count; i++)
        machine->debug->breaks_changed(&machine->vcpus[i]);
}

static bool debug_change_break(struct emu_machine *machine, enum emu_break_kind kind,
                               emu_gva address, uint64_t length, bool insert)
{
    struct debug_change change = {machine, {kind, address, length}, insert, false};

    if (kind == EMU_BREAK_EXECUTE)
        change.wanted.length = 1;
    emu_machine_run_exclusive(machine, NULL, debug_change_exclusively, &change);
    return change.done;
}

bool emu_debug_insert_break(struct emu_machine *machine, enum emu_break_kind kind, emu_gva address,
                            uint64_t length, struct emu_error *err)
{
    if (machine->debug == NULL)
        return emu_error_set(err, EMU_ERROR_INPUT, "this machine cannot be debugged");
    if (kind != EMU_BREAK_EXECUTE && (length == 0 || length > DEBUG_MAX_WATCH))
        return emu_error_set(err, EMU_ERROR_INPUT, "a watchpoint covers 1 to %u bytes, not %llu",
                             DEBUG_MAX_WATCH, (unsigned long long)length);
    return debug_change_break(machine, kind, address, length, true) ||
           emu_error_set(err, EMU_ERROR_INPUT,
                         "there are %u breakpoints already, and no more fit: remove some",
                         EMU_MAX_BREAKS);
}

bool emu_debug_remove_break(struct emu_machine *machine, enum emu_break_kind kind, emu_gva address,
                            uint64_t length)
{
    return machine->debug != NULL && debug_change_break(machine, kind, address, length, false);
}

/* ---- events and steps ---- */

void emu_debug_observe(struct emu_machine *machine,
                       void (*on_event)(void *opaque, const struct emu_debug_event *event),
                       void *opaque)
{
    struct emu_machine_private *p = machine->private;

    pthread_mutex_lock(&p->gate_lock);
    p->on_debug_event = on_event;
    p->debug_opaque = opaque;
    pthread_mutex_unlock(&p->gate_lock);
}

static void debug_start_step(struct emu_machine *machine, void *opaque)
{
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_vcpu *vcpu = opaque;

    if (emu_machine_get_state(machine) != EMU_MACHINE_PAUSED)
        return;
    if (!emu_vcpu_start(vcpu, &err)) {
        emu_machine_fail(machine, "%s", err.text);
        return;
    }
    emu_machine_shut_gate(machine);
    machine->private->stepping = vcpu;
    machine->debug->arm_step(vcpu);
    emu_machine_open_gate(machine, MACHINE_GATE_ONE, vcpu->index);
}

void emu_debug_step(struct emu_machine *machine, unsigned vcpu)
{
    if (machine->debug != NULL && vcpu < machine->vcpu_count)
        emu_machine_call(machine, debug_start_step, &machine->vcpus[vcpu]);
}
