/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Building and taking apart a machine, and what it owns. How it runs is in machine-loop.c, its
 * saved form in machine-state.c, what it tells about itself in machine-info.c.
 */
#include "emulator/core/machine-private.h"

#include <stdlib.h>
#include <string.h>

#include "emulator/util/host-time.h"

static void machine_request_power(void *opaque, enum emu_power_event event, unsigned code)
{
    emu_machine_request_power(opaque, event, code);
}

static void machine_wake_loop(void *opaque)
{
    emu_queue_wake(opaque);
}

static void machine_input_changed(void *opaque)
{
    const struct emu_machine_observer *observer =
        &((struct emu_machine *)opaque)->private->observer;

    if (observer->input_changed != NULL)
        observer->input_changed(observer->opaque);
}

static bool machine_init_conditions(struct emu_machine_private *p)
{
    pthread_mutex_init(&p->gate_lock, NULL);
    pthread_mutex_init(&p->exclusive_lock, NULL);
    return emu_cond_init(&p->gate_changed) == 0 && emu_cond_init(&p->idle_changed) == 0 &&
           emu_cond_init(&p->state_changed) == 0 && emu_cond_init(&p->exclusive_changed) == 0;
}

static struct emu_machine_private *machine_private_new(const struct emu_machine_observer *observer)
{
    struct emu_machine_private *p = calloc(1, sizeof(*p));

    if (p == NULL)
        return NULL;
    if (!machine_init_conditions(p)) {
        free(p);
        return NULL;
    }
    if (observer != NULL)
        p->observer = *observer;
    p->calls_last = &p->calls;
    atomic_store(&p->state, EMU_MACHINE_PAUSED);
    return p;
}

static bool machine_make_parts(struct emu_machine *machine,
                               const struct emu_machine_observer *observer, struct emu_error *err)
{
    machine->private = machine_private_new(observer);
    machine->clock = emu_clock_new(err);
    machine->queue = emu_queue_new(err);
    machine->memory = emu_memory_new("memory", 0, err);
    machine->io = emu_memory_new("io", 0x10000, err);
    machine->displays.queue = machine->queue;
    machine->input = emu_input_new(machine->queue, machine_input_changed, machine);
    return (machine->private != NULL && machine->clock != NULL && machine->queue != NULL &&
            machine->memory != NULL && machine->io != NULL && machine->input != NULL) ||
           emu_error_set(err, EMU_ERROR_HOST, "out of memory");
}

struct emu_machine *emu_machine_alloc(const struct emu_machine_observer *observer,
                                      struct emu_error *err)
{
    struct emu_machine *machine = calloc(1, sizeof(*machine));

    if (machine == NULL) {
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
        return NULL;
    }
    if (!machine_make_parts(machine, observer, err)) {
        emu_machine_free(machine);
        return NULL;
    }
    machine->power.request = machine_request_power;
    machine->power.opaque = machine;
    emu_memory_set_trace(machine->memory, &machine->trace);
    emu_memory_set_trace(machine->io, &machine->trace);
    emu_clock_on_rearm(machine->clock, machine_wake_loop, machine->queue);
    return machine;
}

/* ---- what it owns ---- */

#define MACHINE_GROW 8

/* Room for one more element in an array of count; NULL: out of memory, the array is unchanged. One
 * that shrank may be moved for nothing. */
static void *machine_grow(void *array, size_t count, size_t size, struct emu_error *err)
{
    void *grown;

    if (count % MACHINE_GROW != 0)
        return array;
    grown = realloc(array, (count + MACHINE_GROW) * size);
    if (grown == NULL)
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    return grown;
}

struct emu_device *emu_machine_find_device(struct emu_machine *machine, const char *id)
{
    size_t i;

    for (i = 0; i < machine->device_count; i++) {
        if (strcmp(machine->devices[i]->id, id) == 0)
            return machine->devices[i];
    }
    return NULL;
}

/* It may be in an address space already. */
static bool machine_refuse_device(struct emu_device *device)
{
    size_t i;

    for (i = 0; i < EMU_DEVICE_MAX_REGIONS; i++) {
        if (device->regions[i] != NULL)
            emu_region_remove(device->regions[i]);
    }
    emu_device_free(device);
    return false;
}

bool emu_machine_add_device(struct emu_machine *machine, struct emu_device *device,
                            struct emu_error *err)
{
    struct emu_device **devices;

    if (emu_machine_find_device(machine, device->id) != NULL) {
        emu_error_set(err, EMU_ERROR_INPUT, "there are two devices '%s': give each its own id",
                      device->id);
        return machine_refuse_device(device);
    }
    devices = machine_grow(machine->devices, machine->device_count, sizeof(*devices), err);
    if (devices == NULL)
        return machine_refuse_device(device);
    machine->devices = devices;
    devices[machine->device_count++] = device;
    return true;
}

bool emu_machine_add_ram(struct emu_machine *machine, struct emu_ram *ram, struct emu_error *err)
{
    struct emu_machine_private *p = machine->private;
    struct emu_ram **rams = machine_grow(p->rams, p->ram_count, sizeof(*rams), err);

    if (rams == NULL) {
        emu_ram_free(ram);
        return false;
    }
    p->rams = rams;
    rams[p->ram_count++] = ram;
    return true;
}

bool emu_machine_add_part(struct emu_machine *machine, const struct emu_machine_part *part,
                          void *object, struct emu_error *err)
{
    struct emu_machine_private *p = machine->private;
    struct machine_owned_part *parts = machine_grow(p->parts, p->part_count, sizeof(*parts), err);

    if (parts == NULL) {
        part->free(object);
        return false;
    }
    p->parts = parts;
    parts[p->part_count++] = (struct machine_owned_part){part, object};
    return true;
}

void emu_machine_remove_device(struct emu_machine *machine, struct emu_device *device)
{
    size_t i = 0;

    while (i < machine->device_count && machine->devices[i] != device)
        i++;
    if (i == machine->device_count)
        return;
    machine->device_count--;
    memmove(machine->devices + i, machine->devices + i + 1,
            (machine->device_count - i) * sizeof(*machine->devices));
    emu_device_free(device);
}

static void machine_free_part(void *opaque, emu_ns now, const void *data, size_t length)
{
    struct emu_machine_private *p = ((struct emu_machine *)opaque)->private;
    struct machine_owned_part found = {0};
    void *object;
    size_t i;

    memcpy(&object, data, sizeof(object));
    for (i = 0; i < p->part_count && found.ops == NULL; i++) {
        if (p->parts[i].object == object)
            found = p->parts[i];
    }
    if (found.ops == NULL)
        return;
    p->part_count--;
    memmove(p->parts + i - 1, p->parts + i, (p->part_count + 1 - i) * sizeof(*p->parts));
    found.ops->free(object);
}

/* If the queue does not take it, the machine is about to end and frees it then. */
void emu_machine_remove_part(struct emu_machine *machine, void *object)
{
    emu_queue_post(machine->queue, machine_free_part, machine, &object, sizeof(object));
}

bool emu_machine_set_vcpu_count(struct emu_machine *machine, unsigned count, struct emu_error *err)
{
    if (count == 0 || count > EMU_MAX_VCPUS)
        return emu_error_set(err, EMU_ERROR_INPUT, "a machine has 1 to %u processors, not %u",
                             EMU_MAX_VCPUS, count);
    if (machine->vcpus != NULL)
        return emu_error_set(err, EMU_ERROR_INTERNAL, "the number of processors is set already");
    machine->vcpus = calloc(count, sizeof(*machine->vcpus));
    if (machine->vcpus == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    machine->vcpu_count = count;
    return true;
}

/* ---- the end of building, and the end ---- */

bool emu_machine_finish(struct emu_machine *machine, struct emu_error *err)
{
    unsigned i;

    for (i = 0; i < machine->vcpu_count; i++) {
        if (machine->vcpus[i].ops == NULL)
            return emu_error_set(err, EMU_ERROR_INTERNAL, "cpu %u was not set up", i);
    }
    emu_machine_reset_all(machine);
    return emu_machine_start_loop(machine, err);
}

static void machine_stop_threads(struct emu_machine *machine)
{
    unsigned i;

    if (machine->private->loop_started) {
        emu_machine_stop(machine);
        emu_machine_join_loop(machine);
    }
    for (i = 0; i < machine->vcpu_count; i++)
        emu_vcpu_join(&machine->vcpus[i]);
}

/* The trees first: the owners of regions then go in any order, and nobody is told of it. */
static void machine_clear_memory(struct emu_memory *memory)
{
    emu_memory_on_change(memory, NULL, NULL);
    emu_memory_on_write(memory, NULL, NULL);
    emu_memory_clear(memory);
}

static void machine_free_contents(struct emu_machine *machine)
{
    const struct emu_engine_ops *engine = machine->engine;
    struct emu_machine_private *p = machine->private;
    size_t i;

    machine_clear_memory(machine->memory);
    machine_clear_memory(machine->io);
    if (engine != NULL && engine->detach != NULL)
        engine->detach(machine);
    if (machine->board != NULL && machine->board->free != NULL)
        machine->board->free(machine);
    for (i = machine->device_count; i > 0; i--)
        emu_device_free(machine->devices[i - 1]);
    for (i = p->part_count; i > 0; i--)
        p->parts[i - 1].ops->free(p->parts[i - 1].object);
    for (i = 0; i < machine->vcpu_count; i++)
        emu_vcpu_finish(&machine->vcpus[i]);
    for (i = 0; i < p->ram_count; i++)
        emu_ram_free(p->rams[i]);
}

static void machine_private_free(struct emu_machine_private *p)
{
    if (p == NULL)
        return;
    pthread_cond_destroy(&p->gate_changed);
    pthread_cond_destroy(&p->idle_changed);
    pthread_cond_destroy(&p->state_changed);
    pthread_cond_destroy(&p->exclusive_changed);
    pthread_mutex_destroy(&p->gate_lock);
    pthread_mutex_destroy(&p->exclusive_lock);
    free(p->rams);
    free(p->parts);
    free(p);
}

void emu_machine_free(struct emu_machine *machine)
{
    if (machine == NULL)
        return;
    if (machine->private != NULL && machine->memory != NULL && machine->io != NULL) {
        machine_stop_threads(machine);
        if (machine->queue != NULL)
            emu_queue_close(machine->queue);
        machine_free_contents(machine);
    }
    emu_memory_free(machine->memory);
    emu_memory_free(machine->io);
    emu_input_free(machine->input);
    emu_queue_free(machine->queue);
    emu_clock_free(machine->clock);
    machine_private_free(machine->private);
    free(machine->devices);
    free(machine->vcpus);
    free(machine);
}
