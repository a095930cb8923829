/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dummy processor, device and board (dummy.h). */
#include "tests/core/dummy.h"

#include <sched.h>

#include "emulator/state/state.h"
#include "tests/test.h"

/* ---- a processor ---- */

void dummy_check_still(void *opaque)
{
    struct board *board = opaque;

    atomic_store(&board->exclusive, true);
    board->unprotected++;
    atomic_fetch_add(&board->sections, 1);
    sched_yield();
    atomic_store(&board->exclusive, false);
}

static void dummy_event(struct emu_vcpu *vcpu, enum emu_debug_stop stop)
{
    struct emu_debug_event event = {.stop = stop, .vcpu = vcpu->index, .address = 0x1000};

    emu_machine_debug_event(vcpu->machine, &event);
}

static void dummy_power(struct emu_vcpu *vcpu, enum emu_power_event event, unsigned code)
{
    vcpu->machine->power.request(vcpu->machine->power.opaque, event, code);
}

static void dummy_start(struct emu_vcpu *vcpu)
{
    struct dummy *dummy = vcpu->arch;

    if (dummy->step && !dummy->skip_step) {
        dummy->step = false;
        atomic_fetch_add(&dummy->count, 1);
        dummy_event(vcpu, EMU_DEBUG_STEP);
    } else if (dummy->mode == DUMMY_TRIPLE) {
        dummy_power(vcpu, EMU_POWER_SHUTDOWN, 0);
    } else if (dummy->mode == DUMMY_OFF) {
        dummy_power(vcpu, EMU_POWER_OFF, 0);
    } else if (dummy->mode == DUMMY_RESET) {
        dummy_power(vcpu, dummy->resets < 2 ? EMU_POWER_RESET : EMU_POWER_OFF, 0);
    } else if (dummy->mode == DUMMY_BREAK) {
        dummy_event(vcpu, EMU_DEBUG_BREAK);
    }
}

static void dummy_run(struct emu_vcpu *vcpu)
{
    struct dummy *dummy = vcpu->arch;
    uint32_t request;

    dummy_start(vcpu);
    for (;;) {
        request = atomic_load(&dummy->request);
        if (request & EMU_REQUEST_PAUSE)
            return;
        if (request & EMU_REQUEST_EXCLUSIVE)
            emu_vcpu_step_aside(vcpu);
        if (request & DUMMY_INTERRUPT) {
            emu_vcpu_clear(vcpu, DUMMY_INTERRUPT);
            atomic_fetch_add(&dummy->interrupts, 1);
        }
        if (dummy->mode == DUMMY_HALT)
            emu_vcpu_wait(vcpu, DUMMY_INTERRUPT);
        else if (dummy->mode == DUMMY_EXCLUDE)
            emu_machine_run_exclusive(vcpu->machine, vcpu, dummy_check_still, dummy->board);
        if (atomic_load(&dummy->board->exclusive)) /* and yet we are in the guest */
            atomic_fetch_add(&dummy->board->violations, 1);
        atomic_fetch_add(&dummy->count, 1);
        atomic_fetch_add(&vcpu->instructions, 1);
    }
}

static void dummy_reset(struct emu_vcpu *vcpu)
{
    atomic_fetch_add(&((struct dummy *)vcpu->arch)->resets, 1);
}

static void dummy_save(struct emu_vcpu *vcpu, struct emu_writer *out)
{
    emu_write_u64(out, "saved", ((struct dummy *)vcpu->arch)->saved);
}

static bool dummy_load(struct emu_vcpu *vcpu, struct emu_reader *in, struct emu_error *err)
{
    return emu_read_u64(in, "saved", &((struct dummy *)vcpu->arch)->saved, err);
}

static const struct emu_vcpu_ops dummy_ops = {
    .run = dummy_run, .reset = dummy_reset, .save = dummy_save, .load = dummy_load};

/* ---- a debugger's view: one register, virtual = physical + 1 MiB ---- */

static const struct emu_debug_register dummy_registers[] = {{"count", "test", "uint64", 64}};

static char *dummy_xml(void)
{
    return strdup("<target/>");
}

static void dummy_read_register(struct emu_vcpu *vcpu, size_t index, void *out)
{
    uint64_t value = atomic_load(&((struct dummy *)vcpu->arch)->count);

    memcpy(out, &value, sizeof(value));
}

static void dummy_write_register(struct emu_vcpu *vcpu, size_t index, const void *data)
{
    uint64_t value;

    memcpy(&value, data, sizeof(value));
    atomic_store(&((struct dummy *)vcpu->arch)->count, value);
}

static bool dummy_translate(struct emu_vcpu *vcpu, emu_gva address, emu_gpa *out)
{
    *out = address - 0x100000;
    return address >= 0x100000 && address < 0x200000;
}

static void dummy_breaks_changed(struct emu_vcpu *vcpu)
{
    atomic_fetch_add(&((struct dummy *)vcpu->arch)->board->tells, 1);
}

static void dummy_arm_step(struct emu_vcpu *vcpu)
{
    ((struct dummy *)vcpu->arch)->step = true;
}

static void dummy_disarm_step(struct emu_vcpu *vcpu)
{
    ((struct dummy *)vcpu->arch)->step = false;
}

static const struct emu_debug_target dummy_target = {
    .registers = dummy_registers,
    .register_count = 1,
    .describe = dummy_xml,
    .read = dummy_read_register,
    .write = dummy_write_register,
    .translate = dummy_translate,
    .breaks_changed = dummy_breaks_changed,
    .arm_step = dummy_arm_step,
    .disarm_step = dummy_disarm_step,
};

/* ---- a board ---- */

static void board_after_reset(struct emu_machine *machine)
{
    ((struct board *)machine->board_data)->after_resets++;
}

static void board_power_button(struct emu_machine *machine)
{
    ((struct board *)machine->board_data)->power_buttons++;
    emu_machine_request_power(machine, EMU_POWER_OFF, 0);
}

static bool board_init_cpus(struct emu_machine *machine)
{
    struct board *board = machine->board_data;

    board->inits++;
    return board->takes_init;
}

static void board_fall_asleep(struct emu_machine *machine)
{
    ((struct board *)machine->board_data)->sleeps++;
}

static void board_before_wake(struct emu_machine *machine)
{
    struct board *board = machine->board_data;

    board->lines = board->dummies[0].resets;
}

static void board_after_wake(struct emu_machine *machine)
{
    struct board *board = machine->board_data;

    board->wakes += board->lines + 1 == board->dummies[0].resets;
}

static void board_input_wakes(struct emu_machine *machine)
{
    ((struct board *)machine->board_data)->inputs++;
}

static void board_free(struct emu_machine *machine)
{
    ((struct board *)machine->board_data)->frees++;
}

static const struct emu_field board_fields[] = {EMU_FIELD(struct board, lines), EMU_FIELD_END};

static void board_save(struct emu_machine *machine, struct emu_writer *out)
{
    emu_write_fields(out, machine->board_data, board_fields);
}

static bool board_load(struct emu_machine *machine, struct emu_reader *in, struct emu_error *err)
{
    return emu_read_fields(in, machine->board_data, board_fields, err);
}

static const struct emu_board_hooks board_hooks = {
    .name = "dummy",
    .after_reset = board_after_reset,
    .power_button = board_power_button,
    .init_cpus = board_init_cpus,
    .fall_asleep = board_fall_asleep,
    .before_wake = board_before_wake,
    .after_wake = board_after_wake,
    .input_wakes = board_input_wakes,
    .save = board_save,
    .load = board_load,
    .free = board_free,
};

static void ticker_tick(void *opaque)
{
    struct ticker *ticker = opaque;

    atomic_fetch_add(&ticker->ticks, 1);
    emu_timer_arm(&ticker->timer, emu_clock_now(ticker->device.clock) + 1000000);
}

static uint64_t ticker_read(void *opaque, uint64_t offset, unsigned size)
{
    return ((struct ticker *)opaque)->reg;
}

static bool ticker_realize(struct emu_device *device, struct emu_error *err)
{
    static const struct emu_region_ops ops = {.read = ticker_read};
    struct ticker *ticker = (struct ticker *)device;

    emu_timer_init(&ticker->timer, device->clock, &device->lock, ticker_tick, ticker);
    emu_region_init_io(&ticker->region, "ticker", &ops, ticker, &device->lock, 8);
    device->regions[0] = &ticker->region;
    return true;
}

static void ticker_unrealize(struct emu_device *device)
{
    emu_timer_finish(&((struct ticker *)device)->timer);
    emu_region_remove(&((struct ticker *)device)->region);
}

static void ticker_reset(struct emu_device *device)
{
    struct ticker *ticker = (struct ticker *)device;

    ticker->reg = 7;
    emu_timer_arm(&ticker->timer, emu_clock_now(device->clock) + 1000000);
}

static void ticker_save(struct emu_device *device, struct emu_writer *out)
{
    emu_write_u64(out, "reg", ((struct ticker *)device)->reg);
}

static bool ticker_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    return emu_read_u64(in, "reg", &((struct ticker *)device)->reg, err);
}

const struct emu_device_class ticker_class = {
    .name = "ticker",
    .size = sizeof(struct ticker),
    .realize = ticker_realize,
    .unrealize = ticker_unrealize,
    .reset = ticker_reset,
    .save = ticker_save,
    .load = ticker_load,
};

static void board_swallow_irq(void *opaque, unsigned line, bool level)
{
}

static struct emu_ram *board_add_memory(struct emu_machine *machine, struct emu_region *region)
{
    struct emu_ram *ram = emu_ram_new("ram", 1 << 20, NULL);

    emu_region_init_ram(region, "ram", ram, 0, 1 << 20);
    emu_region_add(emu_memory_root(machine->memory), 0, region, 0);
    CHECK(emu_machine_add_ram(machine, ram, NULL));
    return ram;
}

static void board_add_ticker(struct emu_machine *machine)
{
    struct emu_device *device = emu_device_new(&ticker_class, "ticker0", NULL);

    device->clock = machine->clock;
    device->irqs[0] = (struct emu_irq){board_swallow_irq, NULL, 0x905};
    CHECK(emu_device_realize(device, NULL));
    emu_region_add(emu_memory_root(machine->io), 0x60, device->regions[0], 0);
    CHECK(emu_machine_add_device(machine, device, NULL));
}

struct emu_machine *dummy_machine_new(struct board *board, struct emu_region *region,
                                      unsigned vcpus, enum dummy_mode mode,
                                      const struct emu_machine_observer *observer)
{
    struct emu_machine *machine = emu_machine_alloc(observer, NULL);
    unsigned i;

    memset(board, 0, sizeof(*board));
    CHECK(machine != NULL && emu_machine_set_vcpu_count(machine, vcpus, NULL));
    machine->board = &board_hooks;
    machine->board_data = board;
    machine->debug = &dummy_target;
    for (i = 0; i < vcpus; i++) {
        board->dummies[i].mode = mode;
        board->dummies[i].machine = machine;
        board->dummies[i].board = board;
        CHECK(emu_vcpu_init(&machine->vcpus[i], machine, i, &dummy_ops, &board->dummies[i],
                            &board->dummies[i].request, NULL));
    }
    board_add_memory(machine, region);
    board_add_ticker(machine);
    return machine;
}

struct emu_machine *dummy_machine_start(struct board *board, struct emu_region *region,
                                        unsigned vcpus, enum dummy_mode mode)
{
    struct emu_machine *machine = dummy_machine_new(board, region, vcpus, mode, NULL);

    CHECK(emu_machine_finish(machine, NULL));
    emu_machine_resume(machine);
    return machine;
}
