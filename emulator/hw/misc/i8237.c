/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two 8237A DMA controllers as in the PC/AT (Intel 8237A data sheet; ICH9 datasheet 13.2). A device
 * moves its data by the handle of its channel. Left out: transfers from memory to memory, requests
 * by software, and priorities, as nothing takes time.
 */
#include "emulator/hw/misc/i8237.h"

#include <string.h>

#include "emulator/hw/save.h"

#define I8237_CHANNELS 4 /* of one controller */
#define I8237_PAGES    16

enum i8237_port { /* behind the addresses and counts of the channels */
                  I8237_STATUS = 8,
                  I8237_REQUEST = 9,
                  I8237_MASK = 10,
                  I8237_MODE = 11,
                  I8237_FLIP_FLOP = 12,
                  I8237_CLEAR = 13,
                  I8237_CLEAR_MASK = 14,
                  I8237_ALL_MASK = 15,
};

#define I8237_COMMAND_DISABLE 0x04u

#define I8237_MODE_TYPE    0x0cu /* what is done with memory: */
#define I8237_MODE_WRITE   0x04u
#define I8237_MODE_READ    0x08u
#define I8237_MODE_AUTO    0x10u /* begins anew at the terminal count */
#define I8237_MODE_DOWN    0x20u /* addresses decrease */
#define I8237_MODE_CASCADE 0xc0u

struct i8237_channel {
    uint16_t base_address, base_count;
    uint16_t address, count; /* units; count is one less than what is left */
    uint8_t mode;
};

struct i8237_controller {
    struct i8237_channel channels[I8237_CHANNELS];
    uint8_t command, mask;
    uint8_t ended;  /* terminal counts since the status was read */
    bool flip_flop; /* the high byte is next */
};

struct i8237 {
    struct emu_device device;
    struct emu_region low, high, page_ports;
    struct i8237_controller controllers[2];
    uint8_t pages[I8237_PAGES];
};

static struct i8237 *i8237_of(void *device)
{
    return device;
}

/* ---- registers ---- */

static uint8_t i8237_read_word(struct i8237_controller *controller, unsigned index)
{
    const struct i8237_channel *channel = &controller->channels[index / 2];
    uint16_t value = index & 1 ? channel->count : channel->address;
    bool high = controller->flip_flop;

    controller->flip_flop = !high;
    return (uint8_t)(high ? value >> 8 : value);
}

static void i8237_write_word(struct i8237_controller *controller, unsigned index, uint8_t value)
{
    struct i8237_channel *channel = &controller->channels[index / 2];
    uint16_t *base = index & 1 ? &channel->base_count : &channel->base_address;

    *base = controller->flip_flop ? (uint16_t)((*base & 0xff) | value << 8)
                                  : (uint16_t)((*base & 0xff00) | value);
    *(index & 1 ? &channel->count : &channel->address) = *base;
    controller->flip_flop = !controller->flip_flop;
}

static uint8_t i8237_read_register(struct i8237_controller *controller, unsigned index)
{
    uint8_t ended = controller->ended;

    if (index < I8237_STATUS)
        return i8237_read_word(controller, index);
    if (index == I8237_ALL_MASK)
        return controller->mask | 0xf0;
    if (index != I8237_STATUS)
        return 0;
    controller->ended = 0;
    return ended;
}

static void i8237_clear(struct i8237_controller *controller)
{
    controller->command = controller->ended = 0;
    controller->mask = 0xf;
    controller->flip_flop = false;
}

static void i8237_write_register(struct i8237_controller *controller, unsigned index, uint8_t value)
{
    uint8_t bit = (uint8_t)(1u << (value & 3));

    switch (index) {
    case I8237_STATUS: /* written: the command */
        controller->command = value;
        break;
    case I8237_MASK:
        controller->mask = value & 4 ? controller->mask | bit : controller->mask & (uint8_t)~bit;
        break;
    case I8237_MODE:
        controller->channels[value & 3].mode = value & 0xfc;
        break;
    case I8237_FLIP_FLOP:
        controller->flip_flop = false;
        break;
    case I8237_CLEAR:
        i8237_clear(controller);
        break;
    case I8237_CLEAR_MASK:
        controller->mask = 0;
        break;
    case I8237_ALL_MASK:
        controller->mask = value & 0xf;
        break;
    default:
        if (index < I8237_STATUS)
            i8237_write_word(controller, index, value);
        break;
    }
}

static uint64_t i8237_low_read(void *opaque, uint64_t offset, unsigned size)
{
    return i8237_read_register(&i8237_of(opaque)->controllers[0], (unsigned)offset);
}

static void i8237_low_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    i8237_write_register(&i8237_of(opaque)->controllers[0], (unsigned)offset, (uint8_t)value);
}

/* Address line 0 does not reach the second one. */
static uint64_t i8237_high_read(void *opaque, uint64_t offset, unsigned size)
{
    return i8237_read_register(&i8237_of(opaque)->controllers[1], (unsigned)offset / 2);
}

static void i8237_high_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    i8237_write_register(&i8237_of(opaque)->controllers[1], (unsigned)offset / 2, (uint8_t)value);
}

static uint64_t i8237_page_read(void *opaque, uint64_t offset, unsigned size)
{
    return i8237_of(opaque)->pages[offset];
}

static void i8237_page_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    i8237_of(opaque)->pages[offset] = (uint8_t)value;
}

static const struct emu_region_ops i8237_low_ops = {i8237_low_read, i8237_low_write, .impl_max = 1};
static const struct emu_region_ops i8237_high_ops = {i8237_high_read, i8237_high_write,
                                                     .impl_max = 1};
static const struct emu_region_ops i8237_page_ops = {i8237_page_read, i8237_page_write,
                                                     .impl_max = 1};

/* ---- transfers ---- */

/* Where the channel's next unit lies. */
static emu_gpa i8237_place(const struct i8237 *i8237, unsigned number)
{
    static const uint8_t registers[2 * I8237_CHANNELS] = {7, 3, 1, 2, 15, 11, 9, 10};
    uint16_t address = i8237->controllers[number / 4].channels[number % 4].address;
    emu_gpa page = i8237->pages[registers[number]];

    return number < 4 ? page << 16 | address : (page & 0xfe) << 16 | (emu_gpa)address << 1;
}

/* Moves units that lie one behind the other. What does not go the device's way moves nothing. */
static void i8237_copy(const struct i8237 *i8237, unsigned number, uint8_t *data, size_t length,
                       bool in)
{
    uint8_t type = i8237->controllers[number / 4].channels[number % 4].mode & I8237_MODE_TYPE;
    emu_gpa place = i8237_place(i8237, number);

    if (in && type == I8237_MODE_WRITE)
        emu_memory_write(i8237->device.dma, place, data, length);
    else if (!in && type == I8237_MODE_READ)
        emu_memory_read(i8237->device.dma, place, data, length);
    else if (!in)
        memset(data, 0, length);
}

/* How many units go in one piece: up to the end of the count, and of the page. */
static size_t i8237_run(const struct i8237_channel *channel, size_t wanted)
{
    size_t left = (size_t)channel->count + 1, page = 0x10000u - channel->address;

    if (channel->mode & I8237_MODE_DOWN)
        return 1;
    left = left < page ? left : page;
    return wanted < left ? wanted : left;
}

/* True: that was the terminal count. */
static bool i8237_advance(struct i8237_controller *controller, unsigned number, size_t units)
{
    struct i8237_channel *channel = &controller->channels[number];
    bool end = units > channel->count;

    channel->address = (uint16_t)(channel->mode & I8237_MODE_DOWN ? channel->address - units
                                                                  : channel->address + units);
    channel->count = (uint16_t)(channel->count - units);
    if (!end)
        return false;
    controller->ended |= (uint8_t)(1u << number);
    if (channel->mode & I8237_MODE_AUTO) {
        channel->address = channel->base_address;
        channel->count = channel->base_count;
    } else {
        controller->mask |= (uint8_t)(1u << number);
    }
    return true;
}

static bool i8237_is_open(const struct i8237_controller *controller, unsigned number)
{
    return !(controller->command & I8237_COMMAND_DISABLE) && !(controller->mask >> number & 1) &&
           (controller->channels[number].mode & I8237_MODE_CASCADE) != I8237_MODE_CASCADE;
}

static size_t i8237_move(void *opaque, unsigned number, void *data, size_t length, bool in,
                         bool *end)
{
    struct i8237 *i8237 = i8237_of(opaque);
    struct i8237_controller *controller = &i8237->controllers[number / 4];
    unsigned shift = number / 4;
    size_t done = 0;

    pthread_mutex_lock(&i8237->device.lock);
    while (!*end && length - done >= 1u << shift && i8237_is_open(controller, number % 4)) {
        size_t units = i8237_run(&controller->channels[number % 4], (length - done) >> shift);

        i8237_copy(i8237, number, (uint8_t *)data + done, units << shift, in);
        *end = i8237_advance(controller, number % 4, units);
        done += units << shift;
    }
    pthread_mutex_unlock(&i8237->device.lock);
    return done;
}

struct emu_isa_dma emu_i8237_channel(struct emu_device *device, unsigned channel)
{
    return (struct emu_isa_dma){i8237_move, device, channel % (2 * I8237_CHANNELS)};
}

/* ---- the device ---- */

static bool i8237_realize(struct emu_device *device, struct emu_error *err)
{
    struct i8237 *i8237 = i8237_of(device);

    emu_region_init_io(&i8237->low, "dma-low", &i8237_low_ops, i8237, &device->lock, 16);
    emu_region_init_io(&i8237->high, "dma-high", &i8237_high_ops, i8237, &device->lock, 32);
    emu_region_init_io(&i8237->page_ports, "dma-pages", &i8237_page_ops, i8237, &device->lock,
                       I8237_PAGES);
    device->regions[0] = &i8237->low;
    device->regions[1] = &i8237->high;
    device->regions[2] = &i8237->page_ports;
    return true;
}

static void i8237_reset(struct emu_device *device)
{
    struct i8237 *i8237 = i8237_of(device);

    memset(i8237->controllers, 0, sizeof(i8237->controllers));
    memset(i8237->pages, 0, sizeof(i8237->pages));
    for (unsigned i = 0; i < 2; i++)
        i8237_clear(&i8237->controllers[i]);
}

static const struct emu_field i8237_page_fields[] = {EMU_FIELD_ARRAY(struct i8237, pages),
                                                     EMU_FIELD_END};

static const struct emu_field i8237_controller_fields[] = {
    EMU_FIELD(struct i8237_controller, command),
    EMU_FIELD(struct i8237_controller, mask),
    EMU_FIELD(struct i8237_controller, ended),
    EMU_FIELD(struct i8237_controller, flip_flop),
    EMU_FIELD_END,
};

static const struct emu_field i8237_channel_fields[] = {
    EMU_FIELD(struct i8237_channel, base_address), EMU_FIELD(struct i8237_channel, base_count),
    EMU_FIELD(struct i8237_channel, address),      EMU_FIELD(struct i8237_channel, count),
    EMU_FIELD(struct i8237_channel, mode),         EMU_FIELD_END,
};

static void i8237_save(struct emu_device *device, struct emu_writer *out)
{
    struct i8237 *i8237 = i8237_of(device);

    emu_hw_save(out, "i8237", i8237, i8237_page_fields);
    for (unsigned i = 0; i < 2; i++) {
        emu_write_fields(out, &i8237->controllers[i], i8237_controller_fields);
        for (unsigned n = 0; n < I8237_CHANNELS; n++)
            emu_write_fields(out, &i8237->controllers[i].channels[n], i8237_channel_fields);
    }
}

static bool i8237_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct i8237 *i8237 = i8237_of(device);

    if (!emu_hw_load(in, "i8237", i8237, i8237_page_fields, err))
        return false;
    for (unsigned i = 0; i < 2; i++) {
        if (!emu_read_fields(in, &i8237->controllers[i], i8237_controller_fields, err))
            return false;
        for (unsigned n = 0; n < I8237_CHANNELS; n++)
            if (!emu_read_fields(in, &i8237->controllers[i].channels[n], i8237_channel_fields, err))
                return false;
    }
    return true;
}

const struct emu_device_class emu_i8237_class = {
    .name = "i8237",
    .description = "two 8237A DMA controllers",
    .size = sizeof(struct i8237),
    .realize = i8237_realize,
    .reset = i8237_reset,
    .save = i8237_save,
    .load = i8237_load,
};
