/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench with a USB device that is elsewhere (redirect-rig.h). */
#include "tests/hw/redirect-rig.h"

/* What the far end does not read in time is lost. */
static void rig_on_write(void *opaque, const uint8_t *data, size_t length)
{
    struct redirect_rig *rig = opaque;
    size_t room = sizeof(rig->sent) - rig->sent_length;

    length = length < room ? length : room;
    memcpy(rig->sent + rig->sent_length, data, length);
    rig->sent_length += length;
}

static void rig_on_reset(void *opaque)
{
    ((struct redirect_rig *)opaque)->sent_length = 0;
}

static struct emu_usb_port *rig_find(void *opaque, const struct emu_usb_device *usb)
{
    struct redirect_rig *rig = opaque;

    return emu_xhci_port(rig->usb.xhci->device, 5, usb);
}

void redirect_init(struct redirect_rig *rig)
{
    static const struct emu_chardev_ops ops = {
        .name = "far end", .write = rig_on_write, .reset = rig_on_reset};
    const struct emu_chardev_backend backend = {&ops, rig};

    rig->sent_length = 0;
    usb_init(&rig->usb, false);
    rig->chardev = emu_chardev_new(rig->usb.queue, &backend, NULL);
    rig->device = rig_new(&rig->usb.rig, &emu_usb_redirect_class);
    emu_usb_redirect_set(rig->device->device, rig->chardev, rig_find, rig);
    rig_realize(rig->device);
    usb_start(&rig->usb);
}

/* Out of its port before the controller goes. */
void redirect_finish(struct redirect_rig *rig)
{
    redirect_set_connected(rig, false);
    emu_chardev_attach(rig->chardev, NULL, NULL);
    usb_finish(&rig->usb);
    emu_chardev_free(rig->chardev);
}

void redirect_set_connected(struct redirect_rig *rig, bool connected)
{
    emu_chardev_set_connected(rig->chardev, connected);
    emu_queue_run(rig->usb.queue, 0);
}

void redirect_send(struct redirect_rig *rig, const void *data, size_t length)
{
    const uint8_t *bytes = data;

    while (length != 0) {
        size_t taken = emu_chardev_input(rig->chardev, bytes, length);

        emu_queue_run(rig->usb.queue, 0);
        if (taken == 0)
            return;
        bytes += taken;
        length -= taken;
    }
}
