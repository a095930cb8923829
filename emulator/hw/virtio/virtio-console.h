/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the ports of a virtio console lead to. */
#ifndef EMU_HW_VIRTIO_VIRTIO_CONSOLE_H
#define EMU_HW_VIRTIO_VIRTIO_CONSOLE_H

#include <stdbool.h>

struct emu_chardev;
struct emu_device;

#define EMU_VIRTIO_CONSOLE_PORTS 7  /* the most; property "ports" */
#define EMU_VIRTIO_CONSOLE_NAME  64 /* with the NUL */

/*
 * Port number port, below "ports", leads to this chardev, which must outlive the device. With a
 * name it is a channel, /dev/virtio-ports/NAME in Linux; without (NULL) a terminal: hvc0, hvc1.
 * Before realize. False: the name is too long, or has bytes that no file's name has.
 */
bool emu_virtio_console_set_port(struct emu_device *device, unsigned port,
                                 struct emu_chardev *chardev, const char *name);

#endif
