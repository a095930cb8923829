/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a board's table: makes each device, gives it its powers, realizes it and maps it. */
#include "emulator/boards/board.h"

#include "emulator/chardev/chardev.h"
#include "emulator/hw/pci/pci-host.h"
#include "emulator/hw/pci/pcie-port.h"
#include "emulator/state/state.h"

/*
 * Several devices may drive one interrupt: it is high while any of them holds it. Each driver is a
 * bit; emu_irq.line carries the interrupt and, shifted by 8, the number of the bit. The controllers
 * are told under lines_lock, so that they hear of levels in order; they call no device back.
 */
static bool board_merge(uint64_t *drivers, unsigned bit, bool level)
{
    *drivers = level ? *drivers | 1ull << bit : *drivers & ~(1ull << bit);
    return *drivers != 0;
}

/* ISA interrupts reach the 8259s and the IOAPIC, where the timer's is pin 2. */
static void board_isa_irq(void *opaque, unsigned line, bool level)
{
    struct board *board = opaque;
    unsigned irq = line & 0xff, pin = irq == 0 ? 2 : irq;
    struct emu_irq pic = emu_device_irq_in(board->pic, irq);
    struct emu_irq ioapic = emu_device_irq_in(board->ioapic, pin);

    pthread_mutex_lock(&board->lines_lock);
    level = board_merge(&board->isa_drivers[irq], line >> 8, level);
    if (irq != 2)
        emu_irq_set(&pic, level);
    emu_irq_set(&ioapic, board_merge(&board->gsi_drivers[pin], 0, level));
    pthread_mutex_unlock(&board->lines_lock);
}

static void board_gsi_irq(void *opaque, unsigned line, bool level)
{
    struct board *board = opaque;
    unsigned pin = line & 0xff;
    struct emu_irq ioapic = emu_device_irq_in(board->ioapic, pin);

    pthread_mutex_lock(&board->lines_lock);
    emu_irq_set(&ioapic, board_merge(&board->gsi_drivers[pin], line >> 8, level));
    pthread_mutex_unlock(&board->lines_lock);
}

static void board_pirq(void *opaque, unsigned line, bool level)
{
    struct board *board = opaque;
    struct emu_irq lpc = emu_device_irq_in(board->lpc, line);

    emu_irq_set(&lpc, level);
}

static const struct emu_field board_line_fields[] = {
    EMU_FIELD_ARRAY(struct board, isa_drivers),
    EMU_FIELD_ARRAY(struct board, gsi_drivers),
    EMU_FIELD(struct board, a20_closed),
    EMU_FIELD(struct board, vmgenid_address),
    EMU_FIELD_END,
};

void board_save_lines(const struct board *board, struct emu_writer *out)
{
    emu_write_fields(out, board, board_line_fields);
}

bool board_load_lines(struct board *board, struct emu_reader *in, struct emu_error *err)
{
    if (!emu_read_fields(in, board, board_line_fields, err))
        return false;
    board_restore_a20(board);
    return true;
}

/* line: 0 LINT0, 1 LINT1 of every processor. */
static void board_lint_irq(void *opaque, unsigned line, bool level)
{
    struct board *board = opaque;

    for (unsigned i = 0; i < board->cpu_count; i++) {
        struct emu_irq lint = emu_device_irq_in(board->lapics[i], line);
        emu_irq_set(&lint, level);
    }
}

void board_pulse_nmi(struct board *board)
{
    board_lint_irq(board, 1, true);
    board_lint_irq(board, 1, false);
}

static void board_ignne(void *opaque, unsigned line, bool level)
{
    struct board *board = opaque;

    for (unsigned i = 0; i < board->cpu_count; i++)
        atomic_store(&board->cpus[i]->ignne, level);
}

static struct emu_irq board_irq(struct board *board, const struct board_wire *wire, unsigned index)
{
    unsigned input = wire->input + index;
    unsigned driver = board->drivers << 8;

    switch (wire->target) {
    case BOARD_ISA:
        return (struct emu_irq){board_isa_irq, board, input | driver};
    case BOARD_GSI:
        return (struct emu_irq){board_gsi_irq, board, input | driver};
    case BOARD_LINT0:
        return (struct emu_irq){board_lint_irq, board, 0};
    case BOARD_LINT1:
        return (struct emu_irq){board_lint_irq, board, 1};
    case BOARD_IGNNE:
        return (struct emu_irq){board_ignne, board, 0};
    case BOARD_SMI:
        return (struct emu_irq){board_smi, board, 0};
    case BOARD_A20:
        return (struct emu_irq){board_a20, board, 0};
    case BOARD_PIRQ:
        return (struct emu_irq){board_pirq, board, input};
    case BOARD_DEVICE:
        return emu_device_irq_in(emu_machine_find_device(board->machine, wire->device), input);
    case BOARD_NOWHERE:
        break;
    }
    return (struct emu_irq){0};
}

static void board_connect(struct board *board, const struct board_device *row,
                          struct emu_device *device)
{
    if (row->wires[0].count != 0)
        board->drivers++;
    for (unsigned i = 0; i < BOARD_MAX_WIRES; i++) {
        const struct board_wire *wire = &row->wires[i];
        for (unsigned n = 0; n < wire->count; n++)
            device->irqs[wire->line + n] = board_irq(board, wire, n);
    }
    board_give_powers(board, device);
}

void board_give_powers(struct board *board, struct emu_device *device)
{
    device->clock = board->machine->clock;
    device->dma = board->machine->memory;
    device->power = board->machine->power;
    device->input = board->machine->input;
    device->displays = &board->machine->displays;
}

static void board_map_regions(struct board *board, const struct board_device *row,
                              struct emu_device *device)
{
    for (unsigned i = 0; i < BOARD_MAX_MAPS; i++) {
        const struct board_map *map = &row->maps[i];
        struct emu_memory *space =
            map->space == BOARD_PORTS ? board->machine->io : board->machine->memory;
        if (map->space != BOARD_UNMAPPED)
            emu_region_add(emu_memory_root(space), map->address, device->regions[map->region],
                           map->priority);
    }
}

static bool board_present(const struct board *board, const struct board_device *row)
{
    const struct emu_machine_config *config = board->config;

    switch (row->presence) {
    case BOARD_ALWAYS:
        return true;
    case BOARD_SERIAL:
        return row->instance == 0 || config->serial[row->instance].ops != NULL;
    case BOARD_DEBUGCON:
        return config->debugcon.ops != NULL;
    case BOARD_DEBUG_EXIT:
        return config->debug_exit;
    case BOARD_TESTDEV:
        return config->testdev;
    case BOARD_TPM:
        return config->tpm.ops != NULL;
    case BOARD_FLASH:
        return config->firmware != NULL && config->firmware_vars != NULL;
    case BOARD_OWN_BUSES:
        return config->buses.count == 0;
    case BOARD_OWN_RNG:
        return config->buses.count == 0 && !config->buses.rng.given;
    }
    return false;
}

/* A serial line or the debug console takes its back end, which is closed also on failure. */
static bool board_add_chardev(struct board *board, const struct board_device *row,
                              struct emu_device *device, struct emu_error *err)
{
    struct emu_chardev_backend *backend, taken;

    if (row->presence == BOARD_SERIAL)
        backend = &board->config->serial[row->instance];
    else if (row->presence == BOARD_DEBUGCON)
        backend = &board->config->debugcon;
    else
        return true;
    taken = *backend;
    *backend = (struct emu_chardev_backend){0};
    device->chardev = emu_chardev_new(board->machine->queue, &taken, err);
    return device->chardev != NULL && emu_machine_add_chardev(board->machine, device->chardev, err);
}

static bool board_set_properties(const struct board_device *row, struct emu_device *device,
                                 struct emu_error *err)
{
    for (unsigned i = 0; i < BOARD_MAX_PROPERTIES && row->properties[i].name != NULL; i++) {
        if (!emu_device_set(device, row->properties[i].name, row->properties[i].value, err))
            return false;
    }
    return true;
}

static bool board_put_on_bus(struct board *board, const struct board_device *row,
                             struct emu_device *device, struct emu_error *err)
{
    struct emu_pci_device *function = (struct emu_pci_device *)device;

    if (!row->pci)
        return true;
    if (row->place != NULL)
        return board_put_at(board, row->place, function, err);
    if (row->port != NULL)
        return emu_pcie_port_plug(row->port, function, err);
    return emu_pci_host_add(board->pci_host, row->devfn, function, err);
}

static bool board_finish_device(struct board *board, const struct board_device *row,
                                struct emu_device *device, struct emu_error *err)
{
    return board_set_properties(row, device, err) && board_add_chardev(board, row, device, err) &&
           (row->prepare == NULL || row->prepare(board, device, err)) &&
           emu_device_realize(device, err) && board_put_on_bus(board, row, device, err);
}

bool board_add_device(struct board *board, const struct board_device *row, struct emu_error *err)
{
    struct emu_device *device = emu_device_new(row->class, row->id, err);

    if (device == NULL)
        return false;
    board_connect(board, row, device);
    if (!board_finish_device(board, row, device, err)) {
        emu_device_free(device);
        return false;
    }
    board_map_regions(board, row, device);
    return emu_machine_add_device(board->machine, device, err);
}

bool board_add_devices(struct board *board, const struct board_device *rows, size_t count,
                       struct emu_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (board_present(board, &rows[i]) && !board_add_device(board, &rows[i], err))
            return false;
    }
    return true;
}
