/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Virtio keyboard and tablet: what they say they can, events through the ring, lamps, bursts. */
#include <linux/input-event-codes.h>

#include "emulator/hw/pci/pci.h"
#include "tests/hw/rig.h"

/* Where the driver puts things; each queue has 64 descriptors of one buffer. */
#define SIZE          64u
#define QUEUE(q)      (RIG_RAM + 0x4000u * (q))
#define AVAILABLE(q)  (QUEUE(q) + 0x1000)
#define USED(q)       (QUEUE(q) + 0x2000)
#define BUFFER(q, i)  (QUEUE(q) + 0x3000 + 8 * (i))
#define EVENTS        0u
#define STATUS        1u
#define CONFIG        0x2000u
#define BELL          0x3000u
#define STATUS_DRIVER 0x0bu
#define STATUS_OK     0x0fu

struct event {
    uint16_t type, code;
    uint32_t value;
};

struct input_rig {
    struct rig rig;
    struct rig_device *device;
    uint16_t given, seen; /* by the driver: buffers for events, and events */
};

static void input_put(struct input_rig *rig, uint64_t address, uint64_t value, unsigned size)
{
    memcpy(rig_ram(&rig->rig) + (address - RIG_RAM), &value, size);
}

static uint64_t input_get(struct input_rig *rig, uint64_t address, unsigned size)
{
    uint64_t value = 0;

    memcpy(&value, rig_ram(&rig->rig) + (address - RIG_RAM), size);
    return value;
}

static void input_write(struct input_rig *rig, uint64_t offset, uint64_t value, unsigned size)
{
    rig_write(rig->device, 0, offset, value, size);
}

/* Descriptor i of the queue has one buffer of 8 bytes. */
static void input_set_queue(struct input_rig *rig, unsigned queue)
{
    for (unsigned i = 0; i < SIZE; i++) {
        input_put(rig, QUEUE(queue) + 16 * i, BUFFER(queue, i), 8);
        input_put(rig, QUEUE(queue) + 16 * i + 8, 8 | (queue == EVENTS ? 2ull << 32 : 0), 8);
    }
    input_write(rig, 0x16, queue, 2);
    input_write(rig, 0x18, SIZE, 2);
    input_write(rig, 0x20, QUEUE(queue), 4);
    input_write(rig, 0x28, AVAILABLE(queue), 4);
    input_write(rig, 0x30, USED(queue), 4);
    input_write(rig, 0x1c, 1, 2);
}

/* Gives the device so many buffers for events, in the order of the ring. */
static void input_offer(struct input_rig *rig, unsigned count)
{
    for (unsigned i = 0; i < count; i++, rig->given++)
        input_put(rig, AVAILABLE(EVENTS) + 4 + 2 * (rig->given % SIZE), rig->given % SIZE, 2);
    input_put(rig, AVAILABLE(EVENTS) + 2, rig->given, 2);
    input_write(rig, BELL + 4 * EVENTS, EVENTS, 2);
}

static void input_start(struct input_rig *rig, const struct emu_device_class *class)
{
    struct emu_pci_device *pci;

    *rig = (struct input_rig){.given = 0};
    rig_init(&rig->rig);
    rig->device = rig_add(&rig->rig, class);
    pci = (struct emu_pci_device *)rig->device->device;
    emu_pci_config_write(pci, EMU_PCI_COMMAND, EMU_PCI_COMMAND_MASTER | EMU_PCI_COMMAND_MEMORY, 2);
    input_write(rig, 0x08, 1, 4);
    input_write(rig, 0x0c, 1, 4); /* version 1 */
    input_write(rig, 0x14, STATUS_DRIVER, 1);
    input_set_queue(rig, EVENTS);
    input_set_queue(rig, STATUS);
    input_write(rig, 0x14, STATUS_OK, 1);
}

/* Takes the next event off the used ring. */
static bool input_next(struct input_rig *rig, struct event *event)
{
    uint64_t element = USED(EVENTS) + 4 + 8 * (rig->seen % SIZE), value;

    if (rig->seen == input_get(rig, USED(EVENTS) + 2, 2))
        return false;
    value = input_get(rig, BUFFER(EVENTS, input_get(rig, element, 4)), 8);
    memcpy(event, &value, sizeof(*event));
    rig->seen++;
    return true;
}

static void check_event(struct input_rig *rig, unsigned type, unsigned code, unsigned value)
{
    struct event event = {0};

    CHECK(input_next(rig, &event));
    CHECK_EQ(event.type, type);
    CHECK_EQ(event.code, code);
    CHECK_EQ(event.value, value);
}

/* The size of the answer; its bytes are read one by one, as drivers do. */
static unsigned input_ask(struct input_rig *rig, unsigned select, unsigned subselect, uint8_t *data)
{
    unsigned size;

    input_write(rig, CONFIG, select, 1);
    input_write(rig, CONFIG + 1, subselect, 1);
    size = (unsigned)rig_read(rig->device, 0, CONFIG + 2, 1);
    for (unsigned i = 0; i < size; i++)
        data[i] = (uint8_t)rig_read(rig->device, 0, CONFIG + 8 + i, 1);
    return size;
}

static void test_config(void)
{
    uint8_t data[256] = {0};
    struct input_rig rig;

    input_start(&rig, &emu_virtio_keyboard_class);
    CHECK_EQ(input_ask(&rig, 1, 0, data), strlen("Lathe Virtio Keyboard"));
    CHECK(memcmp(data, "Lathe", 5) == 0);
    CHECK(input_ask(&rig, 0x11, EV_KEY, data) > KEY_A / 8);
    CHECK(data[KEY_A / 8] >> KEY_A % 8 & 1);
    CHECK_EQ(input_ask(&rig, 0x11, EV_LED, data), 1);
    CHECK_EQ(data[0], 7);
    CHECK_EQ(input_ask(&rig, 0x11, EV_ABS, data), 0);
    CHECK_EQ(input_ask(&rig, 0x12, ABS_X, data), 0);
    CHECK_EQ(input_ask(&rig, 0xff, 0xff, data), 0);
    CHECK(rig_survives(rig.device));
    rig_finish(&rig.rig);
    input_start(&rig, &emu_virtio_tablet_class);
    CHECK_EQ(input_ask(&rig, 0x11, EV_ABS, data), 1);
    CHECK_EQ(data[0], 3);
    CHECK_EQ(input_ask(&rig, 0x12, ABS_Y, data), 20);
    CHECK_EQ(data[4] | data[5] << 8, EMU_POINTER_MAX);
    CHECK_EQ(input_ask(&rig, 0x12, 2, data), 0);
    rig_finish(&rig.rig);
}

static void test_keys(void)
{
    struct input_rig rig;
    struct event event;

    input_start(&rig, &emu_virtio_keyboard_class);
    emu_input_key(rig.rig.input, KEY_A, true); /* nobody listens yet */
    input_offer(&rig, SIZE);
    CHECK(!input_next(&rig, &event));
    emu_input_key(rig.rig.input, KEY_A, true);
    emu_input_key(rig.rig.input, KEY_A, false);
    check_event(&rig, EV_KEY, KEY_A, 1);
    check_event(&rig, EV_SYN, SYN_REPORT, 0);
    check_event(&rig, EV_KEY, KEY_A, 0);
    check_event(&rig, EV_SYN, SYN_REPORT, 0);
    CHECK(!input_next(&rig, &event));
    emu_input_key(rig.rig.input, KEY_MICMUTE + 1, true); /* it has no such key */
    CHECK(!input_next(&rig, &event));
    rig_finish(&rig.rig);
}

/* More keys than there are buffers: none is lost, and the rest comes when buffers do. */
static void test_burst(void)
{
    struct input_rig rig;
    struct event event;

    input_start(&rig, &emu_virtio_keyboard_class);
    input_offer(&rig, 3);
    for (unsigned i = 0; i < 100; i++) {
        emu_input_key(rig.rig.input, KEY_ESC + i % 50, true);
        emu_input_key(rig.rig.input, KEY_ESC + i % 50, false);
    }
    check_event(&rig, EV_KEY, KEY_ESC, 1);
    check_event(&rig, EV_SYN, SYN_REPORT, 0);
    CHECK(!input_next(&rig, &event)); /* no half of a group in the third buffer */
    CHECK(rig_survives(rig.device));
    for (unsigned i = 1; i < 200; i++) {
        input_offer(&rig, 2);
        check_event(&rig, EV_KEY, KEY_ESC + i / 2 % 50, i % 2 == 0);
        check_event(&rig, EV_SYN, SYN_REPORT, 0);
    }
    CHECK(!input_next(&rig, &event));
    rig_finish(&rig.rig);
}

/* A guest that never takes anything costs no more than the backlog, and its reset forgets that. */
static void test_overflow(void)
{
    struct input_rig rig;
    struct event event;

    input_start(&rig, &emu_virtio_keyboard_class);
    input_offer(&rig, 1);
    for (unsigned i = 0; i < 5000; i++)
        emu_input_key(rig.rig.input, KEY_A, i % 2 == 0);
    CHECK(!input_next(&rig, &event));
    CHECK(rig_survives(rig.device));
    input_write(&rig, 0x14, 0, 1);
    CHECK_EQ(emu_input_status(rig.rig.input).leds, 0);
    rig_finish(&rig.rig);
}

static void test_pointer(void)
{
    struct emu_pointer_event move = {.absolute = true, .x = 100, .y = 200};
    struct input_rig rig;
    struct event event;

    input_start(&rig, &emu_virtio_tablet_class);
    input_offer(&rig, SIZE);
    CHECK(emu_input_status(rig.rig.input).absolute);
    emu_input_pointer(rig.rig.input, &move);
    check_event(&rig, EV_ABS, ABS_X, 100);
    check_event(&rig, EV_ABS, ABS_Y, 200);
    check_event(&rig, EV_SYN, SYN_REPORT, 0);
    emu_input_pointer(rig.rig.input, &move);
    CHECK(!input_next(&rig, &event)); /* nothing changed */
    move.buttons = EMU_BUTTON_RIGHT;
    move.wheel = 1;
    emu_input_pointer(rig.rig.input, &move);
    check_event(&rig, EV_REL, REL_WHEEL, UINT32_MAX);
    check_event(&rig, EV_KEY, BTN_RIGHT, 1);
    check_event(&rig, EV_SYN, SYN_REPORT, 0);
    rig_finish(&rig.rig);
}

static void input_tell(struct input_rig *rig, unsigned number, struct event event)
{
    uint64_t value = 0;

    memcpy(&value, &event, sizeof(event));
    input_put(rig, BUFFER(STATUS, number), value, 8);
    input_put(rig, AVAILABLE(STATUS) + 4 + 2 * number, number, 2);
    input_put(rig, AVAILABLE(STATUS) + 2, number + 1, 2);
    input_write(rig, BELL + 4 * STATUS, STATUS, 2);
}

static void test_leds(void)
{
    struct input_rig rig;

    input_start(&rig, &emu_virtio_keyboard_class);
    input_offer(&rig, SIZE);
    input_tell(&rig, 0, (struct event){EV_LED, LED_CAPSL, 1});
    CHECK_EQ(emu_input_status(rig.rig.input).leds, EMU_LED_CAPS);
    input_tell(&rig, 1, (struct event){EV_LED, LED_NUML, 1});
    CHECK_EQ(emu_input_status(rig.rig.input).leds, EMU_LED_CAPS | EMU_LED_NUM);
    input_tell(&rig, 2, (struct event){EV_LED, LED_CAPSL, 0});
    input_tell(&rig, 3, (struct event){EV_LED, 0xffff, 1});
    input_tell(&rig, 4, (struct event){EV_REP, REP_DELAY, 250});
    CHECK_EQ(emu_input_status(rig.rig.input).leds, EMU_LED_NUM);
    CHECK_EQ(input_get(&rig, USED(STATUS) + 2, 2), 5);
    CHECK(rig_survives(rig.device));
    rig_finish(&rig.rig);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"virtio-input-config", test_config},
        {"virtio-input-keys", test_keys},
        {"virtio-input-burst", test_burst},
        {"virtio-input-overflow", test_overflow},
        {"virtio-input-pointer", test_pointer},
        {"virtio-input-leds", test_leds},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
