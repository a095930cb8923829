/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * 16550A UART (National Semiconductor PC16550D datasheet). Bytes leave at once whatever the baud
 * rate, so that polling never waits; only the "transmitter empty" interrupt follows a write after
 * a pause, as drivers expect. Input comes as fast as the FIFO is read. DMA modes are left out.
 */
#include "emulator/hw/char/serial-16550.h"

#include <string.h>

#include "emulator/chardev/chardev.h"
#include "emulator/hw/save.h"

enum serial_register {
    SERIAL_DATA = 0, /* RBR, THR; with DLAB the divisor's low byte */
    SERIAL_IER = 1,  /* with DLAB the divisor's high byte */
    SERIAL_IIR = 2,  /* FCR when written */
    SERIAL_LCR = 3,
    SERIAL_MCR = 4,
    SERIAL_LSR = 5,
    SERIAL_MSR = 6,
    SERIAL_SCRATCH = 7,
};

#define SERIAL_IER_RECEIVE  0x01u
#define SERIAL_IER_TRANSMIT 0x02u
#define SERIAL_IER_LINE     0x04u
#define SERIAL_IER_MODEM    0x08u

#define SERIAL_IIR_NONE     0x01u
#define SERIAL_IIR_MODEM    0x00u
#define SERIAL_IIR_TRANSMIT 0x02u
#define SERIAL_IIR_RECEIVE  0x04u
#define SERIAL_IIR_LINE     0x06u
#define SERIAL_IIR_TIMEOUT  0x0cu
#define SERIAL_IIR_FIFO     0xc0u

#define SERIAL_FCR_ENABLE       0x01u
#define SERIAL_FCR_RX_RESET     0x02u
#define SERIAL_FCR_TRIGGER(fcr) ((fcr) >> 6 & 3)

#define SERIAL_LCR_BREAK 0x40u
#define SERIAL_LCR_DLAB  0x80u

#define SERIAL_MCR_DTR  0x01u
#define SERIAL_MCR_RTS  0x02u
#define SERIAL_MCR_OUT1 0x04u
#define SERIAL_MCR_OUT2 0x08u
#define SERIAL_MCR_LOOP 0x10u

#define SERIAL_LSR_READY   0x01u /* there is a byte to read */
#define SERIAL_LSR_OVERRUN 0x02u
#define SERIAL_LSR_BREAK   0x10u
#define SERIAL_LSR_EMPTY   0x60u /* holding register and shifter */
#define SERIAL_LSR_FIFO    0x80u /* an error is in the FIFO */
#define SERIAL_LSR_ERRORS  (SERIAL_LSR_OVERRUN | SERIAL_LSR_BREAK)

#define SERIAL_MSR_DELTA_CTS 0x01u
#define SERIAL_MSR_DELTA_DSR 0x02u
#define SERIAL_MSR_RI_FELL   0x04u
#define SERIAL_MSR_DELTA_DCD 0x08u
#define SERIAL_MSR_CTS       0x10u
#define SERIAL_MSR_DSR       0x20u
#define SERIAL_MSR_RI        0x40u
#define SERIAL_MSR_DCD       0x80u

#define SERIAL_FIFO        16
#define SERIAL_HZ          115200u
#define SERIAL_TRANSMIT_NS 20000u /* from a write to the interrupt that asks for more */

struct serial_16550 {
    struct emu_device device;
    struct emu_region region;
    struct emu_timer transmit_timer, timeout_timer;

    uint8_t ier, fcr, lcr, mcr, lsr, msr, scratch;
    uint16_t divisor;
    uint8_t fifo[SERIAL_FIFO];
    uint8_t fifo_head, fifo_count;
    bool transmit_pending; /* the interrupt, until IIR is read or THR written */
    bool timeout_pending;
    bool transmit_armed, timeout_armed;
    emu_ns transmit_due, timeout_due;
    bool irq;
};

static struct serial_16550 *serial_of(void *device)
{
    return device;
}

/* ---- interrupts ---- */

static unsigned serial_capacity(const struct serial_16550 *serial)
{
    return serial->fcr & SERIAL_FCR_ENABLE ? SERIAL_FIFO : 1;
}

static unsigned serial_trigger(const struct serial_16550 *serial)
{
    static const uint8_t levels[4] = {1, 4, 8, 14};

    return serial->fcr & SERIAL_FCR_ENABLE ? levels[SERIAL_FCR_TRIGGER(serial->fcr)] : 1;
}

/* The source with the highest priority. */
static uint8_t serial_source(const struct serial_16550 *serial)
{
    if ((serial->ier & SERIAL_IER_LINE) && (serial->lsr & SERIAL_LSR_ERRORS))
        return SERIAL_IIR_LINE;
    if ((serial->ier & SERIAL_IER_RECEIVE) && serial->fifo_count >= serial_trigger(serial))
        return SERIAL_IIR_RECEIVE;
    if ((serial->ier & SERIAL_IER_RECEIVE) && serial->timeout_pending)
        return SERIAL_IIR_TIMEOUT;
    if ((serial->ier & SERIAL_IER_TRANSMIT) && serial->transmit_pending)
        return SERIAL_IIR_TRANSMIT;
    if ((serial->ier & SERIAL_IER_MODEM) && (serial->msr & 0x0f))
        return SERIAL_IIR_MODEM;
    return SERIAL_IIR_NONE;
}

static void serial_update_locked(struct serial_16550 *serial)
{
    bool irq = serial_source(serial) != SERIAL_IIR_NONE;

    if (irq != serial->irq)
        emu_irq_set(&serial->device.irqs[0], irq);
    serial->irq = irq;
}

/* Nanoseconds of one character: start, data, parity and stop bits. */
static uint64_t serial_character_ns(const struct serial_16550 *serial)
{
    unsigned bits = 1 + 5 + (serial->lcr & 3) + (serial->lcr >> 3 & 1) + 1 + (serial->lcr >> 2 & 1);
    uint64_t divisor = serial->divisor != 0 ? serial->divisor : 1;

    return bits * divisor * 1000000000u / SERIAL_HZ;
}

/* ---- receiving ---- */

/* Four characters of silence with bytes below the trigger level. */
static void serial_restart_timeout(struct serial_16550 *serial)
{
    serial->timeout_pending = false;
    serial->timeout_armed = serial->fifo_count != 0 && (serial->fcr & SERIAL_FCR_ENABLE);
    if (!serial->timeout_armed) {
        emu_timer_cancel(&serial->timeout_timer);
        return;
    }
    serial->timeout_due = emu_clock_now(serial->device.clock) + 4 * serial_character_ns(serial);
    emu_timer_arm(&serial->timeout_timer, serial->timeout_due);
}

static void serial_timeout(void *opaque)
{
    struct serial_16550 *serial = opaque;

    serial->timeout_armed = false;
    serial->timeout_pending = serial->fifo_count != 0;
    serial_update_locked(serial);
}

static void serial_push(struct serial_16550 *serial, uint8_t byte)
{
    if (serial->fifo_count >= serial_capacity(serial)) {
        serial->lsr |= SERIAL_LSR_OVERRUN;
        return;
    }
    serial->fifo[(serial->fifo_head + serial->fifo_count) % SERIAL_FIFO] = byte;
    serial->fifo_count++;
}

static uint8_t serial_pop(struct serial_16550 *serial)
{
    uint8_t byte = serial->fifo[serial->fifo_head];

    if (serial->fifo_count == 0)
        return 0;
    serial->fifo_head = (serial->fifo_head + 1) % SERIAL_FIFO;
    serial->fifo_count--;
    serial_restart_timeout(serial);
    if (serial->device.chardev != NULL)
        emu_chardev_drained(serial->device.chardev);
    return byte;
}

static void serial_clear_fifo(struct serial_16550 *serial)
{
    serial->fifo_head = serial->fifo_count = 0;
    serial_restart_timeout(serial);
    if (serial->device.chardev != NULL)
        emu_chardev_drained(serial->device.chardev);
}

static size_t serial_room(void *opaque)
{
    struct serial_16550 *serial = serial_of(opaque);
    size_t room = 0;

    pthread_mutex_lock(&serial->device.lock);
    if (!(serial->mcr & SERIAL_MCR_LOOP))
        room = serial_capacity(serial) - serial->fifo_count;
    pthread_mutex_unlock(&serial->device.lock);
    return room;
}

static void serial_receive(void *opaque, const uint8_t *data, size_t length)
{
    struct serial_16550 *serial = serial_of(opaque);

    pthread_mutex_lock(&serial->device.lock);
    for (size_t i = 0; i < length; i++)
        serial_push(serial, data[i]);
    serial_restart_timeout(serial);
    serial_update_locked(serial);
    pthread_mutex_unlock(&serial->device.lock);
}

/* A character of zeros; alone in the FIFO, so that the status that comes with it is read with it.
 */
static bool serial_receive_break(void *opaque)
{
    struct serial_16550 *serial = serial_of(opaque);

    pthread_mutex_lock(&serial->device.lock);
    bool takes = !(serial->mcr & SERIAL_MCR_LOOP) && serial->fifo_count == 0;
    if (takes) {
        serial_push(serial, 0);
        serial->lsr |= SERIAL_LSR_BREAK;
        serial_restart_timeout(serial);
        serial_update_locked(serial);
    }
    pthread_mutex_unlock(&serial->device.lock);
    return takes;
}

static const struct emu_chardev_port serial_port = {serial_room, serial_receive,
                                                    serial_receive_break};

/* ---- sending ---- */

static void serial_transmit_done(void *opaque)
{
    struct serial_16550 *serial = opaque;

    serial->transmit_armed = false;
    serial->transmit_pending = true;
    serial_update_locked(serial);
}

static void serial_transmit(struct serial_16550 *serial, uint8_t byte)
{
    if (serial->mcr & SERIAL_MCR_LOOP) {
        serial_push(serial, byte);
        serial_restart_timeout(serial);
    } else {
        emu_chardev_write(serial->device.chardev, &byte, 1);
    }
    serial->transmit_pending = false;
    if (serial->transmit_armed)
        return;
    serial->transmit_armed = true;
    serial->transmit_due = emu_clock_now(serial->device.clock) + SERIAL_TRANSMIT_NS;
    if (serial->ier & SERIAL_IER_TRANSMIT)
        emu_timer_arm(&serial->transmit_timer, serial->transmit_due);
}

/* Enabling the interrupt while the transmitter is empty raises it. */
static void serial_set_ier(struct serial_16550 *serial, uint8_t value)
{
    uint8_t raised = value & ~serial->ier;

    serial->ier = value & 0x0f;
    if (!(raised & SERIAL_IER_TRANSMIT))
        return;
    serial->transmit_armed = false;
    emu_timer_cancel(&serial->transmit_timer);
    serial->transmit_pending = true;
}

/* ---- modem lines ---- */

/* The inputs: a partner that is always ready, or in loop-back our own outputs. */
static uint8_t serial_modem_inputs(const struct serial_16550 *serial)
{
    uint8_t inputs = 0;

    if (!(serial->mcr & SERIAL_MCR_LOOP))
        return SERIAL_MSR_CTS | SERIAL_MSR_DSR | SERIAL_MSR_DCD;
    if (serial->mcr & SERIAL_MCR_RTS)
        inputs |= SERIAL_MSR_CTS;
    if (serial->mcr & SERIAL_MCR_DTR)
        inputs |= SERIAL_MSR_DSR;
    if (serial->mcr & SERIAL_MCR_OUT1)
        inputs |= SERIAL_MSR_RI;
    if (serial->mcr & SERIAL_MCR_OUT2)
        inputs |= SERIAL_MSR_DCD;
    return inputs;
}

static void serial_update_modem(struct serial_16550 *serial)
{
    uint8_t inputs = serial_modem_inputs(serial);
    uint8_t changed = (inputs ^ serial->msr) & 0xf0;

    if (!(changed & SERIAL_MSR_RI) || (inputs & SERIAL_MSR_RI))
        changed &= (uint8_t)~SERIAL_MSR_RI; /* RI counts when it ends */
    serial->msr = inputs | (serial->msr & 0x0f) | changed >> 4;
}

static void serial_set_mcr(struct serial_16550 *serial, uint8_t value)
{
    bool was_loop = serial->mcr & SERIAL_MCR_LOOP;

    serial->mcr = value & 0x1f;
    serial_update_modem(serial);
    if (was_loop && !(serial->mcr & SERIAL_MCR_LOOP) && serial->device.chardev != NULL)
        emu_chardev_drained(serial->device.chardev);
}

/* ---- registers ---- */

static void serial_set_fcr(struct serial_16550 *serial, uint8_t value)
{
    bool changed = (value ^ serial->fcr) & SERIAL_FCR_ENABLE;

    serial->fcr = value & (SERIAL_FCR_ENABLE | 0xc8);
    if (changed || (value & SERIAL_FCR_RX_RESET))
        serial_clear_fifo(serial);
}

static void serial_set_lcr(struct serial_16550 *serial, uint8_t value)
{
    bool began = value & ~serial->lcr & SERIAL_LCR_BREAK;

    serial->lcr = value;
    if (!began || !(serial->mcr & SERIAL_MCR_LOOP))
        return;
    serial_push(serial, 0);
    serial->lsr |= SERIAL_LSR_BREAK;
    serial_restart_timeout(serial);
}

static uint8_t serial_read_lsr(struct serial_16550 *serial)
{
    uint8_t value = serial->lsr | SERIAL_LSR_EMPTY;

    if (serial->fifo_count != 0)
        value |= SERIAL_LSR_READY;
    if ((serial->lsr & SERIAL_LSR_BREAK) && (serial->fcr & SERIAL_FCR_ENABLE))
        value |= SERIAL_LSR_FIFO;
    serial->lsr = 0;
    return value;
}

static uint8_t serial_read_iir(struct serial_16550 *serial)
{
    uint8_t source = serial_source(serial);

    if (source == SERIAL_IIR_TRANSMIT)
        serial->transmit_pending = false;
    return source | (serial->fcr & SERIAL_FCR_ENABLE ? SERIAL_IIR_FIFO : 0);
}

static uint8_t serial_read_msr(struct serial_16550 *serial)
{
    uint8_t value = serial->msr;

    serial->msr &= 0xf0;
    return value;
}

static uint8_t serial_get(struct serial_16550 *serial, unsigned offset)
{
    bool dlab = serial->lcr & SERIAL_LCR_DLAB;

    switch (offset) {
    case SERIAL_DATA:
        return dlab ? (uint8_t)serial->divisor : serial_pop(serial);
    case SERIAL_IER:
        return dlab ? (uint8_t)(serial->divisor >> 8) : serial->ier;
    case SERIAL_IIR:
        return serial_read_iir(serial);
    case SERIAL_LCR:
        return serial->lcr;
    case SERIAL_MCR:
        return serial->mcr;
    case SERIAL_LSR:
        return serial_read_lsr(serial);
    case SERIAL_MSR:
        return serial_read_msr(serial);
    default:
        return serial->scratch;
    }
}

static void serial_put(struct serial_16550 *serial, unsigned offset, uint8_t value)
{
    bool dlab = serial->lcr & SERIAL_LCR_DLAB;

    switch (offset) {
    case SERIAL_DATA:
        if (dlab)
            serial->divisor = (serial->divisor & 0xff00) | value;
        else
            serial_transmit(serial, value);
        break;
    case SERIAL_IER:
        if (dlab)
            serial->divisor = (uint16_t)(value << 8 | (serial->divisor & 0xff));
        else
            serial_set_ier(serial, value);
        break;
    case SERIAL_IIR:
        serial_set_fcr(serial, value);
        break;
    case SERIAL_LCR:
        serial_set_lcr(serial, value);
        break;
    case SERIAL_MCR:
        serial_set_mcr(serial, value);
        break;
    case SERIAL_SCRATCH:
        serial->scratch = value;
        break;
    default: /* LSR and MSR are for reading */
        break;
    }
}

static uint64_t serial_read(void *opaque, uint64_t offset, unsigned size)
{
    struct serial_16550 *serial = serial_of(opaque);
    uint8_t value = serial_get(serial, (unsigned)offset);

    serial_update_locked(serial);
    return value;
}

static void serial_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct serial_16550 *serial = serial_of(opaque);

    serial_put(serial, (unsigned)offset, (uint8_t)value);
    serial_update_locked(serial);
}

static const struct emu_region_ops serial_ops = {serial_read, serial_write, .valid_min = 1,
                                                 .valid_max = 4, .impl_max = 1};

/* ---- the device ---- */

static bool serial_realize(struct emu_device *device, struct emu_error *err)
{
    struct serial_16550 *serial = serial_of(device);

    emu_region_init_io(&serial->region, "serial", &serial_ops, serial, &device->lock, 8);
    device->regions[0] = &serial->region;
    emu_timer_init(&serial->transmit_timer, device->clock, &device->lock, serial_transmit_done,
                   serial);
    emu_timer_init(&serial->timeout_timer, device->clock, &device->lock, serial_timeout, serial);
    if (device->chardev != NULL)
        emu_chardev_attach(device->chardev, &serial_port, device);
    return true;
}

static void serial_unrealize(struct emu_device *device)
{
    struct serial_16550 *serial = serial_of(device);

    if (device->chardev != NULL)
        emu_chardev_attach(device->chardev, NULL, NULL);
    emu_timer_finish(&serial->transmit_timer);
    emu_timer_finish(&serial->timeout_timer);
}

static void serial_reset(struct emu_device *device)
{
    struct serial_16550 *serial = serial_of(device);

    serial->ier = serial->fcr = serial->lcr = serial->mcr = serial->lsr = serial->scratch = 0;
    serial->divisor = 12; /* 9600 baud */
    serial->msr = serial_modem_inputs(serial);
    serial->transmit_pending = serial->transmit_armed = false;
    serial->transmit_due = serial->timeout_due = 0;
    emu_timer_cancel(&serial->transmit_timer);
    memset(serial->fifo, 0, sizeof(serial->fifo));
    serial_clear_fifo(serial);
    serial_update_locked(serial);
}

static const struct emu_field serial_fields[] = {
    EMU_FIELD(struct serial_16550, ier),
    EMU_FIELD(struct serial_16550, fcr),
    EMU_FIELD(struct serial_16550, lcr),
    EMU_FIELD(struct serial_16550, mcr),
    EMU_FIELD(struct serial_16550, lsr),
    EMU_FIELD(struct serial_16550, msr),
    EMU_FIELD(struct serial_16550, scratch),
    EMU_FIELD(struct serial_16550, divisor),
    EMU_FIELD_ARRAY(struct serial_16550, fifo),
    EMU_FIELD(struct serial_16550, fifo_head),
    EMU_FIELD(struct serial_16550, fifo_count),
    EMU_FIELD(struct serial_16550, transmit_pending),
    EMU_FIELD(struct serial_16550, timeout_pending),
    EMU_FIELD(struct serial_16550, transmit_armed),
    EMU_FIELD(struct serial_16550, timeout_armed),
    EMU_FIELD(struct serial_16550, transmit_due),
    EMU_FIELD(struct serial_16550, timeout_due),
    EMU_FIELD(struct serial_16550, irq),
    EMU_FIELD_END,
};

static void serial_save(struct emu_device *device, struct emu_writer *out)
{
    emu_hw_save(out, "serial-16550", serial_of(device), serial_fields);
}

static bool serial_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct serial_16550 *serial = serial_of(device);

    if (!emu_hw_load(in, "serial-16550", serial, serial_fields, err))
        return false;
    if (serial->fifo_head >= SERIAL_FIFO || serial->fifo_count > SERIAL_FIFO)
        return emu_hw_load_bad("serial-16550", "its FIFO", err);
    emu_timer_cancel(&serial->transmit_timer);
    emu_timer_cancel(&serial->timeout_timer);
    if (serial->transmit_armed && (serial->ier & SERIAL_IER_TRANSMIT))
        emu_timer_arm(&serial->transmit_timer, serial->transmit_due);
    if (serial->timeout_armed)
        emu_timer_arm(&serial->timeout_timer, serial->timeout_due);
    return true;
}

const struct emu_device_class emu_serial_16550_class = {
    .name = "serial-16550",
    .description = "16550A serial port",
    .size = sizeof(struct serial_16550),
    .realize = serial_realize,
    .unrealize = serial_unrealize,
    .reset = serial_reset,
    .save = serial_save,
    .load = serial_load,
};
