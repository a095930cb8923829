/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What keyboards and pointers share (Device Class Definition for HID 1.11): one interrupt endpoint
 * with reports, class requests, idle reports, and their place in the machine's input router.
 */
#ifndef EMU_HW_USB_HID_H
#define EMU_HW_USB_HID_H

#include "emulator/core/input.h"
#include "emulator/hw/usb/usb.h"

#define HID_MAX_REPORT 8

struct hid;

/* All with the controller's lock held. */
struct hid_type {
    const uint8_t *descriptor; /* of its reports */
    uint8_t descriptor_size;
    uint8_t report_size;
    /* The next report; false: nothing happened since the last one, which is written again. */
    bool (*report)(struct hid *hid, uint8_t *report);
    /* The host sent a report; NULL: it has none to send. */
    void (*set_report)(struct hid *hid, uint8_t report);
    /* Forgets what happened. */
    void (*reset)(struct hid *hid);
};

/* A device embeds this as its first member. */
struct hid {
    struct emu_usb_device usb; /* first */
    const struct hid_type *type;
    struct emu_input_sink sink;
    struct emu_usb_packet *held; /* the host waits for a report; NULL: it does not */
    struct emu_timer timer;      /* for the next idle report */
    uint8_t protocol;            /* 0 boot, 1 report */
    uint8_t idle;                /* 4 ms units; 0: only what happens is reported */
};

/* The members of a USB type and a device class. The caller fills the sink's kind and ops. */
void hid_realize(struct hid *hid, const struct emu_usb_type *usb_type, const struct hid_type *type);
void hid_unrealize(struct emu_device *device);
void hid_device_reset(struct emu_device *device);
void hid_save(struct hid *hid, struct emu_writer *out);
bool hid_load(struct hid *hid, struct emu_reader *in, struct emu_error *err);

void hid_reset(struct emu_usb_device *usb);
void hid_control(struct emu_usb_device *usb, struct emu_usb_packet *packet);
void hid_transfer(struct emu_usb_device *usb, struct emu_usb_packet *packet);
void hid_cancel(struct emu_usb_device *usb, struct emu_usb_packet *packet);

/* Something happened: report it as soon as the host asks. Lock held. */
void hid_happened(struct hid *hid);

#endif
