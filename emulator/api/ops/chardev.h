/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For those who implement the far end of a character device: a terminal widget, a pty, a socket,
 * a file, a test. The device's end is emulator/chardev/chardev.h.
 */
#ifndef EMU_API_OPS_CHARDEV_H
#define EMU_API_OPS_CHARDEV_H

#include "emulator/api/types.h"

struct emu_chardev_ops {
    const char *name; /* "pty", "null", ... */
    /* The machine is ready: keep chardev for emu_chardev_input; it is valid until close. Called
     * once, on the thread that makes the machine. NULL: the back end never reads. */
    void (*open)(void *opaque, struct emu_chardev *chardev);
    /*
     * Bytes from the guest. Any thread, device lock held: must not block and must not call back
     * into the machine. What the back end cannot take it drops or keeps itself.
     */
    void (*write)(void *opaque, const uint8_t *data, size_t length);
    /* There is room again after emu_chardev_input took less than all. Loop thread. NULL: no. */
    void (*room)(void *opaque);
    /* The machine was reset: a terminal may show it. Loop thread. NULL: nothing. */
    void (*reset)(void *opaque);
    /*
     * A program in the guest opened the channel, or closed it, of devices that can tell: channels
     * of the virtio console. Any thread, device lock held: as write. NULL: nothing.
     */
    void (*listening)(void *opaque, bool listening);
    /* The machine is gone (or was never made); opaque may be freed. NULL: nothing. */
    void (*close)(void *opaque);
};

/* A back end, ready to be given to a machine, which closes it. ops NULL: nothing connected. */
struct emu_chardev_backend {
    const struct emu_chardev_ops *ops;
    void *opaque;
};

/*
 * Bytes for the guest: through the machine's command queue to the device. Any thread, never
 * blocks. Returns how many were taken (at most 64 KiB wait in all); room() follows if fewer than
 * length.
 */
size_t emu_chardev_input(struct emu_chardev *chardev, const uint8_t *data, size_t length);

/*
 * Holds the line in its break state for one character (PC16550D, LSR bit 4), behind the bytes that
 * wait; breaks that wait at once are one. Any thread, never blocks. No effect on a device without
 * such a line.
 */
void emu_chardev_break(struct emu_chardev *chardev);

/*
 * The terminal that shows the guest's bytes has this size now, 1 to 65535 each; others change
 * nothing. Any thread, never blocks. No effect on a device that cannot tell the guest.
 */
void emu_chardev_resize(struct emu_chardev *chardev, unsigned columns, unsigned rows);

/*
 * Somebody came to the far end, or left: what was sent before and not delivered is forgotten, and
 * the device learns of it before it gets anything else. Any thread, never blocks. No effect on a
 * device that need not know.
 */
void emu_chardev_set_connected(struct emu_chardev *chardev, bool connected);

#endif
