/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a machine tells about itself: statistics, its devices; and the topology arithmetic. */
#include "emulator/core/machine-private.h"
#include "emulator/api/stats.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- statistics ---- */

static emu_ns info_halted(const struct emu_vcpu *vcpu, emu_ns now)
{
    emu_ns halted = atomic_load_explicit(&vcpu->halted_ns, memory_order_relaxed);
    emu_ns since = atomic_load_explicit(&vcpu->sleeping_since, memory_order_relaxed);

    if (atomic_load(&vcpu->sleeping) && now > since)
        halted += now - since;
    return halted;
}

struct emu_machine_stats emu_machine_get_stats(const struct emu_machine *machine)
{
    const struct emu_engine_ops *engine = machine->engine;
    struct emu_machine_stats stats = {0};
    unsigned i;

    stats.time = emu_clock_now(machine->clock);
    stats.vcpus = machine->vcpu_count;
    stats.engine = engine != NULL ? engine->name : "";
    stats.engine_why = atomic_load(&machine->engine_changed) ? "" : machine->engine_why;
    for (i = 0; i < machine->vcpu_count; i++) {
        stats.instructions +=
            atomic_load_explicit(&machine->vcpus[i].instructions, memory_order_relaxed);
        stats.halted += info_halted(&machine->vcpus[i], stats.time);
    }
    return stats;
}

bool emu_machine_get_vcpu_stats(const struct emu_machine *machine, unsigned vcpu,
                                struct emu_vcpu_stats *out)
{
    *out = (struct emu_vcpu_stats){0};
    if (vcpu >= machine->vcpu_count)
        return false;
    out->instructions =
        atomic_load_explicit(&machine->vcpus[vcpu].instructions, memory_order_relaxed);
    out->halted = info_halted(&machine->vcpus[vcpu], emu_clock_now(machine->clock));
    return true;
}

static uint64_t info_count(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void emu_machine_get_io(const struct emu_machine *machine, struct emu_machine_io *out)
{
    const struct emu_counters *counters = &machine->counters;

    *out = (struct emu_machine_io){
        .disk_read = info_count(&counters->disk_read),
        .disk_written = info_count(&counters->disk_written),
        .disk_requests = info_count(&counters->disk_requests),
        .net_received = info_count(&counters->net_received),
        .net_sent = info_count(&counters->net_sent),
        .code = info_count(&counters->code),
    };
}

/* ---- devices ---- */

static void info_print_region(FILE *out, const struct emu_machine *machine,
                              const struct emu_region *region)
{
    const struct emu_memory *memory = atomic_load(&region->memory);
    const struct emu_region *up;
    uint64_t address = region->address;

    if (region->parent == NULL || memory == NULL)
        return;
    for (up = region->parent; up->parent != NULL; up = up->parent)
        address += up->address;
    fprintf(out, " %s:%#" PRIx64 "-%#" PRIx64, memory == machine->io ? "io" : "mem", address,
            address + region->size - 1);
}

static void info_print_device(FILE *out, const struct emu_machine *machine,
                              const struct emu_device *device)
{
    size_t i;

    fprintf(out, "%s %s", device->id, device->class->name);
    for (i = 0; i < EMU_DEVICE_MAX_REGIONS; i++) {
        if (device->regions[i] != NULL)
            info_print_region(out, machine, device->regions[i]);
    }
    if (device->irqs[0].fn != NULL)
        fprintf(out, " irq:%u", device->irqs[0].line & 0xff);
    fprintf(out, "\n");
}

static void info_describe(struct emu_machine *machine, void *opaque)
{
    char **text = opaque;
    size_t size = 0, i;
    FILE *out = open_memstream(text, &size);

    if (out == NULL)
        return;
    for (i = 0; i < machine->device_count; i++)
        info_print_device(out, machine, machine->devices[i]);
    fclose(out);
}

/* On the loop thread, where devices come and go. */
char *emu_machine_describe(const struct emu_machine *machine)
{
    char *text = NULL;

    emu_machine_call((struct emu_machine *)machine, info_describe, &text);
    return text;
}

/* ---- topology ---- */

static bool topology_too_large(struct emu_error *err)
{
    return emu_error_set(err, EMU_ERROR_INPUT, "a machine has at most %u processors: give fewer",
                         EMU_MAX_VCPUS);
}

/* The product of those that are given. False: too large. */
static bool topology_product(const struct emu_topology *topology, unsigned *product)
{
    const unsigned given[] = {topology->sockets, topology->dies, topology->cores,
                              topology->threads};
    size_t i;

    *product = 1;
    for (i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
        if (given[i] > EMU_MAX_VCPUS)
            return false;
        if (given[i] != 0)
            *product *= given[i];
        if (*product > EMU_MAX_VCPUS)
            return false;
    }
    return true;
}

/* The first field that is not given takes what is left, the others become 1. */
static unsigned topology_fill(struct emu_topology *topology, unsigned rest)
{
    unsigned *const fields[] = {&topology->cores, &topology->sockets, &topology->threads,
                                &topology->dies};
    size_t i;

    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (*fields[i] == 0) {
            *fields[i] = rest;
            rest = 1;
        }
    }
    return rest;
}

bool emu_topology_complete(struct emu_topology *topology, struct emu_error *err)
{
    unsigned product;

    if (!topology_product(topology, &product) || topology->cpus > EMU_MAX_VCPUS)
        return topology_too_large(err);
    if (topology->cpus == 0) {
        if (topology->sockets + topology->dies + topology->cores + topology->threads == 0)
            return emu_error_set(err, EMU_ERROR_INPUT, "a machine needs at least one processor");
        topology->cpus = product;
    }
    if (topology->cpus % product != 0 || topology_fill(topology, topology->cpus / product) != 1)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "%u processors cannot be made of sockets, dies, cores and threads "
                             "whose product is %u",
                             topology->cpus, product);
    return true;
}
