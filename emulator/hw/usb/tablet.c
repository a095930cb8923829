/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * USB tablet: a pointer with absolute positions, five buttons and two wheels (HID 1.11). Movements
 * between two polls become one, changes of buttons stay apart.
 */
#include <string.h>

#include "emulator/hw/devices.h"
#include "emulator/hw/save.h"
#include "emulator/hw/usb/hid.h"

#define TABLET_EVENTS  16
#define TABLET_REPORT  7
#define TABLET_WHEEL   127 /* at most, in a report */
#define TABLET_BUTTONS 0x1fu

/* A state of the pointer, and how far the wheels turned on the way to it. */
struct tablet_event {
    uint16_t x, y;
    uint8_t buttons;
    int32_t wheel, across; /* away from the user and to the right */
};

struct tablet {
    struct hid hid; /* first */
    struct tablet_event events[TABLET_EVENTS], last;
    uint8_t head, count;
};

static struct tablet *tablet_of(void *device)
{
    return device;
}

/* ---- reports ---- */

static uint8_t tablet_take_wheel(int32_t *left)
{
    int32_t part = *left > TABLET_WHEEL    ? TABLET_WHEEL
                   : *left < -TABLET_WHEEL ? -TABLET_WHEEL
                                           : *left;

    *left -= part;
    return (uint8_t)part;
}

static bool tablet_report(struct hid *hid, uint8_t *report)
{
    struct tablet *tablet = tablet_of(hid);
    struct tablet_event *event = &tablet->events[tablet->head];
    bool news = tablet->count != 0;

    if (news)
        tablet->last = *event;
    report[0] = tablet->last.buttons;
    report[1] = (uint8_t)tablet->last.x;
    report[2] = (uint8_t)(tablet->last.x >> 8);
    report[3] = (uint8_t)tablet->last.y;
    report[4] = (uint8_t)(tablet->last.y >> 8);
    report[5] = report[6] = 0;
    if (!news)
        return false;
    report[5] = tablet_take_wheel(&event->wheel);
    report[6] = tablet_take_wheel(&event->across);
    if (event->wheel == 0 && event->across == 0) {
        tablet->head = (tablet->head + 1) % TABLET_EVENTS;
        tablet->count--;
    }
    return true;
}

static void tablet_forget(struct hid *hid)
{
    struct tablet *tablet = tablet_of(hid);

    memset(tablet->events, 0, sizeof(tablet->events));
    memset(&tablet->last, 0, sizeof(tablet->last));
    tablet->head = tablet->count = 0;
}

/* ---- events ---- */

/* Where a new event goes: into the last one that waits if that has the same buttons. */
static struct tablet_event *tablet_slot(struct tablet *tablet, uint8_t buttons)
{
    unsigned last = (tablet->head + tablet->count + TABLET_EVENTS - 1u) % TABLET_EVENTS;
    unsigned next = (last + 1) % TABLET_EVENTS;

    if (tablet->count != 0 &&
        (tablet->events[last].buttons == buttons || tablet->count == TABLET_EVENTS))
        return &tablet->events[last];
    tablet->count++;
    tablet->events[next] = (struct tablet_event){0};
    return &tablet->events[next];
}

static uint16_t tablet_position(int value)
{
    return (uint16_t)(value < 0 ? 0 : value > EMU_POINTER_MAX ? EMU_POINTER_MAX : value);
}

static int32_t tablet_turn(int32_t wheel, int by)
{
    int64_t sum = (int64_t)wheel + by;

    return (int32_t)(sum > INT16_MAX ? INT16_MAX : sum < INT16_MIN ? INT16_MIN : sum);
}

static void tablet_pointer(void *opaque, const struct emu_pointer_event *event)
{
    struct tablet *tablet = opaque;
    uint8_t buttons = (uint8_t)(event->buttons & TABLET_BUTTONS);
    struct tablet_event *slot;

    if (!emu_usb_lock(&tablet->hid.usb))
        return;
    slot = tablet_slot(tablet, buttons);
    slot->x = tablet_position(event->x);
    slot->y = tablet_position(event->y);
    slot->buttons = buttons;
    slot->wheel = tablet_turn(slot->wheel, event->wheel > -INT16_MAX ? -event->wheel : INT16_MAX);
    slot->across = tablet_turn(slot->across, event->wheel_across);
    hid_happened(&tablet->hid);
    emu_usb_unlock(&tablet->hid.usb);
}

static const struct emu_input_ops tablet_input_ops = {.pointer = tablet_pointer};

/* ---- descriptors ---- */

static const uint8_t tablet_descriptor[] = {
    0x05, 0x01, 0x09, 0x02, 0xa1, 0x01, 0x09, 0x01, 0xa1, 0x00, /* a mouse, its pointer: */
    0x05, 0x09, 0x19, 0x01, 0x29, 0x05, 0x15, 0x00, 0x25, 0x01, /* buttons, a bit each */
    0x75, 0x01, 0x95, 0x05, 0x81, 0x02,                         /* */
    0x75, 0x03, 0x95, 0x01, 0x81, 0x01,                         /* three bits of nothing */
    0x05, 0x01, 0x09, 0x30, 0x09, 0x31,                         /* x and y, 0 to 32767 */
    0x15, 0x00, 0x26, 0xff, 0x7f, 0x35, 0x00, 0x46, 0xff, 0x7f, /* */
    0x75, 0x10, 0x95, 0x02, 0x81, 0x02,                         /* */
    0x09, 0x38, 0x15, 0x81, 0x25, 0x7f, 0x35, 0x00, 0x45, 0x00, /* wheel, a way */
    0x75, 0x08, 0x95, 0x01, 0x81, 0x06,                         /* */
    0x05, 0x0c, 0x0a, 0x38, 0x02, 0x81, 0x06, 0xc0, 0xc0,       /* the same across */
};

static const uint8_t tablet_class_descriptor[] = {
    9, 0x21, 0x11, 0x01, 0, 1, 0x22, sizeof(tablet_descriptor), 0,
};

static const struct emu_usb_identity tablet_identity = {
    .vendor = 0x0627,
    .product = 0x0001,
    .release = 0x0100,
    .manufacturer = "Lathe",
    .name = "USB Tablet",
    .serial = "2",
    .class = 3, /* HID; no boot protocol has positions */
    .wakes = true,
    .extra = tablet_class_descriptor,
    .extra_length = sizeof(tablet_class_descriptor),
    .endpoint_count = 1,
    .endpoints = {{.address = EMU_USB_IN | 1, .attributes = 3, .size = 8, .interval_ms = 4}},
};

static const struct emu_usb_type tablet_usb_type = {
    .speeds = 1u << EMU_USB_FULL | 1u << EMU_USB_HIGH,
    .identity = &tablet_identity,
    .reset = hid_reset,
    .control = hid_control,
    .transfer = hid_transfer,
    .cancel = hid_cancel,
};

static const struct hid_type tablet_hid_type = {
    .descriptor = tablet_descriptor,
    .descriptor_size = sizeof(tablet_descriptor),
    .report_size = TABLET_REPORT,
    .report = tablet_report,
    .reset = tablet_forget,
};

/* ---- the device ---- */

static bool tablet_realize(struct emu_device *device, struct emu_error *err)
{
    struct tablet *tablet = tablet_of(device);

    tablet->hid.sink.kind = EMU_INPUT_TABLET;
    tablet->hid.sink.ops = &tablet_input_ops;
    hid_realize(&tablet->hid, &tablet_usb_type, &tablet_hid_type);
    return true;
}

static const struct emu_field tablet_fields[] = {
    EMU_FIELD(struct tablet, head),
    EMU_FIELD(struct tablet, count),
    EMU_FIELD_END,
};

static void tablet_save_event(struct emu_writer *out, const struct tablet_event *event)
{
    emu_write_u64(out, "x", event->x);
    emu_write_u64(out, "y", event->y);
    emu_write_u64(out, "buttons", event->buttons);
    emu_write_u64(out, "wheel", (uint16_t)event->wheel);
    emu_write_u64(out, "across", (uint16_t)event->across);
}

static bool tablet_load_event(struct emu_reader *in, struct tablet_event *event,
                              struct emu_error *err)
{
    uint64_t x, y, buttons, wheel, across;

    if (!emu_read_u64(in, "x", &x, err) || !emu_read_u64(in, "y", &y, err) ||
        !emu_read_u64(in, "buttons", &buttons, err) || !emu_read_u64(in, "wheel", &wheel, err) ||
        !emu_read_u64(in, "across", &across, err))
        return false;
    *event =
        (struct tablet_event){(uint16_t)(x & EMU_POINTER_MAX), (uint16_t)(y & EMU_POINTER_MAX),
                              (uint8_t)(buttons & TABLET_BUTTONS), (int16_t)wheel, (int16_t)across};
    return true;
}

static void tablet_save(struct emu_device *device, struct emu_writer *out)
{
    const struct tablet *tablet = tablet_of(device);

    hid_save(&tablet_of(device)->hid, out);
    emu_hw_save(out, "usb-tablet", device, tablet_fields);
    tablet_save_event(out, &tablet->last);
    for (unsigned i = 0; i < TABLET_EVENTS; i++)
        tablet_save_event(out, &tablet->events[i]);
}

static bool tablet_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct tablet *tablet = tablet_of(device);
    bool good = hid_load(&tablet->hid, in, err) &&
                emu_hw_load(in, "usb-tablet", device, tablet_fields, err) &&
                tablet_load_event(in, &tablet->last, err);

    for (unsigned i = 0; i < TABLET_EVENTS && good; i++)
        good = tablet_load_event(in, &tablet->events[i], err);
    if (good && tablet->head < TABLET_EVENTS && tablet->count <= TABLET_EVENTS)
        return true;
    tablet_forget(&tablet->hid);
    return good ? emu_hw_load_bad("usb-tablet", "its queue", err) : false;
}

const struct emu_device_class emu_usb_tablet_class = {
    .name = "usb-tablet",
    .description = "USB tablet: a pointer with absolute positions",
    .size = sizeof(struct tablet),
    .realize = tablet_realize,
    .unrealize = hid_unrealize,
    .reset = hid_device_reset,
    .save = tablet_save,
    .load = tablet_load,
};
