/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What keyboards and pointers share (HID 1.11: 7.1 requests, 7.2 protocols and idle rate). A device
 * counts as listened to from the host's first poll until it stops polling or resets it.
 */
#include "emulator/hw/usb/hid.h"

#include "emulator/hw/save.h"

#define HID_IDLE_NS 4000000ull

enum hid_request { /* type << 8 | code */
                   HID_GET_DESCRIPTOR = 0x8106,
                   HID_GET_REPORT = 0xa101,
                   HID_GET_IDLE = 0xa102,
                   HID_GET_PROTOCOL = 0xa103,
                   HID_SET_REPORT = 0x2109,
                   HID_SET_IDLE = 0x210a,
                   HID_SET_PROTOCOL = 0x210b,
};

#define HID_DESCRIPTOR_HID    0x21
#define HID_DESCRIPTOR_REPORT 0x22
#define HID_REPORT_INPUT      1
#define HID_REPORT_OUTPUT     2

static struct hid *hid_of(void *device)
{
    return device;
}

static void hid_arm(struct hid *hid)
{
    emu_timer_cancel(&hid->timer);
    if (hid->idle != 0)
        emu_timer_arm(&hid->timer, emu_clock_now(hid->usb.device.clock) + hid->idle * HID_IDLE_NS);
}

/* Answers the poll that waits; without news only if they are not asked for. */
static void hid_send(struct hid *hid, bool only_news)
{
    struct emu_usb_packet *packet = hid->held;
    uint8_t report[HID_MAX_REPORT];

    if (!hid->type->report(hid, report) && only_news)
        return;
    hid->held = NULL;
    hid_arm(hid);
    emu_usb_give(packet, report, hid->type->report_size);
    emu_usb_complete(packet, EMU_USB_DONE);
}

void hid_happened(struct hid *hid)
{
    if (hid->held != NULL)
        hid_send(hid, true);
    else
        emu_usb_wake(&hid->usb);
}

void hid_transfer(struct emu_usb_device *usb, struct emu_usb_packet *packet)
{
    struct hid *hid = hid_of(usb);

    if (hid->held != NULL) { /* one poll at a time */
        emu_usb_complete(packet, EMU_USB_STALL);
        return;
    }
    hid->held = packet;
    emu_input_set_ready(&hid->sink, true);
    hid_send(hid, hid->idle == 0 || emu_timer_armed(&hid->timer));
}

void hid_cancel(struct emu_usb_device *usb, struct emu_usb_packet *packet)
{
    struct hid *hid = hid_of(usb);

    if (hid->held == packet)
        hid->held = NULL;
    emu_input_set_ready(&hid->sink, usb->wake_enabled);
}

/* On the loop thread, without a lock, since the controller's may be gone. */
static void hid_idle(void *opaque)
{
    struct hid *hid = opaque;

    if (!emu_usb_lock(&hid->usb))
        return;
    if (hid->held != NULL && hid->idle != 0)
        hid_send(hid, false);
    emu_usb_unlock(&hid->usb);
}

/* ---- requests ---- */

static void hid_get_descriptor(struct hid *hid, struct emu_usb_packet *packet)
{
    const struct emu_usb_identity *identity = hid->usb.type->identity;

    if (packet->setup[3] == HID_DESCRIPTOR_REPORT)
        emu_usb_reply(packet, hid->type->descriptor, hid->type->descriptor_size);
    else if (packet->setup[3] == HID_DESCRIPTOR_HID)
        emu_usb_reply(packet, identity->extra, identity->extra_length);
    else
        emu_usb_complete(packet, EMU_USB_STALL);
}

static void hid_get_report(struct hid *hid, struct emu_usb_packet *packet)
{
    uint8_t report[HID_MAX_REPORT];

    if (packet->setup[3] != HID_REPORT_INPUT) {
        emu_usb_complete(packet, EMU_USB_STALL);
        return;
    }
    hid->type->report(hid, report);
    emu_usb_reply(packet, report, hid->type->report_size);
}

static void hid_set_report(struct hid *hid, struct emu_usb_packet *packet)
{
    uint8_t report;

    if (packet->setup[3] != HID_REPORT_OUTPUT || hid->type->set_report == NULL ||
        emu_usb_take(packet, &report, 1) != 1) {
        emu_usb_complete(packet, EMU_USB_STALL);
        return;
    }
    hid->type->set_report(hid, report);
    emu_usb_complete(packet, EMU_USB_DONE);
}

static void hid_set_idle(struct hid *hid, struct emu_usb_packet *packet)
{
    hid->idle = packet->setup[3];
    hid_arm(hid);
    emu_usb_complete(packet, EMU_USB_DONE);
}

void hid_control(struct emu_usb_device *usb, struct emu_usb_packet *packet)
{
    struct hid *hid = hid_of(usb);

    switch (emu_usb_request(packet)) {
    case HID_GET_DESCRIPTOR:
        hid_get_descriptor(hid, packet);
        break;
    case HID_GET_REPORT:
        hid_get_report(hid, packet);
        break;
    case HID_GET_IDLE:
        emu_usb_reply(packet, &hid->idle, 1);
        break;
    case HID_GET_PROTOCOL:
        emu_usb_reply(packet, &hid->protocol, 1);
        break;
    case HID_SET_REPORT:
        hid_set_report(hid, packet);
        break;
    case HID_SET_IDLE:
        hid_set_idle(hid, packet);
        break;
    case HID_SET_PROTOCOL:
        hid->protocol = packet->setup[2] & 1;
        emu_usb_complete(packet, EMU_USB_DONE);
        break;
    default:
        emu_usb_complete(packet, EMU_USB_STALL);
        break;
    }
}

/* ---- life ---- */

void hid_reset(struct emu_usb_device *usb)
{
    struct hid *hid = hid_of(usb);

    hid->protocol = 1;
    hid->idle = 0;
    emu_timer_cancel(&hid->timer);
    emu_input_set_ready(&hid->sink, false);
    emu_input_forget_leds(&hid->sink);
    hid->type->reset(hid);
}

void hid_realize(struct hid *hid, const struct emu_usb_type *usb_type, const struct hid_type *type)
{
    emu_usb_init(&hid->usb, usb_type);
    hid->type = type;
    hid->sink.rank = EMU_INPUT_RANK_USB;
    hid->sink.opaque = hid;
    emu_timer_init(&hid->timer, hid->usb.device.clock, NULL, hid_idle, hid);
    emu_input_add(hid->usb.device.input, &hid->sink);
}

void hid_unrealize(struct emu_device *device)
{
    struct hid *hid = hid_of(device);

    emu_input_remove(&hid->sink);
    emu_usb_finish(&hid->usb);
    emu_timer_finish(&hid->timer);
}

void hid_device_reset(struct emu_device *device)
{
    emu_usb_reset(&hid_of(device)->usb);
}

static const struct emu_field hid_fields[] = {
    EMU_FIELD(struct hid, protocol),
    EMU_FIELD(struct hid, idle),
    EMU_FIELD_END,
};

void hid_save(struct hid *hid, struct emu_writer *out)
{
    emu_usb_save(&hid->usb, out);
    emu_hw_save(out, "hid", hid, hid_fields);
}

/* Idle reports begin again with the next one that the host asks for. */
bool hid_load(struct hid *hid, struct emu_reader *in, struct emu_error *err)
{
    hid->held = NULL;
    emu_timer_cancel(&hid->timer);
    if (!emu_usb_load(&hid->usb, in, err) || !emu_hw_load(in, "hid", hid, hid_fields, err))
        return false;
    return hid->protocol <= 1 || emu_hw_load_bad("hid", "the protocol", err);
}
