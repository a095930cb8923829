/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The saved form of a whole machine: the clock, then vcpus, devices, the board and RAM in the
 * machine's order, each in a section of its own.
 */
#include "emulator/core/machine-private.h"
#include "emulator/core/memory-private.h"

#include <stdio.h>
#include <string.h>

#include "emulator/state/state.h"

#define STATE_VERSION  1
#define STATE_MAX_TIME (UINT64_MAX >> 4) /* ns; 36 years, what the clock surely holds */

/* "cpu.3", "device.serial0": what comes next belongs to it. */
static void state_name(char *name, size_t size, const char *kind, const char *id)
{
    snprintf(name, size, "%s.%s", kind, id);
}

static void state_write_head(struct emu_writer *out, const char *kind, const char *id)
{
    char name[64];

    state_name(name, sizeof(name), kind, id);
    emu_write_section(out, name, STATE_VERSION);
}

static bool state_read_head(struct emu_reader *in, const char *kind, const char *id,
                            struct emu_error *err)
{
    char name[64];
    uint32_t version;

    state_name(name, sizeof(name), kind, id);
    if (!emu_read_section(in, name, &version, err))
        return false;
    return version == STATE_VERSION ||
           emu_error_set(err, EMU_ERROR_INPUT,
                         "saved state: section '%s' has version %u, and only %u is known", name,
                         version, STATE_VERSION);
}

static const char *state_number(char text[24], size_t number)
{
    snprintf(text, 24, "%zu", number);
    return text;
}

/* ---- RAM ---- */

/* Translated code of the old contents must go. */
static void state_tell_code_tracker(struct emu_memory *memory)
{
    emu_gpa address = 0;
    struct emu_range range;

    if (memory->written == NULL)
        return;
    do {
        range = emu_memory_find(memory, address);
        if (range.host != NULL)
            memory->written(memory->written_opaque, address, range.length);
        address += range.length;
    } while (range.length != UINT64_MAX && address != 0);
}

/* ---- all ---- */

static void state_save_vcpus(struct emu_machine *machine, struct emu_writer *out)
{
    char number[24];
    unsigned i;

    for (i = 0; i < machine->vcpu_count; i++) {
        state_write_head(out, "cpu", state_number(number, i));
        if (machine->vcpus[i].ops->save != NULL)
            machine->vcpus[i].ops->save(&machine->vcpus[i], out);
    }
}

static void state_save_board(struct emu_machine *machine, struct emu_writer *out)
{
    if (machine->board == NULL || machine->board->save == NULL)
        return;
    state_write_head(out, "board", machine->board->name);
    machine->board->save(machine, out);
}

static void state_settle(struct emu_machine_private *p)
{
    for (size_t i = 0; i < p->part_count; i++) {
        if (p->parts[i].ops->settle != NULL)
            p->parts[i].ops->settle(p->parts[i].object);
    }
}

bool emu_machine_save(struct emu_machine *machine, struct emu_writer *out, struct emu_error *err)
{
    struct emu_machine_private *p = machine->private;
    char number[24];
    size_t i;

    state_settle(p);
    emu_write_section(out, "machine", STATE_VERSION);
    emu_write_u64(out, "time", emu_clock_now(machine->clock));
    emu_write_u64(out, "vcpus", machine->vcpu_count);
    emu_write_u64(out, "devices", machine->device_count);
    emu_write_u64(out, "rams", p->ram_count);
    emu_write_u64(out, "asleep", atomic_load(&p->asleep));
    state_save_vcpus(machine, out);
    for (i = 0; i < machine->device_count; i++) {
        state_write_head(out, "device", machine->devices[i]->id);
        emu_device_save(machine->devices[i], out);
    }
    state_save_board(machine, out);
    for (i = 0; i < p->ram_count; i++) {
        state_write_head(out, "ram", state_number(number, i));
        emu_ram_save(p->rams[i], out);
    }
    return emu_writer_flush(out, err);
}

static bool state_expect(struct emu_reader *in, const char *field, uint64_t expected,
                         struct emu_error *err)
{
    uint64_t value;

    if (!emu_read_u64(in, field, &value, err))
        return false;
    return value == expected ||
           emu_error_set(err, EMU_ERROR_INPUT,
                         "saved state: the machine had %llu %s, this one has %llu",
                         (unsigned long long)value, field, (unsigned long long)expected);
}

static bool state_load_machine(struct emu_machine *machine, struct emu_reader *in,
                               struct emu_error *err)
{
    uint32_t version;
    uint64_t now, asleep;

    if (!emu_read_section(in, "machine", &version, err))
        return false;
    if (version != STATE_VERSION)
        return emu_error_set(err, EMU_ERROR_INPUT, "saved state: version %u, and only %u is known",
                             version, STATE_VERSION);
    if (!emu_read_u64(in, "time", &now, err) ||
        !state_expect(in, "vcpus", machine->vcpu_count, err) ||
        !state_expect(in, "devices", machine->device_count, err) ||
        !state_expect(in, "rams", machine->private->ram_count, err) ||
        !emu_read_u64(in, "asleep", &asleep, err))
        return false;
    if (now > STATE_MAX_TIME)
        return emu_error_set(err, EMU_ERROR_INPUT, "saved state: the machine's time is absurd");
    emu_clock_set(machine->clock, now);
    atomic_store(&machine->private->asleep, asleep != 0);
    return true;
}

static bool state_load_vcpus(struct emu_machine *machine, struct emu_reader *in,
                             struct emu_error *err)
{
    char number[24];
    unsigned i;

    for (i = 0; i < machine->vcpu_count; i++) {
        struct emu_vcpu *vcpu = &machine->vcpus[i];

        if (!state_read_head(in, "cpu", state_number(number, i), err))
            return false;
        if (vcpu->ops->load != NULL && !vcpu->ops->load(vcpu, in, err))
            return emu_error_set(err, EMU_ERROR_INPUT, "saved state: cpu %u rejects it", i);
    }
    return true;
}

static bool state_load_devices(struct emu_machine *machine, struct emu_reader *in,
                               struct emu_error *err)
{
    size_t i;

    for (i = 0; i < machine->device_count; i++) {
        if (!state_read_head(in, "device", machine->devices[i]->id, err) ||
            !emu_device_load(machine->devices[i], in, err))
            return false;
    }
    return true;
}

static bool state_load_board(struct emu_machine *machine, struct emu_reader *in,
                             struct emu_error *err)
{
    if (machine->board == NULL || machine->board->load == NULL)
        return true;
    return state_read_head(in, "board", machine->board->name, err) &&
           machine->board->load(machine, in, err);
}

bool emu_machine_load(struct emu_machine *machine, struct emu_reader *in, struct emu_error *err)
{
    struct emu_machine_private *p = machine->private;
    char number[24];
    size_t i;

    if (!state_load_machine(machine, in, err) || !state_load_vcpus(machine, in, err) ||
        !state_load_devices(machine, in, err) || !state_load_board(machine, in, err))
        return false;
    for (i = 0; i < p->ram_count; i++) {
        if (!state_read_head(in, "ram", state_number(number, i), err) ||
            !emu_ram_load(p->rams[i], in, err))
            return false;
    }
    state_tell_code_tracker(machine->memory);
    return true;
}

/* ---- in files (api/machine.h) ---- */

struct state_file {
    int fd;
    struct emu_error *err;
    bool done;
};

static bool state_sync(struct emu_machine_private *p, struct emu_error *err)
{
    for (size_t i = 0; i < p->part_count; i++) {
        if (p->parts[i].ops->sync != NULL && !p->parts[i].ops->sync(p->parts[i].object, err))
            return false;
    }
    return true;
}

static bool state_is_paused(const struct emu_machine *machine, struct emu_error *err)
{
    return emu_machine_get_state(machine) == EMU_MACHINE_PAUSED ||
           emu_error_set(err, EMU_ERROR_INPUT,
                         "the state can be saved and loaded only while the machine is paused");
}

static void state_save_file(struct emu_machine *machine, void *opaque)
{
    struct state_file *file = opaque;
    struct emu_writer *out;

    if (!state_is_paused(machine, file->err))
        return;
    emu_machine_pause(machine); /* a step may be under way */
    out = emu_writer_new_file(file->fd);
    if (out == NULL)
        emu_error_set(file->err, EMU_ERROR_HOST, "out of memory while saving the machine");
    else
        file->done =
            emu_machine_save(machine, out, file->err) && state_sync(machine->private, file->err);
    emu_writer_free(out);
}

static void state_load_file(struct emu_machine *machine, void *opaque)
{
    struct state_file *file = opaque;
    struct emu_reader *in;

    if (!state_is_paused(machine, file->err))
        return;
    in = emu_reader_new_file(file->fd);
    if (in == NULL)
        emu_error_set(file->err, EMU_ERROR_HOST, "out of memory while loading the machine");
    else
        file->done = emu_machine_load(machine, in, file->err);
    emu_reader_free(in);
}

bool emu_machine_save_file(struct emu_machine *machine, int fd, struct emu_error *err)
{
    struct state_file file = {.fd = fd, .err = err};

    emu_machine_call(machine, state_save_file, &file);
    return file.done;
}

bool emu_machine_load_file(struct emu_machine *machine, int fd, struct emu_error *err)
{
    struct state_file file = {.fd = fd, .err = err};

    emu_machine_call(machine, state_load_file, &file);
    return file.done;
}
