/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The USB controller and the devices in it, as a driver meets them: rings made by hand. */
#include <errno.h>

#include "tests/hw/usb-rig.h"

#define SUCCESS      1
#define TRANSACTION  4
#define TRB_ERROR    5
#define STALL        6
#define BANDWIDTH    8
#define SLOT_OFF     11
#define ENDPOINT_OFF 12
#define SHORT        13
#define STATE        19
#define STOPPED      26

#define TRB(type) ((type) << 10)

#define GET_DESCRIPTOR    0x8006
#define SET_CONFIGURATION 0x0009

#define INTERRUPT_IN 7
#define BULK_OUT     2
#define BULK_IN      6

static uint32_t port_status(struct usb_rig *usb, unsigned port)
{
    return usb_read(usb, 0x440 + 16 * (port - 1));
}

static void put32(uint8_t *at, uint32_t value)
{
    memcpy(at, &value, 4);
}

static uint32_t get32(const uint8_t *at)
{
    uint32_t value;

    memcpy(&value, at, 4);
    return value;
}

/* A device that is addressed and configured. */
static unsigned usb_configured(struct usb_rig *usb, unsigned socket, struct rig_device *device)
{
    unsigned slot = usb_address(usb, usb_plug(usb, socket, device), 0);

    CHECK_EQ(usb_control(usb, slot, SET_CONFIGURATION, 1, 0, 0, NULL), SUCCESS);
    return slot;
}

/* ---- the controller ---- */

static void test_ports(void)
{
    struct usb_event event;
    struct usb_rig usb;
    unsigned port;

    usb_init(&usb, false);
    usb_start(&usb);
    CHECK_EQ(port_status(&usb, 9), 0x2a0);
    port = usb_plug(&usb, 0, usb.keyboard);
    CHECK_EQ(port, 9);
    CHECK_EQ(port_status(&usb, 9), 0x20ee1); /* high speed, not enabled, changed */
    CHECK(usb_event(&usb, &event) && event.parameter == 9ull << 24 && event.control >> 10 == 34);
    usb_write(&usb, 0x4c0, 0x20210); /* knows of it; reset */
    CHECK_EQ(port_status(&usb, 9), 0x200e03);
    CHECK(usb_event(&usb, &event) && event.parameter == 9ull << 24);
    port = usb_plug(&usb, 1, usb.storage);
    CHECK_EQ(port, 2);
    CHECK_EQ(port_status(&usb, 2), 0x21203);   /* SuperSpeed, enabled by itself */
    CHECK(usb_plug(&usb, 1, usb.tablet) == 0); /* both ports of a socket are one socket */
    emu_usb_unplug((struct emu_usb_device *)usb.keyboard->device);
    CHECK_EQ(port_status(&usb, 9) & 0x20003, 0x20000);
    CHECK(usb.xhci->level[0]);
    usb_drain(&usb);
    CHECK(!usb.xhci->level[0]);
    usb_finish(&usb);
}

static void test_commands(void)
{
    struct usb_rig usb;
    unsigned slot;

    usb_init(&usb, false);
    usb_start(&usb);
    CHECK_EQ(usb_command(&usb, 0, TRB(23)), SUCCESS);
    CHECK_EQ(usb_command(&usb, 0, TRB(14) | 3u << 24) & 0xff, SLOT_OFF);
    CHECK_EQ(usb_command(&usb, 0, TRB(63)), TRB_ERROR);
    CHECK_EQ(usb_address(&usb, 3, 0), 0); /* nothing is there */
    slot = usb_address(&usb, usb_plug(&usb, 0, usb.keyboard), 0);
    CHECK(slot != 0);
    CHECK_EQ(get32(usb_ram(&usb, USB_DEVICE(slot) + 12)), slot | 2u << 27);
    CHECK_EQ(usb_command(&usb, USB_INPUT, TRB(11) | slot << 24) & 0xff, STATE);
    CHECK_EQ(usb_command(&usb, 0, TRB(15) | slot << 24 | 3u << 16) & 0xff, ENDPOINT_OFF);
    CHECK_EQ(usb_command(&usb, 0, TRB(14) | slot << 24 | 1u << 16) & 0xff, STATE);
    CHECK_EQ(usb_add_endpoint(&usb, slot, 3, 5), BANDWIDTH); /* isochronous */
    CHECK_EQ(usb_add_endpoint(&usb, slot, 3, INTERRUPT_IN), SUCCESS);
    CHECK_EQ(get32(usb_ram(&usb, USB_DEVICE(slot) + 12)), slot | 3u << 27);
    CHECK_EQ(usb_command(&usb, 0, TRB(17) | slot << 24) & 0xff, SUCCESS); /* reset device */
    CHECK_EQ(get32(usb_ram(&usb, USB_DEVICE(slot) + 12)), 1u << 27);
    CHECK_EQ(usb_command(&usb, 0, TRB(15) | slot << 24 | 3u << 16) & 0xff, ENDPOINT_OFF);
    CHECK_EQ(usb_command(&usb, 0, TRB(10) | slot << 24) & 0xff, SUCCESS);
    CHECK_EQ(usb_command(&usb, 0, TRB(10) | slot << 24) & 0xff, SLOT_OFF);
    usb_finish(&usb);
}

/* What each says of itself has the lengths that it says it has. */
static void test_descriptors(void)
{
    struct usb_rig usb;
    const uint8_t *data;
    unsigned moved;

    usb_init(&usb, false);
    usb_start(&usb);
    for (unsigned i = 0; i < 4; i++) {
        struct rig_device *devices[] = {usb.keyboard, usb.tablet, usb.storage, usb.hub};
        unsigned slot = usb_address(&usb, usb_plug(&usb, i, devices[i]), 0), total, at = 0;

        data = usb_ram(&usb, USB_DATA);
        CHECK_EQ(usb_control(&usb, slot, GET_DESCRIPTOR, 0x100, 0, 64, &moved), SHORT);
        CHECK(moved == 18 && data[0] == 18 && data[1] == 1);
        CHECK_EQ(usb_control(&usb, slot, GET_DESCRIPTOR, 0x100, 0, 8, &moved), SUCCESS);
        CHECK_EQ(moved, 8);
        CHECK_EQ(usb_control(&usb, slot, GET_DESCRIPTOR, 0x200, 0, 255, &moved), SHORT);
        total = data[2] | (unsigned)data[3] << 8;
        CHECK_EQ(moved, total);
        while (at < total && data[at] != 0)
            at += data[at];
        CHECK_EQ(at, total);
        CHECK_EQ(usb_control(&usb, slot, GET_DESCRIPTOR, 0x302, 0x409, 255, &moved), SHORT);
        CHECK(moved == data[0] && data[1] == 3 && data[2] == 'U');
        CHECK_EQ(usb_control(&usb, slot, GET_DESCRIPTOR, 0x3ff, 0x409, 255, NULL), STALL);
        CHECK_EQ(usb_control(&usb, slot, 0x8008, 0, 0, 1, NULL), 0); /* the endpoint is halted */
        CHECK_EQ(usb_command(&usb, 0, TRB(14) | slot << 24 | 1u << 16) & 0xff, SUCCESS);
    }
    usb_finish(&usb);
}

/* A halted endpoint goes on where the driver says. */
static void test_halted(void)
{
    struct usb_rig usb;
    unsigned slot;

    usb_init(&usb, false);
    usb_start(&usb);
    slot = usb_address(&usb, usb_plug(&usb, 0, usb.keyboard), 0);
    CHECK_EQ(usb_control(&usb, slot, 0xc0aa, 0, 0, 0, NULL), STALL);
    CHECK_EQ(get32(usb_ram(&usb, USB_DEVICE(slot) + 32)) & 7, 2);
    CHECK_EQ(usb_command(&usb, 0, TRB(14) | slot << 24 | 1u << 16) & 0xff, SUCCESS);
    CHECK_EQ(get32(usb_ram(&usb, USB_DEVICE(slot) + 32)) & 7, 3);
    CHECK_EQ(usb_command(&usb, (USB_RING(slot, 1) + 16 * usb.next[slot][1]) | usb.cycle[slot][1],
                         TRB(16) | slot << 24 | 1u << 16) &
                 0xff,
             SUCCESS);
    CHECK_EQ(usb_control(&usb, slot, 0x8000, 0, 0, 2, NULL), SUCCESS);
    CHECK_EQ(usb_ram(&usb, USB_DATA)[0], 1);
    usb_finish(&usb);
}

/* More events than the ring holds come when there is room, and none is lost. */
static void test_event_ring_full(void)
{
    struct usb_event event;
    unsigned slot, seen = 0;
    struct usb_rig usb;

    usb_init(&usb, false);
    usb_start(&usb);
    slot = usb_address(&usb, usb_plug(&usb, 0, usb.keyboard), 0);
    for (unsigned i = 0; i < 80; i++) {
        usb_put(&usb, slot, 1, i, 0, TRB(8) | 0x20); /* no operation */
        if (i % 20 == 19)
            usb_ring(&usb, slot, 1);
    }
    CHECK(rig_survives(usb.xhci));
    for (unsigned i = 0; i < 10; i++) {
        while (usb_event(&usb, &event)) {
            CHECK_EQ(event.status >> 24, SUCCESS);
            seen++;
        }
        rig_advance(&usb.rig, RIG_MS);
    }
    CHECK_EQ(seen, 80);
    usb_finish(&usb);
}

/* Rings that never end: nothing hangs, and the controller can be stopped. */
static void test_endless_rings(void)
{
    const struct usb_event link = {USB_COMMANDS, 0, TRB(6) | 1};
    struct usb_rig usb;
    unsigned slot;

    usb_init(&usb, false);
    usb_start(&usb);
    slot = usb_address(&usb, usb_plug(&usb, 0, usb.keyboard), 0);
    usb_put(&usb, slot, 1, 0, 0, TRB(8));
    usb_put(&usb, slot, 1, USB_RING(slot, 1), 0, TRB(6)); /* back, with the same cycle */
    usb_ring(&usb, slot, 1);
    rig_advance(&usb.rig, RIG_MS);
    memcpy(usb_ram(&usb, USB_COMMANDS + 16 * usb.command), &link, sizeof(link));
    memcpy(usb_ram(&usb, USB_COMMANDS), &link, sizeof(link)); /* to itself */
    usb_write(&usb, 0x2000, 0);
    usb_write(&usb, 0x40, 0);
    CHECK_EQ(usb_read(&usb, 0x44) & 1, 1);
    rig_advance(&usb.rig, RIG_MS);
    usb_finish(&usb);
}

static void test_bad_trbs(void)
{
    static const struct usb_event bad[] = {
        {0, 8, TRB(2)},        /* a setup that is not immediate */
        {USB_DATA, 8, TRB(1)}, /* no setup */
        {0, 0, TRB(5)},        /* isochronous */
        {0, 9, TRB(1) | 0x40}, /* nine immediate bytes */
    };

    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct usb_event event;
        struct usb_rig usb;
        unsigned slot;

        usb_init(&usb, false);
        usb_start(&usb);
        slot = usb_address(&usb, usb_plug(&usb, 0, usb.keyboard), 0);
        usb_put(&usb, slot, 1, bad[i].parameter, bad[i].status, bad[i].control);
        usb_put(&usb, slot, 1, 0, 0, TRB(4));
        usb_ring(&usb, slot, 1);
        CHECK(usb_event(&usb, &event) && event.status >> 24 == TRB_ERROR);
        CHECK_EQ(get32(usb_ram(&usb, USB_DEVICE(slot) + 32)) & 7, 4);
        usb_finish(&usb);
    }
}

/* ---- keyboard and tablet ---- */

static void test_keyboard(void)
{
    struct usb_rig usb;
    const uint8_t *report;
    unsigned slot, moved;

    usb_init(&usb, false);
    usb_start(&usb);
    slot = usb_configured(&usb, 0, usb.keyboard);
    usb_add_endpoint(&usb, slot, 3, INTERRUPT_IN);
    report = usb_ram(&usb, USB_DATA);
    emu_input_key(usb.rig.input, 30, true); /* nobody listens yet */
    CHECK_EQ(usb_transfer(&usb, slot, 3, 8, NULL), 0);
    emu_input_key(usb.rig.input, 42, true);
    CHECK_EQ(usb_transfer(&usb, slot, 3, 8, &moved), SUCCESS);
    CHECK(moved == 8 && report[0] == 0x02 && report[2] == 0);
    emu_input_key(usb.rig.input, 30, true);
    CHECK_EQ(usb_transfer(&usb, slot, 3, 8, NULL), SUCCESS);
    CHECK(report[0] == 0x02 && report[2] == 0x04);
    emu_input_key(usb.rig.input, 42, false);
    emu_input_key(usb.rig.input, 30, false);
    CHECK_EQ(usb_transfer(&usb, slot, 3, 8, NULL), SUCCESS);
    CHECK(report[0] == 0 && report[2] == 0);
    CHECK(rig_survives(usb.keyboard));
    usb_ram(&usb, USB_DATA)[0] = 2; /* caps lock */
    CHECK_EQ(usb_control(&usb, slot, 0x2109, 0x200, 0, 1, NULL), SUCCESS);
    CHECK_EQ(emu_input_status(usb.rig.input).leds, EMU_LED_CAPS);
    usb_finish(&usb);
}

/* Seven keys are too many for a report, and when one goes the others are known. */
static void test_rollover(void)
{
    struct usb_rig usb;
    const uint8_t *report;
    unsigned slot;

    usb_init(&usb, false);
    usb_start(&usb);
    slot = usb_configured(&usb, 0, usb.keyboard);
    usb_add_endpoint(&usb, slot, 3, INTERRUPT_IN);
    report = usb_ram(&usb, USB_DATA);
    usb_transfer(&usb, slot, 3, 8, NULL);
    for (unsigned i = 0; i < 7; i++) {
        emu_input_key(usb.rig.input, 16 + i, true);
        usb_transfer(&usb, slot, 3, 8, NULL);
    }
    CHECK(report[2] == 1 && report[7] == 1);
    emu_input_key(usb.rig.input, 16, false);
    CHECK(report[2] == 0x1a && report[7] == 0x18); /* w to u */
    usb_finish(&usb);
}

/* With an idle rate the last report comes again. */
static void test_idle(void)
{
    struct usb_event event;
    struct usb_rig usb;
    unsigned slot;

    usb_init(&usb, false);
    usb_start(&usb);
    slot = usb_configured(&usb, 0, usb.keyboard);
    usb_add_endpoint(&usb, slot, 3, INTERRUPT_IN);
    CHECK_EQ(usb_control(&usb, slot, 0x210a, 0x800, 0, 0, NULL), SUCCESS); /* 32 ms */
    CHECK_EQ(usb_transfer(&usb, slot, 3, 8, NULL), 0);
    rig_advance(&usb.rig, 31 * RIG_MS);
    CHECK(!usb_event(&usb, &event));
    rig_advance(&usb.rig, 2 * RIG_MS);
    CHECK(usb_event(&usb, &event));
    usb_finish(&usb);
}

static void test_tablet(void)
{
    struct emu_pointer_event event = {.absolute = true, .x = 100, .y = 32767};
    struct usb_rig usb;
    const uint8_t *report;
    unsigned slot;

    usb_init(&usb, false);
    usb_start(&usb);
    slot = usb_configured(&usb, 0, usb.tablet);
    usb_add_endpoint(&usb, slot, 3, INTERRUPT_IN);
    report = usb_ram(&usb, USB_DATA);
    CHECK(!emu_input_status(usb.rig.input).absolute);
    usb_transfer(&usb, slot, 3, 8, NULL);
    CHECK(emu_input_status(usb.rig.input).absolute);
    emu_input_pointer(usb.rig.input, &event);
    CHECK(memcmp(report, "\0\x64\0\xff\x7f\0\0", 7) == 0);
    event.wheel = 1; /* towards the user; two movements become one, a button stays apart */
    emu_input_pointer(usb.rig.input, &event);
    event.x = 300;
    event.wheel_across = 1;
    emu_input_pointer(usb.rig.input, &event);
    event.wheel = event.wheel_across = 0;
    event.buttons = EMU_BUTTON_RIGHT;
    emu_input_pointer(usb.rig.input, &event);
    CHECK(rig_survives(usb.tablet));
    CHECK_EQ(usb_transfer(&usb, slot, 3, 8, NULL), SHORT); /* 7 of 8 bytes */
    CHECK(memcmp(report, "\0\x2c\x01\xff\x7f\xfe\x01", 7) == 0);
    CHECK_EQ(usb_transfer(&usb, slot, 3, 8, NULL), SHORT);
    CHECK(memcmp(report, "\x02\x2c\x01\xff\x7f\0\0", 7) == 0);
    CHECK_EQ(usb_transfer(&usb, slot, 3, 8, NULL), 0);
    usb_finish(&usb);
}

/* The driver takes a poll back: it is told, and keys go elsewhere. */
static void test_stop(void)
{
    struct usb_event event;
    struct usb_rig usb;
    unsigned slot;

    usb_init(&usb, false);
    usb_start(&usb);
    slot = usb_configured(&usb, 0, usb.keyboard);
    usb_add_endpoint(&usb, slot, 3, INTERRUPT_IN);
    usb_transfer(&usb, slot, 3, 8, NULL);
    usb_put(&usb, slot, 3, USB_DATA, 8, TRB(1) | 0x20);
    usb_write(&usb, 0x2000, 0);
    usb_drain(&usb);
    CHECK_EQ(usb_command(&usb, 0, TRB(15) | slot << 24 | 3u << 16) & 0xff, SUCCESS);
    CHECK_EQ(get32(usb_ram(&usb, USB_EVENTS + 16 * (usb.event - 2) + 8)) >> 24, STOPPED);
    CHECK_EQ(get32(usb_ram(&usb, USB_DEVICE(slot) + 96)) & 7, 3);
    CHECK_EQ(get32(usb_ram(&usb, USB_DEVICE(slot) + 104)), (uint32_t)USB_RING(slot, 3) | 1);
    emu_input_key(usb.rig.input, 30, true);
    usb_ring(&usb, slot, 3);
    CHECK(!usb_event(&usb, &event));
    emu_input_key(usb.rig.input, 31, true);
    CHECK(usb_event(&usb, &event) && event.status >> 24 == SUCCESS);
    CHECK_EQ(usb_ram(&usb, USB_DATA)[2], 0x16);
    usb_finish(&usb);
}

/* ---- hub ---- */

#define PORT_STATUS  0xa300
#define PORT_SET     0x2303
#define PORT_CLEAR   0x2301
#define PORT_POWER   8
#define PORT_RESET   4
#define PORT_CHANGED 16

static void test_hub(void)
{
    struct emu_usb_device *inner;
    struct usb_event event;
    struct usb_rig usb;
    unsigned hub, slot;
    uint8_t *data;

    usb_init(&usb, false);
    usb_start(&usb);
    hub = usb_configured(&usb, 0, usb.hub);
    usb_add_endpoint(&usb, hub, 3, INTERRUPT_IN);
    inner = (struct emu_usb_device *)usb.keyboard->device;
    CHECK(emu_usb_plug(emu_usb_free_port((struct emu_usb_device *)usb.hub->device), inner, NULL));
    data = usb_ram(&usb, USB_DATA);
    CHECK_EQ(usb_transfer(&usb, hub, 3, 2, NULL), 0); /* without power it sees nothing */
    CHECK_EQ(usb_control(&usb, hub, PORT_SET, PORT_POWER, 1, 0, NULL), SUCCESS);
    CHECK_EQ(data[0], 2);
    CHECK_EQ(usb_control(&usb, hub, PORT_STATUS, 0, 1, 4, NULL), SUCCESS);
    CHECK_EQ(get32(data), 0x00010501);
    CHECK_EQ(usb_control(&usb, hub, PORT_CLEAR, PORT_CHANGED, 1, 0, NULL), SUCCESS);
    CHECK_EQ(usb_control(&usb, hub, PORT_SET, PORT_RESET, 1, 0, NULL), SUCCESS);
    CHECK_EQ(usb_control(&usb, hub, PORT_STATUS, 0, 1, 4, NULL), SUCCESS);
    CHECK_EQ(get32(data), 0x00100503);
    CHECK_EQ(usb_control(&usb, hub, PORT_STATUS, 0, 9, 4, NULL), STALL);
    CHECK(rig_survives(usb.hub));
    CHECK_EQ(usb_address(&usb, 9, 2), 0); /* nothing is in its second port */
    slot = usb_address(&usb, 9, 1);
    CHECK(slot != 0);
    CHECK_EQ(usb_control(&usb, slot, GET_DESCRIPTOR, 0x100, 0, 18, NULL), SUCCESS);
    emu_usb_unplug(inner);
    CHECK_EQ(usb_control(&usb, slot, GET_DESCRIPTOR, 0x100, 0, 18, NULL), TRANSACTION);
    CHECK(!usb_event(&usb, &event));
    usb_finish(&usb);
}

/* ---- storage ---- */

#define IN  3
#define OUT 4

static unsigned storage_start(struct usb_rig *usb, bool cdrom)
{
    unsigned slot;

    usb_init(usb, cdrom);
    usb_start(usb);
    slot = usb_configured(usb, 0, usb->storage);
    CHECK_EQ(usb_add_endpoint(usb, slot, IN, BULK_IN), SUCCESS);
    CHECK_EQ(usb_add_endpoint(usb, slot, OUT, BULK_OUT), SUCCESS);
    return slot;
}

/* A command block; the code of its transfer. */
static unsigned storage_send(struct usb_rig *usb, unsigned slot, const uint8_t *packet,
                             uint32_t length, bool in)
{
    uint8_t *data = usb_ram(usb, USB_DATA), kept[31];
    unsigned code;

    memcpy(kept, data, sizeof(kept));
    memset(data, 0, sizeof(kept));
    put32(data, 0x43425355);
    put32(data + 4, 0x12345678);
    put32(data + 8, length);
    data[12] = in ? 0x80 : 0;
    data[14] = 10;
    memcpy(data + 15, packet, 10);
    code = usb_transfer(usb, slot, OUT, 31, NULL);
    memcpy(data, kept, sizeof(kept));
    return code;
}

/* Its outcome and residue, which must be there. */
static unsigned storage_status(struct usb_rig *usb, unsigned slot, uint32_t *residue)
{
    uint8_t *data = usb_ram(usb, USB_DATA), kept[13], status[13];

    memcpy(kept, data, sizeof(kept));
    CHECK_EQ(usb_transfer(usb, slot, IN, 13, NULL), SUCCESS);
    memcpy(status, data, sizeof(status));
    memcpy(data, kept, sizeof(kept));
    CHECK_EQ(get32(status), 0x53425355);
    CHECK_EQ(get32(status + 4), 0x12345678);
    if (residue != NULL)
        *residue = get32(status + 8);
    return status[12];
}

static const uint8_t read8[10] = {0x28, 0, 0, 0, 0, 4, 0, 0, 8};
static const uint8_t write8[10] = {0x2a, 0, 0, 0, 0, 4, 0, 0, 8};
static const uint8_t sense[10] = {0x03, 0, 0, 0, 18};

static void test_storage(void)
{
    static const uint8_t inquiry[10] = {0x12, 0, 0, 0, 36}, flush[10] = {0x35};
    static const uint8_t capacity[10] = {0x25};
    uint8_t *data, *disk;
    struct usb_rig usb;
    uint32_t residue;
    unsigned slot = storage_start(&usb, false), moved;

    data = usb_ram(&usb, USB_DATA);
    disk = emu_block_test_data(&usb.backend);
    CHECK_EQ(usb_control(&usb, slot, 0xa1fe, 0, 0, 1, NULL), SUCCESS);
    CHECK_EQ(storage_send(&usb, slot, inquiry, 36, true), SUCCESS);
    CHECK_EQ(usb_transfer(&usb, slot, IN, 36, &moved), SUCCESS);
    CHECK(moved == 36 && memcmp(data + 8, "LATHE   DISK", 12) == 0);
    CHECK_EQ(storage_status(&usb, slot, NULL), 0);
    storage_send(&usb, slot, capacity, 8, true);
    CHECK_EQ(usb_transfer(&usb, slot, IN, 8, NULL), SUCCESS);
    CHECK(data[2] == 0x07 && data[3] == 0xff && data[6] == 2);
    CHECK_EQ(storage_status(&usb, slot, NULL), 0);
    memset(data, 0x5a, 4096);
    storage_send(&usb, slot, write8, 4096, false);
    CHECK_EQ(usb_transfer(&usb, slot, OUT, 1000, NULL), SUCCESS); /* in two pieces */
    CHECK_EQ(usb_transfer(&usb, slot, OUT, 3096, NULL), SUCCESS);
    CHECK_EQ(storage_status(&usb, slot, &residue), 0);
    CHECK_EQ(residue, 0);
    CHECK(disk[4 * 512 - 1] == 0 && disk[4 * 512] == 0x5a && disk[12 * 512 - 1] == 0x5a);
    storage_send(&usb, slot, flush, 0, false);
    CHECK_EQ(storage_status(&usb, slot, NULL), 0);
    CHECK_EQ(emu_block_test_flushes(&usb.backend), 1);
    memset(data, 0, 4096);
    storage_send(&usb, slot, read8, 4096, true);
    CHECK(rig_survives(usb.storage) && rig_survives(usb.xhci));
    CHECK_EQ(usb_transfer(&usb, slot, IN, 4096, NULL), SUCCESS);
    CHECK(data[0] == 0x5a && data[4095] == 0x5a);
    CHECK_EQ(storage_status(&usb, slot, NULL), 0);
    usb_finish(&usb);
}

/* What fails is told in the status; the host's bytes all go over. */
static void test_storage_errors(void)
{
    static const uint8_t beyond[10] = {0x28, 0, 0, 0, 8, 0, 0, 0, 1}, unknown[10] = {0xfe};
    struct usb_rig usb;
    uint32_t residue;
    unsigned slot = storage_start(&usb, false), moved;
    uint8_t *data = usb_ram(&usb, USB_DATA);

    storage_send(&usb, slot, beyond, 512, true);
    CHECK_EQ(usb_transfer(&usb, slot, IN, 512, &moved), SUCCESS);
    CHECK_EQ(storage_status(&usb, slot, &residue), 1);
    CHECK_EQ(residue, 512);
    storage_send(&usb, slot, sense, 18, true);
    CHECK_EQ(usb_transfer(&usb, slot, IN, 18, NULL), SUCCESS);
    CHECK(data[2] == 5 && data[12] == 0x21);
    CHECK_EQ(storage_status(&usb, slot, NULL), 0);
    storage_send(&usb, slot, unknown, 0, false);
    CHECK_EQ(storage_status(&usb, slot, NULL), 1);
    storage_send(&usb, slot, read8, 100, true); /* fewer bytes than the command has */
    CHECK_EQ(usb_transfer(&usb, slot, IN, 100, NULL), SUCCESS);
    CHECK_EQ(storage_status(&usb, slot, NULL), 2);
    storage_send(&usb, slot, write8, 4096, true); /* the wrong way */
    CHECK_EQ(usb_transfer(&usb, slot, IN, 4096, NULL), SUCCESS);
    CHECK_EQ(storage_status(&usb, slot, NULL), 2);
    emu_block_test_fail(&usb.backend, EIO);
    storage_send(&usb, slot, read8, 4096, true);
    CHECK_EQ(usb_transfer(&usb, slot, IN, 4096, NULL), SUCCESS);
    CHECK_EQ(storage_status(&usb, slot, NULL), 1);
    emu_block_test_fail(&usb.backend, 0);
    storage_send(&usb, slot, sense, 18, true);
    usb_transfer(&usb, slot, IN, 18, NULL);
    CHECK(data[2] == 3 && data[12] == 0x11);
    CHECK_EQ(storage_status(&usb, slot, NULL), 0);
    CHECK_EQ(usb_transfer(&usb, slot, OUT, 30, NULL), STALL); /* no command block */
    usb_finish(&usb);
}

/* It is pulled out while the disk works: the transfer fails, and what comes late goes nowhere. */
static void test_storage_pulled(void)
{
    struct usb_event event;
    struct usb_rig usb;
    unsigned slot = storage_start(&usb, false), code = 0;

    emu_block_test_hold(&usb.backend, true);
    storage_send(&usb, slot, read8, 4096, true);
    usb_put(&usb, slot, IN, USB_DATA, 4096, TRB(1) | 0x20);
    usb_ring(&usb, slot, IN);
    CHECK(!usb_event(&usb, &event));
    emu_block_test_hold(&usb.backend, false);
    emu_usb_unplug((struct emu_usb_device *)usb.storage->device);
    while (usb_event(&usb, &event))
        code = (event.control >> 10 & 63) == 32 ? event.status >> 24 : code;
    CHECK_EQ(code, TRANSACTION);
    usb_settle(&usb);
    CHECK_EQ(usb_plug(&usb, 0, usb.storage), 1);
    usb_finish(&usb);
}

static void test_cdrom(void)
{
    static const uint8_t read1[10] = {0x28, 0, 0, 0, 0, 3, 0, 0, 1};
    struct usb_rig usb;
    unsigned slot = storage_start(&usb, true);

    memset(emu_block_test_data(&usb.backend) + 3 * 2048, 0x77, 2048);
    storage_send(&usb, slot, read1, 2048, true);
    CHECK_EQ(usb_transfer(&usb, slot, IN, 2048, NULL), SUCCESS);
    CHECK_EQ(usb_ram(&usb, USB_DATA)[2047], 0x77);
    CHECK_EQ(storage_status(&usb, slot, NULL), 0);
    storage_send(&usb, slot, write8, 4096, false);
    CHECK_EQ(usb_transfer(&usb, slot, OUT, 4096, NULL), SUCCESS);
    CHECK_EQ(storage_status(&usb, slot, NULL), 1);
    usb_finish(&usb);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"usb-ports", test_ports},
        {"usb-commands", test_commands},
        {"usb-descriptors", test_descriptors},
        {"usb-halted", test_halted},
        {"usb-event-ring-full", test_event_ring_full},
        {"usb-endless-rings", test_endless_rings},
        {"usb-bad-trbs", test_bad_trbs},
        {"usb-keyboard", test_keyboard},
        {"usb-rollover", test_rollover},
        {"usb-idle", test_idle},
        {"usb-tablet", test_tablet},
        {"usb-stop", test_stop},
        {"usb-hub", test_hub},
        {"usb-storage", test_storage},
        {"usb-storage-errors", test_storage_errors},
        {"usb-storage-pulled", test_storage_pulled},
        {"usb-cdrom", test_cdrom},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
