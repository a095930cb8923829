/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Serial port and debug console. */
#include "tests/hw/rig.h"

#include "emulator/api/chardev.h"
#include "emulator/chardev/chardev.h"
#include "emulator/core/queue.h"

#define DATA 0
#define IER  1
#define IIR  2
#define LCR  3
#define MCR  4
#define LSR  5
#define MSR  6

struct wire {
    struct rig rig;
    struct emu_queue *queue;
    struct emu_chardev_backend backend;
    struct emu_chardev *chardev;
    struct rig_device *serial;
};

static void wire_init(struct wire *wire, const struct emu_device_class *class)
{
    rig_init(&wire->rig);
    wire->queue = emu_queue_new(NULL);
    emu_chardev_test(&wire->backend, NULL);
    wire->chardev = emu_chardev_new(wire->queue, &wire->backend, NULL);
    wire->serial = rig_new(&wire->rig, class);
    wire->serial->device->chardev = wire->chardev;
    rig_realize(wire->serial);
}

static void wire_finish(struct wire *wire)
{
    rig_finish(&wire->rig);
    emu_chardev_free(wire->chardev);
    emu_queue_free(wire->queue);
}

static void wire_send(struct wire *wire, const char *text)
{
    emu_chardev_test_send(&wire->backend, text);
    emu_queue_run(wire->queue, 0);
}

static uint8_t uart_get(struct wire *wire, unsigned reg)
{
    return (uint8_t)rig_read(wire->serial, 0, reg, 1);
}

static void uart_put(struct wire *wire, unsigned reg, uint8_t value)
{
    rig_write(wire->serial, 0, reg, value, 1);
}

static void test_registers(void)
{
    struct wire wire;

    wire_init(&wire, &emu_serial_16550_class);
    CHECK_EQ(uart_get(&wire, IIR), 1);
    CHECK_EQ(uart_get(&wire, LSR), 0x60);
    CHECK_EQ(uart_get(&wire, MSR), 0xb0);
    uart_put(&wire, LCR, 0x83);
    uart_put(&wire, DATA, 1);
    uart_put(&wire, IER, 0);
    CHECK_EQ(uart_get(&wire, DATA), 1);
    uart_put(&wire, LCR, 3);
    CHECK_EQ(uart_get(&wire, LCR), 3);
    uart_put(&wire, IER, 0xff);
    CHECK_EQ(uart_get(&wire, IER), 0x0f);
    uart_put(&wire, IIR, 1);
    CHECK_EQ(uart_get(&wire, IIR) & 0xc0, 0xc0);
    uart_put(&wire, 7, 0x5a);
    CHECK_EQ(uart_get(&wire, 7), 0x5a);
    wire_finish(&wire);
}

static void test_transmit(void)
{
    struct wire wire;
    char text[16];

    wire_init(&wire, &emu_serial_16550_class);
    uart_put(&wire, IIR, 1);
    uart_put(&wire, IER, 2);
    CHECK(wire.serial->level[0]); /* empty from the start */
    CHECK_EQ(uart_get(&wire, IIR), 0xc2);
    CHECK(!wire.serial->level[0]); /* reading IIR was the acknowledge */
    uart_put(&wire, DATA, 'h');
    uart_put(&wire, DATA, 'i');
    CHECK_EQ(uart_get(&wire, LSR), 0x60);
    CHECK(!wire.serial->level[0]);
    rig_advance(&wire.rig, RIG_MS);
    CHECK_EQ(wire.serial->rises[0], 2); /* one for both bytes */
    uart_put(&wire, DATA, '!');
    CHECK(!wire.serial->level[0]);
    CHECK_EQ(emu_chardev_test_text(&wire.backend, 0, text, sizeof(text)), 3);
    CHECK_STR(text, "hi!");
    uart_put(&wire, IER, 0);
    uart_put(&wire, DATA, '?');
    uart_put(&wire, IER, 2); /* enabling raises it at once */
    CHECK(wire.serial->level[0]);
    wire_finish(&wire);
}

static void test_receive(void)
{
    struct wire wire;

    wire_init(&wire, &emu_serial_16550_class);
    wire_send(&wire, "ab");
    CHECK_EQ(uart_get(&wire, LSR), 0x61);
    CHECK_EQ(uart_get(&wire, DATA), 'a'); /* without FIFO one at a time */
    CHECK_EQ(uart_get(&wire, LSR), 0x60);
    emu_queue_run(wire.queue, 0);
    CHECK_EQ(uart_get(&wire, DATA), 'b');
    uart_put(&wire, IIR, 0x81); /* FIFO, trigger at 8 */
    uart_put(&wire, IER, 1);
    wire_send(&wire, "0123456");
    CHECK(!wire.serial->level[0]);
    rig_advance(&wire.rig, 100 * RIG_MS);
    CHECK(wire.serial->level[0]);
    CHECK_EQ(uart_get(&wire, IIR), 0xcc); /* time-out */
    CHECK_EQ(uart_get(&wire, DATA), '0');
    CHECK(!wire.serial->level[0]);
    wire_send(&wire, "789abcdefghijklmnop");
    CHECK_EQ(uart_get(&wire, IIR), 0xc4);
    CHECK(rig_survives(wire.serial));
    for (const char *next = "123456789abcdef"; *next != '\0'; next++)
        CHECK_EQ(uart_get(&wire, DATA), *next);
    emu_queue_run(wire.queue, 0); /* there was no room for the rest */
    for (const char *next = "ghijklmnop"; *next != '\0'; next++)
        CHECK_EQ(uart_get(&wire, DATA), *next);
    CHECK_EQ(uart_get(&wire, LSR), 0x60);
    wire_finish(&wire);
}

/* Behind what was typed before it and before what comes after; alone in the FIFO. */
static void test_break(void)
{
    struct wire wire;

    wire_init(&wire, &emu_serial_16550_class);
    uart_put(&wire, IIR, 1);
    uart_put(&wire, IER, 4);
    emu_chardev_test_send(&wire.backend, "ab");
    emu_chardev_break(wire.chardev);
    wire_send(&wire, "c");
    CHECK_EQ(uart_get(&wire, IIR) & 0x0f, 1);
    CHECK_EQ(uart_get(&wire, DATA), 'a');
    CHECK_EQ(uart_get(&wire, DATA), 'b');
    CHECK_EQ(uart_get(&wire, LSR), 0x60);
    emu_queue_run(wire.queue, 0);
    CHECK_EQ(uart_get(&wire, IIR) & 0x0f, 6);
    CHECK_EQ(uart_get(&wire, LSR), 0xf1); /* break, an error in the FIFO, ready */
    CHECK_EQ(uart_get(&wire, DATA), 0);
    emu_queue_run(wire.queue, 0);
    CHECK_EQ(uart_get(&wire, LSR), 0x61);
    CHECK_EQ(uart_get(&wire, DATA), 'c');
    wire_finish(&wire);
}

static void test_loopback(void)
{
    struct wire wire;
    char text[4];

    wire_init(&wire, &emu_serial_16550_class);
    uart_put(&wire, IIR, 1);
    uart_put(&wire, MCR, 0x1a); /* loop, RTS, OUT2 */
    CHECK_EQ(uart_get(&wire, MSR), 0x92);
    CHECK_EQ(uart_get(&wire, MSR), 0x90);
    uart_put(&wire, DATA, 0x41);
    CHECK_EQ(uart_get(&wire, DATA), 0x41);
    CHECK_EQ(emu_chardev_test_text(&wire.backend, 0, text, sizeof(text)), 0);
    uart_put(&wire, IER, 4);
    for (unsigned i = 0; i < 17; i++)
        uart_put(&wire, DATA, (uint8_t)i);
    CHECK_EQ(uart_get(&wire, IIR), 0xc6);
    CHECK_EQ(uart_get(&wire, LSR), 0x63); /* overrun, cleared by the read */
    CHECK_EQ(uart_get(&wire, LSR), 0x61);
    uart_put(&wire, IIR, 3);
    uart_put(&wire, LCR, 0x43); /* break */
    CHECK_EQ(uart_get(&wire, LSR), 0xf1);
    CHECK_EQ(uart_get(&wire, DATA), 0);
    uart_put(&wire, MCR, 0x14); /* OUT1 rings; its end counts */
    uart_get(&wire, MSR);
    uart_put(&wire, IER, 8);
    uart_put(&wire, MCR, 0x10);
    CHECK_EQ(uart_get(&wire, IIR), 0xc0);
    CHECK_EQ(uart_get(&wire, MSR), 0x04);
    CHECK_EQ(uart_get(&wire, IIR), 0xc1);
    wire_finish(&wire);
}

static void test_debugcon(void)
{
    struct wire wire;
    char text[8];

    wire_init(&wire, &emu_debugcon_class);
    CHECK_EQ(rig_read(wire.serial, 0, 0, 1), 0xe9);
    rig_write(wire.serial, 0, 0, 'o', 1);
    rig_write(wire.serial, 0, 0, 'k', 1);
    emu_chardev_test_text(&wire.backend, 0, text, sizeof(text));
    CHECK_STR(text, "ok");
    wire_finish(&wire);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"serial-registers", test_registers},
        {"serial-transmit", test_transmit},
        {"serial-receive", test_receive},
        {"serial-loopback", test_loopback},
        {"serial-break", test_break},
        {"debugcon", test_debugcon},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
