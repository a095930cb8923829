/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Virtio console: what it says about its ports, bytes both ways, sizes, names; a driver that knows
 * one port only; saving in the middle.
 */
#include "emulator/api/chardev.h"
#include "emulator/chardev/chardev.h"
#include "emulator/core/queue.h"
#include "emulator/hw/pci/pci.h"
#include "emulator/hw/virtio/virtio-console.h"
#include "tests/hw/rig.h"

/* Where the driver puts things; each queue has 16 descriptors of one buffer of 64 bytes. */
#define QUEUES       6u
#define SIZE         16u
#define LENGTH       64u
#define QUEUE(q)     (RIG_RAM + 0x4000u * (q))
#define AVAILABLE(q) (QUEUE(q) + 0x1000)
#define USED(q)      (QUEUE(q) + 0x2000)
#define BUFFER(q, i) (QUEUE(q) + 0x3000 + LENGTH * (i))
#define CONFIG       0x2000u
#define BELL         0x3000u
#define MULTIPORT    2u

#define IN(port)  ((port) == 0 ? 0u : 2u + 2u * (port))
#define OUT(port) (IN(port) + 1)
#define TELLS     2u /* the control queues */
#define ASKS      3u

enum { READY, ADD, REMOVE, PORT_READY, TERMINAL, RESIZE, OPEN, NAME };

struct line {
    struct emu_chardev_backend backend;
    struct emu_chardev *chardev;
};

struct bench {
    struct rig rig;
    struct rig_device *device;
    struct emu_queue *queue;
    struct line lines[2]; /* a terminal and a channel */
    uint16_t given[QUEUES], seen[QUEUES];
};

static void bench_put(struct bench *bench, uint64_t address, uint64_t value, unsigned size)
{
    memcpy(rig_ram(&bench->rig) + (address - RIG_RAM), &value, size);
}

static uint64_t bench_get(struct bench *bench, uint64_t address, unsigned size)
{
    uint64_t value = 0;

    memcpy(&value, rig_ram(&bench->rig) + (address - RIG_RAM), size);
    return value;
}

static void bench_write(struct bench *bench, uint64_t offset, uint64_t value, unsigned size)
{
    rig_write(bench->device, 0, offset, value, size);
}

static void bench_set_queue(struct bench *bench, unsigned queue)
{
    bool in = queue % 2 == 0;

    for (unsigned i = 0; i < SIZE; i++) {
        bench_put(bench, QUEUE(queue) + 16 * i, BUFFER(queue, i), 8);
        bench_put(bench, QUEUE(queue) + 16 * i + 8, LENGTH | (in ? 2ull << 32 : 0), 8);
    }
    bench_write(bench, 0x16, queue, 2);
    bench_write(bench, 0x18, SIZE, 2);
    bench_write(bench, 0x20, QUEUE(queue), 4);
    bench_write(bench, 0x28, AVAILABLE(queue), 4);
    bench_write(bench, 0x30, USED(queue), 4);
    bench_write(bench, 0x1c, 1, 2);
}

/* The next buffer of a queue, of so many bytes, and the bell. */
static void bench_offer(struct bench *bench, unsigned queue, const void *data, unsigned length)
{
    unsigned i = bench->given[queue]++ % SIZE;

    if (data != NULL)
        memcpy(rig_ram(&bench->rig) + (BUFFER(queue, i) - RIG_RAM), data, length);
    bench_put(bench, QUEUE(queue) + 16 * i + 8, length, 4);
    bench_put(bench, AVAILABLE(queue) + 4 + 2 * i, i, 2);
    bench_put(bench, AVAILABLE(queue) + 2, bench->given[queue], 2);
    bench_write(bench, BELL + 4 * queue, queue, 2);
}

static void bench_ask(struct bench *bench, unsigned port, unsigned event, unsigned value)
{
    uint64_t message = port | (uint64_t)event << 32 | (uint64_t)value << 48;

    bench_offer(bench, ASKS, &message, sizeof(message));
}

/* What the device gave back next in a queue, as text with its length; -1: nothing. */
static int bench_take(struct bench *bench, unsigned queue, uint8_t *data)
{
    uint64_t element = USED(queue) + 4 + 8 * (bench->seen[queue] % SIZE);
    unsigned length;

    if (bench->seen[queue] == bench_get(bench, USED(queue) + 2, 2))
        return -1;
    length = (unsigned)bench_get(bench, element + 4, 4);
    memcpy(data, rig_ram(&bench->rig) + (BUFFER(queue, bench_get(bench, element, 4)) - RIG_RAM),
           length);
    bench->seen[queue]++;
    return (int)length;
}

/* The next message: of this port, with these bytes behind its head. */
static void check_told(struct bench *bench, unsigned port, unsigned event, const char *more,
                       unsigned length)
{
    const uint64_t head = port | (uint64_t)event << 32 | 1ull << 48;
    uint8_t data[LENGTH];

    CHECK_EQ(bench_take(bench, TELLS, data), 8 + (int)length);
    CHECK(memcmp(data, &head, 8) == 0);
    CHECK(memcmp(data + 8, more, length) == 0);
}

static void check_silence(struct bench *bench, unsigned queue)
{
    uint8_t data[LENGTH];

    CHECK_EQ(bench_take(bench, queue, data), -1);
}

static void check_got(struct bench *bench, unsigned port, const char *text)
{
    uint8_t data[LENGTH + 1] = {0};

    CHECK_EQ(bench_take(bench, IN(port), data), (int)strlen(text));
    CHECK_STR((char *)data, text);
}

static void check_wrote(struct bench *bench, unsigned port, const char *text)
{
    char data[64] = "";

    emu_chardev_test_text(&bench->lines[port].backend, 0, data, sizeof(data));
    CHECK_STR(data, text);
}

static void bench_type(struct bench *bench, unsigned port, const char *text)
{
    emu_chardev_test_send(&bench->lines[port].backend, text);
    emu_queue_run(bench->queue, 0);
}

static void bench_resize(struct bench *bench, unsigned port, unsigned columns, unsigned rows)
{
    emu_chardev_resize(bench->lines[port].chardev, columns, rows);
    emu_queue_run(bench->queue, 0);
}

static void bench_accept(struct bench *bench, unsigned features)
{
    bench_write(bench, 0x08, 0, 4);
    bench_write(bench, 0x0c, features, 4);
    bench_write(bench, 0x08, 1, 4);
    bench_write(bench, 0x0c, 1, 4); /* version 1 */
    bench_write(bench, 0x14, 0x0b, 1);
    for (unsigned queue = 0; queue < (features & MULTIPORT ? QUEUES : 2); queue++)
        bench_set_queue(bench, queue);
    bench_write(bench, 0x14, 0x0f, 1);
}

static void bench_start(struct bench *bench, unsigned features)
{
    *bench = (struct bench){.queue = emu_queue_new(NULL)};
    rig_init(&bench->rig);
    bench->device = rig_new(&bench->rig, &emu_virtio_console_class);
    for (unsigned i = 0; i < 2; i++) {
        struct line *line = &bench->lines[i];
        emu_chardev_test(&line->backend, NULL);
        line->chardev = emu_chardev_new(bench->queue, &line->backend, NULL);
        CHECK(emu_virtio_console_set_port(bench->device->device, i, line->chardev,
                                          i == 0 ? NULL : "org.example.agent"));
    }
    rig_realize(bench->device);
    emu_pci_config_write((struct emu_pci_device *)bench->device->device, EMU_PCI_COMMAND,
                         EMU_PCI_COMMAND_MASTER | EMU_PCI_COMMAND_MEMORY, 2);
    bench_accept(bench, features);
}

static void bench_finish(struct bench *bench)
{
    rig_finish(&bench->rig);
    for (unsigned i = 0; i < 2; i++)
        emu_chardev_free(bench->lines[i].chardev);
    emu_queue_free(bench->queue);
}

/* As Linux's driver does, which is told of each port, and opens the terminal. */
static void bench_introduce(struct bench *bench)
{
    for (unsigned i = 0; i < 8; i++)
        bench_offer(bench, TELLS, NULL, LENGTH);
    bench_ask(bench, 0, READY, 1);
    check_told(bench, 0, ADD, "", 0);
    check_told(bench, 1, ADD, "", 0);
    bench_ask(bench, 0, PORT_READY, 1);
    check_told(bench, 0, TERMINAL, "", 0);
    check_told(bench, 0, OPEN, "", 0);
    bench_ask(bench, 0, OPEN, 1);
}

static void test_ports(void)
{
    struct bench bench;

    bench_start(&bench, MULTIPORT);
    CHECK_EQ(rig_read(bench.device, 0, CONFIG + 4, 4), 2);
    bench_introduce(&bench);
    bench_ask(&bench, 1, PORT_READY, 1);
    check_told(&bench, 1, NAME, "org.example.agent", 17);
    check_told(&bench, 1, OPEN, "", 0);
    bench_ask(&bench, 2, PORT_READY, 1); /* there is none */
    bench_ask(&bench, 0, 99, 1);
    bench_offer(&bench, ASKS, "half", 4);
    check_silence(&bench, TELLS);
    CHECK(!emu_virtio_console_set_port(bench.device->device, 1, NULL, "a/b"));
    CHECK(!emu_virtio_console_set_port(bench.device->device, 1, NULL, ""));
    bench_finish(&bench);
}

/* What is to be told waits for buffers, also in a saved machine. */
static void test_late(void)
{
    struct bench bench;

    bench_start(&bench, MULTIPORT);
    bench_ask(&bench, 0, READY, 1);
    check_silence(&bench, TELLS);
    CHECK(rig_survives(bench.device));
    bench_offer(&bench, TELLS, NULL, LENGTH);
    check_told(&bench, 0, ADD, "", 0);
    check_silence(&bench, TELLS);
    bench_offer(&bench, TELLS, NULL, LENGTH);
    check_told(&bench, 1, ADD, "", 0);
    bench_finish(&bench);
}

static void test_bytes(void)
{
    char many[101];
    struct bench bench;

    memset(many, 'x', 100);
    many[100] = '\0';
    bench_start(&bench, MULTIPORT);
    bench_type(&bench, 0, "early ");
    bench_introduce(&bench);
    bench_offer(&bench, OUT(0), "hello", 5);
    bench_offer(&bench, OUT(1), "agent", 5); /* a channel that is not open can speak */
    check_wrote(&bench, 0, "hello");
    check_wrote(&bench, 1, "agent");
    emu_queue_run(bench.queue, 0);
    bench_type(&bench, 0, "bird");
    check_silence(&bench, IN(0));
    CHECK(rig_survives(bench.device));
    bench_offer(&bench, IN(0), NULL, LENGTH);
    check_got(&bench, 0, "early bird");
    bench_type(&bench, 1, "request"); /* nobody has it open */
    bench_offer(&bench, IN(1), NULL, LENGTH);
    check_silence(&bench, IN(1));
    bench_ask(&bench, 1, OPEN, 1);
    emu_queue_run(bench.queue, 0);
    check_got(&bench, 1, "request");
    bench_offer(&bench, IN(0), NULL, LENGTH);
    bench_type(&bench, 0, many);
    bench_offer(&bench, IN(0), NULL, LENGTH);
    check_got(&bench, 0, many + 100 - LENGTH);
    check_got(&bench, 0, many + LENGTH);
    bench_finish(&bench);
}

/* A channel has no size; one that comes early is told later. */
static void test_size(void)
{
    struct bench bench;

    bench_start(&bench, MULTIPORT);
    bench_resize(&bench, 0, 80, 24);
    bench_resize(&bench, 1, 90, 30);
    bench_resize(&bench, 0, 0, 24);
    bench_resize(&bench, 0, 80, 65536);
    for (unsigned i = 0; i < 8; i++)
        bench_offer(&bench, TELLS, NULL, LENGTH);
    check_silence(&bench, TELLS);
    bench_ask(&bench, 0, PORT_READY, 1);
    check_told(&bench, 0, TERMINAL, "", 0);
    check_told(&bench, 0, RESIZE, "\120\0\030\0", 4);
    check_told(&bench, 0, OPEN, "", 0);
    bench_ask(&bench, 0, OPEN, 1);
    bench_resize(&bench, 0, 132, 43);
    check_told(&bench, 0, RESIZE, "\204\0\053\0", 4);
    bench_ask(&bench, 1, PORT_READY, 1);
    bench_ask(&bench, 1, OPEN, 1);
    bench_resize(&bench, 1, 91, 31);
    check_told(&bench, 1, NAME, "org.example.agent", 17);
    check_told(&bench, 1, OPEN, "", 0);
    check_silence(&bench, TELLS);
    CHECK_EQ(rig_read(bench.device, 0, CONFIG, 4), 43u << 16 | 132);
    CHECK(rig_survives(bench.device));
    emu_device_reset(bench.device->device);
    CHECK_EQ(rig_read(bench.device, 0, CONFIG, 4), 43u << 16 | 132); /* the window is the same */
    bench_finish(&bench);
}

/* A driver without MULTIPORT, as firmware has: port 0, which is always open. */
static void test_one(void)
{
    struct bench bench;

    bench_start(&bench, 0);
    bench_offer(&bench, OUT(0), "plain", 5);
    check_wrote(&bench, 0, "plain");
    bench_offer(&bench, IN(0), NULL, LENGTH);
    bench_type(&bench, 0, "key");
    check_got(&bench, 0, "key");
    bench_write(&bench, CONFIG + 8, '!', 4);
    check_wrote(&bench, 0, "plain!");
    bench_type(&bench, 0, "lost");
    bench_write(&bench, 0x14, 0, 1); /* the driver resets it: what waits is forgotten */
    memset(bench.given, 0, sizeof(bench.given));
    memset(bench.seen, 0, sizeof(bench.seen));
    memset(rig_ram(&bench.rig), 0, 0x4000 * QUEUES);
    bench_accept(&bench, 0);
    bench_offer(&bench, IN(0), NULL, LENGTH);
    check_silence(&bench, IN(0));
    bench_finish(&bench);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"virtio-console-ports", test_ports}, {"virtio-console-late", test_late},
        {"virtio-console-bytes", test_bytes}, {"virtio-console-size", test_size},
        {"virtio-console-one", test_one},     {NULL},
    };

    return test_main(argc, argv, cases);
}
