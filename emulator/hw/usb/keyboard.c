/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * USB keyboard (HID 1.11, appendix B): six keys and eight modifiers in both protocols, so that
 * firmware and systems see the same reports; lamps by output reports. Each event is a report.
 */
#include <string.h>

#include "emulator/hw/devices.h"
#include "emulator/hw/save.h"
#include "emulator/hw/usb/hid.h"

#define KEYBOARD_KEYS     6 /* of a report */
#define KEYBOARD_DOWN     16
#define KEYBOARD_EVENTS   64
#define KEYBOARD_ROOM     16 /* of these, that keys which go down leave to those that go up */
#define KEYBOARD_ROLLOVER 0x01
#define KEYBOARD_MODIFIER 0xe0
#define KEYBOARD_RELEASED 0x100u /* of an event: the key goes up */

struct keyboard {
    struct hid hid; /* first */
    uint16_t events[KEYBOARD_EVENTS];
    uint8_t head, count;
    uint8_t modifiers;
    uint8_t down[KEYBOARD_DOWN]; /* other keys, in the order in which they went down */
    uint8_t down_count;
};

static const uint8_t keyboard_usages[EMU_KEY_MAX + 1] = {
#define USB_KEY(code, usage) [code] = usage,
#include "emulator/hw/usb/keys.inc"
#undef USB_KEY
};

static struct keyboard *keyboard_of(void *device)
{
    return device;
}

/* ---- reports ---- */

static void keyboard_release(struct keyboard *keyboard, uint8_t usage)
{
    uint8_t *found = memchr(keyboard->down, usage, keyboard->down_count);

    if (found == NULL)
        return;
    keyboard->down_count--;
    memmove(found, found + 1, (size_t)(keyboard->down + keyboard->down_count - found));
}

static void keyboard_press(struct keyboard *keyboard, uint8_t usage)
{
    if (keyboard->down_count < KEYBOARD_DOWN &&
        memchr(keyboard->down, usage, keyboard->down_count) == NULL)
        keyboard->down[keyboard->down_count++] = usage;
}

static void keyboard_apply(struct keyboard *keyboard, uint16_t event)
{
    uint8_t usage = (uint8_t)event, bit = (uint8_t)(1u << (usage & 7));
    bool up = event & KEYBOARD_RELEASED;

    if (usage >= KEYBOARD_MODIFIER)
        keyboard->modifiers =
            (uint8_t)(up ? keyboard->modifiers & ~bit : keyboard->modifiers | bit);
    else if (up)
        keyboard_release(keyboard, usage);
    else
        keyboard_press(keyboard, usage);
}

static bool keyboard_report(struct hid *hid, uint8_t *report)
{
    struct keyboard *keyboard = keyboard_of(hid);
    bool news = keyboard->count != 0;

    if (news) {
        keyboard_apply(keyboard, keyboard->events[keyboard->head]);
        keyboard->head = (keyboard->head + 1) % KEYBOARD_EVENTS;
        keyboard->count--;
    }
    memset(report, 0, 2 + KEYBOARD_KEYS);
    report[0] = keyboard->modifiers;
    if (keyboard->down_count > KEYBOARD_KEYS)
        memset(report + 2, KEYBOARD_ROLLOVER, KEYBOARD_KEYS);
    else
        memcpy(report + 2, keyboard->down, keyboard->down_count);
    return news;
}

static void keyboard_set_report(struct hid *hid, uint8_t report)
{
    emu_input_set_leds(&hid->sink, (report & 1 ? EMU_LED_NUM : 0) |
                                       (report & 2 ? EMU_LED_CAPS : 0) |
                                       (report & 4 ? EMU_LED_SCROLL : 0));
}

static void keyboard_forget(struct hid *hid)
{
    struct keyboard *keyboard = keyboard_of(hid);

    keyboard->head = keyboard->count = 0;
    keyboard->modifiers = keyboard->down_count = 0;
    memset(keyboard->down, 0, sizeof(keyboard->down));
    memset(keyboard->events, 0, sizeof(keyboard->events));
}

/* ---- keys ---- */

static bool keyboard_has_room(const struct keyboard *keyboard, bool down)
{
    return keyboard->count < KEYBOARD_EVENTS - (down ? KEYBOARD_ROOM : 0);
}

/* The host repeats keys by itself. */
static void keyboard_key(void *opaque, unsigned code, bool down)
{
    struct keyboard *keyboard = opaque;
    uint8_t usage = code <= EMU_KEY_MAX ? keyboard_usages[code] : 0;

    if (usage == 0 || !emu_usb_lock(&keyboard->hid.usb))
        return;
    if (keyboard_has_room(keyboard, down)) {
        unsigned at = (keyboard->head + keyboard->count++) % KEYBOARD_EVENTS;

        keyboard->events[at] = (uint16_t)(usage | (down ? 0 : KEYBOARD_RELEASED));
        hid_happened(&keyboard->hid);
    }
    emu_usb_unlock(&keyboard->hid.usb);
}

static const struct emu_input_ops keyboard_input_ops = {.key = keyboard_key};

/* ---- descriptors ---- */

static const uint8_t keyboard_descriptor[] = {
    0x05, 0x01, 0x09, 0x06, 0xa1, 0x01,                         /* a keyboard: */
    0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x15, 0x00, 0x25, 0x01, /* modifiers, a bit each */
    0x75, 0x01, 0x95, 0x08, 0x81, 0x02,                         /* */
    0x75, 0x08, 0x95, 0x01, 0x81, 0x01,                         /* a byte of nothing */
    0x05, 0x08, 0x19, 0x01, 0x29, 0x05,                         /* out: lamps, a bit each */
    0x75, 0x01, 0x95, 0x05, 0x91, 0x02,                         /* */
    0x75, 0x03, 0x95, 0x01, 0x91, 0x01,                         /* three bits of nothing */
    0x05, 0x07, 0x19, 0x00, 0x2a, 0xff, 0x00,                   /* keys, a byte each */
    0x15, 0x00, 0x26, 0xff, 0x00,                               /* */
    0x75, 0x08, 0x95, 0x06, 0x81, 0x00, 0xc0,
};

static const uint8_t keyboard_class_descriptor[] = {
    9, 0x21, 0x11, 0x01, 0, 1, 0x22, sizeof(keyboard_descriptor), 0,
};

static const struct emu_usb_identity keyboard_identity = {
    .vendor = 0x0627,
    .product = 0x0001,
    .release = 0x0100,
    .manufacturer = "Lathe",
    .name = "USB Keyboard",
    .serial = "1",
    .class = 3,    /* HID */
    .subclass = 1, /* boot */
    .protocol = 1, /* keyboard */
    .wakes = true,
    .extra = keyboard_class_descriptor,
    .extra_length = sizeof(keyboard_class_descriptor),
    .endpoint_count = 1,
    .endpoints = {{.address = EMU_USB_IN | 1, .attributes = 3, .size = 8, .interval_ms = 8}},
};

static const struct emu_usb_type keyboard_usb_type = {
    .speeds = 1u << EMU_USB_FULL | 1u << EMU_USB_HIGH,
    .identity = &keyboard_identity,
    .reset = hid_reset,
    .control = hid_control,
    .transfer = hid_transfer,
    .cancel = hid_cancel,
};

static const struct hid_type keyboard_hid_type = {
    .descriptor = keyboard_descriptor,
    .descriptor_size = sizeof(keyboard_descriptor),
    .report_size = 2 + KEYBOARD_KEYS,
    .report = keyboard_report,
    .set_report = keyboard_set_report,
    .reset = keyboard_forget,
};

/* ---- the device ---- */

static bool keyboard_realize(struct emu_device *device, struct emu_error *err)
{
    struct keyboard *keyboard = keyboard_of(device);

    keyboard->hid.sink.kind = EMU_INPUT_KEYBOARD;
    keyboard->hid.sink.ops = &keyboard_input_ops;
    hid_realize(&keyboard->hid, &keyboard_usb_type, &keyboard_hid_type);
    return true;
}

static const struct emu_field keyboard_fields[] = {
    EMU_FIELD_ARRAY(struct keyboard, events),
    EMU_FIELD(struct keyboard, head),
    EMU_FIELD(struct keyboard, count),
    EMU_FIELD(struct keyboard, modifiers),
    EMU_FIELD_ARRAY(struct keyboard, down),
    EMU_FIELD(struct keyboard, down_count),
    EMU_FIELD_END,
};

static void keyboard_save(struct emu_device *device, struct emu_writer *out)
{
    hid_save(&keyboard_of(device)->hid, out);
    emu_hw_save(out, "usb-keyboard", device, keyboard_fields);
}

static bool keyboard_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct keyboard *keyboard = keyboard_of(device);

    if (!hid_load(&keyboard->hid, in, err) ||
        !emu_hw_load(in, "usb-keyboard", device, keyboard_fields, err))
        return false;
    if (keyboard->head < KEYBOARD_EVENTS && keyboard->count <= KEYBOARD_EVENTS &&
        keyboard->down_count <= KEYBOARD_DOWN)
        return true;
    keyboard_forget(&keyboard->hid);
    return emu_hw_load_bad("usb-keyboard", "its queue", err);
}

const struct emu_device_class emu_usb_keyboard_class = {
    .name = "usb-keyboard",
    .description = "USB keyboard",
    .size = sizeof(struct keyboard),
    .realize = keyboard_realize,
    .unrealize = hid_unrealize,
    .reset = hid_device_reset,
    .save = keyboard_save,
    .load = keyboard_load,
};
