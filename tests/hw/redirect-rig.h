/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench with a USB controller and a device that is elsewhere; the far end is the test's. */
#ifndef LATHE_TESTS_HW_REDIRECT_RIG_H
#define LATHE_TESTS_HW_REDIRECT_RIG_H

#include "emulator/chardev/chardev.h"
#include "emulator/hw/usb/redirect.h"
#include "tests/hw/usb-rig.h"

struct redirect_rig {
    struct usb_rig usb;
    struct rig_device *device;
    struct emu_chardev *chardev;
    uint8_t sent[1u << 16]; /* to the far end, that it has not read */
    size_t sent_length;
};

/* Nobody is at the far end; the controller runs. */
void redirect_init(struct redirect_rig *rig);
void redirect_finish(struct redirect_rig *rig);
void redirect_set_connected(struct redirect_rig *rig, bool connected);
/* From the far end; it is delivered. */
void redirect_send(struct redirect_rig *rig, const void *data, size_t length);

#endif
