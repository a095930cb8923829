/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A character device's middle: the device on one side (UART, debug console), a back end
 * (api/ops/chardev.h) on the other. Input waits here until the device has room.
 */
#ifndef EMU_CHARDEV_CHARDEV_H
#define EMU_CHARDEV_CHARDEV_H

#include "emulator/api/ops/chardev.h"

struct emu_machine;
struct emu_queue;

/* The device's side. All are called on the loop thread without the device's lock. */
struct emu_chardev_port {
    size_t (*room)(void *opaque); /* how many bytes the device can take now */
    void (*receive)(void *opaque, const uint8_t *data, size_t length); /* length <= room() */
    /* A break on the line; false: not yet, emu_chardev_drained will follow. NULL: it has no line.
     */
    bool (*receive_break)(void *opaque);
    /* The terminal at the other end has another size, 1 to 65535. NULL: the guest cannot be told.
     */
    void (*resize)(void *opaque, unsigned columns, unsigned rows);
    /* Somebody came to the far end, or left: what they sent before is forgotten. NULL: the device
     * need not know. */
    void (*connected)(void *opaque, bool connected);
};

/* Takes the back end, which is closed also on failure. One without ops: everything written is
 * dropped, nothing ever comes. The queue must outlive it. */
struct emu_chardev *emu_chardev_new(struct emu_queue *queue,
                                    const struct emu_chardev_backend *backend,
                                    struct emu_error *err);
/* Calls the back end's close. No vcpu may run. NULL is legal. */
void emu_chardev_free(struct emu_chardev *chardev);
/* Joins the device; NULL parts it. Loop thread or before the machine runs. */
void emu_chardev_attach(struct emu_chardev *chardev, const struct emu_chardev_port *port,
                        void *opaque);
/* Device to back end. Any thread. chardev may be NULL. */
void emu_chardev_write(struct emu_chardev *chardev, const uint8_t *data, size_t length);
/* A program in the guest opened the device's end, or closed it. Any thread, device lock held.
 * chardev may be NULL. */
void emu_chardev_set_listening(struct emu_chardev *chardev, bool listening);
/* The device took bytes out of its FIFO: more may be delivered. Any thread, device lock held. */
void emu_chardev_drained(struct emu_chardev *chardev);
/* The machine was reset. Loop thread. */
void emu_chardev_reset(struct emu_chardev *chardev);
/* The machine owns the chardev from here on, also on failure: it resets and frees it. */
bool emu_machine_add_chardev(struct emu_machine *machine, struct emu_chardev *chardev,
                             struct emu_error *err);

#endif
