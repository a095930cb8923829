/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PC's processors: each an x86_cpu behind a vcpu, with a local APIC of its own. */
#include <stdio.h>
#include <stdlib.h>

#include "emulator/boards/board.h"
#include "emulator/hw/intc/lapic.h"
#include "emulator/hw/intc/pic.h"

/* The machine has the emu_vcpu once emu_vcpu_init succeeded, and then frees the x86_cpu with it. */
static bool cpus_make_vcpu(struct board *board, unsigned index, struct emu_error *err)
{
    struct emu_machine *machine = board->machine;
    struct x86_cpu *cpu = x86_cpu_new(err);

    if (cpu == NULL)
        return false;
    board->cpus[index] = cpu;
    cpu->model = board->model;
    cpu->apic_id = x86_model_apic_id(board->model, index);
    cpu->memory = cpu->plain_memory = machine->memory;
    cpu->smm_memory = board->smm_memory;
    cpu->io = machine->io;
    cpu->clock = machine->clock;
    cpu->trace = &machine->trace;
    cpu->power = &machine->power;
    board->apic_ids[index] = cpu->apic_id;
    cpu->vcpu = &machine->vcpus[index];
    if (emu_vcpu_init(cpu->vcpu, machine, index, &x86_vcpu_ops, cpu, &cpu->ir.request, err))
        return true;
    board->cpus[index] = NULL;
    x86_cpu_free(cpu);
    return false;
}

static bool cpus_make_lapic(struct board *board, unsigned index, struct emu_error *err)
{
    struct x86_cpu *cpu = board->cpus[index];
    struct emu_apic_cpu face = x86_apic_cpu(cpu);
    struct emu_device *lapic;
    char id[16];

    snprintf(id, sizeof(id), "lapic%u", index);
    lapic = emu_device_new(&emu_lapic_class, id, err);
    if (lapic == NULL)
        return false;
    lapic->clock = board->machine->clock;
    lapic->power = board->machine->power;
    emu_lapic_join(lapic, board->apic_bus, &face, cpu->apic_id, index == 0);
    emu_lapic_set_pic(lapic, emu_pic_acknowledge, board->pic);
    if (!emu_device_realize(lapic, err)) {
        emu_device_free(lapic);
        return false;
    }
    board->lapics[index] = lapic;
    cpu->apic_ops = &emu_lapic_ops;
    cpu->apic = lapic;
    return emu_machine_add_device(board->machine, lapic, err);
}

static bool cpus_make_model(struct board *board, struct emu_error *err)
{
    const struct emu_topology *topology = &board->topology;
    struct x86_topology levels = {topology->sockets, topology->dies, topology->cores,
                                  topology->threads};

    board->model = x86_model_parse(board->config->cpu, err);
    if (board->model == NULL)
        return false;
    x86_model_set_topology(board->model, &levels);
    return true;
}

/* Whatever they remember of the memory map is old. */
static void cpus_memory_changed(void *opaque)
{
    struct board *board = opaque;

    for (unsigned i = 0; i < board->cpu_count; i++)
        x86_memory_changed(board->cpus[i]);
}

bool board_add_cpus(struct board *board, struct emu_error *err)
{
    unsigned count = board->topology.cpus;

    if (!cpus_make_model(board, err) || !emu_machine_set_vcpu_count(board->machine, count, err))
        return false;
    board->cpus = calloc(count, sizeof(*board->cpus));
    board->lapics = calloc(count, sizeof(struct emu_device *));
    board->apic_ids = calloc(count, sizeof(*board->apic_ids));
    if (board->cpus == NULL || board->lapics == NULL || board->apic_ids == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    for (unsigned i = 0; i < count; i++) {
        if (!cpus_make_vcpu(board, i, err) || !cpus_make_lapic(board, i, err))
            return false;
    }
    for (unsigned i = 0; i < count; i++)
        board->cpus[i]->ferr =
            emu_device_irq_in(emu_machine_find_device(board->machine, "coprocessor"), 0);
    board->cpu_count = count;
    emu_memory_on_change(board->machine->memory, cpus_memory_changed, board);
    board->machine->debug = &x86_debug_target;
    return true;
}

/* The processors themselves were freed with their vcpus, the APICs with the devices. */
void board_free_cpus(struct board *board)
{
    free(board->cpus);
    free(board->lapics);
    free(board->apic_ids);
    x86_model_free(board->model);
}
