/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hostile driver of the USB controller: devices are plugged in, a driver has addressed them; then
 * the input's first bytes are register writes and events from outside, the rest replaces rings,
 * contexts and data.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/hw/usb-rig.h"

#define FUZZ_STEPS 24 /* 8 bytes each */
#define FUZZ_HEAD  (8 * FUZZ_STEPS)

static void fuzz_set_up(struct usb_rig *usb)
{
    struct rig_device *devices[] = {usb->storage, usb->keyboard, usb->hub};

    usb_start(usb);
    for (unsigned i = 0; i < 3; i++) {
        unsigned slot = usb_address(usb, usb_plug(usb, i, devices[i]), 0);

        usb_control(usb, slot, 0x0009, 1, 0, 0, NULL);
        usb_add_endpoint(usb, slot, 3, i == 0 ? 6 : 7);
        if (i == 0)
            usb_add_endpoint(usb, slot, 4, 2);
    }
    emu_usb_plug(emu_usb_free_port((struct emu_usb_device *)usb->hub->device),
                 (struct emu_usb_device *)usb->tablet->device, NULL);
}

static void fuzz_outside(struct usb_rig *usb, uint32_t what)
{
    const struct emu_pointer_event event = {.absolute = true,
                                            .x = (int)(what >> 8 & 0xffff),
                                            .wheel = (int)(what >> 24) - 128,
                                            .buttons = what >> 16 & 7};
    struct rig_device *devices[] = {usb->storage, usb->keyboard, usb->hub, usb->tablet};
    struct rig_device *device = devices[what >> 8 & 3];

    switch (what & 7) {
    case 0:
        emu_input_key(usb->rig.input, what >> 8 & 0xff, what >> 16 & 1);
        break;
    case 1:
        emu_input_pointer(usb->rig.input, &event);
        break;
    case 2:
        rig_advance(&usb->rig, what >> 3);
        break;
    case 3:
        emu_usb_unplug((struct emu_usb_device *)device->device);
        break;
    case 4:
        usb_plug(usb, what >> 16 & 7, device);
        break;
    case 5:
        rig_survives(devices[what >> 8 & 3]);
        rig_survives(usb->xhci);
        break;
    case 6:
        emu_device_reset(what & 8 ? usb->xhci->device : device->device);
        break;
    default:
        usb_settle(usb);
        break;
    }
}

/* Doorbells mostly, since they do most. */
static void fuzz_step(struct usb_rig *usb, const uint8_t *data)
{
    uint32_t pair[2];

    memcpy(pair, data, sizeof(pair));
    switch (pair[0] >> 30) {
    case 0:
        fuzz_outside(usb, pair[1]);
        break;
    case 1:
        usb_write(usb, (pair[0] & 0xffff) % 0x4000 & ~3u, pair[1]);
        break;
    default:
        usb_write(usb, 0x2000 + 4 * (pair[0] & 7), pair[1] & 0x1f);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct usb_rig usb;
    size_t length;

    if (size < FUZZ_HEAD)
        return 0;
    usb_init(&usb, data[0] & 1);
    fuzz_set_up(&usb);
    /* each piece of 64 bytes goes to the place that its first two bytes say */
    length = (size - FUZZ_HEAD) / 66;
    for (size_t i = 0; i < length; i++) {
        const uint8_t *piece = data + FUZZ_HEAD + 66 * i;
        size_t at = (size_t)(piece[0] | piece[1] << 8) * 16 % (RIG_RAM_SIZE - 64);

        memcpy(usb_ram(&usb, RIG_RAM + at), piece + 2, 64);
    }
    for (unsigned i = 0; i < FUZZ_STEPS; i++)
        fuzz_step(&usb, data + 8 * i);
    usb_settle(&usb);
    usb_finish(&usb);
    return 0;
}

static void fuzz_piece(uint8_t *out, emu_gpa address, const struct usb_event *trbs, unsigned count)
{
    uint64_t at = (address - RIG_RAM) / 16;

    memset(out, 0, 66);
    out[0] = (uint8_t)at;
    out[1] = (uint8_t)(at >> 8);
    memcpy(out + 2, trbs, count * sizeof(*trbs));
}

/* Commands, control transfers, command blocks with their data, and rings in circles. */
size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    static const struct usb_event commands[4] = {
        {0, 0, 9 << 10 | 1},
        {USB_INPUT, 0, 12 << 10 | 1 | 2 << 24},
        {0, 0, 15 << 10 | 1 | 3 << 16 | 2 << 24},
        {USB_RING(1, 3) | 1, 0, 16 << 10 | 1 | 3 << 16 | 1 << 24},
    };
    static const struct usb_event control[4] = {
        {0x0040000002000680, 8, 2 << 10 | 0x41 | 3 << 16},
        {USB_DATA, 64, 3 << 10 | 1 | 1 << 16},
        {0, 0, 4 << 10 | 0x21},
        {USB_RING(1, 1), 0, 6 << 10 | 1},
    };
    static const struct usb_event bulk[4] = {
        {USB_DATA, 31, 1 << 10 | 0x21},
        {USB_DATA + 64, 4096, 1 << 10 | 0x31},
        {USB_DATA, 0x1000, 7 << 10 | 0x21},
        {USB_RING(1, 4), 0, 6 << 10 | 3},
    };
    static const uint8_t block[31] = {0x55, 0x53, 0x42, 0x43, 1, 2, 3, 4, 0, 16, 0, 0,
                                      0x80, 0,    10,   0x28, 0, 0, 0, 0, 4, 0,  0, 8};
    size_t length = FUZZ_HEAD + 4 * 66;
    uint32_t seed = index * 2654435761u + 12345;

    if (index >= 16 || size < length)
        return 0;
    memset(out, 0, length);
    for (unsigned i = 0; i < FUZZ_HEAD; i++) {
        seed = seed * 1664525 + 1013904223;
        out[i] = (uint8_t)(seed >> 24);
    }
    fuzz_piece(out + FUZZ_HEAD, USB_COMMANDS + 16 * 10, commands, 4);
    fuzz_piece(out + FUZZ_HEAD + 66, USB_RING(1 + index % 3, 1) + 48, control, 4);
    fuzz_piece(out + FUZZ_HEAD + 132, USB_RING(1, 3 + (index & 1)), bulk, 4);
    fuzz_piece(out + FUZZ_HEAD + 198, USB_DATA, commands, 0);
    memcpy(out + FUZZ_HEAD + 200, block, sizeof(block));
    out[FUZZ_HEAD + 200 + 12] = index & 2 ? 0x80 : 0;
    return length;
}
