/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * i8042 keyboard controller of a PS/2 (IBM PS/2 Hardware Interface Technical Reference, Keyboard
 * and Auxiliary Device Controller). One byte waits in the output buffer; the next follows as soon
 * as that is read. Passwords and the test inputs are left out.
 */
#include "emulator/hw/input/i8042.h"

#include "emulator/core/input.h"
#include "emulator/hw/input/ps2.h"
#include "emulator/hw/save.h"

/* Status register. */
#define I8042_STATUS_FULL     0x01u /* the output buffer holds a byte */
#define I8042_STATUS_SYSTEM   0x04u /* self-test passed */
#define I8042_STATUS_COMMAND  0x08u /* the last write went to port 0x64 */
#define I8042_STATUS_UNLOCKED 0x10u
#define I8042_STATUS_MOUSE    0x20u /* the byte is the mouse's */

/* Controller command byte (RAM byte 0). */
#define I8042_KEYBOARD_IRQ 0x01u
#define I8042_MOUSE_IRQ    0x02u
#define I8042_SYSTEM       0x04u
#define I8042_KEYBOARD_OFF 0x10u
#define I8042_MOUSE_OFF    0x20u
#define I8042_TRANSLATE    0x40u

/* Output port. */
#define I8042_OUT_RUN      0x01u /* 0 resets the processor */
#define I8042_OUT_A20      0x02u
#define I8042_OUT_KEYBOARD 0x10u /* a byte of the keyboard waits */
#define I8042_OUT_MOUSE    0x20u
#define I8042_OUT_IDLE     0xc0u /* keyboard clock and data */

enum i8042_command {
    I8042_READ_RAM = 0x20,  /* to 0x3f */
    I8042_WRITE_RAM = 0x60, /* to 0x7f */
    I8042_TEST_PASSWORD = 0xa4,
    I8042_DISABLE_MOUSE = 0xa7,
    I8042_ENABLE_MOUSE = 0xa8,
    I8042_TEST_MOUSE = 0xa9,
    I8042_SELF_TEST = 0xaa,
    I8042_TEST_KEYBOARD = 0xab,
    I8042_DISABLE_KEYBOARD = 0xad,
    I8042_ENABLE_KEYBOARD = 0xae,
    I8042_READ_INPUT = 0xc0,
    I8042_READ_OUTPUT = 0xd0,
    I8042_WRITE_OUTPUT = 0xd1,
    I8042_ECHO_KEYBOARD = 0xd2, /* the parameter appears as if the keyboard had sent it */
    I8042_ECHO_MOUSE = 0xd3,
    I8042_WRITE_MOUSE = 0xd4,
    I8042_A20_OFF = 0xdd,
    I8042_A20_ON = 0xdf,
    I8042_READ_TEST = 0xe0,
    I8042_PULSE = 0xf0, /* to 0xff: output lines whose bit is 0 are pulsed */
};

#define I8042_RAM 32

enum i8042_source { I8042_FROM_CONTROLLER, I8042_FROM_KEYBOARD, I8042_FROM_MOUSE };

struct i8042 {
    struct emu_device device;
    struct emu_region data_port, command_port;
    struct emu_input_sink keys, pointer;
    struct ps2_keyboard keyboard;
    struct ps2_mouse mouse;

    uint8_t ram[I8042_RAM]; /* byte 0 is the command byte */
    uint8_t status;         /* without the bits of the output buffer */
    uint8_t output;         /* the byte in the buffer */
    bool full;
    uint8_t source;  /* enum i8042_source of that byte */
    uint8_t pending; /* command that waits for its parameter; 0: none */
    bool break_next; /* translation saw an F0 */
    bool a20;
    struct ps2_queue answers; /* of the controller itself */
};

static struct i8042 *i8042_of(void *device)
{
    return device;
}

/* ---- output buffer ---- */

static void i8042_update_irqs(struct i8042 *i8042)
{
    bool mouse = i8042->full && i8042->source == I8042_FROM_MOUSE;
    bool keyboard = i8042->full && i8042->source == I8042_FROM_KEYBOARD;

    emu_irq_set(&i8042->device.irqs[0], keyboard && (i8042->ram[0] & I8042_KEYBOARD_IRQ));
    emu_irq_set(&i8042->device.irqs[1], mouse && (i8042->ram[0] & I8042_MOUSE_IRQ));
}

static void i8042_set_output(struct i8042 *i8042, uint8_t byte, enum i8042_source source)
{
    i8042->output = byte;
    i8042->source = source;
    i8042->full = true;
}

/* Set 2 to set 1: F0 vanishes and sets the next code's top bit. False: nothing to show yet. */
static bool i8042_translate(struct i8042 *i8042, uint8_t *byte)
{
    if (!(i8042->ram[0] & I8042_TRANSLATE))
        return true;
    if (*byte == 0xf0) {
        i8042->break_next = true;
        return false;
    }
    *byte = ps2_translate(*byte);
    if (i8042->break_next)
        *byte |= 0x80;
    i8042->break_next = false;
    return true;
}

static void i8042_fetch_keyboard(struct i8042 *i8042)
{
    while (!i8042->full && i8042->keyboard.queue.count != 0) {
        uint8_t byte = ps2_queue_pop(&i8042->keyboard.queue);

        i8042->keyboard.last = byte;
        if (i8042_translate(i8042, &byte))
            i8042_set_output(i8042, byte, I8042_FROM_KEYBOARD);
    }
}

static void i8042_fetch_mouse(struct i8042 *i8042)
{
    if (i8042->full || i8042->mouse.queue.count == 0)
        return;
    i8042->mouse.last = ps2_queue_pop(&i8042->mouse.queue);
    i8042_set_output(i8042, i8042->mouse.last, I8042_FROM_MOUSE);
    ps2_mouse_drained(&i8042->mouse);
}

static void i8042_tell_leds(struct i8042 *i8042)
{
    if (i8042->keyboard.leds & PS2_LEDS_SET)
        emu_input_set_leds(&i8042->keys, i8042->keyboard.leds);
    else
        emu_input_forget_leds(&i8042->keys);
}

/* Fills the empty output buffer: the controller's answers first, then keyboard, then mouse. */
static void i8042_refill(struct i8042 *i8042)
{
    if (!i8042->full && i8042->answers.count != 0)
        i8042_set_output(i8042, ps2_queue_pop(&i8042->answers), I8042_FROM_CONTROLLER);
    if (!(i8042->ram[0] & I8042_KEYBOARD_OFF))
        i8042_fetch_keyboard(i8042);
    if (!(i8042->ram[0] & I8042_MOUSE_OFF))
        i8042_fetch_mouse(i8042);
    i8042_tell_leds(i8042);
    i8042_update_irqs(i8042);
}

static void i8042_answer(struct i8042 *i8042, uint8_t byte)
{
    ps2_queue_push(&i8042->answers, byte);
}

/* ---- output port ---- */

static uint8_t i8042_output_port(const struct i8042 *i8042)
{
    uint8_t value = I8042_OUT_RUN | I8042_OUT_IDLE;

    if (i8042->a20)
        value |= I8042_OUT_A20;
    if (i8042->full)
        value |= i8042->source == I8042_FROM_MOUSE ? I8042_OUT_MOUSE : I8042_OUT_KEYBOARD;
    return value;
}

static void i8042_set_a20(struct i8042 *i8042, bool open)
{
    i8042->a20 = open;
    emu_irq_set(&i8042->device.irqs[2], open);
}

static void i8042_reset_processor(struct i8042 *i8042)
{
    const struct emu_power *power = &i8042->device.power;

    if (power->request != NULL)
        power->request(power->opaque, EMU_POWER_CPU_RESET, 0);
}

static void i8042_set_output_port(struct i8042 *i8042, uint8_t value)
{
    i8042_set_a20(i8042, value & I8042_OUT_A20);
    if (!(value & I8042_OUT_RUN))
        i8042_reset_processor(i8042);
}

/* ---- commands ---- */

static void i8042_self_test(struct i8042 *i8042)
{
    i8042->status |= I8042_STATUS_SYSTEM;
    i8042->ram[0] |= I8042_SYSTEM;
    i8042_answer(i8042, 0x55);
}

static void i8042_set_mode(struct i8042 *i8042, uint8_t value)
{
    i8042->ram[0] = value & 0x7f;
    i8042->status &= (uint8_t)~I8042_STATUS_SYSTEM;
    i8042->status |= value & I8042_SYSTEM;
}

/* Commands that come with their answer or change a bit. */
static void i8042_simple_command(struct i8042 *i8042, uint8_t command)
{
    switch (command) {
    case I8042_TEST_PASSWORD:
        i8042_answer(i8042, 0xf1); /* there is none */
        break;
    case I8042_DISABLE_MOUSE:
        i8042->ram[0] |= I8042_MOUSE_OFF;
        break;
    case I8042_ENABLE_MOUSE:
        i8042->ram[0] &= (uint8_t)~I8042_MOUSE_OFF;
        break;
    case I8042_TEST_MOUSE:
    case I8042_TEST_KEYBOARD:
    case I8042_READ_TEST:
        i8042_answer(i8042, 0); /* no fault; both clocks low */
        break;
    case I8042_SELF_TEST:
        i8042_self_test(i8042);
        break;
    case I8042_DISABLE_KEYBOARD:
        i8042->ram[0] |= I8042_KEYBOARD_OFF;
        break;
    case I8042_ENABLE_KEYBOARD:
        i8042->ram[0] &= (uint8_t)~I8042_KEYBOARD_OFF;
        break;
    case I8042_READ_INPUT:
        i8042_answer(i8042, 0x80); /* not locked */
        break;
    case I8042_READ_OUTPUT:
        i8042_answer(i8042, i8042_output_port(i8042));
        break;
    case I8042_A20_OFF:
    case I8042_A20_ON:
        i8042_set_a20(i8042, command == I8042_A20_ON);
        break;
    default:
        break;
    }
}

static bool i8042_takes_parameter(uint8_t command)
{
    return (command & 0xe0) == I8042_WRITE_RAM ||
           (command >= I8042_WRITE_OUTPUT && command <= I8042_WRITE_MOUSE);
}

static void i8042_run(struct i8042 *i8042, uint8_t command)
{
    i8042->pending = 0;
    if (i8042_takes_parameter(command))
        i8042->pending = command;
    else if ((command & 0xe0) == I8042_READ_RAM)
        i8042_answer(i8042, i8042->ram[command & 31]);
    else if (command < I8042_PULSE)
        i8042_simple_command(i8042, command);
    else if (!(command & I8042_OUT_RUN))
        i8042_reset_processor(i8042);
}

static void i8042_parameter(struct i8042 *i8042, uint8_t command, uint8_t value)
{
    switch (command) {
    case I8042_WRITE_RAM:
        i8042_set_mode(i8042, value);
        break;
    case I8042_WRITE_OUTPUT:
        i8042_set_output_port(i8042, value);
        break;
    case I8042_ECHO_KEYBOARD:
        i8042_set_output(i8042, value, I8042_FROM_KEYBOARD);
        break;
    case I8042_ECHO_MOUSE:
        i8042_set_output(i8042, value, I8042_FROM_MOUSE);
        break;
    case I8042_WRITE_MOUSE:
        i8042->ram[0] &= (uint8_t)~I8042_MOUSE_OFF;
        ps2_mouse_write(&i8042->mouse, value);
        break;
    default:
        i8042->ram[command & 31] = value;
        break;
    }
}

/* ---- ports ---- */

static uint64_t i8042_data_read(void *opaque, uint64_t offset, unsigned size)
{
    struct i8042 *i8042 = i8042_of(opaque);
    uint8_t value = i8042->output;

    i8042->full = false;
    i8042_update_irqs(i8042);
    i8042_refill(i8042);
    return value;
}

/* A byte for the keyboard opens its interface. */
static void i8042_data_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct i8042 *i8042 = i8042_of(opaque);
    uint8_t command = i8042->pending;

    i8042->pending = 0;
    i8042->status &= (uint8_t)~I8042_STATUS_COMMAND;
    if (command != 0) {
        i8042_parameter(i8042, command, (uint8_t)value);
    } else {
        i8042->ram[0] &= (uint8_t)~I8042_KEYBOARD_OFF;
        ps2_keyboard_write(&i8042->keyboard, (uint8_t)value);
    }
    i8042_refill(i8042);
}

static uint64_t i8042_status_read(void *opaque, uint64_t offset, unsigned size)
{
    struct i8042 *i8042 = i8042_of(opaque);
    uint8_t value = i8042->status;

    if (i8042->full)
        value |= I8042_STATUS_FULL;
    if (i8042->full && i8042->source == I8042_FROM_MOUSE)
        value |= I8042_STATUS_MOUSE;
    return value;
}

static void i8042_command_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct i8042 *i8042 = i8042_of(opaque);

    i8042->status |= I8042_STATUS_COMMAND;
    i8042_run(i8042, (uint8_t)value);
    i8042_refill(i8042);
}

static const struct emu_region_ops i8042_data_ops = {i8042_data_read, i8042_data_write,
                                                     .valid_min = 1, .valid_max = 4, .impl_max = 1};
static const struct emu_region_ops i8042_command_ops = {
    i8042_status_read, i8042_command_write, .valid_min = 1, .valid_max = 4, .impl_max = 1};

/* ---- input ---- */

static void i8042_key(void *opaque, unsigned code, bool down)
{
    struct i8042 *i8042 = opaque;

    pthread_mutex_lock(&i8042->device.lock);
    ps2_keyboard_key(&i8042->keyboard, code, down);
    i8042_refill(i8042);
    pthread_mutex_unlock(&i8042->device.lock);
}

static void i8042_pointer(void *opaque, const struct emu_pointer_event *event)
{
    struct i8042 *i8042 = opaque;

    pthread_mutex_lock(&i8042->device.lock);
    ps2_mouse_event(&i8042->mouse, event->x, event->y, event->wheel, event->buttons);
    i8042_refill(i8042);
    pthread_mutex_unlock(&i8042->device.lock);
}

static const struct emu_input_ops i8042_input_ops = {i8042_key, i8042_pointer};

/* A PS/2 device is always there; others take over when their drivers listen. */
static void i8042_add_sink(struct i8042 *i8042, struct emu_input_sink *sink,
                           enum emu_input_kind kind)
{
    sink->kind = kind;
    sink->rank = EMU_INPUT_RANK_PS2;
    sink->ops = &i8042_input_ops;
    sink->opaque = i8042;
    emu_input_add(i8042->device.input, sink);
    emu_input_set_ready(sink, true);
}

/* ---- the device ---- */

static bool i8042_realize(struct emu_device *device, struct emu_error *err)
{
    struct i8042 *i8042 = i8042_of(device);

    emu_region_init_io(&i8042->data_port, "i8042-data", &i8042_data_ops, i8042, &device->lock, 1);
    emu_region_init_io(&i8042->command_port, "i8042-command", &i8042_command_ops, i8042,
                       &device->lock, 1);
    device->regions[0] = &i8042->data_port;
    device->regions[1] = &i8042->command_port;
    i8042_add_sink(i8042, &i8042->keys, EMU_INPUT_KEYBOARD);
    i8042_add_sink(i8042, &i8042->pointer, EMU_INPUT_MOUSE);
    return true;
}

static void i8042_unrealize(struct emu_device *device)
{
    struct i8042 *i8042 = i8042_of(device);

    emu_input_remove(&i8042->keys);
    emu_input_remove(&i8042->pointer);
}

/* As firmware leaves it: tested, translating, both devices on, interrupts on for the keyboard. */
static void i8042_reset(struct emu_device *device)
{
    struct i8042 *i8042 = i8042_of(device);

    for (unsigned i = 0; i < I8042_RAM; i++)
        i8042->ram[i] = 0;
    i8042->ram[0] = I8042_KEYBOARD_IRQ | I8042_SYSTEM | I8042_TRANSLATE;
    i8042->status = I8042_STATUS_SYSTEM | I8042_STATUS_UNLOCKED;
    i8042->full = i8042->break_next = false;
    i8042->output = i8042->source = i8042->pending = 0;
    i8042->answers = (struct ps2_queue){.head = 0};
    ps2_keyboard_reset(&i8042->keyboard);
    ps2_mouse_reset(&i8042->mouse);
    i8042_set_a20(i8042, true);
    i8042_refill(i8042);
}

static const struct emu_field i8042_fields[] = {
    EMU_FIELD_ARRAY(struct i8042, ram),
    EMU_FIELD(struct i8042, status),
    EMU_FIELD(struct i8042, output),
    EMU_FIELD(struct i8042, full),
    EMU_FIELD(struct i8042, source),
    EMU_FIELD(struct i8042, pending),
    EMU_FIELD(struct i8042, break_next),
    EMU_FIELD(struct i8042, a20),
    EMU_FIELD_ARRAY(struct i8042, answers.data),
    EMU_FIELD(struct i8042, answers.head),
    EMU_FIELD(struct i8042, answers.count),
    EMU_FIELD_END,
};

static void i8042_save(struct emu_device *device, struct emu_writer *out)
{
    struct i8042 *i8042 = i8042_of(device);

    emu_hw_save(out, "i8042", i8042, i8042_fields);
    emu_hw_save(out, "ps2-keyboard", &i8042->keyboard, ps2_keyboard_fields);
    emu_hw_save(out, "ps2-mouse", &i8042->mouse, ps2_mouse_fields);
}

static bool i8042_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct i8042 *i8042 = i8042_of(device);

    if (!emu_hw_load(in, "i8042", i8042, i8042_fields, err) ||
        !emu_hw_load(in, "ps2-keyboard", &i8042->keyboard, ps2_keyboard_fields, err) ||
        !emu_hw_load(in, "ps2-mouse", &i8042->mouse, ps2_mouse_fields, err))
        return false;
    if (i8042->answers.head >= PS2_QUEUE || i8042->answers.count > PS2_QUEUE ||
        !ps2_keyboard_valid(&i8042->keyboard) || !ps2_mouse_valid(&i8042->mouse))
        return emu_hw_load_bad("i8042", "a queue", err);
    return true;
}

const struct emu_device_class emu_i8042_class = {
    .name = "i8042",
    .description = "PS/2 controller with keyboard and mouse",
    .size = sizeof(struct i8042),
    .realize = i8042_realize,
    .unrealize = i8042_unrealize,
    .reset = i8042_reset,
    .save = i8042_save,
    .load = i8042_load,
};
