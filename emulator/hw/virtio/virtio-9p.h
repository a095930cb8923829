/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a virtio 9P transport serves. */
#ifndef EMU_HW_VIRTIO_VIRTIO_9P_H
#define EMU_HW_VIRTIO_VIRTIO_9P_H

struct emu_device;
struct emu_share;

/* The folder behind it, which must outlive the device. Before realize. */
void emu_virtio_9p_set_share(struct emu_device *device, struct emu_share *share);

#endif
