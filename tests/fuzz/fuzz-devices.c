/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All devices of the table, wired together: the input is a program of accesses, line changes and
 * passing time, or a saved state of one device followed by nothing. The guest controls all of it.
 */
#include "tests/fuzz/fuzz.h"

#include "emulator/hw/intc/pic.h"
#include "emulator/state/state.h"
#include "tests/hw/rig.h"

#define FUZZ_MAX_STEPS 400

struct fuzz_board {
    struct rig rig;
    struct rig_device *devices[RIG_DEVICES]; /* as in the table */
    struct rig_device *pic, *ioapic, *lapic;
    unsigned count;
};

struct fuzz_input {
    const uint8_t *data;
    size_t left;
};

static uint64_t fuzz_take(struct fuzz_input *input, unsigned bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < bytes && input->left != 0; i++, input->left--)
        value |= (uint64_t)*input->data++ << 8 * i;
    return value;
}

/* Every line reaches both interrupt controllers. */
static void fuzz_line(void *opaque, unsigned line, bool level)
{
    struct fuzz_board *board = opaque;

    rig_line(board->ioapic, line % 24, level);
    rig_line(board->pic, line % 16, level);
}

static void fuzz_wire(struct fuzz_board *board)
{
    for (unsigned i = 0; i < board->count; i++) {
        struct rig_device *device = board->devices[i];
        bool controller = device == board->pic || device == board->ioapic;

        for (unsigned n = 0; n < EMU_DEVICE_MAX_IRQS && !controller; n++)
            device->device->irqs[n] = (struct emu_irq){fuzz_line, board, n};
    }
    board->pic->device->irqs[0] = emu_device_irq_in(board->lapic->device, 0);
}

static struct rig_device *fuzz_add(struct fuzz_board *board, const struct emu_device_class *class)
{
    struct rig_device *device = rig_new(&board->rig, class);

    if (class == &emu_pic_class)
        board->pic = device;
    else if (class == &emu_ioapic_class)
        board->ioapic = device;
    else if (class == &emu_lapic_class)
        board->lapic = device;
    return device;
}

static void fuzz_board_init(struct fuzz_board *board)
{
    *board = (struct fuzz_board){.count = 0};
    rig_init(&board->rig);
    for (size_t i = 0; emu_device_classes[i] != NULL; i++)
        board->devices[board->count++] = fuzz_add(board, emu_device_classes[i]);
    emu_lapic_set_pic(board->lapic->device, emu_pic_acknowledge, board->pic->device);
    for (unsigned i = 0; i < board->count; i++)
        rig_realize(board->devices[i]);
    fuzz_wire(board);
}

static void fuzz_lapic(struct rig_device *lapic, uint8_t what, struct fuzz_input *input)
{
    uint64_t value;

    switch (what & 7) {
    case 0:
        emu_lapic_ops.write(lapic->device, fuzz_take(input, 1) << 4, fuzz_take(input, 4), 4);
        break;
    case 1:
        emu_lapic_ops.read(lapic->device, fuzz_take(input, 2), 4);
        break;
    case 2:
        emu_lapic_ops.write_msr(lapic->device, 0x800 + (uint32_t)fuzz_take(input, 1),
                                fuzz_take(input, 8));
        break;
    case 3:
        emu_lapic_ops.read_msr(lapic->device, 0x800 + (uint32_t)fuzz_take(input, 1), &value);
        break;
    case 4:
        emu_lapic_ops.set_base(lapic->device, 0xfee00000 | fuzz_take(input, 2));
        break;
    case 5:
        emu_lapic_ops.write_msr(lapic->device, 0x6e0, fuzz_take(input, 8));
        break;
    case 6:
        emu_lapic_ops.init(lapic->device);
        break;
    default:
        emu_lapic_ops.acknowledge(lapic->device);
        break;
    }
}

static void fuzz_access(struct rig_device *device, uint8_t what, struct fuzz_input *input)
{
    unsigned region = what & 7, size = 1u << (what >> 3 & 3);
    struct emu_region *target = device->device->regions[region];
    uint64_t offset = fuzz_take(input, what & 0x40 ? 4 : 1);

    if (target == NULL)
        return;
    offset %= target->size;
    if (what & 0x20)
        rig_write(device, region, offset, fuzz_take(input, size), size);
    else
        rig_read(device, region, offset, size);
}

/* One step: which device, what to do, with which operands. */
static void fuzz_step(struct fuzz_board *board, struct fuzz_input *input)
{
    uint8_t which = (uint8_t)fuzz_take(input, 1), what = (uint8_t)fuzz_take(input, 1);
    struct rig_device *device = board->devices[which % board->count];

    if (which >= 0xf0)
        rig_advance(&board->rig, fuzz_take(input, 1) << (what & 15));
    else if (what >= 0xf0)
        emu_device_reset(device->device);
    else if (what >= 0xc0 && device->device->irq_in != NULL)
        rig_line(device, what & 31, what & 32);
    else if (device == board->lapic)
        fuzz_lapic(device, what, input);
    else
        fuzz_access(device, what, input);
}

static void fuzz_load(struct rig_device *device, const struct fuzz_input *input)
{
    struct emu_reader *in = emu_reader_new(input->data, input->left);

    if (emu_device_load(device->device, in, NULL)) {
        for (unsigned region = 0; region < EMU_DEVICE_MAX_REGIONS; region++)
            for (uint64_t offset = 0; offset < 64; offset++)
                if (device->device->regions[region] != NULL &&
                    offset < device->device->regions[region]->size)
                    rig_read(device, region, offset, 1);
        rig_advance(device->rig, RIG_MS);
    }
    emu_reader_free(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    struct fuzz_board board;
    uint8_t kind;

    if (size == 0)
        return 0;
    fuzz_board_init(&board);
    kind = (uint8_t)fuzz_take(&input, 1);
    if (kind & 0x80)
        fuzz_load(board.devices[(kind & 0x7f) % board.count], &input);
    else
        for (unsigned i = 0; i < FUZZ_MAX_STEPS && input.left != 0; i++)
            fuzz_step(&board, &input);
    rig_finish(&board.rig);
    return 0;
}

/* Seeds: programs of pseudo-random bytes, and the saved state of the first small devices. */
size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    uint64_t random = 0x9e3779b97f4a7c15ull * (index + 1);
    struct emu_writer *writer;
    struct fuzz_board board;
    const uint8_t *data;
    size_t length = 0;

    if (index >= 16)
        return 0;
    if (index < 6) {
        for (length = 0; length < 1024; length++) {
            random = random * 6364136223846793005ull + 1442695040888963407ull;
            out[length] = (uint8_t)(random >> 56);
        }
        out[0] &= 0x7f;
        return length;
    }
    fuzz_board_init(&board);
    writer = emu_writer_new();
    emu_device_save(board.devices[(index - 6) % board.count]->device, writer);
    data = emu_writer_data(writer, &length);
    length = length + 1 < size ? length : size - 1;
    memcpy(out + 1, data, length);
    out[0] = (uint8_t)(0x80 | ((index - 6) % board.count));
    emu_writer_free(writer);
    rig_finish(&board.rig);
    return length + 1;
}
